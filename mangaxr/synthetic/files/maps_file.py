"""Writing a MAPS file, as like those of the survey as can be."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

from astropy.io import fits
from isal import igzip

from mangaxr.datamodel.extensions import extensions_of
from mangaxr.datamodel.releases import Release
from mangaxr.synthetic.files.extension_header import extension_cards
from mangaxr.synthetic.files.primary_header import primary_header
from mangaxr.synthetic.files.whole_file import write_whole
from mangaxr.synthetic.observe.measure import Measured

__all__ = ["gzip_bytes", "maps_hdus", "write_maps"]

# Fixed, so that the same galaxy gives the same bytes.
_WHEN = "2021-01-01T00:00:00"
_FASTEST_ZLIB = 4
_GZIP_WINDOW = 31  # zlib's window of 15 bits, plus 16 for a gzip header without a time


def maps_hdus(measured: Measured, *, release: Release, daptype: str) -> fits.HDUList:
    """Build the HDUs of a MAPS file: every extension of the layout, with checksums."""
    field = measured.field
    pointing = (field.galaxy.ra, field.galaxy.dec)
    primary = fits.PrimaryHDU(header=primary_header(field, release=release, daptype=daptype))
    hdus = fits.HDUList([primary])
    for row in extensions_of(field.layout):
        plane = measured.planes[row.name]
        header = extension_cards(row, layout=field.layout, pointing=pointing, shape=plane.shape)
        hdus.append(fits.ImageHDU(plane, header))
    for hdu in hdus:
        hdu.add_checksum(when=_WHEN)
    return hdus


def write_maps(
    path: str | Path,
    measured: Measured,
    *,
    release: Release,
    daptype: str,
    compresslevel: int = 1,
) -> Path:
    """Write a MAPS file; no half-written file ever bears the name.

    Parameters
    ----------
    path
        Compressed unless the name ends in ``.fits``. Folders are made.
    measured
        From `mangaxr.synthetic.observe.measure.measure`, with the release's layout.
    release, daptype
        What the header says made the file.
    compresslevel
        Of gzip: 1 to 3 are ISA-L's, quick; 4 to 9 zlib's, as the survey's files are.

    Returns
    -------
    Path
        `path`.
    """
    path = Path(path)
    stream = io.BytesIO()
    maps_hdus(measured, release=release, daptype=daptype).writeto(
        stream,
        output_verify="ignore",  # every card is ours; the check takes as long as writing
    )
    content: bytes | memoryview = stream.getbuffer()
    if path.suffix != ".fits":
        content = gzip_bytes(content, compresslevel)
    return write_whole(path, content)


def gzip_bytes(content: bytes | memoryview, compresslevel: int) -> bytes:
    """Compress to gzip without name or time, so that the same content gives the same bytes.

    Parameters
    ----------
    content
        What to compress.
    compresslevel
        0 to 3: ISA-L; 4 to 9: zlib.

    Examples
    --------
    >>> import gzip
    >>> gzip.decompress(gzip_bytes(b"maps", 6))
    b'maps'
    """
    if compresslevel < _FASTEST_ZLIB:
        return bytes(igzip.compress(content, compresslevel, mtime=0))
    packer = zlib.compressobj(compresslevel, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(content) + packer.flush()

"""Small files in the format of MAPS files, written with astropy from the tables."""

from __future__ import annotations

import io

import numpy as np
from astropy.io import fits

from mangaxr.datamodel.extensions import CHANNEL_LABELS, Extension, Layout, extensions_of
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names

__all__ = ["PLATEIFU", "file_bytes", "make_hdus"]

PLATEIFU = "8138-12704"
SIDE = 6
DONOTUSE = 1 << 30
WHEN = "2021-01-01T00:00:00"


def file_bytes(hdus: fits.HDUList) -> bytes:
    """Return what astropy would write, without touching the disk."""
    stream = io.BytesIO()
    hdus.writeto(stream)
    return stream.getvalue()


def make_hdus(
    layout: Layout = "DR17",
    *,
    only: tuple[str, ...] | None = None,
    checksums: bool = True,
    seed: int = 1,
) -> fits.HDUList:
    """Make an HDU for every row of a layout, or for some; values are random, masks too."""
    rng = np.random.default_rng(seed)
    primary = fits.PrimaryHDU()
    for keyword, value in (
        ("DAPFRMT", "MAPS"),
        ("PLATEIFU", PLATEIFU),
        ("MANGAID", "1-339041"),
        ("DAPTYPE", "HYB10-MILESHC-MASTARSSP" if layout == "DR17" else "HYB10-GAU-MILESHC"),
        ("VERSDRP3", "v3_1_1" if layout == "DR17" else "v2_4_3"),
        ("VERSDAP", "3.1.0" if layout == "DR17" else "2.2.1"),
        ("OBJRA", 116.5),
        ("OBJDEC", 44.5),
        ("SCINPVEL", 8800.0),
        ("REFF", 5.5),
        ("ECOOPA", 33.0),
        ("ECOOELL", 0.3),
        ("DAPQUAL", 0),
        ("DRP3QUAL", 1),
    ):
        primary.header[keyword] = value
    hdus = fits.HDUList([primary])
    for row in extensions_of(layout):
        if only is None or row.name in only:
            hdus.append(_image(row, layout, rng))
    if checksums:
        for hdu in hdus:
            hdu.add_checksum(when=WHEN)
    return hdus


def _image(row: Extension, layout: Layout, rng: np.random.Generator) -> fits.ImageHDU:
    channels = _channels(row, layout)
    shape = (*((len(channels),) if channels else ()), SIDE, SIDE)
    if row.role == "mask":
        data = rng.choice([0, 32, DONOTUSE | 16, DONOTUSE | 8 | 16], shape).astype(">i4")
    elif row.name == "BINID":
        data = rng.integers(-1, 20, shape).astype(">i4")
    else:
        data = (rng.random(shape) * 100 + 1).astype(">f4")
    hdu = fits.ImageHDU(data, name=row.name)
    if row.fits_unit:
        hdu.header["BUNIT"] = row.fits_unit
    for keyword, value in (("ERRDATA", row.ivar), ("QUALDATA", row.mask)):
        if value and (row.ivar or row.role == "ivar"):
            hdu.header[keyword] = value
    width = len(str(len(channels)))
    for number, (name, unit) in enumerate(zip(channels, _units(row, channels), strict=True), 1):
        hdu.header[f"C{number:0{width}d}"] = name
        if unit is not None:
            hdu.header[f"U{number:0{width}d}"] = unit
    for axis, (kind, value) in enumerate((("RA---TAN", 116.5), ("DEC--TAN", 44.5)), 1):
        hdu.header[f"CTYPE{axis}"] = kind
        hdu.header[f"CUNIT{axis}"] = "deg"
        hdu.header[f"CRVAL{axis}"] = value
        hdu.header[f"CRPIX{axis}"] = SIDE / 2 + 1
        hdu.header[f"CDELT{axis}"] = (-0.5 if axis == 1 else 0.5) / 3600
    return hdu


def _channels(row: Extension, layout: Layout) -> tuple[str, ...]:
    if not row.channels or (layout == "DR15" and row.channels == "sigmacorr"):
        return ()
    if row.channels in ("line", "moment_line"):
        return line_names(layout, moments=row.channels == "moment_line")
    if row.channels == "spectral_index":
        return tuple(index.name for index in SPECTRAL_INDICES)
    labels = CHANNEL_LABELS[row.channels]
    return tuple(label for label in labels if layout == "DR17" or label != "R h/kpc")


def _units(row: Extension, channels: tuple[str, ...]) -> tuple[str | None, ...]:
    if row.channels == "spectral_index" and row.ivar:
        return tuple(index.fits_unit for index in SPECTRAL_INDICES)
    if row.channels == "ell_coordinate":
        known = {"Elliptical radius": "arcsec", "R/Re": "", "R h/kpc": "kpc/h"}
        return tuple(known.get(name, "degrees") for name in channels)
    return (None,) * len(channels)

"""Files written are built as the survey's own are."""

from __future__ import annotations

import gzip
import io
import re

import pytest
from astropy.io import fits

REAL = {
    "DR17": "dap/99901-1901/manga-99901-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz",
    "DR15": "real/7815-3702/manga-7815-3702-MAPS-HYB10-GAU-MILESHC.fits.gz",
}
VOR10 = "dap/99904-3703/manga-99904-3703-MAPS-VOR10-MILESHC-MASTARSSP.fits.gz"

STRUCTURE = re.compile(
    r"BUNIT|HDUCLAS\w*|ERRDATA|QUALDATA|SCIDATA|EXTNAME|C\d+|U\d+|CTYPE\d|CUNIT\d|CDELT\d|CRPIX3|"
    r"CRVAL3|NAXIS|NAXIS3|BITPIX|WCSAXES|MASKNAME|RADESYS|LONPOLE|XTENSION|PCOUNT|GCOUNT"
)


def first_of(files: dict[str, fits.HDUList], binning: str) -> fits.HDUList:
    """Return the first file of a binning."""
    return next(hdus for name, hdus in files.items() if f"MAPS-{binning}" in name)


@pytest.fixture(scope="module", params=["DR17", "DR15"])
def pair(request, shared_data, dr17_files, dr15_files):
    """Open a real hybrid-binned file and a synthetic one of the same layout."""
    ours = first_of(dr17_files if request.param == "DR17" else dr15_files, "HYB10")
    # astropy reads a compressed file anew for every HDU: inflate it once instead.
    content = gzip.decompress((shared_data / REAL[request.param]).read_bytes())
    with fits.open(io.BytesIO(content)) as real:
        yield real, ours


def test_extensions_have_the_real_names_and_order(pair) -> None:
    """A file has the extensions of a real one, in its order."""
    real, made = pair
    assert [hdu.name for hdu in made] == [hdu.name for hdu in real]


def test_arrays_have_the_real_types_and_channels(pair) -> None:
    """Every array has the type and number of channels of the real one."""
    real, made = pair
    for hdu in real[1:]:
        ours = made[hdu.name].data
        assert ours.dtype == hdu.data.dtype, hdu.name
        assert ours.shape[:-2] == hdu.data.shape[:-2], hdu.name
        assert ours.shape[-1] == ours.shape[-2]


def test_extension_headers_have_the_real_keywords_in_order(pair) -> None:
    """Every extension has the keywords of the real one, in the same order."""
    real, made = pair
    for hdu in real[1:]:
        assert list(made[hdu.name].header) == list(hdu.header), hdu.name


def test_extension_headers_have_the_real_structure(pair) -> None:
    """Units, channels, linkage and the kind of projection equal those of the real file."""
    real, made = pair
    for hdu in real[1:]:
        theirs = {k: v for k, v in hdu.header.items() if STRUCTURE.fullmatch(k)}
        ours = {k: made[hdu.name].header[k] for k in theirs}
        assert ours == theirs, hdu.name


def test_structure_does_not_depend_on_binning(shared_data, dr17_files) -> None:
    """A Voronoi-binned file is built as the pipeline's own Voronoi-binned file is."""
    made = first_of(dr17_files, "VOR10")
    with fits.open(shared_data / VOR10) as real:
        for hdu in real[1:]:
            assert list(made[hdu.name].header) == list(hdu.header), hdu.name


def test_primary_header_has_the_real_keywords_and_types(pair) -> None:
    """The analysis' keywords, from DAPTYPE on, are the real ones in order and of their type."""
    real, made = pair
    theirs, ours = real[0].header, made[0].header
    start = list(theirs).index("DAPTYPE")
    wanted = [key for key in list(theirs)[start:] if key not in ("CHECKSUM", "DATASUM")]
    found = list(ours)[list(ours).index("DAPTYPE") :]
    assert [key for key in found if key not in ("CHECKSUM", "DATASUM")] == wanted
    for key in wanted:
        assert type(ours[key]) is type(theirs[key]), key


def test_primary_header_has_the_cube_keywords(pair) -> None:
    """Nearly all keywords of the cube that a real header carries are there, of its type."""
    real, made = pair
    theirs, ours = real[0].header, made[0].header
    missing = [key for key in theirs if key not in ours]
    # A licence string of IDL, and galactic coordinates that nobody reads.
    assert set(missing) <= {"VERSIDL", "IFUGLON", "IFUGLAT"}
    for key in ("PLATEID", "IFUDSGN", "MANGAID", "CATIDNUM", "OBJRA", "EBVGAL", "GFWHM"):
        assert type(ours[key]) is type(theirs[key]), key


def test_primary_header_says_what_the_analysis_was(pair) -> None:
    """Keywords that only the method decides have the real values."""
    real, made = pair
    keys = ("DAPTYPE", "DAPFRMT", "BINKEY", "BINTYPE", "BINSNR", "SCKEY", "ELFKEY", "EMLDB")
    for key in (*keys, "MOMDB", "SIKEY", "ABSDB", "VSTEP", "ELREBIN", "VERSDRP3", "STCKVREG"):
        assert made[0].header[key] == real[0].header[key], key


def test_every_file_says_that_it_is_synthetic(files) -> None:
    """A synthetic file cannot be taken for an observation."""
    for hdus in files.values():
        assert hdus[0].header["SYNTHET"] is True
        assert hdus[0].header["MANGAID"].startswith("99-")


def test_checksums_are_valid(files) -> None:
    """Astropy verifies CHECKSUM and DATASUM of every HDU, warnings being errors."""
    for hdus in files.values():
        for hdu in hdus:
            assert {"CHECKSUM", "DATASUM"} <= set(hdu.header)
            assert hdu.verify_checksum() == hdu.verify_datasum() == 1
        hdus.verify("exception")

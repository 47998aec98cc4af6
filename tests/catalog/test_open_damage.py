"""Whatever is wrong with a catalogue's bytes, what comes is a catalog or one line of error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mangaxr.catalog.reading.open import open_catalog
from mangaxr.errors import MangaxrError

DAPTYPE = "HYB10-MILESHC-MASTARSSP"
BLOCK = 2880


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a small DAPall: its headers are most of it."""
    path = tmp_path_factory.mktemp("whole") / "dapall.fits"
    columns = [
        fits.Column("PLATEIFU", "12A", array=["8138-12704", "8485-1901"]),
        fits.Column("MANGAID", "10A", array=["1-339163", "1-209232"]),
        fits.Column("DAPDONE", "L", array=[True, False]),
        fits.Column("Z", "D", unit="", array=[0.03, 0.04]),
        fits.Column("DAPQUAL", "J", null=-999, array=[0, 1]),
        fits.Column("EMLINE_GFLUX_1RE", "2D", array=np.ones((2, 2))),
    ]
    header = fits.Header({"ELG1": "Hb-4862", "ELG2": "Ha-6564"})
    table = fits.BinTableHDU.from_columns(columns, name=DAPTYPE)
    fits.HDUList([fits.PrimaryHDU(header=header), table]).writeto(path)
    return path.read_bytes()


def open_bytes(content: bytes, path: Path) -> str:
    """Open and read a file of these bytes; return the error's line, if there is one."""
    path.write_bytes(content)
    try:
        open_catalog(dapall=path, drpall=False, daptype=DAPTYPE).load()
    except MangaxrError as error:
        return str(error)
    return ""


changes = st.lists(
    st.tuples(st.integers(0, 3 * BLOCK - 1), st.integers(0, 255)), min_size=1, max_size=8
)
digits = st.lists(
    st.tuples(st.integers(BLOCK, 2 * BLOCK - 1), st.sampled_from(b"0123456789-+.TFEDLPQX' ")),
    min_size=1,
    max_size=8,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changed=st.one_of(changes, digits))
def test_changed_bytes(changed: list[tuple[int, int]], whole: bytes, tmp_path: Path) -> None:
    """Bytes of headers and rows may be anything."""
    content = bytearray(whole)
    for place, value in changed:
        content[place] = value
    assert "\n" not in open_bytes(bytes(content), tmp_path / "dapall.fits")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(0, 3 * BLOCK - 1))
def test_a_file_cut_anywhere(length: int, whole: bytes, tmp_path: Path) -> None:
    """A file that is cut within its rows or before is refused."""
    rows = 2 * BLOCK + 2 * (12 + 10 + 1 + 8 + 4 + 16)
    error = open_bytes(whole[:length], tmp_path / "dapall.fits")
    assert "\n" not in error
    assert bool(error) == (length < rows)


def test_the_whole_file_is_fine(whole: bytes, tmp_path: Path) -> None:
    """What the others damage is sound before."""
    assert open_bytes(whole, tmp_path / "dapall.fits") == ""

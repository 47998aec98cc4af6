"""Whatever the bytes are, a reader raises an error of ours or none."""

from __future__ import annotations

import gzip
import io
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from astropy.io import fits
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mangaxr.errors import MangaxrError
from mangaxr.maps.open import load_maps_file, open_maps_file

MakeHDUs = Callable[..., fits.HDUList]

NAME = "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
SMALL = (
    "SPX_SKYCOO",
    "SPX_ELLCOO",
    "BINID",
    "STELLAR_VEL",
    "STELLAR_VEL_MASK",
    "STELLAR_SIGMACORR",
    "STELLAR_FOM",
)

_DIGITS = b"0123456789-'=/. TF"


@pytest.fixture(scope="module")
def sound(make_hdus: MakeHDUs) -> bytes:
    """Return a small MAPS file, uncompressed."""
    buffer = io.BytesIO()
    make_hdus(only=SMALL, checksums=False).writeto(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a path in a folder of this module's own."""
    return tmp_path_factory.mktemp("fuzz") / NAME


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[str, float, bytes]]:
    """Draw some changes: what to do, where (as a share of the file), with which bytes."""
    kind = st.sampled_from(["write", "write", "card", "card", "insert", "delete", "cut", "repeat"])
    where = st.floats(0, 1, exclude_max=True)
    text = st.one_of(
        st.binary(min_size=1, max_size=12),
        st.lists(st.sampled_from(_DIGITS), min_size=1, max_size=20).map(bytes),
        st.sampled_from(
            [b"NAXIS", b"NAXIS3", b"EXTNAME = 'BINID'", b"C1      = 'x'", b"END".ljust(80)]
        ),
    )
    return draw(st.lists(st.tuples(kind, where, text), min_size=1, max_size=4))


def mutate(raw: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    """Apply changes in turn."""
    for kind, share, text in changes:
        at = int(share * len(raw))
        if kind == "write":
            raw = raw[:at] + text + raw[at + len(text) :]
        elif kind == "card":  # over the value of a card, where sizes and names are
            at = at // 80 * 80 + 10
            raw = raw[:at] + text + raw[at + len(text) :]
        elif kind == "insert":
            raw = raw[:at] + text + raw[at:]
        elif kind == "delete":
            raw = raw[:at] + raw[at + len(text) :]
        elif kind == "cut":
            raw = raw[:at]
        else:  # a block twice
            at = at // 2880 * 2880
            raw = raw[: at + 2880] + raw[at:]
    return raw


def error_of(attempt: Callable[[], object]) -> MangaxrError | None:
    """Return the error of ours that an attempt raises; let any other, or a warning, through."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            attempt()
        except MangaxrError as error:
            return error
    return None


@given(changes=mutations(), packed=st.sampled_from(["before", "after", "never"]))
@example(changes=[("write", 0.0, b"SIMPLE")], packed="before")
@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_bytes_raise_anything_but_errors_of_ours(
    changes: list[tuple[str, float, bytes]], packed: str, sound: bytes, path: Path
) -> None:
    """Mutated files open, or raise one line that names the file, and astropy stays silent."""
    if packed == "after":  # the CRC holds: only the content is strange
        content = gzip.compress(mutate(sound, changes), 1, mtime=0)
    elif packed == "before":
        content = mutate(gzip.compress(sound, 1, mtime=0), changes)
    else:
        content = mutate(sound, changes)
    path.write_bytes(content)
    variables = ["stellar_vel", "stellar_sigmacorr"]
    for attempt in (
        lambda: open_maps_file(path).load(),
        lambda: load_maps_file(path, variables=variables),
        lambda: load_maps_file(path, verify=True),
    ):
        error = error_of(attempt)
        assert error is None or len(str(error).splitlines()) == 1
        assert error is None or path.name in str(error)

"""Numbers in maps and headers that no pipeline writes: a galaxy fails by name, or has NaN."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torture.fuzzing.hdus import HDU, join, split
from torture.fuzzing.sound import sound_file

from mangaxr.build.galaxy import BuiltGalaxy, build_galaxy
from mangaxr.build.items import Source
from mangaxr.errors import NotMapsError
from mangaxr.tensors.recipe import Recipe

SOUND = sound_file("disk without sums")
EXTENSIONS = {
    hdu.value("EXTNAME").strip("'").strip(): at for at, hdu in enumerate(split(SOUND.plain))
}


def build(path: Path, content: bytes) -> BuiltGalaxy:
    """Build from some bytes."""
    file = path / f"{SOUND.stem}.fits"
    file.write_bytes(content)
    return build_galaxy(Source("galaxy", file), Recipe(), on_error="raise")


def edited(name: str, edit: Callable[[HDU], HDU]) -> bytes:
    """Edit one HDU of the sound file."""
    hdus = list(split(SOUND.plain))
    at = EXTENSIONS.get(name, 0)
    hdus[at] = edit(hdus[at])
    return join(hdus)


def filled(name: str, value: float) -> bytes:
    """Write one number over all the data of an extension."""

    def fill(hdu: HDU) -> HDU:
        kind = ">i4" if hdu.value("BITPIX") == "32" else ">f4"
        return HDU(hdu.cards, np.full(len(hdu.data) // 4, value, kind).tobytes())

    return edited(name, fill)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, -1.0, 0.0])
@pytest.mark.parametrize(
    "name",
    ["SPX_ELLCOO", "SPX_MFLUX_IVAR", "SPX_SNR", "EMLINE_GFLUX", "EMLINE_GFLUX_IVAR",
     "EMLINE_GVEL", "EMLINE_GVEL_IVAR", "STELLAR_VEL", "STELLAR_VEL_IVAR"],
)  # fmt: skip
def test_a_map_of_strange_numbers_gives_no_infinity_and_no_warning(
    name: str, value: float, tmp_path: Path
) -> None:
    """A value that is no measurement is as one that is missing."""
    arrays = build(tmp_path, filled(name, value)).arrays
    assert arrays is not None
    assert not any(np.isinf(array).any() for array in arrays)


@pytest.mark.parametrize("name", ["SPX_ELLCOO", "SPX_SNR", "EMLINE_GVEL", "STELLAR_VEL_IVAR"])
def test_a_nan_that_signals_is_as_any_other(name: str, tmp_path: Path) -> None:
    """Damaged bytes may be a kind of NaN of which numpy warns when it is converted."""
    signalling = b"\x7f\xa0\x00\x00"
    content = edited(name, lambda hdu: HDU(hdu.cards, signalling * (len(hdu.data) // 4)))
    assert build(tmp_path, content).row["failure"] == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, 3.4e38, 0.0, 1e-45])
def test_coordinates_that_are_none_are_refused(value: float, tmp_path: Path) -> None:
    """Spaxels without a place on the sky cannot be regridded."""
    with pytest.raises(NotMapsError, match="SPX_SKYCOO"):
        build(tmp_path, filled("SPX_SKYCOO", value))


@pytest.mark.parametrize("step", [1e-7, 1e7])
def test_spaxels_of_a_size_beyond_belief_are_refused(step: float, tmp_path: Path) -> None:
    """A spaxel of a ten-millionth of an arcsec would be rounded to none."""

    def scale(hdu: HDU) -> HDU:
        planes = np.frombuffer(hdu.data, ">f4") * step
        return HDU(hdu.cards, planes.astype(">f4").tobytes())

    with pytest.raises(NotMapsError, match="SPX_SKYCOO steps by"):
        build(tmp_path, edited("SPX_SKYCOO", scale))


@pytest.mark.parametrize("value", [-1, 0, 1 << 30, -(1 << 31), (1 << 31) - 1])
@pytest.mark.parametrize("name", ["BINID", "EMLINE_GVEL_MASK", "STELLAR_VEL_MASK"])
def test_bins_and_masks_of_strange_numbers_are_taken_as_they_are(
    name: str, value: int, tmp_path: Path
) -> None:
    """Whatever the bits, there is a row."""
    assert build(tmp_path, filled(name, value)).row["failure"] == ""


@pytest.mark.parametrize("lost", ["STELLAR_VEL", "STELLAR_VEL_IVAR", "STELLAR_VEL_MASK"])
def test_stars_without_error_or_mask_are_as_no_stars(lost: str, tmp_path: Path) -> None:
    """What a build may do without, it may do without a part of."""
    hdus = list(split(SOUND.plain))
    del hdus[EXTENSIONS[lost]]
    row = build(tmp_path, join(hdus)).row
    assert row["failure"] == ""
    assert np.isnan(row["stellar_kinematic_pa"])
    assert np.isfinite(build(tmp_path, SOUND.plain).row["stellar_kinematic_pa"])


@pytest.mark.parametrize("value", ["1E400", "-1E400", "1E300"])
@pytest.mark.parametrize("keyword", ["REFF", "ECOOPA", "ECOOELL", "SCINPVEL", "RFWHM"])
def test_a_header_value_too_large_for_any_is_refused(
    keyword: str, value: str, tmp_path: Path
) -> None:
    """A number that no float32 holds is an error that names the keyword."""
    with pytest.raises(NotMapsError, match=f"{keyword} = -?(inf|1e.300)"):
        build(tmp_path, edited("PRIMARY", lambda hdu: hdu.put(keyword, value)))


@pytest.mark.parametrize("value", ["0", "-5", "1E30", "-1E30", "1E-30", "9E37"])
@pytest.mark.parametrize("keyword", ["REFF", "ECOOPA", "ECOOELL", "SCINPVEL", "RFWHM"])
def test_a_header_value_beyond_belief_fails_nothing(
    keyword: str, value: str, tmp_path: Path
) -> None:
    """Metrics that cannot be had of it are NaN; the tensor needs none of these."""
    found = build(tmp_path, edited("PRIMARY", lambda hdu: hdu.put(keyword, value)))
    assert found.row["failure"] == ""

"""The truth beside the files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mangaxr.errors import CorruptFileError, MissingFileError
from mangaxr.synthetic import read_truth


def test_galaxies_come_back_from_json(survey) -> None:
    """Reading a truth file gives the very galaxy that was observed."""
    for galaxy, path in zip(survey.galaxies, survey.truth, strict=True):
        assert path == survey.root / "truth" / f"{galaxy.plateifu}.json"
        assert read_truth(path).galaxy == galaxy


def test_halpha_total_is_what_the_file_holds(dr17, dr17_files) -> None:
    """The noiseless H-alpha flux of the unmasked spaxels is that of the file, within noise."""
    for path in dr17.maps[:2]:
        daptype = path.name.split("MAPS-")[1].removesuffix(".fits.gz")
        truth = read_truth(dr17.truth[0]).halpha[daptype]
        hdus = dr17_files[path.name]
        good = hdus["EMLINE_GFLUX_MASK"].data[23] & 2**30 == 0
        total = hdus["EMLINE_GFLUX"].data[23][good].sum()
        # A spaxel's noise is shared by 2 pi 1.92^2 = 23 of its neighbours.
        noise = float(np.sqrt(23.0 * np.sum(1.0 / hdus["EMLINE_GFLUX_IVAR"].data[23][good])))
        assert noise < 0.02 * total
        assert total == pytest.approx(truth["unmasked"], abs=3.0 * noise)
        assert truth["unmasked"] < truth["footprint"] < 1.3 * truth["unmasked"]


def test_derived_values_are_given(dr17) -> None:
    """The file spells out the projected rotation, the ellipticity and the conventions."""
    content = json.loads(dr17.truth[0].read_text())
    galaxy = dr17.galaxies[0]
    expected = galaxy.v_max * np.sin(np.deg2rad(galaxy.inclination))
    assert content["derived"]["v_projected_km_s"] == pytest.approx(expected)
    assert content["release"] == "DR17"
    assert content["seed"] == 1
    assert "receding" in content["conventions"]["pa"]


def test_the_index_lists_the_files(survey) -> None:
    """The index names every galaxy and every file, relative to the root."""
    index = json.loads((survey.root / "truth" / "survey.json").read_text())
    assert index["galaxies"] == [str(galaxy.plateifu) for galaxy in survey.galaxies]
    assert [survey.root / name for name in index["maps"]] == list(survey.maps)


def test_a_missing_truth_is_an_error(tmp_path) -> None:
    """A file that is not there is named."""
    with pytest.raises(MissingFileError, match=r"none\.json: no truth file"):
        read_truth(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["{", "[]", '{"galaxy": {}}'])
def test_a_damaged_truth_is_an_error(tmp_path, text) -> None:
    """A file that is no truth is named."""
    path = tmp_path / "8001-1901.json"
    path.write_text(text)
    with pytest.raises(CorruptFileError, match=r"8001-1901\.json: not the truth"):
        read_truth(path)

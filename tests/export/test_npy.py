"""NumPy files with sidecars: what they hold, and that they are enough."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from noise_store import FAILED, GALAXIES, MakeStore, name_of

import mangaxr
from mangaxr.catalog.tables.lists import read_items
from mangaxr.errors import ExportError, StoreError, UnknownNameError

DONE = GALAXIES - len(FAILED)


def go_back(folder: Path, name: str) -> np.ndarray[Any, Any]:
    """Return physical values from one array and its sidecar, by numpy and json alone."""
    sidecar = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    values = np.load(folder / sidecar["arrays"]["values"]["file"]).astype(np.float64)
    if "valid" in sidecar["arrays"]:
        values[~np.load(folder / sidecar["arrays"]["valid"]["file"])] = np.nan
    functions = {"identity": lambda t: t, "sinh": np.sinh}
    for i, channel in enumerate(sidecar["channels"]):
        back = channel["to_physical"]
        values[i] = functions[back["function"]](values[i]) * back["scale"] + back["offset"]
    return values


@pytest.mark.parametrize("fill", [math.nan, 0.0, -999.0])
@pytest.mark.parametrize("physical", [False, True], ids=["scaled", "physical"])
@pytest.mark.parametrize("scaling", ["robust", "asinh", "none"])
def test_a_sidecar_is_enough_to_go_back(
    make_store: MakeStore, tmp_path: Path, scaling: str, physical: bool, fill: float
) -> None:
    """Numpy and json alone make km/s and flux of an array, missing where the store has nothing."""
    path = make_store(galaxies=3, scaling=scaling)
    mangaxr.export_npy(path, tmp_path / "out", physical=physical, fill=fill)
    with np.errstate(over="ignore"):
        expected = mangaxr.to_physical(mangaxr.open_store(path)).values
    for i in range(3):
        found = go_back(tmp_path / "out", name_of(i))
        # Exported physical values are rounded to float32.
        np.testing.assert_allclose(found, expected[i], rtol=2e-7 if physical else 0, atol=0)
        assert np.isnan(found).any()
        assert np.isfinite(found).any()


def test_files_hold_the_arrays_of_the_store(store: Path, tmp_path: Path) -> None:
    """Values, coverage, ivar and validity are the store's, bit for bit, in every slab."""
    out = tmp_path / "out"
    told: list[tuple[int, int]] = []
    report = mangaxr.export_npy(
        store, out, extras=["ivar", "coverage", "valid"], progress=lambda *n: told.append(n)
    )
    assert told == [(63, DONE), (126, DONE), (DONE, DONE)]
    assert (report.galaxies, report.left_out, report.resumed) == (DONE, 0, 0)
    assert report.failures == {name_of(i): "its build failed: no such file" for i in FAILED}
    opened = mangaxr.open_store(store).load()
    done = opened.isel(galaxy=opened.status.values == 1)
    assert sorted(p.stem for p in out.glob("*.npy")) == done.galaxy.values.tolist()
    for i, name in enumerate(done.galaxy.values):
        for folder, variable in (("", "tensor"), ("ivar", "ivar"), ("coverage", "coverage")):
            found = np.load(out / folder / f"{name}.npy", allow_pickle=False)
            assert found.dtype == np.dtype("<f4")
            np.testing.assert_array_equal(found, done[variable].values[i])
        valid = np.load(out / "valid" / f"{name}.npy")
        np.testing.assert_array_equal(valid, np.isfinite(done.tensor.values[i]))


def test_a_fill_value_never_hides_what_is_missing(store: Path, tmp_path: Path) -> None:
    """With a number for NaN, validity is written too, and both files and sidecar tell."""
    out = tmp_path / "out"
    mangaxr.export_npy(store, out, galaxies=[name_of(0)], fill=0.1, extras=["ivar"])
    sidecar = json.loads((out / f"{name_of(0)}.json").read_text(encoding="utf-8"))
    tenth = float(np.float32(0.1))
    assert sidecar["arrays"]["values"]["fill_value"] == tenth
    assert sidecar["arrays"]["ivar"]["fill_value"] == tenth
    assert "fill_value" not in sidecar["arrays"]["valid"]
    values, ivar, valid = (np.load(out / f / f"{name_of(0)}.npy") for f in ("", "ivar", "valid"))
    assert (values[~valid] == np.float32(0.1)).all()
    assert (ivar[~valid] == np.float32(0.1)).all()
    assert valid[:, 2, 3].all()
    assert (values[:, 2, 3] == 0).all()
    lost = [channel["missing_pixels"] for channel in sidecar["channels"]]
    assert lost == (~valid).sum(axis=(1, 2)).tolist()
    with pytest.raises(ExportError, match="float32"):
        mangaxr.export_npy(store, tmp_path / "other", fill=1e39)
    with pytest.raises(ExportError, match="float32"):
        mangaxr.export_npy(store, tmp_path / "other", fill=math.inf)


def test_a_sidecar_holds_all_that_the_store_says(store: Path, tmp_path: Path) -> None:
    """Every column of the galaxy is there, also one that was added; JSON has no NaN."""
    opened = mangaxr.open_store(store)
    opened = opened.assign_coords(colour=("galaxy", np.arange(GALAXIES) / 4, {"units": "mag"}))
    mangaxr.export_npy(opened, tmp_path / "out", galaxies=[name_of(1), name_of(2)])

    def refuse(word: str) -> None:
        raise AssertionError(word)

    first, second = (
        json.loads((tmp_path / "out" / f"{name_of(i)}.json").read_text(), parse_constant=refuse)
        for i in (1, 2)
    )
    columns = {str(n) for n, v in opened.variables.items() if v.dims == ("galaxy",)}
    assert {*first["galaxy"], *first["quality"], "galaxy"} == columns
    assert first["plateifu"] == name_of(1)
    for name in columns - {"galaxy"}:
        value = {**first["galaxy"], **first["quality"]}[name]
        stored = opened[name].values[1].item()
        unknown = isinstance(stored, float) and math.isnan(stored)
        assert value is None if unknown or stored == -1 else value == stored, name
        assert first["units"].get(name, "") == opened[name].attrs.get("units", "")
    assert first["galaxy"]["reff"] is None
    assert second["galaxy"]["dapqual"] is None
    assert second["galaxy"]["colour"] == 0.5
    assert first["quality"]["usable"] is False
    for name in ("recipe_digest", "contract", "contract_version"):
        assert first["store"][name] == opened.attrs[name]
    assert first["store"]["recipe"] == json.loads(opened.attrs["recipe"])
    assert first["citation"] == opened.attrs["citation"]
    assert [c["name"] for c in first["channels"]] == ["ha_flux", "ha_vel"]
    assert [c["units"] for c in first["channels"]] == opened.channel_units.values.tolist()
    for array in first["arrays"].values():
        content = (tmp_path / "out" / array["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == array["sha256"]
        assert list(np.load(tmp_path / "out" / array["file"]).shape) == array["shape"]


def test_galaxies_are_chosen(store: Path, tmp_path: Path) -> None:
    """By name, verdict and split, all at once; what is left out is counted."""
    opened = mangaxr.open_store(store)
    both = mangaxr.export_npy(store, tmp_path / "1", usable=True, split="val")
    expected = (opened.usable & (opened.split == "val")).values
    assert both.galaxies == int(expected.sum()) == sum(1 for _ in (tmp_path / "1").glob("*.npy"))
    assert both.left_out == DONE - both.galaxies
    named = [name_of(3), name_of(FAILED[0]), f"manga-{name_of(0)}"]
    report = mangaxr.export_npy(store, tmp_path / "2", galaxies=named, channels=["ha_vel"])
    assert report.failures == {name_of(FAILED[0]): "its build failed: no such file"}
    assert sorted(p.stem for p in (tmp_path / "2").glob("*.npy")) == [name_of(0), name_of(3)]
    velocity = opened.tensor.sel(galaxy=name_of(3), channel=["ha_vel"])
    np.testing.assert_array_equal(np.load(tmp_path / "2" / f"{name_of(3)}.npy"), velocity)
    ours = opened.sel(galaxy=opened.z < 0.02)
    selected = mangaxr.export_npy(ours, tmp_path / "3")
    assert selected.galaxies == ours.sizes["galaxy"] > 0


@pytest.mark.parametrize(
    ("choice", "error", "words"),
    [
        ({"galaxies": ["1-1901"]}, UnknownNameError, "no galaxy '1-1901'"),
        ({"galaxies": []}, ExportError, "none of 0 galaxies"),
        ({"galaxies": [name_of(FAILED[0])]}, ExportError, "none of 1 galaxies has maps"),
        ({"galaxies": [name_of(1)], "usable": True}, ExportError, "has maps and is usable"),
        ({"split": "trian"}, UnknownNameError, r"it has test \(\d+\), train \(\d+\), val"),
        ({"channels": ["ha_velo"]}, UnknownNameError, "it has ha_flux, ha_vel"),
        ({"channels": []}, UnknownNameError, "no channel is asked for"),
        ({"extras": ["mask"]}, UnknownNameError, "use coverage, ivar, valid"),
    ],
)
def test_a_choice_that_leaves_nothing_is_an_error(
    store: Path, tmp_path: Path, choice: dict[str, Any], error: type[Exception], words: str
) -> None:
    """The error says what there is, and nothing is written."""
    with pytest.raises(error, match=words):
        mangaxr.export_npy(store, tmp_path / "out", **choice)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_store_is_an_error(store: Path, tmp_path: Path) -> None:
    """A Dataset that lost a dimension or a variable is refused with what it has."""
    opened = mangaxr.open_store(store)
    with pytest.raises(StoreError, match="a tensor over"):
        mangaxr.export_npy(opened.isel(galaxy=0), tmp_path / "out")
    with pytest.raises(StoreError, match="'scaling_scale'"):
        mangaxr.export_npy(opened.drop_vars("scaling_scale"), tmp_path / "out")


def test_the_index_lists_the_files(store: Path, tmp_path: Path) -> None:
    """Each row names a file; the index is a list of galaxies for the other commands."""
    out = tmp_path / "out"
    mangaxr.export_npy(store, out, split="test")
    with (out / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["file"] for row in rows} == {p.name for p in out.glob("*.npy")}
    assert {row["split"] for row in rows} == {"test"}
    assert read_items(out / "index.csv") == [row["plateifu"] for row in rows]

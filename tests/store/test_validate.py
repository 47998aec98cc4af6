"""Every planted fault is found, and a sound store has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from mangaxr.store.validate import validate_store

from mangaxr import synthetic
from mangaxr.store.contract import (
    ARRAYS,
    CHANNEL_COORDS,
    GALAXY_COORDS,
    PIXEL_COORDS,
    SCALINGS,
    all_variables,
)

Change = Callable[[Any], Any]


def _values(name: str, change: Change) -> Callable[[Path], None]:
    """Write other values into a variable."""

    def plant(path: Path) -> None:
        array: Any = zarr.open_group(path, mode="r+")[name]
        array[...] = change(array[...])

    return plant


def _anew(name: str, *, change: Change | None = None, **metadata: Any) -> Callable[[Path], None]:
    """Write a variable anew, of another type, dimensions or attributes."""

    def plant(path: Path) -> None:
        group = zarr.open_group(path, mode="r+")
        array: Any = group[name]
        data = array[...] if change is None else change(array[...])
        attributes = dict(array.attrs) | metadata.get("attributes", {})
        dims = metadata.get("dims", array.metadata.dimension_names)
        group.create_array(
            name, data=data, dimension_names=dims, attributes=attributes, overwrite=True
        )

    return plant


def _attribute(name: str, value: Any) -> Callable[[Path], None]:
    def plant(path: Path) -> None:
        zarr.open_group(path, mode="r+").attrs[name] = value

    return plant


def _lose_chunk(name: str) -> Callable[[Path], None]:
    def plant(path: Path) -> None:
        next(file for file in (path / name / "c").rglob("*") if file.is_file()).unlink()

    return plant


def _first_of_all(values: Any) -> Any:
    values[:] = values[0]
    return values


def _swap(values: Any) -> Any:
    return values[[1, 0, 2]]


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "type": (_anew("z", change=lambda v: v.astype("f4")), "z"),
    "text for a number": (_anew("dapqual", change=lambda v: v.astype("U8").astype("T")), "dapqual"),
    "dimensions": (_anew("tensor", dims=("galaxy", "channel", "x", "y")), "tensor"),
    "unit": (_anew("reff", attributes={"units": "kpc"}), "reff"),
    "scaling function": (_anew("tensor", attributes={"scaling_function": "sinh"}), "tensor"),
    "size": (_anew("z", change=lambda v: v[:2]), "store"),
    "pending": (_values("status", lambda v: v * 0), "status"),
    "failed without a reason": (_values("failure", lambda v: v[:1].repeat(3)), "failure"),
    "done with a reason": (_values("failure", lambda v: v[2:].repeat(3)), "failure"),
    "a galaxy twice": (_values("galaxy", _first_of_all), "galaxy"),
    "not sorted": (_values("galaxy", _swap), "galaxy"),
    "another plate": (_values("plate", lambda v: v + 1), "galaxy"),
    "scale of zero": (_values("scaling_scale", np.zeros_like), "scaling_scale"),
    "scale of NaN": (_values("scaling_scale", lambda v: v * np.nan), "scaling_scale"),
    "offset of NaN": (_values("scaling_offset", lambda v: v * np.nan), "scaling_offset"),
    "another split": (_values("split", lambda v: v[[2, 2, 2]]), "split"),
    "channels": (_values("channel", lambda v: v[::-1]), "channel"),
    "channel units": (_values("channel_units", lambda v: v[::-1]), "channel_units"),
    "pixels": (_values("x", lambda v: -v), "x"),
    "no recipe": (_attribute("recipe", None), "recipe"),
    "unreadable recipe": (_attribute("recipe", "{"), "recipe"),
    "recipe with a field too many": (_attribute("recipe", '{"smooth": 1}'), "recipe"),
    "another digest": (_attribute("recipe_digest", "0" * 64), "recipe_digest"),
    "another contract": (_attribute("contract", "cubes"), "store"),
    "lost tensors": (_lose_chunk("tensor"), "tensor"),
    "lost coverage": (_lose_chunk("coverage"), "coverage"),
    "lost redshifts": (_lose_chunk("z"), "z"),
}


def test_a_built_store_is_sound(built: Path) -> None:
    """A store with a failed galaxy has no issue, nor has the example."""
    assert validate_store(built) == []
    assert validate_store(synthetic.example_store()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(copy: Path, fault: str) -> None:
    """The issue names the variable, and its text is one line."""
    plant, variable = FAULTS[fault]
    plant(copy)
    issues = validate_store(copy)
    assert variable in [issue.variable for issue in issues]
    assert all("\n" not in str(issue) for issue in issues)


def test_missing_variables_are_found(copy: Path) -> None:
    """Every variable is required; a check that needs an absent one is left out."""
    for part in (GALAXY_COORDS, CHANNEL_COORDS, PIXEL_COORDS, SCALINGS, ARRAYS):
        for spec in part[::3]:
            del zarr.open_group(copy, mode="r+")[spec.name]
        found = {issue.variable for issue in validate_store(copy) if "missing" in issue.message}
        assert {spec.name for spec in part[::3]} <= found
    for spec in all_variables():
        del zarr.open_group(copy, mode="r+")[spec.name]
    assert {issue.variable for issue in validate_store(copy)} == {s.name for s in all_variables()}


def test_every_issue_is_told_at_once(copy: Path) -> None:
    """Several faults are all reported, not the first alone."""
    for fault in ("unit", "scale of zero", "another digest", "lost coverage"):
        FAULTS[fault][0](copy)
    found = {issue.variable for issue in validate_store(copy)}
    assert {"reff", "scaling_scale", "recipe_digest", "coverage"} <= found


def test_a_path_without_a_store_is_an_issue_not_an_exception(tmp_path: Path) -> None:
    """Validation reports; it does not raise."""
    issues = validate_store(tmp_path / "absent.zarr")
    assert [issue.variable for issue in issues] == ["store"]

"""Semantics: numbers of a galaxy that follow from other numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL
from mangaxr.store.contract import STATUS
from mangaxr.store.validation.evidence import Evidence
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule

__all__ = ["RULES"]

Array = npt.NDArray[np.float64]
Columns = Mapping[str, Array]

_ROUNDING = 1e-9
"""Share by which a number may be off that was computed from the same ones in another order."""

_CRITICAL = {
    name: next(bit.value for bit in table if bit.name == "CRITICAL")
    for name, table in (("dapqual", DAPQUAL), ("drp3qual", DRP3QUAL))
}

_EDITED = "One of the numbers was edited or converted."
_REBUILD = "Compare with the file (level `sources`); build the galaxy anew."


def _misalignment(c: Columns) -> Array:
    turn = np.radians(c["kinematic_pa"] - c["pa"])
    return np.asarray(np.degrees(np.arcsin(np.abs(np.sin(turn)))))


def _critical(c: Columns) -> Array:
    known = {name: c[name].astype(np.int64) for name in _CRITICAL}
    raised = [(known[name] >= 0) & (known[name] & bit != 0) for name, bit in _CRITICAL.items()]
    return np.asarray(np.logical_or.reduce(raised), dtype=np.float64)


def _r50_psf(c: Columns) -> Array:
    return np.asarray(c["r50"] / np.where(c["psf_fwhm"] == 0, np.nan, c["psf_fwhm"]))


class _Link(NamedTuple):
    name: str
    given: tuple[str, ...]
    compute: Callable[[Columns], Array]
    slack: float = 0.0


_FOLLOWS = (
    _Link(
        "psf_fwhm_pixels",
        ("psf_fwhm", "pixel_scale"),
        lambda c: np.asarray(c["psf_fwhm"] / c["pixel_scale"]),
    ),
    _Link(
        "velocity_gradient_re",
        ("velocity_gradient", "reff"),
        lambda c: np.asarray(c["velocity_gradient"] * c["reff"]),
    ),
    _Link("r50_psf", ("r50", "psf_fwhm"), _r50_psf),
    # Near 90 degrees an angle is known to the root of the rounding of its sine.
    _Link("kinematic_misalignment", ("kinematic_pa", "pa"), _misalignment, 1e-5),
    _Link("critical", ("dapqual", "drp3qual"), _critical),
)
"""A number, what it follows from, how, and by how much it may be off besides rounding."""

_ORDER = (
    ("flux_min", "flux_mean"),
    ("flux_mean", "flux_max"),
    ("ha_flux_peak", "flux_max"),
    ("r50", "r80"),
)
"""Numbers of which the first is never the larger."""


def _follows(store: Evidence) -> Iterator[Found]:
    done = store.columns["status"] == STATUS["done"]
    for name, given, compute, slack in _FOLLOWS:
        if not store.sound.issuperset((name, *given)):
            continue
        found = store.columns[name]
        with np.errstate(all="ignore"):
            expected = compute({key: store.columns[key] for key in given})
            apart = np.abs(found - expected) > slack + _ROUNDING * np.abs(expected)
        apart |= np.isnan(found) != np.isnan(expected)
        for i in np.flatnonzero(apart & done).tolist():
            words = f"is {found[i]:.9g}; {' and '.join(given)} give {expected[i]:.9g}"
            yield Found(name, words, store.name(i))


def _order(store: Evidence) -> Iterator[Found]:
    for low, high in _ORDER:
        if not store.sound.issuperset((low, high)):
            continue
        less, more = store.columns[low], store.columns[high]
        with np.errstate(invalid="ignore"):
            wrong = less - more > _ROUNDING * np.maximum(np.abs(less), np.abs(more))
        for i in np.flatnonzero(wrong).tolist():
            yield Found(low, f"is {less[i]:.6g}, above {high} {more[i]:.6g}", store.name(i))


def _grid(store: Evidence) -> Iterator[Found]:
    recipe = store.recipe
    side, reff = store.columns["pixel_scale"], store.columns["reff"]
    for i in np.flatnonzero(store.columns["status"] == STATUS["done"]).tolist():
        if not (np.isfinite(side[i]) and side[i] > 0):
            yield Found("pixel_scale", f"is {side[i]}, though there is a tensor", store.name(i))
            continue
        center = [float(store.columns[name][i]) for name in ("center_sky_x", "center_sky_y")]
        if recipe.grid == "field":
            if not np.isfinite(center).all():
                yield Found("center_sky_x", f"and center_sky_y are {center}", store.name(i))
            continue
        expected = (recipe.pixel_scale or np.nan) * (reff[i] if recipe.grid == "re" else 1.0)
        if not abs(side[i] - expected) <= _ROUNDING * expected:
            words = f"is {side[i]:.9g} arcsec; the grid {recipe.grid} gives {expected:.9g}"
            yield Found("pixel_scale", words, store.name(i))
        if not np.abs(center).max() <= _ROUNDING:
            words = f"and center_sky_y are {center}; the grid {recipe.grid} lies on the object"
            yield Found("center_sky_x", words, store.name(i))


RULES = (
    StoreRule(
        id="MX320",
        level="semantics",
        title="Numbers that follow from others of the galaxy agree: `psf_fwhm_pixels`, "
        "`velocity_gradient_re`, `r50_psf`, `kinematic_misalignment`, `critical`.",
        why=_EDITED,
        remedy=_REBUILD,
        needs=("status",),
        check=_follows,
    ),
    StoreRule(
        id="MX321",
        level="semantics",
        title="`flux_min`, `flux_mean`, `ha_flux_peak` and `flux_max` are in this order, `r50` "
        "and `r80` too.",
        why=_EDITED,
        remedy=_REBUILD,
        check=_order,
    ),
    StoreRule(
        id="MX322",
        level="semantics",
        title="`pixel_scale` and the tensor's middle are those of the recipe's grid.",
        why=_EDITED,
        remedy=_REBUILD,
        needs=("recipe", "status", "pixel_scale", "reff", "center_sky_x", "center_sky_y"),
        check=_grid,
    ),
)

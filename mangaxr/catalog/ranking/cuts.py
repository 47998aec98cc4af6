"""The cuts of a selection: what removes a galaxy, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL, MaskBit, decode
from mangaxr.errors import CriteriaError
from mangaxr.plateifu import BUNDLE_SIZES, PlateIFU

__all__ = ["CUTS", "Cut", "Galaxies", "Removed", "Setting", "check_setting"]

Flags = NDArray[np.bool_]
Setting = bool | float | tuple[float, ...] | tuple[str, ...]
Kind = Literal["switch", "flags", "window", "minimum", "sizes"]


@dataclass(frozen=True, slots=True)
class Galaxies:
    """What a cut looks at: the catalog, numbers derived from it, and who is left so far."""

    catalog: xr.Dataset
    quantities: xr.Dataset
    left: Flags


@dataclass(frozen=True, slots=True)
class Removed:
    """Whom a cut removes, and why: ``reason(i)`` is a sentence about galaxy ``i``."""

    flags: Flags
    reason: Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A cut that criteria may ask for.

    Parameters
    ----------
    name
        Its key in the file.
    kind
        What its setting is.
    keeps
        What is kept; ``{}`` stands for the setting.
    needs
        Catalog columns, besides those of `quantities`.
    quantities
        Names of the quantities.
    test
        From the galaxies and the setting.
    """

    name: str
    kind: Kind
    keeps: str
    needs: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    test: Callable[[Galaxies, Any], Removed]

    def describe(self, setting: Setting) -> str:
        """Say what is kept."""
        if isinstance(setting, tuple):
            joint = " to " if self.kind == "window" else ", "
            return self.keeps.format(joint.join(_plain(value) for value in setting))
        return self.keeps.format(_plain(setting))


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _not_done(galaxies: Galaxies, _setting: bool) -> Removed:
    done = np.asarray(galaxies.catalog["dapdone"], dtype=bool)
    return Removed(~done, lambda _: "the DAP did not complete (DAPDONE is false)")


def _flagged(
    column: str, table: tuple[MaskBit, ...]
) -> Callable[[Galaxies, tuple[str, ...]], Removed]:
    bits = {row.name: row.value for row in table}

    def test(galaxies: Galaxies, setting: tuple[str, ...]) -> Removed:
        values = np.asarray(galaxies.catalog[column], dtype=np.int64)
        wanted = sum(bits[name] for name in setting)
        unknown = values < 0  # -999: never judged

        def reason(i: int) -> str:
            if unknown[i]:
                return f"{column.upper()} is missing"
            return f"{column.upper()} has {', '.join(decode(int(values[i]) & wanted, table))}"

        return Removed(((values & wanted) != 0) | unknown, reason)

    return test


def _no_galaxy(galaxies: Galaxies, _setting: bool) -> Removed:
    main, ancillary = (
        np.asarray(galaxies.catalog[name], dtype=np.int64) for name in ("mngtarg1", "mngtarg3")
    )
    # Targets of the main survey and of ancillary programmes are galaxies; the rest is
    # sky, stars and tests. A missing word is -999, whose sign is not a target bit.
    untargeted = (main <= 0) & (ancillary <= 0)
    return Removed(untargeted, lambda _: "not a galaxy target (MNGTARG1 and MNGTARG3 are 0)")


def _bundle(galaxies: Galaxies, setting: tuple[float, ...]) -> Removed:
    names = (PlateIFU.parse(str(name)) for name in galaxies.catalog["galaxy"].values)
    fibres = np.array([name.fibres for name in names], dtype=np.int64)
    return Removed(~np.isin(fibres, setting), lambda i: f"a bundle of {fibres[i]} fibres")


def _outside(quantity: str, noun: str) -> Callable[[Galaxies, tuple[float, float]], Removed]:
    def test(galaxies: Galaxies, setting: tuple[float, float]) -> Removed:
        found = galaxies.quantities[quantity]
        values, unit, (low, high) = found.values, found.attrs["units"], setting
        kept = (values >= low) & (values <= high)

        def reason(i: int) -> str:
            if np.isnan(values[i]):
                return f"{noun} unknown"
            return f"{noun} {values[i]:.1f} {unit} is outside {low:g} to {high:g}"

        return Removed(~kept, reason)

    return test


def _too_small(galaxies: Galaxies, setting: float) -> Removed:
    spaxels = galaxies.quantities["r_e_spaxels"].values

    def reason(i: int) -> str:
        if np.isnan(spaxels[i]):
            return "R_e unknown"
        return f"R_e of {spaxels[i]:.1f} spaxels is below {setting:g}"

    return Removed(~(spaxels >= setting), reason)


def _repeated(galaxies: Galaxies, _setting: bool) -> Removed:
    """Keep, of the observations of one galaxy that are left, the one of the best S/N."""
    names = [str(name) for name in galaxies.catalog["galaxy"].values]
    targets = galaxies.catalog["mangaid"].values.astype(str)
    snr = galaxies.quantities["snr"].values
    seen: dict[str, list[int]] = {}
    for i in np.flatnonzero(galaxies.left):
        # Without a MaNGA-ID nothing says that two observations are of one galaxy.
        if targets[i].strip():
            seen.setdefault(targets[i], []).append(int(i))
    better: dict[int, int] = {}
    for observations in seen.values():
        if len(observations) == 1:
            continue
        best = min(
            observations, key=lambda i: (-np.nan_to_num(snr[i], nan=-1.0), PlateIFU.parse(names[i]))
        )
        better |= {i: best for i in observations if i != best}
    flags = np.zeros(len(names), dtype=bool)
    flags[list(better)] = True

    def reason(i: int) -> str:
        best = better[i]
        return (
            f"repeats {targets[i]}: {names[best]} is kept (S/N {snr[best]:.1f}, here {snr[i]:.1f})"
        )

    return Removed(flags, reason)


_ROWS = (
    Cut(
        name="dap_done",
        kind="switch",
        keeps="the DAP completed",
        needs=("dapdone",),
        test=_not_done,
    ),
    Cut(
        name="drp3qual",
        kind="flags",
        keeps="DRP3QUAL without {}",
        needs=("drp3qual",),
        test=_flagged("drp3qual", DRP3QUAL),
    ),
    Cut(
        name="dapqual",
        kind="flags",
        keeps="DAPQUAL without {}",
        needs=("dapqual",),
        test=_flagged("dapqual", DAPQUAL),
    ),
    Cut(
        name="galaxy_target",
        kind="switch",
        keeps="a target of the main survey or of an ancillary programme",
        needs=("mngtarg1", "mngtarg3"),
        test=_no_galaxy,
    ),
    Cut(name="fibres", kind="sizes", keeps="bundles of {} fibres", test=_bundle),
    Cut(
        name="redshift",
        kind="window",
        keeps="redshift {}",
        quantities=("redshift",),
        test=_outside("redshift", "redshift"),
    ),
    Cut(
        name="inclination",
        kind="window",
        keeps="inclination {} deg",
        quantities=("inclination",),
        test=_outside("inclination", "inclination"),
    ),
    Cut(
        name="min_r_e_spaxels",
        kind="minimum",
        keeps="R_e of at least {} spaxels",
        quantities=("r_e_spaxels",),
        test=_too_small,
    ),
    # The last, so that the observation kept is one that passes all the others.
    Cut(
        name="unique",
        kind="switch",
        keeps="the best observation of each galaxy (MANGAID), by S/N",
        needs=("mangaid",),
        quantities=("snr",),
        test=_repeated,
    ),
)

CUTS: Mapping[str, Cut] = MappingProxyType({row.name: row for row in _ROWS})
"""Cut by name, in the order in which they are made."""

_FLAG_TABLES = {"drp3qual": DRP3QUAL, "dapqual": DAPQUAL}
_EXPECTED: Mapping[Kind, str] = {
    "switch": "true or false",
    "flags": "a list of flag names",
    "window": "two numbers, the smaller first",
    "minimum": "a number",
    "sizes": f"a list of bundle sizes among {', '.join(map(str, BUNDLE_SIZES))}",
}


def check_setting(where: str, name: str, setting: object) -> None:
    """Raise an error if a cut cannot have this setting.

    Raises
    ------
    CriteriaError
        That says what is expected.
    """
    cut = CUTS[name]
    if not _fits(cut, setting):
        expected = _EXPECTED[cut.kind]
        if name in _FLAG_TABLES:
            expected += f" among {', '.join(row.name for row in _FLAG_TABLES[name])}"
        shown = list(setting) if isinstance(setting, tuple) else setting
        msg = f"{where}: cut {name} = {shown!r}: expected {expected}"
        raise CriteriaError(msg)


def _fits(cut: Cut, setting: object) -> bool:
    if cut.kind == "switch":
        return setting is True
    if cut.kind == "minimum":
        return _is_number(setting)
    if not isinstance(setting, tuple) or not setting or any(map(_is_nested, setting)):
        return False
    if cut.kind == "flags":
        return set(setting) <= {row.name for row in _FLAG_TABLES[cut.name]}
    if cut.kind == "sizes":
        return set(setting) <= set(BUNDLE_SIZES)
    numbers = cast("tuple[float, ...]", setting)
    return len(setting) == 2 and all(map(_is_number, setting)) and numbers[0] < numbers[1]


def _is_nested(value: object) -> bool:
    return isinstance(value, list | dict)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""The recipe of a store: everything that decides its numbers, apart from the files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mangaxr.datamodel.maskbits import DEFAULT_POLICY, bits_of_policy
from mangaxr.errors import UnknownNameError, known_name
from mangaxr.tensors.channels import DEFAULT_CHANNELS, Channel, parse_channels
from mangaxr.tensors.scaling_names import ScalingName, check_scaling

__all__ = ["DEFAULT_SPLIT", "GRIDS", "SPLITS", "GridName", "Recipe"]

GridName = Literal["field", "arcsec", "re"]

GRIDS: tuple[str, ...] = get_args(GridName)

SPLITS = ("train", "val", "test")
"""Names of the splits, in the order of a recipe's shares."""

DEFAULT_SPLIT = (0.7, 0.15, 0.15)

_DEFAULT_SCALES: dict[str, float] = {"arcsec": 0.5, "re": 5 / 64}

_NUMBERS: tuple[tuple[str, type[int] | type[float], float, float], ...] = (
    ("npix", int, 1, 1024),
    ("min_coverage", float, 0, 1),
    ("min_snr", float, 0, 1e6),
    ("pixel_scale", float, 1e-3, 1e3),
)
"""Fields that are numbers: name, type, least and largest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How tensors are made.

    Parameters
    ----------
    channels
        Names of the channels, in order.
    grid
        ``field``: the whole bundle onto the tensor, whatever its size. ``arcsec``: the
        same angular scale for every galaxy. ``re``: the same number of R_e per pixel.
        The first is centred on the bundle, the others on the object.
    pixel_scale
        Side of an output pixel: arcsec for ``arcsec`` (0.5), R_e for ``re`` (5/64, so
        that 64 pixels reach 2.5 R_e to each side); must be None for ``field``.
    npix
        Pixels along each side.
    scaling
        See `mangaxr.tensors.scaling.fit_scaling`.
    mask
        Name of a mask policy, or flag names joined with ``+``.
    min_coverage
        Share of an output pixel that must be measured for it to have a value.
    min_snr
        Spaxels whose line flux times sqrt(ivar) is lower have no velocity or dispersion.
    split
        Shares of the targets for training, validation and test, which add up to 1.
    """

    channels: Sequence[str] = DEFAULT_CHANNELS
    grid: GridName = "field"
    pixel_scale: float | None = None
    npix: int = 64
    scaling: ScalingName = "robust"
    mask: str = DEFAULT_POLICY
    min_coverage: float = 0.5
    min_snr: float = 3.0
    split: Sequence[float] = DEFAULT_SPLIT

    def __post_init__(self) -> None:
        if not isinstance(self.channels, str):  # a text is refused, not taken for letters
            object.__setattr__(self, "channels", tuple(self.channels))
        self.parsed_channels()
        check_scaling(self.scaling)
        _ = self.mask_bits
        known_name("grid", self.grid, GRIDS)
        if self.grid == "field" and self.pixel_scale is not None:
            msg = (
                "pixel_scale goes with the grids arcsec and re; the grid field always fits "
                "the whole bundle: choose --grid arcsec or leave --pixel-scale out"
            )
            raise UnknownNameError(msg)
        if self.grid != "field" and self.pixel_scale is None:
            object.__setattr__(self, "pixel_scale", _DEFAULT_SCALES[self.grid])
        for name, kind, low, high in _NUMBERS:
            value = getattr(self, name)
            if name != "pixel_scale" or self.grid != "field":
                object.__setattr__(self, name, _number(name, value, kind, low, high))
        object.__setattr__(self, "split", _shares(self.split))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """Read a recipe from its JSON form.

        Raises
        ------
        UnknownNameError
            If a field is unknown or its value is not allowed.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            msg = f"recipe has an unknown field {unknown[0]!r}: it has {', '.join(sorted(known))}"
            raise UnknownNameError(msg)
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as plain JSON values."""
        lists = {"channels": list(self.channels), "split": list(self.split)}
        return {**dataclasses.asdict(self), **lists}

    def digest(self) -> str:
        """Return the SHA-256 of the recipe's canonical JSON.

        Examples
        --------
        >>> Recipe().digest() == Recipe(npix=64).digest() != Recipe(npix=32).digest()
        True
        """
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def parsed_channels(self) -> tuple[Channel, ...]:
        """Return the channels' rows."""
        return parse_channels(self.channels)

    @property
    def mask_bits(self) -> int:
        """Bits of a ``*_MASK`` plane that make a spaxel bad."""
        return bits_of_policy(self.mask.split("+") if self.mask.isupper() else self.mask)

    def differences(self, other: Recipe) -> list[str]:
        """Name the fields in which two recipes differ, with both values.

        Examples
        --------
        >>> Recipe(npix=32).differences(Recipe())
        ['npix: 32, not 64']
        """
        mine, theirs = self.to_dict(), other.to_dict()
        return [
            f"{name}: {_show(mine[name])}, not {_show(theirs[name])}"
            for name in mine
            if mine[name] != theirs[name]
        ]


def _number(
    name: str, value: Any, kind: type[int] | type[float], low: float, high: float
) -> int | float:
    """Return a number as Python's own, so that equal recipes have the same JSON."""
    try:
        number = operator.index(value) if kind is int else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not low <= number <= high or isinstance(value, str):
        whole = "whole " if kind is int else ""
        msg = f"{name} is {value!r}: expected a {whole}number from {low:g} to {high:g}"
        raise UnknownNameError(msg)
    return number


def _shares(split: Any) -> tuple[float, ...]:
    """Return the shares of a split, checked."""
    shares = () if isinstance(split, str) or not isinstance(split, Iterable) else tuple(split)
    if len(shares) != len(SPLITS):
        msg = f"split is {split!r}: expected the shares of {', '.join(SPLITS)}"
        raise UnknownNameError(msg)
    shares = tuple(float(_number("share of split", share, float, 0, 1)) for share in shares)
    if not math.isclose(sum(shares), 1.0, abs_tol=1e-9):
        msg = f"split is {split!r}: its shares add up to {sum(shares):g}, not to 1"
        raise UnknownNameError(msg)
    return shares


def _show(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)

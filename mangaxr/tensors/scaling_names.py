"""What scalings there are; without numpy, so that the help of a command is quick."""

from __future__ import annotations

from typing import Literal, get_args

from mangaxr.errors import UnknownNameError

__all__ = ["SCALINGS", "ScalingName", "check_scaling"]

ScalingName = Literal["robust", "asinh", "none"]

SCALINGS: tuple[str, ...] = get_args(ScalingName)


def check_scaling(name: str) -> ScalingName:
    """Return a scaling's name, if it is one.

    Raises
    ------
    UnknownNameError
        If there is no such scaling.
    """
    for known in get_args(ScalingName):
        if name == known:
            return known  # type: ignore[no-any-return]
    msg = f"unknown scaling {name!r}: use one of {', '.join(SCALINGS)}"
    raise UnknownNameError(msg)

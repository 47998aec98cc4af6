"""What scalings there are; without numpy, so that the help of a command is quick."""

from __future__ import annotations

from typing import Literal, get_args

from mangaxr.errors import known_name

__all__ = ["SCALINGS", "ScalingName", "check_scaling"]

ScalingName = Literal["robust", "asinh", "none"]

SCALINGS: tuple[ScalingName, ...] = get_args(ScalingName)


def check_scaling(name: str) -> ScalingName:
    """Return a scaling's name, if it is one.

    Raises
    ------
    UnknownNameError
        If there is no such scaling.
    """
    return known_name("scaling", name, SCALINGS)

"""Configurations of lensed sets whose samples are made in no time."""

from __future__ import annotations

from typing import Any

from mangaxr.lensed_sets import SetConfig
from mangaxr.lensed_sets.config import parse_config

__all__ = ["configured"]

IMAGE = {"npix": 16, "pixel_scale": 0.24, "supersample": 1}


def configured(**sections: Any) -> SetConfig:
    """Return the shipped configuration with small images, and these entries."""
    image = {**IMAGE, **sections.pop("image", {})}
    return parse_config({"image": image, "debug": 2, **sections}, where="here")

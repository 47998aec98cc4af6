"""The data contract of a tensor store, as rows that writer, reader, checks and docs share.

Zarr v3, dimensions (galaxy, channel, y, x). The prose is ``docs/spec/store-1.0.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from mangaxr.quality.metrics import FLAGS, METRICS

__all__ = [
    "ARRAYS",
    "CHANNEL_COORDS",
    "CONTRACT",
    "CONTRACT_VERSION",
    "GALAXY_COORDS",
    "MISSING",
    "PIXEL_COORDS",
    "QUALITY_COORDS",
    "SCALINGS",
    "SCALING_FUNCTIONS",
    "STATUS",
    "Variable",
    "all_variables",
]

CONTRACT = "mangaxr-tensors"
CONTRACT_VERSION = "1.0"

STATUS: dict[str, int] = {"pending": 0, "done": 1, "failed": 2}
"""Values of ``status``."""

Dtype = Literal["float32", "float64", "int64", "int8", "bool", "str"]


MISSING: dict[str, object] = {
    "float32": math.nan,
    "float64": math.nan,
    "int64": -1,
    "int8": 0,
    "bool": False,
    "str": "",
}
"""Type -> what stands for a value that is not known."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the store.

    Parameters
    ----------
    name
        Its name.
    dims
        Its dimensions, in order.
    dtype
        Its type; ``str`` is Zarr's variable-length string.
    units
        As astropy writes it; empty if it has none, or one per channel.
    long_name
        What it means.
    """

    name: str
    dims: tuple[str, ...]
    dtype: Dtype
    units: str
    long_name: str


_MAP = ("galaxy", "channel", "y", "x")
_PER_CHANNEL = ("galaxy", "channel")
_PER_GALAXY = ("galaxy",)

ARRAYS: tuple[Variable, ...] = (
    Variable("tensor", _MAP, "float32", "1", "scaled value; NaN where there is none"),
    Variable(
        "ivar",
        _MAP,
        "float32",
        "",
        "inverse variance of the physical value, spaxels within a pixel taken as fully "
        "correlated; NaN where there is no value or no finite variance",
    ),
    Variable("coverage", _MAP, "float32", "1", "share of the pixel's area that was measured"),
)

SCALINGS: tuple[Variable, ...] = (
    Variable("scaling_offset", _PER_CHANNEL, "float64", "", "physical = g(tensor)*scale + offset"),
    Variable("scaling_scale", _PER_CHANNEL, "float64", "", "physical = g(tensor)*scale + offset"),
)

SCALING_FUNCTIONS: dict[str, str] = {"robust": "identity", "none": "identity", "asinh": "sinh"}
"""Scaling of the recipe -> the function g of its inverse, attribute of ``tensor``."""

GALAXY_COORDS: tuple[Variable, ...] = (
    Variable("galaxy", _PER_GALAXY, "str", "", "plate and IFU design; unique, sorted"),
    Variable("status", _PER_GALAXY, "int8", "", "0 pending, 1 done, 2 failed"),
    Variable("failure", _PER_GALAXY, "str", "", "why it failed; empty if it did not"),
    Variable("plate", _PER_GALAXY, "int64", "", "plate; -1 if unknown"),
    Variable("ifu", _PER_GALAXY, "int64", "", "IFU design; -1 if unknown"),
    Variable("mangaid", _PER_GALAXY, "str", "", "target; repeat observations share it"),
    Variable("split", _PER_GALAXY, "str", "", "train, val or test, by a stable hash of mangaid"),
    Variable("ra", _PER_GALAXY, "float64", "deg", "right ascension of the object (J2000)"),
    Variable("dec", _PER_GALAXY, "float64", "deg", "declination of the object (J2000)"),
    Variable("z", _PER_GALAXY, "float64", "1", "input redshift; velocities are relative to it"),
    Variable("reff", _PER_GALAXY, "float64", "arcsec", "effective radius R_e"),
    Variable("pa", _PER_GALAXY, "float64", "deg", "photometric position angle, N through E"),
    Variable("ellipticity", _PER_GALAXY, "float64", "1", "ellipticity, 1 - b/a"),
    Variable("pixel_scale", _PER_GALAXY, "float64", "arcsec", "side of an output pixel"),
    Variable(
        "center_sky_x",
        _PER_GALAXY,
        "float64",
        "arcsec",
        "offset of the tensor's middle from the object, positive East",
    ),
    Variable(
        "center_sky_y",
        _PER_GALAXY,
        "float64",
        "arcsec",
        "offset of the tensor's middle from the object, positive North",
    ),
    Variable("psf_fwhm", _PER_GALAXY, "float64", "arcsec", "r-band PSF FWHM before regridding"),
    Variable("psf_fwhm_pixels", _PER_GALAXY, "float64", "pix", "the same in output pixels"),
    Variable("dapqual", _PER_GALAXY, "int64", "", "quality bits of the DAP; -1 if unknown"),
    Variable("drp3qual", _PER_GALAXY, "int64", "", "quality bits of the DRP; -1 if unknown"),
    Variable("daptype", _PER_GALAXY, "str", "", "binning and templates of the analysis"),
    Variable("drp_version", _PER_GALAXY, "str", "", "version of the reduction pipeline"),
    Variable("dap_version", _PER_GALAXY, "str", "", "version of the analysis pipeline"),
    Variable("source_file", _PER_GALAXY, "str", "", "name of the MAPS file"),
    Variable("source_size", _PER_GALAXY, "int64", "byte", "size of the MAPS file; -1 if unknown"),
    Variable(
        "source_checksum",
        _PER_GALAXY,
        "str",
        "",
        "DATASUM cards of the extensions used, as EXTENSION=SUM",
    ),
)

QUALITY_COORDS: tuple[Variable, ...] = (
    *(Variable(row.name, _PER_GALAXY, "float64", row.units, row.long_name) for row in METRICS),
    *(Variable(flag.name, _PER_GALAXY, "bool", "", flag.long_name) for flag in FLAGS),
    Variable("usable", _PER_GALAXY, "bool", "", "whether no flag that decides is raised"),
    Variable("reason", _PER_GALAXY, "str", "", "why it is not usable; empty if it is"),
)
"""Per galaxy as well: its metrics, flags and verdict."""

CHANNEL_COORDS: tuple[Variable, ...] = (
    Variable("channel", ("channel",), "str", "", "name of the channel"),
    Variable("channel_units", ("channel",), "str", "", "unit of its physical values"),
    Variable("channel_long_name", ("channel",), "str", "", "what it is"),
    Variable("channel_quantity", ("channel",), "str", "", "how it is averaged"),
    Variable("channel_extension", ("channel",), "str", "", "MAPS extension it comes from"),
    Variable("channel_line", ("channel",), "str", "", "line or index, by its name in the header"),
    Variable("channel_weight", ("channel",), "str", "", "MAPS extension that weights it"),
    Variable("channel_mask_policy", ("channel",), "str", "", "mask policy it was cut with"),
)

PIXEL_COORDS: tuple[Variable, ...] = (
    Variable("y", ("y",), "float64", "pix", "offset from the middle, positive North"),
    Variable("x", ("x",), "float64", "pix", "offset from the middle, positive West"),
)


def all_variables() -> tuple[Variable, ...]:
    """Return every variable of a store."""
    return (*ARRAYS, *SCALINGS, *GALAXY_COORDS, *QUALITY_COORDS, *CHANNEL_COORDS, *PIXEL_COORDS)

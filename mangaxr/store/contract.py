"""The data contract of a tensor store, as rows that writer, reader, checks and docs share.

Zarr v3, dimensions (galaxy, channel, y, x). The prose is ``docs/spec/store-1.0.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mangaxr.quality.metrics import FLAGS, METRICS
from mangaxr.tensors.channels import Quantity
from mangaxr.tensors.recipe import SPLITS

__all__ = [
    "ARRAYS",
    "ATTRIBUTES",
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
    "UNSIGNED",
    "Attribute",
    "Variable",
    "all_variables",
    "auxiliary",
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
    within
        Least and largest value that it may have, missing values apart; None if any will do.
    values
        The only values that it may have, missing values apart; none if any will do.
    per_channel
        Its unit where that differs by channel, ``u`` being the unit of the channel.
    always
        Whether a value is never missing.
    """

    name: str
    dims: tuple[str, ...]
    dtype: Dtype
    units: str
    long_name: str
    within: tuple[float, float] | None = None
    values: tuple[int | str, ...] = ()
    per_channel: str = ""
    always: bool = False

    @property
    def missing(self) -> object:
        """What stands for a value that is missing; None if none ever is."""
        return None if self.always else MISSING[self.dtype]

    def filled(self, values: Iterable[Any]) -> list[Any]:
        """Put what stands for a missing value where there is None."""
        return [MISSING[self.dtype] if value is None else value for value in values]


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
        within=(0.0, math.inf),
        per_channel="1 / u^2",
    ),
    Variable(
        "coverage",
        _MAP,
        "float32",
        "1",
        "share of the pixel's area that was measured",
        within=(0.0, 1.0),
        always=True,
    ),
)

SCALINGS: tuple[Variable, ...] = (
    Variable(
        "scaling_offset",
        _PER_CHANNEL,
        "float64",
        "",
        "physical = g(tensor)*scale + offset",
        per_channel="u",
        always=True,
    ),
    Variable(
        "scaling_scale",
        _PER_CHANNEL,
        "float64",
        "",
        "physical = g(tensor)*scale + offset",
        within=(0.0, math.inf),
        per_channel="u",
        always=True,
    ),
)

SCALING_FUNCTIONS: dict[str, str] = {"robust": "identity", "none": "identity", "asinh": "sinh"}
"""Scaling of the recipe -> the function g of its inverse, attribute of ``tensor``."""

GALAXY_COORDS: tuple[Variable, ...] = (
    Variable("galaxy", _PER_GALAXY, "str", "", "plate and IFU design; unique, sorted", always=True),
    Variable(
        "status",
        _PER_GALAXY,
        "int8",
        "",
        "0 pending, 1 done, 2 failed",
        within=(0, 2),
        values=tuple(STATUS.values()),
        always=True,
    ),
    Variable("failure", _PER_GALAXY, "str", "", "why it failed; empty if it did not"),
    Variable("plate", _PER_GALAXY, "int64", "", "plate; -1 if unknown", within=(1, math.inf)),
    Variable("ifu", _PER_GALAXY, "int64", "", "IFU design; -1 if unknown", within=(1, math.inf)),
    Variable("mangaid", _PER_GALAXY, "str", "", "target; repeat observations share it"),
    Variable(
        "split",
        _PER_GALAXY,
        "str",
        "",
        "train, val or test, by a stable hash of mangaid",
        values=SPLITS,
    ),
    Variable(
        "ra",
        _PER_GALAXY,
        "float64",
        "deg",
        "right ascension of the object (J2000)",
        within=(0.0, 360.0),
    ),
    Variable(
        "dec",
        _PER_GALAXY,
        "float64",
        "deg",
        "declination of the object (J2000)",
        within=(-90.0, 90.0),
    ),
    Variable(
        "z",
        _PER_GALAXY,
        "float64",
        "1",
        "input redshift; velocities are relative to it",
        within=(-0.1, 10.0),
    ),
    Variable(
        "reff", _PER_GALAXY, "float64", "arcsec", "effective radius R_e", within=(0.0, math.inf)
    ),
    Variable("pa", _PER_GALAXY, "float64", "deg", "photometric position angle, N through E"),
    Variable("ellipticity", _PER_GALAXY, "float64", "1", "ellipticity, 1 - b/a", within=(0.0, 1.0)),
    Variable(
        "pixel_scale",
        _PER_GALAXY,
        "float64",
        "arcsec",
        "side of an output pixel",
        within=(0.0, math.inf),
    ),
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
    Variable(
        "psf_fwhm",
        _PER_GALAXY,
        "float64",
        "arcsec",
        "r-band PSF FWHM before regridding",
        within=(0.0, math.inf),
    ),
    Variable(
        "psf_fwhm_pixels",
        _PER_GALAXY,
        "float64",
        "pix",
        "the same in output pixels",
        within=(0.0, math.inf),
    ),
    Variable("dapqual", _PER_GALAXY, "int64", "", "quality bits of the DAP; -1 if unknown"),
    Variable("drp3qual", _PER_GALAXY, "int64", "", "quality bits of the DRP; -1 if unknown"),
    Variable("daptype", _PER_GALAXY, "str", "", "binning and templates of the analysis"),
    Variable("drp_version", _PER_GALAXY, "str", "", "version of the reduction pipeline"),
    Variable("dap_version", _PER_GALAXY, "str", "", "version of the analysis pipeline"),
    Variable("source_file", _PER_GALAXY, "str", "", "name of the MAPS file"),
    Variable(
        "source_path",
        _PER_GALAXY,
        "str",
        "",
        "its path below the root of the archive; empty if it was not in such a tree",
    ),
    Variable(
        "source_url", _PER_GALAXY, "str", "", "where the archive has it; empty with source_path"
    ),
    Variable(
        "source_size",
        _PER_GALAXY,
        "int64",
        "byte",
        "size of the MAPS file; -1 if unknown",
        within=(0, math.inf),
    ),
    Variable(
        "source_sha256", _PER_GALAXY, "str", "", "SHA-256 of the MAPS file, or why it is not known"
    ),
    Variable(
        "source_checksum",
        _PER_GALAXY,
        "str",
        "",
        "DATASUM cards of the extensions used, as EXTENSION=SUM",
    ),
    Variable(
        "arrays_sha256",
        _PER_GALAXY,
        "str",
        "",
        "SHA-256 of the galaxy's tensor, ivar and coverage; empty if it failed",
    ),
    Variable(
        "row_sha256",
        _PER_GALAXY,
        "str",
        "",
        "SHA-256 of the rest of what decides the galaxy",
        always=True,
    ),
)

QUALITY_COORDS: tuple[Variable, ...] = (
    *(
        Variable(row.name, _PER_GALAXY, "float64", row.units, row.long_name, within=row.within)
        for row in METRICS
    ),
    *(Variable(flag.name, _PER_GALAXY, "bool", "", flag.long_name) for flag in FLAGS),
    Variable("usable", _PER_GALAXY, "bool", "", "whether no flag that decides is raised"),
    Variable("reason", _PER_GALAXY, "str", "", "why it is not usable; empty if it is"),
)
"""Per galaxy as well: its metrics, flags and verdict."""

UNSIGNED = frozenset(("source_path", "source_url", "source_sha256", "row_sha256"))
"""What ``row_sha256`` leaves out: where a file lay and how much of it was looked at.

So the same files and recipe give a store of the same digest.
"""

_CHANNEL = ("channel",)

CHANNEL_COORDS: tuple[Variable, ...] = (
    Variable("channel", _CHANNEL, "str", "", "name of the channel", always=True),
    Variable("channel_units", _CHANNEL, "str", "", "unit of its physical values", always=True),
    Variable("channel_long_name", _CHANNEL, "str", "", "what it is", always=True),
    Variable(
        "channel_quantity",
        _CHANNEL,
        "str",
        "",
        "how it is averaged",
        values=get_args(Quantity),
        always=True,
    ),
    Variable("channel_extension", _CHANNEL, "str", "", "MAPS extension it comes from", always=True),
    Variable("channel_line", _CHANNEL, "str", "", "line or index, by its name in the header"),
    Variable("channel_weight", _CHANNEL, "str", "", "MAPS extension that weights it"),
    Variable(
        "channel_mask_policy", _CHANNEL, "str", "", "mask policy it was cut with", always=True
    ),
)

PIXEL_COORDS: tuple[Variable, ...] = (
    Variable("y", ("y",), "float64", "pix", "offset from the middle, positive North", always=True),
    Variable("x", ("x",), "float64", "pix", "offset from the middle, positive West", always=True),
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the store's root.

    Parameters
    ----------
    name
        Its name.
    long_name
        What it says.
    json
        Whether its text is JSON.
    """

    name: str
    long_name: str
    json: bool = False


ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("contract", "name of this contract"),
    Attribute("contract_version", "its version"),
    Attribute("title", "what the store holds"),
    Attribute("recipe", "everything that decides the numbers, apart from the files", json=True),
    Attribute("recipe_digest", "SHA-256 of the recipe"),
    Attribute("thresholds", "the thresholds that usable follows from", json=True),
    Attribute("split_rule", "how targets were assigned to splits", json=True),
    Attribute("command", "what was called, without the folders of this machine"),
    Attribute("started", "when, in UTC"),
    Attribute("finished", "when, in UTC"),
    Attribute("software", "versions of Python and the libraries that touch the numbers", json=True),
    Attribute("builds", "the same of each build that galaxies came from, in order", json=True),
    Attribute("license", "terms of use"),
    Attribute("citation", "what to cite"),
    Attribute("coordinates", "names of the variables that are coordinates"),
    Attribute("content_sha256", "SHA-256 of all galaxies' digests: what the store is known by"),
    Attribute("attributes_sha256", "SHA-256 of the attributes above"),
)
"""Attributes of the root; all are texts."""


def auxiliary(specs: Iterable[Variable]) -> list[str]:
    """Return the names of variables that are not the coordinate of their own dimension.

    Examples
    --------
    >>> auxiliary(CHANNEL_COORDS)[0]
    'channel_units'
    """
    return [spec.name for spec in specs if spec.name not in spec.dims]


def all_variables() -> tuple[Variable, ...]:
    """Return every variable of a store."""
    return (*ARRAYS, *SCALINGS, *GALAXY_COORDS, *QUALITY_COORDS, *CHANNEL_COORDS, *PIXEL_COORDS)

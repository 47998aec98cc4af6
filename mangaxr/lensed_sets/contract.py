"""The data contract of a lensed set, as rows that writer, reader, checks and docs share.

Zarr v3, dimensions (sample, channel, y, x). The prose is ``docs/spec/lensed-1.0.md``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mangaxr.lensed_sets.config import PRIORS
from mangaxr.store.attributes import CONTRACT_OF_SETS
from mangaxr.store.contract import Attribute, Variable

__all__ = [
    "ATTRIBUTES",
    "CHANNELS",
    "CHANNEL_COORDS",
    "CONTRACT",
    "CONTRACT_VERSION",
    "IMAGE",
    "OF_SUBHALO",
    "PIXEL_COORDS",
    "SAMPLE_COORDS",
    "UNSIGNED",
    "Channel",
    "all_variables",
]

CONTRACT = CONTRACT_OF_SETS
CONTRACT_VERSION = "1.0"


class Channel(NamedTuple):
    """A channel of the images: its unit (``flux`` for that of the source) and its meaning."""

    name: str
    units: str
    long_name: str


CHANNELS: tuple[Channel, ...] = (
    Channel("flux", "flux", "surface brightness of the line"),
    Channel("velocity", "km / s", "flux-weighted mean velocity; NaN where not valid"),
    Channel("sigma", "km / s", "velocity dispersion; NaN where not valid"),
    Channel("coverage", "1", "share of the PSF's footprint whose source was measured"),
    Channel("valid", "1", "1 where velocity and dispersion hold, else 0"),
    Channel("flux_err", "flux", "standard deviation of the flux; NaN without noise"),
    Channel("velocity_err", "km / s", "standard deviation of the velocity; NaN where not valid"),
    Channel("sigma_err", "km / s", "standard deviation of the dispersion; NaN where not valid"),
)
"""In the order of the store."""

_PER_SAMPLE = ("sample",)

IMAGE = Variable(
    "image",
    ("sample", "channel", "y", "x"),
    "float32",
    "",
    "what the instrument sees, in physical units; NaN where there is no value",
    per_channel="u",
)

OF_SUBHALO = ("subhalo_mass", "subhalo_radius", "subhalo_angle")
"""What is drawn of a subhalo, and not stored where there is none."""

SAMPLE_COORDS: tuple[Variable, ...] = (
    Variable(
        "sample", _PER_SAMPLE, "int64", "", "number of the sample", (0, math.inf), always=True
    ),
    Variable("galaxy", _PER_SAMPLE, "str", "", "plateifu of the source", always=True),
    Variable("mangaid", _PER_SAMPLE, "str", "", "target of the source"),
    Variable(
        "split", _PER_SAMPLE, "str", "", "split of the source", values=("train", "val", "test")
    ),
    Variable(
        "debug", _PER_SAMPLE, "bool", "", "whether all priors are at their medians", always=True
    ),
    Variable("subhalo", _PER_SAMPLE, "bool", "", "whether the lens has a subhalo", always=True),
    *(
        Variable(row.name, _PER_SAMPLE, "float64", row.units, row.long_name, (row.low, row.high))
        for row in PRIORS
    ),
    Variable("subhalo_x", _PER_SAMPLE, "float64", "arcsec", "place of the subhalo, to the West"),
    Variable("subhalo_y", _PER_SAMPLE, "float64", "arcsec", "place of the subhalo, to the North"),
    Variable(
        "subhalo_theta_s",
        _PER_SAMPLE,
        "float64",
        "arcsec",
        "Einstein radius of the subhalo without its end",
        (0, math.inf),
    ),
    Variable(
        "subhalo_r_t",
        _PER_SAMPLE,
        "float64",
        "arcsec",
        "truncation radius of the subhalo",
        (0, math.inf),
    ),
    Variable(
        "source_pixel_scale",
        _PER_SAMPLE,
        "float64",
        "arcsec",
        "side of a pixel of the source's maps, at its new redshift",
        (0, math.inf),
    ),
    Variable(
        "source_psf_fwhm",
        _PER_SAMPLE,
        "float64",
        "arcsec",
        "width of the PSF that is in the source's maps already",
        (0, math.inf),
    ),
    Variable(
        "valid_fraction", _PER_SAMPLE, "float64", "1", "share of the pixels with a velocity", (0, 1)
    ),
    Variable(
        "attempt",
        _PER_SAMPLE,
        "int64",
        "",
        "draws thrown away, as too little was seen",
        (0, math.inf),
    ),
    Variable("image_sha256", _PER_SAMPLE, "str", "", "SHA-256 of the sample's image", always=True),
    Variable(
        "row_sha256", _PER_SAMPLE, "str", "", "SHA-256 of the sample's coordinates", always=True
    ),
)

UNSIGNED = ("row_sha256",)
"""What a row's digest leaves out."""

CHANNEL_COORDS: tuple[Variable, ...] = (
    Variable("channel", ("channel",), "str", "", "name of the channel", always=True),
    Variable("channel_units", ("channel",), "str", "", "unit of the channel", always=True),
    Variable("channel_long_name", ("channel",), "str", "", "meaning of the channel", always=True),
)

PIXEL_COORDS: tuple[Variable, ...] = (
    Variable("y", ("y",), "float64", "arcsec", "to the North of the optical axis", always=True),
    Variable("x", ("x",), "float64", "arcsec", "to the West of the optical axis", always=True),
)

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("contract", f"`{CONTRACT}`"),
    Attribute("contract_version", f"`{CONTRACT_VERSION}`"),
    Attribute("config", "what samples are drawn from", json=True),
    Attribute("config_digest", "SHA-256 of its canonical JSON"),
    Attribute("store_content_sha256", "`content_sha256` of the store that the galaxies are from"),
    Attribute("store_recipe", "recipe of that store", json=True),
    Attribute("coordinates", "variables that are coordinates, for xarray"),
    Attribute("content_sha256", "SHA-256 of all samples, from their digests"),
    Attribute("title", "what this is"),
    Attribute("command", "what made it"),
    Attribute("started", "when its last run began"),
    Attribute("finished", "when it ended"),
    Attribute("software", "versions of the libraries", json=True),
    Attribute("license", "of the data"),
    Attribute("citation", "whom to cite"),
    Attribute("attributes_sha256", "SHA-256 of all other attributes"),
)


def all_variables() -> tuple[Variable, ...]:
    """Return every row, in the order of the store."""
    return (IMAGE, *SAMPLE_COORDS, *CHANNEL_COORDS, *PIXEL_COORDS)

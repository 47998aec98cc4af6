"""The sentences of the contract: what its dimensions, functions and digests are, how it changes.

What has a row in `mangaxr.store.contract` is not said here again. ``contract.json`` and
``docs/spec/store-1.0.md`` are written from both.
"""

from __future__ import annotations

from dataclasses import dataclass

from mangaxr.store.contract import UNSIGNED

__all__ = [
    "CHANGES",
    "DIGESTS",
    "DIMENSIONS",
    "FUNCTIONS",
    "INTENDED",
    "LIMITS",
    "NOT_PROMISED",
    "UNINTENDED",
    "Digest",
    "Function",
]

DIMENSIONS: dict[str, str] = {
    "galaxy": "observations, sorted by plate and IFU; names that tell neither come last",
    "channel": "in the order of the recipe",
    "y": "rows of pixels, growing to the North",
    "x": "columns of pixels, growing to the West",
}
"""Dimension -> what lies along it, in the order of the large arrays."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function g of the scaling, with t a tensor value and p the physical one.

    Parameters
    ----------
    name
        Value of the attribute ``scaling_function``.
    forward
        How a tensor is made.
    inverse
        How the physical value comes back.
    error
        Upper bound of the error of the inverse, from the rounding of t to float32.
    """

    name: str
    forward: str
    inverse: str
    error: str


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "identity",
        "t = (p - scaling_offset) / scaling_scale",
        "p = t * scaling_scale + scaling_offset",
        "2^-24 * |t| * scaling_scale",
    ),
    Function(
        "sinh",
        "t = arcsinh((p - scaling_offset) / scaling_scale)",
        "p = sinh(t) * scaling_scale + scaling_offset",
        "2^-24 * |t| * cosh(t) * scaling_scale",
    ),
)


@dataclass(frozen=True, slots=True)
class Digest:
    """A SHA-256 that a store holds, in lower-case hexadecimal digits.

    Parameters
    ----------
    name
        Its name.
    kind
        ``attribute`` of the root, or ``variable`` with one for each galaxy.
    definition
        What it is the SHA-256 of.
    """

    name: str
    kind: str
    definition: str


_JSON = (
    "as JSON: names sorted, no blanks, characters beyond ASCII escaped, floats in the fewest "
    "digits that give them back, NaN as null, infinities as the texts inf and -inf"
)

DIGESTS: tuple[Digest, ...] = (
    Digest("recipe_digest", "attribute", f"the recipe {_JSON}"),
    Digest(
        "arrays_sha256",
        "variable",
        "the galaxy's tensor, ivar and coverage, one after the other, each (channel, y, x) as "
        "little-endian float32 in C order; empty for a galaxy that failed",
    ),
    Digest(
        "row_sha256",
        "variable",
        "an object that maps the name of each variable along galaxy to the galaxy's value (of "
        f"the scalings, to the list by channel), without {', '.join(sorted(UNSIGNED))} and the "
        f"large arrays, {_JSON}",
    ),
    Digest(
        "content_sha256",
        "attribute",
        "for each galaxy in order galaxy, arrays_sha256 and row_sha256 with a blank between "
        "them and a newline behind, in UTF-8",
    ),
    Digest(
        "attributes_sha256",
        "attribute",
        "an object that maps the name of each other attribute of the contract to its text, "
        f"{_JSON}",
    ),
)

CHANGES: dict[str, str] = {
    "major": "a reader of the old contract would misread a store; mangaxr refuses to read it",
    "minor": "something was added that a reader of the old contract may pass over",
}
"""Number of the version, before and behind the dot -> when it grows."""

LIMITS: tuple[str, ...] = (
    "Covariance is not stored, neither between spaxels nor between pixels; it is not zero.",
    "Inverse variances rest on the formal errors of the pipeline, which its authors found right "
    "within a factor of about two.",
    "Values that the pipeline repeats over a bin (`VOR10`, and stars in `HYB10`) are averaged as "
    "if they were measurements of their own.",
    "The masks of the pipeline are incomplete: cosmic rays and bad fits that it did not flag "
    "are in the maps.",
    "Quality bits are stored and not acted upon: a galaxy with `CRITICAL` set is built like any "
    "other. Select by `usable`, `dapqual` and `drp3qual`.",
    "The PSF is that of each observation. It is not deconvolved, and not made equal between "
    "galaxies or channels.",
    "Velocities are along the line of sight. Nothing is deprojected, and dust within a galaxy is "
    "not corrected.",
    "Pixels beyond the bundle have no value. Fluxes are those of the measured area, not of whole "
    "galaxies.",
    "MaNGA chose its targets by mass and colour, and a store holds a choice of these. Without the "
    "survey's weights, shares and means are not those of the galaxies in the Universe.",
)
"""What a user has to know of every store."""

INTENDED: tuple[str, ...] = (
    "Training and testing networks on resolved maps of nearby galaxies.",
    "Statistics over many galaxies in physical units: stacks, radial profiles, scaling relations.",
    "Realistic sources for simulated observations, such as lensed galaxies.",
)

UNINTENDED: tuple[str, ...] = (
    "Measuring single galaxies to better than the pixels' correlated errors: use the files.",
    "Chi-squares, or errors of sums, that take pixels for independent.",
    "Volume densities, or the share of galaxies of some kind, without the survey's weights.",
    "Comparing small structures between galaxies of different distance or PSF as if they were "
    "resolved alike.",
    "Comparing tensors of different galaxies without their scalings: each has its own.",
)

NOT_PROMISED: tuple[str, ...] = (
    "The bytes of compressed chunks between versions of the libraries.",
    "The order of attributes and of files, and times.",
    "Wording: `long_name`, `failure`, `reason`, `title`, `citation`.",
    "Variables and attributes that this page does not name.",
    "That a later version of mangaxr computes the same numbers from the same recipe: compare "
    "`content_sha256`, and `software`.",
)

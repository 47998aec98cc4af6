"""Bit masks of the DAP and DRP, and the named policies that turn bits into "good".

Source: mangadap ``config/bitmasks/dap_maps_bits.ini`` and ``dap_quality_bits.ini``,
``sdssMaskbits.par`` (MANGA_DRP3QUAL).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mangaxr.errors import UnknownNameError

__all__ = [
    "DAPPIXMASK",
    "DAPQUAL",
    "DEFAULT_POLICY",
    "DRP3QUAL",
    "POLICIES",
    "MaskBit",
    "bits_of_policy",
    "decode",
]


@dataclass(frozen=True, slots=True)
class MaskBit:
    """One bit of a mask."""

    bit: int
    name: str
    description: str

    @property
    def value(self) -> int:
        """The bit's value in the mask, ``2**bit``."""
        return 1 << self.bit


DAPPIXMASK: tuple[MaskBit, ...] = (
    MaskBit(0, "NOCOV", "No coverage in this spaxel"),
    MaskBit(1, "LOWCOV", "Low coverage in this spaxel"),
    MaskBit(2, "DEADFIBER", "Major contributing fiber is dead"),
    MaskBit(3, "FORESTAR", "Foreground star"),
    MaskBit(4, "NOVALUE", "Spaxel did not meet the selection criteria of the analysis"),
    MaskBit(5, "UNRELIABLE", "Value is deemed unreliable"),
    MaskBit(6, "MATHERROR", "Mathematical error in computing the value"),
    MaskBit(7, "FITFAILED", "Fit optimization algorithm failed"),
    MaskBit(8, "NEARBOUND", "Fitted parameter is at or too near an imposed boundary"),
    MaskBit(9, "NOCORRECTION", "Appropriate correction is not available"),
    MaskBit(10, "MULTICOMP", "Multi-component velocity features (placeholder, never set)"),
    MaskBit(30, "DONOTUSE", "Do not use this spaxel for science"),
)
"""MANGA_DAPPIXMASK, the bits of every ``*_MASK`` extension."""

DAPQUAL: tuple[MaskBit, ...] = (
    MaskBit(0, "FORESTAR", "There is a foreground-star region within the data cube"),
    MaskBit(1, "BADZ", "NSA redshift does not match the derived one (placeholder)"),
    MaskBit(2, "LINELESS", "No emission lines in the data cube (placeholder)"),
    MaskBit(3, "PPXFFAIL", "pPXF failed to fit this object (placeholder)"),
    MaskBit(4, "SINGLEBIN", "Voronoi binning put all spectra in a single bin"),
    MaskBit(5, "BADGEOM", "Invalid geometry: elliptical coordinates and R_e are meaningless"),
    MaskBit(28, "DRPCRIT", "Critical failure in the DRP"),
    MaskBit(29, "DAPCRIT", "Critical failure in the DAP"),
    MaskBit(30, "CRITICAL", "Critical failure in the DRP or DAP: do not use"),
)
"""MANGA_DAPQUAL, primary header keyword ``DAPQUAL``."""

DRP3QUAL: tuple[MaskBit, ...] = (
    MaskBit(0, "RETIRED", "Bit retired from use"),
    MaskBit(1, "BADDEPTH", "IFU does not reach target depth"),
    MaskBit(2, "SKYSUBBAD", "Bad sky subtraction in one or more frames"),
    MaskBit(3, "HIGHSCAT", "High scattered light in one or more frames"),
    MaskBit(4, "BADASTROM", "Bad astrometry in one or more frames"),
    MaskBit(5, "VARIABLELSF", "LSF varies significantly between component spectra"),
    MaskBit(6, "BADOMEGA", "Omega greater than threshold in one or more sets"),
    MaskBit(7, "BADSET", "One or more sets are bad"),
    MaskBit(8, "BADFLUX", "Bad flux calibration"),
    MaskBit(9, "BADPSF", "PSF estimate may be bad"),
    MaskBit(10, "MANYDEAD", "Many dead fibers"),
    MaskBit(11, "RETIRED2", "Bit retired, moved into MASTAR_QUAL"),
    MaskBit(12, "BLOWTORCH", "Blowtorch artifact in one or more frames"),
    MaskBit(13, "SEVEREBT", "Severe blowtorch artifact"),
    MaskBit(14, "UNUSUAL", "Cube slightly unusual but good for most science"),
    MaskBit(30, "CRITICAL", "Critical failure in one or more frames: do not use"),
)
"""MANGA_DRP3QUAL, primary header keyword ``DRP3QUAL``."""

_ANY_BIT = 0x7FFFFFFF

POLICIES: Mapping[str, int] = MappingProxyType(
    {
        "donotuse": 1 << 30,
        "marvin": 1 << 0 | 1 << 5 | 1 << 30,
        "dap": _ANY_BIT,
    }
)
"""Policy -> the bits that make a spaxel bad.

``donotuse`` is what the DAPall catalogue uses; ``marvin`` adds NOCOV and UNRELIABLE as
Marvin does; ``dap`` rejects any bit, as in the DAP's own examples.
"""

DEFAULT_POLICY = "donotuse"


def bits_of_policy(policy: str | Sequence[str]) -> int:
    """Return the bits that make a spaxel bad under a policy.

    Parameters
    ----------
    policy
        A name in `POLICIES`, or a list of DAPPIXMASK flag names.

    Returns
    -------
    int
        Bits to test against a ``*_MASK`` plane.

    Raises
    ------
    UnknownNameError
        If the policy or one of the flags does not exist.

    Examples
    --------
    >>> bits_of_policy("donotuse")
    1073741824
    >>> bits_of_policy(["NOCOV", "FORESTAR"])
    9
    """
    if isinstance(policy, str):
        if policy not in POLICIES:
            msg = (
                f"unknown mask policy {policy!r}: use one of {', '.join(POLICIES)}, "
                f"or a list of flag names"
            )
            raise UnknownNameError(msg)
        return POLICIES[policy]
    values = {flag.name: flag.value for flag in DAPPIXMASK}
    bits = 0
    for name in policy:
        if name not in values:
            msg = f"unknown mask flag {name!r}: use any of {', '.join(values)}"
            raise UnknownNameError(msg)
        bits |= values[name]
    return bits


def decode(value: int, table: Sequence[MaskBit]) -> tuple[str, ...]:
    """Name the bits set in a mask or quality value.

    Parameters
    ----------
    value
        The integer as stored.
    table
        `DAPPIXMASK`, `DAPQUAL` or `DRP3QUAL`.

    Returns
    -------
    tuple of str
        Names in order of the bits; a set bit without a name appears as ``BIT12``.

    Examples
    --------
    >>> decode(1073741848, DAPPIXMASK)
    ('FORESTAR', 'NOVALUE', 'DONOTUSE')
    >>> decode(0, DAPQUAL)
    ()
    """
    names = {flag.bit: flag.name for flag in table}
    return tuple(names.get(bit, f"BIT{bit}") for bit in range(63) if value >> bit & 1)

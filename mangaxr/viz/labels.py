"""Words on a picture: units, quality, title."""

from __future__ import annotations

import math

import xarray as xr

from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL, decode
from mangaxr.store.attributes import store_recipe

__all__ = ["channel_label", "galaxy_facts", "pretty_unit", "quality_text", "title_text"]

_UNIT_ORDER = ("erg", "s", "cm", "Angstrom", "arcsec")
"""The order astronomers write the factors of a flux in; others come first."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def pretty_unit(units: str) -> str:
    """Typeset a unit with superscripts, in the order astronomers use.

    Parameters
    ----------
    units
        As astropy writes it; text that is no unit is returned as it is.

    Returns
    -------
    str
        Empty if dimensionless.

    Examples
    --------
    >>> pretty_unit("1e-17 erg / (s cm2 Angstrom arcsec2)")
    '10⁻¹⁷ erg s⁻¹ cm⁻² Å⁻¹ arcsec⁻²'
    >>> pretty_unit("km / s"), pretty_unit("1")
    ('km s⁻¹', '')
    """
    from astropy import units as u  # costs 0.1 s: only when something is drawn

    try:
        unit = u.Unit(units)
    except ValueError:
        return units
    factors = sorted(
        zip(unit.bases, unit.powers, strict=True),
        key=lambda item: _UNIT_ORDER.index(item[0].name) if item[0].name in _UNIT_ORDER else -1,
    )
    words = [(base**power).to_string("unicode", fraction=False) for base, power in factors]
    return " ".join([*_scale_words(float(unit.scale)), *words])


def _scale_words(scale: float) -> list[str]:
    """Write a unit's factor as a power of ten where it is one."""
    if scale == 1:
        return []
    exponent = round(math.log10(scale)) if scale > 0 else 0
    if exponent and math.isclose(scale, 10.0**exponent, rel_tol=1e-9):
        return ["10" + str(exponent).translate(_SUPERSCRIPTS)]
    return [f"{scale:g} ×"]


def channel_label(channel: xr.Dataset) -> str:
    """Name a channel and its unit, on two lines.

    Parameters
    ----------
    channel
        A store of one channel: ``channel_long_name`` and ``channel_units`` are scalars.
    """
    name = str(channel.channel_long_name.values)
    unit = pretty_unit(str(channel.channel_units.values))
    return f"{name[:1].upper()}{name[1:]}\n{unit}".rstrip()


def quality_text(dapqual: int, drp3qual: int) -> str:
    """Say in words what the quality bits of the DAP and DRP mean.

    Parameters
    ----------
    dapqual, drp3qual
        As in the store: -1 if unknown.

    Examples
    --------
    >>> quality_text(0, 0)
    'good'
    >>> quality_text(1, 6)
    'DAP FORESTAR; DRP BADDEPTH, SKYSUBBAD'
    >>> quality_text(-1, 0)
    'DAP unknown'
    """
    said = []
    for who, value, table in (("DAP", dapqual, DAPQUAL), ("DRP", drp3qual, DRP3QUAL)):
        flags = ("unknown",) if value < 0 else decode(value, table)
        if flags:
            said.append(f"{who} {', '.join(flags)}")
    return "; ".join(said) or "good"


def galaxy_facts(galaxy: xr.Dataset) -> list[str]:
    """List the name of the target, its redshift and R_e, as far as they are known.

    Parameters
    ----------
    galaxy
        A store of one galaxy.
    """
    mangaid, z, reff = str(galaxy.mangaid.values), float(galaxy.z), float(galaxy.reff)
    facts = []
    if mangaid:
        facts.append(f"MaNGA-ID {mangaid}")
    if math.isfinite(z):
        facts.append(f"z = {z:.5f}")
    if reff > 0:
        facts.append(f"Rₑ = {reff:.2f}″")
    return facts


def title_text(galaxy: xr.Dataset) -> str:
    """Write what belongs above a galaxy's picture, apart from its name.

    Parameters
    ----------
    galaxy
        A store of one galaxy.
    """
    grid = f"{store_recipe(galaxy)['grid']} grid, " if "recipe" in galaxy.attrs else ""
    return "    ".join([*galaxy_facts(galaxy), f"{grid}{float(galaxy.pixel_scale):.3g}″ per pixel"])

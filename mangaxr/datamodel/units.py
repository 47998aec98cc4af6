"""The unit strings in MAPS headers, and how astropy spells them.

The DAP writes ``ang`` and ``^{-2}`` and puts the scale in front, none of which
``astropy.units`` parses. ``spaxel`` is not a unit astropy knows; a spaxel is the pixel
of a MaNGA map, so ``pix`` stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FITS_UNITS", "INVERSE_VARIANCE_UNITS", "astropy_unit"]

FITS_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "arcsec": "arcsec",
        "arcsec^2": "arcsec2",
        "degrees": "deg",
        # kpc/h means "for H0 = 100 km/s/Mpc"; astropy would read the h as hours.
        "kpc/h": "kpc",
        "km/s": "km / s",
        "ang": "Angstrom",
        "mag": "mag",
        "1E-17 erg/s/cm^2/spaxel": "1e-17 erg / (s cm2 pix)",
        "1E-17 erg/s/cm^2/ang/spaxel": "1e-17 erg / (s cm2 Angstrom pix)",
        "": "1",
    }
)
"""BUNIT and U{n} strings as the DAP writes them -> strings ``astropy.units`` parses."""

INVERSE_VARIANCE_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "km/s": "s2 / km2",
        "ang": "1 / Angstrom2",
        "mag": "1 / mag2",
        "1E-17 erg/s/cm^2/spaxel": "1e34 s2 cm4 pix2 / erg2",
        "1E-17 erg/s/cm^2/ang/spaxel": "1e34 s2 cm4 Angstrom2 pix2 / erg2",
        "": "1",
    }
)
"""Unit of a quantity as the DAP writes it -> astropy's spelling of its inverse square."""


def astropy_unit(fits_unit: str) -> str | None:
    """Translate a unit from a MAPS header for ``astropy.units``.

    Parameters
    ----------
    fits_unit
        Value of ``BUNIT`` or ``U{n}``, verbatim.

    Returns
    -------
    str or None
        A string that ``astropy.units.Unit`` parses; None for a unit no MAPS file is
        known to use.

    Examples
    --------
    >>> astropy_unit("(km/s)^{-2}")
    's2 / km2'
    >>> astropy_unit("1E-17 erg/s/cm^2/spaxel")
    '1e-17 erg / (s cm2 pix)'
    """
    text = fits_unit.strip()
    if text.startswith("(") and text.endswith(")^{-2}"):
        return INVERSE_VARIANCE_UNITS.get(text[1 : -len(")^{-2}")])
    return FITS_UNITS.get(text)

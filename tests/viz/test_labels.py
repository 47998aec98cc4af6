"""Words on a picture."""

from __future__ import annotations

import pytest
import xarray as xr
from astropy import units as u

from mangaxr.tensors.channels import CHANNELS, FAMILIES, parse_channel
from mangaxr.viz.labels import pretty_unit, quality_text, title_text

_UNITS = sorted(
    {parse_channel(name).units for name in CHANNELS} | {f.units for f in FAMILIES if f.units}
)


@pytest.mark.parametrize("units", _UNITS)
def test_a_pretty_unit_is_still_the_unit(units: str) -> None:
    """Read back by astropy, the label means what the store says."""
    power, _, rest = pretty_unit(units).partition(" ")
    scale = 1e-17 if power == "10⁻¹⁷" else 1.0
    text = rest if scale != 1 else pretty_unit(units)
    assert u.Unit(units).is_equivalent(u.Unit(text))
    assert u.Unit(units).to(u.Unit(text)) == pytest.approx(scale)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("1e-17 erg / (s cm2 arcsec2)", "10⁻¹⁷ erg s⁻¹ cm⁻² arcsec⁻²"),
        ("1e3 Angstrom", "10³ Å"),
        ("2.5 mag", "2.5 × mag"),
        ("counts per fortnight", "counts per fortnight"),
        ("", ""),
    ],
)
def test_units_as_astronomers_write_them(units: str, expected: str) -> None:
    """Powers are raised, factors in the usual order; what is no unit is left alone."""
    assert pretty_unit(units) == expected


@pytest.mark.parametrize(
    ("dapqual", "drp3qual", "expected"),
    [
        (0, 0, "good"),
        (1 << 30, 0, "DAP CRITICAL"),
        (0, 1 << 8, "DRP BADFLUX"),
        (-1, -1, "DAP unknown; DRP unknown"),
    ],
)
def test_quality_is_decoded(dapqual: int, drp3qual: int, expected: str) -> None:
    """Flags appear by their names; unknown quality is not called good."""
    assert quality_text(dapqual, drp3qual) == expected


def test_title_leaves_out_what_is_unknown(store: xr.Dataset) -> None:
    """Missing numbers are left out, never printed as nan."""
    galaxy = store.isel(galaxy=0)
    assert title_text(galaxy).split("    ") == [
        "MaNGA-ID 1-0", "z = 0.01000", "Rₑ = 2.50″", "field grid, 0.5″ per pixel",
    ]  # fmt: skip
    nothing = galaxy.assign_coords(mangaid="", z=float("nan"), reff=float("nan"))
    assert title_text(nothing) == "field grid, 0.5″ per pixel"

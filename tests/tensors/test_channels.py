"""Channels: their names, what they read, their units."""

from __future__ import annotations

import astropy.units as u
import pytest

from mangaxr.datamodel.extensions import find_extension
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import LINES
from mangaxr.errors import UnknownNameError
from mangaxr.tensors.channels import (
    CHANNELS,
    DEFAULT_CHANNELS,
    parse_channel,
    parse_channels,
    wanted_planes,
)

EVERY_NAME = (
    *CHANNELS,
    *(f"{family}:{line.name}" for family in ("flux", "vel", "sigma", "ew") for line in LINES),
    *(f"index:{index.name}" for index in SPECTRAL_INDICES),
    "flux:OII-3727+OII-3729",
)


def test_every_channel_has_a_unit_that_astropy_parses_and_a_description() -> None:
    """Every named channel and every member of every family has a unit and says what it is."""
    for name in EVERY_NAME:
        channel = parse_channel(name)
        u.Unit(channel.units)
        assert channel.name == name
        assert channel.long_name
        assert "{" not in channel.long_name


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("ha_flux", 1e-17 * u.erg / u.s / u.cm**2 / u.arcsec**2),
        ("sii_flux", 1e-17 * u.erg / u.s / u.cm**2 / u.arcsec**2),
        ("g_flux", 1e-17 * u.erg / u.s / u.cm**2 / u.AA / u.arcsec**2),
        ("ha_vel", u.km / u.s),
        ("stellar_sigma", u.km / u.s),
        ("ha_ew", u.AA),
        ("d4000", u.dimensionless_unscaled),
        ("index:CN1", u.mag),
        ("index:Hb", u.AA),
    ],
)
def test_units_are_those_of_the_quantity(name: str, unit: u.UnitBase) -> None:
    """The unit in the store is the physical one, per square arcsec for fluxes."""
    assert u.Unit(parse_channel(name).units) == u.Unit(unit)


def test_h_alpha_reads_its_own_line_everywhere() -> None:
    """The default pair reads value, variance and mask of H-alpha, and nothing else."""
    wanted = wanted_planes(parse_channels(DEFAULT_CHANNELS))
    names = [f"EMLINE_{q}{part}" for q in ("GFLUX", "GVEL") for part in ("", "_IVAR", "_MASK")]
    assert wanted == dict.fromkeys(names, ("Ha-6564",))


def test_two_lines_of_one_extension_are_read_together() -> None:
    """Wanted planes are the union of what the channels need, each line once."""
    wanted = wanted_planes(parse_channels(["nii_flux", "ha_flux", "ha_sigma", "stellar_sigma"]))
    assert wanted["EMLINE_GFLUX"] == ("NII-6585", "Ha-6564")
    assert wanted["EMLINE_INSTSIGMA"] == ("Ha-6564",)
    assert wanted["STELLAR_SIGMACORR"] is None
    assert "SPX_MFLUX_IVAR" in wanted
    assert "SPX_MFLUX_MASK" not in wanted


def test_what_a_channel_wants_exists() -> None:
    """Channels want only extensions that files have, and lines only of line extensions."""
    for name in EVERY_NAME:
        for extension, lines in parse_channel(name).extensions().items():
            row = find_extension(extension)
            assert row is not None
            assert lines is None or row.channels


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ha_fluxx", "ha_flux"),
        ("HA_VEL", "ha_vel"),
        ("", "ha_flux"),
        ("flux:Ha-6563", "Ha-6564"),
        ("flux:", "flux:NAME"),
        ("flux", "flux:NAME"),
        ("vel:Ha-6564+Hb-4862", "only fluxes"),
        ("index:Ha-6564", "use"),
        ("stellar_vel:Ha-6564", "stellar_vel"),
        ("flux:Ha-6564+", "use"),
        ("flux:24", "Ha-6564"),
        ("nonsense:Ha-6564", "flux:NAME"),
    ],
)
def test_an_unknown_channel_is_an_error_with_a_hint(name: str, hint: str) -> None:
    """A name that is no channel raises one line that says what would be one."""
    with pytest.raises(UnknownNameError) as caught:
        parse_channel(name)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_channels_are_named_once_and_at_least_one() -> None:
    """No channel, or one twice, is an error that says so."""
    with pytest.raises(UnknownNameError, match="none is given"):
        parse_channels([])
    with pytest.raises(UnknownNameError, match="'ha_vel' is given twice"):
        parse_channels(["ha_vel", "ha_flux", "ha_vel"])
    with pytest.raises(UnknownNameError, match="given twice"):
        parse_channels(["flux:SII-6718+SII-6718"])
    with pytest.raises(UnknownNameError, match="list of names"):
        parse_channels("ha_flux")

"""The tables agree with each other, and with what their sources say."""

from __future__ import annotations

import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.datamodel.extensions import COORDINATES, EXTENSIONS, extensions_of, find_extension
from mangaxr.datamodel.keywords import KEYWORDS
from mangaxr.datamodel.lines import LINE_ALIASES, LINES, line_names, rest_wavelength
from mangaxr.datamodel.maskbits import (
    DAPPIXMASK,
    DAPQUAL,
    DRP3QUAL,
    POLICIES,
    MaskBit,
    bits_of_policy,
    decode,
)
from mangaxr.datamodel.releases import RELEASES, find_release, release_of_versions
from mangaxr.datamodel.units import FITS_UNITS, INVERSE_VARIANCE_UNITS, astropy_unit
from mangaxr.errors import UnknownNameError

TABLES = {"DAPPIXMASK": DAPPIXMASK, "DAPQUAL": DAPQUAL, "DRP3QUAL": DRP3QUAL}


def test_every_name_that_a_row_refers_to_is_a_row() -> None:
    """Masks, inverse variances and corrections exist in the layouts of the rows they serve."""
    for row in EXTENSIONS:
        for paired, role in ((row.ivar, "ivar"), (row.mask, "mask"), (row.correction, "data")):
            other = find_extension(paired) if paired else None
            assert (other is None) == (paired == "")
            if other is not None:
                assert other.role == role
                assert set(row.layouts) <= set(other.layouts)
    assert all(find_extension(row.extension) for row in COORDINATES)


def test_names_are_unique() -> None:
    """No extension, line, keyword or flag appears twice."""
    for names in (
        [row.name for row in EXTENSIONS],
        [row.attribute for row in KEYWORDS],
        [line.name for line in LINES],
        *([flag.name for flag in table] for table in TABLES.values()),
        *([flag.bit for flag in table] for table in TABLES.values()),
    ):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(("layout", "count"), [("DR15", 47), ("DR17", 63)])
def test_layouts_have_as_many_extensions_as_the_datamodel_says(layout: str, count: int) -> None:
    """DR15 files have 48 HDUs with the primary one, DR17 files 64."""
    assert len(extensions_of(layout)) == count  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("DR17", {"Hb-4862": 14, "OIII-5008": 16, "NI-5201": 18, "Ha-6564": 23, "NII-6585": 24}),
        ("DR15", {"Hb-4862": 11, "OIII-5008": 13, "Ha-6564": 18, "NII-6585": 19}),
    ],
)
def test_lines_are_where_the_datamodel_says(layout: str, expected: dict[str, int]) -> None:
    """Array indices of the lines people plot, for both layouts, moments and fits alike."""
    for moments in (False, True):
        names = line_names(layout, moments=moments)
        assert {name: names.index(name) for name in expected} == expected
        assert names[0] == ("OIId-3728" if moments else "OII-3727")
    assert len(line_names(layout)) == {"DR17": 35, "DR15": 22}[layout]
    assert set(LINE_ALIASES.values()) <= set(line_names(layout))


def test_line_names_hold_their_wavelengths() -> None:
    """The number in a name is the rest wavelength, truncated; unknown lines have none."""
    for layout in ("DR15", "DR17"):
        for moments in (False, True):
            for name in line_names(layout, moments=moments):
                wave = rest_wavelength(name, moments=moments or layout == "DR15")
                assert int(wave) == int(name.split("-")[1])
    assert rest_wavelength("Lya-1215") != rest_wavelength("Lya-1215")


def test_lines_are_in_order_of_wavelength() -> None:
    """The files sort lines by wavelength."""
    waves = [line.wave for line in LINES]
    assert waves == sorted(waves)


def test_every_unit_parses_and_means_what_the_dap_writes() -> None:
    """Astropy parses each translation, to the scale and dimensions of the original."""
    density = 1e-17 * u.erg / u.s / u.cm**2 / u.AA / u.pix
    meant = {
        "km/s": u.km / u.s,
        "ang": u.AA,
        "degrees": u.deg,
        "arcsec^2": u.arcsec**2,
        "1E-17 erg/s/cm^2/ang/spaxel": u.Unit(density),
        "1E-17 erg/s/cm^2/spaxel": u.Unit(density * u.AA),
        "": u.dimensionless_unscaled,
    }
    for text in {row.fits_unit for row in EXTENSIONS} | set(FITS_UNITS):
        spelling = astropy_unit(text)
        assert spelling is not None, text
        parsed = u.Unit(spelling)
        if text in meant:
            assert parsed.to(meant[text]) == pytest.approx(1.0, rel=1e-12)


def test_units_of_inverse_variances_are_inverse_squares() -> None:
    """Each is the quantity's unit to the power of -2, scale included."""
    for text, spelling in INVERSE_VARIANCE_UNITS.items():
        unit = u.Unit(FITS_UNITS[text])
        if text == "mag":  # astropy refuses powers of magnitudes as logarithmic units
            assert spelling == "1 / mag2"
            continue
        assert u.Unit(spelling).to(unit**-2) == pytest.approx(1.0, rel=1e-9)
        assert astropy_unit(f"({text})^{{-2}}") == spelling
    assert astropy_unit("furlong") is None


@given(st.sets(st.sampled_from(DAPPIXMASK)))
def test_a_list_of_flags_is_the_sum_of_their_bits(flags: set[MaskBit]) -> None:
    """A policy of flag names and the decoding of its bits are inverse to each other."""
    names = [flag.name for flag in flags]
    bits = bits_of_policy(names)
    assert bits == sum(2**flag.bit for flag in flags)
    assert set(decode(bits, DAPPIXMASK)) == set(names)


def test_policies_are_those_of_their_sources() -> None:
    """DAPall drops DONOTUSE; Marvin also NOCOV and UNRELIABLE; the DAP's examples any bit."""
    assert decode(bits_of_policy("donotuse"), DAPPIXMASK) == ("DONOTUSE",)
    assert decode(bits_of_policy("marvin"), DAPPIXMASK) == ("NOCOV", "UNRELIABLE", "DONOTUSE")
    assert bits_of_policy("dap") == 2**31 - 1
    assert set(POLICIES) == {"donotuse", "marvin", "dap"}


@pytest.mark.parametrize("policy", ["DONOTUSE", "", "all", ["donotuse"], ["NOCOV", "BIT5"], ["N"]])
def test_an_unknown_policy_is_an_error_that_lists_the_known(policy: str | list[str]) -> None:
    """A typing error never becomes a policy that masks nothing."""
    with pytest.raises(UnknownNameError, match=r"donotuse|DONOTUSE") as caught:
        bits_of_policy(policy)
    assert len(str(caught.value).splitlines()) == 1


def test_masks_met_in_real_files_decode_to_their_flags() -> None:
    """Values seen in files, and the flags the pipeline's documentation gives them."""
    assert decode(1073741843, DAPPIXMASK) == ("NOCOV", "LOWCOV", "NOVALUE", "DONOTUSE")
    assert decode(1073742384, DAPPIXMASK) == ("NOVALUE", "UNRELIABLE", "NOCORRECTION", "DONOTUSE")
    assert decode(2**28 | 2**30, DAPQUAL) == ("DRPCRIT", "CRITICAL")
    assert decode(2**12, DAPQUAL) == ("BIT12",)


def test_releases_are_found_by_name_alias_and_versions() -> None:
    """DR17 is MPL-11 and v3_1_1/3.1.0; the default type is the hybrid one."""
    for name in ("DR17", "dr17", "MPL-11", "mpl-11"):
        assert find_release(name).dap == "3.1.0"
    assert find_release("MPL-7").name == "DR15"
    assert find_release("DR16").drp == "v2_4_3"
    assert find_release("DR17").default_daptype == "HYB10-MILESHC-MASTARSSP"
    assert find_release("DR15").default_daptype == "HYB10-GAU-MILESHC"
    assert release_of_versions("v2_4_3", "2.2.1") == "DR15"
    assert release_of_versions("", "") == ""
    assert {release.layout for release in RELEASES} == {"DR15", "DR17"}


@pytest.mark.parametrize("name", ["DR14", "DR18", "", "17", "MPL-5"])
def test_a_release_without_maps_is_an_error(name: str) -> None:
    """DR13 and DR14 have no public MAPS files; the message lists those that do."""
    with pytest.raises(UnknownNameError, match="DR17") as caught:
        find_release(name)
    assert len(str(caught.value).splitlines()) == 1

"""Measurements: scattered about the truth by their errors, tied and binned as the DAP's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names
from mangaxr.synthetic import Measured, draw_galaxy, measure, model_moments
from mangaxr.synthetic.galaxy.line_ratios import FLUX_TIES
from mangaxr.synthetic.observe.field import BITS

NAMES = line_names("DR17")
HALPHA = NAMES.index("Ha-6564")


@pytest.fixture(scope="module")
def galaxy():
    """Return a bright galaxy without flaws."""
    return replace(draw_galaxy("8001-12701"), star=None, dead_fibre=None)


@pytest.fixture(scope="module")
def hybrid(galaxy) -> Measured:
    """Measure it in hybrid binning."""
    return measure(galaxy, np.random.default_rng(1))


@pytest.fixture(scope="module")
def voronoi(galaxy) -> Measured:
    """Measure it in Voronoi bins."""
    return measure(galaxy, np.random.default_rng(1), binning="VOR10")


def reduced_chi2(measured: Measured, name: str, channel: int | None, truth) -> float:
    """Mean square of (value - truth) in errors, over unmasked spaxels."""
    planes = [measured.planes[f"{name}{end}"] for end in ("", "_IVAR", "_MASK")]
    value, ivar, mask = planes if channel is None else (p[channel] for p in planes)
    good = mask == 0
    return float(np.mean((value[good] - truth[good]) ** 2 * ivar[good]))


def test_halpha_scatters_about_the_truth_by_its_errors(hybrid, galaxy) -> None:
    """Flux, velocity and observed width have a reduced chi-square of 1 against the truth."""
    size = hybrid.field.size
    truth = model_moments(galaxy, shape=(size, size))
    width = np.hypot(truth.sigma, hybrid.planes["EMLINE_INSTSIGMA"][HALPHA])
    # Noise is correlated over a few spaxels: of 2300, about 150 are independent.
    assert reduced_chi2(hybrid, "EMLINE_GFLUX", HALPHA, truth.flux / 4) == pytest.approx(1, abs=0.3)
    assert reduced_chi2(hybrid, "EMLINE_GVEL", HALPHA, truth.velocity) == pytest.approx(1, abs=0.3)
    assert reduced_chi2(hybrid, "EMLINE_GSIGMA", HALPHA, width) == pytest.approx(1, abs=0.3)


def test_strong_lines_are_as_bright_as_said(hybrid, galaxy) -> None:
    """Over all strong lines together the reduced chi-square of fluxes is 1."""
    size = hybrid.field.size
    halpha = model_moments(galaxy, shape=(size, size)).flux / 4
    free = [name for name in NAMES if name not in FLUX_TIES["DR17"]]
    strong = [name for name in free if galaxy.line_ratios[name] > 0.1]
    assert len(strong) >= 6
    values = [
        reduced_chi2(hybrid, "EMLINE_GFLUX", NAMES.index(name), galaxy.line_ratios[name] * halpha)
        for name in strong
    ]
    assert np.mean(values) == pytest.approx(1, abs=0.2)


def test_summed_fluxes_scatter_about_the_truth(hybrid, galaxy) -> None:
    """Moments of every real line, negative ones included, have a reduced chi-square of 1."""
    size = hybrid.field.size
    halpha = model_moments(galaxy, shape=(size, size)).flux / 4
    names = line_names("DR17", moments=True)
    values = [
        reduced_chi2(hybrid, "EMLINE_SFLUX", names.index(name), galaxy.line_ratios[name] * halpha)
        for name in ("Hb-4862", "HeII-4687", "OI-6302", "Ha-6564", "SIII-9533")
    ]
    assert np.mean(values) == pytest.approx(1, abs=0.2)
    assert (hybrid.planes["EMLINE_SFLUX"] < 0).any()


def test_bins_scatter_about_the_flux_weighted_truth(voronoi, galaxy) -> None:
    """In Voronoi bins stars and gas have a reduced chi-square of 1, each bin counted once."""
    size = voronoi.field.size
    for name, channel, tracer in (("EMLINE_GVEL", HALPHA, "gas"), ("STELLAR_VEL", None, "stars")):
        maps = model_moments(galaxy, shape=(size, size), tracer=tracer)
        bins = voronoi.field.steps[1]
        value, ivar = (
            voronoi.planes[name + end] if channel is None else voronoi.planes[name + end][channel]
            for end in ("", "_IVAR")
        )
        truth = bins.mean(maps.velocity, maps.flux)
        chi2 = (bins.mean(value) - truth) ** 2 * bins.mean(ivar)
        assert np.mean(chi2) == pytest.approx(1, abs=5 * np.sqrt(2 / bins.count))


def test_stellar_dispersion_is_uncorrected(voronoi, galaxy) -> None:
    """STELLAR_SIGMA squared less the first SIGMACORR squared is the truth squared."""
    size = voronoi.field.size
    sigma2 = (
        voronoi.planes["STELLAR_SIGMA"].astype(float) ** 2
        - voronoi.planes["STELLAR_SIGMACORR"][0].astype(float) ** 2
    )
    truth = model_moments(galaxy, shape=(size, size), tracer="stars").sigma ** 2
    inner = (voronoi.planes["STELLAR_SIGMA_MASK"] == 0) & (voronoi.field.snr > 15)
    assert np.median(sigma2[inner] / truth[inner]) == pytest.approx(1, abs=0.1)


def test_one_measurement_is_repeated_in_all_spaxels_of_a_bin(voronoi) -> None:
    """In a Voronoi-binned file every extension is constant within its bins."""
    ids = voronoi.planes["BINID"]
    assert (ids == ids[0]).all()
    assert ids.max() + 1 < np.count_nonzero(ids[0] >= 0) / 2
    inside, number = ids[0] >= 0, ids[0][ids[0] >= 0]
    _, first = np.unique(number, return_index=True)
    for name, plane in voronoi.planes.items():
        if not name.startswith(("SPX_", "BINID")):
            values = plane[..., inside]
            assert (values == values[..., first][..., number]).all(), name


def test_hybrid_files_number_spaxels_apart_from_bins(hybrid) -> None:
    """Stars share Voronoi bins; lines and indices have a running number per spaxel."""
    ids = hybrid.planes["BINID"]
    assert (ids[0] == ids[1]).all()
    for step in (2, 3, 4):
        used = ids[step][ids[step] >= 0]
        assert sorted(used) == list(range(used.size))
    assert np.count_nonzero(ids[3] >= 0) > np.count_nonzero(ids[1] >= 0)


def test_spaxel_files_have_the_same_number_in_all_steps(galaxy) -> None:
    """Without binning a spaxel has one number, or -1 in steps that left it out."""
    ids = measure(galaxy, np.random.default_rng(1), binning="SPX").planes["BINID"]
    for step in range(1, 5):
        assert ((ids[step] == ids[0]) | (ids[step] == -1)).all()


def test_tied_fluxes_have_the_fixed_ratio(hybrid) -> None:
    """Lines of a fixed ratio are the same measurement, errors included."""
    flux, ivar = hybrid.planes["EMLINE_GFLUX"], hybrid.planes["EMLINE_GFLUX_IVAR"]
    inside = hybrid.field.steps[3].inside
    for name, (strong, ratio) in FLUX_TIES["DR17"].items():
        row, parent = NAMES.index(name), NAMES.index(strong)
        np.testing.assert_allclose(flux[row], ratio * flux[parent], rtol=1e-6)
        np.testing.assert_allclose(ivar[row][inside] * ratio**2, ivar[parent][inside], rtol=1e-6)


def test_tied_widths_are_one_intrinsic_width(hybrid) -> None:
    """The [N II] pair's widths differ by the instrument's only."""
    sigma, instrument = hybrid.planes["EMLINE_GSIGMA"], hybrid.planes["EMLINE_INSTSIGMA"]
    rows = [NAMES.index("NII-6549"), NAMES.index("NII-6585")]
    good = (hybrid.planes["EMLINE_GSIGMA_MASK"][rows] == 0).all(axis=0)
    pair = [sigma[r].astype(float) ** 2 - instrument[r].astype(float) ** 2 for r in rows]
    np.testing.assert_allclose(pair[0][good], pair[1][good], atol=0.1)


def test_equivalent_width_is_flux_over_continuum_in_the_rest_frame(hybrid, galaxy) -> None:
    """GEW times continuum times (1 + z) is the flux, as in files of the pipeline."""
    flux, width, continuum = (
        hybrid.planes[f"EMLINE_{name}"][HALPHA].astype(float)
        for name in ("GFLUX", "GEW", "GEW_CNT")
    )
    np.testing.assert_allclose(width * continuum * (1 + galaxy.redshift), flux, rtol=1e-5)


def test_a_galaxy_too_faint_to_see_is_still_a_sound_file() -> None:
    """Where all is noise the maps are noise too: finite, masked by the same rules."""
    galaxy = replace(draw_galaxy("8001-1901"), ha_peak=1e-6)
    planes = measure(galaxy, np.random.default_rng(1)).planes
    assert all(np.isfinite(plane).all() for plane in planes.values())
    good = planes["EMLINE_GFLUX_MASK"] == 0
    assert (planes["EMLINE_GFLUX_IVAR"][good] > 0).all()


def test_signal_to_noise_falls_outwards(hybrid) -> None:
    """The S/N of H-alpha and of the continuum is lower outside than inside."""
    field = hybrid.field
    scale = field.radius / field.galaxy.r_eff
    ratio = hybrid.planes["EMLINE_GFLUX"][HALPHA] * np.sqrt(
        hybrid.planes["EMLINE_GFLUX_IVAR"][HALPHA]
    )
    rings = [(scale > low) & (scale < low + 0.4) for low in (0.0, 0.8, 1.6)]
    for plane in (ratio, field.snr):
        medians = [float(np.median(plane[ring & field.deep])) for ring in rings]
        assert medians[0] > medians[1] > medians[2]
    assert np.median(ratio[rings[0]]) > 30


def test_indices_age_inwards(hybrid) -> None:
    """D4000 and Mgb are higher in the centre, H-delta lower."""
    scale = hybrid.field.radius / hybrid.field.galaxy.r_eff
    inside = hybrid.field.steps[4].inside
    names = [index.name for index in SPECTRAL_INDICES]
    for name, sign in (("Dn4000", 1), ("Mgb", 1), ("HDeltaA", -1)):
        plane = hybrid.planes["SPECINDEX"][names.index(name)]
        centre = np.median(plane[inside & (scale < 0.4)])
        outskirts = np.median(plane[inside & (scale > 1.2)])
        assert sign * (centre - outskirts) > 0


def test_dr15_does_not_correct_indices_beyond_its_templates(galaxy) -> None:
    """In DR15 the calcium triplet is NOCORRECTION, usable, with a correction of 0."""
    planes = measure(galaxy, np.random.default_rng(1), layout="DR15").planes
    row = [index.name for index in SPECTRAL_INDICES].index("CaII2")
    inside = planes["BINID"][4] >= 0
    mask = planes["SPECINDEX_MASK"][row][inside]
    assert (mask & BITS["NOCORRECTION"] != 0).all()
    assert (mask & BITS["DONOTUSE"] == 0).all()
    assert not planes["SPECINDEX_CORR"][row].any()

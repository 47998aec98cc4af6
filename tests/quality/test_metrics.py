"""Metrics against plain sums over the same maps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM
from hand_made_maps import FACTS, MIN_SNR, SPAXEL, Planes, draw_planes, field, measure, sky
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from mangaxr.errors import NotMapsError
from mangaxr.maps.geometry import Geometry
from mangaxr.quality.coverage import largest_hole
from mangaxr.quality.distance import kpc_per_arcsec
from mangaxr.quality.metrics import METRICS
from mangaxr.quality.rings import ring_of
from mangaxr.quality.turned import turned_share


def test_every_metric_has_a_row_and_every_row_a_value(planes: Planes) -> None:
    """A galaxy that has everything has every metric, in the order of the rows."""
    found = measure(planes)
    assert list(found) == [row.name for row in METRICS]
    assert [name for name, value in found.items() if math.isnan(value)] == []


def test_coverage_is_counted(planes: Planes) -> None:
    """Shares and numbers are those of a plain count."""
    found, maps = measure(planes), field(planes)
    good = planes["EMLINE_GFLUX_MASK"] == 0
    bundle = planes["SPX_MFLUX_IVAR"] > 0
    valid = maps.velocity.valid
    assert found["masked_fraction"] == pytest.approx(1 - good.mean())
    assert found["masked_fraction_bundle"] == pytest.approx(1 - good[bundle].mean())
    assert found["valid_spaxels"] == valid.sum()
    assert found["independent_bins"] == len(set(planes["BINID"][3][valid].tolist()))
    for name, reach in (("valid_fraction_1re", 1.0), ("valid_fraction_1p5re", 1.5)):
        inside = planes["SPX_ELLCOO"][1].astype(np.float32) <= reach
        assert found[name] == pytest.approx(valid[inside].mean())


def test_an_ellipse_beyond_the_array_is_not_covered_by_what_is_inside(planes: Planes) -> None:
    """With R_e of 15 arcsec only the share of the whole ellipse counts."""
    large = dict(planes)
    large["SPX_ELLCOO"] = planes["SPX_ELLCOO"] * np.array([1.0, 1 / 3])[:, None, None]
    found = measure(large, reff=15.0)
    inside = large["SPX_ELLCOO"][1] <= 1.5
    whole = math.pi * 22.5**2 * 0.6 / SPAXEL**2
    valid = field(large, reff=15.0).velocity.valid & inside
    assert found["valid_fraction_1p5re"] == pytest.approx(valid.sum() / whole)
    assert found["valid_fraction_1p5re"] < valid[inside].mean()


def test_a_bundle_ends_where_its_rings_are_not_full(planes: Planes) -> None:
    """The covered radius is that of the largest ellipse within the round bundle."""
    found = measure(planes)
    edge = 0.46 * 40 * SPAXEL * 0.6 / FACTS["reff"] / 0.6  # along the major axis of the sky
    assert found["covered_radius_re"] == pytest.approx(edge, abs=0.35)


def test_signal_is_what_numpy_says(planes: Planes) -> None:
    """Extremes, sums and medians of H-alpha's valid spaxels, per arcsec2 where said."""
    found = measure(planes)
    good = planes["EMLINE_GFLUX_MASK"] == 0
    flux = planes["EMLINE_GFLUX"].astype(np.float32).astype(np.float64)
    error = planes["EMLINE_GFLUX_IVAR"].astype(np.float32)[good].astype(np.float64) ** -0.5
    snr = flux[good] / error
    near = (planes["SPX_ELLCOO"][1] <= 1.0)[good]
    expected = {
        "flux_min": flux[good].min() / SPAXEL**2,
        "flux_max": flux[good].max() / SPAXEL**2,
        "flux_mean": flux[good].mean() / SPAXEL**2,
        "ha_flux_total": flux[good].sum(),
        "ha_flux_peak": flux[good][snr >= MIN_SNR].max() / SPAXEL**2,
        "ha_snr_1re": np.median(snr[near]),
        "dynamic_range": flux[good].max() / np.median(error),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-6), name


def test_half_of_the_light_is_within_r50(planes: Planes) -> None:
    """Growth-curve radii hold their shares; the central box is 5 by 5."""
    odd = draw_planes(41)
    found = measure(odd)
    good = odd["EMLINE_GFLUX_MASK"] == 0
    flux, radius = odd["EMLINE_GFLUX"], odd["SPX_ELLCOO"][0]
    for name, share in (("r50", 0.5), ("r80", 0.8)):
        within = flux[good & (radius <= found[name] + 1e-6)].sum() / flux[good].sum()
        assert within == pytest.approx(share, abs=0.01)
    box = flux[18:23, 18:23][good[18:23, 18:23]].sum() / flux[good].sum()
    assert found["central_flux_fraction"] == pytest.approx(box, rel=1e-5)
    assert found["r50_psf"] == pytest.approx(found["r50"] / FACTS["psf_fwhm_r"])
    smooth = measure(draw_planes(41, noise=0.01))
    assert 0 < smooth["clumpiness"] < 0.5


def test_velocity_statistics_are_what_numpy_says(planes: Planes) -> None:
    """Spread, percentiles, correlation and a dipole by least squares."""
    found, maps = measure(planes), field(planes)
    valid = maps.velocity.valid
    v, flux = maps.velocity.value[valid], maps.flux.value[valid]
    low, high = np.percentile(v, [2.5, 97.5])
    x, y = (c[valid] for c in sky(40))
    phi = np.arctan2(x, y)
    design = np.stack([np.ones_like(v), np.cos(phi), np.sin(phi)], axis=1)
    rest = v - design @ np.linalg.lstsq(design, v, rcond=None)[0]
    expected = {
        "velocity_field_dispersion": np.std(v),
        "velocity_range": high - low,
        "flux_velocity_correlation": np.corrcoef(np.log(flux), v)[0, 1],
        "dipole_strength": 1 - np.var(rest) / np.var(v),
        "velocity_gradient_re": found["velocity_gradient"] * FACTS["reff"],
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-6), name


@given(z=st.floats(0.001, 0.3))
def test_kpc_per_arcsec_is_astropys(z: float) -> None:
    """Flat, H0 = 70, Om = 0.3."""
    cosmology = FlatLambdaCDM(70.0, 0.3, Tcmb0=0.0)
    expected = 1.0 / cosmology.arcsec_per_kpc_proper(z).value
    assert kpc_per_arcsec(z) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("z", [0.0, -0.01, math.nan])
def test_without_a_redshift_there_is_no_kpc(planes: Planes, z: float) -> None:
    """A redshift that is not positive has no distance."""
    assert math.isnan(kpc_per_arcsec(z))
    assert math.isnan(measure(planes, z=z)["velocity_gradient_kpc"])


@given(valid=arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_a_hole_is_what_filling_holes_fills(
    valid: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
) -> None:
    """The largest group among the spaxels that scipy fills."""
    filled = ndimage.binary_fill_holes(valid) & ~valid
    labels, number = ndimage.label(filled)
    sizes = [int((labels == k).sum()) for k in range(1, number + 1)]
    assert largest_hole(valid) == max(sizes, default=0)


@given(radius=st.floats(-20.0, 1e30) | st.sampled_from([math.nan, math.inf]))
def test_a_place_is_in_the_ring_of_its_radius_or_in_none(radius: float) -> None:
    """Rings of 1/4; what is beyond the last, or of unknown radius, has the number behind it."""
    ring = int(ring_of(np.array([radius]), 0.25, 40)[0])
    assert ring == (int(abs(radius) / 0.25) if abs(radius) < 10.0 else 40)


@given(data=st.data())
def test_a_spaxel_is_compared_with_the_one_on_the_other_side(data: st.DataObject) -> None:
    """Each spaxel meets the one at twice the centre minus its place, where there is one."""
    shape = (data.draw(st.integers(2, 8)), data.draw(st.integers(2, 8)))
    center = tuple(data.draw(st.integers(-1, 2 * n)) / 2 for n in shape)
    value = data.draw(arrays(np.float64, shape, elements=st.floats(-9.0, 9.0)))
    valid = data.draw(arrays(np.bool_, shape))
    geometry = Geometry(None, shape, 0.5, center)  # type: ignore[arg-type]  # the file is not asked
    sign = data.draw(st.sampled_from([-1, 1]))
    changed = total = 0.0
    for i in range(shape[0]):
        for j in range(shape[1]):
            k, m = round(2 * center[0]) - i, round(2 * center[1]) - j
            inside = 0 <= k < shape[0] and 0 <= m < shape[1]
            if inside and valid[i, j] and valid[k, m]:
                changed += abs(value[i, j] + sign * value[k, m])
                total += abs(value[i, j]) + abs(value[k, m])
    found = turned_share(value, valid, geometry, sign=sign)
    assert found == pytest.approx(changed / total if total else math.nan, nan_ok=True)


OF_STARS = {"stellar_kinematic_pa", "stellar_kinematic_pa_error"}
OF_RADIUS = {"r50", "r80", "concentration", "r50_psf"}
OF_RADIUS |= {"valid_fraction_1re", "valid_fraction_1p5re", "covered_radius_re"}


@pytest.mark.parametrize(
    ("missing", "gone"),
    [
        (["STELLAR_VEL", "STELLAR_VEL_IVAR", "STELLAR_VEL_MASK"], OF_STARS),
        (["SPX_SNR"], {"g_snr_1re"}),
        (["SPX_ELLCOO"], OF_RADIUS),
    ],
)
def test_a_file_that_lacks_an_extension_lacks_its_metrics_alone(
    planes: Planes, missing: list[str], gone: set[str]
) -> None:
    """Custom runs may switch analyses off."""
    found = measure({name: p for name, p in planes.items() if name not in missing})
    assert {name for name, value in found.items() if math.isnan(value)} == gone


def test_a_plane_is_not_taken_by_a_name_that_may_be_anothers(planes: Planes) -> None:
    """A cube that has fewer planes than it names has none of them."""
    planes = {**planes, "SPX_ELLCOO": planes["SPX_ELLCOO"][:1]}
    with pytest.raises(NotMapsError, match="SPX_ELLCOO has 1 planes and names 2"):
        measure(planes)

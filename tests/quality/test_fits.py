"""The disk's derivatives, and the errors of fits, against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hand_made_maps import Planes, field
from hypothesis import given, settings
from hypothesis import strategies as st

from mangaxr.quality.blocks import Blocks
from mangaxr.quality.cells import gather
from mangaxr.quality.disk import Disk, DiskPlane
from mangaxr.quality.disk_fit import fit_disk
from mangaxr.quality.field import Field
from mangaxr.quality.surfaces import fit_surfaces
from mangaxr.quality.tracer import Tracer, places_of

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

RNG = np.random.default_rng(3)
SCALES = np.array([1.0, 3.0, 9.0])


def tracer(x: Array, y: Array, v: Array, sigma: Array, where: Flags, bins: Places) -> Tracer:
    """Return velocities at given offsets; all but ``where``, a map, are arrays (spaxel,)."""
    places = np.stack([x, y, np.ones_like(x)])
    return Tracer(places, v, sigma, bins, Blocks(where.shape, np.flatnonzero(where)))


def gas(maps: Field) -> Tracer:
    """Return the spaxels whose gas has a velocity, each by itself."""
    alone = np.arange(maps.velocity.valid.size).reshape(maps.velocity.valid.shape)
    return Tracer.of(places_of(maps.geometry), maps.velocity, alone)


@settings(max_examples=30)
@given(pa=st.floats(0.0, 6.3), q=st.floats(0.2, 1.0), curve=st.tuples(*[st.floats(-200, 200)] * 3))
def test_slopes_are_the_derivatives(pa: float, q: float, curve: tuple[float, ...]) -> None:
    """Against differences, for the angle and both coordinates of the centre."""
    places = np.concatenate([RNG.uniform(-8, 8, (2, 50)), np.ones((1, 50))])
    c, step = np.array(curve), 1e-5

    def velocity(pa: float, x0: float, y0: float) -> Array:
        plane = DiskPlane(places, (x0, y0), pa=pa, axis_ratio=q, scales=SCALES)
        shapes = np.empty((3, 50))
        plane.shapes(shapes)
        np.testing.assert_allclose(plane.rotation(c), c @ shapes, rtol=1e-12, atol=1e-12)
        return np.asarray(c @ shapes)

    found = np.empty((3, 50))
    DiskPlane(places, (0.0, 0.0), pa=pa, axis_ratio=q, scales=SCALES).slopes(c, found)
    for k in range(3):
        ends = [np.array([pa, 0.0, 0.0]) for _ in range(2)]
        ends[0][k] -= step
        ends[1][k] += step
        expected = (velocity(*ends[1]) - velocity(*ends[0])) / (2 * step)
        np.testing.assert_allclose(found[k], expected, atol=1e-5 * (1 + np.abs(c).max()))


def test_a_disk_without_noise_comes_back() -> None:
    """Angle, velocity and centre of a disk of the model's own shape, to the steps' size."""
    rows, columns = np.mgrid[:30, :30]
    x, y = (14.5 - columns) * 0.5, (rows - 14.5) * 0.5
    where = np.hypot(x, y) < 7
    true = Disk(
        pa=222.0, systemic=-35.0, center=(0.2, -0.1),
        axis_ratio=0.5, scales=np.array([1.5]), curve=np.array([130.0]),
    )  # fmt: skip
    places = np.stack([x[where], y[where], np.ones(where.sum())])
    v = true.velocity(places)
    sigma, alone = np.full_like(v, 1.0), np.arange(len(v))
    cells = gather(tracer(x[where], y[where], v, sigma, where, alone))
    fitted = fit_disk(cells, np.radians(210.0), 0.5)
    assert fitted is not None
    found = fitted.disk
    assert found.pa == pytest.approx(222.0, abs=0.2)
    assert found.systemic == pytest.approx(-35.0, abs=1.0)
    assert found.center == pytest.approx((0.2, -0.1), abs=0.05)
    np.testing.assert_allclose(found.velocity(places), v, atol=4.0)


def test_an_interloper_does_not_turn_the_axis() -> None:
    """A patch at another redshift is left out of the fit."""
    rows, columns = np.mgrid[:30, :30]
    x, y = (14.5 - columns) * 0.5, (rows - 14.5) * 0.5
    where = np.hypot(x, y) < 7
    true = Disk(
        pa=80.0, systemic=0.0, center=(0.0, 0.0),
        axis_ratio=0.6, scales=np.array([1.5]), curve=np.array([150.0]),
    )  # fmt: skip
    v = true.velocity(np.stack([x[where], y[where], np.ones(where.sum())]))
    v[np.hypot(x - 4, y + 3)[where] < 1.3] = 1500.0
    sigma, alone = np.full_like(v, 3.0), np.arange(len(v))
    cells = gather(tracer(x[where], y[where], v, sigma, where, alone))
    found = fit_disk(cells, np.radians(80.0), 0.6)
    assert found is not None
    assert found.disk.pa == pytest.approx(80.0, abs=2.0)


def correlation(rows: Places, columns: Places) -> Array:
    """Return the noise correlation of all pairs of spaxels."""
    d2 = (rows[:, None] - rows) ** 2 + (columns[:, None] - columns) ** 2
    return np.exp(-d2 / (2 * 1.92**2))


def test_the_error_of_a_gradient_is_that_of_correlated_noise(planes: Planes) -> None:
    """Propagated through the dense covariance of every pair of spaxels, to 3 %."""
    maps = field(planes)
    spaxels = gas(maps)
    rows, columns = np.nonzero(maps.velocity.valid)
    surfaces = fit_surfaces(spaxels)
    assert surfaces is not None
    found, sigma = surfaces.gradient, spaxels.sigma
    design = np.roll(spaxels.places, 1, axis=0).T  # 1, X, Y
    solve = np.linalg.pinv(design)
    covariance = solve @ (np.outer(sigma, sigma) * correlation(rows, columns)) @ solve.T
    along = np.array([0.0, found.east, found.north]) / found.size
    assert found.error == pytest.approx(np.sqrt(along @ covariance @ along), rel=0.03)


def test_errors_scale_as_the_noise_does(planes: Planes) -> None:
    """Repeated noise scatters the gradient as its error says."""
    maps = field(planes)
    spaxels = gas(maps)
    rows, columns = np.nonzero(maps.velocity.valid)
    (x, y, _), sigma = spaxels.places, spaxels.sigma
    smooth = np.linalg.cholesky(correlation(rows, columns) + 1e-6 * np.eye(len(rows)))
    sizes = []
    for _ in range(200):
        v = 10.0 * x - 5.0 * y + sigma * (smooth @ RNG.standard_normal(len(x)))
        surfaces = fit_surfaces(replace(spaxels, value=v))
        assert surfaces is not None
        sizes.append(surfaces.gradient.size)
    assert np.std(sizes) == pytest.approx(surfaces.gradient.error, rel=0.2)


def test_spaxels_of_a_bin_count_once() -> None:
    """A fit to repeated measurements has the errors of the measurements, not of the spaxels."""
    rows, columns = np.mgrid[:24, :24]
    x, y = ((11.5 - columns) * 0.5).ravel(), ((rows - 11.5) * 0.5).ravel()
    bins = (rows // 6 * 4 + columns // 6).ravel()
    where = np.ones((24, 24), bool)
    v = np.arange(16.0)[bins]
    cells = gather(tracer(x, y, v, np.full_like(v, 2.0), where, bins))
    assert len(cells.value) == 16
    np.testing.assert_allclose(cells.value, np.arange(16.0))
    # The mean of 16 bins of 36 spaxels: nearly independent of each other.
    share = np.full(16, 1 / 16)
    alone = float(np.sum(share**2))
    assert alone < cells.noise.variance(share) < 2.0 * alone


@pytest.mark.parametrize("each", [1, 4])
def test_huge_numbers_of_bins_change_nothing(planes: Planes, each: int) -> None:
    """Bins are what shares a number, however large that is: of a spaxel alone, and of several."""
    small = gas(field(planes))
    small = replace(small, bins=np.arange(len(small.value)) // each)
    huge = gather(replace(small, bins=small.bins * 2**40))
    for name in ("places", "value", "sigma", "weight"):
        np.testing.assert_array_equal(getattr(huge, name), getattr(gather(small), name))


def test_the_dipole_is_that_of_least_squares(planes: Planes) -> None:
    """Its share of the variance is that of numpy's own fit, and so is the variance."""
    spaxels = gas(field(planes))
    surfaces = fit_surfaces(spaxels)
    assert surfaces is not None
    x, y, one = spaxels.places
    radius = np.maximum(np.hypot(x, y), 1e-9)
    design = np.stack([one, x / radius, y / radius], axis=1)
    left = spaxels.value - design @ np.linalg.lstsq(design, spaxels.value, rcond=None)[0]
    assert surfaces.variance == pytest.approx(spaxels.value.var(), rel=1e-12)
    expected = 1.0 - left.var() / spaxels.value.var()
    assert surfaces.dipole_share == pytest.approx(expected, rel=1e-9)

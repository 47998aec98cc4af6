"""The disk's derivatives, and the errors of fits, against brute force."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hand_made_maps import Planes, field
from hypothesis import given, settings
from hypothesis import strategies as st

from mangaxr.quality.cells import Blocks, gather, renumber
from mangaxr.quality.disk import Disk, _Plane, fit_disk
from mangaxr.quality.plane import fit_gradient

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

RNG = np.random.default_rng(3)
SCALES = np.array([1.0, 3.0, 9.0])


@settings(max_examples=30)
@given(pa=st.floats(0.0, 6.3), q=st.floats(0.2, 1.0), curve=st.tuples(*[st.floats(-200, 200)] * 3))
def test_slopes_are_the_derivatives(pa: float, q: float, curve: tuple[float, ...]) -> None:
    """Against differences, for the angle and both coordinates of the centre."""
    places = RNG.uniform(-8, 8, (2, 50))
    c, step = np.array(curve), 1e-5

    def velocity(pa: float, x0: float, y0: float) -> Array:
        plane = _Plane(places, (x0, y0), pa=pa, axis_ratio=q, scales=SCALES)
        return np.asarray(c @ plane.shapes())

    found = _Plane(places, (0.0, 0.0), pa=pa, axis_ratio=q, scales=SCALES).slopes(c)
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
    v = true.velocity(x[where], y[where])
    cells = gather(x[where], y[where], v, np.full_like(v, 1.0), np.arange(len(v)), Blocks(where))
    fitted = fit_disk(cells, np.radians(210.0), 0.5)
    assert fitted is not None
    found = fitted.disk
    assert found.pa == pytest.approx(222.0, abs=0.2)
    assert found.systemic == pytest.approx(-35.0, abs=1.0)
    assert found.center == pytest.approx((0.2, -0.1), abs=0.05)
    np.testing.assert_allclose(found.velocity(x[where], y[where]), v, atol=4.0)


def test_an_interloper_does_not_turn_the_axis() -> None:
    """A patch at another redshift is left out of the fit."""
    rows, columns = np.mgrid[:30, :30]
    x, y = (14.5 - columns) * 0.5, (rows - 14.5) * 0.5
    where = np.hypot(x, y) < 7
    true = Disk(
        pa=80.0, systemic=0.0, center=(0.0, 0.0),
        axis_ratio=0.6, scales=np.array([1.5]), curve=np.array([150.0]),
    )  # fmt: skip
    v = true.velocity(x[where], y[where])
    v[np.hypot(x - 4, y + 3)[where] < 1.3] = 1500.0
    cells = gather(x[where], y[where], v, np.full_like(v, 3.0), np.arange(len(v)), Blocks(where))
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
    valid = maps.velocity.valid
    rows, columns = np.nonzero(valid)
    x, y = maps.x[valid], maps.y[valid]
    v, sigma = maps.velocity.value[valid], maps.velocity.sigma[valid]
    found = fit_gradient(x, y, v, sigma, Blocks(valid))
    assert found is not None
    design = np.stack([np.ones_like(x), x, y], axis=1)
    solve = np.linalg.pinv(design)
    covariance = solve @ (np.outer(sigma, sigma) * correlation(rows, columns)) @ solve.T
    along = np.array([0.0, found.east, found.north]) / found.size
    assert found.error == pytest.approx(np.sqrt(along @ covariance @ along), rel=0.03)


def test_errors_scale_as_the_noise_does(planes: Planes) -> None:
    """Repeated noise scatters the gradient as its error says."""
    maps = field(planes)
    valid = maps.velocity.valid
    rows, columns = np.nonzero(valid)
    x, y = maps.x[valid], maps.y[valid]
    sigma = maps.velocity.sigma[valid]
    smooth = np.linalg.cholesky(correlation(rows, columns) + 1e-6 * np.eye(len(rows)))
    sizes = []
    for _ in range(200):
        v = 10.0 * x - 5.0 * y + sigma * (smooth @ RNG.standard_normal(len(x)))
        found = fit_gradient(x, y, v, sigma, Blocks(valid))
        assert found is not None
        sizes.append(found.size)
    assert np.std(sizes) == pytest.approx(found.error, rel=0.2)


def test_spaxels_of_a_bin_count_once() -> None:
    """A fit to repeated measurements has the errors of the measurements, not of the spaxels."""
    rows, columns = np.mgrid[:24, :24]
    x, y = ((11.5 - columns) * 0.5).ravel(), ((rows - 11.5) * 0.5).ravel()
    bins = (rows // 6 * 4 + columns // 6).ravel()
    where = np.ones((24, 24), bool)
    v = np.arange(16.0)[bins]
    cells = gather(x, y, v, np.full_like(v, 2.0), bins, Blocks(where))
    assert len(cells.value) == 16
    np.testing.assert_allclose(cells.value, np.arange(16.0))
    # The mean of 16 bins of 36 spaxels: nearly independent of each other.
    share = np.full(16, 1 / 16)
    alone = float(np.sum(share**2))
    assert alone < cells.variance(share) < 2.0 * alone


def test_renumbering_agrees_with_numpy() -> None:
    """Small labels and huge ones are numbered alike."""
    for labels in (np.array([5, 2, 5, 9]), np.array([5, 2**40, 5])):
        np.testing.assert_array_equal(renumber(labels), np.unique(labels, return_inverse=True)[1])

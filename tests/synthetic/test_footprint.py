"""Bundles on the sky."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from mangaxr.errors import UnknownNameError
from mangaxr.plateifu import BUNDLE_SIZES, PlateIFU
from mangaxr.synthetic.observe.footprint import (
    BUNDLES,
    bundle_of,
    depth,
    hexagon_distance,
    map_size,
)

REAL = "real/7815-3702/manga-7815-3702-MAPS-HYB10-GAU-MILESHC.fits.gz"


@pytest.mark.parametrize("bundle", BUNDLES.values(), ids=str)
def test_the_hexagon_has_the_area_of_its_diameter(bundle) -> None:
    """The hexagon's area is that of a regular one, and it fits into the map."""
    x, y = np.meshgrid(np.arange(-20, 20, 0.05), np.arange(-20, 20, 0.05))
    area = np.count_nonzero(hexagon_distance(x, y, bundle.diameter) > 0) * 0.05**2
    assert area == pytest.approx(1.5 * np.sqrt(3) * (bundle.diameter / 2) ** 2, rel=0.01)
    assert min(bundle.map_sizes) * 0.5 > bundle.diameter
    assert all(size % 2 == 0 for size in bundle.map_sizes)


def test_the_footprint_is_as_large_as_a_real_one(shared_data) -> None:
    """A bundle of 37 fibres covers as many spaxels as a real one of that size."""
    with fits.open(shared_data / REAL) as hdus:
        covered = np.count_nonzero(hdus["SPX_MFLUX_IVAR"].data)
        analysed = np.count_nonzero(hdus["BINID"].data[3] >= 0)
    x, y = np.meshgrid(np.arange(-11, 11, 0.5), np.arange(-11, 11, 0.5))
    distance = hexagon_distance(x, y, BUNDLES[37].diameter)
    assert np.count_nonzero(depth(distance)) == pytest.approx(covered, rel=0.05)
    assert np.count_nonzero(distance > 0) == pytest.approx(analysed, rel=0.05)


def test_depth_falls_towards_the_edge() -> None:
    """Exposure never rises on the way out, and ends at 0."""
    profile = depth(np.linspace(4, -2, 200))
    assert (np.diff(profile) <= 0).all()
    assert profile[0] == 1
    assert profile[-1] == 0


def test_bundles_are_the_surveys() -> None:
    """There is a row for each of MaNGA's bundle sizes, 17 bundles on a plate."""
    assert tuple(BUNDLES) == BUNDLE_SIZES
    assert sum(bundle.designs for bundle in BUNDLES.values()) == 17


def test_an_unknown_bundle_is_an_error() -> None:
    """An IFU design of no science bundle is refused, by name."""
    with pytest.raises(UnknownNameError, match="8001-701: IFU design 701"):
        bundle_of(PlateIFU(8001, 701))
    with pytest.raises(UnknownNameError, match="8001-701"):
        map_size(PlateIFU(8001, 701))

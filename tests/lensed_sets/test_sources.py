"""Sources of samples are those of the public functions, at any redshift."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mangaxr
from mangaxr.lensed_sets.sources import open_galaxies
from mangaxr.lensing import fitted_disk, from_store


@pytest.mark.parametrize("z", [0.4, 1.5])
@pytest.mark.parametrize("kind", ["store", "disk"])
def test_a_source_is_the_galaxy_put_there(store: Path, kind: str, z: float) -> None:
    """A disk is fitted once, where the galaxy is: the fit knows no scale."""
    galaxies = open_galaxies(store, usable=False)
    opened = mangaxr.open_store(store)
    for place, names in enumerate(galaxies.names):
        found = galaxies.source(place, kind=kind, z=z)
        expected = from_store(opened, names["galaxy"], z_source=z)
        if kind == "disk":
            expected = fitted_disk(expected)
        assert found.pixel_scale == pytest.approx(expected.pixel_scale, rel=1e-5)
        assert (found.x, found.y) == pytest.approx((expected.x, expected.y), abs=1e-5)
        assert found.psf_fwhm == pytest.approx(expected.psf_fwhm)
        assert found.flux_units == expected.flux_units
        np.testing.assert_array_equal(found.mask, expected.mask)
        for name in ("flux", "velocity", "sigma"):
            ours, theirs = (getattr(maps, name)[maps.mask] for maps in (found, expected))
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3 * np.abs(theirs).max())

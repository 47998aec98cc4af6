"""Coordinates against astropy's and against real files."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM
from astropy.io import fits
from astropy.wcs import WCS

from mangaxr.synthetic.observe.coordinates import (
    elliptical_coordinates,
    kpc_per_arcsec,
    luminosity_distance,
    sky_offsets,
)

REAL = "real/7815-3702/manga-7815-3702-MAPS-HYB10-GAU-MILESHC.fits.gz"


def test_sky_offsets_follow_from_the_header(files) -> None:
    """SPX_SKYCOO is what astropy's WCS makes of the header, East and North positive."""
    for hdus in list(files.values())[:1]:
        x, y = hdus["SPX_SKYCOO"].data
        size = x.shape[0]
        wcs = WCS(hdus["SPX_MFLUX"].header)
        ra, dec = wcs.wcs_pix2world(*np.meshgrid(np.arange(size), np.arange(size)), 0)
        ra0, dec0 = hdus[0].header["OBJRA"], hdus[0].header["OBJDEC"]
        east = (ra - ra0) * np.cos(np.deg2rad(dec0)) * 3600
        np.testing.assert_allclose(x, east, atol=2e-4)
        np.testing.assert_allclose(y, (dec - dec0) * 3600, atol=2e-4)
        assert x[size // 2, 0] > 0 > x[size // 2, -1]


def test_sky_offsets_equal_a_real_files(shared_data) -> None:
    """The projection reproduces SPX_SKYCOO of a real file from its header."""
    with fits.open(shared_data / REAL) as hdus:
        card, primary = hdus["SPX_SKYCOO"].header, hdus[0].header
        x, y = sky_offsets(
            card["NAXIS1"],
            (card["CRVAL1"], card["CRVAL2"]),
            target=(primary["OBJRA"], primary["OBJDEC"]),
        )
        np.testing.assert_allclose(x, hdus["SPX_SKYCOO"].data[0], atol=2e-4)
        np.testing.assert_allclose(y, hdus["SPX_SKYCOO"].data[1], atol=2e-4)


def test_elliptical_coordinates_equal_a_real_files(shared_data) -> None:
    """Radius and azimuth reproduce SPX_ELLCOO of a real file."""
    with fits.open(shared_data / REAL) as hdus:
        primary = hdus[0].header
        x, y = hdus["SPX_SKYCOO"].data.astype(float)
        radius, azimuth = elliptical_coordinates(
            x, y, pa=primary["ECOOPA"], ellipticity=primary["ECOOELL"]
        )
        ellcoo = hdus["SPX_ELLCOO"].data
        np.testing.assert_allclose(radius, ellcoo[0], atol=1e-5)
        off_centre = radius > 0.1
        turn = (azimuth - ellcoo[2] + 180) % 360 - 180
        np.testing.assert_allclose(turn[off_centre], 0, atol=2e-3)
        np.testing.assert_allclose(radius / primary["REFF"], ellcoo[1], atol=1e-5)


@pytest.mark.parametrize("redshift", [0.01, 0.03, 0.15])
def test_distances_equal_astropys(redshift) -> None:
    """Distances are those of a flat universe of Omega_m 0.3, in units of h."""
    cosmology = FlatLambdaCDM(H0=100.0, Om0=0.3)
    luminosity = cosmology.luminosity_distance(redshift).value
    scale = 1 / cosmology.arcsec_per_kpc_proper(redshift).value
    assert luminosity_distance(redshift) == pytest.approx(luminosity, rel=1e-6)
    assert kpc_per_arcsec(redshift) == pytest.approx(scale, rel=1e-6)


def test_radius_channels_agree(dr17_files) -> None:
    """R, R/Re and R in kpc/h of a file are one radius in three units."""
    for hdus in list(dr17_files.values())[:1]:
        radius, scaled, kpc, azimuth = hdus["SPX_ELLCOO"].data
        header = hdus[0].header
        z = header["SCINPVEL"] / 299792.458
        np.testing.assert_allclose(scaled * header["REFF"], radius, rtol=1e-5)
        np.testing.assert_allclose(kpc, radius * kpc_per_arcsec(z), rtol=1e-5)
        assert azimuth.min() >= 0
        assert azimuth.max() <= 360

"""Deflections and images against lenstronomy, where that is installed."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from mangaxr.lensing import (
    EPL,
    SIE,
    SIS,
    TNFW,
    Component,
    ImageGrid,
    Lens,
    PJaffe,
    Shear,
    observe,
    rotating_disk,
    trace,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own dependencies' affair
    pytest.importorskip("lenstronomy", reason="the extra lenstronomy is not installed")
    from lenstronomy.Data.imaging_data import ImageData
    from lenstronomy.Data.psf import PSF
    from lenstronomy.ImSim.image_model import ImageModel
    from lenstronomy.LensModel.lens_model import LensModel
    from lenstronomy.LightModel.light_model import LightModel

CENTRE = {"center_x": 0.1, "center_y": -0.2}
PAIRS: dict[str, tuple[Component, str, dict[str, float], float]] = {
    "SIS": (SIS(1.1, 0.1, -0.2), "SIS", {"theta_E": 1.1, **CENTRE}, 1e-10),
    "SIE": (
        SIE(1.0, 0.15, -0.1, 0.1, -0.2), "EPL",
        {"theta_E": 1.0, "gamma": 2.0, "e1": 0.15, "e2": -0.1, **CENTRE}, 1e-10,
    ),
    "NIE": (
        SIE(1.0, 0.15, -0.1, 0.1, -0.2, core=0.1), "NIE",
        {"theta_E": 1.0, "e1": 0.15, "e2": -0.1, "s_scale": 0.1, **CENTRE}, 1e-10,
    ),
    "EPL": (
        EPL(1.2, 2.2, -0.1, 0.2, 0.1, -0.2), "EPL",
        {"theta_E": 1.2, "gamma": 2.2, "e1": -0.1, "e2": 0.2, **CENTRE}, 1e-10,
    ),
    "shear": (Shear(0.03, -0.05), "SHEAR", {"gamma1": 0.03, "gamma2": -0.05}, 1e-10),
    # Its profile has a core, which must not be quite nothing.
    "PJaffe": (
        PJaffe(0.1, 0.3, 0.1, -0.2), "PJAFFE",
        {"sigma0": 0.05 * (0.3 - 1e-6) / 0.3e-6, "Ra": 1e-6, "Rs": 0.3, **CENTRE}, 1e-5,
    ),
    "TNFW": (
        TNFW(0.05, 0.4, 0.9, 0.1, -0.2), "TNFW",
        {"Rs": 0.4, "alpha_Rs": 0.05, "r_trunc": 0.9, **CENTRE}, 1e-10,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_deflections_are_the_same(name: str) -> None:
    """Over an image; isothermal ellipsoids are held against its power law of slope 2."""
    ours, model, parameters, tolerance = PAIRS[name]
    places = np.linspace(-2.5, 2.5, 128)
    x, y = (a.ravel() for a in np.meshgrid(places, places))
    theirs = LensModel([model]).alpha(x, y, [parameters])
    for one, other in zip(ours.deflection(x, y), theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


# Those of the NIE it takes by differences, those of the PJaffe have its core in them.
@pytest.mark.parametrize("name", [n for n in PAIRS if n not in ("NIE", "PJaffe")])
def test_second_derivatives_are_the_same(name: str) -> None:
    """Of the potential, away from the centre."""
    ours, model, parameters, _ = PAIRS[name]
    random = np.random.default_rng(1)
    angle, radius = random.uniform(0, 2 * np.pi, 500), random.uniform(0.1, 2.0, 500)
    x, y = 0.1 + radius * np.cos(angle), -0.2 + radius * np.sin(angle)
    xx, xy, yx, yy = LensModel([model]).hessian(x, y, [parameters])
    found = ours.hessian(x, y)
    for one, other in zip(found, (xx, (xy + yx) / 2, yy), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("supersample", [1, 4])
def test_images_are_the_same(supersample: int) -> None:
    """Flux through an SIE, shear and a subhalo, to 1e-4 of the brightest pixel."""
    disk = rotating_disk(r_scale=0.3, v_max=200, inclination=60, pa=30, npix=64)
    lens = Lens([SIE(1.0, 0.1, 0.05), Shear(0.02, -0.01), PJaffe(0.1, 0.3, 0.9, 0.3)])
    grid = ImageGrid(64, 0.06, supersample=supersample, margin=0)
    traced = trace(disk, lens, grid)
    model = LensModel(["EPL", "SHEAR", "PJAFFE"])
    parameters = [
        {"theta_E": 1.0, "gamma": 2.0, "e1": 0.1, "e2": 0.05, "center_x": 0, "center_y": 0},
        {"gamma1": 0.02, "gamma2": -0.01},
        {
            "sigma0": 0.05 * 0.299999 / 0.3e-6,
            "Ra": 1e-6,
            "Rs": 0.3,
            "center_x": 0.9,
            "center_y": 0.3,
        },
    ]
    start = float(grid.axis()[0])
    data = ImageData(
        image_data=np.zeros((64, 64)), ra_at_xy_0=start, dec_at_xy_0=start,
        transform_pix2angle=np.eye(2) * 0.06,
    )  # fmt: skip
    source = {
        "image": disk.flux, "amp": 1.0, "center_x": 0.0, "center_y": 0.0, "phi_G": 0.0,
        "scale": disk.pixel_scale,
    }  # fmt: skip
    theirs = ImageModel(
        data, PSF(psf_type="NONE"), lens_model_class=model,
        source_model_class=LightModel(["INTERPOL"]),
        kwargs_numerics={"supersampling_factor": supersample},
    ).image(kwargs_lens=parameters, kwargs_source=[source])  # fmt: skip
    image = observe(traced, coverage_min=1e-6)
    ours = (image.flux * image.coverage).fillna(0.0).values * grid.pixel_scale**2
    inside = image.coverage.values > 0.999  # beyond the maps each has a way of its own
    assert inside.sum() > 3000
    assert abs(ours - theirs)[inside].max() < 1e-4 * theirs.max()

"""Lensing a source: mangaxr against lenstronomy's ImageModel, the same job in one run.

``python -m benchmarks.lensing`` traces three moments of a disk through a batch of lenses, each an
SIE with shear and a subhalo, in one thread, and compares the images. It needs
``mangaxr[lenstronomy]``.
"""

from __future__ import annotations

import argparse
import warnings
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.timing import median_times
from mangaxr.lensing import PSF, SIE, ImageGrid, Lens, PJaffe, Shear, observe, rotating_disk, trace

__all__ = ["TimeLensing", "compare", "lenses", "with_lenstronomy", "with_mangaxr"]

NPIX, PIXEL_SCALE = 64, 0.06
CORE = 1e-6
"""Core radius, arcsec, without which lenstronomy has no pseudo-Jaffe profile."""
Array = npt.NDArray[np.float64]


def source() -> Any:
    """Return maps of a disk, 64 pixels wide as the tensors of a store are."""
    return rotating_disk(r_scale=0.3, v_max=200, inclination=60, pa=30, npix=64)


def parameters(number: int) -> dict[str, Array]:
    """Return parameters of so many lenses."""
    random = np.random.default_rng(7)
    return {
        "theta_E": random.uniform(0.8, 1.2, number),
        "e1": random.uniform(-0.2, 0.2, number),
        "e2": random.uniform(-0.2, 0.2, number),
        "g1": random.uniform(-0.05, 0.05, number),
        "theta_s": random.uniform(0.01, 0.1, number),
        "x": random.uniform(-1.0, 1.0, number),
    }


def lenses(number: int) -> Lens:
    """Return them as one batch."""
    p = parameters(number)
    subhalo = PJaffe(p["theta_s"], 0.3, p["x"])
    return Lens([SIE(p["theta_E"], p["e1"], p["e2"]), Shear(p["g1"], 0.0), subhalo])


def grid_of(supersample: int) -> ImageGrid:
    """Return the pixels; without a PSF no margin is needed."""
    return ImageGrid(NPIX, PIXEL_SCALE, supersample=supersample, margin=0)


def with_mangaxr(number: int, supersample: int) -> Array:
    """Return the light that is seen of the source, (lens, y, x), velocities made with it."""
    image = observe(trace(source(), lenses(number), grid_of(supersample)), coverage_min=1e-6)
    return np.nan_to_num(image.flux.values) * image.coverage.values


def with_lenstronomy(number: int, supersample: int) -> Array:
    """Return the same; each moment is an image of its own, and an INTERPOL of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lenstronomy.Data.imaging_data import ImageData
        from lenstronomy.Data.psf import PSF as NoPSF  # noqa: N811
        from lenstronomy.ImSim.image_model import ImageModel
        from lenstronomy.LensModel.lens_model import LensModel
        from lenstronomy.LightModel.light_model import LightModel
    disk, grid, p = source(), grid_of(supersample), parameters(number)
    start = float(grid.axis()[0])
    data = ImageData(
        image_data=np.zeros((NPIX, NPIX)), ra_at_xy_0=start, dec_at_xy_0=start,
        transform_pix2angle=np.eye(2) * PIXEL_SCALE,
    )  # fmt: skip
    middle = {"center_x": 0.0, "center_y": 0.0}
    model = LensModel(["SIE", "SHEAR", "PJAFFE"])
    found = []
    for i in range(number):
        sigma0 = p["theta_s"][i] / 2 * (0.3 - CORE) / (0.3 * CORE)
        lens = [
            {"theta_E": p["theta_E"][i], "e1": p["e1"][i], "e2": p["e2"][i], **middle},
            {"gamma1": p["g1"][i], "gamma2": 0.0},
            {"sigma0": sigma0, "Ra": CORE, "Rs": 0.3, "center_x": p["x"][i], "center_y": 0.0},
        ]
        images = []
        for plane in disk.moments()[:3]:
            light = {"image": plane, "amp": 1.0, "phi_G": 0.0, "scale": disk.pixel_scale, **middle}
            image = ImageModel(
                data, NoPSF(psf_type="NONE"), lens_model_class=model,
                source_model_class=LightModel(["INTERPOL"]),
                kwargs_numerics={"supersampling_factor": supersample},
            ).image(kwargs_lens=lens, kwargs_source=[light])  # fmt: skip
            images.append(image)
        found.append(images[1] / PIXEL_SCALE**2)
    return np.stack(found)


class TimeLensing:
    """A batch of lenses (asv)."""

    params = (1, 2, 4)
    param_names = ("supersample",)
    number = 8

    def setup(self, supersample: int) -> None:
        self.source, self.lens = source(), lenses(self.number)
        self.grid = ImageGrid(NPIX, PIXEL_SCALE, supersample=supersample)

    def time_trace(self, _supersample: int) -> None:
        trace(self.source, self.lens, self.grid)

    def time_observe(self, _supersample: int) -> None:
        observe(trace(self.source, self.lens, self.grid), psf=PSF(0.12))

    def peakmem_observe(self, _supersample: int) -> None:
        observe(trace(self.source, self.lens, self.grid), psf=PSF(0.12))


def compare(number: int, supersample: int, *, repeats: int) -> dict[str, float]:
    """Return median seconds of both, having checked that images agree to 1e-4 of the peak."""
    ours, theirs = (side(number, supersample) for side in (with_mangaxr, with_lenstronomy))
    # Near the edge of the maps, and where the core of the subhalo is, each has a way of its own.
    worst = np.quantile(abs(ours - theirs), 0.99)
    if worst > 1e-4 * theirs.max():
        msg = f"images differ by {worst:.2g} of a peak of {theirs.max():.2g}"
        raise RuntimeError(msg)
    sides = {
        "mangaxr": lambda: with_mangaxr(number, supersample),
        "lenstronomy": lambda: with_lenstronomy(number, supersample),
    }
    return median_times(sides, repeats=repeats)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lenses", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    if find_spec("lenstronomy") is None:
        print('lenstronomy is not installed, nothing to compare with: pip install ".[lenstronomy]"')
        return
    for supersample in (1, 2, 4):
        found = compare(arguments.lenses, supersample, repeats=arguments.repeats)
        rates = {side: arguments.lenses / seconds for side, seconds in found.items()}
        ratio = rates["mangaxr"] / rates["lenstronomy"]
        words = ", ".join(f"{side} {rate:.0f} images a second" for side, rate in rates.items())
        print(f"{supersample} rays along a pixel: {words}: {ratio:.1f} times")


if __name__ == "__main__":
    main()

"""Where a tensor lies on the sky, and marks with a place there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xarray as xr

from mangaxr.datamodel.maskbits import DAPQUAL, decode
from mangaxr.viz.canvas import FONT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patheffects import AbstractPathEffect

__all__ = ["SkyBox", "draw_compass", "draw_psf", "draw_reff", "outlined", "sky_box"]


@dataclass(frozen=True, slots=True)
class SkyBox:
    """Edges of a tensor, as offsets from the object in arcsec, East and North positive."""

    east: float
    west: float
    south: float
    north: float

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Edges as matplotlib's ``imshow`` wants them: left (East), right, bottom, top."""
        return (self.east, self.west, self.south, self.north)

    def place(self, right: float, up: float) -> tuple[float, float]:
        """Return the offset, in arcsec, at a share of the width and of the height."""
        return (
            self.east + right * (self.west - self.east),
            self.south + up * (self.north - self.south),
        )


def sky_box(galaxy: xr.Dataset) -> SkyBox:
    """Place a galaxy's tensor on the sky.

    Parameters
    ----------
    galaxy
        A store of one galaxy, or part of its pixels: ``x`` and ``y`` are offsets from the
        tensor's middle in pixels, positive to the West and North.

    Examples
    --------
    >>> import numpy as np
    >>> pixels = {"y": np.arange(4) - 1.5, "x": np.arange(4) - 1.5}
    >>> on_sky = {"pixel_scale": 0.5, "center_sky_x": 0.25, "center_sky_y": 0.0}
    >>> sky_box(xr.Dataset(coords=pixels | on_sky)).extent
    (1.25, -0.75, -1.0, 1.0)
    """
    scale = float(galaxy.pixel_scale)
    middle_x, middle_y = float(galaxy.center_sky_x), float(galaxy.center_sky_y)
    x, y = galaxy.x.values, galaxy.y.values
    half = (x[-1] - x[0]) / max(len(x) - 1, 1) / 2 or 0.5
    return SkyBox(
        east=middle_x - float(x[0] - half) * scale,
        west=middle_x - float(x[-1] + half) * scale,
        south=middle_y + float(y[0] - half) * scale,
        north=middle_y + float(y[-1] + half) * scale,
    )


def draw_reff(axes: Axes, galaxy: xr.Dataset) -> None:
    """Draw the isophote of semi-major axis R_e, unless the file says it is meaningless.

    The position angle runs from North through East, so that the major axis points along
    (sin pa, cos pa) in East and North: 90 degrees - pa from the axis of East.
    """
    from matplotlib.patches import Ellipse

    reff, ellipticity, pa = (float(galaxy[n]) for n in ("reff", "ellipticity", "pa"))
    dapqual = int(galaxy.dapqual)
    bad_geometry = dapqual > 0 and "BADGEOM" in decode(dapqual, DAPQUAL)
    if bad_geometry or not (reff > 0 and 0 <= ellipticity < 1 and math.isfinite(pa)):
        return
    width, height = 2 * reff, 2 * reff * (1 - ellipticity)
    ellipse = Ellipse((0, 0), width, height, angle=90 - pa, label="R_e")
    ellipse.set(fill=False, edgecolor="black", linewidth=0.7, path_effects=outlined(1.5))
    axes.add_patch(ellipse)


def draw_psf(axes: Axes, galaxy: xr.Dataset, box: SkyBox) -> None:
    """Draw the FWHM of the r-band PSF as a dashed circle in the lower left corner."""
    from matplotlib.patches import Circle

    fwhm = float(galaxy.psf_fwhm)
    if not fwhm > 0:
        return
    east, south = box.place(0.03, 0.03)
    circle = Circle((east - fwhm / 2, south + fwhm / 2), fwhm / 2, label="PSF")
    circle.set(fill=False, edgecolor="black", linewidth=0.7, linestyle=(0, (3, 2)))
    circle.set_path_effects(outlined(1.5))
    axes.add_patch(circle)


def draw_compass(axes: Axes, box: SkyBox) -> None:
    """Draw arrows to the North and East in the lower right corner."""
    from matplotlib.patches import FancyArrowPatch

    corner = box.place(0.95, 0.05)
    for letter, tip, text in (
        ("N", box.place(0.95, 0.17), box.place(0.95, 0.21)),
        ("E", box.place(0.83, 0.05), box.place(0.79, 0.05)),
    ):
        arrow = FancyArrowPatch(
            corner, tip, arrowstyle="-|>", mutation_scale=4, shrinkA=0, shrinkB=0
        )
        arrow.set(color="black", linewidth=0.7, path_effects=outlined(1.5))
        axes.add_patch(arrow)
        label = axes.text(*text, letter, fontsize=6, ha="center", va="center", family=FONT)
        label.set_path_effects(outlined(1.5))


def outlined(width: float) -> list[AbstractPathEffect]:
    """Edge a thin line with white, so that it shows on every colour."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground="white", alpha=0.8)]

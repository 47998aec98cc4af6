"""The pixels of the image, and the rays that are shot through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mangaxr.errors import LensError
from mangaxr.lensing.profiles.component import Values

__all__ = ["ImageGrid"]


@dataclass(frozen=True, slots=True)
class ImageGrid:
    """A square image around the optical axis.

    Parameters
    ----------
    npix
        Pixels along a side.
    pixel_scale
        Side of a pixel, arcsec.
    supersample
        Rays along the side of a pixel. Against 16 of them, the largest errors with a PSF of two
        pixels are 4 km/s for 1, 0.8 for 2, 0.2 for 4 and 0.04 for 8.
    margin
        Pixels traced beyond each edge, for the PSF to draw on.

    Raises
    ------
    LensError
        If a number is not positive, or the margin negative.

    Examples
    --------
    >>> ImageGrid(4, 0.5, supersample=1, margin=0).rays()[0]
    array([[-0.75, -0.25,  0.25,  0.75]])
    """

    npix: int = 64
    pixel_scale: float = 0.06
    supersample: int = 4
    margin: int = 4

    def __post_init__(self) -> None:
        if min(self.npix, self.supersample) < 1 or self.margin < 0 or not self.pixel_scale > 0:
            msg = f"{self}: expected positive numbers, and a margin of 0 or more"
            raise LensError(msg)

    @property
    def traced(self) -> int:
        """Rays along a side, margins included."""
        return (self.npix + 2 * self.margin) * self.supersample

    @property
    def ray_spacing(self) -> float:
        """Distance of two rays, arcsec."""
        return self.pixel_scale / self.supersample

    def axis(self) -> Values:
        """Return the middles of the pixels along a side, arcsec."""
        return _middles(self.npix, self.pixel_scale)

    def rays(self) -> tuple[Values, Values]:
        """Return where rays are shot, arcsec: x of shape (1, traced), y of shape (traced, 1)."""
        places = _middles(self.traced, self.ray_spacing)
        return places[np.newaxis, :], places[:, np.newaxis]


def _middles(number: int, step: float) -> Values:
    return (np.arange(number, dtype=np.float64) - (number - 1) / 2.0) * step

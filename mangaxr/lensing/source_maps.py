"""What is put behind a lens: maps of surface brightness, velocity and dispersion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mangaxr.errors import LensError
from mangaxr.lensing.profiles.component import Values

__all__ = ["MOMENTS", "SourceMaps"]

MOMENTS = ("m", "m F", "m F v", "m F (v^2 + sigma^2)")
"""What is traced: the share that was measured, and the moments of the line weighted with it."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceMaps:
    """Maps of a source; of what is not measured nothing is known, which is not zero.

    Parameters
    ----------
    flux
        Surface brightness (y, x), per arcsec^2: lensing conserves it.
    velocity
        Of the line, km/s; any frame.
    sigma
        Velocity dispersion of the line, km/s.
    mask
        True where the source was measured. What the maps hold elsewhere does not matter.
    pixel_scale
        Side of a pixel, arcsec as seen without the lens.
    psf_fwhm
        Width of the PSF that the maps are blurred with already, arcsec in the same sense.
    flux_units
        Unit of ``flux``, for those who look at an image.
    x, y
        Where the middle of the maps is in the source plane, arcsec.

    Raises
    ------
    LensError
        If the maps differ in shape, or hold a value that is no number where they are measured.

    Examples
    --------
    >>> import numpy as np
    >>> ones = np.ones((8, 8))
    >>> source = SourceMaps(ones, 100 * ones, 30 * ones, ones > 0, pixel_scale=0.05)
    >>> source.moments()[:, 0, 0]
    array([1.00e+00, 1.00e+00, 1.00e+02, 1.09e+04])
    """

    flux: Values
    velocity: Values
    sigma: Values
    mask: npt.NDArray[np.bool_]
    pixel_scale: float
    psf_fwhm: float = 0.0
    flux_units: str = "1"
    x: float = 0.0
    y: float = 0.0

    def __post_init__(self) -> None:
        shapes = {np.shape(a) for a in (self.flux, self.velocity, self.sigma, self.mask)}
        if len(shapes) > 1 or np.ndim(self.flux) != 2:
            msg = f"maps of a source have shapes {sorted(shapes)}: expected one shape (y, x)"
            raise LensError(msg)
        if not self.pixel_scale > 0 or not self.psf_fwhm >= 0:
            msg = (
                f"a source has pixel_scale = {self.pixel_scale}, psf_fwhm = {self.psf_fwhm} "
                f"arcsec: expected a positive scale and a width of 0 or more"
            )
            raise LensError(msg)
        for name in ("flux", "velocity", "sigma"):
            wrong = int(np.sum(~np.isfinite(np.asarray(getattr(self, name))[self.mask])))
            if wrong:
                msg = (
                    f"{name} of a source is no number in {wrong} pixels that its mask calls "
                    f"measured: set the mask to False there"
                )
                raise LensError(msg)

    def moments(self) -> Values:
        """Return the four moments of `MOMENTS`, (4, y, x); all are 0 where nothing was measured."""
        flux, velocity, sigma = (
            np.where(self.mask, values, 0.0) for values in (self.flux, self.velocity, self.sigma)
        )
        first = flux * velocity
        return np.stack([self.mask.astype(float), flux, first, first * velocity + flux * sigma**2])

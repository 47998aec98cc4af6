"""Instrumental dispersion of MaNGA's spectra.

Read off EMLINE_INSTSIGMA and EMLINE_TPLSIGMA of a file that the DAP 3.1.0 wrote: the red
arm takes over at 6300 Angstrom, and the template's width is what is left of the
instrument's after 52.05 km/s in quadrature.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["instrumental_sigma", "template_sigma"]

Array = NDArray[np.float64]

# fmt: off
_WAVE = np.array([3600.0, 3839.0, 4090.0, 4472.0, 4828.0, 5009.0, 5356.0, 6054.0, 6290.0,
                  6320.0, 6557.0, 6762.0, 6920.0, 7280.0, 7986.0, 9288.0, 10300.0])
_SIGMA = np.array([90.3, 88.3, 85.5, 77.8, 74.7, 73.4, 71.1, 66.3, 65.0,
                   74.0, 72.3, 70.3, 69.1, 66.6, 62.1, 53.5, 53.2])
# fmt: on
_BEYOND_TEMPLATE = 52.05


def instrumental_sigma(wave: ArrayLike) -> Array:
    """Return the instrumental dispersion at observed wavelengths.

    Parameters
    ----------
    wave
        Angstrom.

    Returns
    -------
    ndarray
        km/s.

    Examples
    --------
    >>> float(instrumental_sigma(6762.0))
    70.3
    """
    result: Array = np.interp(np.asarray(wave, np.float64), _WAVE, _SIGMA)
    return result


def template_sigma(instrument: Array) -> Array:
    """Return the dispersion of the line templates, km/s, from the instrument's."""
    result: Array = np.sqrt(np.maximum(instrument**2 - _BEYOND_TEMPLATE**2, 1.0))
    return result

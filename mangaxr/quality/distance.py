"""Physical sizes from the redshift."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from mangaxr.datamodel.keywords import SPEED_OF_LIGHT

__all__ = ["kpc_per_arcsec"]

_HUBBLE = 70.0
_MATTER = 0.3
_KPC_PER_ARCSEC_PER_MPC = 1e3 * math.pi / (180.0 * 3600.0)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


@lru_cache(maxsize=1024)
def kpc_per_arcsec(z: float) -> float:
    """Return the kpc that an arcsec subtends at a redshift; NaN if that is not positive.

    Angular-diameter distance of a flat universe with H0 = 70 km/s/Mpc and Om = 0.3, without
    radiation (Hogg 1999, astro-ph/9905116, eqs. 14 to 18).

    Examples
    --------
    >>> round(kpc_per_arcsec(0.03), 3)
    0.601
    """
    if not z > 0.0:
        return math.nan
    place = 0.5 * z * (_NODES + 1.0)
    rate = np.sqrt(_MATTER * (1.0 + place) ** 3 + 1.0 - _MATTER)
    comoving = SPEED_OF_LIGHT / _HUBBLE * 0.5 * z * float(np.sum(_WEIGHTS / rate))
    return comoving / (1.0 + z) * _KPC_PER_ARCSEC_PER_MPC

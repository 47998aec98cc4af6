"""Strengths of the emission lines relative to H-alpha, and which lines the fit ties.

Strengths are of a star-forming disk: Balmer and Paschen lines are case B (Osterbrock &
Ferland 2006, tables 4.2 and 4.4), the others are typical of MaNGA's spaxels. The ties are
those of mangadap ``elpmpl11.par`` (DR17) and ``elpmiles.par`` (DR15).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mangaxr.datamodel.extensions import Layout

__all__ = ["FLUX_TIES", "HALPHA", "LINE_RATIOS", "MOMENT_DUMMIES", "SIGMA_TIES"]

HALPHA = "Ha-6564"

LINE_RATIOS: Mapping[str, float] = MappingProxyType(
    {
        "OII-3727": 0.40,
        "OII-3729": 0.55,
        "H12-3751": 0.011,
        "H11-3771": 0.014,
        "Hthe-3798": 0.019,
        "Heta-3836": 0.026,
        "NeIII-3869": 0.050,
        "HeI-3889": 0.035,
        "Hzet-3890": 0.037,
        "NeIII-3968": 0.015,
        "Heps-3971": 0.056,
        "Hdel-4102": 0.091,
        "Hgam-4341": 0.164,
        "HeII-4687": 0.003,
        HALPHA: 1.0,
        "Hb-4862": 0.350,
        "OIII-4960": 0.105,
        "OIII-5008": 0.300,
        "NI-5199": 0.010,
        "NI-5201": 0.007,
        "HeI-5877": 0.040,
        "OI-6302": 0.050,
        "OI-6365": 0.016,
        "NII-6549": 0.129,
        "NII-6585": 0.380,
        "SII-6718": 0.200,
        "SII-6732": 0.145,
        "HeI-7067": 0.010,
        "ArIII-7137": 0.030,
        "ArIII-7753": 0.007,
        "Peta-9017": 0.0064,
        "SIII-9071": 0.082,
        "Pzet-9231": 0.0089,
        "SIII-9533": 0.200,
        "Peps-9548": 0.013,
    }
)
"""Flux of each line over that of H-alpha, before dust."""

FLUX_TIES: Mapping[Layout, Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        "DR15": MappingProxyType(
            {
                "OIII-4960": ("OIII-5008", 0.35),
                "OI-6365": ("OI-6302", 0.32),
                "NII-6549": ("NII-6585", 0.34),
            }
        ),
        "DR17": MappingProxyType(
            {
                "NeIII-3968": ("NeIII-3869", 0.30),
                "OIII-4960": ("OIII-5008", 0.35),
                "OI-6365": ("OI-6302", 0.32),
                "NII-6549": ("NII-6585", 0.34),
                "SIII-9071": ("SIII-9533", 0.41),
            }
        ),
    }
)
"""Line -> the line its fitted flux is fixed to, and the ratio to it."""

SIGMA_TIES: Mapping[str, str] = MappingProxyType(
    {
        "OII-3729": "OII-3727",
        "HeI-3889": "Hzet-3890",
        "NeIII-3968": "NeIII-3869",
        "OIII-4960": "OIII-5008",
        "NI-5201": "NI-5199",
        "OI-6365": "OI-6302",
        "NII-6549": "NII-6585",
        "SIII-9071": "SIII-9533",
    }
)
"""Line -> the line whose intrinsic dispersion it shares."""

MOMENT_DUMMIES: Mapping[Layout, tuple[str, ...]] = MappingProxyType(
    {
        "DR15": ("OII-3729",),
        "DR17": ("OII-3729", "HeI-3889", "NeIII-3968", "NI-5201"),
    }
)
"""Lines that the summed-flux extensions only hold a place for: masked in every spaxel."""

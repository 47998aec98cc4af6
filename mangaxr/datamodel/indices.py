"""The spectral indices the DAP measures, the same 46 in DR15 and DR17.

Sources: mangadap ``extindx.par`` (absorption-line indices) and ``bhbasic.par`` (bandhead
indices). The index ``Hb`` is not the emission line ``Hb-4862``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SPECTRAL_INDICES", "SpectralIndex"]


@dataclass(frozen=True, slots=True)
class SpectralIndex:
    """One index: its channel name and its unit as the header's ``U{n}`` writes it."""

    name: str
    fits_unit: str


SPECTRAL_INDICES: tuple[SpectralIndex, ...] = (
    SpectralIndex("CN1", "mag"),
    SpectralIndex("CN2", "mag"),
    SpectralIndex("Ca4227", "ang"),
    SpectralIndex("G4300", "ang"),
    SpectralIndex("Fe4383", "ang"),
    SpectralIndex("Ca4455", "ang"),
    SpectralIndex("Fe4531", "ang"),
    SpectralIndex("C24668", "ang"),
    SpectralIndex("Hb", "ang"),
    SpectralIndex("Fe5015", "ang"),
    SpectralIndex("Mg1", "mag"),
    SpectralIndex("Mg2", "mag"),
    SpectralIndex("Mgb", "ang"),
    SpectralIndex("Fe5270", "ang"),
    SpectralIndex("Fe5335", "ang"),
    SpectralIndex("Fe5406", "ang"),
    SpectralIndex("Fe5709", "ang"),
    SpectralIndex("Fe5782", "ang"),
    SpectralIndex("NaD", "ang"),
    SpectralIndex("TiO1", "mag"),
    SpectralIndex("TiO2", "mag"),
    SpectralIndex("HDeltaA", "ang"),
    SpectralIndex("HGammaA", "ang"),
    SpectralIndex("HDeltaF", "ang"),
    SpectralIndex("HGammaF", "ang"),
    SpectralIndex("CaHK", "ang"),
    SpectralIndex("CaII1", "ang"),
    SpectralIndex("CaII2", "ang"),
    SpectralIndex("CaII3", "ang"),
    SpectralIndex("Pa17", "ang"),
    SpectralIndex("Pa14", "ang"),
    SpectralIndex("Pa12", "ang"),
    SpectralIndex("MgICvD", "ang"),
    SpectralIndex("NaICvD", "ang"),
    SpectralIndex("MgIIR", "ang"),
    SpectralIndex("FeHCvD", "ang"),
    SpectralIndex("NaI", "ang"),
    SpectralIndex("bTiO", "mag"),
    SpectralIndex("aTiO", "mag"),
    SpectralIndex("CaH1", "mag"),
    SpectralIndex("CaH2", "mag"),
    SpectralIndex("NaISDSS", "ang"),
    SpectralIndex("TiO2SDSS", "mag"),
    SpectralIndex("D4000", ""),
    SpectralIndex("Dn4000", ""),
    SpectralIndex("TiOCvD", ""),
)
"""Every index in file order; an empty unit is dimensionless (bandheads are ratios)."""

"""Typical values of the spectral indices, one row each.

Numbers: young and old stellar populations, between which a galaxy's outskirts and centre
lie; the error at a g-band S/N of 10 per pixel, the velocity-dispersion correction and the
relative continuum are medians of a file written by the DAP 3.1.0.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["INDEX_VALUES", "IndexValue"]


@dataclass(frozen=True, slots=True)
class IndexValue:
    """What an index looks like.

    Parameters
    ----------
    name
        Channel name.
    young, old
        Value of a young and of an old population, in the index's unit.
    error
        Error at S/N 10.
    correction
        Typical entry of SPECINDEX_CORR: a factor, or an offset for an index in mag.
    weight
        Flux density in the index's band relative to that at H-alpha.
    beyond_miles
        Redward of DR15's MILES templates: that release has no correction.
    unreliable
        DR17 flags the index in every spaxel: its bands hold masked pixels.
    """

    name: str
    young: float
    old: float
    error: float
    correction: float
    weight: float
    beyond_miles: bool = False
    unreliable: bool = False


INDEX_VALUES: tuple[IndexValue, ...] = (
    IndexValue("CN1", -0.15, 0.06, 0.018, 0.0012, 0.85),
    IndexValue("CN2", -0.08, 0.10, 0.018, 0.0021, 0.88),
    IndexValue("Ca4227", 0.30, 1.30, 0.33, 1.0355, 0.92),
    IndexValue("G4300", -1.0, 5.0, 0.61, 1.0984, 0.95),
    IndexValue("Fe4383", 0.3, 4.9, 0.69, 1.0079, 0.97),
    IndexValue("Ca4455", 0.5, 1.6, 0.44, 1.0849, 0.98),
    IndexValue("Fe4531", 1.5, 3.4, 0.62, 1.0409, 0.99),
    IndexValue("C24668", 0.5, 6.0, 0.87, 0.9922, 1.0),
    IndexValue("Hb", 5.5, 1.6, 0.55, 1.0094, 1.01),
    IndexValue("Fe5015", 2.5, 5.5, 0.87, 1.0375, 1.02),
    IndexValue("Mg1", 0.01, 0.12, 0.014, 0.0004, 1.02),
    IndexValue("Mg2", 0.06, 0.27, 0.019, 0.0005, 1.02),
    IndexValue("Mgb", 0.9, 4.1, 0.63, 0.9999, 1.02),
    IndexValue("Fe5270", 1.1, 3.0, 0.67, 1.0296, 1.03),
    IndexValue("Fe5335", 0.9, 2.7, 0.67, 1.0606, 1.03),
    IndexValue("Fe5406", 0.5, 1.8, 0.47, 0.9953, 1.03, unreliable=True),
    IndexValue("Fe5709", 0.3, 0.9, 0.57, 1.0303, 1.03),
    IndexValue("Fe5782", 0.2, 0.9, 0.53, 1.0261, 1.03),
    IndexValue("NaD", 1.0, 4.5, 0.68, 1.0119, 1.03),
    IndexValue("TiO1", 0.005, 0.035, 0.017, -0.0001, 1.02),
    IndexValue("TiO2", 0.01, 0.08, 0.016, 0.0002, 1.02),
    IndexValue("HDeltaA", 7.0, -1.5, 0.61, 1.0004, 0.87),
    IndexValue("HGammaA", 5.5, -5.0, 0.65, 1.0042, 0.94),
    IndexValue("HDeltaF", 5.0, 0.5, 0.46, 1.0080, 0.87),
    IndexValue("HGammaF", 4.5, -1.2, 0.44, 1.0056, 0.94),
    IndexValue("CaHK", 7.0, 18.0, 1.17, 1.0044, 0.65),
    IndexValue("CaII1", 1.2, 1.7, 1.11, 1.0045, 0.88, beyond_miles=True),
    IndexValue("CaII2", 3.0, 4.1, 1.35, 1.0080, 0.88, beyond_miles=True),
    IndexValue("CaII3", 2.5, 3.4, 1.30, 1.0082, 0.88, beyond_miles=True),
    IndexValue("Pa17", 1.2, 0.3, 0.72, 1.1779, 0.88, beyond_miles=True),
    IndexValue("Pa14", 1.2, 0.4, 1.37, 1.0177, 0.88, beyond_miles=True),
    IndexValue("Pa12", 1.6, 0.4, 1.35, 1.0307, 0.87, beyond_miles=True),
    IndexValue("MgICvD", 1.6, 4.6, 0.80, 1.0212, 1.02),
    IndexValue("NaICvD", 0.4, 0.8, 0.99, 1.0436, 0.90, beyond_miles=True),
    IndexValue("MgIIR", 0.1, 0.5, 0.81, 1.1524, 0.88, beyond_miles=True),
    IndexValue("FeHCvD", 0.2, 0.5, 2.11, 1.0304, 0.81, beyond_miles=True),
    IndexValue("NaI", 0.3, 0.9, 1.52, 1.0037, 0.91, beyond_miles=True),
    IndexValue("bTiO", 0.01, 0.03, 0.016, 0.0003, 1.0),
    IndexValue("aTiO", 0.005, 0.02, 0.0098, 0.0005, 1.03, unreliable=True),
    IndexValue("CaH1", -0.005, 0.01, 0.022, 0.0011, 1.01),
    IndexValue("CaH2", 0.01, 0.04, 0.015, -0.0001, 1.0),
    IndexValue("NaISDSS", 0.3, 0.8, 0.84, 1.0404, 0.91, beyond_miles=True),
    IndexValue("TiO2SDSS", 0.01, 0.08, 0.016, 0.0002, 1.02),
    IndexValue("D4000", 1.30, 2.20, 0.019, 1.0, 0.8),
    IndexValue("Dn4000", 1.20, 1.90, 0.021, 1.0004, 0.8),
    IndexValue("TiOCvD", 1.01, 1.05, 0.073, 0.9994, 0.88, beyond_miles=True),
)
"""Every index, in the order of `mangaxr.datamodel.indices.SPECTRAL_INDICES`."""

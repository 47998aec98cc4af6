"""The primary header of a MAPS file: rows of keywords filled with an observation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from astropy.io import fits

from mangaxr.datamodel.extensions import Layout
from mangaxr.datamodel.releases import Release
from mangaxr.synthetic.files.primary_rows import PRIMARY_ROWS, Constant, Source
from mangaxr.synthetic.observe.binning import Binning
from mangaxr.synthetic.observe.field import Field
from mangaxr.synthetic.observe.noise import LIGHT_SPEED

__all__ = ["BANDS", "binning_facts", "primary_header", "signal_to_noise"]

BANDS: Mapping[str, float] = MappingProxyType({"G": 1.0, "R": 1.12, "I": 1.05, "Z": 0.8})
"""Signal-to-noise ratio of each band relative to g-band's."""

_RING = (1.0, 1.5)  # R_e
# NB. the DAP overwrites NBINS in its last steps: in HYB10 it counts spaxels.
_LAST_STEP = 4


def signal_to_noise(field: Field) -> tuple[float, float]:
    """Return the median S/N per spaxel between 1 and 1.5 R_e, and that of their sum.

    0 if no spaxel lies there.
    """
    scale = field.radius / field.galaxy.r_eff
    ring = field.deep & (scale > _RING[0]) & (scale < _RING[1])
    number = np.count_nonzero(ring)
    if number == 0:
        return 0.0, 0.0
    noise = np.sqrt(np.sum(field.noise[ring] ** 2)) * (1.0 + 1.62 * np.log10(number))
    return float(np.median(field.snr[ring])), float(field.mflux[ring].sum() / noise)


def _identity(field: Field, release: Release, daptype: str) -> dict[str, Constant]:
    galaxy = field.galaxy
    ifu, fwhm = galaxy.plateifu.ifu, galaxy.psf_fwhm
    return {
        "VERSDRP2": release.drp,
        "VERSDRP3": release.drp,
        "VERSDAP": release.dap,
        "DAPTYPE": daptype,
        "PLATEID": galaxy.plateifu.plate,
        "DESIGNID": galaxy.plateifu.plate + 500,
        # Text in DR17's headers, a number in DR15's.
        "IFUDSGN": ifu if field.layout == "DR15" else str(ifu),
        "PLATEIFU": str(galaxy.plateifu),
        "MANGAID": galaxy.mangaid,
        "IFURA": galaxy.ra,
        "IFUDEC": galaxy.dec,
        "OBJRA": galaxy.ra,
        "OBJDEC": galaxy.dec,
        "CENRA": round(galaxy.ra, 1),
        "CENDEC": round(galaxy.dec, 1),
        "EBVGAL": galaxy.ebv,
        "DRP3QUAL": galaxy.drp3qual,
        "DAPQUAL": galaxy.dapqual,
        **{f"{band}FWHM": fwhm for band in BANDS},
        "ECOOPA": galaxy.pa % 180.0,
        "ECOOELL": galaxy.ellipticity,
        "REFF": galaxy.r_eff,
        "SCINPVEL": galaxy.redshift * LIGHT_SPEED,
    }


def binning_facts(binning: Binning, layout: Layout) -> dict[str, Constant]:
    """Return the keywords that depend on the binning; SPX has no BINSNR and BINCOV."""
    hybrid = "DB" if binning == "HYB10" else ""
    fit = {"DR15": f"EFITM{hybrid}", "DR17": f"EFITMPL11SSP{hybrid}"}
    common: dict[str, Constant] = {"BINKEY": binning, "ELFKEY": fit[layout]}
    if binning == "SPX":
        return common | {"BINMINSN": 0.0, "BINTYPE": "none"}
    return common | {"BINMINSN": 1.0, "BINTYPE": "voronoi", "BINSNR": 10.0, "BINCOV": "full"}


def _analysis(field: Field) -> dict[str, Constant]:
    facts = binning_facts(field.binning, field.layout) | {
        "NBINS": field.steps[_LAST_STEP].count,
        "NSCMOD": field.steps[1].count,
        "NELMOD": field.steps[3].count,
    }
    median, ring = signal_to_noise(field)
    for band, factor in BANDS.items():
        facts[f"SNR{band}MED"] = factor * median
        facts[f"SNR{band}RING"] = factor * ring
    return facts


def primary_header(field: Field, *, release: Release, daptype: str) -> fits.Header:
    """Build the primary header of a MAPS file.

    Parameters
    ----------
    field
        The observation.
    release
        Release whose pipeline versions the file carries.
    daptype
        Analysis type.
    """
    facts = _identity(field, release, daptype) | _analysis(field)
    header = fits.Header()
    for row in PRIMARY_ROWS:
        value = row.value_in(field.layout)
        if value is Source.FIELD:
            # What a binning lacks (BINSNR without Voronoi bins) is no fact of the field.
            value = facts.get(row.key, Source.ABSENT)
        if value is not Source.ABSENT:
            header.append((row.key, value, row.comment))
    return header

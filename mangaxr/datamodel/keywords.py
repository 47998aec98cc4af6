"""Primary-header keywords that mangaxr reads, and what it calls them.

Source: mangadap ``docs/datamodel.rst`` and the headers of DR15 and DR17 files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["DAPFRMT", "KEYWORDS", "SPEED_OF_LIGHT", "Keyword"]

DAPFRMT = "MAPS"
"""Value of the keyword DAPFRMT in a MAPS file."""

SPEED_OF_LIGHT = 299792.458
"""km/s; the input redshift is SCINPVEL over this, as in the DAP."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of the primary header: what the attribute is called, its type and unit."""

    attribute: str
    keyword: str
    kind: Literal["str", "int", "float"]
    unit: str
    description: str


KEYWORDS: tuple[Keyword, ...] = (
    Keyword("plateifu", "PLATEIFU", "str", "", "plate and IFU design"),
    Keyword("mangaid", "MANGAID", "str", "", "target; repeat observations share it"),
    Keyword("daptype", "DAPTYPE", "str", "", "binning and templates of the analysis"),
    Keyword("drp_version", "VERSDRP3", "str", "", "version of the data reduction pipeline"),
    Keyword("dap_version", "VERSDAP", "str", "", "version of the data analysis pipeline"),
    Keyword("ra", "OBJRA", "float", "deg", "right ascension of the object (J2000)"),
    Keyword("dec", "OBJDEC", "float", "deg", "declination of the object (J2000)"),
    Keyword("ifu_ra", "IFURA", "float", "deg", "right ascension of the bundle (J2000)"),
    Keyword("ifu_dec", "IFUDEC", "float", "deg", "declination of the bundle (J2000)"),
    Keyword("input_cz", "SCINPVEL", "float", "km / s", "c times the input redshift"),
    Keyword("reff", "REFF", "float", "arcsec", "effective radius R_e"),
    Keyword("pa", "ECOOPA", "float", "deg", "photometric position angle, N through E"),
    Keyword("ellipticity", "ECOOELL", "float", "1", "ellipticity, 1 - b/a"),
    Keyword("ebv_galactic", "EBVGAL", "float", "mag", "Galactic reddening E(B-V)"),
    Keyword("psf_fwhm_g", "GFWHM", "float", "arcsec", "reconstructed PSF FWHM in g"),
    Keyword("psf_fwhm_r", "RFWHM", "float", "arcsec", "reconstructed PSF FWHM in r"),
    Keyword("psf_fwhm_i", "IFWHM", "float", "arcsec", "reconstructed PSF FWHM in i"),
    Keyword("psf_fwhm_z", "ZFWHM", "float", "arcsec", "reconstructed PSF FWHM in z"),
    Keyword("mngtarg1", "MNGTARG1", "int", "", "bits of the main survey's target class"),
    Keyword("mngtarg3", "MNGTARG3", "int", "", "bits of the ancillary target class"),
    Keyword("dapqual", "DAPQUAL", "int", "", "quality bits of the DAP"),
    Keyword("drp3qual", "DRP3QUAL", "int", "", "quality bits of the DRP"),
)
"""Keywords copied to Dataset attributes; one that a file lacks has no attribute."""

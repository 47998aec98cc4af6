"""Keywords of the primary header: one row per keyword, in the order of the survey's files.

A row's value is a constant, or `FROM_FIELD` for what depends on the galaxy; a release that
lacks the keyword has `ABSENT`. Keywords of the cube are those of a real DR15 file, keywords
of the analysis those of files written by the DAP 2.2.3 and 3.1.0.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from mangaxr.datamodel.extensions import Layout

__all__ = ["PRIMARY_ROWS", "Constant", "Row", "Source", "constants"]


class Source(Enum):
    """Where a value comes from if it is no constant."""

    FIELD = "field"
    ABSENT = "absent"


Constant = str | int | float | bool
FROM_FIELD, ABSENT = Source.FIELD, Source.ABSENT


class Row(NamedTuple):
    """A keyword with its comment and its value in DR17 and in DR15 (the same if None)."""

    key: str
    comment: str
    value: Constant | Source = FROM_FIELD
    dr15: Constant | Source | None = None

    def value_in(self, layout: Layout) -> Constant | Source:
        """Return the value, or where it comes from, in a layout."""
        return self.value if layout == "DR17" or self.dr15 is None else self.dr15


_AUTHOR_DR15 = "K Westfall, B Andrews <westfall@ucolick.org, andrewsb@pitt.edu>"

PRIMARY_ROWS: tuple[Row, ...] = (
    Row("AUTHOR", "", "K Westfall <westfall@ucolick.org>", _AUTHOR_DR15),
    Row("VERSDRP2", "MaNGA DRP version (2d processing)"),
    Row("VERSDRP3", "MaNGA DRP Version (3d processing)"),
    Row("VERSPLDS", "Platedesign Version", "v2_53", "v2_52"),
    Row("VERSFLAT", "Specflat Version", "v1_31"),
    Row("VERSCORE", "MaNGAcore version", "v1_9_1", "v1_6_2"),
    Row("VERSPRIM", "MaNGA Preimaging Version", "v2_6", "v2_5"),
    Row("VERSUTIL", "Version of idlutils", "v5_5_36", "v5_5_32"),
    Row("TELESCOP", "Sloan Digital Sky Survey", "SDSS 2.5-M"),
    Row("INSTRUME", "SDSS-IV MaNGA IFU", "MaNGA"),
    Row("SRVYMODE", "Survey leading this observation and its mode", "MaNGA dither"),
    Row("PLATETYP", "Type of plate (e.g. MaNGA, APOGEE-2&MANGA)", "APOGEE-2&MaNGA"),
    Row("OBJSYS", "The TCC objSys", "ICRS"),
    Row("EQUINOX", "", 2000.0),
    Row("RADESYS", "", "FK5"),
    Row("LAMPLIST", "", "lamphgcdne.dat"),
    Row("TPLDATA", "", "BOSZ_3000-11000A.fits"),
    Row("AIRMSMIN", "Minimum airmass", 1.04),
    Row("AIRMSMED", "Median airmass", 1.08),
    Row("AIRMSMAX", "Maximum airmass", 1.17),
    Row("SEEMIN", "Best guider seeing", 1.25),
    Row("SEEMED", "Median guider seeing", 1.48),
    Row("SEEMAX", "Worst guider seeing", 1.91),
    Row("TRANSMIN", "Worst guider transparency", 0.71),
    Row("TRANSMED", "Median guider transparency", 0.84),
    Row("TRANSMAX", "Best guider transparency", 0.93),
    Row("MJDMIN", "MJD of first exposure", 58287),
    Row("MJDMED", "MJD of median exposure", 58289),
    Row("MJDMAX", "MJD of last exposure", 58290),
    Row("DATE-OBS", "Date of median exposure", "2018-06-20"),
    Row("MJDRED", "MJD of the reduction", 59000),
    Row("DATERED", "Date of the reduction", "2020-05-31"),
    Row("PLATEID", "Current plate"),
    Row("DESIGNID", "Current design"),
    Row("IFUDSGN", "ifuDesign"),
    Row("FRLPLUG", "Plugged ferrule", 27),
    Row("PLATEIFU", "PLATEID-IFUDSGN"),
    Row("CARTID", "Cart(s) used", "2"),
    Row("HARNAME", "Harness name(s)", "ma015"),
    Row("METFILE", "IFU metrology file(s)", "ma015-56685-1.par"),
    Row("MANGAID", "MaNGA ID number"),
    Row("CATIDNUM", "Primary target input catalog", 99, "99"),
    Row("PLTTARG", "plateTarget reference file", "plateTargets-99.par"),
    Row("MNGTARG1", "manga_target1 maskbit", 1024),
    Row("MNGTARG2", "manga_target2 maskbit", 0),
    Row("MNGTARG3", "manga_target3 maskbit", 0),
    Row("IFURA", "IFU right ascension (J2000 deg.)"),
    Row("IFUDEC", "IFU declination (J2000 deg.)"),
    Row("OBJRA", "Object right ascension (J2000 deg.)"),
    Row("OBJDEC", "Object declination (J2000 deg.)"),
    Row("CENRA", "Plate center RA (J2000 deg.)"),
    Row("CENDEC", "Plate center dec (J2000 deg.)"),
    Row("EBVGAL", "Galactic reddening E(B-V)"),
    Row("NEXP", "Number of exposures combined", 9),
    Row("EXPTIME", "Total exposure time (seconds)", 8100.0),
    Row("BLUESN2", "SN2 in blue", 22.7),
    Row("REDSN2", "SN2 in red", 54.1),
    Row("DRP3QUAL", "DRP-3d quality bitmask"),
    Row("GFWHM", "Reconstructed FWHM (arcsec)"),
    Row("RFWHM", "Reconstructed FWHM (arcsec)"),
    Row("IFWHM", "Reconstructed FWHM (arcsec)"),
    Row("ZFWHM", "Reconstructed FWHM (arcsec)"),
    Row("MASKNAME", "", "MANGA_DAPPIXMASK"),
    Row("SYNTHET", "Synthetic galaxy, not an observation", value=True),
    Row("VERSPY", "Python version", "3.7.7", "3.6.2"),
    Row("VERSNP", "Numpy version", "1.18.5", "1.14.3"),
    Row("VERSSCI", "Scipy version", "1.4.1", "1.1.0"),
    Row("VERSAST", "Astropy version", "4.0.1", "3.0.2"),
    Row("VERSPYDL", "pydl version", "0.7.0", "0.6.0"),
    Row("VERSPPXF", "pPXF version", "7.4.3", ABSENT),
    Row("VERSVBIN", "VorBin version (if used)", "3.1.4", ABSENT),
    Row("VERSDAP", "MaNGA DAP version"),
    Row("DAPTYPE", "DAP analysis method"),
    Row("DAPFRMT", "DAP data file format", "MAPS"),
    Row("RDXQAKEY", "Method keyword", "SNRG"),
    Row("ECOOPA", "Position angle for ellip. coo"),
    Row("ECOOELL", "Ellipticity (1-b/a) for ellip. coo"),
    Row("BBWAVE", "Covariance channel wavelength", "None", 4636.404618663169),
    Row("BBINDEX", "Covariance channel index", "None", 1073),
    Row("REFF", ""),
    Row("BINKEY", "Spectal binning method keyword"),
    Row("BINMINSN", "Minimum S/N of spectrum to include"),
    Row("FSPCOV", "Minimum required fraction of good pixels", 0.8),
    Row("NBINS", "Number of unique spatial bins"),
    Row("BINTYPE", "Binning method"),
    Row("BINSNR", "Voronoi binning minimum S/N"),
    Row("BINCOV", "Voronoi binning S/N covariance type"),
    Row("STCKOP", "Stacking operation", "mean"),
    Row("STCKVREG", "Spectra shifted in velocity before stacked", "False", "True"),
    Row("STCKCRMD", "Stacking treatment of covariance", "channels"),
    Row("STCKCRPR", "Covariance parameter(s)", "11"),
    Row("STCKRES", "Spectral resolution stacked", ABSENT, "True"),
    Row("STCKPRE", "Use prepixelized spectral resolution", ABSENT, "True"),
    Row("GEXTLAW", "Galactic extinction law", "ODonnell"),
    Row("RVGAL", "Ratio of total to selective extinction, R(V)", 3.1),
    Row("VSTEP", "Velocity step per spectral channel.", 69.02976447828435),
    Row("SCKEY", "Stellar-continuum model keyword", "MILESHCMPL11", "GAU-MILESHC"),
    Row("SCMINSN", "Minimum S/N of spectrum to include", 1.0),
    Row("SCINPVEL", "Initial guess velocity"),
    Row("SCINPSIG", "Initial guess velocity dispersion", 100.0),
    Row("NSCMOD", "Number of unique stellar-continuum models"),
    Row("SCTYPE", "", "stellar_kinematics"),
    Row("SCMETH", "", "ppxf"),
    Row("PPXFTPLK", "Template library key used with pPXF", "MILESHC"),
    Row("PPXFMODE", "pPXF iteration mode", "nonzero_templates"),
    Row("PPXFBIAS", "pPXF bias value", "None"),
    Row("PPXFAO", "Additive order in pPXF", 8),
    Row("PPXFMO", "Multiplicative order in pPXF", -1),
    Row("PPXFFAO", "Additive order for filtered spectra", 8),
    Row("PPXFFMO", "Multiplicative order for filtered spectra", 0),
    Row("PPXFMOM", "Number of fitted LOSVD moments in pPXF", 2),
    Row("PPXFRBOX", "pPXF rejection boxcar", 100),
    Row("PPXFFILT", "pPXF number of filtering iterations", 0, ABSENT),
    Row("ELMKEY", "Emission-line moments database keyword", "EMOMMPL11", "EMOMM"),
    Row("ELMMINSN", "Minimum S/N of spectrum to include", 0.0),
    Row("ARTDB", "Artifact database keyword", "BADSKY"),
    Row("MOMDB", "Emission-line moments database keyword", "ELBMPL9", "ELBMILES"),
    Row("ELFKEY", "Emission-line modeling method keyword"),
    Row("ELMREBIN", "Bin IDs disconnected from SC binning", value=False),
    Row("ELFMINSN", "Minimum S/N of spectrum to include", 0.0),
    Row("EMLDB", "Emission-line database keyword", "ELPMPL11", "ELPMILES"),
    Row("NELMOD", "Number of unique emission-line models"),
    Row("ELTYPE", "", "emission_line"),
    Row("ELMETH", "", "sasuke"),
    Row("ELREBIN", "Bin IDs disconnected from SC binning", value=False),
    Row("SIKEY", "Spectral-index database keyword", "INDXEN"),
    Row("SIMINSN", "Minimum S/N of spectrum to include", 0.0),
    Row("SIFWHM", "FWHM of index system resolution (ang)", -1.0),
    Row("ABSDB", "Absorption-index database keyword", "EXTINDX"),
    Row("BHDDB", "Bandhead-index database keyword", "BHBASIC"),
    Row("SICORR", "Velocity dispersion corrections computed", value=True),
    Row("SIREBIN", "Bin IDs disconnected from SC binning", value=False),
    Row("SNRGMED", "Median g-band SNR from 1-1.5 Re"),
    Row("SNRGRING", "g-band SNR in 1-1.5 Re bin"),
    Row("SNRRMED", "Median r-band SNR from 1-1.5 Re"),
    Row("SNRRRING", "r-band SNR in 1-1.5 Re bin"),
    Row("SNRIMED", "Median i-band SNR from 1-1.5 Re"),
    Row("SNRIRING", "i-band SNR in 1-1.5 Re bin"),
    Row("SNRZMED", "Median z-band SNR from 1-1.5 Re"),
    Row("SNRZRING", "z-band SNR in 1-1.5 Re bin"),
    Row("DAPQUAL", "DAP quality bitmask"),
)
"""Every keyword after ``EXTEND``; CHECKSUM and DATASUM follow."""


def constants(layout: Layout) -> dict[str, Constant]:
    """Return the keywords that are the same in every file of a layout.

    Examples
    --------
    >>> constants("DR15")["EMLDB"]
    'ELPMILES'
    """
    values = {row.key: row.value_in(layout) for row in PRIMARY_ROWS}
    return {key: value for key, value in values.items() if not isinstance(value, Source)}

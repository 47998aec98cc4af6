"""The columns of the survey's catalogues: DAPall and DRPall.

Sources: mangadap ``docs/metadatamodel.rst`` and ``survey/dapall.py`` (DAPall); the SDSS data
model of ``drpall`` and the NASA-Sloan Atlas (NSA), from which the photometry comes. DAPall's
own file says which lines and indices its vectors hold; nothing here depends on the order of
columns, and a file may have columns that are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL, MaskBit

__all__ = [
    "CATALOG_COLUMNS",
    "FIXED_LABELS",
    "LABEL_KEYWORDS",
    "MISSING_FLOATS",
    "MISSING_WORD",
    "MNGTARG1",
    "UNIT_KEYWORDS",
    "CatalogColumn",
    "ColumnDim",
]

ColumnDim = Literal["", "line", "moment_line", "spectral_index", "band", "radius_bin", "nsa_band"]
"""Name of the second dimension of a vector column; empty for one value per galaxy."""

MISSING_WORD = -999
"""Stands for an integer that a catalogue does not have; floats are NaN instead."""

MISSING_FLOATS = (-999.0, -9999.0)
"""What stands for no value in columns of floats; the second is the NSA's."""

_DAP_MISSING = MISSING_FLOATS[:1]

LABEL_KEYWORDS: Mapping[ColumnDim, str] = MappingProxyType(
    {"line": "ELG", "moment_line": "ELS", "spectral_index": "SPI"}
)
"""Dimension -> the header keyword, less its number, that names the entries of a vector."""

UNIT_KEYWORDS: Mapping[ColumnDim, str] = MappingProxyType({"spectral_index": "SPIU"})
"""Dimension -> the header keyword, less its number, of a unit per entry."""

FIXED_LABELS: Mapping[ColumnDim, tuple[str, ...]] = MappingProxyType(
    {
        "band": ("g", "r", "i", "z"),
        "radius_bin": ("0-1", "0.5-1.5", "1.5-2.5"),
        "nsa_band": ("F", "N", "u", "g", "r", "i", "z"),
    }
)
"""Dimension -> the entries of a vector that no header names.

Bands of SDSS; ranges of radius in R_e; bands of the NSA: GALEX far and near ultraviolet,
then SDSS.
"""

MNGTARG1: tuple[MaskBit, ...] = (
    MaskBit(10, "PRIMARY_v1_2_0", "Primary sample: flat in absolute magnitude, to 1.5 R_e"),
    MaskBit(11, "SECONDARY_v1_2_0", "Secondary sample: the same, to 2.5 R_e"),
    MaskBit(12, "COLOR_ENHANCED_v1_2_0", "Color-Enhanced supplement of the Primary sample"),
)
"""The bits of MANGA_TARGET1 that make a galaxy one of the main survey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogColumn:
    """One column of DAPall, DRPall or both.

    Parameters
    ----------
    name
        In lower case, as the variable is called.
    long_name
        What it holds, for people.
    unit
        As ``astropy.units`` parses it; ``"1"`` for a pure number, empty for text, truth
        values, and where each entry of the vector has its own.
    dim
        Name of the second dimension of a vector.
    missing
        Floats that stand for no value.
    measured
        Whether the number comes from a MAPS file. Where the DAP made none, DAPall holds
        whatever the row was made with, zeros mostly.
    compared
        Whether both catalogues should agree on it.
    flags
        Bits, if the column is a mask.
    """

    name: str
    long_name: str
    unit: str = "1"
    dim: ColumnDim = ""
    missing: tuple[float, ...] = MISSING_FLOATS
    measured: bool = False
    compared: bool = False
    flags: tuple[MaskBit, ...] = ()


def _text(name: str, long_name: str, *, measured: bool = False) -> CatalogColumn:
    return CatalogColumn(name=name, long_name=long_name, unit="", measured=measured)


def _dap(name: str, long_name: str, unit: str = "1", dim: ColumnDim = "") -> CatalogColumn:
    return CatalogColumn(
        name=name, long_name=long_name, unit=unit, dim=dim, missing=_DAP_MISSING, measured=True
    )


def _drp(name: str, long_name: str, unit: str = "1", dim: ColumnDim = "") -> CatalogColumn:
    return CatalogColumn(name=name, long_name=long_name, unit=unit, dim=dim)


_FLUX = "1e-17 erg / (s cm2)"
_BRIGHTNESS = "1e-17 erg / (s cm2 pix)"
_CONTINUUM = "1e-17 erg / (s cm2 Angstrom pix)"
_H = "for H0 = 100 km/s/Mpc"

_IDENTITY = (
    CatalogColumn(name="mangaid", long_name="target", unit="", compared=True),
    _drp("drpallindx", "row of the galaxy in DRPall, counted from 0"),
    _text("mode", "DRP files that were analysed"),
    _text("daptype", "binning and templates of the analysis"),
    _text("dapdone", "whether the DAP produced a MAPS file"),
    *(
        _drp(f"{kind}{axis}", f"{words} of the {what} (J2000)", "deg")
        for kind, what in (("obj", "object"), ("ifu", "bundle"), ("cen", "plate's centre"))
        for axis, words in (("ra", "right ascension"), ("dec", "declination"))
    ),
    *(
        _drp(f"ifugl{axis}", f"Galactic {words} of the bundle", "deg")
        for axis, words in (("on", "longitude"), ("at", "latitude"))
    ),
    CatalogColumn(
        name="mngtarg1", long_name="target bits, main survey", compared=True, flags=MNGTARG1
    ),
    _drp("mngtarg2", "target bits, no galaxies"),
    CatalogColumn(name="mngtarg3", long_name="target bits, ancillary programmes", compared=True),
    CatalogColumn(
        name="z",
        long_name="redshift: zero point of the DAP's velocities; of targeting, without the DAP",
        measured=True,
        compared=True,
    ),
    _dap("ldist_z", f"luminosity distance at z, {_H}", "Mpc"),
    _dap("adist_z", f"angular-diameter distance at z, {_H}", "Mpc"),
    _drp("ldist_nsa_z", f"luminosity distance at nsa_z, {_H}", "Mpc"),
    _drp("adist_nsa_z", f"angular-diameter distance at nsa_z, {_H}", "Mpc"),
)

_QUALITY = (
    CatalogColumn(
        name="drp3qual", long_name="quality bits of the DRP", compared=True, flags=DRP3QUAL
    ),
    CatalogColumn(
        name="dapqual", long_name="quality bits of the DAP", measured=True, flags=DAPQUAL
    ),
    _text("versdrp2", "version of the DRP, two-dimensional stage"),
    _text("versdrp3", "version of the DRP, three-dimensional stage"),
    _text("verscore", "version of mangacore"),
    _text("versutil", "version of idlutils"),
    _text("versprim", "version of mangapreim"),
    _text("versdap", "version of the DAP", measured=True),
)

_ANALYSIS = (
    *(
        _text(f"{key}key", f"keyword of the method of {method}", measured=True)
        for key, method in (
            ("rdxqa", "reduction assessment"),
            ("bin", "binning"),
            ("sc", "the stellar-continuum fit"),
            ("elm", "the emission-line moments"),
            ("elf", "the emission-line fit"),
            ("si", "the spectral indices"),
            ("tpl", "the stellar templates"),
        )
    ),
    _text("bintype", "kind of binning", measured=True),
    _dap("binsnr", "S/N that bins aim at"),
    _text("datedap", "date of the MAPS file", measured=True),
    _dap("dapbins", "binned spectra that were analysed"),
    _dap("rcov90", "radius within which rings are covered to 90 per cent", "arcsec"),
    _dap("snr_med", "median S/N per wavelength channel at 1 to 1.5 R_e", dim="band"),
    _dap("snr_ring", "S/N of all spectra at 1 to 1.5 R_e together", dim="band"),
    _dap("sb_1re", "mean g-band surface brightness within 1 R_e", _CONTINUUM),
    _dap("bin_rmax", "radius of the outermost bin in R_e"),
    _dap("bin_r_n", "number of bins by radius in R_e", dim="radius_bin"),
    _dap("bin_r_snr", "median g-band S/N of bins by radius in R_e", dim="radius_bin"),
)

_GROWTH = (
    ("lo", "at 2.5 per cent growth"),
    ("hi", "at 97.5 per cent growth"),
    ("lo_clip", "at 2.5 per cent growth, 3-sigma clipped"),
    ("hi_clip", "at 97.5 per cent growth, 3-sigma clipped"),
)

_KINEMATICS = (
    _dap("stellar_z", "redshift of the stars within 2.5 arcsec"),
    *(_dap(f"stellar_vel_{end}", f"stellar velocity {how}", "km / s") for end, how in _GROWTH),
    _dap("stellar_sigma_1re", "stellar dispersion within 1 R_e, flux-weighted", "km / s"),
    _dap("stellar_rchi2_1re", "median reduced chi-square of the stellar fit within 1 R_e"),
    _dap("stellar_cont_rchi2_1re", "median reduced chi-square of the stellar fit within 1 R_e"),
    _dap("ha_z", "redshift of H-alpha within 2.5 arcsec"),
    *(_dap(f"ha_gvel_{end}", f"H-alpha velocity {how}", "km / s") for end, how in _GROWTH),
    _dap("ha_gsigma_1re", "H-alpha dispersion within 1 R_e, flux-weighted", "km / s"),
    *(
        _dap(f"ha_gsigma_{end}", f"H-alpha dispersion {how}", "km / s")
        for end, how in _GROWTH
        if end.startswith("hi")
    ),
    _dap("emline_rchi2_1re", "median reduced chi-square of the emission-line fit within 1 R_e"),
)

_FITS: tuple[tuple[str, str, ColumnDim], ...] = (
    ("s", "summed", "moment_line"),
    ("g", "Gaussian fit", "line"),
)

_LINES = tuple(
    _dap(f"emline_{letter}{name}", f"{words} ({fit})", unit, dim)
    for letter, fit, dim in _FITS
    for name, words, unit in (
        ("flux_cen", "flux within 2.5 arcsec", _FLUX),
        ("flux_1re", "flux within 1 R_e", _FLUX),
        ("flux_tot", "flux in the field", _FLUX),
        ("sb_1re", "mean surface brightness within 1 R_e", _BRIGHTNESS),
        ("sb_peak", "highest surface brightness", _BRIGHTNESS),
        ("ew_1re", "mean equivalent width within 1 R_e", "Angstrom"),
        ("ew_peak", "highest equivalent width", "Angstrom"),
    )
)

_INDICES = (
    *(
        _dap(f"specindex_{end}", f"spectral index {how}", "", "spectral_index")
        for end, how in _GROWTH
    ),
    _dap("specindex_1re", "median spectral index within 1 R_e", "", "spectral_index"),
)

_STAR_FORMATION = tuple(
    _dap(
        f"sfr_{where}",
        f"star-formation rate {words} from H-alpha, not corrected for dust, {_H}",
        "solMass / yr",
    )
    for where, words in (("1re", "within 1 R_e"), ("tot", "in the field"))
)

_OBSERVATION = (
    _text("platetyp", "kind of plate"),
    _text("srvymode", "survey mode"),
    _drp("ebvgal", "Galactic reddening E(B-V)", "mag"),
    _drp("nexp", "exposures combined"),
    _drp("exptime", "exposure time", "s"),
    _drp("bluesn2", "squared S/N in the blue, all exposures"),
    _drp("redsn2", "squared S/N in the red, all exposures"),
    _text("harname", "harness of the bundle"),
    _drp("frlplug", "plug of the bundle's ferrule"),
    _text("cartid", "cartridges"),
    _drp("designid", "design of the plate"),
    *(
        _drp(f"{name}{end}", f"{words} {what} of the exposures", unit)
        for name, what, unit in (
            ("airms", "airmass", "1"),
            ("see", "seeing of the guider", "arcsec"),
            ("trans", "transparency", "1"),
            ("mjd", "modified Julian date", "d"),
        )
        for end, words in (("min", "lowest"), ("med", "median"), ("max", "highest"))
    ),
    *(_drp(f"{band}fwhm", f"reconstructed PSF FWHM in {band}", "arcsec") for band in "griz"),
    _drp("catidnum", "catalogue of the target, the first part of mangaid"),
    _text("plttarg", "file of targets"),
    _drp("manga_tileid", "tile"),
    _drp("ifudesignsize", "fibres of the bundle allocated"),
    _drp("ifutargetsize", "fibres of the bundle wanted"),
    _drp("ifudesignwrongsize", "fibres of the bundle allocated in place of the one wanted"),
)

_SAMPLES = (("", "Primary"), ("s", "Secondary"), ("e", "Primary+"))

_WEIGHTS = (
    *(
        _drp(f"{letter}z{end}", f"{words} redshift in the {sample} sample")
        for letter, sample in _SAMPLES
        for end, words in (("min", "lowest"), ("max", "highest"))
    ),
    _drp("probs", "probability of inclusion after down-sampling the Secondary sample"),
    *(
        _drp(f"{letters}weight", f"volume weight of the {sample}")
        for letters, sample in (
            ("p", "Primary sample"),
            ("s", "full Secondary sample"),
            ("sr", "down-sampled Secondary sample"),
            ("ps", "Primary and full Secondary samples"),
            ("psr", "Primary and down-sampled Secondary samples"),
            ("e", "Primary+ sample"),
            ("es", "Primary+ and full Secondary samples"),
            ("esr", "Primary+ and down-sampled Secondary samples"),
        )
    ),
)

_FLUX_KINDS = (
    ("petro", "circular Petrosian"),
    ("elpetro", "elliptical Petrosian"),
    ("sersic", "Sersic"),
)

_NSA = (
    _text("nsa_iauname", "IAU designation (NSA)"),
    _text("nsa_version", "version of the NSA"),
    _drp("nsa_nsaid", "number in the NSA"),
    _drp("nsa_nsaid_v1b", "number in the NSA, version 1b_0_0_v2"),
    *(_drp(f"nsa_{name}", f"SDSS {name} of the target") for name in ("field", "run", "camcol")),
    _drp("nsa_z", "heliocentric redshift (NSA)"),
    _drp("nsa_zdist", "distance as a redshift, flow model of Willick et al. 1997 (NSA)"),
    _drp("nsa_elpetro_ba", "axis ratio b/a, elliptical Petrosian (NSA)"),
    _drp("nsa_elpetro_phi", "position angle, N through E, elliptical Petrosian (NSA)", "deg"),
    _drp("nsa_elpetro_th50_r", "R_e: half-light radius, elliptical Petrosian, r (NSA)", "arcsec"),
    _drp("nsa_petro_th50", "half-light radius, circular Petrosian, r (NSA)", "arcsec"),
    _drp("nsa_sersic_ba", "axis ratio b/a, Sersic fit, r (NSA)"),
    _drp("nsa_sersic_phi", "position angle, N through E, Sersic fit, r (NSA)", "deg"),
    _drp("nsa_sersic_th50", "half-light radius, Sersic fit, r (NSA)", "arcsec"),
    _drp("nsa_sersic_n", "Sersic index, r (NSA)"),
    *(
        _drp(f"nsa_{kind}_mass", f"stellar mass from {words} fluxes, {_H} (NSA)", "solMass")
        for kind, words in _FLUX_KINDS[1:]
    ),
    *(
        _drp(
            f"nsa_{kind}_absmag",
            f"absolute magnitude from {words} fluxes, {_H} (NSA)",
            "mag",
            "nsa_band",
        )
        for kind, words in _FLUX_KINDS[1:]
    ),
    _drp(
        "nsa_elpetro_amivar",
        "inverse variance of nsa_elpetro_absmag (NSA)",
        "1 / mag2",
        "nsa_band",
    ),
    *(
        _drp(f"nsa_{kind}_flux", f"{words} flux (NSA)", "nmgy", "nsa_band")
        for kind, words in _FLUX_KINDS
    ),
    *(
        _drp(
            f"nsa_{kind}_flux_ivar",
            f"inverse variance of nsa_{kind}_flux (NSA)",
            "1 / nmgy2",
            "nsa_band",
        )
        for kind, _ in _FLUX_KINDS
    ),
    _drp("nsa_extinction", "Galactic extinction (NSA)", "mag", "nsa_band"),
)

_ROWS = (
    *_IDENTITY,
    *_QUALITY,
    *_ANALYSIS,
    *_KINEMATICS,
    *_LINES,
    *_INDICES,
    *_STAR_FORMATION,
    *_OBSERVATION,
    *_WEIGHTS,
    *_NSA,
)

CATALOG_COLUMNS: Mapping[str, CatalogColumn] = MappingProxyType({row.name: row for row in _ROWS})
"""Column by name. What identifies a row, plate and IFU design, is in its label instead."""

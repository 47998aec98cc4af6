"""Every extension of a MAPS file: what it holds, its unit, its mask, where it exists.

One row per extension, in the order of DR17's files. The reader names, pairs, explains and
checks with these rows; where a file's header says otherwise, the header is right.

Sources: mangadap ``docs/datamodel.rst`` and the 2.2.1 and 3.1.0 writers (``dapfits.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = [
    "CHANNEL_LABELS",
    "COORDINATES",
    "EXTENSIONS",
    "Coordinate",
    "Extension",
    "Layout",
    "Role",
    "extensions_of",
    "find_extension",
]

Layout = Literal["DR15", "DR17"]
"""The two file layouts: DR15's 48 HDUs (also DR16, MPL-7) and DR17's 64 (MPL-11)."""

Role = Literal["data", "ivar", "mask"]

ChannelDim = Literal[
    "",
    "sky_coordinate",
    "ell_coordinate",
    "bin_step",
    "sigmacorr",
    "fresid",
    "fom",
    "line",
    "moment_line",
    "spectral_index",
]
"""Name of the leading dimension of a cube extension; empty for a single map."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension.

    Parameters
    ----------
    name
        EXTNAME.
    long_name
        What it holds, for people.
    fits_unit
        BUNIT as the DAP writes it; empty when dimensionless or given per channel.
    channels
        Name of the leading dimension, empty for a single map.
    role
        ``data``, ``ivar`` or ``mask``.
    ivar, mask
        EXTNAMEs that go with a data extension. A mask the header does not name (as for
        EMLINE_INSTSIGMA) is that of the quantity it describes.
    bin_step
        Channel of BINID (0-based) whose bins the values repeat over; -1: per spaxel.
    layouts
        File layouts that have the extension.
    correction
        EXTNAME of the map that corrects this one: in quadrature for a dispersion, by
        product or sum for an index (``mangaxr.maps.corrections``).
    """

    name: str
    long_name: str
    fits_unit: str = ""
    channels: ChannelDim = ""
    role: Role = "data"
    ivar: str = ""
    mask: str = ""
    bin_step: int = -1
    layouts: tuple[Layout, ...] = ("DR15", "DR17")
    correction: str = ""

    @property
    def variable(self) -> str:
        """Name of the variable in a Dataset: the EXTNAME in lower case."""
        return self.name.lower()


_DR15: tuple[Layout, ...] = ("DR15",)
_DR17: tuple[Layout, ...] = ("DR17",)
_FLUX = "1E-17 erg/s/cm^2/spaxel"
_DENSITY = "1E-17 erg/s/cm^2/ang/spaxel"


def _measured(
    name: str,
    long_name: str,
    fits_unit: str = "",
    channels: ChannelDim = "",
    *,
    bin_step: int,
    layouts: tuple[Layout, ...] = ("DR15", "DR17"),
    counterpart: tuple[Extension, ...] = (),
    correction: str = "",
) -> tuple[Extension, ...]:
    """Rows of a quantity with its inverse variance and mask, as the DAP orders them."""
    ivar, mask = f"{name}_IVAR", f"{name}_MASK"
    ivar_unit = f"({fits_unit})^{{-2}}" if fits_unit else ""
    return (
        Extension(
            name,
            long_name,
            fits_unit,
            channels,
            "data",
            ivar,
            mask,
            bin_step,
            layouts,
            correction,
        ),
        *counterpart,
        Extension(
            ivar,
            f"inverse variance of {long_name}",
            ivar_unit,
            channels,
            "ivar",
            mask=mask,
            bin_step=bin_step,
            layouts=layouts,
        ),
        Extension(
            mask,
            f"mask of {long_name}",
            "",
            channels,
            "mask",
            bin_step=bin_step,
            layouts=layouts,
        ),
    )


EXTENSIONS: tuple[Extension, ...] = (
    Extension(
        "SPX_SKYCOO", "on-sky offset of the spaxel from the object", "arcsec", "sky_coordinate"
    ),
    Extension("SPX_ELLCOO", "elliptical polar coordinates of the spaxel", "", "ell_coordinate"),
    Extension("SPX_MFLUX", "g-band-weighted mean flux per spaxel", _DENSITY, ivar="SPX_MFLUX_IVAR"),
    Extension(
        "SPX_MFLUX_IVAR",
        "inverse variance of g-band-weighted mean flux per spaxel",
        f"({_DENSITY})^{{-2}}",
        role="ivar",
    ),
    Extension("SPX_SNR", "mean g-band signal-to-noise ratio per spectral pixel of the spaxel"),
    Extension("BINID", "number of the bin of the spaxel in each analysis step", "", "bin_step"),
    Extension(
        "BIN_LWSKYCOO",
        "luminosity-weighted on-sky offset of the bin",
        "arcsec",
        "sky_coordinate",
        mask="BIN_MFLUX_MASK",
        bin_step=0,
    ),
    Extension(
        "BIN_LWELLCOO",
        "luminosity-weighted elliptical polar coordinates of the bin",
        "",
        "ell_coordinate",
        mask="BIN_MFLUX_MASK",
        bin_step=0,
    ),
    Extension("BIN_AREA", "area of the bin", "arcsec^2", mask="BIN_MFLUX_MASK", bin_step=0),
    Extension(
        "BIN_FAREA",
        "share of the expected bin area that was observed",
        mask="BIN_MFLUX_MASK",
        bin_step=0,
    ),
    *_measured("BIN_MFLUX", "g-band-weighted mean flux of the bin", _DENSITY, bin_step=0),
    Extension(
        "BIN_SNR",
        "mean g-band signal-to-noise ratio per spectral pixel of the bin",
        mask="BIN_MFLUX_MASK",
        bin_step=0,
    ),
    *_measured(
        "STELLAR_VEL", "stellar velocity relative to the input redshift", "km/s", bin_step=1
    ),
    *_measured(
        "STELLAR_SIGMA",
        "stellar velocity dispersion, not corrected",
        "km/s",
        bin_step=1,
        correction="STELLAR_SIGMACORR",
    ),
    # DR15 has one map. DR17 has two, whose header labels are swapped against their
    # contents: position 0 is the correction to apply, whatever its label says.
    Extension(
        "STELLAR_SIGMACORR",
        "quadrature correction of the stellar velocity dispersion (position 0)",
        "km/s",
        "sigmacorr",
        mask="STELLAR_SIGMA_MASK",
        bin_step=1,
    ),
    Extension(
        "STELLAR_CONT_FRESID",
        "fractional residuals of the stellar-continuum fit",
        "",
        "fresid",
        mask="STELLAR_VEL_MASK",
        bin_step=1,
        layouts=_DR15,
    ),
    Extension(
        "STELLAR_CONT_RCHI2",
        "reduced chi-square of the stellar-continuum fit",
        mask="STELLAR_VEL_MASK",
        bin_step=1,
        layouts=_DR15,
    ),
    Extension(
        "STELLAR_FOM",
        "figures of merit of the stellar-continuum fit",
        "",
        "fom",
        mask="STELLAR_VEL_MASK",
        bin_step=1,
        layouts=_DR17,
    ),
    *_measured("EMLINE_SFLUX", "summed emission-line flux", _FLUX, "moment_line", bin_step=2),
    *_measured(
        "EMLINE_SEW",
        "summed emission-line equivalent width",
        "ang",
        "moment_line",
        bin_step=2,
        counterpart=(
            Extension(
                "EMLINE_SEW_CNT",
                "continuum of the summed equivalent width",
                _DENSITY,
                "moment_line",
                mask="EMLINE_SEW_MASK",
                bin_step=2,
                layouts=_DR17,
            ),
        ),
    ),
    *_measured("EMLINE_GFLUX", "Gaussian-fit emission-line flux", _FLUX, "line", bin_step=3),
    *_measured(
        "EMLINE_GEW",
        "Gaussian-fit emission-line equivalent width",
        "ang",
        "line",
        bin_step=3,
        counterpart=(
            Extension(
                "EMLINE_GEW_CNT",
                "continuum of the Gaussian-fit equivalent width",
                _DENSITY,
                "line",
                mask="EMLINE_GEW_MASK",
                bin_step=3,
                layouts=_DR17,
            ),
        ),
    ),
    *_measured(
        "EMLINE_GVEL",
        "emission-line velocity relative to the input redshift",
        "km/s",
        "line",
        bin_step=3,
    ),
    *_measured(
        "EMLINE_GSIGMA",
        "emission-line velocity dispersion, not corrected",
        "km/s",
        "line",
        bin_step=3,
        correction="EMLINE_INSTSIGMA",
    ),
    Extension(
        "EMLINE_INSTSIGMA",
        "instrumental dispersion at the line, to subtract in quadrature",
        "km/s",
        "line",
        mask="EMLINE_GSIGMA_MASK",
        bin_step=3,
    ),
    Extension(
        "EMLINE_TPLSIGMA",
        "dispersion of the line template, already part of EMLINE_GSIGMA",
        "km/s",
        "line",
        mask="EMLINE_GSIGMA_MASK",
        bin_step=3,
    ),
    Extension(
        "EMLINE_GA",
        "amplitude of the Gaussian fit",
        _DENSITY,
        "line",
        mask="EMLINE_GFLUX_MASK",
        bin_step=3,
        layouts=_DR17,
    ),
    Extension(
        "EMLINE_GANR",
        "amplitude of the Gaussian fit over the noise",
        "",
        "line",
        mask="EMLINE_GFLUX_MASK",
        bin_step=3,
        layouts=_DR17,
    ),
    Extension(
        "EMLINE_FOM",
        "figures of merit of the emission-line fit",
        "",
        "fom",
        # The fit is one for all lines; its mask is that of the flux, channel by channel
        # the same, but over another dimension, so no mask can be paired.
        bin_step=3,
        layouts=_DR17,
    ),
    Extension(
        "EMLINE_LFOM",
        "reduced chi-square of the fit around each line",
        "",
        "line",
        mask="EMLINE_GFLUX_MASK",
        bin_step=3,
        layouts=_DR17,
    ),
    *_measured(
        "SPECINDEX",
        "spectral index",
        "",
        "spectral_index",
        bin_step=4,
        correction="SPECINDEX_CORR",
    ),
    Extension(
        "SPECINDEX_CORR",
        "velocity-dispersion correction of the spectral index",
        "",
        "spectral_index",
        mask="SPECINDEX_MASK",
        bin_step=4,
    ),
    Extension(
        "SPECINDEX_MODEL",
        "spectral index of the best-fitting model",
        "",
        "spectral_index",
        mask="SPECINDEX_MASK",
        bin_step=4,
        layouts=_DR17,
    ),
    *_measured(
        "SPECINDEX_BF",
        "spectral index by the definition of Burstein et al. and Faber et al.",
        "",
        "spectral_index",
        bin_step=4,
        layouts=_DR17,
        correction="SPECINDEX_BF_CORR",
    ),
    Extension(
        "SPECINDEX_BF_CORR",
        "velocity-dispersion correction of the Burstein-Faber index",
        "",
        "spectral_index",
        mask="SPECINDEX_BF_MASK",
        bin_step=4,
        layouts=_DR17,
    ),
    Extension(
        "SPECINDEX_BF_MODEL",
        "Burstein-Faber index of the best-fitting model",
        "",
        "spectral_index",
        mask="SPECINDEX_BF_MASK",
        bin_step=4,
        layouts=_DR17,
    ),
    *_measured(
        "SPECINDEX_WGT",
        "weight for combining spectral indices",
        "",
        "spectral_index",
        bin_step=4,
        layouts=_DR17,
        correction="SPECINDEX_WGT_CORR",
    ),
    Extension(
        "SPECINDEX_WGT_CORR",
        "velocity-dispersion correction of the combining weight",
        "",
        "spectral_index",
        mask="SPECINDEX_WGT_MASK",
        bin_step=4,
        layouts=_DR17,
    ),
    Extension(
        "SPECINDEX_WGT_MODEL",
        "combining weight of the best-fitting model",
        "",
        "spectral_index",
        mask="SPECINDEX_WGT_MASK",
        bin_step=4,
        layouts=_DR17,
    ),
)
"""Every image extension, in the order in which a file of DR17 (or DR15) has them."""

_FOM_LABELS = (
    "rms",
    "frms",
    "rchi2",
    "68th perc frac resid",
    "99th perc frac resid",
    "max frac resid",
    "68th perc per pix chi",
    "99th perc per pix chi",
    "max per pix chi",
)

CHANNEL_LABELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sky_coordinate": ("On-sky X", "On-sky Y"),
        "ell_coordinate": ("Elliptical radius", "R/Re", "R h/kpc", "Elliptical azimuth"),
        "bin_step": (
            "Binned spectra",
            "Stellar continua",
            "Em. line moments",
            "Em. line models",
            "Spectral indices",
        ),
        "sigmacorr": ("resolution difference", "fit"),
        "fresid": ("68th percentile", "99th percentile"),
        "fom": _FOM_LABELS,
    }
)
"""Channel names of the small cubes, as DR17's headers write them."""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A plane of SPX_SKYCOO or SPX_ELLCOO that becomes a coordinate of every map.

    ``channel`` is the plane's name in the header; a file without it (DR15 has no radius
    in kpc) has no such coordinate.
    """

    name: str
    extension: str
    channel: str
    long_name: str


COORDINATES: tuple[Coordinate, ...] = (
    Coordinate("sky_x", "SPX_SKYCOO", "On-sky X", "offset from the object, positive East"),
    Coordinate("sky_y", "SPX_SKYCOO", "On-sky Y", "offset from the object, positive North"),
    Coordinate("r_arcsec", "SPX_ELLCOO", "Elliptical radius", "semi-major-axis radius"),
    Coordinate("r_re", "SPX_ELLCOO", "R/Re", "semi-major-axis radius over R_e"),
    Coordinate("r_kpc_h", "SPX_ELLCOO", "R h/kpc", "semi-major-axis radius for H0 = 100 km/s/Mpc"),
    Coordinate(
        "azimuth", "SPX_ELLCOO", "Elliptical azimuth", "azimuth in the disk plane from the PA"
    ),
)
"""Two-dimensional coordinates of a Dataset and the planes they come from."""

_BY_NAME = {row.name: row for row in EXTENSIONS}


def find_extension(name: str) -> Extension | None:
    """Return the row of an EXTNAME or variable name; None if no release has it.

    Examples
    --------
    >>> find_extension("emline_gvel").mask
    'EMLINE_GVEL_MASK'
    """
    return _BY_NAME.get(name.upper())


def extensions_of(layout: Layout) -> tuple[Extension, ...]:
    """Return the extensions of a file layout, in file order.

    Examples
    --------
    >>> len(extensions_of("DR17")), len(extensions_of("DR15"))
    (63, 47)
    """
    return tuple(row for row in EXTENSIONS if layout in row.layouts)

"""Columns of the two catalogues, in the order of the survey's files.

Sources: SDSS's data model (sdss/datamodel, ``mangaDRPall.yaml`` and ``mangaDAPall.yaml``) and
mangadap 3.1.0 ``survey/dapall.py``. The data model gives the length of a row as well, and for
drpall of DR15 (1340 bytes) and for dapall of DR15 and DR17 (2642 and 3384 bytes) the types
here add up to it. (They do with 4-byte floats in dapall: the pipeline's own default is 8.)
Drpall of DR17 has the same 99 columns in longer rows, 1614 bytes: some of its texts are wider
than here. Which is not known.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from mangaxr.datamodel.extensions import Layout
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names

__all__ = [
    "DAPALL_COLUMNS",
    "DRPALL_COLUMNS",
    "MISSING",
    "NSA_MISSING",
    "Column",
    "record_type",
]

MISSING = -999.0
"""What both catalogues hold where there is no value."""

NSA_MISSING = -9999.0
"""What they hold, mostly, of a target that the NASA-Sloan Atlas does not have."""

Length = Literal["scalar", "band", "ring", "line", "index", "magnitude"]


class Column(NamedTuple):
    """A column: name, numpy type of a value, number of values in a row, releases."""

    name: str
    dtype: str = ">f8"
    length: Length = "scalar"
    layouts: tuple[Layout, ...] = ("DR15", "DR17")


def record_type(columns: tuple[Column, ...], layout: Layout) -> np.dtype[np.void]:
    """Return the numpy type of a catalogue's row.

    Examples
    --------
    >>> record_type(DAPALL_COLUMNS, "DR15")["EMLINE_GFLUX_TOT"].shape
    (22,)
    """
    lengths: dict[Length, int] = {
        "band": 4,
        "ring": 3,
        "magnitude": 7,
        "line": len(line_names(layout)),
        "index": len(SPECTRAL_INDICES),
    }
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = [
        (c.name, c.dtype) if c.length == "scalar" else (c.name, c.dtype, (lengths[c.length],))
        for c in columns
        if layout in c.layouts
    ]
    return np.dtype(fields)


_DR15: tuple[Layout, ...] = ("DR15",)
_DR17: tuple[Layout, ...] = ("DR17",)


def _number(
    name: str, length: Length = "scalar", layouts: tuple[Layout, ...] = (*_DR15, *_DR17)
) -> Column:
    """Return a column of dapall's floats."""
    return Column(name, ">f4", length, layouts)


DAPALL_COLUMNS: tuple[Column, ...] = (
    Column("PLATE", ">i8"),
    Column("IFUDESIGN", ">i8"),
    Column("PLATEIFU", "S12"),
    Column("MANGAID", "S10"),
    Column("DRPALLINDX", ">i8"),
    Column("MODE", "S4"),
    Column("DAPTYPE", "S20", layouts=_DR15),
    Column("DAPTYPE", "S30", layouts=_DR17),
    Column("DAPDONE", "?"),
    *(_number(name) for name in ("OBJRA", "OBJDEC", "IFURA", "IFUDEC")),
    *(Column(name, ">i8") for name in ("MNGTARG1", "MNGTARG2", "MNGTARG3")),
    *(_number(name) for name in ("Z", "LDIST_Z", "ADIST_Z", "NSA_Z", "NSA_ZDIST")),
    *(_number(name) for name in ("LDIST_NSA_Z", "ADIST_NSA_Z")),
    *(_number(f"NSA_ELPETRO_{name}") for name in ("BA", "PHI", "TH50_R")),
    *(_number(f"NSA_SERSIC_{name}") for name in ("BA", "PHI", "TH50", "N")),
    *(Column(f"VERS{name}", "S8") for name in ("DRP2", "DRP3", "CORE", "UTIL", "DAP")),
    Column("DRP3QUAL", ">i8"),
    Column("DAPQUAL", ">i8"),
    *(Column(f"{name}KEY", "S14") for name in ("RDXQA", "BIN", "SC", "ELM", "ELF", "SI")),
    Column("BINTYPE", "S10"),
    _number("BINSNR"),
    Column("TPLKEY", "S15"),
    Column("DATEDAP", "S10"),
    Column("DAPBINS", ">i8"),
    _number("RCOV90"),
    _number("SNR_MED", "band"),
    _number("SNR_RING", "band"),
    _number("SB_1RE"),
    _number("BIN_RMAX"),
    _number("BIN_R_N", "ring"),
    _number("BIN_R_SNR", "ring"),
    _number("STELLAR_Z"),
    *(_number(f"STELLAR_VEL_{name}") for name in ("LO", "HI", "LO_CLIP", "HI_CLIP")),
    _number("STELLAR_SIGMA_1RE"),
    _number("STELLAR_CONT_RCHI2_1RE", layouts=_DR15),
    _number("STELLAR_RCHI2_1RE", layouts=_DR17),
    _number("HA_Z"),
    *(_number(f"HA_GVEL_{name}") for name in ("LO", "HI", "LO_CLIP", "HI_CLIP")),
    *(_number(f"HA_GSIGMA_{name}") for name in ("1RE", "HI", "HI_CLIP")),
    _number("EMLINE_RCHI2_1RE", layouts=_DR17),
    *(
        _number(f"EMLINE_{kind}{name}", "line")
        for kind in "SG"
        for name in ("FLUX_CEN", "FLUX_1RE", "FLUX_TOT", "SB_1RE", "SB_PEAK", "EW_1RE", "EW_PEAK")
    ),
    *(_number(f"SPECINDEX_{name}", "index") for name in ("LO", "HI", "LO_CLIP", "HI_CLIP", "1RE")),
    _number("SFR_1RE"),
    _number("SFR_TOT"),
)

DRPALL_COLUMNS: tuple[Column, ...] = (
    Column("plate", ">i8"),
    Column("ifudsgn", "S21"),
    Column("plateifu", "S11"),
    Column("mangaid", "S11"),
    *(Column(f"vers{name}", "S6") for name in ("drp2", "drp3", "core")),
    Column("versutil", "S7"),
    Column("versprim", "S4"),
    Column("platetyp", "S14"),
    Column("srvymode", "S12"),
    *(Column(name) for name in ("objra", "objdec", "ifuglon", "ifuglat", "ifura", "ifudec")),
    Column("ebvgal"),
    Column("nexp", ">i8"),
    Column("exptime"),
    Column("drp3qual", ">i8"),
    Column("bluesn2"),
    Column("redsn2"),
    Column("harname", "S35"),
    Column("frlplug", ">i8"),
    Column("cartid", "S11"),
    Column("designid", ">i8"),
    Column("cenra"),
    Column("cendec"),
    *(
        Column(f"{what}{which}")
        for what in ("airms", "see", "trans")
        for which in ("min", "med", "max")
    ),
    *(Column(f"mjd{which}", ">i8") for which in ("min", "med", "max")),
    *(Column(f"{band}fwhm") for band in "griz"),
    *(Column(f"mngtarg{number}", ">i8") for number in (1, 2, 3)),
    Column("catidnum", ">i8"),
    Column("plttarg", "S19"),
    Column("manga_tileid", ">i8"),
    Column("nsa_iauname", "S19"),
    *(Column(f"ifu{name}size", ">i8") for name in ("design", "target")),
    Column("ifudesignwrongsize", ">i8"),
    Column("z"),
    *(Column(f"{sample}z{end}") for sample in ("", "s", "e") for end in ("min", "max")),
    Column("probs"),
    *(Column(f"{name}weight") for name in ("p", "ps", "psr", "s", "sr", "e", "es", "esr")),
    *(Column(f"nsa_{name}", ">i8") for name in ("field", "run", "camcol")),
    Column("nsa_version", "S6"),
    Column("nsa_nsaid", ">i8"),
    Column("nsa_nsaid_v1b", ">i8"),
    Column("nsa_z"),
    Column("nsa_zdist"),
    Column("nsa_sersic_absmag", length="magnitude"),
    Column("nsa_elpetro_absmag", length="magnitude"),
    Column("nsa_elpetro_amivar", length="magnitude"),
    Column("nsa_sersic_mass"),
    Column("nsa_elpetro_mass"),
    Column("nsa_elpetro_ba"),
    Column("nsa_elpetro_phi"),
    Column("nsa_extinction", length="magnitude"),
    Column("nsa_elpetro_th50_r"),
    Column("nsa_petro_th50"),
    *(
        Column(f"nsa_{kind}_flux{what}", length="magnitude")
        for kind in ("petro", "elpetro")
        for what in ("", "_ivar")
    ),
    *(Column(f"nsa_sersic_{name}") for name in ("ba", "n", "phi", "th50")),
    *(Column(f"nsa_sersic_flux{what}", length="magnitude") for what in ("", "_ivar")),
)

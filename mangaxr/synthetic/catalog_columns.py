"""Columns of the two catalogues, in the order of the survey's files.

Sources: mangadap 3.1.0 ``survey/dapall.py`` (dapall), the DRP's data model (drpall, the
columns that a sample is selected by).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from mangaxr.datamodel.extensions import Layout
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names

__all__ = ["DAPALL_COLUMNS", "DRPALL_COLUMNS", "MISSING", "Column", "record_type"]

MISSING = -999.0
"""What both catalogues hold where there is no value."""

Length = Literal["scalar", "band", "ring", "line", "index", "magnitude"]


class Column(NamedTuple):
    """A column: name, numpy type of a value, number of values in a row, releases."""

    name: str
    dtype: str = "f8"
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

DAPALL_COLUMNS: tuple[Column, ...] = (
    Column("PLATE", "i8"),
    Column("IFUDESIGN", "i8"),
    Column("PLATEIFU", "U12"),
    Column("MANGAID", "U10"),
    Column("DRPALLINDX", "i8"),
    Column("MODE", "U4"),
    Column("DAPTYPE", "U30"),
    Column("DAPDONE", "?"),
    *(Column(name) for name in ("OBJRA", "OBJDEC", "IFURA", "IFUDEC")),
    *(Column(name, "i8") for name in ("MNGTARG1", "MNGTARG2", "MNGTARG3")),
    *(Column(name) for name in ("Z", "LDIST_Z", "ADIST_Z", "NSA_Z", "NSA_ZDIST")),
    *(Column(name) for name in ("LDIST_NSA_Z", "ADIST_NSA_Z")),
    *(Column(f"NSA_ELPETRO_{name}") for name in ("BA", "PHI", "TH50_R")),
    *(Column(f"NSA_SERSIC_{name}") for name in ("BA", "PHI", "TH50", "N")),
    *(Column(f"VERS{name}", "U8") for name in ("DRP2", "DRP3", "CORE", "UTIL", "DAP")),
    Column("DRP3QUAL", "i8"),
    Column("DAPQUAL", "i8"),
    *(Column(f"{name}KEY", "U14") for name in ("RDXQA", "BIN", "SC", "ELM", "ELF", "SI")),
    Column("BINTYPE", "U10"),
    Column("BINSNR"),
    Column("TPLKEY", "U15"),
    Column("DATEDAP", "U10"),
    Column("DAPBINS", "i8"),
    Column("RCOV90"),
    Column("SNR_MED", length="band"),
    Column("SNR_RING", length="band"),
    Column("SB_1RE"),
    Column("BIN_RMAX"),
    Column("BIN_R_N", length="ring"),
    Column("BIN_R_SNR", length="ring"),
    Column("STELLAR_Z"),
    *(Column(f"STELLAR_VEL_{name}") for name in ("LO", "HI", "LO_CLIP", "HI_CLIP")),
    Column("STELLAR_SIGMA_1RE"),
    Column("STELLAR_CONT_RCHI2_1RE", layouts=_DR15),
    Column("STELLAR_RCHI2_1RE", layouts=_DR17),
    Column("HA_Z"),
    *(Column(f"HA_GVEL_{name}") for name in ("LO", "HI", "LO_CLIP", "HI_CLIP")),
    *(Column(f"HA_GSIGMA_{name}") for name in ("1RE", "HI", "HI_CLIP")),
    Column("EMLINE_RCHI2_1RE", layouts=_DR17),
    *(
        Column(f"EMLINE_{kind}{name}", length="line")
        for kind in "SG"
        for name in ("FLUX_CEN", "FLUX_1RE", "FLUX_TOT", "SB_1RE", "SB_PEAK", "EW_1RE", "EW_PEAK")
    ),
    *(
        Column(f"SPECINDEX_{name}", length="index")
        for name in ("LO", "HI", "LO_CLIP", "HI_CLIP", "1RE")
    ),
    Column("SFR_1RE"),
    Column("SFR_TOT"),
)

DRPALL_COLUMNS: tuple[Column, ...] = (
    Column("plate", "i4"),
    Column("ifudsgn", "U5"),
    Column("plateifu", "U11"),
    Column("mangaid", "U10"),
    *(Column(f"vers{name}", "U8") for name in ("drp2", "drp3", "core", "util", "prim")),
    Column("platetyp", "U14"),
    Column("srvymode", "U12"),
    *(Column(name) for name in ("objra", "objdec", "ifura", "ifudec", "cenra", "cendec")),
    Column("ebvgal"),
    Column("nexp", "i4"),
    Column("exptime"),
    Column("drp3qual", "i4"),
    Column("bluesn2"),
    Column("redsn2"),
    Column("mjdmed", "i4"),
    *(Column(f"{band}fwhm") for band in "griz"),
    *(Column(f"mngtarg{number}", "i8") for number in (1, 2, 3)),
    Column("catidnum", "i4"),
    Column("plttarg", "U21"),
    Column("nsa_iauname", "U19"),
    Column("ifudesignsize", "i4"),
    Column("ifutargetsize", "i4"),
    Column("z"),
    *(Column(f"{name}weight") for name in ("p", "ps", "psr", "s", "sr", "e", "es", "esr")),
    Column("nsa_z"),
    Column("nsa_zdist"),
    Column("nsa_elpetro_absmag", "f4", "magnitude"),
    Column("nsa_elpetro_mass"),
    *(Column(f"nsa_elpetro_{name}") for name in ("ba", "phi", "th50_r")),
    *(Column(f"nsa_sersic_{name}") for name in ("ba", "phi", "th50", "n", "mass")),
)

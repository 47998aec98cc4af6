"""Tables about the survey's files: the rows of ``mangaxr.datamodel``."""

from __future__ import annotations

from collections.abc import Sequence

from facts.markdown import code, table
from mangaxr.datamodel.extensions import COORDINATES, EXTENSIONS, Extension
from mangaxr.datamodel.indices import SPECTRAL_INDICES, SpectralIndex
from mangaxr.datamodel.keywords import KEYWORDS
from mangaxr.datamodel.lines import LINES, MOMENT_BLEND, line_names
from mangaxr.datamodel.maskbits import (
    DAPPIXMASK,
    DAPQUAL,
    DEFAULT_POLICY,
    DRP3QUAL,
    POLICIES,
    MaskBit,
    decode,
)
from mangaxr.datamodel.releases import DEFAULT_RELEASE, RELEASES
from mangaxr.datamodel.units import FITS_UNITS, INVERSE_VARIANCE_UNITS, astropy_unit
from mangaxr.fits import limits as bounds
from mangaxr.maps.identity import MAX_SIDE
from mangaxr.sas.layout import analysis_dir

__all__ = [
    "attributes",
    "coordinates",
    "dapqual",
    "drp3qual",
    "extensions",
    "indices",
    "limits",
    "lines",
    "pixmask",
    "policies",
    "releases",
    "units",
]

_ANY_NAMED_BIT = "any bit"


def extensions() -> str:
    """List every extension: variable, dimensions, unit, siblings, bins, layouts."""
    columns = ["extension", "what", "dims", "units", "ivar", "mask", "corrected by", "bins", "in"]
    return table(columns, [_extension(row) for row in EXTENSIONS])


def _extension(row: Extension) -> Sequence[object]:
    return (
        code(row.name),
        row.long_name,
        code(", ".join(part for part in (row.channels, "y", "x") if part)),
        code(_units(row)),
        code(row.ivar),
        code(row.mask),
        code(row.correction),
        "" if row.bin_step < 0 else row.bin_step,
        ", ".join(row.layouts),
    )


def _units(row: Extension) -> str:
    integers = row.role == "mask" or row.name == "BINID"
    per_channel = row.channels in ("ell_coordinate", "fom", "spectral_index")
    if integers or (per_channel and not row.fits_unit):
        return ""
    return astropy_unit(row.fits_unit) or ""


def lines() -> str:
    """List every emission line, with its array index in each file layout."""
    rows = []
    for line in LINES:
        index = {
            layout: names.index(line.name) if line.name in names else ""
            for layout in ("DR15", "DR17")
            for names in [line_names(layout)]
        }
        name = code(line.name)
        if line is LINES[0]:
            name += f" (moments: {code(MOMENT_BLEND)})"
        waves = (line.wave, line.moment_wave)
        rows.append((name, line.label, *waves, index["DR15"], index["DR17"]))
    columns = ["line", "label", "wave, DR17 fits", "wave, moments and DR15", "DR15", "DR17"]
    return table(columns, rows)


def indices() -> str:
    """List every spectral index with its unit and the rule of its correction."""
    columns = ["index", "position", "unit in the file", "units", "corrected value"]
    return table(columns, [_index(i, row) for i, row in enumerate(SPECTRAL_INDICES)])


def _index(position: int, row: SpectralIndex) -> Sequence[object]:
    sign = "+" if row.fits_unit == "mag" else "×"
    units = astropy_unit(row.fits_unit) or ""
    return code(row.name), position, code(row.fits_unit), code(units), f"value {sign} correction"


def pixmask() -> str:
    """List the bits of the mask extensions."""
    return _bits(DAPPIXMASK)


def dapqual() -> str:
    """List the bits of the DAP's quality flag."""
    return _bits(DAPQUAL)


def drp3qual() -> str:
    """List the bits of the DRP's quality flag."""
    return _bits(DRP3QUAL)


def _bits(rows: Sequence[MaskBit]) -> str:
    cells = [(bit.bit, code(bit.name), bit.value, bit.description) for bit in rows]
    return table(["bit", "name", "value", "meaning"], cells)


def policies() -> str:
    """List the mask policies and the bits that they reject."""
    rows = []
    for name, bits in POLICIES.items():
        flags = decode(bits, DAPPIXMASK)
        rejects = _ANY_NAMED_BIT if len(flags) > len(DAPPIXMASK) else ", ".join(map(code, flags))
        default = " (default)" if name == DEFAULT_POLICY else ""
        rows.append((code(name) + default, rejects, bits))
    return table(["policy", "a spaxel is bad if it has", "bits tested"], rows)


def releases() -> str:
    """List the releases: versions, analysis types, layout, directory."""
    rows = []
    for release in RELEASES:
        types = ", ".join(map(code, release.daptypes))
        default = " (default)" if release.name == DEFAULT_RELEASE else ""
        rows.append(
            (
                release.name + default,
                ", ".join(release.aliases),
                release.drp,
                release.dap,
                types,
                release.layout,
                code(str(analysis_dir(release))),
            )
        )
    columns = ["release", "also called", "DRP", "DAP", "DAPTYPEs, the default first", "layout"]
    return table([*columns, "directory below the SAS root"], rows)


def attributes() -> str:
    """List the attributes of a Dataset that are keywords of the primary header."""
    rows = [
        (code(row.attribute), code(row.keyword), row.kind, code(row.unit), row.description)
        for row in KEYWORDS
    ]
    return table(["attribute", "keyword", "type", "unit", "meaning"], rows)


def coordinates() -> str:
    """List the coordinates of every spaxel, and the planes that they are."""
    rows = [
        (code(row.name), f"{code(row.extension)}, {row.channel}", row.long_name)
        for row in COORDINATES
    ]
    return table(["coordinate", "plane of the file", "meaning"], rows)


def units() -> str:
    """List units as the file writes them and as astropy does."""
    rows = [(code(fits) or "(empty)", code(astropy)) for fits, astropy in FITS_UNITS.items()]
    rows += [
        (code(f"({fits})^{{-2}}"), code(astropy))
        for fits, astropy in INVERSE_VARIANCE_UNITS.items()
        if fits
    ]
    return table(["`fits_bunit`, as in the file", "`units`, as astropy parses it"], rows)


def limits() -> str:
    """List what is believed of a file at most, and what the survey's files have."""
    rows = [
        ("HDUs", bounds.MAX_HDUS, "64"),
        ("one header", _bytes(bounds.MAX_HEADER_BYTES), "14 KiB"),
        ("all headers", _bytes(bounds.MAX_HEADERS_BYTES), "0.5 MiB"),
        ("data of one extension", _bytes(bounds.MAX_DATA_BYTES), "1.2 MiB"),
        ("spaxels along a side of a known map", f"{MAX_SIDE:,}", "32 to 80"),
        (
            "what a compressed file inflates to",
            f"{_bytes(bounds.INFLATED_FREE)} and {bounds.INFLATED_PER_BYTE} times its size",
            "40 MiB, 4 to 50 times its size",
        ),
        ("zeros behind the last HDU", _bytes(bounds.MAX_PADDING), "none"),
        (
            "**memory taken by a read**",
            f"{_bytes(bounds.MEMORY_FREE)} and {bounds.MEMORY_PER_INFLATED} times what has arrived",
            "",
        ),
    ]
    return table(["what", "at most", "the survey's files"], rows)


def _bytes(number: int) -> str:
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if number % unit == 0:
            return f"{number // unit} {name}"
    return f"{number} bytes"

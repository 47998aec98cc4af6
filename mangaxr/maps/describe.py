"""A MAPS file in words: what `mangaxr inspect` prints."""

from __future__ import annotations

import os
from typing import Any

from mangaxr.datamodel.extensions import extensions_of, find_extension
from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL, decode
from mangaxr.datamodel.releases import release_of_versions
from mangaxr.datamodel.units import astropy_unit
from mangaxr.maps.attributes import header_values
from mangaxr.maps.stream import RawExtension, RawMaps, read_maps

__all__ = ["describe_maps"]


def describe_maps(path: str | os.PathLike[str], *, verify: bool = False) -> dict[str, Any]:
    """Describe a MAPS file as plain JSON values.

    Returns
    -------
    dict
        Values of the primary header, decoded quality bits, emission lines with their
        array index, every extension with shape and unit, and notes on what differs from
        the released files.

    Raises
    ------
    MissingFileError, CorruptFileError, NotMapsError
        As `mangaxr.open_maps_file`.
    """
    raw = read_maps(path, verify=verify)
    values = header_values(raw)
    lines = raw["EMLINE_GFLUX"].channels if "EMLINE_GFLUX" in raw.extensions else ()
    return {
        "file": str(path),
        "release": release_of_versions(values.get("drp_version", ""), values.get("dap_version", ""))
        or "unreleased",
        **values,
        "dapqual_flags": list(decode(values.get("dapqual", 0), DAPQUAL)),
        "drp3qual_flags": list(decode(values.get("drp3qual", 0), DRP3QUAL)),
        "lines": {name: index for index, name in enumerate(lines)},
        "extensions": [
            _extension(number, extension)
            for number, extension in enumerate(raw.extensions.values(), start=1)
        ],
        "notes": _notes(raw),
    }


def _extension(number: int, extension: RawExtension) -> dict[str, Any]:
    row = find_extension(extension.name)
    units = extension.cards.numbered("U")
    bunit = extension.cards.text("BUNIT")
    return {
        "hdu": number,
        "name": extension.name,
        "shape": list(extension.data.shape),
        "dtype": str(extension.data.dtype.newbyteorder("=")),
        "unit": bunit or ("per channel" if units else ""),
        "units": (astropy_unit(bunit) or "") if bunit else "",
        "dimension": row.channels if row else "",
        "long_name": row.long_name if row else "not in any released file",
    }


def _notes(raw: RawMaps) -> list[str]:
    """Say how the file differs from the release whose layout it is closest to."""
    names = set(raw.extensions)
    layouts = {name: {r.name for r in extensions_of(name)} for name in ("DR15", "DR17")}
    layout = min(layouts, key=lambda name: len(layouts[name] ^ names))
    notes = [f"extensions as in {layout}"] if layouts[layout] == names else []
    for what, difference in (
        ("lacks", layouts[layout] - names),
        ("has in addition", names - layouts[layout]),
    ):
        if difference:
            notes.append(f"against {layout} it {what} {', '.join(sorted(difference))}")
    return notes

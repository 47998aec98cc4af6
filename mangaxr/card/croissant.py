"""``croissant.json``: the store described in Croissant 1.1, for tools of machine learning.

Croissant has no word for Zarr yet: its files are a FileSet, and the arrays are fields that say
which array of the store they are. Tools that know no Zarr can read the table of galaxies and
that of channels, and of the arrays the description.
See http://mlcommons.org/croissant/1.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from mangaxr.card.facts import Facts
from mangaxr.card.galaxies import COLUMNS
from mangaxr.store.citations import LICENCE_URL, PAPERS, bibtex
from mangaxr.store.contract import ARRAYS, CHANNEL_COORDS, SCALINGS, Variable

__all__ = ["croissant_document"]

_ZARR = "application/vnd.zarr; version=3"

_TYPES: dict[str, str] = {
    "float32": "cr:Float32",
    "float64": "cr:Float64",
    "int64": "cr:Int64",
    "int8": "cr:Int8",
    "bool": "sc:Boolean",
    "str": "sc:Text",
}
"""Type of a variable -> type of a field."""

_WORDS = (
    "annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty",
    "excludes", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes",
    "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "readLines",
    "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "sdVersion",
    "separator", "source", "subField", "transform", "unArchive", "value",
)  # fmt: skip
"""Croissant's own words, which need no prefix then."""

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{word: f"cr:{word}" for word in _WORDS},
}


def croissant_document(facts: Facts, files: Mapping[str, str]) -> dict[str, Any]:
    """Describe a store.

    Parameters
    ----------
    facts
        The store.
    files
        The documents beside it, by name: their text, which is what will be in the files.

    Returns
    -------
    dict
        JSON-LD. ``url``, ``creator`` and ``version`` are there if the publisher named them.
    """
    own = facts.own
    publisher = facts.publisher
    named: dict[str, Any] = {
        "url": publisher.url,
        "creator": {"@type": "Organization", "name": publisher.creator}
        if publisher.creator
        else "",
        "version": publisher.version,
    }
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": publisher.name,
        "description": _description(facts),
        "license": LICENCE_URL,
        **{name: value for name, value in named.items() if value},
        "identifier": f"sha256:{own['content_sha256']}",
        "datePublished": own["finished"][:10],
        "dateCreated": own["finished"][:10],
        "keywords": ["astronomy", "galaxies", "MaNGA", "SDSS", "integral-field spectroscopy"],
        "isLiveDataset": False,
        "citeAs": "\n\n".join(map(bibtex, PAPERS)),
        "distribution": [*_file_objects(files), _file_set(facts)],
        "recordSet": [_galaxies(), _channels(facts), _arrays(facts)],
    }


def _description(facts: Facts) -> str:
    sizes = facts.own["sizes"]
    channels = ", ".join(row["channel_long_name"] for row in facts.own["channels"])
    return (
        f"Maps of {sizes['galaxy']} observations of galaxies by the SDSS survey MaNGA "
        f"({channels}) as tensors of {sizes['y']} x {sizes['x']} pixels, with inverse variance, "
        f"coverage, and the scaling that takes them back to physical units exactly. A Zarr "
        f"store by the data contract {facts.contract['contract']} "
        f"{facts.contract['contract_version']}."
    )


def _file_objects(files: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    for name, text in files.items():
        content = text.encode()
        yield {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "contentSize": f"{len(content)} B",
            "encodingFormat": "text/csv" if name.endswith(".csv") else "application/json",
            "sha256": hashlib.sha256(content).hexdigest(),
        }


def _file_set(facts: Facts) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": "store",
        "name": "store",
        "description": (
            f"The files of the Zarr store {facts.directory}, format 3, {facts.size} bytes. "
            f"Croissant has no reader for Zarr: open the directory with "
            f"xarray.open_zarr({facts.directory!r}). Its content_sha256, the identifier above, "
            f"changes with its values; how it is computed is in contract.json."
        ),
        "encodingFormat": _ZARR,
        "includes": f"{facts.directory}/**",
    }


def _galaxies() -> dict[str, Any]:
    fields = [_field("galaxies", spec, {"fileObject": {"@id": "galaxies.csv"}}) for spec in COLUMNS]
    return {
        "@type": "cr:RecordSet",
        "@id": "galaxies",
        "name": "galaxies",
        "description": "What is known of each galaxy; the same as in the store.",
        "key": {"@id": "galaxies/galaxy"},
        "field": fields,
    }


def _channels(facts: Facts) -> dict[str, Any]:
    """Describe the channels; they are few, so the records are in the document itself."""
    records = [
        {f"channels/{name}": text for name, text in row.items()} for row in facts.own["channels"]
    ]
    return {
        "@type": "cr:RecordSet",
        "@id": "channels",
        "name": "channels",
        "description": "The channels of the arrays, in order.",
        "key": {"@id": "channels/channel"},
        "field": [_field("channels", spec) for spec in CHANNEL_COORDS],
        "data": records,
    }


def _arrays(facts: Facts) -> dict[str, Any]:
    """Describe the arrays, a record being a galaxy."""
    sizes = facts.own["sizes"]
    key = next(spec for spec in COLUMNS if spec.name == "galaxy")
    fields = []
    for spec in (key, *ARRAYS, *SCALINGS):
        field = _field("arrays", spec, {"fileSet": {"@id": "store"}})
        shape = [str(sizes[name]) for name in spec.dims if name != "galaxy"]
        if shape:
            field |= {"isArray": True, "arrayShape": ",".join(shape)}
        fields.append(field)
    fields[0]["references"] = {"field": {"@id": "galaxies/galaxy"}}
    return {
        "@type": "cr:RecordSet",
        "@id": "arrays",
        "name": "arrays",
        "description": (
            "The arrays of the Zarr store, a record for each galaxy; a column is the array of "
            "that name, cut along its first dimension. To be read with a library for Zarr."
        ),
        "key": {"@id": "arrays/galaxy"},
        "field": fields,
    }


def _field(
    record_set: str, spec: Variable, source: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    units = f" [{spec.units}]" if spec.units not in ("", "1") else ""
    if spec.per_channel:
        units = f" [{spec.per_channel}, with u the unit of the channel]"
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{record_set}/{spec.name}",
        "name": spec.name,
        "description": f"{spec.long_name}{units}",
        "dataType": _TYPES[spec.dtype],
    }
    if source is not None:
        field["source"] = {**source, "extract": {"column": spec.name}}
    return field

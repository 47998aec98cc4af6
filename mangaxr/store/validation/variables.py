"""Structure, of the variables: what each zarr.json says, and whether small ones decode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mangaxr.store.contract import MISSING, Variable, all_variables
from mangaxr.store.layout import COMPRESSION, array_chunks
from mangaxr.store.validation.evidence import LARGE, Evidence, wrong_dtype
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import StoreRule
from mangaxr.store.writer import fill_value, variable_attributes

__all__ = ["RULES", "sound_codecs"]

_REWRITTEN = "Another tool wrote the variable anew."
_REBUILD = "Build the store anew, or copy it again."

_ALTERING = ("_FillValue", "missing_value", "scale_factor", "add_offset", "dtype", "_Unsigned")
"""Attributes by which xarray changes what it reads."""

_FIXED = ("cname", "clevel", "shuffle")
"""Settings of codecs that the layout fixes; of the others any value reads the same."""


def _present(store: Evidence) -> Iterator[tuple[Variable, Mapping[str, Any]]]:
    for spec in all_variables():
        if spec.name in store.metadata:
            yield spec, store.metadata[spec.name]


def _missing(store: Evidence) -> Iterator[Found]:
    for spec in all_variables():
        if spec.name not in store.metadata:
            reason = store.unreadable.get(spec.name)
            yield Found(spec.name, f"cannot be read ({reason})" if reason else "is missing")


def _dims(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        dims = tuple(metadata.get("dimension_names") or ())
        if dims != spec.dims:
            yield Found(spec.name, f"has dims {dims}, not {spec.dims}")


def _sizes(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        shape, expected = tuple(metadata["shape"]), store.expected_shape(spec)
        if shape != expected:
            yield Found(spec.name, f"has shape {shape}, not {expected}")


def _dtypes(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        if wrong_dtype(spec, metadata):
            yield Found(spec.name, f"has dtype {metadata['data_type']}, not {spec.dtype}")


def _units(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        found = metadata.get("attributes", {}).get("units", "")
        if found != spec.units:
            yield Found(spec.name, f"has units {found!r}, not {spec.units!r}")


def _texts(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        found = metadata.get("attributes", {}).get("long_name")
        if found != spec.long_name:
            yield Found(spec.name, f"has the long_name {found!r}, not {spec.long_name!r}")


def _altering(store: Evidence) -> Iterator[Found]:
    for name, metadata in store.metadata.items():
        for attribute in _ALTERING:
            if attribute in metadata.get("attributes", {}):
                yield Found(name, f"has the attribute {attribute}, which changes what is read")


def _function(store: Evidence) -> Iterator[Found]:
    spec = next(row for row in all_variables() if row.name == "tensor")
    found = store.metadata[spec.name].get("attributes", {}).get("scaling_function")
    expected = variable_attributes(spec, store.recipe)["scaling_function"]
    if found != expected:
        message = f"has scaling_function {found!r}, its recipe's is {expected!r}"
        yield Found(spec.name, message)


def _fill(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        found = metadata.get("fill_value")
        expected = fill_value(spec) if spec.name in LARGE else _default(spec)
        if _plain(found) != _plain(expected):
            yield Found(spec.name, f"has fill_value {found!r}, not {expected!r}")


def _default(spec: Variable) -> object:
    """Return Zarr's own fill value of a type."""
    return type(MISSING[spec.dtype])()


def _plain(value: object) -> object:
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def _chunks(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        shape = store.expected_shape(spec)
        expected = tuple(max(n, 1) for n in shape)
        if spec.name in LARGE:
            expected = array_chunks(shape[0], shape[-1])
        found = tuple(metadata["chunk_grid"]["configuration"]["chunk_shape"])
        if found != expected:
            yield Found(spec.name, f"is in chunks of {found}, not {expected}")
        encoding = metadata.get("chunk_key_encoding")
        if encoding != {"name": "default", "configuration": {"separator": "/"}}:
            yield Found(spec.name, f"names its chunks' files otherwise: {encoding}")


def _codecs(store: Evidence) -> Iterator[Found]:
    for spec, metadata in _present(store):
        found, expected = metadata.get("codecs"), _expected_codecs(spec)
        if not sound_codecs(spec, metadata):
            yield Found(spec.name, f"is encoded by {_names(found)}, not by {_names(expected)}")


def sound_codecs(spec: Variable, metadata: Mapping[str, Any]) -> bool:
    """Whether an array is encoded as the layout says."""
    found, expected = metadata.get("codecs"), _expected_codecs(spec)
    return isinstance(found, list) and [_fixed(c) for c in found] == [_fixed(c) for c in expected]


def _expected_codecs(spec: Variable) -> list[Mapping[str, Any]]:
    of_text: Mapping[str, Any] = {"name": "vlen-utf8"}
    of_numbers: Mapping[str, Any] = {"name": "bytes"}
    compressors = COMPRESSION["arrays" if spec.name in LARGE else "rows"]
    return [of_text if spec.dtype == "str" else of_numbers, *compressors]


def _fixed(codec: Any) -> dict[str, Any]:
    """Return what of a codec the layout fixes; numbers are little-endian unless said."""
    settings = codec.get("configuration", {}) if isinstance(codec, dict) else {}
    fixed = {
        key: getattr(settings[key], "value", settings[key]) for key in _FIXED if key in settings
    }
    return {"name": codec.get("name"), "endian": settings.get("endian", "little"), **fixed}


def _names(codecs: Any) -> str:
    parts = codecs if isinstance(codecs, list) else []
    return ", ".join(
        " ".join(str(v) for k, v in _fixed(codec).items() if k != "endian" or v != "little")
        for codec in parts
    )


def _decode(store: Evidence) -> Iterator[Found]:
    for spec, _ in _present(store):
        if spec.name in store.unreadable:
            yield Found(spec.name, f"cannot be decoded ({store.unreadable[spec.name]})")


RULES = (
    StoreRule(
        id="MX106",
        level="structure",
        title="Every variable of the contract is there, with metadata that can be read.",
        why="A copy broke off, or a variable was dropped.",
        remedy=_REBUILD,
        check=_missing,
    ),
    StoreRule(
        id="MX107",
        level="structure",
        title="Every variable has the contract's dimensions, in its order.",
        why=_REWRITTEN,
        remedy=_REBUILD,
        check=_dims,
    ),
    StoreRule(
        id="MX108",
        level="structure",
        title="Sizes agree: with the recipe's channels and pixels, and between variables.",
        why="A variable was cut, or two stores were mixed.",
        remedy=_REBUILD,
        check=_sizes,
    ),
    StoreRule(
        id="MX109",
        level="structure",
        title="Every variable has the contract's type.",
        why=_REWRITTEN,
        remedy=_REBUILD,
        check=_dtypes,
    ),
    StoreRule(
        id="MX110",
        level="structure",
        title="Every variable has the contract's unit.",
        why="An attribute was edited, perhaps for values that were converted.",
        remedy="Do not trust the values of this variable: build the store anew.",
        check=_units,
    ),
    StoreRule(
        id="MX111",
        level="structure",
        title="Every variable has the contract's `long_name`.",
        why="An attribute was edited.",
        remedy=_REBUILD,
        check=_texts,
    ),
    StoreRule(
        id="MX112",
        level="structure",
        title="No attribute makes readers change values (`_FillValue`, `scale_factor`, ...).",
        why="xarray wrote the variable with an encoding of its own.",
        remedy="Remove the attribute, or build the store anew.",
        check=_altering,
    ),
    StoreRule(
        id="MX113",
        level="structure",
        title="`scaling_function` of `tensor` is that of the recipe's scaling.",
        why="The attribute or the recipe was edited.",
        remedy="Do not convert to physical values before it is right: build the store anew.",
        needs=("recipe",),
        check=lambda store: _function(store) if "tensor" in store.metadata else (),
    ),
    StoreRule(
        id="MX114",
        level="structure",
        title="Fill values are the contract's: NaN in `tensor` and `ivar`, 0 in `coverage`.",
        why=_REWRITTEN,
        remedy="A lost chunk would be read as this value: build the store anew.",
        check=_fill,
    ),
    StoreRule(
        id="MX115",
        level="structure",
        title="Chunks are of 64 galaxies and one channel; small variables are one chunk.",
        why="Another tool wrote the variable in chunks of its own.",
        remedy="Slow for readers, and not the bytes of a build: build the store anew.",
        check=_chunks,
    ),
    StoreRule(
        id="MX116",
        level="structure",
        title="Codecs are the contract's, with a CRC behind each chunk.",
        why=_REWRITTEN,
        remedy="Damage would go unnoticed without the CRC: build the store anew.",
        check=_codecs,
    ),
    StoreRule(
        id="MX117",
        level="structure",
        title="Every small variable decodes, its CRC included.",
        why="A disk, a transfer or a hand damaged the file.",
        remedy=_REBUILD,
        check=_decode,
    ),
)

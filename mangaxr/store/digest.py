"""What a store's content is known by: SHA-256 of arrays, rows and attributes.

Any change of a stored value changes the digest of its galaxy, and that of the store, which
is what a paper can cite.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "arrays_digest",
    "attributes_digest",
    "content_digest",
    "row_digests",
    "signed",
]


def arrays_digest(*arrays: npt.NDArray[np.float32]) -> str:
    """Return the SHA-256 of a galaxy's arrays, one after the other.

    Parameters
    ----------
    *arrays
        ``tensor``, ``ivar`` and ``coverage``, each (channel, y, x), hashed as little-endian
        float32 in C order.

    Examples
    --------
    >>> arrays_digest(np.zeros((1, 2, 2), dtype=np.float32))[:8]
    '374708ff'
    """
    digest = hashlib.sha256()
    for values in arrays:
        digest.update(np.ascontiguousarray(values, dtype="<f4").data)
    return digest.hexdigest()


def row_digests(columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the SHA-256 of each galaxy's row.

    Parameters
    ----------
    columns
        Everything stored of each galaxy by its variable's name, as Python's own values,
        without the names of `mangaxr.store.contract.UNSIGNED`.

    Returns
    -------
    list of str
        Of each row's JSON: names sorted, no blanks, NaN as null.

    Examples
    --------
    >>> row_digests({"galaxy": ["8138-12704"], "z": [float("nan")]})[0][:8]
    '195a0324'
    """
    names = sorted(columns)
    rows = zip(*(columns[name] for name in names), strict=True)
    return [_of_json(dict(zip(names, row, strict=True))) for row in rows]


def content_digest(galaxies: Iterable[str], arrays: Iterable[str], rows: Iterable[str]) -> str:
    """Return the SHA-256 of a whole store, from the digests of its galaxies in their order."""
    digest = hashlib.sha256()
    for galaxy in zip(galaxies, arrays, rows, strict=True):
        digest.update(" ".join(galaxy).encode() + b"\n")
    return digest.hexdigest()


def attributes_digest(attributes: Mapping[str, Any]) -> str:
    """Return the SHA-256 of attributes, as JSON."""
    return _of_json(attributes)


def signed(attributes: Mapping[str, Any], order: Iterable[str]) -> dict[str, Any]:
    """Put attributes in the order of their contract, and in its place their digest.

    Examples
    --------
    >>> list(signed({"b": 1, "a": 2}, ["a", "b", "attributes_sha256"]))
    ['a', 'b', 'attributes_sha256']
    """
    ordered = {name: attributes[name] for name in order if name != "attributes_sha256"}
    return {**ordered, "attributes_sha256": attributes_digest(ordered)}


def _of_json(values: Mapping[str, Any]) -> str:
    plain = {name: _plain(value) for name, value in values.items()}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return [_plain(part) for part in value] if isinstance(value, list) else value

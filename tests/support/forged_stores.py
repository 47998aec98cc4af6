"""Ways to break a store, from a byte that flips to a forger who makes the digests anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from mangaxr.store.arrays import with_every_chunk
from mangaxr.store.contract import ARRAYS, GALAXY_COORDS, QUALITY_COORDS, SCALINGS, STATUS
from mangaxr.store.digest import arrays_digest, content_digest
from mangaxr.store.finish import digests_of_rows, signed_attributes
from mangaxr.store.validation.evidence import read_evidence

Mutation = Callable[[Path], None]
Change = Callable[[Any], Any]


def root(path: Path) -> Any:
    """Open a store to write to it."""
    return zarr.open_group(path, mode="r+", use_consolidated=False)


def consolidate(path: Path) -> None:
    """Renew the root's copy of all metadata."""
    own = {f.parent.name: json.loads(f.read_text()) for f in sorted(path.glob("*/zarr.json"))}
    content = json.loads((path / "zarr.json").read_text())
    content["consolidated_metadata"] = {"kind": "inline", "must_understand": False, "metadata": own}
    (path / "zarr.json").write_text(json.dumps(content))


def sign(path: Path) -> None:
    """Make every digest anew, as one would who does not want to be found out."""
    group, store = root(path), read_evidence(path)
    maps = [group[spec.name][...] for spec in ARRAYS]
    digests = [
        "" if status == STATUS["failed"] else arrays_digest(*(values[i] for values in maps))
        for i, status in enumerate(store.columns["status"])
    ]
    store.columns["arrays_sha256"] = np.array(digests, dtype=np.dtypes.StringDType())
    names = [spec.name for spec in (*GALAXY_COORDS, *QUALITY_COORDS, *SCALINGS)]
    rows = digests_of_rows({name: store.columns[name] for name in names})
    values("arrays_sha256", lambda _: store.columns["arrays_sha256"])(path)
    values("row_sha256", lambda _: np.array(rows, dtype=np.dtypes.StringDType()))(path)
    content = content_digest(store.columns["galaxy"].tolist(), digests, rows)
    group.attrs.update(signed_attributes({**group.attrs, "content_sha256": content}))
    consolidate(path)


def values(name: str, change: Change, *, at: Any = ...) -> Mutation:
    """Write other values into a variable."""

    def mutate(path: Path) -> None:
        array = with_every_chunk(root(path)[name])
        found = array[...]
        found[at] = change(found[at])
        array[...] = found

    return mutate


def text(name: str, new: str | Callable[[str], str], *, at: int = 0) -> Mutation:
    """Write another text into a variable, for one galaxy or channel."""
    return values(name, lambda old: new(str(old)) if callable(new) else new, at=at)


def attribute(name: str, new: Any) -> Mutation:
    """Write another attribute of the root; none for None."""

    def mutate(path: Path) -> None:
        group = root(path)
        if new is None:
            del group.attrs[name]
        else:
            group.attrs[name] = new(group.attrs[name]) if callable(new) else new
        consolidate(path)

    return mutate


def document(name: str, change: Callable[[Any], Any]) -> Mutation:
    """Change the JSON document that an attribute of the root holds, in place or for another."""

    def edit(old: str) -> str:
        content = json.loads(old)
        changed = change(content)
        return json.dumps(content if changed is None else changed)

    return attribute(name, edit)


def metadata(name: str, change: Callable[[dict[str, Any]], Any]) -> Mutation:
    """Edit the metadata of a variable, of the root for an empty name."""

    def mutate(path: Path) -> None:
        file = path / name / "zarr.json"
        content = json.loads(file.read_text())
        change(content)
        file.write_text(json.dumps(content))
        if name:
            consolidate(path)

    return mutate


def anew(name: str, change: Change = lambda v: v, **settings: Any) -> Mutation:
    """Write a variable anew, of another type, shape, chunks or codecs."""

    def mutate(path: Path) -> None:
        group = root(path)
        old = group[name]
        given: dict[str, Any] = {
            "dimension_names": old.metadata.dimension_names,
            "attributes": dict(old.attrs),
            "chunks": old.chunks,
            "compressors": old.compressors,
        }
        data = change(old[...])
        if data.shape != old.shape:
            given["chunks"] = data.shape
        group.create_array(name, data=data, overwrite=True, **{**given, **settings})
        consolidate(path)

    return mutate


def chunk(name: str, change: Callable[[bytes], bytes] | None, *, place: str = "") -> Mutation:
    """Change the bytes of a chunk; remove it for None."""

    def mutate(path: Path) -> None:
        folder = path / name / "c"
        files: Iterable[Path] = sorted(f for f in folder.rglob("*") if f.is_file())
        file = folder / place if place else next(iter(files))
        if change is None:
            file.unlink()
        else:
            file.write_bytes(change(file.read_bytes()))

    return mutate


def swap_chunks(one: str, other: str) -> Mutation:
    """Exchange two files."""

    def mutate(path: Path) -> None:
        first, second = (path / one).read_bytes(), (path / other).read_bytes()
        (path / one).write_bytes(second)
        (path / other).write_bytes(first)

    return mutate


def stray(name: str) -> Mutation:
    """Put a file where none belongs."""

    def mutate(path: Path) -> None:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(b"?")

    return mutate


def flip(data: bytes) -> bytes:
    """Flip one bit in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def both(*mutations: Mutation) -> Mutation:
    """Do one after the other."""

    def mutate(path: Path) -> None:
        for mutation in mutations:
            mutation(path)

    return mutate


def forged(*mutations: Mutation) -> Mutation:
    """Do one after the other, and make the digests anew."""
    return both(*mutations, sign)

"""Writing the documents of a store, beside it and never into it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mangaxr.card.croissant import croissant_document
from mangaxr.card.facts import Facts, Publisher, gather_facts
from mangaxr.card.galaxies import galaxies_csv
from mangaxr.card.readme import readme
from mangaxr.errors import CardError

__all__ = ["DOCUMENTS", "card_documents", "write_card"]


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


_PLAIN: Mapping[str, Callable[[Facts], str]] = {
    "contract.json": lambda facts: _json(facts.contract),
    "recipe.json": lambda facts: _json(facts.recipe),
    "galaxies.csv": galaxies_csv,
}
"""Documents that Croissant describes, and so knows the checksum of."""

DOCUMENTS = ("README.md", "croissant.json", *_PLAIN)
"""Names of all documents."""


def card_documents(
    store: str | os.PathLike[str], *, publisher: Publisher | None = None
) -> dict[str, str]:
    """Return the documents of a store, by name, as texts.

    Raises
    ------
    MissingFileError, StoreError
        As `mangaxr.open_store`.
    """
    facts = gather_facts(store, publisher or Publisher())
    files = {name: write(facts) for name, write in _PLAIN.items()}
    texts = {
        "README.md": readme(facts),
        "croissant.json": _json(croissant_document(facts, files)),
        **files,
    }
    return {name: texts[name] for name in DOCUMENTS}


def write_card(
    store: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    name: str = "",
    url: str = "",
    creator: str = "",
    version: str = "",
    overwrite: bool = False,
) -> list[Path]:
    """Write what a store is published with: dataset card, Croissant, contract, recipe, table.

    Parameters
    ----------
    store
        The store; it is read, not changed.
    out
        Directory for ``README.md``, ``croissant.json``, ``contract.json``, ``recipe.json`` and
        ``galaxies.csv``. Best the one that the store is in: Croissant looks for it there.
    name, url, creator, version
        Of the data set that is published: what it is called, where it will be, who made it,
        which version it is. Called as the store if nothing is said; the others are left out.
    overwrite
        Whether documents that are there already may be replaced.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    MissingFileError, StoreError
        As `mangaxr.open_store`.
    CardError
        If the directory is within the store, or has such a file already.

    Examples
    --------
    >>> import mangaxr, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = mangaxr.write_card(mangaxr.synthetic.example_store(), folder)
    >>> [path.name for path in paths]
    ['README.md', 'croissant.json', 'contract.json', 'recipe.json', 'galaxies.csv']
    """
    folder = Path(out)
    _check_folder(folder, Path(store), overwrite=overwrite)
    publisher = Publisher(name=name, url=url, creator=creator, version=version)
    texts = card_documents(store, publisher=publisher)
    folder.mkdir(parents=True, exist_ok=True)
    for document, text in texts.items():
        (folder / document).write_text(text, encoding="utf-8", newline="\n")
    return [folder / document for document in texts]


def _check_folder(folder: Path, store: Path, *, overwrite: bool) -> None:
    """Refuse to write into a store, or over what is there.

    Raises
    ------
    CardError
        If that would happen.
    """
    if folder.resolve().is_relative_to(store.resolve()):
        msg = (
            f"{folder}: within the store {store}, which is to hold nothing but arrays: choose "
            f"another directory, such as {store.parent}"
        )
        raise CardError(msg)
    there = [name for name in DOCUMENTS if (folder / name).exists()]
    if there and not overwrite:
        msg = (
            f"{folder / there[0]}: is here already: choose another directory, or replace it "
            f"with --overwrite"
        )
        raise CardError(msg)

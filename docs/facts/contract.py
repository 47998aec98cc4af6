"""Lists of the contract's sentences, and the contract as a file."""

from __future__ import annotations

import json

from facts.markdown import bullets, code, table
from mangaxr.store.citations import PAPERS
from mangaxr.store.contract import ATTRIBUTES
from mangaxr.store.contract_document import contract_document
from mangaxr.store.definitions import (
    CHANGES,
    DIGESTS,
    DIMENSIONS,
    FUNCTIONS,
    INTENDED,
    LIMITS,
    NOT_PROMISED,
    UNINTENDED,
)

__all__ = [
    "attributes",
    "changes",
    "digests",
    "dimensions",
    "document",
    "functions",
    "intended",
    "limits",
    "not_promised",
    "papers",
    "unintended",
]


def attributes() -> str:
    """List the attributes of the root."""
    rows = [(code(row.name), "JSON" if row.json else "", row.long_name) for row in ATTRIBUTES]
    return table(["attribute", "", "what it says"], rows)


def dimensions() -> str:
    """List the dimensions."""
    rows = [(code(name), text) for name, text in DIMENSIONS.items()]
    return table(["dimension", "what lies along it"], rows)


def functions() -> str:
    """List the functions of the scaling, with inverse and error."""
    rows = [
        (code(row.name), code(row.forward), code(row.inverse), code(row.error)) for row in FUNCTIONS
    ]
    return table(["`scaling_function`", "tensor", "physical value", "largest error"], rows)


def digests() -> str:
    """List the digests and what they are of."""
    rows = [(code(row.name), row.kind, row.definition) for row in DIGESTS]
    return table(["digest", "where", "SHA-256 of"], rows)


def changes() -> str:
    """List what makes a version grow."""
    rows = [(name, text) for name, text in CHANGES.items()]
    return table(["number", "it grows when"], rows)


def limits() -> str:
    """List what a user has to know."""
    return bullets(LIMITS)


def intended() -> str:
    """List what a store is for."""
    return bullets(INTENDED)


def unintended() -> str:
    """List what a store is not for."""
    return bullets(UNINTENDED)


def not_promised() -> str:
    """List what nobody may rely on."""
    return bullets(NOT_PROMISED)


def papers() -> str:
    """List the papers to cite."""
    rows = [
        (
            paper.of,
            f"{paper.author.partition(',')[0].strip('{}')} et al. {paper.year}",
            f"[{paper.journal} {paper.volume}, {paper.page}](https://doi.org/{paper.doi})",
        )
        for paper in PAPERS
    ]
    return table(["", "paper", ""], rows)


def document() -> str:
    """Write ``contract.json``."""
    return json.dumps(contract_document(), indent=2, ensure_ascii=False) + "\n"

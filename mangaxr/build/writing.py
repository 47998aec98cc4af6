"""What every run that writes a store or a set begins with, and how it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mangaxr.build.journal import Journal
from mangaxr.errors import MangaxrError, WriteError

__all__ = ["finish_earlier", "refused"]


def finish_earlier(journal: Journal) -> None:
    """Do what is left of a build that ended between its last step and its clearing up.

    Raises
    ------
    BuildError
        If that build is still at it.
    WriteError
        If the system refuses to write.
    """
    if journal.is_over:
        with refused(journal.final), journal:
            journal.finish_again()


@contextmanager
def refused(final: Path) -> Iterator[None]:
    """Turn the system's refusal to write into one clear line."""
    try:
        yield
    except MangaxrError:
        raise
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        msg = (
            f"{final}: cannot write{where} ({error.strerror or error}): make room, or ask for "
            f"the permission, and repeat the command: what is done is kept"
        )
        raise WriteError(msg) from error

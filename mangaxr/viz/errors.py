"""Errors of pictures and pages."""

from __future__ import annotations

from mangaxr.errors import MangaxrError

__all__ = ["MissingMatplotlibError", "PictureError"]


class MissingMatplotlibError(MangaxrError, ImportError):
    """Pictures need matplotlib, which is an optional dependency."""


class PictureError(MangaxrError, OSError):
    """A picture or a page cannot be written or read."""

    # OSError formats (errno, text) pairs; the message alone is wanted.
    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

"""Ready-made examples for documentation: a survey of three galaxies, and its store.

Made on first use in a temporary directory that goes when Python ends.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from mangaxr.synthetic.survey import write_survey

__all__ = ["example_store", "example_survey"]


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="mangaxr-", ignore_cleanup_errors=True)


@cache
def example_survey() -> Path:
    """Return the SAS root of a survey of 8001-1901, 8001-1902 and 8002-1901, 19 fibres each."""
    root = Path(_folder().name, "sas")
    write_survey(root, galaxies=3, fibres=(19,))
    return root


@cache
def example_store() -> Path:
    """Return a tensor store of the example survey, with H-alpha flux and velocity."""
    # A builder above this package; examples are the one place that looks up to it.
    from mangaxr.build.run import build_store

    path = Path(_folder().name, "tensors.zarr")
    build_store(path, [example_survey()])
    return path

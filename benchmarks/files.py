"""DR17-format files to measure on, made once and kept in the temporary directory."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mangaxr.synthetic import CatalogFiles, write_catalogs, write_survey

__all__ = ["COMPRESSION", "SURVEY", "survey_catalogs", "survey_files"]

SURVEY = 10735
"""Galaxies of DR17 that have MAPS files."""

COMPRESSION = 6
"""zlib's default, as the survey's own files: ISA-L's quick levels would inflate faster."""


def survey_files(galaxies: int, fibres: int) -> list[Path]:
    """Return MAPS files of one bundle size; written on first use."""
    root = Path(tempfile.gettempdir(), "mangaxr-benchmark", f"{fibres}-{galaxies}")
    if not (root / "truth" / "survey.json").is_file():
        write_survey(root, galaxies=galaxies, fibres=(fibres,), compresslevel=COMPRESSION)
    return sorted(root.rglob("manga-*-MAPS-*.fits.gz"))


def survey_catalogs(galaxies: int) -> CatalogFiles:
    """Write dapall and drpall of a survey, all analyses; a few seconds each time."""
    root = Path(tempfile.gettempdir(), "mangaxr-benchmark", f"catalogs-{galaxies}")
    return write_catalogs(root, galaxies=galaxies)

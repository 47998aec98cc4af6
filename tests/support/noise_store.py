"""Stores of known content, written without any FITS file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from mangaxr.store.contract import STATUS
from mangaxr.store.finish import finish_store
from mangaxr.store.layout import slabs
from mangaxr.store.provenance import build_record, provenance
from mangaxr.store.writer import create_store, empty_slab, write_slab
from mangaxr.tensors.recipe import Recipe

GALAXIES = 150
FAILED = (10, 70)

MakeStore = Callable[..., Path]


def name_of(number: int) -> str:
    """Name a galaxy of the stores here."""
    return f"{8000 + number // 50}-{1901 + number % 50}"


def write_noise_store(path: Path, galaxies: int = GALAXIES, **recipe: Any) -> Path:
    """Write a store of noise with holes, in which two galaxies failed."""
    chosen = Recipe(npix=6, **recipe)
    random = np.random.default_rng(1)
    create_store(path, chosen, galaxies)
    for slab in slabs(galaxies):
        arrays = empty_slab(len(slab), chosen)
        for i, number in enumerate(slab):
            if number in FAILED:
                continue
            shape = arrays.tensor[i].shape
            valid = random.uniform(size=shape) > 0.3
            arrays.tensor[i] = np.where(valid, random.normal(size=shape), np.nan)
            arrays.tensor[i, :, 2, 3] = 0.0  # a value like any other
            arrays.ivar[i] = np.where(valid, random.uniform(1, 9, shape), np.nan)
            arrays.coverage[i] = np.where(valid, random.uniform(0.5, 1, shape), 0)
        write_slab(path, slab.start, arrays)
    rows = [_row(i, random, len(chosen.channels)) for i in range(galaxies)]
    build = build_record("noise_store", datetime.now(UTC))
    finish_store(path, chosen, rows, provenance(chosen, [build]))
    return path


def _row(number: int, random: np.random.Generator, channels: int) -> dict[str, object]:
    if number in FAILED:
        failed = {"status": STATUS["failed"], "failure": "no such file"}
        return {"galaxy": name_of(number), **failed}
    return {
        "galaxy": name_of(number),
        "status": STATUS["done"],
        "plate": 8000 + number // 50,
        "mangaid": f"1-{number}",
        "split": ("train", "train", "val", "test")[number % 4],
        "z": random.uniform(0.01, 0.1),
        "reff": None if number == 1 else 5.5,
        "pixel_scale": 0.5,
        "psf_fwhm": 2.5,
        "dapqual": -1 if number == 2 else 0,
        "source_file": f"manga-{name_of(number)}.fits.gz",
        "usable": number % 2 == 0,
        "scaling_offset": random.normal(0, 50, channels).tolist(),
        "scaling_scale": random.uniform(1, 200, channels).tolist(),
    }

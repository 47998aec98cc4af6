"""Readers with each fault that fuzzing is to find; child processes import them."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
from torture.fuzzing.ways import WAYS, Seen

from mangaxr.errors import CorruptFileError

__all__ = [
    "crash", "hang", "less", "nameless", "other", "quiet", "swell", "swell_unseen", "warn",
    "wordy", "wrong",
]  # fmt: skip

_LARGE = 1 << 31
_LOAD = WAYS["load_maps_file"].read


def crash(path: Path) -> Seen:
    """Take the interpreter down."""
    os.abort()


def hang(path: Path) -> Seen:
    """Work for ever."""
    while True:
        path.exists()


def swell(path: Path) -> Seen:
    """Take more memory than is declared, and give it back."""
    assert np.ones(60 << 20, dtype=np.uint8).any()
    return _LOAD(path)


def swell_unseen(path: Path) -> Seen:
    """Ask for far more, and make another error of the refusal."""
    try:
        return Seen({"A": np.empty(_LARGE, dtype=np.uint8)})
    except MemoryError as error:
        msg = f"{path}: damaged"
        raise CorruptFileError(msg) from error


def other(path: Path) -> Seen:
    """Raise an error that is not ours."""
    raise IndexError(path)


def nameless(path: Path) -> Seen:
    """Raise an error that does not say of which file."""
    msg = "damaged"
    raise CorruptFileError(msg)


def wordy(path: Path) -> Seen:
    """Raise an error of two lines."""
    msg = f"{path}:\ndamaged"
    raise CorruptFileError(msg)


def wrong(path: Path) -> Seen:
    """Change one value."""
    seen = _LOAD(path)
    seen.arrays["STELLAR_VEL"] = seen.arrays["STELLAR_VEL"] + np.float32(1)
    return seen


def less(path: Path) -> Seen:
    """Leave something out."""
    seen = _LOAD(path)
    del seen.arrays["STELLAR_VEL"]
    return seen


def quiet(path: Path) -> Seen:
    """Read something of whatever it is."""
    return Seen(facts={"plateifu": "8138-12704"})


def warn(path: Path) -> Seen:
    """Warn of what is no concern of the user's."""
    warnings.warn("of no concern", stacklevel=1)
    return _LOAD(path)

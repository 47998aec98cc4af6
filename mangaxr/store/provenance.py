"""Who made a store, with what, and whom to cite."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import Any

from mangaxr.quality.thresholds import load_thresholds
from mangaxr.store.citations import LICENCE, citation
from mangaxr.tensors.recipe import DEFAULT_SPLIT, SPLITS, Recipe

__all__ = [
    "build_record",
    "portable_command",
    "provenance",
    "software_versions",
    "split_of",
    "split_rule",
]

_PACKAGES = ("mangaxr", "numpy", "scipy", "zarr", "xarray", "astropy", "isal", "numcodecs")

_SPLIT_SALT = "mangaxr-v1"


def build_record(command: str, started: datetime) -> dict[str, Any]:
    """Describe a build that ends now: what was called, when, and with which software."""
    return {
        "command": command,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "software": software_versions(),
    }


def portable_command(words: Sequence[str]) -> str:
    """Return a command without the folders and hosts of the machine where it was given.

    Examples
    --------
    >>> portable_command(["mangaxr", "build", "/home/me/t.zarr", "--sas=~/sas", "8138-12704"])
    'mangaxr build t.zarr --sas=sas 8138-12704'
    """
    return shlex.join(_portable(word) for word in words)


def _portable(word: str) -> str:
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    if re.match(r"(tcp|tls|ucx|inproc)://", value):
        value = "HOST"
    elif value.startswith(("/", "~")):
        value = PurePosixPath(value).name or value
    return f"{option}{equals}{value}"


def provenance(recipe: Recipe, builds: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the root's attributes that say who made a store, with what, and whom to cite.

    Parameters
    ----------
    recipe
        Of the store.
    builds
        Records of all builds that its galaxies came from; the last made the store.
    """
    last = builds[-1]
    return {
        "title": "MaNGA galaxy tensors",
        **{name: last[name] for name in ("command", "started", "finished")},
        "software": json.dumps(last["software"]),
        "builds": json.dumps(builds),
        "split_rule": json.dumps(split_rule(recipe.split)),
        "thresholds": json.dumps(load_thresholds().to_dict()),
        "license": LICENCE,
        "citation": citation(),
    }


def software_versions() -> dict[str, str]:
    """Return the versions of Python and of every library that touches the numbers."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue  # run from a source tree that was never installed
    return versions


def split_of(mangaid: str, shares: Sequence[float] = DEFAULT_SPLIT) -> str:
    """Assign a target to a split, for ever.

    Depends on nothing but target and shares, so that repeat observations share a split and
    adding galaxies moves none.

    Parameters
    ----------
    mangaid
        The target.
    shares
        Of train, val and test.

    Examples
    --------
    >>> split_of("1-113540") == split_of("1-113540")
    True
    >>> split_of("1-113540", (0, 0, 1))
    'test'
    """
    digest = hashlib.sha256(f"{_SPLIT_SALT}:{mangaid}".encode()).hexdigest()
    share = int(digest[:15], 16) / 16**15
    train, val, _ = shares
    return "train" if share < train else "val" if share < train + val else "test"


def split_rule(shares: Sequence[float] = DEFAULT_SPLIT) -> dict[str, Any]:
    """Describe the rule of `split_of`, for the store's attributes."""
    return {"salt": _SPLIT_SALT, **dict(zip(SPLITS, shares, strict=True))}

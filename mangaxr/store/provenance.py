"""Who made a store, with what, and whom to cite."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = ["CITATION", "LICENCE", "software_versions", "split_of", "split_rule"]

_PACKAGES = ("mangaxr", "numpy", "scipy", "zarr", "xarray", "astropy", "isal", "numcodecs")

_SPLIT_SALT = "mangaxr-v1"
_TRAIN, _VAL = 0.70, 0.85

LICENCE = "SDSS data are in the public domain; please acknowledge SDSS as the citation says"

CITATION = (
    "MaNGA: Bundy et al. 2015 (ApJ 798, 7); DAP: Westfall et al. 2019 (AJ 158, 231), "
    "Belfiore et al. 2019 (AJ 158, 160); LSF: Law et al. 2021 (AJ 161, 52); "
    "DR17: Abdurro'uf et al. 2022 (ApJS 259, 35)"
)


def software_versions() -> dict[str, str]:
    """Return the versions of Python and of every library that touches the numbers."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue  # run from a source tree that was never installed
    return versions


def split_of(mangaid: str) -> str:
    """Assign a target to a split, for ever: train 70 %, val 15 %, test 15 %.

    Depends on nothing but the target, so that repeat observations share a split and
    adding galaxies moves none.

    Examples
    --------
    >>> split_of("1-113540") == split_of("1-113540")
    True
    """
    digest = hashlib.sha256(f"{_SPLIT_SALT}:{mangaid}".encode()).hexdigest()
    share = int(digest[:15], 16) / 16**15
    return "train" if share < _TRAIN else "val" if share < _VAL else "test"


def split_rule() -> dict[str, Any]:
    """Describe the rule of `split_of`, for the store's attributes."""
    return {
        "salt": _SPLIT_SALT,
        "train": _TRAIN,
        "val": round(_VAL - _TRAIN, 9),
        "test": round(1 - _VAL, 9),
    }

"""The same planes with the survey's own toolkit: ``PYTHON with_marvin.py OUT FILE...``.

Marvin asks for another numpy than mangaxr, and so for an environment of its own, in which nothing
of mangaxr is imported::

    python3.11 -m venv marvin
    marvin/bin/pip install sdss-marvin "marshmallow<4"
    MANGAXR_MARVIN=marvin/bin/python python -m benchmarks.survey

It reads flux and velocity of H-alpha, their masks and inverse variances, and makes nothing of them.
"""

from __future__ import annotations

import os
import sys
import warnings

import numpy as np

__all__ = ["main", "maps_of"]

CHANNELS = ("emline_gflux_ha_6564", "emline_gvel_ha_6564")


def maps_of(path: str) -> np.ma.MaskedArray:
    """Return flux and velocity of a galaxy, (2, y, x), masked where Marvin would not use them."""
    from marvin.tools.maps import Maps

    maps = Maps(filename=path)  # once: it opens the file
    found = [maps[channel] for channel in CHANNELS]
    for channel in found:
        np.asarray(channel.ivar)  # which is read when it is asked for
    return np.ma.stack([channel.masked for channel in found])


def main() -> None:
    """Read every file, and write what the last one held."""
    warnings.simplefilter("ignore")  # of what is not there, and is not needed
    os.environ["HOME"] = os.getcwd()  # where it leaves its settings
    out, *paths = sys.argv[1:]
    for path in paths:
        found = maps_of(path)
    np.save(out, found.filled(np.nan))


if __name__ == "__main__":
    main()

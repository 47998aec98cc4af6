"""The truth of a sample: numbers drawn from its own seed, whatever other samples there are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mangaxr.lensed_sets.config import PRIORS, SetConfig

__all__ = ["Truth", "draw", "noise_seed"]

_OF_TRUTH, _OF_NOISE = 1, 2
"""Last number of a seed: of what is drawn, and of the noise. Not 0, which numpy's seeds ignore."""
_MIDDLE = 0.5
_LEAST = 2.0**-54


class Truth(NamedTuple):
    """What is drawn for one sample.

    Parameters
    ----------
    debug
        Whether it is one of those in front, all of whose priors are at their medians.
    place
        Share of the galaxies that come before its own.
    subhalo
        Whether its lens has a subhalo.
    values
        Name of `PRIORS` -> value; what a subhalo would be is drawn where there is none, too, so
        that all else is drawn from the same for both.
    """

    debug: bool
    place: float
    subhalo: bool
    values: dict[str, float]


def draw(config: SetConfig, sample: int, attempt: int = 0) -> Truth:
    """Draw the truth of a sample.

    Parameters
    ----------
    config
        Of the set.
    sample
        Its number, from 0.
    attempt
        Number of draws that were thrown away, as nothing was seen.

    Examples
    --------
    >>> from mangaxr.lensed_sets.config import load_config
    >>> config = load_config()
    >>> draw(config, 100) == draw(config, 100) != draw(config, 101)
    True
    >>> draw(config, 0).debug, draw(config, 0).subhalo, draw(config, 1).subhalo
    (True, False, True)
    """
    debug = sample < config["debug"]
    if debug:
        # Pairs of one galaxy, without and with a subhalo.
        place = (sample // 2 + _MIDDLE) / -(-config["debug"] // 2)
        place = (place + attempt * (np.sqrt(5) - 1) / 2) % 1.0  # another galaxy, not another lens
        subhalo = sample % 2 == 1 and config["share"] > 0
        shares = np.full(len(PRIORS), _MIDDLE)
    else:
        random = np.random.default_rng([config["seed"], sample, attempt, _OF_TRUTH])
        place, one, *rest = np.maximum(random.random(2 + len(PRIORS)), _LEAST)
        subhalo = bool(one < config["share"])
        shares = np.array(rest)
    values = {
        row.name: min(max(config.priors[row.name].quantile(float(share)), row.low), row.high)
        for row, share in zip(PRIORS, shares, strict=True)
    }
    if config["profile"] == "sie":
        values["gamma"] = 2.0
    return Truth(debug, float(place), subhalo, values)


def noise_seed(config: SetConfig, sample: int, attempt: int) -> list[int]:
    """Return the seed of a sample's noise, for `numpy.random.default_rng`."""
    return [config["seed"], sample, attempt, _OF_NOISE]

"""Sets of lensed galaxies, with labels and truth, to train and test networks with.

    >>> from mangaxr.lensed_sets import load_config, make_set, open_set, validate_set
    >>> load_config()["supersample"]
    2

Parts import one way: ``config`` (what samples are drawn from), ``draw`` (the truth of one),
``sample`` (its image), ``run`` (all of them).
"""

from mangaxr.lensed_sets.config import SetConfig, load_config
from mangaxr.lensed_sets.reader import open_set
from mangaxr.lensed_sets.run import SetReport, make_set
from mangaxr.lensed_sets.sample import LensedSample, make_sample
from mangaxr.lensed_sets.validation import validate_set

__all__ = [
    "LensedSample",
    "SetConfig",
    "SetReport",
    "load_config",
    "make_sample",
    "make_set",
    "open_set",
    "validate_set",
]

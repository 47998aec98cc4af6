"""Judging galaxies again, by other thresholds than those they were measured with."""

from __future__ import annotations

import json
import os

import numpy as np
import xarray as xr

from mangaxr.errors import CriteriaError
from mangaxr.quality.metrics import FLAGS
from mangaxr.quality.thresholds import Thresholds, load_thresholds

__all__ = ["judge_quality"]


def judge_quality(
    dataset: xr.Dataset, thresholds: str | os.PathLike[str] | Thresholds | None = None
) -> xr.Dataset:
    """Raise the flags anew from the metrics, and judge by them.

    Parameters
    ----------
    dataset
        An open store, or the table of `mangaxr.compute_quality`: anything over ``galaxy``
        with the metrics that the thresholds name.
    thresholds
        A TOML file; the shipped table by default.

    Returns
    -------
    xarray.Dataset
        The same with other flags, ``usable`` and ``reason``; nothing else is read. The
        attribute ``thresholds`` says what they are.

    Raises
    ------
    CriteriaError
        If the thresholds cannot be read, or name a metric that the Dataset lacks.
    MissingFileError
        If there is no such file.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> bool((mangaxr.judge_quality(st).usable == st.usable).all())
    True
    """
    table = load_thresholds(thresholds)
    needed = [c.metric for conditions in table.conditions.values() for c in conditions]
    for name in needed:
        if name not in dataset:
            msg = f"thresholds {table.name}: the Dataset has no metric {name!r}"
            raise CriteriaError(msg)
    columns = {name: dataset[name].values for name in needed}
    verdicts = [
        table.judge({name: float(values[i]) for name, values in columns.items()})
        for i in range(dataset.sizes["galaxy"])
    ]
    failures = dataset["failure"].values if "failure" in dataset else [""] * len(verdicts)
    for verdict, failure in zip(verdicts, map(str, failures), strict=True):
        if failure:
            verdict |= dict.fromkeys((flag.name for flag in FLAGS), False)
            verdict |= {"usable": False, "reason": f"failed: {failure}"}
    names = (*(flag.name for flag in FLAGS), "usable", "reason")
    found = {
        name: ("galaxy", np.array([v[name] for v in verdicts]), dict(dataset[name].attrs))
        for name in names
    }
    as_coords = set(names) <= set(dataset.coords)
    judged = dataset.assign_coords(found) if as_coords else dataset.assign(found)
    return judged.assign_attrs(thresholds=json.dumps(table.to_dict()))

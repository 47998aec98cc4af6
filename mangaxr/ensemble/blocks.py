"""The graphs of an ensemble's statistics: the one place here that knows dask.

A task takes one chunk of the store, of some sixty galaxies, whole; a task per galaxy, or
per step of a formula, would cost more than the reading. Reductions are merged in a tree of
fixed shape, so that a result does not depend on who computed it, and when.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import dask.array as da
import numpy as np
import numpy.typing as npt
from dask.base import tokenize
from dask.highlevelgraph import HighLevelGraph

from mangaxr.ensemble.kernel import Kernel
from mangaxr.ensemble.sample import Sample, slabs_of

__all__ = ["in_strips", "map_slabs", "reduce_galaxies"]

_FAN = 4
"""Reductions that are merged at once."""

_STRIP_BYTES = 16 * 2**20

Graph = dict[Any, Any]


def in_strips(array: da.Array, positions: npt.NDArray[np.intp]) -> da.Array:
    """Cut an array so that a chunk has all the galaxies of some pixels, in single precision.

    Parameters
    ----------
    array
        Shape (galaxy, ...).
    positions
        The galaxies to keep.

    Returns
    -------
    dask.array.Array
        Chunks of at most 16 MiB, or one row of pixels. Making them holds one copy of the
        channel in memory.
    """
    chosen = array[positions].astype(np.float32)
    pixels = math.prod(chosen.shape[2:]) * max(len(positions), 1) * 4
    rows = int(max(_STRIP_BYTES // max(pixels, 1), 1))
    sizes = (-1, rows, *[-1] * (chosen.ndim - 2))
    strips: da.Array = chosen.rechunk(sizes)
    return strips


def reduce_galaxies(
    kernel: Kernel, values: da.Array, weights: da.Array | None, sample: Sample
) -> dict[str, da.Array]:
    """Compute a statistic over galaxies, lazily.

    Parameters
    ----------
    kernel
        The statistic.
    values, weights
        Shape (galaxy, ...), in the same chunks.
    sample
        The galaxies that count. Chunks that have none are not read.

    Returns
    -------
    dict of dask.array.Array
        Results by name: the dimensions that the kernel says, then the pixels'.
    """
    arrays = [values] if weights is None else [values, weights]
    token = tokenize(kernel, [array.name for array in arrays], sample)
    slabs = list(slabs_of(sample, values.chunks[0]))
    name = f"ensemble-{token}"
    graph: Graph = {}
    pixels = values.chunks[1:]
    for at in itertools.product(*(range(len(sizes)) for sizes in pixels)):
        shape = tuple(sizes[i] for sizes, i in zip(pixels, at, strict=True))
        keys = []
        for chunk, slab in slabs:
            blocks = [(array.name, chunk, *at) for array in arrays]
            key = (f"reduce-{token}", chunk, *at)
            graph[key] = (_reduce, kernel, slab, *blocks)
            keys.append(key)
        top = _tree(graph, kernel, keys, at, token)
        graph[(name, *at)] = (kernel.finish, top, shape)
    layers, needs = {name: graph}, {name: {array.name for array in arrays}}
    for array in arrays:
        layers |= array.dask.layers
        needs |= array.dask.dependencies
    return {
        variable: _result(variable, sizes, dtype, pixels, (name, layers, needs))
        for variable, (sizes, dtype) in kernel.outputs.items()
    }


def _reduce(
    kernel: Kernel, slab: Sample, values: npt.NDArray[Any], weights: npt.NDArray[Any] | None = None
) -> Any:
    return kernel.reduce(values, weights, slab)


def _tree(graph: Graph, kernel: Kernel, keys: list[Any], at: tuple[int, ...], token: str) -> Any:
    """Add the tasks that merge reductions; return the key of the last, None if there are none."""
    for level in itertools.count():
        if len(keys) <= 1:
            return keys[0] if keys else None
        above = []
        for i in range(0, len(keys), _FAN):
            key = (f"merge-{token}", level, i, *at)
            graph[key] = (kernel.merge, keys[i : i + _FAN])
            above.append(key)
        keys = above
    return None


def _result(
    variable: str,
    sizes: tuple[int, ...],
    dtype: str,
    pixels: tuple[tuple[int, ...], ...],
    source: tuple[str, Graph, Graph],
) -> da.Array:
    """Return one of the results as an array."""
    base, layers, needs = source
    name = f"{variable}-{base}"
    front = (0,) * len(sizes)
    picks: Graph = {
        (name, *front, *at): (operator.getitem, (base, *at), variable)
        for at in itertools.product(*(range(len(chunks)) for chunks in pixels))
    }
    graph = HighLevelGraph({**layers, name: picks}, {**needs, name: {base}})
    chunks = (*((size,) for size in sizes), *pixels)
    return _array(graph, name, chunks, dtype)


def map_slabs(
    function: Callable[..., npt.NDArray[Any]],
    arrays: Sequence[Any],
    slabs: Sequence[tuple[int, Any]],
    sizes: Sequence[int],
    *,
    shape: tuple[int, ...],
    dtype: str,
) -> da.Array:
    """Apply a function to the galaxies of each slab, lazily.

    Parameters
    ----------
    function
        Called with the second of a slab and a chunk of each array.
    arrays
        Shape (galaxy, ..., y, x), in the same chunks, whole in y and x.
    slabs
        Number of a chunk along galaxies, and whatever the function is to know of it.
    sizes
        Galaxies of each result.
    shape
        Sizes of the dimensions that take the place of y and x.
    dtype
        Type of the results.

    Returns
    -------
    dask.array.Array
        Shape (galaxy, ..., *shape).
    """
    between = arrays[0].chunks[1:-2]
    if not slabs:
        nothing: da.Array = da.empty((0, *arrays[0].shape[1:-2], *shape), dtype=dtype)
        return nothing
    name = f"slabs-{tokenize(function, [a.name for a in arrays], list(slabs), shape)}"
    last = (0,) * len(shape)
    graph: Graph = {}
    for number, (chunk, known) in enumerate(slabs):
        for at in itertools.product(*(range(len(chunks)) for chunks in between)):
            blocks = [(array.name, chunk, *at, 0, 0) for array in arrays]
            graph[(name, number, *at, *last)] = (function, known, *blocks)
    layers = HighLevelGraph.from_collections(name, graph, dependencies=list(arrays))
    chunks = (tuple(sizes), *between, *((size,) for size in shape))
    return _array(layers, name, chunks, dtype)


def _array(graph: HighLevelGraph, name: str, chunks: Any, dtype: str) -> da.Array:
    """Return the array that a graph computes."""
    return da.Array(graph, name, chunks=chunks, dtype=dtype)  # type: ignore[no-untyped-call]

"""Who the galaxies of a ranking are: names, quality, other observations, where the file is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.catalog.ranking.quantities import QUANTITIES, compute_quantities
from mangaxr.catalog.ranking.select import Selection
from mangaxr.datamodel.maskbits import DAPQUAL, DRP3QUAL, MaskBit, decode
from mangaxr.datamodel.releases import find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import check_daptype, maps_url

__all__ = ["COLUMNS", "describe_galaxies"]

_NAMES = ("mangaid", "z", "nsa_elpetro_ba")
_QUALITY: tuple[tuple[str, tuple[MaskBit, ...]], ...] = (
    ("drp3qual", DRP3QUAL),
    ("dapqual", DAPQUAL),
)

COLUMNS = (*_NAMES, *(column for column, _ in _QUALITY))
"""Catalog columns that a description holds, where the catalog has them."""

Text = tuple[str, NDArray[np.str_]]


def describe_galaxies(
    catalog: xr.Dataset, selection: Selection, rows: NDArray[np.intp], *, q0: float
) -> xr.Dataset:
    """Describe some galaxies of a catalog.

    Parameters
    ----------
    catalog
        As `mangaxr.open_catalog` gives it; its attributes ``release`` and ``daptype`` say
        where the files are.
    selection
        What was made of the catalog.
    rows
        Which galaxies, in the order wanted.
    q0
        Axis ratio of a disk seen edge-on.

    Returns
    -------
    xarray.Dataset
        Over ``galaxy``: `COLUMNS` and all quantities that the catalog allows, quality
        words by flag name, ``repeats``, ``cut``, ``maps_url``.
    """
    names = catalog["galaxy"].values.astype(str)
    columns: dict[str, Any] = {
        name: ("galaxy", catalog[name].values[rows], catalog[name].attrs)
        for name in COLUMNS
        if name in catalog
    }
    for name, bits in _QUALITY:
        if name in columns:
            columns[f"{name}_flags"] = _text(_decoded(columns[name][1], bits))
    if "mangaid" in columns:
        columns["repeats"] = _text(_repeats(catalog["mangaid"].values.astype(str), names, rows))
    cuts = (selection.reasons.get(str(name), ()) for name in names[rows])
    columns["cut"] = _text(": ".join(found) for found in cuts)
    if "release" in catalog.attrs:
        columns["maps_url"] = _text(_urls(catalog.attrs, names[rows]))
    computable = [name for name, row in QUANTITIES.items() if set(row.needs) <= set(catalog)]
    quantities = compute_quantities(catalog.isel(galaxy=rows), computable, q0=q0)
    return xr.Dataset(columns, coords={"galaxy": names[rows]}).assign(quantities.data_vars)


def _text(words: Iterable[str]) -> Text:
    return ("galaxy", np.array(list(words), dtype=str))


def _decoded(words: NDArray[np.int64], bits: tuple[MaskBit, ...]) -> list[str]:
    """Name the flags of each word; few words differ, among thousands."""
    names = {word: " ".join(decode(word, bits)) for word in set(words.tolist()) if word >= 0}
    return [names.get(word, "missing") for word in words.tolist()]


def _repeats(
    targets: NDArray[np.str_], names: NDArray[np.str_], rows: NDArray[np.intp]
) -> list[str]:
    """List the other observations of each galaxy."""
    seen: dict[str, list[int]] = {}
    for i, target in enumerate(targets):
        if target.strip():
            seen.setdefault(target, []).append(i)
    others = ([j for j in seen.get(targets[i], ()) if j != i] for i in rows)
    return [" ".join(sorted(str(names[j]) for j in found)) for found in others]


def _urls(attrs: dict[Any, Any], names: NDArray[np.str_]) -> list[str]:
    release = find_release(str(attrs["release"]))
    daptype = check_daptype(attrs.get("daptype"), release)
    return [maps_url(release, PlateIFU.parse(str(name)), daptype) for name in names]

"""``mangaxr catalog``: what the survey's catalogues hold, and which galaxies meet a condition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_facts, print_json, print_table

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["command"]

_ALL = "all"

_USUAL = (
    *("mangaid", "z", "dapdone", "drp3qual", "dapqual"),
    *("nsa_elpetro_mass", "nsa_elpetro_ba", "nsa_elpetro_th50_r", "snr_med[g]"),
    *("emline_gflux_1re[Ha-6564]", "ha_gsigma_1re", "stellar_sigma_1re", "bin_rmax"),
)
"""Columns shown when none are asked for."""


@click.command("catalog")
@options.sas
@options.release
@options.daptype
@click.option(
    "--where",
    metavar="CONDITION",
    help="Keep the galaxies that meet it, such as 'z < 0.05 and snr_med[\"g\"] > 10'.",
)
@click.option(
    "--columns",
    metavar="NAMES",
    help="Columns, with commas; NAME[LABEL] is one entry of a vector; 'all' is all.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Rows to print; files and JSON hold all.",
)
@options.table_out
@options.as_json
def command(
    sas: Path | None,
    release: str,
    daptype: str | None,
    where: str | None,
    columns: str | None,
    limit: int,
    out: Path | None,
    as_json: bool,
) -> int:
    """Tell what DAPall and DRPall hold; list galaxies, or write them to a table.

    Without --where, --columns and --out, the columns are listed with unit and meaning.
    """
    from mangaxr.catalog.reading.open import open_catalog

    catalog = open_catalog(sas=sas, release=release, daptype=daptype)
    if where is None and columns is None and out is None:
        _summarise(catalog, as_json=as_json)
        return 0
    chosen = _choose(catalog, where, options.split_names(columns))
    facts = {
        "galaxies": catalog.sizes["galaxy"],
        "kept": chosen.sizes["galaxy"],
        "where": where or "",
    }
    if out is not None:
        from mangaxr.catalog.tables.export import write_table

        facts["out"] = str(write_table(chosen, out))
    if as_json:
        print_json({**facts, "columns": _described(chosen), "rows": _records(chosen)})
    elif out is not None:
        width = len(chosen.data_vars)
        click.echo(f"{out}: {facts['kept']} of {facts['galaxies']} galaxies, {width} columns")
    else:
        _show(chosen, facts, limit)
    return 0


def _choose(catalog: xr.Dataset, where: str | None, names: Sequence[str]) -> xr.Dataset:
    """Keep the galaxies and the columns that are asked for."""
    import numpy as np

    from mangaxr.catalog.conditions.expression import evaluate
    from mangaxr.catalog.tables.pick import pick_columns

    kept = slice(None) if where is None else np.flatnonzero(evaluate(where, catalog))
    if tuple(name.lower() for name in names) == (_ALL,):
        return catalog.isel(galaxy=kept)
    usual = [name for name in _USUAL if name.split("[")[0] in catalog]
    return pick_columns(catalog, names or usual).isel(galaxy=kept)


def _summarise(catalog: xr.Dataset, *, as_json: bool) -> None:
    facts: dict[str, Any] = {
        **{name: value for name, value in catalog.attrs.items() if name != "title"},
        "galaxies": catalog.sizes["galaxy"],
    }
    if "dapdone" in catalog:
        facts["dap_completed"] = int(catalog["dapdone"].sum())
    described = _described(catalog)
    if as_json:
        print_json({**facts, "columns": described})
        return
    print_facts(facts)
    click.echo()
    titles = ("column", "entries", "units", "what")
    rows = [(c["name"], ", ".join(c["dims"]), c["units"], c["long_name"]) for c in described]
    print_table(titles, rows, title=f"{len(rows)} columns")


def _described(catalog: xr.Dataset) -> list[dict[str, Any]]:
    return [
        {
            "name": str(name),
            "dims": [str(dim) for dim in column.dims[1:]],
            "dtype": "text" if column.dtype.kind == "U" else str(column.dtype),
            "units": column.attrs.get("units", ""),
            "long_name": column.attrs.get("long_name", ""),
        }
        for name, column in catalog.data_vars.items()
    ]


def _records(catalog: xr.Dataset) -> list[dict[str, Any]]:
    """Return the rows; the entries of a vector go by their names."""
    columns: dict[str, list[Any]] = {"plateifu": catalog["galaxy"].values.tolist()}
    for name, column in catalog.data_vars.items():
        cells = column.values.tolist()
        if column.ndim == 2 and column.dims[1] in column.coords:
            labels = [str(label) for label in column[column.dims[1]].values]
            cells = [dict(zip(labels, entries, strict=True)) for entries in cells]
        columns[str(name)] = cells
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _show(chosen: xr.Dataset, facts: dict[str, Any], limit: int) -> None:
    rows = _records(chosen.isel(galaxy=slice(limit)))
    if rows:
        print_table(list(rows[0]), [[_cell(value) for value in row.values()] for row in rows])
    kept, total = facts["kept"], facts["galaxies"]
    more = f", {len(rows)} shown (--limit, --out or --json give more)" if len(rows) < kept else ""
    click.echo(f"{kept} of {total} galaxies{more}")


def _cell(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value

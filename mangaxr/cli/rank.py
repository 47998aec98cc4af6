"""``mangaxr rank``: which galaxies, and why these."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_json, print_table

if TYPE_CHECKING:
    import xarray as xr

    from mangaxr.catalog.ranking.select import CutCount

__all__ = ["command"]

_SHOWN_ROWS = 20
_SHOWN: dict[str, tuple[str, str]] = {
    "rank": ("rank", "d"),
    "score": ("score", ".3f"),
    "galaxy": ("plateifu", "s"),
    "z": ("z", ".4f"),
    "nsa_elpetro_ba": ("b/a", ".2f"),
    "inclination": ("i/deg", ".0f"),
    "r_e": ("R_e/arcsec", ".1f"),
    "ha_flux": ("Ha flux", ".0f"),
    "rotation_support": ("V/sigma", ".1f"),
    "gas_dispersion": ("gas sigma", ".0f"),
    "stellar_dispersion": ("star sigma", ".0f"),
    "snr": ("S/N", ".1f"),
    "radial_coverage": ("R_max/R_e", ".1f"),
    "cut": ("included in spite of", "s"),
}
"""Column -> its heading on the screen and how its values are written."""


@click.command("rank")
@options.sas
@options.release
@options.daptype
@click.option(
    "--criteria",
    default="default",
    show_default=True,
    metavar="NAME|FILE",
    help="Shipped criteria (default, flux_sigma_inclination) or a TOML file of your own.",
)
@click.option(
    "--top", type=click.IntRange(min=1), help="How many galaxies to keep.  [default: all]"
)
@click.option(
    "--include",
    multiple=True,
    metavar="PLATEIFU",
    help="A galaxy, or @SAMPLE, that stays whatever the cuts and --top say. Repeatable.",
)
@options.table_out
@click.option(
    "--removed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write those removed, each with the cut and the reason, to a table.",
)
@click.option(
    "--show-criteria", is_flag=True, help="Print the criteria's file, to start your own from."
)
@options.as_json
def command(
    sas: Path | None,
    release: str,
    daptype: str | None,
    criteria: str,
    top: int | None,
    include: tuple[str, ...],
    out: Path | None,
    removed: Path | None,
    show_criteria: bool,
    as_json: bool,
) -> int:
    """Rank the survey's galaxies by how well their rotation can be seen.

    Cuts remove galaxies, each with a reason that is counted; the others are scored, 0 to
    1, by the mean of graded terms. What the cuts and terms are is said in the criteria.
    """
    from mangaxr.catalog.ranking.criteria import criteria_text, load_criteria
    from mangaxr.catalog.ranking.rank import columns_to_rank, rank
    from mangaxr.catalog.ranking.select import select
    from mangaxr.catalog.reading.open import open_catalog
    from mangaxr.catalog.tables.export import write_table
    from mangaxr.samples.named import expand_samples

    if show_criteria:
        click.echo(criteria_text(criteria), nl=False)
        return 0
    wanted = load_criteria(criteria)
    catalog = open_catalog(
        sas=sas, release=release, daptype=daptype, columns=columns_to_rank(wanted)
    )
    selection = select(catalog, wanted)
    forced = [str(item) for item in expand_samples(include)]
    ranked = rank(catalog, wanted, top=top, include=forced, selection=selection)
    if out:
        write_table(ranked, out)
    if removed:
        write_table(selection.removed(), removed)
    if as_json:
        print_json(_document(ranked))
    else:
        _print_cuts(catalog.sizes["galaxy"], selection.cuts)
        _print_ranking(ranked, criteria)
        written = [str(path) for path in (out, removed) if path]
        if written:
            click.echo(f"\nwritten  {', '.join(written)}")
    return 0 if ranked.sizes["galaxy"] else 1


def _print_cuts(galaxies: int, cuts: Sequence[CutCount]) -> None:
    rows: list[tuple[object, ...]] = [("", "all galaxies of the catalog", "", galaxies)]
    rows += [
        (count.cut, count.keeps, "-" if count.skipped else count.removed, count.left)
        for count in cuts
    ]
    print_table(["cut", "keeps", "removed", "left"], rows)


def _print_ranking(ranked: xr.Dataset, criteria: str) -> None:
    number = ranked.sizes["galaxy"]
    if not number:
        click.echo("\nno galaxy is left: loosen the cuts (see --show-criteria)")
        return
    shown = {name: how for name, how in _SHOWN.items() if name in ranked.variables}
    if not (ranked["cut"].values != "").any():
        shown.pop("cut")
    head = ranked.isel(galaxy=slice(_SHOWN_ROWS))
    columns = [
        [format(value, how) for value in head[name].values.tolist()]
        for name, (_, how) in shown.items()
    ]
    click.echo(f"\n{number} galaxies by the criteria {criteria}:")
    print_table([heading for heading, _ in shown.values()], list(zip(*columns, strict=True)))
    if number > _SHOWN_ROWS:
        click.echo(f"... and {number - _SHOWN_ROWS} more: --out FILE keeps them all")


def _document(ranked: xr.Dataset) -> dict[str, Any]:
    import json

    columns = {str(name): ranked[name].values.tolist() for name in ("galaxy", *ranked.data_vars)}
    columns["plateifu"] = columns.pop("galaxy")
    rows = zip(*columns.values(), strict=True)
    return {
        "release": ranked.attrs.get("release"),
        "daptype": ranked.attrs.get("daptype"),
        "criteria": json.loads(ranked.attrs["criteria"]),
        "cuts": json.loads(ranked.attrs["cuts"]),
        "galaxies": [dict(zip(columns, row, strict=True)) for row in rows],
    }

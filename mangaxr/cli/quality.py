"""``mangaxr quality``: how good the maps of galaxies are, and which are usable."""

from __future__ import annotations

import math
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mangaxr.cli import options
from mangaxr.cli.download_progress import show_download
from mangaxr.cli.output import print_facts, print_failures, print_json, print_table
from mangaxr.cli.progress import show_progress

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["command"]

_SHOWN = 20
"""Galaxies that are listed on the terminal."""

_LISTED = (
    ("ha_snr_1re", "S/N", "{:.1f}"),
    ("valid_fraction_1p5re", "valid 1.5 R_e", "{:.2f}"),
    ("kinematic_pa", "PA/deg", "{:.1f}"),
    ("velocity_gradient_re", "km/s/R_e", "{:.1f}"),
    ("rotation_amplitude", "V sin i", "{:.0f}"),
    ("disk_variance_explained", "disk", "{:.2f}"),
)
"""Metrics that are listed: variable, heading, format."""


@click.command("quality")
@click.argument("items", nargs=-1, metavar="ITEM...")
@options.from_list
@options.top
@options.sas
@options.release
@options.daptype
@options.mask
@click.option(
    "--min-snr",
    type=click.FloatRange(min=0),
    default=3.0,
    show_default=True,
    help="Least line flux times sqrt(ivar) for velocities.",
)
@click.option(
    "--thresholds",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file that says when a flag is raised.  [default: the shipped one]",
)
@click.option("--show-thresholds", is_flag=True, help="Print the shipped thresholds, and end.")
@options.workers
@options.scheduler
@click.option("--download", is_flag=True, help="Fetch the files that the SAS tree lacks first.")
@options.jobs
@options.base_urls
@options.verify
@options.sha256
@options.table_out
@click.option(
    "--usable",
    "usable_out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the usable galaxies to this text file, one a line.",
)
@options.as_json
def command(
    items: tuple[str, ...],
    list_file: Path | None,
    top: int | None,
    show_thresholds: bool,
    scheduler: str | None,
    download: bool,
    out: Path | None,
    usable_out: Path | None,
    as_json: bool,
    **settings: object,
) -> int:
    """Measure how good the maps of galaxies are, and judge which are usable.

    An ITEM is a MAPS file, a directory of them, @SAMPLE, or a plateifu such as 8138-12704
    that is looked for in the SAS tree. A galaxy that cannot be read is a row with the reason.
    With --out, an interrupted command goes on when it is repeated.
    """
    from mangaxr.build.quality import compute_quality
    from mangaxr.build.scheduling.connect import connect
    from mangaxr.catalog.tables.export import check_table_path, write_table
    from mangaxr.quality.thresholds import thresholds_text

    if show_thresholds:
        click.echo(thresholds_text(), nl=False)
        return 0
    if out is not None:
        check_table_path(out)  # before the work, not after it
    wanted = [*items, *options.read_items(list_file, top)]
    downloading = show_download() if download else nullcontext()
    with (
        connect(scheduler) as client,
        downloading as on_download,
        show_progress("measuring") as progress,
    ):
        table = compute_quality(
            wanted,
            client=client,
            download=download,
            progress=progress,
            on_download=on_download,
            log=out and out.with_name(f"{out.name}.partial"),
            **settings,  # type: ignore[arg-type]  # click has checked each option
        )
    usable = table["galaxy"].values[table["usable"].values]
    if out is not None:
        write_table(table, out)
    if usable_out is not None:
        usable_out.write_text("".join(f"{name}\n" for name in usable), encoding="utf-8")
    if as_json:
        print_json(_rows(table))
    else:
        _show(table, [path for path in (out, usable_out) if path is not None])
    return 0 if (table["failure"].values == "").any() else 1


def _rows(table: xr.Dataset) -> list[dict[str, object]]:
    """Return a mapping per galaxy."""
    columns = {str(name): table[name].values.tolist() for name in ("galaxy", *table.data_vars)}
    columns["plateifu"] = columns.pop("galaxy")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _show(table: xr.Dataset, written: list[Path]) -> None:
    """Say what was found: in all, flag by flag, and of each galaxy if there are few."""
    from mangaxr.quality.metrics import FLAGS

    failed = int((table["failure"].values != "").sum())
    print_facts(
        {
            "galaxies": table.sizes["galaxy"],
            "usable": int(table["usable"].sum()),
            "failed": failed or "",
            "written": ", ".join(map(str, written)),
        }
    )
    flags = [(flag.name, int(table[flag.name].sum()), flag.long_name) for flag in FLAGS]
    click.echo()
    print_table(("flag", "galaxies", "what it says"), flags)
    reasons = dict(zip(table["galaxy"].values, table["failure"].values, strict=True))
    print_failures({name: reason for name, reason in reasons.items() if reason}, "in the table")
    if table.sizes["galaxy"] > _SHOWN:
        return
    click.echo()
    rows = []
    for i, name in enumerate(table["galaxy"].values):
        values = [(float(table[metric][i]), form) for metric, _, form in _LISTED]
        cells = ["" if math.isnan(value) else form.format(value) for value, form in values]
        rows.append((name, *cells, str(table["reason"].values[i]) or "usable"))
    print_table(("galaxy", *(heading for _, heading, _ in _LISTED), "verdict"), rows)

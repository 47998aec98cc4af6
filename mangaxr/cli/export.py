"""``mangaxr export``: a store in the forms that other tools read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_facts, print_failures, print_json
from mangaxr.cli.progress import show_progress

if TYPE_CHECKING:
    from mangaxr.export.report import ExportReport, OnExport

__all__ = ["command"]


@click.command("export")
@options.store
@click.option(
    "--npy",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write PLATEIFU.npy, float32 (channel, y, x), and PLATEIFU.json for each galaxy.",
)
@click.option(
    "--netcdf",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write one netCDF-4 file with CF attributes.",
)
@click.option("--galaxies", metavar="NAMES", help="Only these, comma-separated.  [default: all]")
@options.from_list
@options.top
@click.option("--usable", is_flag=True, help="Only those that the store judges usable.")
@click.option("--split", metavar="NAME", help="Only those of a split: train, val or test.")
@click.option("--channels", metavar="NAMES", help="Only these, in this order.  [default: all]")
@click.option(
    "--physical",
    is_flag=True,
    help="Physical values instead of scaled ones; in netCDF a variable for each channel.",
)
@click.option(
    "--fill",
    type=float,
    help="What stands in .npy files where there is no value; a number brings the array valid "
    "along.  [default: nan]",
)
@click.option(
    "--with",
    "extras",
    metavar="NAMES",
    help="More .npy files, in folders of their own: coverage, ivar, valid.",
)
@click.option("--fresh", is_flag=True, help="Replace an export that is there.")
@options.as_json
def command(
    store: Path,
    npy: Path | None,
    netcdf: Path | None,
    galaxies: str | None,
    list_file: Path | None,
    top: int | None,
    channels: str | None,
    fill: float | None,
    extras: str | None,
    as_json: bool,
    **choice: Any,
) -> int:
    """Export the tensor store STORE for tools that want .npy files or netCDF.

    Galaxies that failed are left out and named. Repeated, an interrupted command goes on,
    and a finished one changes nothing.
    """
    from mangaxr.export.netcdf import export_netcdf
    from mangaxr.export.npy import export_npy

    if npy is None and netcdf is None:
        msg = "say what to write: --npy DIR, --netcdf FILE, or both"
        raise click.UsageError(msg)
    if npy is None and (fill is not None or extras is not None):
        msg = "--fill and --with are of --npy; a netCDF file has NaN, ivar and coverage"
        raise click.UsageError(msg)
    named = [*options.split_names(galaxies), *options.read_items(list_file, top)]
    chosen = galaxies is not None or list_file is not None
    choice |= {
        "galaxies": named if chosen else None,
        "channels": None if channels is None else options.split_names(channels),
    }
    reports: dict[str, ExportReport] = {}
    if npy is not None:
        with _progress() as progress:
            reports["npy"] = export_npy(
                store,
                npy,
                fill=math.nan if fill is None else fill,
                extras=options.split_names(extras),  # type: ignore[arg-type]  # checked there
                progress=progress,
                **choice,
            )
    if netcdf is not None:
        with _progress() as progress:
            reports["netcdf"] = export_netcdf(store, netcdf, progress=progress, **choice)
    if as_json:
        print_json({name: report.to_dict() for name, report in reports.items()})
    else:
        _show(reports, store)
    return 0


@contextmanager
def _progress() -> Iterator[OnExport]:
    from mangaxr.build.report import Progress

    with show_progress("exporting") as tell:
        yield lambda done, total: tell(Progress(done, 0, 0, total))


def _show(reports: dict[str, ExportReport], store: Path) -> None:
    """Say what was written, and what was not."""
    for name, report in reports.items():
        state = "is there already" if report.existed else f"written in {report.seconds:.1f} s"
        print_facts(
            {
                name: f"{report.path} ({state})",
                "galaxies": report.galaxies,
                "failed": len(report.failures) or "",
                "left out": report.left_out or "",
                "taken up from before": "" if report.existed else report.resumed or "",
            }
        )
    failures = next(iter(reports.values())).failures
    print_failures(failures, f"see `mangaxr info {store}`")

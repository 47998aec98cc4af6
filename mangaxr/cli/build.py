"""``mangaxr build``: MAPS files -> one tensor store."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from mangaxr.build.report import BuildReport
from mangaxr.cli import options
from mangaxr.cli.download_progress import show_download
from mangaxr.cli.output import print_facts, print_failures, print_json
from mangaxr.cli.progress import show_progress
from mangaxr.tensors.channels import DEFAULT_CHANNELS
from mangaxr.tensors.recipe import DEFAULT_SPLIT, GRIDS
from mangaxr.tensors.scaling_names import SCALINGS

__all__ = ["command"]


@click.command("build")
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("items", nargs=-1, metavar="ITEM...")
@options.from_list
@options.top
@options.sas
@options.release
@options.daptype
@click.option(
    "--recipe",
    metavar="FILE",
    help="Take the recipe of a recipe.json or a store, and without ITEMs its galaxies as well.",
)
@click.option(
    "--channels",
    default=",".join(DEFAULT_CHANNELS),
    show_default=True,
    help="Channels, comma-separated: names, or flux:LINE, vel:LINE, sigma:LINE, ew:LINE, "
    "index:NAME.",
)
@click.option(
    "--grid",
    type=click.Choice(GRIDS),
    default="field",
    show_default=True,
    help="field: the whole bundle; arcsec: constant scale; re: constant R_e.",
)
@click.option(
    "--pixel-scale",
    type=float,
    help="Pixel side: arcsec, or R_e for the grid re.  [default: 0.5, 0.078125]",
)
@click.option(
    "--npix",
    type=click.IntRange(1, 1024),
    default=64,
    show_default=True,
    help="Pixels along each side.",
)
@click.option(
    "--scaling",
    type=click.Choice(SCALINGS),
    default="robust",
    show_default=True,
    help="Invertible scaling of the tensors.",
)
@options.mask
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Share of a pixel that must be measured for it to have a value.",
)
@click.option(
    "--min-snr",
    type=click.FloatRange(min=0),
    default=3.0,
    show_default=True,
    help="Least line flux times sqrt(ivar) for velocities and dispersions.",
)
@click.option(
    "--split",
    default=",".join(map(str, DEFAULT_SPLIT)),
    show_default=True,
    callback=options.split_numbers,
    help="Shares of targets for train,val,test.",
)
@options.workers
@options.scheduler
@click.option(
    "--on-error",
    type=click.Choice(["record", "raise"]),
    default="record",
    show_default=True,
    help="A bad galaxy becomes a failed row, or ends the build.",
)
@click.option("--download", is_flag=True, help="Fetch the files that the SAS tree lacks first.")
@click.option(
    "--stream",
    is_flag=True,
    help="Read the files that the SAS tree lacks from the servers, no further than it takes, "
    "and keep none.",
)
@options.jobs
@options.base_urls
@click.option(
    "--retry-failed", is_flag=True, help="Build galaxies of OUT again that failed: ITEMs, or all."
)
@click.option("--fresh", is_flag=True, help="Start anew and replace what is there.")
@options.verify
@options.sha256
@options.as_json
def command(
    out: Path,
    items: tuple[str, ...],
    list_file: Path | None,
    top: int | None,
    as_json: bool,
    channels: str,
    download: bool,
    scheduler: str | None,
    **settings: object,
) -> int:
    """Build the tensor store OUT from MAPS files, or add galaxies to it.

    An ITEM is a MAPS file, a directory of them, @SAMPLE, or a plateifu such as 8138-12704
    that is looked for in the SAS tree. An interrupted build goes on when the command is repeated.
    """
    from mangaxr.build.run import build_store
    from mangaxr.build.scheduling.connect import connect
    from mangaxr.store.provenance import portable_command

    wanted = [*items, *options.read_items(list_file, top)]
    downloading = show_download() if download else nullcontext()
    with (
        connect(scheduler) as client,
        downloading as on_download,
        show_progress("building") as progress,
    ):
        report = build_store(
            out,
            wanted,
            channels=options.split_names(channels),
            client=client,
            download=download,
            progress=progress,
            on_download=on_download,
            command=portable_command(["mangaxr", *sys.argv[1:]]),
            **settings,  # type: ignore[arg-type]  # click has checked each option
        )
    if as_json:
        print_json(report.to_dict())
    else:
        state = "is there already" if report.existed else f"built in {report.seconds:.1f} s"
        kept = "" if report.existed else report.kept or ""
        print_facts(
            {
                "store": f"{report.path} ({state})",
                "galaxies": report.galaxies,
                "done": report.done,
                "failed": len(report.failures) or "",
                "kept as they were": kept,
                "taken up from before": report.resumed or "",
                "streamed": _streamed(report),
                "content": _compared(report),
            }
        )
        print_failures(report.failures, f"see `mangaxr info {report.path}`")
    return 0 if report.done else 1


def _streamed(report: BuildReport) -> str:
    """Say how much came from the servers; nothing if it was not asked for."""
    if not report.of_bytes:
        return ""
    share = report.streamed / report.of_bytes
    return f"{report.streamed / 1e6:.1f} MB, {share:.0%} of the files' {report.of_bytes / 1e6:.1f}"


def _compared(report: BuildReport) -> str:
    """Say whether a store that was built again is the same; nothing if it is a new one."""
    if not report.expected:
        return ""
    if report.content_sha256 == report.expected:
        return "the same as that of the recipe's store"
    return (
        f"{report.content_sha256[:12]}, and {report.expected[:12]} of the recipe's store: other "
        f"files, other versions of the libraries, or another kind of processor"
    )

"""``mangaxr lens-set``: a set of lensed samples, with labels and truth."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_facts, print_json
from mangaxr.cli.progress import show_progress

__all__ = ["command"]


def _print_config(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    from mangaxr.lensed_sets.config import default_text

    click.echo(default_text(), nl=False)
    context.exit(0)


@click.command("lens-set")
@options.store
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What samples are drawn from, TOML.  [default: what --print-config prints]",
)
@click.option("--n", "samples", type=click.IntRange(min=1), required=True, help="How many samples.")
@options.workers
@options.scheduler
@click.option("--fresh", is_flag=True, help="Start anew and replace what is there.")
@click.option(
    "--print-config",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_config,
    help="Print the default configuration, to start from.",
)
@options.as_json
def command(
    store: Path,
    out: Path,
    config: Path | None,
    samples: int,
    workers: int,
    scheduler: str | None,
    fresh: bool,
    as_json: bool,
) -> int:
    """Make the set OUT of lensed samples from the galaxies of the tensor store STORE.

    Each sample is a galaxy behind a lens of its own, with or without a dark subhalo, as an
    instrument sees it; truth and labels are stored with it. An interrupted run goes on when the
    command is repeated.
    """
    from mangaxr.build.scheduling.connect import connect
    from mangaxr.lensed_sets.run import make_set
    from mangaxr.store.provenance import portable_command

    with connect(scheduler) as client, show_progress("lensing", unit="samples") as progress:
        report = make_set(
            out,
            store,
            samples=samples,
            config=config,
            workers=workers,
            client=client,
            fresh=fresh,
            progress=progress,
            command=portable_command(["mangaxr", *sys.argv[1:]]),
        )
    if as_json:
        print_json(report.to_dict())
        return 0
    state = "is there already" if report.existed else f"made in {report.seconds:.1f} s"
    print_facts(
        {
            "set": f"{report.path} ({state})",
            "samples": report.samples,
            "with a subhalo": report.subhalos,
            "taken up from before": report.resumed or "",
            "content": report.content_sha256[:12],
        }
    )
    return 0

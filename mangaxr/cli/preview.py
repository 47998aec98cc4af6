"""``mangaxr preview``: a picture of every galaxy of a store."""

from __future__ import annotations

from pathlib import Path

import click

from mangaxr.cli import options
from mangaxr.cli.progress import show_progress

__all__ = ["command"]


@click.command("preview")
@options.store
@click.argument("outdir", type=click.Path(path_type=Path, file_okay=False))
@click.option("--galaxies", help="Only these, comma-separated.  [default: all that were built]")
def command(store: Path, outdir: Path, galaxies: str | None) -> int:
    """Draw one PNG per galaxy of STORE into OUTDIR, and a page that shows them all.

    Each channel in physical units with its colour bar, the coverage, axes in arcsec.
    """
    from mangaxr.build.report import Progress
    from mangaxr.viz.gallery import write_gallery
    from mangaxr.viz.preview import write_previews

    chosen = options.split_names(galaxies) or None
    with show_progress("drawing") as tell:
        pictures = write_previews(
            store,
            outdir,
            galaxies=chosen,
            progress=lambda done, total: tell(Progress(done, 0, 0, total)),
        )
    page = write_gallery(store, outdir, pictures)
    click.echo(f"{len(pictures)} pictures in {outdir}; all of them on {page}")
    return 0

"""``mangaxr demo``: the main job on a synthetic survey, compared with the known truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_json, print_table
from mangaxr.cli.progress import show_progress

if TYPE_CHECKING:
    from mangaxr.synthetic.compare import Comparison

__all__ = ["command"]


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("mangaxr-demo"),
    show_default=True,
    help="Where everything goes.",
)
@click.option(
    "--galaxies",
    type=click.IntRange(1, 10000),
    default=12,
    show_default=True,
    help="Galaxies in the survey.",
)
@options.workers
@options.as_json
def command(out: Path, galaxies: int, workers: int, as_json: bool) -> int:
    """Try everything: make a synthetic survey, build its store, compare with the truth.

    Writes a survey of rotating disks in the SAS layout under OUT/sas, builds
    OUT/tensors.zarr, draws previews into OUT/previews, and compares what the store says of
    each galaxy with what went in. Exits with 1 if they disagree.
    """
    from mangaxr.build.run import build_store
    from mangaxr.store.reader import open_store
    from mangaxr.synthetic.compare import compare_store

    survey, store, previews = out / "sas", out / "tensors.zarr", out / "previews"
    _write_survey(survey, galaxies)
    with show_progress("building") as progress:
        report = build_store(
            store, [survey], workers=workers, fresh=True, progress=progress, command="mangaxr demo"
        )
    pictures = _draw(store, previews)
    comparisons = list(compare_store(open_store(store), survey))
    wrong = [c for c in comparisons if not c.agrees]
    if as_json:
        content = [_plain(c) for c in comparisons]
        print_json({**report.to_dict(), "previews": pictures, "comparisons": content})
    else:
        _print(comparisons)
        click.echo(f"\nsurvey    {survey}")
        click.echo(f"store     {store}: {report.done} galaxies in {report.seconds:.1f} s")
        if pictures:
            click.echo(f"previews  {previews / 'index.html'}: {pictures} pictures")
        if wrong:
            click.echo(f"{len(wrong)} of {len(comparisons)} comparisons disagree with the truth")
        else:
            click.echo(f"all {len(comparisons)} comparisons agree with the truth")
    return 1 if wrong or report.failures else 0


def _write_survey(root: Path, galaxies: int) -> None:
    from mangaxr.build.report import Progress
    from mangaxr.synthetic.survey import write_survey

    with show_progress("writing survey") as tell:
        write_survey(
            root,
            galaxies=galaxies,
            progress=lambda done, total, _: tell(Progress(done, 0, 0, total)),
        )


def _draw(store: Path, folder: Path) -> int:
    """Draw the previews; a demo without matplotlib is still a demo."""
    from mangaxr.build.report import Progress
    from mangaxr.errors import MissingDependencyError
    from mangaxr.viz.gallery import write_gallery
    from mangaxr.viz.preview import write_previews

    try:
        with show_progress("drawing") as tell:
            pictures = write_previews(
                store,
                folder,
                progress=lambda done, total: tell(Progress(done, 0, 0, total)),
            )
        write_gallery(store, folder, pictures)
        return len(pictures)
    except MissingDependencyError as error:
        click.echo(f"mangaxr: no previews: {error}", err=True)
        return 0


def _print(comparisons: list[Comparison]) -> None:
    """Print a line per galaxy: true -> found for every check."""
    by_galaxy: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        by_galaxy.setdefault(comparison.galaxy, []).append(comparison)
    first = next(iter(by_galaxy.values()))
    columns = [f"{c.check.name} [{c.check.unit}]" for c in first]
    rows = [[name, *map(_cell, row), _verdict(row)] for name, row in by_galaxy.items()]
    print_table(["galaxy", *columns, ""], rows, title="true -> from the store")


def _cell(comparison: Comparison) -> str:
    return f"{comparison.truth:.4g} -> {comparison.found:.4g}"


def _verdict(row: list[Comparison]) -> str:
    return "ok" if all(c.agrees for c in row) else "DISAGREES"


def _plain(comparison: Comparison) -> dict[str, Any]:
    return {
        "galaxy": comparison.galaxy,
        "check": comparison.check.name,
        "unit": comparison.check.unit,
        "truth": comparison.truth,
        "found": comparison.found,
        "agrees": comparison.agrees,
    }

"""``mangaxr validate``: whether a store is what it promises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_json
from mangaxr.cli.progress import show_progress
from mangaxr.store.validation.levels import LEVELS

if TYPE_CHECKING:
    from mangaxr.build.report import OnProgress
    from mangaxr.store.validation.report import StoreReport

__all__ = ["command"]

_FINDINGS, _UNREADABLE = 1, 2


def _deep(context: click.Context, parameter: click.Parameter, text: str | None) -> int | str | None:
    """Read a number of galaxies, or ``all``; a callback of click's."""
    if text is None or text == "all":
        return text
    number: int = click.IntRange(min=1).convert(text, parameter, context)  # type: ignore[arg-type]
    return number


def _explain(context: click.Context, _parameter: click.Parameter, name: str | None) -> None:
    if name is None:
        return
    from mangaxr.build.validate import ALL_RULES
    from mangaxr.lensed_sets.rules import RULES
    from mangaxr.store.validation.rule import find_rule

    rule = find_rule(name, (*ALL_RULES, *RULES))
    click.echo(
        f"{rule.id} ({rule.level}): {rule.title}\n\nWhy: {rule.why}\n\nWhat to do: ", nl=False
    )
    click.echo(rule.remedy)
    context.exit(0)


@click.command("validate")
@options.store
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="values",
    show_default=True,
    help="How far to go, each level with those before it: files and metadata; every value and "
    "digest; what must agree; galaxies built anew from their files.",
)
@click.option(
    "--deep",
    callback=_deep,
    metavar="N|all",
    help="Galaxies, evenly spread, to decode, and to build anew at level sources.  "
    "[default: decode all, build 3]",
)
@options.sas
@click.option(
    "--galaxies",
    type=click.Path(path_type=Path),
    metavar="STORE",
    help="The store that a lensed set's galaxies are from, for level sources.",
)
@options.workers
@click.option(
    "--explain",
    metavar="RULE",
    callback=_explain,
    expose_value=False,
    is_eager=True,
    help="Tell what a rule such as MX203 is about, and what to do.",
)
@options.as_json
def command(
    store: Path,
    level: str,
    deep: int | str | None,
    sas: str | None,
    galaxies: Path | None,
    workers: int,
    as_json: bool,
) -> int:
    """Check the tensor store STORE, or a lensed set, against its contract.

    One line per issue, with the id of the rule that is broken. Exit status 0 if there is
    none, 1 if there are some, 2 if there is no store to check.
    """
    from mangaxr.build.validate import check_store
    from mangaxr.store.attributes import CONTRACT_OF_SETS, contract_of

    is_set = contract_of(store) == CONTRACT_OF_SETS
    with show_progress("validate", unit="samples" if is_set else "galaxies") as tell:
        if is_set:
            report = _check_set(store, level, deep, galaxies, tell)
        else:
            report = check_store(
                store,
                level=level,  # type: ignore[arg-type]  # click and check_store both look at it
                deep=deep,  # type: ignore[arg-type]
                sas=sas,
                workers=workers,
                progress=tell,
            )
    if as_json:
        print_json(report.to_dict())
    else:
        for issue in report.issues:
            click.echo(str(issue))
        click.echo(_closing(report))
    if not report.readable:
        return _UNREADABLE
    return _FINDINGS if report.counts else 0


def _check_set(
    path: Path, level: str, deep: int | str | None, galaxies: Path | None, tell: OnProgress
) -> StoreReport:
    """Check a lensed set."""
    from mangaxr.build.report import Progress
    from mangaxr.lensed_sets.validation import validate_set

    return validate_set(
        path,
        level=level,  # type: ignore[arg-type]  # as above
        store=galaxies,
        deep=deep,  # type: ignore[arg-type]
        progress=lambda done, total: tell(Progress(done, 0, 0, total)),
    )


def _closing(report: StoreReport) -> str:
    """Say what was checked, and how it came out."""
    if not report.readable:
        return f"{report.path}: nothing to check"
    number = sum(report.counts.values())
    issues = "issue" if number == 1 else "issues"
    verdict = f"{number} {issues} of {len(report.counts)} rules" if number else "sound"
    looked = [f"{len(report.rules)} rules", f"{report.galaxies} {report.unit}"]
    looked += [f"{report.decoded} decoded"] if report.decoded else []
    looked += [f"{report.rebuilt} built anew"] if report.rebuilt else []
    looked += [f"{len(report.left_out)} rules left out"] if report.left_out else []
    looked += [f"{report.seconds:.1f} s"]
    hint = f"; `mangaxr validate --explain {min(report.counts)}` says more" if number else ""
    return f"{report.path}: {verdict} at level {report.level} ({', '.join(looked)}){hint}"

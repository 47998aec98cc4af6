"""``mangaxr info``: what a store holds."""

from __future__ import annotations

from pathlib import Path

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_facts, print_json, print_table

__all__ = ["command"]


@click.command("info")
@options.store
@options.as_json
def command(store: Path, as_json: bool) -> int:
    """Tell what the tensor store STORE holds: galaxies, channels, recipe, failures."""
    from mangaxr.store.summary import summarise

    summary = summarise(store)
    if as_json:
        print_json(summary)
        return 0
    print_facts({key: summary[key] for key in ("store", "contract", "created", "size_mb")})
    print_facts(summary["galaxies"])
    click.echo()
    channels = summary["channels"]
    print_table(list(channels[0]), [list(row.values()) for row in channels], title="channels")
    click.echo()
    for title in ("recipe", "software"):
        click.echo(title)
        print_facts({f"  {name}": value for name, value in summary[title].items()})
    if summary["failures"]:
        click.echo()
        print_table(["galaxy", "failure"], list(summary["failures"].items()), title="failed")
    return 0

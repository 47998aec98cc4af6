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
    """Tell what the tensor store STORE holds: galaxies, channels, recipe, failures.

    Of a lensed set: samples, channels, and in what it differs from the default configuration.
    """
    from mangaxr.store.attributes import CONTRACT_OF_SETS, contract_of
    from mangaxr.store.summary import summarise

    if contract_of(store) == CONTRACT_OF_SETS:
        return _tell_set(store, as_json=as_json)
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


def _tell_set(path: Path, *, as_json: bool) -> int:
    """Tell what a lensed set holds."""
    from mangaxr.lensed_sets.summary import summarise_set

    summary = summarise_set(path)
    if as_json:
        print_json(summary)
        return 0
    print_facts({key: summary[key] for key in ("set", "contract", "created", "from")})
    print_facts(summary["samples"])
    click.echo()
    channels = summary["channels"]
    print_table(list(channels[0]), [list(row.values()) for row in channels], title="channels")
    if summary["differs from the default"]:
        click.echo("\ndiffers from the default configuration")
        for line in summary["differs from the default"]:
            click.echo(f"  {line}")
    return 0

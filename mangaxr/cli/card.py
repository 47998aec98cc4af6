"""``mangaxr card``: what a store is published with."""

from __future__ import annotations

from pathlib import Path

import click

from mangaxr.cli import options

__all__ = ["command"]

_FORMATS = {
    "readme": "README.md",
    "croissant": "croissant.json",
    "contract": "contract.json",
    "recipe": "recipe.json",
    "galaxies": "galaxies.csv",
}
"""What a document is called here, and its file."""

_ASKED = {"--url": "url", "--creator": "creator", "--data-version": "version"}
"""Option -> what it says of a data set that is published."""


@click.command("card")
@options.store
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write all documents into DIR, best the one that STORE is in.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(_FORMATS)),
    default="readme",
    show_default=True,
    help="The document to print, without --out.",
)
@click.option("--name", default="", help="Name of the data set.  [default: that of STORE]")
@click.option("--url", default="", help="Where the data set will be found.")
@click.option("--creator", default="", help="Who made it: a group or a person.")
@click.option("--data-version", default="", metavar="VERSION", help="Its version, such as 1.0.0.")
@click.option("--overwrite", is_flag=True, help="Replace documents that are in DIR already.")
def command(
    store: Path,
    out: Path | None,
    format_: str,
    name: str,
    url: str,
    creator: str,
    data_version: str,
    overwrite: bool,
) -> int:
    """Describe the tensor store STORE for those who will use it.

    Prints its dataset card. With --out, writes the card (README.md), a Croissant description,
    the data contract, the recipe that it can be built again from, and a table of its galaxies.
    """
    from mangaxr.card.facts import Publisher
    from mangaxr.card.write import card_documents, write_card

    said = {"name": name, "url": url, "creator": creator, "version": data_version}
    if out is None:
        texts = card_documents(store, publisher=Publisher(**said))
        click.echo(texts[_FORMATS[format_]], nl=False)
        return 0
    for path in write_card(store, out, overwrite=overwrite, **said):
        click.echo(path)
    unsaid = [option for option, key in _ASKED.items() if not said[key]]
    if unsaid:
        words = ", ".join(unsaid)
        click.echo(f"note: Croissant asks for {words}: give them before you publish", err=True)
    return 0

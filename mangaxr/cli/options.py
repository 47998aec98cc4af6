"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path

import click

from mangaxr.datamodel.maskbits import DEFAULT_POLICY, POLICIES
from mangaxr.datamodel.releases import DEFAULT_RELEASE
from mangaxr.sas.layout import DEFAULT_BASE_URL

__all__ = [
    "as_json",
    "base_urls",
    "daptype",
    "from_list",
    "jobs",
    "mask",
    "read_items",
    "release",
    "sas",
    "scheduler",
    "sha256",
    "split_names",
    "split_numbers",
    "store",
    "table_out",
    "top",
    "verify",
    "workers",
]

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

sas = click.option(
    "--sas",
    metavar="DIR",
    help="Root of the SAS tree; to read from also a URL such as s3://BUCKET/sas.  "
    "[default: $SAS_BASE_DIR, else ~/sas]",
)

release = click.option(
    "--release", default=DEFAULT_RELEASE, show_default=True, help="Data release, or its MPL name."
)

daptype = click.option(
    "--daptype", help="Binning and templates.  [default: the release's recommended one]"
)

workers = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Galaxies worked on at a time: few in threads, many in processes.",
)

scheduler = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Work on the dask.distributed cluster whose scheduler is at tcp://HOST:PORT, in place "
    "of --workers; files and store on storage that it shares.",
)

verify = click.option(
    "--verify", is_flag=True, help="Check every file to its end: gzip CRC, checksums."
)

sha256 = click.option(
    "--sha256",
    is_flag=True,
    help="Note the SHA-256 of every file, which is read as a whole for it.",
)

from_list = click.option(
    "--from",
    "list_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Text file with an ITEM a line (# starts a comment), or a table such as a ranking.",
)

top = click.option(
    "--top", type=click.IntRange(min=1), help="How many of the list to take.  [default: all]"
)

base_urls = click.option(
    "--base-url",
    "base_urls",
    multiple=True,
    default=[DEFAULT_BASE_URL],
    show_default=True,
    metavar="URL",
    help="Where the SAS tree is on the network. Repeatable: the next is tried when one fails.",
)

jobs = click.option(
    "--jobs",
    type=click.IntRange(1, 16),
    default=3,
    show_default=True,
    help="Files fetched at a time.",
)

mask = click.option(
    "--mask",
    default=DEFAULT_POLICY,
    show_default=True,
    metavar="POLICY",
    help=f"Mask policy: {', '.join(POLICIES)}, or flag names joined with +.",
)

table_out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a table: .csv, .ecsv (with units), .parquet or .nc.",
)

store = click.argument("store", type=click.Path(path_type=Path))


def read_items(list_file: Path | None, top: int | None) -> list[str]:
    """Read the galaxies of ``--from``, as many as ``--top`` says.

    Raises
    ------
    click.UsageError
        If there is a ``--top`` and nothing that it is of.
    """
    if list_file is None:
        if top is not None:
            msg = "--top is of the list that --from names"
            raise click.UsageError(msg)
        return []
    from mangaxr.catalog.tables.lists import read_items as read_list

    return read_list(list_file, top=top)


def split_names(text: str | None) -> tuple[str, ...]:
    """Split a comma-separated option.

    Examples
    --------
    >>> split_names("ha_flux, ha_vel")
    ('ha_flux', 'ha_vel')
    """
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def split_numbers(
    _context: click.Context, _parameter: click.Parameter, text: str
) -> tuple[float, ...]:
    """Split a comma-separated option of numbers; a callback of click's."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        msg = f"{text!r} is not a list of numbers such as 0.7,0.15,0.15."
        raise click.BadParameter(msg) from None

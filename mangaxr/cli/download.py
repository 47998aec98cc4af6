"""``mangaxr download``: files of the archive -> the local SAS tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mangaxr.cli import options
from mangaxr.cli.download_progress import megabytes, show_download
from mangaxr.cli.output import print_json
from mangaxr.sas.layout import PRODUCTS
from mangaxr.sas.records import LEVELS, Level

if TYPE_CHECKING:
    from mangaxr.sas.records import DownloadRecord

__all__ = ["command"]

_BAD = ("missing", "failed")


@click.command("download")
@click.argument("items", nargs=-1, metavar="ITEM...")
@options.from_list
@options.top
@options.sas
@options.release
@options.daptype
@click.option(
    "--what",
    default="maps",
    show_default=True,
    help=f"Kinds of files, comma-separated: {', '.join(PRODUCTS)}.",
)
@options.jobs
@options.base_urls
@click.option(
    "--verify",
    type=click.Choice(LEVELS),
    default="gzip",
    show_default=True,
    help="size; gzip: CRC, and every HDU there; fits: also every FITS checksum.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be fetched; ask the network nothing.")
@options.as_json
def command(
    items: tuple[str, ...],
    list_file: Path | None,
    top: int | None,
    sas: Path | None,
    release: str,
    daptype: str | None,
    what: str,
    jobs: int,
    base_urls: tuple[str, ...],
    verify: Level,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Download files of the survey into the local SAS tree.

    An ITEM is a plateifu such as 8138-12704, or @SAMPLE. What is there already is not
    fetched again, what was begun is continued: repeat the command after an interruption.
    Exits with 1 if a file could not be had.
    """
    from mangaxr.sas.download import download

    wanted = [*items, *options.read_items(list_file, top)]
    with show_download() as progress:
        records = download(
            wanted,
            sas=sas,
            release=release,
            daptype=daptype,
            what=options.split_names(what),
            base_urls=base_urls,
            jobs=jobs,
            verify=verify,
            dry_run=dry_run,
            progress=None if dry_run else progress,
        )
    if as_json:
        print_json([record.to_dict() for record in records])
    else:
        for record in records if dry_run else ():
            where = record.path if record.status == "present" else record.url
            click.echo(f"{record.status}  {where}")
        _print_summary(records)
    return 0 if all(record.ok for record in records) else 1


def _print_summary(records: Sequence[DownloadRecord]) -> None:
    counts = Counter(record.status for record in records)
    received = sum(record.received for record in records)
    parts = [f"{number} {status}" for status, number in counts.items()]
    bytes_ = f" ({megabytes(received)} received)" if received else ""
    files = "file" if len(records) == 1 else "files"
    click.echo(f"{len(records)} {files}: {', '.join(parts)}{bytes_}")
    for record in records:
        if record.reason:
            name = record.galaxy or record.what
            status = record.status if record.status in _BAD else "note"
            click.echo(f"{status}  {name}: {record.reason}", err=True)

"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path

import click

from mangaxr.datamodel.maskbits import DEFAULT_POLICY, POLICIES
from mangaxr.datamodel.releases import DEFAULT_RELEASE

__all__ = [
    "as_json",
    "daptype",
    "from_list",
    "mask",
    "release",
    "sas",
    "split_names",
    "store",
    "workers",
]

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

sas = click.option(
    "--sas",
    type=click.Path(path_type=Path),
    help="Root of the local SAS tree.  [default: $SAS_BASE_DIR, else ~/sas]",
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
    help="Galaxies worked on at a time.",
)

from_list = click.option(
    "--from",
    "list_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Text file with an ITEM a line; # starts a comment.",
)

mask = click.option(
    "--mask",
    default=DEFAULT_POLICY,
    show_default=True,
    metavar="POLICY",
    help=f"Mask policy: {', '.join(POLICIES)}, or flag names joined with +.",
)

store = click.argument("store", type=click.Path(path_type=Path))


def split_names(text: str | None) -> tuple[str, ...]:
    """Split a comma-separated option.

    Examples
    --------
    >>> split_names("ha_flux, ha_vel")
    ('ha_flux', 'ha_vel')
    """
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())

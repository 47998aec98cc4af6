"""``mangaxr inspect``: what a MAPS file holds."""

from __future__ import annotations

from pathlib import Path

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_facts, print_json, print_table

__all__ = ["command"]


@click.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verify", is_flag=True, help="Check the gzip CRC and all FITS checksums.")
@options.as_json
def command(file: Path, verify: bool, as_json: bool) -> int:
    """Tell what the MAPS file FILE holds: versions, quality, lines, extensions."""
    from mangaxr.maps.describe import describe_maps

    found = describe_maps(file, verify=verify)
    if as_json:
        print_json(found)
        return 0
    extensions, lines, notes = (found.pop(key) for key in ("extensions", "lines", "notes"))
    for name in ("dapqual", "drp3qual"):
        flags = found.pop(f"{name}_flags")
        if name in found:
            found[name] = f"{found[name]} ({', '.join(flags) or 'no flag set'})"
    print_facts(found)
    for note in notes:
        click.echo(f"note: {note}")
    click.echo(f"\n{len(lines)} emission lines (name, array index)")
    click.echo("  ".join(f"{name} {index}" for name, index in lines.items()) or "none")
    click.echo()
    rows = [
        (e["hdu"], e["name"], "x".join(map(str, e["shape"])), e["dtype"], e["unit"], e["long_name"])
        for e in extensions
    ]
    print_table(["hdu", "extension", "shape", "dtype", "unit", "what"], rows)
    return 0

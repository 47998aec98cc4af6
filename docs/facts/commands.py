"""The command line's own words, at a fixed width so that they do not depend on a terminal."""

from __future__ import annotations

import click

from mangaxr.cli import _mangaxr as group  # its commands and their help, not what it does

__all__ = ["commands"]

_WIDTH = 88


def commands() -> str:
    """Render ``--help`` of the program and of each of its commands."""
    settings = group.context_settings
    root = click.Context(group, info_name="mangaxr", terminal_width=_WIDTH, **settings)
    parts = [_help("mangaxr", group, root)]
    for name in group.list_commands(root):
        command = group.get_command(root, name)
        if command is not None:
            context = click.Context(command, parent=root, info_name=name, terminal_width=_WIDTH)
            parts.append(_help(f"mangaxr {name}", command, context))
    return "\n\n".join(parts)


def _help(title: str, command: click.Command, context: click.Context) -> str:
    lines = [line.rstrip() for line in command.get_help(context).splitlines()]
    return "\n".join([f"## {title}", "", "```text", *lines, "```"])

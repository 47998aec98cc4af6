"""The command line: ``mangaxr COMMAND``."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from mangaxr._version import __version__
from mangaxr.errors import MangaxrError

__all__ = ["main"]

_COMMANDS = ("demo", "inspect", "build", "info", "preview")
"""Each is a module of this package that defines ``command``."""

_INTERRUPTED = 130


class _Commands(click.Group):
    """Imports the module of a command when it is used, so that ``--help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"mangaxr.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mangaxr")
def _mangaxr() -> None:
    """MaNGA galaxy maps as labelled arrays, and thousands of them as one tensor store.

    Start with `mangaxr demo`.
    """


def main() -> None:
    """Run the command line; an error of mangaxr is one line and exit status 1."""
    try:
        status = _mangaxr.main(prog_name="mangaxr", standalone_mode=False)
    except MangaxrError as error:
        click.echo(f"mangaxr: error: {error}", err=True)
        status = 1
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("mangaxr: interrupted; the same command goes on from here", err=True)
        status = _INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe left (`| head`); keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status if isinstance(status, int) else 0)

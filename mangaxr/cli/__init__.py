"""The command line: ``mangaxr COMMAND``."""

from __future__ import annotations

import gc
import sys
import warnings
from importlib import import_module

import click

from mangaxr._version import __version__
from mangaxr.errors import MangaxrError

__all__ = ["main"]

_COMMANDS = (
    "demo",
    "catalog",
    "rank",
    "download",
    "inspect",
    "quality",
    "build",
    "info",
    "validate",
    "preview",
    "lens",
    "lens-set",
    "export",
    "card",
)
"""Each is a module of this package that defines ``command``."""

_INTERRUPTED = 130


class _Commands(click.Group):
    """Imports the module of a command when it is used, so that ``--help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"mangaxr.cli.{cmd_name.replace('-', '_')}").command
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="mangaxr")
@click.pass_context
def _mangaxr(ctx: click.Context) -> None:
    """MaNGA galaxy maps as labelled arrays, and thousands of them as one tensor store.

    Start with `mangaxr demo`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line; what goes wrong is one line, and exit status 1 (usage: 2)."""
    try:
        status = _mangaxr.main(prog_name="mangaxr", standalone_mode=False)
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        hint = f" (see {context.command_path} --help)" if context else ""
        status = _complain(f"{error.format_message()}{hint}", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        warnings.simplefilter("ignore")  # what was cut off in its midst has nothing to add
        click.echo("mangaxr: interrupted; the same command goes on from here", err=True)
        status = _INTERRUPTED
    except MangaxrError as error:
        status = _complain(str(error), 1)
    except OSError as error:  # what the system refuses: a full disk, a folder that is not ours
        status = _complain(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), 1)
    gc.freeze()  # or Python looks through all that was imported once more, for 0.2 s
    sys.exit(status if isinstance(status, int) else 0)


def _complain(message: str, status: int) -> int:
    click.echo(f"mangaxr: error: {' '.join(message.split())}", err=True)
    return status

"""What all commands of `prescriber-bots` share: errors of one line, colors, and `--verbose`."""

import logging
import os
import sys
import traceback
from difflib import get_close_matches
from typing import Any

import click

from shared.errors import BotError
from shared.runtime.log import LOGGER

VERBOSE = object()

SILENT = logging.NullHandler()
"""Without any handler the standard library prints warnings; only `--verbose` shows log lines."""

CLOSED_PIPE = 141
"""Exit status of a program whose reader has gone, as shells tell it: 128 and SIGPIPE's number."""


class OneLineErrors(click.Group):
    """A group whose commands fail with one line; `--verbose` shows the traceback before it.

    Colors are left out where NO_COLOR is set (https://no-color.org), or nobody sees them.
    """

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parses the group's own options."""
        if os.environ.get("NO_COLOR"):
            kwargs["color"] = False
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            raise WrongUsage(one_line(error.format_message())) from None
        except BrokenPipeError:
            raise _quiet_end() from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command that is named; says which ones there are if there is none such."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            names = self.list_commands(ctx)
            near = get_close_matches(name, names, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(
                f"No such command {name!r}.{meant} The commands are {', '.join(names)}."
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Parses and runs a command."""
        LOGGER.addHandler(SILENT)
        try:
            return super().invoke(ctx)
        except (click.Abort, click.exceptions.Exit):  # both are RuntimeErrors
            raise
        except click.UsageError as error:
            raise WrongUsage(one_line(error.format_message())) from None
        except BrokenPipeError:
            raise _quiet_end() from None
        except (BotError, OSError, ValueError, RuntimeError) as error:
            if is_verbose(ctx):
                traceback.print_exc()
            raise click.ClickException(one_line(str(error))) from None


def _quiet_end() -> click.exceptions.Exit:
    """The end of a command whose output nobody reads any more; what is still to come goes nowhere.

    The interpreter would complain of it when it writes out its buffers at the end.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    return click.exceptions.Exit(CLOSED_PIPE)


class WrongUsage(click.ClickException):
    """Arguments that can't be used; without click's own lines around the sentence."""

    exit_code = 2


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())


def _be_verbose(ctx: click.Context, _: click.Parameter, verbose: bool) -> None:
    if verbose:
        ctx.find_root().obj = VERBOSE
        logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


verbose_option = click.option(
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_be_verbose,
    help="Show log lines, and the traceback of an error.",
)


def is_verbose(ctx: click.Context) -> bool:
    """Whether the user asked for log lines and tracebacks."""
    return ctx.find_root().obj is VERBOSE

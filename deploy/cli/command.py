"""What all commands of `prescriber-bots` share: errors of one line, and `--verbose`."""

import logging
import sys
import traceback
from typing import Any

import click

from shared.errors import BotError
from shared.runtime.log import LOGGER

VERBOSE = object()

# Without any handler the standard library prints warnings; only `--verbose` shows log lines here.
LOGGER.addHandler(logging.NullHandler())


class OneLineErrors(click.Group):
    """A group whose commands fail with one line; `--verbose` shows the traceback before it."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parses the group's own options."""
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            raise WrongUsage(one_line(error.format_message())) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Parses and runs a command."""
        try:
            return super().invoke(ctx)
        except (click.Abort, click.exceptions.Exit):  # both are RuntimeErrors
            raise
        except click.UsageError as error:
            raise WrongUsage(one_line(error.format_message())) from None
        except (BotError, OSError, ValueError, RuntimeError) as error:
            if is_verbose(ctx):
                traceback.print_exc()
            raise click.ClickException(one_line(str(error))) from None


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

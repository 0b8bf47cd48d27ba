"""Which folders below `bots` hold bots, by the identifiers that servers know them by.

Imports no bot, so that a process that runs one need not load the others.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

import bots
from shared.runtime.bot import BotFunction


def _folders() -> dict[str, str]:
    names = sorted(each.name for each in iter_modules(bots.__path__) if each.ispkg)
    return {import_module(f"bots.{name}").IDENTIFIER: name for name in names}


FOLDERS: Mapping[str, str] = _folders()
"""Folder by value of the Bot's identifier, in the order of the folders."""


def load(folder: str) -> BotFunction:
    """What the folder's `bot.py` declares under the folder's name."""
    declared: BotFunction = getattr(import_module(f"bots.{folder}.bot"), folder)
    return declared

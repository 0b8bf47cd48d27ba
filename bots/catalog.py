"""Which bots there are: every folder below `bots` that declares one."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import bots
from shared.runtime.bot import BotFunction


def _declared() -> tuple[BotFunction, ...]:
    """What each folder's `bot.py` declares under the folder's name, in the order of the names."""
    folders = sorted(each.name for each in iter_modules(bots.__path__) if each.ispkg)
    names = [name for name in folders if find_spec(f"bots.{name}.bot")]
    return tuple(getattr(import_module(f"bots.{name}.bot"), name) for name in names)


BOTS = _declared()

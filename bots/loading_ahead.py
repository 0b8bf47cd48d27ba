"""Loads, while a first run waits for its first answers, what it needs after them.

A run without a snapshot has much to load, and its first calls need little of it. So a bot that asks
first and works then has a module for the work, which loads while the servers answer. Whoever needs
it imports it as ever: Python has one thread load a module, and others wait until it is complete.
"""

import sys
from importlib import import_module

from shared.together import Together

ENROLLING = "bots.enrolling"
LATER = (ENROLLING,)
"""What bots load only in a run; a snapshot holds it."""


def load_ahead(together: Together, module: str) -> None:
    """Starts to load a module, if nobody has; where that fails, it fails again when it is needed.

    Args:
        together: loads it in a thread of its own.
        module: one of `LATER`.
    """
    if module not in sys.modules:
        together.started(lambda: import_module(module))

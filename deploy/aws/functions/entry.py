"""Where Lambda begins: each function's handler by the function's name, such as `entry.iframe`.

Importing this changes nothing. Only when Lambda asks for a name is the process made one that runs
this function, and what the function needs imported: a program may set what a library may not.
"""

import gc
import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import Any

SELDOM = (50_000, 10, 10)
"""What is imported stays: looking for garbage in it takes a tenth of a function's start."""

NO_DETECTOR = "Unable to find acceptable character detection"
"""The package has no detector of charsets, and requests warns of that; all we read is JSON."""


def __getattr__(name: str) -> Any:
    """The handler of a bot, or of the function beside the bots, with this name.

    Raises:
        AttributeError: the name can be no function's.
        ModuleNotFoundError: there is no such function.
    """
    if name.startswith("_"):
        raise AttributeError(name)
    gc.set_threshold(*SELDOM)
    warnings.filterwarnings("ignore", NO_DETECTOR)
    beside_bots = f"{__package__}.{name}"
    module = beside_bots if find_spec(beside_bots) else f"bots.{name}.handler"
    return import_module(module).handler

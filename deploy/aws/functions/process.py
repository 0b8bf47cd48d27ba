"""What a program of ours sets before it imports the rest; importing this sets nothing."""

import gc
import warnings

SELDOM = (100_000, 10, 10)
"""How seldom garbage is looked for: not before a first run has its answer.

What is imported stays, and a first run with its imports makes 72,000 objects. A run leaves no
garbage that has to be looked for.
"""

NO_DETECTOR = "Unable to find acceptable character detection"
"""The package has no detector of charsets, and requests warns of that; all we read is JSON."""


def set_up_process() -> None:
    """Makes this process one that runs a function: a program may set what a library may not."""
    gc.set_threshold(*SELDOM)
    warnings.filterwarnings("ignore", NO_DETECTOR)

"""What a program of ours sets before it imports the rest; importing this sets nothing."""

import gc
import warnings

SELDOM = (50_000, 10, 10)
"""What is imported stays: looking for garbage in it takes a tenth of a function's start."""

NO_DETECTOR = "Unable to find acceptable character detection"
"""The package has no detector of charsets, and requests warns of that; all we read is JSON."""


def set_up_process() -> None:
    """Makes this process one that runs a function: a program may set what a library may not."""
    gc.set_threshold(*SELDOM)
    warnings.filterwarnings("ignore", NO_DETECTOR)

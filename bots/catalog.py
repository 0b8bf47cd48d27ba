"""All bots, in the order of their folders' names; importing this imports each of them."""

from bots.folders import FOLDERS, load

BOTS = tuple(map(load, FOLDERS.values()))

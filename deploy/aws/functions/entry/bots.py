"""Where Lambda begins the one function of all bots.

A start imports no bot, and each bot is imported at its first run: one takes a third less than all.
A snapshot is made once and restored often, so it holds them all.
"""

from deploy.aws.functions.process import set_up_process

set_up_process()

from bots.dispatch import Dispatcher  # noqa: E402
from bots.folders import FOLDERS, load  # noqa: E402
from shared.runtime.environment import is_for_snapshot  # noqa: E402

handler = Dispatcher()
if is_for_snapshot():
    for folder in FOLDERS.values():
        load(folder)

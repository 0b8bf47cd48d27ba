"""How a run ends: the error that it raises, the claim that it gives back, and what can go wrong."""

from typing import Any

import pytest

from shared.errors import BotError, LookUpFirst, RemoteUnavailable
from tests.builders import CLINICIAN_ID
from tests.core.one_run import World
from tests.core.situations import error

ID = str(CLINICIAN_ID)
GIVES_BACK = ("write claim", None, None)
DOWN = RemoteUnavailable("down")
SILENT = LookUpFirst("?")


def raised(world: World, order: Any = None) -> tuple[type[BotError], str]:
    with pytest.raises(BotError) as caught:
        world.run(order)
    return error(caught.value)

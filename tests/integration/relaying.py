"""The relay's bot in Node.js: run on a payload, and as what runs the Bots of a FHIR server."""

import base64
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.sandbox.fhir.invoker import InvokeError, InvokeResult
from tests import npm

FOLDER = Path(__file__).parent / "relay"

Resources = Callable[[str], list[dict[str, Any]]]


def require_node() -> None:
    """Skips the test where there is no Node.js."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node.js")


def run_in_node(code: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a JavaScript bot comes to: `{"result": …}` or `{"error": …}`."""
    printed = npm.run("run_bot.mjs", FOLDER, json.dumps({"code": code, "payload": payload}))
    return dict(json.loads(printed))


class NodeInvoker:
    """Runs the code that was deployed to a Bot, as Lambda does for hosted Medplum.

    Attributes:
        resources: gives the server's resources of a type; set once the server is there.
    """

    def __init__(self) -> None:
        self.resources: Resources = lambda _: []

    def invoke(self, name: str, payload: dict[str, Any]) -> InvokeResult:
        bot_id = name.removeprefix("medplum-bot-lambda-")
        code = [self._code(bot) for bot in self.resources("Bot") if bot["id"] == bot_id]
        if not code:
            raise InvokeError(f"Function not found: {name}")
        outcome = run_in_node(code[0], payload)
        if "error" in outcome:
            return InvokeResult({**outcome["error"], "trace": []}, is_error=True, log=b"")
        return InvokeResult(outcome["result"], is_error=False, log=b"")

    def _code(self, bot: dict[str, Any]) -> str:
        binary_id = bot["executableCode"]["url"].removeprefix("Binary/")
        (binary,) = [one for one in self.resources("Binary") if one["id"] == binary_id]
        return base64.b64decode(binary["data"]).decode()

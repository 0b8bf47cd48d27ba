"""The relay's bot in Node.js: run on payloads, and as what runs the Bots of a FHIR server."""

import base64
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.medplum.relayed import binary_of_code
from deploy.sandbox.fhir.invoker import InvokeError, InvokeResult

FOLDER = Path(__file__).parent / "relay"
ENDS_WITHIN_S = 30

Resource = dict[str, Any]


def require_node() -> None:
    """Skips the test where there is no Node.js."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node.js")


class Node:
    """Runs JavaScript bots, one after another, in one process that starts with the first."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._one_at_a_time = threading.Lock()

    def run(self, code: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """What a bot comes to: `{"result": …}` or `{"error": …}`."""
        with self._one_at_a_time:
            process = self._process = self._process or self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"code": code, "payload": payload}) + "\n")
            process.stdin.flush()
            return dict(json.loads(process.stdout.readline()))

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.communicate(timeout=ENDS_WITHIN_S)

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["node", "run_bot.mjs"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


class NodeInvoker:
    """Runs the code that was deployed to a Bot, as Lambda does for hosted Medplum.

    Attributes:
        resource: gives the server's resource of a reference; set once the server is there.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self.resource: Callable[[str], Resource | None] = lambda _: None

    def invoke(self, name: str, payload: dict[str, Any]) -> InvokeResult:
        bot = self.resource(f"Bot/{name.removeprefix('medplum-bot-lambda-')}")
        binary = self.resource(f"Binary/{binary_of_code(bot)}") if bot else None
        if binary is None:
            raise InvokeError(f"Function not found: {name}")
        outcome = self._node.run(base64.b64decode(binary["data"]).decode(), payload)
        if "error" in outcome:
            return InvokeResult({**outcome["error"], "trace": []}, is_error=True, log=b"")
        return InvokeResult(outcome["result"], is_error=False, log=b"")

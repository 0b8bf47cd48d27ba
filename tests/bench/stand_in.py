"""A server of canned answers that costs next to nothing: HTTP/1.1, connections kept alive.

`python -m tests.bench.stand_in DELAY [MEMBERS]` prints the ports of two of them, of which the one
is a FHIR server and the other DoseSpot, and serves until its standard input ends. A call's answer
is late by as many seconds as DELAY says. With MEMBERS they know so many enrolled prescribers.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from tests.bench import canned
from tests.bench.members import Members

Answering = Callable[[str, str, str, bytes], tuple[int, Any]]
"""Status and JSON of the answer to a call's method, target, bearer token and body."""

END = b"\r\n\r\n"


class StandIn(asyncio.Protocol):
    """One connection.

    Args:
        delay_s: how late each answer is.
        answer: gives it.
    """

    def __init__(self, delay_s: float, answer: Answering) -> None:
        self._delay_s = delay_s
        self._answer = answer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps what answers are written to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers a call as soon as it is here as a whole."""
        self._received += data
        head, end, body = self._received.partition(END)
        length = int(_header(head, b"content-length") or 0) if end else 0
        if not end or len(body) < length:
            return
        self._received = body[length:]
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        token = _header(head, b"authorization").removeprefix("Bearer ")
        reply = _reply(*self._answer(method, target, token, body[:length]))
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.write, reply)
        else:
            self._transport.write(reply)


def _header(head: bytes, wanted: bytes) -> str:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == wanted:
            return value.decode().strip()
    return ""


def _reply(status: int, body: object) -> bytes:
    encoded = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} OK\r\nContent-Type: application/fhir+json; charset=utf-8\r\n"
        f"Content-Length: {len(encoded)}\r\nConnection: keep-alive\r\n\r\n"
    )
    return head.encode() + encoded


async def _serve(delay_s: float, answer: Answering) -> None:
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(lambda: StandIn(delay_s, answer), "127.0.0.1", 0, backlog=512)
        for _ in range(2)
    ]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    knows = Members(int(sys.argv[2])).answer if len(sys.argv) > 2 else canned.answer
    asyncio.run(_serve(float(sys.argv[1]), knows))

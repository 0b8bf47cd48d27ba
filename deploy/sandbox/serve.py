"""Runs ASGI applications as real HTTP servers on loopback, each in a thread of its own.

Nothing here knows which applications they are.
"""

import errno
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self

import uvicorn
from starlette.types import ASGIApp

START_TIMEOUT_S = 10.0


class PortTaken(OSError):
    """Other programs listen on the ports.

    Attributes:
        ports: all of them.
    """

    def __init__(self, *ports: int) -> None:
        self.ports = ports
        which = ", ".join(map(str, ports))
        super().__init__(
            f"Port {which} is taken by another program."
            if len(ports) == 1
            else f"Ports {which} are taken by other programs."
        )


class LocalServer:
    """One ASGI application behind one listening socket.

    The socket is bound when the object is made, so `url` is known (and other applications can be
    told of it) before the application is attached with `start`.

    Args:
        host: address to listen on.
        port: port to listen on; 0 takes any free one.

    Raises:
        PortTaken: another program listens there.
        OSError: the address is not this machine's, or the port is not allowed.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        # asyncio turns Nagle's delay off only where the socket names its protocol.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            with _named(host, port):
                self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base URL, with a trailing slash."""
        return f"http://{self.host}:{self.port}/"

    def start(self, app: ASGIApp) -> Self:
        """Serves `app` and returns once connections are accepted.

        Raises:
            PortTaken: another program has begun to listen on the port.
            RuntimeError: the server did not come up within START_TIMEOUT_S seconds.
        """
        with _named(self.host, self.port):
            self._socket.listen()
        config = uvicorn.Config(
            app, lifespan="off", log_level="error", access_log=False, timeout_keep_alive=60
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        waiter = threading.Event()
        for _ in range(int(START_TIMEOUT_S / 0.01)):
            if self._server.started:
                return self
            if not self._thread.is_alive():
                break
            waiter.wait(0.01)
        raise RuntimeError(f"the server on {self.url} did not start")

    def begin_to_stop(self) -> None:
        """Stops serving in a moment, for which nobody waits here; `stop` does."""
        if self._server is not None:
            self._server.should_exit = True
            self._server.force_exit = True

    def stop(self) -> None:
        """Stops serving and frees the port; does nothing if nothing was started."""
        self.begin_to_stop()
        if self._thread is not None:
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        """Returns the server itself; leaving the block stops it."""
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def listen(ports: Mapping[str, int]) -> dict[str, LocalServer]:
    """A server for each name, on its port of loopback.

    Raises:
        PortTaken: names every port that is taken.
        OSError: as `LocalServer`.
    """
    servers: dict[str, LocalServer] = {}
    taken: list[int] = []
    for name, port in ports.items():
        try:
            servers[name] = LocalServer(port=port)
        except PortTaken as error:
            taken += error.ports
    if taken:
        for server in servers.values():
            server.stop()
        raise PortTaken(*taken)
    return servers


@contextmanager
def _named(host: str, port: int) -> Iterator[None]:
    """Makes the system's errors say which address they are about."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port) from None
        raise OSError(error.errno, f"Can't listen on {host}:{port}: {error.strerror}") from None

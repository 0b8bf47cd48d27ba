"""Runs ASGI applications as real HTTP servers on loopback, each in a thread of its own.

Nothing here knows which applications they are.
"""

import socket
import threading
from typing import Self

import uvicorn
from starlette.types import ASGIApp

START_TIMEOUT_S = 10.0


class LocalServer:
    """One ASGI application behind one listening socket.

    The socket is bound when the object is made, so `url` is known (and other applications can be
    told of it) before the application is attached with `start`.

    Args:
        host: address to listen on.
        port: port to listen on; 0 takes any free one.

    Raises:
        OSError: the port is taken or not allowed.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        # asyncio turns Nagle's delay off only where the socket names its protocol.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
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
            RuntimeError: the server did not come up within START_TIMEOUT_S seconds.
        """
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
        """Stops serving and frees the port; does nothing where nothing was started."""
        self.begin_to_stop()
        if self._thread is not None:
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        """Returns the server itself; leaving the block stops it."""
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

"""Doing independent calls at the same time."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


class Together:
    """Runs calls in the threads of an executor and gives their results in order.

    All of them have ended when it returns; where some failed, the first failure in the order of
    the calls is raised. Only the last call may use `Together` again: the others would wait for
    threads that wait for them.

    Args:
        executor: runs the calls but the last, which runs in the calling thread.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    @overload
    def __call__(self, first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...

    @overload
    def __call__(
        self, first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /
    ) -> tuple[A, B, C]: ...

    def __call__(self, *calls: Callable[[], Any]) -> tuple[Any, ...]:
        """Runs the calls; see the class."""
        futures = [self.started(call) for call in calls[:-1]]
        try:
            last = calls[-1]()
        finally:
            for future in futures:
                future.exception()  # waits until the call has ended
            for future in futures:
                future.result()
        return (*(future.result() for future in futures), last)

    def started(self, call: Callable[[], A]) -> Future[A]:
        """Starts a call; its result, or what it raised, is asked for later, on its own.

        A call may wait for those that were started before it, because calls begin in the order in
        which they are started.
        """
        return self._executor.submit(contextvars.copy_context().run, call)

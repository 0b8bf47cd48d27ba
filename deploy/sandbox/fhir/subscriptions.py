"""Subscriptions whose endpoint is a Bot: it is run soon after a resource was changed.

Sources: measured on Medplum 5.1.3; https://www.medplum.com/docs/subscriptions. Deletions are told
only to a Subscription that asks for them by Medplum's extension.
"""

import threading
import uuid
from collections.abc import Iterator
from queue import Queue

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.backend import FhirBackend
from deploy.sandbox.fhir.execute import BotHost, BotRun, run_as_of
from deploy.sandbox.fhir.invoker import InvokeError
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.query import escape, parse
from deploy.sandbox.fhir.repository import ChangeKind

INTERACTION = "https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction"
CONTENT_TYPE = "application/fhir+json"


class Subscriptions:
    """Runs bots one after the other, in a thread that begins with the first one.

    Args:
        backend: the server.
        runner: runs its bots.
    """

    def __init__(self, backend: FhirBackend, runner: BotHost) -> None:
        self._backend = backend
        self._runner = runner
        self._queue: Queue[tuple[str, BotRun] | None] = Queue()
        self._ended: list[Resource] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def routes(self) -> list[Route]:
        """The control URL, which waits until what was begun has ended."""
        return [Route("/_sandbox/subscriptions", self._look, methods=["GET"])]

    def take(self, change: ChangeKind, resource: Resource) -> None:
        """Has the bots run that are to be told of a change."""
        if resource["resourceType"] == "AuditEvent":
            return  # of which each run leaves one
        for subscription in self._interested(change, resource):
            run = self._run_for(subscription, change, resource)
            if run is not None:
                self._queue.put((subscription["id"], run))
                self._begin()

    def _interested(self, change: ChangeKind, resource: Resource) -> Iterator[Resource]:
        project = resource["meta"]["project"]
        for subscription in self._backend.store.referring("Subscription", "status", "active"):
            here = subscription["meta"]["project"] == project
            if here and _tells(subscription, change) and self._is_about(subscription, resource):
                yield subscription

    def _is_about(self, subscription: Resource, resource: Resource) -> bool:
        kind, _, query = subscription["criteria"].partition("?")
        if kind != resource["resourceType"]:
            return False
        repository = self._backend.server_repository(resource["meta"]["project"])
        one = f"_id={escape(resource['id'])}"
        try:
            request = parse(kind, f"{query}&{one}" if query else one)
        except outcomes.OutcomeError:
            return False
        return bool(repository.search(request).resources)

    def _run_for(
        self, subscription: Resource, change: ChangeKind, resource: Resource
    ) -> BotRun | None:
        author = resource["meta"]["author"]
        bot = self._backend.resource(subscription["channel"].get("endpoint", ""))
        if bot is None or bot["resourceType"] != "Bot":
            return None
        authors = self._backend.membership_of_profile(author["reference"])
        run_as = run_as_of(self._backend, bot, authors)
        if run_as is None:
            return None
        headers = {
            "Content-Type": CONTENT_TYPE,
            "X-Medplum-Subscription": subscription["id"],
            "X-Medplum-Interaction": change,
        }
        given = {"deletedResource": resource} if change == "delete" else resource
        trace = str(uuid.uuid4())
        return BotRun(bot, run_as, given, author, CONTENT_TYPE, headers, trace)

    def close(self) -> None:
        """Ends the thread, once what was begun has ended."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while (begun := self._queue.get()) is not None:
            subscription, run = begun
            answer = self._runner.run(run)
            failed = isinstance(answer, InvokeError) or answer.is_error
            told = str(answer) if isinstance(answer, InvokeError) else answer.result
            one = {"subscription": subscription, "bot": run.bot["id"]}
            with self._lock:
                self._ended.append({**one, "failed": failed, "answer": told})
            self._queue.task_done()

    async def _look(self, _request: Request) -> Response:
        await to_thread.run_sync(self._queue.join)
        with self._lock:
            ended, self._ended = self._ended, []
        return JSONResponse(ended)


def _tells(subscription: Resource, change: ChangeKind) -> bool:
    wanted = [
        one.get("valueCode")
        for one in subscription.get("extension", [])
        if one["url"] == INTERACTION
    ]
    by_hook = subscription["channel"]["type"] == "rest-hook"
    return by_hook and (change in wanted if wanted else change != "delete")

"""Puts the FHIR server together: the one place that makes its parts and knows all its routes."""

from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from deploy.sandbox.faults import FaultInjector
from deploy.sandbox.fhir import (
    admin,
    api,
    auth,
    authorize,
    deploying,
    execute,
    mail,
    operations,
    outcomes,
    schedules,
    switches,
    webhooks,
)
from deploy.sandbox.fhir.backend import FhirBackend, Invoker
from deploy.sandbox.fhir.database import Database
from deploy.sandbox.fhir.execute import BotHost
from deploy.sandbox.fhir.invoker import LambdaInvoker
from deploy.sandbox.fhir.repository import Clock
from deploy.sandbox.fhir.seeding import Seeding
from deploy.sandbox.fhir.sessions import Sessions
from deploy.sandbox.fhir.sign_in_page import SignInHints
from deploy.sandbox.fhir.store import ResourceStore
from deploy.sandbox.fhir.subscriptions import Subscriptions

# Browsers send cookies along, which forbids the answer "*"; the pattern echoes any origin.
CORS = Middleware(
    CORSMiddleware,
    allow_origin_regex=".*",
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    allow_headers=["*"],
    expose_headers=["ETag", "Location", "Last-Modified"],
)


class FhirServer(Seeding):
    """The server as an ASGI application, with its seeding interface.

    Args:
        backend: the server without its routes.
        database: closed by `close`.
        invoker: closed by `close`, where the server made it itself.
        hints: what the sign-in page shows beside its form.
    """

    def __init__(
        self,
        backend: FhirBackend,
        database: Database,
        invoker: LambdaInvoker | None,
        hints: SignInHints,
    ) -> None:
        super().__init__(backend)
        self._database = database
        self._invoker = invoker
        self._runner = BotHost(backend)
        self._subscriptions = Subscriptions(backend, self._runner)
        backend.listeners.append(self._subscriptions.take)
        self._app = FaultInjector(self._application(backend, hints))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection event as the ASGI specification has it."""
        await self._app(scope, receive, send)

    def forget_calls(self) -> None:
        """Counts calls from now on."""
        self._app.forget_calls()

    def close(self) -> None:
        """Closes the database and the connections to the functions endpoint."""
        self._subscriptions.close()
        self._database.close()
        if self._invoker is not None:
            self._invoker.close()

    def _application(self, backend: FhirBackend, hints: SignInHints) -> Starlette:
        look = Route("/_sandbox/resources/{type}", self._look, methods=["GET"])
        starts = (schedules, webhooks, execute, operations)
        return Starlette(
            routes=[
                look,
                *switches.routes(backend.switches),
                *self._subscriptions.routes(),
                *auth.routes(backend),
                *authorize.routes(backend, hints),
                *admin.routes(backend),
                *deploying.routes(backend),
                *mail.routes(backend),
                *(route for start in starts for route in start.routes(backend, self._runner)),
                *api.routes(backend),
            ],
            middleware=[CORS],
            exception_handlers={
                outcomes.OutcomeError: _outcome_response,
                HTTPException: _not_found_response,
                RecursionError: _too_deep_response,
            },
        )

    async def _look(self, request: Request) -> Response:
        return JSONResponse(self.resources(request.path_params["type"]))


def create_app(  # noqa: PLR0913 - whoever wants a server says little of it
    *,
    database: str = ":memory:",
    base_url: str = "http://127.0.0.1:8103/",
    functions_url: str | None = None,
    now: Clock = lambda: datetime.now(UTC),
    bot_custom_functions_enabled: bool = True,
    invoker: Invoker | None = None,
    hints: SignInHints = SignInHints(),  # noqa: B008 - it is frozen
    first_password: str | None = None,
) -> FhirServer:
    """A server, empty unless `database` is a file that has something in it.

    Args:
        database: SQLite file, or ":memory:".
        base_url: where the server will be reachable, with a trailing slash.
        functions_url: Lambda endpoint that runs the bots; without it none can be run.
        now: the clock, with a time zone.
        bot_custom_functions_enabled: whether a bot may name the function that it stands for.
        invoker: what runs bots instead of a Lambda client for `functions_url`.
        hints: what the sign-in page shows beside its form.
        first_password: of whoever is invited without one; None makes one that nobody knows.
    """
    own_invoker = LambdaInvoker(functions_url) if functions_url and invoker is None else None
    tables = Database(database)
    backend = FhirBackend(
        store=ResourceStore(tables),
        sessions=Sessions(tables, now),
        invoker=invoker or own_invoker,
        base_url=base_url,
        now=now,
        bot_custom_functions_enabled=bot_custom_functions_enabled,
        first_password=first_password,
    )
    return FhirServer(backend, tables, own_invoker, hints)


def _outcome_response(_request: Request, error: Exception) -> Response:
    assert isinstance(error, outcomes.OutcomeError)  # noqa: S101 - registered for nothing else
    return api.FhirResponse(error.outcome, error.status)


def _not_found_response(_request: Request, _error: Exception) -> Response:
    error = outcomes.not_found()
    return api.FhirResponse(error.outcome, error.status)


def _too_deep_response(_request: Request, _error: Exception) -> Response:
    error = outcomes.invalid("Content is nested too deeply")
    return api.FhirResponse(error.outcome, error.status)

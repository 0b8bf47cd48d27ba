"""Medplum's `email/v1/send`, which sends nothing: what should be sent is kept and can be read.

* `GET /_sandbox/outbox`: the mails so far, the oldest first; `DELETE` forgets them.

Measured on Medplum 5.1.3: only for administrators of a project with the feature `email`, and only
where the server has mail set up, which is a switch here.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.api import FhirResponse, parse_json
from deploy.sandbox.fhir.backend import FhirBackend
from deploy.sandbox.fhir.outcomes import Resource

PATH = "/_sandbox/outbox"
FEATURE = "email"
NEEDED = ("to", "subject")


def routes(backend: FhirBackend) -> list[Route]:
    """The route that takes mail, and the one that shows it."""

    async def send(request: Request) -> Response:
        caller = backend.caller(request)
        allowed = caller.actor.admin and backend.has_feature(caller.actor.project, FEATURE)
        if not allowed:
            raise outcomes.forbidden()
        backend.outbox.append(_checked(backend, parse_json(await request.body())))
        return FhirResponse(outcomes.ok(), 200)

    async def look(request: Request) -> Response:
        if request.method == "DELETE":
            backend.outbox.clear()
        return JSONResponse({"mails": backend.outbox})

    return [
        Route("/email/v1/send", send, methods=["POST"]),
        Route(PATH, look, methods=["GET", "DELETE"]),
    ]


def _checked(backend: FhirBackend, sent: Any) -> Resource:
    """A mail that a server with mail set up would send.

    Raises:
        OutcomeError: 400.
    """
    if not isinstance(sent, dict) or not all(sent.get(name) for name in NEEDED):
        raise outcomes.invalid("Email has no recipient or no subject")
    if not backend.switches.has_mail_server:
        raise outcomes.invalid("Error sending email")
    return sent

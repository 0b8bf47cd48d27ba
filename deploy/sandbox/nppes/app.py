"""The registry as an ASGI application: one lookup, and a way to add and remove people.

`PUT /_sandbox/registrations/{npi}` makes a number known with the result that is sent; `DELETE` on
the same deactivates it. Outages are `deploy/sandbox/faults.py`'s business.
"""

import json
import re
from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from deploy.sandbox.faults import FaultInjector
from deploy.sandbox.nppes.records import NppesRecord

API_PATH = "api/"
VERSION = "2.1"

NO_VERSION = {"description": "Unsupported Version", "field": "version", "number": "17"}
NO_CRITERIA = {"description": "No valid search criteria provided", "number": "04"}
NOT_TEN_DIGITS = {"description": "NPI must be 10 digits", "field": "number", "number": "06"}
"""An error's `number` is the error's own, and not the NPI."""


class NppesServer:
    """The registry, which answers 200 whatever it is asked.

    Args:
        records: whom it knows.
    """

    def __init__(self, records: Iterable[NppesRecord]) -> None:
        self._records = {record["number"]: record for record in records}
        routes = [
            Route(f"/{API_PATH}", self._look, methods=["GET"]),
            Route("/_sandbox/registrations/{npi}", self._change, methods=["PUT", "DELETE"]),
        ]
        self._app = FaultInjector(Starlette(routes=routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection event as the ASGI specification has it."""
        await self._app(scope, receive, send)

    def forget_calls(self) -> None:
        """Counts calls from now on."""
        self._app.forget_calls()

    async def _look(self, request: Request) -> Response:
        version, number = (request.query_params.get(name, "") for name in ("version", "number"))
        if version != VERSION:
            return JSONResponse({"Errors": [NO_VERSION]})
        if not number:
            return JSONResponse({"Errors": [NO_CRITERIA]})
        if not re.fullmatch(r"[0-9]{10}", number):
            return JSONResponse({"Errors": [NOT_TEN_DIGITS]})
        found = [self._records[number]] if number in self._records else []
        return JSONResponse({"result_count": len(found), "results": found})

    async def _change(self, request: Request) -> Response:
        npi = request.path_params["npi"]
        if request.method == "DELETE":
            self._records.pop(npi, None)
        else:
            self._records[npi] = json.loads(await request.body())
        return Response(status_code=204)

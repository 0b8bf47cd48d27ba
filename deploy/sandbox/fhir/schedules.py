"""What the server starts by itself when it is time: the control URL that says that it is.

Nothing here looks at a clock: `POST /_sandbox/crons/{id}` does what a Medplum server does when the
Bot's schedule is due. Source: measured on Medplum 5.1.3; a project without the feature `cron` runs
nothing, and says nothing.
"""

import re

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.fhir.backend import FhirBackend
from deploy.sandbox.fhir.execute import BotHost, BotRun
from deploy.sandbox.fhir.invoker import InvokeError
from deploy.sandbox.fhir.outcomes import Resource

FEATURE = "cron"
CONTENT_TYPE = "application/fhir+json"

_FIVE_FIELDS = re.compile(r"(\S+ ){4}\S+")


def routes(backend: FhirBackend, runner: BotHost) -> list[Route]:
    """The control URL."""

    async def due(request: Request) -> Response:
        bot = backend.resource(f"Bot/{request.path_params['id']}")
        if bot is None:
            return JSONResponse({"error": "There is no such Bot."}, 404)
        run_as = backend.membership_of_profile(f"Bot/{bot['id']}")
        if run_as is None or not _is_scheduled(backend, bot):
            return JSONResponse({"ran": False})
        run = BotRun(bot, run_as, bot, content_type=CONTENT_TYPE)
        answer = await to_thread.run_sync(runner.run, run)
        if isinstance(answer, InvokeError):
            return JSONResponse({"ran": True, "failed": True, "answer": str(answer)})
        told = {"ran": True, "failed": answer.is_error, "answer": answer.result}
        return JSONResponse(told)

    return [Route("/_sandbox/crons/{id}", due, methods=["POST"])]


def _is_scheduled(backend: FhirBackend, bot: Resource) -> bool:
    by_string = _FIVE_FIELDS.fullmatch(bot.get("cronString", "")) is not None
    by_timing = bool(bot.get("cronTiming", {}).get("repeat"))
    return (by_string or by_timing) and backend.has_feature(bot["meta"]["project"], FEATURE)

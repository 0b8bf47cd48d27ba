"""What others call: public webhooks, which need no sign-in, and CDS Hooks.

A webhook's address has the id of the Bot's ProjectMembership. Sources: measured on Medplum 5.1.3;
https://cds-hooks.hl7.org (discovery, calling a service).
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.backend import FhirBackend
from deploy.sandbox.fhir.execute import BotHost, BotRun, called, input_of
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.query import MAX_COUNT, parse

SERVICE = ("hook", "title", "description", "usageRequirements")


def routes(backend: FhirBackend, runner: BotHost) -> list[Route]:
    """The routes under `webhook/` and `cds-services`."""

    async def webhook(request: Request) -> Response:
        membership = backend.resource(f"ProjectMembership/{request.path_params['id']}")
        if membership is None:
            raise outcomes.not_found()
        bot = backend.resource(membership["profile"]["reference"])
        why_not = _why_closed(membership, bot)
        if why_not or bot is None:
            return PlainTextResponse(why_not, 403)
        given, headers = await input_of(request), dict(request.headers)
        kind = headers.get("content-type")
        return await runner.answer(
            BotRun(bot, membership, given, content_type=kind, headers=headers)
        )

    async def services(request: Request) -> Response:
        caller = backend.caller(request)
        found = backend.repository(caller.actor).search(parse("Bot", f"_count={MAX_COUNT}"))
        told = [_service(bot) for bot in found.resources if "cdsService" in bot]
        return JSONResponse({"services": told})

    async def service(request: Request) -> Response:
        caller = backend.caller(request)
        readable = backend.repository(caller.actor).read("Bot", request.path_params["id"])
        if "cdsService" not in readable:
            raise outcomes.not_found()
        bot = backend.resource(f"Bot/{readable['id']}") or readable
        given = await input_of(request)
        return await runner.answer(called(caller, bot, caller.membership, given, request))

    return [
        Route("/webhook/{id}", webhook, methods=["GET", "POST"]),
        Route("/cds-services", services, methods=["GET"]),
        Route("/cds-services/{id}", service, methods=["POST"]),
    ]


def _why_closed(membership: Resource, bot: Resource | None) -> str:
    """Why a membership's webhook may not be called; empty if it may."""
    if bot is None or bot["resourceType"] != "Bot":
        return "ProjectMembership must be for a Bot resource"
    if not membership.get("access") and "accessPolicy" not in membership:
        return "ProjectMembership must have an Access Policy"
    if not bot.get("publicWebhook"):
        return "Bot is not configured for public webhook access"
    return ""


def _service(bot: Resource) -> Resource:
    """A Bot as CDS Hooks' discovery tells of it."""
    found = bot["cdsService"]
    told = {"id": bot["id"], **{name: found[name] for name in SERVICE if name in found}}
    if "prefetch" in found:
        told["prefetch"] = {one["key"]: one["query"] for one in found["prefetch"]}
    return told

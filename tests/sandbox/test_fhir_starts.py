"""Every way in which the FHIR server starts a bot, with the payloads of Medplum 5.1.3."""

from typing import Any

import pytest
import requests

from deploy.sandbox.fhir.operations import IMPLEMENTATION
from deploy.sandbox.fhir.subscriptions import INTERACTION
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.runtime.payload import parse_payload
from shared.runtime.start import Start, start_of
from tests.sandbox.served_bots import JANE, World

ANYTHING = {"resourceType": "AccessPolicy", "resource": [{"resourceType": "*"}]}
EVENT = {"EventType": "ClinicianConfirmed", "Data": {"ClinicianId": 1}}
HOOK = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "a"}}
SERVICE = {
    "hook": "patient-view",
    "title": "Readiness",
    "description": "Who may prescribe",
    "prefetch": [{"key": "patient", "query": "Patient/{{context.patientId}}"}],
}


def answer(payload: dict, _context: Any) -> dict:
    return {"given": payload["input"]}


def fail(_payload: dict, _context: Any) -> None:
    raise ValueError("no")


def call(world: World, method: str, path: str, token: str | None = "", **sent: Any) -> Any:
    """Calls the server as Jane, as somebody else, or as nobody."""
    headers = {} if token is None else {"Authorization": f"Bearer {token or world.jane}"}
    headers |= sent.pop("headers", {})
    return requests.request(method, f"{world.url}{path}", headers=headers, timeout=30, **sent)


def changed(world: World, kind: str, resource_id: str, **changes: Any) -> dict:
    """Changes a resource as an administrator; a change to None takes an element away."""
    client = world.server.add_client(world.project, "admin", admin=True)
    token = world.server.token_for(client.membership_id)
    (before,) = [one for one in world.server.resources(kind) if one["id"] == resource_id]
    after = {k: v for k, v in {**before, **changes}.items() if v is not None}
    reply = call(world, "PUT", f"fhir/R4/{kind}/{resource_id}", token, json=after)
    assert reply.status_code == 200, reply.text
    return reply.json()


def membership(world: World, bot: str) -> dict:
    profile = {"reference": f"Bot/{bot}"}
    memberships = world.server.resources("ProjectMembership")
    (found,) = [one for one in memberships if one["profile"]["reference"] == profile["reference"]]
    return found


def stored(world: World, reference: str) -> dict:
    kind, _, resource_id = reference.partition("/")
    (found,) = [one for one in world.server.resources(kind) if one["id"] == resource_id]
    return found


def the_payload(world: World, start: Start) -> dict:
    """The only payload that was sent, which our runtime takes for this start."""
    (payload,) = world.payloads
    assert start_of(parse_payload(payload)) is start
    assert payload.pop("accessToken")
    assert payload.pop("secrets")["KEY"] == {"name": "KEY", "valueString": "abc"}
    assert payload.pop("baseUrl") == world.url
    return payload


def reference(bot: str, world: World) -> dict:
    return {"reference": f"Bot/{bot}", "display": stored(world, f"Bot/{bot}")["name"]}


def test_execute_by_get_gives_all_query_parameters(world: World) -> None:
    bot = world.bot(answer)
    named = f"{MEDPLUM_BOTS}|{stored(world, f'Bot/{bot}')['name']}"
    query = {"identifier": named, "patientId": "a", "n": ["1", "2"]}
    reply = call(world, "GET", "fhir/R4/Bot/$execute", params=query)
    assert (reply.status_code, reply.json()) == (200, {"given": query})
    payload = the_payload(world, Start.EXECUTE)
    assert payload["requester"]["reference"] == world.profile
    assert payload["headers"]["authorization"] == f"Bearer {world.jane}"
    assert len(payload["traceId"]) == 36
    assert "contentType" not in payload
    world.payloads.clear()
    call(world, "GET", f"fhir/R4/Bot/{bot}/$execute")
    assert the_payload(world, Start.EXECUTE)["input"] == {}


@pytest.mark.parametrize("by", ["cronString", "cronTiming"])
def test_a_schedule_that_is_due_gives_the_bot_and_nobody_who_asks(world: World, by: str) -> None:
    bot = world.bot(answer)
    when = {"cronString": "0 3 * * *", "cronTiming": {"repeat": {"period": 24}}}[by]
    changed(world, "Bot", bot, **{by: when})
    reply = call(world, "POST", f"_sandbox/crons/{bot}", None)
    whole = stored(world, f"Bot/{bot}")
    assert reply.json() == {"ran": True, "failed": False, "answer": {"given": whole}}
    assert the_payload(world, Start.CRON) == {
        "bot": reference(bot, world),
        "input": whole,
        "contentType": "application/fhir+json",
        "headers": {},
    }
    (event,) = world.events(bot)
    assert event["agent"][0]["who"] == reference(bot, world)


def test_a_schedule_acts_as_the_bot_itself_whatever_it_says_of_users(world: World) -> None:
    bot = world.bot(who_am_i, run_as_user=True)
    changed(world, "Bot", bot, cronString="0 3 * * *")
    told = call(world, "POST", f"_sandbox/crons/{bot}", None).json()
    assert told["answer"] == {"profile": f"Bot/{bot}"}


def who_am_i(payload: dict, _context: Any) -> dict:
    headers = {"Authorization": f"Bearer {payload['accessToken']}"}
    me = requests.get(f"{payload['baseUrl']}auth/me", headers=headers, timeout=10).json()
    return {"profile": f"{me['profile']['resourceType']}/{me['profile']['id']}"}


@pytest.mark.parametrize("cron", ["", "daily", "0 3 * *"])
def test_without_a_schedule_nothing_runs(world: World, cron: str) -> None:
    bot = world.bot(answer)
    if cron:
        changed(world, "Bot", bot, cronString=cron)
    assert call(world, "POST", f"_sandbox/crons/{bot}", None).json() == {"ran": False}
    assert world.payloads == []


def test_without_the_projects_feature_no_schedule_runs_and_nothing_is_said(world: World) -> None:
    bot = world.bot(answer)
    changed(world, "Bot", bot, cronString="0 3 * * *")
    changed(world, "Project", world.project, features=["bots"])
    assert call(world, "POST", f"_sandbox/crons/{bot}", None).json() == {"ran": False}
    assert (world.payloads, world.events(bot)) == ([], [])


def test_a_schedule_tells_how_the_bot_failed(world: World) -> None:
    bot = world.bot(fail)
    changed(world, "Bot", bot, cronString="0 3 * * *")
    told = call(world, "POST", f"_sandbox/crons/{bot}", None).json()
    assert (told["ran"], told["failed"], told["answer"]["errorMessage"]) == (True, True, "no")
    assert call(world, "POST", "_sandbox/crons/none", None).status_code == 404


def hooked(world: World, **changes: Any) -> tuple[str, str]:
    """A bot with a public webhook, and the webhook's path."""
    bot = world.bot(answer)
    policy = world.server.add_resource(world.project, ANYTHING)
    of = membership(world, bot)
    pointer = {"reference": f"AccessPolicy/{policy['id']}"}
    changed(world, "ProjectMembership", of["id"], **{"accessPolicy": pointer, **changes})
    changed(world, "Bot", bot, publicWebhook=True)
    return bot, f"webhook/{of['id']}"


def test_a_public_webhook_needs_no_sign_in_and_gives_the_senders_headers(world: World) -> None:
    bot, path = hooked(world)
    sent = {"Authorization": "Secret abc", "X-Own": "1"}
    reply = call(world, "POST", path, None, json=EVENT, headers=sent)
    assert (reply.status_code, reply.json()) == (200, {"given": EVENT})
    payload = the_payload(world, Start.WEBHOOK)
    headers = payload.pop("headers")
    assert (headers["authorization"], headers["x-own"]) == ("Secret abc", "1")
    assert payload == {
        "bot": reference(bot, world),
        "input": EVENT,
        "contentType": "application/json",
    }
    (event,) = world.events(bot)
    assert event["agent"][0]["who"] == reference(bot, world)


def test_a_public_webhook_by_get_gives_the_query(world: World) -> None:
    _, path = hooked(world)
    reply = call(world, "GET", path, None, params={"identifier": "a"})
    assert reply.json() == {"given": {"identifier": "a"}}
    assert the_payload(world, Start.WEBHOOK)["input"] == {"identifier": "a"}


def test_a_bots_failure_reaches_whoever_called_the_webhook(world: World) -> None:
    bot, path = hooked(world)
    world.functions[stored(world, f"Bot/{bot}")["name"]] = fail
    reply = call(world, "POST", path, None, json=EVENT)
    assert (reply.status_code, reply.json()["errorMessage"]) == (400, "no")


def test_a_webhook_without_a_policy_is_closed(world: World) -> None:
    _, path = hooked(world, accessPolicy=None)
    reply = call(world, "POST", path, None, json=EVENT)
    assert (reply.status_code, "Access Policy" in reply.text) == (403, True)
    assert world.payloads == []


def test_a_webhook_that_is_not_public_or_no_bots_is_closed(world: World) -> None:
    bot, path = hooked(world)
    changed(world, "Bot", bot, publicWebhook=None)
    assert call(world, "POST", path, None, json=EVENT).status_code == 403
    janes = next(
        one["id"]
        for one in world.server.resources("ProjectMembership")
        if one["profile"]["reference"] == world.profile
    )
    assert call(world, "POST", f"webhook/{janes}", None, json=EVENT).status_code == 403
    assert call(world, "POST", "webhook/none", None, json=EVENT).status_code == 404
    assert world.payloads == []


def test_cds_services_are_told_to_who_is_signed_in_and_run_as_them(world: World) -> None:
    bot = world.bot(who_am_i, admin=True)
    world.bot(answer)
    changed(world, "Bot", bot, cdsService=SERVICE)
    prefetch = {"patient": "Patient/{{context.patientId}}"}
    assert call(world, "GET", "cds-services").json() == {
        "services": [{**SERVICE, "id": bot, "prefetch": prefetch}]
    }
    assert call(world, "GET", "cds-services", None).status_code == 401
    reply = call(world, "POST", f"cds-services/{bot}", json=HOOK)
    assert (reply.status_code, reply.json()) == (200, {"profile": world.profile})
    payload = the_payload(world, Start.CDS_HOOKS)
    assert (payload["input"], payload["requester"]["reference"]) == (HOOK, world.profile)
    assert payload["headers"]["authorization"] == f"Bearer {world.jane}"
    assert len(payload["traceId"]) == 36


def test_who_is_no_cds_service_is_not_found(world: World) -> None:
    bot = world.bot(answer)
    assert call(world, "POST", f"cds-services/{bot}", json=HOOK).status_code == 404
    assert call(world, "POST", f"cds-services/{bot}", None, json=HOOK).status_code == 401
    assert world.payloads == []


def operation(world: World, code: str, bot: str, *, instance: bool = True) -> None:
    named = {"url": IMPLEMENTATION, "valueReference": {"reference": f"Bot/{bot}"}}
    definition = {
        "resourceType": "OperationDefinition",
        "extension": [named] if bot else [{"url": "https://example.com/other"}],
        "name": "Operation",
        "status": "active",
        "kind": "operation",
        "code": code,
        "system": True,
        "type": True,
        "instance": instance,
    }
    world.server.add_resource(world.project, definition)


def test_an_operation_on_a_resource_gives_the_resource_as_the_caller_sees_it(world: World) -> None:
    bot = world.bot(answer)
    operation(world, "greet", bot)
    reply = call(world, "POST", f"fhir/R4/{world.profile}/$greet", json={"not": "given"})
    given = reply.json()["given"]
    seen = call(world, "GET", f"fhir/R4/{world.profile}").json()
    assert (reply.status_code, given, "author" in given["meta"]) == (200, seen, False)
    payload = the_payload(world, Start.OPERATION)
    assert payload["requester"]["reference"] == world.profile
    assert len(payload["traceId"]) == 36
    assert payload["headers"]["authorization"] == f"Bearer {world.jane}"


@pytest.mark.parametrize("path", ["$greet", "Practitioner/$greet"])
def test_an_operation_on_a_type_gives_what_was_sent(world: World, path: str) -> None:
    operation(world, "greet", world.bot(answer))
    assert call(world, "POST", f"fhir/R4/{path}", json={"a": 1}).json() == {"given": {"a": 1}}
    assert the_payload(world, Start.EXECUTE)["input"] == {"a": 1}
    got = call(world, "GET", f"fhir/R4/{path}", params={"identifier": "x"})
    assert got.json() == {"given": {"identifier": "x"}}


def test_an_operation_that_is_for_types_gives_what_was_sent_on_a_resource_too(
    world: World,
) -> None:
    operation(world, "greet", world.bot(answer), instance=False)
    reply = call(world, "POST", f"fhir/R4/{world.profile}/$greet", json={"a": 1})
    assert reply.json() == {"given": {"a": 1}}


def test_an_operation_that_no_bot_does_is_not_found(world: World) -> None:
    operation(world, "other", "")
    operation(world, "lost", "none")
    for path in ("Practitioner/$unknown", "Practitioner/$other", "Practitioner/$lost"):
        assert call(world, "POST", f"fhir/R4/{path}", json={}).status_code == 404
    assert call(world, "POST", "fhir/R4/Practitioner/$unknown", None, json={}).status_code == 401


def subscribed(world: World, bot: str, criteria: str, *interactions: str, **more: Any) -> str:
    subscription = {
        "resourceType": "Subscription",
        "extension": [{"url": INTERACTION, "valueCode": one} for one in interactions] or None,
        "status": "active",
        "reason": "test",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": f"Bot/{bot}"},
        **more,
    }
    kept = {name: value for name, value in subscription.items() if value is not None}
    return world.server.add_resource(world.project, kept)["id"]


def ended(world: World) -> list[dict]:
    """How the runs ended that Subscriptions started, once all of them have."""
    return call(world, "GET", "_sandbox/subscriptions", None).json()


def create(world: World, **more: Any) -> dict:
    return call(world, "POST", "fhir/R4/Practitioner", json={**JANE, **more}).json()


@pytest.mark.parametrize("change", ["create", "update", "delete"])
def test_a_subscription_gives_the_resource_and_who_changed_it(world: World, change: str) -> None:
    bot = world.bot(answer)
    one = create(world)
    subscription = subscribed(world, bot, "Practitioner", change)
    path = f"fhir/R4/Practitioner/{one['id']}"
    if change == "create":
        one = create(world)
    elif change == "update":
        call(world, "PUT", path, json={**one, "active": True})
    whole = stored(world, f"Practitioner/{one['id']}")
    if change == "delete":
        call(world, "DELETE", path)
    given = {"deletedResource": whole} if change == "delete" else whole
    told = {"subscription": subscription, "bot": bot, "failed": False, "answer": {"given": given}}
    assert ended(world) == [told]
    payload = the_payload(world, Start.SUBSCRIPTION)
    assert len(payload.pop("traceId")) == 36
    headers = payload.pop("headers")
    assert headers["X-Medplum-Subscription"] == subscription
    assert headers["X-Medplum-Interaction"] == change
    assert payload == {
        "bot": reference(bot, world),
        "requester": whole["meta"]["author"],
        "input": given,
        "contentType": "application/fhir+json",
    }
    assert payload["requester"]["reference"] == world.profile


def test_a_subscription_is_told_of_what_its_criteria_find_and_of_nothing_else(
    world: World,
) -> None:
    bot = world.bot(answer)
    subscribed(world, bot, "Practitioner?active=true")
    subscribed(world, bot, "Practitioner", status="off")
    subscribed(world, bot, "Practitioner?nonsense=1")
    subscribed(world, bot, "Patient")
    subscribed(world, bot, "Practitioner", channel={"type": "websocket"})
    subscribed(world, bot, "Practitioner", channel={"type": "rest-hook", "endpoint": "Bot/none"})
    create(world)
    create(world, active=False)
    one = create(world, active=True)
    call(world, "DELETE", f"fhir/R4/Practitioner/{one['id']}")
    assert [run["answer"]["given"]["id"] for run in ended(world)] == [one["id"]]
    elsewhere = world.server.add_project("Other")
    world.server.add_resource(elsewhere, {**JANE, "active": True})
    assert ended(world) == []


@pytest.mark.parametrize("run_as_user", [True, False])
def test_a_subscriptions_bot_acts_as_itself_or_as_who_changed_the_resource(
    world: World, run_as_user: bool
) -> None:
    bot = world.bot(who_am_i, run_as_user=run_as_user)
    subscribed(world, bot, "Practitioner")
    create(world)
    (run,) = ended(world)
    assert run["answer"] == {"profile": world.profile if run_as_user else f"Bot/{bot}"}


def test_a_write_that_changes_nothing_or_is_refused_starts_nobody(world: World) -> None:
    one = create(world)
    bot = world.bot(fail)
    subscribed(world, bot, "Practitioner")
    path = f"fhir/R4/Practitioner/{one['id']}"
    call(world, "PUT", path, json=one)
    assert call(world, "PUT", path, json={**one, "nonsense": 1}).status_code == 400
    assert ended(world) == []
    call(world, "PUT", path, json={**one, "active": True})
    (run,) = ended(world)
    assert (run["failed"], run["answer"]["errorMessage"]) == (True, "no")

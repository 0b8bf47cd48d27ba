"""The flows of an enrollment: how a prescriber gets where it starts, and which run it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.integration.clinic import DEA, Clinic, Member
from tests.integration.self_service import add_patient

Prepare = Callable[[Clinic, Member], None]

LETTERS = str.maketrans("0123456789", "abcdefghij")
FOREIGN = {"url": "https://example.org/kept", "valueString": "by somebody else"}


@dataclass(frozen=True)
class Flow:
    """One run of one bot in one situation.

    Attributes:
        bot: the bot's name.
        input: its input; for the enroll bot, beside the prescriber and the roles.
        prepare: takes a new prescriber to where the flow starts.
        status: DoseSpot's status after it.
        inits: how many IDP and TFA initializations have then taken effect.
        then: the bot that an app's hook runs next, with the same input, if there is one.
    """

    bot: str
    input: dict[str, Any]
    prepare: Prepare
    status: str
    inits: tuple[int, int]
    then: str | None = None


def _nothing(clinic: Clinic, member: Member) -> None:
    """A prescriber whom DoseSpot does not know."""


def _signed(clinic: Clinic, member: Member) -> None:
    clinic.enroll(member)
    clinic.prescriber_does(member, "sign-agreements")


def _proven(clinic: Clinic, member: Member) -> None:
    _signed(clinic, member)
    clinic.enroll(member, initIdp=True)
    clinic.prescriber_does(member, "pass-idp")


def _activated(clinic: Clinic, member: Member) -> None:
    _proven(clinic, member)
    clinic.enroll(member, initTfa=True)
    clinic.prescriber_does(member, "activate-tfa")


def _changed(clinic: Clinic, member: Member) -> None:
    clinic.enroll(member)
    practitioner = clinic.practitioner(member)
    clinic.write({**practitioner, "name": [{"family": "Jones", "given": ["Jane"]}]})


def _unlinked(clinic: Clinic, member: Member) -> None:
    clinic.enroll(member)
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    clinic.write({k: v for k, v in membership.items() if k != "identifier"})


FLOWS = {
    "admin, first run": Flow("admin_enroll", {}, _nothing, "Pending", (0, 0)),
    "self, first run": Flow("self_enroll", {}, _nothing, "Pending", (0, 0)),
    "iframe, first run": Flow("iframe", {}, _nothing, "Pending", (0, 0)),
    "sync, first run": Flow("patient_sync", {}, _nothing, "Pending", (0, 0), then="iframe"),
    "admin, found by NPI": Flow("admin_enroll", {}, _unlinked, "Pending", (0, 0)),
    "admin, changed record": Flow("admin_enroll", {}, _changed, "Pending", (0, 0)),
    "admin, IDP": Flow("admin_enroll", {"initIdp": True}, _signed, "IDPInitializeSuccess", (1, 0)),
    "self, IDP": Flow("self_enroll", {}, _signed, "IDPInitializeSuccess", (1, 0)),
    "iframe, IDP": Flow("iframe", {}, _signed, "IDPInitializeSuccess", (1, 0)),
    "admin, TFA": Flow("admin_enroll", {"initTfa": True}, _proven, "TFAActivateInit", (1, 1)),
    "self, TFA": Flow("self_enroll", {}, _proven, "TFAActivateInit", (1, 1)),
    "iframe, TFA": Flow("iframe", {}, _proven, "TFAActivateInit", (1, 1)),
    "admin, EPCS": Flow("admin_enroll", {}, _activated, "TFAActivatedSuccess", (1, 1)),
    "self, EPCS": Flow("self_enroll", {}, _activated, "TFAActivatedSuccess", (1, 1)),
    "iframe, EPCS": Flow("iframe", {}, _activated, "TFAActivatedSuccess", (1, 1)),
}


def start(clinic: Clinic, flow: Flow) -> Member:
    """A new prescriber where the flow starts, with something on the record that is not ours."""
    member = clinic.add_member(dea=DEA, practitioner={"extension": [FOREIGN]})
    clinic.authorize(member)
    flow.prepare(clinic, member)
    return member


def payload(clinic: Clinic, flow: Flow, member: Member) -> dict[str, Any]:
    """What a Medplum server would run the flow's bot with."""
    by_admin = flow.bot == "admin_enroll"
    caller = clinic.admin if by_admin else member
    whom = _whom(clinic, flow, member)
    secrets = clinic.sandbox.fhir.resources("Project")[0]["secret"]
    return {
        "bot": {"reference": "Bot/1"},
        "baseUrl": clinic.fhir_url,
        "requester": {"reference": f"Practitioner/{caller.id}"},
        "accessToken": caller.token,
        "input": {**whom, **flow.input},
        "contentType": "application/json",
        "secrets": {secret["name"]: secret for secret in secrets},
        "traceId": "00000000-0000-4000-8000-000000000000",
        "headers": {},
    }


def _whom(clinic: Clinic, flow: Flow, member: Member) -> dict[str, Any]:
    """Whom the run is about, where that is not the caller alone."""
    if flow.bot == "admin_enroll":
        return {"practitionerId": member.id, "practitionerRoleTypes": [1]}
    if flow.bot == "patient_sync":
        name = {"given": ["Ann"], "family": f"Flow{member.npi.translate(LETTERS)}"}
        return {"patientId": add_patient(clinic, name=[name])["id"]}
    return {}

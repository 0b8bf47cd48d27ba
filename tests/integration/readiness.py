"""Asking the readiness bot, and people with all steps behind them."""

from typing import Any

from fhir_profiles.systems import IDENTIFIER_TYPE
from tests.integration.clinic import DEA, Answer, Clinic, Member

BOT = "dosespot-readiness-bot"
WITHOUT_END = "dea-without-end"
LICENSE = {"coding": [{"system": IDENTIFIER_TYPE, "code": "MD"}]}


def run(clinic: Clinic, *, by: Member | None = None, bot: str = BOT, **given: Any) -> Answer:
    return clinic.execute(bot, given, (by or clinic.admin).token)


def told(clinic: Clinic, member: Member, *, by: Member | None = None) -> dict[str, Any]:
    """What is told of one prescriber."""
    answer = run(clinic, by=by, practitionerId=member.id)
    assert (answer.status, answer.body.get("nextCursor")) == (200, None), answer.body
    (prescriber,) = answer.body["prescribers"]
    assert prescriber["practitioner"] == f"Practitioner/{member.id}"
    return dict(prescriber)


def codes(found: dict[str, Any]) -> list[str]:
    return [one["code"] for one in found["reasons"] if one["code"] != WITHOUT_END]


def verdicts(found: dict[str, Any]) -> tuple[bool, bool]:
    return found["nonControlled"]["ready"], found["controlled"]["ready"]


def signs_in(found: dict[str, Any]) -> list[str]:
    return [one["state"] for one in found["controlled"]["registrations"] if one["ready"]]


def ready(clinic: Clinic) -> Member:
    """Somebody with DEA numbers and all steps behind them."""
    member = clinic.add_member(dea=DEA)
    clinic.authorize(member)
    stages = {
        "": {},
        "sign-agreements": {"initIdp": True},
        "pass-idp": {"initTfa": True},
        "activate-tfa": {},
    }
    for step, flags in stages.items():
        if step:
            clinic.prescriber_does(member, step)
        assert clinic.enroll(member, **flags).status == 200
    clinic.reset()
    return member

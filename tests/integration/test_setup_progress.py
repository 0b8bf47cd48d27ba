"""The four steps through `$execute`: who is where, page by page, and nothing is written."""

from typing import Any

import pytest

from shared.access.authorize import NOT_ADMINISTRATOR
from tests.integration.clinic import DEA, TIMEOUT_S, Answer, Clinic, Member
from tests.integration.inviting import invite, prescriber

BOT = "dosespot-setup-progress-bot"


def progress(clinic: Clinic, by: Member | None = None, **given: Any) -> Answer:
    return clinic.execute(BOT, given, (by or clinic.admin).token)


def place_of(clinic: Clinic, member: Member) -> dict[str, Any] | None:
    """Where somebody is, on whatever page."""
    given: dict[str, Any] = {}
    while True:
        answer = progress(clinic, **given)
        assert answer.status == 200, answer.error
        for one in answer.body["people"]:
            if one["practitioner"] == f"Practitioner/{member.id}":
                return dict(one)
        if answer.body["nextCursor"] is None:
            return None
        given = {"cursor": answer.body["nextCursor"]}


def told(place: dict[str, Any] | None) -> tuple[str, str, str | None]:
    assert place is not None
    return place["step"], place["owner"], place["next"]


def test_somebody_goes_from_step_to_step(clinic: Clinic) -> None:
    member = clinic.add_member(dea=DEA)
    assert place_of(clinic, member) is None
    clinic.authorize(member)
    assert told(place_of(clinic, member)) == (
        "inviteClinicians",
        "Administrator",
        "Invite this person.",
    )
    invite(clinic, member)
    assert told(place_of(clinic, member)) == (
        "cliniciansVerify",
        "Prescriber",
        "Open ePrescribing and enroll.",
    )
    clinic.enroll(member)
    assert told(place_of(clinic, member)) == (
        "cliniciansVerify",
        "Prescriber",
        "Sign the legal agreements in DoseSpot.",
    )
    clinic.prescriber_does(member, "sign-agreements")
    clinic.enroll(member, initIdp=True)
    clinic.prescriber_does(member, "pass-idp")
    clinic.enroll(member)
    assert told(place_of(clinic, member)) == (
        "readyToPrescribe",
        "Administrator",
        "Start two-factor authentication.",
    )
    clinic.enroll(member, initTfa=True)
    clinic.prescriber_does(member, "activate-tfa")
    clinic.enroll(member)
    assert told(place_of(clinic, member)) == ("readyToPrescribe", "Nobody", None)


def test_nothing_is_written_and_the_calls_do_not_grow_with_the_people(clinic: Clinic) -> None:
    for _ in range(3):
        prescriber(clinic)
    clinic.reset()
    assert progress(clinic).status == 200
    assert clinic.writes() == []
    calls = clinic.session.get(f"{clinic.fhir_url}_sandbox/calls", timeout=TIMEOUT_S).json()
    assert len(calls["calls"]) <= 12


def test_pages_hold_everybody_once(clinic: Clinic) -> None:
    members = [prescriber(clinic) for _ in range(3)]
    seen: list[str] = []
    given: dict[str, Any] = {"pageSize": 2}
    while True:
        body = progress(clinic, **given).body
        seen += [one["practitioner"] for one in body["people"]]
        assert sum(one["people"] for one in body["steps"]) == len(body["people"])
        if body["nextCursor"] is None:
            break
        given = {"pageSize": 2, "cursor": body["nextCursor"]}
    assert len(seen) == len(set(seen))
    assert {f"Practitioner/{one.id}" for one in members} <= set(seen)


def test_only_administrators_see_it(clinic: Clinic) -> None:
    answer = progress(clinic, by=prescriber(clinic))
    assert (answer.status, answer.error) == (400, NOT_ADMINISTRATOR)


@pytest.mark.parametrize("given", [{"cursor": "x"}, {"pageSize": 0}, {"pageSize": 101}, {"a": 1}])
def test_a_wrong_input_is_refused(clinic: Clinic, given: dict[str, Any]) -> None:
    answer = progress(clinic, **given)
    assert (answer.status, answer.body["errorType"]) == (400, "InputRefused")

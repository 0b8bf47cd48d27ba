"""A role counts if an administrator, or our own client, wrote the version that introduced it."""

from typing import Any

import pytest

from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE
from shared.enrollment.rules import trouble
from tests.integration.clinic import TIMEOUT_S, Answer, Clinic, Member
from tests.integration.self_service import (
    create,
    grant,
    practitioner_role,
    secrets,
    self_enroll,
    writes,
)

ADMIN_ROLE = {"coding": [{"system": PRACTITIONER_ROLE_TYPE, "code": "ClinicianAdmin"}]}


def save(clinic: Clinic, resource: dict[str, Any], by: Member) -> dict[str, Any]:
    """Somebody overwrites a resource over FHIR."""
    reply = clinic.session.put(
        f"{clinic.fhir_url}fhir/R4/{resource['resourceType']}/{resource['id']}",
        json=resource,
        headers={"Authorization": f"Bearer {by.token}"},
        timeout=TIMEOUT_S,
    )
    reply.raise_for_status()
    return dict(reply.json())


def service(clinic: Clinic) -> Member:
    """Our own client, signed in."""
    named = {name: secret["valueString"] for name, secret in secrets(clinic).items()}
    form = {
        "grant_type": "client_credentials",
        "client_id": named["MEDPLUM_CLIENT_ID"],
        "client_secret": named["MEDPLUM_CLIENT_SECRET"],
    }
    issued = clinic.session.post(f"{clinic.fhir_url}oauth2/token", data=form, timeout=TIMEOUT_S)
    return Member(named["MEDPLUM_CLIENT_ID"], "", issued.json()["access_token"])


def is_not_granted(answer: Answer) -> bool:
    told = (answer.status, answer.body.get("errorType"), answer.error)
    return told == (400, "NotAuthorized", trouble.NOT_GRANTED)


@pytest.mark.parametrize("whose", ["own", "colleague"])
def test_a_role_that_no_administrator_wrote_grants_nothing(
    clinic: Clinic, self_bot: str, prescriber: Member, whose: str
) -> None:
    author = prescriber if whose == "own" else clinic.add_member()
    create(clinic, practitioner_role(prescriber, "PrescribingClinician"), by=author)
    clinic.reset()
    assert is_not_granted(self_enroll(clinic, prescriber, self_bot))
    assert writes(clinic) == []
    assert clinic.clinicians(prescriber.npi) == []


def test_a_code_that_the_prescriber_added_is_not_granted_by_saving_it(
    clinic: Clinic, self_bot: str, prescriber: Member
) -> None:
    role = grant(clinic, prescriber)
    role = save(clinic, {**role, "code": [*role["code"], ADMIN_ROLE]}, by=prescriber)
    clinic.write({**role, "specialty": [{"text": "Family Medicine"}]})
    assert self_enroll(clinic, prescriber, self_bot).body["status"] == "created"
    assert clinic.clinician(prescriber)["roles"] == ["PrescribingClinician"]
    clinic.reset()
    assert self_enroll(clinic, prescriber, self_bot).body["status"] == "already_enrolled"
    assert writes(clinic) == []


def test_a_code_that_an_administrator_takes_away_and_adds_again_is_granted(
    clinic: Clinic, prescriber: Member
) -> None:
    role = create(clinic, practitioner_role(prescriber, "PrescribingClinician"), by=prescriber)
    code = role.pop("code")
    role = clinic.write(role)
    clinic.write({**role, "code": code})
    assert self_enroll(clinic, prescriber).body["status"] == "created"


def test_a_role_stays_granted_whoever_saves_it_later(clinic: Clinic, prescriber: Member) -> None:
    role = grant(clinic, prescriber)
    save(clinic, {**role, "specialty": [{"text": "Family Medicine"}]}, by=prescriber)
    assert self_enroll(clinic, prescriber).body["status"] == "created"


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_a_role_of_an_unknown_author_grants_nothing(
    clinic: Clinic, prescriber: Member, is_known: bool
) -> None:
    role = grant(clinic, prescriber)
    history = clinic.read(f"PractitionerRole/{role['id']}/_history")
    (entry,) = history["entry"]
    if not is_known:
        del entry["resource"]["meta"]["author"]
    answered = {"resourceType": "Bundle", "type": "batch-response"}
    body = {**answered, "entry": [{"response": {"status": "200"}, "resource": history}]}
    clinic.reset()
    # The fourth batch is the one that asks for the history.
    told = {"kind": "text", "status": 200, "body": body, "skip": 3}
    clinic.break_fhir(method="POST", path="/fhir/R4/", **told)
    answer = self_enroll(clinic, prescriber)
    if is_known:
        assert answer.body["status"] == "created"
    else:
        assert is_not_granted(answer)
        assert writes(clinic) == []


def test_who_is_no_administrator_any_more_grants_nothing(
    clinic: Clinic, prescriber: Member
) -> None:
    former = clinic.add_member(admin=True)
    create(clinic, practitioner_role(prescriber, "PrescribingClinician"), by=former)
    membership = clinic.read(f"ProjectMembership/{former.membership_id}")
    clinic.write({**membership, "admin": False})
    assert is_not_granted(self_enroll(clinic, prescriber))
    clinic.write({**clinic.read(f"ProjectMembership/{former.membership_id}"), "admin": True})
    assert self_enroll(clinic, prescriber).body["status"] == "created"


def test_our_own_client_grants(clinic: Clinic, prescriber: Member) -> None:
    client = service(clinic)
    (membership,) = [
        one
        for one in clinic.sandbox.fhir.resources("ProjectMembership")
        if one["profile"]["reference"] == f"ClientApplication/{client.id}"
    ]
    clinic.write({name: membership[name] for name in membership if name != "accessPolicy"})
    create(clinic, practitioner_role(prescriber, "PrescribingClinician"), by=client)
    assert self_enroll(clinic, prescriber).body["status"] == "created"
    clinic.write(membership)


def test_where_nothing_is_to_be_granted_nobody_is_asked_who_granted_it(
    clinic: Clinic, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    self_enroll(clinic, prescriber)
    url = f"{clinic.fhir_url}_sandbox/calls"
    clinic.session.delete(url, params={"bodies": "true"}, timeout=TIMEOUT_S)
    assert self_enroll(clinic, prescriber).body["status"] == "already_enrolled"
    seen = clinic.session.get(url, timeout=TIMEOUT_S).json()
    assert sum(call == "POST /fhir/R4/" for call in seen["calls"]) >= 2
    assert not [body for body in seen["bodies"] if "_history" in body]

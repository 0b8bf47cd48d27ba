"""The bot that sets a supervisor: added, removed, and everything that it refuses first."""

from typing import Any

import pytest
from fhir.resources.R4B.parameters import Parameters

from bots.supervisor.contract import DONE_BEFORE
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, NPI
from shared.access import authorize
from shared.members.enrolled import NOT_ONE_ID
from shared.records.findings import INPUT_REFUSED
from shared.supervision import supervise
from tests.integration.clinic import DEA, Answer, Clinic, Member, new_npi
from tests.integration.self_service import dosespot_writes, writes

pytestmark = pytest.mark.usefixtures("both_ways")

BOT = "dosespot-set-supervising-prescriber"
AGENT, PRESCRIBER = [5], [1]
NOT_ENROLLED = "the Practitioner has no DoseSpot clinician id; enroll the prescriber first."


def enrolled(clinic: Clinic, roles: list[int]) -> Member:
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member, practitionerRoleTypes=roles).status == 200
    clinic.reset()
    return member


@pytest.fixture
def agent(clinic: Clinic) -> Member:
    return enrolled(clinic, AGENT)


@pytest.fixture
def supervisor(clinic: Clinic) -> Member:
    return enrolled(clinic, PRESCRIBER)


def run(
    clinic: Clinic, agent: Member, supervisor: Member, action: str = "add", by: Any = None
) -> Answer:
    body = {
        "practitionerId": agent.id,
        "supervisorPractitionerId": supervisor.id,
        "action": action,
    }
    return clinic.execute(BOT, body, (by or clinic.admin).token)


def set_supervisor(clinic: Clinic, agent: Member) -> int | None:
    (found,) = clinic.clinician(agent)["supervisor"].values()
    return None if found is None else int(found)


def test_a_supervisor_is_added_once_and_removed(
    clinic: Clinic, agent: Member, supervisor: Member
) -> None:
    number = clinic.clinician(supervisor)["id"]
    supervisors = f"/webapi/v2/api/clinicians/{clinic.clinician(agent)['id']}/supervisors"
    for action, expected, written in (
        ("add", number, [f"PUT {supervisors}"]),
        ("add", number, []),
        ("remove", None, [f"DELETE {supervisors}"]),
        ("remove", None, []),
        ("add", number, [f"PUT {supervisors}"]),
    ):
        clinic.reset()
        answer = run(clinic, agent, supervisor, action)
        assert answer.status == 200, answer.body
        told = "DoseSpot was told." if written else DONE_BEFORE
        result = {"ResultCode": "OK", "ResultDescription": told}
        assert answer.body == {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "practitionerId", "valueId": agent.id},
                {"name": "supervisorPractitionerId", "valueId": supervisor.id},
                {"name": "clinicianId", "valueInteger": clinic.clinician(agent)["id"]},
                {"name": "supervisorClinicianId", "valueInteger": number},
                {"name": "clinicId", "valueInteger": clinic.clinic_id},
                {"name": "action", "valueCode": action},
                {
                    "name": "result",
                    "part": [{"name": name, "valueString": one} for name, one in result.items()],
                },
            ],
        }
        assert Parameters.model_validate(answer.body)
        assert set_supervisor(clinic, agent) == expected
        assert [call for call in writes(clinic) if "/webapi/" in call] == written
        assert len(writes(clinic)) == 3 * len(written)  # the claim is taken and given back


def test_only_administrators_who_are_clinician_admins_may(
    clinic: Clinic, agent: Member, supervisor: Member
) -> None:
    answer = run(clinic, agent, supervisor, by=supervisor)
    assert answer.refusal == ("NotAuthorized", authorize.NOT_ADMINISTRATOR)
    without_id = clinic.add_member(admin=True)
    answer = run(clinic, agent, supervisor, by=without_id)
    assert answer.refusal == ("NotAuthorized", authorize.NO_DOSESPOT_IDENTIFIER)
    clinic.enroll(without_id)
    clinic.reset()
    for one, other in ((agent, supervisor), (clinic.add_member(), supervisor)):
        answer = run(clinic, one, other, by=without_id)
        assert answer.refusal == ("NotAuthorized", authorize.NOT_CLINICIAN_ADMIN)
    assert writes(clinic) == []


def test_both_must_be_enrolled(clinic: Clinic, agent: Member, supervisor: Member) -> None:
    stranger, another = clinic.add_member(), clinic.add_member()
    clinic.reset()
    first, second = "practitionerId", "supervisorPractitionerId"
    both = f"{first}: {NOT_ENROLLED} {second}: {NOT_ENROLLED}"
    assert run(clinic, stranger, another).refusal == ("RecordsRefused", both)
    answer = run(clinic, agent, stranger)
    assert answer.refusal == ("RecordsRefused", f"{second}: {NOT_ENROLLED}")
    answer = run(clinic, stranger, supervisor)
    assert answer.refusal == ("RecordsRefused", f"{first}: {NOT_ENROLLED}")
    assert writes(clinic) == []


def test_each_must_have_one_clinician_id(clinic: Clinic, agent: Member, supervisor: Member) -> None:
    for one in (agent, supervisor):
        membership = clinic.read(f"ProjectMembership/{one.membership_id}")
        second = {"system": "https://my.dosespot.com/webapi/v2/", "value": "77778"}
        clinic.write({**membership, "identifier": [*membership["identifier"], second]})
    clinic.reset()
    both = " ".join(
        f"{name}: {NOT_ONE_ID}" for name in ("practitionerId", "supervisorPractitionerId")
    )
    assert run(clinic, agent, supervisor).refusal == ("RecordsDisagree", both)
    assert writes(clinic) == []


@pytest.mark.parametrize("action", ["add", "remove"])
def test_both_must_have_the_role(
    clinic: Clinic, agent: Member, supervisor: Member, action: str
) -> None:
    assert run(clinic, supervisor, agent, action).refusal == (
        "RecordsRefused",
        "practitionerId: the DoseSpot clinician must have the role PrescribingAgentClinician;"
        " enroll the prescriber with 5 in practitionerRoleTypes. supervisorPractitionerId: the"
        " DoseSpot clinician must have the role PrescribingClinician; enroll the prescriber with 1"
        " in practitionerRoleTypes.",
    )
    assert writes(clinic) == []


def test_nobody_supervises_themselves(clinic: Clinic, agent: Member) -> None:
    answer = run(clinic, agent, agent)
    assert answer.body["errorType"] == "InputRefused"
    sentence = "supervisorPractitionerId: must be a different Practitioner than practitionerId."
    assert answer.error.endswith(sentence)
    number = str(clinic.clinician(agent)["id"])
    twin = clinic.add_member(identifiers=[{"system": CLINICIAN_IDENTIFIER, "value": number}])
    clinic.reset()
    answer = run(clinic, agent, twin)
    assert answer.refusal == ("RecordsDisagree", supervise.ONE_CLINICIAN)
    assert writes(clinic) == []


def test_the_clinicians_must_be_the_people(
    clinic: Clinic, agent: Member, supervisor: Member
) -> None:
    practitioner = clinic.practitioner(supervisor)
    clinic.write({**practitioner, "identifier": [{"system": NPI, "value": new_npi()}]})
    clinic.reset()
    answer = run(clinic, agent, supervisor)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert "this id has another NPI than the Practitioner" in answer.error
    assert dosespot_writes(clinic) == []


@pytest.mark.parametrize("action", ["", "replace", "Add", 1])
def test_the_action_is_one_of_two(
    clinic: Clinic, agent: Member, supervisor: Member, action: Any
) -> None:
    answer = run(clinic, agent, supervisor, action)
    assert answer.error.removeprefix(INPUT_REFUSED) == "action: must be 'add' or 'remove'."
    assert writes(clinic) == []


def test_silence_is_told_and_the_next_run_sets_it(
    clinic: Clinic, agent: Member, supervisor: Member
) -> None:
    clinic.break_dosespot(method="PUT", path=".*/supervisors", kind="drop", when="after")
    answer = run(clinic, agent, supervisor)
    assert answer.body["errorType"] == "LookUpFirst"
    assert run(clinic, agent, supervisor).status == 200
    assert set_supervisor(clinic, agent) == clinic.clinician(supervisor)["id"]

"""Who is enrolled, whether DoseSpot's clinician is them, and what is then recorded."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import ClinicianIds
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from fhir_profiles.today import Today
from shared.access.authorize import runs_by_itself
from shared.dosespot.reply import read
from shared.dosespot.wire import ClinicianItem
from shared.errors import FhirDenied, Misconfigured, RecordsDisagree
from shared.fhir.answers import Answer
from shared.fhir.batch import FoundAll
from shared.members.enrolled import (
    NO_CREDENTIAL,
    NOT_ONE_ID,
    Enrolled,
    enrolled,
    enrolled_among,
)
from shared.members.rules.another_person import UNKNOWN_ID
from shared.members.rules.clinician import Clinician
from shared.members.rules.recorded_status import as_dosespot_says
from shared.members.same_person import same_person
from shared.records.practitioner import read_practitioner
from tests.builders import dosespot_clinician, membership, npi, practitioner

DENIED = FoundAll(Answer("ProjectMembership?profile=x", 403, None))
UNREADABLE = "ProjectMembership.identifier[0].value"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def member(profile: str, *values: str, system: str = CLINICIAN_IDENTIFIER) -> Resource:
    identifiers = [{"system": system, "value": value} for value in values]
    return membership(profile={"reference": profile}, identifier=identifiers)


def item(**changes: Any) -> ClinicianItem:
    return read(ClinicianItem, dosespot_clinician(**changes))


def clinician(status: RegistrationStatus, **facts: bool) -> Clinician:
    return Clinician(id=1, status=status, agreement_pending=False, **facts)


def test_practitioners_with_a_dosespot_identifier_are_enrolled_each_once_in_order() -> None:
    found = enrolled(
        [
            member("Practitioner/b", "2"),
            member("Practitioner/c", "3", system="https://payroll.example/"),
            member("Practitioner/d"),
            member("Patient/a", "4"),
            member("Bot/a", "5"),
            {"resourceType": "ProjectMembership"},
            member("Practitioner/a", "1", system="https://my.staging.dosespot.com/webapi/v2/"),
            member("Practitioner/b", "2", "7"),
            member("Practitioner/e", "none"),
        ]
    )
    assert found == [
        Enrolled("Practitioner/a", ClinicianIds((1,))),
        Enrolled("Practitioner/b", ClinicianIds((2, 7))),
        Enrolled("Practitioner/e", ClinicianIds((), (UNREADABLE,))),
    ]


@pytest.mark.parametrize(
    ("changes", "administers"),
    [
        ([{}], False),
        ([{"admin": True}], True),
        ([{}, {"admin": True}], True),
        ([{"admin": True, "active": False}], False),
    ],
)
def test_who_has_an_administrators_membership_administers(changes, administers) -> None:
    (found,) = enrolled([{**member("Practitioner/a", "1"), **one} for one in changes])
    assert found.administers is administers


@pytest.mark.parametrize("values", [("1", "2"), ("none",), ("1", "none")])
def test_who_has_not_just_one_id_has_none(values: tuple[str, ...]) -> None:
    (found,) = enrolled([member("Practitioner/a", *values)])
    with pytest.raises(RecordsDisagree) as refused:
        found.clinician_id()
    assert str(refused.value) == NOT_ONE_ID


def test_one_id_written_twice_is_one() -> None:
    (found,) = enrolled([member("Practitioner/a", "1", "1"), member("Practitioner/a", "1")])
    assert found.clinician_id() == 1


def test_memberships_that_may_not_be_read_tell_what_to_set_up() -> None:
    with pytest.raises(Misconfigured) as refused:
        enrolled_among(DENIED)
    assert str(refused.value) == NO_CREDENTIAL
    with pytest.raises(FhirDenied):
        DENIED.all()


def another(traits: str, paths: str) -> str:
    return (
        f"ProjectMembership.identifier: the DoseSpot clinician with this id has another {traits}"
        f" than the Practitioner, so nothing was changed. Correct the id, or {paths}; if DoseSpot's"
        " record is wrong, have DoseSpot support correct it."
    )


ANOTHER_NPI = another("NPI", "Practitioner.identifier")
ANOTHER_BIRTH_DATE = another("birth date", "Practitioner.birthDate")
ANOTHER = another("NPI and birth date", "Practitioner.identifier, Practitioner.birthDate")


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"NPINumber": " 1234567893 "},
        {"NPINumber": None},
        {"NPINumber": ""},
        {"DateOfBirth": None},
        {"LastName": "Jones"},
        {"LastName": None},
    ],
    ids=str,
)
def test_a_clinician_of_whom_nothing_but_the_name_differs_is_this_person(
    shown: dict[str, Any],
) -> None:
    found = item(**shown)
    assert same_person(found, practitioner(), Today(NOW)) is found


@pytest.mark.parametrize(
    ("found", "changes", "sentence"),
    [
        (None, {}, UNKNOWN_ID),
        (item(), {"identifier": [npi("1993999998")]}, ANOTHER_NPI),
        (item(), {"birthDate": "1980-05-16"}, ANOTHER_BIRTH_DATE),
        (item(), {"birthDate": "1980-05-16", "identifier": [npi("1993999998")]}, ANOTHER),
    ],
)
def test_anybody_else_is_not(
    found: ClinicianItem | None, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RecordsDisagree) as refused:
        same_person(found, practitioner(**changes), Today(NOW))
    assert str(refused.value) == sentence


@pytest.mark.parametrize("identifiers", [[], [npi(use="old")]])
def test_a_practitioner_without_an_npi_in_force_is_not_contradicted(
    identifiers: list[Resource],
) -> None:
    found = item()
    assert same_person(found, practitioner(identifier=identifiers), Today(NOW)) is found


def test_a_number_that_was_folded_before_it_was_sent_is_the_same_number() -> None:
    found = item(NPINumber="1234567893")
    written = practitioner(identifier=[npi("1234567893\N{ZERO WIDTH SPACE}")])
    assert read_practitioner(written, Today(NOW))[0].npi == found.NPINumber
    assert same_person(found, written, Today(NOW)) is found


def test_the_practitioner_says_what_dosespot_says_and_then_stays_the_same() -> None:
    activated = clinician(RegistrationStatus.TFA_ACTIVATED_SUCCESS)
    before = practitioner()
    after = as_dosespot_says(before, activated, NOW)
    assert before == practitioner()
    assert (registration_status(after), has_epcs_qualification(after)) == (
        "TFAActivatedSuccess",
        True,
    )
    assert as_dosespot_says(after, activated, NOW) is after
    locked = clinician(RegistrationStatus.TFA_ACTIVATED_SUCCESS, locked=True)
    ended = as_dosespot_says(after, locked, NOW)
    assert not has_epcs_qualification(ended)
    assert ended["qualification"][0]["period"]["end"] == "2026-03-10T12:00:00+00:00"


@pytest.mark.parametrize(
    ("requester", "owner", "by_itself"),
    [
        ("Bot/1", ("Bot", "1"), True),
        ("Bot/1", ("Bot", "2"), False),
        ("Practitioner/1", ("Practitioner", "1"), False),
        ("ClientApplication/1", ("ClientApplication", "1"), False),
        ("Bot/1", ("Practitioner", "1"), False),
    ],
)
def test_only_a_bot_that_owns_its_token_runs_by_itself(
    requester: str, owner: tuple[str, str], by_itself: bool
) -> None:
    me = {"profile": {"resourceType": owner[0], "id": owner[1]}}
    assert runs_by_itself(me, requester) is by_itself

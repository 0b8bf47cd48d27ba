"""Whether a caller's enrollment may go on where they open DoseSpot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from bots.callers_enrollment import CallersEnrollment, CallersRecords
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import ClinicChoice
from shared.errors import RecordsDisagree, RemoteUnavailable
from shared.fhir.answers import Answer
from shared.fhir.batch import FoundAll, FoundOne
from tests.builders import NOW, PRACTITIONER_ID, dea, membership, practitioner

JANE = f"Practitioner/{PRACTITIONER_ID}"
CODE = {"system": "https://dosespot.com/practitionerrole-type", "code": "PrescribingClinician"}
GRANTS = {
    "resourceType": "PractitionerRole",
    "id": "r",
    "active": True,
    "practitioner": {"reference": JANE},
    "code": [{"coding": [CODE]}],
}
DONE = with_epcs_qualification(
    with_registration_status(practitioner(), RegistrationStatus.TFA_ACTIVATED_SUCCESS.value),
    True,
    NOW.now,
)
ID = {"system": CLINICIAN_IDENTIFIER, "value": "4711"}
NEW, ENROLLED = membership(), membership(identifier=[ID])
DOWN = RemoteUnavailable("down")


@dataclass(frozen=True)
class Run:
    """A run, as far as it is asked for."""

    requester: str = JANE

    def now(self) -> datetime:
        return NOW.now


def records(person: dict[str, Any], *roles: dict[str, Any], status: int = 200) -> CallersRecords:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in roles]}
    return CallersRecords(
        FoundOne(Answer("read", 200, person)), FoundAll(Answer("search", status, bundle))
    )


ENROLLMENT = CallersEnrollment(Run(), ClinicChoice(), MeantClinic())
OPEN = records(practitioner(), GRANTS)
COMPLETE = records(DONE, GRANTS)
UNGRANTED = records(practitioner(), {**GRANTS, "active": False})
HIDDEN = records(practitioner(), status=403)


@pytest.mark.parametrize(
    ("found", "member", "due"),
    [
        (OPEN, NEW, OPEN),
        (OPEN, ENROLLED, OPEN),
        (COMPLETE, ENROLLED, None),
        (COMPLETE, NEW, COMPLETE),
        (UNGRANTED, NEW, None),
        (HIDDEN, NEW, None),
        (None, NEW, None),
        (DOWN, NEW, DOWN),
        (OPEN, {**NEW, "active": False}, None),
        (DOWN, {**ENROLLED, "active": False}, None),
    ],
)
def test_it_goes_on_for_an_active_member_with_a_role_until_it_is_complete(
    found: Any, member: dict[str, Any], due: Any
) -> None:
    assert ENROLLMENT.due(found, member) is due


def test_records_that_the_server_can_not_show_now_are_a_failure_and_not_the_end() -> None:
    failure = ENROLLMENT.due(records(practitioner(), status=503), NEW)
    assert isinstance(failure, RemoteUnavailable)


def test_a_member_with_two_ids_in_dosespot_is_refused() -> None:
    two = {**ENROLLED, "identifier": [ID, {**ID, "value": "4712"}]}
    with pytest.raises(RecordsDisagree):
        ENROLLMENT.due(OPEN, two)


def test_a_dea_number_at_another_clinic_leaves_nothing_to_do_at_this_one() -> None:
    registered = with_registration_status(
        practitioner(identifier=[]), RegistrationStatus.REGISTRATION_SUCCESS.value
    )
    north = {
        **GRANTS,
        "id": "north",
        "organization": {"reference": "Organization/north"},
        "identifier": [dea("AS1234563", "IL")],
    }
    found = records(registered, GRANTS, north)
    own = MeantClinic(elsewhere=frozenset({"Organization/north"}))
    assert CallersEnrollment(Run(), ClinicChoice(), own).due(found, ENROLLED) is None
    assert ENROLLMENT.due(found, ENROLLED) is found

"""What a created prescriber's records carry that is ours: consents, roles, numbers, the mark."""

from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.consent import Consent
from fhir.resources.R4B.practitioner import Practitioner
from fhir.resources.R4B.practitionerrole import PractitionerRole

from fhir_profiles import Resource
from fhir_profiles.check_due import is_check_due, with_check_due
from fhir_profiles.codes import ClinicianRole, ConsentStatus, SmsConsent
from fhir_profiles.practitioner_role import (
    granted_roles,
    is_default_location,
    new_role,
    role_key,
    with_default_location,
    with_granted_roles,
    with_text,
)
from fhir_profiles.prescriber_identifiers import with_state_number
from fhir_profiles.sms_consent import consent_key, sms_consent, with_consent_status
from fhir_profiles.state_license import state_licenses, with_state_license
from fhir_profiles.systems import DEA, NADEAN
from fhir_profiles.today import Today
from tests.builders import practitioner

NOW = datetime(2026, 3, 10, 15, 30, 12, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
JANE = "Practitioner/ced6426b-ad93-4abe-8e75-1695d956e471"
ROLES = {ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.EPCS_COORDINATOR}
TAG = {"system": "urn:prescriber-bots:check-due", "code": "npi-registry"}


@pytest.mark.parametrize("consent", SmsConsent)
@pytest.mark.parametrize("status", ConsentStatus)
def test_a_consent_is_valid_and_its_performer_is_the_prescriber(
    consent: SmsConsent, status: ConsentStatus
) -> None:
    made = sms_consent(JANE, consent, status, NOW)
    read = Consent.model_validate(made)
    assert read.patient is None
    assert (read.status, read.performer[0].reference) == (status.value, JANE)
    assert read.policyRule.text
    assert made["identifier"][0]["value"] == consent_key(JANE, consent)


def test_a_consent_changes_only_where_something_else_is_said() -> None:
    given = sms_consent(JANE, SmsConsent.MESSAGES, ConsentStatus.GIVEN, NOW)
    assert with_consent_status(given, ConsentStatus.GIVEN, LATER) is given
    assert with_consent_status(given, ConsentStatus.PROPOSED, LATER) is given
    assert with_consent_status(given, ConsentStatus.REFUSED, LATER) == {
        **given,
        "status": "rejected",
        "dateTime": "2026-06-01T08:00:00+00:00",
    }


def granting(role: Resource) -> Resource:
    changed = with_text(with_granted_roles(role, ROLES), "code", "MD")
    return with_default_location(with_text(changed, "specialty", "Family Medicine"), default=True)


def test_a_role_is_valid_and_grants_what_it_says() -> None:
    role = granting(new_role(JANE, "Location/l"))
    assert PractitionerRole.model_validate(role)
    assert granted_roles(role, Today(NOW)) == ROLES
    assert is_default_location(role)
    assert granting(role) is role
    assert role["location"] == [{"reference": "Location/l"}]
    assert "location" not in new_role(JANE, "")
    assert role_key(JANE, "Location/l") != role_key(JANE, "")


def test_a_role_keeps_what_others_wrote() -> None:
    foreign = {"url": "https://example.org/kept", "valueBoolean": True}
    others = {"coding": [{"system": "https://example.org", "code": "x"}]}
    role = {"resourceType": "PractitionerRole", "code": [others], "extension": [foreign]}
    changed = granting(role)
    assert changed["code"][0] == others
    assert changed["extension"][0] == foreign
    assert with_default_location(changed, default=False)["extension"] == [foreign]
    bare = with_default_location(new_role(JANE, ""), default=True)
    assert "extension" not in with_default_location(bare, default=False)
    assert with_text(role, "specialty", "") is role


def test_the_mark_of_a_due_check_comes_and_goes_and_nothing_else_changes() -> None:
    other = {"system": "https://example.org", "code": "kept"}
    for jane in (practitioner(), practitioner(meta={"versionId": "1", "tag": [other]})):
        marked = with_check_due(jane, due=True)
        assert is_check_due(marked)
        assert not is_check_due(jane)
        assert marked["meta"]["tag"][-1] == TAG
        assert with_check_due(marked, due=True) is marked
        assert with_check_due(jane, due=False) is jane
        assert with_check_due(marked, due=False) == jane


@pytest.mark.parametrize("system", [DEA, NADEAN])
def test_a_number_of_a_state_is_written_once(system: str) -> None:
    jane = with_state_number(practitioner(identifier=[]), system, "X1", "IL", Today(NOW))
    assert with_state_number(jane, system, "x1", "IL", Today(NOW)) is jane
    both = with_state_number(jane, system, "X1", "NY", Today(NOW))
    assert [one["assigner"]["display"] for one in both["identifier"]] == ["IL", "NY"]
    over = {**jane["identifier"][0], "period": {"end": "2026-01-01"}}
    again = with_state_number({**jane, "identifier": [over]}, system, "X1", "IL", Today(NOW))
    assert again["identifier"] == [over, jane["identifier"][0]]


def test_a_license_is_written_once_where_readiness_looks_for_it() -> None:
    degree = {"code": {"text": "Doctor of Medicine"}}
    jane = with_state_license(practitioner(qualification=[degree]), "036-1", "IL", Today(NOW))
    assert Practitioner.model_validate({**jane, "meta": {}})
    (found,) = state_licenses(jane)
    assert (found.path, found.number, found.state) == (
        "Practitioner.qualification[1]",
        "036-1",
        "IL",
    )
    assert jane["qualification"][0] == degree
    assert with_state_license(jane, "036-1", "IL", Today(NOW)) is jane
    over = {**jane["qualification"][1], "period": {"end": "2026-01-01"}}
    again = with_state_license({**jane, "qualification": [over]}, "036-1", "IL", Today(NOW))
    assert again["qualification"] == [over, jane["qualification"][1]]

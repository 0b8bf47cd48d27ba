"""Which clinician a prescriber becomes: created, found, kept apart, counted."""

import pytest

from fhir_profiles.clinician_identifier import clinician_ids
from shared.enrollment import fhir_members as members
from shared.members.rules import another_person
from tests.integration.clinic import DEA, Clinic, Member


def _linked_id(clinic: Clinic, member: Member) -> tuple[int, ...]:
    return clinician_ids(clinic.read(f"ProjectMembership/{member.membership_id}")).numbers


def _unlink(clinic: Clinic, member: Member) -> None:
    """As if the run had died right after DoseSpot created the clinician."""
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    clinic.write({k: v for k, v in membership.items() if k != "identifier"})


QUICK_READINGS = [
    {"lookup_not_found": "error"},
    {"misspelled_status": True},
    {"second_create_same_npi": "duplicate"},
    {"status_lag_reads": 1},
]
LONG_READINGS = [
    {"lookup_not_found": "zero_id"},
    {"lookup_not_found": "null_id"},
    {"put_semantics": "merge"},
    {"agreements_listing": "unsigned_only"},
    {"not_applicable_spelling": "N/A"},
    {"status_as_number": True},
]


@pytest.mark.parametrize(
    "reading",
    [*QUICK_READINGS, *(pytest.param(one, marks=pytest.mark.torture) for one in LONG_READINGS)],
    ids=lambda reading: "-".join(map(str, next(iter(reading.items())))),
)
def test_every_reading_of_dosespot_leads_to_one_clinician_with_epcs(
    clinic: Clinic, prescriber: Member, reading: dict[str, object]
) -> None:
    clinic.switch(**reading)
    clinic.enroll(prescriber)
    _unlink(clinic, prescriber)
    clinic.enroll(prescriber)
    assert "pending legal agreement" in clinic.enroll(prescriber, initIdp=True).error
    clinic.prescriber_does(prescriber, "sign-agreements")
    assert clinic.enroll(prescriber, initIdp=True).body["idpInitialized"]
    clinic.prescriber_does(prescriber, "pass-idp")
    assert clinic.enroll(prescriber, initTfa=True).body["tfaInitialized"]
    assert "already in progress" in clinic.enroll(prescriber, initTfa=True).error
    clinic.prescriber_does(prescriber, "activate-tfa")
    assert clinic.enroll(prescriber).body["registrationStatus"] == "TFAActivatedSuccess"
    clinician = clinic.clinician(prescriber)
    assert (clinician["idp_inits"], clinician["tfa_inits"]) == (1, 1)
    assert _linked_id(clinic, prescriber) == (clinician["id"],)


def test_a_clinician_whom_dosespot_knows_is_linked_not_created(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.enroll(prescriber)
    _unlink(clinic, prescriber)
    clinic.reset()
    answer = clinic.enroll(prescriber)
    assert answer.body["doseSpotClinicianId"] == clinic.clinician(prescriber)["id"]
    claim = f"PUT /fhir/R4/Basic/{(clinic.claim(prescriber).resource or {})['id']}"
    linked = f"PUT /fhir/R4/ProjectMembership/{prescriber.membership_id}"
    assert clinic.writes() == [claim, linked, claim]


def test_a_found_clinician_is_linked_even_where_the_run_then_refuses(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.enroll(prescriber)
    _unlink(clinic, prescriber)
    assert clinic.enroll(prescriber, initTfa=True).status == 400
    assert _linked_id(clinic, prescriber) == (clinic.clinician(prescriber)["id"],)


def test_the_id_is_on_the_membership_before_anything_else_is_written(
    clinic: Clinic, prescriber: Member
) -> None:
    status = {"method": "GET", "path": ".*/registrationStatus", "kind": "status"}
    clinic.break_dosespot(**status, status=503, times=6)
    assert clinic.enroll(prescriber).status == 400
    assert _linked_id(clinic, prescriber) == (clinic.clinician(prescriber)["id"],)
    assert clinic.enroll(prescriber).status == 200
    assert len(clinic.clinicians(prescriber.npi)) == 1


def test_an_id_of_another_person_is_refused_and_nothing_is_changed(
    clinic: Clinic, prescriber: Member
) -> None:
    other = clinic.add_member()
    clinic.enroll(other)
    membership = clinic.read(f"ProjectMembership/{prescriber.membership_id}")
    others = clinic.read(f"ProjectMembership/{other.membership_id}")["identifier"]
    _unlink(clinic, other)
    clinic.write({**membership, "identifier": others})
    clinic.reset()
    answer = clinic.enroll(prescriber)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert "another NPI than the Practitioner" in answer.error
    assert clinic.writes() == []


def test_an_id_that_dosespot_does_not_know_is_refused(clinic: Clinic, prescriber: Member) -> None:
    membership = clinic.read(f"ProjectMembership/{prescriber.membership_id}")
    identifier = {"system": "https://dosespot.com/clinician-id", "value": "99999999"}
    clinic.write({**membership, "identifier": [identifier]})
    answer = clinic.enroll(prescriber)
    assert answer.refusal == (
        "RecordsDisagree",
        another_person.UNKNOWN_ID,
    )
    assert clinic.clinicians(prescriber.npi) == []


def test_an_id_on_two_memberships_is_refused_and_nothing_is_changed(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.enroll(prescriber)
    identifier = clinic.read(f"ProjectMembership/{prescriber.membership_id}")["identifier"]
    clinic.add_member(identifiers=identifier)
    clinic.reset()
    answer = clinic.enroll(prescriber)
    assert answer.refusal == ("RecordsDisagree", members.SHARED_ID)
    assert clinic.writes() == []


def test_a_changed_practitioner_changes_the_clinician(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.prescriber_does(prescriber, "sign-agreements")
    practitioner = clinic.practitioner(prescriber)
    name = {"family": "Smith-Jones", "given": ["Jane", "Marie"]}
    clinic.write({**practitioner, "name": [name]})
    assert clinic.enroll(prescriber).body["registrationStatus"] == "RegistrationSuccess"
    clinician = clinic.clinician(prescriber)
    assert clinician["last_name"] == "Smith-Jones"
    assert sorted(clinician["dea_numbers"]) == sorted(prescriber.dea.values())
    clinic.reset()
    clinic.enroll(prescriber)
    assert clinic.writes() == []


def test_a_change_and_a_stage_go_in_one_call(clinic: Clinic) -> None:
    member = clinic.add_member()
    clinic.enroll(member)
    clinic.prescriber_does(member, "sign-agreements")
    with_dea = clinic.add_member(dea=DEA)
    identifiers = clinic.practitioner(with_dea)["identifier"][1:]
    clinic.delete(f"Practitioner/{with_dea.id}")
    practitioner = clinic.practitioner(member)
    clinic.write({**practitioner, "identifier": [*practitioner["identifier"], *identifiers]})
    assert clinic.enroll(member, initIdp=True).body["idpInitialized"]
    assert clinic.clinician(member)["epcs_requested"] is True


def test_an_administrator_does_not_lose_the_role_by_enrolling_themselves(clinic: Clinic) -> None:
    admin = Member(clinic.admin.id, clinic.admin.membership_id, clinic.admin.token, "1000000004")
    clinic.enroll(admin, practitionerRoleTypes=[1])
    assert clinic.clinician(admin)["roles"] == ["ClinicianAdmin", "PrescribingClinician"]


def test_what_others_wrote_on_the_resources_stays(clinic: Clinic, prescriber: Member) -> None:
    practitioner = clinic.practitioner(prescriber)
    extensions = [
        {"url": "https://example.org/first", "valueString": "a"},
        {"url": "https://dosespot.com/registration-status", "valueString": "Pending"},
        {"url": "https://example.org/last", "valueCode": "b"},
    ]
    qualification = [{"code": {"text": "MD"}}]
    clinic.write({**practitioner, "extension": extensions, "qualification": qualification})
    clinic.enroll(prescriber)
    clinic.set_clinician(prescriber, status="TFAActivatedSuccess")
    after = clinic.enroll(prescriber).body["practitioner"]
    assert [e["url"] for e in after["extension"]] == [e["url"] for e in extensions]
    assert after["extension"][1] == {
        "url": "https://dosespot.com/registration-status",
        "valueCode": "TFAActivatedSuccess",
    }
    assert after["qualification"][0] == qualification[0]
    ours = ("extension", "qualification", "meta")
    assert {k: v for k, v in after.items() if k not in ours} == {
        k: v for k, v in practitioner.items() if k not in ours
    }


class TestLimit:
    """`dosespotMaxClinicians` counts enrolled memberships and stops only new clinicians."""

    def _set_limit(self, clinic: Clinic, **value: object) -> None:
        project = clinic.read(f"Project/{clinic.project}")
        setting = [{"name": "dosespotMaxClinicians", **value}] if value else []
        clinic.write({**project, "systemSetting": setting})

    def _enrolled(self, clinic: Clinic) -> int:
        memberships = clinic.sandbox.fhir.resources("ProjectMembership")
        return sum(1 for membership in memberships if clinician_ids(membership).numbers)

    def test_refuses_a_new_clinician_with_the_documented_sentence(
        self, clinic: Clinic, prescriber: Member
    ) -> None:
        enrolled = self._enrolled(clinic)
        self._set_limit(clinic, valueInteger=enrolled)
        clinic.reset()
        answer = clinic.enroll(prescriber)
        writes = clinic.writes()
        self._set_limit(clinic)
        assert answer.error == (
            f"DoseSpot enrollment limit reached: {enrolled} of {enrolled} clinicians enrolled."
            " Increase the 'dosespotMaxClinicians' project system setting to enroll more"
            " clinicians."
        )
        assert writes == []
        assert clinic.clinicians(prescriber.npi) == []

    def test_lets_enrolled_ones_go_on(self, clinic: Clinic, prescriber: Member) -> None:
        clinic.enroll(prescriber)
        self._set_limit(clinic, valueInteger=1)
        answer = clinic.enroll(prescriber)
        self._set_limit(clinic)
        assert answer.status == 200

    @pytest.mark.parametrize("value", [{"valueInteger": 0}, {"valueString": "1"}])
    def test_is_none_where_the_value_is_no_positive_number(
        self, clinic: Clinic, prescriber: Member, value: dict[str, object]
    ) -> None:
        self._set_limit(clinic, **value)
        answer = clinic.enroll(prescriber)
        self._set_limit(clinic)
        assert answer.status == 200

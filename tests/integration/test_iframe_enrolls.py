"""Enrollment goes on when a prescriber opens the iFrame, and never keeps the link back."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bots.iframe.bot import NOT_CONTINUED, NOT_SYNCED
from fhir_profiles.registration_status import registration_status
from shared.enrollment.fhir_members import NO_CREDENTIAL
from shared.enrollment.rules.trouble import CREATE_UNANSWERED, NOT_GRANTED
from shared.members.caller import NOT_ENROLLED
from tests.integration.clinic import DEA, Answer, Clinic, Member
from tests.integration.creating import setting
from tests.integration.self_service import (
    IFRAME_BOT,
    IFRAME_ENROLLS,
    INITIALIZE_IDP,
    INITIALIZE_TFA,
    SERVICE_SECRETS,
    add_patient,
    create,
    dosespot_writes,
    grant,
    linked,
    open_page,
    practitioner_role,
    self_enroll,
    signed_in_patient,
    sync,
    without_secrets,
    writes,
)
from tests.quick import first


def opens(clinic: Clinic, member: Member, patient: dict[str, Any] | None = None) -> Answer:
    """The prescriber opens the iFrame, for a patient or for none."""
    given = {} if patient is None else {"patientId": patient["id"]}
    return clinic.execute(IFRAME_BOT, given, member.token)


def step(clinic: Clinic, member: Member) -> list[str]:
    """One opening, whose link works: what it wrote at DoseSpot."""
    clinic.reset()
    answer = opens(clinic, member)
    assert (answer.status, set(answer.body)) == (200, {"url"}), answer.body
    wrote = dosespot_writes(clinic)
    assert open_page(clinic, answer.body["url"]).status_code == 200
    return wrote


def warned(answer: Answer) -> str:
    """The sentence with which a link comes although enrollment did not go on."""
    assert answer.status == 200
    assert answer.body["url"]
    (warning,) = answer.body["warnings"]
    assert warning["path"] == "Practitioner"
    assert warning["sentence"].startswith(NOT_CONTINUED)
    return str(warning["sentence"]).removeprefix(NOT_CONTINUED)


@pytest.fixture
def signed(clinic: Clinic, granted: Member) -> Member:
    """The same after the first opening, with the agreements signed."""
    step(clinic, granted)
    clinic.prescriber_does(granted, "sign-agreements")
    clinic.reset()
    return granted


def test_openings_alone_take_a_prescriber_to_epcs_one_stage_each(
    clinic: Clinic, granted: Member
) -> None:
    assert step(clinic, granted) == ["clinicians"]
    assert linked(clinic, granted) == (clinic.clinician(granted)["id"],)
    for does, initialized, status in (
        ("sign-agreements", INITIALIZE_IDP, "IDPInitializeSuccess"),
        ("pass-idp", INITIALIZE_TFA, "TFAActivateInit"),
    ):
        assert step(clinic, granted) == []
        clinic.prescriber_does(granted, does)
        assert step(clinic, granted) == [initialized]
        assert registration_status(clinic.practitioner(granted)) == status
    clinic.prescriber_does(granted, "activate-tfa")
    assert step(clinic, granted) == []
    assert registration_status(clinic.practitioner(granted)) == "TFAActivatedSuccess"
    assert step(clinic, granted) == []
    assert writes(clinic) == []


def test_it_does_not_matter_which_bot_takes_which_step(clinic: Clinic, granted: Member) -> None:
    assert step(clinic, granted) == ["clinicians"]
    clinic.prescriber_does(granted, "sign-agreements")
    assert self_enroll(clinic, granted).body["registrationStatus"] == "IDPInitializeSuccess"
    clinic.prescriber_does(granted, "pass-idp")
    assert step(clinic, granted) == [INITIALIZE_TFA]
    assert self_enroll(clinic, granted).body["status"] == "already_enrolled"


def test_many_openings_at_once_make_one_clinician_and_begin_a_stage_once(
    clinic: Clinic, granted: Member
) -> None:
    def all_at_once() -> list[Answer]:
        with ThreadPoolExecutor(6) as pool:
            return list(pool.map(lambda _: opens(clinic, granted), range(6)))

    assert [answer.status for answer in all_at_once()] == [200] * 6
    (number,) = linked(clinic, granted)
    assert clinic.clinician(granted)["id"] == number
    clinic.prescriber_does(granted, "sign-agreements")
    assert [answer.status for answer in all_at_once()] == [200] * 6
    clinician = clinic.clinician(granted)
    assert (clinician["idp_inits"], clinician["tfa_inits"]) == (1, 0)


@pytest.mark.parametrize(
    ("codes", "changes"),
    [
        ((), None),
        (("PrescribingClinician",), {"active": False}),
        (("PrescribingClinician",), {"active": None}),
        (("PrescribingClinician",), {"period": {"end": "2020-12-31"}}),
        (("Physician",), {}),
    ],
    ids=["no role", "inactive", "active is absent", "ended", "unknown code"],
)
@pytest.mark.parametrize("enrolled", [True, False], ids=["enrolled", "not enrolled"])
def test_without_a_role_today_the_bot_only_gives_links(
    clinic: Clinic, prescriber: Member, codes: tuple[str, ...], changes: Any, enrolled: bool
) -> None:
    if enrolled:
        clinic.enroll(prescriber)
        clinic.prescriber_does(prescriber, "sign-agreements")
    if changes is not None:
        grant(clinic, prescriber, *codes, **changes)
    clinic.reset()
    answer = opens(clinic, prescriber)
    if enrolled:
        assert (answer.status, set(answer.body)) == (200, {"url"})
    else:
        assert answer.refusal == ("NotAuthorized", NOT_ENROLLED)
    assert writes(clinic) == []


def test_a_role_of_ones_own_making_enrolls_nobody(clinic: Clinic, prescriber: Member) -> None:
    create(clinic, practitioner_role(prescriber, "ClinicianAdmin"), by=prescriber)
    clinic.reset()
    assert opens(clinic, prescriber).refusal == ("NotAuthorized", NOT_GRANTED)
    assert writes(clinic) == []


def test_a_signed_in_patient_is_not_enrolled(clinic: Clinic) -> None:
    person = signed_in_patient(clinic)
    clinic.reset()
    answer = clinic.execute(IFRAME_BOT, {}, person.token)
    assert answer.refusal == ("NotAuthorized", NOT_ENROLLED)
    assert writes(clinic) == []


def test_an_administrators_own_opening_begins_nothing_for_anybody(
    clinic: Clinic, granted: Member
) -> None:
    clinic.enroll(granted)
    clinic.prescriber_does(granted, "sign-agreements")
    clinic.reset()
    assert opens(clinic, clinic.admin).status == 200
    assert writes(clinic) == []


def test_an_administrators_own_enrollment_follows_the_rules_of_self_enrollment(
    clinic: Clinic,
) -> None:
    member = clinic.add_member(admin=True, dea=DEA)
    clinic.reset()
    assert opens(clinic, member).refusal == ("NotAuthorized", NOT_ENROLLED)
    clinic.enroll(member)
    clinic.set_clinician(member, status="IDPSuccess", active=False)
    grant(clinic, member)
    clinic.reset()
    assert opens(clinic, member).status == 200
    assert dosespot_writes(clinic) == []
    assert clinic.clinician(member)["active"] is False


def test_a_deactivated_member_is_neither_enrolled_nor_signed_in(
    clinic: Clinic, granted: Member
) -> None:
    step(clinic, granted)
    membership = clinic.read(f"ProjectMembership/{granted.membership_id}")
    clinic.write({**membership, "active": False})
    clinic.reset()
    answer = opens(clinic, granted)
    assert "url" not in answer.body
    assert writes(clinic) == []


def test_the_project_may_keep_enrollment_out_of_the_iframe(clinic: Clinic, granted: Member) -> None:
    with setting(clinic, IFRAME_ENROLLS, "false"):
        clinic.reset()
        assert opens(clinic, granted).refusal == ("NotAuthorized", NOT_ENROLLED)
        assert writes(clinic) == []
    step(clinic, granted)
    clinic.prescriber_does(granted, "sign-agreements")
    with setting(clinic, IFRAME_ENROLLS, "false"):
        clinic.reset()
        assert set(opens(clinic, granted).body) == {"url"}
        assert writes(clinic) == []
    with setting(clinic, IFRAME_ENROLLS, "no"):
        kind, sentence = opens(clinic, granted).refusal
    assert kind == "Misconfigured"
    assert f"{IFRAME_ENROLLS} must be true or false" in sentence


def test_what_a_first_enrollment_lacks_is_the_answer(clinic: Clinic, granted: Member) -> None:
    practitioner = clinic.practitioner(granted)
    clinic.write({k: v for k, v in practitioner.items() if k != "birthDate"})
    clinic.reset()
    kind, sentence = opens(clinic, granted).refusal
    assert (kind, "Practitioner.birthDate" in sentence) == ("RecordsRefused", True)
    assert writes(clinic) == []


def test_who_is_inactive_is_not_created(clinic: Clinic, granted: Member) -> None:
    clinic.write({**clinic.practitioner(granted), "active": False})
    clinic.reset()
    assert opens(clinic, granted).refusal[0] == "StageRefused"
    assert writes(clinic) == []


def test_records_that_can_not_be_enrolled_do_not_keep_the_link_back(
    clinic: Clinic, signed: Member
) -> None:
    practitioner = clinic.practitioner(signed)
    clinic.write({k: v for k, v in practitioner.items() if k != "birthDate"})
    clinic.reset()
    answer = opens(clinic, signed)
    assert "Practitioner.birthDate" in warned(answer)
    assert writes(clinic) == []
    kept = [one["subtype"][0]["code"] for one in clinic.events(f"Practitioner/{signed.id}")]
    assert "attempt-refused" in kept


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (SERVICE_SECRETS, NO_CREDENTIAL),
        (("DOSESPOT_USER_ID",), "DOSESPOT_USER_ID missing"),
        (("DOSESPOT_SUBSCRIPTION_KEY",), "DOSESPOT_SUBSCRIPTION_KEY missing"),
    ],
    ids=["credential", "Clinician Admin", "API key"],
)
def test_what_only_enrollment_needs_does_not_keep_the_link_back(
    clinic: Clinic, signed: Member, names: tuple[str, ...], told: str
) -> None:
    with without_secrets(clinic, *names):
        clinic.reset()
        assert told in warned(opens(clinic, signed))
    assert dosespot_writes(clinic) == []


@pytest.mark.parametrize("way", ["drop", *first("status", "html", "empty")])
@pytest.mark.parametrize("path", [".*/api/clinicians.*", ".*"])
def test_dosespot_out_of_order_does_not_keep_the_link_back(
    clinic: Clinic, signed: Member, path: str, way: str
) -> None:
    clinic.break_dosespot(path=path, kind=way, times=1000)
    warned(opens(clinic, signed))
    clinic.reset()
    assert step(clinic, signed) == [INITIALIZE_IDP]


def test_a_batch_that_fails_does_not_keep_the_link_back(clinic: Clinic, signed: Member) -> None:
    patient = add_patient(clinic)
    assert sync(clinic, signed, patient).status == 200
    clinic.break_fhir(method="POST", path="/fhir/R4/", kind="status", status=500, times=1000)
    for whom in (None, patient):
        assert warned(opens(clinic, signed, whom)).startswith("The FHIR server could not be")


def test_who_may_not_read_roles_gets_links(clinic: Clinic) -> None:
    rules = [{"resourceType": name} for name in ("Bot", "Patient")]
    policy = {"resourceType": "AccessPolicy", "resource": rules}
    member = clinic.add_member(dea=DEA, access_policy=policy)
    grant(clinic, member)
    clinic.enroll(member)
    clinic.reset()
    assert set(opens(clinic, member).body) == {"url"}
    assert writes(clinic) == []


def test_a_create_that_nobody_answers_is_open_and_made_up_for(
    clinic: Clinic, granted: Member
) -> None:
    clinic.switch(lookup_lag_s=60.0)
    fault = {"method": "POST", "path": "/webapi/v2/api/clinicians", "kind": "drop"}
    clinic.break_dosespot(**fault, when="after")
    assert opens(clinic, granted).refusal == ("LookUpFirst", CREATE_UNANSWERED)
    clinic.reset()
    assert step(clinic, granted) == []
    assert linked(clinic, granted) == (clinic.clinician(granted)["id"],)


def test_a_patient_who_can_not_be_read_is_refused_before_anything_is_begun(
    clinic: Clinic, granted: Member
) -> None:
    nobody = {"id": "00000000-0000-4000-8000-000000000000"}
    assert opens(clinic, granted, nobody).refusal[0] == "FhirNotFound"
    assert writes(clinic) == []


def test_a_patient_who_is_not_in_dosespot_yet_does_not_keep_enrollment_back(
    clinic: Clinic, granted: Member
) -> None:
    patient = add_patient(clinic)
    assert opens(clinic, granted, patient).refusal == ("RecordsRefused", NOT_SYNCED)
    assert linked(clinic, granted) == (clinic.clinician(granted)["id"],)
    clinic.prescriber_does(granted, "sign-agreements")
    assert sync(clinic, granted, patient).status == 200
    assert opens(clinic, granted, patient).status == 200

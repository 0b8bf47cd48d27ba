"""The enroll bot through `$execute`: stage by stage, twice, and in every status."""

import pytest

from fhir_profiles.codes import RegistrationStatus as Status
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from tests.integration.clinic import Clinic, Member
from tests.quick import first_of_each

NOTHING = {}
IDP = {"initIdp": True}
TFA = {"initTfa": True}
BOTH = {"initIdp": True, "initTfa": True}

PENDING_AGREEMENT = "Prescriber has a pending legal agreement"
IN_PROGRESS = "TFA activation is already in progress"
ACTIVATED = "TFA is already activated"
NO_IDP = "IDP has not been completed yet"
FAILED = "DoseSpot could not register the prescriber"
DEACTIVATING = "TFA is being deactivated"
NOT_DEACTIVATED = "TFA could not be deactivated"
NOT_APPLICABLE = "DoseSpot does not register this clinician at this clinic"
UNKNOWN = "DoseSpot returned no known registration status"

INIT_IDP = "idpInit"
INIT_TFA = "initTfaActivate"


def test_the_six_steps_enable_epcs(clinic: Clinic, prescriber: Member) -> None:
    created = clinic.enroll(prescriber)
    clinician_id = clinic.clinician(prescriber)["id"]
    assert created.facts == {
        "doseSpotClinicianId": clinician_id,
        "registrationStatus": "Pending",
        "idpInitialized": False,
        "tfaInitialized": False,
    }
    assert created.body["projectMembership"]["identifier"] == [
        {"system": "https://dosespot.com/clinician-identifier", "value": str(clinician_id)}
    ]
    clinic.prescriber_does(prescriber, "sign-agreements")
    assert clinic.enroll(prescriber, **IDP).facts == {
        **created.facts,
        "registrationStatus": "IDPInitializeSuccess",
        "idpInitialized": True,
    }
    clinic.prescriber_does(prescriber, "pass-idp")
    assert clinic.enroll(prescriber, **TFA, tfaType="Token").facts == {
        **created.facts,
        "registrationStatus": "TFAActivateInit",
        "tfaInitialized": True,
    }
    assert set(clinic.clinician(prescriber)["tfa_type"].values()) == {"Token"}
    clinic.prescriber_does(prescriber, "activate-tfa")
    done = clinic.enroll(prescriber)
    assert done.facts == {**created.facts, "registrationStatus": "TFAActivatedSuccess"}
    found = clinic.read(
        "Practitioner?qualification-code=https://dosespot.com/qualification|epcs"
        f"&_id={prescriber.id}"
    )
    assert [entry["resource"] for entry in found["entry"]] == [done.body["practitioner"]]


def test_the_answer_has_exactly_the_six_documented_fields(
    clinic: Clinic, prescriber: Member
) -> None:
    answer = clinic.enroll(prescriber)
    assert set(answer.body) == {
        "doseSpotClinicianId",
        "projectMembership",
        "practitioner",
        "registrationStatus",
        "idpInitialized",
        "tfaInitialized",
    }


def test_dosespot_gets_what_the_practitioner_says(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(
        prescriber,
        practitionerRoleTypes=[1, 4],
        medicalLicenseNumbers=[{"licenseNumber": "036-123456", "state": "IL"}],
    )
    clinician = clinic.clinician(prescriber)
    assert clinician["roles"] == ["ClinicianAdmin", "PrescribingClinician"]
    assert sorted(clinician["dea_numbers"]) == sorted(prescriber.dea.values())
    assert clinician["licenses"] == [{"number": "036-123456", "state": "IL"}]
    assert (clinician["first_name"], clinician["middle_name"]) == ("Jane", "Marie")
    assert clinician["epcs_requested"] is True


def test_a_prescriber_without_dea_numbers_is_enrolled_without_epcs(clinic: Clinic) -> None:
    member = clinic.add_member()
    assert clinic.enroll(member).body["registrationStatus"] == "Pending"
    assert not clinic.clinician(member)["epcs_requested"]
    refused = clinic.enroll(member, **IDP)
    assert refused.status == 400
    assert refused.error.startswith("No DEA number found on the Practitioner. ")


def test_a_first_run_writes_each_thing_once(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    claim = (clinic.claim(prescriber).resource or {})["id"]
    assert clinic.writes() == [
        "POST /webapi/v2/api/clinicians",
        "POST /fhir/R4/Basic",  # the claim
        f"PUT /fhir/R4/ProjectMembership/{prescriber.membership_id}",  # the clinician's id
        f"PUT /fhir/R4/Practitioner/{prescriber.id}",
        f"PUT /fhir/R4/Basic/{claim}",  # the claim is free again
    ]


@pytest.mark.parametrize(("flags", "asked"), [(NOTHING, 0), (TFA, 0), (IDP, 1), (BOTH, 1)])
def test_agreements_are_asked_for_only_where_identity_proofing_is_to_begin(
    clinic: Clinic, prescriber: Member, flags: dict[str, bool], asked: int
) -> None:
    clinic.enroll(prescriber)
    clinic.reset()
    clinic.enroll(prescriber, **flags)
    calls = clinic.session.get(f"{clinic.control_url}calls", timeout=5).json()["calls"]
    assert sum(call.endswith("/legalAgreements") for call in calls) == asked


KNOWN = [status for status in Status if status is not Status.UNKNOWN]


@pytest.mark.parametrize(
    "status",
    first_of_each([(one,) for one in (*KNOWN, "SomethingNew")], lambda row: row[0] in KNOWN),
)
def test_second_run_writes_nothing_and_answers_the_same(
    clinic: Clinic, prescriber: Member, status: str
) -> None:
    clinic.enroll(prescriber)
    clinic.set_clinician(prescriber, status=status)
    first = clinic.enroll(prescriber)
    clinic.reset()
    second = clinic.enroll(prescriber)
    assert second.body == first.body
    assert clinic.writes() == []


@pytest.mark.parametrize(
    ("stage", "steps"),
    [
        (IDP, ["sign-agreements"]),
        (IDP, ["sign-agreements", "init-idp", "fail-idp"]),
        (NOTHING, ["sign-agreements", "init-idp", "pass-idp"]),
    ],
)
def test_asking_twice_for_a_stage_differs_only_in_initialized(
    clinic: Clinic, prescriber: Member, stage: dict[str, bool], steps: list[str]
) -> None:
    clinic.enroll(prescriber)
    for step in steps:
        if step == "init-idp":
            clinic.enroll(prescriber, **IDP)
        else:
            clinic.prescriber_does(prescriber, step)
    first = clinic.enroll(prescriber, **stage)
    clinic.reset()
    second = clinic.enroll(prescriber, **stage)
    assert {**second.body, "idpInitialized": None} == {**first.body, "idpInitialized": None}
    assert second.body["idpInitialized"] is False
    assert clinic.writes() == []


STATUS_TABLE = [
    # status, request, what is refused or which call is made
    ("Pending", NOTHING, None),
    ("Pending", IDP, PENDING_AGREEMENT),
    ("Pending", TFA, NO_IDP),
    ("Pending", BOTH, (PENDING_AGREEMENT, NO_IDP)),
    ("RegistrationError", NOTHING, None),
    ("RegistrationError", IDP, FAILED),
    ("RegistrationError", TFA, NO_IDP),
    ("RegistrationError", BOTH, (FAILED, NO_IDP)),
    ("IDPInitializeSuccess", NOTHING, None),
    ("IDPInitializeSuccess", IDP, None),
    ("IDPInitializeSuccess", TFA, NO_IDP),
    ("IDPInitializeSuccess", BOTH, NO_IDP),
    ("IDPError", NOTHING, None),
    ("IDPError", IDP, None),
    ("IDPError", TFA, NO_IDP),
    ("IDPError", BOTH, NO_IDP),
    ("IDPSuccess", NOTHING, None),
    ("IDPSuccess", IDP, None),
    ("IDPSuccess", TFA, INIT_TFA),
    ("IDPSuccess", BOTH, INIT_TFA),
    ("TFAActivateInit", NOTHING, None),
    ("TFAActivateInit", IDP, None),
    ("TFAActivateInit", TFA, IN_PROGRESS),
    ("TFAActivateInit", BOTH, IN_PROGRESS),
    ("TFAActivatedSuccess", NOTHING, None),
    ("TFAActivatedSuccess", IDP, None),
    ("TFAActivatedSuccess", TFA, ACTIVATED),
    ("TFAActivatedSuccess", BOTH, ACTIVATED),
    ("TFAActivatedError", NOTHING, None),
    ("TFAActivatedError", IDP, None),
    ("TFAActivatedError", TFA, INIT_TFA),
    ("TFAActivatedError", BOTH, INIT_TFA),
    ("TFADeactivateInit", NOTHING, None),
    ("TFADeactivateInit", IDP, None),
    ("TFADeactivateInit", TFA, DEACTIVATING),
    ("TFADeactivateInit", BOTH, DEACTIVATING),
    ("TFADeactivatedSuccess", NOTHING, None),
    ("TFADeactivatedSuccess", IDP, None),
    ("TFADeactivatedSuccess", TFA, INIT_TFA),
    ("TFADeactivatedSuccess", BOTH, INIT_TFA),
    ("TFADeactivatedError", NOTHING, None),
    ("TFADeactivatedError", IDP, None),
    ("TFADeactivatedError", TFA, NOT_DEACTIVATED),
    ("TFADeactivatedError", BOTH, NOT_DEACTIVATED),
    ("NotApplicable", NOTHING, None),
    ("NotApplicable", IDP, NOT_APPLICABLE),
    ("NotApplicable", TFA, NOT_APPLICABLE),
    ("NotApplicable", BOTH, NOT_APPLICABLE),
    ("SomethingNew", NOTHING, None),
    ("SomethingNew", IDP, UNKNOWN),
    ("SomethingNew", TFA, UNKNOWN),
    ("SomethingNew", BOTH, UNKNOWN),
]


@pytest.mark.parametrize(
    ("status", "request_", "expected"), first_of_each(STATUS_TABLE, lambda row: row[2])
)
def test_every_status_has_its_answer_to_every_request(
    clinic: Clinic,
    prescriber: Member,
    status: str,
    request_: dict[str, bool],
    expected: str | tuple[str, ...] | None,
) -> None:
    clinic.enroll(prescriber)
    clinic.set_clinician(prescriber, status=status)
    clinic.reset()
    answer = clinic.enroll(prescriber, **request_)
    inits = [call.rsplit("/", 1)[1] for call in clinic.writes() if "/webapi/" in call]
    if expected in (None, INIT_TFA):
        assert answer.status == 200
        assert inits == ([expected] if expected else [])
        assert answer.body["tfaInitialized"] is (expected == INIT_TFA)
    else:
        assert answer.status == 400
        sentences = expected if isinstance(expected, tuple) else (expected,)
        assert all(sentence in answer.error for sentence in sentences)
        assert inits == []
    recorded = status if status in set(Status) else "Unknown"
    if not inits:
        assert registration_status(clinic.practitioner(prescriber)) == recorded


@pytest.mark.parametrize(
    ("request_", "expected"), [(NOTHING, None), (IDP, INIT_IDP), (TFA, NO_IDP), (BOTH, NO_IDP)]
)
def test_signed_agreements_open_identity_proofing_and_nothing_more(
    clinic: Clinic, prescriber: Member, request_: dict[str, bool], expected: str | None
) -> None:
    clinic.enroll(prescriber)
    clinic.prescriber_does(prescriber, "sign-agreements")
    clinic.reset()
    answer = clinic.enroll(prescriber, **request_)
    inits = [call.rsplit("/", 1)[1] for call in clinic.writes() if "/webapi/" in call]
    assert inits == ([INIT_IDP] if expected == INIT_IDP else [])
    assert answer.status == (400 if expected == NO_IDP else 200)
    assert (expected == NO_IDP) == (NO_IDP in answer.error)


def test_a_first_run_that_asks_for_idp_creates_and_then_names_the_agreement(
    clinic: Clinic, prescriber: Member
) -> None:
    answer = clinic.enroll(prescriber, **IDP)
    assert answer.error.startswith(PENDING_AGREEMENT)
    assert clinic.clinician(prescriber)["idp_inits"] == 0
    assert registration_status(clinic.practitioner(prescriber)) == "Pending"
    membership = clinic.read(f"ProjectMembership/{prescriber.membership_id}")
    assert membership["identifier"][0]["value"] == str(clinic.clinician(prescriber)["id"])


def test_a_first_run_that_asks_for_tfa_changes_nothing(clinic: Clinic, prescriber: Member) -> None:
    answer = clinic.enroll(prescriber, **BOTH)
    assert answer.error.startswith(NO_IDP)
    assert clinic.clinicians(prescriber.npi) == []
    assert clinic.writes() == []


class TestEpcs:
    """The qualification follows what DoseSpot really allows."""

    @pytest.fixture
    def enabled(self, clinic: Clinic, prescriber: Member) -> Member:
        clinic.enroll(prescriber)
        clinic.set_clinician(prescriber, status="TFAActivatedSuccess")
        assert has_epcs_qualification(clinic.enroll(prescriber).body["practitioner"])
        return prescriber

    @pytest.mark.parametrize(
        "change",
        [
            {"status": "TFADeactivatedSuccess"},
            {"status": "SomethingNew"},
            {"locked": True},
            {"confirmed": False},
        ],
    )
    def test_is_ended_when_dosespot_no_longer_says_so(
        self, clinic: Clinic, enabled: Member, change: dict[str, object]
    ) -> None:
        clinic.set_clinician(enabled, **change)
        practitioner = clinic.enroll(enabled).body["practitioner"]
        assert not has_epcs_qualification(practitioner)
        (ended,) = practitioner["qualification"]
        assert ended["period"]["end"] >= ended["period"]["start"]

    def test_is_ended_when_the_clinic_loses_epcs(self, clinic: Clinic, enabled: Member) -> None:
        clinic.switch(clinic_has_epcs=False)
        assert not has_epcs_qualification(clinic.enroll(enabled).body["practitioner"])

    def test_stays_where_dosespot_leaves_fields_open(self, clinic: Clinic, enabled: Member) -> None:
        unsent = "PUT /webapi/v2/api/clinicians"
        clinic.switch(omit_optional_fields_as_null=True)
        # The caller's own roles are hidden too, so the caller is refused before anything is read.
        assert "ClinicianAdmin" in clinic.enroll(enabled).error
        assert has_epcs_qualification(clinic.practitioner(enabled))
        assert not any(call.startswith(unsent) for call in clinic.writes())

    def test_comes_back_as_a_new_entry(self, clinic: Clinic, enabled: Member) -> None:
        clinic.set_clinician(enabled, locked=True)
        clinic.enroll(enabled)
        clinic.set_clinician(enabled, locked=False)
        practitioner = clinic.enroll(enabled).body["practitioner"]
        assert [("end" in q["period"]) for q in practitioner["qualification"]] == [True, False]

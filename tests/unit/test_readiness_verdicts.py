"""Who may prescribe and sign: every status and flag written out; nothing unknown is ever good."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from fhir_profiles.clinician_identifier import ClinicianIds
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.codes import RegistrationStatus as Status
from fhir_profiles.dea_identifier import DeaIdentifier
from fhir_profiles.period import Days
from shared.members.rules.clinician import Clinician
from shared.members.rules.guidance import GUIDANCE, Owner
from shared.readiness.rules.causes import Blocks, Cause
from shared.readiness.rules.readiness import (
    Facts,
    Flaw,
    Membership,
    OtherClinic,
)
from tests.builders import TODAY
from tests.unit.ready_prescriber import (
    ACCOUNT,
    AGENT,
    IL,
    JANE,
    NY,
    PRESCRIBER,
    READY,
    RECORD,
    UNREADABLE,
    codes,
    of_account,
    of_clinician,
    of_membership,
    of_record,
    signs_where,
    told,
)


def test_nothing_stands_in_the_way_of_who_has_all_steps_behind_them() -> None:
    found = told(READY)
    assert (found.prescribes, found.signs_controlled, found.reasons) == (True, True, ())
    assert found.registrations == (IL, NY)


TABLE = """
status                | prescribes | with DEA                      | without DEA
Pending               | no         | registering                   | registering
RegistrationSuccess   | yes        | status-registration-success   |
RegistrationError     | no         | status-registration-error     | status-registration-error
IDPInitializeSuccess  | yes        | status-idp-initialize-success |
IDPSuccess            | yes        | status-idp-success            |
IDPError              | yes        | status-idp-error              |
TFAActivateInit       | yes        | status-tfa-activate-init      |
TFAActivatedSuccess   | yes        |                               |
TFAActivatedError     | yes        | status-tfa-activated-error    |
TFADeactivateInit     | yes        | status-tfa-deactivate-init    |
TFADeactivatedSuccess | yes        | status-tfa-deactivated-success |
TFADeactivatedError   | yes        | status-tfa-deactivated-error  |
NotApplicable         | no         | status-not-applicable         | status-not-applicable
Unknown               | no         | status-unknown                | status-unknown
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]


def test_the_table_leaves_no_status_out() -> None:
    assert [Status(row[0]) for row in ROWS] == list(Status)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_status_has_its_verdicts_and_its_reason(row: list[str]) -> None:
    status, prescribes, with_dea, without_dea = row
    clinician = replace(JANE, status=Status(status))
    for dea, code in (((IL,), with_dea), ((), without_dea)):
        record = replace(RECORD, dea=dea, status=status, epcs=clinician.epcs_enabled)
        found = told(Facts(READY.membership, record, replace(ACCOUNT, clinician=clinician)))
        expected = ([code] if code else []) + ([] if dea else ["no-dea"])
        assert sorted(codes(found)) == sorted(expected)
        assert found.prescribes == (prescribes == "yes")
        assert found.signs_controlled == (clinician.epcs_enabled and bool(dea))


@pytest.mark.parametrize(
    "status", sorted(set(Status) - {Status.PENDING, Status.TFA_ACTIVATED_SUCCESS})
)
def test_who_acts_on_a_status_is_as_the_guidance_says(status: Status) -> None:
    cause, guidance = Cause.of_status(status), GUIDANCE[status]
    assert cause.owner is guidance.owner
    assert cause.sentence == f"{guidance.meaning}. {guidance.action}."


@pytest.mark.parametrize(
    ("facts", "code", "owner", "prescribes"),
    [
        (of_clinician(locked=True), "account-locked", "DoseSpot", False),
        (of_clinician(active=False), "account-inactive", "Administrator", False),
        (of_clinician(confirmed=False), "npi-unconfirmed", "DoseSpot", False),
        (of_clinician(agreement_pending=True), "agreement-pending", "Prescriber", False),
        (of_clinician(clinic_has_epcs=False), "clinic-without-epcs", "Administrator", True),
        (of_account(has_new_rx=False), "clinic-without-new-rx", "Administrator", False),
        (of_account(linked=False), "clinic-not-linked", "Administrator", False),
        (of_account(roles=frozenset()), "role-missing", "Administrator", False),
        (
            of_account(roles=frozenset({ClinicianRole.REPORTING_CLINICIAN})),
            "role-missing",
            "Administrator",
            False,
        ),
        (of_account(roles=AGENT), "agent-role", "Administrator", True),
        (of_record(active=False), "practitioner-inactive", "Administrator", False),
        (of_membership(count=0), "no-membership", "Administrator", False),
        (of_membership(count=2), "several-memberships", "Administrator", False),
        (
            of_membership(clinician_ids=ClinicianIds((1, 2))),
            "clinician-id-unclear",
            "Administrator",
            False,
        ),
        (of_membership(clinician_ids=UNREADABLE), "clinician-id-unclear", "Administrator", False),
        (of_membership(shared=True), "clinician-id-shared", "Administrator", False),
        (of_record(dea=()), "no-dea", "Prescriber", True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_stands_in_the_way_is_named_with_who_acts(
    facts: Facts, code: str, owner: str, prescribes: bool
) -> None:
    found = told(facts)
    first = found.reasons[0]
    assert (first.cause.code, first.cause.owner) == (code, Owner(owner))
    assert (found.prescribes, found.signs_controlled) == (prescribes, False)


def test_who_is_not_enrolled_is_told_everything_that_has_to_be_mended_before() -> None:
    record = replace(RECORD, problems=(Flaw("Practitioner.birthDate", "It is missing."),))
    found = told(Facts(Membership(self_service=False), record))
    assert codes(found) == ["record-problem", "not-enrolled", "self-service-not-granted"]
    assert found.reasons[0].sentence == "It is missing."
    assert not found.prescribes


@pytest.mark.parametrize("self_service", [True, None])
def test_self_service_is_no_matter_where_it_is_granted_or_not_known(
    self_service: bool | None,
) -> None:
    found = told(Facts(Membership(self_service=self_service), RECORD))
    assert codes(found) == ["not-enrolled"]


def test_self_service_is_no_matter_any_more_with_all_steps_done() -> None:
    assert codes(told(of_membership(self_service=False))) == []


@pytest.mark.parametrize(
    ("clinician", "blocks"),
    [
        (None, Blocks.EVERYTHING),
        (replace(JANE, status=Status.IDP_SUCCESS), Blocks.CONTROLLED),
        (JANE, Blocks.NOTHING),
    ],
    ids=["not enrolled", "on the way", "done"],
)
def test_a_problem_of_the_record_stands_in_the_way_of_what_is_still_to_do(
    clinician: Clinician | None, blocks: Blocks
) -> None:
    account = clinician and replace(ACCOUNT, clinician=clinician)
    record = replace(RECORD, problems=(Flaw("Practitioner.birthDate", "It is missing."),))
    found = told(Facts(READY.membership, record, account))
    (problem,) = (one for one in found.reasons if one.cause is Cause.RECORD_PROBLEM)
    assert problem.blocks is blocks


@pytest.mark.parametrize(("mended", "other"), [(IL, NY), (NY, IL)], ids=["first", "tenth"])
def test_a_problem_of_a_dea_number_is_a_matter_of_that_registration_alone(
    mended: DeaIdentifier, other: DeaIdentifier
) -> None:
    flaw = Flaw(f"{mended.path}.assigner.display", "The state is missing.")
    found = told(of_record(problems=(flaw,)))
    assert codes(found) == ["dea-problem"]
    assert (found.prescribes, signs_where(found)) == (True, [other.state])


def test_a_warning_of_the_record_stands_in_no_way() -> None:
    found = told(of_record(warnings=(Flaw("Practitioner.telecom", "No e-mail address."),)))
    assert (codes(found), found.signs_controlled) == (["record-warning"], True)


def test_other_clinics_are_told_and_stand_in_no_way() -> None:
    found = told(of_account(others=(OtherClinic(7, has_epcs=False), OtherClinic(8))))
    assert codes(found) == ["other-clinic-without-epcs", "other-clinic-not-checked"]
    assert [one.value for one in found.reasons] == ["7", "8"]
    assert found.signs_controlled


@pytest.mark.parametrize("name", ["active", "locked", "confirmed", "clinic_has_epcs"])
def test_a_flag_that_dosespot_leaves_open_is_told_and_contradicts_nothing(name: str) -> None:
    found = told(of_clinician(**{name: None}))
    assert (codes(found), found.signs_controlled) == (["flag-left-open"], True)


@pytest.mark.parametrize(
    ("facts", "code", "value"),
    [
        (
            of_record(status="IDPSuccess"),
            "status-outdated",
            "IDPSuccess is recorded; DoseSpot says TFAActivatedSuccess",
        ),
        (
            of_record(status=None),
            "status-outdated",
            "nothing is recorded; DoseSpot says TFAActivatedSuccess",
        ),
        (
            of_record(status="Jane Smith"),
            "status-outdated",
            "something else is recorded; DoseSpot says TFAActivatedSuccess",
        ),
        (of_record(epcs=False), "status-outdated", "TFAActivatedSuccess, EPCS enabled"),
        (
            of_clinician(clinic_has_epcs=False),
            "epcs-not-true",
            "TFAActivatedSuccess, EPCS not enabled",
        ),
    ],
    ids=["another status", "no status", "a text", "no qualification", "a false qualification"],
)
def test_what_the_practitioner_says_of_dosespot_is_compared(
    facts: Facts, code: str, value: str
) -> None:
    found = told(facts)
    assert found.reasons[-1].cause.code == code
    assert found.reasons[-1].value == value
    assert found.reasons[-1].blocks is Blocks.NOTHING


def test_what_blocks_most_comes_first() -> None:
    flaws = (Flaw("Practitioner.telecom", "No e-mail address."),)
    facts = of_clinician(status=Status.IDP_ERROR, locked=True)
    record = replace(
        RECORD, warnings=flaws, dea=(replace(IL, days=Days(last=TODAY - timedelta(1))),)
    )
    blocks = [one.blocks for one in told(replace(facts, record=record)).reasons]
    assert blocks == sorted(blocks, key=list(Blocks).index)
    assert set(blocks) == set(Blocks)


def test_causes_are_told_apart_and_in_whole_sentences() -> None:
    assert len(Cause.__members__) == len(set(Cause)) == len({one.code for one in Cause})
    for cause in Cause:
        assert cause.sentence[0].isupper()
        assert cause.sentence.endswith(".")
        assert (cause.owner is Owner.NOBODY) <= any(
            word in cause.sentence for word in ("Check again", "Wait", "no action is needed")
        )


def test_the_verdicts_are_those_of_all_flags_together() -> None:
    ready = 0
    yes_no, open_ = (True, False), (True, False, None)
    roles = (PRESCRIBER, AGENT, frozenset())
    for status, pending, role in product(Status, yes_no, roles):
        for active, locked, confirmed, epcs in product(open_, repeat=4):
            clinician = Clinician(
                4711, status, pending, active, locked, confirmed, clinic_has_epcs=epcs
            )
            found = told(of_account(clinician=clinician, roles=role))
            usable = not pending and active is not False and not locked and confirmed is not False
            registered = status.value not in (
                "Pending",
                "RegistrationError",
                "NotApplicable",
                "Unknown",
            )
            assert found.prescribes == (usable and registered and bool(role))
            signs = usable and clinician.epcs_enabled and role == PRESCRIBER
            assert found.signs_controlled == signs
            ready += signs
    assert ready == 16

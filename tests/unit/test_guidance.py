"""What people are told in every situation, as a table; and when nobody is told to be ready."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from fhir_profiles.codes import RegistrationStatus as Status
from shared.members.rules.clinician import Clinician
from shared.members.rules.guidance import (
    CLINIC_WITHOUT_EPCS,
    GUIDANCE,
    INACTIVE,
    LOCKED,
    NON_CONTROLLED,
    UNCONFIRMED,
    Owner,
    next_steps,
)

SENTENCES = {
    "sign": "Sign the legal agreements in DoseSpot, then open ePrescribing again.",
    "wait": "DoseSpot is registering you. You don't need to do anything until it has; open"
    " ePrescribing again later.",
    "begin IDP": "You are registered. Open ePrescribing again to begin identity proofing.",
    "mend": "DoseSpot could not register you. Check your name, NPI, DEA number and address in your"
    " profile, then open ePrescribing again.",
    "do IDP": "Complete identity proofing in DoseSpot, then open ePrescribing again.",
    "begin TFA": "Your identity is proven. Open ePrescribing again to begin two-factor"
    " authentication.",
    "redo IDP": "Identity proofing failed. Try it again in DoseSpot.",
    "do TFA": "Set up two-factor authentication in DoseSpot, then open ePrescribing again.",
    "done": "You are ready to prescribe, including controlled substances. There is nothing left"
    " to do.",
    "redo TFA": "Two-factor authentication could not be activated. Open ePrescribing again to"
    " start over.",
    "end TFA": "Two-factor authentication is being deactivated. Complete that in DoseSpot.",
    "ask admin": "Two-factor authentication is deactivated. To sign controlled substances again,"
    " ask your administrator to initialize it.",
    "ask DoseSpot": "Two-factor authentication could not be deactivated. Contact DoseSpot support.",
    "no role": "DoseSpot does not register you at this clinic. Ask your administrator to check your"
    " DoseSpot roles.",
    "later": "DoseSpot did not say how far along your registration is. Open ePrescribing again"
    " later; if this continues, tell your administrator.",
    "other drugs": "You are ready to prescribe non-controlled medications. There is nothing left"
    " to do."
    " For controlled substances, add your DEA number to your profile.",
}

TABLE = """
status                | owner         | with DEA     | without DEA | agreement pending
Pending               | Prescriber    | wait         | wait        | sign
RegistrationSuccess   | Administrator | begin IDP    | other drugs | sign
RegistrationError     | Administrator | mend         | mend        | sign
IDPInitializeSuccess  | Prescriber    | do IDP       | other drugs | sign
IDPSuccess            | Administrator | begin TFA    | other drugs | sign
IDPError              | Prescriber    | redo IDP     | other drugs | sign
TFAActivateInit       | Prescriber    | do TFA       | other drugs | sign
TFAActivatedSuccess   | Nobody        | done         | other drugs | sign
TFAActivatedError     | Administrator | redo TFA     | other drugs | sign
TFADeactivateInit     | Prescriber    | end TFA      | other drugs | sign
TFADeactivatedSuccess | Administrator | ask admin    | other drugs | sign
TFADeactivatedError   | DoseSpot      | ask DoseSpot | other drugs | sign
NotApplicable         | Administrator | no role      | no role     | sign
Unknown               | DoseSpot      | later        | later       | sign
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]

JANE = Clinician(id=4711, status=Status.PENDING, agreement_pending=False)
READY = replace(
    JANE,
    status=Status.TFA_ACTIVATED_SUCCESS,
    active=True,
    locked=False,
    confirmed=True,
    clinic_has_epcs=True,
)


def test_the_table_and_the_guidance_leave_no_status_out() -> None:
    assert [Status(row[0]) for row in ROWS] == list(Status)
    assert list(GUIDANCE) == list(Status)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_status_has_its_next_step(row: list[str]) -> None:
    status, owner, with_dea, without_dea, pending = row
    clinician = replace(JANE, status=Status(status))
    unsigned = replace(clinician, agreement_pending=True)
    assert GUIDANCE[clinician.status].owner is Owner(owner)
    assert next_steps(clinician, True) == (SENTENCES[with_dea],)
    assert next_steps(clinician, False) == (SENTENCES[without_dea],)
    assert next_steps(unsigned, True) == (SENTENCES[pending],)
    assert next_steps(unsigned, False) == (SENTENCES[pending],)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_told_in_whole_words_for_both_readers(status: Status) -> None:
    told = GUIDANCE[status]
    assert told.meaning
    assert told.action
    assert not told.action.endswith(".")
    assert told.step.endswith(".")
    assert status.value not in told.meaning + told.action + told.step or status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"locked": True}, [LOCKED]),
        ({"active": False}, [INACTIVE]),
        ({"confirmed": False}, [UNCONFIRMED]),
        ({"locked": True, "confirmed": False}, [LOCKED, UNCONFIRMED]),
        ({"active": False, "locked": True}, [LOCKED, INACTIVE]),
        ({"active": False, "clinic_has_epcs": False}, [INACTIVE]),
        ({"locked": True, "active": False, "confirmed": False}, [LOCKED, INACTIVE, UNCONFIRMED]),
        ({"locked": True, "agreement_pending": True}, [LOCKED]),
        ({"locked": True, "status": Status.PENDING}, [LOCKED]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("has_dea", [True, False], ids=["DEA", "no DEA"])
def test_what_stands_against_the_account_is_told_before_anything_else(
    changes: dict[str, Any], told: list[str], has_dea: bool
) -> None:
    assert next_steps(replace(READY, **changes), has_dea) == tuple(told)


def test_clinic_without_epcs_is_told_to_who_has_done_all_steps() -> None:
    assert next_steps(replace(READY, clinic_has_epcs=False), True) == (CLINIC_WITHOUT_EPCS,)
    assert next_steps(replace(READY, clinic_has_epcs=False), False) == (NON_CONTROLLED,)
    on_the_way = replace(READY, status=Status.IDP_SUCCESS, clinic_has_epcs=False)
    assert next_steps(on_the_way, True) == (SENTENCES["begin TFA"],)


@pytest.mark.parametrize("field", ["active", "locked", "confirmed", "clinic_has_epcs"])
def test_what_dosespot_leaves_open_stands_against_nothing(field: str) -> None:
    assert next_steps(replace(READY, **{field: None}), True) == (SENTENCES["done"],)


def test_nobody_is_told_to_sign_controlled_substances_unless_epcs_is_enabled() -> None:
    flags, open_flags = [True, False], [True, False, None]
    told_ready = 0
    for status, pending, has_dea in product(Status, flags, flags):
        for active, locked, confirmed, has_epcs in product(open_flags, repeat=4):
            clinician = Clinician(
                4711, status, pending, active, locked, confirmed, clinic_has_epcs=has_epcs
            )
            steps = next_steps(clinician, has_dea)
            assert steps
            assert set(steps) <= {*SENTENCES.values(), LOCKED, INACTIVE, UNCONFIRMED} | {
                CLINIC_WITHOUT_EPCS
            }
            ready = any("including controlled substances" in step for step in steps)
            told_ready += ready
            assert ready <= clinician.epcs_enabled
            unusable = active is False or locked is True or confirmed is False
            assert any("ready" in step for step in steps) <= (not unusable and not pending)
    assert told_ready == 16

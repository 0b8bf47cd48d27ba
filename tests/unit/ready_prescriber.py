"""Jane, who may prescribe and sign in two states, as facts; changed by keyword."""

from dataclasses import replace
from datetime import date
from typing import Any

from fhir_profiles.clinician_identifier import ClinicianIds
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.codes import RegistrationStatus as Status
from fhir_profiles.dea_identifier import DeaIdentifier
from fhir_profiles.period import Days
from fhir_profiles.state_license import StateLicense
from shared.members.rules.clinician import Clinician
from shared.readiness.rules.readiness import (
    DoseSpotAccount,
    Facts,
    Membership,
    Readiness,
    Record,
    readiness,
)
from tests.builders import NOW

PRESCRIBER = frozenset({ClinicianRole.PRESCRIBING_CLINICIAN})
AGENT = frozenset({ClinicianRole.PRESCRIBING_AGENT_CLINICIAN})

LONG = Days(date(2024, 1, 1), date(2028, 12, 31))
IL = DeaIdentifier("Practitioner.identifier[1]", "AS1234563", "IL", LONG)
NY = DeaIdentifier("Practitioner.identifier[10]", "CS9876547", "NY", LONG)
LICENSE = StateLicense("Practitioner.qualification[0]", "036-1", "IL", LONG)
SHOWN = frozenset({("AS1234563", "IL"), ("CS9876547", "NY")})

JANE = Clinician(
    id=4711,
    status=Status.TFA_ACTIVATED_SUCCESS,
    agreement_pending=False,
    active=True,
    locked=False,
    confirmed=True,
    clinic_has_epcs=True,
)
ACCOUNT = DoseSpotAccount(JANE, PRESCRIBER, SHOWN, frozenset(), linked=True, has_new_rx=True)
UNREADABLE = ClinicianIds((), ("ProjectMembership.identifier[0].value",))
RECORD = Record(dea=(IL, NY), status="TFAActivatedSuccess", epcs=True)
READY = Facts(Membership(1, ClinicianIds((4711,))), RECORD, ACCOUNT)


def told(facts: Facts) -> Readiness:
    return readiness(facts, NOW)


def codes(found: Readiness) -> list[str]:
    return [one.cause.code for one in found.reasons]


def of_clinician(**changes: Any) -> Facts:
    return of_account(clinician=replace(JANE, **changes))


def of_account(**changes: Any) -> Facts:
    return replace(READY, account=replace(ACCOUNT, **changes))


def of_record(**changes: Any) -> Facts:
    return replace(READY, record=replace(RECORD, **changes))


def of_membership(**changes: Any) -> Facts:
    return replace(READY, membership=replace(READY.membership, **changes))


def signs_where(found: Readiness) -> list[str]:
    return [one.state for one in found.registrations if not found.against(one)]

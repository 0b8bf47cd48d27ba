"""The clinician's record that DoseSpot should have, as a whole: an edit may replace everything.

Enrolling adds roles and never removes one. A prescriber who enrolls themselves changes neither
who they are nor whether the account is active.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from fhir_profiles.codes import ClinicianRole
from shared.dosespot.clinician_record import ClinicianRecord, merged_record, new_record
from shared.dosespot.codes import ROLE_NUMBERS, by_number
from shared.dosespot.left_over import left_over
from shared.enrollment.rules.situation import Shown
from shared.records.findings import Finding
from shared.records.identity import folded_name
from shared.records.prescriber import MedicalLicense, Prescriber

ROLES, ACTIVE = "ClinicianRoleType", "Active"
WHO = ("FirstName", "MiddleName", "LastName", "Prefix", "Suffix", "DateOfBirth", "NPINumber")
"""Fields that say who somebody is."""

ROLES_NOT_SHOWN = (
    "DoseSpot does not show the clinician's roles, and a change would remove those it does not"
    " show, so the record was left unchanged. Have DoseSpot support check the clinician's roles."
)
ACTIVE_NOT_SHOWN = (
    "DoseSpot does not show whether the clinician's account is active, and a change could"
    " activate it, so the record was left unchanged. Ask an administrator to enroll you again."
)
DEACTIVATED = (
    "The clinician's account was deactivated in DoseSpot while the bot ran, and was left that"
    " way. Run"
    " the bot again if it should be active."
)
ANOTHER_NAME = (
    "the family name differs from the one in DoseSpot; it was sent, so make sure that this is the"
    " same person"
)


@dataclass(frozen=True)
class Wish:
    """What a run wants DoseSpot to know.

    Attributes:
        prescriber: what the Practitioner says.
        roles: roles to add.
        licenses: licenses to add.
        clinic_id: DoseSpot's number of the clinic.
        self_service: whether the prescriber asks for themselves.
        was_active: whether the account was active when the run first looked; None if DoseSpot
            did not say.
    """

    prescriber: Prescriber
    roles: Collection[ClinicianRole]
    licenses: tuple[MedicalLicense, ...]
    clinic_id: int
    self_service: bool
    was_active: bool | None


def new_clinician(wish: Wish) -> ClinicianRecord:
    """The record of somebody that DoseSpot does not know yet."""
    return new_record(wish.prescriber, wish.roles, wish.licenses, wish.clinic_id)


def with_change(shown: Shown, wish: Wish) -> Shown:
    """What DoseSpot shows, with the record that it should have instead, if they differ."""
    stored = dict(shown.stored)
    merged = merged_record(stored, new_clinician(wish), wish.clinic_id)
    merged[ROLES] = _roles(stored, wish.roles)
    if wish.self_service:
        merged = {name: value for name, value in merged.items() if name not in WHO}
        merged |= {name: stored[name] for name in WHO if name in stored}
    if stored.get(ACTIVE) is False and (wish.self_service or wish.was_active is not False):
        merged[ACTIVE] = False
    due = merged != stored
    not_shown = _not_shown(stored, wish) if due else ()
    warnings = (*not_shown, *_warnings(shown, merged, wish))
    if not due or not_shown:
        return replace(shown, change=None, warnings=warnings, left=())
    left = left_over("Practitioner", merged, stored)
    return replace(shown, change=merged, warnings=warnings, left=left)


def _not_shown(stored: ClinicianRecord, wish: Wish) -> tuple[Finding, ...]:
    """What DoseSpot would have to show before its record can be replaced without harm."""
    if ROLES not in stored:
        return (Finding("DoseSpot.Roles", ROLES_NOT_SHOWN),)
    if ACTIVE not in stored and wish.self_service:
        return (Finding("DoseSpot.Active", ACTIVE_NOT_SHOWN),)
    return ()


def _warnings(shown: Shown, merged: ClinicianRecord, wish: Wish) -> tuple[Finding, ...]:
    """What the caller should know of a change."""
    found = []
    if not wish.self_service and shown.stored.get(ACTIVE) is False and wish.was_active is True:
        found.append(Finding("Practitioner.active", DEACTIVATED))
    before, after = str(shown.stored.get("LastName", "")), str(merged.get("LastName", ""))
    if before and folded_name(before) != folded_name(after):
        found.append(Finding("Practitioner.name", ANOTHER_NAME))
    return tuple(found)


def _roles(stored: ClinicianRecord, added: Collection[ClinicianRole]) -> list[str]:
    """The stored roles, also those that are not known here, and the added ones."""
    names = [*stored.get(ROLES, []), *(role.value for role in by_number(added))]
    order = [role.value for role in by_number(ROLE_NUMBERS)]
    return sorted(dict.fromkeys(names), key=lambda n: order.index(n) if n in order else len(order))

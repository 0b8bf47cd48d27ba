"""The record that DoseSpot should have instead: what is added, never touched, and told."""

from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole
from shared.dosespot.clinician_record import new_record, stored_record
from shared.dosespot.left_over import left_over
from shared.dosespot.reply import read
from shared.dosespot.wire import ClinicianItem
from shared.enrollment.record_change import (
    ACTIVE_NOT_SHOWN,
    ANOTHER_NAME,
    DEACTIVATED,
    ROLES_NOT_SHOWN,
    Wish,
    new_clinician,
    with_change,
)
from shared.enrollment.rules.situation import Shown
from shared.records.findings import Finding
from shared.records.prescriber import MedicalLicense, PersonName
from tests.builders import CLINIC_ID, dosespot_clinician, prescriber
from tests.core.situations import JANE, SHE

PRESCRIBING, ADMIN = ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.CLINICIAN_ADMIN
AGENT = ClinicianRole.PRESCRIBING_AGENT_CLINICIAN
IL = MedicalLicense("036-1", "IL")
RENAMED = PersonName("Janet", "Mae", "Jones", "Prof.", "Jr.")


def wish(*roles: ClinicianRole, self_service: bool = False, **changes: Any) -> Wish:
    was_active = changes.pop("was_active", True)
    licenses = changes.pop("licenses", ())
    asked = roles or (PRESCRIBING,)
    return Wish(prescriber(**changes), asked, licenses, CLINIC_ID, self_service, was_active)


def stored(**changes: Any) -> dict[str, Any]:
    return stored_record(read(ClinicianItem, dosespot_clinician(**changes)), CLINIC_ID)


def without(name: str, record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


def shown(record: dict[str, Any], **changes: Any) -> Shown:
    return Shown(**{"clinician": JANE, "identity": SHE, "stored": record, **changes})


def differences(found: Shown) -> dict[str, Any] | None:
    """What the record that is due says otherwise than the stored one."""
    if found.change is None:
        return None
    names = found.change.keys() | found.stored.keys()
    changed = {name: found.change.get(name) for name in names}
    return {n: v for n, v in changed.items() if v != found.stored.get(n)}


def dea(number: str, state: str, clinic: str = "123") -> dict[str, str]:
    return {"DEANumber": number, "State": state, "ClinicId": clinic}


HERS = [dea("AS1234563", "IL"), dea("CS9876547", "NY")]
ELSEWHERE = dea("BS1388568", "CA", "999")
ROLES = "ClinicianRoleType"


def test_somebody_new_has_the_record_that_the_wish_makes() -> None:
    asked = wish(PRESCRIBING, ADMIN, licenses=(IL,))
    assert new_clinician(asked) == new_record(prescriber(), (PRESCRIBING, ADMIN), (IL,), CLINIC_ID)


@pytest.mark.parametrize(
    ("record", "asked", "due"),
    [
        (stored(), wish(), None),
        (stored(), wish(self_service=True), None),
        (stored(City="Chicago"), wish(), {"City": "Springfield"}),
        (stored(City="Chicago"), wish(self_service=True), {"City": "Springfield"}),
        # Roles are added and never taken away, known here or not.
        (stored(), wish(AGENT), {ROLES: ["PrescribingClinician", "PrescribingAgentClinician"]}),
        (
            stored(Roles=["ClinicianAdmin"]),
            wish(),
            {ROLES: ["PrescribingClinician", "ClinicianAdmin"]},
        ),
        (
            stored(Roles=["ClinicianAdmin", "Auditor"]),
            wish(),
            {ROLES: ["PrescribingClinician", "ClinicianAdmin", "Auditor"]},
        ),
        (stored(Roles=[]), wish(), {ROLES: ["PrescribingClinician"]}),
        (stored(Roles=["PrescribingClinician", "ClinicianAdmin"]), wish(), None),
        # What the Practitioner no longer has is emptied.
        (stored(), wish(email=""), {"Email": ""}),
        # This clinic's DEA numbers follow the Practitioner; those of other clinics stay.
        (stored(DEANumbers=[*HERS, ELSEWHERE]), wish(), None),
        (
            stored(DEANumbers=[*HERS, dea("BS1388568", "CA")]),
            wish(),
            {"DEANumbers": HERS},
        ),
        # Who somebody is, only an administrator passes on.
        (
            stored(),
            wish(name=RENAMED, npi="1558598797"),
            {
                "FirstName": "Janet",
                "MiddleName": "Mae",
                "LastName": "Jones",
                "Prefix": "Prof.",
                "Suffix": "Jr.",
                "NPINumber": "1558598797",
            },
        ),
        (stored(), wish(name=RENAMED, npi="1558598797", self_service=True), None),
        (stored(DateOfBirth="1970-03-03"), wish(), {"DateOfBirth": "1980-05-15"}),
        (
            stored(DateOfBirth="1970-03-03", City="Chicago"),
            wish(self_service=True),
            {"City": "Springfield"},
        ),
        (stored(MiddleName=None), wish(self_service=True), None),
        # An account that was deactivated meanwhile stays so; a prescriber never reactivates it.
        (stored(Active=False), wish(was_active=False), {"Active": True}),
        (stored(Active=False), wish(was_active=True), None),
        (stored(Active=False), wish(was_active=None), None),
        (stored(Active=False), wish(was_active=False, self_service=True), None),
        (stored(Active=False, City="Chicago"), wish(self_service=True), {"City": "Springfield"}),
        (stored(Active=True), wish(active=False), {"Active": False}),
        (stored(Active=None), wish(), {"Active": True}),
        (
            stored(),
            wish(licenses=(IL,)),
            {
                "MedicalLicenseNumbers": [
                    {"LicenseNumber": "036-1", "State": "IL", "ClinicId": "123"}
                ]
            },
        ),
    ],
)
def test_what_is_changed_and_what_is_left_as_it_is(
    record: dict[str, Any], asked: Wish, due: dict[str, Any] | None
) -> None:
    found = with_change(shown(record, left=(Finding("DoseSpot", "an older one"),)), asked)
    assert differences(found) == due
    told = left_over("Practitioner", found.change, record) if found.change else ()
    assert found.left == told
    assert (found.clinician, found.identity, found.stored) == (JANE, SHE, record)
    again = with_change(shown({**record, **(found.change or {})}), asked)
    assert again.change is None


@pytest.mark.parametrize(
    ("record", "asked", "warnings"),
    [
        (stored(), wish(), ()),
        (stored(LastName="Jones"), wish(), (Finding("Practitioner.name", ANOTHER_NAME),)),
        (stored(LastName="SMITH"), wish(), ()),
        (stored(LastName=None), wish(), ()),
        (stored(LastName="Jones"), wish(self_service=True), ()),
        (
            stored(Active=False),
            wish(was_active=True),
            (Finding("Practitioner.active", DEACTIVATED),),
        ),
        (stored(Active=False), wish(was_active=None), ()),
        (stored(Active=False), wish(was_active=False), ()),
        (stored(Active=False), wish(was_active=True, self_service=True), ()),
        (stored(Active=None), wish(was_active=True), ()),
        (
            stored(Active=False, LastName="Jones"),
            wish(was_active=True),
            (
                Finding("Practitioner.active", DEACTIVATED),
                Finding("Practitioner.name", ANOTHER_NAME),
            ),
        ),
    ],
)
def test_what_is_odd_about_a_change_is_told(
    record: dict[str, Any], asked: Wish, warnings: tuple[Finding, ...]
) -> None:
    assert with_change(shown(record), asked).warnings == warnings


@pytest.mark.parametrize(
    ("record", "asked", "warning"),
    [
        (stored(Roles=None), wish(), Finding("DoseSpot.Roles", ROLES_NOT_SHOWN)),
        (
            stored(Roles=None, City="Chicago"),
            wish(self_service=True),
            Finding("DoseSpot.Roles", ROLES_NOT_SHOWN),
        ),
        (
            stored(Active=None, City="Chicago"),
            wish(self_service=True),
            Finding("DoseSpot.Active", ACTIVE_NOT_SHOWN),
        ),
        (
            stored(Roles=None, Active=None),
            wish(self_service=True),
            Finding("DoseSpot.Roles", ROLES_NOT_SHOWN),
        ),
    ],
)
def test_what_dosespot_does_not_show_is_not_overwritten(
    record: dict[str, Any], asked: Wish, warning: Finding
) -> None:
    found = with_change(shown(record, change={"City": "an older one"}), asked)
    assert (found.change, found.warnings, found.left) == (None, (warning,), ())

"""The prescriber of the stories, and what people do to them."""

from dataclasses import replace
from typing import Any

from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.practitioner_role import granted_roles
from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE
from shared.dosespot.clinician_record import new_record
from shared.enrollment.rules.situation import Order
from shared.records.prescriber import MedicalLicense
from tests.builders import CLINIC_ID, NOW, PRACTITIONER_ID, membership, prescriber
from tests.builders import practitioner as practitioner_resource
from tests.core.enrolling import Plan, Run
from tests.core.fakes import CLIENT
from tests.core.prescriber_rules import FOREIGN
from tests.core.story import Act
from tests.core.world import Person, World, numbered

JANE, OTHER = f"Practitioner/{PRACTITIONER_ID}", "Practitioner/second-record"
ROLE = ClinicianRole.PRESCRIBING_CLINICIAN
ROLES = frozenset({ROLE})
ADMIN_ROLES = frozenset({ROLE, ClinicianRole.REPORTING_CLINICIAN})


def clinic(*, twice: bool = False) -> World:
    """A clinic in which Jane is a member; `twice` with two Practitioners of one NPI."""
    world = World(second=1).with_resource(practitioner_resource(), CLIENT)
    world = world.with_resource(membership(), CLIENT)
    world = world.with_resource(_granted(JANE, "granted"), CLIENT)
    if twice:
        other = OTHER.removeprefix("Practitioner/")
        world = world.with_resource(practitioner_resource(id=other), CLIENT)
        member = membership(id="second-member", profile={"reference": OTHER})
        world = world.with_resource(member, CLIENT)
        world = world.with_resource(_granted(OTHER, "granted-too"), CLIENT)
    return world


def enrolled(status: RegistrationStatus, *, linked: bool = True) -> World:
    """The clinic, with Jane in DoseSpot at that status."""
    world = clinic()
    if linked:
        identifier = [{"system": "https://dosespot.com/clinician-id", "value": "1001"}]
        world = world.with_resource({**membership(), "identifier": identifier}, CLIENT)
    record = new_record(prescriber(), ROLES, (), CLINIC_ID)
    record["MedicalLicenseNumbers"] = [
        {"LicenseNumber": "L0", "State": "IL", "ClinicId": str(CLINIC_ID)}
    ]
    return world.with_person(Person(1001, numbered(record), 0, status))


def admin(name: str, *, practitioner: str = JANE, waits: int = 1, **changes: Any) -> Run:
    """A run by an administrator; licenses are given by number."""
    licenses = tuple(MedicalLicense(one, "NY") for one in changes.pop("licenses", ()))
    order = Order(roles=changes.pop("roles", ROLES), licenses=licenses, **changes)
    return Run(Plan(name, order, practitioner, waits), waits=waits)


def own(name: str, *, practitioner: str = JANE, waits: int = 1) -> Run:
    """A run by the prescriber, who opens the iFrame."""
    order = Order(roles=ROLES, self_service=True)
    return Run(Plan(name, order, practitioner, waits), waits=waits)


def somebody_edits() -> tuple[str, Act]:
    """Somebody else adds something to the Practitioner."""

    def act(world: World) -> World:
        found = world.resource(JANE) or {}
        extension = [*found.get("extension", []), {"url": FOREIGN, "valueInteger": world.edits}]
        edited = world.with_resource({**found, "extension": extension}, "Practitioner/somebody")
        return replace(edited, edits=world.edits + 1)

    return "somebody else edits the Practitioner", act


def staff_locks() -> tuple[str, Act]:
    """DoseSpot locks the account."""
    return "DoseSpot locks the account", lambda world: _changed(world, locked=True)


def staff_deactivates() -> tuple[str, Act]:
    """DoseSpot's staff deactivates the account."""

    def act(world: World) -> World | None:
        if not world.people:
            return None
        record = {**world.people[0].stored, "Active": False}
        changed = _changed(world, record=numbered(record))
        return changed and replace(changed, staff=world.staff + 1)

    return "DoseSpot's staff deactivates the account", act


def comes_to(status: RegistrationStatus, *before: RegistrationStatus) -> tuple[str, Act]:
    """The prescriber does what only they may do in the iFrame."""

    def act(world: World) -> World | None:
        if not world.people or world.people[0].status not in before:
            return None
        return _changed(world, status=status, lagging=None)

    return f"the prescriber comes to {status.value}", act


def _changed(world: World, **changes: Any) -> World | None:
    return world.with_person(replace(world.people[0], **changes)) if world.people else None


def _granted(practitioner: str, name: str) -> dict[str, Any]:
    coding = {"system": PRACTITIONER_ROLE_TYPE, "code": ROLE.value}
    found = {
        "resourceType": "PractitionerRole",
        "id": name,
        "active": True,
        "practitioner": {"reference": practitioner},
        "code": [{"coding": [coding]}],
    }
    assert granted_roles(found, NOW) == ROLES
    return found

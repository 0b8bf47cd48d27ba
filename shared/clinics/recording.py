"""A clinic in FHIR: its Organization, created once, and the Location that it manages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.clinic import clinic_number, managed_by, manager_of, new_clinic, part_of
from fhir_profiles.systems import CLINIC_MADE_FROM, DOSESPOT_CLINIC
from shared.audit.trail import Trail, version_key
from shared.clinics.rules.details import ClinicDetails
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.entries import reference
from shared.fhir.search import by_identifier
from shared.records.findings import Finding

MANAGER = "Location.managingOrganization"
FORMER_MANAGER = (
    "the Location was managed by {former}, which is now what the clinic's Organization is part of"
)
OTHER_MANAGER = (
    "the Location is managed by {former}, so it was left unchanged; set {clinic} there if the"
    " clinic is at this Location"
)


@dataclass(frozen=True)
class RecordedClinic:
    """A clinic's Organization, whether anything was written for it, and what to know of it."""

    organization: Resource
    changed: bool
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ClinicRecords:
    """The FHIR server.

    Attributes:
        fhir: may read and write Organizations and Locations.
        trail: keeps what was written.
    """

    fhir: FhirClient
    trail: Trail

    def made_from(self, made_from: str, location: Resource | None) -> Resource | None:
        """The Organization of the clinic that was registered from the same before, if any was."""
        batch = Batch(self.fhir)
        found = batch.search(f"Organization?{by_identifier(CLINIC_MADE_FROM, [made_from])}")
        manager = manager_of(location or {})
        managing = batch.read(manager) if manager.startswith("Organization/") else None
        batch.send()
        candidates = found.all()
        if managing is not None and managing.is_there:
            candidates.append(managing.one())
        return next((one for one in candidates if clinic_number(one) is not None), None)

    def numbered(self, numbers: Collection[int]) -> list[Resource]:
        """The Organizations of clinics with these numbers."""
        batch = Batch(self.fhir)
        query = by_identifier(DOSESPOT_CLINIC, map(str, sorted(numbers)))
        found = batch.search(f"Organization?{query}&_count=1000")
        batch.send()
        return found.all()

    def record(
        self, number: int, details: ClinicDetails, made_from: str, location: Resource | None
    ) -> RecordedClinic:
        """The clinic's Organization, found or created, which manages the Location.

        Args:
            number: DoseSpot's number.
            details: the clinic.
            made_from: what it is registered from; "" where nobody says.
            location: where it is, if that is known.

        Raises:
            BotError: whatever the client raises; recording it again is safe.
        """
        found = self.numbered([number])
        if found:
            return self.locate(found[0], location)
        wanted = {**new_clinic(details.name, number, made_from), **details.contact()}
        wanted |= _part_of(manager_of(location or {}))
        query = by_identifier(DOSESPOT_CLINIC, [str(number)])
        organization, created = self.fhir.create_if_none(wanted, query)
        if created:
            action, subject = AuditAction.CLINIC_RECORDED, reference(organization)
            key = version_key(action, organization)
            self.trail.did(action, f"DoseSpot clinic {number}", key=key, subject=subject)
        located = self.locate(organization, location)
        return RecordedClinic(organization, created or located.changed, located.warnings)

    def locate(self, organization: Resource, location: Resource | None) -> RecordedClinic:
        """Has the Location managed by the clinic's Organization, unless another one manages it."""
        if location is None:
            return RecordedClinic(organization, changed=False)
        clinic, former = reference(organization), manager_of(location)
        replaceable = ("", clinic, part_of(organization))
        if former not in replaceable:
            sentence = OTHER_MANAGER.format(former=former, clinic=clinic)
            return RecordedClinic(organization, False, (Finding(MANAGER, sentence),))
        after = self.fhir.edit(
            location,
            lambda found: managed_by(found, clinic) if manager_of(found) in replaceable else found,
        )
        if after.replaced is None:
            return RecordedClinic(organization, changed=False)
        action, where = AuditAction.CLINIC_RECORDED, reference(location)
        key = version_key(action, after.resource)
        self.trail.did(action, f"managed by {clinic}", key=key, subject=where)
        warned = [FORMER_MANAGER.format(former=former)] if former not in ("", clinic) else []
        warnings = tuple(Finding(MANAGER, sentence) for sentence in warned)
        return RecordedClinic(organization, True, warnings)


def _part_of(organization: str) -> Mapping[str, Resource]:
    """The element that says what the clinic is part of, where its Location had another manager."""
    is_one = organization.startswith("Organization/")
    return {"partOf": {"reference": organization}} if is_one else {}

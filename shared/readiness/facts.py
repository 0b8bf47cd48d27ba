"""What the records of both systems show of somebody, as the rules want it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fhir_profiles import Resource
from fhir_profiles.clinic_status import says_epcs
from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.registration_status import registration_status
from fhir_profiles.state_license import state_licenses
from fhir_profiles.today import Today
from shared.dosespot.clinician_record import ClinicianRecord, known_roles, stored_record
from shared.dosespot.wire import ClinicianItem
from shared.members.rules.clinician import Clinician
from shared.readiness.rules.readiness import DoseSpotAccount, Flaw, OtherClinic, Record
from shared.records.findings import Finding
from shared.records.practitioner import read_practitioner


def record_shown(practitioner: Resource, today: Today, roles: Sequence[Resource]) -> Record:
    """What the Practitioner says, and the PractitionerRoles at the clinic.

    Args:
        practitioner: raw FHIR Practitioner.
        today: for what has to be in effect.
        roles: the PractitionerRoles whose DEA numbers and NADEANs count at the clinic.
    """
    prescriber, findings = read_practitioner(practitioner, today, roles)
    return Record(
        active=prescriber.active,
        problems=_flaws(findings.problems),
        warnings=_flaws(findings.warnings),
        dea=dea_identifiers(practitioner, roles),
        licenses=state_licenses(practitioner),
        status=registration_status(practitioner),
        epcs=says_epcs(practitioner),
    )


def at_further_clinic(record: Record, role: Resource) -> Record:
    """What the Practitioner says, with the status of their role at a further clinic; an empty role
    says nothing."""
    path = "PractitionerRole.extension"
    status, epcs = registration_status(role), bool(role) and says_epcs(role)
    return replace(record, status=status, epcs=epcs, status_path=path, epcs_path=path)


def account_shown(item: ClinicianItem, clinician: Clinician, clinic_id: int) -> DoseSpotAccount:
    """What DoseSpot shows of a clinician at a clinic.

    Args:
        item: DoseSpot's answer about them.
        clinician: the same with the status at the clinic.
        clinic_id: DoseSpot's number of the clinic.
    """
    record = stored_record(item, clinic_id)
    everywhere = item.ClinicInfo or []
    here = [info for info in everywhere if info.ClinicId == clinic_id]
    single = record.get("DEANumber")
    return DoseSpotAccount(
        clinician=clinician,
        roles=known_roles(item),
        dea=_numbers(record.get("DEANumbers", []), "DEANumber", clinic_id)
        | ({(single, "")} if single else frozenset()),
        licenses=_numbers(record.get("MedicalLicenseNumbers", []), "LicenseNumber", clinic_id),
        linked=bool(here) if everywhere else None,
        has_new_rx=here[0].HasNewRx if here else None,
        others=tuple(
            OtherClinic(info.ClinicId, info.HasEpcs) for info in everywhere if info not in here
        ),
    )


def _flaws(findings: Iterable[Finding]) -> tuple[Flaw, ...]:
    return tuple(
        Flaw(one.path, f"{one.sentence[:1].upper()}{one.sentence[1:]}.") for one in findings
    )


def _numbers(
    stored: Iterable[ClinicianRecord], number: str, clinic_id: int
) -> frozenset[tuple[str, str]]:
    """This clinic's numbers, each with its state."""
    return frozenset(
        (entry[number], entry.get("State", ""))
        for entry in stored
        if entry["ClinicId"] == str(clinic_id)
    )

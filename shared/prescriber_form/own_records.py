"""The records of a prescriber who looks at and completes their own details.

Each record is written with the version that was read, the Practitioner first; whatever else stands
on it stays. Where others write meanwhile, what is theirs alone to decide is checked again. A run
that ends in between leaves nothing that the next one would make twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.dea_identifier import dea_spellings
from fhir_profiles.elements import child, entries, text
from fhir_profiles.systems import DEA_ALIASES, NPI_ALIASES
from fhir_profiles.today import Today
from shared.audit.trail import Trail, version_key
from shared.errors import InputRefused, Misconfigured
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient
from shared.fhir.search import by_identifiers
from shared.prescriber_form.known_records import refuse_two_states
from shared.prescriber_form.matching import DEA_OF_ANOTHER
from shared.prescriber_form.rules.form import NPI_PATH
from shared.prescriber_form.rules.on_record import OnRecord, Workplace, on_record
from shared.prescriber_form.rules.own_changes import Change, practitioner_with, role_with
from shared.prescriber_form.rules.own_details import OwnDetails, without_fixed
from shared.prescriber_form.rules.practitioner import RegistrationKind
from shared.records.findings import Findings, listed
from shared.records.identity import holders

REFUSED = "Your details were refused. "
BY_THEMSELVES = "by themselves"
NPI_OF_ANOTHER = (
    "the NPI stands on {others} too; correct it, or have an administrator remove it there first"
)
NOT_KEPT = (
    "The FHIR server took the details and did not keep all of them. Run `prescriber-bots register`"
    " again, so that the Bot dosespot-my-details-bot acts as itself and has its AccessPolicy."
)


@dataclass(frozen=True)
class OwnRecords:
    """Somebody's own records as they were read.

    Attributes:
        practitioner: raw JSON.
        workplaces: where an administrator lets them prescribe.
    """

    practitioner: Resource
    workplaces: tuple[Workplace, ...]

    def shown(self, today: Today) -> OnRecord:
        """What is on record."""
        return on_record(self.practitioner, self.workplaces, today)


def workplaces_of(fhir: FhirClient, roles: Sequence[Resource]) -> tuple[Workplace, ...]:
    """The PractitionerRoles with where they are.

    A Location or Organization that can't be read is as good as none.

    Args:
        fhir: may read Locations and Organizations.
        roles: raw JSON.

    Raises:
        BotError: the FHIR server could not tell.
    """
    batch = Batch(fhir)
    found = [(role, _location_read(role, batch), _clinic_read(role, batch)) for role in roles]
    batch.send()
    return tuple(Workplace(role, _one(place), _one(clinic)) for role, place, clinic in found)


def refuse_numbers_of_others(
    fhir: FhirClient, details: OwnDetails, practitioner: str, today: Today, findings: Findings
) -> None:
    """Notes a problem for each new number that somebody else carries in force.

    Args:
        fhir: may read everybody's Practitioner and PractitionerRoles.
        details: may have gaps.
        practitioner: reference of whose details they are.
        today: the day on which a number has to be in force.
        findings: of the input.

    Raises:
        BotError: the FHIR server could not tell.
    """
    refuse_two_states(details.registrations, findings)
    deas = [one for one in details.registrations if one.kind is RegistrationKind.DEA]
    batch = Batch(fhir)
    by_npi = _search(batch, "Practitioner", NPI_ALIASES, [details.npi])
    spelled = [spelling for one in deas for spelling in dea_spellings(one.number)]
    by_dea = [
        _search(batch, kind, DEA_ALIASES, spelled) for kind in ("Practitioner", "PractitionerRole")
    ]
    batch.send()
    others = _others(_all(by_npi), practitioner, NPI_ALIASES, details.npi, today)
    if others:
        findings.problem(NPI_PATH, NPI_OF_ANOTHER.format(others=others))
    found = [one for each in by_dea for one in _all(each)]
    for one in deas:
        if others := _others(found, practitioner, DEA_ALIASES, one.number, today):
            findings.problem(one.path, DEA_OF_ANOTHER.format(others=others))


def refuse_details(findings: Findings) -> None:
    """Ends the run where the details can't be used.

    Raises:
        InputRefused: lists every problem, each with its path in the input.
    """
    if findings.problems:
        raise InputRefused(listed(REFUSED, findings.problems), findings=findings.problems)


@dataclass(frozen=True)
class OwnRecordsChange:
    """The use case.

    Attributes:
        fhir: may change the Practitioner and its PractitionerRoles.
        today: now.
        trail: keeps what was changed.
    """

    fhir: FhirClient
    today: Today
    trail: Trail

    def run(self, records: OwnRecords, details: OwnDetails) -> OwnRecords:
        """Writes what differs.

        Args:
            records: as they were read.
            details: have no problems.

        Returns:
            The records as they are now.

        Raises:
            InputRefused: an administrator recorded another number in the meantime.
            Misconfigured: the FHIR server kept old values, because of an AccessPolicy.
            BotError: whatever the FHIR client raises; running again writes the rest.
        """

        def changed(practitioner: Resource) -> Resource:
            known = replace(records, practitioner=practitioner).shown(self.today)
            return practitioner_with(practitioner, self._still(details, known), self.today)

        practitioner = self._write(records.practitioner, changed, AuditAction.PRACTITIONER_CHANGED)
        current = replace(records, practitioner=practitioner)
        workplaces = tuple(self._at(current, one, details) for one in records.workplaces)
        return replace(current, workplaces=workplaces)

    def _at(self, records: OwnRecords, workplace: Workplace, details: OwnDetails) -> Workplace:
        def changed(role: Resource) -> Resource:
            now = replace(workplace, role=role)
            (place,) = on_record(records.practitioner, [now], self.today).places
            known = replace(records, workplaces=(now,)).shown(self.today)
            return role_with(role, place, self._still(details, known), self.today)

        role = self._write(workplace.role, changed, AuditAction.ROLE_CHANGED)
        return replace(workplace, role=role)

    def _still(self, details: OwnDetails, known: OnRecord) -> OwnDetails:
        findings = Findings()
        fresh = without_fixed(details, known, findings)
        refuse_details(findings)
        return fresh

    def _write(self, resource: Resource, change: Change, action: AuditAction) -> Resource:
        written = self.fhir.apply(resource, change)
        if written is resource or written == resource:
            return resource
        if change(written) != written:
            raise Misconfigured(NOT_KEPT)
        self.trail.did(action, BY_THEMSELVES, key=version_key(action, written))
        return written


def _location_read(role: Resource, batch: Batch) -> FoundOne | None:
    references = [text(one.get("reference")) for _, one in entries(role, "location")]
    return _read(batch, "".join(references[:1]), "Location/")


def _clinic_read(role: Resource, batch: Batch) -> FoundOne | None:
    return _read(batch, text(child(role, "organization").get("reference")), "Organization/")


def _read(batch: Batch, reference: str, kind: str) -> FoundOne | None:
    return batch.read(reference) if reference.startswith(kind) else None


def _one(found: FoundOne | None) -> Resource:
    return found.one() if found is not None and found.is_there else {}


def _search(
    batch: Batch, kind: str, systems: frozenset[str], values: Sequence[str]
) -> FoundAll | None:
    identifiers = [(system, value) for system in sorted(systems) for value in values if value]
    return (
        batch.search(f"{kind}?{by_identifiers(identifiers)}&_count=1000") if identifiers else None
    )


def _all(found: FoundAll | None) -> list[Resource]:
    return [] if found is None else found.all()


def _others(
    found: Sequence[Resource], own: str, systems: frozenset[str], number: str, today: Today
) -> str:
    """References of the other Practitioners that carry the number, themselves or in a role."""
    strangers = [one for one in found if _whose(one) != own]
    carrying = holders(strangers, systems, number, today) if number else []
    return ", ".join(dict.fromkeys(map(_whose, carrying)))


def _whose(record: Resource) -> str:
    if record.get("resourceType") == "PractitionerRole":
        return text(child(record, "practitioner").get("reference"))
    return f"Practitioner/{record.get('id')}"

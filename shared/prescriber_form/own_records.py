"""The records of a prescriber who looks at and completes their own details.

Each record is written with the version that was read, the Practitioner first; whatever else stands
on it stays. Where others write meanwhile, what is theirs alone to decide is checked again. A run
that ends in between leaves nothing that the next one would make twice.
"""

from collections.abc import Callable, Sequence
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
from shared.prescriber_form.rules.form import NPI_PATH
from shared.prescriber_form.rules.on_record import OnRecord, Workplace, on_record
from shared.prescriber_form.rules.own_changes import practitioner_with, role_with
from shared.prescriber_form.rules.own_details import OwnDetails, without_fixed
from shared.prescriber_form.rules.practitioner import RegistrationKind
from shared.records.findings import Findings, listed
from shared.records.identity import holders

REFUSED = "Your details were refused. "
BY_THEMSELVES = "by themselves"
OF_ANOTHER = "somebody else in this project has this {what}; correct it, or ask an administrator"
NOT_KEPT = (
    "The FHIR server took the details and did not keep all of them. Run `prescriber-bots register`"
    " again, so that the Bot dosespot-my-details-bot acts as itself and has its AccessPolicy."
)


@dataclass(frozen=True)
class PersonalRecords:
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
    """The PractitionerRoles with where they are, by the name of the Location.

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
    places = [Workplace(role, _one(place), _one(clinic)) for role, place, clinic in found]
    return tuple(sorted(places, key=_by_name))


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
    if _is_anothers(_all(by_npi), practitioner, NPI_ALIASES, details.npi, today):
        findings.problem(NPI_PATH, OF_ANOTHER.format(what="NPI"))
    found = [one for each in by_dea for one in _all(each)]
    for one in deas:
        if _is_anothers(found, practitioner, DEA_ALIASES, one.number, today):
            findings.problem(one.path, OF_ANOTHER.format(what="DEA number"))


def refuse_details(findings: Findings) -> None:
    """Ends the run where the details can't be used.

    Raises:
        InputRefused: lists every problem, each with its path in the input.
    """
    if findings.problems:
        raise InputRefused(listed(REFUSED, findings.problems), findings=findings.problems)


@dataclass(frozen=True)
class DetailsCompletion:
    """The use case.

    Attributes:
        fhir: may change the Practitioner and its PractitionerRoles.
        today: now.
        trail: keeps what was changed.
    """

    fhir: FhirClient
    today: Today
    trail: Trail

    def run(self, records: PersonalRecords, details: OwnDetails) -> PersonalRecords:
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

    def _at(self, records: PersonalRecords, workplace: Workplace, details: OwnDetails) -> Workplace:
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

    def _write(
        self, resource: Resource, change: Callable[[Resource], Resource], action: AuditAction
    ) -> Resource:
        written = self.fhir.apply(resource, change)
        if written is resource or written == resource:
            return resource
        if change(written) != written:
            raise Misconfigured(NOT_KEPT)
        self.trail.did(action, BY_THEMSELVES, key=version_key(action, written))
        return written


def _by_name(one: Workplace) -> tuple[str, str]:
    return text(one.location.get("name")).casefold(), text(one.role.get("id"))


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


def _is_anothers(
    found: Sequence[Resource], own: str, systems: frozenset[str], number: str, today: Today
) -> bool:
    """Whether another Practitioner carries the number in force, themselves or in a role."""
    strangers = [one for one in found if _whose(one) != own]
    return bool(number and holders(strangers, systems, number, today))


def _whose(record: Resource) -> str:
    if record.get("resourceType") == "PractitionerRole":
        return text(child(record, "practitioner").get("reference"))
    return f"Practitioner/{record.get('id')}"

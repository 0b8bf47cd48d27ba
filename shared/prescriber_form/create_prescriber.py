"""From a checked form to the FHIR records with which enrollment begins.

The Practitioner comes first, then roles and consents together, then the membership: a run that ends
in between leaves nothing that the next one would make twice. Everything is created only if
nothing like it is there, which the FHIR server decides in one step, and changed with If-Match.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.check_due import with_check_due
from fhir_profiles.today import Today
from shared.audit.trail import Trail, version_key
from shared.errors import InputRefused
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.members.subject import sole_membership
from shared.prescriber_form.invitation import Invited, invite, unrestricted
from shared.prescriber_form.known_records import KnownRecords, require_username
from shared.prescriber_form.matching import corrects_npi, refuse_another_person
from shared.prescriber_form.rules.form import PrescriberForm
from shared.prescriber_form.rules.practitioner import NEW, contradictions, with_form
from shared.prescriber_form.wanted_records import (
    Wanted,
    consents_query,
    wanted_consents,
    wanted_roles,
)
from shared.records.findings import Finding, Findings, listed
from shared.records.practitioner import read_practitioner

REFUSED = "The form was refused. "


@dataclass(frozen=True)
class Created:
    """What there is after a run.

    Attributes:
        practitioner: as the FHIR server has it.
        created: whether this run made it.
        roles: references of the PractitionerRoles that grant the form's roles.
        consents: references of the Consents.
        membership: the ProjectMembership; None if there is none.
        invited: whether this run invited the prescriber.
        warnings: what looks wrong but does not block.
        missing: what enrollment still lacks.
    """

    practitioner: Resource
    created: bool
    roles: tuple[str, ...]
    consents: tuple[str, ...]
    membership: Resource | None
    invited: bool
    warnings: tuple[Finding, ...]
    missing: tuple[Finding, ...]


@dataclass(frozen=True)
class PrescriberCreation:
    """The use case.

    Attributes:
        fhir: acts as a project administrator.
        now: the current time, aware.
        trail: keeps what was changed.
    """

    fhir: FhirClient
    now: Callable[[], datetime]
    trail: Trail

    def run(
        self,
        form: PrescriberForm,
        known: KnownRecords,
        findings: Findings,
        *,
        policy: str,
        check_due: bool,
    ) -> Created:
        """Creates, or brings up to date, what the form says.

        Args:
            form: has no problems.
            known: what there was before.
            findings: the form's; its warnings are passed on.
            policy: reference of the AccessPolicy for an invited prescriber.
            check_due: whether the NPI could not be looked up now.

        Raises:
            InputRefused: somebody else, or somebody with another username, got the NPI in the
                meantime.
            BotError: whatever the FHIR client raises; running again completes what is missing.
        """
        today = Today(self.now())
        practitioner, created = self._bring_in_line(form, known, check_due, today)
        reference = f"Practitioner/{practitioner['id']}"
        batch = Batch(self.fhir)
        roles_found = batch.search(f"PractitionerRole?practitioner={reference}&_count=1000")
        consents_found = batch.search(f"Consent?{consents_query(reference, form)}")
        memberships_found = batch.memberships_of(reference)
        batch.send()
        roles = wanted_roles(reference, form, known.places, roles_found.all(), today)
        consents = wanted_consents(reference, form, consents_found.all(), self.now())
        written = self._write([*roles, *consents])
        joined = self._join(reference, form, policy, memberships_found.all())
        warnings = (
            *findings.warnings,
            *contradictions(practitioner, known.registrations, today),
            *joined.warnings,
            *unrestricted(joined.memberships),
        )
        lacks = _read_again(practitioner, joined.memberships, today)
        known_sentences = {warning.sentence for warning in warnings}
        more = [one for one in lacks.warnings if one.sentence not in known_sentences]
        return Created(
            practitioner=practitioner,
            created=created,
            roles=tuple(written[: len(roles)]),
            consents=tuple(written[len(roles) :]),
            membership=joined.memberships[0] if joined.memberships else None,
            invited=joined.invited,
            warnings=(*warnings, *more),
            missing=tuple(lacks.problems),
        )

    def _bring_in_line(
        self, form: PrescriberForm, known: KnownRecords, check_due: bool, today: Today
    ) -> tuple[Resource, bool]:
        """The Practitioner with what the form says, and whether this run made it."""

        def change(practitioner: Resource) -> Resource:
            if practitioner is not NEW:
                _require_prescriber(practitioner, form, today)
            changed = with_form(practitioner, form, known.registrations, today)
            return with_check_due(changed, due=check_due)

        found, created = known.practitioner, False
        if found is None:
            found, created = self.fhir.create_if_none(change(NEW), known.creation_query)
        practitioner = found if created else self.fhir.apply(found, change)
        self.trail.subject = f"Practitioner/{practitioner['id']}"
        if created:
            self._did(AuditAction.PRACTITIONER_CREATED, practitioner, "by a form")
        elif practitioner != found:
            self._did(AuditAction.PRACTITIONER_CHANGED, practitioner, "by a form")
        return practitioner, created

    def _did(self, action: AuditAction, resource: Resource, detail: str) -> None:
        self.trail.did(action, detail, key=version_key(action, resource))

    def _write(self, wanted: Sequence[Wanted]) -> list[str]:
        """References of the resources, once all of them say what they should."""
        missing = [one for one in wanted if one.existing is None]
        pairs = [(one.change(one.new), one.query) for one in missing]
        results = iter(self.fhir.create_if_none_together(pairs) if pairs else [])
        references = []
        for one in wanted:
            found, created = (one.existing, False) if one.existing else next(results)
            resource = found if created else self.fhir.apply(found, one.change)
            references.append(f"{resource['resourceType']}/{resource['id']}")
            if created or resource != found:
                self._did(one.action, resource, references[-1])
        return references

    def _join(
        self, practitioner: str, form: PrescriberForm, policy: str, memberships: list[Resource]
    ) -> Invited:
        if memberships or not form.invite:
            return Invited(memberships)
        outcome = invite(self.fhir, practitioner, form, policy)
        if outcome.invited:
            membership = outcome.memberships[0]
            detail = f"ProjectMembership/{membership['id']}"
            self._did(AuditAction.MEMBER_INVITED, membership, detail)
        return outcome


def refuse(findings: Findings) -> None:
    """Ends the run where the form can't be used.

    Raises:
        InputRefused: lists every problem, each with its path in the form.
    """
    if findings.problems:
        raise InputRefused(listed(REFUSED, findings.problems), findings=findings.problems)


def _require_prescriber(practitioner: Resource, form: PrescriberForm, today: Today) -> None:
    """Makes sure that a Practitioner, as it is when it is written, is the form's person."""
    findings = Findings()
    if not corrects_npi(practitioner, form, today):
        refuse_another_person(practitioner, form, today, findings)
    require_username(practitioner, form.username, findings)
    refuse(findings)


def _read_again(practitioner: Resource, memberships: list[Resource], today: Today) -> Findings:
    """What enrollment would find in the records."""
    _, findings = read_practitioner(practitioner, today)
    sole_membership(memberships, findings)
    return findings

"""The bot: it acts as itself, because prescribers may not write what it completes of them.

The AccessPolicy for prescribers keeps number, birth date, qualification and roles from them, lest
somebody become a colleague in DoseSpot. This bot may write those of the caller's own records, and
itself keeps to what can do no harm: it fills gaps with numbers that nobody else has.
"""

from collections.abc import Callable

from bots.my_details import IDENTIFIER
from bots.my_details.contract import MyDetailsInput, MyDetailsOutput
from fhir_profiles import Resource
from fhir_profiles.project_membership import is_active
from fhir_profiles.today import Today
from shared.access.authorship import granted_in
from shared.access.self_service import named_roles_of, require_practitioner
from shared.clinics.which_clinic import project_clinics_of
from shared.enrollment.rules.trouble import NOT_GRANTED
from shared.errors import Misconfigured, NotAuthorized
from shared.fhir.batch import Batch
from shared.members.caller import is_program
from shared.npi_check.check import checked
from shared.npi_check.wiring import npi_registry_of
from shared.prescriber_form.own_records import (
    NOT_KEPT,
    DetailsCompletion,
    PersonalRecords,
    refuse_details,
    refuse_numbers_of_others,
    workplaces_of,
)
from shared.prescriber_form.rules.own_details import OwnDetails, read_own_details
from shared.prescriber_form.rules.own_npi import own_holder, refuse_doubtful_npi
from shared.records.findings import Findings
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation

NO_MEMBER = "Your account is not active in this project. Ask an administrator to activate it."


@bot(
    identifier=IDENTIFIER,
    description="Shows prescribers their own details and locations, and completes them.",
    callers="A Practitioner with an active PractitionerRole for DoseSpot, about themselves.",
    run_as_user=False,
    admin=True,
)
def my_details(request: MyDetailsInput, invocation: Invocation) -> MyDetailsOutput:
    """Shows the caller's details; with any input, completes them first.

    Input with any problem is refused with all of them, and then nothing is changed.

    Raises:
        NotAuthorized: the caller has no role from an administrator, or no active account.
        EditConflict: somebody else kept changing the same resource.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        BotError: what any bot can raise.
    """
    caller = invocation.requester
    invocation.trail.subject = caller
    require_practitioner(caller)
    today = Today(invocation.now())
    records = _own_records(invocation, caller, today)
    known, organization_id = records.shown(today), _organization_ids(invocation)
    if not request.body:
        return MyDetailsOutput.of(known, organization_id, changed=False)
    details, findings = read_own_details(request.body, known, today)
    _check_numbers(invocation, records, details, today, findings)
    refuse_details(findings)
    change = DetailsCompletion(invocation.fhir, today, invocation.trail)
    after = change.run(records, details)
    warnings = [FindingOutput.of(one) for one in findings.warnings]
    return MyDetailsOutput.of(
        after.shown(today), organization_id, changed=after != records, warnings=warnings
    )


def _own_records(invocation: Invocation, caller: str, today: Today) -> PersonalRecords:
    """The caller's records, once it is sure that they may complete them."""
    fhir = invocation.fhir
    batch = Batch(fhir)
    practitioner = batch.read(caller)
    roles_found = batch.search(f"PractitionerRole?practitioner={caller}&_count=1000")
    memberships_found = batch.memberships_of(caller)
    me, _ = invocation.together(fhir.who_am_i, batch.send)
    if not is_program(me):
        raise Misconfigured(NOT_KEPT)
    if not any(map(is_active, memberships_found.all())):
        raise NotAuthorized(NO_MEMBER)
    roles, _ = named_roles_of(roles_found, caller, today)
    granted = granted_in(fhir, roles, caller, today)
    if not granted:
        raise NotAuthorized(NOT_GRANTED)
    theirs = [one for one in roles if one["id"] in granted]
    return PersonalRecords(practitioner.one(), workplaces_of(fhir, theirs))


def _organization_ids(invocation: Invocation) -> Callable[[Resource], str]:
    """By which Organization a PractitionerRole's clinic is named; "" where there is one only."""
    if not invocation.settings.further_clinics():
        return lambda _: ""
    return project_clinics_of(invocation).organization_id


def _check_numbers(
    invocation: Invocation,
    records: PersonalRecords,
    details: OwnDetails,
    today: Today,
    findings: Findings,
) -> None:
    """Notes what others, or the NPI Registry, say against the new numbers."""
    fhir, caller = invocation.fhir, invocation.requester
    refuse_numbers_of_others(fhir, details, caller, today, findings)
    if details.npi:
        holder = own_holder(records.shown(today), details)
        check = checked(npi_registry_of(invocation), holder)
        refuse_doubtful_npi(check.findings, due=check.due, findings=findings)

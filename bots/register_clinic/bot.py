"""The bot: the caller must be an administrator; all problems of a clinic are reported at once."""

from bots.register_clinic import IDENTIFIER
from bots.register_clinic.contract import RegisterClinicInput, RegisterClinicOutput
from fhir_profiles import Resource
from fhir_profiles.elements import child, text
from fhir_profiles.today import Today
from shared.access.authorize import (
    administrators_clinician_id,
    callers_memberships,
    require_clinician_admin,
)
from shared.clinics.register import ClinicWish, ExistingClinic
from shared.clinics.rules.details import ClinicDetails, read_location
from shared.clinics.rules.order import EXISTING, LOCATION, ClinicOrder
from shared.clinics.wiring import registration_of
from shared.dosespot.clinics import ClinicsClient
from shared.errors import FhirNotFound, InputRefused
from shared.fhir.batch import Batch, FoundOne
from shared.records.findings import Findings, listed
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation
from shared.runtime.known_secrets import FURTHER_CLINIC_KEY

REFUSED = "The clinic can't be registered until this is corrected. "
NO_LOCATION = "there is no such Location, or it was deleted; give the id of an existing one"
NO_KEY = f"store the clinic's key as the project secret {FURTHER_CLINIC_KEY} and its number first"


@bot(
    identifier=IDENTIFIER,
    description="Registers a clinic in DoseSpot, for an administrator.",
    callers="An administrator of the project who is a Clinician Admin in DoseSpot.",
    run_as_user=True,
)
def register_clinic(request: RegisterClinicInput, invocation: Invocation) -> RegisterClinicOutput:
    """Creates a clinic in DoseSpot, once, keeps its key, and records it as an Organization.

    Raises:
        NotAuthorized: the caller may not do this.
        ClinicUnsettled: the clinic may exist, or its key is lost; a person has to ask DoseSpot.
        EnrollmentInProgress: another run is registering a clinic.
        RecordsDisagree: DoseSpot shows no clinic with the number that was given.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        BotError: what any bot can raise.
    """
    fhir, caller = invocation.fhir, invocation.requester
    order, findings = request.order()
    batch = Batch(fhir)
    caller_found = batch.memberships_of(caller)
    location_found = batch.read(f"Location/{order.location_id}") if order.location_id else None
    batch.send()
    settings = invocation.settings
    admin = administrators_clinician_id(fhir, caller_found, caller, settings.clinician_admin)
    dosespot = invocation.dosespot(acting_as=admin)
    require_clinician_admin(dosespot, admin)
    location = _location(location_found, findings)
    details = _details(order, location, Today(invocation.now()), findings)
    _refuse_unknown_key(order, invocation, findings)
    if findings.problems:
        raise InputRefused(listed(REFUSED, findings.problems), findings=findings.problems)
    memberships = callers_memberships(fhir, caller_found, caller)
    registration = registration_of(
        invocation,
        invocation.dosespot_for(ClinicsClient, acting_as=admin),
        text(child(memberships[0], "project").get("reference")),
        {admin, settings.clinician_admin(otherwise=lambda: admin)},
    )
    if order.existing is not None:
        source = _made_from(location, details)
        done = registration.adopt(ExistingClinic(order.existing, source, location))
    else:
        assert details is not None  # noqa: S101 - without problems there are details
        source = _made_from(location, details)
        wish = ClinicWish(details, source, location, none_created=order.none_created)
        done = registration.register(wish)
    return RegisterClinicOutput.of(done, findings.warnings)


def _location(found: FoundOne | None, findings: Findings) -> Resource | None:
    if found is None:
        return None
    try:
        return found.one()
    except FhirNotFound:
        findings.problem(LOCATION, NO_LOCATION)
        return None


def _details(
    order: ClinicOrder, location: Resource | None, today: Today, findings: Findings
) -> ClinicDetails | None:
    """What DoseSpot is told of the clinic; None where DoseSpot knows it already."""
    if location is None or order.existing is not None:
        return order.fields
    details, found = read_location(location, today)
    findings.add(found)
    return details


def _refuse_unknown_key(order: ClinicOrder, invocation: Invocation, findings: Findings) -> None:
    """Notes that nobody could act for a clinic that is said to exist."""
    settings, number = invocation.settings, order.existing
    if number is None or number in (settings.own_clinic(), *settings.further_clinics()):
        return
    findings.problem(EXISTING, NO_KEY)


def _made_from(location: Resource | None, details: ClinicDetails | None) -> str:
    """What a clinic is registered from, by which it is found again; "" where nobody says."""
    if location is not None:
        return f"Location/{location['id']}"
    return "" if details is None else f"fields.{details.fingerprint}"

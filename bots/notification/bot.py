"""The bot: whoever knows DoseSpot's secret may have a prescriber or prescription looked up.

DoseSpot gives notifications no id. A duplicate is harmless, because the body is only taken as a
hint: what is written is what DoseSpot then answers, and nothing if FHIR already says so.
"""

from hmac import compare_digest

from bots.notification import IDENTIFIER
from bots.notification.contract import NotificationInput, NotificationOutput
from fhir_profiles.elements import child, text
from shared.clinics.calling import acting_at
from shared.clinics.everywhere import at_all_clinics
from shared.clinics.which_clinic import clinic_numbered
from shared.errors import NotAuthorized
from shared.members.enrolled import enrolled_as
from shared.pharmacies.wiring import followed_pharmacies_of
from shared.prescriptions.pushed import PushedNumbers
from shared.prescriptions.wiring import pushed_events_of
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation
from shared.runtime.start import Start
from shared.status_sync.sync_status import Everywhere, FurtherClinic
from shared.status_sync.wiring import status_sync_of

SECRET_HEADERS = ("authorization", "x-dosespot-secret")
NOT_FROM_DOSESPOT = (
    "The notification does not carry DoseSpot's secret. Send `Secret` and the 32 characters of the"
    " project secret DOSESPOT_WEBHOOK_SECRET in the header Authorization, or in X-DoseSpot-Secret"
    " where Authorization holds a token of the FHIR server."
)
NOTHING_FOLLOWS = "Nothing follows from this event."
NOBODY = "No prescriber of this project has this DoseSpot clinician id."
UPDATED = "The Practitioner was updated from DoseSpot."
UNCHANGED = "The Practitioner already matches DoseSpot."


def require_secret(invocation: Invocation) -> None:
    """Makes sure that DoseSpot's secret was sent, whatever else is wrong.

    Raises:
        NotAuthorized: the secret is wrong or missing.
        Misconfigured: the project has no such secret.
    """
    expected = f"Secret {invocation.settings.webhook_secret()}".encode()
    given = {name.lower(): value for name, value in invocation.headers.items()}
    equal = [
        compare_digest(given.get(name, "").strip().encode(errors="replace"), expected)
        for name in SECRET_HEADERS
    ]
    if not any(equal):
        raise NotAuthorized(NOT_FROM_DOSESPOT)


@bot(
    identifier=IDENTIFIER,
    description="Takes DoseSpot's push notifications about prescribers and prescriptions.",
    callers="DoseSpot, with the secret of its push notifications.",
    run_as_user=False,
    admin=True,
    timeout_s=15,  # DoseSpot waits for 20 in all
    starts=frozenset({Start.EXECUTE, Start.WEBHOOK}),
    doorkeeper=require_secret,
    person_waits=False,
)
def notification(request: NotificationInput, invocation: Invocation) -> NotificationOutput:
    """Updates the prescriber or the chart that a notification is about from DoseSpot.

    Raises:
        NotAuthorized: the secret is wrong or missing.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        RecordsDisagree: DoseSpot's clinician or patient is not the person of the FHIR resource.
        BotError: what any bot can raise.
    """
    pushed = request.pushed()
    if pushed is not None:
        return _about_patients(pushed, invocation)
    clinician_id = request.clinician_id()
    if clinician_id is None:
        return NotificationOutput(handled=False, reason=NOTHING_FOLLOWS)
    return _about_prescriber(clinician_id, invocation)


def _about_patients(pushed: PushedNumbers, invocation: Invocation) -> NotificationOutput:
    project = text(child(invocation.fhir.who_am_i(), "project").get("id"))
    clinic = clinic_numbered(invocation, pushed.clinic_id)
    at = acting_at(invocation.settings.clinician_admin(), clinic)
    events = pushed_events_of(
        invocation, project, at, lambda acting: followed_pharmacies_of(invocation, acting, project)
    )
    outcome = events.follow(pushed)
    invocation.log.findings(outcome.findings)
    return NotificationOutput(
        handled=outcome.handled,
        reason=outcome.reason,
        warnings=[FindingOutput.of(one) for one in outcome.findings],
    )


def _about_prescriber(clinician_id: int, invocation: Invocation) -> NotificationOutput:
    dosespot = invocation.dosespot(acting_as=invocation.settings.clinician_admin())
    prescribers = enrolled_as(invocation.privileged_fhir, clinician_id)
    if not prescribers:
        return NotificationOutput(handled=False, reason=NOBODY)
    everywhere = at_all_clinics(invocation, FurtherClinic, Everywhere)
    report = status_sync_of(invocation, dosespot, everywhere).run(prescribers)
    if report.failures:
        raise report.failures[0].error
    findings = [one.finding for one in report.doubts]
    invocation.log.findings(findings)
    return NotificationOutput(
        handled=True,
        reason=UPDATED if report.differences else UNCHANGED,
        warnings=[FindingOutput.of(one) for one in findings],
    )

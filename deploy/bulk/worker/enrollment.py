"""Enrolls one prescriber at a call, for as long as there are any.

One set of services sees every call of the process, and keeps to what both servers allow.
"""

import threading
from typing import Any

from bots.admin_enroll.bot import admin_enroll
from deploy.bulk.worker.administrator import Administrator, signed_in
from deploy.bulk.worker.dry_run import ReadOnly, WouldChange
from deploy.bulk.worker.result import (
    NOBODY_CAN_BE_ENROLLED,
    Given,
    PrescriberOutcome,
    PrescriberResult,
    not_enrolled,
    practitioner_id,
)
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.clinician_identifier import clinician_ids
from shared.access.authorize import administrators_clinician_id, require_clinician_admin
from shared.audit.trail import Trail
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.limits import DoseSpotLimits
from shared.errors import BotError, FhirDenied, LookUpFirst, TryAgain
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.credential import Credential
from shared.fhir.units import FhirUnits
from shared.http.quota import Charge, QuotaHttp
from shared.http.sending import Call, Http
from shared.runtime.payload import parse_payload
from shared.runtime.services import THREADS, Services
from shared.runtime.settings import Settings
from shared.timing import Timing

WORTH_ANOTHER_TRY = (TryAgain, LookUpFirst)
"""Errors after which the same may work later."""

_NEW = {AuditAction.CLINICIAN_CREATED, AuditAction.CLINICIAN_LINKED}


class _Changes:
    """What the runs in each thread have changed since it was last asked."""

    def __init__(self) -> None:
        self._of_thread = threading.local()

    def keep(self, trail: Trail) -> None:
        self._of_thread.changes = (*self._kept(), *trail.changes)

    def taken(self) -> tuple[AuditAction, ...]:
        changes = self._kept()
        self._of_thread.changes = ()
        return changes

    def _kept(self) -> tuple[AuditAction, ...]:
        return getattr(self._of_thread, "changes", ())


class BulkEnrollment:
    """Enrolls one prescriber at a call; safe to use from several threads for different ones.

    Args:
        limits: what DoseSpot allows this process.
        units: what the FHIR server allows it; None if that has no such limit.
        at_once: how many enrollments there will be at the same time.
        timing: how long claims and lookups last.
        dry: whether nothing is to be written anywhere.
    """

    def __init__(
        self,
        limits: DoseSpotLimits,
        units: FhirUnits | None,
        at_once: int,
        timing: Timing | None = None,
        *,
        dry: bool = False,
    ) -> None:
        def charges(call: Call) -> list[Charge]:
            return [*limits.charges(call), *(units.charges(call) if units else [])]

        self._changes = _Changes()
        sender = Http(connections=at_once + THREADS)
        http = QuotaHttp(ReadOnly(sender) if dry else sender, charges)
        self._services = Services(http=http, timing=timing, at_end=self._changes.keep)
        self._handler = admin_enroll.handler(lambda: self._services, unattended=True)

    def sign_in(self, base_url: str, credential: Credential) -> Administrator:
        """The administrator, who is sure to be allowed to enroll others.

        Raises:
            NotAuthorized: they are not; says what is missing.
            Misconfigured: a project secret is missing or malformed.
            BotError: whatever the two clients raise.
        """
        services = self._services
        administrator = Administrator.of(services.http, base_url, credential)
        payload = parse_payload(administrator.payload(credential.token(), {}))
        settings = Settings(payload.secrets)
        fhir = FhirClient(services.http, base_url, credential)
        batch = Batch(fhir)
        found = batch.memberships_of(administrator.requester)
        batch.send()
        clinician_id = administrators_clinician_id(
            fhir, found, administrator.requester, settings.clinician_admin
        )
        dosespot = DoseSpotClient(services.http, services.tokens, settings.dosespot(), clinician_id)
        require_clinician_admin(dosespot, clinician_id)
        return administrator

    def enroll(
        self, administrator: Administrator, given: Given, context: Any = None
    ) -> PrescriberResult:
        """Runs the bot for one prescriber.

        Args:
            administrator: on whose behalf.
            given: the bot's input.
            context: Lambda's, if there is one.

        Raises:
            TryAgain, LookUpFirst: see `WORTH_ANOTHER_TRY`.
            Misconfigured, FhirDenied, EnrollmentLimitReached: see `NOBODY_CAN_BE_ENROLLED`.
        """
        self._changes.taken()
        try:
            answer = self._answer(administrator, given, context)
        except WouldChange:
            return self._foreseen(administrator, given)
        except FhirDenied:
            signed_in(self._fhir(administrator))  # says so, where it is the administrator's token
            raise
        except (*WORTH_ANOTHER_TRY, *NOBODY_CAN_BE_ENROLLED):
            raise
        except BotError as error:
            return not_enrolled(given, error)
        return PrescriberResult(
            practitionerId=practitioner_id(given),
            outcome=_outcome(self._changes.taken()),
            doseSpotClinicianId=answer["doseSpotClinicianId"],
            registrationStatus=answer["registrationStatus"],
            warnings=tuple(answer.get("warnings", ())),
        )

    def _foreseen(self, administrator: Administrator, given: Given) -> PrescriberResult:
        """What a dry run would have come to, which wanted to change something."""
        found = practitioner_id(given)
        batch = Batch(self._fhir(administrator))
        memberships_found = batch.memberships_of(f"Practitioner/{found}")
        batch.send()
        enrolled = clinician_ids(*memberships_found.all())
        outcome = PrescriberOutcome.UPDATED if enrolled else PrescriberOutcome.ENROLLED
        return PrescriberResult(practitionerId=found, outcome=outcome)

    def _fhir(self, administrator: Administrator) -> FhirClient:
        return FhirClient(self._services.http, administrator.base_url, administrator.credential)

    def _answer(self, administrator: Administrator, given: Given, context: Any) -> Any:
        """The bot's answer; with another token where the first one is no longer taken."""
        token = administrator.credential.token()
        try:
            return self._handler(administrator.payload(token, given), context)
        except FhirDenied:
            if not administrator.credential.forget(token):
                raise
        token = administrator.credential.token()
        return self._handler(administrator.payload(token, given), context)


def _outcome(changes: tuple[AuditAction, ...]) -> PrescriberOutcome:
    if not changes:
        return PrescriberOutcome.UNCHANGED
    return PrescriberOutcome.UPDATED if _NEW.isdisjoint(changes) else PrescriberOutcome.ENROLLED

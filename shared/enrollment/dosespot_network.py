"""DoseSpot as an enrollment run needs it; see `shared.enrollment.ports.Network`."""

from dataclasses import dataclass, replace

from fhir_profiles.codes import RegistrationStatus
from shared.claims.rules.steps import DoseSpotRecord
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import stored_record
from shared.dosespot.codes import TfaType
from shared.dosespot.wire import ClinicianItem
from shared.enrollment.record_change import Wish, new_clinician, with_change
from shared.enrollment.rules.situation import Order, Shown, Situation
from shared.enrollment.rules.stages import Stage
from shared.errors import RecordsDisagree
from shared.members.dosespot_clinician import clinician_of, identity_shown
from shared.members.rules.another_person import UNKNOWN_ID
from shared.together import Together

FOUND_NOBODY = (
    "DoseSpot's lookup by NPI names a clinician that DoseSpot does not show. Nothing was linked;"
    " contact DoseSpot support."
)


@dataclass(frozen=True)
class DoseSpotNetwork:
    """DoseSpot at one clinic.

    Attributes:
        dosespot: acts as a Clinician Admin.
        together: runs independent calls at the same time.
    """

    dosespot: DoseSpotClient
    together: Together

    def look(self, s: Situation, order: Order, known_id: int | None) -> Shown:
        """What DoseSpot shows of the membership's clinician, or of that id, or by the NPI.

        Raises:
            RecordsDisagree: the lookup names somebody that DoseSpot does not show.
            BotError: whatever the client raises.
        """
        clinician_id = s.subject.clinician_id or known_id
        unknown = UNKNOWN_ID if clinician_id else FOUND_NOBODY
        if clinician_id is None:
            clinician_id = self.dosespot.find_clinician(s.subject.prescriber.npi)
        if clinician_id is None:
            return Shown()
        try:
            shown = self._shown(clinician_id, agreements=order.heeds_agreements)
        except _NoSuchClinician:
            if clinician_id == known_id != s.subject.clinician_id:
                return Shown()
            raise RecordsDisagree(unknown) from None
        return self.change(s, order, shown)

    def change(self, s: Situation, order: Order, shown: Shown) -> Shown:
        """The same, with the change that is due now that more is known."""
        return with_change(shown, self._wish(s, order))

    def create(self, s: Situation, order: Order, within_s: float) -> int:
        """Creates the clinician; raises what the client raises."""
        record = new_clinician(self._wish(s, order))
        return self.dosespot.create_clinician(record, within_s)

    def edit(self, clinician_id: int, record: DoseSpotRecord, within_s: float) -> None:
        """Replaces the clinician's record; raises what the client raises."""
        self.dosespot.edit_clinician(clinician_id, dict(record), within_s)

    def begin(self, clinician_id: int, stage: Stage, tfa_type: TfaType, within_s: float) -> bool:
        """Begins a stage; False if it had begun already; raises what the client raises."""
        if stage is Stage.IDP:
            return self.dosespot.initialize_idp(clinician_id, within_s)
        return self.dosespot.initialize_tfa(clinician_id, tfa_type, within_s)

    def status(self, clinician_id: int) -> RegistrationStatus:
        """The registration status now."""
        return self.dosespot.registration_status(clinician_id)

    def _wish(self, s: Situation, order: Order) -> Wish:
        return Wish(
            prescriber=s.subject.prescriber,
            roles=s.granted or frozenset(),
            licenses=order.licenses,
            clinic_id=self.dosespot.clinic_id,
            self_service=order.self_service,
            was_active=s.was_active,
        )

    def _shown(self, clinician_id: int, *, agreements: bool) -> Shown:
        item, status, agreement_pending = self.together(
            lambda: self._item(clinician_id),
            lambda: self.dosespot.registration_status(clinician_id),
            lambda: agreements and self.dosespot.agreement_pending(clinician_id),
        )
        clinic_id = self.dosespot.clinic_id
        clinician = clinician_of(item, clinician_id, status, clinic_id)
        return Shown(
            clinician=replace(clinician, agreement_pending=agreement_pending),
            identity=identity_shown(item),
            stored=stored_record(item, clinic_id),
        )

    def _item(self, clinician_id: int) -> ClinicianItem:
        item = self.dosespot.clinician(clinician_id)
        if item is None:
            raise _NoSuchClinician
        return item


class _NoSuchClinician(Exception):
    pass

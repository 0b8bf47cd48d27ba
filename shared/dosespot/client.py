"""DoseSpot's clinicians and patients: what enrollment and the patient sync ask of DoseSpot."""

from typing import TYPE_CHECKING

from fhir_profiles.codes import RegistrationStatus
from shared.dosespot.clinician_record import ClinicianRecord
from shared.dosespot.codes import TfaType
from shared.dosespot.patient_reads import PatientReads
from shared.dosespot.reply import IdentifierReply
from shared.dosespot.wire import (
    AgreementsReply,
    ClinicianItem,
    ClinicianReply,
    PatientItem,
    PatientsReply,
    StatusReply,
    parse_status,
)

if TYPE_CHECKING:
    from shared.dosespot.patient_record import PatientRecord
    from shared.records.patient import Patient

SEARCH_PAGES = 20


class DoseSpotClient(PatientReads):
    """DoseSpot's clinicians and patients; raises as `DoseSpotCalls` says."""

    def find_clinician(self, npi: str) -> int | None:
        """The id of the clinician with that NPI, unconfirmed; None if DoseSpot finds none."""
        call = self._call("GET", "api/clinician", "look up the NPI", params={"npi": npi})
        reply = self._found(IdentifierReply, call)
        return reply.Id if reply and reply.Id and reply.Id > 0 else None

    def clinician(self, clinician_id: int) -> ClinicianItem | None:
        """One clinician's record; None if DoseSpot has none with that id."""
        call = self._call("GET", f"api/clinicians/{clinician_id}", "get the clinician")
        reply = self._found(ClinicianReply, call)
        return reply.Item if reply else None

    def registration_status(self, clinician_id: int) -> RegistrationStatus:
        """The last step of registration reached at this clinic."""
        path = f"api/clinicians/{clinician_id}/registrationStatus"
        call = self._call("GET", path, "get the registration status")
        return parse_status(self._answer(StatusReply, call).Item)

    def agreement_pending(self, clinician_id: int) -> bool:
        """Whether one of the clinician's legal agreements is waiting to be signed."""
        path = f"api/clinicians/{clinician_id}/legalAgreements"
        call = self._call("GET", path, "list the legal agreements")
        agreements = self._answer(AgreementsReply, call).Items or []
        return any(agreement.AgreementDate is None for agreement in agreements)

    def create_clinician(self, record: ClinicianRecord, send_within_s: float) -> int:
        """Creates a clinician at this clinic and returns the new id.

        DoseSpot has no idempotency key: the caller has looked the NPI up before, and does not
        repeat this blindly after `LookUpFirst`.
        """
        wish, path = "create the clinician", "api/clinicians"
        return self._created(self._write_call("POST", path, wish, send_within_s, record))

    def edit_clinician(
        self, clinician_id: int, record: ClinicianRecord, send_within_s: float
    ) -> None:
        """Replaces a clinician's record."""
        wish, path = "change the clinician", f"api/clinicians/{clinician_id}"
        self._done(self._write_call("PUT", path, wish, send_within_s, record))

    def initialize_idp(self, clinician_id: int, send_within_s: float) -> bool:
        """Lets the clinician begin identity proofing in the iFrame; False if it had begun."""
        wish, path = "initialize identity proofing", f"api/clinicians/{clinician_id}/idpInit"
        return self._begin(self._write_call("POST", path, wish, send_within_s))

    def initialize_tfa(self, clinician_id: int, tfa_type: TfaType, send_within_s: float) -> bool:
        """Lets the clinician activate the second factor in the iFrame; False if it had begun."""
        wish, path = "initialize TFA", f"api/clinicians/{clinician_id}/initTfaActivate"
        body = {"TfaTypeId": tfa_type.value}
        return self._begin(self._write_call("POST", path, wish, send_within_s, body))

    def add_supervisor(self, clinician_id: int, supervisor_id: int, send_within_s: float) -> None:
        """Sets a clinician's supervisor at this clinic, in place of any other."""
        path = f"api/clinicians/{clinician_id}/supervisors"
        body = [{"ClinicId": self.clinic_id, "SupervisorId": supervisor_id}]
        self._done(self._write_call("PUT", path, "set the supervisor", send_within_s, body))

    def remove_supervisors(self, clinician_id: int, send_within_s: float) -> None:
        """Removes the clinician's supervisors at this clinic; DoseSpot can't remove just one."""
        path = f"api/clinicians/{clinician_id}/supervisors"
        body = {"ClinicIds": [self.clinic_id]}
        self._done(self._write_call("DELETE", path, "remove the supervisor", send_within_s, body))

    def find_patients(self, patient: "Patient") -> list[PatientItem]:
        """Every patient of the clinic with that name and birth date, as DoseSpot matches them."""
        params = {
            "firstName": patient.first_name,
            "lastName": patient.last_name,
            "dob": patient.birth_date,
        }
        found: list[PatientItem] = []
        for page in range(1, SEARCH_PAGES + 1):
            query = {**params, "pageNumber": str(page)}
            call = self._call("GET", "api/patients/search", "search for the patient", params=query)
            reply = self._found(PatientsReply, call)
            found += (reply and reply.Items) or []
            if not (reply and reply.PageResult and reply.PageResult.goes_on_after(page)):
                break
        return found

    def create_patient(self, record: "PatientRecord", send_within_s: float) -> int:
        """Creates a patient at this clinic and returns the new id; see `create_clinician`."""
        wish, path = "create the patient", "api/patients"
        return self._created(self._write_call("POST", path, wish, send_within_s, record))

    def edit_patient(self, patient_id: int, record: "PatientRecord", send_within_s: float) -> None:
        """Replaces a patient's record."""
        wish, path = "change the patient", f"api/patients/{patient_id}"
        self._done(self._write_call("PUT", path, wish, send_within_s, record))

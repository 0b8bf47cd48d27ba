"""A patient's pharmacies in DoseSpot, of which one may be the default.

Source: DoseSpot REST API v2 (Swagger "Full + EPCS - V2").
"""

from shared.dosespot.catalog import CatalogClient
from shared.dosespot.catalog_wire import PharmaciesReply

Chosen = dict[int, bool]
"""The pharmacies by id, each with whether it is the default."""


class PatientPharmaciesClient(CatalogClient):
    """Patients' pharmacies; raises as `DoseSpotCalls` says."""

    def patient_pharmacies(self, patient_id: int) -> Chosen:
        """The pharmacies that the patient uses; one that DoseSpot gives no id is left out."""
        path = f"api/patients/{patient_id}/pharmacies"
        reply = self._answer(PharmaciesReply, self._call("GET", path, "list the pharmacies"))
        return {
            item.PharmacyId: bool(item.IsDefault) for item in reply.Items or [] if item.PharmacyId
        }

    def add_pharmacy(
        self, patient_id: int, pharmacy_id: int, *, primary: bool, send_within_s: float
    ) -> None:
        """Adds a pharmacy to those that the patient uses; one that is primary becomes the default.

        Done again it changes nothing more.
        """
        path, wish = f"api/patients/{patient_id}/pharmacies", "add the pharmacy"
        body = {"PharmacyId": pharmacy_id, "SetAsPrimary": primary}
        self._done(self._write_call("POST", path, wish, send_within_s, body))

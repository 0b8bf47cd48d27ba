"""A prescription's way through a sandbox: from DoseSpot to the pharmacy, and into the chart."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from deploy.demo.steps import TIMEOUT_S, ActorAnswer, DemoActor, Expected, Path, take
from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.elements import extension_of, text
from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.systems import DOSESPOT_PRESCRIPTION_STATUS

PATIENT_SYNC_BOT = "dosespot-patient-sync-bot"
PRESCRIPTIONS_BOT = "dosespot-prescriptions-sync-bot"

PATIENT = "Patient.identifier"
PRESCRIPTION = "MedicationRequest"
DISPENSE = "MedicationDispense"


class Charting:
    """One prescription's way.

    Args:
        ready: the sandbox's description (`Sandbox.ready`).
        prescriber: key of the person who prescribes, and is enrolled.
        patient: last name of the patient.
        name: heading of the path.
    """

    def __init__(self, ready: dict[str, Any], prescriber: str, patient: str, name: str) -> None:
        self._base_url = ready["fhir"]["baseUrl"]
        self._control_url = ready["dosespot"]["controlUrl"]
        self._person, self._admin = ready["people"][prescriber], ready["people"]["admin"]
        self._prescriber = DemoActor("prescriber", self._person["token"], self._base_url)
        self._patient_id = self._found(f"Patient?name={patient}")[0]["id"]
        self._prescription = 0
        self.path = Path(name)

    def sends_patient(self, title: str, expected: Expected) -> None:
        """The prescriber sends the patient to DoseSpot."""
        body = {"patientId": self._patient_id}
        self._runs(title, expected, PATIENT_SYNC_BOT, body)

    def prescribes(self, title: str, drug: str, status: str) -> None:
        """The prescriber sends a prescription in DoseSpot's iFrame."""
        self._take(title, "prescriber", Expected(status, ("done",)), lambda: self._prescribed(drug))

    def at_pharmacy(self, title: str, status: str, step: str) -> None:
        """The pharmacy does something with the prescription."""
        path = f"prescriptions/{self._prescription}/steps/{step}"

        def act() -> ActorAnswer:
            self._control("POST", path)
            return ActorAnswer("done")

        self._take(title, "pharmacy", Expected(status, ("done",)), act)

    def opens_chart(self, title: str, expected: Expected) -> None:
        """The prescriber's app fills the chart, with what was written today."""
        today = datetime.now(UTC).date()
        span = (today - timedelta(days=1), today + timedelta(days=1))
        body = {"patientId": self._patient_id, "start": str(span[0]), "end": str(span[1])}
        self._runs(title, expected, PRESCRIPTIONS_BOT, body)

    def facts(self) -> dict[str, str]:
        """What the chart holds, by FHIR path."""
        whose = f"subject=Patient/{self._patient_id}"
        return {
            PATIENT: str(dosespot_patient_id(self._patient()) or ""),
            PRESCRIPTION: ", ".join(map(_order, self._found(f"{PRESCRIPTION}?{whose}"))),
            DISPENSE: ", ".join(one["status"] for one in self._found(f"{DISPENSE}?{whose}")),
        }

    def versions(self) -> list[str]:
        """The versions of what a sync writes."""
        whose = f"subject=Patient/{self._patient_id}"
        charted = [*self._found(f"{PRESCRIPTION}?{whose}"), *self._found(f"{DISPENSE}?{whose}")]
        return [one["meta"]["versionId"] for one in (self._patient(), *charted)]

    def status(self) -> str:
        """What DoseSpot says of the prescription; "" if there is none."""
        if not self._prescription:
            return ""
        listed = self._control("GET", f"patients/{self._number()}/prescriptions")
        (one,) = (one["record"] for one in listed if one["id"] == self._prescription)
        return f"{one['Status']}, {one['MedicationStatus']}"

    def _runs(self, title: str, expected: Expected, bot: str, body: dict[str, Any]) -> None:
        self._take(title, "prescriber", expected, lambda: self._prescriber.runs(bot, body))

    def _prescribed(self, drug: str) -> ActorAnswer:
        drugs, pharmacies = self._control("GET", "drugs"), self._control("GET", "pharmacies")
        order = {
            "clinician_id": self._clinician_id(),
            "drug_id": next(one["id"] for one in drugs if one["name"].startswith(drug)),
            "pharmacy_id": pharmacies[0]["id"],
            "status": "eRxSent",
        }
        written = self._control("POST", f"patients/{self._number()}/prescriptions", order)
        self._prescription = written["id"]
        return ActorAnswer("done")

    def _take(
        self, title: str, actor: str, expected: Expected, act: Callable[[], ActorAnswer]
    ) -> None:
        take(self.path, self, title, actor, expected, act)

    def _clinician_id(self) -> int | None:
        return clinician_ids(self._read(f"ProjectMembership/{self._person['membershipId']}")).sole

    def _number(self) -> int | None:
        return dosespot_patient_id(self._patient())

    def _patient(self) -> Resource:
        return self._read(f"Patient/{self._patient_id}")

    def _found(self, query: str) -> list[Resource]:
        return [one["resource"] for one in self._read(query).get("entry", [])]

    def _read(self, path: str) -> Resource:
        reply = requests.get(
            f"{self._base_url}fhir/R4/{path}",
            headers={"Authorization": f"Bearer {self._admin['token']}"},
            timeout=TIMEOUT_S,
        )
        reply.raise_for_status()
        return dict(reply.json())

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        """Has something happen in DoseSpot; returns what is told of it."""
        url = f"{self._control_url}{path}"
        reply = requests.request(method, url, json=body, timeout=TIMEOUT_S)
        reply.raise_for_status()
        return reply.json()


def _order(request: Resource) -> str:
    """A MedicationRequest's status, and DoseSpot's behind it."""
    extension = extension_of(request, DOSESPOT_PRESCRIPTION_STATUS) or {}
    return f"{request['status']} ({text(extension.get('valueCode'))})"

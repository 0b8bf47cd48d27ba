"""DoseSpot's stand-in with a prescriber and a patient, as tests of prescriptions use it."""

from typing import Any

from deploy.sandbox.dosespot.prescribing.drugs import DRUGS
from deploy.sandbox.dosespot.prescribing.orders import PrescriptionOrder, write
from tests.sandbox.served_dosespot import Sandbox

PATIENT = {
    "FirstName": "Tove",
    "LastName": "Berg",
    "DateOfBirth": "1990-01-31",
    "Gender": "Female",
    "Address1": "9 Elm St",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62704",
    "PrimaryPhone": "3451234567",
    "PrimaryPhoneType": "Home",
    "Active": True,
}
ELM_STREET, CORNER, FAX = 60001, 60002, 60004
IDS = {drug.name: drug.id for drug in DRUGS}


class Practice:
    """A prescriber with a patient, and the calls that they make as themselves."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.jane = sandbox.create()
        self.headers = sandbox.bearer(self.jane)
        self.patient = self.call("POST", "patients", PATIENT)["Id"]
        self.chart = f"patients/{self.patient}"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        answer = self.sandbox.send(method, path, self.headers, json=body, params=query)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        reply = self.call("GET", path, **query)
        assert reply["Result"]["ResultCode"] == "OK", reply
        items: list[dict[str, Any]] = reply["Items"]
        return items

    def error(self, method: str, path: str, body: Any = None, **query: Any) -> str:
        result = self.call(method, path, body, **query)["Result"]
        assert result["ResultCode"] == "ERROR"
        description: str = result["ResultDescription"]
        return description

    def order(self, drug: str = "Amoxicillin", **more: Any) -> PrescriptionOrder:
        facts = {"clinician_id": self.jane, "drug_id": IDS[drug], "pharmacy_id": ELM_STREET}
        return PrescriptionOrder.model_validate({**facts, **more})

    def write(self, drug: str = "Amoxicillin", **more: Any) -> int:
        with self.sandbox.app.behind() as backend:
            return write(backend, self.patient, self.order(drug, **more)).id

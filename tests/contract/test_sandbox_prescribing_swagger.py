"""What the sandbox's DoseSpot answers about prescriptions fits DoseSpot's own Swagger document."""

import re

import pytest

from deploy.sandbox.dosespot.app import DoseSpotServer
from deploy.sandbox.dosespot.prescribing import (
    asking,
    catalogs,
    charting,
    choosing,
    progress,
    reading,
)
from deploy.sandbox.dosespot.prescribing.drugs import DRUGS
from deploy.sandbox.dosespot.prescribing.orders import PrescriptionOrder, write
from deploy.sandbox.dosespot.switches import Switches, worst
from tests.contract.dosespot_records import FAVORITE, PATIENT, PRESCRIBER
from tests.contract.sandbox_client import Client
from tests.contract.swagger import SwaggerContract

PHARMACY = 60001
PRESCRIBING = (*catalogs.OPERATIONS, *reading.OPERATIONS, *choosing.OPERATIONS)


def fill_chart(app: DoseSpotServer, jane: int, patient: int) -> int:
    """Something of every kind; answers the id of a prescription."""
    order = PrescriptionOrder(clinician_id=jane, drug_id=DRUGS[0].id, pharmacy_id=PHARMACY)
    with app.behind() as backend:
        sheet = write(backend, patient, order)
        progress.advance(backend, sheet.id, "send")
        failed = write(backend, patient, order)
        progress.advance(backend, failed.id, "fail", "No answer")
        asking.ask_to_renew(backend, sheet.id, "Patient is out")
        asking.ask_to_change(backend, sheet.id, [DRUGS[4].id], "TherapeuticInterchange")
        charting.add_reported(backend, patient, DRUGS[17], {})
        charting.add_history(backend, patient, DRUGS[20], {})
        allergy = {"DisplayName": "Peanut", "AllergenType": "FoodAndEnvironmentalAllergens"}
        charting.add_allergy(backend, patient, allergy)
        return sheet.id


@pytest.mark.parametrize("switches", [Switches(), worst()], ids=["usual", "worst"])
def test_every_reply_about_prescriptions_fits_the_document(
    server: tuple[str, DoseSpotServer], contract: SwaggerContract, switches: Switches
) -> None:
    base, app = server
    jane = app.add_clinician(PRESCRIBER, ["PrescribingClinician"])
    client = Client(base, app, contract)
    client.log_in(jane)
    patient = client.succeed("POST", "patients", PATIENT)["Id"]
    sheet = fill_chart(app, jane, patient)
    with app.behind() as backend:
        backend.set_switches(switches)

    chart = f"patients/{patient}"
    client.succeed("POST", f"{chart}/pharmacies", {"PharmacyId": PHARMACY, "SetAsPrimary": True})
    client.succeed("POST", f"{chart}/medications/history/consent")
    favorites = f"clinics/{app.clinic_id}/prescriptionFavorites"
    client.succeed("POST", f"{favorites}/coded", FAVORITE)
    client.succeed("POST", f"{chart}/prescriptions/{sheet}/cancel", {"Comment": "A mistake"})
    lists = [
        f"{chart}/{what}"
        for what in (
            "prescriptions",
            f"prescriptions/{sheet}/log",
            "pharmacies",
            "allergies",
            "selfReportedMedications",
            "medications/history",
        )
    ]
    asked = [
        f"{kind}/pending{how}" for kind in ("refills", "rxchanges") for how in ("", "/detailed")
    ]
    for path in (*lists, *asked, favorites, "notifications/errors", "pharmacies/search"):
        assert client.succeed("GET", path)["Items"] != [], path
    for path in ("medications/search", "allergens/search"):
        assert client.succeed("GET", path, name="amox")["Items"] != []
    client.succeed("GET", f"{chart}/prescriptions/{sheet}")
    client.succeed("GET", "medications/select", dispensableDrugId=str(DRUGS[19].id))
    client.succeed("GET", f"pharmacies/{PHARMACY}")
    client.succeed("GET", "notifications/counts")
    client.succeed("DELETE", f"{chart}/pharmacies/{PHARMACY}")

    assert client.violations == []
    called = {re.sub(r"/\d+", "/{id}", each) for each in client.called}
    expected = {re.sub(r"\{\w+:int\}", "{id}", operation.name) for operation in PRESCRIBING}
    assert expected <= called

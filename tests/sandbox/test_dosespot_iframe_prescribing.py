"""How somebody prescribes in DoseSpot's iFrame: three steps, and what is refused."""

from collections.abc import Sequence
from typing import Any

import pytest
import requests

from deploy.sandbox.dosespot.prescribing import asking, order_form, progress
from deploy.sandbox.dosespot.prescribing.drugs import DRUGS
from deploy.sandbox.dosespot.prescribing.orders import PrescriptionOrder, write
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from tests.sandbox.served_iframe import Iframe, Page
from tests.sandbox.served_prescribing import CORNER, ELM_STREET, FAX, IDS, PATIENT

NO_PERMISSION = "You do not have permission to send controlled substances"
SIGNED = {"pin": "1234", "code": "123456"}


class Consulting:
    """A prescriber before the page, with a patient who has no prescriptions yet."""

    def __init__(self, iframe: Iframe, status: str = "RegistrationSuccess", **facts: Any) -> None:
        self.iframe = iframe
        iframe.signed(status)
        self.patient: int = iframe.call("patients", iframe.jane, {**PATIENT, **facts})["Id"]

    def page(self) -> Page:
        return self.iframe.open(PatientId=str(self.patient), RefillsErrors="")

    def added(self, *drugs: str, pharmacy: int = ELM_STREET, **details: str) -> Page:
        """The page of step 2, after these medications were created."""
        page = self.page().press("Add prescription")
        page = page.press("Search", name="a").press("Next", pharmacy_id=str(pharmacy))
        for drug in drugs:
            found = page.press("Search", name=drug)
            (label,) = [each for form in found.forms for each in form.buttons if drug in each]
            given = {"directions": "Take one daily", "quantity": "30", **details}
            page = found.press(label).press("Create medication", **given)
            assert page.heading == "Add prescriptions", page.text
        return page

    def sheets(self) -> list[PrescriptionSheet]:
        with self.iframe.app.behind() as backend:
            return backend.cabinet.prescriptions.of(self.iframe.app.clinic_id, self.patient)

    def statuses(self) -> list[tuple[str, str]]:
        return [(sheet.record["DisplayName"].split()[0], sheet.status) for sheet in self.sheets()]

    def write(self, drug: str, pharmacy: int = ELM_STREET, status: str = "eRxSent") -> int:
        order = PrescriptionOrder(
            clinician_id=self.iframe.jane, drug_id=IDS[drug], pharmacy_id=pharmacy, status=status
        )
        with self.iframe.app.behind() as backend:
            return write(backend, self.patient, order).id


def test_somebody_prescribes_in_three_steps(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    page = consulting.page()
    assert "Default pharmacy: none yet" in page.text
    page = page.press("Add prescription")
    assert (page.heading, page.texts["p"][1]) == ("Choose pharmacy", "Step 1 of 3")
    page = page.press("Search", name="elm")
    assert page.texts["label"][1:] == ["Elm Street Pharmacy, 100 Elm St, Springfield, IL 62704"]
    page = page.press("Next", pharmacy_id=str(ELM_STREET)).press("Search", name="amoxi")
    page = page.press("Amoxicillin (oral - capsule) 500 mg")
    assert page.texts["h2"] == ["Amoxicillin (oral - capsule) 500 mg"]
    page = page.press(
        "Create medication",
        directions="Take one\r\nthree times a day",
        quantity="30",
        refills="2",
        days_supply="10",
        effective_date="2026-03-15",
        notes="Please call",
        no_substitutions="on",
    )
    assert page.texts["h2"] == ["Items to prescribe"]
    page = page.press("Next")
    assert page.texts["td"][:5] == [
        ": Take one three times a day",
        "30 capsules, 2 refills",
        "Elm Street Pharmacy",
        "Jane O'Brien",
        "2026-03-12",
    ]
    page = page.press("Approve & send")
    assert page.texts["p"][1] == "1 prescription was sent."
    assert page.texts["strong"] == ["Sent; the pharmacy has not confirmed it yet"]
    assert "Default pharmacy: Elm Street Pharmacy, 100 Elm St" in page.text
    (sheet,) = consulting.sheets()
    expected = {
        "Status": "eRxSent",
        "PrescriberId": iframe.jane,
        "PharmacyId": ELM_STREET,
        "DispensableDrugId": IDS["Amoxicillin"],
        "Directions": "Take one three times a day",
        "Quantity": "30",
        "Refills": "2",
        "DaysSupply": 10,
        "PharmacyNotes": "Please call",
        "NoSubstitutions": True,
        "EffectiveDate": "2026-03-15T00:00:00+00:00",
    }
    assert {name: sheet.record[name] for name in expected} == expected
    assert [line.status for line in sheet.log] == ["Entered", "Sending", "eRxSent"]


def test_what_is_not_sent_stays_pending_until_it_is_printed_or_discarded(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    page = consulting.added("Lisinopril", "Metformin", "Ibuprofen").press("Next")
    page = page.press("Save as pending prescription")
    assert page.texts["strong"] == ["Pending"] * 3
    lisinopril, metformin, ibuprofen = (sheet.id for sheet in consulting.sheets())
    page = page.press("Continue prescription (3 pending)")
    others = {f"prescription-{metformin}": None, f"prescription-{ibuprofen}": None}
    page = page.press("Print prescription", **others).press("Continue prescription (2 pending)")
    page = page.press("Discard", **{f"prescription-{ibuprofen}": None})
    assert "1 prescription was discarded." in page.text
    page = page.press("Continue prescription (1 pending)")
    nothing = page.press("Approve & send", **{f"prescription-{ibuprofen}": None})
    assert "Select a prescription." in nothing.text
    assert nothing.press("Approve & send").texts["p"][1] == "1 prescription was sent."
    assert consulting.statuses() == [
        ("Lisinopril", "Printed"),
        ("Metformin", "Deleted"),
        ("Ibuprofen", "eRxSent"),
    ]
    assert f"prescription-{lisinopril}" not in consulting.page().fields


@pytest.mark.parametrize("status", ["RegistrationSuccess", "TFAActivateInit", "TFADeactivateInit"])
def test_a_controlled_substance_is_refused_before_the_second_factor(
    iframe: Iframe, status: str
) -> None:
    consulting = Consulting(iframe, status)
    page = consulting.added("Oxycodone", "Amoxicillin").press("Next")
    assert page.fields.isdisjoint(SIGNED)
    page = page.press("Approve & send", **SIGNED)
    assert page.texts["p"][1] == NO_PERMISSION
    (oxycodone, _) = consulting.sheets()
    page = page.press("Approve & send", **{f"prescription-{oxycodone.id}": None})
    assert page.texts["p"][1] == "1 prescription was sent."
    assert consulting.statuses() == [("Oxycodone", "Entered"), ("Amoxicillin", "eRxSent")]


def test_what_was_refused_is_sent_once_the_second_factor_is_active(iframe: Iframe) -> None:
    consulting = Consulting(iframe, "TFAActivateInit")
    consulting.added("Oxycodone").press("Next").press("Approve & send")
    page = consulting.page()
    assert page.heading == "Two-factor authentication"
    page = page.press("Activate", code="123456").press("Continue prescription (1 pending)")
    assert page.press("Approve & send", **SIGNED).texts["p"][1] == "1 prescription was sent."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Enter your PIN. Enter the six-digit code."),
        ({"pin": "1234"}, "Enter the six-digit code."),
        ({**SIGNED, "code": "654321"}, "The PIN or the code was not right. Nothing was sent."),
    ],
)
def test_a_controlled_substance_needs_pin_and_code(
    iframe: Iframe, given: dict[str, str], sentence: str
) -> None:
    consulting = Consulting(iframe, "TFAActivatedSuccess")
    page = consulting.added("Oxycodone").press("Next").press("Approve & send", **given)
    assert page.texts["p"][1] == sentence
    assert consulting.statuses() == [("Oxycodone", "Entered")]
    page = page.press("Approve & send", **SIGNED)
    assert page.texts["p"][1] == "1 prescription was sent."
    (sheet,) = consulting.sheets()
    assert [line.status for line in sheet.log] == ["Entered", "EpcsSigned", "Sending", "eRxSent"]


def test_a_pin_that_was_set_is_the_only_one_and_a_token_has_a_number(iframe: Iframe) -> None:
    consulting = Consulting(iframe, "IDPSuccess")
    iframe.initialize("Token")
    iframe.patch(status="TFAActivatedSuccess")
    assert (
        iframe.call("clinicians/pin", iframe.jane, {"PIN": "2222"})["Result"]["ResultCode"] == "OK"
    )
    page = consulting.added("Alprazolam").press("Next").press("Approve & send", **SIGNED)
    assert page.texts["p"][1] == "Enter the serial number of your token."
    page = page.press("Approve & send", serial_number="1", **SIGNED)
    assert page.texts["p"][1] == "The PIN or the code was not right. Nothing was sent."
    page = page.press("Approve & send", serial_number="1", pin="2222", code="123456")
    assert page.texts["p"][1] == "1 prescription was sent."


def test_a_clinic_without_epcs_sends_no_controlled_substance(iframe: Iframe) -> None:
    consulting = Consulting(iframe, "TFAActivatedSuccess")
    page = consulting.added("Oxycodone").press("Next")
    switches = {"clinic_has_epcs": False}
    requests.patch(f"{iframe.url}_sandbox/switches", json=switches, timeout=5)
    assert page.press("Approve & send", **SIGNED).texts["p"][1] == NO_PERMISSION


@pytest.mark.parametrize(("state", "sent"), [("IL", True), ("KY", False)])
def test_the_patients_state_may_control_a_drug(iframe: Iframe, state: str, sent: bool) -> None:
    consulting = Consulting(iframe, State=state)
    page = consulting.added("Gabapentin").press("Next").press("Approve & send")
    assert (page.texts["p"][1] == NO_PERMISSION) is not sent


def test_a_pharmacy_that_takes_no_controlled_substance_gets_none(iframe: Iframe) -> None:
    consulting = Consulting(iframe, "TFAActivatedSuccess")
    page = consulting.added("Alprazolam", pharmacy=FAX).press("Next")
    page = page.press("Approve & send", **SIGNED)
    assert "This pharmacy does not take controlled substances electronically." in page.text
    assert consulting.statuses() == [("Alprazolam", "Entered")]


def test_a_pharmacy_without_messages_gets_a_fax(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    page = consulting.added("Amoxicillin", pharmacy=FAX).press("Next").press("Approve & send")
    assert page.texts["strong"] == ["Sent by fax"]


def test_an_obsolete_drug_and_a_short_name_are_not_found(iframe: Iframe) -> None:
    page = Consulting(iframe).added()
    assert "Enter at least three letters." in page.press("Search", name="am").text
    assert "No medication has “ranitidine”" in page.press("Search", name="ranitidine").text


def test_all_that_is_wrong_with_a_medication_is_told_and_kept(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    found = consulting.added().press("Search", name="tramadol")
    form = found.press("Tramadol (oral - tablet) 50 mg")
    wrong = {"directions": "Take <b>one</b>", "quantity": "0", "refills": "6"}
    page = form.press("Create medication", **wrong)
    assert page.heading == "Prescription details"
    assert page.texts["p"][1] == (
        "Enter the quantity as a number above 0. A drug of schedule 4 can have 5 refills at most."
    )
    assert page.texts["textarea"] == ["Take <b>one</b>"]
    assert {name: page.forms[0].values[name] for name in ("quantity", "refills")} == {
        "quantity": "0",
        "refills": "6",
    }
    assert consulting.sheets() == []


@pytest.mark.parametrize(
    ("drug", "changes", "expected"),
    [
        ("Amoxicillin", {}, []),
        ("Amoxicillin", {"quantity": "2.5", "refills": "99", "days-supply": "365"}, []),
        ("Amoxicillin", {"directions": " "}, ["Enter the directions."]),
        (
            "Amoxicillin",
            {"directions": "x" * 1001, "notes": "x" * 211},
            [
                "Directions can have 1000 characters at most.",
                "Pharmacy notes can have 210 characters at most.",
            ],
        ),
        ("Amoxicillin", {"quantity": "0.0"}, ["Enter the quantity as a number above 0."]),
        ("Amoxicillin", {"quantity": "ten"}, ["Enter the quantity as a number above 0."]),
        ("Amoxicillin", {"refills": "-1"}, ["Enter the refills as a number from 0 to 99."]),
        (
            "Amoxicillin",
            {"days-supply": "366"},
            ["Enter the days of supply as a number from 0 to 365."],
        ),
        (
            "Amoxicillin",
            {"effective-date": "2026-02-30"},
            ["Enter the effective date as year-month-day."],
        ),
        ("Oxycodone", {"refills": "1"}, ["A drug of schedule 2 can have no refills."]),
        ("Acetaminophen-codeine", {"refills": "5"}, []),
        (
            "Acetaminophen-codeine",
            {"refills": "6"},
            ["A drug of schedule 3 can have 5 refills at most."],
        ),
        ("Diphenoxylate-atropine", {"refills": "6"}, []),
    ],
)
def test_what_is_wrong_with_a_medication(
    drug: str, changes: dict[str, str], expected: Sequence[str]
) -> None:
    (chosen,) = [each for each in DRUGS if each.name == drug]
    form = {"directions": "Take one daily", "quantity": "30", **changes}
    assert order_form.problems(form, chosen, "IL") == expected


def test_a_sent_prescription_can_be_cancelled_where_the_pharmacy_takes_that(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    consulting.write("Amoxicillin")
    page = consulting.page().press("Request cancellation", reason="A mistake")
    assert page.texts["strong"] == ["Cancellation requested; the pharmacy has not answered yet"]
    (sheet,) = consulting.sheets()
    assert (sheet.medication_status, sheet.record["Comment"]) == ("CancelPending", "A mistake")
    consulting.write("Lisinopril", pharmacy=CORNER)
    page = consulting.page().press("Request cancellation")
    assert "Pharmacy does not accept cancellation requests" in page.text


def test_requests_and_errors_are_answered_in_the_notifications(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    amoxicillin, lipitor = consulting.write("Amoxicillin"), consulting.write("Lipitor")
    consulting.write("Metformin", status="Entered")
    with iframe.app.behind() as backend:
        asking.ask_to_renew(backend, amoxicillin, "Patient is out")
        asking.ask_to_renew(backend, lipitor)
        asking.ask_to_change(
            backend, lipitor, [IDS["Norvasc"], IDS["Atorvastatin"]], "GenericSubstitution"
        )
        progress.advance(backend, amoxicillin, "fail", "No answer")
    page = iframe.open()
    assert page.texts["h3"] == [
        "Renewal request: Amoxicillin (oral - capsule) 500 mg",
        "Renewal request: Lipitor (oral - tablet) 20 mg",
        "Change request: Norvasc (oral - tablet) 5 mg",
        "Not sent: Amoxicillin (oral - capsule) 500 mg",
        "Pending: Metformin (oral - tablet) 500 mg",
    ]
    assert "Prescribe instead (Generic substitution)" in page.text
    late = page
    page = page.press("Approve & send", refills="3")
    assert page.texts["p"][1] == "1 prescription was sent."
    page = page.press("Deny").press("Approve & send", chosen=str(consulting.sheets()[-1].id))
    page = page.press("Set aside")
    assert page.texts["h3"] == ["Pending: Metformin (oral - tablet) 500 mg"]
    assert "This was answered already." in late.press("Approve & send").text
    told = [(*line, sheet.medication_status) for line, sheet in _rows(consulting)]
    assert told == [
        ("Amoxicillin", "Error", "Active"),
        ("Lipitor", "eRxSent", "Changed"),
        ("Metformin", "Entered", "Active"),
        ("Amoxicillin", "eRxSent", "Active"),
        ("Lipitor", "Requested", "Inactive"),
        ("Norvasc", "Requested", "Inactive"),
        ("Atorvastatin", "eRxSent", "Active"),
    ]
    assert consulting.sheets()[3].record["Refills"] == "3"


def _rows(consulting: Consulting) -> list[tuple[tuple[str, str], PrescriptionSheet]]:
    return list(zip(consulting.statuses(), consulting.sheets(), strict=True))


def test_a_renewal_of_a_controlled_substance_is_signed_for(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    number = consulting.write("Alprazolam")
    with iframe.app.behind() as backend:
        (renewed,) = asking.ask_to_renew(backend, number).requested_ids
    assert iframe.open().press("Approve & send").texts["p"][1] == NO_PERMISSION
    iframe.patch(status="TFAActivatedSuccess")
    page = iframe.open().press("Approve & send", refills="6", **SIGNED)
    assert page.texts["p"][1] == "A drug of schedule 4 can have 5 refills at most."
    page = page.press("Approve & send", pin="1")
    assert page.texts["p"][1] == "Enter the six-digit code."
    assert page.press("Approve & send", **SIGNED).texts["p"][1] == "1 prescription was sent."
    with iframe.app.behind() as backend:
        log = progress.sheet_of(backend, renewed).log
    assert [line.status for line in log] == ["Requested", "EpcsSigned", "Sending", "eRxSent"]


def test_nobody_prescribes_who_may_not(iframe: Iframe) -> None:
    consulting = Consulting(iframe)
    page = consulting.added("Amoxicillin")
    iframe.patch(status="Pending")
    refused = page.press("Next")
    assert refused.heading == "Registration not complete"
    admin = str(iframe.add("ClinicianAdmin"))
    page = iframe.open(
        SingleSignOnUserId=admin, PatientId=str(consulting.patient), RefillsErrors=""
    )
    assert (page.heading, page.forms) == ("Signed in", [])
    told = requests.get(f"{page.url}/pharmacy", timeout=5)
    assert Page(told).heading == "Signed in"

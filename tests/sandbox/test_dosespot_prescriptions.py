"""The prescriptions of DoseSpot's stand-in: how they are written, listed, and how they move."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.sandbox.dosespot.app import create_app
from deploy.sandbox.dosespot.prescribing import asking, charting, progress
from deploy.sandbox.dosespot.prescribing.drugs import DRUGS
from deploy.sandbox.dosespot.prescribing.orders import NotKept, write
from deploy.sandbox.dosespot.prescribing.sheets import PRESCRIPTION_FIELDS
from deploy.sandbox.dosespot.prescribing.statuses import (
    MEDICATION_STATUSES,
    PRESCRIPTION_STATUSES,
    STEPS,
)
from tests.sandbox.served_dosespot import AT, Clock, Sandbox, Slot
from tests.sandbox.served_prescribing import CORNER, ELM_STREET, IDS, PATIENT, Practice

WRITTEN_AT = "2026-03-12T23:38:38.207"


def listed(practice: Practice, **query: Any) -> list[int]:
    found = practice.items(f"{practice.chart}/prescriptions", **query)
    return [each["PrescriptionId"] for each in found]


def read(practice: Practice, sheet: int) -> dict[str, Any]:
    path = f"{practice.chart}/prescriptions/{sheet}"
    item: dict[str, Any] = practice.call("GET", path)["Prescription"]
    return item


def test_a_prescription_is_read_as_written(practice: Practice) -> None:
    sheet = practice.write(refills="2", pharmacy_notes="Please call", no_substitutions=True)
    assert read(practice, sheet) == {
        **dict.fromkeys(PRESCRIPTION_FIELDS),
        "PrescriptionId": sheet,
        "PatientMedicationId": sheet + 500_000,
        "RxReferenceNumber": f"S{sheet}",
        "Status": "Entered",
        "MedicationStatus": "Active",
        "Type": "Coded",
        "DisplayName": "Amoxicillin (oral - capsule)",
        "DispensableDrugId": IDS["Amoxicillin"],
        "Strength": "500 mg",
        "Schedule": 0,
        "Directions": "Take one by mouth daily",
        "Quantity": "30",
        "DispenseUnitId": 4,
        "Refills": "2",
        "DaysSupply": 30,
        "NoSubstitutions": True,
        "PharmacyId": ELM_STREET,
        "PharmacyNotes": "Please call",
        "PrescriberId": practice.jane,
        "ClinicId": practice.sandbox.app.clinic_id,
        "WrittenDate": WRITTEN_AT,
        "ErrorIgnored": False,
        "IsUrgent": False,
        "IsRxRenewal": False,
        "Formulary": False,
    }
    assert practice.items(f"{practice.chart}/prescriptions") == [read(practice, sheet)]


def test_a_list_is_sorted_and_cut_by_when_prescriptions_were_written(practice: Practice) -> None:
    days = [AT + timedelta(days=each) for each in (1, 3, 2)]
    one, three, two = (practice.write(written_at=day) for day in days)
    assert listed(practice) == [three, two, one]
    assert listed(practice, sortOrder="Asc") == [one, two, three]
    assert listed(practice, startDate="2026-03-14T00:00:00Z") == [three, two]
    assert listed(practice, endDate="2026-03-15") == [two, one]
    assert listed(practice, startDate=days[2].isoformat(), endDate=days[2].isoformat()) == [two]


@pytest.mark.parametrize(
    ("name", "value"),
    [("startDate", "yesterday"), ("statusClass", "active"), ("prescriptionStatus", "Sent")],
)
def test_a_list_of_what_cannot_be_is_a_400(practice: Practice, name: str, value: str) -> None:
    answer = practice.sandbox.send(
        "GET", f"{practice.chart}/prescriptions", practice.headers, params={name: value}
    )
    assert (answer.status_code, list(answer.json()["ModelState"])) == (400, [f"request.{name}"])


def test_a_list_has_classes_and_statuses(practice: Practice) -> None:
    pending = practice.write()
    sent = practice.write(status="eRxSent")
    cancelled = practice.write(status="eRxSent", medication_status="Cancelled")
    denied = practice.write(status="eRxSent", medication_status="CancelDenied")
    deleted = practice.write(status="Deleted", medication_status="Deleted")
    assert listed(practice, statusClass="Pending") == [pending]
    assert listed(practice, statusClass="Active") == [denied, sent]
    assert listed(practice, statusClass="Inactive") == [deleted, cancelled]
    assert listed(practice, prescriptionStatus="eRxSent") == [denied, cancelled, sent]
    practice.sandbox.switch(deleted_prescriptions="left_out")
    assert deleted not in listed(practice)
    assert read(practice, deleted)["Status"] == "Deleted"


STATUSES = [
    ("enter", "Entered", "Active"),
    ("edit", "Edited", "Active"),
    ("await-pharmacy", "PharmacySelect", "Active"),
    ("await-signature", "ReadyToSign", "Active"),
    ("sign", "EpcsSigned", "Active"),
    ("print", "Printed", "Active"),
    ("send", "eRxSent", "Active"),
    ("sent", "eRxSent", "Active"),
    ("fax", "FaxSent", "Active"),
    ("verify", "PharmacyVerified", "Active"),
    ("fail", "Error", "Active"),
    ("fail-signature", "EpcsError", "Active"),
    ("delete", "Deleted", "Deleted"),
    ("fill", "Entered", "FullFill"),
    ("fill-partly", "Entered", "PartialFill"),
    ("not-filled", "Entered", "NoFill"),
    ("complete", "Entered", "Completed"),
    ("discontinue", "Entered", "Discontinued"),
    ("change", "Entered", "Changed"),
    ("request-cancel", "Entered", "CancelRequested"),
    ("await-cancel", "Entered", "CancelPending"),
    ("cancel", "Entered", "Cancelled"),
    ("deny-cancel", "Entered", "CancelDenied"),
]


def test_every_step_leads_where_it_says(practice: Practice) -> None:
    assert [name for name, _, _ in STATUSES] == list(STEPS)
    for name, status, medication_status in STATUSES:
        sheet = practice.write()
        with practice.sandbox.app.behind() as backend:
            progress.advance(backend, sheet, name)
        found = read(practice, sheet)
        assert (found["Status"], found["MedicationStatus"]) == (status, medication_status), name


def test_steps_name_statuses_that_there_are() -> None:
    for step in STEPS.values():
        assert step.status is None or step.status in PRESCRIPTION_STATUSES
        assert step.medication_status is None or step.medication_status in MEDICATION_STATUSES


def test_a_log_says_who_brought_a_prescription_where(practice: Practice) -> None:
    sheet = practice.write()
    with practice.sandbox.app.behind() as backend:
        progress.advance(backend, sheet, "send")
        progress.advance(backend, sheet, "fail", "No answer")
        progress.ignore_error(backend, sheet)
        progress.advance(backend, sheet, "fill-partly", "Rest on Monday")
    log = practice.items(f"{practice.chart}/prescriptions/{sheet}/log")
    names = ("Status", "MedicationStatus", "User", "AdditionalInfo", "Ignored")
    assert [tuple(line[name] for name in names) for line in log] == [
        ("Entered", "Active", "Jane O'Brien", None, False),
        ("Sending", "Active", "Jane O'Brien", None, False),
        ("eRxSent", "Active", "DoseSpot", None, False),
        ("Error", "Active", "DoseSpot", "No answer", False),
        ("Error", "Active", "Jane O'Brien", None, True),
        ("Error", "PartialFill", "Elm Street Pharmacy", "Rest on Monday", True),
    ]
    assert {line["DateTimeStamp"] for line in log} == {WRITTEN_AT}
    assert read(practice, sheet)["LastFillDate"] == WRITTEN_AT


def test_a_prescription_moves_by_itself_as_far_as_the_switches_say(practice: Practice) -> None:
    def where() -> tuple[str, str]:
        found = read(practice, sheet)
        return found["Status"], found["MedicationStatus"]

    practice.sandbox.switch(sending_takes_s=2, pharmacy_verifies_after_s=60)
    sheet = practice.write()
    with practice.sandbox.app.behind() as backend:
        progress.advance(backend, sheet, "send")
    assert where() == ("Sending", "Active")
    practice.sandbox.clock.advance(2)
    assert where() == ("eRxSent", "Active")
    practice.sandbox.switch(pharmacy_fills_after_s=30)
    practice.sandbox.clock.advance(500)
    assert where() == ("PharmacyVerified", "FullFill")
    log = practice.items(f"{practice.chart}/prescriptions/{sheet}/log")
    assert [line["DateTimeStamp"][14:19] for line in log] == [
        "38:38",
        "38:38",
        "38:40",
        "39:40",
        "40:10",
    ]


def test_a_step_in_between_ends_what_would_have_followed(practice: Practice) -> None:
    practice.sandbox.switch(sending_takes_s=2)
    sheet = practice.write()
    with practice.sandbox.app.behind() as backend:
        progress.advance(backend, sheet, "send")
        progress.advance(backend, sheet, "fail", "No answer")
    practice.sandbox.clock.advance(500)
    assert read(practice, sheet)["Status"] == "Error"


def test_moments_may_say_where_they_are(practice: Practice) -> None:
    practice.sandbox.switch(dates_with_z=True)
    sheet = practice.write()
    assert read(practice, sheet)["WrittenDate"] == f"{WRITTEN_AT}Z"


def test_all_but_ids_statuses_and_names_may_be_null(practice: Practice) -> None:
    practice.sandbox.switch(prescribing_fields_as_null=True)
    sheet = practice.write()
    told = {name: value for name, value in read(practice, sheet).items() if value is not None}
    assert told == {
        "PrescriptionId": sheet,
        "Status": "Entered",
        "MedicationStatus": "Active",
        "DisplayName": "Amoxicillin (oral - capsule)",
        "DispensableDrugId": IDS["Amoxicillin"],
        "PharmacyId": ELM_STREET,
    }


def test_only_a_pharmacy_that_takes_it_is_asked_to_cancel(practice: Practice) -> None:
    sheet, elsewhere = practice.write(), practice.write(pharmacy_id=CORNER)
    path = f"{practice.chart}/prescriptions"
    reply = practice.call("POST", f"{path}/{sheet}/cancel", {"Comment": "A mistake"})
    assert list(reply) == ["Result"]
    assert read(practice, sheet)["MedicationStatus"] == "CancelPending"
    assert practice.error("POST", f"{path}/{elsewhere}/cancel", {}).endswith(
        "Pharmacy does not accept cancellation requests"
    )
    assert read(practice, elsewhere)["MedicationStatus"] == "Active"


def counts(practice: Practice) -> dict[str, int]:
    """What there is to do for the prescriber, without what there is none of."""
    reply = practice.call("GET", "notifications/counts")
    assert reply.pop("Result")["ResultCode"] == "OK"
    assert len(reply) == 4
    return {name: value for name, value in reply.items() if value}


def test_counts_follow_from_what_waits_for_the_tokens_clinician(practice: Practice) -> None:
    assert counts(practice) == {}
    sheet, sent = practice.write(), practice.write(status="eRxSent")
    practice.write(clinician_id=practice.sandbox.admin_id)
    assert counts(practice) == {"PendingPrescriptionsCount": 1}
    with practice.sandbox.app.behind() as backend:
        progress.advance(backend, sheet, "fail", "No answer")
        asking.ask_to_renew(backend, sent)
        asking.ask_to_change(backend, sent, [IDS["Lipitor"]], "TherapeuticInterchange")
    assert counts(practice) == {
        "TransactionErrorsCount": 1,
        "RefillRequestsCount": 1,
        "PendingRxChangeCount": 1,
    }


def test_a_transmission_error_is_told_until_it_is_set_aside(practice: Practice) -> None:
    sheet = practice.write()
    with practice.sandbox.app.behind() as backend:
        progress.advance(backend, sheet, "fail", "No answer")
    assert practice.items("notifications/errors", clinic="Current") == [
        {
            "PrescriptionId": sheet,
            "DateWritten": WRITTEN_AT,
            "ErrorDateTimeStamp": WRITTEN_AT,
            "ErrorDetails": "No answer",
            "PatientId": practice.patient,
            "ClinicId": practice.sandbox.app.clinic_id,
        }
    ]
    with practice.sandbox.app.behind() as backend:
        progress.ignore_error(backend, sheet)
    assert practice.items("notifications/errors") == []
    assert counts(practice) == {}


def test_a_renewal_request_waits_with_the_prescription_asked_for(practice: Practice) -> None:
    sheet = practice.write(status="eRxSent")
    with practice.sandbox.app.behind() as backend:
        request = asking.ask_to_renew(backend, sheet, "Patient is out")
    (found,) = practice.items("refills/pending", patientId=practice.patient)
    assert found.pop("Patient")["FirstName"] == PATIENT["FirstName"]
    (asked_for,) = request.requested_ids
    assert found == {
        "RefillId": request.id,
        "NewPatient": False,
        "ClinicId": practice.sandbox.app.clinic_id,
        "ClinicianId": practice.jane,
        "RequestedPrescriptionId": asked_for,
        "DispensedPrescriptionId": sheet,
        "OriginalPrescriptionId": sheet,
        "PharmacyId": ELM_STREET,
        "RequestedDate": WRITTEN_AT,
        "RequestExpirationDate": "2026-03-27T23:38:38.207",
    }
    item = read(practice, asked_for)
    names = ("Status", "IsRxRenewal", "RxRenewalNote", "DisplayName")
    assert [item[name] for name in names] == [
        "Requested",
        True,
        "Patient is out",
        "Amoxicillin (oral - capsule)",
    ]
    (whole,) = practice.items("refills/pending/detailed")
    assert whole["RequestedPrescription"] == item
    assert practice.items("refills/pending", patientId=1) == []
    assert practice.items("rxchanges/pending") == []


def test_a_renewal_that_is_approved_is_sent_and_one_denied_is_not(practice: Practice) -> None:
    sheet = practice.write(status="eRxSent")
    with practice.sandbox.app.behind() as backend:
        granted, refused = (asking.ask_to_renew(backend, sheet) for _ in range(2))
        sent = asking.approve(backend, granted.id)
        asking.deny(backend, refused.id)
        with pytest.raises(NotKept):
            asking.approve(backend, refused.id)
    assert practice.items("refills/pending") == []
    assert sent.id == granted.requested_ids[0]
    assert [(each["Status"], each["MedicationStatus"]) for each in _all(practice)] == [
        ("Requested", "Inactive"),
        ("eRxSent", "Active"),
        ("eRxSent", "Active"),
    ]


def test_a_change_that_is_approved_takes_the_originals_place(practice: Practice) -> None:
    sheet = practice.write("Lipitor", status="eRxSent")
    drugs = [IDS["Atorvastatin"], IDS["Norvasc"]]
    with practice.sandbox.app.behind() as backend:
        request = asking.ask_to_change(backend, sheet, drugs, "GenericSubstitution")
    (found,) = practice.items("rxchanges/pending")
    names = ("RxChangeType", "PrescribedPrescriptionId", "RequestedMedications")
    expected = ["GenericSubstitution", sheet, list(request.requested_ids)]
    assert [found[name] for name in names] == expected
    with practice.sandbox.app.behind() as backend:
        asking.approve(backend, request.id)
    names = ("DisplayName", "Status", "MedicationStatus")
    told = [tuple(each[name].split()[0] for name in names) for each in _all(practice)]
    assert told == [
        ("Norvasc", "Requested", "Inactive"),
        ("Atorvastatin", "eRxSent", "Active"),
        ("Lipitor", "eRxSent", "Changed"),
    ]


def _all(practice: Practice) -> list[dict[str, Any]]:
    return practice.items(f"{practice.chart}/prescriptions")


def test_history_is_told_after_a_consent_alone(practice: Practice) -> None:
    with practice.sandbox.app.behind() as backend:
        entry = charting.add_history(backend, practice.patient, DRUGS[20], {"DaysSupply": 7})
    path = f"{practice.chart}/medications/history"
    assert "consent" in practice.error("GET", path)
    assert practice.call("POST", f"{path}/consent")["Item"] == WRITTEN_AT
    (found,) = practice.items(path, start="2026-03-12")
    assert found["PatientMedicationHistoryId"] == entry.id > 2**31
    names = ("RxCUI", "NDC", "DaysSupply", "Schedule")
    assert [found[name] for name in names] == ["1049621", "00406055201", 7, 2]
    assert practice.items(path, end="2026-03-12") == []


def test_self_reported_medications_and_allergies_are_the_patients(practice: Practice) -> None:
    with practice.sandbox.app.behind() as backend:
        entry = charting.add_reported(backend, practice.patient, DRUGS[17], {"Comment": "Spring"})
        charting.set_entry(backend.cabinet.reported, entry.id, {"Status": "Discontinued"})
        charting.add_allergy(backend, practice.patient, {"DisplayName": "Peanut"})
    (found,) = practice.items(f"{practice.chart}/selfReportedMedications")
    names = ("SelfReportedMedicationId", "DispensableDrugID", "Status", "Comment", "OTC")
    expected = [entry.id, IDS["Loratadine"], "Discontinued", "Spring", True]
    assert [found[name] for name in names] == expected
    (allergy,) = practice.items(f"{practice.chart}/allergies")
    assert (allergy["DisplayName"], allergy["StatusType"]) == ("Peanut", "Active")


def test_a_clinic_knows_the_prescriptions_of_its_own_patients_alone(practice: Practice) -> None:
    other = practice.call("POST", "patients", PATIENT)["Id"]
    sheet = practice.write()
    for path in (f"patients/{other}/prescriptions/{sheet}", "patients/1/prescriptions"):
        assert practice.error("GET", path).endswith("not found")
    practice.sandbox.control("PATCH", f"clinicians/{practice.jane}", {"active": False})
    for path in ("prescriptions", f"prescriptions/{sheet}", "pharmacies", "allergies"):
        assert practice.error("GET", f"{practice.chart}/{path}").endswith("do this action.")


def test_what_was_undone_is_not_kept(practice: Practice) -> None:
    kept = practice.write()

    def undone() -> None:
        with practice.sandbox.app.behind() as backend:
            write(backend, practice.patient, practice.order())
            progress.advance(backend, kept, "verify")
            write(backend, 1, practice.order())

    with pytest.raises(NotKept):
        undone()
    assert [each["Status"] for each in _all(practice)] == ["Entered"]


def test_a_restart_loses_no_prescription(slot: Slot, tmp_path: Path) -> None:
    database = str(tmp_path / "dosespot.sqlite")
    app = create_app(database)
    slot.app = app
    practice = Practice(Sandbox(slot.url, app, Clock(), slot.session))
    practice.write()
    before = _all(practice)
    app.close()
    slot.app = create_app(database)
    assert _all(practice) == before
    slot.app.close()

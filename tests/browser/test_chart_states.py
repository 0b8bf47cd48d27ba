"""Every state of a prescription in DoseSpot: what it comes to in the chart, and in words."""

from typing import Any

from playwright.sync_api import Locator, expect

from shared.prescriptions.rules.states import MedicationStatus, PrescriptionStatus
from tests.browser.screen import Screen
from tests.browser.test_patient_page import enrolled, panel, show
from tests.integration.clinic import Clinic
from tests.integration.prescribing import (
    REPORTED_BOT,
    add_reported,
    charted,
    known_patient,
    sync_prescriptions,
    write_prescription,
)

Row = tuple[str, str, str]
"""What stands in the chart, the tab of the page, and the words there."""

SENT, NOT_IN_THE_CHART = "eRxSent", ("", "", "")
UNKNOWN = "Status unknown: look in DoseSpot"
BY_PRESCRIPTION_STATUS: dict[str, Row] = {
    "Unknown": ("unknown", "Active", UNKNOWN),
    "Entered": ("draft", "Active", "Draft"),
    "Printed": ("active", "Active", "Printed"),
    "Sending": ("active", "Active", "Sending"),
    "eRxSent": ("active", "Active", "Sent"),
    "FaxSent": ("active", "Active", "Faxed"),
    "Error": ("on-hold", "Active", "Not sent: error"),
    "Deleted": ("entered-in-error", "Inactive", "Deleted"),
    "Requested": NOT_IN_THE_CHART,
    "Edited": ("draft", "Active", "Draft"),
    "EpcsError": ("on-hold", "Active", "Not sent: error"),
    "EpcsSigned": ("active", "Active", "Signed"),
    "ReadyToSign": ("draft", "Active", "Ready to sign"),
    "PharmacyVerified": ("active", "Active", "Received by the pharmacy"),
    "PharmacySelect": ("draft", "Active", "Draft, the patient chooses the pharmacy"),
    "Retracted": ("unknown", "Active", UNKNOWN),
}
"""By prescription status, where the medication status is Active."""

BY_MEDICATION_STATUS: dict[str, Row] = {
    "Unknown": ("active", "Active", "Sent"),
    "Active": ("active", "Active", "Sent"),
    "Inactive": ("unknown", "Inactive", "Inactive"),
    "Discontinued": ("stopped", "Inactive", "Discontinued"),
    "Deleted": ("entered-in-error", "Inactive", "Deleted"),
    "Completed": ("completed", "Inactive", "Completed"),
    "CancelRequested": ("active", "Active", "Cancellation requested"),
    "CancelPending": ("active", "Active", "Cancellation pending"),
    "Cancelled": ("cancelled", "Inactive", "Cancelled"),
    "CancelDenied": ("active", "Active", "Active: the pharmacy refused to cancel"),
    "Changed": ("stopped", "Inactive", "Changed to another prescription"),
    "FullFill": ("completed", "Inactive", "Filled"),
    "PartialFill": ("active", "Active", "Partly filled"),
    "NoFill": ("active", "Active", "Not filled by the pharmacy"),
    "Lost": ("unknown", "Active", UNKNOWN),
}
"""By medication status, where the prescription status is eRxSent; one of them DoseSpot lacks."""

SET_ASIDE = ("unknown", "Active", "Not sent: the error was set aside in DoseSpot")
IGNORED: dict[str, Row] = {"Error": SET_ASIDE, "EpcsError": SET_ASIDE}
"""By the status of a failed transmission that somebody has set aside."""

CONTRADICTING: dict[tuple[str, str], Row] = {
    ("Error", "Cancelled"): ("cancelled", "Inactive", "Cancelled"),
    ("Error", "Lost"): ("unknown", "Active", UNKNOWN),
    ("Error", "Inactive"): ("unknown", "Inactive", "Inactive"),
    ("Error", "PartialFill"): ("active", "Active", "Partly filled"),
    ("Printed", "FullFill"): ("completed", "Inactive", "Filled"),
    ("Deleted", "FullFill"): ("completed", "Inactive", "Filled"),
    ("Entered", "Inactive"): ("unknown", "Inactive", "Inactive"),
    ("Entered", "Discontinued"): ("stopped", "Inactive", "Discontinued"),
    ("Retracted", "NoFill"): ("active", "Active", "Not filled by the pharmacy"),
}
"""By both statuses, where they say different things."""

REPORTED: dict[str, tuple[str, str]] = {
    **{status: (row[0], row[2]) for status, row in BY_MEDICATION_STATUS.items()},
    "Unknown": ("unknown", UNKNOWN),
    "Active": ("active", "Active"),
}
"""By the status of a medication that the patient reported: the chart's, and the words."""


def test_every_state_stands_in_the_chart_and_in_words_on_the_page(
    screen: Screen, clinic: Clinic
) -> None:
    assert {*BY_PRESCRIPTION_STATUS} == {*PrescriptionStatus, "Retracted"}
    assert {*BY_MEDICATION_STATUS} == {*MedicationStatus, "Lost"}
    person = enrolled(clinic)
    patient, number = known_patient(
        clinic, person.member, name=[{"given": ["Every"], "family": "Stateson"}]
    )
    expected: dict[str, Row] = {}

    def write(status: str, medication: str, row: Row, **fields: Any) -> None:
        named = f"{status}, {medication}, {len(expected)}"
        both = {"status": status, "medication_status": medication, "directions": named}
        write_prescription(clinic, person.member, number, **both, fields=fields)
        expected[named] = row

    for status, row in BY_PRESCRIPTION_STATUS.items():
        write(status, "Active", row)
    for medication, row in BY_MEDICATION_STATUS.items():
        write(SENT, medication, row)
    for status, row in IGNORED.items():
        write(status, "Active", row, ErrorIgnored=True)
    for (status, medication), row in CONTRADICTING.items():
        write(status, medication, row)
    assert sync_prescriptions(clinic, person.member, patient).status == 200
    in_chart = {named: row for named, row in expected.items() if row != NOT_IN_THE_CHART}
    assert statuses(clinic, patient) == {named: row[0] for named, row in in_chart.items()}

    screen.sign_in("patient/", person.login)
    show(screen, "Every Stateson")
    screen.expect_text("Up to date with DoseSpot.")
    for tab in ("Active", "Inactive"):
        words = {named: row[2] for named, row in in_chart.items() if row[1] == tab}
        screen.page.get_by_role("tab", name=f"{tab} ({len(words)})", exact=True).click()
        assert told(panel(screen, f"{tab} ({len(words)})")) == words


def test_whatever_a_patient_reports_stands_in_the_chart_and_in_words_on_the_page(
    screen: Screen, clinic: Clinic
) -> None:
    person = enrolled(clinic)
    patient, number = known_patient(
        clinic, person.member, name=[{"given": ["Self"], "family": "Reporting"}]
    )
    for status in REPORTED:
        add_reported(clinic, number, Status=status, Directions=status)
    answer = clinic.execute(REPORTED_BOT, {"patientId": patient["id"]}, person.member.token)
    assert answer.status == 200, answer.error
    assert statuses(clinic, patient) == {status: row[0] for status, row in REPORTED.items()}

    screen.sign_in("patient/", person.login)
    show(screen, "Self Reporting")
    tab = f"Self-reported ({len(REPORTED)})"
    screen.page.get_by_role("tab", name=tab, exact=True).click()
    expect(panel(screen, tab)).to_be_visible()
    assert told(panel(screen, tab)) == {status: row[1] for status, row in REPORTED.items()}


def statuses(clinic: Clinic, patient: dict[str, Any]) -> dict[str, str]:
    """By the directions of each MedicationRequest in the chart, its status."""
    found = charted(clinic, patient)
    return {one["dosageInstruction"][0]["text"]: one["status"] for one in found}


def told(cards: Locator) -> dict[str, str]:
    """By the directions on each card, the words of its pill."""
    found = {}
    for card in cards.locator(".card").all():
        _, words = card.locator(".pill").inner_text().split("\n")
        found[card.locator("header + p").inner_text()] = words
    return found

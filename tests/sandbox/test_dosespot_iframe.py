"""The page that a prescriber sees in DoseSpot's iFrame: what is to do, and when it is done."""

import base64
import hashlib
from urllib.parse import urljoin

import pytest
import requests

from tests.sandbox.served_iframe import PATIENT, Iframe

START_IDP = "Close this window; your clinic or its software starts identity proofing."
START_TFA = "Close this window; your clinic or its software starts two-factor authentication."
RIGHT = {"answer-1": "A", "answer-2": "A"}
WRONG = {"answer-1": "A", "answer-2": "B"}


def test_agreements_are_signed_one_by_one_and_then_the_clinic_goes_on(iframe: Iframe) -> None:
    page, seen = iframe.open(), []
    while page.heading == "Legal agreements":
        seen.append((page.texts["p"][1], page.texts["button"], iframe.status()))
        page = page.send()
    sign = ["Sign agreement"]
    assert seen == [(f"Agreement {each} of 3", sign, "Pending") for each in (1, 2, 3)]
    assert (page.heading, iframe.status()) == ("Ready to prescribe", "RegistrationSuccess")
    assert START_IDP in page.text
    assert "You can prescribe medications that are not controlled substances." in page.text


def test_identity_proofing_fails_with_the_third_wrong_answer_and_may_be_tried_again(
    iframe: Iframe,
) -> None:
    page = iframe.signed("IDPInitializeSuccess")
    assert (page.heading, page.texts["button"]) == (
        "Identity proofing",
        ["Begin identity proofing"],
    )
    page = page.send()
    assert (page.fields, page.texts["button"]) == ({"answer-1", "answer-2"}, ["Submit answers"])
    assert page.text.count("in this sandbox the right answer is A") == 2
    page = page.send(**WRONG)
    assert "These answers were not right. 2 attempts are left." in page.text
    page = page.send(**WRONG)
    assert "These answers were not right. 1 attempt is left." in page.text
    page = page.send(**WRONG)
    assert "Identity proofing failed (IDPError). You may try again." in page.text
    assert (page.heading, iframe.status()) == ("Identity proofing", "IDPError")
    page = page.send().send(**RIGHT)
    assert (page.heading, iframe.status()) == ("Ready to prescribe", "IDPSuccess")
    assert START_TFA in page.text


def test_after_three_wrong_answers_id_me_is_offered_instead(iframe: Iframe) -> None:
    page = iframe.signed("IDPInitializeSuccess")
    assert "ID.me" not in page.text
    page = page.send()
    for _ in range(3):
        page = page.send(**WRONG)
    assert page.texts["button"] == ["Verify with ID.me", "Begin identity proofing"]
    page = page.press("Verify with ID.me")
    assert (page.heading, iframe.status()) == ("Ready to prescribe", "IDPSuccess")


@pytest.mark.parametrize(
    ("tfa_type", "fields"), [("Mobile", {"code"}), ("Token", {"code", "serial-number"})]
)
def test_a_first_code_activates_controlled_substances(
    iframe: Iframe, tfa_type: str, fields: set[str]
) -> None:
    page = iframe.signed("IDPSuccess")
    iframe.initialize(tfa_type)
    page = page.again()
    assert (page.heading, page.fields) == ("Two-factor authentication", fields)
    assert page.texts["button"] == ["Activate"]
    page = page.send(code="654321", serial_number="1")
    assert "This code was not right. 2 attempts are left." in page.text
    page = page.send(code="123456", serial_number="1")
    assert (page.heading, iframe.status()) == ("Ready to prescribe", "TFAActivatedSuccess")
    assert "You can prescribe medications, including controlled substances." in page.text


def test_the_third_wrong_code_sends_back_to_the_clinic(iframe: Iframe) -> None:
    page = iframe.signed("TFAActivateInit")
    for _ in range(3):
        page = page.send(code="0")
    assert f"Two-factor authentication failed (TFAActivatedError). {START_TFA}" in page.text


def test_what_is_left_out_is_no_attempt(iframe: Iframe) -> None:
    page = iframe.signed("IDPInitializeSuccess").send().send(answer_1="A")
    assert "Answer both questions." in page.text
    assert "attempt" not in page.text
    assert "Answer both questions." not in page.again().text
    iframe.patch(status="IDPSuccess")
    iframe.initialize("Token")
    page = page.again().send(code="123456")
    assert "Enter the serial number of your token." in page.text
    assert "Enter the six-digit code." in page.send(serial_number="1").text
    assert iframe.status() == "TFAActivateInit"


def test_a_form_that_is_sent_twice_does_nothing_the_second_time(iframe: Iframe) -> None:
    first = iframe.open()
    pages = [first.send(), first.send()]
    assert [page.texts["p"][1] for page in pages] == ["Agreement 2 of 3"] * 2
    begun = iframe.signed("IDPInitializeSuccess").send()
    begun.send(**RIGHT)
    assert "There is no such identity proofing session" in begun.send(**WRONG).text
    assert iframe.status() == "IDPSuccess"


def test_a_second_factor_is_given_up_with_a_last_code(iframe: Iframe) -> None:
    page = iframe.signed("TFADeactivateInit")
    assert (page.heading, page.texts["button"]) == ("Two-factor authentication", ["Deactivate"])
    page.send(code="123456")
    assert iframe.status() == "TFADeactivatedSuccess"


@pytest.mark.parametrize("status", ["Pending", "RegistrationError", "Whatever<b>"])
def test_a_status_that_is_not_clear_is_never_taken_for_ready(iframe: Iframe, status: str) -> None:
    page = iframe.signed(status)
    assert page.heading == "Registration not complete"
    assert f"({status})" in page.text


def test_a_patient_is_named_as_text_whatever_the_name(iframe: Iframe) -> None:
    iframe.signed("RegistrationSuccess")
    patient = iframe.call("patients", iframe.jane, PATIENT)["Id"]
    page = iframe.open(PatientId=str(patient), RefillsErrors="")
    assert page.texts["h2"] == [f"{PATIENT['FirstName']} {PATIENT['LastName']}"]
    assert page.texts["button"] == ["Add prescription"]
    assert "script" not in page.texts
    missing = iframe.open(PatientId="9", RefillsErrors="")
    assert (missing.status, missing.heading) == (200, "Patient not found")


def test_without_a_patient_there_are_the_notifications(iframe: Iframe) -> None:
    assert iframe.signed("RegistrationSuccess").texts["h2"] == ["Notifications"]


def test_who_has_no_role_that_prescribes_is_not_told_to_be_ready(iframe: Iframe) -> None:
    page = iframe.open(SingleSignOnUserId=str(iframe.add("ClinicianAdmin")))
    assert page.heading == "Signed in"
    assert "Your role is not one that prescribes." in page.text


def test_the_page_works_in_a_foreign_iframe_and_runs_nothing(iframe: Iframe) -> None:
    link = f"{iframe.url}LoginSingleSignOn.aspx"
    opened = requests.get(link, params=iframe.link(), allow_redirects=False, timeout=5)
    page = requests.get(urljoin(link, opened.headers["Location"]), timeout=5)
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert page.headers["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "form-action 'self'",
        "base-uri 'none'",
    ]
    assert opened.status_code == 303
    assert "<script" not in page.text
    for answer in (opened, page):
        assert {"Set-Cookie", "X-Frame-Options"}.isdisjoint(answer.headers)
        assert answer.headers["Cache-Control"] == "no-store"

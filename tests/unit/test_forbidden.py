"""Paths of DoseSpot that no bot may call, however they are spelled."""

from typing import Any

import pytest

from shared.dosespot.forbidden import is_forbidden, require_allowed

OWN = [
    "acceptAgreement",
    "idpDisclaimer",
    "idp",
    "idpAnswers",
    "idpOtp",
    "sendMobileTfa",
    "tfaActivate",
    "tfaDeactivate",
    "pin",
    "resetPin",
    "resyncToken",
]
FORBIDDEN = [
    *(f"api/clinicians/{name}" for name in OWN),
    *(f"api/clinicians/7/{name}" for name in OWN),
    "api/patients/5/prescriptions/send",
    "api/patients/5/prescriptions/sendToAddress",
    "api/patients/5/prescriptions/setPrinted",
    "api/patients/5/prescriptions/sendEpcs",
    "api/refills/3/replace",
    "api/refills/3/approve",
    "api/rxchanges/3/approve",
    "api/patients/5/SSN",
]
ALLOWED = [
    "api/clinicians",
    "api/clinicians/7",
    "api/clinicians/7/idpInit",
    "api/clinicians/7/initTfaActivate",
    "api/clinicians/7/legalAgreements",
    "api/clinicians/7/registrationStatus",
    "api/patients/5",
    "api/patients/search",
    "api/patients/5/prescriptions",
    "api/patients/5/prescriptions/9",
    "api/patients/5/prescriptions/9/log",
    "api/patients/5/pharmacies",
    "api/refills/pending",
    "api/rxchanges/pending",
    "api/notifications/counts",
]
SPELLINGS = {
    "capital letters": str.upper,
    "a slash at the end": lambda path: f"{path}/",
    "two slashes": lambda path: path.replace("/", "//"),
    "a step on the spot": lambda path: path.replace("/", "/./"),
    "a query": lambda path: f"{path}?a=b",
    "an escaped letter": lambda path: path.replace("e", "%65").replace("p", "%70"),
    "more below": lambda path: f"{path}/1",
    "a way round": lambda path: f"api/clinics/../{path}",
}


@pytest.mark.parametrize("path", FORBIDDEN)
def test_what_belongs_to_the_prescriber_or_sends_a_prescription_is_never_called(path: str) -> None:
    with pytest.raises(AssertionError):
        require_allowed(path)


@pytest.mark.parametrize("path", FORBIDDEN)
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_no_spelling_gets_past(path: str, spelling: Any) -> None:
    assert is_forbidden(spelling(path))


@pytest.mark.parametrize("path", ALLOWED)
def test_what_the_bots_need_is_allowed(path: str) -> None:
    require_allowed(path)

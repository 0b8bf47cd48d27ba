"""The shapes of what a prescriber alone sends, and which of it this server takes for right.

Made for trying the flow with made-up data:

* every answer that is `A` is right,
* the one-time code, on paper, phone or token, is `123456`.

Bodies of these types are looked at once and let go: nothing of them is stored or logged, but for a
hash of the PIN.
"""

import hashlib
import re
from typing import Annotated

from pydantic import AfterValidator, Field

from deploy.sandbox.dosespot.bodies import Body, Date, Text, stripped
from deploy.sandbox.dosespot.clinician import ClinicianAccount, Rejection

RIGHT_ANSWER = "A"
RIGHT_CODE = "123456"
QUESTIONS = (
    "Which of these letters comes first?",
    "Which of these letters is a word by itself?",
    "Which of these letters is a vowel?",
)
CHOICES = (RIGHT_ANSWER, "B", "C", "D")

Text10 = Annotated[str, Field(max_length=10), AfterValidator(stripped)]
Text11 = Annotated[str, Field(max_length=11), AfterValidator(stripped)]
Text32 = Annotated[str, Field(max_length=32), AfterValidator(stripped)]
Text38 = Annotated[str, Field(max_length=38), AfterValidator(stripped)]

_NAME = re.compile(r"[A-Za-z]+(?:[ '\-][A-Za-z]+)*")
_IDENTITY_PATTERNS = {
    "FirstName": _NAME,
    "MiddleName": re.compile(r"[A-Za-z]+"),
    "LastName": re.compile(r"(?=.{2})[A-Za-z]+(?:[ '\-][A-Za-z]+)*"),
    "HomeAddress": re.compile(r"[A-Za-z0-9/.\-# ]+"),
    "City": re.compile(r"[A-Za-z]+\.?(?:[ '\-][A-Za-z]+\.?)*"),
    "ZipCode": re.compile(r"\d{5}|\d{9}|\d{5}-\d{4}"),
    "SocialSecurityNumber": re.compile(r"\d{9}|\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}"),
}


class AcceptAgreementRequest(Body):
    """A signature under one agreement."""

    required = ("AgreementId", "NameSigned")

    AgreementId: int | None = None
    NameSigned: Text | None = None


class IdentityProofingDisclaimerRequest(Body):
    """Consent to identity proofing."""

    required = ("IdpDisclaimerId",)

    IdpDisclaimerId: int | None = None


class IdentityProofingRequest(Body):
    """Who the prescriber says they are."""

    required = (
        "FirstName",
        "LastName",
        "HomeAddress",
        "City",
        "State",
        "ZipCode",
        "DateOfBirth",
        "CreditCardNumber",
        "PhoneNumber",
        "IsMobileNumber",
    )

    FirstName: Text32 | None = None
    MiddleName: Text32 | None = None
    LastName: Text32 | None = None
    HomeAddress: Text | None = None
    City: Text38 | None = None
    State: Text | None = None
    ZipCode: Text10 | None = None
    DateOfBirth: Date | None = None
    SocialSecurityNumber: Text11 | None = None
    CreditCardNumber: Text | None = None
    DrivingLicenseNumber: Text | None = None
    DrivingLicenseNumberState: Text | None = None
    PhoneNumber: Text | None = None
    IsMobileNumber: bool | None = None


class IdentityProofingAnswersRequest(Body):
    """One answer to each question of a session, in order."""

    required = ("SessionID", "Answers")

    SessionID: Text | None = None
    Answers: list[str] | None = None


class IdentityProofingOneTimeCodeRequest(Body):
    """The code that was sent for a session."""

    required = ("SessionID", "MobileCode")

    SessionID: Text | None = None
    MobileCode: Text | None = None


class MobileTfaInitiationRequest(Body):
    """The telephone that should become the second factor."""

    required = ("MobilePhoneNumber",)

    MobilePhoneNumber: Text | None = None


class TfaActivationRequest(Body):
    """The first code of a second factor."""

    CredentialID: Text | None = None
    ReferenceNumber: Text | None = None
    OneTimePassword: Text | None = None
    PIN: Text | None = None


class TfaDeactivationRequest(Body):
    """The last code of a second factor."""

    required = ("OneTimePassword", "PIN")

    CredentialID: Text | None = None
    OneTimePassword: Text | None = None
    PIN: Text | None = None


class SetPinRequest(Body):
    """A first PIN, or one after a reset."""

    required = ("PIN",)

    PIN: Text | None = None


class ChangePinRequest(Body):
    """A PIN in the place of another."""

    required = ("CurrentPIN", "NewPIN")

    CurrentPIN: Text | None = None
    NewPIN: Text | None = None


class ResyncTokenRequest(Body):
    """Three codes in a row from a token that has run ahead or behind."""

    required = ("Code1", "Code2", "Code3")

    Code1: Text | None = None
    Code2: Text | None = None
    Code3: Text | None = None


def identity_refusal(body: IdentityProofingRequest) -> Rejection | None:
    """The first field that is not spelled as the identity check takes it, None if all are."""
    for name, pattern in _IDENTITY_PATTERNS.items():
        value = getattr(body, name)
        if value is not None and not pattern.fullmatch(value):
            return Rejection(name, f"{name} is not in the correct format")
    return None


def are_right(answers: list[str], questions: tuple[str, ...] = QUESTIONS) -> bool:
    """Whether there is an answer to every question and each is the right one."""
    return [answer.strip() for answer in answers] == [RIGHT_ANSWER] * len(questions)


def is_right_code(code: str | None) -> bool:
    """Whether this is the one-time code."""
    return code == RIGHT_CODE


def is_pin(clinician: ClinicianAccount, pin: str | None) -> bool:
    """Whether this is the clinician's PIN; any is, where they have set none."""
    return clinician.pin_hash in (None, pin_hash(clinician.id, pin))


def pin_hash(clinician_id: int, pin: str | None) -> str:
    """What is kept of a PIN."""
    return hashlib.sha256(f"{clinician_id}:{pin}".encode()).hexdigest()

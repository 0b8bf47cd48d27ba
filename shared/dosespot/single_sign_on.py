"""The link that opens DoseSpot in an iFrame as one of its clinicians.

Source: DoseSpot's single sign-on rules: a random phrase, proven with the clinic's key by SHA-512.
"""

import base64
import hashlib
import secrets
import string
from urllib.parse import urlencode

PHRASE_LENGTH = 32
VERIFIED_LENGTH = 22


def new_phrase() -> str:
    """A random phrase, to be used once."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(PHRASE_LENGTH))


def single_sign_on_url(
    iframe_url: str,
    clinic_id: int,
    clinic_key: str,
    clinician_id: int,
    patient_id: int | None,
    phrase: str,
) -> str:
    """The iFrame's URL.

    Args:
        iframe_url: DoseSpot's page, such as
            `https://my.staging.dosespot.com/LoginSingleSignOn.aspx`.
        clinic_id: DoseSpot's number of the clinic.
        clinic_key: secret of the clinic.
        clinician_id: DoseSpot id of who signs in.
        patient_id: DoseSpot id of the patient to open; None opens the notifications.
        phrase: the answer of `new_phrase`.
    """
    page = {"RefillsErrors": "1"} if patient_id is None else {"PatientId": str(patient_id)}
    query = {
        "SingleSignOnClinicId": str(clinic_id),
        "SingleSignOnUserId": str(clinician_id),
        "SingleSignOnPhraseLength": str(PHRASE_LENGTH),
        "SingleSignOnCode": phrase + _proof(f"{phrase}{clinic_key}"),
        "SingleSignOnUserIdVerify": _proof(f"{clinician_id}{phrase[:VERIFIED_LENGTH]}{clinic_key}"),
        **page,
    }
    return f"{iframe_url.rstrip('?')}?{urlencode(query)}"


def _proof(text: str) -> str:
    digest = hashlib.sha512(text.encode()).digest()
    return base64.b64encode(digest).decode().removesuffix("==")

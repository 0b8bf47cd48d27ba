"""What a prescriber says about text messages, as one FHIR Consent per question.

R4's Consent is made for patients: with any of its own scopes a patient is required (invariants
ppc-2 to ppc-5), and a prescriber is not a patient. So the scope is ours, there is no `patient`, and
the prescriber is the `performer`, who "either agrees or rejects". `policyRule` says what was agreed
to, because R4 wants a policy or a rule (ppc-1). Source: https://hl7.org/fhir/R4/consent.html.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.codes import ConsentStatus, SmsConsent
from fhir_profiles.systems import CONSENT_SCOPE, SMS_CONSENT

_SUBJECTS: Mapping[SmsConsent, str] = MappingProxyType(
    {
        SmsConsent.AUTHENTICATION: "Text messages for signing in",
        SmsConsent.MESSAGES: "Text messages",
        SmsConsent.DATA_RATES: "Message and data rates may apply",
    }
)


def consent_key(practitioner: str, consent: SmsConsent) -> str:
    """Value of the identifier (system SMS_CONSENT) that a prescriber's consent has.

    `practitioner` is a reference; there is one consent of each kind.
    """
    return f"{practitioner.rpartition('/')[2]}.{consent.value}"


def sms_consent(
    practitioner: str, consent: SmsConsent, status: ConsentStatus, now: datetime
) -> Resource:
    """The Consent of a prescriber, given by reference; `now` is an aware time."""
    coding = {"system": SMS_CONSENT, "code": consent.value, "display": _SUBJECTS[consent]}
    return {
        "resourceType": "Consent",
        "identifier": [{"system": SMS_CONSENT, "value": consent_key(practitioner, consent)}],
        "status": status.value,
        "scope": {"coding": [{"system": CONSENT_SCOPE, "code": "text-messages"}]},
        "category": [{"coding": [coding]}],
        "dateTime": now.isoformat(timespec="seconds"),
        "performer": [{"reference": practitioner}],
        "policyRule": {"text": _SUBJECTS[consent]},
    }


def with_consent_status(consent: Resource, status: ConsentStatus, now: datetime) -> Resource:
    """The Consent with that status; the same object where it has it already.

    What a form only presumes changes nothing of what was said.
    """
    if status is ConsentStatus.PROPOSED or consent.get("status") == status.value:
        return consent
    return {**consent, "status": status.value, "dateTime": now.isoformat(timespec="seconds")}

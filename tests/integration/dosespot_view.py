"""What DoseSpot's own API shows the clinic's administrator."""

from typing import Any

from tests.integration.clinic import TIMEOUT_S, Clinic
from tests.integration.self_service import secrets


def shown(clinic: Clinic, what: str) -> dict[str, Any]:
    """A record, such as `patients/70001` or `clinicians/4711`."""
    named = {name: secret["valueString"] for name, secret in secrets(clinic).items()}
    base_url, key = named["DOSESPOT_BASE_URL"], named["DOSESPOT_CLINIC_KEY"]
    form = {
        "grant_type": "password",
        "client_id": named["DOSESPOT_CLINIC_ID"],
        "client_secret": key,
        "username": named["DOSESPOT_USER_ID"],
        "password": key,
        "scope": "api",
    }
    headers = {"Subscription-Key": named["DOSESPOT_SUBSCRIPTION_KEY"]}
    issued = clinic.session.post(
        f"{base_url}connect/token", data=form, headers=headers, timeout=TIMEOUT_S
    ).json()
    answer = clinic.session.get(
        f"{base_url}api/{what}",
        headers={**headers, "Authorization": f"Bearer {issued['access_token']}"},
        timeout=TIMEOUT_S,
    )
    return dict(answer.json()["Item"])

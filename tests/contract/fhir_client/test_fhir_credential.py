"""The service account's token: signing in, and what a token reply means."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from shared.errors import FhirDenied, Misconfigured
from shared.fhir.client import FhirClient
from shared.fhir.service_credential import ServiceAccount, ServiceCredential
from shared.http.sending import Http
from shared.http.token_cache import TokenCache
from tests.contract.fhir_client.wire import BASE, FHIR, HTML, JANE, OUTCOME, Wire, refusal


def test_service_account_signs_in_and_replaces_a_refused_token_once(wire: Wire) -> None:
    account = ServiceAccount(BASE, "made-up-client", "made-up-secret")
    credential = ServiceCredential(Http(), TokenCache(lambda: 1000.0), account)
    wire.post(f"{BASE}oauth2/token", json={"access_token": "first", "expires_in": 3600})
    wire.post(f"{BASE}oauth2/token", json={"access_token": "second", "expires_in": 3600})
    wire.get(f"{FHIR}{JANE}", status=401, body="")
    refusal(lambda: FhirClient(Http(), BASE, credential).read(JANE), FhirDenied)
    shown = [call.request.headers.get("Authorization") for call in wire.calls]
    assert shown == [None, "Bearer first", None, "Bearer second"]
    assert parse_qs(str(wire.calls[0].request.body)) == {
        "grant_type": ["client_credentials"],
        "client_id": ["made-up-client"],
        "client_secret": ["made-up-secret"],
    }


@pytest.mark.parametrize(
    ("reply", "lifetime_s"),
    [
        ({"json": {"access_token": "abc", "expires_in": 60}}, 60.0),
        ({"json": {"access_token": "abc", "expires_in": 60.5}}, 60.5),
        ({"json": {"access_token": "abc"}}, 3600.0),
        ({"json": {"access_token": "abc", "expires_in": "60"}}, None),
        ({"json": {"access_token": "abc", "expires_in": True}}, None),
        ({"json": {"access_token": "abc", "expires_in": None}}, None),
        ({"json": {"access_token": ""}}, None),
        ({"json": {"access_token": "a\nb"}}, None),
        ({"json": {"access_token": "abc\n"}}, None),
        ({"json": {"access_token": 7}}, None),
        ({"json": {}}, None),
        ({"json": ["abc"]}, None),
        ({"body": HTML}, None),
        ({"status": 400, "json": OUTCOME}, None),
    ],
)
def test_a_token_reply_is_a_token_or_a_set_up_to_correct(
    wire: Wire, reply: dict[str, Any], lifetime_s: float | None
) -> None:
    seconds = [0.0]
    cache, account = TokenCache(lambda: seconds[0]), ServiceAccount(BASE, "made-up", "made-up")
    credential = ServiceCredential(Http(), cache, account)
    wire.post(f"{BASE}oauth2/token", **reply)
    if lifetime_s is None:
        assert "MEDPLUM_CLIENT_ID" in refusal(credential.token, Misconfigured)
        return
    assert credential.token() == "abc"
    for seconds[0] in (lifetime_s - 30.1, lifetime_s - 30.0):
        credential.token()
    assert len(wire.calls) == 2

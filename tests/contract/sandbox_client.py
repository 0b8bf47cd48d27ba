"""A client of the sandbox's DoseSpot that holds every call against DoseSpot's own document."""

from typing import Any

import requests

from deploy.sandbox.dosespot.app import DoseSpotServer
from tests.contract.swagger import SwaggerContract


class Client:
    """Calls the server as one clinician, and keeps what the contract has against each call."""

    def __init__(self, base: str, app: DoseSpotServer, contract: SwaggerContract) -> None:
        self._base, self._app, self._contract = base, app, contract
        self._headers = {"Subscription-Key": app.subscription_key}
        self.violations: list[str] = []
        self.called: set[str] = set()

    def log_in(self, clinician_id: int) -> None:
        form = {
            "grant_type": "password",
            "client_id": self._app.clinic_id,
            "client_secret": self._app.clinic_key,
            "username": clinician_id,
            "password": self._app.clinic_key,
            "scope": "api",
        }
        token = requests.post(
            f"{self._base}connect/token", data=form, headers=self._headers, timeout=5
        ).json()["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        answer = requests.request(
            method,
            f"{self._base}api/{path}",
            params=query,
            json=body,
            headers=self._headers,
            timeout=5,
        )
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        self.called.add(f"{method} {path}")
        self.violations += self._contract.violations(method, f"api/{path}", query, body, reply)
        return reply

    def succeed(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        reply = self.call(method, path, body, **query)
        assert reply["Result"] == {"ResultCode": "OK", "ResultDescription": ""}
        return reply

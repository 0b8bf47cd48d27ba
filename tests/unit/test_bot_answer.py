"""What a bot answers reaches the caller, whatever the resources in it hold."""

import json
from typing import Any

from bots.admin_enroll.contract import AdminEnrollInput, AdminEnrollOutput
from shared.runtime.lambda_handler import lambda_handler
from shared.runtime.services import Services

HALF = json.loads('"\\ud800"')
"""Half a character, which JSON can spell and UTF-8 can not."""


def test_half_a_character_in_a_resource_is_passed_on() -> None:
    practitioner = {"extension": [{HALF: None, "valueString": HALF}]}

    def bot(*_: Any) -> AdminEnrollOutput:
        return AdminEnrollOutput(
            doseSpotClinicianId=7,
            projectMembership={},
            practitioner=practitioner,
            registrationStatus="Pending",
            idpInitialized=False,
            tfaInitialized=False,
        )

    event = {
        "baseUrl": "https://fhir.example/",
        "requester": {"reference": "Practitioner/a"},
        "accessToken": "token",
        "input": {"practitionerId": "a", "practitionerRoleTypes": [1]},
    }
    handler = lambda_handler("admin_enroll", AdminEnrollInput, bot, Services, timeout_s=60)
    answer = handler(event, None)
    assert json.loads(json.dumps(answer))["practitioner"] == practitioner

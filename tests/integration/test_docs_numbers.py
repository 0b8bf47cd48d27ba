"""The numbers that the page about enrolling many says of the FHIR server's limit."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from deploy.bulk.worker.enrollment import BulkEnrollment
from shared.dosespot.limits import DoseSpotLimits
from shared.fhir.credential import GivenToken
from shared.fhir.units import HOSTED_UNITS_PER_MINUTE, FhirUnits, units
from shared.http.quota import Charge
from shared.http.sending import Call
from tests.integration.clinic import DEA, Clinic

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "enroll-many.md"
PLENTY = 10**9


@dataclass(frozen=True)
class Recorded(FhirUnits):
    """Units without an end, which remember what each call cost and whose token it had."""

    costs: list[tuple[str, int]] = field(default_factory=list)

    def charges(self, call: Call) -> list[Charge]:
        if cost := units(call):
            self.costs.append((call.headers.get("Authorization", ""), cost))
        return super().charges(call)

    def of(self, token: str | None = None) -> int:
        return sum(cost for whose, cost in self.costs if token in (None, whose))


def told(pattern: str) -> list[int]:
    found = re.search(pattern, PAGE.read_text(encoding="utf-8"))
    assert found is not None
    return [int(number.replace(",", "")) for number in found.groups()]


def test_a_first_enrollment_costs_what_the_page_says(clinic: Clinic) -> None:
    recorded = Recorded(PLENTY)
    bulk = BulkEnrollment(DoseSpotLimits(), recorded, 1)
    credential = GivenToken(clinic.admin.token)
    administrator = bulk.sign_in(clinic.fhir_url, credential)
    costs = []
    for _ in range(2):
        member = clinic.add_member(dea=DEA)
        recorded.costs.clear()
        given = {"practitionerId": member.id, "practitionerRoleTypes": [1]}
        assert bulk.enroll(administrator, given).registrationStatus == "Pending"
        everything = recorded.of()
        costs.append((everything, everything - recorded.of(f"Bearer {clinic.admin.token}")))
    assert costs[0] == costs[1]
    whole, by_client = costs[0]
    assert told(r"enrollment needs (\d+) of them") == [whole]
    assert told(r"and uses (\d+) units") == [by_client]
    a_minute = HOSTED_UNITS_PER_MINUTE / whole
    assert told(r"decides: (\d+) prescribers a minute, ([\d,]+) an hour") == [
        int(a_minute),
        int(a_minute * 60),
    ]
    (advised,) = told(r"`--fhir-units-per-minute (5\d+)`")
    assert advised / whole * by_client <= HOSTED_UNITS_PER_MINUTE

"""Stand-in servers with one patient's prescriptions, and a chart that keeps what is written.

`python -m tests.bench.charts DELAY NUMBER` prints the ports of two of them, of which the one is a
FHIR server and the other DoseSpot, and serves until its standard input ends. They are in a process
of their own, so that what the bot takes of memory can be told from what they take.
"""

import asyncio
import json
import sys
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.bench.stand_in import StandIn
from tests.builders import PRACTITIONER_ID, PROJECT_ID, lambda_payload, meta, sample, secrets

API = "/webapi/v2/"
CLINICIAN, PATIENT, PATIENT_ID = 4711, "pat", 1001
DRUGS, PHARMACIES, PAGE, CHART_PAGE = 40, 12, 50, 1000
WRITTEN = "2026-03-10T14:00:00"
ME = f"Practitioner/{PRACTITIONER_ID}"

Canned = dict[str, Any]


def asked(fhir_url: str, dosespot_url: str, first: str, last: str) -> Canned:
    """The payload with which Medplum's app has a chart filled."""
    payload = about_patient(fhir_url, dosespot_url)
    return {**payload, "input": {**payload["input"], "start": first, "end": last}}


def about_patient(fhir_url: str, dosespot_url: str) -> Canned:
    """The payload of a bot that is asked about the patient."""
    return lambda_payload(
        {"patientId": PATIENT},
        baseUrl=f"{fhir_url}/",
        requester={"reference": ME},
        secrets=secrets(DOSESPOT_BASE_URL=f"{dosespot_url}{API}"),
    )


class Charts:
    """The answers of both servers.

    Args:
        number: how many prescriptions the patient has.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._kept: dict[str, list[Canned]] = {}
        self._known: dict[tuple[str, str], Canned] = {}
        self._ids = count(1)

    def answer(self, method: str, target: str, _token: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON of the answer to a call at either server."""
        split = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        if split.path.startswith(API):
            return 200, self._dosespot(split.path.removeprefix(f"{API}api/"), query)
        if split.path == "/auth/me":
            return 200, _me()
        what = split.path.removeprefix("/fhir/R4").strip("/")
        if what == "":
            return 200, _bundle([self._entry(one) for one in json.loads(body)["entry"]])
        if method == "GET":
            return 200, self._found(what, query)
        return 200, self._keep(json.loads(body))

    def _entry(self, entry: Canned) -> Canned:
        asked_for = entry["request"]
        if asked_for["method"] == "GET":
            split = urlsplit(asked_for["url"])
            found = self._found(split.path, {})
            return {"response": {"status": "200"}, "resource": found}
        query = (entry["resource"]["resourceType"], asked_for["ifNoneExist"])
        status = "200" if query in self._known else "201"
        if query not in self._known:
            self._known[query] = self._keep(entry["resource"])
        return {"response": {"status": status}, "resource": self._known[query]}

    def _keep(self, resource: Canned) -> Canned:
        stored = {**resource, "id": f"new-{next(self._ids)}"}
        stored["meta"] = {**meta(), **resource.get("meta", {})}
        self._kept.setdefault(resource["resourceType"], []).append(stored)
        return stored

    def _found(self, what: str, query: dict[str, str]) -> Canned:
        if what == f"Patient/{PATIENT}":
            return _patient()
        if what == "ProjectMembership":
            return _bundle([{"resource": _me()["membership"]}])
        kept = self._kept.get(what, [])
        first = int(query.get("_offset", "0"))
        page = _bundle([{"resource": one} for one in kept[first : first + CHART_PAGE]])
        if first + CHART_PAGE < len(kept):
            page["link"] = [{"relation": "next", "url": f"?_offset={first + CHART_PAGE}"}]
        return page

    def _dosespot(self, path: str, query: dict[str, str]) -> Canned:
        if path.endswith("connect/token"):
            return sample("dosespot_token")
        if path == f"patients/{PATIENT_ID}":
            named = {"FirstName": "Pat", "LastName": "Example", "DateOfBirth": "1971-02-03"}
            return _ok(Item={"PatientId": PATIENT_ID, **named})
        if path == "medications/select":
            number = int(query["dispensableDrugId"])
            codes = {"NDC": f"{number:011}", "RXCUI": number, "Schedule": 0}
            return _ok(Item={"DispensableDrugId": number, **codes})
        if path.startswith("pharmacies/"):
            number = int(path.rpartition("/")[2])
            return _ok(Item={"PharmacyId": number, "StoreName": f"Pharmacy {number}"})
        if path.endswith("/prescriptions"):
            return self._page(query)
        if "/prescriptions/" in path:
            return _ok(Prescription=_prescription(int(path.rpartition("/")[2]) - 1))
        return _ok(Items=[])

    def _page(self, query: dict[str, str]) -> Canned:
        is_listed = "statusClass" in query or query["startDate"] <= WRITTEN <= query["endDate"]
        found = self._number if is_listed else 0
        first = (int(query["pageNumber"]) - 1) * PAGE
        last = min(first + PAGE, found)
        entries = [_prescription(number) for number in range(first, last)]
        where = {"HasNext": last < found, "TotalPages": -(-found // PAGE)}
        return _ok(Items=entries, PageResult=where)


def _prescription(number: int) -> Canned:
    return {
        "PrescriptionId": number + 1,
        "Status": "PharmacyVerified",
        "MedicationStatus": "Active",
        "DisplayName": f"Drug {number % DRUGS + 1} 10 mg tablet",
        "DispensableDrugId": number % DRUGS + 1,
        "Directions": "Take 1 tablet by mouth daily with food, and a glass of water",
        "Quantity": "30",
        "DispenseUnitId": 26,
        "Refills": "2",
        "DaysSupply": 30,
        "PharmacyId": number % PHARMACIES + 1,
        "PrescriberId": CLINICIAN,
        "WrittenDate": WRITTEN,
        "EffectiveDate": "2026-03-10T00:00:00",
        "NoSubstitutions": False,
    }


def _patient() -> Canned:
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "meta": meta(),
        "identifier": [{"system": "https://dosespot.com/patient-id", "value": str(PATIENT_ID)}],
        "name": [{"family": "Example", "given": ["Pat"]}],
        "birthDate": "1971-02-03",
        "address": [{"line": ["1 Main St"], "city": "Springfield", "state": "IL"}],
    }


def _me() -> Canned:
    identifier = {
        "system": "https://dosespot.com/clinician-identifier",
        "value": str(CLINICIAN),
    }
    membership = {
        "resourceType": "ProjectMembership",
        "id": "member",
        "meta": meta(),
        "profile": {"reference": ME},
        "identifier": [identifier],
    }
    return {
        "project": {"resourceType": "Project", "id": PROJECT_ID},
        "profile": {"resourceType": "Practitioner", "id": PRACTITIONER_ID},
        "membership": membership,
    }


def _ok(**fields: Any) -> Canned:
    return {**fields, "Result": {"ResultCode": "OK", "ResultDescription": ""}}


def _bundle(entry: list[Canned]) -> Canned:
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry}


async def _serve(delay_s: float, charts: Charts) -> None:
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(lambda: StandIn(delay_s, charts.answer), "127.0.0.1", 0)
        for _ in range(2)
    ]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), Charts(int(sys.argv[2]))))

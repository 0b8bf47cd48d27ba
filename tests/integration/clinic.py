"""A sandbox as the integration tests drive it: over HTTP, but for adding people and counting."""

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import requests

from deploy.sandbox.people import Person
from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.claim import Claim, read_claim
from fhir_profiles.systems import CLAIM, MEDPLUM_BOTS, PRACTITIONER_ROLE_TYPE
from shared.fhir.executed import Failed, executed
from tests.integration.documented import require_documented
from tests.loopback import loopback_session

ADMIN_BOT = "dosespot-enroll-prescriber-bot"
TIMEOUT_S = 30
DEA = ("IL", "NY")
"""States for which somebody has a DEA number."""

_stems = itertools.count(100_000_001)
_dea_stems = itertools.count(200_001)


def new_npi() -> str:
    """A National Provider Identifier that nobody else has, with the right check digit."""
    stem = str(next(_stems))
    for digit in "0123456789":
        doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(f"80840{stem}{digit}"))]
        if sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0:
            return stem + digit
    raise AssertionError("one of ten digits fits")


def new_dea(letters: str = "AS") -> str:
    """A DEA number that nobody else has, with the right check digit."""
    number = f"{next(_dea_stems):06d}"
    first, second = (sum(int(digit) for digit in number[start::2]) for start in (0, 1))
    return f"{letters}{number}{(first + 2 * second) % 10}"


@dataclass
class Answer:
    """What `$execute` answered; an error that the bot returned is told as one that it raised.

    So a test of a refusal holds for both. What is particular to either, `require_documented` and
    tests/integration/test_returned_errors.py look at.
    """

    status: int
    body: Any

    @classmethod
    def of(cls, status: int, content: bytes) -> Self:
        outcome = executed(status, content)
        if isinstance(outcome, Failed) and outcome.returned_as is not None:
            told = {"errorType": outcome.error_type, "errorMessage": outcome.sentence}
            return cls(400, told)
        return cls(status, json.loads(content) if content else {})

    @property
    def error(self) -> str:
        return "" if self.status == 200 else str(self.body.get("errorMessage", ""))

    @property
    def refusal(self) -> tuple[str, str]:
        """Kind and sentence of what has to be a refusal."""
        assert self.status == 400, self.body
        return str(self.body["errorType"]), self.error

    @property
    def facts(self) -> dict[str, Any]:
        """The answer without the two resources."""
        return {
            k: v for k, v in self.body.items() if k not in ("practitioner", "projectMembership")
        }


def execute(session: requests.Session, fhir_url: str, bot: str, body: Any, token: str) -> Answer:
    """Runs a bot, by its identifier; its answer must be one that the reference tells of."""
    reply = session.post(
        f"{fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": f"{MEDPLUM_BOTS}|{bot}"},
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT_S,
    )
    require_documented(bot, reply.status_code, reply.json() if reply.content else {})
    return Answer.of(reply.status_code, reply.content)


@dataclass
class Member:
    """Somebody of the project."""

    id: str
    membership_id: str
    token: str
    npi: str = ""
    dea: dict[str, str] = field(default_factory=dict)


@dataclass
class Clinic:
    """One project of a running sandbox; what it broke and switched is put back by it alone."""

    sandbox: Sandbox
    session: requests.Session = field(default_factory=loopback_session)
    _broke: bool = True
    _switched: bool = True

    @property
    def fhir_url(self) -> str:
        return str(self.sandbox.ready["fhir"]["baseUrl"])

    @property
    def control_url(self) -> str:
        return str(self.sandbox.ready["dosespot"]["controlUrl"])

    @property
    def project(self) -> str:
        return str(self.sandbox.fhir.resources("Project")[0]["id"])

    @property
    def admin(self) -> Member:
        person = self.sandbox.ready["people"]["admin"]
        return Member(person["practitionerId"], person["membershipId"], person["token"])

    @property
    def clinic_id(self) -> int:
        """DoseSpot's number of the clinic."""
        secrets = self.sandbox.fhir.resources("Project")[0]["secret"]
        (found,) = [one for one in secrets if one["name"] == "DOSESPOT_CLINIC_ID"]
        return int(found["valueString"])

    def add_member(self, *, dea: Sequence[str] = (), **options: Any) -> Member:
        """Adds a person with a Practitioner that can be enrolled."""
        npi, numbers = new_npi(), {state: new_dea() for state in dea}
        person = Person(
            key=f"p{npi}", given=("Jane", "Marie"), family="Smith", npi=npi, dea=numbers
        )
        practitioner = {**person.practitioner(), **options.pop("practitioner", {})}
        added = self.sandbox.fhir.add_person(
            self.project, practitioner, person.email, "sandbox-password", **options
        )
        return Member(added.profile_id, added.membership_id, added.token, npi, numbers)

    def authorize(self, member: Member, *codes: str) -> None:
        """An administrator lets the member enroll themselves in these roles."""
        coding = [
            {"system": PRACTITIONER_ROLE_TYPE, "code": code}
            for code in codes or ("PrescribingClinician",)
        ]
        role = {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": f"Practitioner/{member.id}"},
            "active": True,
            "code": [{"coding": coding}],
        }
        self.sandbox.fhir.add_resource(self.project, role)

    def execute(self, bot: str, body: Any, token: str) -> Answer:
        return execute(self.session, self.fhir_url, bot, body, token)

    def enroll(self, member: Member, *, by: Member | None = None, **flags: Any) -> Answer:
        """The administrator (or `by`) runs the enroll bot for a member."""
        body = {"practitionerId": member.id, "practitionerRoleTypes": [1], **flags}
        return self.execute(ADMIN_BOT, body, (by or self.admin).token)

    def read(self, reference: str) -> dict[str, Any]:
        reply = self.session.get(
            f"{self.fhir_url}fhir/R4/{reference}", headers=self._as_admin(), timeout=TIMEOUT_S
        )
        reply.raise_for_status()
        return dict(reply.json())

    def practitioner(self, member: Member) -> dict[str, Any]:
        return self.read(f"Practitioner/{member.id}")

    def write(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Overwrites a resource, as an administrator would by hand."""
        reply = self.session.put(
            f"{self.fhir_url}fhir/R4/{resource['resourceType']}/{resource['id']}",
            json=resource,
            headers=self._as_admin(),
            timeout=TIMEOUT_S,
        )
        reply.raise_for_status()
        return dict(reply.json())

    def write_if_unchanged(self, resource: dict[str, Any]) -> bool:
        """Overwrites a resource that nobody else has written since; whether that was so."""
        reply = self.session.put(
            f"{self.fhir_url}fhir/R4/{resource['resourceType']}/{resource['id']}",
            json=resource,
            headers={**self._as_admin(), "If-Match": f'W/"{resource["meta"]["versionId"]}"'},
            timeout=TIMEOUT_S,
        )
        return reply.status_code == 200

    def delete(self, reference: str) -> None:
        reply = self.session.delete(
            f"{self.fhir_url}fhir/R4/{reference}", headers=self._as_admin(), timeout=TIMEOUT_S
        )
        reply.raise_for_status()

    def clinicians(self, npi: str) -> list[dict[str, Any]]:
        """What DoseSpot has under an NPI."""
        url = f"{self.control_url}clinicians"
        return list(self.session.get(url, params={"npi": npi}, timeout=TIMEOUT_S).json())

    def clinician(self, member: Member) -> dict[str, Any]:
        (found,) = self.clinicians(member.npi)
        return found

    def claim(self, member: Member) -> Claim:
        """The claim to a member's clinician."""
        key = f"clinician.{self.clinic_id}.{member.npi}"
        (found,) = [
            one
            for one in self.sandbox.fhir.resources("Basic")
            if one["identifier"] == [{"system": CLAIM, "value": key}]
        ]
        return read_claim(key, found)

    def events(self, whom: str) -> list[dict[str, Any]]:
        """The AuditEvents about somebody, given by reference, the oldest first."""
        kept = [
            event
            for event in self.sandbox.fhir.resources("AuditEvent")
            if any(one.get("what", {}).get("reference") == whom for one in event.get("entity", []))
        ]
        return sorted(kept, key=lambda event: str(event["recorded"]))

    def prescriber_does(self, member: Member, step: str) -> None:
        url = f"{self.control_url}clinicians/{self.clinician(member)['id']}/prescriber/{step}"
        self.session.post(url, timeout=TIMEOUT_S).raise_for_status()

    def set_clinician(self, member: Member, **facts: Any) -> None:
        url = f"{self.control_url}clinicians/{self.clinician(member)['id']}"
        self.session.patch(url, json=facts, timeout=TIMEOUT_S).raise_for_status()

    def switch(self, **switches: Any) -> None:
        self._switched = True
        url = f"{self.control_url}switches"
        self.session.patch(url, json=switches, timeout=TIMEOUT_S).raise_for_status()

    def switch_worst(self, **but: Any) -> None:
        """Every open question about DoseSpot read unkindly, with no limits and but for these."""
        url = f"{self.control_url}switches/worst"
        self.session.put(url, timeout=TIMEOUT_S).raise_for_status()
        self.switch(enforce_rate_limits=False, **but)

    def switch_fhir(self, **switches: Any) -> None:
        self._switched = True
        url = f"{self.fhir_url}_sandbox/switches"
        self.session.patch(url, json=switches, timeout=TIMEOUT_S).raise_for_status()

    def break_dosespot(self, **fault: Any) -> None:
        self._broke = True
        url = f"{self.control_url}faults"
        self.session.post(url, json=fault, timeout=TIMEOUT_S).raise_for_status()

    def mails(self) -> list[dict[str, str]]:
        """What the FHIR server was asked to mail since the outbox was emptied."""
        url = f"{self.fhir_url}_sandbox/outbox"
        return list(self.session.get(url, timeout=TIMEOUT_S).json()["mails"])

    @property
    def registry_url(self) -> str:
        return str(self.sandbox.ready["nppes"]["controlUrl"])

    def register(self, record: dict[str, Any]) -> None:
        """Makes a number known to the NPI Registry."""
        url = f"{self.registry_url}registrations/{record['number']}"
        self.session.put(url, json=record, timeout=TIMEOUT_S).raise_for_status()

    def deactivate(self, npi: str) -> None:
        """Takes a number out of the NPI Registry."""
        url = f"{self.registry_url}registrations/{npi}"
        self.session.delete(url, timeout=TIMEOUT_S).raise_for_status()

    def break_registry(self, **fault: Any) -> None:
        self._broke = True
        url = f"{self.registry_url}faults"
        self.session.post(url, json=fault, timeout=TIMEOUT_S).raise_for_status()

    def registry_calls(self) -> int:
        """How often the NPI Registry was asked since the last reset."""
        calls = self.session.get(f"{self.registry_url}calls", timeout=TIMEOUT_S).json()["calls"]
        return len(calls)

    def break_fhir(self, **fault: Any) -> None:
        self._broke = True
        url = f"{self.fhir_url}_sandbox/faults"
        self.session.post(url, json=fault, timeout=TIMEOUT_S).raise_for_status()

    def reset(self) -> None:
        """No faults, default switches, nothing counted."""
        self.mend()
        self.sandbox.forget_calls()

    def mend(self) -> None:
        """No faults, so that what they hold up goes on, and default switches."""
        if self._broke:
            for url in (self.control_url, self.registry_url, f"{self.fhir_url}_sandbox/"):
                self.session.delete(f"{url}faults", timeout=TIMEOUT_S).raise_for_status()
            self._broke = False
        if self._switched:
            self._put_switches(self.control_url, enforce_rate_limits=False)
            self._put_switches(f"{self.fhir_url}_sandbox/")
            self._switched = False

    def writes(self) -> list[str]:
        """Every call since the last reset that may have changed something, in order."""
        calls = [
            call
            for url in (self.control_url, f"{self.fhir_url}_sandbox/")
            for call in self.session.get(f"{url}calls", timeout=TIMEOUT_S).json()["calls"]
        ]
        harmless = (
            "GET ",
            "POST /webapi/v2/connect/token",
            "POST /oauth2/token",
            "POST /fhir/R4/Bot/$execute",
        )
        return [
            call for call in calls if not call.startswith(harmless) and call != "POST /fhir/R4/"
        ]

    def _put_switches(self, url: str, **switches: Any) -> None:
        self.session.put(f"{url}switches", json=switches, timeout=TIMEOUT_S).raise_for_status()

    def _as_admin(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.admin.token}", "X-Medplum": "extended"}


@contextmanager
def opened(sandbox: Sandbox) -> Iterator[Clinic]:
    """A sandbox's clinic for many tests; each takes it from `undisturbed`."""
    clinic = Clinic(sandbox)
    with clinic.session:
        yield clinic


@contextmanager
def undisturbed(clinic: Clinic) -> Iterator[Clinic]:
    """A clinic without what other tests broke and switched, and left like that."""
    clinic.reset()
    clinic.session.cookies.clear()
    yield clinic
    clinic.mend()

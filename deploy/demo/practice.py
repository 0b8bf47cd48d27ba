"""A practice's way through a sandbox: a second clinic, two invited prescribers, and the bill."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from deploy.demo.steps import TIMEOUT_S, ActorAnswer, DemoActor, Expected, Path, answer_of, take
from fhir_profiles import Resource
from fhir_profiles.billed_prescriber import periods_of
from fhir_profiles.clinic import clinic_number, works_at
from fhir_profiles.clinic_status import says_epcs
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.invitation import read_invitation
from fhir_profiles.practitioner_role import is_of, new_role, with_granted_roles
from fhir_profiles.prescriber_identifiers import with_state_number
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import DEA
from fhir_profiles.today import Today
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Http

Words = Callable[[Resource], str]
"""What an actor is told of a bot's answer, in one line."""

REGISTER_BOT, INVITE_BOT = "dosespot-register-clinic-bot", "dosespot-invite-prescribers-bot"
SELF_ENROLL_BOT, SYNC_BOT = "dosespot-self-enroll-prescriber-bot", "dosespot-sync-status-bot"
PROGRESS_BOT, REPORT_BOT = "dosespot-setup-progress-bot", "dosespot-billing-report-bot"
PRICE_SECRET = "BILLING_PRICE"  # noqa: S105 - a name

PRICE = "Project.secret"
CLINICS = "Organization.identifier"
ROLES = "PractitionerRole.organization"
INVITATIONS = "Task.status"
IDENTIFIERS = "ProjectMembership.identifier"
STATUS = "registration status"
EPCS = "controlled substances"
BILLED = "Account.servicePeriod"

FIELDS = {
    "clinicName": "North Clinic",
    "address1": "9 Lake Rd",
    "city": "Peoria",
    "state": "IL",
    "zipCode": "61602",
    "primaryPhone": "309-234-5677",
}
FAX = {"system": "fax", "use": "work", "value": "567-123-4568"}


@dataclass
class Employee:
    """Somebody who is to prescribe.

    Attributes:
        name: what people call them.
        person: what the sandbox says of them.
        dea: their DEA number at the location where they work.
        number: DoseSpot's number of the clinic; 0 as long as it is not known.
        organization: id of the clinic's Organization.
    """

    name: str
    person: dict[str, Any]
    dea: str
    number: int = 0
    organization: str = ""

    @property
    def reference(self) -> str:
        """Reference of the Practitioner."""
        return f"Practitioner/{self.person['practitionerId']}"


class Practice:
    """The way of a practice whose first clinic DoseSpot knows.

    Args:
        ready: the sandbox's description (`Sandbox.ready`).
        name: heading of the path.
        at_first: who works at the first clinic.
        at_second: who works at the second one, which is still to be registered.
    """

    def __init__(
        self, ready: dict[str, Any], name: str, at_first: Employee, at_second: Employee
    ) -> None:
        self._base_url = ready["fhir"]["baseUrl"]
        self._control_url = ready["dosespot"]["controlUrl"]
        self._first_number = ready["dosespot"]["clinicId"]
        token = ready["people"]["admin"]["token"]
        self._admin = DemoActor("administrator", token, self._base_url)
        self._fhir = FhirClient(Http(), self._base_url, GivenToken(token))
        self._seen: dict[str, list[Resource]] = {}
        self.at_first, self.at_second = at_first, at_second
        self.path = Path(name)

    def sets_up(self, title: str, expected: Expected, **secrets: str) -> None:
        """The administrator sets secrets of the project."""

        def act() -> ActorAnswer:
            added = [{"name": name, "valueString": value} for name, value in secrets.items()]
            for project in self._look()["Project"]:
                self._fhir.apply(project, lambda one: {**one, "secret": [*one["secret"], *added]})
            return ActorAnswer("done")

        self._take(title, self._admin.name, expected, act)

    def registers(self, title: str, employee: Employee, expected: Expected) -> None:
        """The administrator registers the clinic where somebody works."""
        is_known = employee is self.at_first
        body = {"existingClinicId": self._first_number} if is_known else FIELDS

        def number(answer: Resource) -> str:
            employee.number = answer["doseSpotClinicId"]
            employee.organization = answer["organization"]["id"]
            return f"clinic {employee.number}"

        self._administrator(title, expected, REGISTER_BOT, body, number)

    def employs(self, title: str, employee: Employee, expected: Expected) -> None:
        """The administrator gives somebody a role at their clinic, with their DEA number there."""

        def act() -> ActorAnswer:
            self._fhir.apply(self._fhir.read(employee.reference), _with_fax)
            self._fhir.create_together([_role(employee)])
            return ActorAnswer("done")

        self._take(title, self._admin.name, expected, act)

    def invites(self, title: str, expected: Expected) -> None:
        """The administrator invites both."""
        people = [
            {"practitionerId": one.person["practitionerId"], "organizationId": one.organization}
            for one in self._everybody
        ]

        def outcomes(answer: Resource) -> str:
            return _listed(one["outcome"] for one in answer["practitioners"])

        self._administrator(title, expected, INVITE_BOT, {"practitioners": people}, outcomes)

    def looks_at_progress(self, title: str, expected: Expected) -> None:
        """The administrator asks how far each clinic has come."""
        self._administrator(title, expected, PROGRESS_BOT, {}, _progress)

    def bills(self, title: str, expected: Expected) -> None:
        """The administrator asks what this month costs."""
        self._administrator(title, expected, REPORT_BOT, {}, _bill)

    def opens(self, title: str, employee: Employee, expected: Expected) -> None:
        """Somebody opens ePrescribing, which runs the self-enroll bot."""
        actor = DemoActor(employee.name, employee.person["token"], self._base_url)
        given = {"organizationId": employee.organization}
        self._take(title, actor.name, expected, lambda: actor.runs(SELF_ENROLL_BOT, given))

    def compares(self, title: str, employee: Employee, expected: Expected) -> None:
        """The administrator has somebody's status read from DoseSpot."""
        given = {"practitionerId": employee.person["practitionerId"]}
        self._administrator(title, expected, SYNC_BOT, given, lambda a: f"changed: {a['changed']}")

    def in_iframe(self, title: str, employee: Employee, status: str, step: str) -> None:
        """Somebody does in DoseSpot's iFrame what only they may do."""

        def act() -> ActorAnswer:
            url = f"{self._control_url}clinicians/{self._clinician(employee)}/prescriber/{step}"
            params = {"clinicId": str(employee.number)}
            reply = requests.post(url, params=params, timeout=TIMEOUT_S)
            return ActorAnswer("done" if reply.ok else f"error: {reply.json()['error']}")

        self._take(title, employee.name, Expected(status, ("done",)), act)

    def facts(self) -> dict[str, str]:
        """What the FHIR server holds of clinics, invitations, enrollments and billing, by path."""
        self._seen = seen = self._look()
        people = {one.reference for one in self._everybody}
        records = {one.name: self._record(one) for one in self._everybody}
        invitations = map(read_invitation, seen["Task"])
        billed = [one.clinic for one in periods_of(seen["Account"]) if one.practitioner in people]
        return {
            PRICE: _price(seen["Project"][0]),
            CLINICS: _listed(sorted(filter(None, map(clinic_number, seen["Organization"])))),
            ROLES: _listed(one.name for one in self._everybody if self._roles(one)),
            INVITATIONS: _listed(
                one.status.value for one in invitations if one and one.key.practitioner in people
            ),
            IDENTIFIERS: _listed(map(self._clinician, self._everybody)),
            STATUS: _listed(map(registration_status, records.values())),
            EPCS: _listed(name for name, one in records.items() if says_epcs(one)),
            BILLED: _listed(f"clinic {one}" for one in sorted(billed)),
        }

    def versions(self) -> list[str]:
        """The versions of what an enrollment writes, as `facts` found them last."""
        written = ("Practitioner", "PractitionerRole", "ProjectMembership")
        return [one["meta"]["versionId"] for kind in written for one in self._seen[kind]]

    def status(self) -> str:
        """DoseSpot's registration statuses of both at their clinics; "" if nobody is there."""
        shown = requests.get(f"{self._control_url}clinicians", timeout=TIMEOUT_S).json()
        by_id = {one["id"]: one["status"] for one in shown}
        return _listed(
            by_id.get(self._clinician(one), {}).get(str(one.number)) for one in self._everybody
        )

    @property
    def _everybody(self) -> tuple[Employee, Employee]:
        return self.at_first, self.at_second

    def _look(self) -> dict[str, list[Resource]]:
        """By type, what the FHIR server holds."""
        batch = Batch(self._fhir)
        people = ",".join(one.person["practitionerId"] for one in self._everybody)
        profiles = ",".join(one.reference for one in self._everybody)
        queries = {
            "Practitioner": f"_id={people}",
            "PractitionerRole": f"practitioner={profiles}",
            "ProjectMembership": f"profile={profiles}",
            **dict.fromkeys(("Project", "Organization", "Task", "Account"), "_count=1000"),
        }
        found = {kind: batch.search(f"{kind}?{query}") for kind, query in queries.items()}
        batch.send()
        return {kind: sorted(each.all(), key=_created) for kind, each in found.items()}

    def _record(self, employee: Employee) -> Resource:
        """What says somebody's status: the Practitioner, or the role at the further clinic."""
        theirs = self._roles(employee)
        if employee is self.at_first:
            own = employee.person["practitionerId"]
            theirs = [one for one in self._seen["Practitioner"] if one["id"] == own]
        return next(iter(theirs), {})

    def _roles(self, employee: Employee) -> list[Resource]:
        """Somebody's roles that name a clinic."""
        found = self._seen["PractitionerRole"]
        return [one for one in found if is_of(one, employee.reference) and works_at(one)]

    def _clinician(self, employee: Employee) -> int | None:
        own, found = employee.person["membershipId"], self._seen["ProjectMembership"]
        return clinician_ids(*(one for one in found if one["id"] == own)).sole

    def _administrator(
        self, title: str, expected: Expected, bot: str, body: Resource, words: Words
    ) -> None:
        """The administrator runs a bot, whose answer is told in these words."""

        def act() -> ActorAnswer:
            answer = self._admin.executed(bot, body)
            return ActorAnswer(words(answer)) if isinstance(answer, dict) else answer_of(answer)

        self._take(title, self._admin.name, expected, act)

    def _take(
        self, title: str, actor: str, expected: Expected, act: Callable[[], ActorAnswer]
    ) -> None:
        take(self.path, self, title, actor, expected, act)


def _with_fax(practitioner: Resource) -> Resource:
    telecom = practitioner["telecom"]
    has_one = any(one["system"] == "fax" for one in telecom)
    return practitioner if has_one else {**practitioner, "telecom": [*telecom, FAX]}


def _price(project: Resource) -> str:
    secrets = {one["name"]: one["valueString"] for one in project["secret"]}
    return str(secrets.get(PRICE_SECRET, ""))


def _created(resource: Resource) -> str:
    """What has the same order in every look."""
    return f"{resource.get('name')} {resource['id']}"


def _role(employee: Employee) -> Resource:
    """A role that grants somebody prescribing at their clinic, with the DEA number there."""
    role = with_granted_roles(
        new_role(employee.reference, ""), {ClinicianRole.PRESCRIBING_CLINICIAN}
    )
    today = Today(datetime.now(UTC))
    role = with_state_number(role, DEA, employee.dea, "IL", today)
    return {**role, "organization": {"reference": f"Organization/{employee.organization}"}}


def _progress(answer: Resource) -> str:
    return "; ".join(
        f"clinic {one['doseSpotClinicId']}: {one['currentStep']}" for one in answer["clinics"]
    )


def _bill(answer: Resource) -> str:
    return "; ".join(
        f"clinic {one['clinicId']}: {one['prescribers']} prescriber,"
        f" {one['cost']} {answer['currency']}"
        for one in answer["months"]
    )


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(one) for one in values if one)

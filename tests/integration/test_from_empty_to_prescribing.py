"""From an empty project to two prescribers in two clinics, and a bill for both, by bots alone."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from requests import HTTPError

from fhir_profiles.codes import ClinicianRole
from fhir_profiles.practitioner_role import new_role, with_granted_roles
from fhir_profiles.prescriber_identifiers import with_state_number
from fhir_profiles.systems import (
    AUTHORIZING_PRACTITIONER_ROLE,
    CLINIC_PROFILE,
    DEA,
    MEDPLUM_BOTS,
)
from tests.builders import NOW
from tests.integration.clinic import TIMEOUT_S, Answer, Member, new_dea
from tests.integration.project import SENTINEL, Project, Servers, new_project

REGISTER, INVITE = "dosespot-register-clinic-bot", "dosespot-invite-prescribers-bot"
SELF, PROGRESS = "dosespot-self-enroll-prescriber-bot", "dosespot-setup-progress-bot"
SYNC, REPORT = "dosespot-sync-status-bot", "dosespot-billing-report-bot"
NOTIFICATION = "dosespot-notification-bot"

SETTINGS = {
    "MAIL_CHANNEL": "medplum",
    "INVITATION_URL": "https://app.example/signin",
    "INVITATION_REQUIRED": "true",
    "BILLING_PRICE": "39.00",
}
INVITE_THEM = ("inviteClinicians", "Administrator", "Invite this person.")
OPEN_IT = ("cliniciansVerify", "Prescriber", "Open ePrescribing and enroll.")
SIGN = ("cliniciansVerify", "Prescriber", "Sign the legal agreements in DoseSpot.")
PROVE = ("cliniciansVerify", "Prescriber", "Complete identity proofing in DoseSpot.")
SECOND_FACTOR = ("readyToPrescribe", "Administrator", "Start two-factor authentication.")
DONE = ("readyToPrescribe", "Nobody", None)


@dataclass(frozen=True)
class Place:
    """A clinic: the id of its Organization and of its Location, and DoseSpot's number."""

    organization: str
    location: str
    number: int


@dataclass(frozen=True)
class Practice:
    """A project, and what happens in it."""

    project: Project

    def runs(self, bot: str, given: dict[str, Any], by: Member | None = None) -> Answer:
        return self.project.execute(bot, given, (by or self.project.admin).token)

    def done(self, bot: str, given: dict[str, Any], by: Member | None = None) -> dict[str, Any]:
        answer = self.runs(bot, given, by)
        assert (answer.status, answer.body.get("errorType")) == (200, None), answer.body
        return dict(answer.body)

    def registers(self, name: str, **more: Any) -> Place:
        """The administrator registers the clinic of a new Location."""
        location = self.project.create(
            {
                "resourceType": "Location",
                "name": name,
                "address": {
                    "line": ["9 Lake Rd"],
                    "city": "Peoria",
                    "state": "IL",
                    "postalCode": "61602",
                },
                "telecom": [{"system": "phone", "value": "309-234-5677", "use": "work"}],
            }
        )
        body = self.done(REGISTER, {"locationId": location["id"], **more})
        return Place(body["organization"]["id"], location["id"], body["doseSpotClinicId"])

    def employs(self, where: Place) -> Member:
        """Somebody with a DEA number for a clinic's location, who may enroll themselves there."""
        member = self.project.add_member()
        role = new_role(f"Practitioner/{member.id}", f"Location/{where.location}")
        role = with_granted_roles(role, {ClinicianRole.PRESCRIBING_CLINICIAN})
        role = with_state_number(role, DEA, new_dea(), "IL", NOW)
        where_to = {"reference": f"Organization/{where.organization}"}
        self.project.create({**role, "organization": where_to})
        return member

    def does(self, member: Member, where: Place, step: str) -> None:
        """The prescriber does in DoseSpot what only they may do."""
        url = f"{self.project.servers.dosespot_url}_sandbox/clinicians"
        session = self.project.session
        (found,) = session.get(url, params={"npi": member.npi}, timeout=TIMEOUT_S).json()
        session.post(
            f"{url}/{found['id']}/prescriber/{step}",
            params={"clinicId": str(where.number)},
            timeout=TIMEOUT_S,
        ).raise_for_status()

    def notified(self, member: Member, event: str) -> None:
        """DoseSpot tells by a push notification that something has happened."""
        members = {one["id"]: one for one in self.project.resources("ProjectMembership")}
        membership = members[member.membership_id]
        number = int(membership["identifier"][0]["value"])
        reply = self.project.session.post(
            f"{self.project.url}fhir/R4/Bot/$execute",
            params={"identifier": f"{MEDPLUM_BOTS}|{NOTIFICATION}"},
            json={"EventType": event, "Data": {"ClinicianId": number}},
            headers={
                "Authorization": f"Bearer {self.project.admin.token}",
                "X-DoseSpot-Secret": f"Secret {SENTINEL}",
            },
            timeout=TIMEOUT_S,
        )
        assert (reply.status_code, reply.json()["handled"]) == (200, True), reply.text

    def mailed(self) -> list[str]:
        """To whom mail has gone."""
        url = f"{self.project.url}_sandbox/outbox"
        outbox = self.project.session.get(url, timeout=TIMEOUT_S).json()
        return [one["to"] for one in outbox["mails"]]

    def progress(self, where: Place) -> tuple[str, dict[str, tuple[str, str, str | None]]]:
        """The step of a clinic, and where each of its people is."""
        body = self.done(PROGRESS, {"organizationId": where.organization})
        assert body["nextCursor"] is None
        people = {
            one["practitioner"].removeprefix("Practitioner/"): (
                one["step"],
                one["owner"],
                one["next"],
            )
            for one in body["people"]
        }
        (clinic,) = body["clinics"]
        counted = {one["step"]: one["people"] for one in clinic["steps"] if one["people"]}
        assert sum(counted.values()) == len(people)
        return clinic["currentStep"], people


@pytest.fixture
def practice(running: Servers, tmp_path: Path) -> Iterator[Practice]:
    project = new_project(running, tmp_path, "email")
    project.reset()
    project.switch(has_mail_server=True)
    with project.session:
        assert project.register(**SETTINGS).exit_code == 0
        yield Practice(project)
    project.reset()


def proves_identity(practice: Practice, one: Member, at: Place) -> None:
    """Somebody enrolls themselves, and has proven who they are, which no bot knows yet."""
    assert practice.done(SELF, {}, one)["status"] == "created"
    assert practice.progress(at) == ("cliniciansVerify", {one.id: SIGN})
    practice.does(one, at, "sign-agreements")
    assert practice.done(SELF, {}, one)["status"] == "advanced"
    assert practice.progress(at) == ("cliniciansVerify", {one.id: PROVE})
    practice.does(one, at, "pass-idp")


def test_two_prescribers_in_two_clinics_enroll_themselves_and_are_billed(
    practice: Practice,
) -> None:
    here = practice.done
    own_number = practice.project.servers.dosespot.clinic_id
    assert here(PROGRESS, {})["currentStep"] == "inviteClinicians"
    own = practice.registers("Springfield", existingClinicId=own_number)
    north = practice.registers("Peoria")
    assert (own.number, north.number > own.number) == (own_number, True)

    plain, epcs = practice.employs(own), practice.employs(north)
    assert practice.progress(own) == ("inviteClinicians", {plain.id: INVITE_THEM})
    assert practice.progress(north) == ("inviteClinicians", {epcs.id: INVITE_THEM})
    assert practice.runs(SELF, {}, epcs).body["errorType"] == "NotAuthorized"

    people = [
        {"practitionerId": one.id, "organizationId": at.organization}
        for one, at in ((plain, own), (epcs, north))
    ]
    invited = here(INVITE, {"practitioners": people})["practitioners"]
    assert [one["outcome"] for one in invited] == ["invited", "invited"]
    assert sorted(practice.mailed()) == sorted(
        f"p{one.npi}@clinic.example" for one in (plain, epcs)
    )
    assert practice.progress(own) == ("cliniciansVerify", {plain.id: OPEN_IT})
    assert practice.progress(north) == ("cliniciansVerify", {epcs.id: OPEN_IT})

    for one, at in ((plain, own), (epcs, north)):
        proves_identity(practice, one, at)
    assert here(REPORT, {})["months"] == []
    assert here(SYNC, {"practitionerId": plain.id})["changed"] == 1
    practice.notified(epcs, "ClinicianIDPCompleteSuccess")
    for one, at in ((plain, own), (epcs, north)):
        assert practice.progress(at) == ("readyToPrescribe", {one.id: SECOND_FACTOR})

    assert here(SELF, {}, epcs)["status"] == "advanced"
    practice.does(epcs, north, "activate-tfa")
    assert here(SELF, {}, epcs)["epcsEnabled"] is True
    assert practice.progress(north) == ("readyToPrescribe", {epcs.id: DONE})

    month = f"{datetime.now(UTC):%Y-%m}"
    bill = here(REPORT, {})
    assert bill == {
        "price": "39.00",
        "currency": "USD",
        "months": [
            {
                "month": month,
                "clinicId": at.number,
                "prescribers": 1,
                "cost": "39.00",
                "practitioners": [f"Practitioner/{one.id}"],
            }
            for one, at in ((plain, own), (epcs, north))
        ],
    }
    assert json.loads(practice.project.run("billing", "--json").stdout) == bill
    table = list(csv.reader(io.StringIO(practice.project.run("billing", "--csv").stdout)))
    assert table == [
        ["month", "clinicId", "prescribers", "cost", "currency"],
        [month, str(own.number), "1", "39.00", "USD"],
        [month, str(north.number), "1", "39.00", "USD"],
    ]


def test_profiles_that_are_installed_keep_a_clinics_number_and_a_roles_dea_number(
    practice: Practice,
) -> None:
    project = practice.project
    own = practice.registers("Springfield", existingClinicId=project.servers.dosespot.clinic_id)
    clinics = {one["id"]: one for one in project.resources("Organization")}
    organization = clinics[own.organization]
    assert organization["meta"]["profile"] == [CLINIC_PROFILE]
    system = organization["identifier"][0]["system"]
    for identifier in ([], [{"system": system, "value": "A-1"}]):
        with pytest.raises(HTTPError, match="400"):
            project.change(organization, identifier=identifier or None)
    role = new_role(f"Practitioner/{project.admin.id}", f"Location/{own.location}")
    role = with_granted_roles(role, {ClinicianRole.PRESCRIBING_CLINICIAN})
    claiming = {**role, "meta": {"profile": [AUTHORIZING_PRACTITIONER_ROLE]}}
    without_state = {"system": DEA, "value": new_dea()}
    with pytest.raises(HTTPError, match="400"):
        project.create({**claiming, "identifier": [without_state]})
    project.create(with_state_number(claiming, DEA, new_dea(), "IL", NOW))

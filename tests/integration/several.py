"""A project with two clinics, and who works where."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from fhir_profiles.systems import EPCS_ENABLED, REGISTRATION_STATUS
from shared.dosespot.clinics import ClinicsClient
from shared.http.sending import Http
from shared.http.token_cache import TokenCache
from shared.runtime.payload import Secret
from shared.runtime.settings import Settings
from tests.integration.clinic import DEA, TIMEOUT_S, Clinic, Member

REGISTER = "dosespot-register-clinic-bot"
CLINICIAN_CLINICS = "dosespot-clinician-clinics-bot"
NORTH = {
    "clinicName": "North Clinic",
    "address1": "9 Lake Rd",
    "city": "Peoria",
    "state": "IL",
    "zipCode": "61602",
    "primaryPhone": "309-234-5677",
}


@dataclass(frozen=True)
class TwoClinics:
    """The project's own clinic and another one, each with its Organization's id."""

    clinic: Clinic
    own: str
    north: str
    number: int

    def works_at(self, member: Member, *organizations: str, code: str = "") -> None:
        """An administrator says that somebody works at these clinics."""
        coding = {"system": "https://dosespot.com/practitionerrole-type", "code": code}
        granted = {"code": [{"coding": [coding]}]} if code else {}
        for one in organizations:
            role = {
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": f"Practitioner/{member.id}"},
                "organization": {"reference": f"Organization/{one}"},
                "active": True,
                **granted,
            }
            self.clinic.sandbox.fhir.add_resource(self.clinic.project, role)
        self.clinic.reset()

    def link(self, member: Member) -> None:
        """DoseSpot links somebody to the other clinic."""
        self.dosespot.link(self.clinic.clinician(member)["id"], self.number, 60.0)

    @property
    def dosespot(self) -> ClinicsClient:
        """DoseSpot, seen by the administrator at the project's own clinic."""
        project = self.clinic.read(f"Project/{self.clinic.project}")
        known = {one["name"]: Secret.model_validate(one) for one in project["secret"]}
        settings = Settings(known)
        access, admin = settings.dosespot(), settings.clinician_admin()
        return ClinicsClient(Http(), TokenCache(monotonic), access, admin)

    def roles(self, member: Member, organization: str) -> list[dict[str, Any]]:
        """Somebody's PractitionerRoles at a clinic, as the FHIR server has them."""
        whose = {"reference": f"Practitioner/{member.id}"}
        where = {"reference": f"Organization/{organization}"}
        return [
            one
            for one in self.clinic.sandbox.fhir.resources("PractitionerRole")
            if one["practitioner"] == whose and one.get("organization") == where
        ]

    def status(self, member: Member) -> dict[str, str]:
        """Somebody's status in DoseSpot, by number of the clinic."""
        return dict(self.clinic.clinician(member)["status"])

    def does(self, member: Member, step: str) -> None:
        """Somebody takes a step of a prescriber's at the other clinic."""
        found = self.clinic.clinician(member)["id"]
        url = f"{self.clinic.control_url}clinicians/{found}/prescriber/{step}"
        params = {"clinicId": str(self.number)}
        self.clinic.session.post(url, params=params, timeout=TIMEOUT_S).raise_for_status()


def epcs(two: TwoClinics, member: Member, organization: str) -> tuple[str, bool]:
    """What somebody's role at a clinic says of their status."""
    (role,) = two.roles(member, organization)
    told = {one["url"]: one for one in role.get("extension", [])}
    status = told.get(REGISTRATION_STATUS, {}).get("valueCode", "")
    return status, told.get(EPCS_ENABLED, {}).get("valueBoolean", False)


def enrolled_at_both(two: TwoClinics) -> Member:
    """Somebody who is enrolled at both clinics, and has come further at the second one since."""
    member = two.clinic.add_member(dea=DEA)
    two.works_at(member, two.own, two.north)
    for organization in (two.own, two.north):
        assert two.clinic.enroll(member, organizationId=organization).status == 200
    two.does(member, "sign-agreements")
    two.clinic.reset()
    return member


@contextmanager
def two_clinics(clinic: Clinic) -> Iterator[TwoClinics]:
    """The project, with another clinic until the test ends."""
    before = clinic.read(f"Project/{clinic.project}")["secret"]
    north = clinic.execute(REGISTER, NORTH, clinic.admin.token).body
    own = clinic.execute(REGISTER, {"existingClinicId": clinic.clinic_id}, clinic.admin.token).body
    held = clinic.read(f"Project/{clinic.project}")
    if not any(one["name"].endswith(f"_{north['doseSpotClinicId']}") for one in held["secret"]):
        raise AssertionError("the clinic was registered by another test, and its key is gone")
    clinic.reset()
    yield TwoClinics(
        clinic, own["organization"]["id"], north["organization"]["id"], north["doseSpotClinicId"]
    )
    clinic.reset()
    clinic.write({**clinic.read(f"Project/{clinic.project}"), "secret": before})
    clinic.delete(f"Organization/{north['organization']['id']}")

"""Who can be invited, and why somebody can't: read for all of them in one request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinic import works_at
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.project_membership import is_active
from fhir_profiles.today import Today
from shared.access.rules.grants import granting
from shared.errors import BotError, FhirNotFound
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient
from shared.members.enrolled import memberships_among
from shared.records.practitioner import read_practitioner

UNKNOWN = "There is no such practitioner. Check the id."
NOT_A_MEMBER = "This person can't sign in yet. Make them a member of the project, then invite them."
DEACTIVATED = "This person's account is deactivated. Activate it, then invite them."
NO_ROLE = "This person has no prescribing role here. Give them one, then invite them."
NO_ADDRESS = "This person has no usable work e-mail address. Add one, then invite them."

ClinicOf = Callable[[str, Sequence[Resource], str | None], int]
"""DoseSpot's number of the clinic that is meant, by the person, their PractitionerRoles and the
Organization's id that is named; raises where that is not clear."""


@dataclass(frozen=True)
class WantedInvitee:
    """Somebody whom an administrator names.

    Attributes:
        practitioner: reference of the person.
        organization: id of the clinic's Organization; None if none is named.
    """

    practitioner: str
    organization: str | None = None


@dataclass(frozen=True)
class Invitee:
    """What was read of somebody.

    Attributes:
        practitioner: reference of the person.
        clinic: DoseSpot's number of the clinic; None if it is not clear which.
        role: reference of the PractitionerRole in which they are to enroll; empty if refused.
        address: their work e-mail address; empty if they have none.
        enrolled: whether they have a DoseSpot clinician id.
        refused: why they can't be invited, as a sentence; empty if they can.
    """

    practitioner: str
    clinic: int | None
    role: str = ""
    address: str = ""
    enrolled: bool = False
    refused: str = ""


@dataclass(frozen=True)
class _Reads:
    practitioner: FoundOne
    roles: FoundAll
    memberships: FoundAll


def read_invitees(
    fhir: FhirClient,
    wanted: Sequence[WantedInvitee],
    clinic_of: ClinicOf,
    today: Today,
    *,
    mails: bool,
) -> list[Invitee]:
    """What is known of these people, in their order.

    Args:
        fhir: may read Practitioners, PractitionerRoles and memberships.
        wanted: who.
        clinic_of: says which clinic is meant.
        today: now, for what has to be in effect.
        mails: whether they are sent an e-mail, and so need an address.

    Raises:
        Misconfigured: the memberships may not be read.
        BotError: the FHIR server could not be asked at all.
    """
    batch = Batch(fhir)
    reads = [
        _Reads(
            batch.read(one.practitioner),
            batch.search(f"PractitionerRole?practitioner={one.practitioner}&_count=1000"),
            batch.memberships_of(one.practitioner),
        )
        for one in wanted
    ]
    batch.send()
    return [
        _invitee(one, found, clinic_of, today, mails=mails)
        for one, found in zip(wanted, reads, strict=True)
    ]


def _invitee(
    one: WantedInvitee, found: _Reads, clinic_of: ClinicOf, today: Today, *, mails: bool
) -> Invitee:
    memberships = memberships_among(found.memberships)
    try:
        practitioner, roles = found.practitioner.one(), found.roles.all()
        clinic = clinic_of(one.practitioner, roles, one.organization)
    except FhirNotFound:
        return Invitee(one.practitioner, None, refused=UNKNOWN)
    except BotError as error:
        return Invitee(one.practitioner, None, refused=str(error))
    address = read_practitioner(practitioner, today)[0].email
    role = _role(one, roles, today)
    why_not = {
        NOT_A_MEMBER: not memberships,
        DEACTIVATED: not any(map(is_active, memberships)),
        NO_ROLE: not role,
        NO_ADDRESS: mails and not address,
    }
    return Invitee(
        practitioner=one.practitioner,
        clinic=clinic,
        role=role,
        address=address,
        enrolled=bool(clinician_ids(*memberships)),
        refused=next((sentence for sentence, holds in why_not.items() if holds), ""),
    )


def _role(one: WantedInvitee, roles: Sequence[Resource], today: Today) -> str:
    """The PractitionerRole that grants a DoseSpot role today, at the clinic if one is named."""
    places = ("", f"Organization/{one.organization}")
    granted = [
        role
        for role in granting(roles, one.practitioner, today)
        if not one.organization or works_at(role) in places
    ]
    found = sorted(str(role.get("id")) for role in granted)
    return f"PractitionerRole/{found[0]}" if found else ""

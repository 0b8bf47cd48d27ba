"""The PractitionerRoles and Consents that a form asks for, and those that there are; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.elements import entries, text
from fhir_profiles.practitioner_role import (
    granted_roles,
    is_of,
    new_role,
    role_key,
    with_default_location,
    with_granted_roles,
    with_text,
)
from fhir_profiles.prescriber_identifiers import identifier_values
from fhir_profiles.sms_consent import consent_key, sms_consent, with_consent_status
from fhir_profiles.systems import ROLE_AT_LOCATION, SMS_CONSENT
from fhir_profiles.today import Today
from shared.fhir.search import by_identifier
from shared.prescriber_form.known_records import Place
from shared.prescriber_form.rules.form import PrescriberForm


@dataclass(frozen=True)
class Wanted:
    """A resource that should exist.

    Attributes:
        new: how it begins if there is none.
        query: finds it, so that it is not made twice.
        existing: the one that there is, if any.
        change: makes it say what it should.
        action: what making or changing it is called.
    """

    new: Resource
    query: str
    existing: Resource | None
    change: Callable[[Resource], Resource]
    action: AuditAction


def consents_query(practitioner: str, form: PrescriberForm) -> str:
    """The query that finds the prescriber's consents; the prescriber is given by reference."""
    keys = [consent_key(practitioner, consent) for consent, _ in form.consents]
    return by_identifier(SMS_CONSENT, keys)


def wanted_consents(
    practitioner: str, form: PrescriberForm, found: Sequence[Resource], now: datetime
) -> list[Wanted]:
    """One Consent for each that the form speaks of.

    Args:
        practitioner: reference of the prescriber.
        form: has no problems.
        found: what `consents_query` found.
        now: aware time of a change.
    """
    wanted = []
    for consent, status in form.consents:
        key = consent_key(practitioner, consent)
        wanted.append(
            Wanted(
                new=sms_consent(practitioner, consent, status, now),
                query=by_identifier(SMS_CONSENT, [key]),
                existing=_with_key(found, SMS_CONSENT, key),
                change=partial(with_consent_status, status=status, now=now),
                action=AuditAction.CONSENT_RECORDED,
            )
        )
    return wanted


def wanted_roles(
    practitioner: str,
    form: PrescriberForm,
    places: Sequence[Place],
    found: Sequence[Resource],
    today: Today,
) -> list[Wanted]:
    """One PractitionerRole for each place, which grants what the form says.

    Args:
        practitioner: reference of the prescriber.
        form: has no problems.
        places: where the prescriber works.
        found: the prescriber's roles. One that somebody else made and that grants as much at a
            place is taken as it is.
        today: now, for the day on which a role has to count.
    """
    wanted = []
    for place in places:
        key = role_key(practitioner, place.location)
        wanted.append(
            Wanted(
                new=_organized(new_role(practitioner, place.location), place),
                query=by_identifier(ROLE_AT_LOCATION, [key]),
                existing=_with_key(found, ROLE_AT_LOCATION, key)
                or _granted_by_others(place, practitioner, form, found, today),
                change=partial(_granting, form=form, default=place.default),
                action=AuditAction.ROLE_GRANTED,
            )
        )
    return wanted


def _with_key(found: Sequence[Resource], system: str, key: str) -> Resource | None:
    return next((one for one in found if key in identifier_values(one, system)), None)


def _granted_by_others(
    place: Place, practitioner: str, form: PrescriberForm, found: Sequence[Resource], today: Today
) -> Resource | None:
    return next(
        (
            one
            for one in found
            if is_of(one, practitioner)
            and _location_of(one) == place.location
            and form.roles <= granted_roles(one, today)
        ),
        None,
    )


def _location_of(practitioner_role: Resource) -> str:
    """Reference of the role's first location; empty if it has none."""
    locations = [text(one.get("reference")) for _, one in entries(practitioner_role, "location")]
    return locations[0] if locations else ""


def _organized(practitioner_role: Resource, place: Place) -> Resource:
    if place.organization is None:
        return practitioner_role
    return {**practitioner_role, "organization": place.organization}


def _granting(practitioner_role: Resource, form: PrescriberForm, default: bool) -> Resource:
    """The role, granting what the form says."""
    changed = with_granted_roles(practitioner_role, form.roles)
    changed = with_text(changed, "code", form.provider_type)
    changed = with_text(changed, "specialty", form.speciality)
    return with_default_location(changed, default)

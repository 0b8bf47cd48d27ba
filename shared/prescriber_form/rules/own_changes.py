"""What a prescriber says of themselves, put on their records; everything else stays as it is."""

from fhir_profiles import Resource
from fhir_profiles.choice import WORK_ADDRESS, WORK_EMAIL, WORK_FAX, WORK_PHONE
from fhir_profiles.practitioner_role import with_default_location
from fhir_profiles.prescriber_identifiers import with_npi, with_state_number
from fhir_profiles.state_license import with_state_license
from fhir_profiles.systems import DEA, NADEAN
from fhir_profiles.today import Today
from shared.prescriber_form.rules.on_record import PlaceOnRecord
from shared.prescriber_form.rules.own_details import OwnDetails
from shared.prescriber_form.rules.practitioner import RegistrationKind, with_address, with_contact
from shared.records.identifiers import parse_phone


def practitioner_with(practitioner: Resource, details: OwnDetails, today: Today) -> Resource:
    """The Practitioner, saying what the details say; the same object where it does already.

    Args:
        practitioner: raw JSON; not changed.
        details: have no problems, and nothing that is on record in other words.
        today: now.
    """
    state = details.address.state
    changed = practitioner
    if details.birth_date:
        changed = {**changed, "birthDate": details.birth_date}
    if details.npi:
        changed = with_npi(changed, details.npi, today, state)
    changed = with_contact(changed, WORK_PHONE, details.phone, parse_phone, today, state)
    changed = with_contact(changed, WORK_FAX, details.fax, parse_phone, today, state)
    changed = with_contact(changed, WORK_EMAIL, details.email, str.casefold, today, state)
    changed = with_address(changed, details.address, WORK_ADDRESS, today)
    for one in details.registrations:
        if one.kind is RegistrationKind.LICENSE:
            changed = with_state_license(changed, one.number, one.state, today)
    return changed


def role_with(role: Resource, place: PlaceOnRecord, details: OwnDetails, today: Today) -> Resource:
    """The PractitionerRole, saying what the details say of that location; see above.

    It stays the default, or not, where they don't say, unless they name another.
    """
    given = next((one for one in details.places if one.place.role_id == place.role_id), None)
    default = None if given is None else given.default
    if default is None and any(one.default for one in details.places):
        default = False
    changed = role if default is None else with_default_location(role, default)
    if given is None:
        return changed
    for system, number in ((DEA, given.dea), (NADEAN, given.nadean)):
        if number:
            changed = with_state_number(changed, system, number, given.state, today)
    return changed

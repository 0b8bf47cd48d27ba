"""The mark on identifiers that a form has given, so that a corrected form can end just these.

A number that is no longer good is not deleted: it gets the use `old` and a `period.end`, as FHIR
has it for identifiers, and its reader sees until when it was there.
"""

from collections.abc import Callable
from datetime import date

from fhir_profiles import Resource
from fhir_profiles.choice import OVER
from fhir_profiles.elements import child, entries, extension_of, items
from fhir_profiles.systems import GIVEN_BY_FORM

MARK: Resource = {"extension": [{"url": GIVEN_BY_FORM, "valueCode": "form"}]}

Superseded = Callable[[Resource], bool]


def is_given_by_form(identifier: Resource) -> bool:
    """Whether a form has given this identifier."""
    return extension_of(identifier, GIVEN_BY_FORM) is not None


def with_superseded_ended(practitioner: Resource, superseded: Superseded, day: date) -> Resource:
    """The Practitioner without force for the form's identifiers that another one replaces.

    Args:
        practitioner: raw JSON; not changed.
        superseded: whether an identifier is replaced; asked of the form's own only.
        day: their last one.

    Returns:
        The same object if there is none.
    """
    changed = _ended(practitioner, superseded, day)
    for index, entry in entries(changed, "qualification"):
        ended = _ended(entry, superseded, day)
        if ended is not entry:
            whole = items(changed, "qualification")
            whole[index] = ended
            changed = {**changed, "qualification": whole}
    return changed


def _ended(holder: Resource, superseded: Superseded, day: date) -> Resource:
    whole = items(holder, "identifier")
    found = [
        index
        for index, one in entries(holder, "identifier")
        if is_given_by_form(one) and one.get("use") != OVER and superseded(one)
    ]
    for index in found:
        one = whole[index]
        period = {**child(one, "period"), "end": day.isoformat()}
        whole[index] = {**one, "use": OVER, "period": period}
    return {**holder, "identifier": whole} if found else holder

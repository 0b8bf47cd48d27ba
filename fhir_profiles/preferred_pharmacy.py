"""The pharmacies that a patient prefers, as extensions of Patient.

HL7's extension is simple; Medplum gives it the parts `pharmacy`, a reference, and `type`, whose
code is `primary` or `preferred`. Whoever reads it takes any system (`pharmacy-utils` of
@medplum/core).
"""

from collections.abc import Callable

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, extension_of, items, text
from fhir_profiles.systems import PHARMACY_PREFERENCE, PREFERRED_PHARMACY

PRIMARY, PREFERRED = "primary", "preferred"
_DISPLAY = {PRIMARY: "Primary Pharmacy", PREFERRED: "Preferred Pharmacy"}


def primary_pharmacy(patient: Resource) -> str | None:
    """Reference of the pharmacy that is the patient's primary one; None if none is."""
    found = [
        _pharmacy(one) for _, one in entries(patient, "extension") if _is_ours(one, _is_primary)
    ]
    return found[0] if found else None


def preferred_pharmacies(patient: Resource) -> set[str]:
    """References of all pharmacies that the patient prefers."""
    found = {
        _pharmacy(one) for _, one in entries(patient, "extension") if _is_ours(one, lambda _: True)
    }
    return found - {""}


def with_preferred_pharmacy(patient: Resource, pharmacy: str, *, primary: bool) -> Resource:
    """The Patient who prefers that pharmacy, with all else that others wrote.

    Args:
        patient: raw FHIR Patient.
        pharmacy: reference of an Organization.
        primary: whether it is the patient's primary one; any other then is preferred only.
    """
    kind = PRIMARY if primary else PREFERRED
    known = items(patient, "extension")

    def changed(one: object) -> object:
        if not isinstance(one, dict) or not _is_ours(one, lambda _: True):
            return one
        if _pharmacy(one) == pharmacy:
            return one if _kind(one) == kind else _with_type(one, kind)
        return _with_type(one, PREFERRED) if primary and _is_primary(one) else one

    after = [changed(one) for one in known]
    if not any(isinstance(one, dict) and _names(one, pharmacy) for one in known):
        named = {"url": "pharmacy", "valueReference": {"reference": pharmacy}}
        after.append(_with_type({"url": PREFERRED_PHARMACY, "extension": [named]}, kind))
    return {**patient, "extension": after}


def _names(extension: Resource, pharmacy: str) -> bool:
    return _is_ours(extension, lambda one: _pharmacy(one) == pharmacy)


def _is_ours(extension: Resource, meets: Callable[[Resource], bool]) -> bool:
    return extension.get("url") == PREFERRED_PHARMACY and meets(extension)


def _pharmacy(extension: Resource) -> str:
    part = extension_of(extension, "pharmacy") or {}
    return text(child(part, "valueReference").get("reference"))


def _codes(extension: Resource) -> set[str]:
    part = extension_of(extension, "type") or {}
    concept = child(part, "valueCodeableConcept")
    return {text(coding.get("code")) for _, coding in entries(concept, "coding")}


def _is_primary(extension: Resource) -> bool:
    return PRIMARY in _codes(extension)


def _kind(extension: Resource) -> str:
    codes = _codes(extension)
    return PRIMARY if PRIMARY in codes else PREFERRED if PREFERRED in codes else ""


def _with_type(extension: Resource, kind: str) -> Resource:
    coding = {"system": PHARMACY_PREFERENCE, "code": kind, "display": _DISPLAY[kind]}
    part = {"url": "type", "valueCodeableConcept": {"coding": [coding]}}
    others = [one for _, one in entries(extension, "extension") if one.get("url") != "type"]
    return {**extension, "extension": [*others, part]}

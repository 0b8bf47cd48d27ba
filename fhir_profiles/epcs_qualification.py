"""The EPCS qualification on Practitioner: controlled substances may be signed electronically.

Source: Medplum's prescriber enrollment guide, "Stored Data on Practitioner". It is found by
`Practitioner?qualification-code=https://dosespot.com/qualification|epcs`; one that is over keeps
its entry, with `period.end`, so that a reader sees when it was in force.
"""

from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.codes import EPCS_QUALIFICATION
from fhir_profiles.elements import child, entries, items
from fhir_profiles.systems import QUALIFICATION


def has_epcs_qualification(practitioner: Resource) -> bool:
    """Whether the Practitioner carries an EPCS qualification that has not ended."""
    return bool(_in_force(practitioner))


def with_epcs_qualification(practitioner: Resource, enabled: bool, now: datetime) -> Resource:
    """The Practitioner with an EPCS qualification in force exactly where `enabled`.

    Args:
        practitioner: raw JSON; not changed.
        enabled: whether DoseSpot says that EPCS is enabled.
        now: aware time that goes into `period.start` of a new entry or `period.end` of an old one.
    """
    in_force = _in_force(practitioner)
    if enabled == bool(in_force):
        return practitioner
    qualifications = items(practitioner, "qualification")
    instant = now.isoformat(timespec="seconds")
    if enabled:
        coding = {"system": QUALIFICATION, "code": EPCS_QUALIFICATION, "display": "EPCS"}
        qualifications.append({"code": {"coding": [coding]}, "period": {"start": instant}})
    for index in in_force:
        entry = qualifications[index]
        qualifications[index] = {**entry, "period": {**child(entry, "period"), "end": instant}}
    return {**practitioner, "qualification": qualifications}


def _in_force(practitioner: Resource) -> list[int]:
    """Indexes of the EPCS entries without an end."""
    return [
        index
        for index, entry in entries(practitioner, "qualification")
        if _is_epcs(entry) and not child(entry, "period").get("end")
    ]


def _is_epcs(entry: Resource) -> bool:
    return any(
        coding.get("system") == QUALIFICATION and coding.get("code") == EPCS_QUALIFICATION
        for _, coding in entries(child(entry, "code"), "coding")
    )

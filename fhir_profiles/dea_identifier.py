"""A DEA registration on Practitioner: an identifier with its state, period and drug schedules.

Source of system and state: Medplum's prescriber enrollment guide, "DEA Number Identifier". The
schedules stand on the DEA certificate; neither the guide nor DoseSpot's clinician record has a
place for them, so they are an extension of our own, `valueCode`, one for each schedule.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.codes import DeaSchedule
from fhir_profiles.elements import entries, state_code, text
from fhir_profiles.period import Days, days_of
from fhir_profiles.systems import DEA, DEA_SCHEDULE

_BY_CODE = {schedule.value: schedule for schedule in DeaSchedule}


@dataclass(frozen=True)
class DeaIdentifier:
    """One DEA registration.

    Attributes:
        path: FHIR path of the identifier.
        number: in upper case; empty where there is none.
        state: two letters; empty where there are no two.
        days: when it counts.
        schedules: those that are stated; None where none is, which means all of the certificate's.
        schedules_known: whether every stated schedule is one that there is.
    """

    path: str
    number: str
    state: str
    days: Days
    schedules: tuple[DeaSchedule, ...] | None = None
    schedules_known: bool = True


def dea_identifiers(practitioner: Resource) -> tuple[DeaIdentifier, ...]:
    """Every DEA registration of a Practitioner, ended ones too, but for those of use `old`."""
    return tuple(
        _read(f"Practitioner.identifier[{index}]", identifier)
        for index, identifier in entries(practitioner, "identifier")
        if identifier.get("system") == DEA and identifier.get("use") != "old"
    )


def _read(path: str, identifier: Resource) -> DeaIdentifier:
    stated = [
        text(extension.get("valueCode"))
        for _, extension in entries(identifier, "extension")
        if extension.get("url") == DEA_SCHEDULE
    ]
    known = tuple(schedule for code, schedule in _BY_CODE.items() if code in stated)
    return DeaIdentifier(
        path=path,
        number=text(identifier.get("value")).upper(),
        state=state_code(identifier, "assigner"),
        days=days_of(identifier),
        schedules=known if stated else None,
        schedules_known=_BY_CODE.keys() >= set(stated),
    )

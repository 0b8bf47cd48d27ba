"""Which clinic a call means: the one that is named, or else the only one where the person works.

A project with one clinic means that one, whatever is named. Where there are several and neither
says which, the call is refused with the Organizations to choose from: nobody's patient or
prescription is to come to a clinic by guess.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.clinic import clinic_number, works_at
from shared.errors import BotError
from shared.records.findings import Finding, refused_input

ORGANIZATION = "organizationId"
NOT_A_CLINIC = "is not the Organization of one of this project's DoseSpot clinics; give {choice}"
WHICH_OF_THEIRS = (
    "is required, because the prescriber works at several DoseSpot clinics; give {choice}"
)
WHICH = (
    "is required, because this project has several DoseSpot clinics and no active PractitionerRole"
    " of the prescriber names one of them as its organization; give {choice}"
)
WHICH_OF_ALL = "is required, because this project has several DoseSpot clinics; give {choice}"
NONE_THERE = "the id of a clinic's Organization, once dosespot-register-clinic-bot has created it"

_NO_ORGANIZATIONS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class MeantClinic:
    """The clinic that a call is about.

    Attributes:
        number: DoseSpot's; None for the project's own.
        organizations: references of its Organizations; empty for the project's own, whose records
            say nothing of a clinic.
        elsewhere: references of the Organizations of the project's other clinics.
    """

    number: int | None = None
    organizations: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()

    @property
    def is_own(self) -> bool:
        """Whether it is the project's own."""
        return self.number is None

    def has_role(self, practitioner_role: Resource) -> bool:
        """Whether a PractitionerRole is about this clinic; one without any is about the own one."""
        where = works_at(practitioner_role)
        return where not in self.elsewhere if self.is_own else where in self.organizations


@dataclass(frozen=True)
class ProjectClinics:
    """The clinics of a project with several.

    Attributes:
        own: DoseSpot's number of the project's own clinic, which needs no further key.
        organizations: the number of each clinic whose key is there, by reference of its
            Organization.
    """

    own: int
    organizations: Mapping[str, int] = field(default_factory=lambda: _NO_ORGANIZATIONS)

    def numbered(self, number: int) -> MeantClinic:
        """The clinic with that number."""
        theirs = {one for one, found in self.organizations.items() if found == number}
        others = frozenset(self.organizations.keys() - theirs)
        if number == self.own:
            return MeantClinic(elsewhere=others)
        return MeantClinic(number, tuple(sorted(theirs)), others)

    def organization_id(self, practitioner_role: Resource) -> str:
        """What a call names to mean the clinic that a PractitionerRole is about.

        A role that names none of the clinics is about the project's own one; "" where that has no
        Organization yet, and so can't be named.
        """
        own = sorted(one for one, number in self.organizations.items() if number == self.own)
        where = works_at(practitioner_role)
        meant = where if where in self.organizations else "".join(own[:1])
        return meant.removeprefix("Organization/")


def project_clinics(
    own: int, further: Collection[int], organizations: Iterable[Resource]
) -> ProjectClinics:
    """The clinics, out of the numbers whose keys are there and the Organizations that carry one."""
    known = {own, *further}
    numbered = {f"Organization/{one.get('id')}": clinic_number(one) for one in organizations}
    found = {reference: number for reference, number in numbered.items() if number in known}
    return ProjectClinics(own, MappingProxyType({k: v for k, v in found.items() if v is not None}))


def meant_clinic(
    clinics: ProjectClinics, named: str | None, works_at: Collection[str] | None
) -> int | BotError:
    """DoseSpot's number of the clinic that a call means, or what has to be given to know it.

    Args:
        clinics: of a project with several.
        named: id of the Organization that the call names; None or "" if it names none.
        works_at: references of the Organizations where the person works today; None where the
            call is about nobody in particular.
    """
    if named:
        number = clinics.organizations.get(f"Organization/{named}")
        return _refused(NOT_A_CLINIC, clinics.organizations) if number is None else number
    if works_at is None:
        return _refused(WHICH_OF_ALL, clinics.organizations)
    theirs = {one: clinics.organizations[one] for one in works_at if one in clinics.organizations}
    if not theirs:
        return _refused(WHICH, clinics.organizations)
    numbers = set(theirs.values())
    return numbers.pop() if len(numbers) == 1 else _refused(WHICH_OF_THEIRS, theirs)


def choice_of(organizations: Mapping[str, int]) -> str:
    """The clinics to choose from, in words: numbers by reference of the Organization."""
    choice = " or ".join(
        f"{reference.removeprefix('Organization/')} (clinic {number})"
        for reference, number in sorted(organizations.items(), key=lambda one: (one[1], one[0]))
    )
    return choice or NONE_THERE


def _refused(sentence: str, organizations: Mapping[str, int]) -> BotError:
    return refused_input(Finding(ORGANIZATION, sentence.format(choice=choice_of(organizations))))

"""Which Practitioner of the project a form is about: nobody is taken for somebody else.

A number counts where it is in force, on a Practitioner that is active. A number that somebody had
once, and a record that was retired, are nobody's.
"""

from collections.abc import Iterable, Iterator, Sequence

from fhir_profiles import Resource
from fhir_profiles.choice import numbered
from fhir_profiles.elements import entries, texts
from fhir_profiles.given_by_form import is_given_by_form
from fhir_profiles.prescriber_identifiers import identifier_values
from fhir_profiles.systems import DEA_ALIASES, NPI_ALIASES, USERNAME
from fhir_profiles.today import Today
from shared.fhir.search import by_identifiers
from shared.prescriber_form.rules.form import NPI_PATH, PrescriberForm
from shared.prescriber_form.rules.practitioner import Registration, RegistrationKind
from shared.records.findings import Findings
from shared.records.identity import (
    Identity,
    Trait,
    differences,
    folded_name,
    holders,
    identity_of,
    in_words,
    missing,
)

SEVERAL_PRACTITIONERS = (
    "several Practitioners of this project have this NPI; merge them, or remove the NPI from all"
    " but one"
)
DIFFERS = "correct the form, or have an administrator correct that Practitioner first"
NOT_STATED = "have an administrator complete that Practitioner first"
DEA_OF_ANOTHER = (
    "the DEA number stands on {others} too; correct it, or have an administrator end it there first"
)


def matched_practitioner(
    form: PrescriberForm, found: Sequence[Resource], today: Today, findings: Findings
) -> Resource | None:
    """The Practitioner with the form's NPI; notes a problem where it may be another person.

    Args:
        form: may have gaps.
        found: the Practitioners that a search by the form's NPI finds.
        today: now; the NPI has to be in force.
        findings: of the form.
    """
    with_npi = holders(found, NPI_ALIASES, form.npi, today)
    if len(with_npi) > 1:
        findings.problem(NPI_PATH, f"{SEVERAL_PRACTITIONERS} ({_references(with_npi)})")
    elif with_npi:
        refuse_another_person(with_npi[0], form, today, findings)
    return with_npi[0] if with_npi else None


def with_npi_to_correct(
    form: PrescriberForm, with_username: Sequence[Resource], today: Today
) -> Resource | None:
    """The Practitioner whose NPI the form corrects, found by the form's username, if there is one.

    Args:
        form: may have gaps.
        with_username: the Practitioners that a search by the form's username finds.
        today: now, for the day on which an NPI has to be in force.
    """
    found = with_username[0] if len(with_username) == 1 else None
    return found if found and corrects_npi(found, form, today) else None


def corrects_npi(practitioner: Resource, form: PrescriberForm, today: Today) -> bool:
    """Whether the form is about this person, and gives another NPI than a form gave before.

    Username, birth date and name have to agree; an NPI that no form gave is not corrected.
    """
    numbers = [one for _, one in numbered(practitioner, NPI_ALIASES, today)]
    here = Identity(birth_date=form.birth_date, family_names=frozenset({form.name.last}))
    there = identity_of(practitioner, today)
    names = [name for _, name in entries(practitioner, "name")]
    first_names = {given for name in names for given in texts(name, "given")[:1]}
    return (
        practitioner.get("active") is not False
        and form.username in identifier_values(practitioner, USERNAME)
        and bool(form.npi and numbers)
        and all(is_given_by_form(one) for one in numbers)
        and missing(here, there) | differences(here, there) <= {Trait.NPI}
        and folded_name(form.name.first) in map(folded_name, first_names)
    )


def refuse_another_person(
    practitioner: Resource, form: PrescriberForm, today: Today, findings: Findings
) -> None:
    """Notes a problem if the Practitioner is not, or not surely, the form's person.

    The sentence names what differs, and never quotes it. What the form lacks is reported elsewhere.
    """
    here = Identity(frozenset({form.npi}), form.birth_date, frozenset({form.name.last}))
    there = identity_of(practitioner, today)
    differing, unknown = differences(here, there), missing(here, there) - missing(here, here)
    if differing or unknown:
        facts = " and ".join(_facts(differing, unknown))
        lead = f"{_references([practitioner])} is found by this NPI, but {facts} there"
        findings.problem(NPI_PATH, f"{lead}; {DIFFERS if differing else NOT_STATED}")


def refuse_numbers_of_others(
    registrations: Iterable[Registration],
    found: Sequence[Resource],
    own: Resource | None,
    today: Today,
    findings: Findings,
) -> None:
    """Notes a problem for each DEA number of the form that another Practitioner carries.

    Args:
        registrations: the form's.
        found: the Practitioners that a search by the form's DEA numbers finds.
        own: the form's Practitioner, if there is one.
        today: the day on which a number has to be in force.
        findings: of the form.
    """
    own_id = own["id"] if own else None
    strangers = [one for one in found if one["id"] != own_id]
    for one in registrations:
        if one.kind is RegistrationKind.DEA and (
            others := holders(strangers, DEA_ALIASES, one.number, today)
        ):
            findings.problem(one.path, DEA_OF_ANOTHER.format(others=_references(others)))


def creation_query(form: PrescriberForm, found: Iterable[Resource]) -> str:
    """The query of the search that has to find nobody for a Practitioner to be created.

    No search can tell an NPI in force from an ended one. So Practitioners that are known to have an
    ended one are left out by their ids; the search finds any later ones.
    """
    others = ",".join(one["id"] for one in found)
    query = by_identifiers([(system, form.npi) for system in sorted(NPI_ALIASES)])
    return f"{query}&_id:not={others}" if others else query


def _references(practitioners: Iterable[Resource]) -> str:
    return ", ".join(f"Practitioner/{one['id']}" for one in practitioners)


def _facts(differing: frozenset[Trait], unknown: frozenset[Trait]) -> Iterator[str]:
    if differing:
        yield f"the {in_words(differing)} {'differs' if len(differing) == 1 else 'differ'}"
    if unknown:
        yield f"the {in_words(unknown)} {'is' if len(unknown) == 1 else 'are'} not stated"

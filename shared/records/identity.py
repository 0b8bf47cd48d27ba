"""Who is who: whether two records are about the same person, which a number alone never says.

A number may be mistyped, or another person's on purpose. What a record does not say agrees with
nothing, so that it proves nothing either.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fhir_profiles import Resource
from fhir_profiles.choice import numbered
from fhir_profiles.elements import entries, text
from fhir_profiles.systems import NPI_ALIASES
from fhir_profiles.today import Today
from shared.records.identifiers.spelling import folded

ACCENTS = range(0x0300, 0x0370)
"""Unicode's block of combining diacritical marks; marks of other scripts are letters to us."""
STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe"}
)
"""Letters that no normalization takes apart, as US systems write them."""
PUNCTUATION = frozenset("'\u2018\u2019\u02bb\u02bc\u2032`.\u00ad")
"""What is typed for an apostrophe, the period of "St.", and the hyphen that only breaks a line."""


class Trait(StrEnum):
    """What a person is known by, in words for a sentence."""

    NPI = "NPI"
    BIRTH_DATE = "birth date"
    FAMILY_NAME = "family name"


@dataclass(frozen=True)
class Identity:
    """Who a record says that somebody is.

    Attributes:
        npis: the NPIs in force; empty if there is none.
        birth_date: as `YYYY-MM-DD`; empty if it is not known.
        family_names: every family name, former ones too, as written.
    """

    npis: frozenset[str] = frozenset()
    birth_date: str = ""
    family_names: frozenset[str] = frozenset()


def differences(one: Identity, other: Identity) -> frozenset[Trait]:
    """The traits that both records know and do not share."""
    return frozenset(
        trait
        for trait in Trait
        if (ours := _known(one, trait)) and (theirs := _known(other, trait))
        if ours.isdisjoint(theirs)
    )


def missing(one: Identity, other: Identity) -> frozenset[Trait]:
    """The traits that one of the records, or both, do not know."""
    return frozenset(trait for trait in Trait if not (_known(one, trait) and _known(other, trait)))


def folded_name(name: str) -> str:
    """A name without case, accents, hyphens, apostrophes, periods and spaces.

    The same for a name and for its spelling that is sent to DoseSpot.
    """
    plain = unicodedata.normalize("NFKD", folded(name.casefold()))
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    letters = (one for one in decomposed if ord(one) not in ACCENTS and not _separates(one))
    return "".join(letters).translate(STROKES)


def in_words(traits: frozenset[Trait]) -> str:
    """The names of traits, at least one, for a sentence, such as `NPI and birth date`."""
    *others, last = [trait.value for trait in Trait if trait in traits]
    return f"{', '.join(others)} and {last}" if others else last


def identity_of(practitioner: Resource, today: Today) -> Identity:
    """The NPIs in force on that day, the birth date, and every family name, former ones too.

    A birth date without its day may be anybody's, and is taken as not known.
    """
    names = [text(name.get("family")) for _, name in entries(practitioner, "name")]
    birth_date = text(practitioner.get("birthDate"))
    return Identity(
        npis=numbers_in_force(practitioner, NPI_ALIASES, today),
        birth_date=birth_date if len(birth_date) == len("YYYY-MM-DD") else "",
        family_names=frozenset(name for name in names if name),
    )


def holders(
    found: Iterable[Resource], systems: frozenset[str], value: str, today: Today
) -> list[Resource]:
    """Those of the Practitioners that are active and carry that number in force.

    A number that somebody had once, and a record that was retired, are nobody's.
    """
    return [
        one
        for one in found
        if one.get("active") is not False and value in numbers_in_force(one, systems, today)
    ]


def numbers_in_force(
    practitioner: Resource, systems: frozenset[str], today: Today
) -> frozenset[str]:
    """The identifiers of these systems that count today, spelled as they are sent to DoseSpot."""
    found = numbered(practitioner, systems, today)
    return frozenset(folded(text(identifier.get("value"))).upper() for _, identifier in found)


def _known(identity: Identity, trait: Trait) -> frozenset[str]:
    """What a record knows of a trait: any of these may be it."""
    match trait:
        case Trait.NPI:
            found = identity.npis
        case Trait.BIRTH_DATE:
            found = frozenset({identity.birth_date})
        case Trait.FAMILY_NAME:
            found = frozenset(map(folded_name, identity.family_names))
    return found - {""}


def _separates(letter: str) -> bool:
    """Whether it is a hyphen or dash, a space, or written where an apostrophe is."""
    return letter in PUNCTUATION or letter.isspace() or unicodedata.category(letter) == "Pd"

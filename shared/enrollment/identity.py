"""Whether two records are about one person: NPI, birth date and family name; pure.

What a record does not say agrees with nothing, so that it proves nothing either.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

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
        npis: the NPIs in force; empty where there is none.
        birth_date: as `YYYY-MM-DD`; empty where it is not known.
        family_names: every family name, former ones too, as written.
    """

    npis: frozenset[str]
    birth_date: str
    family_names: frozenset[str]


def differences(one: Identity, other: Identity) -> frozenset[Trait]:
    """The traits that both records know and do not share."""
    return frozenset(
        trait
        for trait in Trait
        if _known(one, trait) and _known(other, trait)
        if _known(one, trait).isdisjoint(_known(other, trait))
    )


def missing(one: Identity, other: Identity) -> frozenset[Trait]:
    """The traits that one of the records, or both, do not know."""
    return frozenset(trait for trait in Trait if not (_known(one, trait) and _known(other, trait)))


def folded_name(name: str) -> str:
    """A name without case, accents, hyphens, apostrophes, periods and spaces."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = (one for one in decomposed if ord(one) not in ACCENTS and not _separates(one))
    return "".join(letters).translate(STROKES)


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

"""The one table of US states, territories and countries, as records spell them.

Sources: USPS Publication 28, appendix B (states, territories, the military's, and the states in
free association, to which the US mail goes); ISO 3166-1 (codes and names of countries) and
ISO 3166-2 (`US-IL`).
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_STATES = """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut; DE
Delaware; FL Florida; GA Georgia; HI Hawaii, Hawai i; ID Idaho; IL Illinois; IN Indiana; IA Iowa;
KS Kansas; KY Kentucky; LA Louisiana; ME Maine; MD Maryland; MA Massachusetts; MI Michigan; MN
Minnesota; MS Mississippi; MO Missouri; MT Montana; NE Nebraska; NV Nevada; NH New Hampshire; NJ
New Jersey; NM New Mexico; NY New York; NC North Carolina, N Carolina; ND North Dakota, N Dakota;
OH Ohio; OK Oklahoma; OR Oregon; PA Pennsylvania; RI Rhode Island; SC South Carolina, S Carolina;
SD South Dakota, S Dakota; TN Tennessee; TX Texas; UT Utah; VT Vermont; VA Virginia; WA Washington;
WV West Virginia, W Virginia; WI Wisconsin; WY Wyoming;
DC District of Columbia, Dist of Columbia, Washington DC
"""
_TERRITORIES = """
PR Puerto Rico; VI Virgin Islands, US Virgin Islands, Virgin Islands US, United States Virgin
Islands, USVI; GU Guam; AS American Samoa; MP Northern Mariana Islands, Commonwealth of the Northern
Mariana Islands, CNMI
"""
_FREELY_ASSOCIATED = """
FM Micronesia, Federated States of Micronesia, Micronesia Federated States of; MH Marshall Islands,
Republic of the Marshall Islands; PW Palau, Republic of Palau
"""
_MILITARY = """
AA Armed Forces Americas, Armed Forces the Americas; AE Armed Forces Europe, Armed Forces Africa,
Armed Forces Canada, Armed Forces Middle East; AP Armed Forces Pacific
"""
_ALPHA_3 = "PR pri; VI vir; GU gum; AS asm; MP mnp; FM fsm; MH mhl; PW plw"
_UNITED_STATES = frozenset(
    {"us", "usa", "840", "united states", "united states of america", "america", "u s", "u s a"}
    | {"united states usa", "united states of america usa", "united states of america the"}
    | {"united states us", "usa united states", "us of america", "estados unidos", "us of a"}
    | {"estados unidos de america", "um", "umi", "united states minor outlying islands"}
    | {"united states america", "u s of a", "ee uu", "eeuu"}
)


def _names(table: str) -> dict[str, str]:
    """The code of each name, in small letters."""
    rows = (" ".join(entry.split()).partition(" ") for entry in table.split(";"))
    return {name.casefold(): code for code, _, names in rows for name in names.split(", ")}


_LICENSING = _names(_STATES) | _names(_TERRITORIES)
STATE_NAMES: Mapping[str, str] = MappingProxyType(
    _LICENSING | _names(_FREELY_ASSOCIATED) | _names(_MILITARY)
)
"""Every name, as `_words` spells it, with its code."""
STATES = frozenset(_LICENSING.values())
"""The codes of those who license prescribers: states, the District of Columbia and territories."""
ADDRESS_STATES = frozenset(STATE_NAMES.values())
"""The codes to which the US mail goes: the military's and the freely associated states' too."""

_MAILED_TO = _names(_TERRITORIES) | _names(_FREELY_ASSOCIATED)
TERRITORIES: Mapping[str, str] = MappingProxyType(
    _MAILED_TO | {code.casefold(): code for code in _MAILED_TO.values()} | _names(_ALPHA_3)
)
"""Countries to which US mail goes under a state's code: territories, and states in free
association."""

_NO_WORD = re.compile(r"[\W_\u02bb\u02bc]+")
# Compiled, and kept by `re`, when an issuer is more than a state's name: most are no more.
_OFFICE = (
    r"\b(board|boards|bureau|commission|commonwealth|council|department|dept|division|government|"
    r"licens\w*|office|professional|regulat\w*|secretary|state)\b"
)
_SCHOOL = r"\b(academy|college|hospital|institute|residency|school|university)\b"
_NAMES = r"\b(" + "|".join(sorted(_LICENSING, key=len, reverse=True)).replace(" ", r"\ ") + r")\b"


def is_us_country(value: str) -> bool:
    """Whether a country is the US or one of its territories, however it is spelled.

    The states in free association, to which the US mail goes, count; an empty text does not.
    """
    words = _words(value)
    return words in _UNITED_STATES or words in TERRITORIES


def territory_of(country: str) -> str:
    """The state code that goes with a country that is a US territory; "" for any other."""
    return TERRITORIES.get(_words(country), "")


def state_named(value: str, states: frozenset[str] = STATES) -> str:
    """The state that a text is: its code or its name, one of `states`; "" for anything else."""
    if value in states:
        return value
    words = _words(value)
    name = words.removeprefix("state of ").removeprefix("commonwealth of ")
    code = STATE_NAMES.get(words) or STATE_NAMES.get(name) or words.removeprefix("us ").upper()
    return code if code in states else ""


def issuing_state(issuer: str) -> str:
    """The state that issues licenses under that name, such as "State of Illinois".

    A school or a hospital is not one, and neither is a name with two states in it.
    """
    if known := state_named(issuer):
        return known
    words = _words(issuer).replace("washington dc", "district of columbia")
    found = {_LICENSING[name] for name in re.findall(_NAMES, words)}
    if len(found) != 1 or re.search(_SCHOOL, words) or not re.search(_OFFICE, words):
        return ""
    return found.pop()


def of_a_school(issuer: str) -> bool:
    """Whether an issuer is a place of learning, which gives degrees and no licenses."""
    return bool(re.search(_SCHOOL, _words(issuer)))


def _words(value: str) -> str:
    """Words in small letters, without accents, periods and other marks, and a leading "the"."""
    plain = value
    if not value.isascii():
        apart = unicodedata.normalize("NFKD", value)
        plain = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return _NO_WORD.sub(" ", plain.replace(".", "").casefold()).strip().removeprefix("the ")

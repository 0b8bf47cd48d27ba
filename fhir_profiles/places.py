"""US states and countries as records spell them: by code, by name, or within an issuer's name.

Source of codes: USPS Publication 28, Appendix B; ISO 3166-1 for countries.
"""

import re

STATE_NAMES: dict[str, str] = {
    "alabama": "AL",
    "alaska": "AK",
    "arizona": "AZ",
    "arkansas": "AR",
    "california": "CA",
    "colorado": "CO",
    "connecticut": "CT",
    "delaware": "DE",
    "district of columbia": "DC",
    "florida": "FL",
    "georgia": "GA",
    "hawaii": "HI",
    "idaho": "ID",
    "illinois": "IL",
    "indiana": "IN",
    "iowa": "IA",
    "kansas": "KS",
    "kentucky": "KY",
    "louisiana": "LA",
    "maine": "ME",
    "maryland": "MD",
    "massachusetts": "MA",
    "michigan": "MI",
    "minnesota": "MN",
    "mississippi": "MS",
    "missouri": "MO",
    "montana": "MT",
    "nebraska": "NE",
    "nevada": "NV",
    "new hampshire": "NH",
    "new jersey": "NJ",
    "new mexico": "NM",
    "new york": "NY",
    "north carolina": "NC",
    "north dakota": "ND",
    "ohio": "OH",
    "oklahoma": "OK",
    "oregon": "OR",
    "pennsylvania": "PA",
    "rhode island": "RI",
    "south carolina": "SC",
    "south dakota": "SD",
    "tennessee": "TN",
    "texas": "TX",
    "utah": "UT",
    "vermont": "VT",
    "virginia": "VA",
    "washington": "WA",
    "west virginia": "WV",
    "wisconsin": "WI",
    "wyoming": "WY",
    "puerto rico": "PR",
    "virgin islands": "VI",
    "us virgin islands": "VI",
    "guam": "GU",
    "american samoa": "AS",
    "northern mariana islands": "MP",
}

TERRITORIES: dict[str, str] = {
    **{name: STATE_NAMES[name] for name in ("puerto rico", "guam", "american samoa")},
    **{name: STATE_NAMES[name] for name in ("virgin islands", "us virgin islands")},
    "northern mariana islands": "MP",
    "marshall islands": "MH",
    "micronesia": "FM",
    "palau": "PW",
    "pr": "PR",
    "pri": "PR",
    "gu": "GU",
    "gum": "GU",
    "as": "AS",
    "asm": "AS",
    "vi": "VI",
    "vir": "VI",
    "mp": "MP",
    "mnp": "MP",
    "mh": "MH",
    "mhl": "MH",
    "fm": "FM",
    "fsm": "FM",
    "pw": "PW",
    "plw": "PW",
}
"""Countries to which US mail goes under a state's code: territories, and states in free
association."""

_UNITED_STATES = frozenset(
    {"us", "usa", "united states", "united states of america", "the united states", "840"}
    | {"the united states of america", "america", "u s", "u s a"}
)

_CODES = frozenset(STATE_NAMES.values())
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_OFFICE = re.compile(
    r"\b(board|boards|bureau|commission|commonwealth|council|department|dept|division|government|"
    r"licens\w*|office|professional|regulat\w*|secretary|state)\b"
)
_SCHOOL = re.compile(r"\b(academy|college|hospital|institute|residency|school|university)\b")
_NAMES = re.compile(
    r"\b(" + "|".join(sorted(STATE_NAMES, key=len, reverse=True)).replace(" ", r"\ ") + r")\b"
)


def is_us_country(value: str) -> bool:
    """Whether a country is the US or one of its territories, however it is spelled."""
    words = _words(value.replace(".", ""))
    return words in _UNITED_STATES or words in TERRITORIES


def territory_of(country: str) -> str:
    """The state code that goes with a country that is a US territory; "" for any other."""
    return TERRITORIES.get(_words(country.replace(".", "")), "")


def state_named(value: str) -> str:
    """The state that a text is: its code or its name; "" for anything else."""
    if value.upper() in _CODES:
        return value.upper()
    words = _words(value.replace(".", ""))
    return STATE_NAMES.get(words) or ("DC" if words == "washington dc" else "")


def issuing_state(issuer: str) -> str:
    """The state that issues licenses under that name, such as "State of Illinois".

    A school or a hospital is none, and neither is a name with two states in it.
    """
    if known := state_named(issuer):
        return known
    words = _words(issuer.replace(".", "")).replace("washington dc", "district of columbia")
    found = {STATE_NAMES[name] for name in _NAMES.findall(words)}
    if len(found) != 1 or _SCHOOL.search(words) or not _OFFICE.search(words):
        return ""
    return found.pop()


def of_a_school(issuer: str) -> bool:
    """Whether an issuer is a place of learning, which gives degrees and no licenses."""
    return bool(_SCHOOL.search(_words(issuer)))


def _words(value: str) -> str:
    return _NO_LETTER.sub(" ", value.casefold()).strip()

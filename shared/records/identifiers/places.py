"""The states and territories of the United States, by code and by name, as tables.

Sources: USPS Publication 28, appendix B (states, territories, the military's, and the states in
free association, to which the US mail goes); ISO 3166-1 (codes of the territories as countries).
"""

from collections.abc import Mapping
from types import MappingProxyType

_STATES = """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut; DE
Delaware; FL Florida; GA Georgia; HI Hawaii, Hawai'i; ID Idaho; IL Illinois; IN Indiana; IA Iowa;
KS Kansas; KY Kentucky; LA Louisiana; ME Maine; MD Maryland; MA Massachusetts; MI Michigan; MN
Minnesota; MS Mississippi; MO Missouri; MT Montana; NE Nebraska; NV Nevada; NH New Hampshire; NJ
New Jersey; NM New Mexico; NY New York; NC North Carolina; ND North Dakota; OH Ohio; OK Oklahoma;
OR Oregon; PA Pennsylvania; RI Rhode Island; SC South Carolina; SD South Dakota; TN Tennessee; TX
Texas; UT Utah; VT Vermont; VA Virginia; WA Washington; WV West Virginia; WI Wisconsin; WY
Wyoming; DC District of Columbia, Washington DC; PR Puerto Rico; VI Virgin Islands, US Virgin
Islands, United States Virgin Islands; GU Guam; AS American Samoa; MP Northern Mariana Islands,
Commonwealth of the Northern Mariana Islands
"""
_ADDRESSES_ONLY = """
FM Micronesia, Federated States of Micronesia; MH Marshall Islands, Republic of the Marshall
Islands; PW Palau, Republic of Palau; AA Armed Forces Americas; AE Armed Forces Europe; AP Armed
Forces Pacific
"""
_COUNTRIES = """
us; usa; 840; united states; united states of america; pr; pri; puerto rico; vi; vir; virgin
islands; us virgin islands; virgin islands us; united states virgin islands; gu; gum; guam; as;
asm; american samoa; mp; mnp; northern mariana islands; um; umi; united states minor outlying
islands; fm; fsm; micronesia; federated states of micronesia; micronesia federated states of; mh;
mhl; marshall islands; pw; plw; palau
"""


def _entries(table: str) -> list[str]:
    return [" ".join(entry.split()) for entry in table.split(";")]


def _names(table: str) -> dict[str, str]:
    """The code of each name, in small letters."""
    rows = (entry.partition(" ") for entry in _entries(table))
    return {name.casefold(): code for code, _, names in rows for name in names.split(", ")}


STATE_NAMES: Mapping[str, str] = MappingProxyType(_names(f"{_STATES};{_ADDRESSES_ONLY}"))
STATES = frozenset(_names(_STATES).values())
ADDRESS_STATES = STATES | frozenset(_names(_ADDRESSES_ONLY).values())
US_COUNTRIES = frozenset(_entries(_COUNTRIES))
"""Names and codes in small letters, without periods and commas."""

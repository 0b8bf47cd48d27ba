"""What the cells of each column mean; what means nothing is refused with the form that is meant."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from shared.dosespot.codes import ROLE_NUMBERS, TfaType

ID, ROLES = "practitionerId", "practitionerRoleTypes"

NOT_A_ROLE = (
    f"a role is a number from 1 to {len(ROLE_NUMBERS)} or a name such as PrescribingClinician"
)
NOT_ROLES = f"{NOT_A_ROLE}, and several are separated by semicolons; write 1;4"
NOT_LICENSES = (
    "a license is a state and a number, and several are separated by semicolons; write"
    " IL:036123456;NY:123456"
)

_NUMBERS_BY_NAME: Mapping[str, int] = MappingProxyType(
    {role.casefold(): number for role, number in ROLE_NUMBERS.items()}
)
_TFA_TYPES: Mapping[str, str] = MappingProxyType(
    {kind.value.casefold(): kind.value for kind in TfaType}
)
_LICENSE = re.compile(r"\s*(?P<state>[A-Za-z. ]*?)\s*:\s*(?P<number>[^:,|\n]*?)\s*")


def role_number(word: str) -> int:
    """The number of a role, which is given by number or name.

    Raises:
        ValueError: there is no such role; the text is a sentence.
    """
    if word.isascii() and word.isdecimal():
        return int(word)
    found = _NUMBERS_BY_NAME.get(re.sub(r"[\s_\-]", "", word).casefold())
    if found is None:
        raise ValueError(NOT_A_ROLE)
    return found


def _roles(cell: str) -> list[int]:
    words = re.split(r"[;,|]|(?<=[0-9])\s+", cell)
    try:
        return [role_number(word.strip()) for word in words if word.strip()]
    except ValueError:
        raise ValueError(NOT_ROLES) from None


def _licenses(cell: str) -> list[dict[str, str]]:
    found = [_LICENSE.fullmatch(part) for part in cell.split(";") if part.strip()]
    if not all(found):
        raise ValueError(NOT_LICENSES)
    return [{"State": one["state"], "LicenseNumber": one["number"]} for one in found if one]


def _flag(cell: str) -> Any:
    return {"true": True, "false": False}.get(cell.casefold(), cell)


def _tfa_type(cell: str) -> str:
    return _TFA_TYPES.get(cell.casefold(), cell)


CELLS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        ID: str,
        ROLES: _roles,
        "medicalLicenseNumbers": _licenses,
        "initIdp": _flag,
        "initTfa": _flag,
        "tfaType": _tfa_type,
        "organizationId": str,
    }
)
"""How a cell of each column is read; raises ValueError, whose text is a sentence without the cell.

What is left as it is, such as a flag that is neither true nor false, the bot's input refuses.
"""

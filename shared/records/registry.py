"""What the NPI Registry says of a number, held against what is said of its holder; pure.

That the number is no person's, or not in service, blocks. That names, states or licenses differ
only warns, because prescribers keep the registry up to date themselves, and it is often behind.
"""

import re
import unicodedata
from dataclasses import dataclass

from shared.records.findings import Findings
from shared.records.prescriber import MedicalLicense

NPI_TYPE = (
    "NPI Registry validation failed: Invalid NPI type. Only individual NPIs (Type 1) are allowed."
)
"""A row of the prescriber creation interface's error table, word for word."""
NOT_IN_SERVICE = (
    "NPI Registry validation failed: the registry has no such NPI, or it is deactivated; compare"
    " the number with the registry"
)
OTHER_NAME = (
    "the NPI Registry has another name for this NPI; make sure that the NPI is this person's"
)
OTHER_STATE = "the NPI Registry shows no practice or license in this state for this NPI"
OTHER_LICENSE = "the NPI Registry shows another license in this state for this NPI"

_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class RegistryEntry:
    """What the registry shows of an NPI.

    Attributes:
        individual: whether it is a person's (type 1), and not an organization's (type 2).
        active: whether it is in service.
        names: first and last names: the legal ones, then others.
        states: where the person practices or is licensed.
        licenses: those that were declared.
    """

    individual: bool
    active: bool
    names: tuple[tuple[str, str], ...]
    states: frozenset[str]
    licenses: tuple[MedicalLicense, ...]


@dataclass(frozen=True)
class Placed:
    """A value, and the path where it stands; an empty value says nothing."""

    path: str
    value: str


@dataclass(frozen=True)
class NpiHolder:
    """Whose number it is said to be.

    Attributes:
        licenses: the path of each license, and the license.
    """

    npi: Placed
    first_name: Placed
    last_name: Placed
    state: Placed
    licenses: tuple[tuple[str, MedicalLicense], ...] = ()


def compared(entry: RegistryEntry | None, holder: NpiHolder) -> Findings:
    """What the registry's entry, None if there is none, says against the holder."""
    findings = Findings()
    if entry is None or not entry.active:
        findings.problem(holder.npi.path, NOT_IN_SERVICE)
    elif not entry.individual:
        findings.problem(holder.npi.path, NPI_TYPE)
    else:
        _warn(entry, holder, findings)
    return findings


def _warn(entry: RegistryEntry, holder: NpiHolder, findings: Findings) -> None:
    if not any(_same(holder.last_name.value, last) for _, last in entry.names):
        findings.warning(holder.last_name.path, OTHER_NAME)
    elif not any(_begins_alike(holder.first_name.value, first) for first, _ in entry.names):
        findings.warning(holder.first_name.path, OTHER_NAME)
    if holder.state.value and entry.states and holder.state.value not in entry.states:
        findings.warning(holder.state.path, OTHER_STATE)
    for path, license_ in holder.licenses:
        shown = {_bare(known.number) for known in entry.licenses if known.state == license_.state}
        if shown and _bare(license_.number) not in shown:
            findings.warning(path, OTHER_LICENSE)


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _begins_alike(one: str, other: str) -> bool:
    """Whether one first name begins with the other: the registry has Jane for Jane Marie."""
    first, second = sorted((_bare(one), _bare(other)), key=len)
    return bool(first) and second.startswith(first)


def _bare(value: str) -> str:
    """Letters and digits without accents, case and leading zeros."""
    decomposed = unicodedata.normalize("NFKD", value)
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return _NO_LETTER_OR_DIGIT.sub("", plain).casefold().lstrip("0")

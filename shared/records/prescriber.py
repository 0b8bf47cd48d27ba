"""The prescriber as DoseSpot needs to know them: plain values, checked and normalised.

How they are read from FHIR is `practitioner.py`'s business.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PersonName:
    """A name; empty texts mean that there is none."""

    first: str
    middle: str
    last: str
    prefix: str
    suffix: str


@dataclass(frozen=True)
class StreetAddress:
    """A US address; `line2` may be empty."""

    line1: str
    line2: str
    city: str
    state: str
    zip_code: str


@dataclass(frozen=True)
class DeaRegistration:
    """A DEA number and the state that it is for."""

    number: str
    state: str


@dataclass(frozen=True)
class MedicalLicense:
    """A state's medical license; without a clinic it is for the clinic of the secrets."""

    number: str
    state: str
    clinic_id: str = ""


@dataclass(frozen=True)
class Prescriber:
    """One person who prescribes, ready to be sent to DoseSpot.

    Attributes:
        phone: ten digits, an extension as `x123` behind them.
        fax: ten digits.
        email: empty if there is none.
        dea: a DEA number per state; empty for who prescribes no controlled substances.
        active: whether the person may work in DoseSpot at all.
        nadean: narcotic addiction DEA numbers; nobody needs one.
        licenses: medical licenses that stand on the Practitioner.
    """

    name: PersonName
    birth_date: date
    npi: str
    email: str
    phone: str
    fax: str
    address: StreetAddress
    dea: tuple[DeaRegistration, ...]
    active: bool
    nadean: tuple[DeaRegistration, ...] = ()
    licenses: tuple[MedicalLicense, ...] = ()

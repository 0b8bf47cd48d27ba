"""Reads the form with which a prescriber is created, and finds everything that is wrong with it.

Sources: the field and error tables of a prescriber creation interface, whose names it has; what a
clinic's enrollment form adds (locations with DEA number, NADEAN and license each); and what
DoseSpot needs beyond both (fax, middle name, prefix, suffix). `form_rules.py` has the rules.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fhir_profiles.codes import ClinicianRole, ConsentStatus, SmsConsent
from shared.dosespot.codes import ROLE_NUMBERS
from shared.prescriber_form.rules.checks import (
    LENIENT,
    STRICT,
    FormRules,
    parse_billing_line,
    parse_form_state,
    parse_second_line,
)
from shared.records.findings import Findings, path_of
from shared.records.form_reading import FormReading
from shared.records.identifiers import (
    NAME_LENGTH,
    TITLE_LENGTH,
    dea_warnings,
    parse_city,
    parse_dea,
    parse_fax,
    parse_fhir_id,
    parse_hpii,
    parse_license,
    parse_nadean,
    parse_npi,
    parse_pbs_prescriber_number,
    parse_pbs_prescriber_type,
    parse_plain,
    parse_spelled_name,
    parse_state,
)
from shared.records.prescriber import PersonName, StreetAddress
from shared.records.reading import Parse
from shared.records.wrong_types import NOT_WHOLE_NUMBER

NPI_PATH = "details.npi"
ONE_OF_BOTH = "enter either locationId or locationName, to say which Location it is"
ONE_DEFAULT = "only one location can be the default; set useAsDefault to true for one"
NOT_A_ROLE = f"{NOT_WHOLE_NUMBER} from 1 to {len(ROLE_NUMBERS)}"
NEEDS_NUMBER = "is the type of a prescriberNumber; enter that too"
NOT_USED = "is not used, because ifBillingSameAsMailing is true"

Consents = tuple[tuple[SmsConsent, ConsentStatus], ...]


def too_long(longest: int) -> str:
    """What is said of an optional text that DoseSpot can't take."""
    return f"is left out, because DoseSpot takes at most {longest} characters here; shorten it"


@dataclass(frozen=True)
class FormLocation:
    """Where the prescriber works, and with which numbers there; empty texts: not given.

    Attributes:
        path: where it is in the form.
        location_id: id of the FHIR Location, or empty if `name` says which.
        state: the state that the numbers are for; empty if the Location says.
        default: whether the prescriber prescribes from there by default.
    """

    path: str
    location_id: str
    name: str
    default: bool
    state: str
    dea: str
    nadean: str
    license: str


@dataclass(frozen=True)
class PrescriberForm:
    """What the form says, checked and normalised; empty texts: not given.

    Attributes:
        birth_date: as `YYYY-MM-DD`.
        gender: FHIR's code.
        dea_state: the state that `dea` is for.
        roles: the roles to grant in DoseSpot.
        invite: whether the prescriber should become a member of the project.
    """

    name: PersonName
    username: str
    email: str
    phone: str
    fax: str
    gender: str
    birth_date: str
    npi: str
    dea: str
    dea_state: str
    speciality: str
    provider_type: str
    hpii: str
    pbs_number: str
    pbs_type: str
    mailing: StreetAddress
    billing: StreetAddress
    consents: Consents
    locations: tuple[FormLocation, ...]
    roles: frozenset[ClinicianRole]
    invite: bool


def read_form(body: dict[str, Any], today: date) -> tuple[PrescriberForm, Findings]:
    """Reads and checks a form.

    Args:
        body: the JSON object that was sent.
        today: the day on which an age counts.

    Returns:
        The form, and what was found; with any problem among the findings the form has gaps and
        must not be used. Paths are the form's own, such as `mailingAddress.zipCode`.
    """
    reading = FormReading(body, Findings())
    rules = STRICT if reading.flag("strict") else LENIENT
    name = _name(reading, rules)
    details, mailing_part = reading.part("details"), reading.part("mailingAddress")
    mailing = address_in(mailing_part, rules, rules.street, parse_second_line)
    consents, invite = _consents(reading), reading.flag("invite") or False
    dea, pbs_number = dea_in(details, "dea", name.last), _pbs_number(details)
    form = PrescriberForm(
        name=name,
        username=reading.text("username", parse_plain, missing=rules.missing["username"]),
        email=_email(reading, rules, required=invite or _agrees(consents)),
        phone=reading.text("phone", rules.phone, missing=rules.missing["phone"]),
        fax=reading.text("fax", parse_fax),
        gender=reading.text("gender", rules.gender),
        birth_date=_birth_date(reading, rules, today),
        npi=details.digits("npi", parse_npi, missing=rules.missing["npi"]),
        dea=dea,
        dea_state=_dea_state(details, dea, mailing),
        speciality=details.text("speciality", parse_plain),
        provider_type=details.text("providerType", parse_plain),
        hpii=details.text("hpiiNumber", parse_hpii),
        pbs_number=pbs_number,
        pbs_type=_pbs_type(details, pbs_number),
        mailing=mailing,
        billing=_billing(reading, rules, mailing),
        consents=consents,
        locations=_locations(reading, name.last),
        roles=_roles(reading),
        invite=invite,
    )
    reading.refuse_unknown()
    return form, reading.findings


def _name(reading: FormReading, rules: FormRules) -> PersonName:
    return PersonName(
        first=reading.text("fName", rules.first_name, missing=rules.missing["fName"]),
        middle=_if_it_fits(reading, "mName", parse_spelled_name, NAME_LENGTH),
        last=reading.text("lName", rules.last_name, missing=rules.missing["lName"]),
        prefix=_if_it_fits(reading, "prefix", parse_plain, TITLE_LENGTH),
        suffix=_if_it_fits(reading, "suffix", parse_plain, TITLE_LENGTH),
    )


def _if_it_fits(reading: FormReading, name: str, parse: Parse, longest: int) -> str:
    """An optional text; "" with a warning where DoseSpot takes none that is so long."""
    value = reading.text(name, parse)
    if len(value) <= longest:
        return value
    reading.findings.warning(reading.path(name), too_long(longest))
    return ""


def _email(reading: FormReading, rules: FormRules, *, required: bool) -> str:
    needed = required or rules.email_required
    return reading.text("email", rules.email, missing=rules.missing["email"] if needed else "")


def _birth_date(reading: FormReading, rules: FormRules, today: date) -> str:
    return reading.text(
        "dateOfBirth",
        lambda value: rules.birth_date(value, today),
        missing=rules.missing["dateOfBirth"],
    )


def dea_in(part: FormReading, name: str, family_name: str) -> str:
    """The DEA number of a field; warns where its letters are not this person's."""
    number = part.text(name, parse_dea)
    for sentence in dea_warnings(number, family_name) if number else ():
        part.findings.warning(part.path(name), sentence)
    return number


def _dea_state(details: FormReading, dea: str, mailing: StreetAddress) -> str:
    """The state that the DEA number is for; without one, that of the mailing address."""
    given = details.text("deaState", parse_state)
    if given or not dea or not mailing.state or details.has("deaState"):
        return given
    return details.findings.parsed(details.path("deaState"), parse_state, mailing.state)


def _pbs_number(details: FormReading) -> str:
    return details.text("prescriberNumber", parse_pbs_prescriber_number)


def _pbs_type(details: FormReading, number: str) -> str:
    kind = details.text("prescriberType", parse_pbs_prescriber_type)
    if kind and not number and not details.has("prescriberNumber"):
        details.problem("prescriberType", NEEDS_NUMBER)
    return kind


def address_in(
    part: FormReading, rules: FormRules, street: Parse, second_line: Parse
) -> StreetAddress:
    """The address that a part of a form says, with gaps where something is wrong."""
    part.text("country", rules.country)
    return StreetAddress(
        line1=part.text("address1", street, missing=rules.missing["address1"]),
        line2=part.text("address2", second_line),
        city=part.text("city", parse_city, missing=rules.missing["city"]),
        state=part.text("state", parse_form_state, missing=rules.missing["state"]),
        zip_code=part.text("zipCode", rules.zip_code, missing=rules.missing["zipCode"]),
    )


def _billing(reading: FormReading, rules: FormRules, mailing: StreetAddress) -> StreetAddress:
    same = reading.flag("ifBillingSameAsMailing", required=True)
    if same and reading.has("billingAddress"):
        reading.findings.warning("billingAddress", NOT_USED)
    if same is not False:
        return mailing
    part = reading.part("billingAddress")
    return address_in(part, rules, rules.billing_street, parse_billing_line)


def _consents(reading: FormReading) -> Consents:
    """What the form says of each consent, and what it presumes of one."""
    authentication = reading.flag("authSmsConsent", required=True)
    messages, rates = reading.flag("smsConsent"), reading.flag("dataRatesSmsConsent")
    given = {
        SmsConsent.AUTHENTICATION: authentication,
        SmsConsent.MESSAGES: messages,
        SmsConsent.DATA_RATES: rates,
    }
    answered = [
        (consent, ConsentStatus.GIVEN if agrees else ConsentStatus.REFUSED)
        for consent, agrees in given.items()
        if agrees is not None
    ]
    presumed = [(SmsConsent.DATA_RATES, ConsentStatus.PROPOSED)] if rates is None else []
    return (*answered, *presumed)


def _agrees(consents: Consents) -> bool:
    """Whether text messages are agreed to, for which an e-mail address is needed."""
    return any(
        status is ConsentStatus.GIVEN and consent is not SmsConsent.DATA_RATES
        for consent, status in consents
    )


def _locations(reading: FormReading, family_name: str) -> tuple[FormLocation, ...]:
    found = tuple(_location(part, family_name) for part in reading.parts("locations"))
    if sum(location.default for location in found) > 1:
        reading.problem("locations", ONE_DEFAULT)
    return found


def _location(part: FormReading, family_name: str) -> FormLocation:
    if part.given is not None and part.has("locationId") == part.has("locationName"):
        part.problem("locationId", ONE_OF_BOTH)
    return FormLocation(
        path=path_of(*part.steps),
        location_id=part.text("locationId", parse_fhir_id),
        name=part.text("locationName", parse_plain),
        default=part.flag("useAsDefault") or False,
        state=part.text("state", parse_state),
        dea=dea_in(part, "deaNumber", family_name),
        nadean=part.text("naDeaNumber", parse_nadean),
        license=part.text("medicalLicenseNumber", lambda value: parse_license(parse_plain(value))),
    )


def _roles(reading: FormReading) -> frozenset[ClinicianRole]:
    """The roles to grant; the prescribing one where none is named."""
    known = {number: role for role, number in ROLE_NUMBERS.items()}
    given = reading.items("practitionerRoleTypes")
    wrong = [index for index, one in enumerate(given) if type(one) is not int or one not in known]
    for index in wrong:
        reading.findings.problem(path_of("practitionerRoleTypes", index), NOT_A_ROLE)
    named = frozenset(known[one] for index, one in enumerate(given) if index not in wrong)
    return named or frozenset({ClinicianRole.PRESCRIBING_CLINICIAN})

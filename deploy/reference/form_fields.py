"""The fields of the prescriber form: where each comes from, what it means, and a value for it.

What the code asks a form for is compared with these names by a test. The values let
`form_table.py` find out what becomes of a field, and `form_schema.py` of which type it is.
"""

from typing import Any, NamedTuple

CREATION, ENROLLMENT, OURS = "creation", "enrollment", "ours"


class FormField(NamedTuple):
    """One field.

    Attributes:
        source: the form that it comes from.
        example: a value that occurs in no other field.
        wrong: a value that is not valid.
        meaning: what it holds, for people.
    """

    source: str
    example: Any
    wrong: Any
    meaning: str


FIELDS: dict[str, FormField] = {
    "fName": FormField(CREATION, "Quorble", "R2", "First name"),
    "mName": FormField(OURS, "Vexmire", "R2", "Middle name"),
    "lName": FormField(CREATION, "Zyxwvut", "R2", "Last name"),
    "prefix": FormField(OURS, "Drx.", "D" * 11, "Prefix, such as Dr"),
    "suffix": FormField(OURS, "Jrx.", "J" * 11, "Suffix, such as Jr"),
    "username": FormField(CREATION, "qzyx", "<", "Name under which the prescriber signs in"),
    "email": FormField(
        CREATION,
        "q@garply.example",
        "q",
        "E-mail address; required for text messages, for an invitation, and where `strict` is true",
    ),
    "phone": FormField(CREATION, "3459876543", "345", "Phone number with 10 digits"),
    "fax": FormField(OURS, "6789876541", "345", "Fax number with 10 digits"),
    "gender": FormField(CREATION, "F", "X", "M, F or O (other or unknown)"),
    "dateOfBirth": FormField(
        CREATION, "1973-11-29", "1973", "Date of birth, such as 1980-05-15 or 05/15/1980"
    ),
    "details.npi": FormField(
        CREATION, "1558598797", "1", "National Provider Identifier, 10 digits"
    ),
    "details.dea": FormField(CREATION, "MZ8675300", "M1", "DEA number, such as AB1234563"),
    "details.deaState": FormField(
        OURS, "WY", "XX", "State that `dea` is for; without it, that of the mailing address"
    ),
    "details.speciality": FormField(CREATION, "Garplology", "<", "Medical specialty, in words"),
    "details.providerType": FormField(
        CREATION, "Garplologist", "<", "Kind of provider, in words, such as MD"
    ),
    "details.hpiiNumber": FormField(OURS, "8003619900015717", "1", "Australian HPI-I, 16 digits"),
    "details.prescriberNumber": FormField(
        OURS, "2603485", "1", "Australian PBS prescriber number, 7 digits"
    ),
    "details.prescriberType": FormField(
        OURS, "T", "X", "Australian PBS prescriber type; needs `prescriberNumber`"
    ),
    "mailingAddress.address1": FormField(
        CREATION, "77 Quuxley Rd", "PO Box 1", "Street address, not a PO box"
    ),
    "mailingAddress.address2": FormField(
        CREATION, "Suite Grault", "PO Box 1", "Suite, floor or building"
    ),
    "mailingAddress.city": FormField(CREATION, "Plughville", "<", "City"),
    "mailingAddress.state": FormField(
        CREATION, "IL", "XX", "Two-letter US abbreviation, such as IL"
    ),
    "mailingAddress.zipCode": FormField(
        CREATION, "62795-4821", "1", "ZIP code, such as 62701 or 62701-1234"
    ),
    "mailingAddress.country": FormField(CREATION, "US", "CA", "US"),
    "ifBillingSameAsMailing": FormField(
        CREATION, False, "no", "Whether bills go to the mailing address"
    ),
    "billingAddress.address1": FormField(CREATION, "88 Waldo Rd", "<", "Street address or PO box"),
    "billingAddress.address2": FormField(CREATION, "Suite Fred", "<", "Suite, floor or building"),
    "billingAddress.city": FormField(CREATION, "Xyzzyton", "<", "City"),
    "billingAddress.state": FormField(
        CREATION, "NV", "XX", "Two-letter US abbreviation, such as IL"
    ),
    "billingAddress.zipCode": FormField(
        CREATION, "88901", "1", "ZIP code, such as 62701 or 62701-1234"
    ),
    "billingAddress.country": FormField(CREATION, "US", "CA", "US"),
    "authSmsConsent": FormField(
        CREATION,
        True,
        "yes",
        "Whether the prescriber agrees to text messages that prove their identity",
    ),
    "smsConsent": FormField(
        CREATION, False, "yes", "Whether the prescriber agrees to other text messages"
    ),
    "dataRatesSmsConsent": FormField(
        CREATION,
        True,
        "yes",
        "Whether the prescriber understands that message and data rates may apply",
    ),
    "locations[].locationId": FormField(
        ENROLLMENT, "north", "../x", "Id of the FHIR Location; give this or `locationName`"
    ),
    "locations[].locationName": FormField(
        ENROLLMENT, None, "<", "Name of the FHIR Location; give this or `locationId`"
    ),
    "locations[].useAsDefault": FormField(
        ENROLLMENT,
        True,
        "yes",
        "Whether this is the default place to prescribe from; true for one location only",
    ),
    "locations[].state": FormField(
        OURS, "NM", "XX", "State that the numbers are for; without it, that of the Location"
    ),
    "locations[].deaNumber": FormField(
        ENROLLMENT, "BZ3141594", "B1", "DEA number for this location"
    ),
    "locations[].naDeaNumber": FormField(ENROLLMENT, "XZ3141594", "X1", "NADEAN for this location"),
    "locations[].medicalLicenseNumber": FormField(
        ENROLLMENT, "LX-90817-FRED", "L" * 36, "Number of the medical license for this location"
    ),
    "practitionerRoleTypes": FormField(
        OURS, [1], [0], "Roles in DoseSpot, 1 to 6; without it, 1 (prescribing)"
    ),
    "invite": FormField(ENROLLMENT, True, "yes", "Whether to invite the prescriber to the project"),
    "strict": FormField(
        OURS, False, "yes", "Whether to apply the prescriber creation document to the letter"
    ),
}


def filled(field: str = "", value: Any = None) -> dict[str, Any]:
    """A form with every example, but for another value of one field."""
    body: dict[str, Any] = {}
    for name, one in FIELDS.items():
        given = value if name == field else one.example
        head, _, rest = name.partition(".")
        if head == "locations[]":
            body.setdefault("locations", [{}])[0][rest] = given
        elif rest:
            body.setdefault(head, {})[rest] = given
        else:
            body[name] = given
    return body


def without(field: str) -> dict[str, Any]:
    """A form with every example but one."""
    body = filled()
    head, _, rest = field.partition(".")
    parent = body["locations"][0] if head == "locations[]" else body[head] if rest else body
    del parent[rest or field]
    return body

"""The profile and the bots judge single values alike, right and wrong ones."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from deploy.sandbox.fhir.profiles import broken_rules
from fhir_profiles import Resource
from shared.records.identifiers import (
    ADDRESS_STATES,
    RuleBroken,
    dea_warnings,
    parse_dea,
    parse_email,
    parse_fax,
    parse_npi,
    parse_phone,
    parse_state,
    parse_street_line,
    parse_zip,
)
from tests.profiles.examples import PROFILES, Example

PROFILE = "enrollable-practitioner"

NPI = "/identifier/0/value"
DEA = "/identifier/1/value"
DEA_STATE = "/identifier/1/assigner/display"
EMAIL, PHONE, FAX = (f"/telecom/{index}/value" for index in range(3))
LINE, STATE, ZIP = (f"/address/0/{name}" for name in ("line/0", "state", "postalCode"))

NUMBERS = """345-123-4567|(345) 123-4567|345.123.4567|+1 345 123 4567|1-345-123-4567|3451234567
345-123-4567x123|345-123-4567 X 123|345-123-4567 ext. 9|+1 (345) 123-4567 extension 123456
345-123-4567x|345-123-4567x1234567|x123|x1x2|345-123-456|34512345678|23451234567|345-CALL-NOW
045-123-4567|145-123-4567|1-145-123-4567|555-123-4567|1 555 123 4567|345-777-7777|333-333-3456
345-222-2221|222-222-3456|345-555-1234|3451234567-|0000000000|1111111111|11111111111
345-123-4567 # 1234|345-123-4567, ext. 12|345-123-4567 ext: 12|345-123-4567;ext=12
tel:+1-345-123-4567|001 345 123 4567|+65 6123 4567|+47 22 12 34 56|345-123-4567 (x12)
345\N{NON-BREAKING HYPHEN}123\N{NON-BREAKING HYPHEN}4567|345\N{EN DASH}123\N{EN DASH}4567"""

Rule = Callable[[str], object]


def _address_state(value: str) -> str:
    return parse_state(value, ADDRESS_STATES)


VALUES: dict[tuple[str, Rule], str] = {
    (NPI, parse_npi): "1234567893|1558598797|1993999998|2000000002|1000000004|1234567890|2000000006"
    "|3000000000|0234567893|123456789|12345678931|123456789a|1558598790|1993999999",
    (DEA, parse_dea): "AB1234563|AP5836727|F91234563|BB1388568|AB1234563-12345|ab1234563|AB1234567"
    "|A91234563|9B1234563|AB123456|AB12345678|AB1234563-|AB1234563-12345678|AB1234563-A1",
    (DEA_STATE, parse_state): "IL|il|DC|PR|VI|GU|AS|MP|FM|AE|XX|Illinois|I",
    (STATE, _address_state): "IL|il|DC|MP|FM|MH|PW|AA|AE|AP|XX|Illinois|I",
    (ZIP, parse_zip): "12345|12345-1234|123451234|1234|123456|12345-|12345-123|12345 1234|K1A0B1",
    (PHONE, parse_phone): NUMBERS.replace("\n", "|"),
    (FAX, parse_fax): NUMBERS.replace("\n", "|"),
    (
        LINE,
        parse_street_line,
    ): "123 Main St|1 Boxwood Ln|9 Expo Box Rd|P.O. Box 12|PO Box 12|POBox 1"
    "|p o box 12|Post Office Box 12|Ste 1, POBOX12|PO Boxwood 3|P.O.Box|Postoffice box 9"
    "|POB 4471|PO Drawer 12|P.O. Bx 77|PSC 3 Box 4|PMB 12"
    f"|{'A' * 35}|{'A' * 36}",
}
EMAILS = (
    "jane.smith@example.com|j+1@mail.example.org|J@X.CO|jane|jane@example"
    "|@example.com|a@b@c.de|a b@c.de|a@b..de|a@b.de,"
)
LONG = set(NUMBERS.replace("\n", "|").split("|")[10:])
"""A fax number's rules are a telephone number's, so most are tried of one of them only."""
CASES = [
    pytest.param(
        path,
        rule,
        value,
        id=f"{path} {value}",
        marks=pytest.mark.torture if path == FAX and value in LONG else (),
    )
    for (path, rule), values in VALUES.items()
    for value in values.split("|")
]


def refuses(path: str, value: str, definition: Resource = PROFILES[PROFILE]) -> bool:
    example = Example("", PROFILE, [{"op": "replace", "path": path, "value": value}])
    return bool(broken_rules(example.value, definition))


def with_warnings_as_errors() -> Resource:
    definition: Resource = deepcopy(PROFILES[PROFILE])
    for element in definition["snapshot"]["element"]:
        for rule in element.get("constraint", []):
            rule["severity"] = "error" if rule["key"].startswith("epr-") else rule["severity"]
    return definition


def parses(rule: Rule, value: str) -> bool:
    try:
        rule(value)
    except RuleBroken:
        return False
    return True


@pytest.mark.parametrize(("path", "rule", "value"), CASES)
def test_profile_refuses_exactly_what_the_bots_refuse(path: str, rule: Rule, value: str) -> None:
    assert refuses(path, value) is not parses(rule, value)


@pytest.mark.parametrize("value", ["F91234563", "AS1234563", "AB1234563", "AB4523767", "CD9876543"])
def test_profile_warns_of_exactly_what_the_bots_warn_of(value: str) -> None:
    assert refuses(DEA, value, with_warnings_as_errors()) is bool(dea_warnings(value, "Smith"))


@pytest.mark.parametrize("value", EMAILS.split("|"))
def test_profile_warns_of_an_email_exactly_where_the_bots_leave_it_out(value: str) -> None:
    assert refuses(EMAIL, value, with_warnings_as_errors()) is not parses(parse_email, value)
    assert not refuses(EMAIL, value)

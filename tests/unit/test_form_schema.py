"""The schema of the prescriber form takes what the bot takes, but for the form of values."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deploy.reference.form_fields import FIELDS, filled, without
from deploy.reference.form_schema import TITLE, form_schemas
from deploy.reference.form_table import DAY
from shared.prescriber_form.rules.form import read_form
from shared.records.wrong_types import NOT_FLAG, NOT_LIST, NOT_OBJECT, NOT_TEXT, UNKNOWN

SCHEMAS = form_schemas()
VALIDATOR = Draft202012Validator({**SCHEMAS[TITLE], "$defs": SCHEMAS})
ABOUT_TYPES = {NOT_FLAG, NOT_LIST, NOT_OBJECT, NOT_TEXT, UNKNOWN}
PARTS = ("details", "mailingAddress", "billingAddress", "locations")


def problems(body: dict[str, Any]) -> list[str]:
    """The sentences that the bot says against a form."""
    _, findings = read_form(body, DAY)
    return [one.sentence for one in findings.problems]


def agreed(body: dict[str, Any]) -> bool:
    """Whether a form is valid, which schema and bot must agree about."""
    valid = VALIDATOR.is_valid(body)
    assert valid is (problems(body) == [])
    return valid


def whole(field: str = "", value: Any = None) -> dict[str, Any]:
    """A form with every field, but for another value of one; an id says which Location it is."""
    body = filled(field, value)
    del body["locations"][0]["locationName"]
    return body


def test_the_form_of_all_examples_is_valid() -> None:
    assert agreed(whole())


def valid_without(field: str) -> dict[str, Any]:
    body = without(field)
    body["locations"][0].pop("locationName", None)
    return body


@pytest.mark.parametrize("field", FIELDS)
def test_schema_and_bot_agree_on_whether_a_field_is_required(field: str) -> None:
    agreed(valid_without(field))


@pytest.mark.parametrize("part", PARTS)
def test_schema_and_bot_agree_on_whether_a_part_is_required(part: str) -> None:
    body = valid_without("strict")
    del body[part]
    agreed(body)


@pytest.mark.parametrize("value", ["", "x", 1, True, [], {}, None], ids=repr)
@pytest.mark.parametrize("field", FIELDS)
def test_a_value_of_a_wrong_type_is_not_valid(field: str, value: Any) -> None:
    body = filled(field, value)
    if ABOUT_TYPES & set(problems(body)):
        assert not VALIDATOR.is_valid(body)


@pytest.mark.parametrize("value", ["x", 1, True, [], {}, None], ids=repr)
@pytest.mark.parametrize("field", sorted({*FIELDS} - {"locations[].locationName"}))
def test_a_value_that_the_bot_takes_is_valid(field: str, value: Any) -> None:
    body = whole(field, value)
    assert problems(body) or VALIDATOR.is_valid(body)


@pytest.mark.parametrize("flag", ["authSmsConsent", "smsConsent", "invite", "strict"])
def test_schema_and_bot_agree_on_who_needs_an_email_address(flag: str) -> None:
    quiet = {"authSmsConsent": False, "smsConsent": False, "invite": False, "strict": False}
    body = valid_without("email") | quiet
    assert agreed(body)
    assert not VALIDATOR.is_valid({**body, flag: True})
    assert problems({**body, flag: True}) != []


def test_no_billing_address_is_needed_where_it_is_the_mailing_address() -> None:
    body = valid_without("strict") | {"ifBillingSameAsMailing": True}
    del body["billingAddress"]
    assert agreed(body)


@pytest.mark.parametrize(
    "location", [{}, {"locationId": "a", "locationName": "b"}, {"locationName": "b"}], ids=str
)
def test_schema_and_bot_agree_on_what_names_a_location(location: dict[str, Any]) -> None:
    assert agreed(valid_without("strict") | {"locations": [location]}) is (len(location) == 1)


def test_schema_and_bot_refuse_a_field_that_there_is_not() -> None:
    for name in ("more", "details"):
        body = valid_without("strict")
        (body if name == "more" else body[name])["unknown"] = 1
        assert not agreed(body)

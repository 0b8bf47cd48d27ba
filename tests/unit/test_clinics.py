"""Which clinic a call means, as a table; and the clinics that resources and secrets name."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles.clinic import affiliations, clinic_number
from fhir_profiles.systems import DOSESPOT_CLINIC
from fhir_profiles.today import Today
from shared.clinics.rules.meant import (
    NONE_THERE,
    NOT_A_CLINIC,
    WHICH,
    WHICH_OF_ALL,
    WHICH_OF_THEIRS,
    MeantClinic,
    meant_clinic,
    project_clinics,
)
from shared.dosespot.settings import DoseSpotSettings
from shared.errors import BotError, Misconfigured
from shared.records.findings import INPUT_REFUSED
from shared.runtime.known_secrets import further_clinic
from shared.runtime.payload import Secret
from shared.runtime.settings import Settings

TODAY = Today(datetime(2026, 3, 10, 12, tzinfo=UTC))
OWN, NORTH, SOUTH, KEYLESS = 7, 8, 9, 10


def clinic(number: object, **more: Any) -> dict[str, Any]:
    identifier = {"system": DOSESPOT_CLINIC, "value": str(number)}
    return {"resourceType": "Organization", "id": f"o{number}", "identifier": [identifier], **more}


def role(at: str = "", practitioner: str = "Practitioner/p", **more: Any) -> dict[str, Any]:
    where = {"organization": {"reference": at}} if at else {}
    whose = {"practitioner": {"reference": practitioner}}
    return {"resourceType": "PractitionerRole", "active": True, **whose, **where, **more}


CLINICS = project_clinics(
    OWN,
    [NORTH, SOUTH],
    [clinic(OWN), clinic(NORTH), clinic(SOUTH), clinic(KEYLESS), {"id": "none"}],
)
ALL = "o7 (clinic 7) or o8 (clinic 8) or o9 (clinic 9)"


@pytest.mark.parametrize(
    ("at", "organization"),
    [
        ("Organization/o8", "o8"),
        ("Organization/o7", "o7"),
        ("", "o7"),
        ("Organization/ward", "o7"),
        ("Organization/o10", "o7"),
    ],
)
def test_a_role_is_about_its_clinic_or_else_the_own_one(at: str, organization: str) -> None:
    assert CLINICS.organization_id(role(at)) == organization


def test_the_own_clinic_has_no_name_before_its_organization() -> None:
    assert project_clinics(OWN, [NORTH], [clinic(NORTH)]).organization_id(role()) == ""


@pytest.mark.parametrize(
    ("named", "works_at", "meant"),
    [
        ("o8", (), NORTH),
        ("o7", (), OWN),
        ("o8", ("Organization/o9",), NORTH),
        ("o8", ("Organization/o8", "Organization/o9"), NORTH),
        (None, ("Organization/o9",), SOUTH),
        ("", ("Organization/o9",), SOUTH),
        (None, ("Organization/o7",), OWN),
        (None, ("Organization/ward", "Organization/o9"), SOUTH),
        (None, ("Organization/o10", "Organization/o9"), SOUTH),
        ("o10", (), NOT_A_CLINIC.format(choice=ALL)),
        ("ward", ("Organization/o9",), NOT_A_CLINIC.format(choice=ALL)),
        (None, (), WHICH.format(choice=ALL)),
        (None, ("Organization/ward",), WHICH.format(choice=ALL)),
        (None, None, WHICH_OF_ALL.format(choice=ALL)),
        ("o9", None, SOUTH),
        (
            None,
            ("Organization/o9", "Organization/o7"),
            WHICH_OF_THEIRS.format(choice="o7 (clinic 7) or o9 (clinic 9)"),
        ),
    ],
)
def test_a_call_means_the_clinic_named_or_the_only_one_where_the_person_works(
    named: str | None, works_at: tuple[str, ...] | None, meant: int | str
) -> None:
    found = meant_clinic(CLINICS, named, works_at)
    if isinstance(meant, int):
        assert found == meant
    else:
        assert isinstance(found, BotError)
        assert str(found) == f"{INPUT_REFUSED}organizationId: {meant}."
        assert [one.path for one in found.findings] == ["organizationId"]


def test_two_organizations_of_one_clinic_are_one_choice() -> None:
    twice = project_clinics(OWN, [NORTH], [clinic(NORTH), clinic(NORTH, id="again")])
    assert meant_clinic(twice, None, ("Organization/o8", "Organization/again")) == NORTH
    both = ("Organization/again", "Organization/o8")
    assert twice.numbered(NORTH) == MeantClinic(NORTH, both)
    assert twice.numbered(OWN) == MeantClinic(elsewhere=frozenset(both))


@pytest.mark.parametrize(
    ("number", "at", "is_here"),
    [
        (OWN, "", True),
        (OWN, "Organization/o7", True),
        (OWN, "Organization/ward", True),
        (OWN, "Organization/o8", False),
        (NORTH, "", False),
        (NORTH, "Organization/ward", False),
        (NORTH, "Organization/o8", True),
        (NORTH, "Organization/o7", False),
    ],
)
def test_a_role_counts_at_its_clinic_and_without_any_at_the_own_one(
    number: int, at: str, is_here: bool
) -> None:
    assert CLINICS.numbered(number).has_role(role(at)) is is_here
    assert MeantClinic().has_role(role(at))


def test_a_project_whose_clinics_have_no_organization_yet_says_how_to_create_them() -> None:
    found = meant_clinic(project_clinics(OWN, [NORTH], []), None, ())
    assert str(found) == f"{INPUT_REFUSED}organizationId: {WHICH.format(choice=NONE_THERE)}."


@pytest.mark.parametrize(
    ("identifiers", "number"),
    [
        ([], None),
        ([{"system": DOSESPOT_CLINIC, "value": "8"}], 8),
        ([{"system": "other", "value": "9"}, {"system": DOSESPOT_CLINIC, "value": " 8 "}], 8),
        ([{"system": DOSESPOT_CLINIC, "value": "8"}] * 2, 8),
        ([{"system": DOSESPOT_CLINIC, "value": one} for one in "89"], None),
        ([{"system": DOSESPOT_CLINIC, "value": one} for one in ("8", "x")], None),
        ([{"system": DOSESPOT_CLINIC, "value": "0"}], None),
        ([{"system": DOSESPOT_CLINIC}], None),
    ],
)
def test_an_organization_is_the_clinic_whose_one_number_it_carries(
    identifiers: list[dict[str, str]], number: int | None
) -> None:
    assert clinic_number({"resourceType": "Organization", "identifier": identifiers}) == number


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        ([role()], ()),
        ([role("Organization/a")], ("Organization/a",)),
        ([role("Organization/a"), role("Organization/a")], ("Organization/a",)),
        (
            [role("Organization/b"), role("Organization/a")],
            ("Organization/b", "Organization/a"),
        ),
        ([role("Organization/a", active=False)], ()),
        ([{**role("Organization/a"), "active": None}], ()),
        ([role("Organization/a", period={"end": "2026-03-09"})], ()),
        ([role("Organization/a", period={"start": "2026-03-10"})], ("Organization/a",)),
        ([role("Organization/a", "Practitioner/q")], ()),
        ([{**role(), "organization": "Organization/a"}], ()),
    ],
)
def test_somebody_works_where_an_active_role_of_theirs_is_today(
    roles: list[dict[str, Any]], found: tuple[str, ...]
) -> None:
    assert affiliations(roles, "Practitioner/p", TODAY) == found


def settings(**given: str) -> Settings:
    known = {
        "DOSESPOT_BASE_URL": "https://dosespot.example/",
        "DOSESPOT_IFRAME_URL": "https://dosespot.example/Login.aspx",
        "DOSESPOT_CLINIC_ID": "7",
        "DOSESPOT_CLINIC_KEY": "own",
        "DOSESPOT_SUBSCRIPTION_KEY": "subscription",
    }
    return Settings({name: Secret(valueString=text) for name, text in {**known, **given}.items()})


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({}, ()),
        ({"DOSESPOT_CLINIC_KEY_9": "k", "DOSESPOT_CLINIC_KEY_8": "k"}, (8, 9)),
        ({"DOSESPOT_CLINIC_KEY_8": " "}, ()),
        ({"DOSESPOT_CLINIC_KEY_7": "k"}, ()),
        ({"DOSESPOT_CLINIC_ID": "07", "DOSESPOT_CLINIC_KEY_7": "k"}, ()),
        ({"DOSESPOT_CLINIC_KEY_": "k", "DOSESPOT_CLINIC_KEY_x": "k"}, ()),
        ({"DOSESPOT_CLINIC_KEY_08": "k", "DOSESPOT_CLINIC_KEY_0": "k"}, ()),
    ],
)
def test_further_clinics_are_those_whose_keys_are_there(
    given: dict[str, str], numbers: tuple[int, ...]
) -> None:
    assert settings(**given).further_clinics() == numbers


@pytest.mark.parametrize(
    ("clinic_meant", "number", "key", "named_by"),
    [
        (None, 7, "own", ("DOSESPOT_CLINIC_ID", "DOSESPOT_CLINIC_KEY")),
        (7, 7, "own", ("DOSESPOT_CLINIC_ID", "DOSESPOT_CLINIC_KEY")),
        (8, 8, "north", ("DOSESPOT_CLINIC_KEY_8",)),
    ],
)
def test_each_clinic_has_its_own_key_and_the_subscription_is_the_same(
    clinic_meant: int | None, number: int, key: str, named_by: tuple[str, ...]
) -> None:
    several = settings(DOSESPOT_CLINIC_KEY_8="north")
    base = "https://dosespot.example/"
    expected = DoseSpotSettings(base, number, key, "subscription", named_by)
    assert several.dosespot(clinic_meant) == expected
    assert several.iframe(clinic_meant) == (f"{base}Login.aspx", number, key)


def test_a_clinic_whose_key_is_not_there_is_named() -> None:
    with pytest.raises(Misconfigured, match="DOSESPOT_CLINIC_KEY_9 missing"):
        settings().dosespot(9)
    with pytest.raises(Misconfigured, match="DOSESPOT_CLINIC_KEY_9 has characters"):
        settings(DOSESPOT_CLINIC_KEY_9="a\tb").iframe(9)


def test_tokens_of_two_clinics_are_kept_apart() -> None:
    several = settings(DOSESPOT_CLINIC_KEY_8="own")
    assert several.dosespot(7) != several.dosespot(8)
    assert hash(several.dosespot(7)) == hash(several.dosespot(None))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("DOSESPOT_CLINIC_KEY_8", 8),
        ("DOSESPOT_CLINIC_KEY", None),
        ("DOSESPOT_CLINIC_KEY_\N{ARABIC-INDIC DIGIT ONE}", None),
        ("DOSESPOT_CLINIC_KEY_12345678901", None),
        ("8", None),
    ],
)
def test_the_name_of_a_secret_says_whose_key_it_holds(name: str, number: int | None) -> None:
    assert further_clinic(name) == number

"""A form changes nobody else: whom it matches, and whose numbers it may not carry."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fhir_profiles.systems import DEA, NPI
from shared.prescriber_form import matching
from tests.integration.clinic import Answer, Clinic, Member, new_dea, new_npi
from tests.integration.creating import at_once, create, created, new_form, practitioners

GARCIA = {"name": [{"family": "Garcia", "given": ["Elena"]}], "birthDate": "1975-07-07"}
ENDED = {"period": {"end": "2020-12-31"}}
STARTS = {"period": {"start": "2999-01-01"}}
OLD = {"use": "old"}


def bob(clinic: Clinic, npi: str, **changes: Any) -> dict[str, Any]:
    """A form about somebody else than every other person of the tests."""
    details = {"npi": npi, "dea": None, **changes.pop("details", {})}
    person = {"fName": "Bob", "lName": "Jones", "dateOfBirth": "1970-03-03", **changes}
    return new_form(clinic, details=details, **person)


def refusal(clinic: Clinic, body: dict[str, Any]) -> str:
    """The one problem of a form; nothing may have been written."""
    clinic.reset()
    answer = create(clinic, body)
    assert (answer.status, answer.body["errorType"]) == (400, "InputRefused"), answer.body
    assert clinic.writes() == []
    return answer.error.removeprefix("The form was refused. ")


def identifier(system: str, value: str, **more: Any) -> dict[str, Any]:
    return {"system": system, "value": value, **more}


def test_case_form_npi_of_a_colleague(clinic: Clinic) -> None:
    elena = clinic.add_member(practitioner=GARCIA)
    before = clinic.practitioner(elena)
    body = bob(clinic, elena.npi, invite=True)
    told = refusal(clinic, body)
    assert told == (
        f"details.npi: Practitioner/{elena.id} is found by this NPI, but the birth date and family"
        f" name differ there; {matching.DIFFERS}."
    )
    values = ("Elena", "Garcia", "1975", "Bob", "Jones", "1970", elena.npi)
    assert [value for value in values if value in told] == []
    assert clinic.practitioner(elena) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"birthDate": "1970-03-04"}, f"the birth date differs there; {matching.DIFFERS}"),
        ({"name": [{"family": "Jonas"}]}, f"the family name differs there; {matching.DIFFERS}"),
        ({"birthDate": ""}, f"the birth date is not stated there; {matching.NOT_STATED}"),
        ({"birthDate": "1970"}, f"the birth date is not stated there; {matching.NOT_STATED}"),
        (
            {"name": [{"given": ["Bob"]}]},
            f"the family name is not stated there; {matching.NOT_STATED}",
        ),
        (
            {"birthDate": "", "name": []},
            f"the birth date and family name are not stated there; {matching.NOT_STATED}",
        ),
        (
            {"birthDate": "", "name": [{"family": "Jonas"}]},
            f"the family name differs and the birth date is not stated there; {matching.DIFFERS}",
        ),
    ],
)
def test_what_does_not_agree_is_named_and_what_is_not_stated_is_no_agreement(
    clinic: Clinic, changes: dict[str, Any], told: str
) -> None:
    known = {"name": [{"family": "Jones", "given": ["Bob"]}], "birthDate": "1970-03-03"}
    member = clinic.add_member(practitioner={**known, **changes})
    found = f"details.npi: Practitioner/{member.id} is found by this NPI, but {told}."
    assert refusal(clinic, bob(clinic, member.npi)) == found


def test_another_person_is_told_together_with_what_else_is_wrong(clinic: Clinic) -> None:
    elena = clinic.add_member(practitioner=GARCIA)
    told = refusal(clinic, bob(clinic, elena.npi, fName="", mailingAddress={"zipCode": "1"}))
    paths = [problem.partition(": ")[0] for problem in told.split("; ") if ": " in problem]
    assert {"fName", "mailingAddress.zipCode", "details.npi"} <= set(paths)


def test_a_form_with_gaps_is_told_of_its_own_gaps_only(clinic: Clinic) -> None:
    member = clinic.add_member()
    body = new_form(clinic, details={"npi": member.npi}, dateOfBirth="1980", lName=None)
    told = refusal(clinic, body)
    assert "is found by this NPI" not in told
    assert "lName: " in told


@pytest.mark.parametrize(
    "names",
    [
        [{"family": "O\u2019Brien-Garci\u0301a"}],
        [{"family": "Young"}, {"family": "OBRIEN GARCIA", "use": "old", **ENDED}],
    ],
)
def test_a_name_is_the_same_however_it_is_spelled_and_a_former_one_counts(
    clinic: Clinic, names: list[dict[str, Any]]
) -> None:
    member = clinic.add_member(practitioner={"name": names})
    body = new_form(clinic, details={"npi": member.npi}, lName="O'Brien-García")
    answer = created(clinic, body)
    assert (answer["created"], answer["practitioner"]["id"]) == (False, member.id)


@pytest.fixture(params=[OLD, ENDED, STARTS], ids=("old", "ended", "not yet begun"))
def anna(request: pytest.FixtureRequest, clinic: Clinic) -> tuple[Member, str]:
    """Somebody with an NPI, and another one that is not in force."""
    former = new_npi()
    identifiers = [identifier(NPI, new_npi()), identifier(NPI, former, **request.param)]
    return clinic.add_member(practitioner={**GARCIA, "identifier": identifiers}), former


def test_case_form_npi_that_is_old_on_another(clinic: Clinic, anna: tuple[Member, str]) -> None:
    member, former = anna
    before = clinic.practitioner(member)
    body = bob(clinic, former)
    answer = created(clinic, body)
    assert answer["created"]
    assert answer["practitioner"]["name"][0]["family"] == "Jones"
    again = created(clinic, body)
    assert (again["created"], again["practitioner"]) == (False, answer["practitioner"])
    assert clinic.practitioner(member) == before
    assert len(practitioners(clinic, former)) == 2


def test_twenty_forms_at_once_make_one_prescriber_beside_one_with_the_old_npi(
    clinic: Clinic, anna: tuple[Member, str]
) -> None:
    member, former = anna
    answers = at_once(clinic, bob(clinic, former), 20)
    assert [answer.status for answer in answers] == [200] * 20
    assert sum(answer.body["created"] for answer in answers) == 1
    others = [one for one in practitioners(clinic, former) if one["id"] != member.id]
    assert {answer.body["practitioner"]["id"] for answer in answers} == {others[0]["id"]}
    assert len(others) == 1


def test_two_persons_at_once_with_one_npi_do_not_become_each_other(clinic: Clinic) -> None:
    npi = new_npi()
    jane = new_form(clinic, details={"npi": npi, "dea": None})
    forms = [jane, bob(clinic, npi)] * 10

    def send(body: dict[str, Any]) -> Answer:
        return create(clinic, body)

    with ThreadPoolExecutor(len(forms)) as pool:
        answers = list(pool.map(send, forms))
    (practitioner,) = practitioners(clinic, npi)
    family = practitioner["name"][0]["family"]
    expected = [200 if body["lName"] == family else 400 for body in forms]
    assert [answer.status for answer in answers] == expected
    born = {"Smith": "1980-05-15", "Jones": "1970-03-03"}
    assert practitioner["birthDate"] == born[family]
    refusals = [answer.error for answer in answers if answer.status == 400]
    assert all("the birth date and family name differ there" in told for told in refusals)


def test_a_retired_record_with_the_npi_does_not_count(clinic: Clinic) -> None:
    retired = clinic.add_member(practitioner={**GARCIA, "active": False})
    before = clinic.practitioner(retired)
    body = bob(clinic, retired.npi)
    answer = created(clinic, body)
    assert answer["created"]
    assert created(clinic, body)["practitioner"] == answer["practitioner"]
    assert clinic.practitioner(retired) == before


def with_dea(number: str, **more: Any) -> Callable[[Clinic], Member]:
    def add(clinic: Clinic) -> Member:
        identifiers = [identifier(NPI, new_npi()), identifier(DEA, number, **more)]
        return clinic.add_member(practitioner={**GARCIA, "identifier": identifiers})

    return add


@pytest.mark.parametrize("spelled", [str.upper, str.lower, str.capitalize])
def test_a_dea_number_of_another_is_refused_and_says_whose(
    clinic: Clinic, spelled: Callable[[str], str]
) -> None:
    number = new_dea()
    holders = [with_dea(spelled(number))(clinic) for _ in range(2)]
    named = ", ".join(f"Practitioner/{one.id}" for one in holders)
    told = matching.DEA_OF_ANOTHER.format(others=named)
    body = new_form(clinic, details={"dea": number})
    assert refusal(clinic, body) == f"details.dea: {told}."
    place = {"resourceType": "Location", "name": f"Of {number}", "address": {"state": "IL"}}
    clinic.sandbox.fhir.add_resource(clinic.project, place)
    there = [{"locationName": place["name"], "deaNumber": number}]
    body = new_form(clinic, details={"dea": None}, locations=there)
    assert refusal(clinic, body) == f"locations[0].deaNumber: {told}."


@pytest.mark.parametrize("more", [OLD, ENDED, STARTS], ids=("old", "ended", "not yet begun"))
def test_a_dea_number_that_is_not_in_force_is_nobodys(clinic: Clinic, more: dict[str, Any]) -> None:
    number = new_dea()
    with_dea(number, **more)(clinic)
    assert created(clinic, new_form(clinic, details={"dea": number}))["created"]


def test_a_dea_number_of_a_retired_record_is_nobodys(clinic: Clinic) -> None:
    number = new_dea()
    retired = clinic.practitioner(with_dea(number)(clinic))
    clinic.write({**retired, "active": False})
    assert created(clinic, new_form(clinic, details={"dea": number}))["created"]


def test_ones_own_dea_number_is_no_obstacle(clinic: Clinic) -> None:
    body = new_form(clinic)
    first = created(clinic, body)["practitioner"]
    assert created(clinic, body)["practitioner"] == first


def in_force(record: dict[str, Any], system: str) -> list[str]:
    found = [one for one in record["identifier"] if one["system"] == system]
    return [one["value"] for one in found if one.get("use") != "old"]


def test_a_corrected_npi_replaces_the_one_that_a_form_gave(clinic: Clinic) -> None:
    wrong = new_form(clinic)
    first = created(clinic, wrong)["practitioner"]
    right = new_npi()
    body = new_form(clinic, details={**wrong["details"], "npi": right}, username=wrong["username"])
    answer = created(clinic, body)
    assert (answer["created"], answer["practitioner"]["id"]) == (False, first["id"])
    assert in_force(answer["practitioner"], NPI) == [right]
    clinic.reset()
    assert created(clinic, body)["practitioner"]["id"] == first["id"]
    assert clinic.writes() == []


@pytest.mark.parametrize(
    "other", [{"dateOfBirth": "1981-05-15"}, {"lName": "Smythe"}, {"fName": "Joan"}], ids=str
)
def test_a_username_alone_corrects_nobodys_npi(clinic: Clinic, other: dict[str, str]) -> None:
    wrong = new_form(clinic)
    created(clinic, wrong)
    body = new_form(clinic, username=wrong["username"], **other)
    assert refusal(clinic, body).startswith("username: ")


def test_an_npi_that_no_form_gave_is_not_corrected(clinic: Clinic) -> None:
    wrong = new_form(clinic)
    record = created(clinic, wrong)["practitioner"]
    bare = [
        {name: value for name, value in one.items() if name != "extension"}
        for one in record["identifier"]
    ]
    clinic.write({**record, "identifier": bare})
    body = new_form(clinic, username=wrong["username"])
    assert refusal(clinic, body).startswith("username: ")

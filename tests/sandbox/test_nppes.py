"""The stand-in for the NPI Registry answers as the real one does: always 200, in its shapes."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from deploy.sandbox.nppes.app import API_PATH, NppesServer
from deploy.sandbox.nppes.records import individual
from deploy.sandbox.people import ORGANIZATION_NPI, PEOPLE, REGISTRATIONS
from deploy.sandbox.serve import LocalServer

NPI = "1234567893"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LocalServer() as server:
        server.start(NppesServer(REGISTRATIONS))
        yield server.url


def look(url: str, **params: str) -> Any:
    reply = requests.get(f"{url}{API_PATH}", params=params, timeout=10)
    assert reply.status_code == 200
    return reply.json()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.key)
def test_everybody_of_the_sandbox_is_known_in_capitals(url: str, person: Any) -> None:
    answer = look(url, version="2.1", number=person.npi)
    (found,) = answer["results"]
    assert answer["result_count"] == 1
    assert (found["number"], found["enumeration_type"]) == (person.npi, "NPI-1")
    assert found["basic"]["last_name"] == person.family.upper()
    assert found["basic"]["status"] == "A"


def test_an_organization_is_type_2(url: str) -> None:
    (found,) = look(url, version="2.1", number=ORGANIZATION_NPI)["results"]
    assert found["enumeration_type"] == "NPI-2"


def test_unknown_wrong_and_deactivated_numbers_are_no_results(url: str) -> None:
    nobody = {"result_count": 0, "results": []}
    assert look(url, version="2.1", number="1993999997") == nobody
    control = f"{url}_sandbox/registrations/1467560003"
    assert requests.delete(control, timeout=10).status_code == 204
    assert look(url, version="2.1", number="1467560003") == nobody
    record = individual("1467560003", "Luis", "Lopez")
    assert requests.put(control, json=record, timeout=10).status_code == 204
    assert look(url, version="2.1", number="1467560003")["results"] == [record]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"number": NPI}, "version"),
        ({"version": "1.0", "number": NPI}, "version"),
        ({"version": "2.1"}, None),
        ({"version": "2.1", "number": "123"}, "number"),
    ],
    ids=str,
)
def test_a_wrong_question_is_an_error_with_200(url: str, params: Any, field: str | None) -> None:
    (error,) = look(url, **params)["Errors"]
    assert error.get("field") == field
    assert error["description"]

"""What stays on disk, and that a search looks things up instead of reading everything."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from deploy.sandbox.fhir.app import create_app
from deploy.sandbox.fhir.database import Database
from deploy.sandbox.fhir.dates import interval
from deploy.sandbox.fhir.query import parse
from deploy.sandbox.fhir.search import select
from deploy.sandbox.fhir.store import SELECT_CURRENT, ResourceStore
from deploy.sandbox.serve import LocalServer

JANE = {"resourceType": "Practitioner", "name": [{"family": "Smith"}]}
META = {"versionId": "v1", "lastUpdated": "2030-01-01T00:00:00.000Z"}


def test_everything_survives_a_restart(tmp_path):
    database = str(tmp_path / "fhir.sqlite")
    server = create_app(database=database)
    project = server.add_project("Clinic", {"KEY": "abc"})
    jane = server.add_person(project, JANE, "jane@example.com", "correct horse", admin=True)
    before = [server.resources(kind) for kind in ("Project", "ProjectMembership", "Practitioner")]
    server.close()

    with LocalServer() as http:
        again = create_app(database=database, base_url=http.url)
        http.start(again)
        kinds = ("Project", "ProjectMembership", "Practitioner")
        assert [again.resources(kind) for kind in kinds] == before
        headers = {"Authorization": f"Bearer {jane.token}"}
        found = requests.get(
            f"{http.url}fhir/R4/Practitioner?name=smith", headers=headers, timeout=10
        ).json()
        assert [entry["resource"]["id"] for entry in found["entry"]] == [jane.profile_id]
        login = requests.post(f"{http.url}auth/login", json=jane.login, timeout=10)
        assert "code" in login.json()
    again.close()


def test_no_token_or_password_is_on_disk(tmp_path):
    database = tmp_path / "fhir.sqlite"
    server = create_app(database=str(database))
    project = server.add_project("Clinic")
    jane = server.add_person(project, JANE, "jane@example.com", "correct horse")
    server.close()
    content = b"".join(path.read_bytes() for path in Path(tmp_path).iterdir())
    assert b"jane@example.com" in content
    assert jane.token.encode() not in content
    assert b"correct horse" not in content


@pytest.mark.parametrize(
    "query",
    [
        "identifier=urn:npi|77",
        "identifier=77",
        "name=smith9",
        "name:exact=Smith77",
        "_id=p77",
        "name=smith&identifier=77",
        "identifier=77,78&_sort=name",
    ],
)
def test_search_among_ten_thousand_scans_no_table(ten_thousand, query):
    selection = select(parse("Practitioner", query), "project")
    sql = f"{SELECT_CURRENT} {selection.where} ORDER BY {selection.order}"
    arguments = (selection.resource_type, *selection.arguments, *selection.order_arguments)
    plan = [row["detail"] for row in ten_thousand.rows(f"EXPLAIN QUERY PLAN {sql}", arguments)]
    assert any("search_by_" in step for step in plan)
    assert [step for step in plan if step.startswith(("SCAN r", "SCAN search_index"))] == []


def test_search_among_ten_thousand_finds_the_one(ten_thousand):
    selection = select(parse("Practitioner", "identifier=urn:npi|77"), "project")
    store = ResourceStore(ten_thousand)
    assert [resource["id"] for resource in store.find(selection)] == ["p77"]
    assert store.count(select(parse("Practitioner", "name=smith"), "project")) == 10_000


@pytest.fixture(scope="module")
def ten_thousand():
    database = Database(":memory:")
    store = ResourceStore(database)
    with database.transaction():
        for number in range(10_000):
            resource = {
                "resourceType": "Practitioner",
                "id": f"p{number}",
                "meta": META,
                "name": [{"family": f"Smith{number}"}],
                "identifier": [{"system": "urn:npi", "value": str(number)}],
            }
            store.put(resource, "project")
    yield database
    database.close()


def test_failed_transaction_leaves_nothing():
    database = Database(":memory:")
    store = ResourceStore(database)

    def write_and_fail() -> None:
        with database.transaction():
            store.put({"resourceType": "Basic", "id": "1", "meta": META}, "project")
            database.rows("not SQL")

    with pytest.raises(sqlite3.OperationalError):
        write_and_fail()
    assert store.get("Basic", "1") is None
    assert store.count_versions("Basic", "1") == 0
    database.close()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024", "2024-01-01T00:00:00.000", "2025-01-01T00:00:00.000"),
        ("2024-02", "2024-02-01T00:00:00.000", "2024-03-01T00:00:00.000"),
        ("2024-12", "2024-12-01T00:00:00.000", "2025-01-01T00:00:00.000"),
        ("2024-02-29", "2024-02-29T00:00:00.000", "2024-03-01T00:00:00.000"),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00.000", "2024-01-01T10:00:01.000"),
        ("2024-01-01T10:00:00+02:00", "2024-01-01T08:00:00.000", "2024-01-01T08:00:01.000"),
        ("2024-01-01T10:00:00", "2024-01-01T10:00:00.000", "2024-01-01T10:00:01.000"),
        ("2024-01-01T10:00:00.500Z", "2024-01-01T10:00:00.500", "2024-01-01T10:00:00.501"),
    ],
)
def test_date_is_an_interval_of_its_precision(text, low, high):
    assert interval(text) == (low, high)


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13", "2024-02-30", "9999", "0000"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the standard library words it
        interval(text)


def test_server_can_be_made_with_any_clock():
    server = create_app(now=lambda: datetime(2030, 1, 1, tzinfo=UTC))
    created = server.add_resource(server.add_project("Clinic"), JANE)
    assert created["meta"]["lastUpdated"] == "2030-01-01T00:00:00.000Z"
    server.close()


def test_a_project_is_put_back_as_it_was_and_no_other_is_touched():
    server = create_app()
    ours, theirs = server.add_project("Ours"), server.add_project("Theirs")
    kept = server.add_resource(ours, {**JANE, "id": "jane"})
    before = server.rows_of(ours)
    server.add_resource(ours, {**JANE, "id": "joan"})
    server.add_resource(theirs, {**JANE, "id": "june"})
    server.put_back(before)
    assert server.resources("Practitioner", ours) == [kept]
    assert [one["id"] for one in server.resources("Practitioner", theirs)] == ["june"]
    assert server.rows_of(ours) == before
    assert server.resource("Practitioner/joan") is None
    server.close()

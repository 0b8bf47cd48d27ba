"""The Bundles of a search over HTTP: order, pages, totals, fields, and what is refused."""

import pytest
import requests

BASIC = {"resourceType": "Basic", "code": {"text": "x"}}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("family", ["john", "jane", "anne"]),
        ("-family", ["jane", "john", "anne"]),
        ("-_lastUpdated", ["anne", "john", "jane"]),
        ("active,-_id", ["john", "jane", "anne"]),
    ],
)
def test_results_are_sorted_with_the_absent_last(world, sort, expected):
    assert world.ids(f"Practitioner?_sort={sort}") == expected


def test_pages_link_to_the_next(world):
    query = "Practitioner?_sort=_id&_count=2"
    first = world.bundle(query)
    assert [e["resource"]["id"] for e in first["entry"]] == ["anne", "jane"]
    links = {link["relation"]: link["url"] for link in first["link"]}
    assert links.keys() == {"self", "next"}
    assert links["self"] == f"{world.base}{query}"
    second = world.http.get(links["next"]).json()
    assert [e["resource"]["id"] for e in second["entry"]] == ["john"]
    assert [link["relation"] for link in second["link"]] == ["self"]
    assert world.ids("Practitioner?_sort=_id&_offset=1&_count=1") == ["jane"]


def test_twenty_are_given_unless_asked_and_a_thousand_at_most(world):
    project = world.server.add_project("Big")
    for number in range(1001):
        resource = {"resourceType": "Basic", "id": f"b{number}", "code": {"text": "x"}}
        world.server.add_resource(project, resource)
    client = world.server.add_client(project, "reader")
    token = world.server.token_for(client.membership_id)
    headers = {"Authorization": f"Bearer {token}"}

    def count(query: str) -> int:
        answer = requests.get(f"{world.base}Basic{query}", headers=headers, timeout=10)
        return len(answer.json()["entry"])

    assert [count(""), count("?_count=21"), count("?_count=5000")] == [20, 21, 1000]


def test_pages_in_the_order_of_writing_are_linked_by_cursor_and_shift_nobody(world):
    for _ in range(45):
        world.http.post(f"{world.base}Basic", json=BASIC)
    url, found = f"{world.base}Basic?_sort=_lastUpdated&_count=20", []
    whole = world.ids("Basic?_sort=_lastUpdated&_count=1000")
    while url:
        page = world.http.get(url).json()
        found += [one["resource"]["id"] for one in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        assert url is None or ("_cursor=" in url and "_offset" not in url)
        world.http.delete(f"{world.base}Basic/{found[0]}")
    assert found == whole
    assert len(found) >= 45


@pytest.mark.parametrize("query", ["_sort=_lastUpdated&_count=2", "_sort=-_lastUpdated&_count=20"])
def test_other_pages_are_linked_by_offset(world, query):
    for _ in range(21):
        world.http.post(f"{world.base}Basic", json=BASIC)
    following = world.bundle(f"Basic?{query}")["link"][-1]
    assert (following["relation"], "_offset=" in following["url"]) == ("next", True)


def test_empty_bundle_has_no_entry_and_no_total(world):
    assert world.bundle("Practitioner?name=nobody") == {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": f"{world.base}Practitioner?name=nobody"}],
    }


def test_entries_say_what_they_are(world):
    bundle = world.bundle("Practitioner?_id=jane")
    assert "total" not in bundle
    entry = bundle["entry"][0]
    assert entry.keys() == {"fullUrl", "search", "resource"}
    assert entry["fullUrl"] == f"{world.base}Practitioner/jane"
    assert entry["search"] == {"mode": "match"}


def test_total_is_counted_only_when_asked_for(world):
    assert world.bundle("Practitioner?_total=accurate&_count=1")["total"] == 3
    assert world.bundle("Practitioner?_total=accurate&name=nobody")["total"] == 0
    assert "total" not in world.bundle("Practitioner?_total=none")
    counted = world.bundle("Practitioner?_summary=count&active=true")
    assert counted["total"] == 1
    assert "entry" not in counted


def test_fields_are_picked(world):
    bundle = world.bundle("Practitioner?_id=jane&_fields=active,birthDate")
    resource = bundle["entry"][0]["resource"]
    assert resource.keys() == {"resourceType", "id", "meta", "active"}


def test_search_by_post_means_the_same(world):
    url = f"{world.base}Practitioner/_search"
    answer = world.http.post(f"{url}?active=true", data={"name": "smith"})
    assert answer.status_code == 200
    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == ["jane"]
    assert "entry" not in world.http.post(url, data={"name": "nobody"}).json()


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "birthdate=1980",
        "practitioner=1",
        "name:nonsense=1",
        "identifier:exact=1",
        "identifier:identifier=1",
        "active=maybe",
        "active:missing=maybe",
        "name=",
        "name=+",
        "identifier=a,,b",
        "_count=many",
        "_count=-1",
        "_offset=10001",
        "_cursor=nothing",
        "_sort=nonsense",
        "_total=maybe",
        "_summary=text",
        "_lastUpdated=yesterday",
        "_lastUpdated=xx2020",
        "_include=Practitioner:none",
        "_id=" + ",".join(["a"] * 401),
        "name=" + "+".join(["a"] * 401),
        "&".join(["name=a"] * 401),
    ],
)
def test_what_is_unknown_or_malformed_is_refused(world, query):
    answer = world.http.get(f"{world.base}Practitioner?{query}")
    assert answer.status_code == 400, answer.text
    outcome = answer.json()
    assert (outcome["resourceType"], outcome["issue"][0]["code"]) == ("OperationOutcome", "invalid")


def test_type_without_identifier_has_no_such_parameter(world):
    assert world.http.get(f"{world.base}AuditEvent?identifier=1").status_code == 400
    assert world.http.get(f"{world.base}Device?identifier=1").status_code == 200

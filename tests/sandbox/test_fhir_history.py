"""Versions over HTTP: every one is kept, with who wrote it, for whoever may read the resource."""

import pytest
import requests

from tests.sandbox.served_fhir import JANE, NOT_FOUND, Member

OK = {
    "resourceType": "OperationOutcome",
    "id": "ok",
    "issue": [{"severity": "information", "code": "informational", "details": {"text": "All OK"}}],
}


def gone(text: str) -> dict:
    issue = {"severity": "error", "code": "deleted", "details": {"text": text}}
    return {"resourceType": "OperationOutcome", "id": "gone", "issue": [issue]}


def colleague(member: Member, *rules: dict, name: str = "colleague") -> dict[str, str]:
    """Headers of another member of the project, under a policy of these rules if there are any."""
    policy = {"resourceType": "AccessPolicy", "resource": list(rules)} if rules else None
    email = f"{name}.{member.project}@example.com"
    person = member.server.add_person(
        member.project, JANE, email, "correct horse", access_policy=policy
    )
    return {"Authorization": f"Bearer {person.token}", "X-Medplum": "extended"}


def history(member: Member, resource: dict, query: str = "", **options: dict) -> dict:
    answer = member.http.get(f"{member.url(resource)}/_history{query}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def entry(member: Member, resource: dict) -> dict:
    reference = f"{resource['resourceType']}/{resource['id']}"
    url = f"{reference}/_history/{resource['meta']['versionId']}"
    return {
        "fullUrl": f"{member.base}{reference}",
        "request": {"method": "GET", "url": url},
        "response": {"status": "200", "outcome": OK},
        "resource": resource,
    }


def test_history_gives_every_version_newest_first(member):
    first = member.create(JANE)
    second = member.http.put(member.url(first), json={**first, "gender": "female"}).json()
    member.http.put(member.url(first), json=second)
    patch = [{"op": "replace", "path": "/gender", "value": "other"}]
    headers = {"Content-Type": "application/json-patch+json"}
    third = member.http.patch(member.url(first), json=patch, headers=headers).json()
    member.create(JANE)
    assert history(member, first) == {
        "resourceType": "Bundle",
        "type": "history",
        "total": 3,
        "entry": [entry(member, each) for each in (third, second, first)],
    }


def test_each_version_names_who_wrote_it_to_those_who_ask_for_it(member):
    first = member.create(JANE)
    headers = colleague(member)
    member.http.put(member.url(first), json={**first, "gender": "female"}, headers=headers)
    entries = history(member, first)["entry"]
    authors = [each["resource"]["meta"]["author"]["reference"] for each in entries]
    assert authors[1] == member.profile
    assert authors[0] not in ("", member.profile)
    plain = {**headers, "X-Medplum": ""}
    entries = history(member, first, headers=plain)["entry"]
    assert [set(e["resource"]["meta"]) for e in entries] == [{"versionId", "lastUpdated"}] * 2


def test_a_deletion_is_a_version_without_a_resource(member):
    created = member.create(JANE)
    for _ in range(2):
        member.http.delete(member.url(created))
    found = history(member, created)
    deletion = found["entry"][0]
    assert found["total"] == 2
    assert found["entry"][1] == entry(member, created)
    assert deletion.keys() == {"fullUrl", "request", "response"}
    moment = deletion["response"]["outcome"]["issue"][0]["details"]["text"].removeprefix(
        "Deleted on "
    )
    assert moment > created["meta"]["lastUpdated"]
    assert deletion["response"] == {"status": "410", "outcome": gone(f"Deleted on {moment}")}
    answer = member.http.get(f"{member.base}{deletion['request']['url']}")
    assert (answer.status_code, answer.json()) == (410, gone("Gone"))


def test_history_is_given_page_by_page(member):
    created = member.create(JANE)
    for number in range(4):
        body = {**created, "extension": [{"url": "urn:n", "valueInteger": number}]}
        member.http.put(member.url(created), json=body)
    versions = [each["request"]["url"] for each in history(member, created)["entry"]]
    pages = [history(member, created, f"?_count=2&_offset={offset}") for offset in (0, 2, 4, 6)]
    assert [page["total"] for page in pages] == [5] * 4
    found = [[each["request"]["url"] for each in page.get("entry", [])] for page in pages]
    assert found == [versions[:2], versions[2:4], versions[4:], []]
    assert member.http.get(f"{member.url(created)}/_history?_count=x").status_code == 400


def test_any_version_can_be_read(member):
    first = member.create(JANE)
    member.http.put(member.url(first), json={**first, "gender": "female"})
    version = first["meta"]["versionId"]
    answer = member.http.get(f"{member.url(first)}/_history/{version}")
    assert (answer.status_code, answer.json()) == (200, first)
    assert answer.headers["ETag"] == f'W/"{version}"'
    other = member.create(JANE)
    answer = member.http.get(f"{member.url(other)}/_history/{version}")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_a_batch_reads_histories_and_versions(member):
    created = member.create(JANE)
    path = f"Practitioner/{created['id']}/_history"
    version = created["meta"]["versionId"]
    urls = (path, f"{path}?_count=0", f"{path}/{version}", "Practitioner/none/_history")
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": url}} for url in urls],
    }
    entries = member.http.post(member.base, json=bundle).json()["entry"]
    assert [each["response"]["status"] for each in entries] == ["200", "200", "200", "404"]
    assert entries[0]["resource"]["entry"] == [entry(member, created)]
    assert "entry" not in entries[1]["resource"]
    assert entries[2]["resource"] == created
    plain = {"X-Medplum": ""}
    entries = member.http.post(member.base, json=bundle, headers=plain).json()["entry"]
    shown = entries[0]["resource"]["entry"][0]["resource"]["meta"]
    assert shown.keys() == {"versionId", "lastUpdated"}


def test_history_belongs_to_its_project(member, stranger):
    created = member.create(JANE)
    for path in ("_history", f"_history/{created['meta']['versionId']}"):
        answer = stranger.http.get(f"{member.url(created)}/{path}")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"readonly": True}, (200, 200)),
        ({"interaction": ["read", "vread", "history"]}, (200, 200)),
        ({"interaction": ["read", "vread"]}, (403, 200)),
        ({"interaction": ["read", "history"]}, (200, 403)),
        ({"interaction": ["vread", "history"]}, (403, 403)),
    ],
)
def test_a_policy_says_who_may_look_back(member, rule, expected):
    created = member.create(JANE)
    headers = colleague(member, {"resourceType": "Practitioner", **rule}, name="restricted")
    url = f"{member.url(created)}/_history"
    urls = (url, f"{url}/{created['meta']['versionId']}")
    answers = [requests.get(each, headers=headers, timeout=10) for each in urls]
    assert tuple(answer.status_code for answer in answers) == expected


def test_hidden_elements_are_hidden_in_every_version(member):
    created = member.create(JANE)
    rule = {"resourceType": "Practitioner", "hiddenFields": ["birthDate"]}
    headers = colleague(member, rule, name="restricted")
    shown = history(member, created, headers=headers)["entry"][0]["resource"]
    version = member.http.get(
        f"{member.url(created)}/_history/{created['meta']['versionId']}", headers=headers
    ).json()
    assert ("birthDate" in shown, "birthDate" in version) == (False, False)

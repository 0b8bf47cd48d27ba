"""Resources over HTTP: what is created, read, changed, deleted, and with which status."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import requests

from tests.sandbox.served_fhir import FHIR_JSON, JANE, NOT_FOUND


def test_created_resource_carries_what_the_server_knows(member):
    claims = {"versionId": "1", "lastUpdated": "1999-01-01T00:00:00Z", "project": "another"}
    claims |= {"author": {"reference": "Practitioner/another"}, "compartment": []}
    sent = {"resourceType": "Patient", "id": "mine", "meta": claims, "active": True}
    answer = member.http.post(f"{member.base}Patient", json=sent)
    created = answer.json()
    meta = created["meta"]
    assert created == {
        "resourceType": "Patient",
        "id": created["id"],
        "meta": {
            "versionId": meta["versionId"],
            "lastUpdated": meta["lastUpdated"],
            "author": {"reference": member.profile, "display": "Jane Marie Smith"},
            "project": member.project,
            "compartment": [
                {"reference": f"Project/{member.project}"},
                {"reference": f"Patient/{created['id']}"},
            ],
        },
        "active": True,
    }
    assert created["id"] != "mine"
    assert meta["versionId"] != "1"
    assert meta["lastUpdated"].startswith("2030-01-01T00:")
    assert meta["lastUpdated"].endswith(".000Z")
    assert answer.headers["Location"] == member.url(created)
    assert answer.headers["ETag"] == f'W/"{meta["versionId"]}"'
    assert answer.headers["Content-Type"].startswith(FHIR_JSON)


def test_read_answers_with_version_and_time(member):
    created = member.create(JANE)
    answer = member.http.get(member.url(created))
    assert answer.status_code == 200
    assert answer.json() == created
    assert answer.headers["ETag"] == f'W/"{created["meta"]["versionId"]}"'
    moment = datetime.fromisoformat(created["meta"]["lastUpdated"])
    assert answer.headers["Last-Modified"] == f"{moment:%a, %d %b %Y %H:%M:%S} GMT"


def test_update_makes_a_new_version(member):
    created = member.create(JANE)
    answer = member.http.put(member.url(created), json={**created, "gender": "female"})
    assert answer.status_code == 200
    updated = answer.json()
    assert updated["gender"] == "female"
    assert updated["meta"]["versionId"] != created["meta"]["versionId"]
    assert updated["meta"]["lastUpdated"] > created["meta"]["lastUpdated"]
    assert member.http.get(member.url(created)).json() == updated


def test_identical_update_keeps_the_version(member):
    created = member.create(JANE)
    answer = member.http.put(member.url(created), json=created)
    assert (answer.status_code, answer.json()) == (200, created)
    without_meta = {key: value for key, value in created.items() if key != "meta"}
    answer = member.http.put(member.url(created), json=without_meta)
    assert (answer.status_code, answer.json()) == (200, created)


def test_stale_if_match_is_refused(member):
    created = member.create(JANE)
    stale = {"If-Match": f'W/"{created["meta"]["versionId"]}"'}
    first = member.http.put(
        member.url(created), json={**created, "gender": "female"}, headers=stale
    )
    second = member.http.put(
        member.url(created), json={**created, "gender": "other"}, headers=stale
    )
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json() == {
        "resourceType": "OperationOutcome",
        "id": "precondition-failed",
        "issue": [
            {
                "severity": "error",
                "code": "processing",
                "details": {"text": "Precondition Failed"},
            }
        ],
    }
    assert member.http.get(member.url(created)).json()["gender"] == "female"


def test_malformed_if_match_is_refused(member):
    created = member.create(JANE)
    answer = member.http.put(member.url(created), json=created, headers={"If-Match": "latest"})
    assert answer.status_code == 400


def test_of_eight_simultaneous_writers_exactly_one_wins(member):
    created = member.create(JANE)
    headers = {**member.http.headers, "If-Match": f'W/"{created["meta"]["versionId"]}"'}

    def write(number: int) -> int:
        body = {**created, "extension": [{"url": "urn:n", "valueInteger": number}]}
        return requests.put(member.url(created), json=body, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(write, range(8)))
    assert statuses == [200] + [412] * 7


def test_update_of_an_unknown_id_is_not_found(member):
    url = f"{member.base}Practitioner/11111111-1111-4111-8111-111111111111"
    answer = member.http.put(url, json={**JANE, "id": "11111111-1111-4111-8111-111111111111"})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_body_and_url_must_name_the_same_resource(member):
    one, other = member.create(JANE), member.create(JANE)
    assert member.http.put(member.url(one), json=other).status_code == 400
    assert member.http.put(member.url(one), json=JANE).status_code == 400
    patient = {"resourceType": "Patient", "id": one["id"]}
    assert member.http.put(member.url(one), json=patient).status_code == 400


def test_deleted_resource_is_gone(member):
    created = member.create(JANE)
    answer = member.http.delete(member.url(created))
    assert (answer.status_code, answer.json()["id"]) == (200, "ok")
    read = member.http.get(member.url(created))
    assert (read.status_code, read.json()["id"]) == (410, "gone")
    assert member.http.put(member.url(created), json=created).status_code == 410
    assert member.http.delete(member.url(created)).status_code == 200
    found = member.http.get(f"{member.base}Practitioner?_id={created['id']}").json()
    assert "entry" not in found


def test_if_none_exist_creates_once(member):
    body = {**JANE, "identifier": [{"system": "urn:s", "value": "1"}]}
    headers = {"If-None-Exist": "identifier=urn:s|1"}
    url = f"{member.base}Practitioner"
    first = member.http.post(url, json=body, headers=headers)
    second = member.http.post(url, json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    member.create(body)
    third = member.http.post(url, json=body, headers=headers)
    assert (third.status_code, third.json()["id"]) == (412, "multiple-matches")


def test_if_none_exist_is_race_safe(member):
    body = {**JANE, "identifier": [{"system": "urn:s", "value": "race"}]}
    headers = {**member.http.headers, "If-None-Exist": "identifier=urn:s|race"}

    def create(_number: int) -> int:
        url = f"{member.base}Practitioner"
        return requests.post(url, json=body, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [200] * 7 + [201]


def test_of_eight_who_ask_for_one_key_one_holds_it(member):
    key = {"system": "urn:claims", "value": "1001.1234567893"}
    body = {"resourceType": "Basic", "code": {"text": "claim"}, "identifier": [key]}
    headers = {**member.http.headers, "If-None-Exist": "identifier=urn:claims|1001.1234567893"}

    def create(_number: int) -> requests.Response:
        return requests.post(f"{member.base}Basic", json=body, headers=headers, timeout=10)

    def take_over(number: int) -> int:
        changed = {**held, "extension": [{"url": "urn:holder", "valueInteger": number}]}
        match = {**headers, "If-Match": f'W/"{held["meta"]["versionId"]}"'}
        return requests.put(member.url(held), json=changed, headers=match, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        held = answers[0].json()
        assert [answer.json() for answer in answers] == [held] * 8
        assert sorted(pool.map(take_over, range(8))) == [200] + [412] * 7


def test_an_audit_event_is_written_once_by_its_identifier(member):
    what = {"identifier": {"system": "urn:events", "value": "linked-1"}}
    body = {
        "resourceType": "AuditEvent",
        "type": {"system": "urn:types", "code": "rest"},
        "recorded": "2030-01-01T00:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"observer": {"display": "bot"}},
        "entity": [{"what": what}],
    }
    url = f"{member.base}AuditEvent"
    once = {"If-None-Exist": "entity:identifier=urn:events|linked-1"}
    answers = [member.http.post(url, json=body, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    create = {"method": "POST", "url": "AuditEvent", "ifNoneExist": once["If-None-Exist"]}
    bundle = {"resourceType": "Bundle", "type": "batch"}
    bundle["entry"] = [{"request": create, "resource": body}]
    (entry,) = member.http.post(member.base, json=bundle).json()["entry"]
    assert entry["response"]["status"] == "200"
    assert entry["resource"] == answers[0].json()


def test_delete_does_not_heed_if_match(member):
    created = member.create(JANE)
    answer = member.http.delete(member.url(created), headers={"If-Match": 'W/"stale"'})
    assert (answer.status_code, member.http.get(member.url(created)).status_code) == (200, 410)


def test_account_in_meta_is_kept(member):
    account = {"reference": "Organization/1"}
    created = member.create({**JANE, "meta": {"account": account, "accounts": [account]}})
    assert created["meta"]["account"] == account
    assert created["meta"]["accounts"] == [account]


def test_empty_elements_are_not_kept(member):
    created = member.create({**JANE, "telecom": [], "text": {}})
    assert created.keys() == {"resourceType", "id", "meta", "name", "birthDate"}


def test_own_meta_is_shown_only_to_who_asks_for_it(member):
    created = member.create({"resourceType": "Device"})
    plain = {"Authorization": member.http.headers["Authorization"]}
    read = requests.get(member.url(created), headers=plain, timeout=10).json()
    found = requests.get(f"{member.base}Device", headers=plain, timeout=10).json()
    assert set(read["meta"]) == {"versionId", "lastUpdated"}
    assert [entry["resource"]["meta"] for entry in found["entry"]] == [read["meta"]]
    assert {"author", "project"} <= set(member.http.get(member.url(created)).json()["meta"])

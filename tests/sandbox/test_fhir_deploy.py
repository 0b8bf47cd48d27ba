"""`Bot/{id}/$deploy` and the code that it keeps, as a Medplum server answers them."""

import base64

import pytest
import requests

from tests.sandbox.served_fhir import NOT_FOUND, Admin, Member

ALL_OK = {
    "resourceType": "OperationOutcome",
    "id": "ok",
    "issue": [{"severity": "information", "code": "informational", "details": {"text": "All OK"}}],
}
CODE = "exports.handler = async () => ({ text: 'Zoë' });\n"


def deploy(admin: Admin, bot: str, body: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {admin.token}"}
    url = f"{admin.root}fhir/R4/Bot/{bot}/$deploy"
    return requests.post(url, json=body, headers=headers, timeout=10)


def code_at(executable: dict[str, str]) -> str:
    """Where the code is read, as told by the link into the server's storage."""
    _, _, stored = executable["url"].partition("/storage/")
    return f"fhir/R4/Binary/{stored.partition('/')[0]}"


@pytest.fixture
def bot(admin: Admin) -> str:
    return str(admin.post("bot", {"name": "a"}).json()["id"])


def test_code_is_kept_and_shown_as_it_was_sent(admin: Admin, bot: str) -> None:
    answer = deploy(admin, bot, {"code": CODE, "filename": "a.cjs"})
    assert (answer.status_code, answer.json()) == (200, ALL_OK)
    executable = admin.read(f"Bot/{bot}")["executableCode"]
    assert (executable["contentType"], executable["title"]) == ("text/javascript", "a.cjs")
    content = admin.get(code_at(executable))
    assert content.content == CODE.encode()
    assert content.headers["content-type"].startswith("text/javascript")


def test_each_deployment_is_a_binary_of_its_own(admin: Admin, bot: str) -> None:
    urls = []
    for code in (CODE, f"// another\n{CODE}"):
        deploy(admin, bot, {"code": code})
        urls.append(code_at(admin.read(f"Bot/{bot}")["executableCode"]))
    assert len(set(urls)) == 2
    assert admin.get(urls[0]).text == CODE
    assert admin.read(f"Bot/{bot}")["executableCode"]["title"] == "index.js"


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 1}, []])
def test_without_code_there_is_nothing_to_deploy(admin: Admin, bot: str, body: object) -> None:
    answer = deploy(admin, bot, body)
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["text"] == "Bot missing executable code"


def test_a_project_without_bots_deploys_nothing(admin: Admin, bot: str) -> None:
    project = admin.read(f"Project/{admin.project}")
    headers = {"Authorization": f"Bearer {admin.token}"}
    url = f"{admin.root}fhir/R4/Project/{admin.project}"
    requests.put(url, json={**project, "features": []}, headers=headers, timeout=10)
    answer = deploy(admin, bot, {"code": CODE})
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["text"] == "Bots not enabled"


def test_a_bot_of_another_project_is_none(admin: Admin) -> None:
    answer = deploy(admin, "00000000-0000-4000-8000-000000000000", {"code": CODE})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_whoever_may_not_change_the_bot_deploys_nothing(member: Member) -> None:
    bot = member.server.add_bot(member.project, "a", [])
    policy = {
        "resourceType": "AccessPolicy",
        "resource": [{"resourceType": "Bot", "readonly": True}],
    }
    reader = member.server.add_person(
        member.project,
        {"resourceType": "Practitioner"},
        "r@example.com",
        "x" * 12,
        access_policy=policy,
    )
    answer = requests.post(
        f"{member.base}Bot/{bot.id}/$deploy",
        json={"code": CODE},
        headers={"Authorization": f"Bearer {reader.token}"},
        timeout=10,
    )
    assert answer.status_code == 403
    assert "executableCode" not in next(
        iter(one for one in member.server.resources("Bot") if one["id"] == bot.id)
    )


def test_a_binary_is_shown_as_it_is(member: Member) -> None:
    data = base64.b64encode(b"\x00\xff").decode()
    binary = member.create({"resourceType": "Binary", "contentType": "image/png", "data": data})
    answer = member.http.get(member.url(binary))
    assert (answer.content, answer.headers["content-type"]) == (b"\x00\xff", "image/png")

"""The link that opens DoseSpot's iFrame: which opens it, for whom, and for how long."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.sandbox.dosespot.app import create_app
from tests.sandbox.served_dosespot import Slot
from tests.sandbox.served_iframe import Iframe


@pytest.mark.parametrize(
    ("name", "tamper", "sentence"),
    [
        ("SingleSignOnClinicId", lambda _: "9999", "There is no clinic"),
        ("SingleSignOnClinicId", lambda old: f"0{old}", "The link lacks"),
        ("SingleSignOnUserId", lambda old: f"{old}1", "The link was not signed"),
        ("SingleSignOnUserId", lambda _: "x", "The link lacks"),
        ("SingleSignOnPhraseLength", lambda _: "22", "The link lacks"),
        ("SingleSignOnCode", lambda old: f"{'0' * 32}{old[32:]}", "The link was not signed"),
        ("SingleSignOnCode", lambda old: f"{old}==", "The link was not signed"),
        ("SingleSignOnCode", lambda old: old[:32], "The link lacks"),
        ("SingleSignOnCode", lambda old: f"-{old[1:]}", "The link lacks"),
        ("SingleSignOnUserIdVerify", lambda old: f"\xe9{old[1:]}", "The link was not signed"),
        ("SingleSignOnUserIdVerify", lambda _: "", "The link was not signed"),
        ("RefillsErrors", lambda _: "0", "The link lacks"),
        ("PatientId", lambda _: "70001", "The link lacks"),
        ("OnBehalfOfUserId", lambda _: "me", "The link lacks"),
    ],
)
def test_a_link_that_was_tampered_with_is_refused(
    iframe: Iframe, name: str, tamper: Callable[[str], str], sentence: str
) -> None:
    link = iframe.link()
    page = iframe.open({**link, name: tamper(link.get(name, ""))})
    assert (page.status, page.heading) == (403, "Sign-in refused")
    assert page.text.splitlines()[1].startswith(sentence)
    assert iframe.open(link).status == 200


def test_a_link_with_a_value_missing_or_given_twice_is_refused(iframe: Iframe) -> None:
    link = iframe.link()
    wrong = [{name: link[name] for name in link if name != left_out} for left_out in link]
    pages = [iframe.open(each) for each in [*wrong, [*link.items(), *link.items()]]]
    assert {page.heading for page in pages} == {"Sign-in refused"}


def test_a_phrase_opens_one_session(iframe: Iframe) -> None:
    link = iframe.link()
    assert iframe.open(link).status == 200
    del link["RefillsErrors"]
    page = iframe.open({**link, "PatientId": "1"})
    assert page.status == 403
    assert "The link was used before." in page.text


def test_a_phrase_stays_used_when_the_account_is_let_in_again(iframe: Iframe) -> None:
    link = iframe.link()
    iframe.patch(locked=True)
    assert iframe.open(link).heading == "Account locked"
    iframe.patch(locked=False)
    assert "The link was used before." in iframe.open(link).text


def test_a_restart_ends_the_sessions_and_forgets_no_phrase(slot: Slot, tmp_path: Path) -> None:
    iframe = Iframe(slot.url, str(tmp_path / "dosespot.sqlite"))
    slot.app = iframe.app
    link = iframe.link()
    page = iframe.open(link)
    iframe.app.close()
    slot.app = create_app(str(tmp_path / "dosespot.sqlite"), lambda: iframe.now)
    assert "This session has ended." in page.again().text
    assert "The link was used before." in iframe.open(link).text
    slot.app.close()


def test_who_the_clinic_does_not_have_is_refused(iframe: Iframe) -> None:
    stranger = iframe.open(SingleSignOnUserId="99999")
    assert "There is no clinician with this id." in stranger.text
    elsewhere = iframe.open(iframe.link_of_another_clinic())
    assert "The clinician is not linked to this clinic." in elsewhere.text
    assert {stranger.status, elsewhere.status} == {403}


@pytest.mark.parametrize(
    ("facts", "status", "heading"),
    [
        ({"locked": True}, 403, "Account locked"),
        ({"active": False}, 403, "Account inactive"),
        ({"confirmed": False}, 200, "Account not confirmed"),
    ],
)
def test_an_account_that_may_not_enter_is_told_so_even_in_an_open_session(
    iframe: Iframe, facts: dict[str, bool], status: int, heading: str
) -> None:
    page = iframe.open()
    iframe.patch(**facts)
    pages = [iframe.open(), page.again(), page.send()]
    assert [(each.status, each.heading) for each in pages] == [(status, heading)] * 3
    assert [each.action for each in pages] == [None] * 3


def test_a_session_ends_when_nobody_uses_it(iframe: Iframe) -> None:
    page = iframe.open()
    for _ in range(2):
        iframe.now += timedelta(minutes=29)
        assert page.again().heading == "Legal agreements"
    iframe.now += timedelta(minutes=30)
    ended = page.send()
    assert (ended.status, ended.heading) == (403, "Sign-in refused")
    assert "This session has ended." in ended.text


def test_a_proxy_comes_on_behalf_of_somebody(iframe: Iframe) -> None:
    proxy = str(iframe.add("ProxyClinician"))
    assert "A proxy has to act on behalf of" in iframe.open(SingleSignOnUserId=proxy).text
    page = iframe.open(SingleSignOnUserId=proxy, OnBehalfOfUserId=str(iframe.jane))
    assert "on behalf of Jane O'Brien." in page.text

"""Claims on a FHIR server: one Basic for each, which one run at a time can take."""

import pytest

from fhir_profiles.claim import Claim, Holder, claim_resource
from shared.claims.store import NOT_ALLOWED, ClaimStore
from shared.errors import FhirDenied, LookUpFirst, Misconfigured, RemoteUnavailable
from tests.core.fhir_in_memory import FhirServer, paths
from tests.core.situations import KEY, ME, OTHER, announced, at

ANNOUNCED = announced("create")
MINE, THEIRS = Holder(ME, at(45)), Holder(OTHER, at(45))
SEARCH = f"Basic?identifier=urn:prescriber-bots:claim|{KEY}"


def stored(server: FhirServer, holder: Holder | None = None) -> Claim:
    """The claim, as somebody else stored it."""
    server.put({**claim_resource(Claim(KEY, None, holder)), "id": "c1"})
    return ClaimStore(server.client).find(KEY)


def test_a_claim_that_nobody_had_is_nobodys_and_has_no_basic() -> None:
    server = FhirServer()
    assert ClaimStore(server.client).find(KEY) == Claim(KEY)
    assert paths(server) == [f"GET {SEARCH}"]


def test_a_claim_is_created_once_and_then_replaced_with_its_version() -> None:
    server = FhirServer()
    store = ClaimStore(server.client)
    first = store.write(Claim(KEY, None, MINE))
    assert (first.key, first.holder, first.resource) == (KEY, MINE, server.resources["Basic/new-0"])
    second = store.write(first.settled(clinician="7"))
    assert (second.key, second.holder, second.memory) == (KEY, None, {"clinician": "7"})
    assert store.find(KEY) == second
    assert paths(server)[:2] == ["POST Basic", "PUT Basic/new-0"]


def test_of_two_who_create_it_one_holds_it_and_both_know() -> None:
    server = FhirServer()
    answers = [ClaimStore(server.client).write(Claim(KEY, None, one)) for one in (MINE, THEIRS)]
    assert [one.holder for one in answers] == [MINE, MINE]
    assert len(server.resources) == 1


def test_of_two_who_take_it_over_one_holds_it_and_both_know() -> None:
    server = FhirServer()
    free = stored(server)
    taken = [
        ClaimStore(server.client).write(free.taken(one.run, one.until, ANNOUNCED))
        for one in (MINE, THEIRS)
    ]
    assert [one.holder for one in taken] == [MINE, MINE]
    assert taken[0] == taken[1] == ClaimStore(server.client).find(KEY)
    assert paths(server)[-2:] == ["GET Basic/c1", f"GET {SEARCH}"]


def test_a_write_without_an_answer_is_looked_at() -> None:
    server = FhirServer()
    free = stored(server)
    server.before_write = [LookUpFirst("?")]
    assert ClaimStore(server.client).write(free.taken(ME, at(45), ANNOUNCED)) == free
    silent = FhirServer()
    silent.before_write = [LookUpFirst("?")]
    assert ClaimStore(silent.client).write(Claim(KEY, None, MINE)) == Claim(KEY)
    assert paths(silent) == ["POST Basic", f"GET {SEARCH}"]


def test_a_claim_is_read_again_by_its_id_and_searched_for_where_it_had_none() -> None:
    server = FhirServer()
    store, nobodys = ClaimStore(server.client), Claim(KEY)
    assert store.read_again(nobodys) == nobodys
    before = stored(server)
    server.put({**claim_resource(Claim(KEY, before.resource, THEIRS)), "id": "c1"})
    assert store.read_again(nobodys).holder == store.read_again(before).holder == THEIRS
    assert paths(server)[-2:] == [f"GET {SEARCH}", "GET Basic/c1"]
    assert store.read_again(before).key == KEY


def test_whoever_may_not_read_or_write_basics_is_told_what_to_set() -> None:
    server = FhirServer()
    before = stored(server)
    server.denied = {"Basic"}
    store = ClaimStore(server.client)
    for forbidden in (
        lambda: store.find(KEY),
        lambda: store.write(before),
        lambda: store.write(Claim(KEY, None, MINE)),
        lambda: store.read_again(before),
    ):
        with pytest.raises(Misconfigured) as caught:
            forbidden()
        assert str(caught.value) == NOT_ALLOWED
        assert caught.value.__suppress_context__


def test_other_failures_are_passed_on() -> None:
    server = FhirServer()
    before = stored(server)
    server.before_write = [RemoteUnavailable("down")]
    with pytest.raises(RemoteUnavailable, match=r"^down$"):
        ClaimStore(server.client).write(before)
    server.denied = {"Basic"}
    with pytest.raises(FhirDenied):
        server.client.read("Basic/c1")

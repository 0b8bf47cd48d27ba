"""What a prescriber chooses drugs with: searches, and favorites that Medplum's page finds again."""

from collections.abc import Iterator

import pytest

from deploy.sandbox.dosespot.prescribing.sheets import ChartEntry
from fhir_profiles.systems import DOSESPOT_FAVORITE
from shared.members.caller import NOT_ENROLLED
from tests.integration.choosing import FAVORITE_BOT, medication, search
from tests.integration.clinic import Clinic, Member
from tests.integration.self_service import dosespot_writes, enrolled

COUNTS_BOT = "dosespot-notification-counts-bot"
DRUG_BOT, ALLERGEN_BOT = "dosespot-search-medication-bot", "dosespot-search-allergen-bot"
PHARMACY_BOT = "dosespot-search-pharmacy-bot"
SEARCHES = {DRUG_BOT: "lis", ALLERGEN_BOT: "pen", PHARMACY_BOT: "Elm"}


@pytest.fixture
def member(clinic: Clinic) -> Iterator[Member]:
    yield enrolled(clinic)
    clinic.reset()


def favorites(clinic: Clinic, directions: str) -> list[ChartEntry]:
    """The clinic's favorites in DoseSpot with these directions."""
    with clinic.sandbox.dosespot.behind() as backend:
        found = backend.cabinet.favorites.of(clinic.clinic_id, 0)
    return [one for one in found if one.record["Directions"] == directions]


@pytest.mark.parametrize("bot", SEARCHES)
def test_a_search_is_a_bare_array_and_saves_nothing(
    clinic: Clinic, member: Member, bot: str
) -> None:
    found = clinic.execute(bot, {"name": SEARCHES[bot]}, member.token)
    nothing = clinic.execute(bot, {"name": "nothing like it"}, member.token)
    assert (found.status, nothing.status, nothing.body) == (200, 200, [])
    assert len(found.body) > 0
    assert clinic.writes() == []


def test_a_pharmacy_is_found_by_the_numbers_that_the_hooks_send(
    clinic: Clinic, member: Member
) -> None:
    given = {"state": "IL", "specialty": [8, 64]}
    found = clinic.execute(PHARMACY_BOT, given, member.token).body
    assert [one["name"] for one in found] != []
    first = found[0]
    assert first["resourceType"] == "Organization"
    assert first["identifier"][0]["system"] == "https://dosespot.com/pharmacy-id"
    keys = [one["identifier"][0]["value"] for one in found]
    assert len(keys) == len(set(keys))
    one_each = {**given, "specialty": [], "pageNumber": 2}
    clinic.switch(page_size=1)
    pages = [
        clinic.execute(PHARMACY_BOT, {**one_each, "pageNumber": page}, member.token).body
        for page in (1, 2, 99)
    ]
    assert [len(page) for page in pages] == [1, 1, 0]
    assert pages[0] != pages[1]


@pytest.mark.parametrize("bot", [*SEARCHES, COUNTS_BOT])
def test_only_who_is_enrolled_may_ask(clinic: Clinic, bot: str) -> None:
    given = {} if bot == COUNTS_BOT else {"name": SEARCHES[bot]}
    answer = clinic.execute(bot, given, clinic.add_member().token)
    assert answer.refusal == ("NotAuthorized", NOT_ENROLLED)


def test_a_favorite_is_found_again_by_the_search_of_medplums_page(
    clinic: Clinic, member: Member
) -> None:
    given = medication(20001, "Found again")
    first = clinic.execute(FAVORITE_BOT, given, member.token)
    (entry,) = favorites(clinic, "Found again")
    listed = search(clinic, member, f"MedicationKnowledge?code={DOSESPOT_FAVORITE}%7C")
    assert first.body["id"] in [one["id"] for one in listed]
    assert {"system": DOSESPOT_FAVORITE, "code": str(entry.id)}.items() <= (
        first.body["code"]["coding"][-1].items()
    )
    assert first.body["code"]["text"] == "Amoxicillin (oral - capsule) 500 mg"
    assert clinic.execute(FAVORITE_BOT, given, enrolled(clinic).token).body == first.body
    assert len(favorites(clinic, "Found again")) == 1


def test_silence_about_a_favorite_is_told_and_the_next_run_adds_none(
    clinic: Clinic, member: Member
) -> None:
    given = medication(20003, "Said nothing")
    clinic.break_dosespot(method="POST", path=".*/coded", kind="drop", when="after")
    assert clinic.execute(FAVORITE_BOT, given, member.token).status == 200
    assert len(favorites(clinic, "Said nothing")) == 1
    assert dosespot_writes(clinic) == ["coded"]


def test_the_counts_are_those_of_the_caller(clinic: Clinic, member: Member) -> None:
    answer = clinic.execute(COUNTS_BOT, {}, member.token)
    assert answer.body == {
        "PendingPrescriptionsCount": 0,
        "PendingRxChangeCount": 0,
        "RefillRequestsCount": 0,
        "TransactionErrorsCount": 0,
    }
    clinic.break_dosespot(path=".*/counts", kind="status", status=500, times=9)
    assert clinic.execute(COUNTS_BOT, {}, member.token).body == answer.body
    other = clinic.execute(COUNTS_BOT, {}, enrolled_again(clinic).token)
    assert other.body["errorType"] == "RemoteUnavailable"


def enrolled_again(clinic: Clinic) -> Member:
    """Somebody else, while DoseSpot fails as before."""
    other = clinic.add_member()
    clinic.authorize(other)
    assert clinic.execute("dosespot-self-enroll-prescriber-bot", {}, other.token).status == 200
    return other

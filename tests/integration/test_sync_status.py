"""The sync-status bot through `$execute`: page by page, dry, twice, on a schedule, after failures.

It looks at a whole project, so these tests have a sandbox of their own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest

from deploy.sandbox.dosespot.steps import with_status
from deploy.sandbox.fhir.store import ProjectRows
from deploy.sandbox.people import PASSWORD, Person
from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.comparison_round import ComparisonRound, read_round
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, COMPARISON_ROUND, NPI
from shared.access import authorize
from shared.members import enrolled
from shared.members.rules import another_person
from shared.records.identity import Identity
from tests.integration.clinic import TIMEOUT_S, Answer, Clinic, Member, new_npi
from tests.integration.self_service import (
    SERVICE_SECRETS,
    bot_as_itself,
    dosespot_writes,
    without_secrets,
    writes,
)

BOT = "dosespot-sync-status-bot"
PRESCRIBERS = 25
LINK = {"system": CLINICIAN_IDENTIFIER}
STATUSES = (
    "Pending",  # as it is recorded
    "RegistrationSuccess",
    "IDPError",
    "TFAActivatedSuccess",
    "TFAAcitvateInit",
)


@dataclass
class Office:
    """A project and who is enrolled there, with their numbers in DoseSpot.

    Attributes:
        pending: the project as it is when everybody is recorded as Pending.
    """

    clinic: Clinic
    members: list[Member]
    numbers: list[int]
    pending: ProjectRows

    def set_statuses(self, statuses: Sequence[str]) -> None:
        """DoseSpot says these of everybody in turn, and that nobody is locked."""
        at = self.clinic.clinic_id
        with self.clinic.sandbox.dosespot.behind() as backend:
            for number, status in zip(self.numbers, cycle(statuses), strict=False):
                known = backend.directory.get(number)
                assert known is not None
                there = known.linked(at, with_status(known.enrollments[at], status))
                backend.directory.put(there.model_copy(update={"locked": False}))


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A project of 25 enrolled prescribers, the administrator, and others who are not enrolled."""
    with Sandbox() as sandbox:
        clinic = Clinic(sandbox)
        clinic.switch(enforce_rate_limits=False)
        with clinic.session:
            known = [add_enrolled(clinic) for _ in range(PRESCRIBERS)]
            assert sync(clinic)["failures"] == []
            pending = sandbox.fhir.rows_of(clinic.project)
            members, numbers = [one for one, _ in known], [number for _, number in known]
            yield Office(clinic, members, numbers, pending)


def add_enrolled(clinic: Clinic) -> tuple[Member, int]:
    """Somebody as enrolling leaves them, and their number in DoseSpot."""
    person = Person(key=new_npi(), given=("Jane",), family="Smith", npi=new_npi())
    number = clinic.sandbox.dosespot.add_clinician(
        person.clinician(), ["PrescribingClinician"], "Pending"
    )
    link = {**LINK, "value": str(number)}
    added = clinic.sandbox.fhir.add_person(
        clinic.project, person.practitioner(), person.email, PASSWORD, identifiers=[link]
    )
    return Member(added.profile_id, added.membership_id, added.token, person.npi), number


@pytest.fixture
def clinic(office: Office) -> Iterator[Clinic]:
    office.clinic.reset()
    yield office.clinic
    office.clinic.mend()


@pytest.fixture
def members(office: Office, clinic: Clinic) -> list[Member]:
    """Everybody; DoseSpot says of four out of five what their Practitioners do not."""
    clinic.sandbox.fhir.put_back(office.pending)
    office.set_statuses(STATUSES)
    return office.members


def set_status(clinic: Clinic, member: Member, status: str) -> None:
    clinic.set_clinician(member, status=status, locked=False)


def run(clinic: Clinic, *, by: Member | None = None, bot: str = BOT, **given: Any) -> Answer:
    return clinic.execute(bot, given, (by or clinic.admin).token)


def sync(clinic: Clinic, **given: Any) -> dict[str, Any]:
    answer = run(clinic, **{"pageSize": 200, **given})
    assert answer.status == 200, answer.body
    return answer.body


@contextmanager
def changed(clinic: Clinic, reference: str, *identifiers: dict[str, str]) -> Iterator[None]:
    """The resource has these identifiers instead of its own."""
    before = clinic.read(reference)
    clinic.write({**before, "identifier": list(identifiers)})
    yield
    clinic.write({**clinic.read(reference), "identifier": before["identifier"]})


def pages(clinic: Clinic, **given: Any) -> list[dict[str, Any]]:
    """All pages, each asked for with the cursor of the one before."""
    found = [sync(clinic, **given)]
    while found[-1]["nextCursor"] is not None:
        found.append(sync(clinic, cursor=found[-1]["nextCursor"], **given))
    return found


def counts(answer: dict[str, Any]) -> tuple[int, int, int, int]:
    return answer["checked"], answer["changed"], answer["unchanged"], answer["failed"]


def epcs_enabled(clinic: Clinic, member: Member) -> bool:
    return has_epcs_qualification(clinic.practitioner(member))


def status_of(clinic: Clinic, member: Member) -> str | None:
    return registration_status(clinic.practitioner(member))


def difference(member: Member, status: str, *, epcs: bool = False) -> dict[str, Any]:
    return {
        "practitioner": f"Practitioner/{member.id}",
        "status": {"from": "Pending", "to": status},
        "epcs": {"from": False, "to": epcs},
    }


def test_what_differs_is_told_and_written_and_a_second_run_writes_nothing(
    clinic: Clinic, members: list[Member]
) -> None:
    answer = sync(clinic)
    assert (counts(answer), answer["failures"]) == ((26, 20, 6, 0), [])
    assert (answer["nextCursor"], answer["dryRun"]) == (None, False)
    expected = [
        difference(members[1], "RegistrationSuccess"),
        difference(members[3], "TFAActivatedSuccess", epcs=True),
        difference(members[4], "TFAActivateInit"),
    ]
    assert [one for one in expected if one not in answer["differences"]] == []
    assert status_of(clinic, members[4]) == "TFAActivateInit"
    assert epcs_enabled(clinic, members[3])
    assert sorted(set(writes(clinic))) == sorted(
        f"PUT /fhir/R4/{one['practitioner']}" for one in answer["differences"]
    )
    clinic.reset()
    again = sync(clinic)
    assert (counts(again), again["differences"], writes(clinic)) == ((26, 0, 26, 0), [], [])


def test_a_dry_run_tells_the_same_and_writes_nothing(clinic: Clinic, members: list[Member]) -> None:
    before = [clinic.practitioner(member) for member in members]
    dry = sync(clinic, dryRun=True)
    assert (dry["dryRun"], counts(dry), writes(clinic)) == (True, (26, 20, 6, 0), [])
    assert [clinic.practitioner(member) for member in members] == before
    assert sync(clinic) == {**dry, "dryRun": False}


def test_pages_together_are_one_run(clinic: Clinic, members: list[Member]) -> None:
    whole = sync(clinic, dryRun=True)
    found = pages(clinic, pageSize=7, dryRun=True)
    assert len(found) > 3
    assert sum(page["checked"] for page in found) == whole["checked"]
    assert [one for page in found for one in page["differences"]] == whole["differences"]
    assert writes(clinic) == []
    assert sum(page["changed"] for page in pages(clinic, pageSize=7)) == whole["changed"]
    assert counts(sync(clinic)) == (26, 0, 26, 0)


def test_who_leaves_between_pages_shifts_nobody(clinic: Clinic, members: list[Member]) -> None:
    whole = sync(clinic, dryRun=True)["differences"]
    first = sync(clinic, pageSize=15, dryRun=True)
    gone = first["differences"][0]["practitioner"]
    member = next(one for one in members if f"Practitioner/{one.id}" == gone)
    with changed(clinic, f"ProjectMembership/{member.membership_id}"):
        rest = sync(clinic, cursor=first["nextCursor"], dryRun=True)
    assert [*first["differences"], *rest["differences"]] == whole


def test_two_memberships_on_different_pages_are_one_person(
    clinic: Clinic, members: list[Member]
) -> None:
    own = clinic.read(f"ProjectMembership/{members[1].membership_id}")
    second = {name: value for name, value in own.items() if name not in ("id", "meta")}
    added = clinic.sandbox.fhir.add_resource(
        clinic.project, {**second, "identifier": [{**LINK, "value": "99999"}]}
    )
    found = pages(clinic, pageSize=1, dryRun=True)
    clinic.delete(f"ProjectMembership/{added['id']}")
    failures = [one for page in found for one in page["failures"]]
    reference = f"Practitioner/{members[1].id}"
    assert failures == [{"practitioner": reference, "error": enrolled.NOT_ONE_ID}]
    assert sum(page["checked"] for page in found) == 26


def test_one_practitioner_is_looked_at_alone(clinic: Clinic, members: list[Member]) -> None:
    answer = sync(clinic, practitionerId=members[3].id)
    assert counts(answer) == (1, 1, 0, 0)
    assert answer["differences"] == [difference(members[3], "TFAActivatedSuccess", epcs=True)]
    assert writes(clinic) == [f"PUT /fhir/R4/Practitioner/{members[3].id}"]


def test_epcs_ends_with_the_account(clinic: Clinic, members: list[Member]) -> None:
    sync(clinic)
    clinic.set_clinician(members[3], locked=True)
    (found,) = sync(clinic)["differences"]
    assert found["status"] == {"from": "TFAActivatedSuccess", "to": "TFAActivatedSuccess"}
    assert found["epcs"] == {"from": True, "to": False}
    assert not epcs_enabled(clinic, members[3])


def test_one_failing_prescriber_stops_no_other(clinic: Clinic, members: list[Member]) -> None:
    other_npi, no_number, unknown, silent, next_one, denied = members[1:7]
    number = clinic.clinician(silent)["id"]
    path = f".*/api/clinicians/{number}/registrationStatus"
    clinic.break_dosespot(method="GET", path=path, kind="text", body="{}", status=200)
    path = f".*/Practitioner/{denied.id}"
    clinic.break_fhir(method="PUT", path=path, kind="status", status=403)
    set_status(clinic, next_one, "IDPSuccess")
    with (
        changed(clinic, f"Practitioner/{other_npi.id}", {"system": NPI, "value": new_npi()}),
        changed(clinic, f"ProjectMembership/{no_number.membership_id}", {**LINK, "value": "none"}),
        changed(clinic, f"ProjectMembership/{unknown.membership_id}", {**LINK, "value": "99999"}),
    ):
        answer = sync(clinic)
    failures = {one["practitioner"]: one["error"] for one in answer["failures"]}
    npis = [Identity(npis=frozenset({number})) for number in ("1", "2")]
    another = another_person.another_person(*npis)
    assert failures == {
        f"Practitioner/{other_npi.id}": str(another),
        f"Practitioner/{no_number.id}": enrolled.NOT_ONE_ID,
        f"Practitioner/{unknown.id}": another_person.UNKNOWN_ID,
        f"Practitioner/{silent.id}": "DoseSpot's answer, when it was asked to get the registration"
        " status, does not have the documented format. Contact DoseSpot support.",
        f"Practitioner/{denied.id}": "The FHIR server does not allow access to this Practitioner.",
    }
    assert (answer["checked"], status_of(clinic, next_one)) == (26, "IDPSuccess")
    untouched = (other_npi, no_number, unknown, silent, denied)
    assert {status_of(clinic, one) for one in untouched} == {"Pending"}
    assert dosespot_writes(clinic) == []


def add_administrator(clinic: Clinic, npi: str, *, admin: bool = True) -> Member:
    """Somebody with a DoseSpot clinician who is born on another day and has that NPI."""
    person = Person(key=new_npi(), given=("Ben",), family="Ito", npi=npi)
    number = clinic.sandbox.dosespot.add_clinician(person.clinician(), ["ClinicianAdmin"])
    link = {**LINK, "value": str(number)}
    born = {"birthDate": "1970-01-01"}
    return clinic.add_member(admin=admin, identifiers=[link], practitioner=born)


def test_an_administrators_clinician_without_an_npi_is_a_doubt_and_no_failure(
    clinic: Clinic,
) -> None:
    administrator = add_administrator(clinic, "")
    answer = sync(clinic, practitionerId=administrator.id)
    assert (counts(answer), answer["failures"]) == ((1, 0, 1, 0), [])
    (doubt,) = answer["warnings"]
    assert doubt["practitioner"] == f"Practitioner/{administrator.id}"
    assert "has no NPI, and so is not a prescriber" in doubt["sentence"]
    assert "has another birth date than the Practitioner" in doubt["sentence"]
    assert writes(clinic) == []
    clinic.delete(f"ProjectMembership/{administrator.membership_id}")


@pytest.mark.parametrize(("npi", "admin"), [(new_npi(), True), ("", False)])
def test_anybody_elses_wrong_clinician_stays_a_failure(
    clinic: Clinic, npi: str, admin: bool
) -> None:
    other = add_administrator(clinic, npi, admin=admin)
    answer = sync(clinic, practitionerId=other.id)
    assert (counts(answer), "warnings" in answer) == ((1, 0, 0, 1), False)
    clinic.delete(f"ProjectMembership/{other.membership_id}")


def test_an_administrator_of_whom_dosespot_tells_no_status_is_a_doubt(clinic: Clinic) -> None:
    administrator = add_administrator(clinic, "")
    number = clinic.read(f"ProjectMembership/{administrator.membership_id}")["identifier"][0]
    path = f".*/api/clinicians/{number['value']}/registrationStatus"
    body = {"Result": {"ResultCode": "ERROR", "ResultDescription": "NPI is required"}}
    clinic.break_dosespot(method="GET", path=path, kind="text", body=body, status=200, times=9)
    assert counts(sync(clinic, practitionerId=administrator.id)) == (1, 0, 1, 0)
    clinic.delete(f"ProjectMembership/{administrator.membership_id}")


def test_who_writes_in_between_makes_the_bot_ask_again(
    clinic: Clinic, members: list[Member]
) -> None:
    path = f".*/Practitioner/{members[1].id}"
    clinic.break_fhir(method="PUT", path=path, kind="status", status=412)
    assert counts(sync(clinic, practitionerId=members[1].id)) == (1, 1, 0, 0)
    assert status_of(clinic, members[1]) == "RegistrationSuccess"
    assert writes(clinic) == [f"PUT /fhir/R4/Practitioner/{members[1].id}"] * 2
    asked = clinic.session.get(f"{clinic.control_url}calls", timeout=TIMEOUT_S).json()["counts"]
    number = clinic.clinician(members[1])["id"]
    assert asked[f"GET /webapi/v2/api/clinicians/{number}/registrationStatus"] == 2


def test_who_is_not_enrolled_can_not_be_compared(clinic: Clinic) -> None:
    stranger = clinic.add_member()
    clinic.reset()
    for named in (stranger.id, "nobody"):
        answer = run(clinic, practitionerId=named)
        assert answer.body["errorType"] == "RecordsRefused"
        assert "enroll the prescriber first" in answer.error
    assert writes(clinic) == []


def test_only_administrators_may(clinic: Clinic, members: list[Member]) -> None:
    assert run(clinic, by=clinic.add_member(admin=True), dryRun=True).status == 200
    answer = run(clinic, by=members[0])
    assert answer.refusal == ("NotAuthorized", authorize.NOT_ADMINISTRATOR)
    with bot_as_itself(clinic, BOT) as other:
        mine = bot_token(clinic, other)
        clinic.reset()
        answer = clinic.execute(BOT, {}, mine)
        assert answer.refusal == ("NotAuthorized", authorize.NOT_ADMINISTRATOR)
        assert writes(clinic) == []


def bot_token(clinic: Clinic, identifier: str) -> str:
    """A token with which the bot itself is the caller, as older servers' schedules have it."""
    fhir = clinic.sandbox.fhir
    bot = next(one for one in fhir.resources("Bot") if one["identifier"][0]["value"] == identifier)
    membership = next(
        one
        for one in fhir.resources("ProjectMembership")
        if one["profile"]["reference"] == f"Bot/{bot['id']}"
    )
    return fhir.token_for(membership["id"])


def test_a_schedule_goes_on_by_itself_to_the_last_page(
    clinic: Clinic, members: list[Member]
) -> None:
    with bot_as_itself(clinic, BOT, admin=True) as itself:
        answer = clinic.execute(itself, {"pageSize": 4}, bot_token(clinic, itself)).body
    assert (counts(answer), answer["nextCursor"]) == ((26, 20, 6, 0), None)
    known = kept_round(clinic)
    assert (known.began, known.after, known.since is not None) == (None, "", True)


def kept_round(clinic: Clinic) -> ComparisonRound:
    basics = clinic.sandbox.fhir.resources("Basic")
    (found,) = (one for one in basics if one["identifier"][0]["system"] == COMPARISON_ROUND)
    return read_round(clinic.clinic_id, found)


def test_a_run_goes_on_where_the_one_before_ended(clinic: Clinic, members: list[Member]) -> None:
    sync(clinic, resume=True)  # ends the round that may be under way
    found = [sync(clinic, resume=True, pageSize=9)]
    assert kept_round(clinic).after
    assert sync(clinic, dryRun=True)["checked"] == 26  # what others ask for is no part of it
    while found[-1]["nextCursor"]:
        found.append(sync(clinic, resume=True, pageSize=9))
    assert sum(page["checked"] for page in found) == 26
    assert len(found) > 2
    assert kept_round(clinic).began is None


def test_a_clinic_without_changes_costs_one_write_a_run(clinic: Clinic) -> None:
    clinic.execute(BOT, {}, bot_token(clinic, BOT))
    clinic.reset()
    clinic.execute(BOT, {}, bot_token(clinic, BOT))
    assert [one.split("/")[3] for one in writes(clinic)] == ["Basic"]


def test_a_schedule_gives_the_bot_as_input(clinic: Clinic, members: list[Member]) -> None:
    with bot_as_itself(clinic, BOT, admin=True) as itself:
        found = clinic.sandbox.fhir.resources("Bot")
        bot = next(one for one in found if one["identifier"][0]["value"] == itself)
        answer = clinic.execute(itself, bot, bot_token(clinic, itself)).body
    assert counts(answer) == (26, 20, 6, 0)


def test_the_bots_own_rights_are_enough_and_needed(clinic: Clinic, members: list[Member]) -> None:
    with without_secrets(clinic, *SERVICE_SECRETS), bot_as_itself(clinic, BOT) as without_rights:
        token = bot_token(clinic, without_rights)
        clinic.reset()
        answer = clinic.execute(without_rights, {}, token)
        assert answer.refusal == ("Misconfigured", enrolled.NO_CREDENTIAL)
        answer = clinic.execute(without_rights, {}, clinic.admin.token)
        assert answer.refusal == ("NotAuthorized", authorize.UNKNOWN_CALLER)
        assert writes(clinic) == []
        assert counts(run(clinic).body) == (26, 20, 6, 0)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"cursor": "bm90IG91cnM="}, "cursor"),
        ({"cursor": "UHJhY3RpdGlvbmVyL2E="}, "cursor"),  # of an older version
        ({"cursor": "x"}, "cursor"),
        ({"pageSize": 0}, "pageSize"),
        ({"pageSize": 201}, "pageSize"),
        ({"dryRun": "yes"}, "dryRun"),
        ({"practitionerId": "../x"}, "practitionerId"),
        ({"practitioner": "x"}, "practitioner"),
    ],
    ids=str,
)
def test_wrong_input_is_named(clinic: Clinic, given: dict[str, Any], named: str) -> None:
    answer = run(clinic, **given)
    assert answer.body["errorType"] == "InputRefused"
    assert answer.error.startswith(f"The bot's input was refused. {named}: ")


def test_a_cursor_is_not_for_one_practitioner(clinic: Clinic, members: list[Member]) -> None:
    cursor = sync(clinic, pageSize=1, dryRun=True)["nextCursor"]
    answer = run(clinic, practitionerId=members[0].id, cursor=cursor)
    assert answer.error.endswith("cursor: can't be combined with practitionerId; leave it out.")


def test_a_refused_sign_in_is_told_once_for_all(clinic: Clinic, members: list[Member]) -> None:
    clinic.break_dosespot(path=".*/connect/token", kind="status", status=401, times=9)
    clinic.break_dosespot(path=".*/api/.*", kind="status", status=401, times=999)
    answer = run(clinic)
    assert answer.body["errorType"] == "Misconfigured"
    assert writes(clinic) == []

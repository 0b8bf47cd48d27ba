"""The readiness bot about everybody, page by page, and the command that prints what it tells.

They look at a whole project, so these tests have a sandbox of their own.
"""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bots.readiness.contract import PAGE_SIZE
from deploy.cli import main
from deploy.cli.names import name_of
from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.systems import NPI
from shared.access import authorize
from tests.integration.clinic import Clinic, Member, new_npi
from tests.integration.readiness import BOT, codes, ready, run, verdicts


def _office() -> Iterator[Clinic]:
    """A project of its own, with the sandbox's people, because a page is about everybody."""
    with Sandbox() as running:
        clinic = Clinic(running)
        with clinic.session:
            yield clinic


COMMAND = str(Path(sys.executable).with_name("prescriber-bots"))


@pytest.fixture(scope="module")
def office() -> Iterator[Clinic]:
    yield from _office()


@pytest.fixture
def new_office() -> Iterator[Clinic]:
    """One to which nobody was added yet."""
    yield from _office()


def test_pages_together_tell_of_everybody_with_a_membership_once(new_office: Clinic) -> None:
    new_office.sandbox.fhir.add_resource(new_office.project, {"resourceType": "Practitioner"})
    whole = run(new_office, pageSize=100).body
    assert whole["nextCursor"] is None
    references = [one["practitioner"] for one in whole["prescribers"]]
    members = [person["practitionerId"] for person in new_office.sandbox.ready["people"].values()]
    assert sorted(references) == sorted(f"Practitioner/{one}" for one in members)
    found, cursor = [], {}
    while not found or found[-1]["nextCursor"]:
        found.append(run(new_office, pageSize=3, **cursor).body)
        cursor = {"cursor": found[-1]["nextCursor"]}
    assert 1 < len(found) <= 3
    assert [one for page in found for one in page["prescribers"]] == whole["prescribers"]


def test_one_persons_failure_spoils_no_page(office: Clinic) -> None:
    office.reset()
    well, failing, other = ready(office), ready(office), ready(office)
    path = f".*/api/clinicians/{office.clinician(failing)['id']}"
    office.break_dosespot(method="GET", path=path, kind="empty")
    with_other_npi = office.practitioner(other)
    identifiers = [{"system": NPI, "value": new_npi()}, *with_other_npi["identifier"][1:]]
    office.write({**with_other_npi, "identifier": identifiers})
    page = {one["practitioner"]: one for one in run(office, pageSize=100).body["prescribers"]}
    found = [page[f"Practitioner/{one.id}"] for one in (well, failing, other)]
    assert [verdicts(one) for one in found] == [(True, True), (False, False), (False, False)]
    first = [codes(one)[:1] for one in found]
    assert first == [[], ["not-checked"], ["clinician-of-another-person"]]


def test_a_refused_sign_in_is_told_once_for_all(office: Clinic) -> None:
    office.reset()
    office.break_dosespot(path=".*/connect/token", kind="status", status=401, times=99)
    office.break_dosespot(path=".*/api/.*", kind="status", status=401, times=999)
    answer = run(office)
    office.reset()
    assert answer.body["errorType"] == "Misconfigured"


def command(clinic: Clinic, *arguments: str, by: Member | None = None) -> Result:
    """Runs `prescriber-bots readiness` as somebody signs in with a token."""
    environment = {
        "MEDPLUM_BASE_URL": clinic.fhir_url,
        "MEDPLUM_ACCESS_TOKEN": (by or clinic.admin).token,
        "MEDPLUM_CLIENT_ID": None,
        "MEDPLUM_CLIENT_SECRET": None,
    }
    return CliRunner().invoke(main, ["readiness", *arguments], env=environment)


def test_the_command_prints_everybody_and_says_so_where_somebody_is_not_ready(
    office: Clinic,
) -> None:
    office.reset()
    whole = run(office, pageSize=100).body["prescribers"]
    result = command(office)
    heads, *rows, last = result.stdout.splitlines()
    assert heads.split() == [
        *("PRACTITIONER", "NON-CONTROLLED", "CONTROLLED", "WHO", "ACTS,", "AND", "WHY"),
    ]
    assert [row.split()[0] for row in rows] == [one["practitioner"] for one in whole]
    assert last.endswith(f" of {len(whole)} ready.")
    assert result.exit_code == 3
    admin = next(row for row in rows if office.admin.id in row)
    assert admin.split(maxsplit=2)[1:] == [
        "no",
        "no DEA number         Administrator: DoseSpot does not show a prescribing role. Run the"
        " enroll bot with role 1 in practitionerRoleTypes if the person prescribes. (role-missing)",
    ]


def test_the_command_ends_with_0_where_everybody_asked_about_is_ready(office: Clinic) -> None:
    office.reset()
    member = ready(office)
    result = command(office, "--practitioner", member.id)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 of 1 ready.")
    assert "  yes             IL: yes, NY: yes  " in result.stdout
    without_dea = office.add_member()
    office.enroll(without_dea)
    office.prescriber_does(without_dea, "sign-agreements")
    assert command(office, "--practitioner", without_dea.id).exit_code == 0
    office.set_clinician(member, status="IDPSuccess")
    result = command(office, "--practitioner", member.id)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (3, "0 of 1 ready.")


def test_the_command_prints_json_of_all_pages(office: Clinic) -> None:
    office.reset()
    for _ in range(PAGE_SIZE):
        office.add_member()
    result = command(office, "--json")
    assert json.loads(result.stdout) == {
        "prescribers": run(office, pageSize=100).body["prescribers"]
    }
    assert result.exit_code == 3


def test_the_command_tells_a_refusal_in_one_line(office: Clinic) -> None:
    member = office.add_member()
    result = command(office, by=member)
    assert (result.exit_code, result.stderr) == (1, f"Error: {authorize.NOT_ADMINISTRATOR}\n")
    result = command(office, by=Member("", "", "no-token"))
    sentence = "The FHIR server no longer accepts the access token. Sign in again."
    assert (result.exit_code, result.stderr) == (1, f"Error: {sentence}\n")


def test_the_command_says_what_to_do_where_there_is_no_such_bot(office: Clinic) -> None:
    (bot,) = (one for one in office.sandbox.fhir.resources("Bot") if one["name"] == BOT)
    office.write({**bot, "identifier": []})
    result = command(office)
    office.write({**office.read(f"Bot/{bot['id']}"), "identifier": bot["identifier"]})
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: The server has no dosespot-readiness-bot. Install the bots with prescriber-bots"
        " register.\n"
    )


@pytest.mark.outside
def test_a_terminal_shows_names_and_fits_its_width(office: Clinic) -> None:
    office.reset()
    member = office.add_member()
    leader, follower = pty.openpty()
    result = subprocess.run(
        [COMMAND, "readiness", "--practitioner", member.id],
        stdout=follower,
        env={
            **os.environ,
            "COLUMNS": "80",
            "MEDPLUM_BASE_URL": office.fhir_url,
            "MEDPLUM_ACCESS_TOKEN": office.admin.token,
        },
        check=False,
    )
    os.close(follower)
    lines = os.read(leader, 10_000).decode().splitlines()
    os.close(leader)
    assert result.returncode == 3
    assert max(map(len, lines)) <= 80
    assert lines[0] == "NON-CONTROLLED  CONTROLLED     PRESCRIBER, WHO ACTS, AND WHY"
    assert lines[1] == "no              no DEA number  Jane Marie Smith"
    assert lines[2] == f"{'':31}Practitioner/{member.id}"
    assert lines[3].startswith(f"{'':31}Administrator: ")
    assert lines[-1] == "0 of 1 ready."


def test_a_name_can_not_steer_the_terminal() -> None:
    name = {"given": ["Ja\x1b[2Jne"], "family": "Smith\x07"}
    assert name_of({"resourceType": "Practitioner", "name": [name]}) == "Ja[2Jne Smith"
    assert name_of({"resourceType": "Practitioner"}) == "(no name)"

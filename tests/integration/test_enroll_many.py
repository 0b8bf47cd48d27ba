"""`enroll-many`: from a file or a search, each prescriber once, and on where it stopped."""

import os
import signal
import subprocess
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.bulk.rows import table_rows
from deploy.bulk.run import Run
from deploy.bulk.worker.administrator import OPERATOR_REFUSED
from deploy.bulk.worker.enrollment import BulkEnrollment
from shared.dosespot.limits import DoseSpotLimits
from shared.errors import FhirDenied
from shared.fhir.credential import GivenToken
from tests.integration.clinic import DEA, Clinic, Member
from tests.integration.many import Many
from tests.integration.self_service import without_secrets
from tests.integration.terminal import on_terminal
from tests.integration.test_command import COMMAND

NO_LIMIT = ("--fhir-units-per-minute", "0")
INTERRUPTED = 24
"""How many are to be enrolled; some before the interruption, and some after it."""
CLEAN = {"alreadyDone": 0, "duplicates": 0, "stopped": None}


@pytest.fixture
def many(clinic: Clinic, tmp_path: Path) -> Many:
    return Many(clinic, tmp_path)


def members(clinic: Clinic, number: int) -> list[Member]:
    return [clinic.add_member() for _ in range(number)]


def dosespot_calls(clinic: Clinic) -> Counter[str]:
    """How often each call of DoseSpot came, without ids."""
    calls = clinic.session.get(f"{clinic.control_url}calls", timeout=60).json()["calls"]
    return Counter("".join(char for char in call if not char.isdigit()) for call in calls)


def test_a_file_is_enrolled_row_by_row(clinic: Clinic, many: Many) -> None:
    people = members(clinic, 5)
    clinic.enroll(people[1])
    clinic.enroll(people[2])
    linked = clinic.read(f"ProjectMembership/{people[2].membership_id}")
    clinic.write({**linked, "identifier": []})
    clinic.enroll(people[3], medicalLicenseNumbers=[{"LicenseNumber": "1", "State": "IL"}])
    roles = f"{people[3].id},1;4"
    incomplete = clinic.add_member(practitioner={"birthDate": "1980"})
    lines = (roles, "x,9", f"{incomplete.id},1")
    file = many.file(*people[:3], people[4], people[0], lines=lines)
    told = many.run(file, *NO_LIMIT)
    assert told.exit_code == 1
    assert many.outcomes() == {
        people[0].id: "enrolled",
        people[1].id: "unchanged",
        people[2].id: "enrolled",  # DoseSpot knew them; this project did not
        people[3].id: "updated",
        people[4].id: "enrolled",
        incomplete.id: "refused",
        "x": "refused",
    }
    found = {one["practitionerId"]: one for one in many.results()}
    assert found[people[0].id] == {
        "practitionerId": people[0].id,
        "outcome": "enrolled",
        "doseSpotClinicianId": clinic.clinician(people[0])["id"],
        "registrationStatus": "Pending",
        "error": None,
        "warnings": [],
    }
    assert sorted(told.stderr.splitlines()) == sorted(
        f"{one} refused: {found[one]['error']}" for one in (incomplete.id, "x")
    )
    assert "Practitioner.birthDate" in found[incomplete.id]["error"]
    assert found["x"]["error"].startswith("Row 8: The bot's input was refused.")


def test_warnings_of_the_bot_are_printed_and_kept_for_each_row(clinic: Clinic, many: Many) -> None:
    name = {"family": "Smith", "given": ["Jane"], "suffix": ["M.D., Ph.D."]}
    titled, plain = clinic.add_member(practitioner={"name": [name]}), clinic.add_member()
    told = many.run(many.file(titled, plain), *NO_LIMIT)
    assert told.exit_code == 0
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"{titled.id} warning: Practitioner.name[0].suffix: is not sent")
    kept = {one["practitionerId"]: one["warnings"] for one in many.results()}
    assert [one["path"] for one in kept[titled.id]] == ["Practitioner.name[0].suffix"]
    assert kept[plain.id] == []


def test_the_same_command_goes_on_where_it_stopped(clinic: Clinic, many: Many) -> None:
    incomplete = clinic.add_member(practitioner={"birthDate": "1980"})
    people = members(clinic, 2)
    file = many.file(*people, incomplete, people[0])
    assert many.counts(file, *NO_LIMIT) == {**CLEAN, "enrolled": 2, "refused": 1, "duplicates": 1}
    clinic.reset()
    assert many.counts(file, *NO_LIMIT) == {**CLEAN, "refused": 1, "alreadyDone": 3}
    assert clinic.writes() == []
    mended = clinic.practitioner(incomplete)
    clinic.write({**mended, "birthDate": "1980-05-15"})
    assert many.counts(file, *NO_LIMIT) == {**CLEAN, "enrolled": 1, "alreadyDone": 3}
    done = many.run(file, *NO_LIMIT)
    assert (done.exit_code, done.stdout.split(";")[0]) == (0, "4 done before")


@pytest.mark.outside
def test_an_interrupted_run_ends_well_and_nobody_is_enrolled_twice(
    clinic: Clinic, many: Many
) -> None:
    people = members(clinic, INTERRUPTED)
    command = [COMMAND, "enroll-many", many.file(*people), "--results", str(many.results_path)]
    with subprocess.Popen(
        [*command, *NO_LIMIT, "--concurrency", "4"],
        env={**os.environ, **many.environment},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not many.results_path.exists() or not many.results():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=120)[1]
    assert process.returncode == 1
    assert told == "Stopped: Interrupted. Run the same command again to continue.\n"
    first = len(many.results())
    assert 0 < first < INTERRUPTED
    assert set(many.outcomes().values()) == {"enrolled"}
    assert many.counts("--concurrency", "8", many.file(*people), *NO_LIMIT) == {
        **CLEAN,
        "enrolled": INTERRUPTED - first,
        "alreadyDone": first,
    }
    assert {len(clinic.clinicians(one.npi)) for one in people} == {1}


def test_a_search_is_enrolled(clinic: Clinic, many: Many) -> None:
    people = members(clinic, 3)
    npis = ",".join(one.npi for one in people)
    query = f"Practitioner?identifier={npis}&active=true"
    options = ("--search", query, "--role", "PrescribingClinician", *NO_LIMIT)
    assert many.counts(*options) == {**CLEAN, "enrolled": 3}
    assert set(many.outcomes()) == {one.id for one in people}


def test_rows_may_come_from_standard_input(clinic: Clinic, many: Many) -> None:
    (prescriber,) = members(clinic, 1)
    row = f'{{"practitionerId": "{prescriber.id}", "practitionerRoleTypes": [2]}}\n'
    assert many.run("-", *NO_LIMIT, stdin=row).exit_code == 0
    assert clinic.clinician(prescriber)["roles"] == ["ReportingClinician"]


def test_options_say_what_rows_do_not(clinic: Clinic, many: Many) -> None:
    prescriber = clinic.add_member(dea=DEA)
    clinic.enroll(prescriber)
    clinic.prescriber_does(prescriber, "sign-agreements")
    options = ("--role", "1", "--role", "2", "--init-idp")
    file = many.file(lines=(f"{prescriber.id},",))
    assert many.counts(file, *options, *NO_LIMIT) == {**CLEAN, "updated": 1}
    assert many.results()[0]["registrationStatus"] == "IDPInitializeSuccess"
    assert len(clinic.clinician(prescriber)["roles"]) == 2


def test_a_program_may_enroll_many(clinic: Clinic, many: Many) -> None:
    people = members(clinic, 2)
    (service,) = (
        one
        for one in clinic.sandbox.fhir.resources("ClientApplication")
        if one["name"] == "Prescriber bots"
    )
    signed_in = {"MEDPLUM_CLIENT_ID": service["id"], "MEDPLUM_CLIENT_SECRET": service["secret"]}
    file = many.file(*people)
    assert many.counts(file, *NO_LIMIT, **signed_in) == {**CLEAN, "enrolled": 2}


def test_an_enrollment_asks_dosespot_five_times(clinic: Clinic, many: Many) -> None:
    """As many as the limit on all calls has room for at the full rate of creates."""
    many.run(many.file(*members(clinic, 1)), *NO_LIMIT)
    calls = dosespot_calls(clinic)
    assert calls.pop("POST /webapi/v/connect/token") == 1
    assert calls == {
        "GET /webapi/v/api/clinician": 1,
        "GET /webapi/v/api/clinicians/": 3,  # one of them for the whole run
        "GET /webapi/v/api/clinicians//registrationStatus": 1,
        "POST /webapi/v/api/clinicians": 1,
    }


def test_dosespots_limits_are_kept_to(clinic: Clinic) -> None:
    limits = DoseSpotLimits(token_requests=4, reads=25, writes=10, total=50, window_s=0.4)
    clinic.switch(
        enforce_rate_limits=True,
        token_requests_per_10_s=limits.token_requests,
        reads_per_10_s=limits.reads,
        writes_per_10_s=limits.writes,
        total_per_10_s=limits.total,
        rate_window_s=limits.window_s,
    )
    people = members(clinic, 24)
    before = clinic.session.get(f"{clinic.control_url}limits", timeout=60).json()
    bulk = BulkEnrollment(limits, None, 16)
    administrator = bulk.sign_in(clinic.fhir_url, GivenToken(clinic.admin.token))
    run = Run(lambda given: bulk.enroll(administrator, given), 16)
    lines = ["practitionerId", *(one.id for one in people)]
    rows = table_rows(lines, {"practitionerRoleTypes": [1]})
    assert Counter(one.outcome for one in run.results(rows)) == {"enrolled": 24}
    assert clinic.session.get(f"{clinic.control_url}limits", timeout=60).json() == before


def test_what_keeps_everybody_from_being_enrolled_stops_the_run(clinic: Clinic, many: Many) -> None:
    people = members(clinic, 4)
    project = clinic.read(f"Project/{clinic.project}")
    setting = {"name": "dosespotMaxClinicians", "valueInteger": 1}
    clinic.write({**project, "systemSetting": [setting]})
    try:
        told = many.run(many.file(*people), *NO_LIMIT, "--concurrency", "1")
    finally:
        clinic.write({**clinic.read(f"Project/{clinic.project}"), "systemSetting": []})
    assert told.exit_code == 1
    failed, stopped = told.stderr.splitlines(keepends=True)
    assert " failed: DoseSpot enrollment limit reached" in failed
    assert stopped.startswith("Stopped: DoseSpot enrollment limit reached")
    assert stopped.endswith("Run the same command again to continue.\n")
    assert len(many.results()) == 1
    assert many.counts(many.file(*people), *NO_LIMIT) == {**CLEAN, "enrolled": 4}


def test_who_may_not_enroll_others_is_told_before_the_first_row(clinic: Clinic, many: Many) -> None:
    prescriber, member = members(clinic, 2)
    file = many.file(prescriber)
    told = many.run(file, *NO_LIMIT, MEDPLUM_ACCESS_TOKEN=member.token)
    assert told.stderr.startswith("Error: The caller is not a project administrator.")
    with without_secrets(clinic, "DOSESPOT_CLINIC_KEY"):
        told = many.run(file, *NO_LIMIT)
    assert told.stderr.startswith("Error: Project secrets must be corrected")
    assert many.results() == []
    assert clinic.clinicians(prescriber.npi) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Give one of FILE, --search and --collect."),
        (("-", "--search", "Practitioner"), "Give one of FILE, --search and --collect."),
        (("--search", "Patient"), "--search must look like 'Practitioner?active=true'"),
        (("nobody.csv",), "does not exist"),
        (("-", "--role", "7"), "a role is a number from 1 to 6 or a name"),
        (("-", "--role", "Doctor"), "a role is a number from 1 to 6 or a name"),
        (("--search", "Practitioner"), "No role is given, and none is assumed."),
        (("--collect", "https://sqs", "--dry-run"), "--dry-run enrolls nobody"),
        (("-", "--share", "0"), "is not in the range"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    many: Many, arguments: tuple[str, ...], sentence: str
) -> None:
    told = many.run(*arguments)
    assert told.exit_code != 0
    (line,) = told.stderr.splitlines()
    assert sentence in line


def test_a_file_with_a_wrong_header_is_refused(many: Many) -> None:
    told = many.run("-", *NO_LIMIT, stdin="name\nJane\n")
    assert told.stderr.startswith("Error: The first line must name the columns: practitionerId")


def test_bulk_without_role(clinic: Clinic, many: Many) -> None:
    people = members(clinic, 3)
    for person, role in zip(people, (6, 4, 5), strict=True):
        assert clinic.enroll(person, practitionerRoleTypes=[role]).status == 200
    before = [clinic.clinician(person)["roles"] for person in people]
    clinic.reset()
    text = "\n".join(["practitionerId", *(one.id for one in people)])
    told = many.run("-", *NO_LIMIT, stdin=text)
    assert told.exit_code == 1
    assert told.stderr.startswith("Error: No role is given, and none is assumed.")
    assert many.results() == []
    assert clinic.writes() == []
    assert dosespot_calls(clinic) == {}
    assert [clinic.clinician(person)["roles"] for person in people] == before


def test_bad_rows_are_told_before_a_server_is_asked(clinic: Clinic, many: Many) -> None:
    clinic.reset()
    told = many.run(many.file(lines=("x,9", ",1", "y")), MEDPLUM_BASE_URL="http://127.0.0.1:9/")
    assert [line.split(": ")[:2] for line in told.stderr.splitlines()] == [
        ["x refused", "Row 2"],
        ["(no usable id) refused", "Row 3"],
        ["y refused", "Row 4"],
    ]
    assert told.stdout.startswith("3 refused;")
    (member,) = members(clinic, 1)
    told = many.run(many.file(member, lines=("x,9",)), MEDPLUM_ACCESS_TOKEN="made-up")
    refused, stopped = told.stderr.splitlines()
    assert refused.startswith("x refused: Row 3: ")
    assert stopped.startswith("Error: The FHIR server refuses the sign-in")


def test_semicolon_slip(clinic: Clinic, many: Many) -> None:
    (prescriber,) = members(clinic, 1)
    text = (
        f"practitionerId;practitionerRoleTypes;medicalLicenseNumbers\n{prescriber.id};1;IL:1,NY:2\n"
    )
    assert many.run("-", *NO_LIMIT, stdin=text).exit_code == 1
    (result,) = many.results()
    assert (result["practitionerId"], result["outcome"]) == (prescriber.id, "refused")
    assert "write IL:036123456;NY:123456" in result["error"]
    assert clinic.clinicians(prescriber.npi) == []


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(clinic: Clinic, many: Many) -> None:
    new, same, changed, known = members(clinic, 4)
    for person in (same, changed, known):
        clinic.enroll(person)
    linked = clinic.read(f"ProjectMembership/{known.membership_id}")
    clinic.write({**linked, "identifier": []})
    incomplete = clinic.add_member(practitioner={"birthDate": "1980"})
    lines = (f"{changed.id},1;2", "x,9", f"{incomplete.id},1")
    file = many.file(new, same, known, lines=lines)
    clinic.reset()
    told = many.run(file, "--dry-run", *NO_LIMIT)
    assert clinic.writes() == []
    assert sorted(told.stdout.splitlines()[:-1]) == sorted(
        [
            f"{new.id} would be enrolled",
            f"{same.id} needs no change",
            f"{known.id} would be enrolled",
            f"{changed.id} would be updated",
        ]
    )
    counted = "2 enrolled, 2 refused, 1 unchanged, 1 updated; "
    assert told.stdout.splitlines()[-1].startswith(counted)
    assert told.stdout.endswith("; nothing was changed\n")
    assert "Practitioner.birthDate" in told.stderr
    assert not many.results_path.exists()
    assert told.exit_code == 1
    real = many.counts(file, *NO_LIMIT)
    assert real == {**CLEAN, "enrolled": 2, "refused": 2, "unchanged": 1, "updated": 1}


@pytest.mark.outside
def test_a_terminal_names_people_and_neither_files_nor_pipes_do(clinic: Clinic, many: Many) -> None:
    new = clinic.add_member()
    incomplete = clinic.add_member(practitioner={"birthDate": "1980"})
    nobody = "00000000-0000-4000-8000-000000000000"
    file = many.file(new, incomplete, lines=(f"{nobody},1",))
    command = ("enroll-many", file, *NO_LIMIT)
    _, shown = on_terminal(*command, "--dry-run", **many.environment)
    assert f"Jane Marie Smith ({new.id}) would be enrolled" in shown
    (told,) = [line for line in shown if f"Jane Marie Smith ({incomplete.id}) refused: " in line]
    assert "Practitioner.birthDate" in told
    assert [line for line in shown if nobody in line and "Smith" not in line]
    on_terminal(*command, "--results", str(many.results_path), **many.environment)
    assert "Smith" not in many.results_path.read_text()
    piped = many.run(file, "--dry-run", *NO_LIMIT)
    assert "Smith" not in piped.output


def test_a_search_that_the_server_refuses_is_told_in_its_words_without_values(
    clinic: Clinic, many: Many
) -> None:
    query = "Practitioner?birthdate=Zyxwvut"
    told = many.run("--search", query, "--role", "1", *NO_LIMIT)
    assert told.stderr.startswith("Error: The FHIR server refuses --search (400): ")
    assert "Zyxwvut" not in told.stderr
    assert not told.stderr.endswith("it does not say why.\n")


def test_whose_sign_in_fails_is_told(clinic: Clinic, many: Many) -> None:
    (prescriber,) = members(clinic, 1)
    file = many.file(prescriber)
    told = many.run(file, *NO_LIMIT, MEDPLUM_ACCESS_TOKEN="made-up")
    assert "refuses the sign-in of the administrator who enrolls" in told.stderr
    client = {"MEDPLUM_CLIENT_ID": str(uuid4()), "MEDPLUM_CLIENT_SECRET": "made-up"}
    told = many.run(file, *NO_LIMIT, **client)
    assert told.stderr == (
        "Error: The FHIR server does not let the ClientApplication of this command in. Check"
        " MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET in the environment.\n"
    )
    project = clinic.read(f"Project/{clinic.project}")
    wrong = {"name": "DOSESPOT_CLINIC_KEY", "valueString": "made-up"}
    with without_secrets(clinic, wrong["name"]):
        secrets = [one for one in project["secret"] if one["name"] != wrong["name"]]
        clinic.write({**clinic.read(f"Project/{clinic.project}"), "secret": [*secrets, wrong]})
        told = many.run(file, *NO_LIMIT)
    assert "project secrets" in told.stderr
    assert "DOSESPOT_CLINIC_KEY" in told.stderr
    assert clinic.clinicians(prescriber.npi) == []


def test_a_token_that_ends_in_between_is_told_as_the_administrators(clinic: Clinic) -> None:
    (prescriber,) = members(clinic, 1)
    bulk = BulkEnrollment(DoseSpotLimits(), None, 1)
    administrator = bulk.sign_in(clinic.fhir_url, GivenToken(clinic.admin.token))
    over = replace(administrator, credential=GivenToken("made-up"))
    given = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]}
    with pytest.raises(FhirDenied) as denied:
        bulk.enroll(over, given)
    assert str(denied.value) == OPERATOR_REFUSED

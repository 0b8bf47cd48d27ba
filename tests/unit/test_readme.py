"""The README's tables say what the code does."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bots.admin_enroll.contract import AdminEnrollInput, AdminEnrollOutput
from bots.catalog import BOTS
from bots.create_prescriber.contract import CreatePrescriberOutput
from bots.iframe.contract import IframeInput, IframeOutput
from bots.notification.contract import NotificationInput, NotificationOutput
from bots.patient_sync.contract import PatientSyncInput, PatientSyncOutput
from bots.readiness.contract import ReadinessInput, ReadinessOutput
from bots.self_enroll.contract import SelfEnrollInput, SelfEnrollOutput
from bots.supervisor.contract import SupervisorInput, SupervisorOutput
from bots.sync_status.contract import SyncStatusInput, SyncStatusOutput
from shared import errors
from shared.enrollment.causes import Cause
from shared.enrollment.guidance import GUIDANCE
from shared.enrollment.refusals import Refusal
from shared.runtime import settings
from shared.workflow.inputs import WarningOutput

ROOT = Path(__file__).parents[2]
README = ROOT.joinpath("README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    return re.split(r"^#+ ", README.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.M)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row but heads and rules, without code marks."""
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in cells]


def fields(*models: type[BaseModel]) -> list[str]:
    """The names of the models' fields; what a model inherits stands last in a table."""
    names = dict.fromkeys(name for model in models for name in model.model_fields)
    return sorted(names, key=lambda name: name in WarningOutput.model_fields)


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("`dosespot-enroll-prescriber-bot`", (AdminEnrollInput, AdminEnrollOutput)),
        ("`dosespot-self-enroll-prescriber-bot`", (SelfEnrollInput, SelfEnrollOutput)),
        ("`dosespot-sync-status-bot`", (SyncStatusInput, SyncStatusOutput)),
        ("`dosespot-notification-bot`", (NotificationInput, NotificationOutput)),
        ("`dosespot-readiness-bot`", (ReadinessInput, ReadinessOutput)),
        ("`dosespot-set-supervising-prescriber`", (SupervisorInput, SupervisorOutput)),
    ],
)
def test_inputs_and_outputs_are_those_of_the_bot(
    heading: str, models: tuple[type[BaseModel], type[BaseModel]]
) -> None:
    table = rows(section(heading))
    given, returned = models
    assert [row[0] for row in table] == [*fields(given), *fields(returned)]
    required = {row[0] for row in table if row[1] == "yes"}
    assert required == {name for name, one in given.model_fields.items() if one.is_required()}


def test_outputs_of_the_create_bot_are_its() -> None:
    table = rows(section("`dosespot-create-prescriber-bot`"))
    assert [row[0] for row in table] == list(CreatePrescriberOutput.model_fields)


def test_inputs_and_outputs_of_the_iframe_bots_are_theirs() -> None:
    table = rows(section("`dosespot-patient-sync-bot` and `dosespot-iframe-bot`"))
    inputs = fields(PatientSyncInput, IframeInput)
    outputs = fields(PatientSyncOutput, IframeOutput)
    assert [row[0] for row in table] == [*inputs, *outputs]


def test_every_bot_is_named() -> None:
    assert {row[0] for row in rows(README)} >= {bot.identifier for bot in BOTS}


def test_secrets_are_those_that_are_read() -> None:
    read = {
        value for name, value in vars(settings).items() if name.isupper() and isinstance(value, str)
    }
    assert {row[0] for row in rows(section("Project secrets"))} == read


def test_statuses_are_explained_as_in_the_code() -> None:
    assert rows(section("Registration status")) == [
        [status.value, found.meaning, found.owner.value, found.action]
        for status, found in GUIDANCE.items()
    ]


def test_refusals_are_told_as_in_the_code() -> None:
    told = [
        line.removeprefix("- ")
        for line in section("Why a stage is refused").splitlines()
        if line.startswith("- ")
    ]
    assert told == [refusal.value for refusal in Refusal]


def test_every_error_is_named_with_what_to_do() -> None:
    groups = (errors.FixInput, errors.TryAgain, errors.LookUpFirst, errors.TellSomeone)
    raised = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, groups)
    } - {"FixInput", "TryAgain", "TellSomeone"}
    told = re.findall(r"`([A-Z][A-Za-z]+)`", section("Why a stage is refused"))
    assert set(told) >= raised


def test_reasons_of_a_readiness_are_told_as_in_the_code() -> None:
    told = ROOT.joinpath("docs", "readiness.md").read_text(encoding="utf-8")
    assert rows(told) == [
        [cause.code, cause.owner.value, cause.blocks.value, cause.sentence] for cause in Cause
    ]

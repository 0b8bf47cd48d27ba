"""How many calls each stage of an enrollment takes, and how many of them wait for each other.

Both are counted at the sandbox's servers, which answer late enough that calls of the same moment
overlap. The tokens are there from an earlier run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bots.catalog import BOTS
from deploy.sandbox.sandbox import Sandbox
from shared.runtime.lambda_handler import Handler
from tests.integration.clinic import TIMEOUT_S, Clinic, Member
from tests.torture.flows import FLOWS, Flow, payload, start

DELAY_S = 0.15

Span = tuple[float, float]


@dataclass(frozen=True)
class Counted:
    """The calls of one run.

    Attributes:
        stage: what the run did.
        bot: who did it.
        fhir: calls to the FHIR server.
        dosespot: calls to DoseSpot.
        writes: how many of both changed something.
        chain: how many had to wait for the one before.
    """

    stage: str
    bot: str
    fhir: int
    dosespot: int
    writes: int
    chain: int


def longest_chain(spans: Sequence[Span]) -> int:
    """The most calls each of which began after the one before had been answered."""
    chain, free_from = 0, float("-inf")
    for began, ended in sorted(spans, key=lambda span: span[1]):
        if began >= free_from:
            chain, free_from = chain + 1, ended
    return chain


def _waiting(clinic: Clinic, member: Member) -> None:
    clinic.enroll(member)


def _enabled(clinic: Clinic, member: Member) -> None:
    FLOWS["admin, EPCS"].prepare(clinic, member)
    clinic.enroll(member)


NAMES = {
    "admin": "admin_enroll",
    "self": "self_enroll",
    "iframe": "iframe",
    "sync": "patient_sync",
}


def flows(bot: str) -> dict[str, Flow]:
    """The stages, each as its flow; the bot is `admin`, `self`, `iframe` or `sync`.

    The patient sync only creates; of an enrolled prescriber it sends a new patient, and no more.
    """
    name = NAMES[bot]
    if bot == "sync":
        return {
            "create": FLOWS["sync, first run"],
            "steady": Flow(name, {}, _enabled, "TFAActivatedSuccess", (1, 1)),
        }
    return {
        "create": FLOWS[f"{bot}, first run"],
        "wait for agreements": Flow(name, {}, _waiting, "Pending", (0, 0)),
        "begin IDP": FLOWS[f"{bot}, IDP"],
        "begin TFA": FLOWS[f"{bot}, TFA"],
        "record EPCS": FLOWS[f"{bot}, EPCS"],
        "steady": Flow(name, {}, _enabled, "TFAActivatedSuccess", (1, 1)),
    }


def count_stages() -> list[Counted]:
    """Runs every stage of both enrollments once."""
    counted = []
    with Sandbox() as sandbox:
        clinic = Clinic(sandbox)
        clinic.reset()
        for bot in ("admin", "self"):
            handler = warm_handler(clinic, bot)
            counted += [count(clinic, handler, bot, stage) for stage in flows(bot)]
        clinic.session.close()
    return counted


def warm_handler(clinic: Clinic, bot: str) -> Handler:
    """The bot's handler, which has tokens and connections already."""
    flow = flows(bot)["create"]
    handler = next(known for known in BOTS if known.name == flow.bot).handler()
    handler(payload(clinic, flow, start(clinic, flow)), None)
    return handler


def count(clinic: Clinic, handler: Handler, bot: str, stage: str) -> Counted:
    """The calls of one run of a stage, for a new prescriber."""
    flow = flows(bot)[stage]
    run = payload(clinic, flow, start(clinic, flow))
    clinic.reset()
    for slow_down in (clinic.break_fhir, clinic.break_dosespot):
        slow_down(path=".*", kind="delay", seconds=DELAY_S, times=1000)
    handler(run, None)
    fhir, dosespot = _seen(clinic, f"{clinic.fhir_url}_sandbox/"), _seen(clinic, clinic.control_url)
    writes = len(clinic.writes())
    clinic.reset()
    spans = [tuple(span) for seen in (fhir, dosespot) for span in seen["spans"]]
    return Counted(
        stage, bot, len(fhir["calls"]), len(dosespot["calls"]), writes, longest_chain(spans)
    )


def _seen(clinic: Clinic, url: str) -> dict[str, Any]:
    return dict(clinic.session.get(f"{url}calls", timeout=TIMEOUT_S).json())

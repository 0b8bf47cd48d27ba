"""How a flow ends, whatever broke in between: as an undisturbed run would have ended it."""

from collections import Counter
from typing import Any

from bots.iframe.bot import NOT_CONTINUED
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.errors import BotError, StageRefused
from tests.integration.clinic import Clinic, Member
from tests.torture.breaking import SELDOM, Runner
from tests.torture.flows import FLOWS, FOREIGN, Flow

RUNS = 4
ONCE = ("clinician-created", "clinician-linked", "idp-initialized", "tfa-initialized")
"""What is kept once, whichever run did it and died."""
UNDISTURBED = "undisturbed"


def run_until_done(runner: Runner, flow: Flow, run: dict[str, Any]) -> None:
    """Runs the flow until a run ends, and once more a while later.

    A stage that may have begun counts as begun for a while; one that has begun is refused again.
    """
    bots = (flow.bot, flow.then) if flow.then else (flow.bot,)
    for bot in bots:
        _run_to_its_end(runner, bot, run)
    runner.let_pass(SELDOM.claim_s + SELDOM.maybe_begun_s)
    for bot in bots:
        _run_to_its_end(runner, bot, run)


def _run_to_its_end(runner: Runner, bot: str, run: dict[str, Any]) -> None:
    for _ in range(RUNS):
        try:
            answer, _ = runner.run(bot, run)
        except StageRefused:
            return
        except BotError:
            continue
        if not _has_stopped(answer):
            return
    raise AssertionError(f"{RUNS} runs did not end the flow")


def _has_stopped(answer: dict[str, Any]) -> bool:
    """Whether the iframe bot gave the link, but enrollment did not go on."""
    return any(NOT_CONTINUED in one["sentence"] for one in answer.get("warnings", []))


def check(clinic: Clinic, flow: Flow, member: Member, case: str) -> None:
    """Makes sure that the flow has ended as it should, once."""
    clinicians = clinic.clinicians(member.npi)
    assert len(clinicians) == 1, case
    (clinician,) = clinicians
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    assert clinician_ids(membership).numbers == (clinician["id"],), case
    if case == UNDISTURBED:  # a claim that could not be given back stays until it is over
        claim = clinic.claim(member)
        assert (claim.holder, claim.announced) == (None, None), case
    assert (clinician["idp_inits"], clinician["tfa_inits"]) == flow.inits, case
    assert set(clinician["status"].values()) == {flow.status}, case
    practitioner = clinic.practitioner(member)
    assert registration_status(practitioner) == flow.status, case
    assert has_epcs_qualification(practitioner) == (flow.status == "TFAActivatedSuccess"), case
    assert practitioner["extension"][0] == FOREIGN, case
    events = clinic.events(f"Practitioner/{member.id}")
    kept = Counter(event["subtype"][0]["code"] for event in events)
    del kept["attempt-refused"]
    assert {action: kept[action] for action in ONCE} == {
        "clinician-created": 1,
        "clinician-linked": 1 + (flow == FLOWS["admin, found by NPI"]),
        "idp-initialized": flow.inits[0],
        "tfa-initialized": flow.inits[1],
    }, case

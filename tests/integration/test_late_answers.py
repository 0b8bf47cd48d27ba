"""A run that is held up undoes nothing that was written or done meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.enrollment import record_change
from tests.integration.clinic import DEA, TIMEOUT_S, Answer, Clinic, Member
from tests.integration.self_service import grant, self_enroll

HELD_UP_S = 15.0
"""At most; less than a client waits for an answer."""
LOOKS_AGAIN_S = 0.02
SYNC_BOT = "dosespot-sync-status-bot"
READ = {"method": "POST", "path": "/fhir/R4/"}
WRITE = {"method": "PUT", "path": "/fhir/R4/Practitioner/.*"}
CLAIM = {"path": "/fhir/R4/Basic.*"}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def activated(clinic: Clinic, prescriber: Member) -> Member:
    """Somebody whose second factor DoseSpot has just activated; the Practitioner says less."""
    grant(clinic, prescriber)
    assert self_enroll(clinic, prescriber).body["status"] == "created"
    clinic.set_clinician(prescriber, status="TFAActivatedSuccess")
    return prescriber


def sync(clinic: Clinic, member: Member) -> Answer:
    return clinic.execute(SYNC_BOT, {"practitionerId": member.id}, clinic.admin.token)


RUNS: dict[str, Callable[[Clinic, Member], Answer]] = {
    "sync_status": sync,
    "admin_enroll": lambda clinic, member: clinic.enroll(member),
    "self_enroll": self_enroll,
}


def meanwhile(
    clinic: Clinic,
    pool: ThreadPoolExecutor,
    run: Callable[[], Answer],
    fault: dict[str, Any],
    change: Callable[[], Any],
) -> Answer | None:
    """Lets a run be held up at one of its calls and changes something meanwhile; None where the
    run has no such call."""
    clinic.break_fhir(**fault, kind="delay", seconds=HELD_UP_S)
    running = pool.submit(run)
    url = f"{clinic.fhir_url}_sandbox/faults"
    while clinic.session.get(url, timeout=TIMEOUT_S).json():
        if wait([running], LOOKS_AGAIN_S).done:
            return None
    change()
    assert not running.done(), "the change took longer than the run was held up"
    clinic.session.delete(url, timeout=TIMEOUT_S)
    return running.result()


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("call", [READ, WRITE], ids=["a read", "the write"])
def test_a_late_run_puts_back_no_older_status_and_enables_nothing(
    clinic: Clinic, pool: ThreadPoolExecutor, activated: Member, name: str, call: dict[str, Any]
) -> None:
    def lock() -> None:
        clinic.set_clinician(activated, status="TFADeactivatedSuccess", locked=True)
        assert sync(clinic, activated).body["changed"] == 1

    held_up = 0
    for skipped in range(9):
        clinic.reset()
        clinic.set_clinician(activated, status="IDPSuccess", locked=False)
        sync(clinic, activated)
        clinic.set_clinician(activated, status="TFAActivatedSuccess")
        run = lambda: RUNS[name](clinic, activated)  # noqa: E731
        answer = meanwhile(clinic, pool, run, {**call, "skip": skipped}, lock)
        if answer is None:
            break
        held_up += 1
        practitioner = clinic.practitioner(activated)
        assert registration_status(practitioner) == "TFADeactivatedSuccess"
        assert not has_epcs_qualification(practitioner)
    assert held_up >= (2 if call is READ else 1)


@pytest.mark.parametrize("name", ["admin_enroll", "self_enroll"])
@pytest.mark.parametrize("has_claim", [True, False], ids=["claim", "no claim"])
def test_who_is_deactivated_while_a_run_waits_stays_so(
    clinic: Clinic, pool: ThreadPoolExecutor, activated: Member, name: str, has_claim: bool
) -> None:
    if not has_claim:
        clinic.delete(f"Basic/{(clinic.claim(activated).resource or {})['id']}")
    practitioner = clinic.practitioner(activated)
    telecom = [
        {**one, "value": f"{activated.npi}@new.example"} if one["system"] == "email" else one
        for one in practitioner["telecom"]
    ]
    clinic.write({**practitioner, "telecom": telecom})
    method = "PUT" if has_claim else "POST"
    answer = meanwhile(
        clinic,
        pool,
        lambda: RUNS[name](clinic, activated),
        {**CLAIM, "method": method},
        lambda: clinic.set_clinician(activated, active=False),
    )
    assert answer is not None
    assert answer.status == 200
    clinician = clinic.clinician(activated)
    assert (clinician["active"], clinician["email"]) == (False, f"{activated.npi}@new.example")
    told = [one["sentence"] for one in answer.body.get("warnings", [])]
    assert told == ([record_change.DEACTIVATED] if name == "admin_enroll" else [])


def test_who_was_inactive_before_is_activated_by_an_administrator(
    clinic: Clinic, activated: Member
) -> None:
    clinic.set_clinician(activated, active=False)
    assert self_enroll(clinic, activated).status == 200
    assert clinic.clinician(activated)["active"] is False
    assert clinic.enroll(activated).status == 200
    assert clinic.clinician(activated)["active"] is True


def test_an_administrators_choice_of_the_second_factor_stays(
    clinic: Clinic, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    clinic.enroll(prescriber, tfaType="Token")
    clinic.set_clinician(prescriber, status="IDPSuccess")
    assert self_enroll(clinic, prescriber).body["status"] == "advanced"
    assert set(clinic.clinician(prescriber)["tfa_type"].values()) == {"Token"}
    clinic.set_clinician(prescriber, status="TFAActivatedError")
    assert self_enroll(clinic, prescriber).body["status"] == "advanced"
    assert set(clinic.clinician(prescriber)["tfa_type"].values()) == {"Token"}
    clinic.set_clinician(prescriber, status="IDPSuccess")
    assert self_enroll(clinic, prescriber, tfaType="Mobile").body["status"] == "advanced"
    assert set(clinic.clinician(prescriber)["tfa_type"].values()) == {"Mobile"}


def test_without_any_choice_the_second_factor_is_an_app(clinic: Clinic) -> None:
    member = clinic.add_member(dea=DEA)
    grant(clinic, member)
    clinic.enroll(member)
    clinic.set_clinician(member, status="IDPSuccess")
    self_enroll(clinic, member)
    assert set(clinic.clinician(member)["tfa_type"].values()) == {"Mobile"}

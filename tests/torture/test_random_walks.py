"""Random sequences of runs, prescriber's and administrator's steps, faults and edits.

Whatever the sequence: one clinician at most, its id on the right membership, nothing of others
lost, no stage begun twice at a time, and a run that ends well has written down the truth.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.errors import BotError
from tests.integration.clinic import DEA, Clinic
from tests.torture.breaking import WAYS, Crash, QuickClock, Runner
from tests.torture.flows import FOREIGN, Flow, payload

STEPS = (
    "sign-agreements",
    "pass-idp",
    "fail-idp",
    "activate-tfa",
    "fail-tfa",
    "deactivate-tfa",
)
ENROLLING = ("admin_enroll", "self_enroll")
OPENING = ("iframe", "patient_sync")
"""What may enroll by the way, and then says nothing of a status that it did not ask for."""
QUICK = 8
LONG = 150
broken_call = st.one_of(st.none(), st.tuples(st.integers(0, 30), st.sampled_from(sorted(WAYS))))


def walks(clinic: Clinic, steps: Any) -> type[RuleBasedStateMachine]:
    """The machine for a sandbox; `steps` counts."""

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.runner = Runner(QuickClock())
            self.member = clinic.add_member(dea=DEA, practitioner={"extension": [FOREIGN]})
            clinic.authorize(self.member)
            self.edits: list[str] = []

        @rule(
            bot=st.sampled_from(ENROLLING + OPENING),
            flags=st.fixed_dictionaries(
                {}, optional={"initIdp": st.booleans(), "initTfa": st.booleans()}
            ),
            broken=broken_call,
        )
        def runs(self, bot: str, flags: dict[str, bool], broken: tuple[int, str] | None) -> None:
            next(steps)
            flow = Flow(
                bot, flags if bot == "admin_enroll" else {}, lambda _c, _m: None, "", (0, 0)
            )
            at, way = broken or (None, "")
            try:
                self.runner.run(bot, payload(clinic, flow, self.member), at, way)
            except (Crash, BotError):
                return
            if bot in ENROLLING:
                self._is_true()

        @rule(step=st.sampled_from(STEPS))
        def prescriber(self, step: str) -> None:
            next(steps)
            if clinic.clinicians(self.member.npi):
                with suppress(requests.HTTPError):  # the step is not possible now
                    clinic.prescriber_does(self.member, step)

        @rule(
            facts=st.fixed_dictionaries(
                {},
                optional={
                    "locked": st.booleans(),
                    "active": st.booleans(),
                    "confirmed": st.booleans(),
                },
            )
        )
        def dosespot_changes_its_mind(self, facts: dict[str, bool]) -> None:
            next(steps)
            if clinic.clinicians(self.member.npi):
                clinic.set_clinician(self.member, **facts)

        @rule(status=st.sampled_from([*RegistrationStatus, "SomethingNew"]))
        def dosespot_says_something_else(self, status: str) -> None:
            next(steps)
            if clinic.clinicians(self.member.npi):
                clinic.set_clinician(self.member, status=str(status))

        @rule(title=st.text("abc", min_size=1, max_size=3))
        def somebody_edits_the_practitioner(self, title: str) -> None:
            next(steps)
            practitioner = clinic.practitioner(self.member)
            self.edits.append(title)
            clinic.write({**practitioner, "photo": [{"title": edit} for edit in self.edits]})

        @rule()
        def somebody_takes_the_id_off_the_membership(self) -> None:
            next(steps)
            membership = clinic.read(f"ProjectMembership/{self.member.membership_id}")
            clinic.write({k: v for k, v in membership.items() if k != "identifier"})

        @invariant()
        def there_is_one_clinician_at_most(self) -> None:
            known = clinic.clinicians(self.member.npi)
            assert len(known) <= 1
            membership = clinic.read(f"ProjectMembership/{self.member.membership_id}")
            numbers = clinician_ids(membership).numbers
            assert set(numbers) <= {clinician["id"] for clinician in known}

        @invariant()
        def nothing_of_others_is_lost(self) -> None:
            practitioner = clinic.practitioner(self.member)
            assert practitioner["extension"][0] == FOREIGN
            assert [photo["title"] for photo in practitioner.get("photo", [])] == self.edits

        def _is_true(self) -> None:
            """What a run that ended well has written down is what DoseSpot says."""
            clinician = clinic.clinician(self.member)
            (says,) = clinician["status"].values()
            known = says if says in set(RegistrationStatus) else "Unknown"
            practitioner = clinic.practitioner(self.member)
            assert registration_status(practitioner) == known
            usable = clinician["active"] and clinician["confirmed"] and not clinician["locked"]
            enabled = known == "TFAActivatedSuccess" and usable
            assert has_epcs_qualification(practitioner) == enabled

    return Walk


@pytest.mark.parametrize(
    "examples", [QUICK, pytest.param(LONG, marks=pytest.mark.torture)], ids=["quick", "long"]
)
def test_no_sequence_breaks_what_is_guaranteed(
    clinic: Clinic, record_property: Callable[[str, object], None], examples: int
) -> None:
    steps = count()
    run_state_machine_as_test(
        walks(clinic, steps),
        settings=settings(
            max_examples=examples,
            stateful_step_count=15,
            report_multiple_bugs=False,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_property("random_steps", next(steps))

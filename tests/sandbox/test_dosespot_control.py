"""What tests may set in DoseSpot's stand-in: switches, facts, the prescriber's steps."""

from typing import Any

import pytest

from tests.sandbox.served_dosespot import Sandbox


def test_switches_are_replaced_changed_and_checked(sandbox: Sandbox) -> None:
    usual = sandbox.control("GET", "switches").json()
    changed = sandbox.control("PATCH", "switches", {"clinic_has_epcs": False}).json()
    assert changed == {**usual, "clinic_has_epcs": False}
    assert sandbox.control("PUT", "switches", {}).json() == usual
    assert sandbox.control("PATCH", "switches", {"nonsense": 1}).status_code == 400
    assert sandbox.control("PUT", "switches", {"put_semantics": "?"}).status_code == 400
    assert sandbox.control("PATCH", "switches", []).status_code == 400
    assert sandbox.control("GET", "switches").json() == usual


# Not how DoseSpot is read, but what clinics and clinicians are like and how much is allowed; or a
# choice of which either reading breaks who counts on the other.
NEITHER = {
    "put_semantics",
    "lookup_scope",
    "confirmed_immediately",
    "clinic_has_epcs",
    "sending_takes_s",
    "pharmacy_verifies_after_s",
    "pharmacy_fills_after_s",
    "new_clinics",
    "enforce_rate_limits",
    "token_requests_per_10_s",
    "reads_per_10_s",
    "writes_per_10_s",
    "total_per_10_s",
    "rate_window_s",
    "token_lifetime_s",
    "push_notifications_url",
    "push_notifications_secret",
}


def test_at_worst_every_switch_that_has_an_unkind_reading_has_it(sandbox: Sandbox) -> None:
    usual = sandbox.control("GET", "switches").json()
    worst = sandbox.control("PUT", "switches/worst").json()
    assert sandbox.control("GET", "switches").json() == worst
    assert {name for name in usual if worst[name] == usual[name]} == NEITHER
    mixed = sandbox.control("PATCH", "switches", {"put_semantics": "merge"}).json()
    assert mixed == {**worst, "put_semantics": "merge"}
    assert sandbox.control("PUT", "switches", {}).json() == usual


def test_somebody_can_be_enrolled_at_worst(sandbox: Sandbox) -> None:
    sandbox.control("PUT", "switches/worst")
    jane = sandbox.create()
    assert sandbox.error("GET", "clinician?npi=1234567893").endswith("Clinician not found")
    sandbox.step(jane, "sign-agreements")
    assert sandbox.call("GET", f"clinicians/{jane}/legalAgreements")["Items"] == []
    for _ in range(2):
        sandbox.call("POST", f"clinicians/{jane}/idpInit")
    sandbox.clock.advance(2)
    assert [sandbox.status(jane) for _ in range(3)] == [2, 2, 12]
    assert sandbox.call("GET", "clinician?npi=1234567893")["Id"] == jane
    assert sandbox.seen(jane)["idp_inits"] == 2


def test_facts_can_be_set_from_behind(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    clinic_id = str(sandbox.app.clinic_id)
    patch = {
        "locked": True,
        "active": False,
        "confirmed": False,
        "npi": "1558598797",
        "status": {clinic_id: "RegistrationError"},
    }
    answer = sandbox.control("PATCH", f"clinicians/{jane}", patch).json()
    assert {name: answer[name] for name in patch} == patch
    item = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    names = ("AccountLocked", "Active", "Confirmed", "NPINumber")
    assert [item[name] for name in names] == [True, False, False, "1558598797"]


@pytest.mark.parametrize(
    ("clinician_id", "patch", "status"),
    [(99999, {}, 404), (10001, {"nonsense": 1}, 400), (10001, {"status": {"1": "x"}}, 400)],
)
def test_a_patch_that_makes_no_sense_changes_nothing(
    sandbox: Sandbox, clinician_id: int, patch: dict[str, Any], status: int
) -> None:
    before = sandbox.seen(sandbox.admin_id)
    answer = sandbox.control("PATCH", f"clinicians/{clinician_id}", patch)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert sandbox.seen(sandbox.admin_id) == before


def test_a_prescriber_can_fail(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.call("POST", f"clinicians/{jane}/idpInit")
    sandbox.step(jane, "fail-idp")
    assert sandbox.status(jane) == "IDPError"
    sandbox.step(jane, "pass-idp")
    sandbox.call("POST", f"clinicians/{jane}/initTfaActivate", {"TfaTypeId": "Mobile"})
    answer = sandbox.control("POST", f"clinicians/{jane}/prescriber/fail-tfa")
    assert answer.json() == {"registrationStatus": "TFAActivatedError"}


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("{id}/prescriber/pass-idp", 409, "Identity proofing is not initialized"),
        ("{id}/prescriber/dance", 404, "there is no such clinician or no such step"),
        ("9/prescriber/pass-idp", 404, "there is no such clinician or no such step"),
        ("{id}/prescriber/pass-idp?clinicId=9", 404, "the clinician is not linked to that clinic"),
    ],
)
def test_a_step_that_is_not_possible_says_so(
    sandbox: Sandbox, path: str, status: int, error: str
) -> None:
    answer = sandbox.control("POST", f"clinicians/{path.format(id=sandbox.admin_id)}")
    assert (answer.status_code, answer.json()) == (status, {"error": error})

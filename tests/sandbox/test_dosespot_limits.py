"""The rate limits of DoseSpot's stand-in."""

from deploy.sandbox.dosespot.limits import RateLimiter
from tests.sandbox.served_dosespot import JANE, Sandbox


def test_the_limiter_forgets_after_a_window() -> None:
    limiter = RateLimiter()
    limits = {"read": 2, "total": 3}
    admitted = [limiter.admit(limits, 10.0, at_s) for at_s in (0.0, 5.0, 9.9, 10.0, 10.1)]
    assert admitted == [True, True, False, True, False]
    assert limiter.refused == 2


def test_over_a_limit_there_is_a_429_until_ten_seconds_have_passed(sandbox: Sandbox) -> None:
    sandbox.switch(reads_per_10_s=2)
    path = f"clinicians/{sandbox.admin_id}"
    sandbox.clock.advance(10)
    answers = [sandbox.send("GET", path) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "10"
    assert sandbox.send("GET", f"{path}/registrationStatus").status_code == 200
    sandbox.switch(retry_after_header=False)
    assert "Retry-After" not in sandbox.send("GET", path).headers
    sandbox.clock.advance(10)
    assert sandbox.send("GET", path).status_code == 200
    assert sandbox.control("GET", "limits").json() == {"refused": 2}


def test_the_window_can_be_shorter(sandbox: Sandbox) -> None:
    sandbox.clock.advance(10)
    sandbox.switch(reads_per_10_s=1, rate_window_s=0.5)
    path = f"clinicians/{sandbox.admin_id}"
    answers = [sandbox.send("GET", path) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[-1].headers["Retry-After"] == "1"
    sandbox.clock.advance(0.5)
    assert sandbox.send("GET", path).status_code == 200


def test_writes_tokens_and_the_total_have_limits_of_their_own(sandbox: Sandbox) -> None:
    sandbox.clock.advance(10)
    sandbox.switch(writes_per_10_s=0)
    assert sandbox.send("POST", "clinicians", json=JANE).status_code == 429
    sandbox.switch(token_requests_per_10_s=0)
    assert sandbox.token(sandbox.admin_id).status_code == 429
    sandbox.switch(total_per_10_s=0)
    assert sandbox.send("GET", f"clinicians/{sandbox.admin_id}").status_code == 429
    sandbox.switch(enforce_rate_limits=False)
    assert sandbox.send("POST", "clinicians", json=JANE).status_code == 200

"""Is everybody compared with DoseSpot often enough? Pure, but for the clock that is given."""

from datetime import datetime

from deploy.medplum.doctor.finding import CheckResult, missing, note, ok
from fhir_profiles.comparison_round import STALE, ComparisonRound

NEVER = (
    "No scheduled run has compared anybody with DoseSpot yet. The schedule that"
    " `prescriber-bots register` sets does, where the project has the feature cron."
)


def check_comparisons(known: ComparisonRound, now: datetime) -> CheckResult:
    """How old the oldest comparison of an enrolled prescriber with DoseSpot is."""
    if known.since is None:
        return note(NEVER)
    since = f"{known.since:%Y-%m-%d %H:%M} UTC"
    standing = (
        f"Nobody was last compared with DoseSpot before {since}."
        if known.ended
        else f"The first scheduled round began {since} and has not compared everybody yet."
    )
    if now - known.since <= STALE:
        return ok(standing)
    return missing(
        f"{standing} See whether the schedule runs, and what its runs end with:"
        " docs/how-to/alarms.md, `oldest-comparison`."
    )

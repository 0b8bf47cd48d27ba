"""What starts Bots where nobody calls: schedules, and DoseSpot's push notifications. Pure.

`webhook/` and the feature `cron` are in Medplum 5.0.10 and later (its source).
"""

from deploy.medplum.wanted import is_scheduled
from fhir_profiles import Resource
from fhir_profiles.elements import items
from shared.runtime import known_secrets

FEATURE = "cron"
NO_FEATURE = (
    f"Have a super administrator of the server add `{FEATURE}` to Project.features; until then the"
    " server runs no Bot by its schedule, and does not say so. Without a schedule"
    " (--status-schedule off) it is not needed."
)
HEADER = f"Authorization: Secret <{known_secrets.WEBHOOK_SECRET}>"


def ignored_schedule(project: Resource, bot: Resource) -> str | None:
    """Why a Bot's schedule does not run it, and what to do; None if it has none or runs."""
    if not is_scheduled(bot) or FEATURE in items(project, "features"):
        return None
    return NO_FEATURE


def webhook_url(base_url: str, membership: Resource) -> str:
    """Where others post to a Bot that has this membership, without a sign-in."""
    return f"{base_url}webhook/{membership['id']}"


def address_for_dosespot(url: str) -> str:
    """What DoseSpot has to be told."""
    return f"Have DoseSpot post its push notifications to {url} with the header `{HEADER}`."

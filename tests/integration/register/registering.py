"""What `prescriber-bots register` says, for its tests."""

from click.testing import Result

NOTIFICATION_BOT = "dosespot-notification-bot"
ERRORS = "secret MEDPLUM_BOT_ERRORS"


def told(result: Result, verdict: str) -> list[str]:
    """Of which things the command says that."""
    lines = [line.partition(" ") for line in result.stdout.splitlines()]
    return [what.strip() for first, _, what in lines if first == verdict]


def note_of(result: Result) -> list[str]:
    """The lines about push notifications."""
    lines = result.stdout.splitlines()
    at = [number for number, line in enumerate(lines) if line.startswith("note ")]
    return lines[at[0] : at[0] + 2] if at else []

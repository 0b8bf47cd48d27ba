"""What to say if the FHIR server denies a bot something."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import BotError, FhirDenied

ITSELF = (
    "the bot run as itself (Bot.runAsUser false) and set admin to true on the bot's own"
    " ProjectMembership"
)
"""The end of a sentence that begins with "let"."""
CLIENT = (
    "the project secrets MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET to a ClientApplication whose"
    " ProjectMembership has admin set to true"
)
"""The end of a sentence that begins with "set"."""


@contextmanager
def denied_as(error: BotError) -> Iterator[None]:
    """Turns a denial by the FHIR server into an error that says what to set up.

    Raises:
        BotError: the given error, if FhirDenied is raised within.
    """
    try:
        yield
    except FhirDenied:
        raise error from None

"""What to tell where the FHIR server denies a bot something, instead of that it does."""

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
    """Lets a denial of the FHIR server be told as that error, which says what to set up."""
    try:
        yield
    except FhirDenied:
        raise error from None

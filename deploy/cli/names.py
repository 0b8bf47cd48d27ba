"""Names of people, for the operator's own terminal; never for a file, a log or another program."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from fhir_profiles import Resource
from fhir_profiles.choice import NAME, choice
from fhir_profiles.elements import value_text, value_texts
from fhir_profiles.today import Today
from shared.errors import BotError
from shared.fhir.batch import Batch, FoundOne
from shared.fhir.client import FhirClient

NAMELESS = "(no name)"
PAGE = 20
"""How many are read in one request."""


def names_of(fhir: FhirClient, references: Sequence[str]) -> Mapping[str, str]:
    """The names of Practitioners by reference, read in one request; who can't be read has none.

    Raises:
        FhirDenied, RemoteUnavailable, RemoteMisbehaved: the server did not answer at all.
    """
    batch = Batch(fhir)
    found = {reference: batch.read(reference) for reference in references}
    batch.send()
    return {reference: _name(one) for reference, one in found.items()}


def names_at_hand(fhir: FhirClient, references: Sequence[str]) -> Mapping[str, str]:
    """The names of those whom the server shows, however many; what can't be read is left out."""
    names: dict[str, str] = {}
    for start in range(0, len(references), PAGE):
        with suppress(BotError):
            names |= names_of(fhir, references[start : start + PAGE])
    return {reference: name for reference, name in names.items() if name != NAMELESS}


def name_of(practitioner: Resource) -> str:
    """First names and last name, in characters that a terminal only shows."""
    counting = choice(practitioner, NAME, Today(datetime.now(UTC))).counting
    if not counting:
        return NAMELESS
    _, name = counting[0]
    whole = " ".join([*value_texts(name, "given"), value_text(name, "family")])
    return "".join(filter(str.isprintable, whole)).strip() or NAMELESS


def _name(found: FoundOne) -> str:
    try:
        return name_of(found.one())
    except BotError:
        return NAMELESS

"""Keeps claims on the FHIR server: one Basic for each, which only one run at a time can take."""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.claim import Claim, claim_resource, read_claim
from fhir_profiles.systems import CLAIM
from shared.errors import EditConflict, LookUpFirst, Misconfigured
from shared.fhir.batch import Batch, FoundAll
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, denied_as
from shared.fhir.search import by_identifier

NOT_ALLOWED = (
    "The bot may not read and write Basic resources, which make sure that one run at a time changes"
    f" DoseSpot. Set {CLIENT}; `prescriber-bots register` does that."
)


@dataclass(frozen=True)
class ClaimStore:
    """Claims on a FHIR server.

    Attributes:
        fhir: may read and write Basic.
    """

    fhir: FhirClient

    def ask(self, batch: Batch, key: str) -> FoundAll:
        """Asks for the claim with that key; `read` reads it."""
        return batch.search(f"Basic?{by_identifier(CLAIM, [key])}")

    def read(self, key: str, found: FoundAll) -> Claim:
        """The claim out of the answer to its search.

        Raises:
            Misconfigured: the credential may not read claims.
            BotError: whatever the answer raises.
        """
        with denied_as(Misconfigured(NOT_ALLOWED)):
            resources = found.all()
        return read_claim(key, resources[0] if resources else None)

    def find(self, key: str) -> Claim:
        """The claim with that key; raises as `read` does."""
        batch = Batch(self.fhir)
        found = self.ask(batch, key)
        batch.send()
        return self.read(key, found)

    def read_again(self, claim: Claim) -> Claim:
        """The claim as it is now; raises as `read` does."""
        if claim.resource is None:
            return self.find(claim.key)
        with denied_as(Misconfigured(NOT_ALLOWED)):
            return read_claim(claim.key, self.fhir.read(f"Basic/{claim.resource['id']}"))

    def write(self, claim: Claim) -> Claim:
        """Writes a claim if nobody else has since it was read.

        Returns:
            The claim as the server has it now, which is another run's if that was faster.

        Raises:
            Misconfigured: the credential may not write claims.
            BotError: whatever the client raises.
        """
        try:
            with denied_as(Misconfigured(NOT_ALLOWED)):
                return read_claim(claim.key, self._written(claim))
        except (EditConflict, LookUpFirst):
            return self.read_again(claim)

    def _written(self, claim: Claim) -> Resource:
        resource = claim_resource(claim)
        if claim.resource is None:
            return self.fhir.create_if_none(resource, by_identifier(CLAIM, [claim.key]))[0]
        return self.fhir.put(resource)

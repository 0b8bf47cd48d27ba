"""The administrator on whose behalf many are enrolled, and the payload that the bot gets for them.

It is the payload that a Medplum server would send, so that all rules of the bot hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

from deploy.bulk.worker.result import Given
from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text
from shared.access.authorize import NOT_ADMINISTRATOR
from shared.errors import FhirDenied, NotAuthorized
from shared.fhir.client import FhirClient
from shared.fhir.credential import Credential
from shared.fhir.denied import denied_as
from shared.http.sending import Sender
from shared.members.caller import token_owner

OPERATOR_REFUSED = (
    "The FHIR server refuses the sign-in of the administrator who enrolls (not that of the project"
    " secrets). Give another access token, or check the ClientApplication that signs in here."
)


@dataclass(frozen=True)
class Administrator:
    """In whose name prescribers are enrolled, with what a server would put into a payload.

    Attributes:
        base_url: of the FHIR server, with a trailing slash.
        credential: the administrator's.
        requester: reference of the administrator's profile.
        secrets: the project's, by name.
    """

    base_url: str
    credential: Credential = field(repr=False)
    requester: str
    secrets: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, http: Sender, base_url: str, credential: Credential) -> Self:
        """The administrator whose credential it is, as the FHIR server knows them.

        Raises:
            FhirDenied: the server does not accept the credential.
            NotAuthorized: the credential is not an administrator's.
            BotError: whatever the client raises.
        """
        fhir = FhirClient(http, base_url, credential)
        me = signed_in(fhir)
        with denied_as(NotAuthorized(NOT_ADMINISTRATOR)):
            project = fhir.read(f"Project/{text(child(me, 'project').get('id'))}")
        secrets = {text(one.get("name")): one for _, one in entries(project, "secret")}
        return cls(base_url, credential, token_owner(me), secrets)

    def payload(self, token: str, given: Given) -> dict[str, Any]:
        """What a Medplum server would send a bot that this administrator runs."""
        return {
            "baseUrl": self.base_url,
            "requester": {"reference": self.requester},
            "accessToken": token,
            "secrets": self.secrets,
            "input": dict(given),
            "traceId": str(uuid4()),
        }


def signed_in(fhir: FhirClient) -> Resource:
    """What the server says of whoever signs in here.

    Raises:
        FhirDenied: it does not let them in.
        BotError: whatever the client raises.
    """
    with denied_as(FhirDenied(OPERATOR_REFUSED)):
        return fhir.who_am_i()

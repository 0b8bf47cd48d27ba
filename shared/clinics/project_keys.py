"""Keeps the keys of clinics among the project's secrets, where the bots get them from.

A secret stands on the Project resource, which administrators alone read and write. Others' edits
are kept: it is written with the version that was read, and again where somebody was faster.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.project_settings import with_secrets
from shared.errors import EditConflict, Misconfigured
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, denied_as
from shared.runtime.known_secrets import clinic_key_name

NOT_ALLOWED = (
    "The bot may not read and write the Project, where the clinic's key has to be stored; nothing"
    f" was asked of DoseSpot. Set {CLIENT}; `prescriber-bots register` does that."
)
TRIES = 3


@dataclass(frozen=True)
class ProjectKeys:
    """The secrets of a project.

    Attributes:
        fhir: may read and write the Project.
        project: its reference.
    """

    fhir: FhirClient
    project: str

    def require_writable(self) -> None:
        """Makes sure that a key can be kept: writes the Project as it is, which changes nothing.

        Raises:
            Misconfigured: the credential may not.
            EditConflict: somebody else kept changing the Project.
            BotError: whatever the client raises.
        """
        for attempt in range(1, TRIES + 1):
            project = self._read()
            try:
                with denied_as(Misconfigured(NOT_ALLOWED)):
                    self.fhir.put(project)
            except EditConflict:
                if attempt == TRIES:
                    raise
            else:
                return

    def keep(self, number: int, key: str) -> None:
        """Stores a clinic's key; nothing is written where it stands already.

        Raises:
            BotError: whatever the client raises; keeping it again is safe.
        """
        secret = {clinic_key_name(number): key}
        with denied_as(Misconfigured(NOT_ALLOWED)):
            self.fhir.edit(self._read(), lambda project: with_secrets(project, secret))

    def _read(self) -> Resource:
        with denied_as(Misconfigured(NOT_ALLOWED)):
            return self.fhir.read(self.project)

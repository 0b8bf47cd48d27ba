"""Every error that a bot's caller can get, grouped by what the caller can do about it.

`str(error)` is what `$execute` shows as `errorMessage`: one or more plain sentences that say what
is wrong, where, and what to do. It never holds personal data or a secret, nor do the findings.
"""

from collections.abc import Sequence
from typing import Protocol


class Located(Protocol):
    """Where something is, and a sentence about it, as `Finding` has it."""

    @property
    def path(self) -> str:
        """Path in the FHIR resources or in the input."""
        ...

    @property
    def sentence(self) -> str:
        """What is there, and what to do about it."""
        ...


class BotError(Exception):
    """Base of all errors that a bot raises on purpose.

    Args:
        sentences: what is wrong and what to do; the error's text is all of them.

    Attributes:
        sentences: the same, one by one.
        findings: what the text lists, with the path of each; empty if it lists nothing.
        warnings: what the text lists besides, though it is not why there is an error.
    """

    def __init__(
        self, *sentences: str, findings: Sequence[Located] = (), warnings: Sequence[Located] = ()
    ) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences
        self.findings = tuple(findings)
        self.warnings = tuple(warnings)


class FixInput(BotError):
    """The caller, or an administrator, changes what the sentence names and calls again."""


class InputRefused(FixInput):
    """The bot's input has the wrong shape."""


class NotAuthorized(FixInput):
    """The caller may not do this; the sentence says what is missing."""


class Misconfigured(FixInput):
    """A project secret, the payload or a credential of the setup is missing or wrong."""


class RecordsRefused(FixInput):
    """The FHIR resources can't be enrolled as they are; every problem is listed."""


class StageRefused(FixInput):
    """The requested stage of enrollment can't be taken now."""


class EnrollmentLimitReached(FixInput):
    """The project may not enroll another clinician."""


class DoseSpotRefused(FixInput):
    """DoseSpot took the call and said no."""


class FhirDenied(FixInput):
    """The FHIR server answered 401 or 403 to the token that the bot was given."""


class FhirNotFound(FixInput):
    """The FHIR server has no such resource, or has it no longer."""


class TryAgain(BotError):
    """Nothing was changed by the call that failed; the same call may work later."""


class RemoteUnavailable(TryAgain):
    """A server could not be reached, is down or wants fewer calls."""


class Throttled(RemoteUnavailable):
    """A server asks for fewer calls.

    Attributes:
        retry_after_s: seconds after which it may be called again.
    """

    def __init__(self, sentence: str, retry_after_s: float) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class EnrollmentInProgress(TryAgain):
    """Another run is creating the same prescriber's clinician."""


class EditConflict(TryAgain):
    """Somebody else kept changing the same resource."""


class LookUpFirst(BotError):
    """A write was sent and no answer came: whether it took effect is unknown.

    Running the bot again looks it up before anything is written.
    """


class TellSomeone(BotError):
    """Calling again does not help: a person has to look at the records or the servers."""


class RecordsDisagree(TellSomeone):
    """Two records that should be about the same person are not, or contradict each other."""


class ClinicUnsettled(TellSomeone):
    """A clinic may exist in DoseSpot that nobody can look up, or whose key is lost: somebody has to
    ask DoseSpot's staff."""


class RemoteMisbehaved(TellSomeone):
    """A server's answer does not have the documented shape."""


class Unforeseen(TellSomeone):
    """A fault in the bot itself; says where it happened, never with which values."""

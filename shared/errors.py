"""Every error that a caller of a bot can meet, grouped by what the caller can do about it.

`str(error)` is what `$execute` shows as `errorMessage`: one or more plain sentences that say what
is wrong, where, and what to do. It never holds personal data or a secret.
"""


class BotError(Exception):
    """Base of all errors that a bot raises on purpose."""


class FixInput(BotError):
    """The caller, or an administrator, changes what the sentence names and calls again."""


class InputRefused(FixInput):
    """The bot's input has the wrong shape."""


class NotAuthorized(FixInput):
    """The caller may not do this; the sentence says what is missing."""


class Misconfigured(FixInput):
    """A project secret, the payload or a credential of the set-up is missing or wrong."""


class RecordsRefused(FixInput):
    """The FHIR resources can't be enrolled as they are; every problem is listed."""


class StageRefused(FixInput):
    """The asked stage of enrollment can't be taken now."""


class EnrollmentLimitReached(FixInput):
    """The project may not enroll another clinician."""


class DoseSpotRefused(FixInput):
    """DoseSpot took the call and said no."""


class FhirDenied(FixInput):
    """The FHIR server answered 401 or 403 to the token that the bot was given."""


class FhirNotFound(FixInput):
    """The FHIR server has no such resource, or no longer."""


class TryAgain(BotError):
    """Nothing was changed by the call that failed; the same call may work later."""


class RemoteUnavailable(TryAgain):
    """A server could not be reached, is down or asks for fewer calls."""


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
    """A write was sent and no answer came: whether it took effect is not known.

    Running the bot again looks it up before anything is written.
    """


class TellSomeone(BotError):
    """Calling again does not help: a person has to look at the records or the servers."""


class RecordsDisagree(TellSomeone):
    """Two records that should be about the same person are not, or contradict each other."""


class RemoteMisbehaved(TellSomeone):
    """A server's answer does not have the documented shape."""


class Unforeseen(TellSomeone):
    """A fault in the bot itself; says where it happened, never with which values."""

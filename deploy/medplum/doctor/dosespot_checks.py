"""Does DoseSpot let the bots in, and as whom?"""

from collections.abc import Mapping

from deploy.medplum.doctor.finding import CheckResult, missing, note, ok
from fhir_profiles.codes import ClinicianRole
from shared.dosespot.clinician_record import known_roles
from shared.dosespot.settings import DoseSpotSettings
from shared.dosespot.sign_in import DoseSpotSignIn
from shared.dosespot.wire import ClinicianItem
from shared.errors import Misconfigured
from shared.http.sending import Call, Reply, Sender
from shared.http.token_cache import TokenCache
from shared.runtime import known_secrets

MEANS: Mapping[str, str] = {
    "invalid_client": "most likely {named_by} is wrong",
    "invalid_grant": (
        f"most likely {known_secrets.USER_ID} is not an active clinician of this clinic"
    ),
}
"""OAuth's reasons (RFC 6749, section 5.2), as a password grant of DoseSpot has them."""

NOT_OAUTH = f"most likely {known_secrets.SUBSCRIPTION_KEY} is wrong"


class Listening:
    """Sends calls as another sender does, and keeps the last reply.

    Args:
        http: sends them.

    Attributes:
        last: the last reply, if any.
    """

    def __init__(self, http: Sender) -> None:
        self._http = http
        self.last: Reply | None = None

    def send(self, call: Call) -> Reply:
        """Sends one call; see `Http.send`."""
        self.last = self._http.send(call)
        return self.last


def check_sign_in(
    http: Sender, cache: TokenCache, clinic: DoseSpotSettings, user: int
) -> CheckResult:
    """Whether DoseSpot gives a token of that clinic to the clinician of the project secrets.

    Raises:
        RemoteUnavailable, RemoteMisbehaved: as the names say.
    """
    listening = Listening(http)
    try:
        DoseSpotSignIn(listening, cache, clinic, user).token()
    except Misconfigured:
        reason = _reason(listening.last).format(named_by=" or ".join(clinic.named_by))
        return missing(f"DoseSpot refuses the sign-in; {reason}.")
    return ok("DoseSpot issues a token.")


def check_clinician(item: ClinicianItem | None) -> CheckResult:
    """Whether the clinician on whose behalf prescribers enroll themselves may do that."""
    name = known_secrets.USER_ID
    if item is None:
        return missing(f"DoseSpot does not know the clinician of {name}.")
    if item.Active is False or item.AccountLocked:
        return missing(f"The clinician of {name} is not active, or locked, in DoseSpot.")
    if ClinicianRole.CLINICIAN_ADMIN not in known_roles(item):
        return missing(f"The clinician of {name} does not have the role ClinicianAdmin (4).")
    return ok("Active, and a ClinicianAdmin.")


def check_epcs(item: ClinicianItem, clinic_id: int) -> CheckResult:
    """Whether the clinic may prescribe controlled substances, as far as DoseSpot says so."""
    shown = [one.HasEpcs for one in item.ClinicInfo or [] if one.ClinicId == clinic_id]
    if True in shown:
        return ok("DoseSpot has EPCS on for this clinic.")
    if False in shown:
        return note(
            "DoseSpot has EPCS off for this clinic: no enrollment will reach controlled substances."
            " Ask DoseSpot for it if you need it."
        )
    return note("DoseSpot does not say whether EPCS is on for this clinic.")


def _reason(reply: Reply | None) -> str:
    try:
        body = reply.json() if reply else None
    except ValueError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    return MEANS.get(error, NOT_OAUTH) if isinstance(error, str) else NOT_OAUTH

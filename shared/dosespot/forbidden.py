"""What the bots never ask DoseSpot to do, whatever a caller wants; pure.

Two kinds: what belongs to the prescriber alone (21 CFR 1311 puts identity proofing, the second
factor and the signature between the prescriber and DoseSpot), and what sends a prescription or
marks one as printed (21 CFR 1311.170). A path is compared as a server would read it, so that no
spelling of it gets past.
"""

import re
from urllib.parse import unquote

_PRESCRIBERS_OWN = (
    "acceptagreement",
    "idpdisclaimer",
    "idp",
    "idpanswers",
    "idpotp",
    "sendmobiletfa",
    "tfaactivate",
    "tfadeactivate",
    "pin",
    "resetpin",
    "resynctoken",
)
_ONE = "[^/]+"
FORBIDDEN = (
    rf"clinicians/(?:{_ONE}/)?(?:{'|'.join(_PRESCRIBERS_OWN)})",
    rf"patients/{_ONE}/prescriptions/(?:send|sendtoaddress|setprinted|sendepcs)",
    rf"refills/{_ONE}/(?:replace|approve)",
    rf"rxchanges/{_ONE}/approve",
    rf"patients/{_ONE}/ssn",
)
"""The paths below `api/`, in small letters, whatever the method. In DoseSpot's contract what is the
prescriber's own stands without an id, and resetting the PIN with one as well."""

_FORBIDDEN = re.compile("|".join(f"(?:{path})(?:/.*)?" for path in FORBIDDEN))


def is_forbidden(path: str) -> bool:
    """Whether a path, such as `api/clinicians/7/pin`, is one that no bot may call."""
    parts = [part.strip() for part in unquote(path).partition("?")[0].lower().split("/")]
    named = "/".join(part for part in parts if part not in ("", "."))
    return ".." in parts or _FORBIDDEN.fullmatch(named.removeprefix("api/")) is not None


def require_allowed(path: str) -> None:
    """Makes sure that a call is one that a bot may make.

    Raises:
        AssertionError: it is not, which is a defect of the caller's; nothing was sent.
    """
    if is_forbidden(path):
        raise AssertionError("no bot may call this path of DoseSpot")

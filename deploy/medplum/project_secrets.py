"""The project secrets: which the bots need, whether values can be right, and where they come from.

No value is ever part of an error's text.
"""

import json
import os
import stat
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from shared.errors import Misconfigured
from shared.runtime import known_secrets
from shared.runtime.payload import Secret

SERVICE = (known_secrets.SERVICE_ID, known_secrets.SERVICE_SECRET)
DOSESPOT = (
    known_secrets.BASE_URL,
    known_secrets.IFRAME_URL,
    known_secrets.CLINIC_ID,
    known_secrets.CLINIC_KEY,
    known_secrets.SUBSCRIPTION_KEY,
    known_secrets.USER_ID,
    known_secrets.WEBHOOK_SECRET,
)
RELAY = (known_secrets.RELAY_URL, known_secrets.RELAY_SECRET)
MAIL = (
    known_secrets.MAIL_CHANNEL,
    known_secrets.MAIL_FROM,
    known_secrets.SES_REGION,
    known_secrets.SMTP_HOST,
    known_secrets.SMTP_PORT,
    known_secrets.SMTP_USER,
    known_secrets.SMTP_PASSWORD,
    known_secrets.INVITATION_URL,
)
OPTIONAL = (
    known_secrets.NPI_REGISTRY_URL,
    known_secrets.NPI_REGISTRY_CHECK,
    known_secrets.IFRAME_ENROLLS,
    known_secrets.ANSWER_WITHIN,
    known_secrets.INVITATION_REQUIRED,
    known_secrets.BILLING_PRICE,
    known_secrets.BILLING_CURRENCY,
    *MAIL,
    *RELAY,
)
"""What the bots do without: taken where somebody gives it, and never asked for."""

NEEDED = (*DOSESPOT, *SERVICE)
NAMES = (*NEEDED, *OPTIONAL, known_secrets.BOT_ERRORS)
"""All of them but the keys of further clinics, whose names have the clinics' numbers; what
`BOT_ERRORS` should be is found out where nobody gives it."""

NOT_JSON = 'must be a JSON object of strings and whole numbers, such as {"DOSESPOT_CLINIC_ID": 1}.'


def from_file(path: Path) -> dict[str, str]:
    """The secrets in a JSON file that nobody else on the machine can read.

    Raises:
        Misconfigured: others may read it, or it is no JSON object of texts.
        OSError: it can't be read.
    """
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Misconfigured(
            f"{path} can be read or written by others on this machine. Run `chmod 600` on it, and"
            " consider whether the secrets in it have been seen."
        )
    return parse(path.read_bytes(), str(path))


def parse(text: str | bytes, source: str) -> dict[str, str]:
    """The secrets in a JSON object; `source` names where it is from.

    Raises:
        Misconfigured: it is no JSON object of texts and whole numbers.
    """
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(type(one) in (str, int) for one in given.values()):
        raise Misconfigured(f"{source} {NOT_JSON}")
    return {name: str(value).strip() for name, value in given.items()}


def problems(given: Mapping[str, str], stored: Mapping[str, Secret]) -> list[str]:
    """Everything that is wrong with secrets, whether they are given now or stored already.

    What is missing is no problem here: it may be given later.
    """
    unknown = [
        f"{name} is not a secret of the bots{guess(name, NAMES)}"
        for name in given
        if not is_known(name)
    ]
    texts = merged(given, stored)
    wrong = {name: known_secrets.malformed(name, text) for name, text in texts.items()}
    both = [name for name in SERVICE if name in given]
    alone = [f"{both[0]} is of no use without {other(both[0])}"] if len(both) == 1 else []
    return unknown + [f"{name} {problem}" for name, problem in wrong.items() if problem] + alone


def merged(given: Mapping[str, str], stored: Mapping[str, Secret]) -> dict[str, str]:
    """The texts of all of the bots' secrets that there are: what is given, and else is stored."""
    texts = {
        name: given[name] if name in given else stored[name].text()
        for name in (*NAMES, *further_keys(given, stored))
        if name in given or name in stored
    }
    return {name: text for name, text in texts.items() if text or name in given}


def is_known(name: str) -> bool:
    """Whether the bots read a secret of that name."""
    return name in NAMES or known_secrets.further_clinic(name) is not None


def further_keys(given: Iterable[str], stored: Iterable[str]) -> list[str]:
    """Which of the names are those of keys of further clinics, in the order of their numbers."""
    numbers = {known_secrets.further_clinic(name) for name in (*given, *stored)}
    return [known_secrets.clinic_key_name(number) for number in sorted(filter(None, numbers))]


def is_relayed(given: Mapping[str, str], stored: Mapping[str, Secret]) -> bool:
    """Whether the Bots' runs are passed on by the relay."""
    return bool(merged(given, stored).get(known_secrets.RELAY_URL))


def other(name: str) -> str:
    """The other one of the two secrets of the ClientApplication."""
    return next(one for one in SERVICE if one != name)


def guess(name: str, names: Iterable[str]) -> str:
    """The end of a sentence: which name may have been meant, if any is close."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.85)
    return f"; is {close[0]} meant?" if close else ""

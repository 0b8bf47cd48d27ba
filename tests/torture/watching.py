"""People whose values occur nowhere else, and looking for those values in what a bot lets out.

The values are looked for, with and without their signs, in every log line of a run, every text of
its error, `$execute`'s answers and AuditEvents.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from bots.catalog import BOTS
from deploy.sandbox.clinic import PUSH_SECRET
from shared.errors import BotError, Unforeseen
from shared.http.sending import Call, Http, Reply, Sender
from shared.runtime.services import Services
from tests.builders import dea, npi
from tests.integration.clinic import Clinic, Member, new_dea, new_npi
from tests.torture.breaking import QuickClock
from tests.torture.flows import Flow, payload

FAMILY, GIVEN, MIDDLE, BORN = "Zyxwvut", "Quorble", "Vexmire", "1973-11-29"
STREET, SUITE, CITY, ZIP = "77 Quuxley Rd", "Suite Grault", "Plughville", "62795-4821"
PHONE, FAX, EMAIL, LICENSE = "345-987-6543", "678-987-6541", "@garply.example", "LX-90817-FRED"
DEA, STATES = "MZ8675300", ("IL", "NY")
PERSONAL = (FAMILY, GIVEN, MIDDLE, BORN, "11/29/1973", STREET, SUITE, CITY, ZIP, PHONE, FAX, EMAIL)
PERSONAL += (LICENSE, DEA, DEA[2:])
HEADERS = {"authorization": "Bearer callers-own-token", "cookie": "callers-own-cookie"}
HEADERS |= {"x-dosespot-secret": f"Secret {PUSH_SECRET}"}
CLOCKS = {"created", "msecs", "relativeCreated", "thread", "process"}
"""What a record says in long numbers of its own, in which a DEA number's seven digits turn up."""

_lines: ContextVar[list[str] | None] = ContextVar("lines", default=None)


def bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def about(key: str) -> dict[str, Any]:
    """What everybody's record says; only the e-mail address has to differ."""
    contacts = {"phone": PHONE, "fax": FAX, "email": f"{key}{EMAIL}"}
    return {
        "name": [{"family": FAMILY, "given": [GIVEN, MIDDLE]}],
        "birthDate": BORN,
        "telecom": [{"system": s, "use": "work", "value": v} for s, v in contacts.items()],
        "address": [{"line": [STREET, SUITE], "city": CITY, "state": "IL", "postalCode": ZIP}],
    }


class Listening(logging.Handler):
    """Keeps what any logger is told while a bot runs, whatever thread of the run tells it."""

    def emit(self, record: logging.LogRecord) -> None:
        if (lines := _lines.get()) is not None:
            told = {name: value for name, value in vars(record).items() if name not in CLOCKS}
            lines += [self.format(record), repr(told)]


@contextmanager
def heard() -> Iterator[list[str]]:
    """What is logged meanwhile."""
    before = _lines.set(lines := [])
    try:
        yield lines
    finally:
        _lines.reset(before)


class Watch:
    """Runs bots and looks for sentinels in what they let out.

    A `Sender` too, which learns the tokens, and raises `fault` from call number `left` on.
    """

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.clock, self.http = clinic, QuickClock(), Http()
        secrets = clinic.read(f"Project/{clinic.project}")["secret"]
        secret = [s["valueString"] for s in secrets if s["name"].endswith(("KEY", "SECRET"))]
        tokens = (clinic.admin.token, *HEADERS.values())
        self.secrets = {bare(one) for one in (*secret, *tokens)}
        self.personal = {bare(one) for one in PERSONAL}
        self.left, self.fault = 0, None
        self.warned = 0

    def send(self, call: Call) -> Reply:
        self.left -= 1
        if self.fault is not None and self.left < 0:
            raise self.fault.with_traceback(None)  # which every raise would lengthen
        reply = self.http.send(call)
        if call.form is not None and b"access_token" in reply.body:
            self.secrets.add(bare(str(reply.json()["access_token"])))
        if call.wish == "create the clinic":
            self.secrets.add(bare(str(reply.json()["ClinicKey"])))
        return reply

    def person(self, membership: Any = (), **changes: Any) -> Member:
        """Somebody who is made of sentinels, but for the changes."""
        number, deas = new_npi(), {state: new_dea("MZ") for state in STATES}
        numbers = [npi(number), *(dea(value, state) for state, value in deas.items())]
        whole = {"identifier": numbers, **about(number), **changes}
        member = self.clinic.add_member(practitioner=whole, identifiers=membership)
        self.clinic.authorize(member)
        self.personal |= {number, *(part for one in deas.values() for part in (bare(one), one[2:]))}
        self.secrets.add(bare(member.token))
        return replace(member, npi=number, dea=deas)

    def run(self, bot: str, given: Any, by: Member, http: Sender | None = None) -> BotError | None:
        """Runs a bot in this process; returns what it raised, once nothing was found in it."""
        event = payload(self.clinic, Flow("", {}, lambda _c, _m: None, "", (0, 0)), by)
        services = Services(http=http or self, now=self.clock.now, sleep=self.clock.sleep)
        handler = next(known for known in BOTS if known.name == bot).handler(lambda: services)
        error, answer = None, {}
        with heard() as lines:
            try:
                answer = handler({**event, "input": given, "headers": HEADERS}, None)
            except BotError as raised:
                error = raised
        assert lines or isinstance(error, Unforeseen), "a run leaves a line"
        self.clean(*lines, *(shown(error) if error else ()))
        answered = bare(json.dumps(answer))
        assert not [secret for secret in self.secrets if secret in answered]
        warnings = answer.get("warnings", []) if isinstance(answer, dict) else []
        self.clean(json.dumps(warnings))
        self.warned += bool(warnings)
        return error

    def execute(self, bot: str, given: Any, by: Member, status: int = 400) -> None:
        """Lets `$execute` fail, or warn, and looks at its answer."""
        identifier = next(known.identifier for known in BOTS if known.name == bot)
        answer = self.clinic.execute(identifier, given, by.token)
        assert answer.status == status
        self.clean(json.dumps(answer.body))

    def events(self) -> list[str]:
        """All AuditEvents, but for the agents: there the server itself puts the caller's name."""
        found = self.clinic.sandbox.fhir.resources("AuditEvent")
        return [json.dumps({**event, "agent": []}) for event in found]

    def clean(self, *texts: str) -> None:
        for text in texts:
            told = bare(text)
            assert not [one for one in self.personal | self.secrets if one in told], text


def shown(error: BaseException) -> list[str]:
    """Every text of an error that somebody prints or sends somewhere."""
    trace = "".join(traceback.format_exception(error, chain=True))
    return [str(error), repr(error), repr(error.args), repr(vars(error)), trace]


def carried(error: BaseException) -> Iterator[str]:
    """The texts of the errors that come along with one, also where no stack trace shows them."""
    for other in filter(None, (error.__cause__, error.__context__)):
        yield from (*shown(other), *carried(other))


@contextmanager
def watching(clinic: Clinic) -> Iterator[Watch]:
    """Watches with every logger at DEBUG; what the bots set up may then say otherwise."""
    names = [None, "urllib3", *logging.root.manager.loggerDict]
    before = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in before:
        logger.setLevel(logging.NOTSET if "urllib3." in logger.name else logging.DEBUG)
    logging.root.addHandler(listening := Listening(logging.DEBUG))
    Services()
    watch = Watch(clinic)
    earlier = set(watch.events())
    yield watch
    logging.root.removeHandler(listening)
    for logger, level in before.items():
        logger.setLevel(level)
    for url in (clinic.control_url, f"{clinic.fhir_url}_sandbox/"):
        clinic.session.delete(f"{url}faults", timeout=30).raise_for_status()
    watch.clean(*(event for event in watch.events() if event not in earlier))
    kept = [clinic.sandbox.fhir.resources(kind) for kind in ("Task", "Communication", "Account")]
    watch.clean(json.dumps(kept))

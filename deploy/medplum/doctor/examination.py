"""All checks of one installation, in their order; reads each thing once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from time import monotonic

from bots.catalog import BOTS
from deploy.medplum import program_policies, starting, wanted
from deploy.medplum.conformance import conformance_resources
from deploy.medplum.doctor import (
    bot_checks,
    clinic_checks,
    comparison_checks,
    dosespot_checks,
    mail_checks,
    relay_checks,
    secret_checks,
    start_checks,
)
from deploy.medplum.doctor.finding import Check, CheckResult, CheckVerdict, missing, note, ok
from deploy.medplum.error_trial import bot_errors
from deploy.medplum.installation import Installation, look, reference_to
from deploy.medplum.ledger import differing
from deploy.medplum.operations import WITH_OPERATION, operation_name
from deploy.medplum.project_secrets import NEEDED, OPTIONAL, SERVICE, is_relayed
from deploy.medplum.register import FEATURE, NO_FEATURE
from deploy.medplum.server import ProjectAdmin
from deploy.medplum.wanted import FunctionName
from fhir_profiles import Resource
from fhir_profiles.clinic import clinic_number
from fhir_profiles.comparison_round import read_round, round_key
from fhir_profiles.elements import child, items, text
from fhir_profiles.project_membership import is_administrator, is_unrestricted
from fhir_profiles.systems import (
    CLINICIAN_IDENTIFIER,
    COMPARISON_ROUND,
    DOSESPOT_CLINIC,
    PRESCRIBER_POLICY,
)
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.wire import ClinicianItem
from shared.errors import BotError
from shared.fhir.answers import SERVICE as SERVICE_NAME
from shared.fhir.client import FhirClient
from shared.fhir.executed import Executed, executed
from shared.fhir.service_credential import ServiceCredential
from shared.http.sending import Call, Sender
from shared.http.token_cache import TokenCache
from shared.mail.channel import mail_channel
from shared.members.caller import is_program, sole_clinician_id
from shared.runtime import known_secrets
from shared.runtime.bot import BotFunction, CustomOperation
from shared.runtime.payload import Secret
from shared.runtime.returned import PROBE
from shared.runtime.settings import Settings
from shared.runtime.start import Start

SERVER, ADMINISTRATOR, FEATURES = "server", "administrator", "project feature bots"
PROFILES = "Practitioner,Patient,RelatedPerson"
BOT_ERRORS = "errors that bots return"
SCHEDULE = "schedule of the status sync"
SYNC = next(bot for bot in BOTS if Start.CRON in bot.starts)
PUSH = next(bot for bot in BOTS if Start.WEBHOOK in bot.starts)
SIGN_IN, CLINICIAN = "DoseSpot sign-in", "DoseSpot clinician"
CLINICS = "further clinics"
MOST_NAMED = 20
DOSESPOT_SECRETS = (
    known_secrets.BASE_URL,
    known_secrets.CLINIC_ID,
    known_secrets.CLINIC_KEY,
    known_secrets.SUBSCRIPTION_KEY,
    known_secrets.USER_ID,
)

People = Callable[[Sequence[str]], Mapping[str, str]]
"""The names of people, by reference; who has none there is told by reference alone."""


class Examination:
    """One look at an installation.

    Args:
        server: the Medplum server, seen by an administrator.
        http: sends the calls to DoseSpot, and those of the bots' own ClientApplication.
        base_url: the server's.
        function: how the Bots should name their function.
        people: gives the names of people by reference; nobody's where they are not to be told.
    """

    def __init__(
        self,
        server: ProjectAdmin,
        http: Sender,
        base_url: str,
        function: FunctionName,
        people: People,
    ) -> None:
        self._server = server
        self._http = http
        self._base_url = base_url
        self._function = function
        self._people = people
        self._tokens = TokenCache(monotonic)
        self._probed: dict[str, Executed] = {}

    def ses_sender(self) -> str:
        """The address that the project sends from by Amazon SES; "" if it does not, or can't be
        asked."""
        try:
            return mail_checks.ses_sender(self._clinic)
        except BotError:
            return ""

    def checks(self) -> Iterator[Check]:
        """Every check; what others need comes before them."""
        known = (ADMINISTRATOR,)
        yield Check(SERVER, (), self._check_server)
        yield Check(ADMINISTRATOR, (SERVER,), self._check_administrator)
        yield Check(FEATURES, known, self._check_feature)
        for name in (*NEEDED, *OPTIONAL):
            yield Check(_secret(name), known, partial(self._check_secret, name))
        yield Check("ClientApplication", tuple(map(_secret, SERVICE)), self._check_client)
        yield Check("e-mail", tuple(map(_secret, SERVICE)), self._check_mail)
        for bot in BOTS:
            yield Check(f"Bot {bot.identifier}", known, partial(self._check_bot, bot))
            needs = (FEATURES, f"Bot {bot.identifier}")
            yield Check(_function(bot), needs, partial(self._check_function, bot))
        for bot, operation in WITH_OPERATION:
            check = partial(self._check_operation, bot, operation)
            name = f"operation {operation_name(operation)}"
            yield Check(name, (f"Bot {bot.identifier}",), check)
        yield Check(BOT_ERRORS, (_function(BOTS[0]),), self._check_bot_errors)
        yield Check("relay code", known, self._check_relay_code)
        needs = (_secret(known_secrets.RELAY_URL), _secret(known_secrets.RELAY_SECRET))
        yield Check("relay endpoint", needs, self._check_relay_endpoint)
        yield Check(SCHEDULE, (known[0], f"Bot {SYNC.identifier}"), self._check_schedule)
        push = (f"Bot {PUSH.identifier}", f"function {PUSH.name}")
        yield Check("push notifications", push, self._check_webhook)
        for one in program_policies.policies():
            yield Check(f"AccessPolicy {one['name']}", known, partial(self._check_policy, one))
        yield Check("members without a policy", known, self._check_members)
        yield Check("FHIR profiles", known, self._check_profiles)
        yield Check(SIGN_IN, tuple(map(_secret, DOSESPOT_SECRETS)), self._check_sign_in)
        yield Check(CLINICIAN, (SIGN_IN,), self._check_clinician)
        yield Check("DoseSpot EPCS", (CLINICIAN,), self._check_epcs)
        yield Check(CLINICS, known, self._check_clinics)
        clinic = (_secret(known_secrets.CLINIC_ID),)
        yield Check("comparison with DoseSpot", clinic, self._check_comparisons)
        yield Check("your DoseSpot identifier", known, self._check_caller)

    def _check_server(self) -> CheckResult:
        try:
            healthy = self._server.is_healthy()
        except BotError:
            healthy = False
        return (
            ok("Answers as a Medplum server does.")
            if healthy
            else missing(
                "No Medplum server answers at --base-url. Check the URL (it ends before fhir/R4),"
                " the network and the server."
            )
        )

    def _check_administrator(self) -> CheckResult:
        project = self._found.project  # read here, so that what can't be read is told once
        named = "".join(filter(str.isprintable, text(project.get("name"))))
        known = f"{named} (Project/{project['id']})" if named else f"Project/{project['id']}"
        return ok(f"Signed in as an administrator of {known}.")

    def _check_feature(self) -> CheckResult:
        there = FEATURE in items(self._found.project, "features")
        return ok("On.") if there else missing(NO_FEATURE)

    def _check_secret(self, name: str) -> CheckResult:
        return secret_checks.check_secret(name, self._found.secrets)

    def _check_client(self) -> CheckResult:
        me = self._as_service().who_am_i()
        if not is_administrator(child(me, "membership")):
            return missing(
                f"The ClientApplication of {known_secrets.SERVICE_ID} has no admin right. Set"
                " ProjectMembership.admin to true on its membership, or take both its secrets away"
                " and run `prescriber-bots register`."
            )
        return self._check_narrowed()

    def _as_service(self) -> FhirClient:
        """The server, seen by the bots' own ClientApplication."""
        account = self._clinic.service_account(self._base_url)
        assert account is not None  # noqa: S101 - both its secrets were found by earlier checks
        credential = ServiceCredential(self._http, self._tokens, account)
        return FhirClient(self._http, self._base_url, credential)

    def _check_mail(self) -> CheckResult:
        return mail_checks.check_mail(
            self._clinic, self._found.project, lambda mail: mail_channel(mail, self._as_service())
        )

    def _check_narrowed(self) -> CheckResult:
        client = self._found.named_client
        membership = self._found.membership(client)
        if bot_checks.is_narrowed(membership, self._found, program_policies.SERVICE):
            return ok("Gets a token, and is an administrator under a narrow AccessPolicy.")
        if client in self._found.clients:
            return missing(f"{bot_checks.WIDE} {bot_checks.REGISTER}")
        name = program_policies.policy_name(program_policies.SERVICE)
        return note(f"It is not ours. {bot_checks.WIDE} `{name}` has what the bots need.")

    def _check_bot(self, bot: BotFunction) -> CheckResult:
        return bot_checks.check_bot(bot, self._found, self._function)

    def _check_operation(self, bot: BotFunction, operation: CustomOperation) -> CheckResult:
        return bot_checks.check_operation(bot, operation, self._found)

    def _check_function(self, bot: BotFunction) -> CheckResult:
        bot_id = self._found.bots[bot.identifier][0]["id"]
        self._probed[bot.name] = self._server.execute(bot_id, PROBE)
        return bot_checks.check_function(self._probed[bot.name])

    def _check_bot_errors(self) -> CheckResult:
        tried = bot_errors(self._probed[BOTS[0].name])
        return bot_checks.check_bot_errors(tried, self._found.secrets)

    def _check_relay_code(self) -> CheckResult:
        if not is_relayed({}, self._found.secrets):
            return relay_checks.NO_RELAY
        bots = {name: found[0] for name, found in self._found.bots.items() if found}
        return relay_checks.check_code(
            {name: self._server.code_of(bot) for name, bot in bots.items()}
        )

    def _check_relay_endpoint(self) -> CheckResult:
        secrets = self._found.secrets
        if not is_relayed({}, secrets):
            return relay_checks.NO_RELAY
        if not secrets.get(known_secrets.RELAY_SECRET, Secret()).text():
            return relay_checks.NO_SECRET
        call = Call(
            service=relay_checks.SERVICE,
            wish="refuse a call",
            method="POST",
            url=secrets[known_secrets.RELAY_URL].text(),
            headers={},
            json={},
        )
        return relay_checks.check_endpoint(self._http.send(call))

    def _check_schedule(self) -> CheckResult:
        bot = self._found.bots[SYNC.identifier][0]
        return start_checks.check_schedule(self._found.project, bot)

    def _check_webhook(self) -> CheckResult:
        """Posts what the bot refuses, as DoseSpot would: without a sign-in."""
        membership = self._found.membership(self._found.bots[PUSH.identifier][0])
        url = starting.webhook_url(self._base_url, membership or {})
        call = Call(SERVICE_NAME, "run a webhook", "POST", url, headers={}, json=PROBE)
        reply = self._http.send(call)
        return start_checks.check_webhook(executed(reply.status, reply.body), url)

    def _check_policy(self, content: Resource) -> CheckResult:
        return _same("AccessPolicy", self._found.policies[content["name"]], content)

    def _check_members(self) -> CheckResult:
        people = self._server.search_all("ProjectMembership", {"profile-type": PROFILES})
        free = [one for one in people if is_unrestricted(one)]
        return note(self._named(free)) if free else ok("None.")

    def _check_profiles(self) -> CheckResult:
        results = [
            _same(one["url"], self._found.conformance[one["url"]], one) for one in self._profiles
        ]
        wrong = [result.sentence for result in results if result.verdict is CheckVerdict.MISSING]
        return missing(" ".join(wrong)) if wrong else ok(f"{len(results)} installed.")

    def _check_sign_in(self) -> CheckResult:
        clinic, user = self._clinic.dosespot(), self._clinic.clinician_admin()
        return dosespot_checks.check_sign_in(self._http, self._tokens, clinic, user)

    def _check_clinician(self) -> CheckResult:
        return dosespot_checks.check_clinician(self._clinician)

    def _check_epcs(self) -> CheckResult:
        assert self._clinician is not None  # noqa: S101 - as the check before found
        return dosespot_checks.check_epcs(self._clinician, self._clinic.dosespot().clinic_id)

    def _check_clinics(self) -> CheckResult:
        if not clinic_checks.further_keys(self._found.secrets):
            return clinic_checks.ONE_CLINIC
        own, further = self._clinic.own_clinic(), self._clinic.further_clinics()
        misnamed = clinic_checks.misnamed_keys(own, self._found.secrets)
        user = self._clinic.clinician_admin()
        numbers = ",".join(f"{DOSESPOT_CLINIC}|{one}" for one in (own, *further))
        found = self._server.search_all("Organization", {"identifier": numbers})
        signed_in = {
            number: dosespot_checks.check_sign_in(
                self._http, self._tokens, self._clinic.dosespot(number), user
            )
            for number in further
        }
        return clinic_checks.check_clinics(own, signed_in, map(clinic_number, found), misnamed)

    def _check_comparisons(self) -> CheckResult:
        clinic_id = int(self._found.secrets[known_secrets.CLINIC_ID].text())
        identifier = f"{COMPARISON_ROUND}|{round_key(clinic_id)}"
        found = list(self._server.search_all("Basic", {"identifier": identifier}))
        known = read_round(clinic_id, found[0] if found else None)
        return comparison_checks.check_comparisons(known, datetime.now(UTC))

    def _check_caller(self) -> CheckResult:
        me = self._server.who_am_i()
        if is_program(me):
            return note("Signed in as a program: sign in as a person to have this checked.")
        if sole_clinician_id([child(me, "membership")]) is not None:
            return ok("Set: you may run the enroll bot.")
        return missing(
            "You have none, so you can't run the enroll bot. Add your DoseSpot clinician id to your"
            f" ProjectMembership.identifier with system {CLINICIAN_IDENTIFIER}."
        )

    def _named(self, unrestricted: list[Resource]) -> str:
        """Who the members without a policy are, what they can do, and how that ends."""
        shown = unrestricted[:MOST_NAMED]
        names = self._people([_profile(one) for one in shown])
        named = [_named_or_reference(one, names) for one in shown]
        more = len(unrestricted) - len(named)
        return (
            f"{', '.join(named)}{f', and {more} more' if more else ''}: not an administrator, and"
            " without an AccessPolicy. In Medplum such a member can read the secret of every"
            " ClientApplication, including the bots' own, and act as an administrator with it. Run"
            f" `prescriber-bots register`, which installs the AccessPolicy `{PRESCRIBER_POLICY}`;"
            " then choose it, or one of yours, as Access Policy of each member in the Medplum App"
            " (Project Admin, Users), or set ProjectMembership.accessPolicy."
        )

    @cached_property
    def _project_id(self) -> str:
        return self._server.project_id()

    @cached_property
    def _profiles(self) -> tuple[Resource, ...]:
        return conformance_resources()

    @cached_property
    def _found(self) -> Installation:
        return look(self._server, self._project_id, self._profiles)

    @cached_property
    def _clinic(self) -> Settings:
        return Settings(self._found.secrets)

    @cached_property
    def _clinician(self) -> ClinicianItem | None:
        clinic, user = self._clinic.dosespot(), self._clinic.clinician_admin()
        return DoseSpotClient(self._http, self._tokens, clinic, user).clinician(user)


def _profile(membership: Resource) -> str:
    return text(child(membership, "profile").get("reference"))


def _named_or_reference(membership: Resource, names: Mapping[str, str]) -> str:
    where = f"{reference_to(membership)} of {_profile(membership)}"
    name = names.get(_profile(membership))
    return f"{name} ({where})" if name else where


def _same(what: str, found: list[Resource], content: Resource) -> CheckResult:
    """Whether something that is ours as a whole is on the server once, and as it should be."""
    if len(found) > 1:
        ids = ", ".join(one["id"] for one in found)
        return missing(f"{what}: there are {len(found)} ({ids}). Delete all but one.")
    if not found:
        return missing(f"{what}: does not exist. {bot_checks.REGISTER}")
    differs = differing(found[0], wanted.wanted_content(found[0], content))
    return missing(f"{what}: differs. {bot_checks.REGISTER}") if differs else ok("There.")


def _function(bot: BotFunction) -> str:
    return f"function {bot.name}"


def _secret(name: str) -> str:
    return f"secret {name}"

"""Gives Bots the relay's code, and keeps account of it."""

from collections.abc import Callable

from deploy.medplum import relayed
from deploy.medplum.installation import reference_to
from deploy.medplum.ledger import EntryStatus, Ledger, LedgerEntry
from deploy.medplum.server import ProjectAdmin
from fhir_profiles import Resource
from shared.runtime.bot import BotFunction


class RelayDeployment:
    """Makes Bots such that the relay passes on their runs.

    Args:
        server: the server.
        ledger: writes and keeps account, or only tells.
        runtime: `Bot.runtimeVersion`; None keeps it.
        lacking: why nothing can be deployed; None if it can.
    """

    def __init__(
        self, server: ProjectAdmin, ledger: Ledger, runtime: str | None, lacking: str | None
    ) -> None:
        self._server = server
        self._ledger = ledger
        self._runtime = runtime
        self._lacking = lacking

    def settle(
        self,
        bot: BotFunction,
        known: Resource | None,
        created: Resource | None,
        started: Callable[[Resource], Resource],
    ) -> Resource:
        """Brings a Bot in line and deploys to it, where that is due.

        It gets the identifiers by which it is found, and loses an earlier function, last.

        Args:
            bot: which one.
            known: the Bot as it was found, if it was.
            created: the Bot, made where none was found; None in a plan.
            started: gives a Bot the schedule that it should have.

        Returns:
            The Bot as it is now; in a plan, as it would be.

        Raises:
            Misconfigured: the server refuses to deploy.
            EditConflict, LookUpFirst, RemoteUnavailable, FhirDenied: a write failed.
        """
        what = f"Bot {bot.identifier}"

        def wanted(one: Resource) -> Resource:
            return started(relayed.wanted_relay_bot(one, bot, self._runtime))

        def complete(one: Resource) -> Resource:
            return relayed.marked(wanted(one))

        if known and relayed.is_deployed(known, wanted(known), self._server.code_of(known)):
            settled = self._ledger.settle(what, known, lambda: known, complete)
            self._ledger.report(LedgerEntry(f"code of {what}", EntryStatus.UNCHANGED))
            return settled
        settled = self._ledger.settle(
            what, known, lambda: created or {}, lambda one: _identified_as(one, wanted(one))
        )
        if self._lacking is None and not self._ledger.plan:
            self._server.deploy(settled["id"], relayed.NAME, relayed.relay_code())
            self._server.apply(self._server.read(reference_to(settled)), complete)
        self._ledger.report(self._entry(f"code of {what}", settled))
        return settled

    def _entry(self, what: str, bot: Resource) -> LedgerEntry:
        if self._lacking is not None:
            return LedgerEntry(what, EntryStatus.MISSING, (self._lacking,))
        has_code = "executableCode" in bot
        return LedgerEntry(what, EntryStatus.CHANGED if has_code else EntryStatus.CREATED)


def _identified_as(found: Resource, wanted: Resource) -> Resource:
    """The Bot as it should be, but with the identifiers that it has."""
    others = {name: value for name, value in wanted.items() if name != "identifier"}
    return {**others, **{name: found[name] for name in ("identifier",) if name in found}}

"""Whether somebody may prescribe, and sign controlled substances: a pure and total function.

It fails closed: a verdict is positive only if both systems were read and nothing blocks it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fhir_profiles.clinician_identifier import ClinicianIds
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.codes import RegistrationStatus as Status
from fhir_profiles.dea_identifier import DeaIdentifier
from fhir_profiles.state_license import StateLicense
from fhir_profiles.today import Today
from shared.dosespot.codes import by_number
from shared.members.rules.clinician import Clinician
from shared.members.rules.guidance import UNREGISTERED
from shared.readiness.rules.authority import about_dea, about_licenses, counted
from shared.readiness.rules.causes import Blocks, Cause
from shared.readiness.rules.reason import Reason, dosespot_field, reason

_PRESCRIBING = ClinicianRole.PRESCRIBING_CLINICIAN
_AGENT = ClinicianRole.PRESCRIBING_AGENT_CLINICIAN

_IDENTIFIER = "ProjectMembership.identifier"


@dataclass(frozen=True)
class Flaw:
    """Something that is wrong in a record: FHIR path, and a sentence of what it is."""

    path: str
    sentence: str


@dataclass(frozen=True)
class Record:
    """What a Practitioner says.

    Attributes:
        active: whether the person is active.
        problems: what keeps every bot from enrolling them.
        warnings: what only looks wrong.
        dea: their DEA registrations.
        licenses: their licenses to practice.
        status: the registration status that is recorded; None if there is none.
        epcs: whether an EPCS qualification in force is recorded.
        status_path: where the status stands.
        epcs_path: where EPCS does.
    """

    active: bool = True
    problems: tuple[Flaw, ...] = ()
    warnings: tuple[Flaw, ...] = ()
    dea: tuple[DeaIdentifier, ...] = ()
    licenses: tuple[StateLicense, ...] = ()
    status: str | None = None
    epcs: bool = False
    status_path: str = "Practitioner.extension"
    epcs_path: str = "Practitioner.qualification"


@dataclass(frozen=True)
class Membership:
    """What the ProjectMemberships of a Practitioner say.

    Attributes:
        count: how many there are.
        clinician_ids: the DoseSpot clinician ids on them.
        shared: whether somebody else's membership carries the id too.
        self_service: whether the person may enroll themselves as a prescriber; None if it is
            not known.
    """

    count: int = 1
    clinician_ids: ClinicianIds = field(default_factory=ClinicianIds)
    shared: bool = False
    self_service: bool | None = None


@dataclass(frozen=True)
class OtherClinic:
    """Another clinic of the clinician, and whether controlled substances are enabled there."""

    id: int | None
    has_epcs: bool | None = None


@dataclass(frozen=True)
class DoseSpotAccount:
    """What DoseSpot shows of the clinician, who is this person.

    `None` means that DoseSpot left it open, which contradicts nothing.

    Attributes:
        clinician: flags and status.
        roles: the clinician's at this clinic.
        dea: DEA numbers there, each with its state, or "" where none is shown.
        licenses: the same of licenses.
        linked: whether this clinic is among the clinician's.
        has_new_rx: whether new prescriptions are enabled for this clinic.
        others: the clinician's other clinics.
    """

    clinician: Clinician
    roles: frozenset[ClinicianRole] = frozenset()
    dea: frozenset[tuple[str, str]] = frozenset()
    licenses: frozenset[tuple[str, str]] = frozenset()
    linked: bool | None = None
    has_new_rx: bool | None = None
    others: tuple[OtherClinic, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that was read about one person.

    Attributes:
        membership: always known.
        record: None if the Practitioner could not be read.
        account: None if DoseSpot was not asked, could not be, or shows another person.
        obstacles: why one of them is missing.
    """

    membership: Membership
    record: Record | None = None
    account: DoseSpotAccount | None = None
    obstacles: tuple[Reason, ...] = ()

    @property
    def explained(self) -> bool:
        """Whether an obstacle says why nothing is known."""
        return any(one.blocks is Blocks.EVERYTHING for one in self.obstacles)


@dataclass(frozen=True)
class Readiness:
    """The verdicts, and why.

    Attributes:
        reasons: those that block the most come first.
        registrations: the DEA registrations that count or should.
    """

    reasons: tuple[Reason, ...]
    registrations: tuple[DeaIdentifier, ...] = ()

    @property
    def prescribes(self) -> bool:
        """Whether non-controlled medications may be prescribed."""
        return not any(one.blocks is Blocks.EVERYTHING for one in self.reasons)

    @property
    def signs_controlled(self) -> bool:
        """Whether controlled substances may be signed under every DEA registration there is."""
        return bool(self.registrations) and not any(map(self.against, self.registrations))

    def against(self, registration: DeaIdentifier) -> tuple[Reason, ...]:
        """What keeps controlled substances from being signed under that registration."""
        return tuple(one for one in self.reasons if one.is_against(registration.path))


def readiness(facts: Facts, today: Today) -> Readiness:
    """The verdicts about one person.

    Args:
        facts: what was read.
        today: now, for the day on which registrations and licenses have to be in force.
    """
    found = sorted(_reasons(facts, today), key=lambda one: list(Blocks).index(one.blocks))
    registrations = counted(facts.record.dea, today) if facts.record else ()
    return Readiness(tuple(found), registrations)


def _reasons(facts: Facts, today: Today) -> Iterator[Reason]:
    record, account = facts.record, facts.account
    yield from facts.obstacles
    if record is None:
        if not facts.explained:
            yield reason(Cause.NOT_CHECKED, "Practitioner")
        yield from _about_membership(facts)
        return
    yield from _about_record(record, account)
    yield from _about_membership(facts)
    if account is not None:
        yield from _about_account(account)
        yield from _about_status(account.clinician, wants_epcs=bool(record.dea))
    yield from about_dea(record.dea, account.dea if account else None, today)
    yield from about_licenses(
        record.licenses, record.dea, account.licenses if account else None, today
    )
    if account is not None:
        yield from _about_recorded(record, account.clinician)


def _about_record(record: Record, account: DoseSpotAccount | None) -> Iterator[Reason]:
    if not record.active:
        yield reason(Cause.PRACTITIONER_INACTIVE, "Practitioner.active", "false")
    for flaw in record.problems:
        yield _problem(flaw, record, account)
    paths = [*(one.path for one in record.dea), *(one.path for one in record.licenses)]
    elements = ("period", "period.start", "period.end", "extension")
    reported = {f"{path}.{element}" for path in paths for element in elements}
    for flaw in record.warnings:
        if flaw.path not in reported:  # `about_dea` and `about_licenses` report it
            yield reason(Cause.RECORD_WARNING, flaw.path, sentence=flaw.sentence)


def _problem(flaw: Flaw, record: Record, account: DoseSpotAccount | None) -> Reason:
    """A problem blocks what an enrollment still has to do, and its DEA number."""
    if account is None:
        blocks = Blocks.EVERYTHING
    elif not account.clinician.epcs_enabled:
        blocks = Blocks.CONTROLLED
    else:
        blocks = Blocks.NOTHING
    held = tuple(one.path for one in record.dea if flaw.path.startswith(one.path))
    if held and blocks is Blocks.NOTHING:
        blocks = Blocks.REGISTRATION
    cause = Cause.DEA_PROBLEM if held else Cause.RECORD_PROBLEM
    return reason(cause, flaw.path, sentence=flaw.sentence, blocks=blocks, registrations=held)


def _about_membership(facts: Facts) -> Iterator[Reason]:
    mine, account = facts.membership, facts.account
    if mine.count != 1:
        cause = Cause.SEVERAL_MEMBERSHIPS if mine.count else Cause.NO_MEMBERSHIP
        yield reason(cause, "ProjectMembership.profile", str(mine.count))
    yield from _about_ids(mine)
    not_answered = mine.clinician_ids.sole is not None and account is None
    if not_answered and not facts.explained:
        yield reason(Cause.NOT_CHECKED, dosespot_field("clinician"))
    done = account is not None and account.clinician.epcs_enabled
    if mine.self_service is False and not done:
        yield reason(Cause.SELF_SERVICE_NOT_GRANTED, "PractitionerRole.code")


def _about_ids(mine: Membership) -> Iterator[Reason]:
    ids = mine.clinician_ids
    for path in ids.unreadable:
        yield reason(Cause.CLINICIAN_ID_UNCLEAR, path)
    if len(ids.numbers) > 1:
        several = f"{len(ids.numbers)} different ids"
        yield reason(Cause.CLINICIAN_ID_UNCLEAR, _IDENTIFIER, several)
    if mine.shared:
        yield reason(Cause.CLINICIAN_ID_SHARED, _IDENTIFIER)
    if mine.count and not ids:
        yield reason(Cause.NOT_ENROLLED, _IDENTIFIER)


def _about_account(account: DoseSpotAccount) -> Iterator[Reason]:
    clinician = account.clinician
    flags = (
        ("AccountLocked", clinician.locked, True, Cause.ACCOUNT_LOCKED),
        ("Active", clinician.active, False, Cause.ACCOUNT_INACTIVE),
        ("Confirmed", clinician.confirmed, False, Cause.NPI_UNCONFIRMED),
        ("ClinicInfo", account.linked, False, Cause.CLINIC_NOT_LINKED),
        ("ClinicInfo.HasNewRx", account.has_new_rx, False, Cause.CLINIC_WITHOUT_NEW_RX),
        ("ClinicInfo.HasEpcs", clinician.clinic_has_epcs, False, Cause.CLINIC_WITHOUT_EPCS),
    )
    for name, value, bad, cause in flags:
        if value is None:
            yield reason(Cause.FLAG_LEFT_OPEN, dosespot_field(name))
        elif value is bad:
            yield reason(cause, dosespot_field(name), str(value).lower())
    if _PRESCRIBING not in account.roles:
        cause = Cause.AGENT_ROLE if _AGENT in account.roles else Cause.ROLE_MISSING
        shown = ", ".join(role.value for role in by_number(account.roles))
        yield reason(cause, dosespot_field("Roles"), shown or "none")
    for clinic in account.others:
        without = clinic.has_epcs is False
        cause = Cause.OTHER_CLINIC_WITHOUT_EPCS if without else Cause.OTHER_CLINIC_NOT_CHECKED
        yield reason(cause, dosespot_field("ClinicInfo.ClinicId"), str(clinic.id))


def _about_status(clinician: Clinician, *, wants_epcs: bool) -> Iterator[Reason]:
    status = clinician.status
    if clinician.agreement_pending:
        agreements = dosespot_field("legalAgreements.AgreementDate")
        yield reason(Cause.AGREEMENT_PENDING, agreements, "none")
    at = dosespot_field("registrationStatus")
    if status is Status.PENDING:
        if not clinician.agreement_pending:
            yield reason(Cause.REGISTERING, at, status.value)
    elif status is not Status.TFA_ACTIVATED_SUCCESS and (wants_epcs or status in UNREGISTERED):
        yield reason(Cause.of_status(status), at, status.value)


def _about_recorded(record: Record, clinician: Clinician) -> Iterator[Reason]:
    status = clinician.status.value
    if record.status != status:
        known = record.status if record.status in set(Status) else "something else"
        before = "nothing" if record.status is None else known
        compared = f"{before} is recorded; DoseSpot says {status}"
        yield reason(Cause.STATUS_OUTDATED, record.status_path, compared)
    if record.epcs and not clinician.epcs_enabled:
        yield reason(Cause.EPCS_NOT_TRUE, record.epcs_path, clinician.summary)
    elif clinician.epcs_enabled and not record.epcs:
        yield reason(Cause.STATUS_OUTDATED, record.epcs_path, clinician.summary)

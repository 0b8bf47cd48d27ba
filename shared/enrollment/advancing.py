"""A prescriber's own run: takes the caller one stage further, whom an administrator authorized.

Every bot that a prescriber runs about themselves calls it, and has made sure before that the token
is the caller's own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fhir_profiles.codes import ClinicianRole
from fhir_profiles.practitioner_role import roles_at
from fhir_profiles.today import Today
from shared.access.rules.grants import Counts, anywhere
from shared.access.self_service import named_roles_of
from shared.dosespot.client import DoseSpotClient
from shared.enrollment.enroll import Outcome
from shared.enrollment.fhir_members import NO_CREDENTIAL
from shared.enrollment.rules.situation import Order, Situation
from shared.enrollment.wiring import enrollment_of
from shared.errors import Misconfigured
from shared.fhir.batch import FoundAll, FoundOne
from shared.fhir.denied import denied_as
from shared.members.rules.subject import Subject
from shared.members.subject import subject_of
from shared.records.prescriber import Prescriber
from shared.runtime.invocation import Invocation

LookBeside = Callable[[Prescriber, Callable[[], Situation]], Situation]
"""Looks how things stand, and does beside it what else is to be known of the prescriber."""


@dataclass(frozen=True)
class OwnRecords:
    """What the FHIR server says of the caller.

    Attributes:
        practitioner: the Practitioner.
        roles: the PractitionerRoles.
        memberships: the ProjectMemberships, seen by who may read them.
    """

    practitioner: FoundOne
    roles: FoundAll
    memberships: FoundAll


@dataclass(frozen=True)
class AtClinic:
    """The clinic at which somebody enrolls themselves; the project's own unless something is given.

    Attributes:
        counts: whether a PractitionerRole is about it.
        prepare: makes of the prescriber's records those that say something of the clinic.
    """

    counts: Counts = anywhere
    prepare: Callable[[Subject], Subject] = lambda subject: subject


def advance(
    run: Invocation,
    dosespot: DoseSpotClient,
    records: OwnRecords,
    order_of: Callable[[frozenset[ClinicianRole]], Order],
    look_beside: LookBeside,
    clinic: AtClinic = AtClinic(),
) -> Outcome:
    """Takes the caller one stage further, if there is one.

    Args:
        run: the run.
        dosespot: acts as the Clinician Admin on whose behalf prescribers enroll themselves.
        records: the caller's.
        order_of: what the caller wants, with the roles that the PractitionerRoles name.
        look_beside: looks how things stand.
        clinic: the clinic of `dosespot`.

    Raises:
        NotAuthorized: the caller may not enroll themselves; says what an administrator must do.
        RecordsRefused: lists everything that the profile lacks.
        Misconfigured: nobody lets the bot read memberships.
        BotError: whatever else stands in the way of an enrollment.
    """
    today = Today(run.now())
    # The bot has to be set up before the caller is told to set up anything.
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        records.memberships.all()
    practitioner_roles, named = named_roles_of(records.roles, run.requester, today, clinic.counts)
    roles = roles_at(practitioner_roles, run.requester, clinic.counts, today)
    subject = clinic.prepare(subject_of(records.practitioner, records.memberships, today, roles))
    enrollment = enrollment_of(run, dosespot, run.requester, practitioner_roles, clinic.counts)
    order = order_of(named)
    situation = look_beside(subject.prescriber, lambda: enrollment.look(subject, order))
    outcome = enrollment.run(situation, order)
    run.log.findings(outcome.warnings)
    return outcome

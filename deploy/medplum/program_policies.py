"""The AccessPolicies of programs: the bots' own ClientApplication, and Bots that act as themselves.

Beside `admin` on the membership such a policy narrows everything but ProjectMembership and Project,
which stay an administrator's (measured on Medplum 5.1.3). Each lists what the program does, which
is less than what it might: it reads no secret of a ClientApplication and no source code, and
changes of a Practitioner, and of a PractitionerRole, only what DoseSpot says and what is left to
check. The notification Bot alone reads Patients, whose prescriptions it brings in line; the
ClientApplication does not.
"""

from collections.abc import Sequence

from deploy.medplum.access_policy import BOT_SOURCE, access_policy
from fhir_profiles import Resource

SERVICE = "service"
"""The ClientApplication; every Bot has its own name."""

FIND = ["search", "read"]
WITH_HISTORY = [*FIND, "history"]
ONCE = ["search", "create"]
"""What a conditional create takes."""

WHO_THEY_ARE = [
    "identifier",
    "active",
    "name",
    "telecom",
    "address",
    "gender",
    "birthDate",
    "photo",
    "communication",
]
"""Elements of a Practitioner that no program changes; `extension`, `qualification` and `meta` are
left, which hold the registration status, EPCS, and the mark of a check that is due."""


NOT_THEIR_OWN = ["active", "name", "gender", "photo", "communication", "extension"]
"""Elements of a Practitioner that a prescriber does not even change of themselves by the bot for
that: who they are is an administrator's business, and what DoseSpot says is the other bots'."""

WHO_PATIENTS_ARE = [
    *WHO_THEY_ARE,
    "deceasedBoolean",
    "deceasedDateTime",
    "maritalStatus",
    "multipleBirthBoolean",
    "multipleBirthInteger",
    "contact",
    "generalPractitioner",
    "managingOrganization",
    "link",
]
"""Elements of a Patient that no program changes; `extension` is left, which has the pharmacies."""

WHAT_THEY_MAY = [
    "identifier",
    "active",
    "period",
    "practitioner",
    "organization",
    "code",
    "specialty",
    "location",
    "healthcareService",
    "telecom",
    "availableTime",
    "notAvailable",
    "availabilityExceptions",
    "endpoint",
]
"""Elements of a PractitionerRole that no program changes; `extension` and `meta` are left, which
hold the registration status at a clinic."""


def _rule(kind: str, interaction: Sequence[str], **more: Sequence[str]) -> Resource:
    return {"resourceType": kind, "interaction": list(interaction), **more}


TRAIL = _rule("AuditEvent", ONCE)
PEOPLE = _rule("Practitioner", FIND)
STATUS = _rule("Practitioner", [*FIND, "update"], readonlyFields=WHO_THEY_ARE)
GRANTS = _rule("PractitionerRole", WITH_HISTORY)
STATUS_AT_CLINIC = _rule(
    "PractitionerRole", [*WITH_HISTORY, "update"], readonlyFields=WHAT_THEY_MAY
)
DETAILS = (
    _rule("Practitioner", [*FIND, "update"], readonlyFields=NOT_THEIR_OWN),
    _rule(
        "PractitionerRole",
        [*WITH_HISTORY, "update"],
        readonlyFields=[one for one in WHAT_THEY_MAY if one != "identifier"],
    ),
)
"""What prescribers complete of themselves, and their numbers at a location."""
BOT = _rule("Bot", FIND, hiddenFields=BOT_SOURCE)
"""Whoever runs a bot reads which it is."""
CLINICS = _rule("Organization", FIND)
"""Which clinic a call means, where a project has several."""
PHARMACIES = _rule("Organization", [*FIND, "create"])
"""The same, and pharmacies, which are kept for everybody."""
KEPT = _rule("Basic", [*FIND, "create", "update"])
"""What runs keep for later ones, such as claims."""

BILLING = _rule("Account", [*WITH_HISTORY, "create", "update"])
"""For how long prescribers are billed; prescribers write Accounts too."""

CHARTS = (
    _rule("Patient", [*FIND, "update"], readonlyFields=WHO_PATIENTS_ARE),
    *(
        _rule(kind, [*FIND, "create", "update"])
        for kind in ("MedicationRequest", "MedicationDispense", "Task")
    ),
)
"""What a push notification about a prescription leads to."""

INVITATIONS = (
    _rule("Task", [*WITH_HISTORY, "create", "update"]),
    _rule("Communication", [*FIND, "create", "update"]),
)
"""Whom administrators invited, and the e-mails about it; prescribers write Tasks too, so older
versions say who wrote what."""

RULES: dict[str, Sequence[Resource]] = {
    SERVICE: (
        TRAIL,
        STATUS,
        STATUS_AT_CLINIC,
        KEPT,
        PHARMACIES,
        *INVITATIONS,
        BILLING,
        _rule("AccessPolicy", FIND),  # whom the form bot invites gets one
        _rule("MedicationKnowledge", ONCE),  # the clinic's favorites
        BOT,
    ),
    "notification": (TRAIL, STATUS, STATUS_AT_CLINIC, PHARMACIES, BILLING, BOT, *CHARTS),
    "sync_status": (TRAIL, STATUS, STATUS_AT_CLINIC, CLINICS, KEPT, BILLING, BOT),
    "readiness": (TRAIL, PEOPLE, GRANTS, CLINICS, BOT),
    "my_details": (TRAIL, *DETAILS, _rule("Location", FIND), CLINICS, BOT),
}
"""By program, what it may do. Every Bot with an administrator's membership stands here."""


def policy_name(program: str) -> str:
    """The policy's name; `program` is `SERVICE` or a bot's name."""
    return f"prescriber-bots: {program.replace('_', '-')}"


def program_policy(program: str) -> Resource:
    """The AccessPolicy of a program, without an id."""
    name, rules = policy_name(program), list(RULES[program])
    return {"resourceType": "AccessPolicy", "name": name, "resource": rules}


def policies() -> list[Resource]:
    """Every AccessPolicy that `register` makes, without ids: for prescribers and for programs."""
    return [access_policy(), *map(program_policy, RULES)]

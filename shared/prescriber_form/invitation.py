"""Making a prescriber a member of the project, with the Practitioner that there is as profile.

Medplum would look for a profile by e-mail address, and make one where it finds none; so the
invitation names the Practitioner. It names an AccessPolicy too: without one Medplum restricts a
member in nothing. Source: Medplum, "Invite User Endpoint".
"""

from dataclasses import dataclass, replace

from fhir_profiles import Resource
from fhir_profiles.elements import child, text
from fhir_profiles.project_membership import is_unrestricted
from fhir_profiles.systems import PRESCRIBER_POLICY
from shared.errors import BotError, EditConflict
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.search import by_name
from shared.prescriber_form.rules.form import PrescriberForm
from shared.records.findings import Finding, Findings

PATH = "invite"
MEMBER_ALREADY = (
    "the user with this e-mail address is already a member of the project with another profile;"
    " use another e-mail address, or have an administrator remove that membership"
)
NO_POLICY = (
    f"the project has no AccessPolicy called {PRESCRIBER_POLICY}, and without it the prescriber"
    " could read the secrets of the project's programs; run `prescriber-bots register` first, or"
    " send the form without invite"
)
SEVERAL_POLICIES = (
    f"the project has several AccessPolicies called {PRESCRIBER_POLICY}; delete all but one, or"
    " send the form without invite"
)
UNRESTRICTED = Finding(
    "ProjectMembership.accessPolicy",
    "nothing restricts what this member can read, including the secrets of the project's"
    " programs; have an"
    f" administrator assign the AccessPolicy {PRESCRIBER_POLICY}",
)
FAILED = "the prescriber could not be invited; run the bot again to invite"
NO_MAIL = (
    "the prescriber was invited, but the FHIR server could not send the e-mail; tell the prescriber"
    " how to sign in"
)


@dataclass(frozen=True)
class Invited:
    """How things stand after an invitation.

    Attributes:
        memberships: the ProjectMemberships of the Practitioner.
        invited: whether this run made one.
        warnings: why there is none, or what the prescriber has to know.
    """

    memberships: list[Resource]
    invited: bool = False
    warnings: tuple[Finding, ...] = ()


def policy_to_give(fhir: FhirClient, findings: Findings) -> str:
    """Reference of the AccessPolicy for invited prescribers.

    Notes a problem where the project does not have it exactly once.

    Args:
        fhir: may read AccessPolicies.
        findings: of the form.

    Raises:
        BotError: the FHIR server could not tell.
    """
    batch = Batch(fhir)
    policies_found = batch.search(f"AccessPolicy?{by_name(PRESCRIBER_POLICY)}&_count=1000")
    batch.send()
    found = [one for one in policies_found.all() if one.get("name") == PRESCRIBER_POLICY]
    if len(found) == 1:
        return f"AccessPolicy/{found[0]['id']}"
    findings.problem(PATH, SEVERAL_POLICIES if found else NO_POLICY)
    return ""


def unrestricted(memberships: list[Resource]) -> tuple[Finding, ...]:
    """A warning if nothing restricts one of the members."""
    return (UNRESTRICTED,) if any(map(is_unrestricted, memberships)) else ()


def invite(fhir: FhirClient, practitioner: str, form: PrescriberForm, policy: str) -> Invited:
    """Invites the prescriber; what goes wrong is a warning.

    The Practitioner is there whether the invitation works or not, and another run invites again.

    Args:
        fhir: acts as an administrator.
        practitioner: reference of the prescriber.
        form: has no problems.
        policy: reference of the AccessPolicy that the prescriber gets.
    """
    try:
        project = text(child(fhir.who_am_i(), "project").get("id"))
        answer = fhir.invite(project, invitation_of(practitioner, form, policy))
    except EditConflict:  # another run has invited, or the user is a member as somebody else
        return _outcome(fhir, practitioner, MEMBER_ALREADY, by_this_run=False)
    except BotError as error:
        return _outcome(fhir, practitioner, f"{FAILED}: {error}", by_this_run=True)
    if answer.get("resourceType") == "ProjectMembership":
        return Invited([answer], invited=True)
    found = _outcome(fhir, practitioner, FAILED, by_this_run=True)
    return replace(found, warnings=(Finding(PATH, NO_MAIL),)) if found.memberships else found


def invitation_of(practitioner: str, form: PrescriberForm, policy: str) -> Resource:
    """The body of the invitation."""
    return {
        "resourceType": "Practitioner",
        "firstName": form.name.first,
        "lastName": form.name.last,
        "email": form.email,
        "membership": {
            "profile": {"reference": practitioner},
            "accessPolicy": {"reference": policy},
        },
    }


def _outcome(fhir: FhirClient, practitioner: str, sentence: str, *, by_this_run: bool) -> Invited:
    """The memberships that exist by now; a warning says why if there are none."""
    batch = Batch(fhir)
    memberships_found = batch.memberships_of(practitioner)
    try:
        batch.send()
        memberships = memberships_found.all()
    except BotError:
        memberships = []
    if memberships:
        return Invited(memberships, invited=by_this_run)
    return Invited([], warnings=(Finding(PATH, sentence),))

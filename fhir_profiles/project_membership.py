"""What a member of a Medplum project may do, as the ProjectMembership says.

Source: Medplum, "Access Policies". Without a policy a member may do everything but administrate,
which includes reading the secret of a ClientApplication.
"""

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text


def is_active(membership: Resource) -> bool:
    """Whether the membership counts: nobody has deactivated it."""
    return membership.get("active") is not False


def is_administrator(membership: Resource) -> bool:
    """Whether the member administrates the project; who was deactivated does not any more."""
    return membership.get("admin") is True and is_active(membership)


def access_policy_of(membership: Resource) -> str | None:
    """Reference of the member's first AccessPolicy; None if there is none."""
    policies = [
        child(membership, "accessPolicy"),
        *(child(access, "policy") for _, access in entries(membership, "access")),
    ]
    return next((found for one in policies if (found := text(one.get("reference")))), None)


def is_unrestricted(membership: Resource) -> bool:
    """Whether nothing limits what a member reads, though the member is not an administrator."""
    return membership.get("admin") is not True and access_policy_of(membership) is None

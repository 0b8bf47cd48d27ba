"""What of a Task counts: what administrators wrote, and the answer of who is invited; pure.

Medplum lets prescribers write Tasks, so anybody could write themselves an invitation. What another
person writes is passed over: it neither invites nor takes an invitation away.
"""

from collections.abc import Collection, Sequence

from fhir_profiles import Resource
from fhir_profiles.elements import text
from fhir_profiles.invitation import InvitationStatus, owner_of
from shared.access.rules.grants import author_of

ANSWERS = (InvitationStatus.ACCEPTED.value, InvitationStatus.REJECTED.value)
_ANSWERABLE = (InvitationStatus.REQUESTED.value, *ANSWERS)


def as_it_counts(
    versions: Sequence[Resource | None], administrators: Collection[str]
) -> Resource | None:
    """The Task as it was last written by an administrator, with its owner's answer since then.

    Args:
        versions: the newest first; empty for a deletion, None for what can't be read.
        administrators: references of those whose word counts, our own client among them.

    Returns:
        That Task under the newest version's `meta`, so that it can be written; None if no
        administrator wrote it.
    """
    since: list[Resource] = []
    for version in versions:
        if version is None:
            return None
        if author_of(version) in administrators:
            return _answered(version, since, versions[0] or version)
        since.append(version)
    return None


def _answered(theirs: Resource, since: Sequence[Resource], newest: Resource) -> Resource:
    answers = [
        status
        for one in since
        if author_of(one) == owner_of(theirs) and (status := text(one.get("status"))) in ANSWERS
    ]
    counts = {**theirs, "meta": newest.get("meta", {})}
    if answers and theirs.get("status") in _ANSWERABLE:
        counts["status"] = answers[0]
    return counts

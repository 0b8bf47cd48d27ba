"""Going through everybody with a membership, page by page, as the server pages memberships.

They come in the order in which they were last written. A Medplum server goes on anywhere in that
order at the same cost, where `_offset` costs more with every page and ends at 10,000 (its docs,
"Paginated Search"). A membership that is written between two pages moves to the end: so nobody is
left out, and told twice is at most who was told before their membership was written. Only what is
written in the very moment in which the last page is read may have to wait for the next time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.elements import child, text
from fhir_profiles.instants import instant, last_updated
from shared.errors import Misconfigured
from shared.fhir.answers import misbehaved
from shared.fhir.client import FhirClient
from shared.fhir.denied import denied_as
from shared.members.enrolled import NO_CREDENTIAL
from shared.members.people import ProjectPractitioner, people

LEAST_COUNT = 20
"""With a smaller `_count` a Medplum server pages by `_offset` (the same docs)."""
PROFILES_AT_ONCE = 100
"""So many references make a URL that every proxy takes."""


@dataclass(frozen=True)
class MembersPage:
    """Some of the people of a project.

    Attributes:
        people: each with all memberships; those that were told on earlier pages are left out.
        last: the instant after which the next page begins; empty if nobody is left.
    """

    people: Sequence[ProjectPractitioner]
    last: str


def page_after(fhir: FhirClient, me: Resource, after: str, size: int) -> MembersPage:
    """The next people in the project of `me`, the answer of `auth/me`.

    Args:
        fhir: may read memberships.
        me: tells the project.
        after: `last` of the page before; empty to begin.
        size: how many memberships to go through; more where several were written at one instant.

    Raises:
        Misconfigured: the memberships may not be read; says what to set up.
        RemoteMisbehaved: the server does not say when it stored them, or begins anew.
        BotError: whatever the client raises.
    """
    project = {"project": f"Project/{text(child(me, 'project').get('id'))}"}
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        met, last = up_to_an_instant(_stored_after(fhir, project, after, size), size)
        if after and met and _written(met[0]) <= _moment(after):
            raise misbehaved()
        is_all = not after and not last
        theirs = met if is_all else list(_memberships_of(fhir, project, _profiles(met)))
    return MembersPage(newcomers(met, theirs, after), last)


def up_to_an_instant(memberships: Iterable[Resource], size: int) -> tuple[list[Resource], str]:
    """The first ones, all that were written at the same instant as the last one among them.

    Args:
        memberships: in the order in which they were written; no more is taken than is needed.
        size: how many, if no instant has several.

    Returns:
        They, and the instant of the last one; empty if nothing comes after.

    Raises:
        RemoteMisbehaved: one of them does not say when it was written.
    """
    first: list[Resource] = []
    for one in memberships:
        if len(first) >= size and _written(one) != _written(first[-1]):
            return first, str(last_updated(first[-1]))
        first.append(one)
    return first, ""


def newcomers(
    met: Sequence[Resource], theirs: Iterable[Resource], after: str
) -> list[ProjectPractitioner]:
    """Whom a page is the first to meet, in the order in which it meets them.

    Args:
        met: the page's memberships.
        theirs: all memberships of their profiles.
        after: the instant after which the page begins; empty for the first one.
    """
    known = {one.practitioner: one for one in people(theirs)}
    found = [known[profile] for profile in _profiles(met) if profile in known]
    return [one for one in found if not after or _first_written(one) > _moment(after)]


def _stored_after(
    fhir: FhirClient, project: Mapping[str, str], after: str, size: int
) -> Iterator[Resource]:
    params = {
        **project,
        "profile-type": "Practitioner",
        "_sort": "_lastUpdated",
        "_count": str(max(size + 1, LEAST_COUNT)),
    }
    return fhir.search_all(
        "ProjectMembership", {**params, "_lastUpdated": f"gt{after}"} if after else params
    )


def _memberships_of(
    fhir: FhirClient, project: Mapping[str, str], profiles: Sequence[str]
) -> Iterator[Resource]:
    for start in range(0, len(profiles), PROFILES_AT_ONCE):
        some = ",".join(profiles[start : start + PROFILES_AT_ONCE])
        yield from fhir.search_all("ProjectMembership", {**project, "profile": some})


def _profiles(memberships: Iterable[Resource]) -> list[str]:
    """The references of their profiles, each once."""
    found = (text(child(one, "profile").get("reference")) for one in memberships)
    return list(dict.fromkeys(filter(None, found)))


def _first_written(one: ProjectPractitioner) -> datetime:
    return min(_written(membership) for membership in one.memberships)


def _written(membership: Resource) -> datetime:
    return _moment(last_updated(membership))


def _moment(value: object) -> datetime:
    found = instant(value)
    if found is None:
        raise misbehaved()
    return found

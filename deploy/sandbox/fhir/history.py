"""From the versions of a resource to a history Bundle. Pure functions.

As Medplum answers (https://www.medplum.com/docs/sdk/core.medplumclient.readhistory): each entry
names its version as what one would GET, a deletion is an entry without a resource, and more pages
are asked for with `_count` and `_offset`: there is a total, but no link to the next.
"""

from collections.abc import Sequence

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.store import Version


def history_bundle(reference: str, versions: Sequence[Version], total: int, base: str) -> Resource:
    """The history Bundle.

    Args:
        reference: type and id of the resource.
        versions: those of the page, newest first.
        total: how many versions there are.
        base: FHIR base URL, with a trailing slash.
    """
    bundle: Resource = {"resourceType": "Bundle", "type": "history", "total": total}
    if versions:
        bundle["entry"] = [_entry(reference, version, base) for version in versions]
    return bundle


def _entry(reference: str, version: Version, base: str) -> Resource:
    url = f"{reference}/_history/{version.id}"
    entry: Resource = {
        "fullUrl": f"{base}{reference}",
        "request": {"method": "GET", "url": url},
        "response": {"status": "200", "outcome": outcomes.ok()},
    }
    if version.resource is not None:
        return {**entry, "resource": version.resource}
    gone = outcomes.deleted_on(version.written)
    return {**entry, "response": {"status": str(gone.status), "outcome": gone.outcome}}

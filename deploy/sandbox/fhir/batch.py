"""Bundles of type batch: each entry on its own, in order, with a status of its own.

See https://hl7.org/fhir/R4/http.html#transaction. Transactions are refused: a real project has
them only as a feature to be asked for.
"""

import base64
import binascii
import json
from typing import Any

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.interactions import FhirReply, Interaction, etag, perform
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.repository import Repository


def perform_batch(repository: Repository, bundle: Any, base: str) -> Resource:
    """The batch-response Bundle.

    Args:
        repository: on whose behalf.
        bundle: the Bundle that was sent.
        base: FHIR base URL, with a trailing slash.

    Raises:
        OutcomeError: 400, this is not a batch with entries.
    """
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise outcomes.invalid("Not a bundle")
    if bundle.get("type") != "batch":
        raise outcomes.invalid(f"Unsupported bundle type: {bundle.get('type')}")
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise outcomes.invalid("Missing bundle entries")
    replies = [_perform(repository, entry, base) for entry in entries]
    return {
        "resourceType": "Bundle",
        "type": "batch-response",
        "entry": [_response(reply) for reply in replies],
    }


def _perform(repository: Repository, entry: Any, base: str) -> FhirReply:
    try:
        return perform(repository, _interaction(entry), base)
    except outcomes.OutcomeError as error:
        return FhirReply(error.status, error.outcome)


def _interaction(entry: Any) -> Interaction:
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict):
        raise outcomes.invalid("Missing Bundle entry request")
    method, url = request.get("method"), request.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise outcomes.invalid("Missing Bundle entry request method or URL")
    path, _, query = url.partition("?")
    body = entry.get("resource")
    return Interaction(
        method=method,
        path=path,
        query=query,
        body=_patch(body) if method == "PATCH" else body,
        if_match=_optional(request, "ifMatch"),
        if_none_exist=_optional(request, "ifNoneExist"),
    )


def _optional(request: Resource, name: str) -> str | None:
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        raise outcomes.invalid(f"Invalid Bundle entry request {name}")
    return value


def _patch(resource: Any) -> Any:
    """The JSON Patch inside the Binary that a batch has to wrap it in."""
    try:
        return json.loads(base64.b64decode(resource["data"], validate=True))
    except (TypeError, KeyError, ValueError, binascii.Error):
        raise outcomes.invalid("Patch entry must include a Binary with the patch") from None


def _response(reply: FhirReply) -> Resource:
    response: Resource = {"status": str(reply.status)}
    if reply.resource is None and reply.body["resourceType"] == "OperationOutcome":
        return {"response": {**response, "outcome": reply.body}}
    response["outcome"] = outcomes.ok()
    if reply.resource is not None:
        response["etag"] = etag(reply.resource)
        response["location"] = f"{reply.resource['resourceType']}/{reply.resource['id']}"
    return {"response": response, "resource": reply.body}

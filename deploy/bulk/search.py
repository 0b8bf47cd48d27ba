"""Practitioners that a search finds, as rows, page by page."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from deploy.bulk.rows import PrescriberRow, id_row
from deploy.bulk.worker.administrator import OPERATOR_REFUSED
from deploy.bulk.worker.result import Given, PrescriberResult
from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text
from shared.errors import FhirDenied, RemoteMisbehaved
from shared.fhir.answers import SERVICE
from shared.fhir.calls import HEADERS
from shared.fhir.client import FhirClient
from shared.fhir.credential import Credential, send_as
from shared.http.sending import Call, Reply, Sender

SEARCHED = "Practitioner"
MOST_FOUND = 10_000
"""Medplum shows no page that begins later."""

_PAGING = frozenset({"_count", "_cursor", "_fields", "_offset", "_sort", "_summary", "_total"})


def search_params(query: str) -> dict[str, str]:
    """The parameters of a search such as `Practitioner?active=true`.

    Raises:
        ValueError: it is for another type, names a parameter twice, or one that pages.
    """
    searched, _, params_text = query.partition("?")
    pairs = parse_qsl(params_text, keep_blank_values=True)
    params = dict(pairs)
    if searched != SEARCHED or len(params) < len(pairs) or not _PAGING.isdisjoint(params):
        raise ValueError(
            "--search must look like 'Practitioner?active=true': each parameter once, and none for"
            f" paging ({', '.join(sorted(_PAGING))})."
        )
    return params


def found_rows(
    fhir: FhirClient, params: Mapping[str, str], defaults: Given
) -> Iterator[PrescriberRow | PrescriberResult]:
    """A row for each Practitioner that a search finds, page by page.

    Only ids are asked for, in an order that enrolling does not change.

    Raises:
        BotError: whatever the client raises.
    """
    paged = {**params, "_sort": "_id", "_fields": "id"}
    for practitioner in fhir.search_all(SEARCHED, paged):
        yield id_row(practitioner.get("id"), defaults)


def count_found(
    http: Sender, base_url: str, credential: Credential, params: Mapping[str, str]
) -> int:
    """How many Practitioners a search finds.

    Raises:
        ValueError: the server refuses the search, and says why; or they are more than it shows.
        FhirDenied: it refuses the sign-in.
        RemoteMisbehaved: it gives no total.
        BotError: whatever the sender raises.
    """
    query = urlencode({**params, "_summary": "count"})
    url = f"{base_url}fhir/R4/{SEARCHED}?{query}"
    call = Call(service=SERVICE, wish="answer", method="GET", url=url, headers=HEADERS)
    reply = send_as(credential, http, call)
    answer = _resource(reply)
    if reply.status == 401:
        raise FhirDenied(OPERATOR_REFUSED)
    if reply.status != 200:
        raise ValueError(
            f"The FHIR server refuses --search ({reply.status}): {_reason(answer, params)}"
        )
    found = answer.get("total")
    if not isinstance(found, int):
        raise RemoteMisbehaved("The FHIR server does not say how many the search finds.")
    if found > MOST_FOUND:
        raise ValueError(
            f"The search finds {found} Practitioners, and a server shows no more than {MOST_FOUND}."
            " Search for a part of them at a time, or give their ids in a file."
        )
    return found


def _resource(reply: Reply) -> Resource:
    """What was answered; an empty resource where that is none."""
    try:
        answer = reply.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _reason(outcome: Resource, params: Mapping[str, str]) -> str:
    """What an OperationOutcome says, without what was searched for: it may name somebody."""
    reasons = [
        text(child(issue, "details").get("text")) or text(issue.get("diagnostics"))
        for _, issue in entries(outcome, "issue")
    ]
    words = "; ".join(one for one in reasons if one) or "it does not say why"
    searched = sorted((value for value in params.values() if value), key=len, reverse=True)
    for value in searched:
        words = re.sub(re.escape(value), "…", words, flags=re.IGNORECASE)
    return f"{words.removesuffix('.')}."

"""OperationOutcomes as Medplum words them, and the one exception that carries them.

Only the outcomes that this server gives; what leads to them is decided elsewhere.
"""

from typing import Any

Resource = dict[str, Any]
"""A FHIR resource as plain JSON."""


class OutcomeError(Exception):
    """A request ends here with this HTTP status and OperationOutcome.

    Args:
        status: HTTP status.
        outcome: the OperationOutcome to send.
    """

    def __init__(self, status: int, outcome: Resource) -> None:
        super().__init__(outcome["issue"][0]["details"]["text"])
        self.status = status
        self.outcome = outcome


def ok() -> Resource:
    """The outcome of what went well and has nothing else to send."""
    return _outcome("information", "informational", "All OK", "ok")


def not_found() -> OutcomeError:
    """404: there is no such resource, or it belongs to another project."""
    return OutcomeError(404, _outcome("error", "not-found", "Not found", "not-found"))


def gone() -> OutcomeError:
    """410: the resource was deleted."""
    return OutcomeError(410, _outcome("error", "deleted", "Gone", "gone"))


def deleted_on(moment: str) -> OutcomeError:
    """410: this version of the resource is its deletion."""
    return OutcomeError(410, _outcome("error", "deleted", f"Deleted on {moment}", "gone"))


def forbidden() -> OutcomeError:
    """403: the caller may not do this to resources of this type."""
    return OutcomeError(403, _outcome("error", "forbidden", "Forbidden", "forbidden"))


def unauthorized() -> OutcomeError:
    """401: no access token, or none that is valid."""
    return OutcomeError(401, _outcome("error", "login", "Unauthorized", "unauthorized"))


def precondition_failed() -> OutcomeError:
    """412: the version in If-Match is not the current one."""
    outcome = _outcome("error", "processing", "Precondition Failed", "precondition-failed")
    return OutcomeError(412, outcome)


def multiple_matches() -> OutcomeError:
    """412: the search in If-None-Exist finds more than one resource."""
    text = "Multiple resources found matching condition"
    return OutcomeError(412, _outcome("error", "multiple-matches", text, "multiple-matches"))


def conflict(text: str) -> OutcomeError:
    """409: what there is already stands against it."""
    return OutcomeError(409, _outcome("error", "conflict", text, "conflict"))


def email_not_sent() -> Resource:
    """What an invitation is answered with where there is no email, though it was made."""
    text = "Could not send email. Make sure you have AWS SES set up."
    return _outcome("error", "exception", text, "ok")


def invalid(text: str, expression: str | None = None, code: str = "invalid") -> OutcomeError:
    """400: what was sent is wrong.

    Args:
        text: what is wrong with it.
        expression: FHIRPath of the element at fault, if there is one.
        code: FHIR issue type.
    """
    return refused([issue(code, text, expression)])


def refused(issues: list[Resource]) -> OutcomeError:
    """400: all that is wrong with what was sent."""
    return OutcomeError(400, {"resourceType": "OperationOutcome", "issue": issues})


def issue(
    code: str, text: str, expression: str | None = None, diagnostics: str | None = None
) -> Resource:
    """One error of an OperationOutcome.

    Args:
        code: FHIR issue type.
        text: what is wrong.
        expression: FHIRPath of the element at fault, if there is one.
        diagnostics: more for whoever mends it.
    """
    found: Resource = {"severity": "error", "code": code, "details": {"text": text}}
    if diagnostics:
        found["diagnostics"] = diagnostics
    if expression:
        found["expression"] = [expression]
    return found


def _outcome(severity: str, code: str, text: str, outcome_id: str | None = None) -> Resource:
    outcome: Resource = {"resourceType": "OperationOutcome"}
    if outcome_id:
        outcome["id"] = outcome_id
    outcome["issue"] = [{"severity": severity, "code": code, "details": {"text": text}}]
    return outcome

"""Which search parameters each resource type has: data, and its lookup.

Names, types and paths are those of https://hl7.org/fhir/R4/searchparameter-registry.html and, for
Medplum's own resource types, of https://www.medplum.com/docs/api/fhir/medplum. How a parameter is
matched stands in the search module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.sandbox.fhir.resources import has_identifier

ParameterType = Literal["token", "reference", "string", "date", "boolean"]


@dataclass(frozen=True)
class Parameter:
    """One search parameter.

    Args:
        code: its name in a query.
        kind: how its values are matched.
        paths: elements that it looks at, with dots.
        only: of ContactPoints, those with this system; of references, those to this type.
        of_type: whether it looks at the type that a reference points to, and not at which one.
    """

    code: str
    kind: ParameterType
    paths: tuple[str, ...]
    only: str | None = None
    of_type: bool = False


def _table(*parameters: Parameter) -> dict[str, Parameter]:
    return {parameter.code: parameter for parameter in parameters}


ALL_TYPES = _table(
    Parameter("_id", "token", ("id",)),
    Parameter("_lastUpdated", "date", ("meta.lastUpdated",)),
    Parameter("_tag", "token", ("meta.tag",)),
)
IDENTIFIER = _table(Parameter("identifier", "token", ("identifier",)))
NAME = _table(Parameter("name", "string", ("name",)))
CANONICAL = _table(Parameter("url", "token", ("url",)), Parameter("name", "string", ("name",)))
PERSON = _table(
    Parameter("name", "string", ("name",)),
    Parameter("family", "string", ("name.family",)),
    Parameter("given", "string", ("name.given",)),
    Parameter("telecom", "token", ("telecom",)),
    Parameter("email", "token", ("telecom",), only="email"),
    Parameter("phone", "token", ("telecom",), only="phone"),
    Parameter("active", "boolean", ("active",)),
)

TARGET = _table(Parameter("target", "reference", ("target",)))
STATUS = _table(Parameter("status", "token", ("status",)))
SUBJECT = _table(
    Parameter("subject", "reference", ("subject",)),
    Parameter("patient", "reference", ("subject",), only="Patient"),
)

BY_TYPE: Mapping[str, Mapping[str, Parameter]] = {
    "Practitioner": {
        **PERSON,
        **_table(Parameter("qualification-code", "token", ("qualification.code",))),
    },
    "PractitionerRole": _table(
        Parameter("practitioner", "reference", ("practitioner",)),
        Parameter("active", "boolean", ("active",)),
        Parameter("organization", "reference", ("organization",)),
        Parameter("location", "reference", ("location",)),
        Parameter("role", "token", ("code",)),
    ),
    "Patient": {
        **PERSON,
        **_table(
            Parameter("birthdate", "date", ("birthDate",)),
            Parameter("general-practitioner", "reference", ("generalPractitioner",)),
        ),
    },
    "Organization": {**NAME, **_table(Parameter("active", "boolean", ("active",)))},
    "Location": {
        **NAME,
        **_table(Parameter("organization", "reference", ("managingOrganization",))),
    },
    "Account": {**SUBJECT, **STATUS},
    "Communication": {**SUBJECT, **STATUS},
    "MedicationRequest": {**SUBJECT, **STATUS},
    "MedicationDispense": {**SUBJECT, **STATUS},
    "Observation": {
        **SUBJECT,
        **STATUS,
        **_table(
            Parameter("code", "token", ("code",)),
            Parameter("date", "date", ("effectiveDateTime", "effectivePeriod", "effectiveInstant")),
        ),
    },
    "Task": {
        **STATUS,
        **_table(
            Parameter("business-status", "token", ("businessStatus",)),
            Parameter("code", "token", ("code",)),
            Parameter("focus", "reference", ("focus",)),
            Parameter("owner", "reference", ("owner",)),
            Parameter("patient", "reference", ("for",), only="Patient"),
            Parameter("subject", "reference", ("for",)),
        ),
    },
    "ClaimResponse": _table(Parameter("request", "reference", ("request",))),
    "DetectedIssue": _table(Parameter("patient", "reference", ("patient",))),
    "MedicationKnowledge": _table(Parameter("code", "token", ("code",))),
    "Provenance": TARGET,
    "VerificationResult": TARGET,
    "AuditEvent": _table(
        Parameter("date", "date", ("recorded",)),
        Parameter("entity", "reference", ("entity.what",)),
        Parameter("agent", "reference", ("agent.who",)),
        Parameter("type", "token", ("type",)),
    ),
    "ProjectMembership": _table(
        Parameter("project", "reference", ("project",)),
        Parameter("user", "reference", ("user",)),
        Parameter("profile", "reference", ("profile",)),
        Parameter("profile-type", "token", ("profile",), of_type=True),
        Parameter("user-name", "string", ("userName",)),
        Parameter("external-id", "string", ("externalId",)),
        Parameter("access-policy", "reference", ("accessPolicy",)),
    ),
    "Project": {**NAME, **_table(Parameter("owner", "reference", ("owner",)))},
    "Bot": NAME,
    "ClientApplication": NAME,
    "AccessPolicy": NAME,
    "CodeSystem": CANONICAL,
    "OperationDefinition": {**CANONICAL, **_table(Parameter("code", "token", ("code",)))},
    "SearchParameter": CANONICAL,
    "StructureDefinition": CANONICAL,
    "Subscription": STATUS,
    "ValueSet": CANONICAL,
    "User": _table(Parameter("email", "string", ("email",))),
}


def parameters(resource_type: str) -> Mapping[str, Parameter]:
    """All search parameters of a type, by name."""
    identifier = IDENTIFIER if has_identifier(resource_type) else {}
    return {**ALL_TYPES, **identifier, **BY_TYPE.get(resource_type, {})}

"""Whether a resource is what it says it is: known type, no unknown field, right structure.

FHIR's types are checked with the R4B models of `fhir.resources`, Medplum's own with those of
`medplum_types`. Only checks: nothing of a resource is rewritten. Each FHIR model is imported when
its type is first met, since all of them together take seconds.
"""

import json
import threading
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from deploy.sandbox.fhir.medplum_types import OWN_TYPES
from deploy.sandbox.fhir.outcomes import OutcomeError, Resource, invalid, not_found

OWN_META = frozenset({"project", "author", "compartment", "account", "accounts"})
# The FHIR models build those of their elements when first used; two threads must not at once.
BUILDING = threading.Lock()
ABSTRACT = frozenset({"Resource", "DomainResource"})


@cache
def model_of(resource_type: str) -> type[BaseModel]:
    """The model that resources of this type are checked with.

    Raises:
        OutcomeError: 404, there is no such resource type.
    """
    if resource_type in OWN_TYPES:
        return OWN_TYPES[resource_type]
    from fhir.resources.R4B import get_fhir_model_class, resource  # noqa: PLC0415 - slow to import

    try:
        model: type[BaseModel] = get_fhir_model_class(resource_type)
    except ValueError:
        raise not_found() from None
    if resource_type in ABSTRACT or not issubclass(model, resource.Resource):
        raise not_found()
    return model


def has_identifier(resource_type: str) -> bool:
    """Whether resources of this type have business identifiers that can be searched for.

    Raises:
        OutcomeError: 404, there is no such resource type.
    """
    return "identifier" in model_of(resource_type).model_fields


def validate(resource_type: str, body: Any) -> Resource:
    """Returns `body` when it is a valid resource of the given type.

    Raises:
        OutcomeError: 404 for an unknown type, 400 for whatever is wrong with the body.
    """
    model_of(resource_type)
    if not isinstance(body, dict):
        raise invalid("Resource is not a JSON object", code="structure")
    if body.get("resourceType") != resource_type:
        sent = body.get("resourceType")
        raise invalid(f"Incorrect resource type: expected {resource_type}, but found {sent}")
    _refuse_invalid(resource_type, json.dumps(body))
    return body


@lru_cache(maxsize=512)
def _refuse_invalid(resource_type: str, text: str) -> None:
    """Checks a text once: the profiles, which take longest, are written to project after project.

    Raises:
        OutcomeError: 400; it is not remembered.
    """
    body = json.loads(text)
    _refuse_nulls(body, resource_type)
    try:
        with BUILDING:
            checked = model_of(resource_type).model_validate(without_own_meta(body))
    except ValidationError as error:
        raise _structure_error(resource_type, error) from None
    _refuse_coerced(body, checked, resource_type)


def without_own_meta(resource: Resource) -> Resource:
    """The resource without those fields of `meta` that FHIR does not have and Medplum adds."""
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return resource
    return {**resource, "meta": {k: v for k, v in meta.items() if k not in OWN_META}}


def _refuse_nulls(node: Any, path: str) -> None:
    if node is None:
        raise invalid("Invalid null value", path, "structure")
    if isinstance(node, dict):
        for key, value in node.items():
            _refuse_nulls(value, f"{path}.{key}")
    # FHIR pads the list that holds the extensions of repeated primitives with nulls.
    if isinstance(node, list) and not path.rpartition(".")[2].startswith("_"):
        for index, value in enumerate(node):
            _refuse_nulls(value, f"{path}[{index}]")


def _refuse_coerced(sent: Any, checked: Any, path: str) -> None:
    """The FHIR models take "true" for true and "1" for 1, which FHIR's JSON does not."""
    if isinstance(sent, dict) and isinstance(checked, BaseModel):
        fields, values = _fields(type(checked)), vars(checked)
        for key in sent.keys() & fields.keys():
            _refuse_coerced(sent[key], values[fields[key]], f"{path}.{key}")
    elif isinstance(sent, list) and isinstance(checked, list):
        for index, (one, other) in enumerate(zip(sent, checked, strict=False)):
            _refuse_coerced(one, other, f"{path}[{index}]")
    elif isinstance(sent, str) and isinstance(checked, int | float | Decimal):
        raise invalid("Invalid type: a string was not expected", path, "structure")


@cache
def _fields(model: type[BaseModel]) -> dict[str, str]:
    """The names of a model's fields by what they are called in JSON."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _structure_error(resource_type: str, error: ValidationError) -> OutcomeError:
    first = error.errors()[0]
    path = ".".join([resource_type, *(str(part) for part in first["loc"])])
    if first["type"] == "extra_forbidden":
        return invalid(f'Invalid additional property "{first["loc"][-1]}"', path, "structure")
    if first["type"] == "missing":
        return invalid("Missing required property", path, "structure")
    return invalid(first["msg"], path, "structure")

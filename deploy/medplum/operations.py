"""The OperationDefinitions by which a Medplum server runs bots as operations of its own; pure.

Source: https://www.medplum.com/docs/bots/custom-fhir-operations. A server finds one by its code.
"""

from collections.abc import Sequence

from bots.catalog import BOTS
from fhir_profiles import Resource
from fhir_profiles.elements import entries
from fhir_profiles.systems import CANONICAL, OPERATION_IMPLEMENTATION
from shared.runtime.bot import BotFunction, CustomOperation

WITH_OPERATION: Sequence[tuple[BotFunction, CustomOperation]] = [
    (bot, bot.operation) for bot in BOTS if bot.operation is not None
]


def operation_name(operation: CustomOperation) -> str:
    """What people call it, such as `Practitioner/$code`."""
    return f"{operation.on}/${operation.code}"


def wanted_operation(
    found: Resource, bot: BotFunction, operation: CustomOperation, bot_reference: str
) -> Resource:
    """The OperationDefinition that names the Bot.

    Args:
        found: as it is, or an empty one; what others added to it stays.
        bot: what it runs.
        operation: its type and code.
        bot_reference: reference of the Bot.
    """
    others = [
        one for _, one in entries(found, "extension") if one.get("url") != OPERATION_IMPLEMENTATION
    ]
    implementation = {
        "url": OPERATION_IMPLEMENTATION,
        "valueReference": {"reference": bot_reference},
    }
    return {
        "url": f"{CANONICAL}/OperationDefinition/{operation.code}",
        **found,
        "resourceType": "OperationDefinition",
        "extension": [*others, implementation],
        "name": operation.code,
        "status": "active",
        "kind": "operation",
        "description": bot.description,
        "affectsState": True,
        "code": operation.code,
        "resource": [operation.on],
        "system": False,
        "type": True,
        "instance": False,
        "parameter": [*_inputs(bot), _RETURN],
    }


_RETURN = {"name": "return", "use": "out", "min": 1, "max": "1", "type": "Parameters"}


def _inputs(bot: BotFunction) -> list[Resource]:
    model, _ = bot.models
    return [
        {
            "name": name,
            "use": "in",
            "min": int(field.is_required()),
            "max": "1",
            "documentation": field.description or name,
            "type": "string",
        }
        for name, field in model.model_fields.items()
    ]

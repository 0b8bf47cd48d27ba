"""The JSON Schema (draft 2020-12) of what the bots take and answer, from their models."""

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from deploy.reference.form_schema import TITLE as FORM
from deploy.reference.form_schema import form_schemas
from shared.runtime.bot import BotFunction
from shared.runtime.inputs import AnyOutput, BotInput

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
INPUT: JsonSchemaMode = "validation"
OUTPUT: JsonSchemaMode = "serialization"


class _Generator(GenerateJsonSchema):
    """Fields have descriptions and need no titles; our serializers only leave fields out."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def ser_schema(self, schema: Any) -> Schema | None:
        return None if schema["type"].startswith("function") else super().ser_schema(schema)


def json_schema(bots: Iterable[BotFunction]) -> Schema:
    """One schema that describes `{IDENTIFIER: {input, output}}` for these bots.

    What a bot takes and answers is below `$defs`, by the name of its model, such as
    `#/$defs/AdminEnrollInput`.
    """
    chosen = list(bots)
    models: list[tuple[type[BotInput | AnyOutput], JsonSchemaMode]] = []
    for bot in chosen:
        given, answered = bot.models
        models += [(given, INPUT), (answered, OUTPUT)]
    _, document = models_json_schema(models, schema_generator=_Generator)
    definitions = document["$defs"]
    if FORM in definitions:
        definitions |= form_schemas()
    return {
        "$schema": DIALECT,
        "title": "prescriber-bots",
        "description": "The bots' inputs and outputs, by the bot's identifier.",
        "type": "object",
        "properties": {bot.identifier: _contract(bot) for bot in chosen},
        "additionalProperties": False,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _contract(bot: BotFunction) -> Schema:
    given, answered = bot.models
    return {
        "description": bot.description,
        "type": "object",
        "properties": {
            "input": {"$ref": f"#/$defs/{given.__name__}"},
            "output": {"$ref": f"#/$defs/{answered.__name__}"},
        },
        "required": ["input", "output"],
        "additionalProperties": False,
    }

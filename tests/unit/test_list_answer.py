"""A bot that answers with a bare array, in the runtime and in what is made from its contract."""

import json
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator

from deploy.reference.json_schema import json_schema
from deploy.reference.page import described
from deploy.reference.typescript import typescript
from shared.errors import NotAuthorized
from shared.runtime.bot import BotFunction, bot
from shared.runtime.inputs import BotInput, ListOutput, resource_schema
from shared.runtime.invocation import Invocation
from shared.runtime.services import Services
from tests.builders import lambda_payload

PAIRS: list[dict[str, Any]] = [{"resourceType": "Basic", "odd": None}, {"resourceType": "Basic"}]


class PairInput(BotInput):
    """Nothing."""


class PairOutput(ListOutput[Annotated[dict[str, Any], resource_schema("Basic")]]):
    """What there is a pair of."""


def declared(*, refuses: bool = False) -> BotFunction:
    def pair(request: PairInput, invocation: Invocation) -> PairOutput:
        """Answers.

        Raises:
            NotAuthorized: it refuses.
            BotError: never.
        """
        if refuses:
            raise NotAuthorized("No.")
        return PairOutput(PAIRS)

    return bot(
        identifier="pair-bot", description="Makes a pair.", callers="Anybody.", run_as_user=True
    )(pair)


def test_the_runtime_answers_the_array_itself_as_it_is() -> None:
    answer = declared().handler(Services)(lambda_payload({}), None)
    assert json.loads(json.dumps(answer)) == PAIRS


def test_a_long_array_is_not_copied_to_be_answered() -> None:
    answer = PairOutput(PAIRS)
    assert answer.as_json() is answer.root


def test_such_a_bot_raises_as_any_other_does() -> None:
    with pytest.raises(NotAuthorized, match=r"No\."):
        declared(refuses=True).handler(Services)(lambda_payload({}), None)


def test_its_schema_takes_arrays_of_the_resource_only() -> None:
    schema = json_schema([declared()])
    output = schema["properties"]["pair-bot"]["properties"]["output"]
    validator = Draft202012Validator({"$defs": schema["$defs"], **output})
    assert [validator.is_valid(one) for one in (PAIRS, [], {}, [{}])] == [True, True, False, False]


def test_the_page_shows_what_the_array_holds() -> None:
    assert "| `[]` | Basic | What there is a pair of. |\n" in described(declared())


def test_its_type_is_an_array() -> None:
    told = typescript(json_schema([declared()]))
    assert (
        '\nexport type PairOutput = {\n  resourceType: "Basic";\n  [key: string]: unknown;\n}[];'
        in told
    )

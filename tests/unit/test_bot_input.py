"""What is wrong with an input is told in sentences, all of it at once, and never quoted."""

import pkgutil
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, RootModel, ValidationInfo, field_validator
from pydantic_core import SchemaSerializer, SchemaValidator

import bots
import shared
from shared.errors import InputRefused
from shared.records.identifiers import RuleBroken
from shared.runtime.bot_input import ANOTHER_FORM, parse_input
from shared.runtime.inputs import BotInput


class Color(StrEnum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


def shouted(given: str) -> str:
    if not given.isalpha():
        raise RuleBroken("must be letters; {correct} it")
    return given.upper()


class Part(BotInput):
    word: Annotated[str, AfterValidator(shouted)]
    size: Annotated[int, Field(ge=1, le=9)] | None = None


class Whole(BotInput):
    name: str
    on: bool | None = None
    parts: Annotated[list[Part], Field(min_length=1, max_length=5)]
    color: Annotated[Color, Field(strict=False)] = Color.RED
    named: dict[str, Part] | None = None
    free: Any = None

    @field_validator("named")
    @classmethod
    def _only_off(cls, named: Any, info: ValidationInfo) -> Any:
        if named and info.data.get("on"):
            raise ValueError("is not for what is on")
        return named


GOOD: dict[str, Any] = {"name": "n", "parts": [{"word": "a"}]}
LIMITS = {"ge", "gt", "le", "lt", "max_length", "min_length", "multiple_of", "pattern"}
UNKNOWN = "this bot has no such input; remove it"
NO_UNICODE = "has characters that are not valid Unicode; leave them out"

NAMES = st.sampled_from([*Whole.model_fields, *Part.model_fields, "other", "\u00e9", "\ud800"])
TEXTS = st.text(max_size=3) | st.sampled_from(["red", "Jane Smith", "\ud800"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(0, 10) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


def refusal(given_json: Any) -> str:
    with pytest.raises(InputRefused) as refused:
        parse_input(Whole, given_json)
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)
    return str(refused.value)


def told(*problems: str) -> str:
    return f"The bot's input was refused. {'; '.join(problems)}."


def test_what_is_of_the_wanted_form_is_taken() -> None:
    rest: dict[str, Any] = {
        "color": "blue",
        "on": False,
        "named": {"k": {"word": "b", "size": 9}},
        "free": [1],
    }
    assert parse_input(Whole, {**GOOD, **rest}) == Whole.model_construct(
        name="n",
        on=False,
        parts=[Part.model_construct(word="A")],
        color=Color.BLUE,
        named={"k": Part.model_construct(word="B", size=9)},
        free=[1],
    )


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = {
        "parts": [{"word": "a1", "size": 0}, {"size": 10, "more": 1}, [], {"word": 7, "size": "1"}],
        "color": "secret",
        "on": "yes",
        "named": {"k": None},
        "more": 1,
    }
    assert refusal(wrong) == told(
        "name: is required; add it",
        "on: must be true or false",
        "parts[0].word: must be letters; {correct} it",
        "parts[0].size: must be at least 1",
        "parts[1].word: is required; add it",
        "parts[1].size: must be at most 9",
        f"parts[1].more: {UNKNOWN}",
        "parts[2]: must be an object",
        "parts[3].word: must be a string",
        "parts[3].size: must be a whole number",
        "color: must be 'red', 'green' or 'blue'",
        "named.k: must be an object",
        f"more: {UNKNOWN}",
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": None}, "name: must be a string"),
        ({"name": 1}, "name: must be a string"),
        ({"on": 1}, "on: must be true or false"),
        ({"parts": []}, "parts: must have at least 1 entry"),
        ({"parts": [{"word": "a"}] * 6}, "parts: must have at most 5 entries"),
        ({"parts": "a"}, "parts: must be a list"),
        ({"parts": [{"word": "a", "size": True}]}, "parts[0].size: must be a whole number"),
        ({"parts": [{"word": "a", "size": 1.0}]}, "parts[0].size: must be a whole number"),
        ({"parts": [{"word": "a", "size": 10**400}]}, "parts[0].size: must be at most 9"),
        ({"named": []}, "named: must be an object"),
        ({"on": True, "named": {"k": {"word": "b"}}}, "named: is not for what is on"),
        ({"Jane Smith": 1}, f"?: {UNKNOWN}"),
        ({"color": "\ud800"}, f"color: {NO_UNICODE}"),
        ({"\ud800": 1}, f"?: {NO_UNICODE}"),
    ],
    ids=ascii,
)
def test_a_single_problem_is_told(change: dict[str, Any], problem: str) -> None:
    assert refusal({**GOOD, **change}) == told(problem)


@given(JSON.map(lambda some: {**GOOD, **some} if isinstance(some, dict) else {"named": some}))
def test_whatever_is_refused_has_a_sentence_and_is_not_quoted(some: Any) -> None:
    try:
        parse_input(Whole, some)
    except InputRefused as refused:
        text = str(refused)
        assert ANOTHER_FORM not in text
        assert "Jane" not in text
        assert text.isascii()


def models() -> list[type[BaseModel]]:
    """Every model of ours that a function could have imported."""
    for package in (bots, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    found, seen = [BaseModel], set[type[BaseModel]]()
    while found:
        seen |= {*(below := found.pop().__subclasses__())}
        found += below
    ours = [one for one in seen if one.__module__.partition(".")[0] in ("bots", "shared")]
    return [one for one in ours if one.__pydantic_generic_metadata__["origin"] is not RootModel]


def test_every_model_is_complete_once_it_is_imported() -> None:
    assert len(models()) > 30
    for model in models():
        assert type(model.__pydantic_validator__) is SchemaValidator, model
        assert type(model.__pydantic_serializer__) is SchemaSerializer, model
        assert not model.model_config.get("defer_build"), model


def test_no_error_of_a_model_quotes_what_it_was_given() -> None:
    assert [one for one in models() if not one.model_config.get("hide_input_in_errors")] == []


def kinds(schema: Any) -> set[str]:
    """The kinds of core schema that are in one, and the limits that they have."""
    if isinstance(schema, dict):
        kind = {schema["type"]} if isinstance(schema.get("type"), str) else set()
        return kind.union(LIMITS & schema.keys(), *map(kinds, schema.values()))
    return set().union(*map(kinds, schema)) if isinstance(schema, list | tuple) else set()


def test_the_inputs_hold_nothing_that_was_not_tried_here() -> None:
    inputs = [model for model in models() if issubclass(model, BotInput)]
    used = set().union(*(kinds(model.__pydantic_core_schema__) for model in inputs))
    assert used - {"function-before"} <= kinds(Whole.__pydantic_core_schema__)

"""Values from JSON: what is taken, and that all that is wrong is told at once and not quoted."""

from enum import StrEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct, ValidationError, convert

from shared.shapes import CheckedText, Malformed, Misfit, made


class Color(StrEnum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


def shouted(given: str) -> str:
    if not given.isalpha():
        raise ValueError("must be letters")
    return given.upper()


class Shout(CheckedText, rule=shouted):
    pass


class Part(Struct, forbid_unknown_fields=True):
    word: Shout
    size: Annotated[int, Meta(ge=1, le=9)] | None = None


class Whole(Struct, forbid_unknown_fields=True):
    name: str
    parts: Annotated[list[Part], Meta(min_length=1)]
    color: Color = Color.RED
    on: bool | None = None
    named: dict[str, Part] | None = None
    free: Any = None

    def __post_init__(self) -> None:
        if self.on and self.named:
            raise Misfit("named", "is not for what is on")


GOOD = {"name": "n", "parts": [{"word": "a"}]}

NAMES = st.sampled_from([*Whole.__struct_fields__, *Part.__struct_fields__, "other"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


def by_msgspec(given_json: Any) -> Any:
    return convert(given_json, Whole, dec_hook=lambda wanted, one: wanted(one))


def problems(given_json: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(Malformed) as refused:
        made(Whole, given_json)
    assert str(refused.value) == "not of the wanted type"
    return dict(refused.value.problems)


def test_what_is_of_the_wanted_type_is_taken() -> None:
    rest: dict[str, Any] = {
        "color": "blue",
        "on": False,
        "named": {"k": {"word": "b", "size": 9}},
        "free": [1],
    }
    whole = made(Whole, {**GOOD, **rest})
    assert whole == Whole("n", [Part(Shout("a"))], Color.BLUE, False, {"k": Part("B", 9)}, [1])


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = {
        "parts": [{"word": "a1", "size": 0}, {"size": 10, "more": 1}, [], {"word": 7, "size": "1"}],
        "color": "secret",
        "on": "yes",
        "named": {"k": None},
        "more": 1,
    }
    assert problems(wrong) == {
        ("name",): "is required; add it",
        ("parts", 0, "word"): "must be letters",
        ("parts", 0, "size"): "must be at least 1",
        ("parts", 1, "word"): "is required; add it",
        ("parts", 1, "size"): "must be at most 9",
        ("parts", 1, "more"): "this bot has no such input; leave it out",
        ("parts", 2): "must be an object",
        ("parts", 3, "word"): "must be a text",
        ("parts", 3, "size"): "must be a whole number",
        ("color",): "must be 'red', 'green' or 'blue'",
        ("on",): "must be true or false",
        ("named", "k"): "must be an object",
        ("more",): "this bot has no such input; leave it out",
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": None}, {("name",): "must be a text"}),
        ({"parts": []}, {("parts",): "must have at least 1 entry"}),
        ({"parts": "a"}, {("parts",): "must be a list"}),
        ({"named": []}, {("named",): "must be an object"}),
        ({"on": True, "named": {"k": {"word": "b"}}}, {("named",): "is not for what is on"}),
    ],
    ids=str,
)
def test_a_single_problem_is_told(change: dict[str, Any], problem: dict[Any, str]) -> None:
    assert problems({**GOOD, **change}) == problem


@given(JSON.map(lambda some: {**GOOD, **some} if isinstance(some, dict) else some))
def test_what_msgspec_refuses_has_a_sentence_and_nothing_else_has(some: Any) -> None:
    try:
        wanted = by_msgspec(some)
    except ValidationError:
        assert all(
            sentence != "is not of the documented form" for sentence in problems(some).values()
        )
        assert problems(some)
    else:
        assert made(Whole, some) == wanted

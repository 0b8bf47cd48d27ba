"""Values of the wanted types from JSON; all that is wrong with it is told at once, and not quoted.

msgspec makes the values and stops at the first thing that is wrong, so JSON that it refuses is
looked at again part by part. A type with a rule of its own is a class that is made from what is
given and raises a ValueError, whose text says what is wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar

from msgspec import ValidationError, convert
from msgspec.inspect import (
    AnyType,
    BoolType,
    CustomType,
    DictType,
    EnumType,
    IntType,
    ListType,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    type_info,
)

T = TypeVar("T")
Path = tuple[str | int, ...]
Problem = tuple[Path, str]

_ANOTHER_FORM = "is not of the documented form"
_PLAIN: Mapping[type[Type], tuple[type, str]] = {
    BoolType: (bool, "must be true or false"),
    DictType: (dict, "must be an object"),
    ListType: (list, "must be a list"),
    StrType: (str, "must be a text"),
    StructType: (dict, "must be an object"),
}


class CheckedText(str):
    """A text that keeps the rule with which its class is made.

    The rule gives the text as it is kept, or raises a ValueError whose text is a sentence.

    Args:
        given: a text that keeps the rule; anything else raises ValueError.
    """

    __slots__ = ()
    _rule: ClassVar[Callable[[str], str]]

    def __init_subclass__(cls, rule: Callable[[str], str]) -> None:
        cls._rule = staticmethod(rule)

    def __new__(cls, given: Any) -> Self:
        """Takes what the rule makes of the text."""
        if not isinstance(given, str):
            raise ValueError("must be a text")  # noqa: TRY004 - what is told is a ValueError
        return super().__new__(cls, cls._rule(given))


class Malformed(ValueError):
    """What was given is not of the wanted type.

    Attributes:
        problems: for each part that is wrong its path and a sentence about it.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("not of the wanted type")
        self.problems = problems


class Misfit(ValueError):
    """A field does not fit the others; raised by the `__post_init__` of a type.

    Args:
        field: its name.
        sentence: what is wrong with it, without its value.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def made(wanted: type[T], given: Any) -> T:
    """What was given, as a value of the wanted type.

    Args:
        wanted: a type that msgspec knows, or a class that is made from what is given.
        given: JSON as Python has it.

    Raises:
        Malformed: it is not of that type.
    """
    try:
        return convert(given, wanted, dec_hook=_by_itself)
    except ValidationError:
        problems = [*_problems(type_info(wanted), given, ())]
    raise Malformed(problems or [((), _ANOTHER_FORM)])


def _by_itself(wanted: type[Any], given: Any) -> Any:
    return wanted(given)


def _problems(wanted: Type, given: Any, path: Path) -> Iterator[Problem]:
    match wanted, given:
        case UnionType(), None:
            pass
        case UnionType(), _:  # of a type and None; none of ours has more
            one = next(one for one in wanted.types if not isinstance(one, NoneType))
            yield from _problems(one, given, path)
        case StructType(), dict():
            found = [*_problems_of_fields(wanted, given, path)]
            yield from found or _misfits(wanted, given, path)
        case DictType(), dict():
            for name, value in given.items():
                yield from _problems(wanted.value_type, value, (*path, name))
        case ListType(), list():
            if len(given) < (wanted.min_length or 0):
                yield path, f"must have at least {wanted.min_length} entry"
            for index, value in enumerate(given):
                yield from _problems(wanted.item_type, value, (*path, index))
        case _:
            if sentence := _sentence(wanted, given):
                yield path, sentence


def _problems_of_fields(wanted: StructType, given: dict[str, Any], path: Path) -> Iterator[Problem]:
    known = {field.encode_name: field for field in wanted.fields}
    for name, field in known.items():
        if name in given:
            yield from _problems(field.type, given[name], (*path, name))
        elif field.required:
            yield (*path, name), "is required; add it"
    if wanted.forbid_unknown_fields:
        for name in given:
            if name not in known:
                yield (*path, name), "this bot has no such input; leave it out"


def _misfits(wanted: StructType, given: dict[str, Any], path: Path) -> Iterator[Problem]:
    try:
        convert(given, wanted.cls, dec_hook=_by_itself)
    except ValidationError as error:
        if isinstance(error.__cause__, Misfit):
            yield (*path, error.__cause__.field), str(error.__cause__)


def _sentence(wanted: Type, given: Any) -> str | None:
    """What a single value must be; None where it is that."""
    match wanted:
        case AnyType():
            return None
        case CustomType():
            return _own_sentence(wanted.cls, given)
        case EnumType():
            allowed = [member.value for member in wanted.cls]
            return None if given in allowed else f"must be {_either(allowed)}"
        case IntType():
            return _number_sentence(wanted, given)
        case _:
            plain, sentence = _PLAIN.get(type(wanted), ((), _ANOTHER_FORM))
            return None if isinstance(given, plain) else sentence


def _own_sentence(wanted: type[Any], given: Any) -> str | None:
    try:
        wanted(given)
    except ValueError as error:
        return str(error)
    return None


def _number_sentence(wanted: IntType, given: Any) -> str | None:
    if type(given) is not int:
        return "must be a whole number"
    if wanted.ge is not None and given < wanted.ge:
        return f"must be at least {wanted.ge}"
    if wanted.le is not None and given > wanted.le:
        return f"must be at most {wanted.le}"
    return None


def _either(allowed: Sequence[Any]) -> str:
    *others, last = (f"'{value}'" for value in allowed)
    return f"{', '.join(others)} or {last}" if others else last

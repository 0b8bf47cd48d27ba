"""The pages' own scripts: their words as Node.js reads them, and the texts in their source."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.sandbox.pages import STATIC

SCRIPTS = STATIC / "js"
WORDS = SCRIPTS / "words"

_READ = """
const tables = {};
for (const url of JSON.parse(process.argv[1])) {
  Object.assign(tables, await import(url));
}
const source = (key, value) => (typeof value === "function" ? String(value) : value);
console.log(JSON.stringify(tables, source));
"""

_LITERAL = r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`'
_COMMENT = r"/\*.*?\*/|//[^\n]*"
_PATTERN = r"(?<=[(=:,!&|?{;\[ ])/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"
_TOKEN = re.compile(
    rf"(?P<comment>{_COMMENT})|(?P<literal>{_LITERAL})|(?P<pattern>{_PATTERN})|(?P<other>.)",
    re.DOTALL,
)


class Literal(NamedTuple):
    """A text in a script: what it says, and the source before it, to tell what it is for."""

    text: str
    before: str


def run_node(script: str, *arguments: Any) -> Any:
    """What a module prints as JSON; the test is skipped where there is no Node.js."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js")
    told = [json.dumps(argument) for argument in arguments]
    command = [node, "--input-type=module", "-e", script, "--", *told]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return json.loads(ended.stdout)


def tables() -> dict[str, Any]:
    """Every table of words by its name; what is a function is its source."""
    urls = [path.as_uri() for path in sorted(WORDS.glob("*.js"))]
    found: dict[str, Any] = run_node(_READ, urls)
    return found


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a table, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


def modules() -> list[Path]:
    """The scripts that hold no words."""
    return sorted(SCRIPTS.glob("*.js"))


def literals(source: str) -> Iterator[Literal]:
    """The texts of a script, without comments; `{}` is what varies in a template."""
    before = ""
    for token in _TOKEN.finditer(source):
        if token["literal"] is not None:
            fixed = re.sub(r"\$\{[^}]*\}", "{}", token["literal"][1:-1])
            yield Literal(fixed, before)
        before = "" if token["comment"] else before[-200:] + token[0]

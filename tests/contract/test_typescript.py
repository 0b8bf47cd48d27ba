"""The TypeScript types of the bots, tried by the TypeScript compiler on what callers write."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from bots.catalog import BOTS
from deploy.cli import main
from deploy.reference.json_schema import json_schema
from deploy.reference.typescript import typescript
from tests import npm

pytestmark = pytest.mark.outside

FILES = Path(__file__).parent / "typescript"


def test_the_types_compile_and_find_a_callers_mistakes(tmp_path: Path) -> None:
    folder = npm.install(FILES, tmp_path / "typescript")
    file = folder / "bots.ts"
    done = CliRunner().invoke(main, ["schema", "--typescript", "--output", str(file)])
    assert done.exit_code == 0, done.output
    compiled = subprocess.run(
        ["node", "node_modules/typescript/bin/tsc"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=npm.TIMEOUT_S,
        check=False,
    )
    assert (compiled.returncode, compiled.stdout) == (0, "")


def test_every_model_has_a_type_of_its_name() -> None:
    schema = json_schema(BOTS)
    text = typescript(schema)
    for name in (*schema["$defs"], "Bots"):
        assert f"\nexport interface {name} {{" in text or f"\nexport type {name} = " in text


def test_what_is_not_translated_is_no_silent_any() -> None:
    schema = {"description": "", "properties": {}, "$defs": {"Odd": {"type": "tuple"}}}
    with pytest.raises(ValueError, match="No TypeScript type is known for 'tuple'"):
        typescript(schema)

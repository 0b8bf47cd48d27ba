"""The README's enrollment by hand, run as it stands there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WALK = re.compile(
    r"<!-- walk -->\n\s*```bash\n(?P<commands>.*?)\n\s*```"
    r"(\n\s*```text\n(?P<printed>.*?)\n\s*```)?",
    re.DOTALL,
)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_six_steps_print_what_the_readme_shows(tmp_path: Path) -> None:
    blocks = list(WALK.finditer((ROOT / "README.md").read_text(encoding="utf-8")))
    script = "\n".join(_dedented(block["commands"]) for block in blocks)
    script = script.replace("$PWD/.venv/bin", str(Path(sys.executable).parent))
    result = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    expected = "\n".join(_dedented(block["printed"]) for block in blocks if block["printed"])
    assert result.stdout.splitlines() == expected.splitlines(), result.stderr
    assert len(blocks) >= 10


def _dedented(text: str) -> str:
    """The text without the list's indentation, which is that of its first line."""
    margin = len(text) - len(text.lstrip(" "))
    return "\n".join(line[margin:] for line in text.splitlines())

"""The README's enrollment by hand, run as it stands there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.outside

ROOT = Path(__file__).parents[2]
WALK = re.compile(
    r"<!-- walk -->\n\s*```bash\n(?P<commands>.*?)\n\s*```"
    r"(\n\s*```text\n(?P<printed>.*?)\n\s*```)?",
    re.DOTALL,
)


ANY_PORTS = " ".join(
    f"--{server}-port 0" for server in ("fhir", "dosespot", "functions", "pages", "nppes")
)


def _walk(folder: Path, options: str, last: int | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the walk's commands as they stand there, the sandbox with these options too."""
    script = "\n".join(_dedented(block["commands"]) for block in _blocks()[:last])
    script = script.replace("$PWD/.venv/bin", str(Path(sys.executable).parent))
    assert "prescriber-bots sandbox " in script
    script = script.replace("prescriber-bots sandbox ", f"prescriber-bots sandbox {options} ")
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def _blocks() -> list[re.Match[str]]:
    return list(WALK.finditer((ROOT / "README.md").read_text(encoding="utf-8")))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_six_steps_print_what_the_readme_shows(tmp_path: Path) -> None:
    result = _walk(tmp_path, ANY_PORTS)
    printed = [_dedented(block["printed"]) for block in _blocks() if block["printed"]]
    assert result.stdout.splitlines() == "\n".join(printed).splitlines(), result.stderr
    assert len(_blocks()) >= 10


def test_a_sandbox_that_does_not_start_ends_the_wait(tmp_path: Path) -> None:
    (tmp_path / "ready.json").write_text("of another day")
    result = _walk(tmp_path, "--fhir-port 70000", 1)
    assert (result.returncode, result.stdout) == (0, "")
    assert "70000 is not in the range" in result.stderr
    assert not (tmp_path / "ready.json").exists()


def _dedented(text: str) -> str:
    """The text without the list's indentation, which is that of its first line."""
    margin = len(text) - len(text.lstrip(" "))
    return "\n".join(line[margin:] for line in text.splitlines())

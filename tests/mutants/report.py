"""What mutmut found: who survived, and whether each survivor is explained."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from json import loads
from pathlib import Path

MOST_SURVIVORS = 0.03
"""The share of all mutants that may survive."""
EXPLANATIONS = Path(__file__).with_name("survivors.toml")
UNNOTICED = (0, 5, 33)
"""mutmut's codes of mutants that no test noticed, or that no test even came to."""
NOTICED = (1, 3, 24, -24, 36, 152, 255)
"""mutmut's codes of mutants that made a test fail, or run on and on."""


@dataclass(frozen=True, order=True)
class Survivor:
    """A mutant by what it changes, which stays the same when other code does.

    Attributes:
        function: module, class and name.
        was: the changed line or lines, without their white space at the ends.
        became: what stands there instead.
    """

    function: str
    was: str
    became: str

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.was}\n  + {self.became}"


@dataclass(frozen=True)
class Report:
    """What came of a run.

    Attributes:
        killed: how many mutants a test noticed.
        survivors: those that none noticed.
        untold: how many mutants mutmut said nothing useful of.
    """

    killed: int
    survivors: tuple[Survivor, ...]
    untold: int

    @property
    def tried(self) -> int:
        """How many mutants there are."""
        return self.killed + len(self.survivors) + self.untold

    @property
    def share(self) -> float:
        """The share that survived."""
        return len(self.survivors) / self.tried

    @property
    def unexplained(self) -> list[Survivor]:
        """Survivors of which nobody says why."""
        known = explained()
        return [one for one in self.survivors if one not in known]

    @property
    def stale(self) -> list[Survivor]:
        """Explanations of mutants that did not survive."""
        return sorted(explained() - set(self.survivors))

    @property
    def is_in_order(self) -> bool:
        """Whether few survived and each of them is explained."""
        few = self.tried > 0 and self.share <= MOST_SURVIVORS
        return few and not (self.unexplained or self.stale or self.untold)


def explained() -> set[Survivor]:
    """The survivors that the file of explanations names, each with a reason."""
    rows = tomllib.loads(EXPLANATIONS.read_text(encoding="utf-8"))["survivor"]
    if not all(row["because"].strip() for row in rows):
        raise ValueError(f"{EXPLANATIONS.name}: every survivor needs a reason")
    return {
        Survivor(f"{group['function']}", group["was"], became)
        for group in rows
        for became in group["became"]
    }


def read_report(directory: Path) -> Report:
    """What mutmut's own files say of its last run."""
    codes = dict(_codes(directory))
    survivors = sorted(_survivor(name) for name, code in codes.items() if code in UNNOTICED)
    killed = sum(code in NOTICED for code in codes.values())
    return Report(killed, tuple(survivors), len(codes) - killed - len(survivors))


def _codes(directory: Path) -> Iterator[tuple[str, int | None]]:
    for path in sorted(directory.rglob("*.py.meta")):
        yield from loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items()


def _survivor(name: str) -> Survivor:
    """A mutant, named by mutmut, as what it changes."""
    mutmut = Path(sys.executable).with_name("mutmut")
    shown = subprocess.run(
        [mutmut, "show", name], check=True, capture_output=True, text=True
    ).stdout
    return survivor(name, shown)


def survivor(name: str, shown: str) -> Survivor:
    """A mutant as what it changes.

    Args:
        name: mutmut's, such as `shared.http.pace.xǁPaceǁwait__mutmut_4`.
        shown: mutmut's diff of it.
    """
    lines = [line for line in shown.splitlines() if not line.startswith(("---", "+++", "#"))]
    was, became = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    module, _, mangled = name.partition("__mutmut_")[0].rpartition(".")
    function = mangled.removeprefix("x").replace("ǁ", ".").removeprefix("_").removeprefix(".")
    return Survivor(f"{module}.{function}", was, became)

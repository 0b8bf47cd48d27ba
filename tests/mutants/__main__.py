"""`make mutants`: tries every mutant, prints the survivors, and fails where there are too many.

pyproject.toml says which modules are changed and which tests have to notice. A survivor is
accepted only if `survivors.toml` says why no test could notice it, and if they are few.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from time import monotonic

from tests.mutants.report import Report, explained, read_report

CHANGED = Path("mutants")
"""Where mutmut keeps the changed code."""
PROCESSES = 2


def main() -> int:
    """Runs mutmut and prints what came of it; 1 where something is not in order."""
    shutil.rmtree(CHANGED, ignore_errors=True)
    started = monotonic()
    mutmut = Path(sys.executable).with_name("mutmut")
    run = subprocess.run(
        [mutmut, "run", "--max-children", str(PROCESSES)], check=False, capture_output=True
    )
    if run.returncode:
        print(run.stdout.decode(errors="replace")[-4000:])
        print(run.stderr.decode(errors="replace")[-4000:])
        return run.returncode
    report = read_report(CHANGED)
    print(told(report, (monotonic() - started) / 60))
    return 0 if report.is_in_order else 1


def told(report: Report, minutes: float) -> str:
    """The report as lines of text."""
    lines = [str(survivor) for survivor in report.unexplained]
    if lines:
        lines.append("Add a test that notices these, or say in survivors.toml why none can.")
    stale = [f"{one} is explained, and did not survive" for one in report.stale]
    summary = (
        f"{report.tried} mutants, {report.killed} killed, {len(report.survivors)} survived"
        f" ({report.share:.1%}), {len(explained())} explained; {minutes:.0f} minutes"
    )
    return "\n".join([*lines, *stale, summary])


if __name__ == "__main__":
    sys.exit(main())

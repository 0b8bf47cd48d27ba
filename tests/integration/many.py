"""Runs `enroll-many` against the sandbox, and reads what it leaves."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from deploy.cli import main
from tests.integration.clinic import Clinic, Member


@dataclass
class Many:
    """A folder with a file of prescribers and one of results."""

    clinic: Clinic
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "MEDPLUM_BASE_URL": self.clinic.fhir_url,
            "MEDPLUM_ACCESS_TOKEN": self.clinic.admin.token,
        }

    @property
    def results_path(self) -> Path:
        return self.folder / "results.jsonl"

    def file(self, *members: Member, lines: tuple[str, ...] = ()) -> str:
        """A file with a row for each member, and more lines."""
        path = self.folder / "prescribers.csv"
        rows = ["practitionerId,practitionerRoleTypes", *(f"{one.id},1" for one in members), *lines]
        path.write_text("\n".join(rows) + "\n")
        return str(path)

    def run(self, *arguments: str, stdin: str | None = None, **environment: str) -> Result:
        """A run that adds to the results file, or a dry one."""
        results = () if "--dry-run" in arguments else ("--results", str(self.results_path))
        return CliRunner().invoke(
            main,
            ["enroll-many", *arguments, *results],
            input=stdin,
            env={**self.environment, **environment},
            catch_exceptions=False,
        )

    def counts(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """What a run counts, without its seconds."""
        told: dict[str, Any] = json.loads(self.run(*arguments, "--json", **environment).stdout)
        del told["seconds"]
        return told

    def results(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.results_path.read_text().splitlines()]

    def outcomes(self) -> dict[str, str]:
        """The last outcome of each prescriber."""
        return {one["practitionerId"]: one["outcome"] for one in self.results()}

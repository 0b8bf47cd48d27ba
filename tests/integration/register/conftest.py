"""An empty project of the sandbox's FHIR server, to which the command is applied over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.project import Project, Servers, new_project


@pytest.fixture
def project(running: Servers, tmp_path: Path) -> Iterator[Project]:
    project = new_project(running, tmp_path)
    project.reset()
    with project.session:
        yield project

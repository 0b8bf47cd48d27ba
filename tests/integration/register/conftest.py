"""An empty project of the sandbox's FHIR server, to which the command is applied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.project import Project, Servers, in_use, new_project


@pytest.fixture
def project(running: Servers, tmp_path: Path) -> Iterator[Project]:
    """An empty one."""
    with in_use(new_project(running, tmp_path)) as project:
        yield project

"""A project of the sandbox's FHIR server, empty or not, to which the command is applied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.project import Project, Servers, in_use, new_project


@pytest.fixture
def project(running: Servers, tmp_path: Path) -> Iterator[Project]:
    """An empty one."""
    with in_use(new_project(running, tmp_path)) as project:
        yield project


@pytest.fixture(scope="module")
def shared_registered(running: Servers, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = new_project(running, tmp_path_factory.mktemp("registered"))
    assert project.register().exit_code == 0
    return project


@pytest.fixture
def registered(shared_registered: Project) -> Iterator[Project]:
    """One on which the command has run."""
    with in_use(shared_registered) as project:
        yield project

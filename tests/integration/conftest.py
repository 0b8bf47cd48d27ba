"""One sandbox for each file of integration tests; each test brings its own people.

Not one for all files: what goes through everybody of a project would go through the people of
every test before, which takes far longer than the tenth of a second that a sandbox does.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from deploy.sandbox.sandbox import Sandbox
from shared.runtime.services import Services
from shared.timing import Timing
from tests.integration.clinic import DEA, Clinic, Member, opened, undisturbed
from tests.integration.creating import setting
from tests.integration.project import Project, Servers, in_use, new_project, servers
from tests.integration.relaying import Node
from tests.integration.self_service import (
    SELF_BOT,
    SERVICE_SECRETS,
    bot_as_itself,
    grant,
    without_secrets,
)
from tests.integration.several import TwoClinics, two_clinics


def hurried() -> Services:
    """Claims and lookups that end soon, so that a test that sees them out need not wait long."""
    timing = Timing(claim_s=3.0, create_s=1.5, poll_s=0.05)
    return Services(timing=timing)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(make_services=hurried) as running:
        yield running


@pytest.fixture(scope="module")
def shared_clinic(sandbox: Sandbox) -> Iterator[Clinic]:
    with opened(sandbox) as clinic:
        yield clinic


@pytest.fixture
def clinic(shared_clinic: Clinic) -> Iterator[Clinic]:
    with undisturbed(shared_clinic) as clinic:
        yield clinic


@pytest.fixture(scope="module")
def shared_two(sandbox: Sandbox) -> Iterator[TwoClinics]:
    """The project with a second clinic, while the tests of a file run."""
    clinic = Clinic(sandbox)
    clinic.reset()
    with clinic.session, two_clinics(clinic) as two:
        yield two


@pytest.fixture
def two(shared_two: TwoClinics) -> Iterator[TwoClinics]:
    shared_two.clinic.reset()
    yield shared_two
    shared_two.clinic.reset()


@pytest.fixture(params=["raised", pytest.param("returned", marks=pytest.mark.torture)])
def both_ways(request: pytest.FixtureRequest, clinic: Clinic) -> Iterator[str]:
    """What the bots do with their errors; a test that has it is run both ways.

    The second way is `make torture`'s, but for a refusal of each kind of each bot
    (test_returned_errors.py).
    """
    if request.param == "raised":  # as where nothing is set
        yield request.param
        return
    with setting(clinic, "MEDPLUM_BOT_ERRORS", request.param):
        clinic.reset()
        yield request.param


@pytest.fixture(scope="module")
def running() -> Iterator[Servers]:
    """Servers to which the commands are applied."""
    with servers() as running:
        yield running


@pytest.fixture(scope="module")
def shared_registered(running: Servers, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = new_project(running, tmp_path_factory.mktemp("registered"))
    assert project.register().exit_code == 0
    return project


@pytest.fixture
def registered(shared_registered: Project) -> Iterator[Project]:
    """A project on which `register` has run."""
    with in_use(shared_registered) as project:
        yield project


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """What runs JavaScript bots."""
    with closing(Node()) as node:
        yield node


@pytest.fixture
def prescriber(clinic: Clinic) -> Member:
    """Somebody with DEA numbers in two states."""
    return clinic.add_member(dea=DEA)


@pytest.fixture
def granted(clinic: Clinic, prescriber: Member) -> Member:
    """The same, whom an administrator lets enroll themselves."""
    grant(clinic, prescriber)
    clinic.reset()
    return prescriber


@pytest.fixture(params=["as-user", pytest.param("as-itself", marks=pytest.mark.torture)])
def self_bot(request: pytest.FixtureRequest, clinic: Clinic) -> Iterator[str]:
    """The self-enroll bot's identifier in either set-up."""
    if request.param == "as-user":
        yield SELF_BOT
        return
    with (
        without_secrets(clinic, *SERVICE_SECRETS),
        bot_as_itself(clinic, SELF_BOT, admin=True) as identifier,
    ):
        clinic.reset()
        yield identifier

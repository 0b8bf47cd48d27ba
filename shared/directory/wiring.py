"""The directory of a project, wired for a run."""

from shared.directory.project import KnownReferences, ProjectDirectory
from shared.members.enrolled import enrolled_with
from shared.runtime.invocation import Invocation


def project_directory_of(run: Invocation, project: str) -> ProjectDirectory:
    """The prescribers and pharmacies of the project with that id."""
    members = run.privileged_fhir
    return ProjectDirectory(
        fhir=members,
        members=lambda ids: enrolled_with(members, ids),
        known=run.services.kept(KnownReferences),
        scope=f"{run.base_url} {project}",
    )

"""What an operation is: where it is reached, what it takes, and the function that carries it out.

Holds the words that `admin`, `clinics`, `prescriber`, `patients` and `prescribing` are written in,
and who may touch whom; no HTTP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter

from deploy.sandbox.dosespot.accounts import Session
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import (
    CLINICIAN_ADMIN,
    ClinicEnrollment,
    ClinicianAccount,
    Rejection,
)
from deploy.sandbox.dosespot.steps import StepOutcome


@dataclass(frozen=True)
class NotThere:
    """An answer with the status 404 and without a body."""


@dataclass(frozen=True)
class Several:
    """An answer for each of several things, in their order; None where one was done."""

    refusals: tuple[Rejection | None, ...]


OperationReply = dict[str, Any] | Rejection | NotThere | Several

NOT_AUTHORIZED = Rejection("ClinicianID", "User is not authorized to do this action.")
NOT_FOUND = Rejection("ClinicianId", "Clinician not found")


@dataclass(frozen=True)
class ApiCall:
    """One call of an operation, with a body that has the right shape.

    `path_ids` are the numbers in the path. `body` is the query where that is what has a shape.
    """

    backend: DoseSpotBackend
    session: Session
    query: Mapping[str, str]
    path_ids: tuple[int, ...]
    body: Any

    @property
    def target_id(self) -> int | None:
        """Whom or what the path is about, None if it names nobody."""
        return next(iter(self.path_ids), None)

    @property
    def clinic_id(self) -> int:
        """The token's clinic."""
        return self.session.clinic_id

    def is_admin(self) -> bool:
        """Whether the caller may act for other clinicians in the token's clinic."""
        authority = self.backend.directory.get(self.session.authority_id)
        if authority is None or self.clinic_id not in authority.enrollments:
            return False
        return CLINICIAN_ADMIN in authority.enrollments[self.clinic_id].roles

    def user(self) -> ClinicianAccount:
        """The token's own clinician.

        Raises:
            LookupError: nobody has the id that the token was issued for.
        """
        clinician = self.backend.directory.get(self.session.user_id)
        if clinician is None:
            raise LookupError(self.session.user_id)
        return clinician

    def readable(self) -> ClinicianAccount | Rejection:
        """The clinician in the path, for whoever may see them."""
        if self.target_id != self.session.user_id and not self.is_admin():
            return NOT_AUTHORIZED
        return self.backend.directory.get(self.target_id or 0) or NOT_FOUND

    def writable(self) -> ClinicianAccount | Rejection:
        """The clinician in the path, for whoever may change them in the token's clinic."""
        if not self.is_admin():
            return NOT_AUTHORIZED
        clinician = self.backend.directory.get(self.target_id or 0)
        if clinician is None:
            return NOT_FOUND
        return clinician if self.clinic_id in clinician.enrollments else NOT_AUTHORIZED

    def keep(self, clinician: ClinicianAccount, outcome: StepOutcome) -> OperationReply:
        """Stores what a step made of the enrollment in the token's clinic, unless it refused."""
        if isinstance(outcome, Rejection):
            return outcome
        self.backend.directory.put(clinician.linked(self.clinic_id, outcome))
        return {}

    def own_enrollment(self) -> tuple[ClinicianAccount, ClinicEnrollment]:
        """The token's own clinician, and where they are in the token's clinic."""
        clinician = self.user()
        return clinician, clinician.enrollments[self.clinic_id]


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    `path` follows `api/`. `body` is the shape of the request's body, None if there is none.
    `on_error` is what an ERROR carries beside its Result. `query` is the shape of the query, None
    if any will do; no operation has both.
    """

    method: str
    path: str
    carry_out: Callable[[ApiCall], OperationReply]
    body: TypeAdapter[Any] | None = None
    on_error: Mapping[str, Any] = field(default_factory=dict)
    query: TypeAdapter[Any] | None = None

    @property
    def name(self) -> str:
        """What the operation's calls are counted under."""
        return f"{self.method} {self.path}"


def shape(body: type[BaseModel]) -> TypeAdapter[Any]:
    """The shape of a body that is one object."""
    return TypeAdapter(body)

"""What DoseSpot knows of a clinician, and how being created, edited and linked changes it.

Frozen values; `steps` holds the rules of the enrollment itself. No HTTP, no clock, no storage, and
nothing of what a person types to prove who they are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

PENDING = "Pending"
REGISTRATION_SUCCESS = "RegistrationSuccess"
IDP_INITIALIZE_SUCCESS = "IDPInitializeSuccess"
IDP_SUCCESS = "IDPSuccess"
IDP_ERROR = "IDPError"
TFA_ACTIVATE_INIT = "TFAActivateInit"
TFA_ACTIVATED_SUCCESS = "TFAActivatedSuccess"
TFA_ACTIVATED_ERROR = "TFAActivatedError"
TFA_DEACTIVATE_INIT = "TFADeactivateInit"
TFA_DEACTIVATED_SUCCESS = "TFADeactivatedSuccess"
TFA_DEACTIVATED_ERROR = "TFADeactivatedError"

CLINICIAN_ADMIN = "ClinicianAdmin"
PROXY_CLINICIAN = "ProxyClinician"
PRESCRIBING_ROLES = frozenset({"PrescribingClinician", "PrescribingAgentClinician"})

TfaDevice = Literal["Mobile", "Token"]


@dataclass(frozen=True)
class Rejection:
    """Why DoseSpot does not do what was asked: the field it blames, and a sentence."""

    field: str
    details: str

    def __str__(self) -> str:
        return f"Property: {self.field} Details: {self.details}"


class Agreement(BaseModel):
    """A legal agreement between one clinician and one clinic; `signed_at` is None until signed."""

    model_config = ConfigDict(frozen=True)

    id: int
    signed_at: datetime | None = None


class ClinicEnrollment(BaseModel):
    """What one clinician has reached in one clinic.

    `status` is the last step reached. `idp_inits` and `tfa_inits` count the initializations that
    took effect. `stale_status` is what the next `stale_reads` reads of the status still answer,
    and all reads before `stale_until`.
    """

    model_config = ConfigDict(frozen=True)

    roles: tuple[str, ...]
    agreements: tuple[Agreement, ...]
    status: str = PENDING
    disclaimer_id: int
    disclaimer_accepted_at: datetime | None = None
    idp_session: str | None = None
    idp_failures: int = 0
    idp_inits: int = 0
    tfa_type: TfaDevice | None = None
    tfa_failures: int = 0
    tfa_inits: int = 0
    supervisor_id: int | None = None
    stale_status: str | None = None
    stale_reads: int = 0
    stale_until: datetime | None = None

    @property
    def prescribes(self) -> bool:
        """Whether one of the roles is to prescribe."""
        return not PRESCRIBING_ROLES.isdisjoint(self.roles)

    @property
    def agreements_signed(self) -> int:
        """How many of the agreements are signed."""
        return sum(agreement.signed_at is not None for agreement in self.agreements)


class ClinicianAccount(BaseModel):
    """A person, as DoseSpot knows them.

    `record` is what was last accepted under the names of the request (AddEditClinicianRequest);
    `enrollments` has one entry for each clinic the person is linked to, by ClinicId.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    record: dict[str, Any]
    enrollments: dict[int, ClinicEnrollment]
    created_at: datetime
    confirmed: bool = True
    locked: bool = False
    pin_hash: str | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.record['FirstName']} {self.record['LastName']}"

    @property
    def npi(self) -> str | None:
        """The NPI, None without one."""
        number: str | None = self.record.get("NPINumber")
        return number

    @property
    def active(self) -> bool:
        """Whether nothing says that the person is inactive."""
        return self.record.get("Active") is not False

    @property
    def dea_numbers(self) -> list[str]:
        """Every DEA number, each once."""
        listed = [entry["DEANumber"] for entry in self.record.get("DEANumbers") or []]
        single = self.record.get("DEANumber")
        return listed if single is None or single in listed else [single, *listed]

    def linked(self, clinic_id: int, enrollment: ClinicEnrollment) -> "ClinicianAccount":
        """The same person with this enrollment in that clinic."""
        return self.model_copy(update={"enrollments": {**self.enrollments, clinic_id: enrollment}})


def unlinked(clinician: ClinicianAccount, clinic_id: int) -> ClinicianAccount:
    """The same person without that clinic."""
    kept = {number: one for number, one in clinician.enrollments.items() if number != clinic_id}
    return clinician.model_copy(update={"enrollments": kept})


def new_enrollment(roles: list[str], numbers: tuple[int, ...]) -> ClinicEnrollment:
    """Nothing signed and nothing proven yet.

    Args:
        roles: names of the role types.
        numbers: unused ids, one for each agreement and the last for the identity disclaimer.
    """
    *agreements, disclaimer_id = numbers
    return ClinicEnrollment(
        roles=tuple(roles),
        agreements=tuple(Agreement(id=number) for number in agreements),
        disclaimer_id=disclaimer_id,
    )


def edit(clinician: ClinicianAccount, clinic_id: int, record: dict[str, Any]) -> ClinicianAccount:
    """The clinician after a PUT through one clinic.

    Args:
        clinician: as they were.
        clinic_id: the token's clinic, whose roles are replaced.
        record: every field, None if there is nothing.
    """
    roles = tuple(record["ClinicianRoleType"])
    enrollment = clinician.enrollments[clinic_id].model_copy(update={"roles": roles})
    return clinician.model_copy(update={"record": record}).linked(clinic_id, enrollment)

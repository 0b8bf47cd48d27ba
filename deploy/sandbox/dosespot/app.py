"""Puts the server together: state, routes, and faults around them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from deploy.sandbox.dosespot import api, control, iframe
from deploy.sandbox.dosespot.backend import DoseSpotBackend, utc_now
from deploy.sandbox.dosespot.prescribing import control as prescribing_control
from deploy.sandbox.dosespot.prescribing import progress
from deploy.sandbox.faults import FaultInjector


class DoseSpotServer:
    """The ASGI application, with the keys of its default clinic.

    Attributes:
        clinic_id: ClinicId of the clinic that is there from the beginning.
        clinic_key: its ClinicKey.
        subscription_key: what every call has to send as `Subscription-Key`.
    """

    def __init__(self, backend: DoseSpotBackend) -> None:
        self._backend = backend
        self._app = FaultInjector(
            Router(
                [
                    *api.routes(backend),
                    *iframe.routes(backend),
                    *control.routes(backend),
                    *prescribing_control.routes(backend),
                ],
                redirect_slashes=False,
            )
        )
        self.clinic_id: int = backend.accounts.default_clinic_id
        self.clinic_key: str = backend.accounts.clinic_key(self.clinic_id) or ""
        self.subscription_key: str = backend.accounts.subscription_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection event as the ASGI specification has it."""
        await self._app(scope, receive, send)

    def add_clinician(
        self, record: dict[str, Any], role_types: list[str], status: str = "RegistrationSuccess"
    ) -> int:
        """Makes a clinician in the default clinic without a call, and answers the ClinicianId.

        The first administrator of a clinic cannot come about in any other way.

        Args:
            record: the fields of an AddEditClinicianRequest, but for ClinicianRoleType.
            role_types: names of the role types.
            status: the step that the clinician has reached; beyond Pending all is signed.

        Raises:
            ValueError: the record is not one that a clinician can have.
        """
        with self._backend.transaction():
            return self._backend.add_clinician(record, role_types, status)

    def behind(self) -> AbstractContextManager[DoseSpotBackend]:
        """What the server knows, to be changed without a call; all of it takes effect together.

        The modules of `prescribing` change prescriptions and what is around them.
        """
        return self._backend.changing()

    def forget_calls(self) -> None:
        """Counts calls from now on."""
        self._app.forget_calls()

    def close(self) -> None:
        """Lets go of the database; the server answers no call after that."""
        self._backend.close()


def create_app(database: str = ":memory:", now: Callable[[], datetime] = utc_now) -> DoseSpotServer:
    """A server over a database; one that was used before is as it was left.

    Args:
        database: path of the SQLite file, or ":memory:" for one that ends with the process.
        now: answers the present moment; tests pass a clock of their own.
    """
    return DoseSpotServer(DoseSpotBackend(database, now, progress.take_due_steps))

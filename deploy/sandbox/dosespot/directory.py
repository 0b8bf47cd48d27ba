"""The clinicians that DoseSpot knows: kept in a store, found by id, NPI, DEA number or e-mail."""

from collections.abc import Iterator

from deploy.sandbox.dosespot.clinician import ClinicEnrollment, ClinicianAccount, new_enrollment
from deploy.sandbox.dosespot.store import DocumentStore

FIRST_CLINICIAN_ID = 10001
FIRST_AGREEMENT_ID = 50001
AGREEMENTS = 3

_NPI, _EMAIL = "$.record.NPINumber", "$.record.Email"


class Directory:
    """All clinicians of all clinics."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        for path in (_NPI, _EMAIL):
            store.index("clinician", path)
        self._changes: list[tuple[ClinicianAccount | None, ClinicianAccount]] = []

    def get(self, clinician_id: int) -> ClinicianAccount | None:
        """The clinician, None if nobody has this id."""
        document = self._store.get("clinician", clinician_id)
        return None if document is None else ClinicianAccount.model_validate(document)

    def put(self, clinician: ClinicianAccount) -> None:
        """Stores a clinician in the place of what was stored under that id."""
        self._changes.append((self.get(clinician.id), clinician))
        document = clinician.model_dump(mode="json")
        self._store.put("clinician", clinician.id, document)

    def take_changes(self) -> list[tuple[ClinicianAccount | None, ClinicianAccount]]:
        """What was stored since this was last asked: each clinician before and after."""
        taken, self._changes = self._changes, []
        return taken

    def all(self) -> list[ClinicianAccount]:
        """Everybody, oldest first."""
        return [ClinicianAccount.model_validate(each) for each in self._store.all("clinician")]

    def matching(self, npi: str | None, dea: str | None) -> Iterator[ClinicianAccount]:
        """Everybody with this NPI and this DEA number; None matches any."""
        for clinician in self.all() if npi is None else self._found(_NPI, npi):
            if dea is None or dea in clinician.dea_numbers:
                yield clinician

    def has_email(
        self, email: str | None, except_id: int | None, except_npi: str | None = None
    ) -> bool:
        """Whether anybody else, with another NPI than `except_npi`, already has this address."""
        others = [] if email is None else self._found(_EMAIL, email)
        return any(
            each.id != except_id and (except_npi is None or each.npi != except_npi)
            for each in others
        )

    def has_npi(self, npi: str | None, except_id: int | None) -> bool:
        """Whether anybody else already has this NPI."""
        return npi is not None and any(each.id != except_id for each in self.matching(npi, None))

    def _found(self, path: str, text: str) -> list[ClinicianAccount]:
        return [
            ClinicianAccount.model_validate(each)
            for each in self._store.find("clinician", path, text)
        ]

    def next_id(self) -> int:
        """An id that no clinician has had."""
        return self._store.next_number("clinician", FIRST_CLINICIAN_ID)

    def unsigned(self, roles: list[str]) -> ClinicEnrollment:
        """The beginning of an enrollment, with agreements of its own."""
        numbers = [
            self._store.next_number("agreement", FIRST_AGREEMENT_ID) for _ in range(AGREEMENTS + 1)
        ]
        return new_enrollment(roles, tuple(numbers))

"""What waits for a prescriber, counted from what is kept and never set."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest
from deploy.sandbox.dosespot.prescribing.cabinet import Cabinet, Drawer
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.statuses import NOT_SENT_YET, OVER

PENDING, ERRORS, RENEWALS, CHANGES = "pending", "errors", "renewals", "changes"

_Counts = dict[tuple[int, int], Counter[str]]
"""What waits, by clinician and clinic."""


def waiting(cabinet: Cabinet, clinician_id: int, clinic_id: int | None) -> Counter[str]:
    """How much waits for a clinician, in one clinic or with None in all."""
    total: Counter[str] = Counter()
    for drawer in (cabinet.prescriptions, cabinet.requests):
        for (who, where), counts in _counted(drawer).items():
            if who == clinician_id and clinic_id in (None, where):
                total.update(counts)
    return total


def _counted(drawer: Drawer[Any]) -> _Counts:
    def count() -> _Counts:
        counts: _Counts = defaultdict(Counter)
        for entry in drawer.all():
            counts[whose(entry)].update(weight(entry))
        return counts

    return drawer.remembered("waiting", count)


def whose(entry: PrescriptionSheet | PharmacyRequest) -> tuple[int, int]:
    """For which clinician something waits, and in which clinic."""
    if isinstance(entry, PharmacyRequest):
        return entry.clinician_id, entry.clinic_id
    return entry.record["PrescriberId"], entry.clinic_id


def weight(entry: PrescriptionSheet | PharmacyRequest | None) -> Counter[str]:
    """What one entry, None if there is none, adds to what waits for its clinician."""
    if isinstance(entry, PharmacyRequest):
        kind = RENEWALS if entry.kind == "renewal" else CHANGES
        return Counter({kind: int(entry.pending)})
    if isinstance(entry, PrescriptionSheet):
        is_over = entry.medication_status in OVER
        is_pending = entry.status in NOT_SENT_YET and not is_over
        return Counter({PENDING: int(is_pending), ERRORS: int(entry.failed)})
    return Counter()


def prescribed_by(
    cabinet: Cabinet, clinician_id: int, clinic_id: int | None
) -> Iterator[PrescriptionSheet]:
    """The prescriptions of a clinician, in one clinic or with None in all."""
    for sheet in cabinet.prescriptions.all():
        if sheet.record["PrescriberId"] == clinician_id and clinic_id in (None, sheet.clinic_id):
            yield sheet


def asked_of(
    cabinet: Cabinet, clinician_id: int, clinic_id: int | None
) -> Iterator[PharmacyRequest]:
    """The pending requests to a clinician, in one clinic or with None in all."""
    for asked in cabinet.requests.all():
        mine = asked.clinician_id == clinician_id and clinic_id in (None, asked.clinic_id)
        if asked.pending and mine:
            yield asked

"""What pharmacies ask of a prescriber: to renew a prescription, or to change it.

The asked-for prescriptions are sheets of their own, with the status Requested.
"""

from datetime import timedelta
from typing import Literal

from deploy.sandbox.dosespot.prescribing.sheets import ChartEntry

REQUEST_LIFETIME = timedelta(days=15)

RequestKind = Literal["renewal", "change"]


class PharmacyRequest(ChartEntry):
    """One request, which waits for that clinician; `requested_ids` are the prescriptions asked for.

    `record` has the fields of DoseSpot's reply that are about the request itself.
    """

    kind: RequestKind
    clinician_id: int
    original_id: int
    requested_ids: tuple[int, ...]
    pending: bool = True

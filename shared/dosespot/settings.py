"""Which DoseSpot clinic to use, and with which secrets."""

from dataclasses import dataclass, field

SERVICE = "DoseSpot"
"""What errors call it."""


@dataclass(frozen=True)
class DoseSpotSettings:
    """One clinic's access.

    Attributes:
        base_url: with a trailing slash, such as `https://my.staging.dosespot.com/webapi/v2/`.
        clinic_id: DoseSpot's number of the clinic.
        clinic_key: secret of the clinic.
        subscription_key: secret of the API subscription.
        named_by: the project secrets that say which clinic it is, and its key.
    """

    base_url: str
    clinic_id: int
    clinic_key: str = field(repr=False)
    subscription_key: str = field(repr=False)
    named_by: tuple[str, ...] = ("DOSESPOT_CLINIC_ID", "DOSESPOT_CLINIC_KEY")

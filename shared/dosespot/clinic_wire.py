"""DoseSpot's clinics as values, in DoseSpot's own names; see `wire` for what replies share."""

from pydantic import Field

from shared.dosespot.reply import DoseSpotModel, Flag, ResultReply, WholeNumber


class ClinicItem(DoseSpotModel):
    """A clinic as DoseSpot shows it; its key is never shown again."""

    ClinicId: WholeNumber | None = None
    ClinicName: str | None = None
    ClinicNameLongForm: str | None = None
    Address1: str | None = None
    Address2: str | None = None
    City: str | None = None
    State: str | None = None
    ZipCode: str | None = None
    PrimaryPhone: str | None = None
    PrimaryPhoneType: str | None = None
    PrimaryFax: str | None = None
    Active: Flag | None = None


class ClinicDetailReply(ResultReply):
    """One clinic."""

    Clinic: ClinicItem | None = None


class ClinicKeyReply(DoseSpotModel):
    """What the answer to a new clinic has besides its number."""

    ClinicKey: str | None = Field(None, repr=False)


class ClinicIdentifierItem(DoseSpotModel):
    """A clinic that a clinician is linked to."""

    ClinicId: WholeNumber | None = None


class ClinicIdentifiersReply(ResultReply):
    """The clinics that a clinician is linked to."""

    Items: list[ClinicIdentifierItem] | None = None

"""What is only inferred about DoseSpot, as switches, each with its default and kind reading.

Holds no behaviour: the modules that answer calls ask here which way to go.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """How this server reads the open questions about DoseSpot, and its limits."""

    model_config = ConfigDict(extra="forbid")

    lookup_not_found: Literal["zero_id", "error", "null_id"] = Field(
        default="zero_id",
        description="what GET api/clinician answers when nobody matches: OK with an Id of 0, "
        "OK with a null Id, or an ERROR that says so",
    )
    lookup_scope: Literal["all", "clinic"] = Field(
        default="all",
        description="whether GET api/clinician finds everybody or the token's clinic only",
    )
    lookup_lag_s: float = Field(
        default=0.0,
        ge=0,
        description="seconds during which GET api/clinician does not find a new clinician, also "
        "one whose creation was not answered",
    )
    patient_search_lag_s: float = Field(
        default=0.0,
        ge=0,
        description="seconds during which GET api/patients/search does not find a new patient",
    )
    second_create_same_npi: Literal["refuse", "duplicate"] = Field(
        default="refuse",
        description="whether creating somebody with a known NPI fails or makes a second person, "
        "even with the same e-mail address",
    )
    repeated_init: Literal["refuse", "accept"] = Field(
        default="refuse",
        description="whether repeating an initialization fails or starts over",
    )
    put_semantics: Literal["overwrite", "merge"] = Field(
        default="overwrite",
        description="whether fields that a PUT leaves out become null or empty, or stay; an empty "
        "text or list empties a field either way",
    )
    agreements_listing: Literal["all", "unsigned_only"] = Field(
        default="all",
        description="whether legalAgreements lists all, with a null date while unsigned, or "
        "those to be signed alone",
    )
    not_applicable_spelling: Literal["NotApplicable", "N/A"] = Field(
        default="NotApplicable",
        description="how the status of a clinician outside the token's clinic is spelled",
    )
    misspelled_status: bool = Field(
        default=False,
        description="answer TFAAcitvateInit and TFADectivatedSuccess, as one guide prints them",
    )
    status_as_number: bool = Field(
        default=False, description="answer a registration status as its number"
    )
    status_lag_reads: int = Field(
        default=0,
        ge=0,
        description="how many reads after an init call still answer the status that they "
        "answered before it",
    )
    status_lag_s: float = Field(
        default=0.0,
        ge=0,
        description="seconds after an init call during which reads still answer the status that "
        "they answered before it",
    )
    omit_optional_fields_as_null: bool = Field(
        default=False,
        description="answer null for whatever GET api/clinicians/{id} need not have to say who "
        "the clinician is (Roles, Confirmed, Active, AccountLocked, EpcsRequested, ClinicInfo ...)",
    )
    administrators_keep_roles: bool = Field(
        default=False,
        description="whether the Roles of a ClinicianAdmin are answered where others' are null: "
        "nobody whose roles are unknown may enroll others",
    )
    not_found: Literal["error", "null_item", "status_404"] = Field(
        default="error",
        description="what reading a prescription, drug or pharmacy answers for an id that none "
        "has: an ERROR that says so, OK with null in its place, or 404 without a body",
    )
    not_controlled: Literal["zero", "null"] = Field(
        default="zero",
        description="what the Schedule of a drug that is not controlled is",
    )
    dates_with_z: bool = Field(
        default=False,
        description="whether moments of prescriptions, medications and requests end with Z, or say "
        "nothing about where they are",
    )
    prescribing_fields_as_null: bool = Field(
        default=False,
        description="answer null for all of a prescription, drug, pharmacy, medication or allergy "
        "but what tells it from others: its id, both statuses, its name",
    )
    deleted_prescriptions: Literal["listed", "left_out"] = Field(
        default="listed",
        description="whether lists of prescriptions have those with the status Deleted",
    )
    page_size: int = Field(
        default=50,
        ge=1,
        description="how many entries a page of prescriptions, drugs, pharmacies and the like has",
    )
    confirmed_immediately: bool = Field(
        default=True, description="whether the NPI of a new clinician is verified at once"
    )
    clinic_has_epcs: bool = Field(
        default=True, description="whether clinics may send controlled substances (HasEpcs)"
    )
    sending_takes_s: float = Field(
        default=0.0,
        ge=0,
        description="seconds from Sending to eRxSent",
    )
    pharmacy_verifies_after_s: float | None = Field(
        default=None,
        ge=0,
        description="seconds from eRxSent to PharmacyVerified; without it, that takes a call",
    )
    pharmacy_fills_after_s: float | None = Field(
        default=None,
        ge=0,
        description="seconds from PharmacyVerified to FullFill; without it, that takes a call",
    )
    new_clinics: Literal["live", "after_staff_act"] = Field(
        default="live",
        description="whether a new clinic lets anybody in at once, or after DoseSpot's staff acted",
    )
    enforce_rate_limits: bool = Field(default=True, description="whether to answer 429 at all")
    retry_after_header: bool = Field(
        default=True, description="whether a 429 says in Retry-After how many seconds to wait"
    )
    token_requests_per_10_s: int = Field(default=2000, ge=0, description="limit on connect/token")
    reads_per_10_s: int = Field(default=1000, ge=0, description="limit on any one GET operation")
    writes_per_10_s: int = Field(default=400, ge=0, description="limit on any other operation")
    total_per_10_s: int = Field(default=2000, ge=0, description="limit on all calls together")
    rate_window_s: float = Field(
        default=10.0, gt=0, description="the seconds that `per_10_s` means in the limits above"
    )
    token_lifetime_s: int = Field(default=600, ge=1, description="how long a new token lives")
    push_notifications_url: str | None = Field(
        default=None,
        max_length=200,
        description="where events are posted to; without it, they are not",
    )
    push_notifications_secret: str = Field(
        default="", description="what follows `Secret` in the Authorization header of such a post"
    )


def worst() -> Switches:
    """Every open question read as unkindly as may be.

    `put_semantics` and `lookup_scope` have no unkind reading, since either one breaks who counts on
    the other; what clinics and clinicians are like, limits and notifications are no readings. An
    administrator's roles stay known, because otherwise nobody could be enrolled at all.
    """
    return Switches(
        lookup_not_found="error",
        lookup_lag_s=2.0,
        patient_search_lag_s=2.0,
        second_create_same_npi="duplicate",
        repeated_init="accept",
        agreements_listing="unsigned_only",
        not_applicable_spelling="N/A",
        misspelled_status=True,
        status_as_number=True,
        status_lag_reads=2,
        status_lag_s=2.0,
        omit_optional_fields_as_null=True,
        administrators_keep_roles=True,
        retry_after_header=False,
        not_found="status_404",
        not_controlled="null",
        dates_with_z=True,
        prescribing_fields_as_null=True,
        deleted_prescriptions="left_out",
        page_size=2,
    )

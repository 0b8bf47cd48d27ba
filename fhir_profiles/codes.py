"""The codes that DoseSpot's enrollment, and what it stands on, puts on FHIR resources.

Source: Medplum's prescriber enrollment guide for roles, DoseSpot's enumeration table
"Registration Status Type" for statuses, 21 CFR 1308 for drug schedules.
"""

from enum import StrEnum

EPCS_QUALIFICATION = "epcs"


class RegistrationStatus(StrEnum):
    """The last step of a clinician's registration that DoseSpot says was reached.

    `UNKNOWN` is ours: DoseSpot gave no status, or one that this version does not know. It is never
    a reason to go on.
    """

    PENDING = "Pending"
    REGISTRATION_SUCCESS = "RegistrationSuccess"
    REGISTRATION_ERROR = "RegistrationError"
    IDP_INITIALIZE_SUCCESS = "IDPInitializeSuccess"
    IDP_SUCCESS = "IDPSuccess"
    IDP_ERROR = "IDPError"
    TFA_ACTIVATE_INIT = "TFAActivateInit"
    TFA_ACTIVATED_SUCCESS = "TFAActivatedSuccess"
    TFA_ACTIVATED_ERROR = "TFAActivatedError"
    TFA_DEACTIVATE_INIT = "TFADeactivateInit"
    TFA_DEACTIVATED_SUCCESS = "TFADeactivatedSuccess"
    TFA_DEACTIVATED_ERROR = "TFADeactivatedError"
    NOT_APPLICABLE = "NotApplicable"
    UNKNOWN = "Unknown"


IDENTITY_VERIFIED = frozenset(
    {
        RegistrationStatus.IDP_SUCCESS,
        RegistrationStatus.TFA_ACTIVATE_INIT,
        RegistrationStatus.TFA_ACTIVATED_SUCCESS,
        RegistrationStatus.TFA_ACTIVATED_ERROR,
        RegistrationStatus.TFA_DEACTIVATE_INIT,
        RegistrationStatus.TFA_DEACTIVATED_SUCCESS,
        RegistrationStatus.TFA_DEACTIVATED_ERROR,
    }
)
"""Statuses that nobody reaches before their identity is proven; a status is the last step only."""


class ClinicianRole(StrEnum):
    """What a clinician may do in DoseSpot, as the code of a PractitionerRole."""

    PRESCRIBING_CLINICIAN = "PrescribingClinician"
    REPORTING_CLINICIAN = "ReportingClinician"
    EPCS_COORDINATOR = "EpcsCoordinator"
    CLINICIAN_ADMIN = "ClinicianAdmin"
    PRESCRIBING_AGENT_CLINICIAN = "PrescribingAgentClinician"
    PROXY_CLINICIAN = "ProxyClinician"


class DeaSchedule(StrEnum):
    """Drug schedules that a DEA registration may cover, as its certificate prints them.

    `N` is for non-narcotic. Nobody may prescribe from Schedule 1.
    """

    II = "2"
    II_NON_NARCOTIC = "2N"
    III = "3"
    III_NON_NARCOTIC = "3N"
    IV = "4"
    V = "5"


class SmsConsent(StrEnum):
    """What a prescriber agrees to, or not, about text messages."""

    AUTHENTICATION = "authentication-sms"
    MESSAGES = "sms"
    DATA_RATES = "data-rates"


class ConsentStatus(StrEnum):
    """How a consent stands, in FHIR's consent-state-codes.

    `PROPOSED` is what a form presumes and the person has not said.
    """

    GIVEN = "active"
    REFUSED = "rejected"
    PROPOSED = "proposed"

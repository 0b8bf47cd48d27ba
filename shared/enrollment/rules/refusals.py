"""Why a stage of enrollment can't be taken, in the words that the caller reads.

The first sentences of the first five are those of Medplum's prescriber enrollment guide ("Common
Errors"), so that callers who look for them find them.
"""

from enum import StrEnum

from fhir_profiles.systems import DEA


class Refusal(StrEnum):
    """A reason and its resolution; the value is the text for a person."""

    NO_DEA_NUMBER = (
        "No DEA number found on the Practitioner. Add the DEA number(s) to Practitioner.identifier"
        f" with system {DEA} and the two-letter state in assigner.display."
    )
    PENDING_AGREEMENT = (
        "Prescriber has a pending legal agreement. The prescriber must open the DoseSpot iFrame"
        " and sign it first, and complete identity proofing there if it is offered."
    )
    TFA_IN_PROGRESS = (
        "TFA activation is already in progress. The prescriber must complete the pending"
        " activation in the DoseSpot iFrame."
    )
    TFA_ACTIVATED = (
        "TFA is already activated. To change its type, deactivate TFA first, then initialize it"
        " again."
    )
    IDP_NOT_COMPLETED = (
        "IDP has not been completed yet. Run the bot with initIdp: true first, then the prescriber"
        " completes identity proofing in the DoseSpot iFrame."
    )
    REGISTRATION_FAILED = (
        "DoseSpot could not register the prescriber (RegistrationError). Check name, NPI, DEA and"
        " address on the Practitioner, then run the bot without initIdp and initTfa."
    )
    TFA_DEACTIVATING = (
        "TFA is being deactivated. Wait until the prescriber has completed it in the DoseSpot"
        " iFrame, then run the bot again."
    )
    TFA_DEACTIVATION_FAILED = (
        "TFA could not be deactivated (TFADeactivatedError). Contact DoseSpot support."
    )
    NOT_APPLICABLE = (
        "DoseSpot does not register this clinician at this clinic (NotApplicable). Check that the"
        " clinician belongs to the clinic in DoseSpot and has role 1 in practitionerRoleTypes."
    )
    UNKNOWN_STATUS = (
        "DoseSpot returned no known registration status, so nothing was initialized. Try"
        " again later; if this continues, contact DoseSpot support."
    )
    ACCOUNT_LOCKED = (
        "The prescriber's DoseSpot account is locked. Have DoseSpot support unlock it, then run"
        " the bot again."
    )
    INACTIVE = (
        "The prescriber is not active. Set Practitioner.active to true, then run the bot again."
    )

"""What a registration status means, and who has to do what next, in plain words.

Source of the actions: Medplum's table of registration statuses. A status alone never says that
controlled substances may be signed; `next_steps` looks at the whole clinician.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fhir_profiles.codes import RegistrationStatus as Status
from shared.members.rules.clinician import Clinician


class Owner(StrEnum):
    """Who has to act next."""

    PRESCRIBER = "Prescriber"
    ADMINISTRATOR = "Administrator"
    DOSESPOT = "DoseSpot"
    NOBODY = "Nobody"


@dataclass(frozen=True)
class Guidance:
    """What follows from a status.

    Attributes:
        meaning: the status in words.
        owner: who acts next.
        action: what the owner does, for administrators.
        step: the same, said to the prescriber.
    """

    meaning: str
    owner: Owner
    action: str
    step: str


GUIDANCE: Mapping[Status, Guidance] = MappingProxyType(
    {
        Status.PENDING: Guidance(
            "Waiting for the legal agreements",
            Owner.PRESCRIBER,
            "Sign the legal agreements in DoseSpot",
            "Sign the legal agreements in DoseSpot, then open ePrescribing again.",
        ),
        Status.REGISTRATION_SUCCESS: Guidance(
            "Registered",
            Owner.ADMINISTRATOR,
            "Start identity proofing",
            "You are registered. Open ePrescribing again to begin identity proofing.",
        ),
        Status.REGISTRATION_ERROR: Guidance(
            "DoseSpot could not register the prescriber",
            Owner.ADMINISTRATOR,
            "Check name, NPI, DEA number and address, then enroll again",
            "DoseSpot could not register you. Check your name, NPI, DEA number and address in"
            " your profile, then open ePrescribing again.",
        ),
        Status.IDP_INITIALIZE_SUCCESS: Guidance(
            "Waiting for identity proofing",
            Owner.PRESCRIBER,
            "Complete identity proofing in DoseSpot",
            "Complete identity proofing in DoseSpot, then open ePrescribing again.",
        ),
        Status.IDP_SUCCESS: Guidance(
            "Identity proven",
            Owner.ADMINISTRATOR,
            "Start two-factor authentication",
            "Your identity is proven. Open ePrescribing again to begin two-factor authentication.",
        ),
        Status.IDP_ERROR: Guidance(
            "Identity proofing failed",
            Owner.PRESCRIBER,
            "Try identity proofing again in DoseSpot",
            "Identity proofing failed. Try it again in DoseSpot.",
        ),
        Status.TFA_ACTIVATE_INIT: Guidance(
            "Waiting for two-factor authentication",
            Owner.PRESCRIBER,
            "Complete two-factor authentication in DoseSpot",
            "Set up two-factor authentication in DoseSpot, then open ePrescribing again.",
        ),
        Status.TFA_ACTIVATED_SUCCESS: Guidance(
            "Two-factor authentication is active",
            Owner.NOBODY,
            "No action needed",
            "You are ready to prescribe, including controlled substances. There is nothing left"
            " to do.",
        ),
        Status.TFA_ACTIVATED_ERROR: Guidance(
            "Two-factor authentication could not be activated",
            Owner.ADMINISTRATOR,
            "Start two-factor authentication again",
            "Two-factor authentication could not be activated. Open ePrescribing again to start"
            " over.",
        ),
        Status.TFA_DEACTIVATE_INIT: Guidance(
            "Two-factor authentication is being deactivated",
            Owner.PRESCRIBER,
            "Complete the deactivation in DoseSpot",
            "Two-factor authentication is being deactivated. Complete that in DoseSpot.",
        ),
        Status.TFA_DEACTIVATED_SUCCESS: Guidance(
            "Two-factor authentication is deactivated",
            Owner.ADMINISTRATOR,
            "Start two-factor authentication again if needed",
            "Two-factor authentication is deactivated. To sign controlled substances again, ask"
            " your administrator to initialize it.",
        ),
        Status.TFA_DEACTIVATED_ERROR: Guidance(
            "Two-factor authentication could not be deactivated",
            Owner.DOSESPOT,
            "Contact DoseSpot support",
            "Two-factor authentication could not be deactivated. Contact DoseSpot support.",
        ),
        Status.NOT_APPLICABLE: Guidance(
            "Not registered at this clinic",
            Owner.ADMINISTRATOR,
            "Check that the clinician belongs to the clinic in DoseSpot and may prescribe",
            "DoseSpot does not register you at this clinic. Ask your administrator to check your"
            " DoseSpot roles.",
        ),
        Status.UNKNOWN: Guidance(
            "Unknown",
            Owner.DOSESPOT,
            "Check again later; if this continues, contact DoseSpot support",
            "DoseSpot did not say how far along your registration is. Open ePrescribing again"
            " later; if this continues, tell your administrator.",
        ),
    }
)

LOCKED = "Your DoseSpot account is locked. Contact DoseSpot support to have it unlocked."
INACTIVE = "Your DoseSpot account is not active. Ask your administrator to activate it."
UNCONFIRMED = (
    "DoseSpot has not verified your NPI yet. You don't need to do anything until it has; open"
    " ePrescribing again later."
)
CLINIC_WITHOUT_EPCS = (
    "Your clinic is not enabled for controlled substances. Ask your administrator to have DoseSpot"
    " enable it. You can prescribe non-controlled medications."
)
NON_CONTROLLED = (
    "You are ready to prescribe non-controlled medications. There is nothing left to do. For"
    " controlled"
    " substances, add your DEA number to your profile."
)

REGISTERING = (
    "DoseSpot is registering you. You don't need to do anything until it has; open ePrescribing"
    " again later."
)

UNREGISTERED = frozenset(
    {
        Status.PENDING,
        Status.REGISTRATION_ERROR,
        Status.NOT_APPLICABLE,
        Status.UNKNOWN,
    }
)
"""Statuses with which nothing can be prescribed, not even non-controlled medications."""


def next_steps(clinician: Clinician, has_dea: bool) -> tuple[str, ...]:
    """What the prescriber does now, as sentences said to them.

    Args:
        clinician: what DoseSpot says.
        has_dea: whether the Practitioner carries a DEA number, and so wants EPCS.
    """
    barriers = {
        LOCKED: clinician.locked is True,
        INACTIVE: clinician.active is False,
        UNCONFIRMED: clinician.confirmed is False,
    }
    sentences = tuple(sentence for sentence, stands in barriers.items() if stands)
    if sentences:
        return sentences
    if clinician.agreement_pending:
        return (GUIDANCE[Status.PENDING].step,)
    if clinician.status is Status.PENDING:
        return (REGISTERING,)
    if not has_dea and clinician.status not in UNREGISTERED:
        return (NON_CONTROLLED,)
    if clinician.status is Status.TFA_ACTIVATED_SUCCESS and clinician.clinic_has_epcs is False:
        return (CLINIC_WITHOUT_EPCS,)
    return (GUIDANCE[clinician.status].step,)

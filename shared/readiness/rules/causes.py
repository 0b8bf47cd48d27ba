"""Why somebody can't prescribe, or soon can't, with who does what about it: one table.

What a registration status means, and who acts, comes from `guidance`.
`docs/reference/readiness.md` shows the whole table.
"""

from enum import Enum, StrEnum

from fhir_profiles.codes import RegistrationStatus as Status
from fhir_profiles.systems import DEA_SCHEDULE
from shared.members.rules.guidance import GUIDANCE, UNREGISTERED, Owner


class Blocks(StrEnum):
    """What a cause blocks, the most first."""

    EVERYTHING = "everything"
    CONTROLLED = "controlled substances"
    REGISTRATION = "controlled substances under that DEA registration"
    NOTHING = "nothing"


_ADMINISTRATOR, _PRESCRIBER = Owner.ADMINISTRATOR, Owner.PRESCRIBER
_DOSESPOT, _NOBODY = Owner.DOSESPOT, Owner.NOBODY
_EVERYTHING, _CONTROLLED = Blocks.EVERYTHING, Blocks.CONTROLLED
_REGISTRATION, _NOTHING = Blocks.REGISTRATION, Blocks.NOTHING


def _registered_as(status: Status) -> tuple[Owner, Blocks, str]:
    guidance = GUIDANCE[status]
    blocks = _EVERYTHING if status in UNREGISTERED else _CONTROLLED
    return guidance.owner, blocks, f"{guidance.meaning}. {guidance.action}."


class Cause(Enum):
    """One thing that stands, or will stand, in the way.

    Attributes:
        owner: who acts.
        blocks: what it blocks.
        sentence: what is the matter, and what the owner does.
    """

    def __init__(self, owner: Owner, blocks: Blocks, sentence: str) -> None:
        self.owner = owner
        self.blocks = blocks
        self.sentence = sentence

    @property
    def code(self) -> str:
        """Its name for programs, such as `not-enrolled`."""
        return self.name.lower().replace("_", "-")

    PRACTITIONER_NOT_FOUND = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "There is no such Practitioner, or it was deleted. Check the id, or remove the membership"
        " of a person who has left.",
    )
    NOT_CHECKED = (
        _NOBODY,
        _EVERYTHING,
        "This could not be checked, so it is unknown whether the prescriber is ready. Check again"
        " later.",
    )
    DOSESPOT_ANSWER_UNUSABLE = (
        _DOSESPOT,
        _EVERYTHING,
        "DoseSpot's answer can't be used, so it is unknown whether the prescriber is ready."
        " Contact DoseSpot support if this continues.",
    )
    DOSESPOT_DENIES = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "DoseSpot does not show the clinician to the bot, so it is unknown whether the prescriber"
        " is ready. Check that the clinician on whose behalf the bot acts is a Clinician Admin of"
        " this clinic.",
    )

    PRACTITIONER_INACTIVE = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The Practitioner is not active. Set active to true if the person works here.",
    )
    RECORD_PROBLEM = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "A field of the Practitioner is missing or malformed, so no bot can enroll the prescriber"
        " or continue their enrollment. Correct the field; fully enrolled prescribers can"
        " continue to prescribe in the meantime.",
    )
    RECORD_WARNING = (
        _ADMINISTRATOR,
        _NOTHING,
        "A field of the Practitioner looks wrong. Check it.",
    )
    NO_MEMBERSHIP = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The Practitioner has no membership in this project. Invite the prescriber.",
    )
    SEVERAL_MEMBERSHIPS = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The Practitioner has several memberships in this project. Remove all but one.",
    )
    CLINICIAN_ID_UNCLEAR = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The membership does not carry exactly one DoseSpot clinician id that is a number. Keep"
        " only this person's id.",
    )
    CLINICIAN_ID_SHARED = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "Another membership carries the same DoseSpot clinician id. Remove the wrong membership or"
        " identifier.",
    )
    NOT_ENROLLED = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The prescriber is not enrolled in DoseSpot. Run the enroll bot for them.",
    )
    SELF_SERVICE_NOT_GRANTED = (
        _ADMINISTRATOR,
        _NOTHING,
        "The prescriber may not enroll themselves. If they should, create an active"
        " PractitionerRole with a prescribing role for them.",
    )

    CLINICIAN_UNKNOWN = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "DoseSpot has no clinician with the id on the membership. Correct the id, or remove it and"
        " enroll the prescriber.",
    )
    CLINICIAN_OF_ANOTHER_PERSON = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The DoseSpot clinician with the id on the membership is not this person: the NPI or the"
        " birth date differs. Correct the id, the NPI or the birth date.",
    )
    NUMBER_OF_ANOTHER = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "Another Practitioner of this project carries the same NPI or DEA number. Remove it from"
        " the one it does not belong to, or set its use to old.",
    )
    ACCOUNT_LOCKED = (
        _DOSESPOT,
        _EVERYTHING,
        "The DoseSpot account is locked. Have DoseSpot support unlock it.",
    )
    ACCOUNT_INACTIVE = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The DoseSpot account is not active. Run the enroll bot to activate it.",
    )
    NPI_UNCONFIRMED = (
        _DOSESPOT,
        _EVERYTHING,
        "DoseSpot has not verified the NPI yet. Wait; contact DoseSpot support if it takes too"
        " long.",
    )
    ROLE_MISSING = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "DoseSpot does not show a prescribing role. Run the enroll bot with role 1 in"
        " practitionerRoleTypes if the person prescribes.",
    )
    AGENT_ROLE = (
        _ADMINISTRATOR,
        _CONTROLLED,
        "The clinician is a prescribing agent, who prescribes for a supervising prescriber and"
        " can't sign controlled substances. Check that a supervisor is set, which DoseSpot does"
        " not show.",
    )
    FLAG_LEFT_OPEN = (
        _NOBODY,
        _NOTHING,
        "DoseSpot does not say this about the clinician. Nothing contradicts it, so no action is"
        " needed.",
    )
    CLINIC_NOT_LINKED = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "DoseSpot shows the clinician at other clinics, but not at this one. Check the clinician's"
        " clinics in DoseSpot.",
    )
    CLINIC_WITHOUT_NEW_RX = (
        _ADMINISTRATOR,
        _EVERYTHING,
        "The clinic is not enabled for new prescriptions. Have DoseSpot enable it.",
    )
    CLINIC_WITHOUT_EPCS = (
        _ADMINISTRATOR,
        _CONTROLLED,
        "The clinic is not enabled for controlled substances. Have DoseSpot enable it.",
    )
    OTHER_CLINIC_WITHOUT_EPCS = (
        _ADMINISTRATOR,
        _NOTHING,
        "The clinician also belongs to another clinic, which is not enabled for controlled"
        " substances. Have DoseSpot enable it if they should be signed there.",
    )
    OTHER_CLINIC_NOT_CHECKED = (
        _ADMINISTRATOR,
        _NOTHING,
        "The clinician also belongs to another clinic, which has its own registration. Check with"
        " that clinic's key.",
    )

    AGREEMENT_PENDING = (
        GUIDANCE[Status.PENDING].owner,
        _EVERYTHING,
        f"A legal agreement is not signed. {GUIDANCE[Status.PENDING].action}.",
    )
    REGISTERING = (
        _DOSESPOT,
        _EVERYTHING,
        "The agreements are signed, and DoseSpot is registering the prescriber. Check again later.",
    )
    STATUS_REGISTRATION_SUCCESS = _registered_as(Status.REGISTRATION_SUCCESS)
    STATUS_REGISTRATION_ERROR = _registered_as(Status.REGISTRATION_ERROR)
    STATUS_IDP_INITIALIZE_SUCCESS = _registered_as(Status.IDP_INITIALIZE_SUCCESS)
    STATUS_IDP_SUCCESS = _registered_as(Status.IDP_SUCCESS)
    STATUS_IDP_ERROR = _registered_as(Status.IDP_ERROR)
    STATUS_TFA_ACTIVATE_INIT = _registered_as(Status.TFA_ACTIVATE_INIT)
    STATUS_TFA_ACTIVATED_ERROR = _registered_as(Status.TFA_ACTIVATED_ERROR)
    STATUS_TFA_DEACTIVATE_INIT = _registered_as(Status.TFA_DEACTIVATE_INIT)
    STATUS_TFA_DEACTIVATED_SUCCESS = _registered_as(Status.TFA_DEACTIVATED_SUCCESS)
    STATUS_TFA_DEACTIVATED_ERROR = _registered_as(Status.TFA_DEACTIVATED_ERROR)
    STATUS_NOT_APPLICABLE = _registered_as(Status.NOT_APPLICABLE)
    STATUS_UNKNOWN = _registered_as(Status.UNKNOWN)

    NO_DEA = (
        _PRESCRIBER,
        _CONTROLLED,
        "There is no DEA number on the Practitioner. Add one with its state if the prescriber"
        " should sign controlled substances.",
    )
    DEA_PROBLEM = (
        _ADMINISTRATOR,
        _REGISTRATION,
        "The DEA number or its state is missing or malformed. Correct it.",
    )
    DEA_ENDED = (
        _PRESCRIBER,
        _REGISTRATION,
        "The DEA registration has ended. Renew it and have the new end recorded; if it was given"
        " up, set the identifier's use to old. Until it is renewed, 21 CFR 1311.125(d) requires"
        " that permission to sign controlled substances under it be revoked on the day this is"
        " discovered: have the practice's EPCS administrator do so, and run the enroll bot, which"
        " removes the number from DoseSpot.",
    )
    DEA_NOT_BEGUN = (
        _NOBODY,
        _REGISTRATION,
        "The DEA registration has not begun yet. Wait for its first day.",
    )
    DEA_PERIOD_UNREADABLE = (
        _ADMINISTRATOR,
        _REGISTRATION,
        "The period of the DEA registration can't be read. Correct its start and end.",
    )
    DEA_SCHEDULES_UNREADABLE = (
        _ADMINISTRATOR,
        _REGISTRATION,
        "A drug schedule of the DEA registration does not exist. Write each as the"
        f" certificate prints it (2, 2N, 3, 3N, 4 or 5), in an extension {DEA_SCHEDULE} with"
        " valueCode.",
    )
    DEA_NOT_IN_DOSESPOT = (
        _ADMINISTRATOR,
        _REGISTRATION,
        "DoseSpot does not show this DEA number with this state at this clinic. Run the enroll"
        " bot.",
    )
    DEA_ENDS_SOON = (
        _PRESCRIBER,
        _NOTHING,
        "The DEA registration ends within 60 days. Renew it and have the new end recorded.",
    )
    DEA_WITHOUT_END = (
        _ADMINISTRATOR,
        _NOTHING,
        "The end of the DEA registration is missing, so nobody can be warned in time. Add"
        " period.end.",
    )
    LICENSE_ENDED = (
        _PRESCRIBER,
        _REGISTRATION,
        "The license to practice has ended. Renew it and have the new end recorded; if it was"
        " given up, set its identifier's use to old.",
    )
    LICENSE_NOT_ACTIVE = (
        _PRESCRIBER,
        _REGISTRATION,
        "The license to practice is recorded with a status other than active. Have it restored and"
        " the status recorded; if it was given up, set its identifier's use to old.",
    )
    LICENSE_NOT_BEGUN = (
        _NOBODY,
        _REGISTRATION,
        "The license to practice has not begun yet. Wait for its first day.",
    )
    LICENSE_PERIOD_UNREADABLE = (
        _ADMINISTRATOR,
        _REGISTRATION,
        "The period of the license to practice can't be read. Correct its start and end.",
    )
    LICENSE_ENDS_SOON = (
        _PRESCRIBER,
        _NOTHING,
        "The license to practice ends within 60 days. Renew it and have the new end recorded.",
    )
    LICENSE_NOT_IN_DOSESPOT = (
        _ADMINISTRATOR,
        _NOTHING,
        "DoseSpot does not show this license. Run the enroll bot with it in medicalLicenseNumbers.",
    )

    STATUS_OUTDATED = (
        _ADMINISTRATOR,
        _NOTHING,
        "The Practitioner does not match DoseSpot. Run the sync-status bot.",
    )
    EPCS_NOT_TRUE = (
        _ADMINISTRATOR,
        _NOTHING,
        "The Practitioner carries an EPCS qualification, but DoseSpot does not allow controlled"
        " substances. Run the sync-status bot.",
    )

    @classmethod
    def of_status(cls, status: Status) -> "Cause":
        """What is blocked at a status that is neither Pending nor the last step."""
        return cls[f"STATUS_{status.name}"]

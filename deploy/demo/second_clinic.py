"""The path of a practice that opens a second clinic: register, invite, enroll, and the bill."""

from deploy.demo.practice import (
    BILLED,
    CLINICS,
    EPCS,
    IDENTIFIERS,
    INVITATIONS,
    PRICE,
    ROLES,
    STATUS,
    Employee,
    Practice,
)
from deploy.demo.steps import Expected, Path


def from_second_clinic_to_bill(practice: Practice) -> Path:
    """Takes every step, and holds it against what it promises."""
    lopez, kim = practice.at_first, practice.at_second
    _opens_clinics(practice)
    _enrolls_at(practice, lopez, "{}")
    practice.compares(
        "has the status read: billing has begun",
        lopez,
        Expected("IDPSuccess", ("changed: 1",), (STATUS, BILLED)),
    )
    _enrolls_at(practice, kim, "IDPSuccess, {}")
    practice.opens(
        "opens it again: billing has begun",
        kim,
        Expected("IDPSuccess, TFAActivateInit", ("Set up two-factor",), (STATUS, BILLED)),
    )
    practice.in_iframe(
        "activates the second factor", kim, "IDPSuccess, TFAActivatedSuccess", "activate-tfa"
    )
    practice.opens(
        "opens it again: EPCS is on record, at this clinic",
        kim,
        Expected("IDPSuccess, TFAActivatedSuccess", ("epcsEnabled: true",), (STATUS, EPCS)),
    )
    practice.looks_at_progress(
        "5. looks how far the clinics have come",
        Expected(
            "IDPSuccess, TFAActivatedSuccess",
            (f"clinic {lopez.number}: readyToPrescribe", f"clinic {kim.number}: readyToPrescribe"),
        ),
    )
    practice.bills(
        "6. asks for this month's bill",
        Expected(
            "IDPSuccess, TFAActivatedSuccess",
            (
                f"clinic {lopez.number}: 1 prescriber, 39.00 USD",
                f"clinic {kim.number}: 1 prescriber, 39.00 USD",
            ),
        ),
    )
    return practice.path


def _opens_clinics(practice: Practice) -> None:
    lopez, kim = practice.at_first, practice.at_second
    practice.sets_up(
        "sets a price, and lets nobody enroll themselves without an invitation",
        Expected("", ("done",), (PRICE,)),
        BILLING_PRICE="39.00",
        INVITATION_REQUIRED="true",
    )
    practice.registers("1. registers the first clinic", lopez, Expected("", (), (CLINICS,)))
    practice.registers("registers a second one", kim, Expected("", (), (CLINICS,)))
    practice.employs(
        "2. adds Dr. Lopez's fax number, and a role at the first clinic with a DEA number",
        lopez,
        Expected("", ("done",), (ROLES,)),
    )
    practice.employs(
        "gives Dr. Kim a role at the second one with a DEA number",
        kim,
        Expected("", ("done",), (ROLES,)),
    )
    practice.invites("3. invites both", Expected("", ("invited, invited",), (INVITATIONS,)))
    practice.looks_at_progress(
        "looks how far the clinics have come", Expected("", ("cliniciansVerify",))
    )


def _enrolls_at(practice: Practice, employee: Employee, statuses: str) -> None:
    """Somebody enrolls themselves as far as proving who they are; `statuses` are both people's."""
    practice.opens(
        "4. opens ePrescribing for the first time",
        employee,
        Expected(
            statuses.format("Pending"),
            ("status: created", "Sign the legal"),
            (INVITATIONS, IDENTIFIERS, STATUS),
        ),
    )
    practice.in_iframe(
        "signs the legal agreements",
        employee,
        statuses.format("RegistrationSuccess"),
        "sign-agreements",
    )
    practice.opens(
        "opens it again",
        employee,
        Expected(
            statuses.format("IDPInitializeSuccess"), ("Complete identity proofing",), (STATUS,)
        ),
    )
    practice.in_iframe("proves the identity", employee, statuses.format("IDPSuccess"), "pass-idp")

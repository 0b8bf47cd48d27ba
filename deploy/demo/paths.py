"""The paths of Medplum's prescriber enrollment guide, with what it promises of each step.

One more begins before the guide does, with a form about somebody whom nobody knows yet, one after
it, with a prescription, and the last one is a practice's with two clinics.
"""

from collections.abc import Iterator
from typing import Any

from deploy.demo.charting import DISPENSE, PATIENT, PRESCRIPTION, Charting
from deploy.demo.practice import Employee, Practice
from deploy.demo.second_clinic import from_second_clinic_to_bill
from deploy.demo.steps import Expected, Path
from deploy.demo.walk import (
    IDENTIFIER,
    MEMBERSHIP,
    PRACTITIONER,
    QUALIFICATION,
    STATUS,
    Walk,
)
from deploy.sandbox.people import NEWCOMER

SUFFIX = "Practitioner.name[0].suffix"


def run(ready: dict[str, Any]) -> Iterator[Path]:
    """Walks every path of the guide through a running sandbox."""
    yield _administrator_to_epcs(
        Walk(ready, "smith", "Administrator enrolls Dr. Smith, who has DEA numbers in two states")
    )
    yield _administrator_without_dea(
        Walk(ready, "obrien", "Administrator enrolls Dr. O'Brien, who has no DEA number")
    )
    yield _self_service_to_epcs(
        Walk(ready, "garcia", "Dr. Garcia, who has a DEA number, enrolls herself")
    )
    yield _self_service_without_dea(
        Walk(ready, "okafor", "Dr. Okafor, who has no DEA number, enrolls himself")
    )
    yield _form_to_epcs(Walk(ready, "", "A form creates Dr. O'Connor-Patel"))
    yield _from_prescription_to_fill(
        Charting(
            ready, "garcia", "Rossi", "Dr. Garcia prescribes for Maria Rossi, and the chart follows"
        )
    )
    people = ready["people"]
    yield from_second_clinic_to_bill(
        Practice(
            ready,
            "The practice opens a second clinic, invites a prescriber to each, and is billed",
            Employee("Dr. Lopez", people["lopez"], "BL1388568"),
            Employee("Dr. Kim", people["kim"], "BK1388568"),
        )
    )


def _from_prescription_to_fill(chart: Charting) -> Path:
    chart.sends_patient("1. sends the patient to DoseSpot", Expected("", ("created",), (PATIENT,)))
    chart.prescribes("2. prescribes in DoseSpot", "Lisinopril", "eRxSent, Active")
    chart.opens_chart(
        "3. opens the chart",
        Expected("eRxSent, Active", ("1 resource",), (PRESCRIPTION,)),
    )
    chart.at_pharmacy(
        "4. confirms that it has the prescription", "PharmacyVerified, Active", "verify"
    )
    chart.at_pharmacy("hands the drug out", "PharmacyVerified, FullFill", "fill")
    chart.opens_chart(
        "5. opens the chart again",
        Expected("PharmacyVerified, FullFill", ("1 resource",), (PRESCRIPTION, DISPENSE)),
    )
    chart.opens_chart(
        "and again: there is nothing left to write",
        Expected("PharmacyVerified, FullFill", ("0 resources",)),
    )
    return chart.path


def _form_to_epcs(walk: Walk) -> Path:
    wrong = {**NEWCOMER, "fName": "", "phone": "555-123-4567"}
    walk.sends_form(
        "sends the form with two mistakes",
        Expected("", ("error: The form was refused.", "fName: ", "phone: ")),
        wrong,
    )
    form = {**NEWCOMER, "invite": True}
    walk.sends_form(
        "sends it with both corrected",
        Expected(
            "",
            ("created: true", "npiCheck: passed", "ready: true"),
            (PRACTITIONER, MEMBERSHIP),
            warnings=("invite",),  # no e-mail leaves a sandbox
        ),
        form,
    )
    walk.sends_form(
        "sends it again: there is nothing left to write", Expected("", ("created: false",)), form
    )
    return _administrator_to_epcs(walk)


def _administrator_to_epcs(walk: Walk) -> Path:
    walk.administrator(
        "1. enrolls the prescriber",
        Expected("Pending", ("registrationStatus: Pending",), (IDENTIFIER, STATUS)),
    )
    walk.in_iframe("2. signs the legal agreements", "RegistrationSuccess", "sign-agreements")
    walk.administrator(
        "3. initializes identity proofing",
        Expected("IDPInitializeSuccess", ("idpInitialized: true",), (STATUS,)),
        initIdp=True,
    )
    walk.in_iframe("4. proves the identity", "IDPSuccess", "pass-idp")
    walk.administrator(
        "5. initializes two-factor authentication",
        Expected("TFAActivateInit", ("tfaInitialized: true",), (STATUS,)),
        initTfa=True,
        tfaType="Mobile",
    )
    walk.in_iframe("6. activates the second factor", "TFAActivatedSuccess", "activate-tfa")
    done = ("registrationStatus: TFAActivatedSuccess",)
    walk.administrator(
        "runs the bot once more: EPCS is on record",
        Expected("TFAActivatedSuccess", done, (STATUS, QUALIFICATION)),
    )
    walk.administrator(
        "and again: there is nothing left to write", Expected("TFAActivatedSuccess", done)
    )
    return walk.path


def _administrator_without_dea(walk: Walk) -> Path:
    walk.administrator(
        "1. enrolls the prescriber, whose suffix is too long for DoseSpot",
        Expected("Pending", ("registrationStatus: Pending",), (IDENTIFIER, STATUS), (SUFFIX,)),
    )
    walk.administrator(
        "asks for identity proofing, which needs a DEA number",
        Expected("Pending", ("error: No DEA number found on the Practitioner",)),
        initIdp=True,
    )
    walk.in_iframe("2. signs the legal agreements", "RegistrationSuccess", "sign-agreements")
    walk.administrator(
        "runs the bot once more: ready for non-controlled medications",
        Expected(
            "RegistrationSuccess",
            ("registrationStatus: RegistrationSuccess",),
            (STATUS,),
            (SUFFIX,),
        ),
    )
    return walk.path


def _self_service_to_epcs(walk: Walk) -> Path:
    walk.invites("invites her", Expected("", ("outcome: invited",)))
    walk.invites("invites her again: she is invited", Expected("", ("outcome: alreadyInvited",)))
    walk.opens_eprescribing(
        "1. opens ePrescribing for the first time",
        Expected("Pending", ("status: created", "Sign the legal"), (IDENTIFIER, STATUS)),
    )
    walk.in_iframe("signs the legal agreements", "RegistrationSuccess", "sign-agreements")
    walk.opens_eprescribing(
        "2. opens it again",
        Expected(
            "IDPInitializeSuccess", ("status: advanced", "Complete identity proofing"), (STATUS,)
        ),
    )
    walk.in_iframe("proves her identity", "IDPSuccess", "pass-idp")
    walk.opens_eprescribing(
        "3. opens it again",
        Expected("TFAActivateInit", ("status: advanced", "Set up two-factor"), (STATUS,)),
    )
    walk.in_iframe("activates the second factor", "TFAActivatedSuccess", "activate-tfa")
    walk.opens_eprescribing(
        "4. opens it again",
        Expected(
            "TFAActivatedSuccess",
            ("status: already_enrolled", "epcsEnabled: true", "There is nothing left to do"),
            (STATUS, QUALIFICATION),
        ),
    )
    return walk.path


def _self_service_without_dea(walk: Walk) -> Path:
    walk.opens_eprescribing(
        "1. opens ePrescribing for the first time",
        Expected("Pending", ("status: created", "Sign the legal"), (IDENTIFIER, STATUS)),
    )
    walk.in_iframe("signs the legal agreements", "RegistrationSuccess", "sign-agreements")
    walk.opens_eprescribing(
        "2. opens it again",
        Expected(
            "RegistrationSuccess",
            ("status: already_enrolled", "epcsEnabled: false", "There is nothing left to do"),
            (STATUS,),
        ),
    )
    return walk.path

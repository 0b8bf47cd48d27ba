"""A run of every bot that can end well, by people and about people whose values are sentinels."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from bots.notification.contract import PATIENT_EVENTS
from deploy.sandbox.nppes.records import individual
from fhir_profiles.patient_identifier import dosespot_patient_id
from tests.builders import form
from tests.integration.choosing import medication
from tests.integration.clinic import Member, new_dea, new_npi
from tests.integration.creating import setting
from tests.integration.inviting import mailing
from tests.integration.my_details import as_itself, complete, workplace
from tests.integration.prescribing import ALWAYS, add_history, add_reported, write_prescription
from tests.integration.self_service import add_patient, without_secrets
from tests.torture.watching import (
    BORN,
    CITY,
    EMAIL,
    FAMILY,
    FAX,
    GIVEN,
    LICENSE,
    MIDDLE,
    PHONE,
    STREET,
    SUITE,
    ZIP,
    Watch,
    about,
    bare,
)

ACTS = ("invite", "invite", "resend", "cancel")
GOOD = ({}, "sign-agreements"), ({"initIdp": True}, "pass-idp"), ({"initTfa": True}, "activate-tfa")
CHARTING = ("prescriptions_sync", "medication_history", "self_reported_medications_sync")


def admins(member: Member, **more: Any) -> dict[str, Any]:
    """The admin bot's input."""
    licenses = [{"LicenseNumber": LICENSE, "State": "IL"}]
    whom = {"practitionerId": member.id, "practitionerRoleTypes": [1]}
    return {**whom, "medicalLicenseNumbers": licenses, **more}


def body(watch: Watch, **changes: Any) -> dict[str, Any]:
    """A form about somebody who is made of sentinels, whom the NPI Registry knows otherwise."""
    number, own_dea = new_npi(), new_dea("MZ")
    watch.personal |= {number, bare(own_dea), own_dea[2:]}
    watch.clinic.register(individual(number, GIVEN, MIDDLE, license_number=LICENSE))
    names = {"fName": GIVEN, "mName": MIDDLE, "lName": FAMILY, "dateOfBirth": BORN}
    contacts = {"username": f"{FAMILY}{number}", "email": f"{number}{EMAIL}"}
    numbers = {"phone": PHONE, "fax": FAX, "details": {"npi": number, "dea": own_dea}}
    address = {"address1": STREET, "address2": SUITE, "city": CITY, "state": "IL", "zipCode": ZIP}
    return form(**{**names, **contacts, **numbers, "mailingAddress": address, **changes})


def everything(watch: Watch) -> Iterator[tuple[str, Any, Member]]:
    """Runs of every bot, each when it can end well: its name, its input and who runs it."""
    clinic, admin, mine, other = watch.clinic, watch.clinic.admin, watch.person(), watch.person()
    for flags, step in (*GOOD, ({}, "")):
        yield "admin_enroll", admins(mine, **flags), admin
        yield "self_enroll", {}, other
        for member in (mine, other) if step else ():
            clinic.prescriber_does(member, step)
    patient = {"patientId": add_patient(clinic, **about(new_npi()))["id"]}
    yield from (("patient_sync", {**patient, **more}, mine) for more in ({}, {"update": True}))
    number = dosespot_patient_id(clinic.read(f"Patient/{patient['patientId']}"))
    notes = {"PharmacyNotes": f"{GIVEN} {PHONE}", "Comment": EMAIL, "Directions": FAMILY}
    written = write_prescription(clinic, mine, number, directions=STREET, fields=notes)
    write_prescription(clinic, mine, number, fields={"PrescriptionId": None, **notes})
    add_history(clinic, number, PharmacyNotes=EMAIL, Directions=STREET)
    add_reported(clinic, number, Comment=PHONE, Directions=FAMILY)
    for bot, more in product(CHARTING, ({}, {"raw": True})):
        yield bot, {**patient, **ALWAYS, **more}, mine
    yield "iframe", patient, mine
    yield "notification_counts", {}, mine
    yield "search_medication", {"name": "lis"}, mine
    yield "search_allergen", {"name": "pen"}, mine
    yield "search_pharmacy", {"name": FAMILY, "address": STREET, "phoneOrFax": PHONE}, mine
    yield "add_favorite_medication", medication(20001, f"{FAMILY} takes one"), mine
    yield "add_patient_pharmacy", {**patient, "pharmacyId": 60001, "setAsPrimary": True}, mine
    given = {"pharmacyId": 60002, "patientIds": [patient["patientId"]]}
    yield "default_pharmacy", given, admin
    yield from first_openings(watch)
    yield from own_details(watch, mine)
    yield "sync_status", {"practitionerId": mine.id}, admin
    yield "readiness", {"practitionerId": mine.id}, admin
    data = {"ClinicianId": clinic.clinician(mine)["id"], "LastName": FAMILY}
    yield "notification", {"EventType": "ClinicianConfirmed", "Data": data}, admin
    named = {"PatientId": number, "PrescriptionId": written, "ClinicId": clinic.clinic_id}
    notes = {"StatusNotes": f"{GIVEN} {FAMILY} {PHONE}", "StatusDetails": EMAIL}
    for kind in sorted(PATIENT_EVENTS):
        yield "notification", {"EventType": kind, "Data": {**data, **named, **notes}}, admin
    yield "create_prescriber", body(watch, invite=True), admin
    people = {"practitioners": [{"practitionerId": one.id} for one in (watch.person(), mine)]}
    with mailing(clinic):
        yield from (("invite_prescribers", {**people, "action": act}, admin) for act in ACTS)
    yield "setup_progress", {}, admin
    with setting(clinic, "BILLING_PRICE", "39.00"):
        yield "sync_status", {"practitionerId": mine.id}, admin
        yield "billing_report", {}, admin
    agent = watch.person()
    yield "admin_enroll", admins(agent, practitionerRoleTypes=[5]), admin
    both = {"practitionerId": agent.id, "supervisorPractitionerId": mine.id, "action": "add"}
    yield "supervisor", both, admin
    yield from further_clinic(watch, mine)


def first_openings(watch: Watch) -> Iterator[tuple[str, Any, Member]]:
    """DoseSpot is opened by somebody who is not enrolled, without a patient and with one."""
    yield "iframe", {}, watch.person()
    given = {"patientId": add_patient(watch.clinic, **about(new_npi()))["id"]}
    yield "patient_sync", given, watch.person()


def further_clinic(watch: Watch, mine: Member) -> Iterator[tuple[str, Any, Member]]:
    """A clinic is registered, and somebody added to it."""
    clinic, admin = watch.clinic, watch.clinic.admin
    address = {"address1": STREET, "address2": SUITE, "city": CITY, "state": "IL", "zipCode": ZIP}
    contacts = {"primaryPhone": PHONE, "primaryFax": FAX}
    with without_secrets(clinic):  # a key that is kept is put away again
        yield "register_clinic", {"clinicName": f"{GIVEN} {FAMILY}", **address, **contacts}, admin
        (organization,) = [
            one["id"]
            for one in clinic.sandbox.fhir.resources("Organization")
            if one.get("name") == f"{GIVEN} {FAMILY}"
        ]
        yield "clinician_clinics", {"practitionerId": mine.id, "add": [organization]}, admin


def own_details(watch: Watch, mine: Member) -> Iterator[tuple[str, Any, Member]]:
    its_own = as_itself(watch.clinic, mine)
    watch.secrets.add(bare(its_own.token))
    there, _ = workplace(watch.clinic, mine)
    yield "my_details", {}, its_own
    yield "my_details", {**complete(there, ""), "phone": PHONE, "fax": FAX}, its_own

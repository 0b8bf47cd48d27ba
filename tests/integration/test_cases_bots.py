"""Inputs that were once read wrong, each through the bots that take it, named after what it is."""

from typing import Any

import pytest

from fhir_profiles.systems import CONTACTPOINT_EXTENSION, NPI, US_CORE_DIRECT
from shared.records.practitioner import DEA_ELSEWHERE
from tests.integration.clinic import Answer, Clinic, Member, new_dea
from tests.integration.creating import create, created, new_form
from tests.integration.dosespot_view import shown
from tests.integration.readiness import told as readiness_of
from tests.integration.self_service import (
    add_patient,
    dosespot_writes,
    enrolled,
    grant,
    patients,
    self_enroll,
    sync,
)
from tests.quick import first

PHONE = {"system": "phone", "use": "work", "value": "345-123-4567"}
FAX = {"system": "fax", "use": "work", "value": "567-123-4568"}
STREET = {"line": ["123 Main St"], "city": "Springfield", "state": "IL", "postalCode": "62701"}
NO_VALUE = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}
SPELLINGS = {
    "345-123-4567 # 1234": "3451234567x1234",
    "345-123-4567, ext. 12": "3451234567x12",
    "345-123-4567 ext: 12": "3451234567x12",
    "345-123-4567;ext=12": "3451234567x12",
    "tel:+1-345-123-4567": "3451234567",
    "345\N{NON-BREAKING HYPHEN}123\N{NON-BREAKING HYPHEN}4567": "3451234567",
}
FOREIGN = ["+65 6123 4567", "+47 22 12 34 56", "011 65 6123 4567", "0047 22 12 34 56"]


def stored(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    """What DoseSpot then has of a prescriber with these changes, whom an administrator enrolls."""
    record, _ = enrolled_with(clinic, **changes)
    return record


def enrolled_with(clinic: Clinic, **changes: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The same, and the warnings of the answer."""
    member = clinic.add_member(practitioner=changes)
    answer = clinic.enroll(member)
    assert answer.status == 200, answer.error
    warnings = [(one["path"], one["sentence"]) for one in answer.body.get("warnings", [])]
    return shown(clinic, f"clinicians/{clinic.clinician(member)['id']}"), warnings


def refused(clinic: Clinic, **changes: Any) -> str:
    """Why a prescriber with these changes is refused; DoseSpot knows nobody then."""
    member = clinic.add_member(practitioner=changes)
    answer = clinic.enroll(member)
    assert (answer.status, answer.body.get("errorType")) == (400, "RecordsRefused"), answer.body
    assert clinic.clinicians(member.npi) == []
    return answer.error


def patient_with(clinic: Clinic, family: str, **changes: Any) -> Answer:
    name = [{"given": ["Ada"], "family": family}]
    return sync(clinic, enrolled(clinic), add_patient(clinic, **{"name": name, **changes}))


def known_in_dosespot(clinic: Clinic) -> Member:
    """Rosa, whom DoseSpot knows and the project does not."""
    rosa = {"name": [{"family": "Alvarez", "given": ["Rosa"]}], "birthDate": "1970-01-02"}
    member = clinic.add_member(practitioner=rosa)
    assert clinic.enroll(member).status == 200
    clinic.delete(f"ProjectMembership/{member.membership_id}")
    clinic.delete(f"Practitioner/{member.id}")
    return member


@pytest.mark.parametrize("bot", ["admin_enroll", "self_enroll"])
def test_npi_of_another_person_in_dosespot(clinic: Clinic, bot: str) -> None:
    rosa = known_in_dosespot(clinic)
    otto = {"name": [{"family": "Brandt", "given": ["Otto"]}], "birthDate": "1988-11-30"}
    member = clinic.add_member(practitioner=otto)
    record = clinic.practitioner(member)
    others = [one for one in record["identifier"] if one["system"] != NPI]
    clinic.write({**record, "identifier": [{"system": NPI, "value": rosa.npi}, *others]})
    grant(clinic, member)
    before = clinic.clinicians(rosa.npi)
    clinic.reset()
    answer = clinic.enroll(member) if bot == "admin_enroll" else self_enroll(clinic, member)
    assert answer.status == 400
    assert "birth date" in answer.error
    assert "family name" in answer.error
    values = ("Rosa", "Alvarez", "1970", "Otto", "Brandt", "1988", rosa.npi)
    assert [value for value in values if value in answer.error] == []
    assert (clinic.clinicians(rosa.npi), dosespot_writes(clinic)) == (before, [])


@pytest.mark.parametrize("bot", ["admin_enroll", "self_enroll"])
def test_roles_1_for_somebody_with_1_and_4(clinic: Clinic, bot: str) -> None:
    member = clinic.add_member()
    assert clinic.enroll(member, practitionerRoleTypes=[1, 4]).status == 200
    grant(clinic, member)
    answer = clinic.enroll(member) if bot == "admin_enroll" else self_enroll(clinic, member)
    assert answer.status == 200
    assert clinic.clinician(member)["roles"] == ["ClinicianAdmin", "PrescribingClinician"]


def test_only_home_entries(clinic: Clinic) -> None:
    home = {
        "use": "home",
        "line": ["77 Private Ln"],
        "city": "Toronto",
        "state": "ON",
        "country": "CA",
        "text": "77 Private Ln, Toronto",
    }
    phone = {"system": "phone", "use": "home", "value": "416-555-0123"}
    member = clinic.add_member(practitioner={"address": [home], "telecom": [phone]})
    answer = created(clinic, new_form(clinic, details={"npi": member.npi}))
    changed = answer["practitioner"]
    assert (changed["id"], changed["address"][0], changed["telecom"][0]) == (member.id, home, phone)
    assert [one["use"] for one in changed["address"][1:]][:1] == ["work"]


@pytest.mark.parametrize("number", first(*FOREIGN))
def test_foreign_phone(clinic: Clinic, number: str) -> None:
    told = refused(clinic, telecom=[{**PHONE, "value": number}, FAX])
    assert "telecom[0].value: this is not a US number" in told
    mobile = [{"system": "phone", "use": "mobile", "value": number}]
    answer = patient_with(clinic, "Farman", telecom=mobile)
    assert "Patient.telecom[0].value: this is not a US number" in answer.error
    answer = create(clinic, new_form(clinic, phone=number))
    assert "phone: this is not a US number" in answer.error


def test_foreign_prescriber(clinic: Clinic) -> None:
    vicenza = {
        "line": ["Via Roma 12"],
        "city": "Vicenza",
        "state": "VI",
        "postalCode": "36100",
        "country": "IT",
    }
    told = refused(clinic, address=[vicenza])
    assert "Practitioner.address[0].country: this is not a US address" in told
    answer = patient_with(clinic, "Vicentino", address=[vicenza])
    assert "Patient.address[0].country: this is not a US address" in answer.error


@pytest.mark.parametrize("postal", first("PO Box 4471", "9 Mail Way"))
def test_postal_and_physical(clinic: Clinic, postal: str) -> None:
    mail = {**STREET, "use": "work", "type": "postal", "line": [postal]}
    place = {**STREET, "use": "work", "type": "physical", "line": ["500 Clinic Way"]}
    assert stored(clinic, address=[mail, place])["Address1"] == "500 Clinic Way"


def test_rank(clinic: Clinic) -> None:
    email = {"system": "email", "value": "second@clinic.example", "rank": 2}
    first = {**email, "value": "first@clinic.example", "rank": 1}
    second = {**PHONE, "value": "345-123-0002", "rank": 2}
    phones = [second, {**PHONE, "value": "345-123-0001", "rank": 1}]
    record = stored(clinic, telecom=[*phones, FAX, email, first])
    assert (record["PrimaryPhone"], record["Email"]) == ("3451230001", "first@clinic.example")
    assert patient_with(clinic, "Rankman", telecom=[*phones, email, first]).status == 200
    (patient,) = patients(clinic, "Rankman")
    record = shown(clinic, f"patients/{patient['id']}")
    assert (record["PrimaryPhone"], record["Email"]) == ("3451230001", "first@clinic.example")


def test_extension_element(clinic: Clinic) -> None:
    beside = [{"url": CONTACTPOINT_EXTENSION, "valueString": "4321"}]
    record = stored(clinic, telecom=[{**PHONE, "extension": beside}, FAX])
    assert record["PrimaryPhone"] == "3451234567x4321"


@pytest.mark.parametrize("spelling", first(*SPELLINGS))
def test_phone_spellings(clinic: Clinic, spelling: str) -> None:
    record = stored(clinic, telecom=[{**PHONE, "value": spelling}, FAX])
    assert record["PrimaryPhone"] == SPELLINGS[spelling]
    mobile = [{"system": "phone", "use": "mobile", "value": spelling}]
    family = f"Spell{'abcdef'[list(SPELLINGS).index(spelling)]}"
    assert patient_with(clinic, family, telecom=mobile).status == 200
    (patient,) = patients(clinic, family)
    assert shown(clinic, f"patients/{patient['id']}")["PrimaryPhone"] == SPELLINGS[spelling]
    assert created(clinic, new_form(clinic, phone=spelling))["created"]


def test_three_lines(clinic: Clinic) -> None:
    lines = [
        "Springfield Medical Plaza",
        "1200 North Main Street, Building C",
        "Suite 410, Mail Stop 12",
    ]
    told = refused(clinic, address=[{**STREET, "line": lines}])
    assert "address[0].line[1]: DoseSpot has two address lines of 35 characters" in told
    assert "leave out what a visitor does not need" in told
    assert "split" not in told
    followed = ["1200 N Main St, Bldg C", "Ste 410, Mail Stop 12"]
    record = stored(clinic, address=[{**STREET, "line": followed}])
    assert [record["Address1"], record["Address2"]] == followed


@pytest.mark.parametrize("line", first("POB 4471", "PO Drawer 12", "P.O. Bx 77"))
def test_po_boxes(clinic: Clinic, line: str) -> None:
    address = [{**STREET, "line": [line]}]
    assert "Enter a street address, not a PO box" in refused(clinic, address=address)
    mailing = {"mailingAddress": {"address1": line}}
    assert (
        "Enter a street address, not a PO box" in create(clinic, new_form(clinic, **mailing)).error
    )


@pytest.mark.parametrize(
    "line",
    first("RR 2 Box 15", "PSC 1234 Box 5678", "123 Main St PMB 12"),
)
def test_po_boxes_are_not_those_of_a_route(clinic: Clinic, line: str) -> None:
    assert stored(clinic, address=[{**STREET, "line": [line]}])["Address1"] == line


def test_direct_address(clinic: Clinic) -> None:
    is_direct = [{"url": US_CORE_DIRECT, "valueBoolean": True}]
    direct = {"system": "email", "value": "x@direct.example", "extension": is_direct}
    own = {"system": "email", "value": "direct-case@clinic.example"}
    record = stored(clinic, telecom=[PHONE, FAX, direct, own])
    assert record["Email"] == "direct-case@clinic.example"


@pytest.mark.parametrize(
    ("system", "is_read"),
    [("urn:oid:2.16.840.1.113883.4.814", True), ("https://example.org/registrations", False)],
)
def test_dea_under_another_system(clinic: Clinic, system: str, is_read: bool) -> None:
    member = clinic.add_member()
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "DEA"}
    number = {
        "type": {"coding": [coding]},
        "system": system,
        "value": new_dea(),
        "assigner": {"display": "Illinois"},
    }
    record = clinic.practitioner(member)
    clinic.write({**record, "identifier": [*record["identifier"], number]})
    answer = clinic.enroll(member)
    numbers = clinic.clinician(member)["dea_numbers"]
    assert numbers == ([number["value"]] if is_read else [])
    told = [one["sentence"] for one in answer.body.get("warnings", [])]
    assert told == ([] if is_read else [DEA_ELSEWHERE])


def test_npi_without_value(clinic: Clinic) -> None:
    member = clinic.add_member()
    record = clinic.practitioner(member)
    absent = {"system": NPI, "_value": NO_VALUE}
    clinic.write({**record, "identifier": [absent, *record["identifier"]]})
    assert clinic.enroll(member).status == 200
    assert clinic.clinician(member)["npi"] == member.npi


@pytest.mark.parametrize(
    "country",
    first("United States of America (the)", "United States of America", "U.S.", "USA", "PR"),
)
def test_country_spellings(clinic: Clinic, country: str) -> None:
    assert created(clinic, new_form(clinic, mailingAddress={"country": country}))["created"]
    record = stored(clinic, address=[{**STREET, "country": country}])
    assert record["State"] == "IL"


@pytest.mark.parametrize(
    ("city", "family", "expected"),
    [
        ("29 Palms", "O\N{LEFT SINGLE QUOTATION MARK}Brien", ("29 Palms", "O'Brien")),
        ("Washington, D.C.", "Smith\N{EN DASH}Jones", ("Washington, D.C.", "Smith-Jones")),
    ],
)
def test_city_and_punctuation(
    clinic: Clinic, city: str, family: str, expected: tuple[str, str]
) -> None:
    body = new_form(clinic, lName=family, mailingAddress={"city": city})
    made = created(clinic, body)["practitioner"]
    assert (made["address"][0]["city"], made["name"][0]["family"]) == expected
    name = {"family": family, "given": ["Jane"]}
    record = stored(clinic, name=[name], address=[{**STREET, "city": city}])
    assert (record["City"], record["LastName"]) == expected
    home = [{**STREET, "city": city}]
    assert patient_with(clinic, family, address=home).status == 200
    (patient,) = patients(clinic, expected[1])
    assert shown(clinic, f"patients/{patient['id']}")["City"] == expected[0]


def test_two_practitioners_one_npi(clinic: Clinic) -> None:
    first = clinic.add_member()
    assert clinic.enroll(first).status == 200
    second = clinic.add_member()
    record = clinic.practitioner(second)
    clinic.write({**record, "identifier": [{"system": NPI, "value": first.npi}]})
    answer = clinic.enroll(second)
    assert answer.status == 400
    assert f"another Practitioner has the same NPI: Practitioner/{first.id}" in answer.error
    reasons = readiness_of(clinic, second)["reasons"]
    (reason,) = [one for one in reasons if one["code"] == "number-of-another"]
    assert reason["sentence"] == answer.error


def test_long_optional_fields(clinic: Clinic) -> None:
    name = {"family": "Smith", "given": ["Jane"], "suffix": ["M.D., Ph.D."]}
    record, warnings = enrolled_with(clinic, name=[name])
    assert (record["LastName"], record["Suffix"]) == ("Smith", None)
    assert [path for path, _ in warnings] == ["Practitioner.name[0].suffix"]


def test_grams(clinic: Clinic) -> None:
    patient = add_patient(
        clinic, name=[{"given": ["Ada"], "family": "Gramman"}], birthDate="2026-01-14"
    )
    for code, value, unit in (("29463-7", 3200, "g"), ("8306-3", 52, "cm")):
        quantity = {
            "value": value,
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        }
        observation = {
            "resourceType": "Observation",
            "status": "final",
            "subject": {"reference": f"Patient/{patient['id']}"},
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "effectiveDateTime": "2026-01-20",
            "valueQuantity": quantity,
        }
        clinic.sandbox.fhir.add_resource(clinic.project, observation)
    assert sync(clinic, enrolled(clinic), patient).status == 200
    (found,) = patients(clinic, "Gramman")
    record = shown(clinic, f"patients/{found['id']}")
    assert (record["Weight"], record["Height"]) == (3.2, 52)

"""The clinician's record: a second run equals what is stored, and a merge loses nothing."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole
from shared.dosespot.clinician_record import (
    ClinicianRecord,
    known_roles,
    merged_record,
    new_record,
    stored_record,
)
from shared.dosespot.codes import role_of
from shared.dosespot.reply import read
from shared.dosespot.wire import ClinicianItem
from shared.records.prescriber import DeaRegistration, MedicalLicense, PersonName
from tests.builders import ABSENT, CLINIC_ID, dosespot_clinician, prescriber

ROLES = frozenset({ClinicianRole.PRESCRIBING_CLINICIAN})
LICENSE = MedicalLicense("036-123456", "IL")

IL = {"DEANumber": "AS1234563", "State": "IL", "ClinicId": "123"}
NY = {"DEANumber": "CS9876547", "State": "NY", "ClinicId": "123"}
CA = {"DEANumber": "BS1388568", "State": "CA", "ClinicId": "999"}

JANE_RECORD = {
    "Prefix": "Dr.",
    "FirstName": "Jane",
    "MiddleName": "Marie",
    "LastName": "Smith",
    "DateOfBirth": "1980-05-15",
    "Email": "jane.smith@example.com",
    "Address1": "123 Main St",
    "Address2": "Suite 100",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "PrimaryPhone": "3451234567",
    "PrimaryPhoneType": "Work",
    "PrimaryFax": "5671234568",
    "DEANumbers": [IL, NY],
    "NPINumber": "1234567893",
    "ClinicianRoleType": ["PrescribingClinician"],
    "EPCSRequested": True,
    "Active": True,
}


def wanted(*licenses: MedicalLicense, **changes: Any) -> ClinicianRecord:
    return new_record(prescriber(**changes), ROLES, licenses, CLINIC_ID)


def stored(**changes: Any) -> ClinicianRecord:
    item = read(ClinicianItem, dosespot_clinician(**changes))
    return stored_record(item, CLINIC_ID)


def merged(was: ClinicianRecord, shall: ClinicianRecord) -> ClinicianRecord:
    return merged_record(was, shall, CLINIC_ID)


def test_new_record_says_all_of_the_prescriber_and_nothing_empty() -> None:
    assert wanted() == JANE_RECORD


def test_new_record_of_who_prescribes_no_controlled_substances_asks_for_no_epcs() -> None:
    plain = prescriber(dea=(), email="", name=PersonName("Jane", "", "Smith", "", ""), active=False)
    left_out = {"Prefix", "MiddleName", "Email", "DEANumbers", "EPCSRequested"}
    assert new_record(plain, ROLES, [], CLINIC_ID) == {
        **{name: value for name, value in JANE_RECORD.items() if name not in left_out},
        "Active": False,
    }


def test_new_record_names_the_roles_in_dosespots_order() -> None:
    roles = [ClinicianRole.PROXY_CLINICIAN, ClinicianRole.CLINICIAN_ADMIN]
    record = new_record(prescriber(), roles, [], CLINIC_ID)
    assert record["ClinicianRoleType"] == ["ClinicianAdmin", "ProxyClinician"]


def test_license_is_for_its_own_clinic_or_for_ours() -> None:
    record = wanted(LICENSE, MedicalLicense("A-1", "NY", "999"))
    assert record["MedicalLicenseNumbers"] == [
        {"LicenseNumber": "036-123456", "State": "IL", "ClinicId": "123"},
        {"LicenseNumber": "A-1", "State": "NY", "ClinicId": "999"},
    ]


def test_stored_record_is_in_the_words_of_a_request() -> None:
    assert stored() == JANE_RECORD


ECHOES: dict[str, dict[str, Any]] = {
    "as sent": {},
    "date without time": {"DateOfBirth": "1980-05-15"},
    "date with offset": {"DateOfBirth": "1980-05-15T00:00:00+00:00"},
    "date with Z": {"DateOfBirth": "1980-05-15T00:00:00.000Z"},
    "formatted numbers": {"PrimaryPhone": "(345) 123-4567", "PrimaryFax": "567-123-4568"},
    "upper-case e-mail": {"Email": "JANE.SMITH@EXAMPLE.COM"},
    "white space": {"LastName": " Smith ", "City": "Springfield\r\n", "NPINumber": "1234567893 "},
    "null clinics": {"DEANumbers": [{**IL, "ClinicId": None}, {**NY, "ClinicId": None}]},
    "clinics as numbers": {"DEANumbers": [{**IL, "ClinicId": 123}, {**NY, "ClinicId": 123}]},
    "lists in another order": {"DEANumbers": [NY, IL]},
    "entries twice": {"DEANumbers": [IL, NY, IL]},
    "roles by number": {"Roles": [1]},
    "empty texts": {"Suffix": "", "PhoneAdditional1": "", "PDMPRoleType": ""},
    "null lists": {"NADEANumbers": None, "MedicalLicenseNumbers": None},
    "null EPCS request": {"EpcsRequested": None},
    "no single DEA number": {"DEANumber": None},
    "unknown fields": {"SomethingNew": {"x": 1}},
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_second_run_equals_what_dosespot_stored(echo: dict[str, Any]) -> None:
    was = stored(**echo)
    assert merged(was, wanted()) == was


def test_second_run_with_licenses_equals_what_dosespot_stored() -> None:
    entries = [
        {"LicenseNumber": "Z-9", "State": "NY", "ClinicId": None},
        {"LicenseNumber": "036-123456", "State": "IL", "ClinicId": "123"},
    ]
    was = stored(MedicalLicenseNumbers=entries)
    assert merged(was, wanted(LICENSE)) == was


def test_second_run_with_phone_extension_equals_what_dosespot_stored() -> None:
    was = stored(PrimaryPhone="345-123-4567 x12")
    assert merged(was, wanted(phone="3451234567x12")) == was


def test_second_run_of_who_has_no_email_equals_what_dosespot_stored() -> None:
    was = stored(Email=None)
    assert merged(was, wanted(email="")) == was


@pytest.mark.parametrize("others", [[], [CA]], ids=["one clinic", "two clinics"])
def test_second_run_is_equal_where_dosespot_shows_no_epcs_request(others: list[Any]) -> None:
    dea = (DeaRegistration("CS9876547", "NY"), DeaRegistration("AS1234563", "IL"))
    was = stored(EpcsRequested=None, DEANumbers=[NY, IL, *others])
    assert merged(was, wanted(dea=dea)) == was


def test_clinician_of_whom_dosespot_shows_nothing_gives_an_empty_record() -> None:
    nothing = read(ClinicianItem, dict.fromkeys(dosespot_clinician()))
    assert stored_record(nothing, CLINIC_ID) == {}
    assert merged({}, wanted()) == JANE_RECORD


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": replace(prescriber().name, last="Jones")}, {"LastName": "Jones"}),
        ({"email": "jane@example.org"}, {"Email": "jane@example.org"}),
        ({"phone": "2125550100"}, {"PrimaryPhone": "2125550100"}),
        ({"address": replace(prescriber().address, city="Chicago")}, {"City": "Chicago"}),
        ({"active": False}, {"Active": False}),
        ({"dea": (DeaRegistration("AS1234563", "IL"),)}, {"DEANumbers": [IL]}),
    ],
    ids=["name", "e-mail", "phone", "city", "inactive", "DEA"],
)
def test_changed_field_changes_just_that_field(
    change: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert merged(stored(), wanted(**change)) == {**JANE_RECORD, **expected}


BARE = prescriber(
    email="",
    dea=(),
    name=PersonName("Jane", "", "Smith", "", ""),
    address=replace(prescriber().address, line2=""),
)
EMPTIED = {
    **dict.fromkeys(("Prefix", "MiddleName", "Suffix", "Email", "Address2"), ""),
    "DEANumbers": [],
    "EPCSRequested": False,
}
OTHERS = {
    "PhoneAdditional1": "2125550100",
    "PhoneAdditionalType1": "Cell",
    "PDMPRoleType": "Physician",
    "MedicalLicenseNumbers": [{"LicenseNumber": "Z-9", "State": "NY", "ClinicId": "123"}],
    "NADEANumbers": [{"NADEANumber": "XS1234563", "State": "IL", "ClinicId": "123"}],
}


def test_what_the_practitioner_no_longer_has_is_emptied_and_what_was_never_ours_stays() -> None:
    was = stored(Suffix="MD", SpecialtyTypeId=6, **OTHERS)
    bare = new_record(BARE, ROLES, [], CLINIC_ID)
    specialty = {"ClinicianSpecialtyType": "InternalMedicine"}
    assert merged(was, bare) == {**JANE_RECORD, **OTHERS, **specialty, **EMPTIED}


@pytest.mark.parametrize("nothing", [None, "", ABSENT], ids=["null", "empty", "absent"])
@pytest.mark.parametrize("requested", [None, False])
def test_after_an_emptying_edit_nothing_is_left_to_write(nothing: Any, requested: Any) -> None:
    texts = dict.fromkeys(["Prefix", "MiddleName", "Suffix", "Email", "Address2"], nothing)
    numbers = [] if nothing == "" else nothing
    now = stored(**texts, DEANumbers=numbers, EpcsRequested=requested)
    assert merged(now, new_record(BARE, ROLES, [], CLINIC_ID)) == now


def test_another_clinics_dea_number_keeps_the_request_for_epcs() -> None:
    record = merged(stored(DEANumbers=[IL, CA]), new_record(BARE, ROLES, [], CLINIC_ID))
    assert (record["DEANumbers"], record["EPCSRequested"]) == ([CA], True)


def test_dea_numbers_of_other_clinics_are_kept() -> None:
    was = stored(DEANumbers=[IL, CA, NY])
    only_new = (DeaRegistration("AS1234563", "WI"),)
    assert merged(was, wanted(dea=only_new))["DEANumbers"] == [{**IL, "State": "WI"}, CA]


def test_licenses_are_only_added() -> None:
    had = {"LicenseNumber": "Z-9", "State": "NY", "ClinicId": "123"}
    was = stored(MedicalLicenseNumbers=[had])
    assert merged(was, wanted())["MedicalLicenseNumbers"] == [had]
    assert merged(was, wanted(LICENSE))["MedicalLicenseNumbers"] == [
        {"LicenseNumber": "036-123456", "State": "IL", "ClinicId": "123"},
        had,
    ]


def test_narcotic_numbers_survive() -> None:
    nadea = {"NADEANumber": "XS1234563", "State": "IL", "ClinicId": None}
    was = stored(NADEANumbers=[nadea])
    assert merged(was, wanted())["NADEANumbers"] == [{**nadea, "ClinicId": "123"}]


def test_specialty_and_pdmp_role_survive_in_the_words_of_a_request() -> None:
    was = stored(SpecialtyTypeId=6, PDMPRoleType="Physician")
    assert merged(was, wanted()) == {
        **JANE_RECORD,
        "ClinicianSpecialtyType": "InternalMedicine",
        "PDMPRoleType": "Physician",
    }


@pytest.mark.parametrize("number", [None, 0, 13, -1])
def test_unknown_specialty_is_left_out(number: int | None) -> None:
    assert stored(SpecialtyTypeId=number) == JANE_RECORD


def test_single_dea_number_survives_until_the_practitioner_names_some() -> None:
    was = stored(DEANumbers=None, DEANumber="AS1234563")
    without = {name: value for name, value in JANE_RECORD.items() if name != "DEANumbers"}
    assert was == {**without, "DEANumber": "AS1234563"}
    assert merged(was, new_record(prescriber(dea=()), ROLES, [], CLINIC_ID)) == was
    assert merged(was, wanted()) == JANE_RECORD


def test_entry_without_a_number_is_left_out() -> None:
    entries = [IL, NY, {"DEANumber": None, "State": "WI", "ClinicId": "123"}]
    assert stored(DEANumbers=entries) == JANE_RECORD


def test_number_that_breaks_our_rules_stays_as_dosespot_has_it() -> None:
    assert stored(PrimaryFax="555-0100")["PrimaryFax"] == "555-0100"


@pytest.mark.parametrize(
    ("shown", "roles"),
    [
        (["PrescribingClinician", "ClinicianAdmin"], {1, 4}),
        ([1, 4], {1, 4}),
        (["1", " ClinicianAdmin "], {1, 4}),
        (["Janitor", 9, ""], set()),
        (None, set()),
        (ABSENT, set()),
    ],
    ids=["names", "numbers", "mixed", "unknown", "null", "absent"],
)
def test_roles_are_known_by_name_or_number(shown: Any, roles: set[int]) -> None:
    assert known_roles(read(ClinicianItem, dosespot_clinician(Roles=shown))) == {
        role_of(number) for number in roles
    }


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (["PrescribingClinician"], ["PrescribingClinician", "ClinicianAdmin"]),
        ([1, "4"], ["PrescribingClinician", "ClinicianAdmin"]),
        (["Janitor", "ProxyClinician", 9], ["ClinicianAdmin", "ProxyClinician", 9, "Janitor"]),
        ([], ["ClinicianAdmin"]),
        (None, ["ClinicianAdmin"]),
    ],
    ids=["another", "numbers", "unknown ones", "none", "not shown"],
)
def test_ordered_roles_are_added_to_the_stored_ones(shown: Any, expected: list[Any]) -> None:
    admin = new_record(prescriber(), [ClinicianRole.CLINICIAN_ADMIN], [], CLINIC_ID)
    was = stored(Roles=shown)
    assert merged(was, admin) == {**JANE_RECORD, "ClinicianRoleType": expected}
    assert ("ClinicianRoleType" in was) is (shown is not None)


def test_nadeans_and_licenses_of_the_practitioner_go_along() -> None:
    nadean = DeaRegistration("XS1234563", "IL")
    record = wanted(LICENSE, nadean=(nadean,), licenses=(LICENSE, MedicalLicense("A-1", "NY")))
    here = {"ClinicId": "123"}
    assert record["NADEANumbers"] == [{"NADEANumber": "XS1234563", "State": "IL", **here}]
    assert record["MedicalLicenseNumbers"] == [
        {"LicenseNumber": "036-123456", "State": "IL", **here},
        {"LicenseNumber": "A-1", "State": "NY", **here},
    ]


def test_nadeans_of_this_clinic_become_the_wanted_ones_and_others_stay() -> None:
    other = {"NADEANumber": "XB1388568", "State": "CA", "ClinicId": "999"}
    old = {"NADEANumber": "XS9999999", "State": "IL", "ClinicId": "123"}
    was = stored(NADEANumbers=[other, old])
    new = wanted(nadean=(DeaRegistration("XS1234563", "IL"),))
    assert merged(was, wanted())["NADEANumbers"] == sorted(
        was["NADEANumbers"], key=lambda entry: sorted(entry.items())
    )
    assert merged(was, new)["NADEANumbers"] == [*new["NADEANumbers"], other]

"""The patients of DoseSpot's stand-in: whose they are, what is refused, and how they are found."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.sandbox.dosespot import rules
from deploy.sandbox.dosespot.app import DoseSpotServer, create_app
from deploy.sandbox.dosespot.clinician import Rejection
from deploy.sandbox.dosespot.patients import PAGE_SIZE
from deploy.sandbox.dosespot.replies import page
from tests.sandbox import served_dosespot
from tests.sandbox.served_dosespot import Sandbox, Slot

CONTACT = {**served_dosespot.CONTACT, "PrimaryPhoneType": "Home"}
CLINICIAN = {**CONTACT, "FirstName": "Jane", "LastName": "O'Brien", "DateOfBirth": "1980-05-15"}
PATIENT = {
    **{name: value for name, value in CONTACT.items() if name != "PrimaryFax"},
    "FirstName": "Tove",
    "LastName": "Berg",
    "DateOfBirth": "1990-01-31",
    "Gender": "Female",
    "Active": True,
}
BLANK = dict.fromkeys(
    [
        "Prefix",
        "MiddleName",
        "Suffix",
        "Email",
        "Address2",
        "PhoneAdditional1",
        "PhoneAdditionalType1",
        "PhoneAdditional2",
        "PhoneAdditionalType2",
        "Weight",
        "WeightMetric",
        "Height",
        "HeightMetric",
        "NonDoseSpotMedicalRecordNumber",
        "Encounter",
        "IsHospice",
    ]
)
MEASURES = {"Height": 50.5, "HeightMetric": "cm", "Weight": 4, "WeightMetric": "kg"}
NOT_AUTHORIZED = "Property: ClinicianID Details: User is not authorized to do this action."
NOT_FOUND = "Property: PatientId Details: Patient not found"


class Clinic:
    """A clinic of a served application, as one of its clinicians calls it."""

    def __init__(self, url: str, app: DoseSpotServer, user: int, keys: tuple[int, str]) -> None:
        self._url, self._app = url, app
        clinic, key = keys
        headers = {"Subscription-Key": app.subscription_key}
        form = {"client_id": clinic, "client_secret": key, "username": user, "password": key}
        form |= {"grant_type": "password", "scope": "api"}
        token = requests.post(
            f"{url}webapi/v2/connect/token", data=form, headers=headers, timeout=60
        ).json()["access_token"]
        self._headers = {**headers, "Authorization": f"Bearer {token}"}

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        url = f"{self._url}webapi/v2/api/{path}"
        return requests.request(
            method, url, json=body, params=query, headers=self._headers, timeout=60
        )

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        answer = self.send(method, path, body, **query)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def error(self, method: str, path: str, body: Any = None, **query: Any) -> str:
        result = self.call(method, path, body, **query)["Result"]
        assert result["ResultCode"] == "ERROR"
        description: str = result["ResultDescription"]
        return description

    def add(self, **changes: Any) -> int:
        created: int = self.call("POST", "patients", {**PATIENT, **changes})["Id"]
        assert created
        return created

    def read(self, patient: int) -> dict[str, Any]:
        item: dict[str, Any] = self.call("GET", f"patients/{patient}")["Item"]
        return item

    def found(self, **query: Any) -> list[str]:
        return [each["FirstName"] for each in self.call("GET", "patients/search", **query)["Items"]]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self._url}_sandbox/{path}", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()


def today() -> datetime:
    return datetime(2026, 3, 12, tzinfo=UTC)


def opened(slot: Slot, database: str, role: str = "PrescribingClinician") -> Clinic:
    app = slot.app = create_app(database, today)
    user = app.add_clinician(CLINICIAN, [role])
    return Clinic(slot.url, app, user, (app.clinic_id, app.clinic_key))


@pytest.fixture
def clinic(slot: Slot) -> Iterator[Clinic]:
    yield opened(slot, ":memory:")
    assert slot.app is not None
    slot.app.close()


@pytest.mark.parametrize(
    ("born", "name"),
    [
        ("2008-03-12", None),
        ("2008-03-13", "Height"),
        ("2026-03-12", "Height"),
        ("2026-03-13", "DateOfBirth"),
    ],
)
def test_height_and_weight_are_required_until_the_eighteenth_birthday(
    born: str, name: str | None
) -> None:
    refusal = rules.patient_refusal({**PATIENT, "DateOfBirth": f"{born}T00:00:00"}, today().date())
    assert (refusal.field if refusal else None) == name


def test_who_was_born_on_a_leap_day_comes_of_age_on_the_first_of_march() -> None:
    record = {**PATIENT, "DateOfBirth": "2008-02-29T00:00:00"}
    refusals = [rules.patient_refusal(record, date(2026, *day)) for day in ((2, 28), (3, 1))]
    assert refusals == [Rejection("Height", "Height is required for patients under 18"), None]


@pytest.mark.parametrize(
    ("total", "number", "pages", "previous", "following"),
    [(0, 1, 0, False, False), (5, 1, 1, False, False), (6, 1, 2, False, True), (6, 2, 2, True, 0)],
)
def test_a_page_says_what_is_around_it(
    total: int, number: int, pages: int, previous: bool, following: bool
) -> None:
    assert page(number, 5, total) == {
        "CurrentPage": number,
        "TotalPages": pages,
        "PageSize": 5,
        "TotalCount": total,
        "HasPrevious": previous,
        "HasNext": following,
    }


def test_a_patient_is_read_as_written(clinic: Clinic) -> None:
    patient = clinic.add(**MEASURES, DateOfBirth="2026-03-01", LastName=" Berg ", Nickname="T")
    expected = {**BLANK, **PATIENT, **MEASURES, "DateOfBirth": "2026-03-01T00:00:00"}
    assert clinic.read(patient) == {**expected, "PatientId": patient, "HasSSN": False}
    assert clinic.control("GET", "patients") == [
        {
            "id": patient,
            "clinic_id": 1001,
            "first_name": "Tove",
            "middle_name": None,
            "last_name": "Berg",
            "birth_date": "2026-03-01",
            "gender": "Female",
            "email": None,
            "record_number": None,
            "active": True,
        }
    ]


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        *[({name: None}, f"Property: {name} Details: {name} is required") for name in PATIENT],
        ({"FirstName": " "}, "Property: FirstName Details: FirstName is required"),
        ({"LastName": "Be\nrg"}, "Property: LastName Details: LastName must not contain"),
        ({"State": "Illinois"}, "Property: State Details: "),
        ({"ZipCode": "627011234"}, "Property: ZipCode Details: "),
        ({"PrimaryPhone": "5551234567"}, "Property: PrimaryPhone Details: "),
        ({"PhoneAdditional2": "(345) 123-456"}, "Property: PhoneAdditional2 Details: "),
        ({"DateOfBirth": "2026-03-13"}, "Property: DateOfBirth Details: "),
        ({"DateOfBirth": "2010-01-01"}, "Property: Height Details: Height is required"),
        ({"DateOfBirth": "2010-01-01", "Height": 50}, "Property: Weight Details: Weight is"),
        ({"Height": 0}, "Property: Height Details: "),
        ({"Weight": -1.5}, "Property: Weight Details: "),
    ],
)
def test_a_record_that_is_refused(
    clinic: Clinic, changes: dict[str, Any], description: str
) -> None:
    reply = clinic.call("POST", "patients", {**PATIENT, **changes})
    assert (reply["Id"], reply["Result"]["ResultCode"]) == (0, "ERROR")
    assert reply["Result"]["ResultDescription"].startswith(description)
    assert clinic.control("GET", "patients") == []


@pytest.mark.parametrize(
    ("name", "length"),
    [
        *[(name, 10) for name in ("Prefix", "Suffix", "ZipCode")],
        *[(name, 25) for name in ("PrimaryPhone", "PhoneAdditional1", "PhoneAdditional2")],
        *[(name, 35) for name in ("FirstName", "MiddleName", "LastName")],
        *[(name, 35) for name in ("Address1", "Address2", "City")],
        ("NonDoseSpotMedicalRecordNumber", 35),
        ("State", 50),
        ("Encounter", 50),
        ("Email", 80),
    ],
)
def test_a_string_over_its_length_is_a_400_that_repeats_no_value(
    clinic: Clinic, name: str, length: int
) -> None:
    fits = clinic.send("POST", "patients", {**PATIENT, name: "x" * length})
    longer = clinic.send("POST", "patients", {**PATIENT, name: "x" * (length + 1)})
    assert (fits.status_code, longer.status_code) == (200, 400)
    assert list(longer.json()["ModelState"]) == [f"request.{name}"]
    assert "xx" not in longer.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Gender", "female"),
        ("DateOfBirth", "31.1.1990"),
        ("PrimaryPhoneType", "Office"),
        ("HeightMetric", "feet"),
        ("WeightMetric", "stone"),
        ("Height", "50"),
        ("Active", "yes"),
    ],
)
def test_a_wrong_word_or_type_is_a_400(clinic: Clinic, name: str, value: str) -> None:
    assert clinic.send("POST", "patients", {**PATIENT, name: value}).status_code == 400


def test_what_a_put_leaves_out_is_emptied_or_stays(clinic: Clinic) -> None:
    patient = clinic.add(Email="t@example.com", **MEASURES)
    grown_young = {**PATIENT, "City": "Peoria", "DateOfBirth": "2020-01-01"}
    assert "Height is required" in clinic.error("PUT", f"patients/{patient}", grown_young)
    clinic.control("PATCH", "switches", {"put_semantics": "merge"})
    clinic.call("PUT", f"patients/{patient}", grown_young)
    merged = clinic.read(patient)
    assert (merged["City"], merged["Email"], merged["Height"]) == ("Peoria", "t@example.com", 50.5)
    clinic.control("PATCH", "switches", {"put_semantics": "overwrite"})
    clinic.call("PUT", f"patients/{patient}", PATIENT)
    emptied = clinic.read(patient)
    assert (emptied["City"], emptied["Email"], emptied["Height"]) == ("Springfield", None, None)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Tove", "Tom", "Ann"]),
        ({"firstName": "to"}, ["Tove", "Tom"]),
        ({"firstName": "OVE"}, []),
        ({"lastName": "LINDQVIST", "firstName": " "}, ["Tom", "Ann"]),
        ({"dob": "1990-01-31"}, ["Tove", "Ann"]),
        ({"dob": "1/31/1990"}, ["Tove", "Ann"]),
        ({"dob": "01/31/1990", "lastName": "Berg"}, ["Tove"]),
        ({"status": "ActiveOnly"}, ["Tove", "Tom"]),
        ({"status": "InactiveOnly"}, ["Ann"]),
        ({"status": "Both", "pageNumber": 1}, ["Tove", "Tom", "Ann"]),
        ({"pageNumber": 2}, []),
    ],
)
def test_patients_are_found_by_how_their_names_begin(
    clinic: Clinic, query: dict[str, Any], names: list[str]
) -> None:
    clinic.add()
    clinic.add(FirstName="Tom", LastName="Lindqvist", DateOfBirth="1991-12-01")
    clinic.add(FirstName="Ann", LastName="Lindqvist", Active=False)
    assert clinic.found(**query) == names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dob", "31/1/1990"),
        ("dob", "yesterday"),
        ("status", "Active"),
        ("pageNumber", "0"),
        ("pageNumber", "x"),
    ],
)
def test_a_search_for_what_cannot_be_is_a_400(clinic: Clinic, name: str, value: str) -> None:
    answer = clinic.send("GET", "patients/search", **{name: value})
    assert (answer.status_code, list(answer.json()["ModelState"])) == (400, [f"request.{name}"])


def test_a_long_list_comes_in_pages(clinic: Clinic) -> None:
    ids = [clinic.add() for _ in range(PAGE_SIZE + 1)]
    replies = [clinic.call("GET", "patients/search", pageNumber=each) for each in (1, 2)]
    assert [item["PatientId"] for reply in replies for item in reply["Items"]] == ids
    assert [reply["PageResult"] for reply in replies] == [
        page(number, PAGE_SIZE, PAGE_SIZE + 1) for number in (1, 2)
    ]


def test_a_clinic_knows_its_own_patients_alone(slot: Slot) -> None:
    first = opened(slot, ":memory:", "ClinicianAdmin")
    made = first.call("POST", "clinics", {**CONTACT, "ClinicName": "Second"})
    url, app = slot.url, slot.app
    assert app is not None
    second = Clinic(url, app, 10001, (made["ClinicId"], made["ClinicKey"]))
    patient = first.add()
    assert second.error("GET", f"patients/{patient}") == NOT_FOUND
    assert second.error("PUT", f"patients/{patient}", PATIENT) == NOT_FOUND
    assert (second.found(), first.found()) == ([], ["Tove"])
    app.close()


def test_an_inactive_clinician_may_do_nothing(clinic: Clinic) -> None:
    patient = clinic.add()
    clinic.control("PATCH", "clinicians/10001", {"active": False})
    assert {
        clinic.error("POST", "patients", PATIENT),
        clinic.error("PUT", f"patients/{patient}", PATIENT),
        clinic.error("GET", f"patients/{patient}"),
        clinic.error("GET", "patients/search"),
    } == {NOT_AUTHORIZED}


def test_a_restart_loses_no_patient(slot: Slot, tmp_path: Path) -> None:
    database = str(tmp_path / "dosespot.sqlite")
    clinic = opened(slot, database)
    patient = clinic.add()
    before = clinic.control("GET", "patients")
    assert slot.app is not None
    slot.app.close()
    slot.app = create_app(database, today)
    assert clinic.control("GET", "patients") == before
    assert clinic.add() == patient + 1
    slot.app.close()


def test_a_patient_who_is_created_twice_is_two_people(clinic: Clinic) -> None:
    one, other = clinic.add(), clinic.add()
    known = [(each["id"], each["first_name"]) for each in clinic.control("GET", "patients")]
    assert known == [(one, "Tove"), (other, "Tove")]
    assert one != other


def test_a_search_may_lag_behind(sandbox: Sandbox) -> None:
    sandbox.switch(patient_search_lag_s=5)
    lost = {"path": ".*/patients", "method": "POST", "kind": "status", "when": "after"}
    assert sandbox.control("POST", "faults", lost).status_code == 200
    assert sandbox.send("POST", "patients", json=PATIENT).status_code == 500
    (patient,) = sandbox.control("GET", "patients").json()
    found = sandbox.call("GET", "patients/search")
    assert (found["Items"], found["PageResult"]) == ([], page(1, PAGE_SIZE, 0))
    assert sandbox.call("GET", f"patients/{patient['id']}")["Item"]["FirstName"] == "Tove"
    sandbox.clock.advance(5)
    found = sandbox.call("GET", "patients/search")
    assert [each["PatientId"] for each in found["Items"]] == [patient["id"]]

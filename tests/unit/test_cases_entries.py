"""Names, addresses, contact points and dates that were once read wrong, each with what is right."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest

from fhir_profiles.choice import PERIOD_UNREADABLE
from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.period import Days, days_of
from fhir_profiles.state_license import state_licenses
from fhir_profiles.systems import IDENTIFIER_TYPE, US_CORE_DIRECT
from fhir_profiles.today import Today
from shared.readiness.rules.causes import Cause
from shared.readiness.rules.readiness import Facts, Membership, Record, readiness
from shared.records.findings import Finding
from shared.records.patient import read_patient
from shared.records.practitioner import (
    NO_EMAIL,
    read_practitioner,
)
from shared.records.reading import (
    BAD_EXTENSION,
    FAX_EXTENSION,
    FURTHER_LINES_TOO_LONG,
    LAST_RESORT,
    TWO_EXTENSIONS,
)
from tests.builders import (
    NOW,
    dea,
    npi,
    practitioner,
    prescriber,
)
from tests.unit.maria_rossi import ADDRESS, patient
from tests.unit.read_records import (
    ABSENT_VALUE,
    COUNTRY,
    EMAIL,
    EXTENSION,
    FAX,
    NOT_SENT,
    NOT_US_ADDRESS,
    NOT_US_NUMBER,
    PHONE,
    STREET,
    jane,
    maria,
    refused,
    warned,
)


class TestForeign:
    """foreign-phone, foreign-prescriber: what says that it is not in the US."""

    VICENZA: ClassVar[dict[str, Any]] = {
        "line": ["Via Roma 12"],
        "city": "Vicenza",
        "state": "VI",
        "postalCode": "36100",
        "country": "IT",
    }

    @pytest.mark.parametrize(
        "number",
        [
            "+65 6123 4567",
            "+47 22 12 34 56",
            "+ 47 22123456",
            "tel:+65-6123-4567",
            "(+65) 6123 4567",
        ],
    )
    def test_foreign_phone(self, number: str) -> None:
        foreign = {**PHONE, "value": number}
        assert refused(telecom=[foreign, FAX, EMAIL]) == [("telecom[0].value", NOT_US_NUMBER)]
        _, findings = read_patient(patient(telecom=[foreign]), [], NOW)
        assert findings.problems == [Finding("Patient.telecom[0].value", NOT_US_NUMBER)]

    @pytest.mark.parametrize(
        "number",
        [
            "+44 20 7946 0958",
            "0044 20 7946 0958",
            "00 44 20 7946 0958",
            "011 44 20 7946 0958",
            "011-44-20-7946-0958",
            "fax:+442079460958",
            "Tel. +44 20 7946 0958",
            "\N{FULLWIDTH PLUS SIGN}44 20 7946 0958",
            "\N{LEFT-TO-RIGHT EMBEDDING}+44 20 7946 0958\N{POP DIRECTIONAL FORMATTING}",
        ],
        ids="plus|00|00 apart|011|dashes|fax|words|full width|unseen marks".split("|"),
    )
    def test_a_foreign_number_is_passed_over_however_it_is_dialed(self, number: str) -> None:
        foreign, told_ = {**PHONE, "value": number, "rank": 1}, f"{NOT_SENT}{NOT_US_NUMBER}"
        numbers = [PHONE, foreign, {**FAX, "value": number}, FAX, EMAIL]
        found = jane(telecom=numbers)
        assert (found.phone, found.fax) == ("3451234567", "5671234568")
        assert warned(telecom=numbers) == [("telecom[1].value", told_), ("telecom[2].value", told_)]
        mobile = {**foreign, "use": "mobile"}
        found_, findings = read_patient(patient(telecom=[mobile, PHONE]), [], NOW)
        assert (found_.phone, found_.phone_type) == ("3451234567", "Work")
        assert findings.warnings == [Finding("Patient.telecom[0].value", told_)]

    @pytest.mark.parametrize(
        "number", ["001 345 123 4567", "011 1 345 123 4567", "+1 345 123 4567", "1-345-123-4567"]
    )
    def test_a_us_number_is_one_however_it_is_dialed(self, number: str) -> None:
        assert jane(telecom=[{**PHONE, "value": number}, FAX, EMAIL]).phone == "3451234567"

    def test_foreign_fax_by_the_country_extension(self) -> None:
        for country, told_ in (
            ("47", [("telecom[1].value", NOT_US_NUMBER)]),
            ("1", []),
            ("US", []),
        ):
            said = {"extension": [{"url": COUNTRY, "valueString": country}]}
            assert refused(telecom=[PHONE, {**FAX, **said}, EMAIL]) == told_

    def test_a_us_number_beside_a_foreign_one_is_sent_and_the_other_told(self) -> None:
        numbers = [{**PHONE, "value": "+65 6123 4567", "rank": 1}, {**PHONE, "rank": 2}, FAX, EMAIL]
        assert jane(telecom=numbers).phone == "3451234567"
        assert warned(telecom=numbers) == [("telecom[0].value", f"{NOT_SENT}{NOT_US_NUMBER}")]

    @pytest.mark.parametrize("country", ["IT", "Italy", "Italia", "ITA", "CA"])
    def test_foreign_prescriber(self, country: str) -> None:
        address = {**self.VICENZA, "country": country}
        assert refused(address=[address]) == [("address[0].country", NOT_US_ADDRESS)]
        _, findings = read_patient(patient(address=[address]), [], NOW)
        assert findings.problems == [Finding("Patient.address[0].country", NOT_US_ADDRESS)]

    def test_the_us_address_of_two_is_sent(self) -> None:
        work = {**self.VICENZA, "use": "work"}
        home = {**STREET, "use": "home"}
        assert jane(address=[work, home]).address == prescriber().address
        assert warned(address=[work, home]) == [
            ("address[0].country", f"{NOT_SENT}{NOT_US_ADDRESS}"),
            ("address[1]", LAST_RESORT),
        ]

    @pytest.mark.parametrize(
        "country",
        ["US", "usa", "U.S.", "U.S.A.", "United States of America", "840", "PR", "", None],
    )
    def test_every_spelling_of_the_us_is_the_us(self, country: Any) -> None:
        assert jane(address=[{**STREET, "country": country}]).address == prescriber().address

    def test_a_territory_is_the_state_where_none_is_given(self) -> None:
        address = {**STREET, "country": "Puerto Rico", "postalCode": "00901"}
        del address["state"]
        assert jane(address=[address]).address.state == "PR"


class TestPostalAndPhysical:
    """postal-and-physical."""

    POSTAL: ClassVar[dict[str, Any]] = {
        **STREET,
        "use": "work",
        "type": "postal",
        "line": ["PO Box 4471"],
    }
    PHYSICAL: ClassVar[dict[str, Any]] = {
        **STREET,
        "use": "work",
        "type": "physical",
        "line": ["500 Clinic Way"],
    }
    BOTH: ClassVar[dict[str, Any]] = {
        **STREET,
        "use": "work",
        "type": "both",
        "line": ["501 Clinic Way"],
    }

    @pytest.mark.parametrize("line", ["PO Box 4471", "1 Mail St"])
    def test_the_physical_one_is_the_prescribers(self, line: str) -> None:
        postal = {**self.POSTAL, "line": [line]}
        for order in ([postal, self.BOTH, self.PHYSICAL], [self.PHYSICAL, self.BOTH, postal]):
            assert jane(address=order).address.line1 == "500 Clinic Way"
        assert jane(address=[postal, self.BOTH]).address.line1 == "501 Clinic Way"

    def test_a_postal_one_is_never_the_prescribers(self) -> None:
        assert [path for path, _ in refused(address=[{**self.POSTAL, "line": ["1 Mail St"]}])] == [
            *("address.line", "address.city", "address.state", "address.postalCode")
        ]

    def test_a_patients_may_be_postal_and_that_is_told(self) -> None:
        postal, home = {**ADDRESS, "type": "postal", "line": ["PO Box 1"]}, ADDRESS
        assert maria(address=[postal, home]).line1 == "9 Elm St"
        found, findings = read_patient(patient(address=[postal]), [], NOW)
        assert (found.line1, findings.problems) == ("PO Box 1", [])
        assert findings.warnings == [Finding("Patient.address[0]", LAST_RESORT)]


class TestRank:
    """rank."""

    def test_of_a_prescriber(self) -> None:
        first, second = {**PHONE, "value": "3451230001"}, {**PHONE, "value": "3451230002"}
        numbers = [{**second, "rank": 2}, {**first, "rank": 1}, FAX]
        letters = [{**EMAIL, "value": "2@x.example", "rank": 2}, {**EMAIL, "rank": 1}]
        found = jane(telecom=[*numbers, *letters])
        assert (found.phone, found.email) == ("3451230001", "jane.smith@example.com")
        assert jane(telecom=[second, {**first, "rank": 3}, FAX]).phone == "3451230001"

    def test_of_a_patient_before_the_use(self) -> None:
        numbers = [
            {"system": "phone", "use": "mobile", "value": "3451230002", "rank": 2},
            {"system": "phone", "use": "home", "value": "3451230001", "rank": 1},
            {"system": "email", "use": "home", "value": "2@x.example", "rank": 2},
            {"system": "email", "use": "work", "value": "1@x.example", "rank": 1},
        ]
        found = maria(telecom=numbers)
        assert (found.phone, found.phone_type) == ("3451230001", "Home")
        assert found.email == "1@x.example"


class TestExtensionElement:
    """extension-element."""

    def with_extension(self, number: dict[str, Any], value: str) -> dict[str, Any]:
        return {**number, "extension": [{"url": EXTENSION, "valueString": value}]}

    @pytest.mark.parametrize("value", ["4321", "x4321", "ext. 4321", " 4321 "])
    def test_it_goes_with_the_number(self, value: str) -> None:
        phone = self.with_extension(PHONE, value)
        assert jane(telecom=[phone, FAX, EMAIL]).phone == "3451234567x4321"
        assert warned(telecom=[phone, FAX, EMAIL]) == []
        assert maria(telecom=[phone]).phone == "3451234567x4321"

    def test_what_can_not_be_sent_is_told(self) -> None:
        for phone, fax, path, sentence, sent in (
            (self.with_extension(PHONE, "front desk"), FAX, 0, BAD_EXTENSION, "3451234567"),
            (PHONE, self.with_extension(FAX, "12"), 1, FAX_EXTENSION, "3451234567"),
            (
                self.with_extension({**PHONE, "value": "3451234567 x1"}, "2"),
                *(FAX, 0, TWO_EXTENSIONS, "3451234567x1"),
            ),
        ):
            found = jane(telecom=[phone, fax, EMAIL])
            assert (found.phone, found.fax) == (sent, "5671234568")
            expected = [(f"telecom[{path}].extension", sentence)]
            assert warned(telecom=[phone, fax, EMAIL]) == expected

    def test_the_same_extension_twice_is_one(self) -> None:
        phone = self.with_extension({**PHONE, "value": "3451234567 x12"}, "12")
        assert jane(telecom=[phone, FAX, EMAIL]).phone == "3451234567x12"
        assert warned(telecom=[phone, FAX, EMAIL]) == []


def test_three_lines() -> None:
    lines = [
        "Springfield Medical Plaza",
        "1200 North Main Street, Building C",
        "Suite 410, Mail Stop 12",
    ]
    told_ = refused(address=[{**STREET, "line": lines}])
    assert told_ == [("address[0].line[1]", FURTHER_LINES_TOO_LONG)]
    assert "split" not in told_[0][1]
    shorter = [lines[0], "1200 N Main St", "Suite 410"]
    assert jane(address=[{**STREET, "line": shorter}]).address.line2 == "1200 N Main St, Suite 410"
    first = [lines[0] + " North Campus", "Suite 1"]
    ((path, sentence),) = refused(address=[{**STREET, "line": first}])
    assert (path, "split" in sentence) == ("address[0].line[0]", False)


@pytest.mark.parametrize(
    "lines",
    [
        ["RR 2", "BOX 152"],
        ["PSC 3", "BOX 1234"],
        ["HC 1", "BOX 7"],
        ["CMR 420", "Box 12"],
        ["Unit 2050", "Box 4190"],
        ["Springfield Clinic", "RR 2 BOX 152"],
        ["RR 2 BOX 152"],
        ["PSC 3 BOX 1234"],
        ["HC 1 BOX 7"],
    ],
    ids="/".join,
)
def test_the_box_of_a_route_is_no_po_box_on_either_line(lines: list[str]) -> None:
    found = jane(address=[{**STREET, "line": lines}]).address
    assert [found.line1, found.line2] == [*lines, ""][:2]
    assert warned(address=[{**STREET, "line": lines}]) == []


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (["123 Main St", "PO Box 12"], 1),
        (["RR 2", "PO Box 152"], 1),
        (["PO Box 12", "123 Main St"], 0),
        (["Box 12"], 0),
    ],
    ids=str,
)
def test_a_po_box_is_refused_on_either_line(lines: list[str], at: int) -> None:
    (path, _), *_ = refused(address=[{**STREET, "line": lines}])
    assert path == f"address[0].line[{at}]"


def test_direct_address() -> None:
    direct = {
        **EMAIL,
        "use": "work",
        "rank": 1,
        "value": "x@direct.example",
        "extension": [{"url": US_CORE_DIRECT, "valueBoolean": True}],
    }
    clinic = {**EMAIL, "value": "x@clinic.example"}
    assert jane(telecom=[direct, clinic, PHONE, FAX]).email == "x@clinic.example"
    assert jane(telecom=[direct, PHONE, FAX]).email == ""
    assert warned(telecom=[direct, PHONE, FAX]) == [("telecom", NO_EMAIL)]
    plain = {**direct, "extension": [{"url": US_CORE_DIRECT, "valueBoolean": False}]}
    assert jane(telecom=[plain, clinic, PHONE, FAX]).email == "x@direct.example"


class TestLongOptionalFields:
    """long-optional-fields."""

    @pytest.mark.parametrize(
        ("changes", "path", "sent"),
        [
            ({"suffix": ["M.D., Ph.D."]}, "suffix", {"suffix": ""}),
            ({"prefix": ["Prof.", "Dres."]}, "prefix", {"prefix": ""}),
            ({"given": ["Jane", "M" * 36]}, "given", {"middle": ""}),
        ],
        ids=["suffix", "prefix", "middle"],
    )
    def test_it_is_left_out_with_a_warning(
        self, changes: dict[str, Any], path: str, sent: dict[str, str]
    ) -> None:
        name = [{**practitioner()["name"][0], **changes}]
        assert jane(name=name).name == replace(prescriber().name, **sent)
        ((at, sentence),) = warned(name=name)
        assert at == f"name[0].{path}"
        assert sentence.startswith(f"{NOT_SENT}DoseSpot takes at most ")
        found, findings = read_patient(patient(name=name), [], NOW)
        assert findings.problems == []
        assert [one.path for one in findings.warnings] == [f"Patient.name[0].{path}"]
        assert {"suffix": found.suffix, "prefix": found.prefix, "middle": found.middle_name}[
            next(iter(sent))
        ] == ""

    def test_a_malformed_email_is_left_out_too(self) -> None:
        letters = {**EMAIL, "value": "jane"}
        assert jane(telecom=[letters, PHONE, FAX]).email == ""
        assert [path for path, _ in warned(telecom=[letters, PHONE, FAX])] == ["telecom[0].value"]


class TestTheDayOfTheState:
    """Dates are days at the place that they belong to."""

    # In UTC it is 2026-01-01, in Chicago still the last day of 2025, in New York the first.
    THEN = Today(datetime(2026, 1, 1, 5, 30, tzinfo=UTC))

    @pytest.mark.parametrize(("state", "counts"), [("IL", True), ("NY", False), ("HI", True)])
    def test_a_dea_number_ends_with_its_states_day(self, state: str, counts: bool) -> None:
        registration = dea("AS1234563", state, period={"end": "2025-12-31"})
        record = practitioner(identifier=[npi(), registration])
        assert bool(read_practitioner(record, self.THEN)[0].dea) is counts

    @pytest.mark.parametrize(("state", "counts"), [("IL", True), ("NY", False)])
    def test_a_license_and_an_address_end_with_their_own_states_day(
        self, state: str, counts: bool
    ) -> None:
        until = {"period": {"end": "2025-12-31"}}
        home = {**STREET, "state": "WI", "city": "Beloit"}
        address = {**home, "use": "work", "state": state, "city": "Springfield", **until}
        concept = {"coding": [{"system": IDENTIFIER_TYPE, "code": "MD"}]}
        number = {"value": "1", "assigner": {"display": state}}
        license_ = {"code": concept, "identifier": [number], **until}
        record = practitioner(address=[home, address], qualification=[license_])
        found, _ = read_practitioner(record, self.THEN)
        assert found.address.city == ("Springfield" if counts else "Beloit")
        assert bool(found.licenses) is counts
        held = Record(dea=(), licenses=state_licenses(record))
        reasons = readiness(Facts(Membership(), held), self.THEN).reasons
        assert (Cause.LICENSE_ENDED in [one.cause for one in reasons]) is not counts

    @pytest.mark.parametrize(("state", "counts"), [("IL", True), ("NY", False)])
    def test_readiness_ends_a_dea_number_with_its_states_day(
        self, state: str, counts: bool
    ) -> None:
        registration = dea("AS1234563", state, period={"end": "2025-12-31"})
        held = Record(dea=dea_identifiers({"identifier": [registration]}))
        reasons = readiness(Facts(Membership(), held), self.THEN).reasons
        assert (Cause.DEA_ENDED in [one.cause for one in reasons]) is not counts

    def test_the_end_of_time_is_no_end(self) -> None:
        for_ever = {"start": "0001-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z"}
        assert days_of({"period": for_ever}, "GU") == Days(date.min, date.max)
        assert days_of({"period": for_ever}, "HI") == Days(date.min, date.max)

    def test_a_patient_comes_of_age_where_they_live(self) -> None:
        born = {"birthDate": "2008-01-01"}
        for state, minor in (("IL", True), ("NY", False)):
            record = patient(**born, address=[{**ADDRESS, "state": state}])
            _, findings = read_patient(record, [], self.THEN)
            assert bool(findings.problems) is minor

    def test_an_instant_in_utc_is_the_day_that_it_is_there(self) -> None:
        until = {"period": {"end": "2026-01-01T05:59:59Z"}}
        registration = dea("AS1234563", "IL", **until)
        (found,) = dea_identifiers(practitioner(identifier=[registration]))
        assert found.days.last is not None
        assert found.days.last.isoformat() == "2025-12-31"


class TestWhatDoesNotCount:
    """Entries that look as if they counted."""

    def test_one_whose_whole_value_is_said_absent(self) -> None:
        assert jane(
            telecom=[{**PHONE, "value": "3451230001", **ABSENT_VALUE}, PHONE, FAX]
        ).phone == ("3451234567")

    def test_one_whose_period_can_not_be_read_is_told(self) -> None:
        unreadable = {**PHONE, "value": "3451230001", "period": {"end": "soon"}}
        numbers = [unreadable, PHONE, FAX, EMAIL]
        assert jane(telecom=numbers).phone == "3451234567"
        assert warned(telecom=numbers) == [("telecom[0].period", f"{NOT_SENT}{PERIOD_UNREADABLE}")]
        assert refused(telecom=[unreadable, FAX, EMAIL]) == [
            ("telecom[0].period", PERIOD_UNREADABLE)
        ]

    @pytest.mark.parametrize("rank", [0, -1, True, "1", None])
    def test_a_rank_that_is_none_comes_after_all_ranks(self, rank: Any) -> None:
        numbers = [{**PHONE, "value": "3451230001", "rank": rank}, {**PHONE, "rank": 9}, FAX]
        assert jane(telecom=numbers).phone == "3451234567"

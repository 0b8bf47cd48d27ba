"""NPI, DEA numbers and licenses that were once read wrong, each with what is right."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.period import Days
from fhir_profiles.places import issuing_state
from fhir_profiles.state_license import UNREADABLE, state_licenses
from fhir_profiles.systems import DEA, PLAN_NET_QUALIFICATION
from shared.dosespot.clinician_record import merged_record, new_record, stored_record
from shared.dosespot.reply import read
from shared.dosespot.wire import ClinicianItem
from shared.readiness.rules.causes import Blocks, Cause
from shared.readiness.rules.readiness import Flaw, Readiness
from shared.records.findings import Finding
from shared.records.practitioner import (
    DEA_ELSEWHERE,
    DEA_ENDED,
    DEA_ENDED_WITH_EPCS,
    DEA_NOT_BEGUN,
    DEA_PERIOD_UNREADABLE,
    LICENSE_ENDED,
    LICENSE_NOT_ACTIVE,
    LICENSE_NOT_BEGUN,
    LICENSE_PERIOD_UNREADABLE,
    read_practitioner,
)
from shared.records.prescriber import DeaRegistration, MedicalLicense
from tests.builders import (
    CLINIC_ID,
    NOW,
    dea,
    dosespot_clinician,
    npi,
    practitioner,
    prescriber,
)
from tests.unit.read_records import ABSENT_VALUE, FAX, NOT_SENT, PHONE, STREET, jane, warned
from tests.unit.ready_prescriber import of_record, told


def where_valid(*states: str, status: str = "active") -> dict[str, Any]:
    system = "https://www.usps.com/"
    return {
        "url": PLAN_NET_QUALIFICATION,
        "extension": [
            {"url": "status", "valueCode": status},
            *(
                {
                    "url": "whereValid",
                    "valueCodeableConcept": {"coding": [{"system": system, "code": state}]},
                }
                for state in states
            ),
        ],
    }


def qualification(**changes: Any) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/v2-0360/2.7"
    return {
        "extension": [where_valid("IL")],
        "identifier": [{"system": "https://example.org/license", "value": "036987654"}],
        "code": {"coding": [{"system": system, "code": "MD"}]},
        "period": {"start": "2016-01-01", "end": "2024-01-01"},
        "issuer": {"display": "State of Illinois"},
        **changes,
    }


class TestLicenseAsMedplumDocumentsIt:
    """license-as-medplum-documents-it."""

    IN_FORCE: ClassVar[dict[str, str]] = {"end": "2027-01-01"}

    def ready(self, *qualifications: dict[str, Any]) -> Readiness:
        return told(of_record(licenses=state_licenses({"qualification": list(qualifications)})))

    def test_one_that_ended_is_not_ready(self) -> None:
        found = self.ready(qualification())
        assert not found.prescribes
        (reason,) = [one for one in found.reasons if one.blocks is Blocks.EVERYTHING]
        assert (reason.cause, reason.value) == (Cause.LICENSE_ENDED, "2024-01-01")
        assert jane(qualification=[qualification()]).licenses == ()

    @pytest.mark.parametrize(
        ("changes", "element", "sentence"),
        [
            ({}, "period.end", LICENSE_ENDED),
            ({"period": {"start": "2027"}}, "period.start", LICENSE_NOT_BEGUN),
            ({"period": {"end": "soon"}}, "period", LICENSE_PERIOD_UNREADABLE),
            ({"extension": [where_valid("IL", status="revoked")]}, "extension", LICENSE_NOT_ACTIVE),
        ],
        ids=["ended", "not begun", "unreadable", "revoked"],
    )
    def test_one_that_does_not_count_is_told_unless_another_does(
        self, changes: dict[str, Any], element: str, sentence: str
    ) -> None:
        over, held = qualification(**changes), qualification(period=self.IN_FORCE)
        told_ = [(f"qualification[0].{element}", f"{NOT_SENT}{sentence}")]
        assert warned(qualification=[over]) == told_
        assert warned(qualification=[over, held]) == []
        flaws = (Flaw(f"Practitioner.{told_[0][0]}", "It is so."),)
        record = of_record(licenses=state_licenses({"qualification": [over]}), warnings=flaws)
        assert Cause.RECORD_WARNING not in [one.cause for one in told(record).reasons]

    def test_one_in_force_is_sent(self) -> None:
        held = qualification(period=self.IN_FORCE)
        assert self.ready(held).prescribes
        assert jane(qualification=[held]).licenses == (MedicalLicense("036987654", "IL"),)

    @pytest.mark.parametrize(
        "system",
        [
            "http://terminology.hl7.org/CodeSystem/v2-0360",
            "http://terminology.hl7.org/CodeSystem/v2-0360/2.7",
            "http://terminology.hl7.org/CodeSystem/v2-0360|2.7",
            "http://terminology.hl7.org/CodeSystem/v2-0203",
            "http://terminology.hl7.org/CodeSystem/v2-0203|2.9",
        ],
    )
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"extension": []},
            {"issuer": {}},
            {"extension": [], "issuer": {"display": "Illinois"}},
            {"extension": [], "issuer": {"display": "Medical Licensing Board of Illinois"}},
            {"extension": [], "issuer": {"display": "il"}},
            {
                "extension": [],
                "issuer": {},
                "identifier": [{"value": "036987654", "assigner": {"display": "IL"}}],
            },
        ],
        ids=["all", "issuer", "whereValid", "name", "board", "code", "assigner"],
    )
    def test_every_way_of_saying_it_is_read(self, system: str, changes: dict[str, Any]) -> None:
        code = {"coding": [{"system": system, "code": "MD"}]}
        held = qualification(period=self.IN_FORCE, code=code, **changes)
        assert jane(qualification=[held]).licenses == (MedicalLicense("036987654", "IL"),)

    def test_it_may_be_valid_in_several_states(self) -> None:
        held = qualification(period=self.IN_FORCE, extension=[where_valid("IL", "US-WI")])
        assert [one.state for one in jane(qualification=[held]).licenses] == ["IL", "WI"]

    @pytest.mark.parametrize("status", ["inactive", "revoked", "issued-in-error", "unknown", ""])
    def test_one_that_is_not_active_does_not_count(self, status: str) -> None:
        held = qualification(period=self.IN_FORCE, extension=[where_valid("IL", status=status)])
        found = self.ready(held)
        assert not found.prescribes
        assert Cause.LICENSE_NOT_ACTIVE in [one.cause for one in found.reasons]
        assert jane(qualification=[held]).licenses == ()

    @pytest.mark.parametrize(
        "changes",
        [
            {"extension": [], "issuer": {}, "identifier": []},
            {"extension": [], "issuer": {"display": "University of Illinois"}, "identifier": []},
            {
                "extension": [],
                "issuer": {"display": "University of Illinois"},
                "identifier": [{"value": "1"}],
            },
        ],
        ids=["nothing", "a school", "a school's number"],
    )
    def test_a_degree_is_no_license(self, changes: dict[str, Any]) -> None:
        degree = qualification(**changes)
        assert state_licenses({"qualification": [degree]}) == ()
        assert warned(qualification=[degree]) == []

    def test_one_that_can_not_be_read_is_told(self) -> None:
        whole = {"period": self.IN_FORCE}
        words = {"code": {"text": "Medical license"}, "identifier": [{"value": "1"}]}
        assert warned(qualification=[words]) == [("qualification[0]", f"{NOT_SENT}{UNREADABLE}")]
        for changes, said in (
            ({"extension": [], "issuer": {}}, "the state must be"),
            ({"identifier": []}, "the license number is missing"),
        ):
            ((path, sentence),) = warned(qualification=[qualification(**whole, **changes)])
            assert path == "qualification[0]"
            assert sentence.startswith(f"{NOT_SENT}{said}")

    def test_the_number_may_have_ended_where_the_qualification_goes_on(self) -> None:
        ended = {"value": "036987654", "period": {"end": "2025-12-31"}}
        held = qualification(period=self.IN_FORCE, identifier=[ended])
        (found,) = state_licenses({"qualification": [held]})
        assert found.days == Days(last=datetime(2025, 12, 31).date())  # noqa: DTZ001 - a day


class TestDeaEndedAfterEpcs:
    """dea-ended-after-epcs."""

    ENDED = dea("AS1234563", "IL", period={"end": "2026-03-09"})

    def qualified(self, *identifiers: dict[str, Any]) -> dict[str, Any]:
        record = practitioner(identifier=[npi(), *identifiers])
        return with_epcs_qualification(record, True, datetime(2026, 1, 1, tzinfo=UTC))

    def test_it_is_taken_out_of_dosespot_with_the_request(self) -> None:
        found, findings = read_practitioner(self.qualified(self.ENDED), NOW)
        assert (found.dea, findings.problems) == ((), [])
        assert findings.warnings == [
            Finding("Practitioner.identifier[1].period.end", DEA_ENDED_WITH_EPCS)
        ]
        stored = stored_record(read(ClinicianItem, dosespot_clinician()), CLINIC_ID)
        record = merged_record(stored, new_record(found, [], [], CLINIC_ID), CLINIC_ID)
        assert (record["DEANumbers"], record["EPCSRequested"]) == ([], False)

    def test_another_state_keeps_its_number(self) -> None:
        found, findings = read_practitioner(self.qualified(self.ENDED, dea("CS9876547", "NY")), NOW)
        assert found.dea == (DeaRegistration("CS9876547", "NY"),)
        assert [one.path for one in findings.warnings] == ["Practitioner.identifier[1].period.end"]

    def test_nothing_is_told_of_one_that_was_renewed(self) -> None:
        renewed = self.qualified(self.ENDED, dea("CS9876547", "IL"))
        assert read_practitioner(renewed, NOW)[1].warnings == []

    def test_one_that_does_not_count_before_epcs_is_told_as_not_sent(self) -> None:
        ended, begins = self.ENDED, dea("AS1234563", "IL", period={"start": "2026-04-01"})
        assert warned(identifier=[npi(), ended]) == [
            ("identifier[1].period.end", f"{NOT_SENT}{DEA_ENDED}")
        ]
        assert warned(identifier=[npi(), begins]) == [
            ("identifier[1].period.start", f"{NOT_SENT}{DEA_NOT_BEGUN}")
        ]

    def test_a_period_that_can_not_be_read_is_told_once(self) -> None:
        unreadable = dea("AS1234563", "IL", period={"end": "soon"})
        identifiers = [npi(), unreadable]
        assert jane(identifier=identifiers).dea == ()
        told_ = [("identifier[1].period", DEA_PERIOD_UNREADABLE)]
        assert warned(identifier=identifiers) == told_
        flaw = Flaw("Practitioner.identifier[1].period", "It is so.")
        facts = of_record(
            dea=dea_identifiers({"resourceType": "Practitioner", "identifier": identifiers}),
            warnings=(flaw,),
        )
        causes = [one.cause for one in told(facts).reasons]
        assert Cause.DEA_PERIOD_UNREADABLE in causes
        assert Cause.RECORD_WARNING not in causes

    def test_the_law_is_named(self) -> None:
        assert "21 CFR 1311.125(d)" in DEA_ENDED_WITH_EPCS
        assert "21 CFR 1311.125(d)" in Cause.DEA_ENDED.sentence


class TestDeaUnderAnotherSystem:
    """dea-under-another-system."""

    ALIASES: ClassVar[list[str]] = [
        "urn:oid:2.16.840.1.113883.4.814",
        "http://hl7.org/fhir/sid/us-dea",
        DEA,
    ]

    @pytest.mark.parametrize("system", ALIASES)
    def test_a_known_alias_is_read(self, system: str) -> None:
        identifiers = [npi(), dea("AS1234563", "IL", system=system)]
        assert jane(identifier=identifiers).dea == (DeaRegistration("AS1234563", "IL"),)
        assert warned(identifier=identifiers) == []

    @pytest.mark.parametrize(
        "other",
        [
            dea("AS1234563", "IL", system="https://example.org/registrations"),
            {**dea("AS1234563", "IL"), "system": None},
            {"system": "https://example.org/dea-number", "value": "AS1234563"},
            {"system": "https://example.org/DEA", "value": "AS1234563"},
            {"type": {"text": "DEA Number"}, "value": "AS1234563"},
        ],
        ids=["type", "no system", "number", "DEA", "words"],
    )
    def test_anything_else_that_says_dea_is_told(self, other: dict[str, Any]) -> None:
        assert jane(identifier=[npi(), other]).dea == ()
        assert warned(identifier=[npi(), other]) == [("identifier[1]", DEA_ELSEWHERE)]

    @pytest.mark.parametrize("over", [{"use": "old"}, {"period": {"end": "2025"}}], ids=str)
    def test_one_that_is_over_is_not(self, over: dict[str, Any]) -> None:
        other = {**dea("AS1234563", "IL", system="https://example.org/dea"), **over}
        assert warned(identifier=[npi(), other]) == []

    @pytest.mark.parametrize(
        "system",
        ["https://example.org/ideas", "urn:prescriber-bots:nadean", "https://deaf.example"],
    )
    def test_other_words_do_not_say_dea(self, system: str) -> None:
        other = {"system": system, "value": "XS1234563", "assigner": {"display": "IL"}}
        assert warned(identifier=[npi(), other]) == []


class TestNpiWithoutValue:
    """npi-without-value."""

    @pytest.mark.parametrize(
        "absent",
        [
            {"system": npi()["system"], "_value": ABSENT_VALUE},
            {"system": npi()["system"]},
            {**npi("1558598797"), "_value": ABSENT_VALUE},
            {**npi("1558598797"), **ABSENT_VALUE},
            npi("1558598797", use="temp"),
        ],
        ids=["absent", "nothing", "both", "the whole", "temporary"],
    )
    def test_the_one_with_a_value_counts(self, absent: dict[str, Any]) -> None:
        assert jane(identifier=[absent, npi()]).npi == jane(identifier=[npi(), absent]).npi
        assert jane(identifier=[absent, npi()]).npi == "1234567893"

    def test_the_alias_is_read(self) -> None:
        alias = npi(system="urn:oid:2.16.840.1.113883.4.6")
        assert jane(identifier=[alias, npi()]).npi == "1234567893"

    def test_absent_names_and_contact_points_do_not_count(self) -> None:
        official = {"use": "official", "_family": ABSENT_VALUE}
        assert jane(name=[official, *practitioner()["name"]]).name == prescriber().name
        absent = {"system": "phone", "use": "work", "_value": ABSENT_VALUE}
        assert jane(telecom=[absent, PHONE, FAX]).phone == "3451234567"
        street = {"use": "work", "_line": [ABSENT_VALUE], "line": [None]}
        assert jane(address=[street, STREET]).address == prescriber().address


@pytest.mark.parametrize(
    ("issuer", "state"),
    [
        ("IL", "IL"),
        ("illinois", "IL"),
        ("State of Illinois", "IL"),
        ("Commonwealth of Massachusetts", "MA"),
        ("Medical Board of California", "CA"),
        ("West Virginia Board of Medicine", "WV"),
        ("Illinois Department of Financial and Professional Regulation", "IL"),
        ("Washington, D.C.", "DC"),
        ("District of Columbia Board of Medicine", "DC"),
        ("State of Washington", "WA"),
        ("U.S. Virgin Islands", "VI"),
        ("Department of State of Illinois and Indiana", ""),
        ("Illinois State University", ""),
        ("Northwestern Memorial Hospital of Illinois State", ""),
        ("Illinois Tool Works", ""),
        ("Medical Board", ""),
        ("", ""),
    ],
)
def test_an_authority_is_known_by_its_state(issuer: str, state: str) -> None:
    assert issuing_state(issuer) == state

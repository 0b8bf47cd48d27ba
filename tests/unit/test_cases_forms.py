"""Forms that once wrote over what was not theirs, each with what is right."""

from typing import Any, ClassVar

import pytest

from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.elements import child, items, text
from fhir_profiles.systems import NADEAN
from shared.prescriber_form.rules.form import read_form
from shared.prescriber_form.rules.practitioner import (
    Registration,
    RegistrationKind,
    contradictions,
    with_form,
)
from shared.records.practitioner import (
    read_practitioner,
)
from shared.records.prescriber import Prescriber
from tests.builders import (
    NOW,
    TODAY,
    dea,
    form,
    npi,
    practitioner,
)
from tests.unit.read_records import EXTENSION, STREET


class TestOnlyHomeEntries:
    """only-home-entries."""

    HOME: ClassVar[dict[str, Any]] = {
        "use": "home",
        "line": ["77 Private Ln"],
        "city": "Toronto",
        "state": "ON",
        "country": "CA",
        "text": "77 Private Ln, Toronto",
    }
    NUMBERS: ClassVar[list[dict[str, str]]] = [
        {"system": "phone", "use": "home", "value": "345-000-0001"},
        {"system": "email", "use": "home", "value": "jane@home.example"},
        {"system": "fax", "use": "old", "value": "345-000-0002"},
    ]

    def test_a_work_entry_is_added_and_the_home_entry_stays_as_it_was(self) -> None:
        given, findings = read_form(form(fax="567-123-4568"), TODAY)
        assert findings.problems == []
        before = practitioner(address=[self.HOME], telecom=self.NUMBERS)
        changed = with_form(before, given, [], NOW)
        work = {"use": "work", "country": "US", **STREET}
        assert changed["address"] == [self.HOME, work, {**work, "use": "billing"}]
        assert changed["telecom"] == [
            *self.NUMBERS,
            {"system": "email", "use": "work", "value": "jane.smith@example.com"},
            {"system": "phone", "use": "work", "value": "3451234567"},
            {"system": "fax", "use": "work", "value": "5671234568"},
        ]
        assert with_form(changed, given, [], NOW) is changed

    def test_an_extension_beside_the_number_goes_with_it(self) -> None:
        given, _ = read_form(form(), TODAY)
        beside = {"extension": [{"url": EXTENSION, "valueString": "12"}]}
        phone = {"system": "phone", "use": "work", "value": "345-123-4567", **beside}
        changed = with_form(practitioner(telecom=[phone]), given, [], NOW)
        expected = {"system": "phone", "use": "work", "value": "3451234567"}
        assert changed["telecom"][0] == expected

    @pytest.mark.parametrize(
        "kept", [{"country": "CA"}, {"type": "postal"}, {"period": {"end": "2025"}}], ids=str
    )
    def test_a_work_entry_of_another_kind_stays_too(self, kept: dict[str, Any]) -> None:
        given, _ = read_form(form(), TODAY)
        own = {**self.HOME, "use": "work", "country": "US", **kept}
        changed = with_form(practitioner(address=[own]), given, [], NOW)
        assert changed["address"][:2] == [own, {"use": "work", "country": "US", **STREET}]


def jane_of(record: dict[str, Any]) -> Prescriber:
    return read_practitioner(record, NOW)[0]


class TestACorrectedForm:
    """A form that corrects what a form gave before."""

    def corrected(self, before: dict[str, Any], *numbers: Registration) -> dict[str, Any]:
        given, _ = read_form(form(), TODAY)
        return with_form(before, given, numbers, NOW)

    @pytest.mark.parametrize(
        "kind", [RegistrationKind.DEA, RegistrationKind.NADEAN, RegistrationKind.LICENSE]
    )
    def test_the_number_it_gave_before_ends(self, kind: RegistrationKind) -> None:
        wrong, right = (
            ("AS1234563", "FS1234563")
            if kind is RegistrationKind.DEA
            else ("XS1234563", "XS1234570")
        )
        bare = practitioner(identifier=[npi()])
        first = self.corrected(bare, Registration(kind, wrong, "IL", ""))
        second = self.corrected(first, Registration(kind, right, "IL", ""))
        read_again, _ = read_practitioner(second, NOW)
        sent = [
            *(one.number for one in (*read_again.dea, *read_again.nadean)),
            *(one.number for one in read_again.licenses),
        ]
        assert sent == [right]
        assert "2026-03-10" in str(second)
        assert self.corrected(second, Registration(kind, right, "IL", "")) is second

    def test_what_somebody_else_gave_stays_and_is_told(self) -> None:
        before = practitioner(identifier=[npi(), dea("AS1234563", "IL")])
        new = Registration(RegistrationKind.DEA, "FS1234563", "IL", "details.dea")
        changed = self.corrected(before, new)
        assert changed["identifier"][:2] == before["identifier"]
        assert [one.number for one in dea_identifiers(changed)] == ["AS1234563", "FS1234563"]
        assert len(contradictions(changed, [new], NOW)) == 1

    def test_another_state_is_another_number(self) -> None:
        first = self.corrected(
            practitioner(identifier=[npi()]),
            Registration(RegistrationKind.DEA, "AS1234563", "IL", ""),
        )
        second = self.corrected(first, Registration(RegistrationKind.DEA, "FS1234563", "WI", ""))
        assert [one.state for one in dea_identifiers(second)] == ["IL", "WI"]

    @pytest.mark.parametrize("kind", list(RegistrationKind))
    def test_a_corrected_state_replaces_the_one_that_a_form_gave(
        self, kind: RegistrationKind
    ) -> None:
        bare = practitioner(identifier=[npi()])
        first = self.corrected(bare, Registration(kind, "AS1234563", "IL", ""))
        second = self.corrected(first, Registration(kind, "AS1234563", "WI", ""))
        read = jane_of(second)
        sent = [one.state for one in (*read.dea, *read.licenses)]
        sent += [
            text(child(one, "assigner").get("display"))
            for one in items(second, "identifier")
            if one["system"] == NADEAN and one.get("use") != "old"
        ]
        assert sent == ["WI"]

    def test_a_corrected_npi_replaces_the_one_that_a_form_gave(self) -> None:
        wrong, _ = read_form(form(details={"npi": "1558598797"}), TODAY)
        first = with_form({"resourceType": "Practitioner"}, wrong, [], NOW)
        assert jane_of(first).npi == "1558598797"
        assert jane_of(self.corrected(first)).npi == "1234567893"

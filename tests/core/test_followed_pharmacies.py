"""The pharmacies that a patient uses in DoseSpot come to the Patient, and nothing else goes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from fhir_profiles import Resource
from fhir_profiles.preferred_pharmacy import (
    preferred_pharmacies,
    primary_pharmacy,
    with_preferred_pharmacy,
)
from shared.directory.named import NamedById
from shared.dosespot.catalog_wire import PharmacyItem
from shared.dosespot.patient_pharmacies import Chosen
from shared.errors import BotError, RecordsRefused, RemoteUnavailable
from shared.pharmacies.following import FollowedPharmacies
from tests.core.fhir_in_memory import FhirServer
from tests.core.prescribed import PATIENT_ID, patient

ELM, OAK, GONE = 60001, 60002, 60999
AT_ELM, AT_OAK, AT_OLD = f"Organization/{ELM}", f"Organization/{OAK}", "Organization/old"
FOREIGN = {"url": "https://example.org/kept", "valueString": "by somebody else"}


@dataclass
class Town:
    """A patient, the pharmacies that DoseSpot lists, and where they stand in FHIR."""

    chosen: Chosen
    fhir: FhirServer = field(default_factory=FhirServer)
    asked: list[int] = field(default_factory=list)
    error: BotError | None = None

    def patient_pharmacies(self, patient_id: int) -> Chosen:
        self.asked.append(patient_id)
        if self.error:
            raise self.error
        return self.chosen

    def look_up(self, ids: Iterable[int]) -> Mapping[int, PharmacyItem]:
        return {number: PharmacyItem(PharmacyId=number) for number in ids if number != GONE}

    def pharmacies(self, items: Mapping[int, PharmacyItem]) -> dict[int, NamedById]:
        return {number: NamedById(number, f"Organization/{number}") for number in items}

    def use_case(self) -> FollowedPharmacies:
        return FollowedPharmacies(self.fhir.client, self, self.look_up, self)

    def pat(self, *references: str) -> Resource:
        """Pat, who prefers these pharmacies, the first as the primary one."""
        pat = patient(extension=[FOREIGN])
        for number, reference in enumerate(references):
            pat = with_preferred_pharmacy(pat, reference, primary=number == 0)
        return self.fhir.put(pat)

    def now(self) -> Resource:
        return self.fhir.resources["Patient/pat"]


@pytest.mark.parametrize(
    ("before", "chosen", "primary", "preferred"),
    [
        ((), {}, None, []),
        ((), {ELM: True}, AT_ELM, [AT_ELM]),
        ((), {ELM: False, OAK: True}, AT_OAK, [AT_ELM, AT_OAK]),
        ((), {ELM: False}, None, [AT_ELM]),
        ((AT_ELM,), {ELM: False, OAK: True}, AT_OAK, [AT_ELM, AT_OAK]),
        ((AT_ELM,), {ELM: False, OAK: False}, AT_ELM, [AT_ELM, AT_OAK]),
        ((AT_OLD,), {}, AT_OLD, [AT_OLD]),
        ((AT_OLD,), {ELM: True}, AT_ELM, [AT_OLD, AT_ELM]),
        ((AT_OLD,), {GONE: True}, AT_OLD, [AT_OLD]),
        ((AT_ELM,), {ELM: False, GONE: True}, AT_ELM, [AT_ELM]),
    ],
    ids=str,
)
def test_dosespots_default_is_primary_and_nothing_is_taken_away(
    before: tuple[str, ...], chosen: Chosen, primary: str | None, preferred: list[str]
) -> None:
    town = Town(chosen)
    pat = town.pat(*before)
    town.use_case().follow(pat)
    assert primary_pharmacy(town.now()) == primary
    assert preferred_pharmacies(town.now()) == set(preferred)
    assert town.now()["extension"][0] == FOREIGN
    assert town.asked == [PATIENT_ID]


@pytest.mark.parametrize("chosen", [{ELM: True}, {ELM: True, OAK: True}, {ELM: False}], ids=str)
def test_a_second_look_writes_nothing(chosen: Chosen) -> None:
    town = Town(chosen)
    town.use_case().follow(town.pat())
    version = town.now()["meta"]["versionId"]
    town.use_case().follow(town.now())
    assert town.now()["meta"]["versionId"] == version


def test_what_others_write_meanwhile_is_kept() -> None:
    town = Town({ELM: True})
    pat = town.pat()
    town.fhir.before_write = [lambda: town.fhir.put({**town.now(), "gender": "female"})]
    town.use_case().follow(pat)
    assert (town.now()["gender"], primary_pharmacy(town.now())) == ("female", AT_ELM)


def test_a_failure_is_a_finding_beside_something_else_and_an_error_alone() -> None:
    town = Town({ELM: True}, error=RemoteUnavailable("down"))
    pat, case = town.pat(), town.use_case()
    (finding,) = case.bring(pat, lambda: case.listed(pat))
    assert (finding.path, finding.sentence.endswith("down")) == ("Patient.extension", True)
    with pytest.raises(RemoteUnavailable):
        case.follow(pat)
    assert town.now() == pat


def test_who_is_not_in_dosespot_has_no_pharmacies_there() -> None:
    town = Town({ELM: True})
    with pytest.raises(RecordsRefused):
        town.use_case().follow(town.fhir.put(patient(identifier=[])))
    assert town.asked == []

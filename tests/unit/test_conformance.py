"""The conformance resources are R4, and say what the code says: the same URLs, codes and rules."""

import json
import re
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B import get_fhir_model_class

from deploy.medplum.conformance import conformance_resources
from deploy.sandbox.fhir.profiles import broken_rules
from fhir_profiles import Resource, systems
from fhir_profiles.codes import EPCS_QUALIFICATION, ClinicianRole, RegistrationStatus
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.practitioner_role import granted_roles
from fhir_profiles.registration_status import with_registration_status
from fhir_profiles.today import Today
from shared.members.rules.guidance import GUIDANCE
from shared.records.identifiers import ADDRESS_STATES, STATES
from tests.profiles.examples import EXAMPLES, PROFILES

NOW = datetime(2026, 3, 10, 15, 30, 12, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

RESOURCES = conformance_resources()
BY_URL = {each["url"]: each for each in RESOURCES}
URL = re.compile(r"https?://[^\s'\"]+")
R4_TYPE = "http://hl7.org/fhir/StructureDefinition/"

JANE, ROLE = (
    next(each.value for each in EXAMPLES if each.profile == name)
    for name in ("enrollable-practitioner", "authorizing-practitioner-role")
)


def own(resource: Resource) -> Resource:
    """The resource without what its snapshot takes over from R4."""
    return {name: value for name, value in resource.items() if name != "snapshot"}


def concepts(url: str) -> list[tuple[str, str]]:
    return [(each["code"], each["display"]) for each in BY_URL[url]["concept"]]


def expression(profile: str, key: str) -> str:
    elements = PROFILES[profile]["differential"]["element"]
    rules = [rule for element in elements for rule in element.get("constraint", [])]
    return str(next(rule["expression"] for rule in rules if rule["key"] == key))


def alternatives(of: str) -> list[str]:
    """The words of the one group `^(A|B|C)$` in an expression."""
    (found,) = re.findall(r"\^\(([A-Za-z|]+)\)\$", of)
    return list(found.split("|"))


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: str(each["url"]))
def test_resource_is_r4_and_leaves_id_and_meta_to_the_server(resource: Resource) -> None:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert not {"id", "meta"} & set(resource)
    assert resource["status"] == "active"


def test_urls_are_those_of_the_code_our_own_and_r4s() -> None:
    known = {value for name, value in vars(systems).items() if name.isupper()}
    spelled = set(URL.findall(json.dumps([own(each) for each in RESOURCES])))
    foreign = {url for url in spelled if not url.startswith((systems.CANONICAL, R4_TYPE))}
    assert foreign == {
        systems.NPI,
        systems.DEA,
        systems.REGISTRATION_STATUS,
        systems.QUALIFICATION,
        systems.PRACTITIONER_ROLE_TYPE,
        systems.DOSESPOT_CLINIC,
        systems.DOSESPOT_PRESCRIPTION,
        systems.DOSESPOT_PRESCRIPTION_STATUS,
        systems.DOSESPOT_MEDICATION_STATUS,
        systems.DEA_SCHEDULE_CODE,
    }
    assert {profile["url"] for profile in PROFILES.values()} <= known


def test_our_own_urls_all_lead_to_one_of_the_resources() -> None:
    spelled = set(URL.findall(json.dumps([own(each) for each in RESOURCES])))
    assert {url for url in spelled if url.startswith(systems.CANONICAL)} <= set(BY_URL)


def test_statuses_are_those_of_the_code_in_its_words() -> None:
    assert concepts(f"{systems.CANONICAL}/CodeSystem/registration-status") == [
        (status.value, GUIDANCE[status].meaning) for status in RegistrationStatus
    ]


def test_roles_are_those_of_the_code_each_with_words() -> None:
    roles = BY_URL[systems.PRACTITIONER_ROLE_TYPE]["concept"]
    assert [each["code"] for each in roles] == [role.value for role in ClinicianRole]
    assert all(each["display"].replace(" ", "").lower() == each["code"].lower() for each in roles)
    assert all(each["definition"] for each in roles)
    in_rule = alternatives(expression("authorizing-practitioner-role", "apr-role-type"))
    assert in_rule == [role.value for role in ClinicianRole]


def test_epcs_is_the_qualification_that_the_bots_write() -> None:
    (entry,) = with_epcs_qualification({}, True, NOW)["qualification"]
    (coding,) = entry["code"]["coding"]
    assert coding["code"] == EPCS_QUALIFICATION
    assert concepts(coding["system"]) == [(coding["code"], coding["display"])]


@pytest.mark.parametrize(
    "value_set", [each for each in RESOURCES if each["resourceType"] == "ValueSet"], ids=str
)
def test_value_set_lists_its_code_system(value_set: Resource) -> None:
    (included,) = value_set["compose"]["include"]
    listed = [(each["code"], each["display"]) for each in included.get("concept", [])]
    # Only a code system of our own is known to be complete, and need not be listed.
    is_complete = BY_URL[included["system"]]["content"] == "complete"
    assert listed == ([] if is_complete else concepts(included["system"]))
    assert is_complete == included["system"].startswith(systems.CANONICAL)


@pytest.mark.parametrize(
    ("key", "states"), [("epr-dea-state", STATES), ("epr-state", ADDRESS_STATES)]
)
def test_states_are_those_of_the_code(key: str, states: frozenset[str]) -> None:
    listed = alternatives(expression("enrollable-practitioner", key))
    assert len(listed) == len(states)
    assert set(listed) == states


@pytest.mark.parametrize("status", RegistrationStatus)
def test_what_the_bots_write_keeps_the_profiles(status: RegistrationStatus) -> None:
    written = with_registration_status(JANE, status.value)
    written = with_epcs_qualification(with_epcs_qualification(written, False, NOW), True, LATER)
    assert len(written["qualification"]) == 2
    assert broken_rules(written, PROFILES["enrollable-practitioner"]) == []
    (extension,) = written["extension"]
    assert broken_rules(extension, PROFILES["registration-status"]) == []


def test_role_that_keeps_the_profile_grants_something() -> None:
    assert broken_rules(ROLE, PROFILES["authorizing-practitioner-role"]) == []
    assert granted_roles(ROLE, Today(NOW)) == {ClinicianRole.PRESCRIBING_CLINICIAN}

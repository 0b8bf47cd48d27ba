"""The FHIR server as an enrollment run sees it: what stands in the way, and whose an id is."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.claim import Claim, Holder, claim_resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, PRACTITIONER_ROLE_TYPE
from shared.claims.store import ClaimStore
from shared.enrollment.fhir_members import ANOTHER_ID, NO_CREDENTIAL, SHARED_ID, FhirMembers
from shared.enrollment.rules.situation import Records
from shared.errors import (
    BotError,
    EnrollmentLimitReached,
    FhirDenied,
    Misconfigured,
    RecordsDisagree,
    RecordsRefused,
)
from shared.members.rules.subject import Subject
from tests.builders import (
    CLINIC_ID,
    CLINICIAN_ID,
    MEMBERSHIP_ID,
    NOW,
    PRACTITIONER_ID,
    dea,
    membership,
    npi,
    practitioner,
    prescriber,
    project,
)
from tests.core.fhir_in_memory import FhirServer, paths
from tests.core.situations import KEY, ME, SHE, at, error

JANE = f"Practitioner/{PRACTITIONER_ID}"
HERS = f"ProjectMembership/{MEMBERSHIP_ID}"


def carrying(*numbers: int, **changes: Any) -> Resource:
    """A membership with these ids; Jane's own unless it has another id."""
    found = [{"system": CLINICIAN_IDENTIFIER, "value": str(number)} for number in numbers]
    return membership(identifier=found, **changes)


def another(*numbers: int, id_: str = "other") -> Resource:
    return carrying(*numbers, id=id_, profile={"reference": f"Practitioner/{id_}"})


def unreadable(**changes: Any) -> Resource:
    """A membership with an id that is no number."""
    return membership(identifier=[{"system": CLINICIAN_IDENTIFIER, "value": "x"}], **changes)


def limited(limit: Any) -> Resource:
    return project({"name": "dosespotMaxClinicians", "valueInteger": limit})


def members(server: FhirServer, **more: Any) -> FhirMembers:
    return FhirMembers(server.client, ClaimStore(server.client), CLINIC_ID, NOW, **more)


def subject(server: FhirServer, clinician_id: int | None = None, **changes: Any) -> Subject:
    """Jane's records as the server has them."""
    hers = server.resources[HERS]
    return Subject(practitioner(), hers, prescriber(**changes), SHE, clinician_id)


def clinic(*others: Resource, hers: Resource | None = None) -> FhirServer:
    """A project in which Jane is a member."""
    own = hers or membership()
    kinds = {one["resourceType"] for one in others}
    return FhirServer(own, practitioner(), *others, *([] if "Project" in kinds else [project()]))


def told(records: Records) -> tuple[Any, Any]:
    conflict, obstacle = records.conflict, records.obstacle
    return conflict and error(conflict), obstacle and error(obstacle)


def test_who_is_new_is_looked_at_in_one_request() -> None:
    server = clinic()
    server.put({**claim_resource(Claim(KEY, None, Holder(ME, at(45)))), "id": "c1"})
    she = subject(server)
    same, records = members(server).look(she, again=False)
    assert same is she
    assert told(records) == (None, None)
    assert (records.claim.key, records.claim.holder) == (KEY, Holder(ME, at(45)))
    assert [one.partition("?")[0] for one in paths(server)] == [
        "GET Basic",
        "GET Practitioner",
        "GET PractitionerRole",
        f"GET {project()['resourceType']}/{project()['id']}",
    ]


def test_who_is_linked_is_looked_at_with_all_who_carry_the_id() -> None:
    server = clinic(hers=carrying(CLINICIAN_ID))
    _, records = members(server).look(subject(server, CLINICIAN_ID), again=False)
    assert told(records) == (None, None)
    asked = paths(server)[3]
    assert asked == f"GET ProjectMembership?identifier={CLINICIAN_ID}&_count=1000"


@pytest.mark.parametrize(
    ("stored", "number"), [(carrying(), None), (carrying(CLINICIAN_ID), CLINICIAN_ID)]
)
def test_a_second_look_reads_the_membership_anew(stored: Resource, number: int | None) -> None:
    server = clinic()
    before = subject(server, 9)
    server.put(stored)
    after, records = members(server).look(before, again=True)
    assert after == replace(before, membership=server.resources[HERS], clinician_id=number)
    assert paths(server)[-1] == f"GET {HERS}"
    assert told(records) == (None, None)


@pytest.mark.parametrize(
    "stored", [carrying(CLINICIAN_ID, 9), carrying(9, CLINICIAN_ID), unreadable()]
)
@pytest.mark.parametrize("before", [None, CLINICIAN_ID])
def test_an_id_that_became_unclear_meanwhile_is_a_conflict(
    stored: Resource, before: int | None
) -> None:
    server = clinic()
    she = subject(server, before)
    server.put(stored)
    after, records = members(server).look(she, again=True)
    assert after.clinician_id is None
    assert told(records) == ((RecordsDisagree, ANOTHER_ID), None)


def doctor(id_: str, *identifiers: Resource, **changes: Any) -> Resource:
    return practitioner(id=id_, identifier=list(identifiers), **changes)


def shared(name: str, *ids: str) -> tuple[type[BotError], str]:
    whom = ", ".join(f"Practitioner/{one}" for one in ids)
    return (
        RecordsRefused,
        f"Practitioner.identifier: another Practitioner has the same {name}: {whom}. Remove the"
        " number from the one it does not belong to, or set its use to old; if both are the"
        " same person, keep one.",
    )


def works(id_: str, person: str, *identifiers: Resource, **changes: Any) -> Resource:
    """The PractitionerRole of somebody, with the numbers that they have at its location."""
    return {
        "resourceType": "PractitionerRole",
        "id": id_,
        "active": True,
        "practitioner": {"reference": f"Practitioner/{person}"},
        "identifier": list(identifiers),
        **changes,
    }


def shared_with_role(id_: str) -> tuple[type[BotError], str]:
    error_type, sentence = shared("DEA number", id_)
    return error_type, sentence.replace("Practitioner/", "PractitionerRole/")


OID = "urn:oid:2.16.840.1.113883.4.6"


@pytest.mark.parametrize(
    ("others", "conflict"),
    [
        ([doctor("p2", npi("1558598797"))], None),
        ([doctor("p2", npi())], shared("NPI", "p2")),
        ([doctor("p2", npi(system=OID))], shared("NPI", "p2")),
        ([doctor("p2", npi()), doctor("p3", npi())], shared("NPI", "p2", "p3")),
        ([doctor("p2", npi(use="old"))], None),
        ([doctor("p2", npi(), active=False)], None),
        ([doctor("p2", dea("AS1234563", "IL"))], shared("DEA number", "p2")),
        ([doctor("p2", dea("CS9876547", "NY"))], shared("DEA number", "p2")),
        (
            [doctor("p2", dea("AS1234563", "IL"), dea("CS9876547", "NY"))],
            shared("DEA number", "p2"),
        ),
        (
            [doctor("p2", npi(), dea("AS1234563", "IL"))],
            (RecordsRefused, f"{shared('NPI', 'p2')[1]} {shared('DEA number', 'p2')[1]}"),
        ),
        # However its letters are typed; a phone capitalizes the first one.
        ([doctor("p2", dea("as1234563", "IL"))], shared("DEA number", "p2")),
        ([doctor("p2", dea("As1234563", "IL"))], shared("DEA number", "p2")),
        ([doctor("p2", dea("cs9876547", "NY"))], shared("DEA number", "p2")),
        ([doctor("p2", dea("as1234563", "IL", use="old"))], None),
        # What somebody has at one location only.
        ([works("r2", "p2", dea("AS1234563", "IL"))], shared_with_role("r2")),
        ([works("r2", "p2", dea("as1234563", "IL"))], shared_with_role("r2")),
        ([works("r2", "p2", dea("AS1234563", "IL", use="old"))], None),
        ([works("r2", "p2", dea("AS1234563", "IL"), active=False)], None),
        ([works("r2", "p2", dea("AS1234563", "IL"), period={"end": "2025-12-31"})], None),
        ([works("r1", PRACTITIONER_ID, dea("AS1234563", "IL"))], None),
        # An NPI that stands where a DEA number belongs is nobody's DEA number.
        ([doctor("p2", npi("AS1234563"))], None),
    ],
)
def test_a_number_that_another_practitioner_carries_in_force_is_a_conflict(
    others: list[Resource], conflict: Any
) -> None:
    server = clinic(*others)
    _, records = members(server).look(subject(server), again=False)
    assert told(records) == (conflict, None)


def test_who_has_no_dea_number_is_compared_by_npi_alone() -> None:
    server = clinic(doctor("p2", dea("AS1234563", "IL")))
    _, records = members(server).look(subject(server, dea=()), again=False)
    assert told(records) == (None, None)
    query = paths(server)[1]
    assert ("AS1234563" in query, "1234567893" in query, OID in query) == (False, True, True)


@pytest.mark.parametrize(
    ("others", "conflict"),
    [
        ([], None),
        ([another(CLINICIAN_ID)], (RecordsDisagree, SHARED_ID)),
        ([another(9)], None),
        ([another(9, CLINICIAN_ID)], (RecordsDisagree, SHARED_ID)),
        ([another(CLINICIAN_ID), doctor("p2", npi())], (RecordsDisagree, SHARED_ID)),
        ([another(9), doctor("p2", npi())], shared("NPI", "p2")),
        # The number of something else than a clinician is no clinician's id.
        (
            [membership(id="other", identifier=[{"system": "x", "value": str(CLINICIAN_ID)}])],
            None,
        ),
    ],
)
def test_an_id_that_another_membership_carries_is_a_conflict(
    others: list[Resource], conflict: Any
) -> None:
    server = clinic(*others, hers=carrying(CLINICIAN_ID))
    _, records = members(server).look(subject(server, CLINICIAN_ID), again=False)
    assert told(records) == (conflict, None)


def reached(enrolled: int) -> tuple[type[BotError], str]:
    """The limit, which is as many as are enrolled."""
    return (
        EnrollmentLimitReached,
        f"DoseSpot enrollment limit reached: {enrolled} of {enrolled} clinicians enrolled. Increase"
        " the 'dosespotMaxClinicians' project system setting to enroll more clinicians.",
    )


@pytest.mark.parametrize(
    ("others", "obstacle"),
    [
        ([limited(2), another(9)], None),
        ([limited(2), another(9), another(8, id_="third")], reached(2)),
        ([limited(2), another(9), another(id_="third")], None),
        ([limited(1), another(9, 8)], reached(1)),
        # Who carries an id that can't be read is taken for enrolled too.
        ([limited(1), unreadable(id="other")], reached(1)),
        ([limited(0), another(9)], None),
        ([limited("2"), another(9), another(8, id_="third")], None),
    ],
)
def test_a_project_may_have_so_many_clinicians(others: list[Resource], obstacle: Any) -> None:
    server = clinic(*others)
    _, records = members(server).look(subject(server), again=False)
    assert told(records) == (None, obstacle)


def test_a_project_that_may_not_be_read_is_an_obstacle_and_no_failure() -> None:
    server = clinic()
    server.denied = {"Project"}
    _, records = members(server).look(subject(server), again=False)
    assert isinstance(records.obstacle, FhirDenied)
    known = clinic(hers=carrying(CLINICIAN_ID))
    known.denied = {"Project"}
    assert told(members(known).look(subject(known, CLINICIAN_ID), again=False)[1]) == (None, None)


def test_memberships_that_may_not_be_read_are_the_credentials_fault() -> None:
    server = clinic(hers=carrying(CLINICIAN_ID))
    server.denied = {"ProjectMembership"}
    she = subject(server, CLINICIAN_ID)
    for ask in (
        lambda: members(server).look(she, again=False),
        lambda: members(server).link(she.membership, CLINICIAN_ID, sure=False),
    ):
        with pytest.raises(Misconfigured) as caught:
            ask()
        assert error(caught.value) == (Misconfigured, NO_CREDENTIAL)


@pytest.mark.parametrize(("sure", "searches"), [(True, 0), (False, 1)])
def test_an_id_is_written_beside_what_stands_there(sure: bool, searches: int) -> None:
    username = {"system": "https://example.org", "value": "jane"}
    server = clinic(another(9), hers=membership(identifier=[username]))
    written = members(server).link(server.resources[HERS], CLINICIAN_ID, sure=sure)
    assert written == server.resources[HERS]
    identifier = {"system": CLINICIAN_IDENTIFIER, "value": str(CLINICIAN_ID)}
    assert written["identifier"] == [username, identifier]
    assert sum(one.startswith("GET ") for one in paths(server)) == searches


def test_an_id_that_is_there_is_not_written_again() -> None:
    server = clinic(hers=carrying(CLINICIAN_ID))
    members(server).link(server.resources[HERS], CLINICIAN_ID, sure=True)
    assert server.asked == []


def test_the_id_of_another_member_is_not_written() -> None:
    server = clinic(another(CLINICIAN_ID))
    with pytest.raises(RecordsDisagree) as caught:
        members(server).link(server.resources[HERS], CLINICIAN_ID, sure=False)
    assert str(caught.value) == SHARED_ID
    assert not any(one.startswith("PUT") for one in server.asked)
    members(server).link(server.resources[HERS], 8, sure=False)
    assert paths(server)[-1] == f"PUT {HERS}"


def test_no_id_is_written_beside_one_that_can_not_be_read() -> None:
    server = clinic(hers=unreadable())
    with pytest.raises(RecordsDisagree) as caught:
        members(server).link(server.resources[HERS], CLINICIAN_ID, sure=True)
    assert str(caught.value) == ANOTHER_ID
    assert not any(one.startswith("PUT") for one in server.asked)


@pytest.mark.parametrize(("meanwhile", "ends"), [(8, ANOTHER_ID), (CLINICIAN_ID, None)])
def test_an_id_that_somebody_wrote_meanwhile_is_kept(meanwhile: int, ends: str | None) -> None:
    server = clinic()
    before = server.resources[HERS]
    server.put(carrying(meanwhile))
    if ends:
        with pytest.raises(RecordsDisagree) as caught:
            members(server).link(before, CLINICIAN_ID, sure=True)
        assert str(caught.value) == ends
    else:
        members(server).link(before, CLINICIAN_ID, sure=True)
    written = [one["value"] for one in server.resources[HERS]["identifier"]]
    assert written == [str(meanwhile)]


def test_a_status_is_written_on_what_the_practitioner_is_now() -> None:
    server = clinic()
    before = server.resources[JANE]
    server.put(practitioner(active=False))
    edited = members(server).write_status(before, lambda one: {**one, "gender": "female"})
    assert (edited.resource, edited.replaced) == (server.resources[JANE], "2")
    assert (edited.resource["active"], edited.resource["gender"]) == (False, "female")


def test_claims_are_kept_on_the_server() -> None:
    server = clinic()
    kept = members(server)
    written = kept.write_claim(Claim(KEY, None, Holder(ME, at(45))))
    assert kept.read_claim(written) == written
    assert written.holder == Holder(ME, at(45))


def test_roles_and_authors_count_by_administrators_memberships() -> None:
    admin = membership(id="admin", profile={"reference": "Practitioner/admin"}, admin=True)
    coding = {"system": PRACTITIONER_ROLE_TYPE, "code": "PrescribingClinician"}
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "meta": {"author": {"reference": "Practitioner/admin"}},
        "active": True,
        "practitioner": {"reference": JANE},
        "code": [{"coding": [coding]}],
    }
    server = clinic(admin, role)
    known = members(
        server, practitioner_roles=[server.resources["PractitionerRole/r1"]], practitioner=JANE
    )
    assert known.granted() == {ClinicianRole.PRESCRIBING_CLINICIAN}
    assert members(server).granted() == frozenset()
    assert known.is_administrators("Practitioner/admin") is True
    assert known.is_administrators(JANE) is known.is_administrators("") is False

"""What is not known is never ready, whatever else was read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_profiles.clinician_identifier import ClinicianIds
from fhir_profiles.codes import ClinicianRole, DeaSchedule
from fhir_profiles.codes import RegistrationStatus as Status
from fhir_profiles.dea_identifier import DeaIdentifier
from fhir_profiles.period import Days
from fhir_profiles.state_license import StateLicense
from shared.members.rules.clinician import Clinician
from shared.readiness.rules.causes import Blocks, Cause
from shared.readiness.rules.readiness import (
    DoseSpotAccount,
    Facts,
    Flaw,
    Membership,
    Record,
)
from shared.readiness.rules.reason import reason
from tests.builders import TODAY
from tests.unit.ready_prescriber import (
    ACCOUNT,
    IL,
    LICENSE,
    LONG,
    NY,
    PRESCRIBER,
    READY,
    RECORD,
    SHOWN,
    UNREADABLE,
    codes,
    of_account,
    of_clinician,
    of_membership,
    of_record,
    told,
)

UNKNOWN = {
    "Practitioner not read": replace(READY, record=None),
    "DoseSpot not read": replace(READY, account=None),
    "neither read": replace(READY, record=None, account=None),
    "status unknown": of_clinician(status=Status.UNKNOWN),
    "an obstacle": replace(READY, obstacles=(reason(Cause.NOT_CHECKED, "x"),)),
    "id unreadable": of_membership(clinician_ids=UNREADABLE),
    "roles not shown": of_account(roles=frozenset()),
    "DEA numbers not shown": of_account(dea=frozenset()),
    "DEA periods unreadable": of_record(dea=(replace(IL, days=Days(readable=False)),)),
    "DEA state unknown": replace(
        READY,
        record=replace(RECORD, dea=(replace(IL, state=""),)),
        account=replace(ACCOUNT, dea=frozenset({(IL.number, "")})),
    ),
    "schedules unknown": of_record(dea=(replace(IL, schedules=(), schedules_known=False),)),
}


@pytest.mark.parametrize("facts", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_never_ready(facts: Facts) -> None:
    found = told(facts)
    assert not found.signs_controlled
    assert found.reasons
    assert found.prescribes == ("dea" in codes(found)[0])


def test_what_could_not_be_checked_says_so_even_if_nobody_said_why() -> None:
    assert codes(told(Facts(Membership(1, ClinicianIds((4711,)))))) == [
        "not-checked",
        "not-checked",
    ]
    assert codes(told(replace(READY, account=None))) == ["not-checked"]


some_days = st.builds(
    Days,
    st.none() | st.dates(),
    st.none() | st.dates() | st.dates(TODAY - timedelta(90), TODAY + timedelta(90)),
    st.booleans(),
)
some_states = st.sampled_from(["", "IL", "NY"])
some_dea = st.builds(
    DeaIdentifier,
    st.sampled_from([IL.path, NY.path]),
    st.sampled_from(["", IL.number, NY.number]),
    some_states,
    some_days | st.just(LONG),
    st.none() | st.just((DeaSchedule.II,)),
    st.booleans(),
)
some_licenses = st.builds(
    StateLicense,
    st.sampled_from([LICENSE.path, "Practitioner.qualification[1]"]),
    st.sampled_from(["", LICENSE.number]),
    some_states,
    some_days | st.just(LONG),
)
flags = st.none() | st.booleans()
some_clinicians = st.builds(
    Clinician,
    st.just(4711),
    st.just(Status.TFA_ACTIVATED_SUCCESS) | st.sampled_from(Status),
    st.booleans(),
    flags,
    flags,
    flags,
    flags,
)
some_flaws = st.lists(st.builds(Flaw, st.sampled_from([IL.path, "x"]), st.text()), max_size=1)
some_facts = st.builds(
    Facts,
    st.builds(
        Membership,
        st.sampled_from([1, 0, 2]),
        st.builds(
            ClinicianIds,
            st.sampled_from([(4711,), (), (1, 2)]),
            st.sampled_from([(), ("x",)]),
        ),
        st.booleans(),
        flags,
    ),
    st.none()
    | st.builds(
        Record,
        st.booleans(),
        some_flaws.map(tuple),
        some_flaws.map(tuple),
        st.lists(some_dea, max_size=2).map(tuple),
        st.lists(some_licenses, max_size=2).map(tuple),
        st.none() | st.text(max_size=3) | st.sampled_from(Status),
        st.booleans(),
    ),
    st.none()
    | st.builds(
        DoseSpotAccount,
        some_clinicians,
        st.just(PRESCRIBER) | st.frozensets(st.sampled_from(ClinicianRole)),
        st.just(SHOWN) | st.just(frozenset()),
        st.just(frozenset()),
        flags,
        flags,
        st.just(()),
    ),
    st.just(()) | st.builds(reason, st.sampled_from(Cause), st.just("x")).map(lambda one: (one,)),
)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(facts=some_facts)
def test_whatever_was_read_has_a_verdict_and_a_good_one_only_where_all_is_known(
    facts: Facts,
) -> None:
    found = told(facts)
    membership, record, account = facts.membership, facts.record, facts.account
    if found.prescribes:
        assert record is not None
        assert account is not None
        assert record.active
        assert membership == replace(membership, count=1, clinician_ids=ClinicianIds((4711,)))
        assert not membership.shared
        assert account.clinician.status not in (Status.UNKNOWN, Status.PENDING)
        assert not any(one.blocks is Blocks.EVERYTHING for one in facts.obstacles)
    for one in found.registrations:
        if not found.against(one):
            assert found.prescribes
            assert account is not None
            assert account.clinician.epcs_enabled
            assert one.days.cover(TODAY)
            assert one.number
            assert one.state
            assert one.schedules_known
    assert found.signs_controlled <= found.prescribes

"""For how long prescribers are billed, through the bots, and the report of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bots.billing_report.bot import NO_PRICE
from deploy.cli import main
from deploy.medplum.conformance import conformance_resources
from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.billed_prescriber import BilledPeriod, periods_of
from fhir_profiles.systems import BILLED_PRESCRIBER, MEDPLUM_BOTS
from shared.access.authorize import NOT_ADMINISTRATOR
from tests.integration.clinic import DEA, TIMEOUT_S, Clinic, Member
from tests.integration.creating import setting

REPORT, SYNC = "dosespot-billing-report-bot", "dosespot-sync-status-bot"


@pytest.fixture
def billing(clinic: Clinic) -> Iterator[Clinic]:
    """A clinic that bills, and keeps the profile of its accounts."""
    known = {one.get("url") for one in clinic.sandbox.fhir.resources("StructureDefinition")}
    if BILLED_PRESCRIBER not in known:
        (profile,) = (one for one in conformance_resources() if one["url"] == BILLED_PRESCRIBER)
        clinic.sandbox.fhir.add_resource(clinic.project, profile)
    with setting(clinic, "BILLING_PRICE", "39.00"):
        yield clinic


def proving(clinic: Clinic) -> Member:
    """Somebody who has just proven their identity, which no bot knows yet."""
    member = clinic.add_member(dea=DEA)
    clinic.authorize(member)
    clinic.enroll(member)
    clinic.prescriber_does(member, "sign-agreements")
    clinic.enroll(member, initIdp=True)
    clinic.prescriber_does(member, "pass-idp")
    return member


def periods(clinic: Clinic, member: Member) -> list[BilledPeriod]:
    found = periods_of(clinic.sandbox.fhir.resources("Account"))
    return [one for one in found if one.practitioner == f"Practitioner/{member.id}"]


def by_enrolling(clinic: Clinic, member: Member) -> None:
    assert clinic.enroll(member).status == 200


def by_themselves(clinic: Clinic, member: Member) -> None:
    bot = "dosespot-self-enroll-prescriber-bot"
    assert clinic.execute(bot, {}, member.token).status == 200


def by_opening(clinic: Clinic, member: Member) -> None:
    assert clinic.execute("dosespot-iframe-bot", {}, member.token).status == 200


def by_comparing(clinic: Clinic, member: Member) -> None:
    given = {"practitionerId": member.id}
    assert clinic.execute(SYNC, given, clinic.admin.token).status == 200


def by_notification(clinic: Clinic, member: Member) -> None:
    data = {"ClinicianId": clinic.clinician(member)["id"]}
    reply = clinic.session.post(
        f"{clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": f"{MEDPLUM_BOTS}|dosespot-notification-bot"},
        json={"EventType": "ClinicianIDPCompleteSuccess", "Data": data},
        headers={
            "Authorization": f"Bearer {clinic.admin.token}",
            "X-DoseSpot-Secret": f"Secret {PUSH_SECRET}",
        },
        timeout=TIMEOUT_S,
    )
    assert reply.json()["handled"] is True


WAYS = [by_enrolling, by_themselves, by_opening, by_comparing, by_notification]


@pytest.mark.parametrize("learn", WAYS)
def test_however_a_proof_is_learned_it_bills_once(billing: Clinic, learn: Any) -> None:
    member = proving(billing)
    assert periods(billing, member) == []
    learn(billing, member)
    (period,) = periods(billing, member)
    assert (period.clinic, period.clinician, period.number, period.end) == (
        billing.clinic_id,
        billing.clinician(member)["id"],
        1,
        None,
    )
    for again in (learn, *WAYS):
        again(billing, member)
    assert periods(billing, member) == [period]


def test_what_was_missed_is_made_up_for_by_the_next_comparison(billing: Clinic) -> None:
    member = proving(billing)
    billing.break_fhir(method="POST", path=".*/Account", kind="status", status=403, times=9)
    assert billing.enroll(member).status == 200
    assert periods(billing, member) == []
    billing.reset()
    by_comparing(billing, member)
    assert len(periods(billing, member)) == 1


def test_a_project_without_a_price_bills_nobody(clinic: Clinic) -> None:
    member = proving(clinic)
    for learn in (by_enrolling, by_comparing):
        learn(clinic, member)
    assert periods(clinic, member) == []
    answer = clinic.execute(REPORT, {}, clinic.admin.token)
    assert (answer.status, answer.error) == (400, NO_PRICE)


def test_who_left_is_billed_no_longer(billing: Clinic) -> None:
    member, other = proving(billing), proving(billing)
    for one in (member, other):
        by_comparing(billing, one)
    membership = billing.read(f"ProjectMembership/{member.membership_id}")
    billing.write({**membership, "active": False})
    answer = billing.execute(SYNC, {"resume": True}, billing.admin.token)
    assert answer.status == 200, answer.error
    assert [one.end is None for one in periods(billing, member)] == [False]
    assert [one.end is None for one in periods(billing, other)] == [True]


def command(clinic: Clinic, *arguments: str) -> Result:
    environment = {
        "MEDPLUM_BASE_URL": clinic.fhir_url,
        "MEDPLUM_ACCESS_TOKEN": clinic.admin.token,
        "MEDPLUM_CLIENT_ID": None,
        "MEDPLUM_CLIENT_SECRET": None,
    }
    return CliRunner().invoke(main, ["billing", *arguments], env=environment)


def test_the_report_counts_and_the_command_prints_it(billing: Clinic) -> None:
    member = proving(billing)
    by_comparing(billing, member)
    body = billing.execute(REPORT, {}, billing.admin.token).body
    (month,) = body["months"]
    count = month["prescribers"]
    assert f"Practitioner/{member.id}" in month["practitioners"]
    assert (body["price"], body["currency"]) == ("39.00", "USD")
    assert (len(month["practitioners"]), month["cost"]) == (count, f"{39 * count}.00")
    told = month["month"], str(billing.clinic_id), str(count), f"{39 * count}.00"
    heads, row, last = command(billing).stdout.splitlines()
    assert heads.split() == ["MONTH", "CLINIC", "PRESCRIBERS", "COST"]
    assert row.split() == [*told, "USD"]
    assert last == "39.00 USD for each prescriber and month."
    assert command(billing, "--csv").stdout.splitlines() == [
        "month,clinicId,prescribers,cost,currency",
        ",".join([*told, "USD"]),
    ]
    assert json.loads(command(billing, "--json").stdout) == body
    assert command(billing, "--csv", "--json").exit_code == 2
    past = billing.execute(REPORT, {"firstMonth": "2020-01"}, billing.admin.token)
    assert past.body["months"] == []


@pytest.mark.parametrize(
    "given",
    [
        {"firstMonth": "2026-1"},
        {"firstMonth": "March"},
        {"lastMonth": "2026-01"},
        {"firstMonth": "2026-02", "lastMonth": "2026-01"},
        {"firstMonth": "2020-01", "lastMonth": "2026-01"},
        {"month": "2026-01"},
    ],
)
def test_a_wrong_input_is_refused(billing: Clinic, given: dict[str, Any]) -> None:
    answer = billing.execute(REPORT, given, billing.admin.token)
    assert (answer.status, answer.body["errorType"]) == (400, "InputRefused")


def test_only_administrators_see_it(billing: Clinic) -> None:
    answer = billing.execute(REPORT, {}, billing.add_member().token)
    assert (answer.status, answer.error) == (400, NOT_ADMINISTRATOR)

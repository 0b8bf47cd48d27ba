"""What is known of somebody at each of two clinics: their status there, and their readiness."""

from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.registration_status import registration_status
from tests.integration.clinic import TIMEOUT_S
from tests.integration.creating import setting
from tests.integration.self_service import IFRAME_BOT
from tests.integration.several import TwoClinics, enrolled_at_both, epcs


def test_the_status_sync_compares_somebody_at_each_clinic_where_they_work(two: TwoClinics) -> None:
    member = enrolled_at_both(two)
    (role,) = two.roles(member, two.north)
    given = {"practitionerId": member.id}
    answer = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
    assert answer.status == 200, answer.body
    assert answer.body["checked"] == 2
    assert answer.body["differences"] == [
        {
            "practitioner": f"PractitionerRole/{role['id']}",
            "status": {"from": "Pending", "to": "RegistrationSuccess"},
            "epcs": {"from": False, "to": False},
        }
    ]
    assert epcs(two, member, two.north) == ("RegistrationSuccess", False)
    assert registration_status(two.clinic.practitioner(member)) == "Pending"
    two.clinic.reset()
    again = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
    assert (again.body["changed"], again.body["unchanged"]) == (0, 2)
    assert two.clinic.writes() == []


def test_who_works_at_another_clinic_only_is_compared_there_only(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.north)
    assert two.clinic.enroll(member).status == 200
    given = {"practitionerId": member.id}
    answer = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
    assert (answer.body["checked"], answer.body["unchanged"]) == (1, 1)
    assert registration_status(two.clinic.practitioner(member)) is None


def test_a_notification_updates_each_clinic(two: TwoClinics) -> None:
    member = enrolled_at_both(two)
    data = {"ClinicianId": two.clinic.clinician(member)["id"]}
    answer = two.clinic.session.post(
        f"{two.clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": "https://www.medplum.com/bots|dosespot-notification-bot"},
        json={"EventType": "ClinicianConfirmed", "Data": data},
        headers={
            "Authorization": f"Bearer {two.clinic.admin.token}",
            "X-DoseSpot-Secret": f"Secret {PUSH_SECRET}",
        },
        timeout=TIMEOUT_S,
    )
    assert (answer.status_code, answer.json()["handled"]) == (200, True), answer.json()
    assert epcs(two, member, two.north) == ("RegistrationSuccess", False)


def test_a_clinic_that_lets_nobody_in_yet_does_not_stop_the_others(two: TwoClinics) -> None:
    member = enrolled_at_both(two)
    key = f"DOSESPOT_CLINIC_KEY_{two.number}"
    with setting(two.clinic, key, "wrong"):
        given = {"practitionerId": member.id}
        answer = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
        opened = two.clinic.execute(IFRAME_BOT, {"organizationId": two.own}, member.token)
    assert (answer.body["unchanged"], answer.body["failed"]) == (1, 1)
    assert key in answer.body["failures"][0]["error"]
    assert opened.status == 200


def test_readiness_is_told_for_each_clinic(two: TwoClinics) -> None:
    member = enrolled_at_both(two)
    bot = "dosespot-readiness-bot"

    def reasons(**given: str) -> dict[str, str]:
        answer = two.clinic.execute(
            bot, {"practitionerId": member.id, **given}, two.clinic.admin.token
        )
        (found,) = answer.body["prescribers"]
        return {one["code"]: one["evidence"]["path"] for one in found["reasons"]}

    assert "agreement-pending" in reasons(organizationId=two.own)
    north = reasons(organizationId=two.north)
    assert "agreement-pending" not in north
    assert north["status-outdated"] == "PractitionerRole.extension"
    everybody = two.clinic.execute(bot, {}, two.clinic.admin.token)
    assert "organizationId: is required, because this project has several" in everybody.error
    page = two.clinic.execute(bot, {"organizationId": two.north}, two.clinic.admin.token)
    assert page.status == 200

"""From nobody invited to two prescribers at work and a bill for both, by the bots alone."""

from typing import Any

from tests.integration.clinic import DEA, Clinic, Member
from tests.integration.inviting import invite, mailing, mails_to, outcomes, prescriber

SELF, PROGRESS = "dosespot-self-enroll-prescriber-bot", "dosespot-setup-progress-bot"
REPORT = "dosespot-billing-report-bot"


def place(clinic: Clinic, member: Member) -> tuple[str, str | None]:
    """The step that somebody is at, and what is next for them."""
    people, cursor = [], {}
    while True:
        body = clinic.execute(PROGRESS, cursor, clinic.admin.token).body
        people += body["people"]
        if body["nextCursor"] is None:
            break
        cursor = {"cursor": body["nextCursor"]}
    (found,) = [one for one in people if one["practitioner"] == f"Practitioner/{member.id}"]
    return found["step"], found["next"]


def opens(clinic: Clinic, member: Member) -> dict[str, Any]:
    answer = clinic.execute(SELF, {}, member.token)
    assert answer.status == 200, answer.error
    return answer.body


def test_two_are_invited_enroll_themselves_prescribe_and_are_billed(clinic: Clinic) -> None:
    with mailing(clinic, INVITATION_REQUIRED="true", BILLING_PRICE="39.00"):
        epcs, other = prescriber(clinic, dea=DEA), prescriber(clinic, dea=DEA[:1])
        assert clinic.execute(SELF, {}, epcs.token).body["errorType"] == "NotAuthorized"
        assert outcomes(invite(clinic, epcs, other)) == ["invited", "invited"]
        assert [len(mails_to(clinic, one)) for one in (epcs, other)] == [1, 1]
        assert place(clinic, epcs) == ("cliniciansVerify", "Open ePrescribing and enroll.")
        for member in (epcs, other):
            for step in ("sign-agreements", "pass-idp"):
                opens(clinic, member)
                clinic.prescriber_does(member, step)
            opens(clinic, member)
        clinic.prescriber_does(epcs, "activate-tfa")
        assert opens(clinic, epcs)["epcsEnabled"] is True
        assert place(clinic, epcs) == ("readyToPrescribe", None)
        assert place(clinic, other)[0] == "readyToPrescribe"
        (month,) = clinic.execute(REPORT, {}, clinic.admin.token).body["months"]
        both = {f"Practitioner/{one.id}" for one in (epcs, other)}
        assert both <= set(month["practitioners"])

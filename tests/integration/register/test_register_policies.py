"""The access policies that `prescriber-bots register` installs, and what they allow."""

from deploy.medplum.program_policies import SERVICE, policy_name
from fhir_profiles.systems import NPI, PRACTITIONER_ROLE_TYPE, PRESCRIBER_POLICY
from tests.integration.project import Project
from tests.integration.register.registering import NOTIFICATION_BOT, told
from tests.integration.self_service import IFRAME_BOT, SELF_BOT, SYNC_BOT

PATIENT = {
    "resourceType": "Patient",
    "name": [{"given": ["Maria"], "family": "Rossi"}],
    "gender": "female",
    "birthDate": "1961-03-02",
    "telecom": [{"system": "phone", "use": "mobile", "value": "345-765-4321"}],
    "address": [
        {"line": ["9 Elm St"], "city": "Springfield", "state": "IL", "postalCode": "62704"}
    ],
}


def test_an_installation_of_before_gets_the_narrow_policies(registered: Project) -> None:
    programs = [*registered.resources("ClientApplication"), registered.bot(NOTIFICATION_BOT)]
    for one in programs:
        registered.change(registered.membership(one), accessPolicy=None)
    for name in (policy_name(SERVICE), policy_name("notification")):
        registered.delete(registered.policy(name))
    plan = registered.register("--plan")
    result = registered.register()
    assert told(plan, "changed") == told(result, "changed")
    assert told(result, "changed") == [
        "membership of ClientApplication prescriber-bots",
        "membership of Bot dosespot-notification-bot",
    ]
    given = [registered.membership(one)["accessPolicy"]["reference"] for one in programs]
    names = [policy_name(SERVICE), policy_name("notification")]
    assert given == [f"AccessPolicy/{registered.policy(name)['id']}" for name in names]


def test_prescribers_with_the_policy_can_use_the_bots_and_read_no_secret(
    registered: Project,
) -> None:
    policy = registered.policy()
    prescriber = registered.add_member()
    membership = registered.servers.fhir.resources("ProjectMembership")[-1]
    registered.change(membership, accessPolicy={"reference": f"AccessPolicy/{policy['id']}"})
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": f"Practitioner/{prescriber.id}"},
        "active": True,
        "code": [{"coding": [{"system": PRACTITIONER_ROLE_TYPE, "code": "PrescribingClinician"}]}],
    }
    role = registered.create(role)
    assert registered.execute(SELF_BOT, {}, prescriber.token).body["status"] == "created"
    patient = registered.create(PATIENT)
    given = {"patientId": patient["id"]}
    assert registered.execute(SYNC_BOT, given, prescriber.token).status == 200
    assert "url" in registered.execute(IFRAME_BOT, given, prescriber.token).body

    def status(method: str, path: str, body: dict | None = None) -> int:
        headers = {"Authorization": f"Bearer {prescriber.token}"}
        url = f"{registered.url}fhir/R4/{path}"
        return registered.session.request(method, url, json=body, headers=headers).status_code

    for kind in ("ClientApplication", "AuditEvent", "AccessPolicy", "Project", "User", "Basic"):
        assert status("GET", kind) == 403
    assert status("POST", "Basic", {"resourceType": "Basic", "code": {"text": "claim"}}) == 403
    assert status("PUT", f"PractitionerRole/{role['id']}", {**role, "active": False}) == 403
    assert status("POST", "PractitionerRole", role) == 403
    assert status("PUT", f"Bot/{registered.bot(SELF_BOT)['id']}", registered.bot(SELF_BOT)) == 403
    headers = {"Authorization": f"Bearer {prescriber.token}"}
    seen = registered.session.get(f"{registered.url}fhir/R4/Bot", headers=headers).json()
    assert all("sourceCode" not in entry["resource"] for entry in seen["entry"])


def test_prescribers_with_the_policy_change_of_themselves_only_what_bots_do_not_go_by(
    registered: Project,
) -> None:
    policy = registered.policy()
    content = {k: v for k, v in policy.items() if k not in ("id", "meta")}
    member, colleague = registered.add_member(access_policy=content), registered.add_member()
    headers = {"Authorization": f"Bearer {member.token}"}

    def url(practitioner: str) -> str:
        return f"{registered.url}fhir/R4/Practitioner/{practitioner}"

    before = registered.session.get(url(member.id), headers=headers).json()
    theirs = registered.session.get(url(colleague.id), headers=headers)
    assert theirs.status_code == 200
    changes = {
        "identifier": [{"system": NPI, "value": colleague.npi}],
        "name": [{"family": "Another"}],
        "birthDate": "1970-01-01",
        "active": False,
        "qualification": [{"code": {"text": "EPCS"}}],
        "extension": [{"url": "https://dosespot.com/registration-status", "valueCode": "x"}],
        "telecom": [{"system": "phone", "value": "345-987-6543"}],
    }
    sent = {**before, **changes}
    answer = registered.session.put(url(member.id), json=sent, headers=headers)
    written = {name: value for name, value in answer.json().items() if name != "meta"}
    expected = {**before, "telecom": changes["telecom"]}
    assert (answer.status_code, written) == (
        200,
        {name: value for name, value in expected.items() if name != "meta"},
    )
    refused = registered.session.put(url(colleague.id), json=theirs.json(), headers=headers)
    assert refused.status_code == 403


def test_the_policy_of_before_is_brought_in_line(registered: Project) -> None:
    policy = registered.policy()
    wide = {"resourceType": "Practitioner", "interaction": ["read", "update"]}
    registered.change(policy, resource=[wide, {"resourceType": "Basic"}])
    assert told(registered.register(), "changed") == [f"AccessPolicy {PRESCRIBER_POLICY}"]
    settled = registered.policy()
    assert settled["resource"] == policy["resource"]

"""The project secrets of the self-service bots: read, checked, named where they are wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import Misconfigured
from shared.fhir.service_credential import ServiceAccount
from shared.runtime.payload import parse_payload
from shared.runtime.settings import Settings
from tests.builders import ABSENT, lambda_payload, secrets

PAGE = "https://my.staging.dosespot.com/LoginSingleSignOn.aspx"
BASE = "https://fhir.example.com/"
MORE = {
    "DOSESPOT_IFRAME_URL": PAGE,
    "DOSESPOT_USER_ID": "4711",
    "MEDPLUM_CLIENT_ID": "made-up-client",
    "MEDPLUM_CLIENT_SECRET": "made-up-client-secret",
}
NAMES = ("DOSESPOT_IFRAME_URL", "DOSESPOT_CLINIC_ID", "DOSESPOT_CLINIC_KEY")


def settings(**changes: Any) -> Settings:
    return Settings(parse_payload(lambda_payload(secrets=secrets(**{**MORE, **changes}))).secrets)


def refused(read: Callable[[], object]) -> str:
    """What has to be mended, without the words around it."""
    with pytest.raises(Misconfigured) as caught:
        read()
    before, after = "Project secrets must be corrected: ", ". Set them in Project.secret."
    text = str(caught.value)
    assert text.startswith(before)
    assert text.endswith(after)
    return text.removeprefix(before).removesuffix(after)


def test_link_needs_page_clinic_and_key() -> None:
    assert settings().iframe() == (PAGE, 123, "made-up-clinic-key")


@pytest.mark.parametrize(
    ("given", "page"),
    [
        (f"{PAGE}?", PAGE),
        (f" {PAGE}\n", PAGE),
        (
            "http://127.0.0.1:8104/LoginSingleSignOn.aspx",
            "http://127.0.0.1:8104/LoginSingleSignOn.aspx",
        ),
    ],
)
def test_page_may_be_configured_so(given: str, page: str) -> None:
    assert settings(DOSESPOT_IFRAME_URL=given).iframe()[0] == page


@pytest.mark.parametrize(
    "page",
    [
        "http://my.dosespot.com/LoginSingleSignOn.aspx",
        "javascript:alert(1)",
        "my.dosespot.com",
        f"{PAGE}?a=b",
        f"{PAGE}#a",
        "https://user:password@my.dosespot.com/",
    ],
)
def test_page_that_is_no_plain_https_url_is_refused(page: str) -> None:
    assert refused(settings(DOSESPOT_IFRAME_URL=page).iframe) == (
        f"DOSESPOT_IFRAME_URL must be an https URL such as {PAGE}"
    )


def test_all_that_the_link_lacks_is_named_at_once() -> None:
    nothing = settings(**dict.fromkeys(NAMES, ABSENT))
    assert refused(nothing.iframe) == f"{', '.join(NAMES)} missing"
    mixed = settings(DOSESPOT_IFRAME_URL="x", DOSESPOT_CLINIC_ID="y", DOSESPOT_CLINIC_KEY=" ")
    assert refused(mixed.iframe) == (
        f"DOSESPOT_CLINIC_KEY missing; DOSESPOT_IFRAME_URL must be an https URL such as {PAGE};"
        " DOSESPOT_CLINIC_ID must be a number"
    )


def test_link_needs_nothing_else() -> None:
    alone = {name: secrets(**MORE)[name] for name in NAMES}
    payload = parse_payload(lambda_payload(secrets=alone))
    assert Settings(payload.secrets).iframe() == (PAGE, 123, "made-up-clinic-key")


@pytest.mark.parametrize(
    "value", ["4711", " 4711 ", {"name": "DOSESPOT_USER_ID", "valueInteger": 4711}]
)
def test_clinician_admin_is_a_number(value: Any) -> None:
    assert settings(DOSESPOT_USER_ID=value).clinician_admin() == 4711


@pytest.mark.parametrize("value", ["0", "-1", "47.11", "4711a", "²", "٤٧", "true"])
def test_clinician_admin_that_is_no_number_is_refused(value: str) -> None:
    wrong = settings(DOSESPOT_USER_ID=value)
    assert refused(wrong.clinician_admin) == "DOSESPOT_USER_ID must be a number"


@pytest.mark.parametrize("value", [ABSENT, "", "  ", {"name": "DOSESPOT_USER_ID"}])
def test_clinician_admin_that_is_missing_is_named(value: Any) -> None:
    assert refused(settings(DOSESPOT_USER_ID=value).clinician_admin) == "DOSESPOT_USER_ID missing"


def test_service_account_is_id_and_secret_at_the_servers_address() -> None:
    expected = ServiceAccount(BASE, "made-up-client", "made-up-client-secret")
    assert settings().service_account(BASE) == expected


@pytest.mark.parametrize("empty", [ABSENT, "", " "])
def test_without_both_secrets_there_is_no_service_account(empty: Any) -> None:
    without = settings(MEDPLUM_CLIENT_ID=empty, MEDPLUM_CLIENT_SECRET=empty)
    assert without.service_account(BASE) is None


@pytest.mark.parametrize("name", ["MEDPLUM_CLIENT_ID", "MEDPLUM_CLIENT_SECRET"])
def test_half_a_service_account_names_the_other_half(name: str) -> None:
    half = settings(**{name: ABSENT})
    assert refused(lambda: half.service_account(BASE)) == f"{name} missing"


def test_no_secret_is_shown() -> None:
    told = [
        repr(settings().service_account(BASE)),
        repr(parse_payload(lambda_payload(secrets=secrets(**MORE)))),
        refused(settings(DOSESPOT_IFRAME_URL="http://wrong.example/").iframe),
        refused(settings(DOSESPOT_USER_ID="wrong").clinician_admin),
    ]
    for secret in ("made-up-client-secret", "made-up-clinic-key", "wrong"):
        assert secret not in " ".join(told)


def test_the_npi_registry_is_the_real_one_unless_the_project_names_another() -> None:
    assert settings().npi_registry_url() == "https://npiregistry.cms.hhs.gov/api/"
    own = "http://127.0.0.1:8107/api"
    assert settings(NPI_REGISTRY_URL=own).npi_registry_url() == f"{own}/"
    told = refused(settings(NPI_REGISTRY_URL="http://registry.example.com/").npi_registry_url)
    assert told.startswith("NPI_REGISTRY_URL must be an https URL")


def test_errors_are_returned_only_where_the_project_says_so() -> None:
    assert settings(MEDPLUM_BOT_ERRORS="returned").returns_errors()
    for other in ("raised", "yes", ""):
        assert not settings(MEDPLUM_BOT_ERRORS=other).returns_errors()
    assert not settings().returns_errors()


def test_the_npi_is_checked_at_enrollment_only_where_the_project_says_so() -> None:
    assert not settings().checks_npi_at_enrollment()
    assert settings(NPI_REGISTRY_CHECK="enrollment").checks_npi_at_enrollment()
    told = refused(settings(NPI_REGISTRY_CHECK="yes").checks_npi_at_enrollment)
    assert told == "NPI_REGISTRY_CHECK must be enrollment; leave it out to skip that check"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ABSENT, True),
        ("", True),
        ("true", True),
        ("false", False),
        (" false ", False),
        ({"name": "DOSESPOT_IFRAME_ENROLLS", "valueBoolean": True}, True),
        ({"name": "DOSESPOT_IFRAME_ENROLLS", "valueBoolean": False}, False),
    ],
    ids=repr,
)
def test_opening_the_iframe_enrolls_unless_the_project_says_otherwise(
    given: Any, expected: bool
) -> None:
    assert settings(DOSESPOT_IFRAME_ENROLLS=given).iframe_enrolls() is expected


@pytest.mark.parametrize("given", ["no", "0", "False", {"valueInteger": 0}], ids=repr)
def test_whether_the_iframe_enrolls_is_true_or_false(given: Any) -> None:
    told = refused(settings(DOSESPOT_IFRAME_ENROLLS=given).iframe_enrolls)
    assert told == "DOSESPOT_IFRAME_ENROLLS must be true or false; leave it out for true"


@pytest.mark.parametrize(
    ("given", "expected"),
    [(ABSENT, 25), ("", 25), ("10", 10), ("60", 60), ({"valueInteger": 28}, 28)],
    ids=repr,
)
def test_a_person_waits_25_seconds_unless_the_project_says_otherwise(
    given: Any, expected: int
) -> None:
    assert settings(DOSESPOT_ANSWER_WITHIN_S=given).answer_within_s() == expected


@pytest.mark.parametrize("given", ["9", "61", "0", "-1", "25.0", "long", "1e1", "٢٥"])
def test_how_long_a_person_waits_is_a_whole_number_within_bounds(given: str) -> None:
    told = refused(settings(DOSESPOT_ANSWER_WITHIN_S=given).answer_within_s)
    assert told == (
        "DOSESPOT_ANSWER_WITHIN_S must be a whole number of seconds from 10 to 60; leave it out for"
        " 25"
    )

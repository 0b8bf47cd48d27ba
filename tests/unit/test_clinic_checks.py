"""What the doctor and `register` make of the keys of further clinics."""

import pytest

from deploy.medplum import project_secrets
from deploy.medplum.doctor.clinic_checks import NOT_LIVE, check_clinics, misnamed_keys
from deploy.medplum.doctor.finding import missing, ok
from shared.runtime.payload import Secret

IN, OUT = ok("DoseSpot issues a token."), missing("DoseSpot refuses the sign-in; no.")


def test_each_clinic_needs_a_token_and_an_organization() -> None:
    assert check_clinics(7, {8: IN, 9: IN}, [7, 8, 9], []) == ok(
        "DoseSpot issues a token at each, and each has an Organization: 8, 9."
    )
    assert check_clinics(7, {8: OUT, 9: IN}, [8, None], ["x is wrong."]) == missing(
        f"x is wrong. Clinic 8: DoseSpot refuses the sign-in; no. {NOT_LIVE}"
        " Clinic 7 has no Organization, so that no call can name it; run"
        " dosespot-register-clinic-bot with it as existingClinicId."
        " Clinic 9 has no Organization, so that no call can name it; run"
        " dosespot-register-clinic-bot with it as existingClinicId."
    )


def test_a_key_under_a_name_that_is_not_read_is_told() -> None:
    names = ["DOSESPOT_CLINIC_KEY", "DOSESPOT_CLINIC_KEY_8", "DOSESPOT_CLINIC_KEY_7"]
    assert misnamed_keys(7, [*names, "DOSESPOT_CLINIC_KEY_North", "OTHER_8"]) == [
        "DOSESPOT_CLINIC_KEY_7 is not read: this is the project's own clinic; remove it.",
        "DOSESPOT_CLINIC_KEY_North must end with the clinic's number.",
    ]


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"DOSESPOT_CLINIC_KEY_8": "key"}, []),
        ({"DOSESPOT_CLINIC_KEY_8": "a\tb"}, ["_8 has characters that a key can't have"]),
        ({"DOSESPOT_CLINIC_KEY_x": "key"}, ["_x is not a secret of the bots"]),
    ],
)
def test_register_takes_the_keys_of_further_clinics(
    given: dict[str, str], problems: list[str]
) -> None:
    stored = {"DOSESPOT_CLINIC_KEY_9": Secret(valueString="kept"), "THEIRS": Secret()}
    found = project_secrets.problems(given, stored)
    expected = [f"DOSESPOT_CLINIC_KEY{one}" for one in problems]
    assert [one.partition(";")[0] for one in found] == expected
    assert project_secrets.merged({"DOSESPOT_CLINIC_KEY_8": "key"}, stored) == {
        "DOSESPOT_CLINIC_KEY_8": "key",
        "DOSESPOT_CLINIC_KEY_9": "kept",
    }

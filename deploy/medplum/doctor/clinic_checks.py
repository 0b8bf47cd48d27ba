"""Can the bots act for every further clinic whose key is there? Pure; no key is ever told."""

from collections.abc import Iterable, Mapping, Sequence

from deploy.medplum.doctor.finding import CheckResult, CheckVerdict, missing, ok
from shared.runtime import known_secrets

ONE_CLINIC = ok("The project has one clinic.")
REGISTER_CLINIC = "run dosespot-register-clinic-bot with it as existingClinicId"
NOT_LIVE = "A new clinic lets nobody in until DoseSpot's staff have set it up."


def further_keys(secrets: Iterable[str]) -> list[str]:
    """The names that look like those of further clinics' keys."""
    return sorted(one for one in secrets if one.startswith(known_secrets.FURTHER_CLINIC_KEY))


def misnamed_keys(own: int, secrets: Iterable[str]) -> list[str]:
    """What is wrong with the names of further clinics' keys."""
    found = []
    for name in further_keys(secrets):
        number = known_secrets.further_clinic(name)
        if number is None:
            found.append(f"{name} must end with the clinic's number.")
        elif number == own:
            found.append(f"{name} is not read: this is the project's own clinic; remove it.")
    return found


def check_clinics(
    own: int,
    signed_in: Mapping[int, CheckResult],
    with_organization: Iterable[int | None],
    misnamed: Sequence[str],
) -> CheckResult:
    """What is missing at the clinics of a project with several.

    Args:
        own: number of the project's own clinic.
        signed_in: by number of a further clinic, whether DoseSpot gives a token.
        with_organization: the numbers that Organizations carry.
        misnamed: the answer of `misnamed_keys`.
    """
    known = set(with_organization)
    refused = [
        f"Clinic {number}: {result.sentence} {NOT_LIVE}"
        for number, result in signed_in.items()
        if result.verdict is not CheckVerdict.OK
    ]
    unnamed = [
        f"Clinic {number} has no Organization, so that no call can name it; {REGISTER_CLINIC}."
        for number in (own, *signed_in)
        if number not in known
    ]
    wrong = [*misnamed, *refused, *unnamed]
    if wrong:
        return missing(" ".join(wrong))
    numbers = ", ".join(str(number) for number in signed_in)
    return ok(f"DoseSpot issues a token at each, and each has an Organization: {numbers}.")

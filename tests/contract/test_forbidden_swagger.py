"""What no bot may call of DoseSpot's Swagger is blocked, wherever it stands there."""

from shared.dosespot.forbidden import is_forbidden
from tests.contract.swagger import SwaggerContract

NEVER = frozenset(
    """
    acceptAgreement idpDisclaimer idp idpAnswers idpOtp sendMobileTfa tfaActivate tfaDeactivate pin
    resetPin resyncToken send sendToAddress setPrinted sendEpcs replace approve SSN
    """.split()
)


def test_what_may_never_be_called_is_blocked_wherever_the_contract_has_it(
    contract: SwaggerContract,
) -> None:
    paths = contract.paths()
    named = {path for path in paths if path.rpartition("/")[2] in NEVER}
    assert {path.rpartition("/")[2] for path in named} == NEVER
    assert {path for path in paths if is_forbidden(path.replace("{", "").replace("}", ""))} == named

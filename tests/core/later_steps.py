"""Situations in which Jane is linked, for the tests of what is next."""

from typing import Any

from fhir_profiles.claim import Claim
from fhir_profiles.codes import RegistrationStatus
from shared.enrollment.rules.situation import Act, Order, Situation
from tests.core.situations import CHANGED, FREE, admin, claim, linked, shown

CHANGE = Act.CHANGE
NOBODYS = claim(None)
STATUS = RegistrationStatus
PENDING, PROVED, TO_PROVE = STATUS.PENDING, STATUS.IDP_SUCCESS, STATUS.IDP_INITIALIZE_SUCCESS
DUE = shown(change=CHANGED)


def outdated(found: Claim = FREE, **changes: Any) -> Situation:
    return linked(found, **{"shown": DUE, **changes})


def asked(*stages: Any, **changes: Any) -> Order:
    return admin(stages=frozenset(stages), **changes)

"""Being the only run that begins something for a prescriber, with nothing but If-Match.

A claim is written on the ProjectMembership; only one of several runs can do that. Others wait until
what they want has happened, or until the claim is over: it ends by itself, so that a run that died
stands in nobody's way for long.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from fhir_profiles import Resource
from fhir_profiles.enrollment_claim import Claim, enrollment_claim, with_claim, without_claim
from shared.errors import BotError, EditConflict, EnrollmentInProgress, LookUpFirst
from shared.fhir.client import FhirClient
from shared.pace import Pace, Timing


class Claims:
    """The claims of one run.

    Args:
        memberships: may read and write the memberships.
        pace: the run's.
        timing: how long claims last.
        now: the current time, aware.
    """

    def __init__(
        self, memberships: FhirClient, pace: Pace, timing: Timing, now: Callable[[], datetime]
    ) -> None:
        self._memberships = memberships
        self._pace = pace
        self._timing = timing
        self._now = now
        self._holder = os.urandom(16).hex()

    def time_left_s(self, membership: Resource) -> float:
        """Seconds that this run's claim on the membership still counts; 0 where it has none."""
        claim = enrollment_claim(membership)
        if claim is None or claim.holder != self._holder:
            return 0.0
        return max(0.0, (claim.until - self._now()).total_seconds())

    def advanced(self, membership: Resource) -> Resource:
        """The membership after one try: claimed by this run, or a moment later.

        Raises:
            EnrollmentInProgress: another run has a claim for longer than this one has time.
            BotError: whatever the client raises.
        """
        claim = enrollment_claim(membership)
        if claim is None or claim.until <= self._now():
            return self._put(membership)
        if not self._pace.wait(self._timing.poll_s):
            left = max(1, round((claim.until - self._now()).total_seconds()))
            raise EnrollmentInProgress(
                f"Another run is enrolling this prescriber. Try again in {left} seconds."
            )
        return self._read_again(membership)

    def without(self, membership: Resource) -> Resource:
        """The membership without a claim of this run, or one that is over; nothing is written."""
        claim = enrollment_claim(membership)
        if claim is None or (claim.holder != self._holder and claim.until > self._now()):
            return membership
        return without_claim(membership)

    def released(self, membership: Resource) -> Resource:
        """The membership after this run's claim was taken off it, if that could be done."""
        try:
            return self._memberships.apply(membership, self.without)
        except BotError:  # what was begun is begun; the claim ends by itself
            return membership

    def _put(self, membership: Resource) -> Resource:
        until = self._now() + timedelta(seconds=self._timing.claim_s)
        try:
            return self._memberships.put(with_claim(membership, Claim(self._holder, until)))
        except (EditConflict, LookUpFirst):
            return self._read_again(membership)

    def _read_again(self, membership: Resource) -> Resource:
        return self._memberships.read(f"ProjectMembership/{membership['id']}")

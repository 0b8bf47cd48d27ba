"""One reason of a verdict: a cause, and where it shows in this person's records."""

from dataclasses import dataclass

from shared.readiness.rules.causes import Blocks, Cause


@dataclass(frozen=True)
class Reason:
    """Why somebody can't prescribe, or soon can't.

    Attributes:
        cause: what is the matter in general.
        path: FHIR path, or DoseSpot's field, that shows it.
        value: what stands there, if that is not personal, such as a status or a day.
        sentence: what is the matter, and what to do.
        blocks: what it blocks, which may be less than its cause can.
        registrations: FHIR paths of the DEA registrations that a REGISTRATION is about.
    """

    cause: Cause
    path: str
    value: str | None
    sentence: str
    blocks: Blocks
    registrations: tuple[str, ...]

    def is_against(self, registration: str) -> bool:
        """Whether it keeps controlled substances from being signed under that DEA registration."""
        if self.blocks is Blocks.REGISTRATION:
            return registration in self.registrations
        return self.blocks in (Blocks.EVERYTHING, Blocks.CONTROLLED)


def reason(
    cause: Cause,
    path: str,
    value: str | None = None,
    *,
    sentence: str | None = None,
    blocks: Blocks | None = None,
    registrations: tuple[str, ...] = (),
) -> Reason:
    """A reason that says what its cause says, but for what is given."""
    return Reason(
        cause=cause,
        path=path,
        value=value,
        sentence=sentence or cause.sentence,
        blocks=blocks or cause.blocks,
        registrations=registrations,
    )


def dosespot_field(name: str) -> str:
    """A field of DoseSpot's answers, as the place where a reason shows."""
    return f"DoseSpot: {name}"

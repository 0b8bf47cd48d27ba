"""The authority to prescribe: DEA registrations and licenses that are in force, end soon, or ended.

One that has ended is history where another one of the same state is in force, and no reason.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

from fhir_profiles.dea_identifier import DeaIdentifier
from fhir_profiles.period import Days
from fhir_profiles.state_license import StateLicense
from fhir_profiles.today import Today
from shared.readiness.rules.causes import Blocks, Cause
from shared.readiness.rules.reason import Reason, reason

SOON = timedelta(days=60)
"""A DEA registration can be renewed from that long before its end on: 21 CFR 1301.13(b)."""

ShownNumbers = Collection[tuple[str, str]]
"""Numbers that DoseSpot shows, each with its state, or "" where it shows none."""


class _Granted(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def days(self) -> Days: ...


Granted = TypeVar("Granted", bound=_Granted)


def counted(granted: Sequence[Granted], today: Today) -> tuple[Granted, ...]:
    """Those that count or should: without the ended ones that have a successor."""
    return tuple(
        one
        for one in granted
        if not (one.days.over(day := today.in_state(one.state)) and _has_other(one, granted, day))
    )


def about_dea(
    registrations: Sequence[DeaIdentifier], shown: ShownNumbers | None, today: Today
) -> Iterator[Reason]:
    """What is the matter with DEA registrations.

    Args:
        registrations: the Practitioner's.
        shown: DoseSpot's; None if DoseSpot could not be asked.
        today: now, for the day on which they have to be in force.
    """
    if not registrations:
        yield reason(Cause.NO_DEA, "Practitioner.identifier")
    for one in counted(registrations, today):
        yield from _about_one_dea(one, registrations, shown, today)


def _about_one_dea(
    one: DeaIdentifier, all_: Sequence[DeaIdentifier], shown: ShownNumbers | None, today: Today
) -> Iterator[Reason]:
    mine, day = (one.path,), today.in_state(one.state)
    if found := _not_in_force(one.days, day, _DEA):
        cause, name, value = found
        yield reason(cause, f"{one.path}.{name}", value, registrations=mine)
    elif shown is not None and not _is_shown(one, shown):
        path = f"{one.path}.value"
        yield reason(Cause.DEA_NOT_IN_DOSESPOT, path, one.state or None, registrations=mine)
    if not one.schedules_known:
        yield reason(Cause.DEA_SCHEDULES_UNREADABLE, f"{one.path}.extension", registrations=mine)
    if one.days.last is None and one.days.cover(day):
        yield reason(Cause.DEA_WITHOUT_END, f"{one.path}.period.end")
    if last := _ends_soon(one, all_, day):
        yield reason(Cause.DEA_ENDS_SOON, f"{one.path}.period.end", last)


def about_licenses(
    licenses: Sequence[StateLicense],
    registrations: Sequence[DeaIdentifier],
    shown: ShownNumbers | None,
    today: Today,
) -> Iterator[Reason]:
    """What is the matter with licenses to practice; who records none is asked for none.

    The arguments are those of `about_dea`.
    """
    # A license of no known state does not make up for one that has ended.
    in_force = any(one.state and one.days.cover(today.in_state(one.state)) for one in licenses)
    for one in counted(licenses, today):
        day = today.in_state(one.state)
        if found := _not_in_force(one.days, day, _LICENSE):
            cause, name, value = found
            held = _of_its_state(one, registrations) if in_force else ()
            blocks = Blocks.REGISTRATION if held else Blocks.NOTHING
            yield reason(
                cause,
                f"{one.path}.{name}",
                value,
                blocks=blocks if in_force else Blocks.EVERYTHING,
                registrations=held,
            )
        elif shown is not None and one.number and not _is_shown(one, shown):
            yield reason(Cause.LICENSE_NOT_IN_DOSESPOT, one.path, one.state or None)
        if last := _ends_soon(one, licenses, day):
            yield reason(Cause.LICENSE_ENDS_SOON, f"{one.path}.period.end", last)


_DEA = (Cause.DEA_PERIOD_UNREADABLE, Cause.DEA_ENDED, Cause.DEA_NOT_BEGUN)
_LICENSE = (Cause.LICENSE_PERIOD_UNREADABLE, Cause.LICENSE_ENDED, Cause.LICENSE_NOT_BEGUN)


def _not_in_force(
    days: Days, today: date, causes: tuple[Cause, Cause, Cause]
) -> tuple[Cause, str, str | None] | None:
    """Why something does not count today, with the element and the day that say so."""
    unreadable, ended, not_begun = causes
    if not days.standing:
        return Cause.LICENSE_NOT_ACTIVE, "extension", None
    if not days.readable:
        return unreadable, "period", None
    if days.last is not None and days.over(today):
        return ended, "period.end", days.last.isoformat()
    if days.first is not None and not days.cover(today):
        return not_begun, "period.start", days.first.isoformat()
    return None


def _ends_soon(one: Granted, all_: Sequence[Granted], today: date) -> str | None:
    """The last day, if it is near and no other registration continues after it."""
    last = one.days.last
    if last is None or not one.days.cover(today) or last - today > SOON:
        return None
    return None if _has_other(one, all_, last + timedelta(days=1)) else last.isoformat()


def _has_other(one: Granted, all_: Sequence[Granted], day: date) -> bool:
    """Whether another one of the same state is in force on that day."""
    return any(
        other.path != one.path and other.state == one.state != "" and other.days.cover(day)
        for other in all_
    )


def _is_shown(one: _Granted, shown: ShownNumbers) -> bool:
    number = one.number.upper()
    return bool(number and one.state) and any(
        number == known.upper() and state in ("", one.state) for known, state in shown
    )


def _of_its_state(
    license_: StateLicense, registrations: Sequence[DeaIdentifier]
) -> tuple[str, ...]:
    """FHIR paths of the registrations in the license's state, or whose states are not known."""
    return tuple(
        one.path
        for one in registrations
        if "" in (license_.state, one.state) or license_.state == one.state
    )

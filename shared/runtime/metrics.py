"""What a run counts and measures, as one document of CloudWatch's Embedded Metric Format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
CloudWatch makes metrics of such a line in the log, so a run makes no call for them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from fhir_profiles.audit_event import AuditAction
from shared.audit.events import Event, Fact, LogEvent
from shared.errors import BotError, Unforeseen
from shared.http.sending import Call, Reply, Sender
from shared.runtime.environment import metrics_namespace

MOST_VALUES = 100
"""How many values of one metric a document may hold."""

COUNTED: Mapping[Event, str] = {
    AuditAction.CLINICIAN_CREATED: "CliniciansCreated",
    AuditAction.CLINICIAN_LINKED: "CliniciansLinked",
    AuditAction.CLINICIAN_CHANGED: "CliniciansChanged",
    AuditAction.IDP_INITIALIZED: "IdpInitialized",
    AuditAction.TFA_INITIALIZED: "TfaInitialized",
    AuditAction.SUPERVISOR_SET: "SupervisorsSet",
    AuditAction.STATUS_RECORDED: "StatusesRecorded",
    LogEvent.EPCS_ENABLED: "EpcsEnabled",
    LogEvent.EPCS_DISABLED: "EpcsDisabled",
    LogEvent.NOT_ADVANCED: "NotAdvanced",
    LogEvent.NOT_AUDITED: "NotAudited",
}
"""Metrics that are there only in runs in which the step happened."""

MEASURED: Mapping[Event, tuple[str, str]] = {
    LogEvent.ROUND_KEPT: ("oldest_s", "OldestComparison"),
}
"""By step, which of its facts is a metric, and that metric's name."""

UNITS: Mapping[str, str] = {
    "Runs": "Count",
    "Refusals": "Count",
    "Faults": "Count",
    "Duration": "Milliseconds",
    "DoseSpotCalls": "Count",
    "DoseSpotLatency": "Milliseconds",
    "FhirCalls": "Count",
    "FhirLatency": "Milliseconds",
    "Waits": "Count",
    "WaitTime": "Seconds",
    **dict.fromkeys(COUNTED.values(), "Count"),
    "OldestComparison": "Seconds",
}
"""Every metric and its unit."""


class Metrics:
    """The metrics of one run; several threads may report to it."""

    def __init__(self) -> None:
        self._started = monotonic()
        self._steps: list[Event] = []
        self._waits_s: list[float] = []
        self._calls: list[tuple[str, float]] = []
        self._measured: dict[str, float] = {}

    def count(self, step: Event, facts: Mapping[str, Fact]) -> None:
        """Something happened, of which these facts are told."""
        self._steps.append(step)
        if step in MEASURED:
            fact, name = MEASURED[step]
            self._measured[name] = float(facts[fact] or 0)

    def waited(self, seconds: float) -> None:
        """The run waited."""
        self._waits_s.append(seconds)

    def called(self, service: str, seconds: float) -> None:
        """A service was called and has answered, or not, after that time."""
        self._calls.append((service, seconds))

    def document(self, bot: str, error: BotError | None, now_s: float) -> dict[str, Any]:
        """The run's metrics, now that it has ended.

        Args:
            bot: the bot's name, by which the metrics are kept apart.
            error: what it ended with, if so; refusals are also kept apart by its kind.
            now_s: seconds since 1970.
        """
        values = self._values(error)
        by_bot = _directive(["Bot"], list(values))
        by_error = [_directive(["Bot", "Error"], ["Refusals"])] if values["Refusals"] else []
        return {
            "_aws": {"Timestamp": int(now_s * 1000), "CloudWatchMetrics": [by_bot, *by_error]},
            "Bot": bot,
            **({"Error": type(error).__name__} if by_error else {}),
            **values,
        }

    def _values(self, error: BotError | None) -> dict[str, float | list[float]]:
        is_fault = isinstance(error, Unforeseen)
        dosespot = [seconds for service, seconds in self._calls if service == "DoseSpot"]
        fhir = [seconds for service, seconds in self._calls if service != "DoseSpot"]
        steps = Counter(COUNTED[step] for step in self._steps if step in COUNTED)
        return {
            "Runs": 1,
            "Refusals": int(error is not None and not is_fault),
            "Faults": int(is_fault),
            "Duration": _milliseconds(monotonic() - self._started),
            "DoseSpotCalls": len(dosespot),
            "FhirCalls": len(fhir),
            **({"DoseSpotLatency": _sample(dosespot)} if dosespot else {}),
            **({"FhirLatency": _sample(fhir)} if fhir else {}),
            "Waits": len(self._waits_s),
            "WaitTime": round(sum(self._waits_s), 3),
            **steps,
            **self._measured,
        }


class ObservedHttp:
    """A `Sender` that sends the trace id along and measures each call.

    Args:
        sender: sends the calls.
        metrics: the run's.
        trace: headers that go along with every call.
    """

    def __init__(self, sender: Sender, metrics: Metrics, trace: Mapping[str, str]) -> None:
        self._sender = sender
        self._metrics = metrics
        self._trace = trace

    def send(self, call: Call) -> Reply:
        """Sends one call; see `Http.send`."""
        started = monotonic()
        try:
            return self._sender.send(replace(call, headers={**call.headers, **self._trace}))
        finally:
            self._metrics.called(call.service, monotonic() - started)


def _directive(dimensions: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    return {
        "Namespace": metrics_namespace(),
        "Dimensions": [dimensions],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in names],
    }


def _sample(seconds: Sequence[float]) -> list[float]:
    """As many of the values as fit, from all parts of the run."""
    step = -(-len(seconds) // MOST_VALUES)
    return [_milliseconds(one) for one in seconds[::step]]


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)

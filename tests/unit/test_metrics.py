"""A run's metrics: a valid document of CloudWatch's Embedded Metric Format, and its trace id."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fhir_profiles.audit_event import AuditAction
from shared.audit.events import LogEvent
from shared.errors import BotError, LookUpFirst, RemoteUnavailable, StageRefused, Unforeseen
from shared.http.sending import Call, Reply
from shared.runtime.metrics import COUNTED, MOST_VALUES, UNITS, Metrics, ObservedHttp
from shared.runtime.trace import plain_trace_id, trace_headers

NOW_S = 1_780_000_000.5
UUID = "0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

# The rules of the specification's sections "Metadata object", "MetricDirective object",
# "DimensionSet array", "MetricDefinition object" and "Target members".
NAME = {"type": "string", "minLength": 1, "maxLength": 1024}
DEFINITION = {
    "type": "object",
    "required": ["Name"],
    "additionalProperties": False,
    "properties": {
        "Name": NAME,
        "Unit": {"enum": ["Seconds", "Milliseconds", "Count"]},
        "StorageResolution": {"enum": [1, 60]},
    },
}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": NAME,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "array",
                "maxItems": 30,
                "items": {"type": "string", "maxLength": 250},
            },
        },
        "Metrics": {"type": "array", "maxItems": 100, "items": DEFINITION},
    },
}
EMF = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 10**12},
                "CloudWatchMetrics": {"type": "array", "items": DIRECTIVE},
            },
        }
    },
}
VALUE = {
    "anyOf": [
        {"type": "number"},
        {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "number"}},
    ]
}


def document(metrics: Metrics, error: BotError | None = None) -> dict[str, Any]:
    """The document, as CloudWatch reads it and finds nothing wrong with it."""
    found = json.loads(json.dumps(metrics.document("self_enroll", error, NOW_S)))
    Draft202012Validator(EMF).validate(found)
    for directive in found["_aws"]["CloudWatchMetrics"]:
        for name in (metric["Name"] for metric in directive["Metrics"]):
            Draft202012Validator(VALUE).validate(found[name])
        for name in (name for dimensions in directive["Dimensions"] for name in dimensions):
            assert 1 <= len(found[name]) <= 1024
    return dict(found)


def values(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in ("_aws", "Duration")}


def full() -> Metrics:
    """A run in which everything happened that is counted."""
    metrics = Metrics()
    for step in [*COUNTED, AuditAction.STATUS_RECORDED, LogEvent.DONE]:
        metrics.count(step, {})
    metrics.count(LogEvent.ROUND_KEPT, {"oldest_s": 90})
    metrics.called("DoseSpot", 0.0123)
    metrics.called("The FHIR server", 0.2)
    metrics.waited(0.5)
    metrics.waited(0.25)
    return metrics


def test_a_run_without_anything_counts_itself() -> None:
    assert values(document(Metrics())) == {
        "Bot": "self_enroll",
        "Runs": 1,
        "Refusals": 0,
        "Faults": 0,
        "DoseSpotCalls": 0,
        "FhirCalls": 0,
        "Waits": 0,
        "WaitTime": 0,
    }


def test_a_fact_of_a_step_is_a_metric() -> None:
    metrics = Metrics()
    metrics.count(LogEvent.ROUND_KEPT, {"ended": False, "oldest_s": 90})
    metrics.count(LogEvent.ROUND_KEPT, {"ended": False, "oldest_s": 100})
    assert values(document(metrics))["OldestComparison"] == 100


def test_what_happened_is_counted_and_measured() -> None:
    assert values(document(full())) == {
        "Bot": "self_enroll",
        "Runs": 1,
        "Refusals": 0,
        "Faults": 0,
        "DoseSpotCalls": 1,
        "DoseSpotLatency": [12.3],
        "FhirCalls": 1,
        "FhirLatency": [200.0],
        "Waits": 2,
        "WaitTime": 0.75,
        **dict.fromkeys(COUNTED.values(), 1),
        "StatusesRecorded": 2,
        "OldestComparison": 90,
    }


def test_every_metric_has_its_unit() -> None:
    (by_bot,) = document(full())["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"]: metric["Unit"] for metric in by_bot["Metrics"]} == dict(UNITS)
    assert by_bot["Dimensions"] == [["Bot"]]


@pytest.mark.parametrize("error", [StageRefused("x"), RemoteUnavailable("x"), LookUpFirst("x")])
def test_refusals_are_counted_by_kind_too(error: BotError) -> None:
    found = document(Metrics(), error)
    _, by_error = found["_aws"]["CloudWatchMetrics"]
    assert by_error["Dimensions"] == [["Bot", "Error"]]
    assert by_error["Metrics"] == [{"Name": "Refusals", "Unit": "Count"}]
    assert (found["Error"], found["Refusals"], found["Faults"]) == (type(error).__name__, 1, 0)


def test_a_fault_of_ours_is_no_refusal() -> None:
    found = document(Metrics(), Unforeseen("x"))
    assert (found["Refusals"], found["Faults"], "Error" in found) == (0, 1, False)


def test_a_long_run_keeps_as_many_values_as_may_be() -> None:
    metrics = Metrics()
    for number in range(250):
        metrics.called("DoseSpot", number / 1000)
    found = document(metrics)
    assert found["DoseSpotCalls"] == 250
    assert found["DoseSpotLatency"] == [float(number) for number in range(0, 250, 3)]
    assert len(found["DoseSpotLatency"]) <= MOST_VALUES


@pytest.mark.parametrize("error", [None, RemoteUnavailable("down")], ids=["answered", "failed"])
def test_a_call_carries_the_trace_id_and_is_measured(error: BotError | None) -> None:
    sent: list[Call] = []

    class Server:
        def send(self, call: Call) -> Reply:
            sent.append(call)
            if error is not None:
                raise error
            return Reply(200, {}, b"{}")

    metrics = Metrics()
    http = ObservedHttp(Server(), metrics, trace_headers(UUID))
    call = Call("DoseSpot", "answer", "GET", "https://example.org/", {"Accept": "x"})
    if error is None:
        assert http.send(call).status == 200
    else:
        with pytest.raises(RemoteUnavailable):
            http.send(call)
    assert sent[0].headers == {"Accept": "x", "X-Trace-Id": UUID}
    assert document(metrics)["DoseSpotCalls"] == 1


@pytest.mark.parametrize(
    ("given", "headers"),
    [
        (None, {}),
        (UUID, {"X-Trace-Id": UUID}),
        (TRACEPARENT, {"X-Trace-Id": TRACEPARENT, "traceparent": TRACEPARENT}),
        (
            "1-67891233-abcdef012345678912345678",
            {"X-Trace-Id": "1-67891233-abcdef012345678912345678"},
        ),
    ],
)
def test_a_trace_id_goes_where_a_medplum_server_looks_for_it(
    given: str | None, headers: dict[str, str]
) -> None:
    assert trace_headers(given) == headers


@pytest.mark.parametrize("given", ["", "a b", "a\r\nX-More: 1", "Jane Smith", "ä", "a" * 129])
def test_what_is_no_trace_id_is_left_out(given: str) -> None:
    assert plain_trace_id(given) is None

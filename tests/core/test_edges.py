"""The edges of a run's time and of DoseSpot's ids and texts, which the tables of both leave out."""

from time import monotonic

import pytest

from shared.dosespot.effects import LONGEST_TEXT, Done, Effect, Open, Refused, effect, says_refusal
from shared.errors import RemoteUnavailable
from shared.http.pace import Pace, PatientHttp
from shared.http.sending import Call, Reply, unavailable

CALL = Call("DoseSpot", "answer", "GET", "https://dosespot.example/", {})


class Answering:
    """Answers everything, and keeps the calls."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.calls.append(call)
        return Reply(200, {}, b"")


@pytest.mark.parametrize(("left_s", "answer_s"), [(10.0, 7.0), (3.0, 1.5), (1.0, 0.5), (0.2, 0.1)])
def test_something_is_sent_as_long_as_there_is_any_time(left_s: float, answer_s: float) -> None:
    sender = Answering()
    PatientHttp(sender, Pace(lambda: left_s, lambda _seconds: None)).send(CALL)
    assert sender.calls[0].answer_s == pytest.approx(answer_s)


@pytest.mark.parametrize("left_s", [0.0, -1.0])
def test_nothing_is_sent_without_time_and_the_error_names_the_server(left_s: float) -> None:
    sender = Answering()
    with pytest.raises(RemoteUnavailable) as caught:
        PatientHttp(sender, Pace(lambda: left_s, lambda _seconds: None)).send(CALL)
    assert (sender.calls, str(caught.value)) == ([], str(unavailable("DoseSpot")))


def test_what_could_be_sent_too_late_is_known_by_the_clock() -> None:
    sender = Answering()
    late = Call("DoseSpot", "x", "POST", "https://x/", {}, send_until_s=monotonic() + 60)
    PatientHttp(sender, Pace(lambda: 100.0, lambda _seconds: None)).send(late)
    assert len(sender.calls) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1234567890", Done(1234567890)),
        ("0000004711", Done(4711)),
        ("00000004711", Open()),
        ("4711", Done(4711)),
    ],
)
def test_an_id_has_ten_digits_at_most(given: str, expected: Effect) -> None:
    body = f'{{"Id": "{given}", "Result": {{"ResultCode": "OK"}}}}'.encode()
    assert effect(200, body, creates=True) == expected


def test_a_text_that_is_not_encoded_well_is_read_all_the_same() -> None:
    assert effect(400, b"City \xff is required") == Refused("City \ufffd is required")


@pytest.mark.parametrize(("length", "known"), [(LONGEST_TEXT, True), (LONGEST_TEXT + 1, False)])
def test_a_text_that_is_too_long_is_no_sentence(length: int, known: bool) -> None:
    assert says_refusal("City is required".ljust(length)) is known

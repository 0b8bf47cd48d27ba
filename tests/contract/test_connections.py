"""What leaves the machine for one call, to whom, what of the environment has a say in it, and how
much of an answer is read."""

import gzip
import json
import ssl
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.errors import BotError, LookUpFirst, RemoteUnavailable
from shared.http.connections import trust
from shared.http.sending import Call, Http

ANSWER = json.dumps({"name": "Zoë"}).encode()


class Listening(ThreadingHTTPServer):
    """Keeps what comes in: first line, headers and body of each request, and of how many peers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.extra = 200, {}
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.peers: set[tuple[str, int]] = set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listening

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.got.append((self.requestline, dict(self.headers), body))
        self.server.peers.add(self.client_address)
        self.send_response(self.server.status)
        for name, value in self.server.extra.items():
            self.send_header(name, value)
        answer = gzip.compress(ANSWER) if "Content-Encoding" in self.server.extra else ANSWER
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Listening]:
    with Listening() as listening:
        Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        yield listening
        listening.shutdown()


def call(server: Listening, method: str = "GET", scheme: str = "http", **more: Any) -> Call:
    url = f"{scheme}://{server.address}/path"
    return Call("DoseSpot", "answer", method, url, {"Authorization": "Bearer ours"}, **more)


def test_calls_go_over_one_connection_with_what_belongs_to_them(server: Listening) -> None:
    http = Http()
    for one in (
        call(server, params={"npi": "1", "name": "a b&c"}),
        call(server, "POST"),
        call(server, "POST", form={"a b": "c&d"}),
        call(server, "PUT", json={"name": "Zoë"}),
    ):
        reply = http.send(one)
        assert (reply.status, reply.json()) == (200, {"name": "Zoë"})
    about = ("Content-Type", "Content-Length", "Authorization")
    assert [(line, *map(got.get, about), body) for line, got, body in server.got] == [
        ("GET /path?npi=1&name=a+b%26c HTTP/1.1", None, None, "Bearer ours", b""),
        ("POST /path HTTP/1.1", None, "0", "Bearer ours", b""),
        (
            "POST /path HTTP/1.1",
            "application/x-www-form-urlencoded",
            "9",
            "Bearer ours",
            b"a+b=c%26d",
        ),
        ("PUT /path HTTP/1.1", "application/json", "20", "Bearer ours", b'{"name": "Zo\\u00eb"}'),
    ]
    assert len(server.peers) == 1


def test_a_compressed_answer_is_read(server: Listening) -> None:
    server.extra = {"Content-Encoding": "gzip"}
    assert Http().send(call(server)).json() == {"name": "Zoë"}


def test_a_redirect_is_an_answer(server: Listening) -> None:
    server.status, server.extra = 302, {"Location": f"http://{server.address}/elsewhere"}
    assert Http().send(call(server)).status == 302
    assert len(server.got) == 1


def test_cookies_are_not_kept(server: Listening) -> None:
    server.extra, http = {"Set-Cookie": "session=1"}, Http()
    http.send(call(server))
    http.send(call(server))
    assert "Cookie" not in server.got[1][1]


def test_a_netrc_entry_does_not_replace_the_token(
    server: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (netrc := tmp_path / "netrc").write_text("machine 127.0.0.1 login else password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    Http().send(call(server))
    assert server.got[0][1]["Authorization"] == "Bearer ours"


def test_the_environments_proxy_is_used_and_read_once_for_a_server(
    server: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{server.address}")
    monkeypatch.setenv("no_proxy", "direct.example.org")
    http = Http()
    far = Call("DoseSpot", "answer", "GET", "http://far.example.org/path?a=1", {})
    http.send(far)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    http.send(far)
    assert [line for line, _, _ in server.got] == [
        "GET http://far.example.org/path?a=1 HTTP/1.1"
    ] * 2


def test_each_of_many_servers_keeps_its_connection() -> None:
    http = Http()
    with ExitStack() as open_servers:
        servers = [open_servers.enter_context(Listening()) for _ in range(12)]
        for one in servers:
            Thread(target=one.serve_forever, args=(0.01,), daemon=True).start()
            open_servers.callback(one.shutdown)
        for one in (*servers, *servers):
            http.send(call(one))
    assert [len(one.peers) for one in servers] == [1] * len(servers)


@pytest.mark.parametrize("text", ["a\r\nX-More: 1", "\ud800"])
def test_what_no_header_can_hold_is_not_sent(server: Listening, text: str) -> None:
    http = Http()
    with pytest.raises(RemoteUnavailable):
        http.send(Call("DoseSpot", "answer", "GET", f"http://{server.address}/", {"X-One": text}))
    assert server.got == []
    assert http.send(call(server)).status == 200


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody but itself has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made up")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (file := folder / "certificate.pem").write_bytes(
        key.private_bytes(*form, serialization.NoEncryption()) + signed.public_bytes(form[0])
    )
    return file


@pytest.fixture
def bundle(server: Listening, tmp_path: Path) -> Path:
    """The server with TLS, and the file that one has to trust for it."""
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return file


def test_a_server_that_nobody_vouches_for_is_told_nothing(
    server: Listening, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setattr(server, "handle_error", lambda *_: None)
    with pytest.raises(RemoteUnavailable):
        Http().send(call(server, "POST", "https", writes=True))
    assert server.got == []


def test_the_bundle_of_the_environment_is_trusted_if_the_name_is_right(
    server: Listening, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    http = Http()
    assert http.send(call(server, scheme="https")).status == 200
    monkeypatch.setattr(server, "handle_error", lambda *_: None)
    url = f"https://localhost:{server.server_port}/path"
    with pytest.raises(RemoteUnavailable):
        http.send(Call("DoseSpot", "answer", "GET", url, {}))
    assert len(server.got) == 1


def test_a_bundle_is_read_once_for_all_servers(bundle: Path) -> None:
    assert trust(str(bundle)) is trust(str(bundle))
    assert trust() is trust()
    assert trust().verify_mode is ssl.CERT_REQUIRED
    assert trust().check_hostname


LIMIT_S = 0.15
LONG_S = 20.0
"""Longer than any machine is busy with something else."""
LARGEST = 100_000
HEAD = b"HTTP/1.1 200 OK\r\n"
ZEROS = gzip.compress(bytes(30_000_000))
TWICE = gzip.compress(ZEROS)


def with_length(body: bytes, encoding: str = "") -> list[bytes]:
    coded = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    return [HEAD + f"{coded}Content-Length: {len(body)}\r\n\r\n".encode(), body]


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW: dict[str, tuple[list[bytes], bytes]] = {
    "body": ([HEAD + b"Content-Length: 1000\r\n\r\n"], b"a"),
    "body to the end": ([HEAD + b"\r\n"], b"a"),
    "chunks": ([CHUNKED], b"1\r\na\r\n"),
    "length of a chunk": ([CHUNKED], b"0"),
    "status line": ([], b"H"),
    "headers": ([HEAD], b"X-More: 1\r\n"),
    "silence": ([HEAD], b""),
}
LARGE: dict[str, list[bytes]] = {
    "plain": with_length(bytes(LARGEST + 1)),
    "chunked": [CHUNKED, b"%x\r\n" % (LARGEST + 1), bytes(LARGEST + 1), b"\r\n0\r\n\r\n"],
    "to the end": [HEAD + b"Connection: close\r\n\r\n", bytes(LARGEST + 1)],
    "promised": [HEAD + b"Content-Length: 9000000000000\r\n\r\n", bytes(LARGEST + 1)],
    "gzip bomb": with_length(ZEROS, "gzip"),
    "gzip bomb in a gzip bomb": with_length(TWICE, "gzip, gzip"),
}


class Raw(ThreadingHTTPServer):
    """Answers with these bytes, then with the same one again and again until it is stopped."""

    daemon_threads = True

    def __init__(
        self, at_once: list[bytes], then: bytes | None = None, each_s: float = 0.02
    ) -> None:
        super().__init__(("127.0.0.1", 0), Dripping)
        self.at_once, self.then, self.each_s = at_once, then, each_s
        self.stopped, self.requests = Event(), 0


class Dripping(BaseHTTPRequestHandler):
    server: Raw

    def _answer(self) -> None:
        self.server.requests += 1
        try:
            for piece in self.server.at_once:
                self.wfile.write(piece)
            while self.server.then is not None and not self.server.stopped.wait(self.server.each_s):
                self.wfile.write(self.server.then)
        except OSError:
            pass

    do_GET = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def asked_of(
    raw: Raw, http: Http, *, writes: bool, answer_s: float | None = None, url: str = ""
) -> BotError:
    """The error to which a call leads, to the server itself if no other URL is given."""
    url = url or f"http://127.0.0.1:{raw.server_port}/"
    method = "POST" if writes else "GET"
    asked = Call("DoseSpot", "answer", method, url, {}, writes=writes, answer_s=answer_s)
    with raw:
        Thread(target=raw.serve_forever, args=(0.01,), daemon=True).start()
        with pytest.raises(BotError) as raised:
            http.send(asked)
        raw.stopped.set()
        raw.shutdown()
    assert raw.requests == 1
    return raised.value


@pytest.mark.parametrize(("writes", "error"), [(False, RemoteUnavailable), (True, LookUpFirst)])
@pytest.mark.parametrize("kind", SLOW)
def test_an_answer_that_drips_is_given_up_when_its_time_is_over(
    kind: str, writes: bool, error: type[BotError]
) -> None:
    began = monotonic()
    assert type(asked_of(Raw(*SLOW[kind]), Http(LIMIT_S), writes=writes)) is error
    assert LIMIT_S <= monotonic() - began < LONG_S


def test_the_last_piece_has_only_the_time_that_is_left() -> None:
    began = monotonic()
    asked_of(Raw(*SLOW["body"], each_s=1.5), Http(2.0), writes=False)
    assert 2.0 <= monotonic() - began < 3.0  # when the next piece would come


class SlowToShakeHands(Raw):
    """Lets who connects wait for TLS."""

    def get_request(self) -> Any:
        self.stopped.wait(1.5)
        return super().get_request()


def test_the_time_to_connect_is_part_of_the_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, raw, began = certificate(tmp_path), SlowToShakeHands(*SLOW["silence"]), monotonic()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    raw.socket = context.wrap_socket(raw.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    url = f"https://127.0.0.1:{raw.server_port}/"
    asked_of(raw, Http(), writes=False, answer_s=2.0, url=url)
    assert 2.0 <= monotonic() - began < 3.4  # 1.5 and 2 would be more


def test_an_answer_through_a_proxy_has_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, began = Raw(*SLOW["body"]), monotonic()
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{raw.server_port}")
    monkeypatch.setenv("no_proxy", "")
    far = "http://far.example.org/"
    assert type(asked_of(raw, Http(LIMIT_S), writes=False, url=far)) is RemoteUnavailable
    assert LIMIT_S <= monotonic() - began < LONG_S


def test_a_call_may_give_its_answer_less_time_but_not_more() -> None:
    for own_s, limit_s in ((LIMIT_S, LONG_S), (LONG_S, LIMIT_S)):
        began = monotonic()
        asked_of(Raw(*SLOW["body"]), Http(limit_s), writes=False, answer_s=own_s)
        assert LIMIT_S <= monotonic() - began < LONG_S


@pytest.mark.parametrize(("writes", "error"), [(False, RemoteUnavailable), (True, LookUpFirst)])
@pytest.mark.parametrize("kind", LARGE)
def test_an_answer_that_is_too_large_is_not_read(
    kind: str, writes: bool, error: type[BotError]
) -> None:
    raw = Raw(LARGE[kind])
    assert type(asked_of(raw, Http(LONG_S, largest_answer=LARGEST), writes=writes)) is error


def test_a_bomb_is_not_unpacked() -> None:
    tracemalloc.start()
    try:
        asked_of(Raw(LARGE["gzip bomb"]), Http(LONG_S, largest_answer=LARGEST), writes=False)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_an_answer_of_the_largest_size_is_read_and_its_connection_kept(server: Listening) -> None:
    http = Http(largest_answer=len(ANSWER))
    assert [http.send(call(server)).body for _ in range(2)] == [ANSWER] * 2
    server.extra = {"Content-Encoding": "gzip"}
    assert [http.send(call(server)).body for _ in range(2)] == [ANSWER] * 2
    assert len(server.peers) == 1


def test_after_an_answer_that_is_too_large_the_server_can_be_asked_again(
    server: Listening,
) -> None:
    http = Http(largest_answer=len(ANSWER) - 10)
    for _ in range(2):
        with pytest.raises(RemoteUnavailable):
            http.send(call(server))
    assert (len(server.got), len(server.peers)) == (2, 2)
    with pytest.raises(RemoteUnavailable):
        Http(largest_answer=len(ANSWER) - 1).send(call(server))

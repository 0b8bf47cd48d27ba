"""What leaves the machine for one call, to whom, and what of the environment has a say in it."""

import gzip
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.connections import trust
from shared.errors import RemoteUnavailable
from shared.http import Call, Http

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

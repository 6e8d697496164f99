"""The example for nginx, in front of a server that says what came through."""

import atexit
import getpass
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from django.urls import resolve, reverse
from tests.home.test_uploads import TAKE_FILES

from heard.agencies.gate import Takes

CONF = Path(__file__).parents[2] / "deploy" / "nginx" / "heard.conf"
pytestmark = pytest.mark.skipif(
    not shutil.which("nginx") or not shutil.which("openssl"), reason="needs nginx and openssl"
)


KEY = "2f1b4c1e-0000-4000-8000-000000000000"
_WITH_A_FILE = [
    "/children/{}/files/attach/", "/places/{}/files/attach/", "/groups/{}/files/attach/", "/worries/{}/files/attach/",
    "/words/{}/files/attach/", "/worries/tell/{}/files/", "/children/{}/words/add/", "/requests/{}/answer/",
    "/caseload-in/bring/", "/where-to-turn/files/bring/", "/charts/bring-in/", "/audits/{}/SM1/files/attach/",
    "/where-to-turn/procedures/add/", "/where-to-turn/procedures/{}/edition/",
]  # fmt: skip
# Address, bytes of a body, and what the server in front says to it.
TAKES = [
    ("/account/sign-in/", 6_000_000, 413),
    ("/engine/", 6_000_000, 413),
    ("/", 6_000_000, 413),
    ("/", 4_000_000, 200),
    ("/engine/start/", 28_000_000, 200),
    ("/n/", 6_000_000, 200),
    ("/n/", 8_000_000, 413),
    *[(path.format(KEY), 6_000_000, 200) for path in _WITH_A_FILE],
    *[(path.format(KEY), 28_000_000, 413) for path in _WITH_A_FILE[4:]],
]


class Echo(BaseHTTPRequestHandler):
    """Says which headers came through, and of how many bytes the body was; in at least as many bytes as `X-Answer` says."""

    def do_GET(self) -> None:
        size = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        said = json.dumps({"headers": {k.lower(): v for k, v in self.headers.items()}, "size": size}).encode()
        said = said.ljust(int(self.headers.get("X-Answer") or 0))
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "from behind")
        super().end_headers()

    def log_message(self, *_args: Any) -> None: ...


# Requests that say two things of where they end. Whoever stands in front and whoever stands behind may believe different ones, and
# then somebody else's request begins with what a stranger wrote.
CONTRADICTING = {
    "two lengths": b"Content-Length: 5\r\nContent-Length: 41\r\n",
    "two lengths in one line": b"Content-Length: 5, 41\r\n",
    "a length and pieces": b"Content-Length: 41\r\nTransfer-Encoding: chunked\r\n",
    "pieces and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "pieces twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 41\r\n",
    "pieces spelt so that some do not see it": b"Transfer-Encoding: xchunked\r\nContent-Length: 41\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 41\r\n",
    "a line that goes on": b"X-Folded: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 41\r\n",
    "a length with a sign": b"Content-Length: +41\r\n",
}
_HIDDEN = b"0\r\n\r\nGET /hidden HTTP/1.1\r\nX-Ignore: x\r\n\r\n"


class Wire:
    """Keeps what came over the wire, and answers each connection once."""

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self.heard: list[bytes] = []
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", port))
        self._serving = threading.Thread(target=self._serve, daemon=True)
        self._serving.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._listening.accept()
            except OSError:
                return
            try:
                line.settimeout(5)
                safe = self._tls.wrap_socket(line, server_side=True)
            except OSError:
                continue
            with safe:
                safe.settimeout(0.5)
                said = b""
                with suppress(TimeoutError):
                    while piece := safe.recv(65_536):
                        said += piece
                self.heard.append(said)
                with suppress(OSError):
                    safe.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # else who waits in accept() keeps the port
        self._serving.join()
        self._listening.close()


def smuggled(front: int, behind: int, lengths: bytes) -> tuple[bytes, list[bytes]]:
    """What the server in front says to such a request, and what came through it, by connection."""
    wire = Wire(behind, speaking())
    head = b"POST / HTTP/1.1\r\nHost: heard.example.org\r\n" + lengths + b"\r\n"
    plain = socket.create_connection(("127.0.0.1", front), timeout=10)
    try:
        with ssl._create_unverified_context().wrap_socket(plain, server_hostname="heard.example.org") as line:
            line.settimeout(3)
            line.sendall(head + _HIDDEN)
            answer = b""
            with suppress(TimeoutError, OSError):
                while piece := line.recv(65_536):
                    answer += piece
    finally:
        wire.close()
    return answer, wire.heard


def assert_nothing_is_smuggled(front: int, behind: int, lengths: bytes) -> None:
    """It is refused; or it goes on with one length, in which nothing is hidden that whoever stands behind takes for a request."""
    answer, through = smuggled(front, behind, lengths)
    if not through:
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), answer[:80]
        return
    for said in through:
        head, _end, body = said.partition(b"\r\n\r\n")
        names = [line.partition(b":")[0].strip().lower() for line in head.split(b"\r\n")[1:]]
        framing = [name for name in names if name in (b"content-length", b"transfer-encoding")]
        assert len(framing) <= 1, head
        if framing == [b"content-length"]:
            [length] = re.findall(rb"(?im)^content-length: *(\d+)\r?$", head)
            assert len(body) == int(length), said
        else:
            assert b"/hidden" not in body, said


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def made_for(folder: Path, name: str, *, key: str = "ec") -> tuple[Path, Path]:
    """A certificate for a name that signs itself, and its key, made as the script that installs Heard makes its own."""
    words = ["-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else []
    certificate, its_key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", key, *words, "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", str(its_key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, its_key


@cache
def of_heard() -> Path:
    """A folder with what Heard shows the server in front, and what another programme would."""
    folder = Path(mkdtemp(prefix="heard-web-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder)
    for name in ("heard.internal", "somebody.else"):
        made_for(folder, name)
    shutil.copy(folder / "heard.internal.pem", folder / "certificate.pem")
    return folder


def speaking(name: str = "heard.internal") -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(of_heard() / f"{name}.pem", of_heard() / f"{name}.key")
    return tls


class _Safe(ThreadingHTTPServer):
    """Speaks TLS, and shakes hands in the thread of each request."""

    tls: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        with suppress(OSError), self.tls.wrap_socket(request, server_side=True) as safe:
            super().finish_request(safe, client_address)


@contextmanager
def echoing(port: int, *, as_: str = "heard.internal") -> Iterator[None]:
    server = _Safe(("127.0.0.1", port), Echo)
    server.tls = speaking(as_)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """nginx with the example: its port, the port behind it, its log."""
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    front, behind, plain = free_port(), free_port(), free_port()
    certificate, key = made_for(folder, "heard.example.org", key="rsa:2048")
    text = CONF.read_text()
    for old, new in (
        ("/etc/ssl/heard/fullchain.pem", str(certificate)),
        ("/etc/ssl/heard/privkey.pem", str(key)),
        ("/etc/heard-web/certificate.pem", str(of_heard() / "certificate.pem")),
        ("/var/log/nginx/", f"{folder}/"),
        ("127.0.0.1:8000;", f"127.0.0.1:{behind};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{front} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("heard-error.log crit;", "heard-error.log warn;"),  # below crit it says what went to the disk
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "heard.conf").write_text(text)
    (folder / "plain").write_text(str(plain))
    temps = "".join(
        f"{what}_temp_path {folder}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"user {getpass.getuser()}; daemon off; pid {folder}/pid; error_log {folder}/main.log; events {{}}"
        f" http {{ {temps} include {folder}/heard.conf; }}"
    )
    words = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_open(front)
            yield front, behind, folder / "heard.log"
        finally:
            process.terminate()


def wait_until_open(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx did not start")


def ask(port: int, path: str, *, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    trusting = ssl._create_unverified_context()
    said = {"Host": "heard.example.org"} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"https://127.0.0.1:{port}{path}", data=body, headers=said)
    try:
        with urllib.request.urlopen(request, context=trusting, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def headers_of(port: int, path: str) -> tuple[int, dict[str, list[str]]]:
    line = http.client.HTTPSConnection(
        "127.0.0.1", port, context=ssl._create_unverified_context(), timeout=30
    )
    line.request("GET", path, headers={"Host": "heard.example.org"})
    with line.getresponse() as answer:
        answer.read()
        found = {name.lower(): answer.headers.get_all(name) or [] for name in answer.headers}
    line.close()
    return answer.status, found


def test_what_a_visitor_says_of_themselves_is_replaced(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with echoing(behind):
        _status, text = ask(
            front, "/", X_Forwarded_Proto="http", X_Forwarded_For="192.0.2.1", X_Request_Id="mine"
        )
    headers = json.loads(text)["headers"]
    assert (headers["host"], headers["x-forwarded-proto"]) == ("heard.example.org", "https")
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize(("path", "size", "status"), TAKES)
def test_only_what_takes_files_takes_much(
    site: tuple[int, int, Path], path: str, size: int, status: int
) -> None:
    front, behind, _log = site
    with echoing(behind):
        assert ask(front, path, body=b"x" * size)[0] == status


def read_slowly(front: int, path: str, answer: int) -> None:
    """Asks for an answer of so many bytes, and takes none of it for a while."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", front))
    with ssl._create_unverified_context().wrap_socket(line, server_hostname="heard.example.org") as safe:
        head = f"GET {path} HTTP/1.1\r\nHost: heard.example.org\r\nX-Answer: {answer}\r\nConnection: close\r\n\r\n"
        safe.sendall(head.encode())
        time.sleep(1)
        while safe.recv(65_536):
            pass


def test_what_a_child_says_does_not_lie_on_the_disk_on_its_way(site: tuple[int, int, Path]) -> None:
    front, behind, log = site
    said = log.with_name("heard-error.log")
    with echoing(behind):
        before = said.read_text().count("to a temporary file")
        assert ask(front, reverse("notes_open"), body=b"x" * 5_000_000)[0] == 200
        for name in ("child_message_sound", "words_sound"):
            read_slowly(front, reverse(name, args=[KEY]), 20_000_000)
        read_slowly(front, reverse("notes_open"), 20_000_000)
        assert said.read_text().count("to a temporary file") == before
        assert ask(front, "/", body=b"x" * 4_000_000)[0] == 200
        read_slowly(front, "/", 20_000_000)
        assert said.read_text().count("to a temporary file") == before + 2  # and it would be seen


def test_every_address_that_takes_a_file_is_among_them() -> None:
    views = [resolve(path.format(KEY)).func for path in _WITH_A_FILE]
    assert {getattr(view, "takes", None) for view in views} == {Takes.FILE}
    assert len({resolve(path.format(KEY)).url_name for path in _WITH_A_FILE}) == len(TAKE_FILES)


@pytest.mark.parametrize("lengths", CONTRADICTING.values(), ids=CONTRADICTING.keys())
def test_no_request_is_hidden_in_another_by_lengths_that_contradict(
    site: tuple[int, int, Path], lengths: bytes
) -> None:
    assert_nothing_is_smuggled(site[0], site[1], lengths)


def test_what_is_ready_is_no_business_of_visitors(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with echoing(behind):
        assert [ask(front, path)[0] for path in ("/health/ready", "/metrics", "/health/live")] == [
            404,
            404,
            200,
        ]


def test_where_heard_is_down_the_page_says_so(site: tuple[int, int, Path]) -> None:
    status, text = ask(site[0], "/")
    assert status == 503
    assert "Heard is not there at this moment" in text
    assert "call 999" in text


def test_everybody_of_an_agency_comes_to_sign_in_from_one_address(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with echoing(behind):
        found = {ask(front, reverse("account_login"))[0] for _ in range(110)}
    assert found == {200}


def test_the_log_names_no_page_and_nobody(site: tuple[int, int, Path]) -> None:
    front, behind, log = site
    with echoing(behind):
        ask(front, "/children/0123/?words=Amira")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert all(line.keys() == {"at", "status", "method", "ms", "request"} for line in lines)
    assert "Amira" not in log.read_text()


def in_clear(log: Path, path: str) -> tuple[int, str | None]:
    """What is said on port 80: the status, and where it leads."""
    line = http.client.HTTPConnection("127.0.0.1", int((log.parent / "plain").read_text()), timeout=30)
    line.request("GET", path, headers={"Host": "heard.example.org"})
    with line.getresponse() as answer:
        answer.read()
    line.close()
    return answer.status, answer.headers["Location"]


def test_people_are_led_to_https_and_machines_are_not(site: tuple[int, int, Path]) -> None:
    log = site[2]
    assert in_clear(log, "/me/") == (301, "https://heard.example.org/me/")
    assert in_clear(log, "/scim/v2/Users") == (403, None)


def agreed(port: int, *words: str) -> str:
    """The version of TLS and the cipher that were agreed on, or nothing."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "heard.example.org", *words],
        input="", capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    found = re.search(r"^New, (TLSv[\d.]+), Cipher is ([\w-]+)$", done.stdout, re.MULTILINE)
    return " ".join(found.groups()) if found else ""


def test_only_what_is_recommended_of_tls_is_spoken(site: tuple[int, int, Path]) -> None:
    front = site[0]
    assert agreed(front).startswith("TLSv1.3 ")
    assert re.match(r"TLSv1.2 ECDHE-RSA-(AES\d+-GCM|CHACHA20)", agreed(front, "-tls1_2"))
    for old in ("-tls1_1", "-tls1"):
        assert agreed(front, old, "-cipher", "ALL:@SECLEVEL=0") == ""
    for weak in ("AES128-SHA", "AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA"):
        assert agreed(front, "-tls1_2", "-cipher", weak) == "", weak


def test_what_nginx_answers_by_itself_is_as_strict(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with echoing(behind):
        status, passed_on = headers_of(front, "/")
        assert (status, passed_on["content-security-policy"]) == (200, ["from behind"])
        _status, refused = headers_of(front, "/health/ready")
    status, down = headers_of(front, "/")
    assert status == 503
    assert down["content-type"] == ["text/html; charset=utf-8"]
    for said in (refused, down):
        assert said["strict-transport-security"] == ["max-age=31536000; includeSubDomains"]
        assert said["x-content-type-options"] == ["nosniff"]
        assert "frame-ancestors 'none'" in said["content-security-policy"][0]


def test_whoever_takes_heards_port_is_told_nothing(site: tuple[int, int, Path]) -> None:
    """Any user of the machine can listen there while Heard is down, and nobody but Heard has its key."""
    front, behind, _log = site
    with echoing(behind, as_="somebody.else"):
        assert ask(front, "/account/sign-in/", body=b"login=amira&password=secret")[0] == 503
    with echoing(behind):
        assert ask(front, "/account/sign-in/", body=b"login=amira&password=secret")[0] == 200


def test_nothing_is_said_to_heard_in_clear(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with ThreadingHTTPServer(("127.0.0.1", behind), Echo) as clear:
        threading.Thread(target=clear.serve_forever, daemon=True).start()
        assert ask(front, "/")[0] == 503
        clear.shutdown()

"""The example for Caddy, in front of a server that says what came through."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.deploy.test_nginx import (
    CONTRADICTING,
    TAKES,
    ask,
    assert_nothing_is_smuggled,
    echoing,
    free_port,
    headers_of,
    in_clear,
    of_heard,
    wait_until_open,
)

CONF = Path(__file__).parents[2] / "deploy" / "caddy" / "Caddyfile"
pytestmark = pytest.mark.skipif(not shutil.which("caddy"), reason="needs Caddy")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """Caddy with the example: its port, the port behind it, its log."""
    folder = tmp_path_factory.mktemp("caddy")
    front, behind, plain = free_port(), free_port(), free_port()
    text = CONF.read_text()
    for old, new in (
        (
            "{\n\tlog default",
            f"{{\n\tadmin off\n\tdefault_sni heard.example.org\n\tskip_install_trust\n\tlocal_certs\n\thttp_port {plain}\n\tlog default",
        ),
        ("\nheard.example.org {", f"\nhttps://heard.example.org:{front} {{\n\tbind 127.0.0.1"),
        ("/var/log/caddy/", f"{folder}/"),
        ("reverse_proxy https://127.0.0.1:8000", f"reverse_proxy https://127.0.0.1:{behind}"),
        ("/etc/heard-web/certificate.pem", str(of_heard() / "certificate.pem")),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "Caddyfile").write_text(text)
    (folder / "plain").write_text(str(plain))
    words = ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    home = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with subprocess.Popen(words, env=home, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_open(front)
            wait_for_certificate(front)
            yield front, behind, folder / "heard.log"
        finally:
            process.terminate()


def wait_for_certificate(port: int) -> None:
    """Caddy opens its port before it has made its certificate, and refuses who comes in between."""
    for _try in range(100):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain, suppress(ssl.SSLError):
            ssl._create_unverified_context().wrap_socket(plain, server_hostname="heard.example.org").close()
            return
        time.sleep(0.1)
    raise TimeoutError("Caddy has no certificate")


def said_before_the_body(port: int, path: str, size: int) -> int:
    """The status for a body of which the length alone was sent."""
    tls = ssl._create_unverified_context()
    with closing(http.client.HTTPSConnection("127.0.0.1", port, context=tls, timeout=30)) as line:
        line.putrequest("POST", path, skip_host=True)
        for name, value in (("Host", "heard.example.org"), ("Content-Length", str(size))):
            line.putheader(name, value)
        line.endheaders()
        with line.getresponse() as answer:
            return answer.status


def test_what_a_visitor_says_of_themselves_is_replaced(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with echoing(behind):
        _status, text = ask(
            front, "/", X_Forwarded_Proto="http", X_Forwarded_For="192.0.2.1", X_Request_Id="mine"
        )
    headers = json.loads(text)["headers"]
    assert (headers["host"], headers["x-forwarded-proto"]) == ("heard.example.org", "https")
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert len(headers["x-request-id"]) == 36


@pytest.mark.parametrize(("path", "size", "status"), TAKES)
def test_only_what_takes_files_takes_much(
    site: tuple[int, int, Path], path: str, size: int, status: int
) -> None:
    front, behind, _log = site
    with echoing(behind):
        if status == 413:
            assert said_before_the_body(front, path, size) == status
        else:
            assert ask(front, path, body=b"x" * size)[0] == status


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


def test_the_log_names_no_page_and_nobody(site: tuple[int, int, Path]) -> None:
    front, behind, log = site
    with echoing(behind):
        ask(front, "/children/0123/?words=Amira", Cookie="secret", Host=f"heard.example.org:{front}")
    text = log.read_text()
    assert {"status", "duration"} <= json.loads(text.splitlines()[-1]).keys()
    assert not any(word in text for word in ("Amira", "0123", "127.0.0.1", "secret"))


def test_what_caddy_answers_by_itself_is_as_strict(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with echoing(behind):
        status, passed_on = headers_of(front, "/")
        assert (status, passed_on["content-security-policy"]) == (200, ["from behind"])
        _status, refused = headers_of(front, "/health/ready")
    status, down = headers_of(front, "/")
    assert status == 503
    for said in (refused, down):
        assert said["strict-transport-security"] == ["max-age=31536000; includeSubDomains"]
        assert said["x-content-type-options"] == ["nosniff"]
        assert "frame-ancestors 'none'" in said["content-security-policy"][0]


def test_people_are_led_to_https_and_machines_are_not(site: tuple[int, int, Path]) -> None:
    log = site[2]
    assert in_clear(log, "/me/") == (301, "https://heard.example.org/me/")
    assert in_clear(log, "/scim/v2/Users") == (403, None)


def test_whoever_takes_heards_port_is_told_nothing(site: tuple[int, int, Path]) -> None:
    front, behind, _log = site
    with echoing(behind, as_="somebody.else"):
        assert ask(front, "/account/sign-in/", body=b"login=amira&password=secret")[0] == 503
    with echoing(behind):
        assert ask(front, "/account/sign-in/", body=b"login=amira&password=secret")[0] == 200

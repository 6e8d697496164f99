"""What signing in and its cookies promise, where no other test says it."""

from __future__ import annotations

import ast
import base64
import re
import secrets
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from axes.models import AccessAttempt, AccessLog
from django.conf import global_settings
from django.conf import settings as site
from django.contrib.auth.hashers import get_hasher
from django.test import Client
from django.urls import reverse
from tests.conftest import PASSWORD, World
from tests.home.test_factors import code, confirm, enrol, with_password

import heard
from heard.agencies import actions


def test_cookies_are_kept_from_scripts_and_from_other_sites(world: World) -> None:
    client = with_password("sol.wright")
    session, csrf = client.cookies[site.SESSION_COOKIE_NAME], client.cookies[site.CSRF_COOKIE_NAME]
    assert (session["httponly"], session["samesite"], session["path"]) == (True, "Lax", "/")
    assert csrf["samesite"] == "Lax"
    assert (session["max-age"], session["expires"]) == ("", ""), "it ends with the browser"


def test_a_session_gets_a_new_key_when_somebody_signs_in_and_the_old_one_ends(world: World) -> None:
    client = Client()
    client.get(reverse("account_login"))
    session: Any = client.session
    session["x"] = "y"
    session.save()
    before = session.session_key
    client.post(reverse("account_login"), {"login": "sol.wright", "password": PASSWORD})
    after = client.cookies[site.SESSION_COOKIE_NAME].value
    assert after != before
    assert re.fullmatch(r"[a-z0-9]{32}", after), "165 bits"
    thief = Client()
    thief.cookies[site.SESSION_COOKIE_NAME] = before
    assert thief.get("/").status_code == 302


def test_whoever_confirms_again_goes_on_with_a_new_key_and_the_old_one_ends(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FACTOR = "all"
    monkeypatch.setattr(
        "django.db.transaction.on_commit", lambda do, **_: do()
    )  # a test's own transaction never ends
    client = with_password("sol.wright")
    keys = [client.cookies[site.SESSION_COOKIE_NAME].value]
    secret = enrol(client)  # whoever adds an app has shown it
    keys.append(client.cookies[site.SESSION_COOKIE_NAME].value)
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + 400)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    assert client.cookies[site.SESSION_COOKIE_NAME].value == keys[-1], "nothing was shown"
    client.post(reverse("mfa_reauthenticate"), {"code": code(secret)})
    keys.append(client.cookies[site.SESSION_COOKIE_NAME].value)
    assert len(set(keys)) == 3
    for before in keys[:-1]:
        thief = Client()
        thief.cookies[site.SESSION_COOKIE_NAME] = before
        assert thief.get("/").status_code == 302
    page = client.get(reverse("sessions"))
    assert page.status_code == 200
    assert page.text.count("You are here") == 1, "it is still in the list of where they are signed in"


def test_what_codes_are_made_from_is_drawn_by_the_machine(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`secrets` asks the kernel. What it gives is what apps and codes derive from, all of it."""
    drawn: list[int] = []

    def by_the_machine(size: int) -> bytes:
        drawn.append(size)
        return bytes([len(drawn)]) * size

    settings.FACTOR = "all"
    client = with_password("sol.wright")
    with monkeypatch.context() as ours:
        ours.setattr(secrets, "token_bytes", by_the_machine)
        ours.setattr(secrets, "token_hex", lambda size: by_the_machine(size).hex())
        app, codes = generate_totp_secret(), RecoveryCodes.generate_seed()
    assert base64.b32decode(app) == bytes([1]) * 20, "160 bits, all of them drawn"
    assert bytes.fromhex(codes) == bytes([2]) * 40
    assert drawn == [20, 40]
    assert enrol(client) != app
    assert (
        len({generate_totp_secret() for _ in range(50)})
        == len({RecoveryCodes.generate_seed() for _ in range(50)})
        == 50
    )


def test_what_was_signed_out_is_not_signed_in_by_its_old_cookie(world: World) -> None:
    client = with_password("sol.wright")
    kept = client.cookies[site.SESSION_COOKIE_NAME].value
    assert client.get("/").status_code == 200
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies[site.SESSION_COOKIE_NAME] = kept
    assert thief.get("/").status_code == 302


def test_a_made_up_session_is_nobodys(world: World) -> None:
    client = Client()
    client.cookies[site.SESSION_COOKIE_NAME] = "a" * 32
    assert client.get("/").status_code == 302


def test_every_page_has_the_way_to_sign_out(world: World, client: Client) -> None:
    client.force_login(world.social_worker)
    for name in ("home", "parts", "find", "about_me", "sessions"):
        assert reverse("account_logout") in client.get(reverse(name)).text, name


def test_a_password_is_hidden_as_it_is_typed_and_may_be_pasted(client: Client, db: None) -> None:
    page = client.get(reverse("account_login")).text
    [field] = re.findall(r'<input[^>]*name="password"[^>]*>', page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "paste" not in page


def test_a_password_counts_as_it_was_typed(world: World) -> None:
    actions.set_own_password(by=world.social_worker, password="Nine grey Otters read maps")
    for typed, status in (
        ("nine grey otters read maps", 200),
        ("Nine grey Otters read map", 200),
        (" Nine grey Otters read maps", 200),
        ("Nine grey Otters read maps", 302),
    ):
        answer = Client().post(reverse("account_login"), {"login": "sol.wright", "password": typed})
        assert answer.status_code == status, typed


def test_a_password_is_kept_by_an_approved_slow_hash(settings: Any) -> None:
    """Tests hash quickly; an installation as Django says, which this project does not change."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    slow: Any = get_hasher("default")
    assert slow.algorithm == "pbkdf2_sha256"
    assert slow.iterations >= 600_000, "what OWASP asks for"
    assert "PASSWORD_HASHERS" not in (Path(heard.__file__).parent / "config" / "settings.py").read_text()


def test_a_code_of_the_thirty_seconds_before_is_refused(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FACTOR = "all"
    now, ahead = time.time, [0.0]
    monkeypatch.setattr("time.time", lambda: now() + ahead[0])
    secret = enrol(with_password("sol.wright"))
    ahead[0] += 31
    old = code(secret)
    ahead[0] += 30
    client = with_password("sol.wright")
    assert "This code is not right" in confirm(client, old).text
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/static/", "/static/home/", "/settings.py", "/static/../settings.py"]
)
def test_nothing_but_pages_is_served(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code in (302, 404)
    assert "Index of" not in client.get(path).text


def test_a_failure_tells_a_browser_nothing(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_more: Any) -> None:
        raise ValueError("a secret of the server")

    monkeypatch.setattr("heard.home.queries.my_work", fail)
    client.force_login(world.teacher)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong in Heard" in answer.text
    assert not [word for word in ("a secret of", "Traceback", "ValueError", "/src/") if word in answer.text]
    assert site.DEBUG is False


def test_trace_gives_nothing_back(world: World, client: Client) -> None:
    client.force_login(world.social_worker)
    answer = client.trace(reverse("account_logout"), headers={"X-Secret": "kept"})
    assert "kept" not in answer.text
    assert client.get("/").status_code == 200


def test_what_stands_in_an_address_is_no_part_of_a_form(world: World) -> None:
    client = Client()
    query = f"?login=sol.wright&password={PASSWORD}"
    assert client.post(reverse("account_login") + query, {}).status_code == 200
    assert client.get("/").status_code == 302


def test_what_was_typed_is_decoded_once(db: None) -> None:
    page = Client().post("/", {"words": "%253Cb%253E &lt;i&gt;"}).text
    assert "%253Cb%253E &amp;lt;i&amp;gt;" in page


def test_signing_in_leaves_a_row_whether_it_was_right_or_wrong(world: World) -> None:
    with_password("sol.wright")
    Client().post(reverse("account_login"), {"login": "tess.archer", "password": "wrong password"})
    assert AccessLog.objects.get().username == "sol.wright"
    assert AccessAttempt.objects.get().username == "tess.archer"


def test_our_scripts_write_text_and_keep_nothing_in_the_browser() -> None:
    """htmx puts in what the server has drawn and escaped; nothing else does."""
    scripts = [
        *(Path(heard.__file__).parent / "govuk" / "assets").glob("*.js"),
        *(Path(heard.__file__).parent / "home" / "static").rglob("*.js"),
    ]
    assert len(scripts) >= 3
    risky = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|sessionStorage"
        r"|indexedDB|postMessage|serviceWorker|__proto__|Object\.assign"
    )
    assert [
        (script.name, found[0]) for script in scripts if (found := risky.findall(script.read_text()))
    ] == []


def test_no_page_is_drawn_from_what_somebody_typed() -> None:
    risky = re.compile(r"\.from_string\(|(?<!\w)Template\(|\.xpath\(|etree\.XPath")
    modules = list(Path(heard.__file__).parent.rglob("*.py"))
    assert len(modules) > 100
    assert [module.name for module in modules if risky.search(module.read_text())] == []


def test_the_challenge_of_a_passkey_is_long_and_another_each_time(db: None) -> None:
    drawn = set()
    for _ in range(5):
        client = Client()
        asked = client.get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"})
        assert asked.status_code == 200
        challenge = client.session["mfa.webauthn.state"]["challenge"]
        assert len(base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))) >= 16
        drawn.add(challenge)
    assert len(drawn) == 5


# Where a pattern or a text with gaps is no constant, with what it is made of. Somebody has looked at each.
MADE_OF_CONSTANTS = {
    "agencies/devices.py": "names of browsers",
    "agencies/trail/guarding.py": "names of our own triggers",
    "agencies/trail/stored.py": "two letters of our own",
    "cases/case/rules.py": "words of a list that comes with Heard",
    "cases/note/rules.py": "each word of a name is escaped",
    "cases/own/rules.py": "words of a list that comes with Heard",
    "cases/pack/redacting.py": "each word that somebody typed is escaped",
    "cases/referral/days.py": "names of months",
    "cases/sharing/rules.py": "each name is escaped",
    "engine/estimate/overlaps.py": "a sentence of ours, and a number",
    "engine/intake/councils.py": "a sentence of ours, which names files",
    "engine/intake/finding.py": "a sentence of ours, which names formats",
    "engine/intake/ledger.py": "sentences of ours; what people wrote fills them and is never one",
    "engine/intake/values.py": "patterns of dates",
    "engine/intake/xml_children.py": "a name of an element from the description of a format",
    "graph/exchange/reading/tables.py": "sentences of ours about how a file is written",
    "agencies/subqueries.py": "what is asked of a subquery",
    "network/rules/names.py": "patterns of dates",
    "network/rules/recognise.py": "names of services",
}


def test_no_pattern_or_text_with_gaps_is_made_of_what_somebody_typed() -> None:
    package = Path(heard.__file__).parent
    calls = {
        f"re.{name}"
        for name in ("compile", "search", "match", "fullmatch", "sub", "findall", "split", "finditer")
    }
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            pattern = ast.unparse(node.func) in calls and not isinstance(node.args[0], ast.Constant)
            gaps = node.func.attr in ("format", "format_map") and not isinstance(
                node.func.value, ast.Constant
            )
            if (pattern or gaps) and "migrations" not in path.parts:
                found.add(str(path.relative_to(package)))
    assert found == set(MADE_OF_CONSTANTS), "Escape it, or say in MADE_OF_CONSTANTS what it is made of."

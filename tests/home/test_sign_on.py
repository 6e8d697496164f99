"""Single sign-on, against an OpenID Connect server that runs on this machine: who gets in, who does not, and what is kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import PASSWORD, World
from tests.home.organisation import Organisation, asked_for, running, without_code
from tests.home.test_factors import code, enrol, with_password

from heard.agencies import actions
from heard.agencies.mail import account
from heard.agencies.models import AuditRow, Membership, User
from heard.agencies.providers import Provider
from heard.agencies.rules import Refused, Role
from heard.config import doctor
from heard.home.accounts import Adapter
from heard.home.factors import SHOWN_ELSEWHERE
from heard.home.sign_on import _refuse_what_can_be_changed

COUNTY, SCHOOL = "county", "school"


@pytest.fixture(scope="module")
def server() -> Iterator[Organisation]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with running() as organisation:
        yield organisation


@pytest.fixture
def organisation(server: Organisation, world: World, settings: Any) -> Organisation:
    cache.clear()
    settings.FACTOR = "all"
    settings.ALLOWED_HOSTS = ["testserver"]
    trust(settings, server)
    for number in ("u-sol", "u-tess", "u-nobody", "u-bo"):
        server.knows(number)
    return server


@pytest.fixture(autouse=True)
def committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own transaction never ends: what waits for the end of one is done at once, within its request."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_: do())


def trust(settings: Any, server: Organisation, **more: Any) -> Provider:
    """What the file of the settings says: one for the county's children's services, one for the school."""
    county = server.provider(COUNTY, "Wexmoor Children’s Services", **more)
    settings.SIGN_ON = {COUNTY: county, SCHOOL: server.provider(SCHOOL, "Northgate Academy")}
    return county


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now, ahead = time.time, [0.0]
    monkeypatch.setattr("time.time", lambda: now() + ahead[0])

    def go_on(seconds: float) -> None:
        ahead[0] += seconds

    return go_on


def known(world: World, settings: Any, who: str = "social_worker", number: str = "u-sol") -> User:
    """An administrator has said whose number this is."""
    user: User = getattr(world, who)
    agreed = None if who == "coordinator" else world.coordinator
    actions.link(
        by=world.administrator, user=user, provider=settings.SIGN_ON[COUNTY], number=number, agreed_by=agreed
    )
    return user


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def signed_in_as(client: Client) -> str:
    return str(client.session.get("_auth_user_id", ""))


# ---- who gets in


def test_whoever_is_linked_comes_in_and_confirms_here_too(
    world: World, organisation: Organisation, settings: Any, clock: Callable[[float], None]
) -> None:
    user = known(world, settings)
    secret = enrol(with_password(user.username))
    clock(31)
    client = Client()
    answer = organisation.sign_in(client, COUNTY, "u-sol")
    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert is_in(client)
    assert signed_in_as(client) == str(user.pk)


def test_whoever_has_no_second_factor_here_adds_one_first(
    world: World, organisation: Organisation, settings: Any
) -> None:
    known(world, settings)
    client = Client()
    organisation.sign_in(client, COUNTY, "u-sol")
    assert client.get("/").url == reverse("mfa_index")
    enrol(client)
    assert is_in(client)


def test_they_come_to_the_page_that_they_wanted(
    world: World, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    known(world, settings)
    page = Client().get("/me/", follow=True)
    assert 'name="next" value="/me/"' in page.text
    assert organisation.sign_in(Client(), COUNTY, "u-sol", next="/me/").url == "/me/"
    assert organisation.sign_in(Client(), COUNTY, "u-sol", next="https://elsewhere.example/").url == "/"


def test_what_goes_out_has_pkce_a_state_and_asks_for_nothing_but_who_it_is(
    world: World, organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(world, settings)
    client, sent = Client(), []
    asked = organisation.sent_to(client, COUNTY)
    said = asked_for(asked)
    assert said["code_challenge_method"] == "S256"
    assert len(said["code_challenge"]) == 43
    assert len(said["state"]) >= 16
    assert said["scope"] == "openid"
    request = requests.Session.request

    def spy(session: Any, method: str, url: str, **more: Any) -> Any:
        sent.append((method, url, more.get("data")))
        return request(session, method, url, **more)

    back = organisation.back_from(asked, "u-sol")
    monkeypatch.setattr(requests.Session, "request", spy)
    client.get(back)
    token, keys = sent
    assert token[1].endswith("/oauth2/token")
    assert (keys[0].upper(), keys[1].endswith("/jwks"), keys[2]) == ("GET", True, None), (
        "what is not needed is not fetched"
    )
    assert len(token[2]["code_verifier"]) >= 43


def test_nobody_adds_to_what_is_asked_of_the_server(organisation: Organisation) -> None:
    address = reverse("openid_connect_login", args=[COUNTY]) + "?scope=email&auth_params=login_hint%3Dx"
    said = asked_for(Client().post(address)["Location"])
    assert said["scope"] == "openid"
    assert "login_hint" not in said


def test_only_three_things_are_kept_and_no_token(
    world: World, organisation: Organisation, settings: Any
) -> None:
    user = known(world, settings)
    claims = {
        "amr": ["pwd"],
        "email": "sol@wexmoor.example",
        "name": "Sol Wright",
        "groups": ["g1"],
        "birthdate": "1980-01-01",
    }
    organisation.knows("u-sol", **claims)
    client = Client()
    organisation.sign_in(client, COUNTY, "u-sol")
    (held,) = SocialAccount.objects.all()
    assert set(held.extra_data) == {"sub", "amr", "auth_time"}
    assert held.extra_data["sub"] == "u-sol"
    assert held.extra_data["amr"] == ["pwd"]
    assert abs(held.extra_data["auth_time"] - time.time()) < 60
    assert not SocialToken.objects.exists()
    assert not SocialApp.objects.exists(), "a server is known from the settings alone"
    assert "wexmoor.example" not in str(client.session.items())
    user.refresh_from_db()
    assert (user.email, user.first_name) == ("", "Sol")


# ---- who does not


def test_somebody_unknown_gets_no_account_and_reads_their_number(organisation: Organisation) -> None:
    before = User.objects.count()
    client = Client()
    answer = organisation.sign_in(client, COUNTY, "u-nobody")
    assert answer.status_code == 403
    assert "Nobody here is known by that number" in answer.text
    assert "u-nobody" in answer.text
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()
    assert not signed_in_as(client)


def test_a_mail_address_that_is_the_same_joins_nobody(world: World, organisation: Organisation) -> None:
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    same = {"email": "sol@wexmoor.example", "email_verified": True, "preferred_username": "sol.wright"}
    organisation.knows("u-nobody", **same)
    client = Client()
    assert organisation.sign_in(client, COUNTY, "u-nobody").status_code == 403
    assert not signed_in_as(client)
    assert not SocialAccount.objects.exists()


def test_another_agencys_organisation_opens_nothing(
    world: World, organisation: Organisation, settings: Any
) -> None:
    """The same number at the school's is somebody else, and a link there that nobody can make any more opens nothing."""
    user = known(world, settings)
    client = Client()
    assert organisation.sign_in(client, SCHOOL, "u-sol").status_code == 403
    assert not signed_in_as(client)
    SocialAccount.objects.filter(user=user).update(provider=SCHOOL)
    answer = organisation.sign_in(client, SCHOOL, "u-sol")
    assert answer.status_code == 403
    assert "You work for another agency too" in answer.text
    assert not signed_in_as(client)
    with pytest.raises(Refused, match="Only people who work for the agency"):
        actions.link(
            by=world.administrator, user=world.teacher, provider=settings.SIGN_ON[COUNTY], number="u-tess"
        )


def test_whoever_works_for_two_agencies_comes_in_by_neither(
    world: World, organisation: Organisation, settings: Any
) -> None:
    user = known(world, settings)
    Membership.objects.create(user=user, team=world.teacher.team, role=Role.PRACTITIONER)
    client = Client()
    assert "You work for another agency too" in organisation.sign_in(client, COUNTY, "u-sol").text
    assert not signed_in_as(client)


def test_whoever_is_switched_off_does_not_come_in(
    world: World, organisation: Organisation, settings: Any
) -> None:
    user = known(world, settings)
    actions.switch_off(by=world.administrator, user=user, reason="They have left")
    client = Client()
    answer = organisation.sign_in(client, COUNTY, "u-sol")
    assert answer.status_code == 403
    assert "Your account is switched off" in answer.text
    assert not signed_in_as(client)


def test_a_state_that_nobody_was_given_opens_nothing(
    world: World, organisation: Organisation, settings: Any
) -> None:
    """Whoever sends another a link with a code of their own, so that they work in the wrong account, gets nowhere."""
    known(world, settings)
    of_the_attacker = organisation.back_from(organisation.sent_to(Client(), COUNTY), "u-sol")
    victim = Client()
    answer = victim.get(of_the_attacker)
    assert answer.status_code == 401
    assert "Signing in there did not work" in answer.text
    assert (
        victim.get(reverse("openid_connect_callback", args=[COUNTY]) + "?code=x&state=forged").status_code
        == 401
    )
    assert not signed_in_as(victim)


def test_a_state_of_another_organisation_opens_nothing(
    world: World, organisation: Organisation, settings: Any
) -> None:
    known(world, settings)
    client = Client()
    back = organisation.back_from(organisation.sent_to(client, SCHOOL), "u-sol")
    assert client.get(back.replace("/school/", "/county/")).status_code == 401
    assert not signed_in_as(client)


def test_a_code_is_good_once(world: World, organisation: Organisation, settings: Any) -> None:
    settings.FACTOR = "off"
    known(world, settings)
    client = Client()
    back = organisation.back_from(organisation.sent_to(client, COUNTY), "u-sol")
    client.get(back)
    assert is_in(client)
    client.post(reverse("account_logout"))
    assert client.get(back).status_code == 401, "the state was used"
    state = asked_for(organisation.sent_to(client, COUNTY))["state"]
    used = back.split("state=")[0] + f"state={state}"
    assert client.get(used).status_code == 401, "the code was used"
    assert not signed_in_as(client)


def test_a_wrong_code_opens_nothing(world: World, organisation: Organisation, settings: Any) -> None:
    known(world, settings)
    client = Client()
    back = organisation.back_from(organisation.sent_to(client, COUNTY), "u-sol")
    assert client.get(without_code(back)).status_code == 401
    assert not signed_in_as(client)


def test_an_answer_without_id_token_opens_nothing(
    world: World, organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """allauth would ask another address who it is, and believe it."""
    known(world, settings)
    client = Client()
    back = organisation.back_from(organisation.sent_to(client, COUNTY), "u-sol")
    told = requests.Response.json

    def without(answer: requests.Response, **more: Any) -> Any:
        return {key: value for key, value in told(answer, **more).items() if key != "id_token"}

    monkeypatch.setattr(requests.Response, "json", without)
    assert client.get(back).status_code == 401
    assert not signed_in_as(client)


# ---- who signed it


def answering_with(monkeypatch: pytest.MonkeyPatch, forge: Callable[[str], str]) -> None:
    """Something between Heard and the server, that puts its own ID token into the server's answer."""
    told = requests.Response.json

    def other(answer: requests.Response, **more: Any) -> Any:
        said = told(answer, **more)
        return said | {"id_token": forge(said["id_token"])} if "id_token" in said else said

    monkeypatch.setattr(requests.Response, "json", other)


def signed_by(key: Any, alg: str) -> Callable[[str], str]:
    def forge(real: str) -> str:
        claims = jwt.decode(real, options={"verify_signature": False})
        head = {"kid": jwt.get_unverified_header(real).get("kid", "")}
        return jwt.encode(claims | {"sub": "u-sol"}, key, algorithm=alg, headers=head)

    return forge


@pytest.mark.parametrize("alg", ["RS256", "HS256", "none", "nothing"])
def test_what_the_server_did_not_sign_opens_nothing(
    world: World, organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch, alg: str
) -> None:
    """Here u-tess comes back, and what stands between says that it is u-sol."""
    known(world, settings)
    client = Client()
    back = organisation.back_from(organisation.sent_to(client, COUNTY), "u-tess")
    keys: dict[str, Any] = {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048), "HS256": "x" * 64, "none": None,
    }  # fmt: skip
    answering_with(monkeypatch, signed_by(keys[alg], alg) if alg in keys else lambda real: real[:40])
    answer = client.get(back)
    assert answer.status_code == 401
    assert "gave no answer that Heard could check" in answer.text
    assert not signed_in_as(client)


def test_a_server_that_names_a_key_without_https_is_not_believed() -> None:
    names = ("issuer", "jwks_uri", "token_endpoint", "authorization_endpoint")
    said = {name: f"https://id.example/{name}" for name in names}
    _refuse_what_can_be_changed("https://id.example", said)
    for name in names:
        with pytest.raises(OAuth2Error):
            _refuse_what_can_be_changed("https://id.example", said | {name: "http://id.example/x"})


def test_a_token_that_was_made_for_another_sign_in_opens_nothing(
    world: World, organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by the server itself, for Heard, and not too old."""
    settings.FACTOR = "off"
    known(world, settings)
    theirs, asked = [], organisation.sent_to(Client(), COUNTY)
    assert len(asked_for(asked)["nonce"]) == 64
    victim = Client()
    with monkeypatch.context() as listening:
        answering_with(listening, lambda real: theirs.append(real) or real)  # type: ignore[func-returns-value]
        organisation.sign_in(victim, COUNTY, "u-sol")
    assert signed_in_as(victim)
    client = Client()
    back = organisation.back_from(organisation.sent_to(client, COUNTY), "u-tess")
    answering_with(monkeypatch, lambda _real: theirs[0])
    assert client.get(back).status_code == 401
    assert not signed_in_as(client)


@pytest.mark.parametrize("issuer", ["https://another.example", "", None, "{itself}/", "{itself}?"])
def test_a_server_that_names_another_issuer_is_not_believed(
    world: World, organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch, issuer: Any
) -> None:
    told = requests.Response.json
    issuer = issuer and issuer.replace("{itself}", organisation.server)

    def other(answer: requests.Response, **more: Any) -> Any:
        said = told(answer, **more)
        return said | {"issuer": issuer} if "issuer" in said else said

    monkeypatch.setattr(requests.Response, "json", other)
    answer = Client().post(reverse("openid_connect_login", args=[COUNTY]))
    assert answer.status_code == 401
    assert "gave no answer that Heard could check" in answer.text
    found = {answer.code for answer in doctor._answers(COUNTY, organisation.server)}
    assert "sign-on-issuer" in found


def test_nothing_is_asked_where_an_answer_sends_on(
    world: World, organisation: Organisation, settings: Any
) -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header(
                "Location", f"{organisation.server}{self.path}" if len(asked) > 2 else "/secrets"
            )
            self.end_headers()

        def log_message(self, *_said: Any) -> None:
            pass

    with HTTPServer(("localhost", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        where = f"http://localhost:{server.server_port}"
        settings.SIGN_ON = {COUNTY: replace(settings.SIGN_ON[COUNTY], server=where)}
        for _ in range(2):
            assert Client().post(reverse("openid_connect_login", args=[COUNTY])).status_code == 401
        assert {answer.code for answer in doctor._answers(COUNTY, where)} == {"sign-on-answers"}
        server.shutdown()
    assert set(asked) == {"/.well-known/openid-configuration"}
    assert len(asked) == 3


# ---- who is disabled there is disabled here


def days_ago(user: User, days: float) -> None:
    """When the organisation last said who they are."""
    SocialAccount.objects.filter(user=user).update(last_login=timezone.now() - timedelta(days=days))


def test_a_password_alone_lets_nobody_in_whom_their_organisation_no_longer_signs_in(
    world: World, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    user = known(world, settings)
    typed = {"login": user.username, "password": PASSWORD}
    inside = Client()
    inside.post(reverse("account_login"), typed)
    assert is_in(inside), "it was linked just now"
    days_ago(user, 1.1)
    client = Client()
    answer = client.post(reverse("account_login"), typed)
    assert answer.status_code == 403
    assert "Your organisation has not signed you in for a day" in answer.text
    assert "Sign in with Wexmoor Children’s Services sign-in" in answer.text
    assert not signed_in_as(client)
    settings.SIGN_ON_DAYS = 2
    client.post(reverse("account_login"), typed)
    assert is_in(client)
    settings.SIGN_ON_DAYS = 1
    wrong = Client().post(reverse("account_login"), typed | {"password": "not the password"})
    assert "has not signed you in" not in wrong.text, "only who knows the password reads it"


def test_whoever_comes_by_it_comes_in_with_a_password_again(
    world: World, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    user = known(world, settings)
    days_ago(user, 30)
    organisation.sign_in(Client(), COUNTY, "u-sol")
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert is_in(client)


def test_a_passkey_alone_lets_nobody_in_either(
    world: World, organisation: Organisation, settings: Any, rf: Any
) -> None:
    """By what both ways of allauth go through before anybody is signed in."""
    user = known(world, settings)
    days_ago(user, 30)
    request = rf.post("/")
    request.user = user
    about = {
        "email_verification": "none",
        "signal_kwargs": None,
        "email": None,
        "signup": False,
        "redirect_url": None,
    }
    answer = Adapter(request).pre_login(request, user, **about)
    assert answer is not None
    assert answer.status_code == 403
    assert Adapter(request).pre_login(request, world.teacher, **about) is None, "nobody signs her in"


def test_two_people_let_them_in_while_the_server_is_down(
    world: World, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    user = known(world, settings)
    days_ago(user, 30)
    asked = actions.ask_recovery(by=world.administrator, user=user, reason="The county's sign-in is down")
    actions.decide_recovery(by=world.coordinator, recovery_id=asked.pk, agrees=True)
    user.refresh_from_db()
    actions.set_own_password(by=user, password="three green kettles sing")
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": "three green kettles sing"})
    assert is_in(client)


def test_where_no_organisation_is_set_up_any_more_everybody_signs_in_here(
    world: World, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    user = known(world, settings)
    days_ago(user, 30)
    settings.SIGN_ON = {}
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert is_in(client)


def test_a_server_that_is_away_says_so(organisation: Organisation, settings: Any) -> None:
    cache.clear()
    away = Provider(COUNTY, "County", "Wexmoor Children’s Services", "http://localhost:1", "heard", "x")
    settings.SIGN_ON = {COUNTY: away}
    answer = Client().post(reverse("openid_connect_login", args=[COUNTY]))
    assert answer.status_code == 401
    assert "gave no answer that Heard could check" in answer.text


def test_calling_it_off_there_is_said(organisation: Organisation) -> None:
    client = Client()
    asked = organisation.sent_to(client, COUNTY)
    answer = requests.post(asked, data={"action": "deny"}, allow_redirects=False, timeout=5)
    back = client.get(answer.headers["Location"].replace("http://testserver", ""), follow=True)
    assert "You did not sign in there" in back.text


def test_without_settings_nothing_is_there(world: World, settings: Any) -> None:
    settings.SIGN_ON = {}
    assert "With your organisation" not in Client().get(reverse("account_login")).text
    assert Client().post(reverse("openid_connect_login", args=[COUNTY])).status_code == 404
    assert Client().get(reverse("openid_connect_callback", args=[COUNTY])).status_code == 404


def test_nobody_is_sent_out_by_a_link(organisation: Organisation) -> None:
    assert Client().get(reverse("openid_connect_login", args=[COUNTY])).status_code == 405


def test_the_sign_in_page_has_a_button_for_each(organisation: Organisation) -> None:
    page = Client().get(reverse("account_login")).text
    assert "Sign in with Wexmoor Children’s Services sign-in" in page
    assert "Sign in with Northgate Academy sign-in" in page


# ---- the second factor of the organisation


def test_its_second_factor_counts_only_where_it_is_trusted_and_says_so(
    world: World, organisation: Organisation, settings: Any
) -> None:
    known(world, settings)
    organisation.knows("u-sol", amr=["pwd", "mfa"])
    client = Client()
    organisation.sign_in(client, COUNTY, "u-sol")
    assert client.get("/").url == reverse("mfa_index"), "it is not trusted"
    trust(settings, organisation, second_factor=("mfa", "hwk"))
    assert client.get("/").url == reverse("mfa_index"), "it was not when they signed in"
    trusted = Client()
    organisation.sign_in(trusted, COUNTY, "u-sol")
    assert is_in(trusted)
    organisation.knows("u-sol", amr=["pwd"])
    with_password_there = Client()
    organisation.sign_in(with_password_there, COUNTY, "u-sol")
    assert with_password_there.get("/").url == reverse("mfa_index"), "it does not say so"
    trust(settings, organisation)
    assert trusted.get("/").url == reverse("mfa_index"), (
        "it is no longer trusted, in what is signed in either"
    )


def test_where_it_does_not_count_their_own_is_asked_for(
    world: World, organisation: Organisation, settings: Any, clock: Callable[[float], None]
) -> None:
    user = known(world, settings)
    enrol(with_password(user.username))
    trust(settings, organisation, second_factor=("mfa",))
    organisation.knows("u-sol", amr=["pwd"])
    assert organisation.sign_in(Client(), COUNTY, "u-sol").url == reverse("mfa_authenticate")
    organisation.knows("u-sol", amr=["mfa"])
    client = Client()
    assert organisation.sign_in(client, COUNTY, "u-sol").url == "/"
    assert is_in(client)


# ---- nothing here to confirm with


def without_password(world: World, settings: Any, organisation: Organisation) -> Client:
    user = known(world, settings)
    user.set_unusable_password()
    user.save()
    trust(settings, organisation, second_factor=("mfa",))
    organisation.knows("u-sol", amr=["mfa"])
    client = Client()
    organisation.sign_in(client, COUNTY, "u-sol")
    assert is_in(client)
    return client


def test_whoever_has_nothing_here_to_confirm_with_signs_in_again(
    world: World, organisation: Organisation, settings: Any, clock: Callable[[float], None]
) -> None:
    """allauth takes them for confirmed at any time: then whoever finds their browser open adds a passkey of their own."""
    client = without_password(world, settings, organisation)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    clock(301)
    for address in ("mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "connections"):
        answer = client.get(reverse(address))
        assert (address, answer.status_code) == (address, 403)
        assert "Sign in again first" in answer.text
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 403
    assert not Authenticator.objects.exists()


def test_an_organisation_that_signs_in_without_asking_shows_nothing_anew(
    world: World, organisation: Organisation, settings: Any, clock: Callable[[float], None]
) -> None:
    """Whoever finds a machine unlocked presses the button, and is in as its owner: no more than before, and adds no passkey."""
    clock(301)  # the organisation says that it asked five minutes ago
    client = without_password(world, settings, organisation)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 403
    assert 'name="again" value="1"' in page.text
    said = asked_for(organisation.sent_to(client, COUNTY, again="1"))
    assert (said["prompt"], said["max_age"]) == ("login", "0")
    clock(-301)  # and now it has asked again
    organisation.sign_in(client, COUNTY, "u-sol", again="1")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_an_organisation_that_does_not_say_when_it_asked_shows_nothing_anew(
    world: World, organisation: Organisation, settings: Any
) -> None:
    user = known(world, settings)
    user.set_unusable_password()
    user.save()
    client = Client()
    organisation.sign_in(client, COUNTY, "u-sol")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    session = client.session
    session[SHOWN_ELSEWHERE] = None
    session.save()
    assert client.get(reverse("mfa_activate_totp")).status_code == 403


# ---- linking


def test_somebody_adds_their_organisation_while_signed_in(
    world: World, organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(type(account.send), "enqueue", lambda _task, _user, what: told.append(what))
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    client = with_password("sol.wright")
    enrol(client)
    page = client.get(reverse("connections")).text
    assert "Add Wexmoor Children’s Services sign-in" in page
    assert "Northgate" not in page
    asked = organisation.sent_to(client, COUNTY, address="connection_add")
    assert client.get(organisation.back_from(asked, "u-sol")).url == reverse("connections")
    assert "From now on you can sign in with" in client.get(reverse("connections")).text
    (held,) = SocialAccount.objects.all()
    assert (held.user, held.provider, held.uid) == (world.social_worker, COUNTY, "u-sol")
    assert AuditRow.objects.get(verb="link").actor_id == world.social_worker.pk
    client.post(reverse("connection_remove", args=[held.pk]))
    assert not SocialAccount.objects.exists()
    assert [what for what in told if "link" in what] == ["linked", "unlinked"]


def test_a_link_takes_step_up_before_and_after(
    world: World, organisation: Organisation, settings: Any, clock: Callable[[float], None]
) -> None:
    client = with_password("sol.wright")
    enrol(client)
    asked = organisation.sent_to(client, COUNTY, address="connection_add")
    clock(301)
    assert client.post(reverse("connection_add", args=[COUNTY])).status_code == 403
    client.get(organisation.back_from(asked, "u-sol"))
    assert not SocialAccount.objects.exists()
    assert "That took more than five minutes" in client.get("/me/").text


def test_without_a_second_factor_nobody_links(
    world: World, organisation: Organisation, settings: Any
) -> None:
    client = with_password("sol.wright")
    asked = organisation.sent_to(client, COUNTY, process="connect")
    client.get(organisation.back_from(asked, "u-sol"))
    assert not SocialAccount.objects.exists()


def test_a_number_is_of_one_person(world: World, organisation: Organisation, settings: Any) -> None:
    known(world, settings)
    with pytest.raises(Refused, match="Somebody else signs in with this number"):
        known(world, settings, "board_member", "u-sol")
    with pytest.raises(Refused, match="They sign in with this organisation already"):
        known(world, settings, "social_worker", "u-bo")


def test_only_an_administrator_links_others(world: World, organisation: Organisation, settings: Any) -> None:
    county = settings.SIGN_ON[COUNTY]
    with pytest.raises(Refused):
        actions.link(by=world.coordinator, user=world.social_worker, provider=county, number="u-sol")


def test_an_administrator_who_takes_a_link_away_signs_them_out(
    world: World, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    known(world, settings)
    client = Client()
    organisation.sign_in(client, COUNTY, "u-sol")
    assert is_in(client)
    actions.unlink(by=world.administrator, link_id=SocialAccount.objects.get().pk)
    assert not is_in(client)
    assert organisation.sign_in(Client(), COUNTY, "u-sol").status_code == 403


def test_nobody_takes_away_their_only_way_in(world: World, organisation: Organisation, settings: Any) -> None:
    user = known(world, settings)
    user.set_unusable_password()
    user.save()
    with pytest.raises(Refused, match="You would have no way in"):
        actions.unlink(by=user, link_id=SocialAccount.objects.get().pk)


def test_the_password_still_opens_the_account(
    world: World, organisation: Organisation, settings: Any
) -> None:
    settings.FACTOR = "off"
    known(world, settings)
    client = Client()
    client.post(reverse("account_login"), {"login": "sol.wright", "password": PASSWORD})
    assert is_in(client)


# ---- what the doctor says


def test_the_doctor_says_what_is_wrong_with_a_provider(
    world: World, organisation: Organisation, settings: Any
) -> None:
    assert {finding.code for finding in doctor._sign_on()} == {"sign-on-https"}, (
        "tests alone have one on this machine"
    )
    settings.SIGN_ON = {
        COUNTY: Provider(COUNTY, "County", "Wexmoor Council", "https://localhost:1", "heard", "x")
    }
    found = {finding.code: finding.severity for finding in doctor._sign_on()}
    assert found == {"sign-on-agency": "error", "sign-on-answers": "warning"}
    settings.SIGN_ON = {}
    assert list(doctor._sign_on()) == []

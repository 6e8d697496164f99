"""The second factor: who needs one, what counts as one, how it is added, lost and asked for again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core import mail
from django.db.transaction import on_commit
from django.test import Client, RequestFactory
from django.urls import reverse
from tests.conftest import PASSWORD, World
from tests.walls.record import make_record
from tests.walls.test_every_address import GUARDED

from heard.agencies.envelopes import ring
from heard.agencies.mail import account
from heard.agencies.models import AuditRow, Draft, Membership, User
from heard.agencies.rules import Role, needs_factor
from heard.home import factors
from heard.network.actions import add_person

MINUTES = 60


@pytest.fixture(autouse=True)
def wanted(settings: Any) -> None:
    """As in an installation; the demo does without."""
    settings.FACTOR = "all"


@pytest.fixture(autouse=True)
def committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own transaction never ends: what waits for the end of one is done at once, within its request."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_: do())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A code is good for thirty seconds: tests go on in time instead of waiting."""
    now, ahead = time.time, [0.0]
    monkeypatch.setattr("time.time", lambda: now() + ahead[0])

    def go_on(seconds: float) -> None:
        ahead[0] += seconds

    return go_on


def code(secret: str) -> str:
    """What holds now, and for a while: not one of a half minute that is nearly over."""
    left = 30 - time.time() % 30
    if left < 5:  # seconds
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def code_of(username: str) -> str:
    """What their app shows now."""
    held = Authenticator.objects.get(type="totp", user__username=username)
    return code(decrypt(held.data["secret"]))


def with_password(username: str) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": username, "password": PASSWORD})
    return client


def enrol(client: Client) -> str:
    """Adds an authenticator app, and returns its secret."""
    page = client.get(reverse("mfa_activate_totp")).text
    secret = re.findall(r'class="heard-key">(\w+)<', page)[0]
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    return str(secret)


def confirm(client: Client, typed: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": typed})


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r'class="heard-key">(\d{8})<', client.get(reverse("mfa_view_recovery_codes")).text)


# ---- who needs one


@pytest.mark.parametrize("role", Role)
def test_every_role_needs_one_by_default(role: Role) -> None:
    assert needs_factor({role}, which="all")
    assert not needs_factor({role}, which="off")


def test_with_sensitive_those_who_see_more_than_their_agency_need_one() -> None:
    assert [role for role in Role if needs_factor({role}, which="sensitive")] == [
        Role.DUTY, Role.COORDINATOR, Role.SUPERVISOR, Role.OFFICER, Role.ANALYST, Role.ADMINISTRATOR
    ]  # fmt: skip
    assert needs_factor({Role.BOARD, Role.COORDINATOR}, which="sensitive")


@pytest.mark.usefixtures("plain_refusals")
def test_without_one_every_address_leads_to_where_one_is_added(
    world: World, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walked by somebody who has every role at once, whom no gate turns away first."""
    # No page is shown here: the chronology need not be made anew after each action of the record.
    monkeypatch.setattr("django.db.transaction.on_commit", on_commit)
    settings.DATA = tmp_path
    record = make_record(world, restricted=False)
    for role in Role:
        Membership.objects.get_or_create(user=world.social_worker, team=world.social_worker.team, role=role)
    client = with_password(world.social_worker.username)
    elsewhere = []
    for address in GUARDED:
        for call in (client.get, client.post):
            answer = call(address.of(record))
            if answer.status_code != 302 or answer["Location"] != reverse("mfa_index"):
                elsewhere.append((address.name, answer.status_code))
    assert elsewhere == []
    assert "Before you go on, confirm that it is you" in client.get(reverse("mfa_index")).text


@pytest.mark.parametrize(
    "who", ["social_worker", "coordinator", "supervisor", "analyst", "board_member", "administrator"]
)
def test_nobody_goes_on_without_one_whatever_their_role(world: World, who: str) -> None:
    client = with_password(getattr(world, who).username)
    for call in (client.get, client.post):
        assert call(reverse("home")).headers["Location"] == reverse("mfa_index")


def test_the_demo_signs_in_by_name_alone(world: World, settings: Any) -> None:
    settings.FACTOR = "off"
    assert with_password("sol.wright").get("/").status_code == 200


# ---- an app


def test_an_app_is_added_and_asked_for_at_the_next_sign_in(
    world: World, clock: Callable[[float], None]
) -> None:
    client = with_password("sol.wright")
    secret = enrol(client)
    assert client.get("/").status_code == 200, "whoever adds one has shown it"
    clock(31)
    again = with_password("sol.wright")
    assert again.get("/").status_code == 302
    assert "This code is not right" in confirm(again, "000000").text
    assert again.get("/").status_code == 302
    assert confirm(again, code(secret)).status_code == 302
    assert again.get("/").status_code == 200


def test_a_code_is_good_once(world: World, clock: Callable[[float], None]) -> None:
    secret = enrol(with_password("sol.wright"))
    clock(31)
    first, second = with_password("sol.wright"), with_password("sol.wright")
    confirm(first, code(secret))
    confirm(second, code(secret))
    assert first.get("/").status_code == 200
    assert second.get("/").status_code == 302


def test_wrong_codes_end_soon_and_only_for_who_knows_the_password(
    world: World, clock: Callable[[float], None]
) -> None:
    secret = enrol(with_password("sol.wright"))
    clock(31)
    guesser = with_password("sol.wright")
    pages = [confirm(guesser, "000000").text for _ in range(6)]
    assert "There were too many wrong codes." in pages[-1]
    assert "There were too many wrong codes." in confirm(guesser, code(secret)).text
    clock(15 * MINUTES + 31)
    assert confirm(with_password("sol.wright"), code(secret)).status_code == 302


def test_neither_the_secret_nor_the_seed_lies_in_the_database(world: World) -> None:
    secret = enrol(with_password("sol.wright"))
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert "gAAAA" in kept
    assert not re.search(r"[0-9a-f]{80}", kept), "the seed of the recovery codes"


def test_with_keys_of_the_site_seeds_are_theirs_and_those_of_before_go_on(
    world: World,
    settings: Any,
    tmp_path: Any,
    clock: Callable[[float], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = enrol(with_password("sol.wright"))
    settings.DATA, settings.KEYS = tmp_path, tmp_path / "keys"
    first = ring.make(settings.KEYS).first
    clock(31)
    assert confirm(with_password("sol.wright"), code(before)).status_code == 302
    assert factors.seeds_by_key() == {"": 2}
    assert factors.encrypt_seeds() == (2, {})
    assert factors.encrypt_seeds() == (0, {})
    assert factors.seeds_by_key() == {first.id: 2}
    clock(31)
    settings.SECRET_KEY = "another key " * 5  # they do not lean on it any more
    [codes] = [
        authenticator.wrap().get_unused_codes()
        for authenticator in Authenticator.objects.filter(type="recovery_codes")
    ]
    client = with_password("sol.wright")
    assert confirm(client, code(before)).status_code == 302
    assert client.get("/").status_code == 200
    assert confirm(with_password("sol.wright"), codes[0]).status_code == 302
    after = enrol(with_password(world.coordinator.username))
    assert after not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert factors.seeds_by_key() == {first.id: 4}
    second = ring.add(settings.KEYS).first
    assert factors.encrypt_seeds() == (4, {})
    ring.retire(settings.KEYS, first.id)
    clock(31)
    assert confirm(with_password(world.coordinator.username), code(after)).status_code == 302
    settings.KEYS.unlink()
    clock(31)
    page = confirm(with_password(world.coordinator.username), code(after))
    assert page.status_code == 503
    assert "It needs a key of encryption that is not where Heard looks for it" in page.text
    assert "no file is there" in caplog.text
    ring.make(settings.KEYS)
    assert confirm(with_password(world.coordinator.username), code(after)).status_code == 503
    assert f"The key {second.id} is not in the file of keys" in caplog.text
    changed, left = factors.encrypt_seeds()
    assert (changed, len(left)) == (0, 4)
    request = RequestFactory().get("/")
    [(counted,)] = {
        (factors.factor(request)["codes_left"](authenticator.wrap()),)
        for authenticator in Authenticator.objects.filter(type="recovery_codes", user=world.coordinator)
    }
    assert counted == 10, "which needs no key"


def test_a_new_secret_key_reads_what_the_one_before_encrypted(
    world: World, settings: Any, clock: Callable[[float], None]
) -> None:
    secret = enrol(with_password("sol.wright"))
    clock(31)
    app = Authenticator.objects.get(type="totp").wrap()
    assert isinstance(app, TOTP)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 5, [settings.SECRET_KEY]
    assert app.validate_code(code(secret))
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Exception, match=r"^$"):
        app.validate_code(code(secret))


def test_whoever_removes_their_last_one_begins_again(world: World) -> None:
    client = with_password("sol.wright")
    enrol(client)
    assert "Its codes no longer let you in." in client.get(reverse("mfa_deactivate_totp")).text
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists(), "recovery codes go with it"
    assert client.get("/").url == reverse("mfa_index")


# ---- recovery codes


def test_a_recovery_code_lets_in_once_ends_all_else_and_leads_to_a_new_one(
    world: World, clock: Callable[[float], None]
) -> None:
    at_home = with_password("sol.wright")
    enrol(at_home)
    codes = recovery_codes(at_home)
    assert len(codes) == 10
    assert recovery_codes(at_home) == [], "they are shown once"
    clock(31)
    client = with_password("sol.wright")
    confirm(client, codes[0])
    assert client.get("/").url == reverse("mfa_index")
    assert at_home.get("/").status_code == 302
    assert at_home.get("/").url != reverse("mfa_index")
    again = with_password("sol.wright")
    assert "This code is not right" in confirm(again, codes[0]).text


# ---- what is written down and told


def test_each_change_leaves_a_row_and_a_mail(
    world: World, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    told: list[str] = []
    monkeypatch.setattr(type(account.send), "enqueue", lambda _task, _user, what: told.append(what))
    client = with_password("sol.wright")
    enrol(client)
    [first, *_rest] = recovery_codes(client)
    confirm(with_password("sol.wright"), first)
    rows = AuditRow.objects.filter(subject="user", verb__contains="factor").order_by("pk")
    assert [(row.verb, row.detail["kind"], row.actor) for row in rows] == [
        ("add factor", "totp", "sol.wright"), ("use factor", "recovery_codes", "sol.wright")
    ]  # fmt: skip
    assert told == ["factor added", "recovery code used"]
    for what in told:
        account.send.call(world.social_worker.pk, what)
    assert all("Wright" not in sent.body for sent in mail.outbox)


# ---- once more, before what gives rights or takes much out


@pytest.fixture
def admin(world: World) -> Client:
    client = with_password("ade.minton")
    enrol(client)
    return client


# Beside what `tests/walls/test_step_up.py` finds by what a view calls.
STEP_UP = {
    "connections",
    "connection_add",
    "connection_remove",
    "pack_ask",
    "disclosure_given",
    "profile_decide",
    "session_end",
    "sessions_end",
}


def test_what_gives_rights_or_takes_much_out_is_marked() -> None:
    assert {address.name for address in GUARDED if address.view.fresh} >= STEP_UP


@pytest.mark.parametrize("page", ["access_give", "access_deny", "hold_one", "child_chronology_paper"])
def test_later_a_change_of_access_and_what_is_taken_out_ask_too(
    world: World, clock: Callable[[float], None], page: str
) -> None:
    child = add_person(
        by=world.coordinator, given_name="Amira", family_name="Khan", birth_date=date(2011, 5, 4)
    )
    client = with_password("cora.ordway")
    enrol(client)
    clock(5 * MINUTES + 1)
    assert client.get(reverse("child", args=[child.pk])).status_code == 200, "reading asks nothing"
    for answer in (client.get(reverse(page, args=[child.pk])), client.post(reverse(page, args=[child.pk]))):
        assert reverse("account_reauthenticate") in answer.headers.get("Location", "") + answer.text


def test_shortly_after_signing_in_nothing_is_asked(world: World, admin: Client) -> None:
    assert admin.get(reverse("user_give_role", args=[world.teacher.pk])).status_code == 200


def test_later_a_page_asks_first_and_leads_on(
    world: World, admin: Client, clock: Callable[[float], None]
) -> None:
    clock(5 * MINUTES + 1)
    page = reverse("user_give_role", args=[world.teacher.pk])
    assert admin.get(reverse("people")).status_code == 200, "reading people asks nothing"
    to_confirm = admin.get(page).url
    assert to_confirm.startswith(reverse("account_reauthenticate"))
    to_confirm = admin.get(to_confirm).url
    assert to_confirm.startswith(reverse("mfa_reauthenticate"))
    asked = admin.get(to_confirm).text
    assert "Confirm that it is you" in asked
    data = {"code": "000000", "next": page}
    assert "This code is not right" in admin.post(to_confirm, data).text
    assert admin.post(to_confirm, data | {"code": code_of("ade.minton")}).url == page
    assert admin.get(page).status_code == 200


def test_whoever_has_an_app_confirms_nothing_with_the_password_alone(
    world: World, admin: Client, clock: Callable[[float], None]
) -> None:
    """Else a copied session and a password that was overheard give rights."""
    clock(5 * MINUTES + 1)
    page = reverse("user_give_role", args=[world.teacher.pk])
    sent = {"password": PASSWORD, "next": page}
    assert admin.post(reverse("account_reauthenticate"), sent).url.startswith(reverse("mfa_reauthenticate"))
    assert "Use your password" not in admin.get(reverse("mfa_reauthenticate")).text
    for guarded in (page, reverse("mfa_deactivate_totp"), reverse("mfa_generate_recovery_codes")):
        assert (
            reverse("account_reauthenticate") in admin.get(guarded).url or "confirm" in admin.get(guarded).url
        )
    session = admin.session
    session["account_authentication_methods"] = [
        *session["account_authentication_methods"],
        {"method": "password", "at": time.time(), "reauthenticated": True},
    ]
    session.save()
    assert admin.get(page).status_code == 302, "nor by what a password showed before"


def test_a_recovery_code_confirms_where_the_app_is_not_at_hand(
    world: World, admin: Client, clock: Callable[[float], None]
) -> None:
    [first, *_rest] = recovery_codes(admin)
    clock(5 * MINUTES + 1)
    page = reverse("user_give_role", args=[world.teacher.pk])
    assert admin.post(reverse("mfa_reauthenticate"), {"code": first, "next": page}).url == page
    assert admin.get(page).status_code == 200


def test_whoever_has_none_confirms_with_the_password(
    world: World, settings: Any, clock: Callable[[float], None]
) -> None:
    settings.FACTOR = "sensitive"
    client = with_password("tess.archer")
    clock(5 * MINUTES + 1)
    page = client.get(reverse("account_reauthenticate")).text
    assert "Confirm that it is you" in page
    assert "heard-header" in page
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/"}).url == "/"


def test_later_a_code_confirms_too(world: World, admin: Client, clock: Callable[[float], None]) -> None:
    clock(5 * MINUTES + 1)
    page = reverse("user_give_role", args=[world.teacher.pk])
    typed = {"code": code_of("ade.minton"), "next": page}
    assert admin.post(reverse("mfa_reauthenticate"), typed).url == page
    assert admin.get(page).status_code == 200


def test_a_form_that_comes_later_does_nothing_and_loses_nothing(
    world: World, admin: Client, clock: Callable[[float], None]
) -> None:
    page = reverse("user_switch_off", args=[world.teacher.pk])
    token = re.findall(r'name="kept" value="([^"]+)"', admin.get(page).text)[0]
    clock(5 * MINUTES + 1)
    answer = admin.post(page, {"reason": "Works for another school now.", "kept": token})
    assert answer.status_code == 403
    assert "What you typed is kept: confirm" in answer.text
    assert User.objects.get(pk=world.teacher.pk).is_active
    assert "Works for another school now." in str(Draft.objects.get().answers)
    assert reverse("account_reauthenticate") in answer.text
    to_confirm = reverse("mfa_reauthenticate")
    assert admin.post(to_confirm, {"code": code_of("ade.minton"), "next": page}).url == page
    assert "Works for another school now." in admin.get(page).text
    assert User.objects.get(pk=world.teacher.pk).is_active, "nothing is done that was not sent again"


# ---- every page is ours


def test_no_page_of_the_library_is_left(world: World, admin: Client, clock: Callable[[float], None]) -> None:
    names = [
        "mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_list_webauthn",
        "mfa_add_webauthn", "mfa_reauthenticate",
    ]  # fmt: skip
    for name in names:
        page = admin.get(reverse(name))
        assert page.status_code == 200, name
        assert "heard-header" in page.text, name

"""The directory of an organisation says over SCIM who works there: it adds nobody who gets in, and switches off at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import PASSWORD, World

from heard.agencies import actions
from heard.agencies.mail import account
from heard.agencies.models import AuditRow, Provisioned, ProvisioningSecret, User
from heard.agencies.providers import Provider
from heard.agencies.rules import Refused

COUNTY = Provider(
    "county", "County", "Wexmoor Children’s Services", "https://login.example.org", "heard", "x"
)
SCHOOL = Provider("school", "School", "Northgate Academy", "https://school.example.org", "heard", "x")
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Directory:
    """A directory with its secret, as it asks."""

    def __init__(self, secret: str) -> None:
        self.client, self.secret = Client(), secret

    def ask(self, method: str, path: str = "", said: Any = None, *, text: str | None = None) -> Any:
        kept = {"headers": {"authorization": f"Bearer {self.secret}"}}
        body = text if text is not None else json.dumps(said) if said is not None else ""
        address = reverse("scim_users") + path
        return self.client.generic(method, address, body, content_type="application/scim+json", **kept)  # type: ignore[arg-type]

    def add(self, **more: Any) -> Any:
        return self.ask("POST", said={"schemas": [USER], "active": True} | NEW | more)

    def patch(self, key: str, *operations: dict[str, Any]) -> Any:
        return self.ask("PATCH", f"/{key}", {"schemas": [PATCH], "Operations": list(operations)})


NEW: dict[str, Any] = {
    "userName": "nia.okoro@wexmoor.example",
    "externalId": "oid-nia",
    "name": {"givenName": "Nia", "familyName": "Okoro"},
    "emails": [{"value": "nia.okoro@wexmoor.example", "type": "work", "primary": True}],
}


@pytest.fixture(autouse=True)
def set_up(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    settings.SIGN_ON = {"county": COUNTY, "school": SCHOOL}
    told: list[str] = []
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_: do())
    monkeypatch.setattr(type(account.send), "enqueue", lambda _task, _user, what, *to: told.append(what))
    return told


@pytest.fixture
def directory(world: World) -> Directory:
    return Directory(actions.make_provisioning_secret(by=world.administrator, provider=COUNTY))


def signs_in(username: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": username, "password": password})
    return client.get("/").status_code == 200


# ---- the secret


def test_a_secret_is_made_by_an_administrator_shown_once_and_kept_as_a_digest(world: World) -> None:
    client = Client()
    client.force_login(world.administrator)
    page = client.post(reverse("directory_secret", args=["county"])).text
    row = ProvisioningSecret.objects.get()
    assert row.digest not in page
    assert "/scim/v2" in page
    words = {word for word in page.replace("<", " ").replace(">", " ").split() if len(word) == 43}
    (secret,) = [word for word in words if Directory(word).ask("GET").status_code == 200]
    assert secret not in str(list(ProvisioningSecret.objects.values())) + str(list(AuditRow.objects.values()))
    assert secret not in client.get(reverse("directories")).text
    assert AuditRow.objects.get(verb="make secret").actor_id == world.administrator.pk


def test_only_administrators_make_one(world: World) -> None:
    with pytest.raises(Refused):
        actions.make_provisioning_secret(by=world.coordinator, provider=COUNTY)
    client = Client()
    client.force_login(world.coordinator)
    assert client.post(reverse("directory_secret", args=["county"])).status_code == 404
    assert client.get(reverse("directories")).status_code == 404


def test_a_newer_one_and_an_end_end_it(world: World, directory: Directory, settings: Any) -> None:
    newer = Directory(actions.make_provisioning_secret(by=world.administrator, provider=COUNTY))
    assert directory.ask("GET").status_code == 401
    assert newer.ask("GET").status_code == 200
    settings.SIGN_ON = {"school": SCHOOL}
    assert newer.ask("GET").status_code == 401, "it is no longer set up"
    settings.SIGN_ON = {"county": COUNTY}
    actions.end_provisioning_secret(by=world.administrator, provider_id="county")
    assert newer.ask("GET").status_code == 401


@pytest.mark.parametrize("secret", ["", "x" * 43, "Bearer", "é" * 43])
def test_without_it_nothing_is_said_or_done(world: World, directory: Directory, secret: str) -> None:
    other = Directory(secret)
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/1"), ("PATCH", "/1"), ("DELETE", "/1")):
        answer = other.ask(method, path, {})
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
    assert not Provisioned.objects.exists()


def test_being_signed_in_opens_nothing_there(world: World, directory: Directory) -> None:
    client = Client()
    client.force_login(world.administrator)
    assert client.get(reverse("scim_users")).status_code == 401


# ---- adding


def test_somebody_who_is_added_has_no_role_and_no_way_in(world: World, directory: Directory) -> None:
    answer = directory.add()
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert answer["Location"].endswith(reverse("scim_user", args=[said["id"]]))
    assert said["userName"] == NEW["userName"]
    made = User.objects.get(username=NEW["userName"])
    assert (made.first_name, made.last_name, made.email) == ("Nia", "Okoro", "nia.okoro@wexmoor.example")
    assert made.is_active
    assert not made.has_usable_password()
    assert not made.memberships.exists()
    assert not made.is_superuser
    row = AuditRow.objects.get(verb="provision")
    assert (row.actor, row.detail) == ("heard", {"provider": "county", "linked": False})


def test_roles_flags_and_passwords_that_it_says_are_left_aside(world: World, directory: Directory) -> None:
    more = {
        "password": PASSWORD,
        "roles": [{"value": "administrator"}],
        "groups": [{"value": "admins"}],
        "is_superuser": True,
    }
    assert directory.add(**more).status_code == 201
    made = User.objects.get(username=NEW["userName"])
    assert not made.memberships.exists()
    assert not made.has_usable_password()
    assert not made.is_superuser
    assert not signs_in(NEW["userName"])


def test_nobody_is_taken_over_by_a_name_or_address(world: World, directory: Directory) -> None:
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    answer = directory.add(userName="SOL.wright", emails=[{"value": "sol@wexmoor.example"}])
    assert answer.status_code == 409
    assert answer.json()["scimType"] == "uniqueness"
    assert not Provisioned.objects.exists()
    directory.add(emails=[{"value": "sol@wexmoor.example"}])
    assert Provisioned.objects.get().user != world.social_worker


def test_whoever_an_administrator_linked_by_this_number_is_the_same(
    world: World, directory: Directory
) -> None:
    actions.link(by=world.administrator, user=world.social_worker, provider=COUNTY, number="oid-sol")
    answer = directory.add(userName="sol@wexmoor.example", externalId="oid-sol")
    assert answer.status_code == 201, answer.text
    assert Provisioned.objects.get().user == world.social_worker
    sol = User.objects.get(pk=world.social_worker.pk)
    assert (sol.username, sol.first_name) == ("sol.wright", "Sol")


def test_the_same_person_is_not_added_twice(directory: Directory) -> None:
    directory.add()
    assert directory.add().status_code == 409
    assert directory.add(userName="other@wexmoor.example").status_code == 409, "the same number"
    assert User.objects.filter(username__contains="@").count() == 1


@pytest.mark.parametrize(
    "more",
    [{"userName": ""}, {"userName": "two words"}, {"emails": [{"value": "no address"}]}, {"name": {"givenName": "x" * 151}}, {"userName": 7}],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_the_standards_form(directory: Directory, more: dict[str, Any]) -> None:
    answer = directory.add(**more)
    assert answer.status_code in (400, 409)
    assert answer["Content-Type"] == "application/scim+json"
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert not Provisioned.objects.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 200_000, '{"schemas": 1}', "\x00"])
def test_whatever_is_sent_gets_an_answer(directory: Directory, text: str) -> None:
    key = directory.add().json()["id"]
    for method, path in (("POST", ""), ("PUT", f"/{key}"), ("PATCH", f"/{key}")):
        assert directory.ask(method, path, text=text).status_code == 400
    assert User.objects.get(username=NEW["userName"]).is_active


# ---- looking


def test_it_sees_nobody_but_those_whom_it_looks_after(world: World, directory: Directory) -> None:
    other = Directory(actions.make_provisioning_secret(by=world.administrator, provider=SCHOOL))
    key = directory.add().json()["id"]
    assert directory.ask("GET").json()["totalResults"] == 1
    assert other.ask("GET").json()["totalResults"] == 0
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        assert other.ask(method, f"/{key}", {}).status_code == 404
    for key_of_another in (str(world.social_worker.pk), "no-key", "..%2f"):
        assert directory.ask("GET", f"/{key_of_another}").status_code == 404
    assert "sol.wright" not in directory.ask("GET").text
    assert User.objects.get(username=NEW["userName"]).is_active


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('userName eq "NIA.okoro@wexmoor.example"', 1),
        ('userName eq "sol.wright"', 0),
        ('externalId eq "oid-nia"', 1),
        ('externalId eq "OID-nia"', 0),
        ('id eq "no-key"', 0),
    ],
)
def test_people_are_looked_for_by_name_or_number(directory: Directory, asked: str, found: int) -> None:
    directory.add()
    answer = directory.client.get(
        reverse("scim_users"), {"filter": asked}, headers={"authorization": f"Bearer {directory.secret}"}
    )
    assert answer.json()["totalResults"] == found
    assert len(answer.json().get("Resources") or []) == found


@pytest.mark.parametrize(
    "asked", ["userName", 'user__password eq "x"', 'userName sw "n"', "userName eq 7", 'a eq "b" or c eq "d"']
)
def test_nothing_else_is_looked_for(directory: Directory, asked: str) -> None:
    answer = directory.client.get(
        reverse("scim_users"), {"filter": asked}, headers={"authorization": f"Bearer {directory.secret}"}
    )
    assert answer.status_code == 400


def test_many_come_in_pages(directory: Directory) -> None:
    for number in range(5):
        directory.add(userName=f"person{number}@wexmoor.example", externalId=f"oid-{number}")
    said = directory.ask("GET", "?startIndex=4&count=10").json()
    assert (said["totalResults"], said["itemsPerPage"], said["startIndex"]) == (5, 2, 4)
    assert directory.ask("GET", "?startIndex=-1&count=x").status_code == 200


def test_it_says_what_it_can(directory: Directory) -> None:
    said = directory.client.get(
        reverse("scim_config"), headers={"authorization": f"Bearer {directory.secret}"}
    )
    assert said.json()["patch"]["supported"] is True
    assert said.json()["bulk"]["supported"] is False
    kinds = directory.client.get(
        reverse("scim_kinds"), headers={"authorization": f"Bearer {directory.secret}"}
    )
    assert [one["endpoint"] for one in kinds.json()["Resources"]] == ["/Users"]


# ---- changing


def test_name_and_address_are_changed_and_the_address_before_is_told(
    world: World, directory: Directory, set_up: list[str]
) -> None:
    key = directory.add().json()["id"]
    set_up.clear()
    answer = directory.patch(
        key,
        {"op": "replace", "path": "name.familyName", "value": "Okoro-Lind"},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "nia.lind@wexmoor.example"},
    )
    assert answer.status_code == 200, answer.text
    made = User.objects.get(username=NEW["userName"])
    assert (made.first_name, made.last_name, made.email) == ("Nia", "Okoro-Lind", "nia.lind@wexmoor.example")
    assert set_up == ["address changed"]
    changed = {
        **NEW,
        "schemas": [USER],
        "name": {"givenName": "Nia", "familyName": "Okoro"},
        "userName": "other",
    }
    assert directory.ask("PUT", f"/{key}", changed).status_code == 200
    made.refresh_from_db()
    assert (made.last_name, made.username) == ("Okoro", NEW["userName"]), "the username stays"
    assert AuditRow.objects.filter(verb="change", subject="user").count() == 2


# ---- switching off


@pytest.fixture
def sol(world: World, directory: Directory) -> str:
    """The key of somebody who works here, and whom the directory looks after."""
    actions.link(by=world.administrator, user=world.social_worker, provider=COUNTY, number="oid-sol")
    return str(directory.add(userName="sol@wexmoor.example", externalId="oid-sol").json()["id"])


OFF = [
    {"op": "replace", "path": "active", "value": False},
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "replace", "value": {"active": False}},
]


@pytest.mark.parametrize("said", OFF, ids=["as the standard", "as Entra", "without a path"])
def test_whoever_leaves_is_switched_off_and_signed_out_at_once(
    world: World, directory: Directory, sol: str, said: dict[str, Any]
) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": "sol.wright", "password": PASSWORD})
    assert client.get("/").status_code == 200
    answer = directory.patch(sol, said)
    assert answer.status_code == 200, answer.text
    assert answer.json()["active"] is False
    assert client.get("/").status_code == 302
    assert not signs_in("sol.wright")
    row = AuditRow.objects.get(verb="switch off")
    assert (row.actor, row.reason, row.detail) == ("heard", "provider", {"provider": "county"})


def test_it_switches_nobody_on(world: World, directory: Directory, sol: str) -> None:
    directory.ask("DELETE", f"/{sol}")
    assert not User.objects.get(pk=world.social_worker.pk).is_active
    answer = directory.patch(sol, {"op": "replace", "path": "active", "value": True})
    assert answer.json()["active"] is False
    assert not User.objects.get(pk=world.social_worker.pk).is_active
    actions.switch_on(by=world.administrator, user=world.social_worker, reason="Back from leave")
    assert directory.ask("GET", f"/{sol}").json()["active"] is True


def test_the_last_administrator_stays(world: World, directory: Directory) -> None:
    actions.link(by=world.administrator, user=world.administrator, provider=COUNTY, number="oid-ade")
    key = directory.add(userName="ade@wexmoor.example", externalId="oid-ade").json()["id"]
    answer = directory.patch(key, OFF[0])
    assert answer.status_code == 403
    assert "Somebody has to be an administrator" in answer.json()["detail"]
    assert User.objects.get(pk=world.administrator.pk).is_active

"""Phones, cars and accounts that a worry names: offered to the teller, kept when ticked, and found by who may read both records."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.concern.test_pages import address, send, send_all
from tests.conftest import World

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import Draft, User
from heard.cases.concern import queries
from heard.cases.concern.actions import DRAFT, AboutStaff, tell
from heard.cases.concern.models import Concern
from heard.network.actions import Knows, add_person, note_tie_to
from heard.network.models import Handle, Mention, Node
from heard.network.rules import find

READ: dict[str, int] = {}  # how many queries telling one took first
CAR = "He got into a silver car AB12 CDE."


@pytest.fixture
def draft(world: World) -> Draft:
    return begin_draft(by=world.teacher, kind=DRAFT)


def worry(by: User, name: str, text: str, *, keep: bool = True, **more: Any) -> Concern:
    whom = {} if "person_id" in more else {"new_person": {"given_name": name, "family_name": "Khan"}}
    return tell(
        by=by, **whom, seen_and_heard=text, danger_now="no", why_no_words="At home", named=find(text) if keep else (), **more
    )  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, **keys: Any) -> str:
    return signed_in(user).get(reverse(name, kwargs=keys)).text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ring 07700 900123 or +44 7700 900 123", [("phone", "+447700900123")]),
        (CAR, [("vehicle", "AB12CDE")]),
        ("a red van, reg A123 BCD", [("vehicle", "A123BCD")]),
        ("plate AB1? CDE seen", [("vehicle", "AB1?CDE")]),
        ("Snapchat: bad_boy99 and @jo.b on insta", [("account", "bad_boy99"), ("account", "jo.b")]),
        (
            "mail Jo@Example.org, see www.example.org/x.",
            [("email", "jo@example.org"), ("web", "example.org/x")],
        ),
        ("phone IMEI 490154203237518", [("device", "490154203237518")]),
        ("IMEI 490154203237519 on the phone", []),
        ("Born 12/03/2011, seen 01.02.2026 10:30, NHS 943 476 5919, at LE1 1AA", []),
        ("Sort code 04-00-04 account 12345678, card 4929 1234 5678 9012", []),
        ("Crime ref 4500012345/26. Childline is 0800 1111, or 0808 800 5000, 101, 999, 0300 123 4567", []),
        ("NHS 943 again near the car, 1AA, LE1", []),
        ("", []),
        ("@ ++44 0000 \x00 ((((0 0 0 0 0 0 0 0 0", []),
    ],
)
def test_it_finds_these_and_passes_over_the_rest(text: str, found: list[tuple[str, str]]) -> None:
    seen = find(text)
    assert [(one.type.value, one.key) for one in seen] == found
    assert all(text[one.start : one.start + one.length] == one.as_written for one in seen)


def test_a_worry_of_many_letters_is_looked_through_at_once() -> None:
    assert [one.key for one in find((CAR + " The child was quiet. ") * 200)] == ["AB12CDE"]


def test_the_teller_is_offered_what_they_wrote_and_only_what_is_ticked_is_kept(
    world: World, draft: Draft
) -> None:
    client = signed_in(world.teacher)
    send_all(client, draft)
    send(client, draft, "seen", danger_now="no", seen_and_heard=f"{CAR} Ring 07700 900123.")
    there = address("check", draft)
    shown = client.get(there).text
    assert "number plate AB12 CDE" in shown
    assert "phone number 07700 900123" in shown
    tick = str(find(CAR)[0].start)
    sent = client.post(there, {"keep": [tick, "999", "x"]}, follow=True).text
    assert "A co-ordinator compares this with what others know." in sent
    assert [str(one) for one in Handle.objects.all()] == ["AB12 CDE"]


def test_a_worry_about_staff_keeps_nothing_apart(world: World) -> None:
    worry(world.teacher, "Amira", CAR, staff=AboutStaff("A driver", None))
    assert not Mention.objects.exists()


def test_two_worries_that_name_one_car_say_so_to_who_reads_both(world: World) -> None:
    first = worry(world.teacher, "Amira", CAR)
    assert "Known from another record too" not in page(world.coordinator, "concern", concern_id=first.pk)
    assert list(queries.naming_what_others_name(world.coordinator)) == []
    second = worry(world.officer, "Noor", "The car was ab12cde, a car again")
    for one in (first, second):
        shown = page(world.coordinator, "concern", concern_id=one.pk)
        assert "AB12 CDE" in shown
        assert "Known from another record too" in shown
    assert set(queries.naming_what_others_name(world.coordinator)) == {first, second}
    handle = Handle.objects.get()
    assert page(world.coordinator, "web", node_id=handle.pk).count("Worry told on") == 2
    assert page(world.teacher, "web", node_id=handle.pk).count("Worry told on") == 1
    assert Node.objects.get(pk=handle.pk).kind == "handle"


@pytest.mark.parametrize("known", ["not at all", "to others", "of a restricted child"])
def test_whoever_told_it_reads_the_same_whether_or_not_it_is_known(world: World, known: str) -> None:
    child = add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    if known != "not at all":
        other = add_person(
            by=world.officer,
            given_name="Kit",
            family_name="Marlowe",
            restricted=known == "of a restricted child",
        )
        note_tie_to(
            by=world.officer, one_id=other.pk, end="handle", new_kind="vehicle", new_name="AB12 CDE", kind="was_given",
            knows=Knows("Seen"),
        )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        told = worry(world.teacher, "", CAR, person_id=child.pk)
    shown = page(world.teacher, "worry_sent", concern_id=told.pk)
    READ.setdefault("queries", len(asked))
    assert READ["queries"] == len(asked)
    whole = page(world.teacher, "concern", concern_id=told.pk)
    assert "A co-ordinator compares this with what others know." in shown
    assert "Known from another record too" not in whole
    assert "Marlowe" not in whole


def test_a_restricted_match_is_not_there_for_the_co_ordinator(world: World) -> None:
    hidden = add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    note_tie_to(
        by=world.officer, one_id=hidden.pk, end="handle", new_kind="vehicle", new_name="AB12 CDE", kind="was_given",
        knows=Knows("Seen"),
    )  # fmt: skip
    told = worry(world.teacher, "Amira", CAR)
    assert list(queries.naming_what_others_name(world.coordinator)) == []
    assert "Known from another record too" not in page(world.coordinator, "concern", concern_id=told.pk)
    assert "Marlowe" not in page(world.coordinator, "web", node_id=Handle.objects.get().pk)

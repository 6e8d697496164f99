"""Numbers, plates and accounts that are an organisation’s: they join nobody, until somebody takes that back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cases.concern.test_naming import CAR, page, signed_in, worry
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.concern.queries import naming_what_others_name
from heard.graph.drawing.queries import around
from heard.graph.question.queries import QUESTIONS
from heard.graph.question.queries.around import near
from heard.network import erasing
from heard.network.actions import (
    Knows,
    add_person,
    mark_common,
    mark_seen_as_common,
    note_tie_to,
    take_back_common,
)
from heard.network.models import Handle, Mention, Person
from heard.network.queries import common_handles, found_in

BUS: dict[str, Any] = {"type": "vehicle", "text": "ab12 cde", "why": "The minibus of Northgate Academy"}
ELSEWHERE = "Known from another record too"


def children_with_it(world: World) -> tuple[Person, Person, Handle]:
    """Two children who were both given one car."""
    found = []
    for name in ("Amira", "Noor"):
        child = add_person(by=world.social_worker, given_name=name, family_name="Khan")
        note_tie_to(
            by=world.social_worker, one_id=child.pk, end="handle", new_kind="vehicle", new_name="AB12 CDE", kind="was_given",
            knows=Knows("Seen"),
        )  # fmt: skip
        found.append(child)
    return found[0], found[1], Handle.objects.get()


# ---- who may, and what is asked


@pytest.mark.parametrize(
    "who", ["teacher", "officer", "social_worker", "supervisor", "analyst", "board_member"]
)
def test_nobody_else_marks_lists_or_takes_back(world: World, who: str) -> None:
    user: User = getattr(world, who)
    _one, _other, handle = children_with_it(world)
    with pytest.raises(Refused, match="co-ordinator or an administrator"):
        mark_common(by=user, **BUS)
    mark_common(by=world.administrator, **BUS)
    assert list(common_handles(user)) == []
    with pytest.raises(Hidden):
        take_back_common(by=user, handle_id=handle.pk, why="It is not")
    client = signed_in(user)
    for there in (
        reverse("common_handles"),
        reverse("handle_mark", kwargs={"handle_id": handle.pk}),
        reverse("handle_take_back", kwargs={"common_id": handle.pk}),
    ):
        assert client.get(there).status_code == 404
        assert client.post(there, {"why": "So"}).status_code == 404
    assert Handle.objects.get().common


def test_one_that_the_user_does_not_see_is_not_there(world: World) -> None:
    hidden = add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    note_tie_to(
        by=world.officer, one_id=hidden.pk, end="handle", new_kind="vehicle", new_name="AB12 CDE", kind="was_given",
        knows=Knows("Seen"),
    )  # fmt: skip
    handle = Handle.objects.get()
    with pytest.raises(Hidden):
        mark_seen_as_common(by=world.coordinator, handle_id=handle.pk, why="The school’s")
    for user in (world.coordinator, world.administrator):
        there = reverse("handle_mark", kwargs={"handle_id": handle.pk})
        assert signed_in(user).get(there).status_code == 404
    with pytest.raises(Hidden):
        take_back_common(by=world.coordinator, handle_id=handle.pk, why="It is not marked")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"text": ""}, "in full"),
        ({"text": "not a plate"}, "in full"),
        ({"text": "AB1? CDE"}, "in full"),
        ({"type": "thing"}, "in full"),
        ({"why": "  "}, "Say whose it is"),
    ],
)
def test_what_is_missing_is_asked_for(world: World, said: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        mark_common(by=world.administrator, **BUS | said)
    assert not Handle.objects.exists()


def test_it_is_marked_once_and_taken_back_with_a_reason(world: World) -> None:
    handle = mark_common(by=world.administrator, **BUS)
    with pytest.raises(Refused, match="marked already"):
        mark_common(by=world.coordinator, **BUS)
    with pytest.raises(Refused, match="Say why"):
        take_back_common(by=world.coordinator, handle_id=handle.pk, why=" ")
    take_back_common(by=world.coordinator, handle_id=handle.pk, why="A driver uses it at night")
    assert not Handle.objects.get().common
    verbs = AuditRow.objects.filter(subject="handle", subject_id=str(handle.pk))
    assert [(verb.verb, verb.reason) for verb in verbs.order_by("pk")] == [
        ("mark", BUS["why"]),
        ("take back", "A driver uses it at night"),
    ]


# ---- it joins nobody


def test_two_worries_that_name_it_are_not_joined_until_it_is_taken_back(world: World) -> None:
    first, second = worry(world.teacher, "Amira", CAR), worry(world.officer, "Noor", CAR)
    assert set(naming_what_others_name(world.coordinator)) == {first, second}
    handle = mark_seen_as_common(by=world.coordinator, handle_id=Handle.objects.get().pk, why="The minibus")
    assert list(naming_what_others_name(world.coordinator)) == []
    for concern in (first, second):
        there = page(world.coordinator, "concern", concern_id=concern.pk)
        assert ELSEWHERE not in there
        assert "An organisation’s: it joins nobody" in there
    take_back_common(by=world.coordinator, handle_id=handle.pk, why="A driver uses it at night")
    assert set(naming_what_others_name(world.coordinator)) == {first, second}


def test_it_is_offered_to_no_teller_and_kept_with_no_record(world: World) -> None:
    text = f"{CAR} Ring 07700 900123."
    assert [one.key for one in found_in(world.teacher, [text])] == ["AB12CDE", "+447700900123"]
    told = worry(world.teacher, "Amira", CAR)
    mark_common(by=world.administrator, **BUS)
    assert [one.key for one in found_in(world.teacher, [text])] == ["+447700900123"]
    assert [one.key for one in found_in(world.teacher, ["Snap: ab12cde"])] == ["ab12cde"], (
        "another kind is another thing"
    )
    worry(world.teacher, "Noor", CAR)
    assert [mention.about_id for mention in Mention.objects.all()] == [told.pk]


def test_no_question_and_no_drawing_leads_through_it(world: World) -> None:
    person, other, handle = children_with_it(world)
    user = world.social_worker
    assert other in [line.this for lines in near(user, person.pk).parts.values() for line in lines]
    assert other.pk in around(user, person.pk).named
    mark_common(by=world.coordinator, **BUS)
    found = near(user, person.pk)
    assert other not in [line.this for lines in found.parts.values() for line in lines]
    assert found.hubs == [handle]
    assert other.pk not in around(user, person.pk).named
    limits = QUESTIONS["together"].ask(user, person_id=person.pk).limits
    assert any("organisation’s number" in limit for limit in limits)
    take_back_common(by=world.coordinator, handle_id=handle.pk, why="It is a man’s own")
    assert other in [line.this for lines in near(user, person.pk).parts.values() for line in lines]


def test_it_stays_marked_when_the_last_record_that_names_it_is_destroyed(world: World) -> None:
    mark_common(by=world.administrator, **BUS)
    child = add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    erasing.take_out(erasing.gather(child.pk))
    assert Handle.objects.get().common


# ---- pages


def test_an_administrator_marks_one_and_takes_it_back(world: World) -> None:
    client: Client = signed_in(world.administrator)
    there = reverse("common_handles")
    assert "None is marked yet" in client.get(there).text
    wrong = client.post(there, {"type": "phone", "text": "12", "service": "", "why": ""}).text
    assert "in full" in wrong or "Say whose it is" in wrong
    number = {
        "type": "phone",
        "text": "0116 496 0123",
        "service": "",
        "why": "The switchboard of Northgate Academy",
    }
    assert "joins nobody from now on" in client.post(there, number, follow=True).text
    handle = Handle.objects.get()
    back = reverse("handle_take_back", kwargs={"common_id": handle.pk})
    assert "0116" in client.get(back).text
    assert "None is marked yet" in client.post(back, {"why": "It is a worker’s own"}, follow=True).text


def test_the_page_of_an_identifier_says_so(world: World) -> None:
    _one, _other, handle = children_with_it(world)
    there = reverse("web", kwargs={"node_id": handle.pk})
    mark = reverse("handle_mark", kwargs={"handle_id": handle.pk})
    client = signed_in(world.coordinator)
    assert mark in client.get(there).text
    assert mark not in signed_in(world.social_worker).get(there).text
    shown = client.post(mark, {"why": "The minibus"}, follow=True).text
    assert "it joins nobody. The minibus" in shown
    assert "it joins nobody. The minibus" in signed_in(world.social_worker).get(there).text
    assert reverse("handle_take_back", kwargs={"common_id": handle.pk}) in shown

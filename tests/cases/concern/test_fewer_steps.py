"""A worry that was begun when telling one had more steps is opened, gone on with, and sent with all that was in it."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import Draft
from heard.cases.concern import actions
from heard.cases.concern.models import Concern

moved = import_module("heard.cases.migrations.0089_worries_in_fewer_steps")
TODAY = timezone.localdate()
DAY = {"day": str(TODAY.day), "month": str(TODAY.month), "year": str(TODAY.year)}
OF_A_CHILD: dict[str, Any] = {
    "about": {"about": "child"},
    "child": {"name": "Amira Khan", "birth_date": {"day": "", "month": "", "year": ""}, "postcode": ""},
    "same": {"choice": "new"},
    "new": {"given_name": "Amira", "family_name": "Khan", "known_as": "", "sex": "F", "postcode": ""},
    "seen": {"seen_and_heard": "Came back in a car that nobody knows."},
    "signs": {"S10": "seen", "S01": "not_seen", "V12": ""},
    "evidence": {"S10_on": DAY, "S10_source": "Her teacher", "S10_words": "A new phone"},
    "words": {"heard": "yes", "text": "It was just a lift", "why_no_words": ""},
    "heard": {"how": "said", "heard_on": DAY, "heard_by": "Tess"},
    "staff": {"staff": "no", "who": "", "user": ""},
    "danger": {"danger_now": "yes", "danger_done": "Called 999"},
    "done": {
        "steps": [
            "about",
            "child",
            "danger",
            "evidence",
            "files",
            "heard",
            "new",
            "same",
            "seen",
            "signs",
            "staff",
            "words",
        ]
    },
}
OF_A_PLACE: dict[str, Any] = {
    "about": {"about": "place"},
    "place": {"name": "Arcade", "postcode": ""},
    "place_same": {"choice": "new"},
    "place_new": {"name": "Arcade", "kind": "arcade", "postcode": ""},
    "seen": {"seen_and_heard": "Let in late"},
    "scene": {"when_seen": "Fridays", "who_comes": "Two men"},
    "staff": {"staff": "no"},
    "danger": {"danger_now": "no"},
    "done": {"steps": ["about", "danger", "place", "place_new", "place_same", "scene", "seen", "staff"]},
}


@pytest.fixture
def draft(world: World) -> Draft:
    return begin_draft(by=world.teacher, kind=actions.DRAFT)


@pytest.fixture
def teller(world: World) -> Client:
    client = Client()
    client.force_login(world.teacher)
    return client


def begun(draft: Draft, answers: dict[str, Any], *, without: str = "") -> None:
    """As the older version kept it; `without`: the step was typed in and not sent."""
    steps = [step for step in answers["done"]["steps"] if step != without]
    draft.answers = answers | {"done": {"steps": steps}}
    draft.save()
    moved.move(apps, None)


def at(step: str, draft: Draft) -> str:
    return reverse(f"worry_{step}", kwargs={"draft_id": draft.pk})


def test_one_of_before_cannot_be_sent_as_it_stands(draft: Draft, teller: Client) -> None:
    draft.answers = OF_A_CHILD
    draft.save()
    assert teller.get(at("check", draft)).headers["Location"] == at("seen", draft)


def test_a_whole_worry_about_a_child_is_sent_with_all_that_was_in_it(draft: Draft, teller: Client) -> None:
    begun(draft, OF_A_CHILD)
    page = teller.get(at("check", draft))
    assert page.status_code == 200
    assert "Her teacher" in page.text
    teller.post(at("check", draft))
    concern = Concern.objects.get()
    assert concern.words is not None
    assert (concern.words.text, concern.words.heard_by, concern.words.heard_on) == (
        "It was just a lift",
        "Tess",
        TODAY,
    )
    assert (concern.danger_now, concern.danger_done) == ("yes", "Called 999")
    rows = {(row.item, row.state, row.seen_on, row.source, row.words) for row in concern.observations.all()}
    assert rows == {("S10", "seen", TODAY, "Her teacher", "A new phone"), ("S01", "not_seen", None, "", "")}


def test_a_whole_worry_about_a_place_is_sent_with_all_that_was_in_it(draft: Draft, teller: Client) -> None:
    begun(draft, OF_A_PLACE)
    teller.post(at("check", draft))
    concern = Concern.objects.get()
    assert concern.place is not None
    assert (concern.when_seen, concern.who_comes, concern.danger_now) == ("Fridays", "Two men", "no")


@pytest.mark.parametrize(
    ("not_sent", "asked"),
    [("danger", "seen"), ("seen", "seen"), ("evidence", "likely"), ("heard", "words"), ("staff", "words")],
)
def test_a_step_of_which_a_part_was_not_sent_is_asked_with_the_rest_in_it(
    draft: Draft, teller: Client, not_sent: str, asked: str
) -> None:
    begun(draft, OF_A_CHILD, without=not_sent)
    assert teller.get(at("check", draft)).headers["Location"] == at(asked, draft)
    kept = {
        "seen": "Came back in a car",
        "likely": "Gifts from people we do not know",
        "words": "It was just a lift",
    }
    assert kept[asked] in teller.get(at(asked, draft)).text


@pytest.mark.parametrize(
    ("old", "new", "typed", "shown"),
    [
        (
            "danger",
            "seen",
            {"danger_now": ["yes"], "danger_done": ["Rang 999 just now"]},
            "Rang 999 just now",
        ),
        ("heard", "words", {"heard_by": ["The school nurse"]}, "The school nurse"),
        ("staff", "words", {"staff": ["yes"], "who": ["A coach"]}, "A coach"),
    ],
)
def test_what_was_typed_and_not_sent_in_a_step_that_is_gone_is_where_it_is_asked_now(
    world: World, draft: Draft, teller: Client, old: str, new: str, typed: dict[str, Any], shown: str
) -> None:
    page = at(new, draft).replace(f"/{new}/", f"/{old}/")
    kept = {"user": world.teacher, "kind": f"step.{old}", "subject_id": draft.pk, "page": page}
    row = Draft.objects.create(**kept, answers={"typed": typed, "seen": {}, "turn": 3})
    begun(draft, OF_A_CHILD)
    row.refresh_from_db()
    assert row.page == at(new, draft)
    assert shown in teller.get(at(new, draft)).text
    assert teller.get(at("check", draft)).headers["Location"] == at(new, draft)  # it is never left out unseen


def test_a_worry_of_the_new_steps_is_as_it_was(draft: Draft) -> None:
    begun(draft, OF_A_CHILD)
    first = Draft.objects.get(pk=draft.pk)
    moved.move(apps, None)
    again = Draft.objects.get(pk=draft.pk)
    assert (again.answers, again.updated_at) == (first.answers, first.updated_at)


def test_a_draft_of_the_very_first_release_is_as_it_was(draft: Draft) -> None:
    draft.answers = {"child": {"given_name": "Tam"}}
    draft.save()
    moved.move(apps, None)
    assert Draft.objects.get(pk=draft.pk).answers == {"child": {"given_name": "Tam"}}

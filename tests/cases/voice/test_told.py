"""Whose a decision is that was written for a child, who may write it, and at which link it is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.voice.conftest import SECRET, WORD
from tests.cases.voice.test_decided import (
    SAID,
    TODAY,
    TOLD,
    again,
    ask_child,
    client_of,
    decide,
    fresh,
    held,
    item,
    work_of,
)
from tests.cases.voice.test_voice import post, send
from tests.network.test_merging_records import merge, undo

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.models import Case, Words
from heard.cases.death.actions import record_death
from heard.cases.pack.passages import passages_of
from heard.cases.panel.actions import decide_item
from heard.cases.panel.models import MinutesCorrection
from heard.cases.record.queries import entries_of
from heard.cases.timeline.index import catch_up
from heard.cases.voice import actions, child
from heard.cases.voice.models import ChildDecision, ChildLink
from heard.cases.words.rules import ChildsView
from heard.network import erasing
from heard.network.actions import add_person, involve
from heard.network.models import Denial, Person

__all__ = ["item"]


def read(sitting: Any) -> list[str]:
    link = ChildLink.objects.get(pk=sitting.link.pk)
    return [one.row.text for one in child.decided(replace(sitting, link=link, reads=True))]


def test_it_is_of_the_child_whose_meeting_it_is_also_after_a_merge_was_undone_and_goes_with_that_record(
    world, agreed, case
):
    twin = add_person(by=world.coordinator, given_name="Mena", family_name="Okoro", birth_date=TODAY)
    involve(by=world.coordinator, person=twin, agency=world.care, why="Takes worries")
    made = actions.make_link(by=world.social_worker, person_id=twin.pk, word=WORD, weeks=4)
    reading = actions.set_secret(by=None, sitting=again(made), secret=SECRET)
    ask_child(world, made)
    mine = Person.objects.get(pk=case.person_id)
    merged = merge(world, twin, mine)
    review = held(world, agreed)
    actions.tell_decision(by=world.social_worker, review_id=review.pk, **SAID)
    assert read(reading) == [TOLD]
    undo(world, merged.pk)
    catch_up()
    told = {
        key: [str(entry.text) for entry in entries_of(world.social_worker, key)] for key in (twin.pk, mine.pk)
    }
    assert read(reading) == []
    assert TOLD not in told[twin.pk]
    assert TOLD in told[mine.pk]
    assert ChildDecision not in {model for model, keys in erasing.gather(twin.pk).rows.items() if keys}
    erasing.take_out(erasing.gather(mine.pk))
    assert not ChildDecision.objects.exists()


def test_a_link_shows_decisions_where_the_child_said_after_its_secret_was_set_that_it_is_they_who_write(
    world, made, sitting, item
):
    decide(world, item)
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    ask_child(world, made)
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    assert read(reading) == []  # whoever set it after that was not asked
    ask_child(world, made)
    assert read(reading) == [TOLD]
    ask_child(world, made, "unsure")
    assert read(reading) == []
    link = ChildLink.objects.get(pk=made[0].pk)
    assert link.asked_before.count("It is me.") == 2
    assert link.ended_at is None
    with pytest.raises(Refused, match="Choose who writes"):
        ask_child(world, made, "")
    ask_child(world, made, "other")
    link.refresh_from_db()
    assert (link.ended_by, link.who_writes) == (world.coordinator, "other")
    assert read(reading) == []
    page = client_of(world.coordinator).get(reverse("child_link_asked", args=[link.pk])).text
    assert "The child writes with it" in page
    assert "secret word that was there" in page
    assert (
        "<textarea"
        not in client_of(world.social_worker).get(reverse("child_link_asked", args=[link.pk])).text
    )


def test_whoever_neither_wrote_the_decision_down_nor_holds_panels_writes_nothing_for_the_child_in_its_name(
    world, made, item, agreed, case
):
    involve(by=world.coordinator, person=case.person, agency=world.school, why="Her school")
    decide(world, item)
    review = held(world, agreed)
    for user, which in (
        (world.teacher, {"item_id": item.pk}),
        (world.teacher, {"review_id": review.pk}),
        (world.social_worker, {"item_id": item.pk}),
        (world.coordinator, {"review_id": review.pk}),
    ):
        name = "panel_item" if "item_id" in which else "review"
        client = client_of(fresh(user))
        shown = client.get(reverse(name, kwargs=which))
        if shown.status_code == 200:
            assert "Tell the child what was decided" not in shown.text
        form = client.get(reverse(f"{name}_for_child", kwargs=which))
        assert "<textarea" not in form.text
        with pytest.raises((Refused, Hidden)):
            actions.tell_decision(by=fresh(user), **which, **SAID | {"is_safe": False})
    assert work_of(world.coordinator) == ["Tell the child what the panel decided"]


def test_it_goes_on_to_the_childs_workers_where_whoever_held_it_sees_the_child_no_longer(
    world, made, agreed, case
):
    review = held(world, agreed)
    Case.objects.filter(pk=case.pk).update(allocated_worker=world.supervisor)
    assert work_of(world.supervisor) == []
    Denial.objects.create(
        person_id=case.person_id, user=world.social_worker, why="Related", denied_by=world.coordinator
    )
    assert work_of(world.social_worker) == []
    assert work_of(world.supervisor) == ["Tell the child what the review decided"]
    actions.tell_decision(by=fresh(world.supervisor), review_id=review.pk, **SAID)


def test_safe_is_said_of_one_link_and_not_where_another_one_is_good_too(world, made, item, case):
    decide(world, item)
    actions.make_link(by=world.social_worker, person_id=case.person_id, word="blackbird", weeks=4)
    with pytest.raises(Refused, match="End the old one first"):
        actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    page = client_of(world.coordinator).get(reverse("panel_item_for_child", args=[item.pk])).text
    assert "more than one link" in page
    actions.end_link(by=world.social_worker, child_link_id=made[0].pk)
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)


def test_what_was_told_is_taken_off_where_the_decision_is_put_right_or_it_is_written_anew(
    world, made, sitting, item
):
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    ask_child(world, made)
    decide(world, item)
    first = actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    assert actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID) == first  # sent twice
    view = ChildsView(why_no_words="She wants to wait")
    moved = {"decision": "She moves to a foster family", "reason": "New information", "view": view}
    decide_item(by=world.coordinator, item_id=item.pk, **moved)
    assert read(reading) == []
    assert work_of(world.coordinator) == ["Tell the child what the panel decided"]
    at = reverse("panel_item", args=[item.pk])
    assert "put right afterwards" in client_of(world.coordinator).get(at).text
    MinutesCorrection.objects.create(
        panel=item.panel, item=item, text="With her aunt", by=world.coordinator, at=first.written_at
    )
    assert (
        "With her aunt"
        in client_of(world.coordinator).get(reverse("panel_item_for_child", args=[item.pk])).text
    )
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID | {"text": "You move."})
    assert read(reading) == ["You move."]
    assert work_of(world.coordinator) == []
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID | {"is_safe": False})
    assert read(reading) == []


def test_nothing_is_shown_or_written_once_the_child_has_died(client, world, made, sitting, agreed, case):
    actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    ask_child(world, made)
    review = held(world, agreed)
    actions.tell_decision(by=world.social_worker, review_id=review.pk, **SAID)
    record_death(by=world.coordinator, person_id=case.person_id, died_on=TODAY, who_said="Police")
    assert TOLD not in post(client, step="read", **{"pass": again(made).token}, secret=SECRET).text
    worker = client_of(world.social_worker)
    assert "Write it anew" not in worker.get(reverse("review", args=[review.pk])).text
    form = worker.get(reverse("review_for_child", args=[review.pk])).text
    assert "It is recorded that the child has died" in form
    assert "<textarea" not in form


def test_how_it_is_known_to_be_safe_is_for_who_writes_it_alone_and_on_no_paper(world, made, item, case):
    how = "Her stepfather does not know of that phone."
    decide(world, item)
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID | {"how": how})
    at = reverse("panel_item", args=[item.pk])
    assert how in client_of(world.coordinator).get(at).text
    other = client_of(world.social_worker).get(at).text
    assert TOLD in other
    assert how not in other
    parts = {
        passage.part: passage.whole
        for passage in passages_of(world.coordinator, case.person_id, parts=["panel", "words"])
    }
    assert TOLD in parts["panel"]
    assert not re.search(r"stepfather|[Ss]afe to read", "".join(parts.values()))


def test_the_childs_page_asks_as_often_for_one_decision_as_for_several(world, made, sitting, agreed, item):
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    ask_child(world, made)
    decide(world, item)
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    with CaptureQueriesContext(connection) as one:
        assert len(read(reading)) == 1
    review = held(world, agreed)
    actions.tell_decision(by=world.social_worker, review_id=review.pk, **SAID)
    with CaptureQueriesContext(connection) as two:
        assert len(read(reading)) == 2
    assert len(two) == len(one)


def test_what_did_not_go_is_shown_once_more_where_a_card_does_not_open(client, world, made, sitting):
    actions.end_link(by=world.social_worker, child_link_id=made[0].pk)
    said = {"about": "feel", "hide": "nobody", "text": "", "pointed": "sad,<b>"}
    page = post(client, step="send", **{"pass": sitting.token}, **said, drawn="[[0, 0, [1, 2, 3, 4]]]").text
    assert "This did not go either" in page
    assert "M1 2L3 4" in page
    assert "Pointed at:</strong> Sad" in page
    assert (
        "cannot be shown"
        in post(client, step="send", **{"pass": sitting.token}, **said | {"pointed": ""}, drawn="x").text
    )


def test_words_that_a_decision_lets_go_of_are_said_on_it_no_longer_and_the_trail_says_so(
    world, sitting, item
):
    send(sitting, about="meeting", meeting="panel", text="Please ask my nan too.")
    words = Words.objects.get(how="themselves")
    placed = AuditRow.objects.filter(verb="place", subject="words", subject_id=str(words.pk))
    decide(world, item, ChildsView(words_id=words.pk))
    words.refresh_from_db()
    assert (words.said_on_id, placed.count()) == (item.pk, 1)
    decide(world, item)
    words.refresh_from_db()
    assert (words.said_on_id, placed.count()) == (None, 2)

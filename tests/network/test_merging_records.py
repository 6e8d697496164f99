"""What becomes of a child's missing episodes, search forms, panel items and unsent forms when two records are merged."""

from __future__ import annotations

import importlib
import re
import uuid
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.test.utils import isolate_apps
from django.urls import reverse
from django.utils import timezone
from tests.cases.missing.conftest import BACK, ago, gone, interviewed
from tests.cases.panel.conftest import NO_WORDS, hold, make_panel
from tests.cases.words.test_words import said
from tests.conftest import World
from tests.network.test_merging import differences, everything, merge

from heard.agencies.models import Draft
from heard.agencies.rules import Refused
from heard.cases.missing import actions as looking
from heard.cases.missing.models import Episode
from heard.cases.missing.queries import forms_of
from heard.cases.panel import actions as meeting
from heard.cases.panel.queries import items_of_child, panel_actions_due
from heard.network import actions, merging
from heard.network.models import Group, Handle, Person, Place
from heard.network.rules import MOVES, Joined


@pytest.fixture
def mina(world: World) -> Person:
    return actions.add_person(by=world.social_worker, given_name="Mina", family_name="Lowe")


@pytest.fixture
def mena(world: World) -> Person:
    return actions.add_person(by=world.social_worker, given_name="Mena", family_name="Low")


def undo(world: World, merge_id: uuid.UUID) -> None:
    actions.unmerge_people(by=world.coordinator, merge_id=merge_id, reason="Two cousins")


# ---- the form that is ready before


def write_form(world: World, person: Person, text: str, days_ago: int) -> Any:
    at = timezone.now() - timedelta(days=days_ago)
    return looking.write_form(by=world.social_worker, person_id=person.pk, description=text, at=at)


def test_after_a_merge_the_newest_search_form_is_the_one_that_is_printed(
    world: World, mina: Person, mena: Person
) -> None:
    write_form(world, mena, "Long hair", 30)
    write_form(world, mena, "Short hair", 20)
    write_form(world, mina, "Red coat", 10)
    before = everything()
    done = merge(world, mina, mena)
    told = [(form.version, form.description) for form in forms_of(world.social_worker, mina.pk)]
    assert told == [(3, "Red coat"), (2, "Short hair"), (1, "Long hair")]
    form, _episode, _photo = looking.open_paper(by=world.social_worker, person_id=mina.pk)
    assert form is not None
    assert form.description == "Red coat"
    undo(world, done.pk)
    assert differences(before) == {}


def test_a_search_form_written_after_a_merge_stays_and_the_others_get_their_numbers_back(
    world: World, mina: Person, mena: Person
) -> None:
    write_form(world, mena, "Long hair", 30)
    write_form(world, mina, "Red coat", 10)
    done = merge(world, mina, mena)
    assert write_form(world, mina, "Blue coat", 1).version == 3
    undo(world, done.pk)
    assert [(form.version, form.description) for form in forms_of(world.social_worker, mina.pk)] == [
        (3, "Blue coat"),
        (1, "Red coat"),
    ]
    assert [form.version for form in forms_of(world.social_worker, mena.pk)] == [1]


# ---- missing


def back(world: World, episode: Episode, hours: float, **more: Any) -> Episode:
    said = BACK | more
    return looking.note_found(by=world.social_worker, episode_id=episode.pk, found_at=ago(hours), **said)


def test_two_records_of_a_child_who_was_missing_at_the_same_time_are_merged_once_one_is_taken_back(
    world: World, mina: Person, mena: Person
) -> None:
    interviewed(world.social_worker, back(world, gone(world.social_worker, mena.pk, 30), 10), 5)
    still = gone(world.social_worker, mina.pk, 20)
    for kept, merged in ((mina, mena), (mena, mina)):
        with pytest.raises(Refused, match="missing at the same time"):
            merge(world, kept, merged)
    looking.take_back_episode(by=world.social_worker, episode_id=still.pk, reason="The same night")
    merge(world, mina, mena)
    assert not Episode.objects.filter(person=mena).exists()


def test_what_a_child_said_about_each_of_two_overlapping_episodes_stays_and_can_be_corrected(
    world: World, mina: Person, mena: Person
) -> None:
    for person, began in ((mina, 30), (mena, 29)):
        episode = back(world, gone(world.social_worker, person.pk, began), 10)
        interviewed(world.social_worker, episode, 5)
    merge(world, mina, mena)
    first, second = Episode.objects.filter(person=mina)
    looking.change_episode(by=world.social_worker, episode_id=first.pk, mood="Quiet")
    with pytest.raises(Refused, match="one episode cannot lie in another"):
        gone(world.social_worker, mina.pk, 25, back={"found_at": ago(20), **BACK})
    assert first.interview != second.interview


def test_a_child_is_noted_as_back_also_where_an_older_merge_left_two_episodes_that_overlap(
    world: World, mina: Person, mena: Person
) -> None:
    interviewed(world.social_worker, back(world, gone(world.social_worker, mena.pk, 30), 10), 5)
    still = gone(world.social_worker, mina.pk, 20)
    Episode.objects.filter(person=mena).update(person=mina)  # as merges did
    back(world, still, 1)
    still.refresh_from_db()
    assert still.found_at is not None


# ---- panels


def on_agenda(world: World, panel: Any, person: Person) -> Any:
    return meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=person.pk)


def decide(world: World, item: Any, decision: str) -> Any:
    return meeting.decide_item(
        by=world.coordinator, item_id=item.pk, decision=decision, reason="She is safer", view=NO_WORDS
    )


@pytest.mark.parametrize("kept_first", [True, False])
def test_two_who_stand_on_one_agenda_keep_both_decisions_and_their_actions(
    world: World, mina: Person, mena: Person, *, kept_first: bool
) -> None:
    panel = make_panel(world)
    items = [on_agenda(world, panel, person) for person in (mina, mena)]
    for item, decision in zip(items, ("Visit at school", "Ask the police"), strict=True):
        decide(world, item, decision)
    meeting.add_panel_action(
        by=world.coordinator,
        item_id=items[1].pk,
        what="Ring the school",
        owner=world.coordinator,
        due_on=timezone.localdate(),
    )
    hold(world, panel)
    before = everything()
    kept, merged = (mina, mena) if kept_first else (mena, mina)
    done = merge(world, kept, merged)
    told = {item.decision for item in items_of_child(world.coordinator, kept.pk)}
    assert told == {"Visit at school", "Ask the police"}
    assert [action.what for action in panel_actions_due(world.coordinator)] == ["Ring the school"]
    undo(world, done.pk)
    assert differences(before) == {}


def test_one_that_is_merged_is_not_put_on_an_agenda_again(world: World, mina: Person, mena: Person) -> None:
    panel = make_panel(world)
    items = [on_agenda(world, panel, person) for person in (mina, mena)]
    meeting.arrange_agenda(
        by=world.coordinator, panel_id=panel.pk, order={}, off=[items[0].pk], why_off="Another day"
    )
    merge(world, mina, mena)
    with pytest.raises(Refused, match="on the agenda already"):
        on_agenda(world, panel, mina)


# ---- what was typed and not sent


def test_a_form_about_a_record_that_was_merged_since_is_resumed_and_sent(
    world: World, client: Client, mina: Person, mena: Person
) -> None:
    client.force_login(world.social_worker)
    page = reverse("words_add", kwargs={"person_id": mena.pk})
    sheet = re.search(r'name="kept" value="([^"]+)"', client.get(page).text)
    assert sheet is not None
    typed = {"kept": sheet[1], "text": "I want to stay with my aunt.", "heard_by": ""}
    client.post(page, typed)
    merge(world, mina, mena)
    draft = Draft.objects.get(user=world.social_worker)
    there = client.get(page, {"typed": draft.pk}, follow=True)
    assert there.redirect_chain == [
        (reverse("words_add", kwargs={"person_id": mina.pk}) + f"?typed={draft.pk}", 302)
    ]
    assert "I want to stay with my aunt." in there.text
    full = said(text=typed["text"]) | {"kept": sheet[1]}
    sent = client.post(page, full)
    assert (sent.status_code, sent["Location"]) == (307, reverse("words_add", kwargs={"person_id": mina.pk}))
    client.post(sent["Location"], full)
    assert "I want to stay with my aunt." in client.get(reverse("words", kwargs={"person_id": mina.pk})).text
    assert not Draft.objects.filter(user=world.social_worker).exists()


def test_the_address_of_a_merged_record_leads_nowhere_for_who_may_not_see_the_one_that_goes_on(
    world: World, client: Client, mina: Person, mena: Person
) -> None:
    merge(world, mina, mena)
    client.force_login(world.officer)
    for name in ("child", "words_add", "missing_note"):
        assert client.get(reverse(name, kwargs={"person_id": mena.pk})).status_code == 404
    client.force_login(world.social_worker)
    for name in ("child", "words_add", "missing_note"):
        assert client.get(reverse(name, kwargs={"person_id": mena.pk})).status_code == 302
        assert client.get(reverse(name, kwargs={"person_id": uuid.uuid4()})).status_code == 404


# ---- every table


@pytest.mark.parametrize("of", [Person, Place, Group, Handle])
def test_every_table_that_points_there_declares_how_it_is_merged(of: type[models.Model]) -> None:
    assert merging.unsaid(merging.links(of)) == []


@isolate_apps("heard.cases")
@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (None, "say `when_merged`"),
        (MOVES, "needs `numbered` or `stays`"),
        (Joined(stays=True), None),
        (Joined(numbered="version", by="at"), None),
    ],
)
def test_a_new_table_that_does_not_declare_it_is_found(declared: Joined | None, says: str | None) -> None:
    class Note(models.Model):
        if declared:
            when_merged: ClassVar = declared
        person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
        version = models.PositiveIntegerField()
        at = models.DateTimeField()

        class Meta:
            app_label = "cases"
            constraints: ClassVar = [models.UniqueConstraint(fields=["person", "version"], name="note_once")]

        def __str__(self) -> str:
            return "note"

    [link] = [merging.Link(Note, Note._meta.get_field("person"))]
    assert [line.split(": ")[1].endswith(says or "") for line in merging.unsaid([link])] == (
        [True] if says else []
    )


# What holds the key of a record without a foreign key, and what becomes of it when two people are merged.
BY_KEY = {
    "agencies.AuditRow.person_id": "stays: read through keys_of, for what is written down about somebody never changes",
    "agencies.AuditRow.subject_id": "stays: of any record",
    "agencies.Draft.subject_id": "stays: its page leads to the record that goes on, and typed_in finds it by its own key",
    "cases.Attachment.draft_id": "of a draft",
    "cases.Destruction.person_id": "stays: of the record of which it was asked, which the certificate outlives",
    "cases.OffenceReport.beside_id": "of a worry, a note or words, which keep their key",
    "cases.ContactNote.event_id": "of a contact, which several notes share",
    "cases.NotHeard.beside_id": "of a decision, which keeps its key",
    "cases.Notice.subject_id": "of any record; where that is the child, the notice points at the child beside it",
    "cases.Words.said_on_id": "of a decision, which keeps its key",
    "cases.ChronologyChange.child_id": "made again from the rest",
    "cases.ChronologyEntry.child_id": "made again from the rest",
    "cases.ChronologyEntry.other_id": "made again from the rest",
    "cases.ChronologyEntry.file_id": "of a file",
    "cases.ContextEarlier.about_id": "of what was put right in a context, which keeps its key",
    "cases.Disagreement.about_id": "of a decision, which keeps its key",
    "network.Tie.key": "of a tie, by which its page is found",
    "network.TieSource.about_id": "of a worry or episode, which keeps its key",
    "network.Mention.about_id": "of a worry, episode, form or item of a panel, which keeps its key",
    "graph.IncomingTie.tie_key": "of a tie, which keeps its key",
    "graph.OutgoingTie.tie_key": "of a tie, which keeps its key",
    "graph.Outgoing.of": "stays: of what was drawn, which the trail names too",
    "graph.Placed.cluster": "of a group in the picture of the whole, which is laid out anew each night",
    "graph.FindingGround.key": "of a source or record, which keeps its key",
    "cases.PanelReason.about": "of a worry, plan or episode, which keeps its key",
    "services.ProcedureEdition.file_id": "of a file that was taken in, of no person",
}


def test_every_column_that_holds_a_key_without_pointing_at_its_table_is_accounted_for() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if not field.primary_key
        and not field.is_relation
        and (
            isinstance(field, models.UUIDField)
            or (model._meta.app_label in {"agencies", "network", "cases"} and field.name == "subject_id")
        )
    }
    assert found == set(BY_KEY)


def test_what_earlier_merges_left_behind_goes_on_with_the_child_and_is_given_back(
    world: World, mina: Person, mena: Person
) -> None:
    panel = make_panel(world)
    for person, text in ((mina, "Red coat"), (mena, "Long hair")):
        on_agenda(world, panel, person)
        write_form(world, person, text, 10)
    before = everything()
    done = merge(world, mina, mena)
    for label in ("cases.Philomena", "cases.PanelItem"):  # as merges were
        link = next(link for link in merging.links() if link.name == f"{label}.person")
        [left] = done.before["moved"][link.name]
        link.model._base_manager.filter(pk=left).update(person=mena)
        link.set_numbers({key: one for key, (one, _) in done.before["numbers"][link.name].items()})
        done.before["moved"][link.name], done.before["numbers"][link.name] = [], {}
    done.save()
    migration = importlib.import_module("heard.cases.migrations.0021_bring_along_what_merges_left")
    migration.bring_along(apps, None)
    assert forms_of(world.social_worker, mina.pk).count() == 2
    undo(world, done.pk)
    assert differences(before) == {}

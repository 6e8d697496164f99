"""What each stage says of its own rows is said once; a chronology keeps it and shows nobody more than the rows would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.conftest import World
from tests.walls.record import Record as Made
from tests.walls.record import make_record

from heard.cases.case.actions import note_warning, record_words
from heard.cases.case.notices.actions import mark_seen
from heard.cases.case.notices.models import Reader
from heard.cases.case.record import INVOLVED
from heard.cases.concern.actions import tell
from heard.cases.note.actions import write_note
from heard.cases.record.models import ChronologyChange, ChronologyEntry
from heard.cases.record.queries import entries_of, entries_visible_to
from heard.cases.record.shape import Record
from heard.cases.timeline.index import (
    RECORDS,
    _held,
    catch_up,
    make_chronologies,
    mark_where_nothing_is,
)
from heard.network.actions import add_person, merge_people

NEVER_YET = {
    "Work that has ended",
    "Actions",
    "Where we are",
    "Decisions with a supervisor",
    "Death of the child",
    "What panels decided, written for the child",  # a review's is there
}  # in this record
ROWS = [one for one in RECORDS if isinstance(one, Record)]


@pytest.fixture(params=[False, True], ids=["open to all", "restricted"])
def record(request: pytest.FixtureRequest, world: World, settings, tmp_path) -> Made:
    settings.DATA = tmp_path
    return make_record(world, restricted=request.param)


def readers(world: World) -> list[Any]:
    return [
        world.coordinator,
        world.supervisor,
        world.social_worker,
        world.teacher,
        world.officer,
        world.analyst,
    ]


def test_who_sees_a_child_sees_each_row_of_which_its_chronology_tells(world: World, record: Made) -> None:
    """So the index need not ask of each entry who may see it: of the child, and of who is at the other end."""
    child = record["person_id"]
    catch_up()
    seeing = [user for user in readers(world) if entries_of(user, child).exists()]
    assert world.coordinator in seeing
    assert world.officer not in seeing
    for user in readers(world):
        for row in ROWS:
            rows = set(row.rows.filter(**{row.whom: child}).values_list("pk", flat=True))
            seen = set(row.seen_by(user, child).values_list("pk", flat=True))
            assert seen == (rows if user in seeing else set()), (user, row.called)


def test_every_kind_of_row_says_something(world: World, record: Made) -> None:
    child = record["person_id"]
    none = {row.called for row in ROWS if not list(row.facts(child))}
    assert none == NEVER_YET
    assert all(row.called for row in ROWS)


def test_nobody_reads_entries_of_a_child_or_of_others_whom_they_may_not_see(
    world: World, record: Made
) -> None:
    catch_up()
    for user in readers(world):
        mine = entries_of(user, record["person_id"])
        assert set(entries_visible_to(user).filter(child_id=record["person_id"])) == set(mine)


def test_an_entry_is_a_message_and_its_values(
    world: World, record: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    catch_up()
    entry = ChronologyEntry.objects.get(child_id=record["person_id"], said__say="Missing")
    assert entry.told[0]["say"] == "Last seen: %(where)s, by %(who)s"
    assert (entry.page, entry.href) == ("episode", f"/missing/{entry.key}/")
    monkeypatch.setattr("heard.govuk.said.gettext", lambda text: "Ar goll" if text == "Missing" else text)
    client = Client(SERVER_NAME="localhost")
    client.force_login(world.coordinator)
    assert "Ar goll" in client.get(f"/children/{record['person_id']}/chronology/").text


def test_an_action_makes_the_chronology_anew_once_its_transaction_ends(
    world: World, record: Made, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    catch_up()
    child = record["person_id"]
    with django_capture_on_commit_callbacks(execute=True):
        add_words(world, child)
        assert ChronologyChange.objects.filter(child_id=child).exists()
        assert not entries_of(world.coordinator, child).filter(words__contains=" lighthouse ").exists()
    assert entries_of(world.coordinator, child).filter(words__contains=" lighthouse ").exists()
    assert not ChronologyChange.objects.exists()


def test_what_somebody_says_they_have_seen_makes_no_chronology_anew(world: World, record: Made) -> None:
    catch_up()
    reader = Reader.objects.filter(seen_at=None, notice__person_id=record["person_id"]).first()
    assert reader is not None
    mark_seen(by=reader.user, reader_id=reader.pk)
    assert not ChronologyChange.objects.exists()


def add_words(world: World, child: Any) -> None:
    said = {"text": "Meet me at the lighthouse", "heard_by": "Cora", "heard_on": timezone.localdate()}
    record_words(by=world.coordinator, person_id=child, **said)


def test_no_page_of_a_child_writes_the_chronology(
    world: World, record: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(SERVER_NAME="localhost")
    client.force_login(world.coordinator)
    catch_up()
    monkeypatch.setattr("heard.cases.timeline.index.catch_up", lambda: None)  # nobody else makes it now
    add_words(world, record["person_id"])
    before = told()
    with CaptureQueriesContext(connection) as asked:
        for page in ("", "chronology/", "chronology/?order=newest"):
            assert client.get(f"/children/{record['person_id']}/{page}").status_code == 200
        client.post("/search/", {"text": "lighthouse"}, follow=True)
    written = [row["sql"] for row in asked if row["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in written if "chronology" in sql] == []
    assert told() == before
    assert ChronologyChange.objects.filter(child_id=record["person_id"]).exists()


def test_after_an_update_a_task_makes_every_chronology(world: World, record: Made) -> None:
    catch_up()
    before = told()
    for model in ("ChronologyEntry", "ChronologyOf"):
        ChronologyEntry._meta.apps.get_model("cases", model).objects.all().delete()
    mark_where_nothing_is()
    make_chronologies.func()
    assert told() == before
    assert len(before) > 30


def test_no_kind_is_left_out_of_which_a_child_has_anything(world: World, record: Made) -> None:
    """The index asks first which kinds there are, and only those for their rows."""
    other = add_person(by=world.coordinator, given_name="Joss", family_name="Reed")
    left_out = [one for one in RECORDS if one not in _held(record["person_id"])]
    assert {one.called for one in left_out} <= NEVER_YET
    for child in (record["person_id"], other.pk):
        held = _held(child)
        for one in RECORDS:
            assert one in held or not list(one.facts(child)), one
    assert [one for one in _held(other.pk) if isinstance(one, Record)] == [INVOLVED]
    merge_people(
        by=world.coordinator, kept_id=record["person_id"], merged_id=other.pk, reason="The same child"
    )
    assert _held(other.pk) == []


@pytest.mark.parametrize("seed", range(4))
def test_after_whatever_was_written_the_index_is_what_it_would_be_made_anew(
    world: World, record: Made, seed: int
) -> None:
    chance, child, by = Random(seed), record["person_id"], world.coordinator
    catch_up()

    def note() -> None:
        said = {"kind": "call", "at": timezone.now(), "text": "Talked about school"}
        write_note(by=world.social_worker, person_id=child, **said)

    def worry() -> None:
        words = {"text": "I am cold", "heard_by": "Tess", "heard_on": timezone.localdate()}
        tell(by=by, person_id=child, seen_and_heard="No coat", words=words, danger_now="no")

    def warn() -> None:
        soon = timezone.localdate() + timedelta(days=9)
        note_warning(by=by, person_id=child, text="A dog", why="It bites", review_on=soon, person_told=True)

    for _step in range(8):
        chance.choice([note, worry, warn, lambda: add_words(world, child)])()
        if chance.random() < 0.5:
            catch_up()
    catch_up()
    kept = digests()
    every = [entry for one in RECORDS for entry in one.facts(child)]
    assert len(every) == ChronologyEntry.objects.filter(child_id=child).count()
    ChronologyEntry.objects.all().delete()
    ChronologyChange.objects.bulk_create(ChronologyChange(child_id=key) for key, _digest in set(kept))
    catch_up()
    assert digests() == kept


def digests() -> list[tuple[Any, str]]:
    return list(ChronologyEntry.objects.order_by("child_id", "digest").values_list("child_id", "digest"))


def told() -> list[tuple[Any, ...]]:
    rows = ChronologyEntry.objects.order_by("child_id", "on", "at", "digest")
    return [(row.child_id, row.on, row.what, row.text, row.href) for row in rows]


def test_a_chronology_asks_the_database_a_fixed_number_of_times(world: World, record: Made) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            for one in RECORDS:
                list(one.facts(record["person_id"]))
        return len(queries)

    before = asked()
    for _again in range(3):
        add_words(world, record["person_id"])
    assert (
        asked() == before < 74
    )  # of which one is offers of an interview, four are who or what is at the other end of a tie: a query for each kind; two are what forms and panels name


def test_of_a_child_of_whom_little_is_known_little_is_asked(world: World) -> None:
    child = add_person(by=world.coordinator, given_name="Joss", family_name="Reed")
    catch_up()
    add_words(world, child.pk)
    with CaptureQueriesContext(connection) as asked:
        catch_up()
    assert len(asked) < 30

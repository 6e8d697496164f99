"""What the stages hold about a child is asked for in a question that is kept; what it is answered is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.cases.attachment.samples import pdf, upload
from tests.conftest import World
from tests.walls.record import Record

from heard.agencies import asking
from heard.agencies.asking import Lists, Question, asked_about
from heard.agencies.indexing import reader_of_whole_records
from heard.agencies.models import User
from heard.agencies.rules import Hidden
from heard.cases.attachment.actions import attach
from heard.cases.timeline import rows
from heard.cases.timeline.queries import child
from heard.network import actions as knowing
from heard.network.queries import person_visible_to

READERS = ("whole", "coordinator", "supervisor", "social_worker", "teacher", "officer")


def reader(world: World, who: str) -> User:
    return reader_of_whole_records() if who == "whole" else User.objects.get(pk=getattr(world, who).pk)


@pytest.mark.parametrize("put", [rows._told_in_facts, child._of_child, child._of_case])
@pytest.mark.parametrize("who", READERS)
def test_the_kept_question_is_the_one_about_this_child(
    world: World, record: Record, who: str, put: Callable[..., Lists]
) -> None:
    keys = [record["person_id"], record["case_id"]][: 2 if put is child._of_case else 1]

    def asked_now() -> set[str]:
        user = reader(world, who)
        wanted = {name: each() for name, each in put(user, *keys).items()}
        asked = asked_about(put, user, *keys)
        assert asked == Question.about(wanted)
        assert asked.answer() == {name for name, each in wanted.items() if each.exists()}
        return asked.answer()

    before = asked_now()
    person = person_visible_to(world.coordinator, keys[0])
    knowing.involve(by=world.coordinator, person=person, agency=world.school, why="Goes to school there")
    opened = asked_now()
    assert (opened > before) == (who == "teacher" and put is not child._of_child)
    knowing.restrict(by=world.coordinator, person_id=keys[0], reason="A parent works for the council")
    asked_now()


def test_whoever_reads_whole_records_finds_every_kind_of_row(world: World, record: Record) -> None:
    user = reader_of_whole_records()
    kept = asking._kept.cache_info()
    found = rows.rows_of(user, record["person_id"])
    none = {name for name in rows._each(user, record["person_id"]) if not getattr(found, name)}
    assert none == {
        "periods",
        "where",
        "decisions",
    }  # of a record that was never closed, looked back on or supervised
    rows.rows_of(reader_of_whole_records(), record["person_id"])
    now = asking._kept.cache_info()
    assert now.misses <= kept.misses + 1
    assert now.hits >= kept.hits + 1


def test_a_child_about_whom_there_is_nothing_has_no_rows(world: World, record: Record) -> None:
    nobody = knowing.add_person(by=world.social_worker, given_name="Noor", family_name="Vale")
    found = rows.rows_of(world.social_worker, nobody.pk)
    assert [name for name in rows._each(world.social_worker, nobody.pk) if getattr(found, name)] == [
        "involved"
    ]


def test_what_is_written_meanwhile_is_read(world: World, record: Record) -> None:
    before = rows.rows_of(world.social_worker, record["person_id"]).files
    attach(by=world.social_worker, upload=upload(pdf("A letter"), "new.pdf"), person_id=record["person_id"])
    assert len(rows.rows_of(world.social_worker, record["person_id"]).files) == len(before) + 1


def test_a_hidden_child_has_no_rows_that_anybody_else_may_read(world: World, record: Record) -> None:
    knowing.restrict(
        by=world.coordinator, person_id=record["person_id"], reason="A parent works for the council"
    )
    with pytest.raises(Hidden):
        rows.rows_of(world.officer, record["person_id"])

"""What the stages hold about a child: every kind of row, and none for whoever may not see the child."""

from __future__ import annotations

import pytest
from tests.cases.attachment.samples import pdf, upload
from tests.conftest import World
from tests.walls.record import Record

from heard.agencies.indexing import reader_of_whole_records
from heard.agencies.rules import Hidden
from heard.cases.attachment.actions import attach
from heard.cases.timeline import rows
from heard.network import actions as knowing


def test_whoever_reads_whole_records_finds_every_kind_of_row(world: World, record: Record) -> None:
    user = reader_of_whole_records()
    found = rows.rows_of(user, record["person_id"])
    none = {name for name in rows._each(user, record["person_id"]) if not getattr(found, name)}
    assert none == {
        "periods",
        "where",
        "decisions",
    }  # of a record that was never closed, looked back on or supervised


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

"""Twelve months as a picture: what stands where, what it says without colour, and that what is hidden leaves no trace."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World
from tests.walls.record import Record

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.timeline.index import catch_up
from heard.cases.timeline.picture import Details, Year, draw, first_day
from heard.cases.timeline.queries import year_of
from heard.cases.timeline.rules import sentences
from heard.govuk.said import say
from heard.network import actions as network
from heard.network.queries import Whom
from heard.network.rules import Level

TODAY = date(2026, 11, 27)


def entry(kind: EntryKind, on: date, said: Any = "Something", **more: str) -> ChronologyEntry:
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return ChronologyEntry(kind=kind, on=on, at=at, said=said, **more)


def sign(label: str, on: date, agency: str = "Wexmoor Police", change: str = "") -> ChronologyEntry:
    said = (
        say("%(change)s: %(label)s", change=say(change), label=label)
        if change
        else say("Seen: %(label)s", label=label)
    )
    return entry(EntryKind.SIGN, on, said, agency=agency)


def row(year: Year, label: str) -> Any:
    return next(one for one in year.rows if one.label == label)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 27), date(2025, 11, 28)),
        (date(2028, 2, 29), date(2027, 3, 1)),
        (date(2027, 2, 28), date(2026, 3, 1)),
    ],
)
def test_twelve_months_begin_on_the_day_after_a_year_ago(today: date, first: date) -> None:
    assert first_day(today) == first


def test_a_mark_stands_by_its_day() -> None:
    drawn = draw([sign("Gifts", date(2025, 11, 28)), sign("Gifts", TODAY)], Details(), today=TODAY)
    first, last = row(drawn, "Gifts").marks
    assert first.at < 0.5
    assert last.at > 99.5


def test_each_sign_has_a_row_and_each_agency_two_letters_of_its_own() -> None:
    agencies = ["Wexmoor Police", "Wexmoor Partnership", "Northgate Academy", "Wexmoor Probation"]
    drawn = draw(
        [sign("Gifts", TODAY - timedelta(days=40 * n), name) for n, name in enumerate(agencies)],
        Details(),
        today=TODAY,
    )
    assert sorted(name for _short, name in drawn.agencies) == sorted(agencies)
    assert len({short for short, _name in drawn.agencies}) == len(agencies)
    assert {mark.letters for mark in row(drawn, "Gifts").marks} == {short for short, _name in drawn.agencies}


def test_what_is_not_seen_any_more_has_another_shape_and_what_is_not_known_none() -> None:
    changes = ["", "No longer seen", "Asked about and not known"]
    entries = [
        sign("Gifts", TODAY - timedelta(days=90 * n), change=change) for n, change in enumerate(changes)
    ]
    assert [mark.shape for mark in row(draw(entries, Details(), today=TODAY), "Gifts").marks] == [
        "ring",
        "circle",
    ]


def test_an_episode_is_one_bar_as_long_as_the_child_was_missing() -> None:
    since = datetime(2026, 6, 1, 12, tzinfo=UTC)
    away = {"a": (since, since + timedelta(days=10)), "b": (datetime(2026, 11, 26, 12, tzinfo=UTC), None)}
    entries = [entry(EntryKind.MISSING, moment.date(), key=key) for key, (moment, _back) in away.items()]
    entries.insert(1, entry(EntryKind.MISSING, date(2026, 6, 11), key="a"))
    first, second = row(draw(entries, Details(away=away), today=TODAY), "Missing").marks
    assert first.wide == pytest.approx(100 * 10 / 365, abs=0.1)
    assert second.said == "and not back yet"


def test_a_contact_says_by_its_shape_whether_the_child_was_seen() -> None:
    seen = {"a": "alone", "b": "with_others", "c": "no"}
    entries = [
        entry(EntryKind.CONTACT, TODAY - timedelta(days=60 * n), key=key) for n, key in enumerate("abcd")
    ]
    shapes = {
        mark.on: mark.shape for mark in row(draw(entries, Details(seen=seen), today=TODAY), "Contact").marks
    }
    assert [shapes[one.on] for one in entries] == ["square", "frame", "cross", "cross"]


def test_decisions_are_lines_and_what_only_begins_is_none() -> None:
    said = ["Assessment begun", "Assessment signed off", "Assessment sent back"]
    drawn = draw([entry(EntryKind.ASSESSMENT, TODAY, say(text)) for text in said], Details(), today=TODAY)
    assert [(mark.number, mark.what) for mark in drawn.lines] == [(1, "Assessment signed off")]


def test_what_is_not_drawn_is_counted_and_none_of_it_is_lost() -> None:
    ago = [TODAY - timedelta(days=30 * n) for n in range(11, -1, -1)]
    entries = [sign(f"Sign {n}", on) for n, on in enumerate(ago[:8])]
    entries += [entry(EntryKind.REVIEW, on, f"Review {n}") for n, on in enumerate(ago)]
    drawn = draw(sorted(entries, key=lambda one: one.on), Details(), today=TODAY)
    seen = [one.label for one in drawn.rows if one.label.startswith("Sign")]
    assert [*(label for label, _marks in drawn.undrawn), *seen] == [f"Sign {n}" for n in range(8)]
    assert seen == ["Sign 5", "Sign 6", "Sign 7"]
    said = [what for _on, what in drawn.earlier] + [mark.what for mark in drawn.lines]
    assert said == [f"Review {n}" for n in range(12)]
    assert drawn.left_out == "Not drawn: 5 signs or vulnerabilities, 7 earlier decisions."


def test_a_year_of_which_all_is_drawn_leaves_nothing_out() -> None:
    few = [sign("Gifts", TODAY), entry(EntryKind.REVIEW, TODAY, "Review")]
    assert draw(few, Details(), today=TODAY).left_out == ""


days = st.lists(st.integers(0, 364), max_size=60)


@given(days)
def test_no_mark_covers_another_and_none_is_lost(ago: list[int]) -> None:
    entries = [entry(EntryKind.WORDS, TODAY - timedelta(days=number)) for number in sorted(ago, reverse=True)]
    words = row(draw(entries, Details(), today=TODAY), "The child’s words")
    assert len(words.marks) + words.more == len(ago)
    for lane in range(3):
        places = [mark.at for mark in words.marks if mark.lane == lane]
        assert all(after - before >= 4.8 for before, after in pairwise(places))


def test_a_year_without_anything_is_empty() -> None:
    assert draw([], Details(), today=TODAY).is_empty


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("One. Two! Three.", "One. Two!"),
        ("She said “no.” Then she left. More.", "She said “no. Then she left."),
        ("One\n\nand a half. Two", "One and a half. Two"),
        ("word " * 100, "word word word …"),
    ],
)
def test_the_first_two_sentences_are_in_one_line(text: str, said: str) -> None:
    assert sentences(text, most=18 if "word" in text else 100) == said


# ---- only what this reader may see


@pytest.fixture
def officer(client: Client, world: World, record: Record) -> Iterator[Client]:
    """Sees the record, and not everything of it."""
    whom = Whom("", world.police)
    network.give_access(
        by=world.coordinator,
        person_id=record["person_id"],
        whom=whom,
        level=Level.RECORD,
        why="Works with her",
    )
    catch_up()
    client.force_login(world.officer)
    return client


def drawn(client: Client, record: Record) -> str:
    html = client.get(reverse("child", kwargs={"person_id": record["person_id"]})).text
    found = re.search(r'<section id="year".*?</section>', html, re.DOTALL)
    assert found
    return found[0]


def hide(record: Record, **what: Any) -> None:
    day = timezone.localdate()
    one = entry(
        what.pop("kind"), day, say("Referral submitted to the Home Office"), agency="Hidden Agency", **what
    )
    one.child_id, one.at = record["person_id"], timezone.now()  # the latest of its day
    one.seal()
    one.save()


@pytest.mark.parametrize("what", ["referral", "somebody hidden"])
def test_what_is_hidden_from_a_reader_leaves_not_a_byte_in_the_picture(
    officer: Client, world: World, record: Record, what: str
) -> None:
    ChronologyEntry.objects.exclude(kind=EntryKind.SIGN).delete()  # nothing crowds out what is hidden
    before = drawn(officer, record)
    if what == "referral":
        hide(record, kind=EntryKind.REFERRAL)
    else:
        other = network.add_person(by=world.social_worker, given_name="Ned", family_name="Pascoe")
        network.restrict(by=world.coordinator, person_id=other.pk, reason="Not safe")
        hide(record, kind=EntryKind.DECISION, other="person", other_id=other.pk)
    assert drawn(officer, record) == before
    officer.force_login(world.social_worker)
    assert "Referral submitted to the Home Office" in drawn(officer, record)


def test_nobody_who_may_not_see_the_child_gets_a_picture(world: World, record: Record) -> None:
    catch_up()
    assert year_of(world.officer, record["person_id"], today=timezone.localdate()).is_empty
    assert not year_of(world.social_worker, record["person_id"], today=timezone.localdate()).is_empty


def test_the_picture_says_in_words_and_in_a_table_what_it_shows(
    client: Client, world: World, record: Record
) -> None:
    catch_up()
    client.force_login(world.social_worker)
    html = drawn(client, record)
    assert 'role="img" aria-labelledby="year-title year-desc"' in html
    table = html[html.index("<table") :]
    assert "Gifts from people we do not know" in table
    assert "Plan agreed" in table
    assert "<script" not in html
    assert "style=" not in html


def test_a_year_of_more_than_is_drawn_says_from_which_day(
    client: Client, world: World, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    catch_up()
    whole = year_of(world.social_worker, record["person_id"], today=timezone.localdate())
    assert whole.begins is None
    monkeypatch.setattr("heard.cases.timeline.queries.year._MOST", 2)
    cut = year_of(world.social_worker, record["person_id"], today=timezone.localdate())
    assert cut.begins is not None
    client.force_login(world.social_worker)
    assert "there is too much to draw" in drawn(client, record)


def test_the_picture_takes_three_queries_however_much_there_is(world: World, record: Record) -> None:
    catch_up()
    with CaptureQueriesContext(connection) as asked:
        year_of(world.social_worker, record["person_id"], today=timezone.localdate())
    assert len(asked) <= 4  # the roles of the reader are read once too

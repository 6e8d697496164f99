"""The page of promises kept: what it shows by quarter and agency, who may note something, its pictures and its files."""

from __future__ import annotations

import random
import uuid
from copy import copy
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from tests.conftest import World
from tests.home.test_figures import _worry
from tests.home.test_work import a_case

from heard.agencies.actions import add_agency, add_team, add_user
from heard.agencies.models import AuditRow, Team
from heard.agencies.rules import Hidden, Refused, Role
from heard.board import promises
from heard.board.figures import actions, pictures, queries, words
from heard.board.figures.models import FigureNote
from heard.board.figures.queries import Figure
from heard.board.figures.rules import first_of
from heard.cases.case.models import Case
from heard.cases.case.rules import Kept
from heard.cases.clocks.models import ClockRun, Moment
from heard.cases.concern import queries as concerns
from heard.cases.concern.models import Concern
from heard.network.actions import add_person
from heard.network.models import Person

TODAY = date(2026, 11, 27)
pytestmark = pytest.mark.on_day(TODAY)
CORE = "core-groups"


def figure(user: Any, name: str, today: date = TODAY) -> Figure:
    return next(one for one in queries.figures(user, today=today) if one.promise.name == name)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _worries(world: World, rows: list[tuple[date, int | None]]) -> None:
    """In place of all: by the day on which a decision was due, and how many days after that it was made, None for never."""
    Concern.objects.all().delete()
    _worry(world, decided_after=None, heard=True)
    concern = Concern.objects.get()
    copies = []
    children = _children(world)
    for number, (due, after) in enumerate(rows):
        new = copy(concern)
        new.pk, new.reference, new.due_on = uuid.uuid4(), f"W{number}", due
        new.person = children[number % len(children)]
        if after is not None:
            new.state, new.decision, new.decision_reason = "decided", "no_further_action", "Nothing more"
            new.decided_by = world.coordinator
            new.decided_at = timezone.make_aware(datetime.combine(due + timedelta(days=after), time(12)))
        copies.append(new)
    concern.delete()
    Concern.objects.bulk_create(copies)


def _children(world: World) -> list[Person]:
    """Two dozen, made once in each test."""
    there = list(Person.objects.filter(family_name="Counted"))
    return there or [
        add_person(by=world.social_worker, given_name=f"Child{number}", family_name="Counted")
        for number in range(24)
    ]


def _core_groups(case: Case, held: list[int | None], due: date, team: Team, children: list[Person]) -> None:
    """A clock in a case of its own for each, led by this team: how many days after the day it was met, None for not at all."""
    for after, child in zip(held, children, strict=False):
        case.pk, case.state, case.lead_team, case.person = uuid.uuid4(), "closed", team, child
        case.reference = f"C{Case.objects.count()}"
        case._state.adding = True
        case.save()
        moment = Moment.objects.create(
            case=case, kind="conference", on=due, release="x", noted_by=case.opened_by
        )
        ClockRun.objects.create(
            case=case,
            clock="core_group",
            release="x",
            started_on=due,
            due_on=due,
            met_on=None if after is None else due + timedelta(days=after),
            started_by=moment,
        )


def test_quarters_are_as_somebody_counts_them_by_hand(world: World) -> None:
    """Nothing twice, nothing lost: also on the first and last days of quarters, and what is due today and later."""
    made = random.Random(5)
    days = [TODAY - timedelta(days=made.randrange(-30, 1100)) for _ in range(90)]
    days += [date(2026, month, day) for month, day in ((6, 30), (7, 1), (9, 30), (10, 1))]
    days += [TODAY - timedelta(days=1), TODAY]
    rows = [(day, made.choice([0, 0, -1, 2, None])) for day in days]
    _worries(world, rows)
    counting = concerns.to_decide(world.board_member)
    by_hand: dict[date, Kept] = {}
    for day, after in rows:
        if day < first_of(TODAY):
            kept = Kept(int(after is not None and after <= 0), 1)
            by_hand[first_of(day)] = by_hand.get(first_of(day), Kept(0, 0)) + kept
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = list(counting.by_quarter(first_of(TODAY)))
    assert len(asked) == 1, "one question, whatever the number of quarters"
    assert {quarter.first: quarter.counted.kept for quarter in found} == by_hand
    assert {child for quarter in found for child in quarter.counted.children} <= {
        child.pk for child in _children(world)
    }
    assert len(by_hand) > 10
    one = figure(world.board_member, promises.WORRIES)
    begin = one.periods[0].first
    assert sum((p.kept for p in one.periods), Kept(0, 0)) == sum(
        (kept for day, kept in by_hand.items() if day >= begin), Kept(0, 0)
    )


def test_the_page_says_what_it_shows_and_hides_a_quarter_that_is_too_few(world: World) -> None:
    _worries(world, [(date(2026, 2, 3), 0)] * 7 + [(date(2026, 5, 4), 2)] * 3 + [(date(2026, 8, 4), 0)] * 8)
    page = signed_in(world.board_member).get(reverse("figures")).text
    assert "15 of 18 (83%)" in page
    assert "April to September 2026" in page
    assert "counted together with those after it" in page
    assert "April to June" not in page
    _worries(world, [(date(2026, 2, 3), 0)] * 3)
    one = figure(world.board_member, promises.WORRIES)
    assert one.waiting is not None
    assert words.finding(one) == "January to September 2026: too few to show."
    assert words.in_short(one) == "too few to show"
    assert pictures.signed(one.periods) == ""
    _worries(world, [(date(2024, 2, 3), 0)] * 9)
    one = figure(world.board_member, promises.WORRIES)
    assert words.finding(one) == "Nothing to count in the last twelve months."
    assert [period.kept.of for period in one.shown] == [9]
    _worries(world, [(date(2024, 2, 3), 0)] * 9 + [(date(2026, 8, 4), 0)] * 3)
    assert (
        words.finding(figure(world.board_member, promises.WORRIES))
        == "July to September 2026: too few to show."
    )
    _worries(world, [(date(2026, 10, 2), 0)] * 9)
    assert "once it has ended" in words.finding(figure(world.board_member, promises.WORRIES))


def _led(world: World, held: dict[str, list[int | None]], due: date = date(2025, 11, 4)) -> None:
    teams = {"care": world.exploitation_team, "school": world.teacher.team, "police": world.officer.team}
    case, children = a_case(world), _children(world)
    for name, days in held.items():
        team = teams.get(name) or _youth(world)
        _core_groups(case, days, due, team, children)


def _youth(world: World) -> Team:
    agency = add_agency(by=world.administrator, name="Lantern Youth Project", kind="voluntary")
    return add_team(by=world.administrator, agency=agency, name="Outreach")


def _staff(world: World, *teams: Team | None) -> None:
    for team in teams:
        assert team is not None
        for number in range(3):
            add_user(
                by=world.administrator, username=f"{team.pk}.{number}"[-30:], first_name="A", last_name="B",
                password=None, team=team, role=Role.PRACTITIONER, agreed_by=world.coordinator,
            )  # fmt: skip


def test_agencies_are_for_who_holds_the_partnership_to_account(world: World) -> None:
    _staff(world, world.teacher.team, world.officer.team)
    _led(world, {"care": [0] * 9, "school": [0] * 6 + [5] * 3, "youth": [0] * 9, "police": [None] * 3})
    for user in (world.board_member, world.coordinator):
        found = figure(user, CORE).by_agency
        assert found is not None
        assert found.others is not None
        assert len(found.agencies) == 1, (
            "the police's three are not what remains, also for who is with them: two other agencies are"
        )
        shown = [kept for _name, kept in found.agencies]
        assert sum([*shown, found.others], Kept(0, 0)) == Kept(24, 30)
        assert "Other agencies together" in signed_in(user).get(reverse("figures")).text
    for user in (world.supervisor, world.analyst):
        assert figure(user, CORE).by_agency is None
        page = signed_in(user).get(reverse("figures")).text
        assert "24 of 30" in page
        assert "Other agencies together" not in page
        assert "Write a note" not in page


def test_an_agency_with_fewer_than_three_people_is_not_shown_by_itself(world: World) -> None:
    _staff(world, world.officer.team)
    _led(world, {"school": [0] * 9, "police": [0] * 9, "care": [0] * 9})
    found = figure(world.board_member, CORE).by_agency
    assert found is not None
    assert world.school.name not in [name for name, _kept in found.agencies], "one teacher uses Heard there"


@pytest.mark.once
def test_the_page_asks_as_often_for_many_quarters(world: World) -> None:
    client = signed_in(world.coordinator)
    asked = []
    for days in ([(date(2026, 2, 3), 0)] * 6, [(date(2024, month, 3), 0) for month in range(1, 13)] * 7):
        _worries(world, days)
        client.get(reverse("figures"))
        with CaptureQueriesContext(connection) as queries_of:
            client.get(reverse("figures"))
        asked.append(len(queries_of))
        actions.write_note(
            by=world.coordinator, promise=CORE, quarter=first_of(timezone.localdate()), text="A new team"
        )
    assert asked[0] == asked[1]
    assert asked[0] < 36


def test_a_note_is_kept_with_what_it_said_before(world: World) -> None:
    quarter = first_of(timezone.localdate())
    client = signed_in(world.board_member)
    path = reverse("figure_note", args=[CORE])
    assert "Write nothing about a child" in client.get(path).text
    answer = client.post(path, {"quarter": quarter.isoformat(), "text": "New team in May"})
    assert answer.status_code == 302
    note = FigureNote.objects.get()
    answer = client.post(
        reverse("figure_note_correct", args=[note.pk]), {"text": "New team in June", "why": "It began later"}
    )
    assert answer.status_code == 302
    page = client.get(reverse("figures")).text
    assert page.index("New team in June") < page.index("Before: New team in May")
    assert "Corrected: It began later" in page
    corrected = reverse("figure_note_correct", args=[note.pk])
    assert client.get(corrected).status_code == 404
    late = client.post(corrected, {"text": "New team in July", "why": "I looked it up"})
    assert "corrected already" in late.text, "a colleague was quicker"
    assert "New team in July" in late.text, "and what was typed is not lost"
    with pytest.raises(Refused, match="corrected already"):
        actions.correct_note(by=world.coordinator, figure_note_id=note.pk, text="July", why="Again")
    rows = AuditRow.objects.filter(subject="figure note").order_by("pk")
    assert [row.verb for row in rows] == ["write", "correct"]
    assert "team" not in str([row.detail for row in rows]), "a row holds keys, not words"


def test_a_note_is_written_by_the_board_and_co_ordinators(world: World) -> None:
    quarter = first_of(timezone.localdate())
    note = actions.write_note(by=world.board_member, promise=CORE, quarter=quarter, text="New team")
    for user in (world.supervisor, world.analyst, world.social_worker):
        for path in (reverse("figure_note", args=[CORE]), reverse("figure_note_correct", args=[note.pk])):
            assert signed_in(user).get(path).status_code == 404
    with pytest.raises(Refused, match="Only the board"):
        actions.write_note(by=world.supervisor, promise=CORE, quarter=quarter, text="New team")
    with pytest.raises(Refused, match="Only the board"):
        actions.correct_note(by=world.supervisor, figure_note_id=note.pk, text="Other", why="Wrong")
    with pytest.raises(Hidden):
        queries.note_visible_to(world.social_worker, note.pk)
    assert signed_in(world.coordinator).get(reverse("figure_note", args=["other"])).status_code == 404


def test_files_say_what_the_page_says_and_leave_a_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    small = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    monkeypatch.setattr(pictures, "draw", lambda _drawn: small)  # drawn below, where a page is asked for one
    _worries(world, [(date(2026, 2, 3), 0)] * 7 + [(date(2026, 5, 4), 2)] * 3 + [(date(2026, 8, 4), 0)] * 8)
    quarter = date(2026, 7, 1)
    actions.write_note(by=world.board_member, promise=promises.WORRIES, quarter=quarter, text="=1+1 new team")
    client = signed_in(world.board_member)
    paper = client.get(reverse("figures_paper"))
    assert paper.content[:5] == b"%PDF-"
    assert paper["Content-Disposition"] == 'attachment; filename="promises-kept.pdf"'
    book = load_workbook(BytesIO(client.get(reverse("figures_workbook")).content))
    text = promises.all_promises()[0].text
    rows = [row[3:6] for row in book["By quarter"].iter_rows(values_only=True) if row[0] == text]
    assert (7, 7, 100) in rows
    assert (8, 11, 73) in rows
    assert not {3} & {row[1] for row in rows}
    assert "By agency" not in book.sheetnames, "nothing is by agency yet"
    assert "five or fewer" in str(book["Promises"]["A2"].value)
    cell = book["Notes"]["C2"]
    assert (cell.value, cell.data_type) == ("=1+1 new team", "s"), "nothing in it is run"
    taken = AuditRow.objects.filter(verb="download", subject="figures")
    assert sorted(row.detail["form"] for row in taken) == ["pdf", "xlsx"]
    for name in ("figures_paper", "figures_workbook", "figures_picture"):
        assert signed_in(world.social_worker).get(reverse(name)).status_code == 404
    assert taken.count() == 2


def test_a_picture_is_of_what_a_page_signed_and_no_page_draws_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _worries(world, [(date(2026, 2, 3), 0)] * 7 + [(date(2026, 8, 4), 2)] * 8)
    client = signed_in(world.board_member)
    with monkeypatch.context() as patched:
        patched.setattr(
            pictures, "draw", lambda _drawn: pytest.fail("drawn while somebody waits for the page")
        )
        page = client.get(reverse("figures")).text
    assert "January to March 2026: 100%; July to September 2026: 0%" in page
    path = reverse("figures_picture")
    of = pictures.signed(figure(world.board_member, promises.WORRIES).periods)
    with CaptureQueriesContext(connection) as asked:
        svg = client.get(path, {"of": of})
    assert not [row for row in asked if "cases_" in row["sql"]]
    assert svg["Content-Type"] == "image/svg+xml"
    assert ">100<" in svg.text
    for wrong in ("", "made up", of[:-2] + "xx", signing.Signer(salt="x").sign_object([[1, 3, 99]])):
        assert client.get(path, {"of": wrong}).status_code == 404

"""What became of worries, and who told them: what stands alone, what is put together, and who sees it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
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
from tests.board.test_figures_page import _staff, _worries, signed_in
from tests.conftest import World

from heard.agencies.models import Team
from heard.agencies.rules import Hidden
from heard.board.figures import pictures
from heard.board.outcomes import queries, words
from heard.board.outcomes.rules import rounded
from heard.cases.case.models import AllocatedWorker, Case
from heard.cases.concern.models import Concern
from heard.network.models import Person

TODAY = date(2026, 11, 27)
pytestmark = pytest.mark.on_day(TODAY)
MAY, YEAR_BEFORE = date(2025, 5, 6), date(2024, 5, 6)


def _became(world: World, counted: dict[tuple[str, Any], int]) -> None:
    """So many worries of each decision, "" for none, and agency, all due on some days of a year that ended."""
    made = [key for key, number in counted.items() for _one in range(number)]
    _decided(world, [(MAY + timedelta(days=60 * (at % 5)), *key) for at, key in enumerate(made)])


def _became_on(world: World, *days: tuple[date, dict[tuple[str, Any], int]]) -> None:
    """The same, all due on one day, for each of these days."""
    _decided(world, [(day, *key) for day, of in days for key, number in of.items() for _one in range(number)])


def _decided(world: World, made: list[tuple[date, str, Any]]) -> None:
    made = sorted(made, key=lambda row: row[0])
    _worries(world, [(day, 0) for day, _decision, _agency in made])
    children = [Person(given_name=f"Told{number}", family_name="Counted") for number in range(len(made))]
    Person.objects.bulk_create(children)
    in_order = sorted(Concern.objects.all(), key=lambda concern: int(concern.reference[1:]))
    for one, child, (_day, decision, agency) in zip(in_order, children, made, strict=True):
        state = "decided" if decision else "told"
        undecided = {} if decision else {"decided_by": None, "decided_at": None, "decision_reason": ""}
        Concern.objects.filter(pk=one.pk).update(
            person=child, agency=agency, decision=decision, state=state, **undecided
        )


def test_the_year_is_counted_by_what_was_decided_and_by_who_told(world: World) -> None:
    _staff(world, world.officer.team)
    _became(
        world,
        {
            ("strategy", world.police): 12,
            ("no_further_action", world.police): 9,
            ("no_further_action", world.school): 11,
            ("panel", world.school): 3,
            ("step", world.care): 4,
            ("no_further_action", world.care): 3,
            ("", world.school): 6,
        },
    )
    found = queries.outcomes(world.board_member, today=TODAY)
    assert found.year is not None
    assert (found.year.first, found.year.last, found.year.kept.of) == (
        date(2025, 4, 1),
        date(2026, 3, 31),
        48,
    )
    shown = dict(found.became.alone)
    assert shown["No further action"] == 23
    assert {"Discuss it at the panel", "A step is agreed"}.isdisjoint(shown)
    assert sum(shown.values()) + found.became.others == 48
    assert found.became.others > 5
    assert found.told is not None
    assert dict(found.told.parts.alone) == {"Wexmoor Police": 21}, (
        "one teacher uses Heard: what they told stands with seven of others, so that it is not what remains"
    )
    assert found.told.parts.others == 27
    page = " ".join(signed_in(world.board_member).get(reverse("outcomes")).text.split())
    assert (
        "Of 48 worries, April 2025 to March 2026, most often of what can be shown: No further action (23)"
        in page
    )
    assert "Of the agencies that can be shown, most in Wexmoor Police (21)" in page, (
        "the school told 20, and others 7"
    )
    assert "Others together" in page


def test_whole_agrees_with_the_figure_of_the_promise(world: World) -> None:
    """Else what is told on a quarter's last days would be what remains of the two."""
    from heard.board import promises
    from heard.board.figures.queries import periods

    _worries(world, [(MAY + timedelta(days=11 * at), None) for at in range(30)])
    shown = [
        period for period in periods(world.board_member, today=TODAY)[promises.WORRIES] if period.is_shown
    ]
    found = queries.outcomes(world.board_member, today=TODAY)
    assert [(period.first, period.last, period.kept.of) for period in found.periods if period.is_shown] == [
        (period.first, period.last, period.kept.of) for period in shown
    ]
    assert len(shown) >= 3


def test_few_are_not_shown(world: World) -> None:
    _became(world, {("strategy", world.police): 5})
    found = queries.outcomes(world.board_member, today=TODAY)
    assert (found.year, found.became.alone) == (None, [])
    page = signed_in(world.board_member).get(reverse("outcomes")).text
    assert "What became of worries: too few to show" in page
    assert "<td" not in page.split('id="told"')[0]


def test_a_decision_after_the_fixed_day_moves_nothing(world: World) -> None:
    """On the day on which somebody decides late, a number would go from what waited to what it became."""
    _became(
        world,
        {
            ("strategy", world.police): 12,
            ("strategy", world.care): 9,
            ("no_further_action", world.school): 11,
            ("no_further_action", world.care): 7,
            ("", world.school): 7,
            ("", world.care): 7,
        },
    )
    shown = queries.outcomes(world.board_member, today=TODAY)
    late = Concern.objects.filter(decision="").first()
    assert late is not None
    Concern.objects.filter(pk=late.pk).update(
        decision="no_further_action", state="decided", decided_by=world.coordinator, decision_reason="Nothing more",
        decided_at=timezone.make_aware(datetime(2026, 7, 1, 12)),
    )  # fmt: skip
    assert queries.outcomes(world.board_member, today=TODAY) == shown
    Concern.objects.filter(pk=late.pk).update(decided_at=timezone.make_aware(datetime(2026, 6, 30, 12)))
    assert queries.outcomes(world.board_member, today=TODAY) != shown
    assert queries.outcomes(world.board_member, today=date(2026, 6, 30)).year is None, "its day is not over"


def test_an_agency_that_takes_away_its_own_is_left_with_many(world: World) -> None:
    _became(
        world,
        {
            ("no_further_action", world.school): 20,
            ("no_further_action", world.care): 3,
            ("strategy", world.care): 9,
            ("strategy", world.police): 8,
            ("panel", world.school): 7,
            ("panel", world.care): 9,
        },
    )
    shown = dict(queries.outcomes(world.board_member, today=TODAY).became.alone)
    assert "No further action" not in shown, "the school knows its twenty, and would know of three others"
    page = " ".join(signed_in(world.board_member).get(reverse("outcomes")).text.split())
    assert "most often of what can be shown" in page


def test_kinds_that_are_too_few_alone_are_counted_together_by_what_they_are(world: World) -> None:
    _became(
        world,
        {
            ("panel", world.police): 3,
            ("panel", world.care): 3,
            ("step", world.care): 3,
            ("step", world.school): 3,
            ("no_further_action", world.care): 6,
            ("no_further_action", world.police): 6,
        },
    )
    found = queries.outcomes(world.board_member, today=TODAY)
    assert found.became == queries.Parts(
        [("Work on a place or group, or at the panel", 12), ("No further action", 12)], 0
    )
    page = signed_in(world.board_member).get(reverse("outcomes")).text
    assert "<strong>Work with the child</strong>: Open a case; Add to the open case;" in page, (
        "the page names it"
    )


def _few(world: World) -> dict[tuple[str, Any], int]:
    """Five of each kind: too few in a year, and in two years many, whichever agency takes away its own."""
    agencies = ((world.police, 2), (world.care, 2), (world.school, 1))
    return {(kind, by): n for kind in ("strategy", "no_further_action") for by, n in agencies}


def test_years_of_few_of_each_kind_are_counted_together_and_the_page_says_so(world: World) -> None:
    _became_on(world, (YEAR_BEFORE, _few(world)))
    client = signed_in(world.board_member)
    page = " ".join(client.get(reverse("outcomes")).text.split())
    assert "10 worries, April to June 2024: too few of each kind to show" in page
    _became_on(world, (YEAR_BEFORE, _few(world)), (MAY, _few(world)))
    found = queries.outcomes(world.board_member, today=TODAY)
    assert found.year is not None
    assert (found.year.first, found.year.last) == (date(2024, 4, 1), date(2025, 6, 30))
    assert dict(found.became.alone) == {"Strategy discussion": 10, "No further action": 10}
    page = " ".join(client.get(reverse("outcomes")).text.split())
    assert "In one year alone each kind was too few: April 2024 to June 2025 are counted together." in page


def test_a_year_of_few_after_one_that_is_shown_waits_and_is_never_what_remains(world: World) -> None:
    many = {key: 4 * number for key, number in _few(world).items()}
    _became_on(world, (YEAR_BEFORE, many))
    before = queries.outcomes(world.board_member, today=TODAY)
    _became_on(world, (YEAR_BEFORE, many), (MAY, _few(world)))
    found = queries.outcomes(world.board_member, today=TODAY)
    assert before.year is not None
    assert found.year is not None
    assert (found.year.first, found.year.last, found.became) == (
        before.year.first,
        before.year.last,
        before.became,
    )
    page = " ".join(signed_in(world.board_member).get(reverse("outcomes")).text.split())
    assert (
        "April to June 2025: too few of each kind to show yet. It is counted together with what comes after it."
        in page
    )


def test_from_which_agency_somebody_went_on_is_told_where_each_number_is_of_many(world: World) -> None:
    _staff(world, world.officer.team, world.exploitation_team)
    told = {
        ("strategy", world.police): 12,
        ("no_further_action", world.police): 8,
        ("strategy", world.care): 9,
        ("panel", world.school): 8,
        ("no_further_action", world.care): 7,
        ("no_further_action", world.school): 7,
        ("panel", world.care): 8,
    }
    _became(world, told)
    found = queries.outcomes(world.board_member, today=TODAY).told
    assert found is not None
    assert found.across is not None
    assert found.columns == ["here", "nothing_more"]
    assert sum(number for _name, row in found.rows for number in row) == sum(told.values())
    assert ("Wexmoor Police", [12, 8]) in found.rows
    assert min(number for _name, row in found.rows for number in row) > 5
    page = signed_in(world.board_member).get(reverse("outcomes")).text
    of = pictures.signed_stacked(words.heads(found), words.crossed(found))
    assert of in page.replace("&amp;", "&")
    svg = signed_in(world.board_member).get(reverse("figures_picture"), {"of": of}).text
    assert "Wexmoor Police" in svg
    assert ">12<" in svg
    assert "From" in page
    assert 'id="across"' not in signed_in(world.supervisor).get(reverse("outcomes")).text


def test_a_table_with_one_small_number_is_not_told(world: World) -> None:
    _staff(world, world.officer.team, world.exploitation_team)
    _became(
        world,
        {
            ("strategy", world.police): 20,
            ("no_further_action", world.police): 3,
            ("strategy", world.care): 9,
            ("no_further_action", world.care): 12,
            ("no_further_action", world.school): 8,
        },
    )
    found = queries.outcomes(world.board_member, today=TODAY).told
    assert found is None or found.across is None
    page = signed_in(world.board_member).get(reverse("outcomes")).text
    assert "From which agency to whom: too few to show" in page


def test_months_are_told_one_by_one_where_each_is_of_many(world: World) -> None:
    _worries(world, [(date(2025, 4, 7), 0)] * 7 + [(date(2025, 5, 6), 0)] * 8 + [(date(2025, 6, 9), 0)] * 2)
    found = queries.outcomes(world.board_member, today=TODAY)
    assert [(month.first, month.last, month.kept.of) for month in found.months] == [
        (date(2025, 4, 1), date(2025, 4, 30), 7),
        (date(2025, 5, 1), date(2025, 6, 30), 10),
    ]
    page = signed_in(world.board_member).get(reverse("outcomes")).text
    assert "May to June 2025" in page
    assert pictures.signed_months(found.months) in page.replace("&amp;", "&")


def test_who_sees_what(world: World) -> None:
    _became(
        world,
        {
            ("strategy", world.police): 12,
            ("strategy", world.care): 9,
            ("no_further_action", world.care): 7,
            ("no_further_action", world.police): 6,
        },
    )
    for user in (world.board_member, world.coordinator):
        assert 'id="told"' in signed_in(user).get(reverse("outcomes")).text
    for user in (world.supervisor, world.analyst):
        found = queries.outcomes(user, today=TODAY)
        assert found.told is None
        page = signed_in(user).get(reverse("outcomes")).text
        assert 'id="told"' not in page
        assert "Strategy discussion" in page
        assert "Wexmoor Police" not in page
    for user in (world.teacher, world.social_worker, world.officer):
        with pytest.raises(Hidden):
            queries.outcomes(user, today=TODAY)
        assert signed_in(user).get(reverse("outcomes")).status_code == 404


def _open(world: World, team: Team, number: int, *, with_worker: int, on: date) -> None:
    """So many cases that this team leads since a day, each of a child of its own."""
    cases = []
    for _one in range(number):
        child = Person.objects.create(given_name=f"Child{uuid.uuid4()}"[:20], family_name="Counted")
        opened = timezone.make_aware(datetime.combine(on, time(12)))
        cases.append(
            Case(
                reference=uuid.uuid4().hex[:12],
                person=child,
                lead_team=team,
                opened_at=opened,
                opened_by=world.coordinator,
            )
        )
    Case.objects.bulk_create(cases)
    AllocatedWorker.objects.bulk_create(
        AllocatedWorker(case=case, worker=world.social_worker, since=on, named_by=world.coordinator)
        for case in cases[:with_worker]
    )


def test_load_of_teams_is_of_the_last_day_of_a_quarter_rounded_and_of_many_alone(world: World) -> None:
    assert world.officer.team
    assert world.teacher.team
    _staff(world, world.officer.team, world.exploitation_team)
    _open(world, world.exploitation_team, 23, with_worker=11, on=date(2026, 9, 30))
    _open(world, world.officer.team, 12, with_worker=3, on=date(2026, 7, 1))
    _open(world, world.officer.team, 9, with_worker=0, on=date(2026, 10, 1))
    _open(world, world.teacher.team, 7, with_worker=0, on=date(2026, 7, 1))
    found = queries.outcomes(world.board_member, today=TODAY).teams
    assert found is not None
    assert (found.on, found.of, found.waiting_of) == (date(2026, 9, 30), 42, 28), (
        "not what was opened the day after"
    )
    for parts, of in ((found.load, 42), (found.waiting, 28)):
        assert len(parts.alone) == 1, "one teacher uses Heard: what the school leads stands with others"
        assert parts.alone[0][1] + parts.others == of
    page = " ".join(signed_in(world.board_member).get(reverse("outcomes")).text.split())
    assert "About 40 open cases on 30 September 2026" in page
    assert "Of these, about 30 had no allocated worker" in page
    assert "Other teams together" in page
    for exact in ("42", "23", "12", "28", "9"):
        assert f">{exact}<" not in page.split('id="load"')[1], (
            "a number of the next quarter tells no difference"
        )


def test_few_who_wait_are_of_no_team_and_never_said_how_few(world: World) -> None:
    _staff(world, world.exploitation_team)
    _open(world, world.exploitation_team, 30, with_worker=27, on=date(2026, 7, 1))
    found = queries.outcomes(world.board_member, today=TODAY).teams
    assert found is not None
    assert words.waiting(found) == "Of these, 5 or fewer had no allocated worker"
    assert words.about(found.waiting) == []
    Case.objects.filter(lead_team=world.exploitation_team).update(state="closed")
    assert queries.outcomes(world.board_member, today=TODAY).teams is None
    page = signed_in(world.board_member).get(reverse("outcomes")).text
    assert "Load of teams: too few open cases to show" in page
    assert 'id="load"' not in signed_in(world.supervisor).get(reverse("outcomes")).text


@pytest.mark.parametrize(
    ("alone", "others", "says"),
    [
        ([("A", 41), ("B", 38)], 0, "About 80"),
        ([("A", 41), ("B", 12)], 0, "About 80, most with A (about 40)"),
        ([("A", 41)], 44, "About 80"),
        ([], 0, "About 80; no team can be shown alone"),
    ],
)
def test_of_two_that_are_shown_alike_neither_is_said_to_be_larger(
    alone: list[tuple[str, int]], others: int, says: str
) -> None:
    assert words._most(queries.Parts(alone, others), "About 80") == says


@given(st.integers(6, 10_000))
def test_a_rounded_number_stands_for_nine_at_least(number: int) -> None:
    assert abs(rounded(number) - number) <= 5
    assert rounded(number) % 10 == 0
    assert len([one for one in range(6, number + 20) if rounded(one) == rounded(number)]) >= 9


@given(st.lists(st.tuples(st.text(max_size=90), st.integers(1, 10_000)), min_size=1, max_size=8))
def test_each_band_of_a_flow_is_as_wide_as_its_number_and_none_lies_on_another(
    rows: list[tuple[str, int]],
) -> None:
    bands, words = pictures._laid(tuple(rows))
    ends = [row for row in bands if row["x"] == max(band["x"] for band in bands)]
    share = {
        round((end["end"] - end["y"]) / number, 6) for end, (_name, number) in zip(ends, rows, strict=True)
    }
    assert len(share) == 1
    assert all(above["end"] < below["y"] for above, below in pairwise(ends))
    lowest = [word["y"] + pictures._LINE * len(word["text"]) for word in words]
    assert all(low <= below["y"] + pictures._LINE for low, below in zip(lowest, words[1:], strict=False))
    assert max(ends[-1]["end"], lowest[-1]) <= pictures.height_of_flow(rows) + pictures._LINE


def test_the_page_draws_nothing_and_its_pictures_hold_the_numbers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _became(
        world,
        {
            ("strategy", world.police): 12,
            ("strategy", world.care): 9,
            ("no_further_action", world.care): 7,
            ("no_further_action", world.police): 6,
        },
    )
    client = Client()
    client.force_login(world.board_member)
    with monkeypatch.context() as patched, CaptureQueriesContext(connection) as asked:
        for draws in ("draw_lengths", "draw_flow", "draw_months", "draw_stacked"):
            patched.setattr(pictures, draws, lambda _rows: pytest.fail("drawn while somebody waits"))
        page = client.get(reverse("outcomes"))
    assert len(asked) < 30
    rows = words.rows(queries.outcomes(world.board_member, today=TODAY).became)
    of = pictures.signed_flow(rows)
    assert of in page.text.replace("&amp;", "&")
    svg = client.get(reverse("figures_picture"), {"of": of}).text
    assert all(f">{number}<" in svg and name in svg for name, number in rows)
    assert client.get(reverse("figures_picture"), {"of": of[:-2] + "xx"}).status_code == 404

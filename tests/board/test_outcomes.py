"""What became of worries, and who told them: what stands alone, what is put together, and who sees it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.board.test_figures_page import _staff, _worries, signed_in
from tests.conftest import World

from heard.agencies.rules import Hidden
from heard.board.figures import pictures
from heard.board.outcomes import queries, words
from heard.cases.concern.models import Concern

TODAY = date(2026, 11, 27)
MAY = date(2025, 5, 6)


def _became(world: World, counted: dict[tuple[str, Any], int]) -> None:
    """So many worries of each decision, "" for none, and agency, all due on one day of a year that ended."""
    made = [key for key, number in counted.items() for _one in range(number)]
    _worries(world, [(MAY + timedelta(days=60 * (at % 5)), 0) for at in range(len(made))])
    for one, (decision, agency) in zip(Concern.objects.order_by("pk"), made, strict=True):
        state = "decided" if decision else "told"
        undecided = {} if decision else {"decided_by": None, "decided_at": None, "decision_reason": ""}
        Concern.objects.filter(pk=one.pk).update(agency=agency, decision=decision, state=state, **undecided)


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
    assert dict(found.told.alone) == {"Wexmoor Police": 21}, (
        "one teacher uses Heard: what they told stands with seven of others, so that it is not what remains"
    )
    assert found.told.others == 27
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
    shown = [one for one in periods(world.board_member, today=TODAY)[promises.WORRIES] if one.is_shown]
    found = queries.outcomes(world.board_member, today=TODAY)
    assert [(one.first, one.last, one.kept.of) for one in found.periods if one.is_shown] == [
        (one.first, one.last, one.kept.of) for one in shown
    ]
    assert len(shown) >= 3


def test_few_are_not_shown(world: World) -> None:
    _became(world, {("strategy", world.police): 5})
    found = queries.outcomes(world.board_member, today=TODAY)
    assert (found.year, found.became.alone) == (None, [])
    page = signed_in(world.board_member).get(reverse("outcomes")).text
    assert "What became of worries: too few to show" in page
    assert "Strategy discussion" not in page


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
    assert shown.by == date(2026, 6, 30)
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
        assert queries.outcomes(user, today=TODAY).told is not None
    for user in (world.supervisor, world.analyst):
        found = queries.outcomes(user, today=TODAY)
        assert found.told is None
        page = signed_in(user).get(reverse("outcomes")).text
        assert "Strategy discussion" in page
        assert "Wexmoor Police" not in page
    for user in (world.teacher, world.social_worker, world.officer):
        with pytest.raises(Hidden):
            queries.outcomes(user, today=TODAY)
        assert signed_in(user).get(reverse("outcomes")).status_code == 404


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
        patched.setattr(pictures, "draw_lengths", lambda _rows: pytest.fail("drawn while somebody waits"))
        page = client.get(reverse("outcomes"))
    assert len(asked) < 30
    rows = words.rows(queries.outcomes(world.board_member, today=TODAY).became)
    of = pictures.signed_lengths(rows)
    assert of in page.text.replace("&amp;", "&")
    svg = client.get(reverse("figures_picture"), {"of": of}).text
    assert all(f">{number}<" in svg and name in svg for name, number in rows)
    assert client.get(reverse("figures_picture"), {"of": of[:-2] + "xx"}).status_code == 404

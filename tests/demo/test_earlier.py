"""The stories of earlier years: enough of each kind that the board sees what became of worries, whenever the demo is loaded."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from heard.board.figures import rules
from heard.board.outcomes import queries
from heard.board.outcomes.rules import parted, spans
from heard.cases.case.counting import Quarter, added_by
from heard.cases.case.rules import Counted, Kept
from heard.demo import partnership
from heard.demo.life.beginning import decision_of
from heard.demo.life.world import read

DAYS = [date(2026, month, day) for month in range(1, 13) for day in (1, 16)]
DECIDED_BY = 2  # days after a worry was told, or about as many


def _quarters(today: date, first: Any) -> list[Quarter]:
    """Decisions of all stories, as the demo has them on this day."""
    data = read("partnership.yaml")
    agencies = {team["key"]: agency["key"] for agency in data["agencies"] for team in agency["teams"]}
    found: dict[tuple[str, date, str], Counted] = defaultdict(Counted)
    for number, (story, ago) in enumerate(partnership.stories()):
        due = today - timedelta(days=ago - DECIDED_BY)
        if due < today and story["stage"] != "told":
            agency = agencies[data["staff"][story["tells"]][2]]
            found[decision_of(story["stage"]), first(due), agency] += Counted(Kept(0, 1), frozenset({number}))
    return [Quarter(*key, counted) for key, counted in found.items()]


@pytest.mark.parametrize("today", DAYS)
def test_what_became_of_worries_is_drawn_in_every_season(today: date) -> None:
    counted = _quarters(today, rules.first_of)
    found = rules.periods(added_by(counted, lambda quarter: quarter.first), today=today)
    over = [block for block in rules.blocks(found) if queries._fixed_day(block[-1].last) < today]
    years = [year for block in over if (year := rules.added(block))]
    shown, _held_back = spans(years, lambda period: bool(parted(queries._cells(counted, period))))
    assert len(parted(queries._cells(counted, shown[-1]))) >= 2, "the flow from told to what became of it"
    names = {agency["key"]: agency["name"] for agency in read("partnership.yaml")["agencies"]}
    tellers = queries._Tellers(names, {"care", "police"}, years, shown, counted)
    across, columns, rows = tellers.table()
    assert across is not None, "from which agency to whom"
    assert len(columns) >= 2
    assert len(rows) >= 2
    months = added_by(_quarters(today, lambda day: day.replace(day=1)), lambda quarter: quarter.first)
    assert len(rules.by_month(rules.window(found, today=today), months)) >= 6, "month by month"

"""Who may bring a caseload in and take it back, and what refuses it. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.walls.test_code import ROOT

from heard.insight.bringing import rules

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BRING: dict[str, Any] = {"may_bring": True, "has_team": True, "reason": "A day", "kept": 1, "changed": False}
ASK: dict[str, Any] = {
    "may_bring": True,
    "undone": False,
    "asked": False,
    "worked_on": False,
    "reason": "A day",
}
UNDO: dict[str, Any] = {
    "may_bring": True, "undone": False, "asked_at": NOW - timedelta(days=7), "asked_it": False, "now": NOW,
    "worked_on": False, "held": False, "agrees": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"may_bring": False}, "A co-ordinator"),
        ({"has_team": False}, "You are in no team"),
        ({"kept": 0}, "No row can be brought in"),
        ({"changed": True}, "Check them again"),
        ({"reason": " "}, "Say where the files come from"),
    ],
)
def test_what_is_brought_in_has_a_team_and_rows_and_a_reason_and_was_looked_at(
    changed: Any, said: str | None
) -> None:
    assert_says(rules.why_not_bring(**BRING | changed), said)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"may_bring": False}, "A co-ordinator"),
        ({"undone": True}, "taken back already"),
        ({"asked": True}, "asked for this already"),
        ({"worked_on": True}, "Somebody has worked"),
        ({"reason": ""}, "Say why"),
    ],
)
def test_it_is_asked_for_once_with_a_reason_where_nobody_has_worked_on_it(
    changed: Any, said: str | None
) -> None:
    assert_says(rules.why_not_ask_to_undo(**ASK | changed), said)


LONG_AGO = {"asked_at": NOW - timedelta(days=7, seconds=1)}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"may_bring": False}, "A co-ordinator"),
        ({"undone": True}, "taken back already"),
        ({"asked_at": None}, "Nobody asks"),
        ({"asked_it": True}, "You asked for this yourself"),
        (LONG_AGO, "more than a week ago"),
        (LONG_AGO | {"agrees": False}, None),
        ({"held": True}, "A hold keeps"),
        ({"worked_on": True}, "Somebody has worked"),
        ({"worked_on": True, "agrees": False}, None),
    ],
)
def test_another_agrees_within_a_week_or_turns_it_down_at_any_time(changed: Any, said: str | None) -> None:
    assert_says(rules.why_not_undo(**UNDO | changed), said)


def test_every_column_has_a_name_in_words_and_the_guide_knows_it() -> None:
    guide = (ROOT / "docs" / "guide" / "caseload-in.md").read_text()
    told: dict[str, list[str]] = {}
    for line in guide.partition("| File |")[2].partition("\n\n")[0].splitlines()[2:]:
        table, columns = (cell.strip() for cell in line.split("|")[1:3])
        told.setdefault(table or [*told][-1], []).extend(re.findall("`([a-z_]+)`", columns))
    for table, known in rules.COLUMNS.items():
        assert sorted(told[table.value]) == sorted(column.field for column in known)
        labels = [column.label for column in known]
        assert len(set(labels)) == len(labels)
        assert all("_" not in column.label + column.means and column.means for column in known)


def assert_says(why_not: str | None, said: str | None) -> None:
    assert (why_not is None) == (said is None)
    assert (said or "") in (why_not or "")

"""The list, as the rule gives it and as SQL written by hand does: the same children, signs and days (`tests/bench/screening.py`)."""

from __future__ import annotations

import pytest
from tests.bench import screening


def test_sql_by_hand_lists_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    screening.measure(20_000)
    told = capsys.readouterr().out
    assert told.count("  both ") == 4, told
    assert "NOT the same" not in told

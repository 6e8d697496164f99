"""Ties led from a person, and how one is known was a line of text. Each has two ends and a source now, with every word there was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

type Ask = Callable[[str], list[tuple[Any, ...]]]

# What is compared by the two questions below, not column by column; the keys by which places and groups are found are made anew.
CHANGED = {"network_tie", "network_placekey", "network_groupkey", "cases_interviewanswer"}
_BEFORE = """
    SELECT id, person_id, coalesce(to_person_id, to_place_id, to_group_id), kind, how_known, since, until, noted_by_id, noted_at
    FROM network_tie
"""
_AFTER = """
    SELECT tie.id, first_id, second_id, in_words, words, valid_from, valid_to, noted_by_id, recorded_at
    FROM network_tie AS tie JOIN network_tiesource AS source ON source.tie_id = tie.id
    WHERE tie.kind = 'other' AND source.how IN ('', 'said_by_child') AND source.withdrawn_at IS NULL
"""
_LACKING = """
    SELECT count(*) FROM (
        SELECT id FROM network_person UNION ALL SELECT id FROM network_place UNION ALL SELECT id FROM network_group
    ) AS things WHERE id NOT IN (SELECT id FROM network_node)
"""


def ties_before(ask: Ask) -> Counter[tuple[Any, ...]]:
    found = Counter(ask(_BEFORE))
    assert found.total() > 20
    return found


def assert_ties_are_kept(ask: Ask, before: Counter[tuple[Any, ...]]) -> None:
    """Each tie is there with its words and one source, and each person, place and group has its node and is found."""
    assert Counter(ask(_AFTER)) == before
    assert ask("SELECT count(*) FROM network_tie") == [(before.total(),)]
    assert ask("SELECT count(DISTINCT key) FROM network_tie") == [(before.total(),)]
    assert ask(_LACKING) == [(0,)]
    assert ask("SELECT count(*) FROM network_tiesource WHERE holder_id IS NULL") == [(0,)]
    assert ask("SELECT count(*) FROM network_nodekey")[0][0] > 10

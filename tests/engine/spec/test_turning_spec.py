"""Which pairs for a person would change the list, were they one child."""

from __future__ import annotations

import pytest
from tests.engine.spec.tables import put, screened, seen

from heard.engine import backend, tables

PERSONS = {"a": ["police 1"], "b": ["school 1"], "c": ["police 2"], "d": ["school 2"], "e": ["school 3"]}


def links(*pairs, band="for_a_person"):
    names = ("left_source", "left_id", "right_source", "right_id")
    return [
        dict(zip(names, (*left.split(), *right.split()), strict=True))
        | {"probability": 0.8, "band": band, "why": "x"}
        for left, right in pairs
    ]


def turned(folder, observations, *pairs, any_window=False, band="for_a_person"):
    put(folder, tables.LINKS, *links(*pairs, band=band))
    screened(folder, PERSONS, observations, any_window=any_window)
    rows = backend.read(folder, tables.TURNING).to_pylist()
    return {
        (f"{r['left_source']} {r['left_id']}", f"{r['right_source']} {r['right_id']}"): r["change"]
        for r in rows
    }


@pytest.mark.parametrize("any_window", [False, True])
def test_a_child_whom_neither_record_lists_comes_first(tmp_path, any_window):
    """Two signs here, one there: today nobody sees the child."""
    rows = [seen("police 1", "S01", "2026-01-10"), seen("police 1", "S03", "2026-01-11"), seen("school 1", "S06", "2026-02-01"),
            seen("school 2", "S06", "2026-02-01")]  # fmt: skip
    pairs = ("police 1", "school 1"), ("police 2", "school 2")
    assert turned(tmp_path, rows, *pairs, any_window=any_window) == {pairs[0]: "listed"}


def test_two_who_are_listed_would_be_one_and_who_is_seen_by_one_agency_stays_so(tmp_path):
    signs = ("S01", "S03", "S06")
    rows = [seen(who, sign, "2026-01-10") for who in ("police 1", "school 1") for sign in signs]
    rows.append(seen("school 3", "S04", "2026-01-10"))
    pairs = ("police 1", "school 1"), ("police 1", "school 3")
    assert turned(tmp_path, rows, *pairs) == {pairs[0]: "one_child"}


def test_signs_outside_the_window_and_pairs_that_do_not_wait_change_nothing(tmp_path):
    rows = [
        seen("police 1", "S01", "2026-01-10"),
        seen("police 1", "S03", "2024-01-11"),
        seen("school 1", "S06", "2026-02-01"),
    ]
    assert turned(tmp_path, rows, ("police 1", "school 1")) == {}
    rows[1]["seen_on"] = rows[0]["seen_on"]
    assert turned(tmp_path, rows, ("police 1", "school 1"), band="apart") == {}


def test_without_links_there_is_none(tmp_path):
    screened(tmp_path, PERSONS, [seen("police 1", "S01", "2026-01-10")])
    assert backend.read(tmp_path, tables.TURNING).num_rows == 0

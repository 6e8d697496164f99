"""The screen against the same rule in plain Python, on random observations and for both kinds of window."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.spec.tables import screened

from heard.engine.screen.windows import ordinal, reach, window_start

ITEMS = ("S01", "S03", "S06", "S09", "V01", "V02")
AGENCIES = ("hospital", "police", "school")
CHILDREN = ("a", "b", "c")
# Days at which windows are easily got wrong: ends of months, 29 February, and the same date a year apart.
DAYS = [
    date(2023, 2, 28), date(2023, 3, 1), date(2023, 8, 31), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1),
    date(2024, 8, 31), date(2024, 9, 1), date(2025, 2, 28), date(2025, 3, 1), date(2025, 8, 31), date(2026, 2, 28),
]  # fmt: skip

observation = st.fixed_dictionaries(
    {
        "child": st.sampled_from(CHILDREN),
        "source": st.sampled_from(AGENCIES),
        "item": st.sampled_from(ITEMS),
        "state": st.sampled_from(("seen", "seen", "seen", "not_known")),
        "seen_on": st.sampled_from(DAYS),
        "counts": st.sampled_from((True, True, True, False)),
        "until": st.sampled_from((None, None, None, *DAYS)),
        "ongoing": st.sampled_from((False, False, True)),
    }
)


ENDS = {"police": date(2025, 3, 1), "school": date(2026, 2, 28)}


def until(o):
    """The day it ended, where the source says so."""
    return max(o["until"], o["seen_on"]) if o["until"] else None


def ended(o):
    """The last day on which it was seen."""
    last = ENDS.get(o["source"], o["seen_on"]) if o["ongoing"] else o["seen_on"]
    return until(o) or max(last, o["seen_on"])


def rows(observations):
    """Rows of the observations table."""
    return [
        {
            "source": o["source"],
            "record_id": o["child"],
            "item": o["item"],
            "state": o["state"],
            "seen_on": o["seen_on"] if o["state"] == "seen" else None,
            "until": until(o),
            "ongoing": o["ongoing"],
            "strength": "direct",
            "counts": o["counts"],
            "field": "f",
            "file": "f.csv",
            "row": number,
        }
        for number, o in enumerate(observations)
    ]


def year_before(day):
    """The same date a year before, or the last one of that month where it has no such date."""
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))


def first_window(counted, as_of, any_window):
    """The last day of the first window with three different signs, or None."""
    ends = sorted({o["seen_on"] for o in counted}) if any_window else [as_of]
    for end in ends:
        held = {o["item"] for o in counted if year_before(end) < ended(o) and o["seen_on"] <= end}
        if end <= as_of and len(held) >= 3:
            return end
    return None


def reference(observations, as_of, any_window):
    """The list as it should be: by child, the row and the rows of evidence."""
    found = {}
    for child in CHILDREN:
        own = [o for o in observations if o["child"] == child]
        seen = [o for o in own if o["state"] == "seen" and o["seen_on"] <= as_of]
        counted = [o for o in seen if o["counts"] and o["item"].startswith("S")]
        end = first_window(counted, as_of, any_window)
        if not end:
            continue
        start = year_before(end)
        inside = [o for o in counted if start < ended(o) and o["seen_on"] <= end]
        first = start + timedelta(days=1)
        alone = [first_window([o for o in counted if o["source"] == a], as_of, any_window) for a in AGENCIES]
        signs = {o["item"] for o in inside}
        empty = {o["item"] for o in own if o["state"] == "not_known" and o["item"].startswith("S")}
        found[child] = {
            "person": child,
            "signs": sorted(signs),
            "agencies": sorted({o["source"] for o in inside}),
            "scattered": not any(alone),
            "first_seen": max(first, min(o["seen_on"] for o in inside)),
            "last_seen": max(first, max(o["seen_on"] for o in inside)),
            "window_first": first,
            "window_last": end,
            "not_known": sorted(empty - signs),
            "vulnerabilities": sorted({o["item"] for o in seen if o["item"].startswith("V")}),
        }
    return found


def behind(observations, listed):
    """Which rows stand behind the list."""
    return sorted(
        number
        for number, o in enumerate(observations)
        if o["state"] == "seen" and (child := listed.get(o["child"]))
        if (child["window_first"] <= ended(o) and o["seen_on"] <= child["window_last"])
        or (o["item"].startswith("V") and o["seen_on"] <= max(child["window_last"], o["as_of"]))
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    observations=st.lists(observation, min_size=8, max_size=40),
    as_of=st.sampled_from((date(2024, 2, 29), date(2025, 2, 28), date(2025, 8, 31), date(2026, 3, 31))),
    any_window=st.booleans(),
)
def test_the_list_is_what_plain_python_finds(tmp_path, observations, as_of, any_window):
    persons = {child: [f"{agency} {child}" for agency in AGENCIES] for child in CHILDREN}
    found = screened(tmp_path, persons, rows(observations), as_of=as_of, any_window=any_window, ends=ENDS)
    wanted = reference(observations, as_of, any_window)
    assert found.children == wanted
    told = [o | {"as_of": as_of} for o in observations]
    assert sorted(row["row"] for row in found.evidence) == behind(told, wanted)
    start = date.min if any_window else year_before(as_of)
    for item in ITEMS:
        with_it = {
            o["child"]
            for o in observations
            if (o["item"], o["state"]) == (item, "seen") and o["seen_on"] <= as_of
            if item.startswith("V") or (o["counts"] and start < ended(o))
        }
        assert found.known[item]["seen"] == len(with_it)


@pytest.mark.parametrize("months", [1, 6, 12, 18])
def test_numbers_of_days_have_the_edge_that_dates_have(months):
    day = date(2023, 1, 1)
    while day < date(2025, 7, 1):
        start = window_start(day, months)
        for near in range(-3, 4):
            other = start + timedelta(days=near)
            assert (other > start) is (ordinal(day) - ordinal(other) <= reach(months)), (day, other)
        day += timedelta(days=1)

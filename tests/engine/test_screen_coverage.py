"""What is said of a record and a sign is what the record's own files could see, and when: beside a count by hand, day by day."""

from __future__ import annotations

import tempfile
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.engine.intake.conftest import read_paths
from tests.engine.spec.tables import put

from heard.engine import backend, tables
from heard.engine.screen import screen

MAPPING = """sources:
  team:
    agency: team
    files: "*.csv"
    record: {record_id: id, birth_date: dob}
    dated_by: day
    items:
      S03: {column: S03, in: [y]}
      S06: {column: S06, at_least: 5}
"""
SIGNS = {"S03": ("y", "n", ""), "S06": ("7", "1", "")}  # seen, not, and not said
CHILDREN = ("A", "B", "C")
FIRST, LAST = 2023 * 12, 2025 * 12 + 8  # months, from January 2023 to September 2025


class File(NamedTuple):
    """Months from and to which its rows are, and of each row child, month and what stands under its signs."""

    signs: tuple[str, ...]
    rows: list[tuple[str, date, dict[str, str]]]


def on(month: int, day: int = 10) -> date:
    return date(month // 12, month % 12 + 1, day)


@st.composite
def files(draw: st.DrawFn) -> File:
    begin = draw(st.integers(FIRST, LAST))
    end = draw(st.integers(begin, min(begin + 20, LAST)))
    signs = draw(st.sampled_from([("S03", "S06"), ("S03",), ("S06",), ()]))
    months = [begin, end, *draw(st.lists(st.integers(begin, end), max_size=4))]
    return File(
        signs,
        [
            (
                draw(st.sampled_from(CHILDREN)),
                on(month),
                {sign: draw(st.sampled_from(SIGNS[sign])) for sign in signs},
            )
            for month in months
        ],
    )


def by_hand(some: list[File], child: str, sign: str, first: date, last: date) -> str:
    """`seen`, `not_seen`, `in_part` or `not_known` from the first to the last day of a window."""
    able = [one for one in some if sign in one.signs]
    own = [(day, cells[sign]) for one in able for who, day, cells in one.rows if who == child]
    if any(cell == SIGNS[sign][0] and first <= day <= last for day, cell in own):
        return "seen"
    if not own or any(cell == "" for _, cell in own):
        return "not_known"
    spoken = sorted({day for one in able for _, day, _ in one.rows})
    covered = set(spoken)
    for day, after in pairwise(spoken):
        if (after - day).days <= 366:
            covered |= {day + timedelta(n) for n in range((after - day).days)}
    months = {(day.year, day.month) for day in covered}
    window = {
        ((first + timedelta(n)).year, (first + timedelta(n)).month) for n in range((last - first).days + 1)
    }
    if window <= months:
        return "not_seen"
    return "in_part" if window & months else "not_known"


def said(folder: Path, children: list[str], as_of: date) -> dict[str, Counter[str]]:
    put(
        folder,
        tables.IDENTITIES,
        *({"source": "team", "record_id": child, "person": child} for child in children),
    )
    screen(folder, as_of=as_of)
    told = {row["item"]: row for row in backend.read(folder, tables.KNOWN).to_pylist()}
    counts = {}
    for sign in SIGNS:
        row = told[sign]
        known = {"seen": row["seen"], "not_seen": row["not_seen"], "in_part": row["in_part"]}
        counts[sign] = Counter(known, not_known=row["not_known"] - row["in_part"])
    return counts


@settings(max_examples=16, deadline=None)
@example(
    some=[File(("S03",), [("A", date(2023, 1, 10), {"S03": "y"}), ("A", date(2024, 2, 10), {"S03": "y"})])],
    month=2025 * 12 + 1,
)
@given(some=st.lists(files(), min_size=1, max_size=3), month=st.integers(FIRST + 12, LAST))
def test_every_records_coverage_is_that_of_its_own_files_and_time(some: list[File], month: int) -> None:
    as_of = on(month, monthrange(month // 12, month % 12 + 1)[1])
    first = as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28) if month % 12 == 1 else as_of.day)
    first += timedelta(days=1)  # of a window that ends on 28 February after a leap year: 29 February
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in"
        folder.mkdir()
        for number, one in enumerate(some):
            rows = [
                ",".join([child, "2012-05-06", f"{day}", *cells.values()]) for child, day, cells in one.rows
            ]
            head = ",".join(["id", "dob", "day", *one.signs])
            (folder / f"part{number}.csv").write_text("\n".join([head, *rows]) + "\n")
        (mapping := Path(place) / "mapping.yaml").write_text(MAPPING)
        read_paths(out := Path(place) / "out", folder, mapping=mapping)
        children = sorted({who for one in some for who, _, _ in one.rows})
        expected = {
            sign: Counter(by_hand(some, child, sign, first, as_of) for child in children) for sign in SIGNS
        }
        assert said(out, children, as_of) == expected

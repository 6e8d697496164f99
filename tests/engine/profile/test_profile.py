"""The profile of a run: what it counts, what it hides, and that every format says the same. Every child is made up."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from tests.engine.spec.tables import covers, put, record, seen, source

from heard.engine import publish, tables
from heard.engine.run import folder as folders
from heard.engine.run.profile import check_again, draw_up
from heard.engine.screen import screen

AS_OF = date(2026, 3, 31)
NAMES = ("police", "school")


def _ran(folder: Path, children: int = 60, *, agencies: Sequence[str] = NAMES) -> Path:
    """A screened run of `children`: every third is known to both agencies, every fifth has three signs, two of them with the
    police. One in ten lives outside the area; the school alone asks for ethnicity."""
    folder.mkdir()
    police, school = agencies
    records, identities, observations = [], [], []
    for n in range(children):
        holders = agencies if n % 3 == 0 else (agencies[n % 2],)
        said = {"birth_date": date(2010 + n % 7, 1 + n % 12, 1), "sex": "FM"[n % 2] if n % 11 else None}
        said["postcode"] = f"AB1 {n % 10}AA" if n % 10 == 0 else f"WX{1 + n % 2} 1AA"
        for holder in holders:
            key = f"{holder} {n}"
            records.append(record(holder, str(n), **said, ethnicity=_said(n) if holder == school else None))
            identities.append({"source": holder, "record_id": str(n), "person": f"p{n:03}"})
            if n % 5 == 0:
                signs = ("S01", "S03") if holder == police else ("S06",)
                observations += [seen(key, sign, f"2026-0{1 + n % 3}-10") for sign in signs]
    put(folder, tables.RECORDS, *records)
    put(folder, tables.IDENTITIES, *identities)
    put(folder, tables.OBSERVATIONS, *observations)
    put(
        folder,
        tables.COVERAGE,
        covers(police, "S01"),
        covers(police, "S03"),
        covers(school, "S06"),
        covers(school, "V15"),
    )
    put(folder, tables.SOURCES, *map(source, agencies))
    found = screen(folder, as_of=AS_OF)
    link = {"for_a_person": 7}
    told = {
        "release": found.release,
        "as_of": found.as_of,
        "steps": {"intake": {}, "link": link, "screen": {"children": children}},
    }
    folders.tell(folder, told)
    return folder


def _said(n: int) -> str | None:
    return (None, "WBRI", "APKN", "BAFR", "Cornish")[n % 5]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("drawn")
    draw_up(_ran(place / "run"), out=place / "profile", title="=Profile of Wexmoor")
    return place / "profile"


def _table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _count(folder: Path, name: str, **at: str) -> str:
    return next(
        row["count"] for row in _table(folder, name) if all(row[key] == value for key, value in at.items())
    )


def test_every_number_of_the_profile_is_that_of_the_run(drawn: Path) -> None:
    assert _count(drawn, "children", list="Total") == "60"
    # known to both, and every fifth: 0, 15, 30, 45; too few to say
    assert _count(drawn, "children", list="Listed", held="Total") == "c"
    assert _count(drawn, "signs", sign="S01", state="Total") == "60"


def test_an_outsider_works_nothing_out_of_the_tables_alone_or_again(drawn: Path) -> None:
    paths = sorted((drawn / "tables").glob("*.csv"))
    found = publish.check_files(paths, publish.Policy())
    assert (len(paths), found.derived, found.conflicts) == (11, [], [])
    assert not check_again(drawn, before=[drawn]).derived

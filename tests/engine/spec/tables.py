"""Small tables in, small tables out: how the specification writes a run's folder and reads its answer."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from heard.engine import backend, tables
from heard.engine.link import link
from heard.engine.screen import screen
from heard.knowledge.model import Release

AS_OF = date(2026, 3, 31)


def put(folder: Path, table: tables.Table, *rows: dict[str, Any]) -> None:
    """Writes rows; columns that are not named are null."""
    backend.write(folder, table, pa.Table.from_pylist(list(rows), schema=table.schema))


def source(
    name: str, *, agency: str = "", keyed: bool | None = None, last: date | None = None
) -> dict[str, Any]:
    counts = {"read": 1, "kept": 1, "set_aside": 0, "issues": 0, "last_date": last}
    return {"source": name, "agency": agency or name, "kind": "csv", "keyed_by_child": keyed, **counts}


def record(source: str, record_id: str, name: str = "", born: str = "", **more: Any) -> dict[str, Any]:
    """`name` as "Given Family", `born` as YYYY-MM-DD; an NHS number or UPN is valid unless said otherwise."""
    given, _, family = name.rpartition(" ")
    row = {"source": source, "record_id": record_id, "agency": source, "file": f"{source}.csv", "row": 1}
    row |= {"given_name": given or None, "family_name": family or None}
    row |= {"birth_date": date.fromisoformat(born) if born else None}
    for number in ("nhs_number", "upn"):
        if number in more:
            row[f"{number}_valid"] = True
    return row | more


def linked(
    folder: Path, *records: dict[str, Any], loose: tuple[str, ...] = (), households: bool = True
) -> set[frozenset[str]]:
    """Links the records and gives the children, each as its records: {"school 1", "police 7"}."""
    names = sorted({(r["source"], r["agency"]) for r in records})
    sources = [source(name, agency=agency, keyed=name not in loose) for name, agency in names]
    put(folder, tables.RECORDS, *records)
    put(folder, tables.SOURCES, *sources)
    link(folder, households=households)
    children: dict[str, set[str]] = {}
    for row in backend.read(folder, tables.IDENTITIES).to_pylist():
        children.setdefault(row["person"], set()).add(f"{row['source']} {row['record_id']}")
    return {frozenset(members) for members in children.values()}


def band(folder: Path, left: str, right: str) -> tuple[str, str]:
    """Band and words of the pair of two records, or ("", "") where they were not compared."""
    for row in backend.read(folder, tables.LINKS).to_pylist():
        pair = {f"{row['left_source']} {row['left_id']}", f"{row['right_source']} {row['right_id']}"}
        if pair == {left, right}:
            return row["band"], row["why"]
    return "", ""


def seen(who: str, item: str, on: str, **more: Any) -> dict[str, Any]:
    """One observation: `who` is "source record_id", `on` YYYY-MM-DD."""
    source_name, record_id = who.split()
    row = {"source": source_name, "record_id": record_id, "item": item, "state": "seen", "field": "f"}
    row |= {"seen_on": date.fromisoformat(on), "strength": "direct", "counts": item[0] == "S"}
    return row | {"file": f"{source_name}.csv", "row": 1} | more


def silent(who: str, item: str) -> dict[str, Any]:
    return seen(who, item, "2026-01-01", state="not_known", seen_on=None)


def covers(
    source_name: str,
    item: str,
    state: str = "collected",
    days: tuple[str, str] | None = ("1990-01-01", "2099-12-31"),
) -> dict[str, Any]:
    """`days`: the first and last of which the source can speak; None where nothing says so."""
    first, last = (date.fromisoformat(day) for day in days) if days else (None, None)
    row = {"source": source_name, "agency": source_name, "item": item, "state": state, "fields": "f"}
    return row | {"first_day": first, "last_day": last}


class Screened:
    """The answer of a screen: children, evidence, known and who is set apart by their keys, and the summary."""

    def __init__(self, folder: Path, as_of: date | None, any_window: bool, release: Release | None) -> None:
        self.summary = screen(folder, as_of=as_of, any_window=any_window, release=release)
        self.children = {row["person"]: row for row in backend.read(folder, tables.CHILDREN).to_pylist()}
        self.evidence = backend.read(folder, tables.EVIDENCE).to_pylist()
        self.apart = {row["person"]: row for row in backend.read(folder, tables.SET_APART).to_pylist()}
        self.months = backend.read(folder, tables.MONTHS).to_pylist()
        self.known = {row["item"]: row for row in backend.read(folder, tables.KNOWN).to_pylist()}


def screened(
    folder: Path,
    persons: dict[str, list[str]],
    observations: list[dict[str, Any]],
    coverage: list[dict[str, Any]] | None = None,
    as_of: date | None = AS_OF,
    *,
    any_window: bool = False,
    release: Release | None = None,
    ends: dict[str, date] | None = None,
    lives: dict[str, dict[str, Any]] | None = None,
) -> Screened:
    """`persons`: each child's records as "source record_id". A source is its own agency, unless it has a dash:
    "council-cin" is the council's. `ends`: the last day of which a source speaks. `lives`: more of records, by "source record_id".
    """
    lives = lives or {}
    records = [(person, *who.split()) for person, whose in persons.items() for who in whose]
    put(
        folder,
        tables.RECORDS,
        *(record(s, r, agency=s.split("-")[0]) | lives.get(f"{s} {r}", {}) for _, s, r in records),
    )
    put(folder, tables.IDENTITIES, *({"source": s, "record_id": r, "person": p} for p, s, r in records))
    put(folder, tables.OBSERVATIONS, *observations)
    put(folder, tables.COVERAGE, *(coverage or []))
    put(
        folder,
        tables.SOURCES,
        *(
            source(s, agency=s.split("-")[0], last=(ends or {}).get(s))
            for s in sorted({s for _, s, _ in records})
        ),
    )
    return Screened(folder, as_of, any_window, release)

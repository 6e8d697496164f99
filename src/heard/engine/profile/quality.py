"""How good the data are: who supplied what, for which time, what is missing in it, and how well records were linked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from heard.engine import backend, tables
from heard.engine.profile.counting import PeriodToCount, table
from heard.engine.profile.people import groups
from heard.engine.profile.shape import TOTAL, Across, Cell, Hiding, Quality, Section, Tidy

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

RECORDS = "children’s records"
# Columns of the records that a profile uses, and what they are called.
FIELDS = {"birth_date": "Date of birth", "sex": "Sex", "postcode": "Postcode", "ethnicity": "Ethnicity"}
_PAIRS = 6  # times as many as are small
NOT_READ = "could not be read"
_KINDS = {
    "cin_census": "Children in Need census",
    "ssda903": "SSDA903 return",
    "annex_a": "Annex A workbook",
    "csv": "by a mapping",
    "not_read": NOT_READ,
}


def sources(engine: backend.Engine, asked: PeriodToCount) -> Tidy:
    """The records of each source, with its period and the share of its rows that was set aside."""
    held = {source: row["n"] for source, row in _filled(engine).items()}
    rows = sorted(
        backend.read(engine.folder, tables.SOURCES).to_pylist(),
        key=lambda one: (one["agency"], one["source"]),
    )
    cells: list[Cell] = [asked.cell({}, sum(held.values()))]
    agency = ""
    for row in rows:
        if row["agency"] != agency:
            agency = row["agency"]
            of = [row["source"] for row in rows if row["agency"] == agency]
            cells.append(asked.cell({"source": (agency,)}, sum(held.get(one, 0) for one in of)))
        beside = {
            "kind": _KINDS.get(row["kind"], "own layout"),
            "from": _day(row["first_date"]),
            "to": _day(row["last_date"]),
            "rows_set_aside": share(row["set_aside"], row["read"], asked.small),
        }
        cells.append(
            asked.cell({"source": (agency, row["source"])}, held.get(row["source"], 0), beside=beside)
        )
    return table("sources", RECORDS, {"source": ("agency", "source")}, cells, {"source"})


def fields(folder: Path, printed: Tidy, small: int, hidden: str) -> Iterable[tuple[str, ...]]:
    """Of each source, in words, how many of its records lack each of `FIELDS`; hidden where its number of records is."""
    with backend.engine(folder) as engine:
        found = _filled(engine)
    for cell in printed.cells:
        where = cell.at("source")
        row = found.get(where[-1]) if len(where) == 2 else None
        if row is None:
            continue
        said = [
            hidden if cell.text == hidden else share(row["n"] - row[field], row["n"], small)
            for field in FIELDS
        ]
        yield (where[-1], *said)


def _filled(engine: backend.Engine) -> dict[str, dict[str, Any]]:
    """Of each source, how many records it has (`n`), and how many of them have each field."""
    records = engine.read(tables.RECORDS)
    filled = {field: records[field].count() for field in FIELDS}
    counted = records.group_by("source").agg(n=records.count(), **filled)
    return {row["source"]: row for row in counted.to_pyarrow().to_pylist()}


def linking(folder: Path, small: int) -> Iterable[tuple[str, ...]]:
    """Expected precision and recall of the links by group, with intervals; nothing where the run did not measure them.

    How wide an interval is tells how many pairs there are: groups of few have no row.
    """
    if not (folder / f"{tables.QUALITY.name}.parquet").is_file():
        return
    names = {"sex": groups()["sex"], "ethnicity": groups()["codes"]}
    for row in backend.read(folder, tables.QUALITY).to_pylist():
        if row["pairs"] > _PAIRS * small:
            value = names.get(row["group"], {}).get(row["value"], row["value"])
            yield row["group"], value, *(_of_hundred(row, name) for name in ("precision", "recall"))


def reach(folder: Path, asked: PeriodToCount) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The headings, and a line for those signs of a source that it covers alike: source, signs, and how much of each month of the profile
    it covers. Nothing of a run that did not write it. It says what could have been seen, and counts nobody."""
    if not (folder / f"{tables.MONTHS.name}.parquet").is_file():
        return (), []
    rows = backend.read(folder, tables.MONTHS).to_pylist()
    rows = [row for row in rows if asked.first.replace(day=1) <= row["month"] <= asked.as_of]
    covered: dict[tuple[str, str], dict[date, str]] = {}
    for row in rows:
        covered.setdefault((row["source"], row["item"]), {})[row["month"]] = row["covered"]
    months = sorted({row["month"] for row in rows})
    labels = {sign.id: sign.label for sign in asked.release.signs}
    alike: dict[tuple[str, ...], list[str]] = {}
    for (source, item), by_month in sorted(covered.items()):
        alike.setdefault((source, *(by_month[month] for month in months)), []).append(labels[item])
    lines = [(source, "; ".join(signs), *shares) for (source, *shares), signs in alike.items()]
    return ("Source", "Signs", *(f"{month:%b %y}" for month in months)), lines


def notes(told: Mapping[str, Any], hiding: Hiding) -> Iterable[str]:
    """What has to be known besides, in sentences. `told`: the manifest of the run."""
    waiting = told["steps"]["link"]["for_a_person"]
    if waiting:
        number = hiding.printed(waiting) if waiting > hiding.small else "A few"
        yield f"{number} pairs of records that may be one child wait for a person to judge; until then they count as two."


def of(printed: Tidy, folder: Path, told: Mapping[str, Any], asked: PeriodToCount, hiding: Hiding) -> Quality:
    supplied = Section(
        "sources",
        "Who supplied what",
        (),
        "",
        printed,
        "source",
        "Agency and source",
        Across(heads={"Children’s records": ()}),
        labels={TOTAL: "All sources"},
        beside={"Kind": "kind", "From": "from", "To": "to", "Rows set aside": "rows_set_aside"},
    )
    reach_head, lines = reach(folder, asked)
    return Quality(
        supplied,
        ("Source", *FIELDS.values()),
        tuple(fields(folder, printed, asked.small, hiding.hidden)),
        tuple(linking(folder, asked.small)),
        tuple(notes(told, hiding)),
        reach_head,
        tuple(lines),
    )


def share(part: int, whole: int, small: int) -> str:
    """So many of a hundred, in words that say of no small number what it is."""
    if part == 0:
        return "none"
    if part == whole:
        return "all"
    least = min(99, ceil(100 * (small + 1) / whole))
    if part <= small:
        return f"fewer than {least} in 100"
    if whole - part <= small:
        return f"more than {100 - least} in 100"
    return f"{round(100 * part / whole)} in 100"


def _of_hundred(row: Mapping[str, Any], name: str) -> str:
    value, low, high = (row[key] for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return "not measured"
    return (
        f"{100 * value:.1f} in 100 ({100 * low:.1f} to {100 * high:.1f})"
        if low is not None
        else f"{100 * value:.1f} in 100"
    )


def _day(day: Any) -> str:
    return day.isoformat() if day else "not known"

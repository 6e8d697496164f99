"""A finished run whose tables are made by hand, so that its pairs are known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.insight.conftest import said

from heard.agencies.models import User
from heard.engine import tables
from heard.insight.judgement.rules import Pair
from heard.insight.models import EngineRun

TWINS, MOVED = Pair("cin", "1", "police", "9"), Pair("cin", "2", "school", "7")
REASONS = [
    {"comparison": "family name", "level": "the same", "weight": 4.5},
    {"comparison": "birth date", "level": "the same", "weight": 7.0},
    {"comparison": "given name", "level": "different", "weight": -6.25},
]


def _record(source: str, record_id: str, **other: Any) -> dict[str, Any]:
    about = {
        "agency": source.title(),
        "file": f"{source}.csv",
        "family_name": "Okonjo",
        "birth_date": date(2010, 5, 4),
    }
    return {"source": source, "record_id": record_id} | about | other


def _write(folder: Path, table: tables.Table, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), folder / f"{table.name}.parquet")


def run_with_pairs(*, by: User) -> EngineRun:
    """A finished run with two pairs for a person and one that is linked."""
    made = EngineRun.objects.create(**said(), started_by=by, state="done")
    made.result.mkdir(parents=True)
    links = [
        {**pair._asdict(), "probability": 0.8, "band": band, "why": "they may be one child"}
        for pair, band in (
            (TWINS, "for_a_person"),
            (MOVED, "for_a_person"),
            (Pair("cin", "3", "school", "3"), "linked"),
        )
    ]
    _write(made.result, tables.LINKS, links)
    _write(made.result, tables.RECORDS, [
        _record("cin", "1", given_name="Ada"), _record("police", "9", given_name="Eva", postcode="WX1 1AA"),
        _record("cin", "2", given_name="Bo"), _record("school", "7", given_name="BO"),
    ])  # fmt: skip
    other_way = Pair(*TWINS.right, *TWINS.left)
    reasons = pa.Table.from_pylist([{**other_way._asdict(), **reason} for reason in REASONS])
    pq.write_table(reasons, made.result / "reasons.parquet")
    return made


def run_listing(run: EngineRun, listed: dict[str, list[tuple[str, str]]]) -> None:
    """Puts children on the run's list: each key with the source and key of the records that are of it."""
    day = date(2026, 3, 1)
    seen = {"signs": ["S01"], "agencies": ["Cin"], "scattered": True}
    seen |= dict.fromkeys(("first_seen", "last_seen", "window_first", "window_last"), day)
    _write(run.result, tables.CHILDREN, [{"person": key, **seen} for key in listed])
    members = [
        {"person": key, "source": source, "record_id": record_id}
        for key, records in listed.items()
        for source, record_id in records
    ]
    _write(run.result, tables.IDENTITIES, members)
    told = {"kind": "csv", "read": 1, "kept": 1, "set_aside": 0, "issues": 0, "keyed_by_child": True}
    named = sorted({member["source"] for member in members})
    _write(run.result, tables.SOURCES, [{"source": text, "agency": text.title(), **told} for text in named])
    _write(run.result, tables.EVIDENCE, [])
    run.summary = {"release": "", "as_of": "2026-04-01", "listed": len(listed)}
    run.save(update_fields=["summary"])

"""Mapped sources are read many rows at once: the same tables come out as when every row is read by itself (`row_by_row.py`)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.intake.books import book
from tests.engine.intake.conftest import TODAY
from tests.engine.intake.row_by_row import RowByRow

from heard.engine import intake
from heard.engine.intake import delimited, mapped, parquet, sheets, values
from heard.engine.intake.values import (
    mended_postcode,
    no_name,
    no_number,
    plain_ends,
    plain_ids,
    plain_names,
    plain_nhs_numbers,
    plain_postcodes,
    read_id,
    read_nhs_number,
    read_postcode,
    tidy,
)

TABLES = ("records", "observations", "issues", "coverage", "sources", "assessments")
HEAD = ["id", "old id", "first", "middle", "last", "dob", "Y", "M", "D", "sex", "postcode", "nhs", "upn", "from", "to", "died", "count",
        "kind", "spare"]  # fmt: skip
KEYED = """sources:
  people:
    agency: police
    files: "people*"
    authority: E10000001
    record: {record_id: id, local_id: id, given_name: first, family_name: last, birth_date: dob, sex: sex, postcode: postcode,
             nhs_number: nhs, upn: upn, address: spare, ethnicity: kind, died_on: died, worker: [middle, spare]}
    dated_by: from
    until: to
    items:
      S01: {every_row: true}
      S06: {column: count, at_least: 5}
      S03: [{column: kind, in: [alcohol, drugs], strength: proxy, counts: false}, {column: spare, in: [x]}]
      V06: {column: kind, in: [MLD], blank: no}
    expect:
      - {column: id, unique: yes}
      - {column: count, between: [0, 10]}
      - {column: from, at_least: 2020-01-01}
      - {column: last, filled: 90%}
      - {rows_at_least: 3}
"""
SPREAD = """sources:
  people:
    agency: school
    files: "people*"
    record: {record_id: [id, old id], given_name: [first, middle], family_name: last, birth_date: {year: Y, month: M, day: D},
             postcode: [postcode, spare], nhs_number: nhs}
    dated_by: [from, to]
    until: [to, died]
    dates: [yyyy-mm-dd, dd/mm/yyyy]
    born: [2000, 2020]
    items:
      S06: {column: count, at_least: 5}
      V06: {column: kind, in: [MLD]}
"""
NUMBERED = """sources:
  people:
    agency: health
    files: "people*"
    record: {record_id: nhs, nhs_number: nhs, given_name: first, birth_date: [dob, from]}
    dated_by: {year: Y, month: M, day: D}
    items: {S01: {every_row: true}}
"""
NAMELESS = """sources:
  people:
    agency: youth club
    files: "people*"
    record: {given_name: first, family_name: last, birth_date: dob, postcode: postcode, upn: upn}
"""
MAPPINGS = st.sampled_from([KEYED, SPREAD, NUMBERED, NAMELESS])

ODD = ["", " ", "0", "n/a", "Not known", "xx", "-", "?", " 7 ", "7.0", "0000000", "x" * 90, "\xa0a\u2003", "Zo\u00eb", "\u0130", "a\x1fb",
       "1", "2", "A1"]  # fmt: skip
DAYS = ["2025-03-01", "01/02/2025", "13/02/2025", "02/13/2025", "1-2-25", "3 Mar 2011", "2011", "03/2011", "2011-02-30", "1066-01-01",
        "2027-01-01", "2010-05-06T00:00:00", "2019-01-01", "06/07/2012", "2010-??-01", "20100506"]  # fmt: skip
FIELDS = {
    "id": ["N1", "N2", "n 3", "9434765919"], "first": ["Ada", "Bea", "Unknown", "ADA"], "last": ["Bell", "Carr", "na", "N/A"],
    "dob": ["2010-05-06", "2010-05-06", "2012-09-09", *DAYS], "Y": ["2010", "2010.0", "99", "2031"], "M": ["5", "05", "13", "Mar"],
    "D": ["6", "31", "6.0"], "sex": ["F", "2", "boy", "??"], "postcode": ["LE1 1AA", "le11aa", "LEI 1AA", "nonsense"],
    "nhs": ["9434765919", "943 476 5919", "9434765918", "1111111111", "unknown"], "upn": ["B801200005001", "b8012 00005001", "UN1"],
    "from": DAYS, "to": DAYS, "died": DAYS, "count": ["5", "4.5", "11", "many", "-1"], "kind": ["alcohol", "Drugs ", "mld", "MLD.0"],
}  # fmt: skip


def cells(name: str) -> st.SearchStrategy[str]:
    usual, odd = st.sampled_from(FIELDS.get(name, ["x", "12 High Street"])), st.sampled_from(ODD)
    return st.one_of(usual, usual, usual, odd)


ROWS = st.lists(st.tuples(*map(cells, HEAD)), max_size=14)
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What goes wrong with a line: where it is put, and what.
BREAKS = st.lists(
    st.tuples(
        st.integers(0, 4_000),
        st.sampled_from(['"', '""', '"\n', '\n"', "\0", "\n", "\r", "\r\n", "\n\n", "\x1a\n", ",", ",,,", "\t", ' "', '",', ',"', "x" * 400,
                         "\n" + "," * 18 + "\n", '"a\nb"', '\n  \n', "\u2028", "\n,,\n"]),
    ),
    max_size=6,
)  # fmt: skip
MARKED = st.sampled_from([",", ",", ";", "\t", "|"])
WRITTEN = st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le"])
BEFORE = st.sampled_from(["", "", "", "\n", "sep=,\n", "\x1a\n\n"])


def quoted(text: str, mark: str, always: bool) -> str:
    return (
        '"' + text.replace('"', '""') + '"' if always or mark in text or '"' in text or "\n" in text else text
    )


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    mark, always = draw(MARKED), draw(st.booleans())
    head = list(HEAD)
    if draw(st.booleans()):
        head[draw(st.integers(0, len(head) - 1))] = draw(
            st.sampled_from(["other", "id", "first name", '"', ""])
        )
    lines = [head, *draw(ROWS)]
    text = draw(BEFORE) + "".join(
        mark.join(quoted(cell, mark, always) for cell in line) + "\n" for line in lines
    )
    for place, what in draw(BREAKS):
        place %= len(text) + 1
        text = text[:place] + what + text[place:]
    return text.encode(draw(WRITTEN), "replace")


@contextmanager
def small(block: int) -> Iterator[None]:
    """So little at once, and lines that are too long so soon, that a small file has every edge."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_BLOCK", block)
        patch.setattr(delimited, "LONGEST_LINE", 700)
        patch.setattr(sheets, "_ROWS", 3)
        patch.setattr(parquet, "_BATCH", 3)
        yield


def read(folder: Path, mapping: Path, way: type[Any]) -> dict[str, list[dict[str, Any]]]:
    out = folder.parent / way.__name__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapped, "MappedFiles", way)
        intake.read([folder], out=out, mapping=mapping, today=TODAY)
    return {name: pq.read_table(out / f"{name}.parquet").to_pylist() for name in TABLES}


def both_ways_agree(files: dict[str, bytes], mapping: str, block: int = 8_000_000) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as held, small(block):
        folder = Path(held) / "extracts"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (told := Path(held) / "mapping.yaml").write_text(mapping)
        one, other = (read(folder, told, way) for way in (mapped.MappedFiles, RowByRow))
        for name in TABLES:
            assert one[name] == other[name], name
        return one


@QUICK
@given(st.lists(tables(), min_size=1, max_size=2), MAPPINGS, st.integers(1, 2_000))
def test_hostile_text_tells_the_same_in_columns_as_row_by_row(
    files: list[bytes], mapping: str, block: int
) -> None:
    both_ways_agree({f"people{n}.csv": content for n, content in enumerate(files)}, mapping, block)


BITS = [*'",;\n\r\0\x1a', '""', "a", " ", "1", "2010-05-06", '"\n"', "\n\n", "x" * 300, "\u00e9"]


@QUICK
@given(st.lists(st.sampled_from(BITS), max_size=80).map("".join), MAPPINGS, st.integers(1, 300))
def test_bits_of_text_tell_the_same(text: str, mapping: str, block: int) -> None:
    both_ways_agree({"people.csv": (",".join(HEAD) + "\n" + text).encode()}, mapping, block)
    both_ways_agree({"people.csv": ("id,first\n" + text).encode()}, mapping, block)


VALUES = st.one_of(
    st.sampled_from([*DAYS, *ODD, "N1", "N2", "Ada", "Bell", "#N/A", "a\0b", None]),
    st.integers(-5, 3000), st.booleans(), st.none(), st.dates(date(2000, 1, 1), date(2026, 1, 1)),
    st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1)), st.floats(-1e6, 1e6),
)  # fmt: skip


@settings(QUICK, max_examples=40)
@given(st.lists(st.lists(VALUES, min_size=len(HEAD), max_size=len(HEAD)), max_size=9), MAPPINGS)
def test_a_workbook_tells_the_same(rows: list[list[Any]], mapping: str) -> None:
    clean = [
        [c.replace("\0", "").replace("\x1f", "") if isinstance(c, str) else c for c in row] for row in rows
    ]
    both_ways_agree({"people.xlsx": book({"Data": [HEAD, *clean]})}, mapping)


KINDS = [pa.string(), pa.large_string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"), pa.binary(),
         pa.list_(pa.int8()), pa.decimal128(9, 2), pa.dictionary(pa.int8(), pa.string()), pa.null()]  # fmt: skip
OF_KIND = {
    pa.string(): st.sampled_from([*DAYS, *ODD, "N1", "Ada", "#N/A", "a\0b"]), pa.int64(): st.integers(-5, 3000), pa.bool_(): st.booleans(),
    pa.float64(): st.one_of(st.floats(-1e6, 1e6), st.sampled_from([1.0, float("nan"), -0.0])),
    pa.date32(): st.dates(date(2000, 1, 1), date(2026, 1, 1)), pa.timestamp("us"): st.datetimes(datetime(1990, 1, 1), datetime(2026, 1, 1)),
    pa.binary(): st.binary(max_size=3), pa.list_(pa.int8()): st.just([1]), pa.decimal128(9, 2): st.decimals(-99, 99, places=2),
    pa.null(): st.none(),
}  # fmt: skip


@st.composite
def parquets(draw: st.DrawFn) -> pa.Table:
    count = draw(st.integers(0, 9))
    columns = []
    for _ in HEAD:
        kind = draw(st.sampled_from(KINDS))
        value = OF_KIND.get(kind, OF_KIND[pa.string()])
        told = draw(st.lists(st.one_of(value, value, st.none()), min_size=count, max_size=count))
        columns.append(pa.array(told, kind))
    return pa.table(columns, names=HEAD)


@settings(QUICK, max_examples=60)
@given(parquets(), MAPPINGS)
def test_a_parquet_file_tells_the_same(table: pa.Table, mapping: str) -> None:
    out = pa.BufferOutputStream()
    pq.write_table(table, out)
    both_ways_agree({"people.parquet": out.getvalue().to_pybytes()}, mapping)


def test_a_day_that_no_calendar_has_costs_its_cell_and_not_the_file() -> None:
    out = pa.BufferOutputStream()
    days = pa.array([14_735, 9_999_999, 14_736], pa.int32()).cast(pa.date32())
    pq.write_table(pa.table({"id": ["a", "b", "c"], "first": ["A", "B", "C"], "dob": days}), out)
    with tempfile.TemporaryDirectory() as held:
        path, told = Path(held) / "people.parquet", Path(held) / "mapping.yaml"
        path.write_bytes(out.getvalue().to_pybytes())
        told.write_text(NUMBERED.replace("{record_id: nhs, nhs_number: nhs,", "{record_id: id,"))
        done = intake.read([path], out=Path(held) / "out", mapping=told, today=TODAY)
        issues = pq.read_table(Path(held) / "out" / "issues.parquet").to_pylist()
    assert done.kept == 3
    assert [row["row"] for row in issues if row["code"] == "cells_wrong"] == [2]


TEXTS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"\A[ A-Za-z0-9./?_-]{0,12}\Z"),
    st.sampled_from(sorted(values._NO_NAME | values._NO_ID)).map(str.title),
)


@settings(max_examples=400)
@given(TEXTS)
def test_what_is_plain_is_left_as_it_is_by_its_rule(text: str) -> None:
    column = pa.array([text], pa.string())
    if plain_names(column)[0]:
        assert not no_name(text)
        assert tidy(text) == text
    if plain_ends(column)[0]:
        assert tidy(text) == text
    if plain_ids(column)[0]:
        assert read_id(text) == text
    if plain_nhs_numbers(column)[0]:
        assert not no_number(text)
        assert read_nhs_number(text) == (text, True)
    if plain_postcodes(column)[0]:
        assert read_postcode(text) == text
        assert mended_postcode(text) == text


@settings(max_examples=400)
@given(st.lists(st.from_regex(r"\A[0-9]{9,11}\Z"), min_size=1, max_size=30))
def test_an_nhs_number_is_plain_where_its_check_digit_holds(texts: list[str]) -> None:
    texts += ["9434765919", "0123456789", "1111111111", "9876543210", "0000000000", "9434765918"]
    told = [
        read_nhs_number(text) == (text, True) and not no_number(text) and len(text) == 10 for text in texts
    ]
    assert plain_nhs_numbers(pa.array(texts)).tolist() == told
    assert any(told)


def test_most_names_ids_and_postcodes_are_plain() -> None:
    assert plain_names(pa.array(["Ada", "Zachary", "Bell-Carr"])).all()
    assert plain_ids(pa.array(["N1", "40012", "B801200005001"])).all()
    assert plain_postcodes(pa.array(["LE1 1AA", "SW1A 2AA", "M1 1AE"])).all()
    assert not plain_names(pa.array(["Unknown", "xx", " Ada", "n/a", ""])).any()
    assert not plain_ids(pa.array(["unknown", "999999999", "", "A 1"])).any()

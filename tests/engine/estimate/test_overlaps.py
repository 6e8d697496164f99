"""The table of overlaps: what is read, and that a bad table is one sentence."""

from __future__ import annotations

import contextlib
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.engine import backend, tables
from heard.engine.estimate import NotDone, from_csv, from_run

GOOD = "LA,NG,PF,count\n1,0,0,9\n0,1,0,8\n0,0,1,7\n1,1,0,3\n0,1,1,2\n"


@pytest.fixture
def read(tmp_path):
    def read(text: str | bytes):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return from_csv(path)

    return read


def test_a_table_is_read_whatever_the_order_of_rows_and_columns(read):
    turned = "count,LA,NG,PF\n2,0,1,1\n7,0,0,1\n3,1,1,0\n9,1,0,0\n\n8,0,1,0\n0,0,0,0\n"
    first, second = read(GOOD), read("\ufeff" + turned)
    assert first.lists == second.lists == ("LA", "NG", "PF")
    assert first.counts.tolist() == second.counts.tolist() == [0, 9, 8, 3, 7, 0, 2, 0]
    assert first.observed == 29


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("1,0,5\n0,1,3\n", "no header"),
        ("LA,LA,count\n1,0,1\n", "a name of its own"),
        ("LA,,count\n1,0,1\n", "a name of its own"),
        ("count\n1\n", "no header"),
        ("LA,count\n1,5\n", "has one list"),
        ("LA,NG,PF\n1,0,0\n1,1,0\n0,1,1\n", "no column counts children"),
        (",".join(f"l{i}" for i in range(11)) + ",count\n", "11 lists; 10 at most"),
        (GOOD + "1,0,1\n", "row 6 has 3 columns where the header has 4"),
        (GOOD + "1,0,yes,4\n", "row 6: a list's column holds something other than 0 or 1"),
        (GOOD + "1,0,1,-4\n", "row 6: the count is negative"),
        (GOOD + "1,0,1,\n", "row 6: the count is no whole number"),
        (GOOD + "1,0,1,1.5\n", "row 6: the count is no whole number"),
        (GOOD + "1,0,1,nan\n", "row 6: the count is no whole number"),
        (GOOD + "1,0,1,99999999999\n", "row 6: the count is above"),
        (GOOD + "1,1,0,3\n", "rows 4 and 6 are the same lists"),
        (GOOD + "0,0,0,3\n", "counts children on no list"),
        ("LA,NG,count\n1,0,0\n0,1,0\n", "holds no child"),
        ("LA,NG,PF,count\n1,0,0,5\n0,1,0,4\n0,0,1,3\n", "no child is on two lists"),
        ("LA,NG,count\n1,0,0\n0,1,0\n1,1,7\n", "fewer than two lists"),
        ("LA,NG,PF,count\n1,0,0,5\n1,1,0,4\n1,0,1,3\n", "everybody is on LA"),
        (b"\xff\xfeL\x00A\x00", "cannot be read as CSV"),
    ],
)  # fmt: skip
def test_a_bad_table_is_refused_by_one_sentence_that_says_what_to_mend(read, text, said):
    with pytest.raises(NotDone, match=said):
        read(text)


def test_lists_that_can_say_nothing_are_set_aside_and_named(read):
    table = read(
        "LA,NG,PF,copy,none,count\n1,0,0,0,0,9\n0,1,0,0,0,8\n0,0,1,1,0,7\n1,1,0,0,0,3\n0,1,1,1,0,2\n"
    )
    assert table.lists == ("LA", "NG", "PF")
    assert table.counts.tolist() == read(GOOD).counts.tolist()
    assert len(table.set_aside) == 2
    assert "copy" in table.set_aside[0]
    assert "Nobody is on none" in table.set_aside[1]


def test_without_a_list_the_children_who_are_on_it_alone_are_not_known(read):
    rest = read(GOOD).without("NG")
    assert rest.lists == ("LA", "PF")
    assert rest.counts.tolist() == [0, 12, 9, 0]


CELLS = st.sampled_from(
    [
        "0",
        "1",
        "1",
        "0",
        "7",
        "-1",
        "",
        " ",
        "x",
        '"',
        "\n",
        "\n",
        ",",
        ";",
        "count",
        "LA",
        "9" * 400,
        "\0",
        "1_0",
        "١",
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.lists(CELLS, max_size=40).map(lambda cells: ("LA,NG,count\n" + ",".join(cells)).encode()),
    )
)
def test_whatever_a_file_holds_it_is_a_table_or_a_sentence(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        with contextlib.suppress(NotDone):
            assert from_csv(path).observed > 0


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(NotDone, match="is not there"):
        from_csv(tmp_path / "nowhere.csv")


def _sources(*names_and_agencies):
    rows = [
        {"source": s, "agency": a, "kind": "csv", "read": 1, "kept": 1, "set_aside": 0, "issues": 0, "first_date": None,
         "last_date": None, "keyed_by_child": True}
        for s, a in names_and_agencies
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=tables.SOURCES.schema)


@pytest.fixture
def run(tmp_path):
    """Two sources of the council, one of police, one of health: children p1 to p4."""
    who = [("cin", "a", "p1"), ("ssda", "a", "p1"), ("cin", "b", "p2"), ("police", "x", "p1"), ("police", "y", "p3"),
           ("health", "m", "p3"), ("health", "n", "p4")]  # fmt: skip
    rows = [{"source": s, "record_id": r, "person": p} for s, r, p in who]
    backend.write(tmp_path, tables.IDENTITIES, pa.Table.from_pylist(rows, schema=tables.IDENTITIES.schema))
    backend.write(
        tmp_path,
        tables.SOURCES,
        _sources(("cin", "council"), ("ssda", "council"), ("police", "police"), ("health", "health")),
    )
    return tmp_path


def test_the_agencies_of_a_run_are_the_lists(run):
    table = from_run(run)
    assert table.lists == ("council", "health", "police")
    assert table.counts.tolist() == [0, 1, 1, 0, 0, 1, 1, 0]
    assert "whatever is known of them" in table.notes[0]


def test_with_signs_only_records_count_in_which_a_sign_was_seen_that_counts(run):
    def saw(source, record, item="S01", state="seen", counts=True):
        return {"source": source, "record_id": record, "item": item, "state": state, "field": "f", "strength": "direct",
                "counts": counts, "file": "f"}  # fmt: skip

    rows = [saw("cin", "a"), saw("police", "x"), saw("cin", "b"), saw("health", "m"), saw("police", "y"), saw("police", "y", "S02"),
            saw("health", "n", "V01"), saw("health", "n", counts=False), saw("health", "n", state="not_known")]  # fmt: skip
    backend.write(run, tables.OBSERVATIONS, pa.Table.from_pylist(rows, schema=tables.OBSERVATIONS.schema))
    assert from_run(run, signs=True).counts.tolist() == [0, 1, 0, 0, 0, 1, 1, 0]


def test_a_run_of_one_agency_is_refused(run):
    backend.write(
        run, tables.SOURCES, _sources(("cin", "one"), ("ssda", "one"), ("police", "one"), ("health", "one"))
    )
    with pytest.raises(NotDone, match="has one list"):
        from_run(run)


def test_signs_of_a_run_are_those_of_its_window_and_who_was_of_age_is_left_out(run):
    def saw(source, record, on, **more):
        return {"source": source, "record_id": record, "item": "S01", "state": "seen", "field": "f", "strength": "direct",
                "counts": True, "file": "f", "seen_on": date.fromisoformat(on)} | more  # fmt: skip

    rows = [saw("cin", "a", "2026-01-01"), saw("police", "x", "2026-01-01"), saw("health", "m", "2020-01-01"),
            saw("police", "y", "2020-01-01", until=date(2026, 1, 1)), saw("health", "n", "2026-02-01"),
            saw("cin", "b", "2026-01-01")]  # fmt: skip
    backend.write(run, tables.OBSERVATIONS, pa.Table.from_pylist(rows, schema=tables.OBSERVATIONS.schema))
    who = backend.read(run, tables.IDENTITIES).to_pylist()
    records = [
        {"source": row["source"], "record_id": row["record_id"], "agency": "a", "file": "f",
         "birth_date": date(1990, 1, 1) if row["person"] == "p4" else date(2012, 1, 1)}
        for row in who
    ]  # fmt: skip
    backend.write(run, tables.RECORDS, pa.Table.from_pylist(records, schema=tables.RECORDS.schema))
    window = (date(2025, 4, 1), date(2026, 3, 31))
    found = from_run(run, signs=True, window=window)
    assert (found.lists, found.counts.tolist()) == (("council", "police"), [0, 1, 1, 1])
    everybody = from_run(run, window=window)
    assert everybody.counts.tolist() == [0, 1, 0, 0, 0, 1, 1, 0]
    assert any("of age before the run's window" in note for note in everybody.notes)

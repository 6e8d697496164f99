"""Each format is a folder with data and a little code; what holds for one holds for all, also for the next."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.intake.books import book, with_member, with_members
from tests.engine.intake.conftest import Read, read_paths
from tests.engine.intake.examples import EXAMPLES
from tests.engine.intake.test_annex_a import CARE, IN_CARE

from heard.engine.intake import formats, workbook
from heard.engine.tables import NotDone

FOLDERS = sorted(path.parent for path in Path(formats.__file__).parent.glob("*/__init__.py"))
NAMES = [folder.name for folder in FOLDERS]
GUIDE = Path(__file__).parents[3] / "docs" / "guide"
QUICK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def test_every_folder_is_a_format() -> None:
    assert [form.name for form in formats.known()] == NAMES


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_format_describes_itself_in_data(folder: Path) -> None:
    told = yaml.safe_load((folder / "format.yaml").read_text(encoding="utf-8"))
    assert set(told) == {"title", "agency", "together", "send"}
    assert told["together"] in ("file", "folder")
    assert [path.name for path in folder.glob("*.yaml") if path.name not in ("format.yaml", "carriers.yaml")]


@pytest.mark.parametrize("name", NAMES)
def test_the_guide_for_analysts_knows_each_format(name: str) -> None:
    (form,) = (one for one in formats.known() if one.name == name)
    assert form.title.split(",")[0].lower() in (GUIDE / "analyst.md").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("name", NAMES)
def test_an_example_in_order_is_read_whole(read: Callable[..., Read], name: str) -> None:
    done = read(EXAMPLES[name], mapping=None)
    assert {source.kind for source in done.summary.sources} == {name}
    assert done.summary.read == done.summary.kept > 0
    assert done.seen()
    assert done.table("records")[0]["ethnicity"] == "WBRI"
    items = [row["item"] for row in done.table("coverage") if row["source"] == done.summary.sources[0].source]
    assert len(items) == len(set(items)) == 29


@pytest.mark.parametrize("name", NAMES)
def test_no_format_takes_the_files_of_another(tmp_path: Path, name: str) -> None:
    for file, content in EXAMPLES[name].items():
        path = tmp_path / Path(file).name
        path.write_bytes(content)
        takers = [
            form.name
            for form in formats.known()
            if isinstance(form.recognises(path, content[:200]), formats.Mine)
        ]
        assert takers == [name]


# ---- Whatever comes in: never a traceback, and rows read = rows kept + rows set aside.


def borne(files: dict[str, bytes]) -> None:
    """Reads the files, or is refused by a sentence; what was read is counted whole."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            read = read_paths(Path(folder) / "out", Path(folder) / "in")
        except NotDone:
            return
        for source in read.table("sources"):
            assert source["read"] == source["kept"] + source["set_aside"]
            assert source["issues"] == sum(i["source"] == source["source"] for i in read.table("issues"))


SPOILT = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6
)  # where, how much is cut out, what is put in


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(spoilt=SPOILT, cut=st.floats(0.2, 1))
def test_bytes_that_are_spoilt_anywhere_are_borne(
    name: str, spoilt: list[tuple[float, int, bytes]], cut: float
) -> None:
    files = {}
    for file, content in EXAMPLES[name].items():
        for where, length, put in spoilt:
            place = int(where * len(content))
            content = content[:place] + put + content[place + length :]
        files[file] = content[: int(cut * len(content)) + 1]
    borne(files)


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)), st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=12).filter(
        lambda text: not text.startswith("=")),
    st.sampled_from(["#N/A", "a) WBRI", "K2 - Children's Homes", "Unknown", "Child Unique ID", "0", "1.0", "2025-01-02"]),
)  # fmt: skip


@QUICK
@given(rows=st.lists(st.lists(CELL, max_size=9), max_size=5), header=st.permutations(CARE))
def test_any_cells_of_a_workbook_are_borne(rows: list[list[object]], header: list[str]) -> None:
    borne(
        {"a.xlsx": book({"List 8": [header, *rows]}), "b.xlsx": book({"List 8": rows, "x": [CARE, IN_CARE]})}
    )


# ---- Workbooks that would hurt

GOOD = EXAMPLES["annex_a"]["annex.xlsx"]
SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><worksheet>&c;</worksheet>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (with_member(GOOD, SHEET, BOMB), "declares entities"),
        (with_member(GOOD, SHEET, b"<!-- " + b"x" * 100_000 + b" -->" + BOMB[21:]), "declares entities"),
        (with_member(GOOD, "xl/media/big.bin", bytes(60 << 20)), "far larger"),
        (with_members(GOOD, [f"xl/media/{number}" for number in range(10_001)]), "more than 10000 parts"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "it is a workbook"),
        (GOOD[: len(GOOD) // 2], "no workbook that can be read"),
    ],
    ids=["entities", "entities far down", "a bomb", "many parts", "locked", "cut off"],
)
def test_a_workbook_that_would_hurt_is_refused_with_a_sentence(
    read: Callable[..., Read], content: bytes, said: str
) -> None:
    done = read({**EXAMPLES["cin_census"], "a.xlsx": content}, mapping=None)
    assert said in done.issue("left_out")["what"]
    assert done.counts == (1, 1, 0)


def test_a_sheet_that_breaks_off_keeps_what_came_before(read: Callable[..., Read]) -> None:
    whole = book({"List 8": [CARE, *[[n, *IN_CARE[1:]] for n in range(1, 400)]]})
    with zipfile.ZipFile(io.BytesIO(whole)) as pack:
        sheet = pack.read(SHEET)
    done = read({"a.xlsx": with_member(whole, SHEET, sheet[: len(sheet) * 3 // 4])}, mapping=None)
    assert done.codes("set_aside") == ["workbook_broken"]
    assert 200 < done.summary.kept < 399


def test_rows_beyond_the_end_of_a_sheet_are_said_not_to_be_read(
    read: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [CARE, *[[n, *IN_CARE[1:]] for n in range(1, 40)]]
    monkeypatch.setattr(workbook, "_MOST_ROWS", 40)
    assert read({"a.xlsx": book({"List 8": rows})}, mapping=None).codes("set_aside") == []
    done = read({"a.xlsx": book({"List 8": [*rows, [40, *IN_CARE[1:]]]})}, mapping=None)
    assert done.codes("set_aside") == ["workbook_broken"]
    assert done.summary.kept == 39


PEOPLE = """sources:
  people:
    agency: youth club
    files: "people.*"
    record: {record_id: id, given_name: name, birth_date: {year: Y, month: M, day: D}}
    expect:
      - {column: id, unique: yes}
"""
TABLE = {
    "id": [1, 2, None],
    "name": ["Ada", None, "x"],
    "Y": [2010.0, 2011.5, None],
    "M": ["5", "Jun", ""],
    "D": [b"6", None, b"\xff"],
}


def parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(TABLE), stream)
    return stream.getvalue()


@QUICK
@given(spoilt=SPOILT)
def test_parquet_that_is_spoilt_anywhere_is_borne(spoilt: list[tuple[float, int, bytes]]) -> None:
    content = parquet()
    for where, length, put in spoilt:
        place = int(where * len(content))
        content = content[:place] + put + content[place + length :]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "people.parquet").write_bytes(content)
        (Path(folder) / "m.yaml").write_text(PEOPLE)
        try:
            read = read_paths(
                Path(folder) / "out", Path(folder) / "people.parquet", mapping=Path(folder) / "m.yaml"
            )
        except NotDone:
            return
        assert read.summary.read == read.summary.kept + read.summary.set_aside

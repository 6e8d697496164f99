"""A return on looked-after children is read many rows at once: the same tables come out as row by row (`return_row_by_row.py`)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.intake import return_row_by_row
from tests.engine.intake.conftest import TODAY

from heard.engine import intake
from heard.engine.intake import delimited
from heard.engine.intake.formats import ssda903
from heard.engine.intake.formats.ssda903 import xml
from heard.engine.intake.formats.ssda903.tables import Table, spec
from heard.engine.tables import NotDone

TABLES = ("records", "observations", "issues", "coverage", "sources", "assessments")
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAYS = ["15/06/2023", "2023-07-01", "2023-07-01", "01/02/2024", "13/11/2023", "02/13/2024", "2024-04-02", "2031-01-01", "1999-01-01",
        "2024-02-30", "soon", "20230615"]  # fmt: skip
BIRTHS = [
    "06/05/2009",
    "06/05/2009",
    "2009-05-06",
    "2010-01-01",
    "2011",
    "2010-??-01",
    "2027-01-01",
    "2009-05-06T00:00:00",
]
ODD = ["", "", " ", "0", "?", "n/a", "x" * 50, "Zo\u00eb", "\u2003a", "1.0", "\x1f7"]
VALUES = {
    "CHILD": ["1", "1", "1.0", "2", "2", "C3", "0000000", "unknown"], "SEX": ["1", "2", "F", "??"],
    "UPN": ["B801200005001", "b8012 00005001", "UN1", "A1"], "HOME_POST": ["LE1 1AA", "le22bb", "LEI 1AA", "nonsense"],
    "REC": ["X1", "E2", "e2", "E2.0"], "SDQ_SCORE": ["18", "16", "17.0", "many"], "PLACE": ["K2", "K3", "R5", "U1", "Q9", "LONG1"],
    "MISSING": ["M", "A", "B"], "MOTHER": ["0", "1", "9"], "ETHNIC": ["WBRI", "MWBC"],
}  # fmt: skip


def cells(name: str) -> st.SearchStrategy[str]:
    dates = {day for table in spec().tables for day in (*table.dates, *table.later)}
    mine = VALUES.get(name) or (
        BIRTHS
        if name == "DOB"
        else DAYS
        if name in dates
        else sorted(spec().codes.get(name, ["x", "0", "1"]))
    )
    usual = st.sampled_from(mine)
    return st.one_of(usual, usual, usual, usual, st.sampled_from(ODD))


@st.composite
def tables(draw: st.DrawFn, table: Table) -> str:
    """A file of the CSV return, more or less."""
    head = [name for name in table.columns if name in table.needed or draw(st.integers(0, 9))]
    rows = draw(st.lists(st.tuples(*map(cells, head)), max_size=8))
    text = "".join(",".join(row) + "\n" for row in (head, *rows))
    for place, what in draw(st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from(['"', "\n", ",", "\0", ",,\n", "x"])), max_size=2)):  # fmt: skip
        place %= len(text) + 1
        text = text[:place] + what + text[place:]
    return text


RETURNS = st.lists(st.sampled_from(spec().tables), min_size=1, max_size=5, unique=True).flatmap(
    lambda some: st.tuples(*(st.tuples(st.just(f"{table.name}.csv"), tables(table)) for table in some))
)

STRAY = st.sampled_from(["", "", "", "", "", "", "", "\n  ", "stray"])
EXTRA = ["Ada", "HEADER", "CHILDID", "EPISODE", "PLACE", "CHILD", "UASC", "x-y"]


@st.composite
def leaf(draw: st.DrawFn, name: str) -> str:
    shown = spec().xml_names.get(name, name)
    text = draw(cells(name)).replace("\x1f", "").replace("&", "&amp;")
    inner = draw(st.sampled_from([text, text, text, text, f"<b>{text}</b>", "&lol;", f"<![CDATA[{text}]]>"]))
    return f"<{shown}>{inner}</{shown}>{draw(STRAY)}"


@st.composite
def element(draw: st.DrawFn, name: str) -> str:
    """An element that holds columns, more or less as the return has it."""
    mine = [table for table in spec().tables if table.element == name]
    columns = list(dict.fromkeys(column for table in mine for column in table.columns))
    if name != "HEADER":
        columns = [column for column in columns if column not in ("CHILD", "DOB")] + draw(
            st.lists(st.sampled_from(["CHILD", "DOB"]), max_size=1)
        )
    parts = [draw(leaf(column)) for column in columns if draw(st.integers(0, 5))]
    if not draw(st.integers(0, 9)):
        parts.insert(draw(st.integers(0, len(parts))), draw(leaf(draw(st.sampled_from(EXTRA)))))
    if name == "HEADER":
        parts += draw(INNER)
    return f"<{name}>{draw(STRAY)}{''.join(parts)}</{name}>{draw(STRAY)}"


_HOLDING = sorted({table.element for table in spec().tables if table.element} - {"HEADER"})
INNER = st.lists(st.sampled_from(_HOLDING).flatmap(element), max_size=3)


@st.composite
def xml_returns(draw: st.DrawFn) -> bytes:
    children = []
    for _ in range(draw(st.integers(0, 5))):
        header = [draw(element("HEADER"))] if draw(st.integers(0, 9)) else []
        more = [draw(element("HEADER"))] if not draw(st.integers(0, 9)) else []
        children.append(f"<CHILD>{draw(STRAY)}{''.join([*header, *draw(INNER), *more])}</CHILD>")
    text = f"<EXPSSDA903>{draw(st.sampled_from(['', 'stray', '<Other/>'])).join(children)}</EXPSSDA903>"
    if draw(st.booleans()):
        text = "<!DOCTYPE EXPSSDA903 [<!ENTITY lol 'lol'>]>" + text
    breaks = st.sampled_from(["<", ">", "&", "</CHILD>", "<CHILD>", "</HEADER>", "<EPISODE>", "\0", "\u00e9"])
    for place, what in draw(st.lists(st.tuples(st.integers(0, 9_000), breaks), max_size=1)):
        place %= len(text) + 1
        text = text[:place] + what + text[place:]
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "cp1252", "utf-16"])), "replace")


def read(folder: Path, way: Any, at_once: int) -> dict[str, list[Any]] | None:
    out = folder.parent / way.__module__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssda903, "read", way)
        patch.setattr(xml, "_AT_ONCE", at_once)
        patch.setattr(delimited, "_BLOCK", 40 * at_once)
        try:
            intake.read([folder], out=out, today=TODAY)
        except NotDone:
            return None
    found = {name: pq.read_table(out / f"{name}.parquet").to_pylist() for name in TABLES}
    return found | {"issues": sorted(map(repr, found["issues"]))}


def both_ways_agree(files: dict[str, bytes], at_once: int) -> dict[str, list[Any]] | None:
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held) / "r"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        one, other = (read(folder, way, at_once) for way in (ssda903.read, return_row_by_row.read))
        if one is None or other is None:
            assert one == other
            return None
        for name in TABLES:
            assert one[name] == other[name], name
        return one


@QUICK
@given(RETURNS, st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]), st.integers(1, 8))
def test_hostile_files_tell_the_same_in_columns_as_row_by_row(
    files: tuple[tuple[str, str], ...], encoding: str, at_once: int
) -> None:
    both_ways_agree({name: text.encode(encoding, "replace") for name, text in files}, at_once)


@QUICK
@given(xml_returns(), st.integers(1, 8))
def test_hostile_xml_tells_the_same_in_columns_as_row_by_row(content: bytes, at_once: int) -> None:
    both_ways_agree({"return.xml": content}, at_once)


def test_what_is_compared_is_not_nothing() -> None:
    """Both ways read a return in which a child has two homes, has died and was missing, so that every table holds something."""
    child = "<CHILD><HEADER><CHILDID>1</CHILDID><DOB>06/05/2009</DOB><AMISSING><MISSING>M</MISSING><MIS_START>13/11/2023</MIS_START></AMISSING></HEADER>"
    episodes = "<EPISODE><DECOM>15/06/2023</DECOM><DEC>14/11/2023</DEC><REC>E2</REC><PL>K2</PL><HOME_POST>LE1 1AA</HOME_POST></EPISODE></CHILD>"
    found = both_ways_agree({"return.xml": f"<EXPSSDA903>{child}{episodes}</EXPSSDA903>".encode()}, 2)
    assert found
    assert {row["item"] for row in found["observations"] if row["state"] == "seen"} == {"S01", "V12"}
    assert [(row["postcode"], str(row["died_on"])) for row in found["records"]] == [("LE1 1AA", "2023-11-14")]


def test_a_child_who_is_in_no_header_and_died_is_known_to_have_died() -> None:
    files = {
        "header.csv": b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,2,06/05/2009,WBRI,B801200005001,,\n",
        "ep.csv": b"CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
        b"2,15/06/2023,S,C2,N6,U1,PR0,01/07/2023,E2,,LE1 1AA,,\n",
    }
    found = both_ways_agree(files, 8)
    assert found
    assert [str(row["died_on"]) for row in found["records"] if row["record_id"] == "2"] == ["2023-07-01"]


def test_a_very_long_text_is_cut_and_costs_no_memory_for_each_row() -> None:
    born = "2" * (2 * xml.LONGEST)
    child = f"<CHILD><HEADER><CHILDID>1</CHILDID><DOB>{born}</DOB>{'<OC2><SDQ_SCORE>18</SDQ_SCORE></OC2>' * 30}</HEADER></CHILD>"
    assert both_ways_agree({"return.xml": f"<EXPSSDA903>{child}</EXPSSDA903>".encode()}, 7)

"""A census is read many children at once: the same tables come out as when every child is read by itself (`child_by_child.py`)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.intake.child_by_child import ChildByChild
from tests.engine.intake.conftest import TODAY

from heard.engine import intake
from heard.engine.intake.formats import cin_census
from heard.engine.intake.formats.cin_census.schema import schema
from heard.engine.tables import NotDone

TABLES = ("records", "observations", "issues", "coverage", "sources", "assessments")
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAYS = ["2022-01-04", "2021-09-30", "2021-09-30", "2021-08-02", "2022-03-31", "2022-06-01", "2022-02-30", "1066-01-01", "05/06/2009", "2011-03",
        "2001-01-01", "2031-01-01", "soon"]  # fmt: skip
ODD = [
    "",
    " ",
    "\n",
    "?",
    "n/a",
    "0",
    "7",
    "Zo\u00eb",
    "\u2003a",
    "&lol;",
    "&amp;",
    "<![CDATA[x]]>",
    "x" * 50,
    "<b>x</b>",
    "<!-- c -->4",
]
VALUES = {
    "LAchildID": ["C1", "C2", "C 2", "123456", "0000000", "unknown", "7.0"], "UPN": ["B801200005001", "b8012 00005001", "UN1", "A1"],
    "NumberOfPreviousCPP": ["0", "2", "many"], "ReferralNFA": ["0", "1", "true", "maybe"], "ICPCnotRequired": ["1", "false"],
}  # fmt: skip


def value(name: str) -> st.SearchStrategy[str]:
    rules = schema()
    mine = VALUES.get(name) or (DAYS if rules.is_date(name) else sorted(rules.codes.get(name, ["x"])))
    return st.one_of(
        st.sampled_from(mine), st.sampled_from(mine), st.sampled_from(mine), st.sampled_from(ODD)
    )


STRAY = st.sampled_from(["", "", "", "", "", "", "\n  ", "stray"])
EXTRA = st.sampled_from(
    [
        "Unheard",
        "LAchildID",
        "AssessmentFactors",
        "Child",
        "CINdetails",
        "Assessments",
        "Header",
        "x y",
        "Sex",
    ]
)


@st.composite
def element(draw: st.DrawFn, name: str, depth: int = 0) -> str:
    """An element as the schema has it, more or less."""
    if (holds := schema().elements.get(name)) is None:
        return f"<{name}>{draw(value(name))}</{name}>{draw(STRAY)}"
    needed = schema().required.get(name, ())
    more = draw(st.lists(st.sampled_from(sorted(holds)), max_size=4))
    parts = [draw(element(text, depth + 1)) for text in (*needed, *more) if draw(st.integers(0, 19))]
    if depth < 6 and not draw(st.integers(0, 14)):
        extra = draw(EXTRA)
        parts.append(draw(element(extra, depth + 1)))
    return f"<{name}>{draw(STRAY)}{''.join(parts)}</{name}>{draw(STRAY)}"


HEADERS = st.sampled_from(
    ["", "<Header><Year>2022</Year><ReferenceDate>2022-03-31</ReferenceDate><LEA>856</LEA></Header>",
     "<Header><Year>2021</Year><ReferenceDate>2025-03-31</ReferenceDate></Header>", "<Header><Year>2017</Year></Header>"]
)  # fmt: skip
BREAKS = st.lists(
    st.tuples(st.integers(0, 20_000), st.sampled_from(["<", ">", "&", "&lol;", "</Child>", "<Child>", "</CINdetails>", "\0", "]]>", "\u00e9"])),
    max_size=2,
)  # fmt: skip


@st.composite
def censuses(draw: st.DrawFn) -> bytes:
    children = [draw(element("Child")) for _ in range(draw(st.integers(0, 6)))]
    between = draw(st.sampled_from(["", "", "\n", "stray", "<Other/>"]))
    late = draw(st.sampled_from(["", "", "", "<Header><Year>2024</Year></Header>"]))
    text = f"<Message>{draw(HEADERS)}<Children>{between.join(children[:3])}{late}{between.join(children[3:])}</Children></Message>"
    if draw(st.booleans()):
        text = "<!DOCTYPE Message [<!ENTITY lol 'lol'>]>" + text
    for place, what in draw(BREAKS):
        place %= len(text) + 1
        text = text[:place] + what + text[place:]
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"])), "replace")


def read(path: Path, way: type[Any], at_once: int) -> dict[str, list[Any]] | None:
    out = path.parent / way.__name__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cin_census, "_Census", way)
        patch.setattr(cin_census, "_AT_ONCE", at_once)
        try:
            intake.read([path], out=out, today=TODAY)
        except NotDone:
            return None
    found = {name: pq.read_table(out / f"{name}.parquet").to_pylist() for name in TABLES}
    return found | {"issues": sorted(map(repr, found["issues"]))}


def both_ways_agree(content: bytes, at_once: int) -> None:
    with tempfile.TemporaryDirectory() as held:
        (path := Path(held) / "census.xml").write_bytes(content)
        one, other = (read(path, way, at_once) for way in (cin_census._Census, ChildByChild))
        if one is None or other is None:
            assert one == other
            return
        for name in TABLES:
            assert one[name] == other[name], name


@QUICK
@given(censuses(), st.integers(1, 8))
def test_hostile_censuses_tell_the_same_in_columns_as_child_by_child(content: bytes, at_once: int) -> None:
    both_ways_agree(content, at_once)


TAGS = [
    "Child",
    "ChildIdentifiers",
    "LAchildID",
    "UPN",
    "CINdetails",
    "Assessments",
    "FactorsIdentifiedAtAssessment",
    "AssessmentFactors",
    "b",
]
BITS = st.sampled_from(
    [*(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), *(f"<{tag}>2022-01-04</{tag}>" for tag in ("CINreferralDate", "PersonBirthDate",
     "AssessmentAuthorisationDate", "CPPstartDate")), "<AssessmentFactors>10A</AssessmentFactors>", "<LAchildID>C1</LAchildID>", "&lol;", "x", "<"]
)  # fmt: skip


@QUICK
@given(st.lists(BITS, max_size=50).map("".join), st.integers(1, 4))
def test_bits_of_a_census_tell_the_same(bits: str, at_once: int) -> None:
    both_ways_agree(f"<Message><Children><Child>{bits}".encode(), at_once)

"""From files to proposals: every row is told or set aside, whatever state the file is in."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.engine.tables import NotDone
from heard.graph.exchange.reading import read
from heard.graph.exchange.rules import Format, Read

GRAPHML = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="node" attr.name="label" attr.type="string"/>
  <key id="d1" for="node" attr.name="kind" attr.type="string"/>
  <key id="d2" for="edge" attr.name="relation" attr.type="string"/>
  <graph edgedefault="undirected">
    <node id="1"><data key="d0">Kayla Made</data></node>
    <node id="2"><data key="d0">Kiln Lane arcade</data><data key="d1">Location</data></node>
    <node id="3"><data key="d0">Nobody</data></node>
    <edge id="e" source="1" target="2"><data key="d2">goes to</data></edge>
    <edge source="1" target="9"/>
    <edge source="1" target="1"/>
  </graph>
</graphml>"""
FTM = [
    {"id": "a", "schema": "Person", "properties": {"name": ["Kayla Made"], "phone": ["07700 900123"]}},
    {"id": "b", "schema": "Organization", "properties": {"name": ["The yard"]}},
    {"id": "c", "schema": "Vehicle", "properties": {"registrationNumber": ["AB1? CDE"]}},
    {
        "id": "m",
        "schema": "Membership",
        "properties": {"member": ["a"], "organization": ["b"], "startDate": ["2026-03-01"]},
    },
    {"id": "o", "schema": "Ownership", "properties": {"owner": ["a"], "asset": ["c"], "role": ["drives"]}},
    {"id": "p", "schema": "Payment", "properties": {}},
]


def of(content: str | bytes, **more: int) -> Read:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chart"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, **more)


def codes(found: Read) -> list[tuple[int, str]]:
    return [(one.number, one.code) for one in found.aside]


def test_a_table_of_entity_link_entity_is_read_without_known_headings() -> None:
    found = of("Entity,Link,Entity\nKayla Made,friend of,Mo Made\nKayla Made,uses,07700 900123\n")
    assert [(one.first, one.tie, one.second) for one in found.told] == [
        ("person  kayla made", "friend of", "person  mo made"),
        ("person  kayla made", "uses", "handle phone 07700 900123"),
    ]


def test_rows_that_say_nothing_new_or_too_little_are_set_aside_each_with_its_number() -> None:
    found = of("first,second,tie\nA,B,knows\nA,B,Knows\nA,A,x\nA,,x\n,,\n" + "n" * 200 + ",B,x\n")
    assert codes(found) == [(2, "again"), (3, "to_itself"), (4, "no_end"), (5, "blank"), (6, "too_long")]
    assert found.rows == 6


def test_own_words_the_other_way_round_say_another_thing() -> None:
    found = of("first,second,tie\nA,B,was threatened by\nB,A,was threatened by\n")
    assert (codes(found), len(found.told)) == ([], 2)


@pytest.mark.parametrize("text", ["AB1? CDE", "0770O 9OO123", "@кайла"])
def test_what_is_half_seen_or_in_another_script_is_kept_as_it_is_written(text: str) -> None:
    found = of(f"first,second,second kind\nKayla,{text},vehicle\n")
    assert [one.text for one in found.named.values()] == ["Kayla", text]


def test_a_day_that_cannot_be_read_stays_in_the_words() -> None:
    found = of("first,second,words,since,until\nA,B,Seen,last spring,\nA,C,Seen,2026-03-01,2026-01-01\n")
    assert found.told[0].words == "Seen (since last spring)"
    assert found.told[1].words == "Seen (since 2026-03-01) (until 2026-01-01)"
    assert found.told[1].valid_from is None


def test_graphml_is_read_edge_by_edge() -> None:
    found = of(GRAPHML)
    assert found.format == Format.GRAPHML
    assert [
        (found.named[one.first].text, one.tie, found.named[one.second].kind, one.key) for one in found.told
    ] == [("Kayla Made", "goes to", "place", "e")]
    assert codes(found) == [(2, "unknown_end"), (3, "to_itself"), (4, "no_tie")]


def test_followthemoney_is_read_line_by_line_with_phones_as_ties() -> None:
    lines = "\n".join(map(json.dumps, FTM)) + "\n{broken\n"
    found = of(lines)
    assert [(one.number, one.tie) for one in found.told] == [(4, "part_of"), (5, "drives"), (1, "uses")]
    assert str(found.told[0].valid_from) == "2026-03-01"
    assert found.named["c"].text == "AB1? CDE"
    assert codes(found) == [(6, "not_read"), (7, "unreadable")]
    assert of(json.dumps(FTM)).rows == found.rows - 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        (b"PK\x03\x04nonsense", "damaged"),
        ("%PDF-1.7", "no chart"),
        ("<html><body/></html>", "not GraphML"),
        (GRAPHML[:400], "breaks off"),
        ("[{", "breaks off"),
        ("a,b,c,d\n1,2,3,4\n", "does not find"),
        ('<!DOCTYPE g [<!ENTITY x "y">]><graphml><graph/></graphml>', "entities"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(content: str | bytes, says: str) -> None:
    with pytest.raises(NotDone, match=says):
        of(content)


def test_an_entity_outside_the_file_is_never_fetched() -> None:
    with pytest.raises(NotDone):
        of(
            '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><graphml><graph><node id="&x;"/></graph></graphml>'
        )


def test_more_rows_than_people_can_look_at_are_refused() -> None:
    with pytest.raises(NotDone, match="more than 5,000 rows"):
        of("first,second\n" + "".join(f"a{n},b{n}\n" for n in range(100_000)))


def test_a_zip_file_of_tables_is_read_and_one_that_lacks_ties_says_so() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chart.zip"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(
                "nodes.csv", "key,name,kind,what\n1,Kayla Made,child,\n2,Arcade,place,shop\n1,Twice,child,\n"
            )
            packed.writestr("ties.csv", "key,first,second,tie\nt,1,2,goes to\nu,1,7,goes to\n")
            packed.writestr("sources.csv", "tie,words,since\nt,Seen twice,2026-03-01\n")
        found = read(path)
        [one] = found.told
        assert (one.words, str(one.valid_from), one.key) == ("Seen twice", "2026-03-01", "t")
        assert found.named["2"].word == "shop"
        assert [code for _number, code in codes(found)] == ["key_again", "unknown_end"]
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("nodes.csv", "key,name\n")
        with pytest.raises(NotDone, match="lacks"):
            read(path)


def packed(**tables: str) -> bytes:
    """A ZIP file of these tables."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in tables.items():
            file.writestr(f"{name}.csv", text)
    return out.getvalue()


TIES = "key,first,tie,second\nk,1,x,2\n"


def test_every_row_of_every_table_in_a_zip_file_is_accounted_for_with_its_table() -> None:
    found = of(
        packed(
            nodes='key,name\n1,A B\n2,C D\n3,E F\n4,"broken\n',
            ties=TIES,
            sources="tie,words\nk,Seen\nother,Lost\n",
        )
    )
    assert [(one.number, one.code, one.about) for one in found.aside] == [
        (4, "unreadable", "nodes.csv"), (3, "no_tie", "nodes.csv"), (2, "no_such_tie", "sources.csv"),
    ]  # fmt: skip


def test_conditions_of_any_source_hold_for_the_row() -> None:
    nodes = "key,name,kind\n1,A B,child\n2,C D,adult\n"
    sources = "tie,words,handling,conditions\nk,Seen,P,\nk,Heard,C,Not at home\n"
    found = of(packed(nodes=nodes, ties=TIES, sources=sources))
    assert [(one.handling, one.conditions) for one in found.told] == [("C", "Not at home")]
    assert [one.is_child for one in found.named.values()] == [True, False]


@pytest.mark.parametrize("table", ["nodes", "sources"])
def test_more_rows_than_heard_reads_in_all_tables_are_refused(table: str) -> None:
    tables = {"nodes": "key,name\n1,A B\n2,C D\n", "ties": TIES, "sources": "tie,words\n"}
    tables[table] += "1,x\n" * 50_000
    with pytest.raises(NotDone, match="more than 50,000 rows in all its tables"):
        of(packed(**tables), most=100_000)


def test_a_hyperedge_is_set_aside_and_not_lost() -> None:
    edge = '<hyperedge><endpoint node="1"/><endpoint node="2"/></hyperedge>'
    found = of(GRAPHML.replace("</graph>", f"{edge}</graph>"))
    assert (4, "not_read") in codes(found)
    assert found.rows == 5


def test_of_two_rows_that_name_one_a_child_where_one_says_so() -> None:
    found = of("first,tie,second,first_kind\nTy,knows,Bo,\nTy,is seen with,Bo,person\nTy,helps,Bo,minor\n")
    assert [(one.text, one.is_child) for one in found.named.values()] == [("Ty", True), ("Bo", False)]


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)),
    st.sampled_from([b"", b"<", b"{", b"[", b"PK\x03\x04", b"a,b\n", b"a,t,b\n"]),
)
def test_no_bytes_end_in_a_traceback_and_every_row_is_told_or_set_aside(
    content: bytes, begins: bytes
) -> None:
    try:
        found = of(begins + content)
    except NotDone:
        return
    assert found.rows == len(found.told) + len(found.aside) > 0

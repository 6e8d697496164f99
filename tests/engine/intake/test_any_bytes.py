"""Whatever comes in: never a traceback, and rows read = rows kept + rows set aside."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.intake.conftest import Read, read_paths

from heard.engine import intake
from heard.engine.intake import mapping
from heard.engine.tables import NotDone

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

POLICE = b"nominal_id,forename,surname,dob,sex,postcode,missing_from,missing_to\n"
CELLS = st.sampled_from(
    [b"1", b"A", b'"', b'"x', b'x"', b"", b" ", b"2024-02-31", b"01/02/2024", b"31/12/1066", b"\xe9", b"\0", b"F", b"LE1 1AA",
     b",", b";", b"\t", b"\r", b"\n", b"\r\n", b'""', b"\xef\xbb\xbf", b"\xff\xfe", b"9" * 400]
)  # fmt: skip
SHAPED = st.lists(CELLS, max_size=60).map(lambda cells: POLICE + b",".join(cells))
XML_BITS = st.sampled_from(
    [b"<Message>", b"<Children>", b"<Child>", b"</Child>", b"<ChildIdentifiers>", b"</ChildIdentifiers>", b"<LAchildID>7</LAchildID>",
     b"<PersonBirthDate>2010-02-30</PersonBirthDate>", b"<CINdetails>", b"</CINdetails>", b"<AssessmentFactors>10A</AssessmentFactors>",
     b"</Message>", b"&", b"&lol;", b"<", b">", b"\0", b"\xe9", b"text", b"<Header><ReferenceDate>2022-03-31</ReferenceDate></Header>",
     b"<x:Child xmlns:x='urn:x'>", b"<!-- c -->", b"<?pi?>", b"<![CDATA[x]]>", b"<Year>\xc2\xb2</Year>", b"<Sex>", b"<UPN>A</UPN>"]
)  # fmt: skip
XML = st.lists(XML_BITS, max_size=60).map(lambda bits: b"<Message><Children>" + b"".join(bits))


def read_bytes(name: str, content: bytes) -> Read | None:
    """The reading, or null where it was refused by a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            read = read_paths(Path(folder) / "out", path, mapping=intake.EXAMPLES / "partnership.yaml")
        except NotDone:
            return None
        for source in read.table("sources"):
            assert source["read"] == source["kept"] + source["set_aside"]
            assert source["issues"] == sum(i["source"] == source["source"] for i in read.table("issues"))
        issues = [row for row in read.table("issues") if row["severity"] == "set_aside"]
        if not {"columns_missing", "left_out"} & {
            row["code"] for row in issues
        }:  # these speak of all rows at once
            assert sum(row["row"] > 0 for row in issues) == read.summary.set_aside
        return read


@QUICK
@given(st.one_of(st.binary(max_size=400), st.binary(max_size=200).map(lambda b: POLICE + b), SHAPED))
def test_any_bytes_as_csv_are_counted_and_never_crash(content: bytes) -> None:
    workbook = content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    assert workbook or read_bytes("police_missing.csv", content) is not None


@QUICK
@given(
    st.one_of(
        st.binary(max_size=400).map(lambda b: b"<" + b),
        st.binary(max_size=200).map(lambda b: b"<Message>" + b),
        XML,
    )
)
def test_any_bytes_as_xml_are_counted_and_never_crash(content: bytes) -> None:
    read_bytes("census.xml", content)


@QUICK
@given(SHAPED.map(lambda b: b"CHILD,DOB,MISSING,MIS_START,MIS_END\n" + b))
def test_any_bytes_as_ssda903_are_counted_and_never_crash(content: bytes) -> None:
    assert read_bytes("missing.csv", content) is not None


@QUICK
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_as_mapping_are_a_mapping_or_a_sentence(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mapping.yaml"
        path.write_bytes(content)
        try:
            mapping.load(path)
        except NotDone as refusal:
            said = str(refusal)
        else:
            said = "The mapping mapping.yaml"
        assert said.startswith("The mapping mapping.yaml")

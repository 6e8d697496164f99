"""How the records of one child came together: surest first, by what, and what waits."""

import pytest
from tests.engine.spec.tables import put, record, source

from heard.engine import run, tables
from heard.engine.link import link
from heard.engine.run import folder as folders
from heard.engine.tables import NotDone

RECORDS = [
    record("school", "1", "Katherine Ashworth", "2011-03-04", postcode="WX1 1AA", nhs_number="9990000018"),
    record("police", "7", "Kate Ashworth", "2011-03-04", postcode="WX1 1AA"),
    record("hospital", "3", "Katherine Ashworth", "2011-03-04", postcode="WX1 1AA", nhs_number="9990000018"),
    record("justice", "4", "Omar Ali", "2010-01-01"),
]


@pytest.fixture
def folder(tmp_path):
    put(tmp_path, tables.SOURCES, *(source(name) for name in ("school", "police", "hospital", "justice")))
    put(tmp_path, tables.RECORDS, *RECORDS)
    link(tmp_path)
    folders.tell(tmp_path, {"steps": {"intake": {}, "link": {}}})
    return tmp_path


def whose(folder, name):
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / "identities.parquet").to_pylist()
    return next(row["person"] for row in rows if row["source"] == name)


def test_each_record_is_joined_to_the_rest_once_the_surest_first(folder):
    found = run.joined(folder, whose(folder, "school"))
    assert found.records == [("hospital", "3"), ("police", "7"), ("school", "1")]
    assert len(found.links) == 2
    assert {found.links[0].left, found.links[0].right} == {("hospital", "3"), ("school", "1")}
    assert "NHS number" in found.links[0].why
    assert ("police", "7") in (found.links[1].left, found.links[1].right)


def test_one_record_is_joined_to_nothing(folder):
    found = run.joined(folder, whose(folder, "justice"))
    assert (found.records, found.links, found.waiting) == ([("justice", "4")], [], 0)


def test_a_key_of_nobody_and_a_run_that_is_not_linked_are_refused_in_words(folder, tmp_path):
    with pytest.raises(NotDone, match="No child of"):
        run.joined(folder, "nobody")
    folders.tell(folder, {"steps": {"intake": {}}})
    with pytest.raises(NotDone, match="Link it first"):
        run.joined(folder, "nobody")

"""A run that stands on an earlier one: who keeps which key, and what became of each record."""

import json
import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.test_run import HEAD, extracts, whole

from heard.engine import backend, cli, run, tables
from heard.engine.link import earlier
from heard.engine.tables import NotDone

__all__ = ["extracts"]  # a fixture
RECORDS = [
    ("police", "1"),
    ("police", "2"),
    ("school", "1"),
    ("school", "2"),
    ("clinic", "1"),
    ("clinic", "2"),
]
ASHWORTH = "Ashworth,2011-03-04,WX1 1AA,2026-01-10,absent\n"
KHAN = "9,Amira,Khan,2010-07-01,WX2 2BB,2026-02-10,missing\n"


def identities(children):
    """`children`: whose each record is, by record."""
    rows = [{"source": s, "record_id": r, "person": person} for (s, r), person in sorted(children.items())]
    return pa.Table.from_pylist(rows, schema=tables.IDENTITIES.schema)


def stood(folder, then, now):
    """The children now, by record, as they are called where the run stands on `then`; the rows that moved; and the sentence."""
    before, links = identities(then), tables.LINKS.schema.empty_table()
    with backend.engine(folder) as engine:
        rows = identities(now).append_column("key", pa.array(range(len(now)), pa.int64()))
        held = earlier.held(engine, before)
        members = engine.keep("members", earlier.kept(engine, engine.hold("now", rows), before, held))
        moves = earlier.moved(members, engine.hold("links", links), held).to_pyarrow()
        found = members.to_pyarrow()
    (said,) = earlier.notes(moves, found["person"], before)
    named = {(row["source"], row["record_id"]): row["person"] for row in found.to_pylist()}
    return named, moves.to_pylist(), said


def changes(moves):
    return {(row["source"], row["record_id"]): row["change"] for row in moves}


def test_a_new_record_joins_the_child_who_keeps_the_key(tmp_path):
    then = {("police", "1"): "A", ("school", "1"): "A", ("clinic", "2"): "C"}
    now = {("police", "1"): "x", ("school", "1"): "x", ("clinic", "1"): "x", ("school", "2"): "y"}
    named, moves, said = stood(tmp_path, then, now)
    assert named == dict.fromkeys([("police", "1"), ("school", "1"), ("clinic", "1")], "A") | {
        ("school", "2"): "y"
    }
    assert changes(moves) == {("clinic", "1"): "joined", ("school", "2"): "new", ("clinic", "2"): "gone"}
    assert (
        "Of its 2 children, 0 are as they were, 1 have other records than then, 0 are no child of their own any more, "
        "and 1 have no record in these extracts; 1 are new." in said
    )
    assert "parquet" not in said  # it is read on a page as well


def test_of_a_child_who_was_parted_the_larger_part_keeps_the_key(tmp_path):
    then = dict.fromkeys([("police", "1"), ("school", "1"), ("clinic", "1")], "A")
    named, moves, _ = stood(tmp_path, then, {**then, ("police", "1"): "x"})
    assert named == then | {("police", "1"): "x"}
    assert changes(moves) == {("police", "1"): "moved"}


def test_two_who_are_one_child_now_have_the_key_of_whom_most_was_known(tmp_path):
    then = {("police", "1"): "B", ("school", "1"): "A", ("clinic", "1"): "A"}
    named, moves, said = stood(tmp_path, then, dict.fromkeys(then, "x"))
    assert set(named.values()) == {"A"}
    assert changes(moves) == {("police", "1"): "moved"}
    assert "0 are as they were, 1 have other records than then, 1 are no child of their own" in said
    assert "0 have no record in these extracts" in said


def test_a_key_that_was_another_child_s_is_never_given_to_a_stranger(tmp_path):
    """The key is made of the records, and the same records may be alone again after their child kept it."""
    then = {("police", "1"): "A", ("school", "1"): "A"}
    named, _, _ = stood(tmp_path, then, {("police", "1"): "x", ("school", "1"): "A"})
    assert named[("police", "1")] == "A"
    assert named[("school", "1")] not in ("A", "x")
    assert len(named[("school", "1")]) == len("A")


def test_after_a_run_of_nobody_everybody_is_new(tmp_path):
    named, moves, said = stood(tmp_path, {}, {("police", "1"): "x"})
    assert (named, changes(moves)) == ({("police", "1"): "x"}, {("police", "1"): "new"})
    assert "Of its 0 children, 0 are as they were" in said
    assert "1 are new" in said


children = st.dictionaries(st.sampled_from(RECORDS), st.sampled_from("ABCD"), min_size=1)


@given(children, children)
def test_whatever_moved_is_said_and_adds_up(tmp_path_factory, then, now):
    named, moves, said = stood(tmp_path_factory.mktemp("run"), then, now)
    members, records = {}, {}
    for record, person in now.items():
        members.setdefault(person, set()).add(record)
    for record, person in named.items():
        records.setdefault(person, set()).add(record)
    assert sorted(map(sorted, members.values())) == sorted(
        map(sorted, records.values())
    )  # who is one stays one
    held = {person: {one for one, whose in then.items() if whose == person} for person in then.values()}
    for person, theirs in records.items():
        assert (
            person not in held or held[person] & theirs
        )  # nobody has the key of somebody of whom nothing is theirs
    told = changes(moves)
    assert {record for record in now if named[record] != then.get(record)} == set(told) & set(now)
    assert {record for record, change in told.items() if change == "gone"} == set(then) - set(now)
    whole_number, same, other, over, without, new = map(int, re.findall(r"\d+", said))
    assert whole_number == len(held) == same + other + over + without
    assert without == sum(not theirs & set(now) for theirs in held.values())
    assert same == sum(records.get(person) == theirs for person, theirs in held.items())
    assert same + other + new == len(records)


def persons(out):
    rows = pq.read_table(out / "identities.parquet").to_pylist()
    return {(row["source"], row["record_id"]): row["person"] for row in rows}


def test_a_run_stands_on_the_one_before_and_says_why_a_record_joined(extracts):
    first, out = whole(extracts)
    then, later = persons(out), extracts.parent / "later"
    (extracts / "school.csv").write_text(f"{HEAD}1,Katherine,{ASHWORTH}5,Kate,{ASHWORTH}")
    (extracts / "police.csv").write_text((extracts / "police.csv").read_text() + KHAN)
    mapping = extracts.parent / "mapping.yaml"
    mapping.write_text(mapping.read_text() + "\n")
    found = run.run([extracts], out=later, mapping=mapping, after=out)
    now, moves = persons(later), pq.read_table(later / "moved.parquet").to_pylist()
    assert now[("police", "7")] == then[("police", "7")] == now[("school", "1")]
    assert now[("police", "9")] not in then.values()
    said = {(row["source"], row["record_id"]): (row["change"], row["why"]) for row in moves}
    assert said[("police", "9")] == ("new", None)
    assert all(why for change, why in said.values() if change in ("joined", "moved"))
    assert any("Children keep the keys of the run before" in note for note in found.notes)
    assert not any("Children keep the keys" in note for note in first.notes)
    assert not (out / "moved.parquet").exists()


def test_a_run_may_stand_on_the_one_whose_place_it_takes(extracts):
    _, out = whole(extracts)
    then = persons(out)
    found, out = whole(extracts, after=out)
    assert persons(out) == then
    assert any("2 are as they were, 0 have other records" in note for note in found.notes)
    again = run.link_again(out, after=out)
    assert persons(out) == then
    assert any("2 are as they were" in note for note in again.notes)


def test_after_a_run_that_kept_no_record_what_moved_is_written_too(extracts):
    """Its rows were all set aside."""
    _, out = whole(extracts)
    nobody = extracts.parent / "nobody"
    shutil.copytree(out, nobody)
    pq.write_table(identities({}), nobody / "identities.parquet")
    found, later = whole(extracts, after=nobody)
    assert pq.read_table(later / "moved.parquet").num_rows == len(persons(later)) > 0
    assert any("Of its 0 children" in note for note in found.notes)


def test_the_commands_say_who_moved_and_what_joined_a_child(extracts):
    """`heard run --after` and `heard joined`, and what they refuse."""
    _, out = whole(extracts)
    later, mapping = extracts.parent / "later", extracts.parent / "mapping.yaml"

    def call(*words):
        return CliRunner().invoke(getattr(cli, words[0]), [str(word) for word in words[1:]])

    ran = call("run", extracts, "--mapping", mapping, "--after", out, "--out", later, "--json")
    assert any("2 are as they were" in note for note in json.loads(ran.stdout)["notes"])
    child = persons(later)[("police", "7")]
    told = json.loads(call("joined", later, child, "--json").stdout)
    assert told["records"] == [["police", "7"], ["school", "1"]]
    [link] = told["links"]
    assert sorted([link["left"], link["right"]]) == told["records"]
    shown = call("joined", later, child)
    assert shown.exit_code == 0
    assert "2 records, surest link first" in shown.stdout
    assert f"for a person: {told['waiting']}" in shown.stdout
    for words in (("joined", later, "nobody"), ("run", extracts, "--after", extracts, "--out", later)):
        refused = call(*words)
        assert refused.exit_code == 2
        assert refused.stderr.startswith("Not done. ")


def test_what_no_run_made_and_what_is_not_linked_is_refused(extracts, tmp_path):
    with pytest.raises(NotDone, match="is not the folder of a run"):
        whole(extracts, after=tmp_path)
    taken = tmp_path / "taken"
    run.take_in([extracts], out=taken, mapping=extracts.parent / "mapping.yaml")
    with pytest.raises(NotDone, match="Link it first: heard link"):
        whole(extracts, after=taken)

"""The guards as truth tables, and what must hold whatever the order or the noise."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rustworkx as rx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.spec.tables import linked, put, record, source

from heard.engine import backend, tables
from heard.engine.link import MODEL_FILE, link
from heard.engine.link.cluster import Tie, _components, agglomerated
from heard.engine.link.guards import Facts, births_alike, why_not_one_child, why_not_one_cluster
from heard.engine.link.names import Alike, Readable, family_alike, given_alike, plain

BORN = date(2011, 3, 4)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Małgorzata", "malgorzata"),
        ("O’Brien-Nuñez", "obrien nunez"),
        ("  ", None),
        (None, None),
        ("Zoë", "zoe"),
    ],
)
def test_names_lose_marks_and_case(written, expected):
    assert plain(written) == expected


@pytest.mark.parametrize(
    ("left", "right", "usual", "expected"),
    [
        ("kate", "kate", 2, Alike.SAME),
        ("kate", "katherine", 2, Alike.FORM),
        ("mohammed", "muhammad", 2, Alike.FORM),
        ("thomsa", "thomas", 1, Alike.SLIP),
        ("thomsa", "tom", 1, Alike.SLIP),
        ("saam", "sam", 1, Alike.SLIP),
        ("amina", "amira", 1, Alike.SLIP),
        ("amina", "amira", 2, Alike.DIFFERENT),
        ("ella", "emma", 0, Alike.DIFFERENT),
        ("ella", "bella", 1, Alike.DIFFERENT),
        ("oliver", "olivia", 2, Alike.DIFFERENT),
        ("j", "james", 1, Alike.INITIAL),
        ("k", "james", 1, Alike.DIFFERENT),
        ("mohammed ali", "mohammed hassan", 2, Alike.DIFFERENT),
        ("mohammed", "mohammed hassan", 2, Alike.INITIAL),
        ("hassan", "mohammed hassan", 2, Alike.FORM),
        ("anna maria", "anna", 2, Alike.PART),
        ("maria", "anna maria", 2, Alike.FORM),
        ("eorge", "george", 1, Alike.SLIP),
        ("osaac", "isaac", 1, Alike.SLIP),
        ("jyde", "jude oliver", 1, Alike.SLIP),
        ("olliver", "oliver", 2, Alike.SLIP),
        ("aanya", "anaya", 2, Alike.DIFFERENT),  # both are names
        ("muhammad ali", "mohammed", 2, Alike.INITIAL),
        (None, "anna", 1, Alike.UNKNOWN),
        ("leo", "lso", 1, Alike.SLIP),
        ("max", "mx", 1, Alike.SLIP),
        ("mia", "mya", 2, Alike.DIFFERENT),
        ("xin yi", "xin i", 2, Alike.SLIP),
        ("sophie", "sophia", 2, Alike.FORM),
        ("evan", "ewan", 2, Alike.DIFFERENT),
    ],
)
def test_given_names_stand_to_each_other_so_and_the_other_way_round(left, right, usual, expected):
    assert given_alike(left, right, usual=usual) is expected
    assert given_alike(right, left, usual=usual) is expected


@pytest.mark.parametrize(
    ("left", "right", "usual", "readable", "expected"),
    [
        ("naralin", "nakalin", 0, 2, Alike.DIFFERENT),  # either may be a name
        ("ufaria", "ularia", 1, 2, Alike.DIFFERENT),  # a letter that is far away on the keyboard
        ("olivir", "olivia", 1, 1, Alike.SLIP),  # is no name
        ("olivua", "olivia", 1, 1, Alike.SLIP),
        ("maateusz", "maeeusz", 0, 0, Alike.SLIP),
        ("maateusz", "maeeusz", 0, 1, Alike.DIFFERENT),
        ("hehnry", "henry", 1, 1, Alike.SLIP),
        ("ufaria", "faria", 1, 2, Alike.DIFFERENT),  # as Alina and Lina
        ("ufaria", "faria", 1, 1, Alike.SLIP),
    ],
)
def test_a_spelling_that_reads_like_a_name_may_be_another_child_s(left, right, usual, readable, expected):
    assert given_alike(left, right, usual=usual, readable=readable) is expected
    assert given_alike(right, left, usual=usual, readable=readable) is expected


def test_what_reads_like_a_name_is_learned_from_names():
    reads = Readable(["naralin", "narabel", "karalin", "naradin", "maralin", "baralin"])
    assert [reads(name) for name in ("oliver", "emil", "karalin", "olivir", "hehnry")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("khan", "khan", Alike.SAME),
        ("al hassan", "alhassan", Alike.SAME),
        ("smith jones", "jones", Alike.FORM),
        ("al hassan", "al khatib", Alike.DIFFERENT),
        ("al hassan", "al", Alike.FORM),
        ("ashworth", "ashwort", Alike.SLIP),
        (None, "khan", Alike.UNKNOWN),
    ],
)
def test_family_names_stand_to_each_other_so(left, right, expected):
    assert family_alike(left, right) is expected


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (date(2011, 3, 4), True),
        (date(2011, 4, 3), True),  # day and month swapped
        (date(2011, 3, 14), True),  # a digit
        (date(2010, 3, 4), True),  # a year out
        (date(2011, 3, 5), True),  # a day out
        (date(2012, 9, 14), False),  # a sister
        (date(1985, 3, 4), False),  # a parent
    ],
)
def test_birth_dates_one_slip_apart_are_alike(other, alike):
    assert births_alike(BORN, other) is alike
    assert births_alike(other, BORN) is alike


_CHILD = Facts(
    1, source="school", agency="school", birth=BORN, sex="F", given="katherine", family="khan", usual=True
)


@pytest.mark.parametrize(
    ("change", "contradiction"),
    [
        ({}, None),
        ({"source": "school"}, "one source"),
        ({"source": "school", "keyed": False}, None),
        ({"given": "kate"}, None),
        ({"given": "emma"}, "twins"),
        ({"given": "emma", "family": "ali"}, "different given names"),
        ({"given": "khan", "family": "katherine"}, None),
        ({"given": None, "family": None}, None),
        ({"birth": date(2012, 9, 14)}, "birth dates"),
        ({"birth": date(1985, 3, 4)}, "birth dates"),
        ({"birth": None}, None),
        ({"sex": "M"}, None),
        ({"sex": "M", "given": "kat"}, "sexes"),
        ({"sex": None}, None),
        ({"birth": date(2011, 3, 28)}, None),  # the same names, and one part of the date wrong
        ({"birth": date(2011, 3, 28), "given": "kate"}, None),  # no sister is born in that month
        ({"birth": date(2011, 9, 28), "given": "kate"}, "birth dates"),
        ({"birth": date(2011, 9, 28)}, None),  # nobody has two children of one name in one year
        ({"birth": None, "parts": "2011????"}, None),
        ({"birth": None, "parts": "201103??"}, None),
        ({"birth": None, "parts": "20110334"}, None),  # no such day
        ({"birth": None, "parts": "2012????"}, "birth dates"),
        ({"birth": None, "parts": "1985????"}, "birth dates"),  # a parent
        ({"birth": None, "parts": "201109??", "given": "kate"}, "birth dates"),
        ({"sex": "M", "given": "katherine rose"}, None),
        ({"sex": "M", "given": "kathreine"}, "sexes"),
        ({"given": "khan", "family": "kate"}, None),
    ],
)
def test_what_speaks_against_one_child(change, contradiction):
    other = _CHILD._replace(**({"key": 2, "source": "police", "agency": "police"} | change))
    for found in (why_not_one_child(_CHILD, other), why_not_one_child(other, _CHILD)):
        assert (found is None) if contradiction is None else (contradiction in (found or ""))


@pytest.mark.parametrize("number", ["nhs", "upn"])
def test_two_valid_numbers_that_differ_speak_against_one_child_and_one_number_for_it(number):
    one, other = (
        _CHILD._replace(**{number: "1"}),
        _CHILD._replace(source="police", agency="police", **{number: "2"}),
    )
    assert "valid" in (why_not_one_child(one, other) or "")
    renamed = other._replace(**{number: "1"}, given="leila", family="osman")
    assert why_not_one_child(one, renamed) is None


def test_one_agency_s_two_numbers_speak_against_one_child():
    cin = Facts(1, source="cin", agency="council", local_id="7")
    assert why_not_one_child(cin, Facts(2, source="care", agency="council", local_id="8"))
    assert why_not_one_child(cin, Facts(2, source="care", agency="health", local_id="8")) is None


def test_the_weakest_tie_gives_way_and_says_why():
    a, b = _CHILD._replace(key=1, nhs="1"), _CHILD._replace(key=2, source="b", agency="b")
    c = _CHILD._replace(key=3, source="c", agency="c", nhs="2")
    groups, refused = agglomerated([a, b, c], [Tie(2, 3, 0.96), Tie(1, 2, 0.99)])
    assert sorted(groups) == [[1, 2], [3]]
    assert refused == {(2, 3): "two different NHS numbers, both valid"}


def _with(**change) -> Facts:
    return _CHILD._replace(source="police", agency="police", **change)


@pytest.mark.parametrize(
    ("left", "right", "middle"),
    [
        ({"birth": date(2010, 3, 4)}, {"birth": date(2011, 4, 3)}, {}),  # each one slip from the third
        ({"given": "kaherine", "usual": False}, {"given": "kat"}, {}),
        ({"given": "kate", "sex": "M"}, {"given": "kathy"}, {"given": "kate"}),
    ],
)
def test_two_slips_are_explained_by_a_third_record_that_agrees_with_both(left, right, middle):
    one, other, third = (
        _with(**change)._replace(source=source, agency=source)
        for change, source in ((left, "a"), (right, "b"), (middle, "c"))
    )
    assert why_not_one_cluster([one], [other])
    assert why_not_one_cluster([one, third], [other]) is None
    assert why_not_one_cluster([other], [third, one]) is None


def test_a_slip_that_is_like_both_twins_does_not_join_them():
    ella, emma, slip = (
        _CHILD._replace(key=key, source=f"s{key}", agency=f"s{key}", given=given, usual=given != "elma")
        for key, given in enumerate(("ella", "emma", "elma"))
    )
    assert "twins" in (why_not_one_cluster([ella, slip], [emma]) or "")


_FACTS = st.builds(
    Facts,
    key=st.just(0),
    source=st.sampled_from(["a", "b", "c"]),
    keyed=st.booleans(),
    nhs=st.sampled_from([None, "1", "2"]),
    birth=st.sampled_from(
        [None, BORN, date(2011, 4, 3), date(2010, 3, 4), date(2012, 9, 14), date(1985, 3, 4)]
    ),
    sex=st.sampled_from([None, "F", "M"]),
    given=st.sampled_from([None, "kate", "katherine", "kathrine", "emma", "k"]),
    usual=st.booleans(),
    family=st.sampled_from([None, "khan", "ali"]),
)


@given(st.lists(_FACTS, max_size=7), st.data())
def test_no_cluster_ever_holds_a_contradiction_and_order_changes_nothing(facts, data):
    members = [fact._replace(key=key) for key, fact in enumerate(facts)]
    pairs = [(left, right) for right in range(len(members)) for left in range(right)]
    chance = st.sampled_from([0.95, 0.97, 1.0])
    ties = [Tie(*pair, data.draw(chance)) for pair in pairs if data.draw(st.booleans())]
    groups, _ = agglomerated(members, ties)
    for group in groups:
        held = [members[key] for key in group]
        assert not any(why_not_one_cluster(held[:at], held[at:]) for at in range(1, len(held)))
    shuffled, _ = agglomerated(data.draw(st.permutations(members)), data.draw(st.permutations(ties)))
    assert sorted(groups) == sorted(shuffled)


_RECORDS = [
    record("school", "1", "Katherine Ashworth", "2011-03-04", postcode="WX1 1AA"),
    record("police", "7", "Kate Ashworth", "2011-04-03", postcode="WX1 1AA"),
    record("hospital", "3", "Emma Ashworth", "2011-03-04", postcode="WX1 1AA"),
    record("justice", "4", "K Ashworth", "2011-03-04", postcode="WX1 1AA"),
    record("clinic", "5", "", "2011-03-04", nhs_number="9990000018"),
    record("hospital", "6", "Omar Ali", "2010-01-01", nhs_number="9990000018"),
]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(_RECORDS))
def test_shuffled_input_gives_the_same_children(tmp_path, shuffled):
    assert linked(tmp_path, *shuffled) == linked(tmp_path, *_RECORDS)


def test_too_few_records_to_learn_from_are_linked_with_set_weights_and_the_summary_says_so(tmp_path):
    put(tmp_path, tables.SOURCES, source("school"))
    put(tmp_path, tables.RECORDS, *(record("school", str(n), "", "2011-03-04") for n in range(332)))
    summary = link(tmp_path)
    assert (summary.records, summary.children, summary.trained) == (332, 332, False)
    assert "set weights" in summary.notes[0]
    assert json.loads((tmp_path / MODEL_FILE).read_text())["trained"] is False


def test_a_number_that_stands_for_everybody_ties_nobody(tmp_path):
    stand_in = {"nhs_number": "9990000018"}
    records = [record(f"s{n}", "1", "", "2011-03-04", **stand_in) for n in range(45)]
    assert len(linked(tmp_path, *records)) == 45


def test_records_of_a_run_that_an_earlier_release_made_are_read_and_linked(tmp_path):
    put(tmp_path, tables.RECORDS, record("school", "1", "Ada Bell"), record("police", "9", "Ada Bell"))
    put(tmp_path, tables.SOURCES, source("school"), source("police"))
    path = tmp_path / "records.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["worker"]), path)
    assert backend.read(tmp_path, tables.RECORDS).num_rows == 2
    assert link(tmp_path).records == 2
    pq.write_table(pq.read_table(path).drop_columns(["postcode"]), path)
    with pytest.raises(backend.WrongTable, match="other columns"):
        backend.read(tmp_path, tables.RECORDS)


def test_a_table_of_another_shape_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(backend.WrongTable, match="missing"):
        backend.write(tmp_path, tables.IDENTITIES, pa.table({"source": ["a"]}))
    with pytest.raises(backend.WrongTable, match="must have a value"):
        put(tmp_path, tables.IDENTITIES, {"source": "a", "record_id": "1"})
    with pytest.raises(backend.WrongTable, match="Run that step first"):
        link(tmp_path)


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=20))
def test_components_are_those_of_a_graph(pairs: list[tuple[int, int]]) -> None:
    graph: rx.PyGraph[None, None] = rx.PyGraph()
    graph.add_nodes_from([None] * 15)
    graph.add_edges_from_no_data(pairs)
    expected = {key: min(members) for members in rx.connected_components(graph) for key in members}
    sides = {
        name: pa.array([pair[at] for pair in pairs], pa.int64()) for at, name in enumerate(("left", "right"))
    }
    assert _components(15, pa.table(sides)) == [expected[key] for key in range(15)]

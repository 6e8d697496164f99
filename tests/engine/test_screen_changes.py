"""Two lists compared: who is new, who left and why, also where records were linked otherwise."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.spec.tables import screened, seen
from tests.engine.test_screen_reference import AGENCIES, observation, rows

from heard.engine import backend, screen, tables
from heard.engine.run.changes import differ_in_agencies
from heard.engine.tables import NotDone
from heard.knowledge import load

THEN, NOW = date(2025, 12, 31), date(2026, 3, 31)
CHILD = {"child": ["police 1", "school 1"]}
OLD = seen("police 1", "S01", "2025-01-20")
SIGNS = [seen("school 1", "S06", "2025-06-02"), seen("school 1", "S03", "2025-07-03")]
RECENT = seen("police 1", "S09", "2026-02-12")


@pytest.fixture
def drawn(tmp_path):
    """Draws a list into a folder of its own, as `changes` takes it."""

    def draw(persons, observations, as_of=NOW, any_window=False):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        screened(folder, persons, observations, as_of=as_of, any_window=any_window)
        return taken(folder, as_of, any_window)

    return draw


def taken(folder, as_of, any_window):
    rule = load.current().rule(screen.RULE)
    question = screen.Question(load.current(), rule, as_of, any_window)
    return screen.Listed(folder, question, backend.read(folder, tables.CHILDREN))


def said(earlier, later):
    """The changes as (person, change, item, why)."""
    found = screen.changes(earlier, later).to_pylist()
    return [(row["person"], row["change"], row["item"], row["why"]) for row in found]


def test_two_days_of_one_run_say_which_sign_came_and_which_fell_out_of_the_window(tmp_path):
    screened(tmp_path, CHILD, [OLD, *SIGNS, RECENT], as_of=NOW)
    persons = {"goes": CHILD["child"], "comes": ["police 2", "school 2"]}
    comes = [seen("school 2", "S06", "2025-06-02"), seen("school 2", "S03", "2025-07-03")]
    screened(tmp_path, persons, [OLD, *SIGNS, *comes, seen("police 2", "S09", "2026-02-12")])
    found = screen.screen(tmp_path, as_of=NOW, compared_with=THEN)
    assert (found.compared_with, found.new, found.left) == (THEN, 1, 1)
    told = backend.read(tmp_path, tables.CHANGES).to_pylist()
    assert [(row["person"], row["change"], row["item"]) for row in told] == [
        ("comes", "new", "S09"),
        ("goes", "left", "S01"),
    ]
    assert "Seen on 12 February 2026, after the earlier list’s as-of date, 31 December 2025" in told[0]["why"]
    assert "Last seen on 20 January 2025, which fell out of the window" in told[1]["why"]


def test_a_list_is_compared_with_an_earlier_day_only(tmp_path):
    screened(tmp_path, CHILD, SIGNS)
    with pytest.raises(NotDone, match="not before the as-of date"):
        screen.screen(tmp_path, as_of=NOW, compared_with=NOW)


def test_another_key_of_the_same_records_is_the_same_child(drawn):
    earlier = drawn(CHILD, [*SIGNS, RECENT])
    later = drawn({"other key": CHILD["child"]}, [*SIGNS, RECENT])
    assert said(earlier, later) == []


def test_a_record_that_is_new_or_gone_is_the_reason(drawn):
    without, whole = drawn({"child": ["school 1"]}, SIGNS), drawn(CHILD, [*SIGNS, RECENT])
    assert said(without, whole) == [("child", "new", "S09", "A record of police is new.")]
    assert said(whole, without) == [("child", "left", "S09", "A record of police is gone.")]
    elsewhere = drawn({"stranger": ["hospital 7"]}, [])
    assert said(elsewhere, whole) == [
        ("child", "new", None, "No record of this child was in the earlier run.")
    ]
    assert said(whole, elsewhere) == [("child", "left", None, "No record of this child is in the later run.")]


def test_an_agency_of_which_one_run_has_nothing_is_said_before_all_children(drawn):
    without, whole = drawn({"child": ["school 1"]}, SIGNS), drawn(CHILD, [*SIGNS, RECENT])
    without.agencies.clear()
    without.agencies["school"] = "school"
    (gone,) = differ_in_agencies(whole, without)
    assert gone.startswith("The later run had no records of ")
    assert "police" in gone
    (new,) = differ_in_agencies(without, whole)
    assert new.startswith("The earlier run had no records of ")
    assert differ_in_agencies(whole, whole) == []


def test_an_entry_that_is_new_or_gone_is_the_reason(drawn):
    without, whole = drawn(CHILD, SIGNS), drawn(CHILD, [*SIGNS, RECENT])
    ((_, change, item, why),) = said(without, whole)
    assert (change, item) == ("new", "S09")
    assert why == "A record of police says so now, and did not then: seen on 12 February 2026."
    ((_, change, item, why),) = said(whole, without)
    assert (change, item) == ("left", "S09")
    assert why == "A record of police said so then, and does not now: seen on 12 February 2026."


def test_records_that_were_joined_or_split_are_the_reason(drawn):
    """Of two with as many records in common the first by its key is the child itself: here who has the school's."""
    signs = [*SIGNS, RECENT]
    apart = drawn({"one": ["school 1"], "two": ["police 1"]}, signs)
    together = drawn({"both": ["police 1", "school 1"]}, signs)
    assert said(apart, together) == [
        ("both", "new", None, "Records of 2 children were joined: they are one child’s now."),
        ("both", "new", "S09", "A record of police was linked to another child then."),
    ]
    assert said(together, apart) == [
        ("both", "left", None, "The child’s records were split: they are 2 children’s now."),
        ("both", "left", "S09", "A record of police is linked to another child now."),
    ]


def test_of_two_listed_children_who_are_found_to_be_one_the_list_says_so(drawn):
    signs = [seen(f"school {n}", item, "2025-06-02") for n in (1, 2) for item in ("S01", "S03", "S06")]
    two = drawn({"one": ["school 1", "police 1"], "two": ["school 2"]}, signs)
    one = drawn({"one": ["school 1", "police 1", "school 2"]}, signs)
    joined = "Records were joined: in the later run this child’s and another’s are one child’s."
    split = "Records were split: in the earlier run this child’s and another’s were one child’s."
    assert said(two, one) == [("two", "left", None, joined)]
    assert said(one, two) == [("two", "new", None, split)]


def test_another_kind_of_window_is_the_reason(drawn):
    old = [OLD, *SIGNS]
    these, anywhen = drawn(CHILD, old), drawn(CHILD, old, any_window=True)
    ((_, change, item, why),) = said(these, anywhen)
    assert (change, item) == ("new", "S01")
    assert "before the earlier list’s window" in why
    assert [row[1:3] for row in said(anywhen, these)] == [("left", "S01")]


world = st.tuples(
    st.lists(observation, min_size=10, max_size=30),
    st.lists(st.sampled_from("xyz"), min_size=9, max_size=9),  # whose each record is
    st.sampled_from((date(2024, 3, 1), date(2025, 8, 31))),
    st.booleans(),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world, world)
def test_the_numbers_add_up_and_everybody_has_a_reason(tmp_path_factory, then, now):
    lists = []
    for observations, whose, as_of, any_window in (then, now):
        folder = tmp_path_factory.mktemp("list")
        persons = {}
        records = [f"{agency} {number}" for agency in AGENCIES for number in "abc"]
        for record, person in zip(records, whose, strict=True):
            persons.setdefault(person, []).append(record)
        screened(folder, persons, rows(observations), as_of=as_of, any_window=any_window)
        lists.append(taken(folder, as_of, any_window))
    earlier, later = lists
    found = screen.changes(earlier, later).to_pylist()
    new, left = ({row["person"] for row in found if row["change"] == kind} for kind in ("new", "left"))
    assert len(later.children) == len(earlier.children) + len(new) - len(left)
    assert new <= set(later.children["person"].to_pylist())
    assert left <= set(earlier.children["person"].to_pylist())
    assert not [row for row in found if "other rules" in row["why"]]
    assert screen.changes(later, later).num_rows == 0

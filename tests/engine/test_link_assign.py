"""Each child has one record of a source that says so: settled for all records at once, and never by luck of order."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.spec.tables import band, linked, record

from heard.engine.link import assign
from heard.engine.link.cluster import Tie, agglomerated
from heard.engine.link.guards import Facts
from heard.engine.link.judged import Said

BORN = date(2011, 3, 4)
SINGH = ("Hardeep Singh", "2010-05-23")
HERE, THERE = {"sex": "M", "postcode": "YX17 5HR"}, {"sex": "M", "postcode": "WX27 8YG"}


def _member(key: int, source: str, **more: Any) -> Facts:
    return Facts(key, source, agency=source, birth=BORN, given="ada", family="okonjo")._replace(**more)


def _groups(members: list[Facts], *ties: tuple[int, int, float], said: Said | None = None) -> list[list[int]]:
    groups, _ = agglomerated(members, [Tie(left, right, 0.99, bits) for left, right, bits in ties], said)
    return sorted(groups)


SCHOOL_AND_POLICE = [_member(0, "school"), _member(1, "school"), _member(2, "police"), _member(3, "police")]


def test_two_good_ties_go_before_one_better_tie_that_leaves_two_records_alone() -> None:
    ties = ((0, 2, 20.0), (0, 3, 18.0), (1, 2, 18.0))
    assert _groups(SCHOOL_AND_POLICE, *ties) == [[0, 3], [1, 2]]


def test_where_two_records_of_a_source_fit_equally_well_neither_is_taken_and_the_reason_says_so() -> None:
    groups, refused = agglomerated(SCHOOL_AND_POLICE[:3], [Tie(0, 2, 0.99, 20.4), Tie(1, 2, 0.99, 20.0)])
    assert sorted(groups) == [[0], [1], [2]]
    assert set(refused.values()) == {assign.AS_GOOD, assign.BETTER}


def test_a_source_whose_ids_repeat_may_hold_several_records_of_the_child_it_fits() -> None:
    loose = [m._replace(keyed=m.source != "police") for m in SCHOOL_AND_POLICE]
    assert _groups(loose, (0, 2, 20.0), (0, 3, 20.0), (1, 3, 12.0)) == [[0, 2, 3], [1]]


def test_a_number_goes_before_any_names() -> None:
    ties = [Tie(0, 2, 0.9999, 14.0), Tie(1, 2, 0.9995, 30.0)]
    assert sorted(agglomerated(SCHOOL_AND_POLICE[:3], ties)[0]) == [[0, 2], [1]]


def test_two_numbers_of_one_agency_are_two_children_also_in_two_of_its_extracts() -> None:
    council = {"agency": "council", "keyed": True}
    members = [
        _member(0, "cin", local_id="7", **council),
        _member(1, "care", local_id="8", **council),
        _member(2, "school"),
    ]
    assert _groups(members, (0, 2, 20.0), (1, 2, 15.0)) == [[0, 2], [1]]
    assert _groups(members, (0, 2, 20.0), (1, 2, 20.0)) == [[0], [1], [2]]


def test_what_a_person_said_is_not_assigned_away() -> None:
    said = Said(same=frozenset({(1, 2)}))
    assert _groups(SCHOOL_AND_POLICE, (0, 2, 30.0), (1, 2, 10.0), said=said) == [[0], [1, 2], [3]]


def test_a_chain_whose_ties_are_equally_weak_comes_apart_at_all_of_them() -> None:
    members = [_member(0, "hospital", nhs="1"), _member(1, "school"), _member(2, "clinic", nhs="2")]
    groups, refused = agglomerated(members, [Tie(0, 1, 0.99, 9.0), Tie(1, 2, 0.99, 9.0)])
    assert sorted(groups) == [[0], [1], [2]]
    assert set(refused) == {(0, 1), (1, 2)}
    assert sorted(agglomerated(members, [Tie(0, 1, 0.99, 9.0), Tie(1, 2, 0.99, 9.1)])[0]) == [[0], [1, 2]]


_MEMBERS = st.lists(
    st.builds(
        _member,
        key=st.just(0),
        source=st.sampled_from(["school", "police", "clinic"]),
        keyed=st.sampled_from([True, True, True, False]),
        local_id=st.sampled_from([None, None, "7", "8"]),
        nhs=st.sampled_from([None, None, "1", "2"]),
        given=st.sampled_from(["ada", "ada", "eva", None]),
        birth=st.sampled_from([BORN, BORN, date(1985, 6, 7)]),
    ),
    min_size=2,
    max_size=8,
)


@given(_MEMBERS, st.data())
def test_shuffled_ties_give_the_same_children_and_one_record_of_each_source_that_says_so(
    made: list[Facts], data: Any
) -> None:
    members = [fact._replace(key=key) for key, fact in enumerate(made)]
    bits = st.sampled_from([8.0, 8.0, 12.0, 20.0])
    ties = [Tie(*pair, 0.99, data.draw(bits)) for pair in combinations(range(len(members)), 2) if data.draw(st.booleans())]  # fmt: skip
    groups, refused = agglomerated(members, ties)
    renamed = data.draw(st.permutations(range(len(members))))
    others = [fact._replace(key=renamed[fact.key]) for fact in members]
    moved = [Tie(*assign.pair(renamed[t.left], renamed[t.right]), t.probability, t.weight) for t in ties]
    again, refused_again = agglomerated(data.draw(st.permutations(others)), data.draw(st.permutations(moved)))
    assert sorted(again) == sorted(sorted(renamed[key] for key in group) for group in groups)
    assert set(refused_again) == {assign.pair(renamed[one], renamed[other]) for one, other in refused}
    for group in groups:
        sources = [members[key].source for key in group if members[key].keyed]
        assert len(sources) == len(set(sources))


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(4, 7)), st.integers(1, 3000), min_size=1, max_size=9
    )
)
def test_no_other_assignment_brings_more(gains: dict[tuple[int, int], int]) -> None:
    chosen = assign._matched(gains)  # type: ignore[arg-type]
    possible = (
        some
        for size in range(5)
        for some in combinations(gains, size)
        if len({unit for pair in some for unit in pair}) == 2 * size
    )
    assert sum(gains[pair] for pair in chosen) == max(sum(gains[pair] for pair in some) for some in possible)  # type: ignore[index]


_RECORDS = [
    record("school", "1", *SINGH, **HERE),
    record("school", "2", *SINGH, **THERE),
    record("hospital", "1", *SINGH, **HERE),
    record("police", "1", *SINGH, sex="M"),
    record("clinic", "1", "Hardeep Singh", "2010-05-23", **THERE, nhs_number="9990000018"),
    record("justice", "1", "Hardeep Singh", "2010-05-23", **THERE, nhs_number="9990000026"),
]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(_RECORDS), st.permutations(["1", "2"]))
def test_namesakes_of_one_source_are_told_apart_alike_whatever_order_and_key_they_have(
    tmp_path: Any, shuffled: list[dict[str, Any]], keys: list[str]
) -> None:
    """Nobody can tell which of two namesakes the police mean, so they are neither, and a person is asked."""
    other = {"1": keys[0], "2": keys[1]}
    renamed = [r | {"record_id": other[r["record_id"]]} if r["source"] == "school" else r for r in shuffled]
    children = linked(tmp_path, *renamed)
    assert frozenset({f"school {other['1']}", "hospital 1"}) in children
    assert frozenset({"police 1"}) in children
    for key in keys:
        assert band(tmp_path, f"school {key}", "police 1")[0] == "for_a_person"

"""Ids that were met, in little memory: what a dict would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heard.engine.intake.known import Known


@given(st.lists(st.tuples(st.text(max_size=4), st.integers(0, 2**64 - 1)), max_size=60))
def test_ids_are_kept_as_a_dict_keeps_the_first(pairs: list[tuple[str, int]]) -> None:
    known, first = Known(), dict[str, int]()
    for name, value in pairs:
        assert known.put(name, value) == first.get(name)
        first.setdefault(name, value)
    assert {name: known.get(name) for name in first} == first
    assert known.get("never met") is None


def test_the_table_grows_and_loses_nobody() -> None:
    known = Known()
    for n in range(5_000):
        assert known.put(f"child {n}", n) is None
    assert [known.get(f"child {n}") for n in range(5_000)] == list(range(5_000))

"""How good links are expected to be, from the model's probabilities: worked by hand on a few pairs."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.engine.spec.tables import record, source

from heard.engine import tables
from heard.engine.link import prepare
from heard.engine.link.quality import quality

PEOPLE = [
    record("clinic", "1", "Ada O'Hara", sex="F", ethnicity="WIRI"),
    record("clinic", "2", "Bo Li", sex="M"),
    record("police", "1", "Ada Ohara", sex="F"),
    record("police", "2", "Bo Li", sex="M"),
    record("school", "1", "Ada Ohara", sex="F"),
]
CLINIC_1, CLINIC_2, POLICE_1, POLICE_2, SCHOOL_1 = range(5)


def _rows(*loose: str) -> pa.Table:
    sources = [source(name, keyed=name not in loose) for name in ("clinic", "police", "school")]
    records = pa.Table.from_pylist(PEOPLE, schema=tables.RECORDS.schema)
    return prepare.prepared(records, pa.Table.from_pylist(sources, schema=tables.SOURCES.schema))


def _pair(
    left: int, right: int, probability: float, word: str, rule: int = 1, said: str | None = None
) -> dict[str, Any]:
    told = {"left": left, "right": right, "probability": probability, "rule": rule, "said": said}
    return told | {"linked": word == "linked", "asked": word == "asked"}


TIES = (_pair(CLINIC_1, POLICE_1, 0.98, "linked"), _pair(CLINIC_2, POLICE_2, 0.96, "linked"))
HOMES = [0, 1, 0, 1, 4]


def _quality(*pairs: dict[str, Any], homes: list[int] = HOMES, loose: tuple[str, ...] = ()) -> dict[Any, Any]:
    types = [pa.int64(), pa.int64(), pa.float64(), pa.int64(), pa.string(), pa.bool_(), pa.bool_()]
    names = ["left", "right", "probability", "rule", "said", "linked", "asked"]
    schema = pa.schema(list(zip(names, types, strict=True)))
    told = quality(pa.Table.from_pylist(list(pairs), schema=schema), homes, _rows(*loose))
    return {(row["group"], row["value"]): row for row in told.to_pylist()}


def test_precision_is_the_mean_probability_of_ties_and_recall_their_sum_by_all_that_is_expected() -> None:
    told = _quality(*TIES, _pair(CLINIC_1, SCHOOL_1, 0.6, "asked"))["all", "all"]
    assert told["pairs"] == 2
    assert told["precision"] == pytest.approx(0.97)
    assert told["recall"] == pytest.approx(1.94 / 2.54, abs=1e-5)
    assert told["precision_low"] < 0.97 < told["precision_high"] <= 1
    assert told["recall_low"] < told["recall"] < told["recall_high"]


def test_a_pair_is_of_each_group_that_one_of_its_records_is_in() -> None:
    told = _quality(*TIES)
    assert told["sex", "F"]["precision"] == pytest.approx(0.98)
    assert told["sex", "M"]["pairs"] == told["ethnicity", "WIRI"]["pairs"] == 1
    assert told["ethnicity", "not given"]["precision"] == pytest.approx(0.96)
    assert told["name as written", "with accents or an apostrophe"]["pairs"] == 1
    assert told["name as written", "three letters or fewer"]["pairs"] == 2
    assert ("sex", "not known") not in told


def test_a_pair_of_whom_one_has_another_record_in_the_other_s_source_is_known_to_be_two() -> None:
    """The police hold one record of each child: who is police 1 is not police 2, so nothing was missed."""
    waiting = _pair(CLINIC_1, POLICE_2, 0.9, "asked")
    assert _quality(*TIES, waiting)["all", "all"]["recall"] == 1
    assert _quality(*TIES, waiting, loose=("police", "clinic"))["all", "all"]["recall"] < 0.7


def test_pairs_that_are_known_to_be_two_tell_how_many_others_of_the_rule_are() -> None:
    """Of pairs that the model holds for two, half are known to be: so each known pair of a rule stands for one more."""
    apart = (_pair(POLICE_1, POLICE_2, 0.1, "apart", rule=9), _pair(POLICE_2, SCHOOL_1, 0.1, "apart", rule=9))
    waiting = _pair(CLINIC_1, SCHOOL_1, 0.9, "asked", rule=3)
    known = _pair(CLINIC_1, POLICE_2, 0.9, "asked", rule=3)
    assert _quality(*TIES, *apart, waiting)["all", "all"]["recall"] == pytest.approx(1.94 / 2.84, abs=1e-5)
    assert _quality(*TIES, *apart, waiting, known)["all", "all"]["recall"] == 1


def test_what_a_person_said_is_no_guess() -> None:
    said = _pair(CLINIC_1, POLICE_1, 0.3, "apart", said="same")
    assert _quality(said)["all", "all"]["precision"] == 1
    two = _pair(CLINIC_1, SCHOOL_1, 0.9, "asked", said="not_same")
    assert _quality(*TIES, two)["all", "all"]["recall"] == 1


def test_pairs_that_are_together_through_others_stand_and_fall_with_the_ties() -> None:
    assert _quality(*TIES, _pair(CLINIC_1, SCHOOL_1, 0.5, "asked"), homes=[0, 1, 0, 1, 0]) == _quality(*TIES)


def test_without_any_link_there_is_no_share() -> None:
    told = _quality()
    assert set(told) == {("all", "all")}
    assert (told["all", "all"]["pairs"], told["all", "all"]["precision"], told["all", "all"]["recall"]) == (
        0,
        None,
        None,
    )

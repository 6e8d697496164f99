"""A blind sample: whom it takes, and that what is estimated from it holds where the truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heard.engine import backend, tables
from heard.engine.link import labels

SIZES = {("linked", 0.9999): 4_000, ("linked", 0.97): 300, ("for_a_person", 0.95): 60, ("for_a_person", 0.6): 90,
         ("apart", 0.4): 500, ("apart", 0.02): 3_000}  # fmt: skip
TRUE = dict(zip(SIZES, (0.998, 0.9, 0.6, 0.2, 0.05, 0.001), strict=True))


def _links(folder: Path, sizes: dict[tuple[str, float], int], sexes: str = "F") -> list[labels.Pair]:
    rows, records = [], []
    for (band, probability), size in sizes.items():
        for number in range(size):
            at = f"{band}{probability}-{number}"
            rows.append({"left_source": "a", "left_id": at, "right_source": "b", "right_id": at, "band": band,
                         "probability": probability, "why": ""})  # fmt: skip
            sex = sexes[number % len(sexes)]
            about = {"agency": "A", "file": "a.csv", "row": 1, "sex": None if sex == "?" else sex}
            records += [{"source": source, "record_id": at, **about} for source in "ab"]
    for table, told in ((tables.LINKS, rows), (tables.RECORDS, records)):
        pq.write_table(pa.Table.from_pylist(told, schema=table.schema), folder / f"{table.name}.parquet")
    with backend.engine(folder) as engine:
        labels.write_sample(engine, engine.read(tables.LINKS))
    return [(row["left_source"], row["left_id"], row["right_source"], row["right_id"]) for row in rows]


def _world(pairs: list[labels.Pair], random: Any) -> dict[labels.Pair, bool]:
    """Which pairs are one child, each with the chance of its stratum."""
    chances = [TRUE[stratum] for stratum, size in SIZES.items() for _one in range(size)]
    return dict(zip(pairs, random.random(len(pairs)) < np.array(chances), strict=True))


def _shares(world: dict[labels.Pair, bool]) -> tuple[float, float]:
    linked = [is_one for pair, is_one in world.items() if pair[1].startswith("linked")]
    return sum(linked) / len(linked), sum(linked) / sum(world.values())


def test_the_range_holds_the_truth_as_often_as_it_says(tmp_path: Path) -> None:
    """Of a hundred worlds; and it is no range that says nothing."""
    pairs, random = _links(tmp_path, SIZES), np.random.default_rng(7)
    sampled = labels.sample(tmp_path)
    held, widest = {"right": 0, "linked": 0}, 0.0
    for _world_of_many in range(100):
        world = _world(pairs, random)
        whole = labels.found(tmp_path, {pair: bool(world[pair]) for pair in sampled})[0]
        right, linked = _shares(world)
        assert whole.right
        assert whole.linked
        held["right"] += whole.right.low <= right <= whole.right.high
        held["linked"] += whole.linked.low <= linked <= whole.linked.high
        widest = max(widest, whole.right.high - whole.right.low, whole.linked.high - whole.linked.low)
    assert min(held.values()) >= 95, held
    assert widest < 0.2


def test_who_labels_all_pairs_knows_the_shares(tmp_path: Path) -> None:
    sizes = {stratum: 30 for stratum in SIZES}
    pairs = _links(tmp_path, sizes)
    world = {pair: place % 3 != 0 for place, pair in enumerate(pairs)}
    whole = labels.found(tmp_path, world)[0]
    right, linked = _shares(world)
    assert whole.labelled == 180
    assert whole.right == labels.Share(pytest.approx(right), pytest.approx(right), pytest.approx(right))
    assert whole.linked == labels.Share(pytest.approx(linked), pytest.approx(linked), pytest.approx(linked))


def test_a_sample_is_the_same_each_time_holds_each_stratum_and_is_in_no_order_that_tells(
    tmp_path: Path,
) -> None:
    _links(tmp_path, SIZES)
    drawn = labels.sample(tmp_path)
    assert drawn == labels.sample(tmp_path)
    assert len(set(drawn)) == 200
    kinds = [pair[1].rsplit("-", 1)[0] for pair in drawn]
    counts = {stratum: kinds.count(f"{stratum[0]}{stratum[1]}") for stratum in SIZES}
    assert min(counts.values()) >= 8
    assert sorted(counts, key=lambda count: counts[count]) == sorted(SIZES, key=lambda size: SIZES[size])
    assert len({tuple(kinds[at : at + 6]) for at in range(0, 200, 6)}) > 20


@pytest.mark.parametrize("sizes", [{}, {("linked", 0.9999): 5}, {("linked", 0.9999): 3, ("apart", 0.2): 900}])
def test_small_runs_are_sampled_whole_as_far_as_they_go(
    tmp_path: Path, sizes: dict[tuple[str, float], int]
) -> None:
    pairs = _links(tmp_path, sizes)
    assert len(labels.sample(tmp_path)) == min(200, len(pairs))


def test_what_was_not_recorded_is_a_group_and_few_labels_tell_nothing(tmp_path: Path) -> None:
    pairs = _links(tmp_path, {("linked", 0.9999): 90}, sexes="FFM?")
    told = {pair: True for pair in pairs[:60]}
    groups = {(group.group, group.value): group for group in labels.found(tmp_path, told)}
    assert ("sex", "not recorded") not in groups, "15 labels"
    assert groups["sex", "F"].right is not None
    assert groups["ethnicity", "not recorded"].labelled == 60
    few = labels.found(tmp_path, {pair: True for pair in pairs[:19]})
    assert [(group.group, group.labelled, group.right, group.linked) for group in few] == [
        ("all", 19, None, None)
    ]
    assert labels.found(tmp_path, {}) == []


def test_a_pair_of_two_values_is_of_both_groups_and_counts_once_where_they_are_one(tmp_path: Path) -> None:
    _links(tmp_path, {("linked", 0.9999): 3, ("apart", 0.02): 2})
    path = tmp_path / f"{tables.RECORDS.name}.parquet"
    rows = pq.read_table(path).to_pylist()
    rows[0]["sex"] = "M"  # the left record of the first pair that is linked
    pq.write_table(pa.Table.from_pylist(rows, schema=tables.RECORDS.schema), path)
    with backend.engine(tmp_path) as engine:
        labels.write_sample(engine, engine.read(tables.LINKS))
    strata = pq.read_table(tmp_path / f"{tables.STRATA.name}.parquet").to_pylist()
    assert {(row["group"], row["value"], row["stratum"]): row["pairs"] for row in strata} == {
        ("all", "all", 1): 3, ("all", "all", 4): 2,
        ("sex", "F", 1): 3, ("sex", "M", 1): 1, ("sex", "F", 4): 2,
        ("ethnicity", "not recorded", 1): 3, ("ethnicity", "not recorded", 4): 2,
    }  # fmt: skip

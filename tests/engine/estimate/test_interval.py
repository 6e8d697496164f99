"""Intervals against the authors' own, and that nothing but the seed is left to chance."""

from __future__ import annotations

import numpy as np
import pytest

from heard.engine.estimate import interval
from heard.engine.estimate.choice import ByBic


@pytest.mark.parametrize(("order", "published_acceleration"), [(1, -0.001934882042658579), (2, -0.008783628)])
def test_the_acceleration_is_the_published_one(published, order, published_acceleration):
    table = published("korea").counts
    fewer, weights = interval.without_one(table)
    found = interval.acceleration(ByBic(table, order).choose(fewer).totals, weights)
    assert found == pytest.approx(published_acceleration, abs=1e-8)


def test_a_replicate_has_as_many_children_in_cells_that_hold_any(published):
    table = published("western-us").counts
    drawn = interval.replicates(table, 40, seed=5)
    assert (drawn.sum(axis=1) == table.sum()).all()
    assert not drawn[:, table == 0].any()
    assert (drawn == interval.replicates(table, 40, seed=5)).all()
    assert (drawn != interval.replicates(table, 40, seed=6)).any()


def test_replicates_that_all_lie_on_one_side_give_limits_all_the_same():
    low, high = interval.between(np.arange(100.0), 1000.0, 0.0, 0.95)
    assert 0 <= low <= high <= 99


def test_leaving_out_one_child_stands_for_each_child_of_the_cell(published):
    table = published("korea").counts
    fewer, weights = interval.without_one(table)
    assert (fewer.sum(axis=1) == table.sum() - 1).all()
    assert weights.sum() == table.sum()

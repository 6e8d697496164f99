"""The choice of the model: step by step as published, by BIC exactly as if every model were fitted to every table."""

from __future__ import annotations

from math import exp, lgamma, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.engine.estimate import interval, models
from heard.engine.estimate.choice import ByBic, Stepwise, criterion, tail
from heard.engine.estimate.fitting import fit


@pytest.mark.parametrize(
    ("name", "chosen", "total"),
    [
        ("korea", "[b*c, d]", 268.7778),
        ("western-us", "[A*E, B, C, D]", 2483.384),
        ("new-orleans-five", "[A, B, C, D, E]", 981.4314),
        ("new-orleans", "[D*E, A, B, C, F, G, H]", 1110.488),
        ("uk-2013-five", "[LA*NG, LA*PFNCA, NG*GO, NG*GP, PFNCA*GP, GO*GP]", 11312.99),
    ],
)
def test_step_by_step_gives_the_published_model_and_total(published, name, chosen, total):
    table = published(name)
    found = Stepwise().choose(table.counts[None])
    assert models.name(found.models[0], table.lists) == chosen
    assert found.totals[0] == pytest.approx(total, abs=0.01)


def test_step_by_step_without_steps_is_the_model_without_interactions(published):
    found = Stepwise(threshold=0).choose(published("western-us").counts[None])
    assert found.models[0].sum() == 6


@pytest.mark.parametrize(
    ("name", "many"), [("korea", 50), ("artificial", 50), ("kosovo", 20), ("western-us", 3)]
)
def test_leaving_models_out_by_their_bounds_changes_no_choice(published, name, many):
    table = published(name)
    chooser = ByBic(table.counts, models.most_order(len(table.lists)))
    tables = interval.replicates(table.counts, many, seed=3)
    found = chooser.choose(tables)
    for i, one in enumerate(tables):
        fits = fit(np.broadcast_to(one, chooser.models.shape), chooser.models)
        values = np.where(fits.usable, criterion(fits.deviance, chooser.models, one.sum()), np.inf)
        best = values <= values.min() + 1e-6
        if np.isfinite(values.min()):
            assert np.isclose(found.totals[i], one.sum() + fits.missing[best]).any()
            assert (found.models[i] == chooser.models[best]).all(axis=1).any()
        else:
            assert np.isnan(found.totals[i])


def test_only_the_best_models_are_looked_at_where_that_is_asked(published):
    table = published("kosovo")
    chooser = ByBic(table.counts, 3, top=1)
    found = chooser.choose(interval.replicates(table.counts, 30, seed=1))
    assert (found.models == chooser.models[0]).all()


@given(st.integers(0, 60), st.floats(0.01, 80))
def test_the_tail_is_the_sum_of_its_chances(seen, expected):
    def chance(k):
        return exp(k * log(expected) - expected - lgamma(k + 1))

    side = range(seen, 400) if seen >= expected else range(seen + 1)
    assert tail(np.array([[seen]]), np.array([[expected]]))[0, 0] == pytest.approx(
        sum(map(chance, side)), rel=1e-9
    )


def test_the_tail_of_an_overlap_that_cannot_be_is_no_surprise():
    assert tail(np.zeros((1, 1)), np.zeros((1, 1)))[0, 0] == 1


@pytest.mark.parametrize(
    ("lists", "order", "many"), [(2, 1, 1), (3, 2, 8), (4, 3, 113), (5, 2, 1024), (5, 3, 6212)]
)
def test_there_are_as_many_hierarchical_models_as_there_should_be(lists, order, many):
    every = models.hierarchical(lists, order)
    assert len(np.unique(every, axis=0)) == len(every) == many

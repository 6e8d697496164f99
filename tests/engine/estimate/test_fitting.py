"""Fits against published figures, against the linear programme, and against one another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from heard.engine.estimate import models
from heard.engine.estimate.choice import criterion, saturated
from heard.engine.estimate.existence import exists
from heard.engine.estimate.fitting import fit

QUICK = settings(max_examples=60, deadline=None)


@st.composite
def tables_and_models(draw):
    """A table with many empty cells, and some of the models that there are for it."""
    lists = draw(st.integers(2, 4))
    count = st.sampled_from([0, 0, 0, 1, 2, 7, 40, 3000])
    cells = draw(st.lists(count, min_size=(1 << lists) - 1, max_size=(1 << lists) - 1))
    assume(any(cells))
    every = models.hierarchical(lists, min(3, lists - 1))
    chosen = draw(st.lists(st.integers(0, len(every) - 1), min_size=1, max_size=8))
    return np.array([0.0, *cells]), every[chosen]


def all_at_once(table, some):
    return fit(np.broadcast_to(table, some.shape), some)


def left(table, model):
    """The parameters that are not minus infinity, and the cells that they leave."""
    margins = models.over_supersets(table[None])[0]
    impossible = model & (margins == 0)
    impossible[0] = False
    kept = models.over_subsets(impossible[None])[0] == 0
    kept[0] = False
    return np.flatnonzero(model & ~impossible), np.flatnonzero(kept)


@pytest.mark.parametrize(
    ("name", "order", "there_are", "usable", "best", "total", "bic"),
    [
        ("korea", 2, 8, 6, "[b*c, c*d]", 157.1667, 57.14081),
        ("kosovo", 2, 64, 64, "[A*B, B*C, A*D, B*D, C*D]", 14341.66, 225.21125),
        ("kosovo", 3, 113, 113, "[B*C*D, A*B, A*D]", 10356.52, 203.02963),
        ("western-us", 2, 1024, 1024, "[A*E, B, C, D]", 2483.384, 118.7443),
        ("new-orleans-five", 2, 1024, 1024, "[A, B, C, D, E]", 981.4314, 96.27026),
        ("uk-2013-five", 2, 1024, 1024, "[LA*NG, LA*PFNCA, NG*PFNCA, PFNCA*GO, NG*GP]", 22991.33, 196.53976),
        ("uk-2013-five", 3, 6212, 6084, "[LA*NG*PFNCA, PFNCA*GO, NG*GP]", 25311.29, 195.87911),
    ],
)
def test_every_model_of_a_published_table_gives_the_published_best(
    published, name, order, there_are, usable, best, total, bic
):
    table = published(name)
    every = models.hierarchical(len(table.lists), order)
    fits = all_at_once(table.counts, every)
    values = criterion(fits.deviance, every, table.observed) + saturated(table.counts)
    first = np.where(fits.usable, values, np.inf).argmin()
    assert (len(every), fits.usable.sum()) == (there_are, usable)
    assert models.name(every[first], table.lists) == best
    assert table.observed + fits.missing[first] == pytest.approx(total, abs=0.01)
    assert values[first] == pytest.approx(bic, abs=1e-4)


@QUICK
@given(tables_and_models())
def test_what_exists_is_what_the_linear_programme_says_exists(drawn):
    table, some = drawn
    fits = all_at_once(table, some)
    for model, identified, existing in zip(some, fits.identified, fits.existing, strict=True):
        parameters, cells = left(table, model)
        if identified:
            assert existing == exists(parameters, cells, table[cells])


@QUICK
@given(tables_and_models())
def test_what_is_identified_is_what_the_rank_of_the_design_says(drawn):
    table, some = drawn
    for model, identified in zip(some, all_at_once(table, some).identified, strict=True):
        parameters, cells = left(table, model)
        design = (cells[:, None] & parameters == parameters).astype(float)
        assert identified == (len(cells) > 0 and np.linalg.matrix_rank(design) == len(parameters))


@QUICK
@given(tables_and_models())
def test_a_fit_has_the_margins_of_the_table_and_no_larger_model_fits_worse(drawn):
    table, some = drawn
    fits = all_at_once(table, some)
    margins = models.over_supersets(fits.means - table)
    for i in np.flatnonzero(fits.usable):
        assert np.abs(margins[i][left(table, some[i])[0]]).max() < 1e-6 * table.sum()
    for small in range(len(some)):
        for large in range(len(some)):
            if (some[small] <= some[large]).all() and fits.identified[[small, large]].all():
                assert fits.deviance[large] <= fits.deviance[small] + 0.01


@QUICK
@given(tables_and_models())
def test_a_fit_is_the_same_alone_and_in_company_and_from_wherever_it_begins(drawn):
    table, some = drawn
    together = all_at_once(table, some)
    alone = [fit(table[None], model[None], np.full((1, len(table)), 3.0)) for model in some]
    assert np.array([f.usable[0] for f in alone]).tolist() == together.usable.tolist()
    np.testing.assert_allclose([f.missing[0] for f in alone], together.missing, rtol=1e-6)


@QUICK
@given(tables_and_models(), st.floats(0, 200))
def test_a_fit_is_given_up_only_where_it_is_worse_than_it_may_be(drawn, worth):
    table, some = drawn
    whole = all_at_once(table, some)
    tables = np.broadcast_to(table, some.shape)
    found = fit(tables, some, worth=np.full(len(some), worth))
    given_up = whole.usable & ~found.usable
    assert (whole.deviance[given_up] > worth - 1e-6).all()
    assert not (found.usable & ~whole.usable).any()
    np.testing.assert_allclose(found.missing[found.usable], whole.missing[found.usable], rtol=1e-9)


def test_most_fits_that_are_far_worse_than_they_may_be_are_given_up(published):
    table = published("uk-2013-five")
    every = models.hierarchical(5, 2)
    whole = all_at_once(table.counts, every)
    worth = np.full(len(every), np.quantile(whole.deviance, 0.1))
    found = fit(np.broadcast_to(table.counts, every.shape), every, worth=worth)
    assert (found.usable == (whole.usable & (whole.deviance <= worth[0]))).mean() > 0.95


def test_the_made_up_table_has_the_models_that_the_paper_says(published):
    table = published("artificial")
    every = models.hierarchical(3, 2)
    fits = all_at_once(table.counts, every)
    names = [models.name(model, table.lists) for model in every]
    assert [n for n, ok in zip(names, fits.identified, strict=True) if not ok] == ["[A*B, A*C, B*C]"]
    assert {n for n, ok in zip(names, fits.usable, strict=True) if ok} == {
        "[A, B, C]", "[A*C, B]", "[B*C, A]", "[A*C, B*C]",
    }  # fmt: skip

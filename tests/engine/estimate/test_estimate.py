"""The answer as a whole: what it says, what it never goes without, and what it refuses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from heard.engine import tables
from heard.engine.estimate import NotDone, Overlaps, estimate, models, usual_top, why_not_estimated


def made(lists: str, counts: list[int]) -> Overlaps:
    return Overlaps(tuple(lists), np.array(counts, dtype=float))


def test_the_united_kingdom_s_table_gives_about_ten_to_thirteen_thousand(published):
    found = estimate(published("uk-2013-six"), replicates=200)
    assert found.method == "stepwise"
    assert 10_000 < found.estimate < 13_000
    assert found.interval_80 == pytest.approx((10_000, 13_000), rel=0.1)
    assert (
        found.interval_95[0]
        < found.interval_80[0]
        < found.estimate
        < found.interval_80[1]
        < found.interval_95[1]
    )
    assert found.otherwise.method == "bic"
    assert found.otherwise.estimate == pytest.approx(12_350, abs=1)


def test_an_answer_is_never_bare(published):
    found = estimate(published("korea"), replicates=50)
    assert found.assumptions
    assert "Whitehead" in found.dispute
    assert [(w.list, round(w.estimate)) for w in found.without] == [("b", 349), ("c", 252), ("d", 83)]
    assert found.otherwise.estimate == pytest.approx(268.7778, abs=1e-3)
    assert any("50 replicates are few" in w for w in found.warnings)
    assert any("2 models have no estimate" in w for w in found.warnings)
    assert any("It is so with d." in w for w in found.warnings)


def test_the_answer_has_the_shape_that_is_documented(published):
    found = estimate(published("korea"), replicates=20)
    assert list(found.as_json()) == [column.name for column in tables.ESTIMATE.columns]


def test_the_same_seed_gives_the_same_answer_and_another_seed_another(published):
    table = published("korea")
    first, again, other = (estimate(table, replicates=60, seed=seed) for seed in (4, 4, 5))
    assert first == again
    assert first.interval_95 != other.interval_95
    assert first.estimate == other.estimate


def test_two_lists_give_the_estimate_of_lincoln_and_petersen_with_a_warning():
    found = estimate(made("ab", [0, 60, 40, 20]), replicates=50)
    assert found.estimate == pytest.approx(80 * 60 / 20)
    assert any("With two lists" in w for w in found.warnings)
    assert [w.estimate for w in found.without] == [None, None]


@pytest.mark.parametrize(
    ("lists", "options", "said"),
    [
        (7, {"method": "bic"}, "too many models to compare them all"),
        (6, {"method": "bic", "max_order": 3}, "Use --max-order 2"),
        (3, {"replicates": 3}, "say nothing of how far off the answer may be"),
    ],
)
def test_what_cannot_be_done_is_refused_by_a_sentence(lists, options, said):
    counts = [0, *([3] * ((1 << lists) - 1))]
    with pytest.raises(NotDone, match=said):
        estimate(made("abcdefg"[:lists], counts), **options)


def test_a_table_for_which_no_model_has_an_estimate_is_refused_with_the_reason():
    with pytest.raises(
        NotDone, match=r"No model can be estimated from this table. The model \[a, b, c\] has no estimate"
    ):
        estimate(made("abc", [0, 5, 4, 0, 3, 0, 0, 0]))


def test_a_model_is_refused_with_the_reason_that_holds_for_it(published):
    table = published("artificial")
    only_ab, all_pairs = (
        np.array([s.bit_count() <= 1 or s in pairs for s in range(8)]) for pairs in ((3,), (3, 5, 6))
    )
    assert why_not_estimated(table, models.main_effects(3)) is None
    assert "has no estimate" in why_not_estimated(table, only_ab)
    assert "cannot be told from others" in why_not_estimated(table, all_pairs)


def test_an_interaction_of_all_lists_is_not_asked_for_and_that_is_said(published):
    found = estimate(published("korea"), max_order=3, replicates=20)
    assert found.max_order == 2
    assert "can never be told" in found.warnings[0]


def test_step_by_step_says_that_it_looks_at_pairs_alone(published):
    found = estimate(published("kosovo"), method="stepwise", max_order=3, replicates=20)
    assert found.max_order == 2
    assert "pairs of lists are all" in found.warnings[0]


def test_replicates_choose_among_as_many_models_as_asked(published):
    found = estimate(published("kosovo"), top=5, replicates=20)
    assert found.models == 5
    assert estimate(published("kosovo"), replicates=20).models == 113
    assert (usual_top(5), usual_top(6)) == (None, 100)


def test_where_half_the_replicates_have_no_estimate_none_is_given(monkeypatch, published):
    from heard.engine.estimate import choice

    chosen = choice.Stepwise.choose

    def often_none(self, many):
        found = chosen(self, many)
        if len(many) > 100:
            return dataclasses.replace(
                found, totals=np.where(np.arange(len(many)) % 3 == 0, found.totals, np.nan)
            )
        return found

    monkeypatch.setattr(choice.Stepwise, "choose", often_none)
    with pytest.raises(NotDone, match="too sparse for an interval"):
        estimate(published("korea"), method="stepwise", replicates=150)


def test_progress_is_told_and_ends(published):
    told = []
    estimate(published("korea"), replicates=600, progress=lambda text, share: told.append((text, share)))
    assert told[0][0] == "Choosing the model"
    assert [share for text, share in told if text.startswith("Choosing again")] == [0, 250 / 600, 500 / 600]


def test_step_by_step_looks_at_pairs_when_one_of_many_lists_is_left_out_too(published):
    table = published("new-orleans")
    found = estimate(table, replicates=20)
    without_a = estimate(table.without("A"), replicates=20)
    assert "*" in without_a.model
    assert found.without[0].estimate == pytest.approx(without_a.estimate)
    assert found.otherwise is None


@pytest.mark.parametrize(
    ("names", "warned"),
    [
        (("Maya Lindqvist", "Police"), True),
        (("Social Care", "North Police"), False),
        (("LA", "PF"), False),
        (("maya_list", "Youth Justice"), False),
    ],
)
def test_a_list_that_is_named_as_people_are_is_warned_of_without_repeating_the_name(names, warned):
    table = dataclasses.replace(made("ab", [0, 60, 40, 20]), lists=names)
    said = [w for w in estimate(table, replicates=20).warnings if "named as people are" in w]
    assert bool(said) is warned
    assert not any(names[0] in sentence for sentence in said)

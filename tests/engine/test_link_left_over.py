"""What all pairs together tell of one: who is left over in both lists, and whether twins stand one in each."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.bench import noise, noisy

from heard.engine import backend
from heard.engine.link import bands, guards, left_over, prepare
from heard.engine.link.guards import Facts

_PAIRS = 400


def _pair(left: int, right: int, **more: Any) -> dict[str, Any]:
    row = {"left": left, "right": right, "probability": 0.999, "weight": 10.0, "band": bands.LINKED, "why": "names agree; sex the same",
           "rule": 10, "left_source": "clinic", "right_source": "school", "one_each": True, "odds": 8.0, "rest": -1, "kin": bands.ONE,
           "unseen": bands.NO_KIN}  # fmt: skip
    return row | more


def _settled(
    folder: Path, *more: dict[str, Any], held: int = _PAIRS + 20
) -> tuple[dict[tuple[int, int], str], bool]:
    """The bands of pairs beside many that are linked; records of the clinic are 0 to `held`, those of the school follow."""
    rows = pa.table(
        {"key": range(2 * held), "source": ["clinic"] * held + ["school"] * held, "keyed": [True] * 2 * held}
    )
    pairs = [_pair(key, held + key) for key in range(_PAIRS)] + list(more)
    with backend.engine(folder) as engine:
        found = left_over.settled(engine, engine.hold("pairs", pa.Table.from_pylist(pairs)), rows)
        told = found.pairs.to_pyarrow().to_pylist()
    return {(row["left"], row["right"]): row["band"] for row in told}, found.twins


def _maybe(left: int, right: int, **more: Any) -> dict[str, Any]:
    return _pair(left, right, band=bands.FOR_A_PERSON, odds=-1.0, rest=1, kin=bands.NO_KIN) | more


def test_two_who_are_both_left_over_are_linked_and_one_who_is_not_is_asked_about(tmp_path: Path) -> None:
    """20 of 420 are left over in each list: by chance two are in one of 400 pairs, which is more than eight bits."""
    both, pair = (_PAIRS, 2 * _PAIRS + 20), (_PAIRS + 1, _PAIRS + 20)
    told, _ = _settled(tmp_path, _maybe(*both), _maybe(*pair))
    assert told[both] == bands.LINKED
    assert told[pair] == bands.FOR_A_PERSON


def test_where_most_are_left_over_that_says_little(tmp_path: Path) -> None:
    held = _PAIRS * 20
    both = (held - 1, 2 * held - 1)
    assert _settled(tmp_path, _maybe(*both), held=held)[0][both] == bands.FOR_A_PERSON


def test_where_twins_stand_one_in_each_list_a_record_without_its_given_name_is_asked_about(
    tmp_path: Path,
) -> None:
    held = _PAIRS + 20
    unnamed = _pair(_PAIRS, held + _PAIRS, kin=bands.NO_KIN, unseen=bands.TWIN)
    assert _settled(tmp_path, unnamed) == (
        {**_settled(tmp_path)[0], (_PAIRS, held + _PAIRS): bands.LINKED},
        False,
    )
    twins = [_maybe(_PAIRS + at, held + _PAIRS + at, odds=-20.0, kin=bands.TWIN) for at in range(1, 4)]
    told, many = _settled(tmp_path, unnamed, *twins)
    assert many
    assert told[_PAIRS, held + _PAIRS] == bands.FOR_A_PERSON


def _fact(given: str, **more: Any) -> Facts:
    named = {
        "given": given,
        "family": "shaw",
        "birth": date(2012, 3, 5),
        "sex": "F",
        "usual": True,
        "readable": True,
    }
    return Facts(0, keyed=False)._replace(**(named | more))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (_fact("zara", of_sex="F"), _fact("zars", sex="M", usual=False, readable=False, of_sex="F"), False),
        (_fact("zara"), _fact("zars", sex="M", usual=False, readable=False), True),
        (_fact("alexandra", of_sex="F"), _fact("alex", sex="M", of_sex="M"), True),
    ],
)
def test_a_wrong_sex_is_a_slip_where_the_name_tells_the_sex(one: Facts, other: Facts, apart: bool) -> None:
    assert bool(guards.why_not_one_child(one, other)) is apart


def test_in_lists_with_many_twins_a_second_name_or_a_letter_may_be_a_twin_s() -> None:
    for one, other in (("noah jack", "jack"), ("uena", "uuna")):
        pair = (_fact(one, usual=False, readable=False), _fact(other, usual=False, readable=False))
        assert guards.why_not_one_child(*pair, questions=guards.TWINS)
    pair = (_fact("olivia"), _fact("olivir", usual=False, readable=False))
    assert not guards.why_not_one_child(*pair, questions=guards.TWINS)


def test_of_which_sex_children_of_a_name_are_is_learned_from_the_records() -> None:
    first = pa.chunked_array(
        [["zara"] * 20 + ["gabriel"] * 20 + ["gabriella"] * 20 + ["alex"] * 20 + ["zars", "gabriell", "ales"]]
    )
    sex = pa.chunked_array([["F"] * 20 + ["M"] * 20 + ["F"] * 20 + ["M", "F"] * 10 + ["M", "M", "M"]])
    sex_of = prepare._sex_of(first, sex, {"zara", "gabriel", "gabriella", "alex"})
    assert [sex_of(name) for name in ("zara", "zars", "gabriell", "alex", "ales")] == [
        "F",
        "F",
        None,
        None,
        None,
    ]


def test_no_lone_twin_is_merged_in_lists_with_noise(tmp_path: Path) -> None:
    made = noise.twins(200, 2, noisy=1.0, beside=1_000)
    assert noisy.lone_merged(made, noisy.ours(made, tmp_path).pairs) == 0

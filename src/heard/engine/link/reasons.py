"""What speaks for one child and what for two, comparison by comparison, for each pair that a person has to judge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import ibis

from heard.engine.link import model

if TYPE_CHECKING:
    from collections.abc import Mapping

_IDS = ("left_source", "left_id", "right_source", "right_id")
WORDS: Final = {
    "given": "given name",
    "family": "family name",
    "birth": "birth date",
    "sex": "sex",
    "postcode": "postcode",
    "nhs": "NHS number",
    "upn": "pupil number",
}
_BEGINS: Final = ("where every pair begins", "two records that share something")
_RARE: Final = ("how rare the names are", "beside other names")
_NOTHING: Final = 0.005  # bits
_DIGITS: Final = 2  # of a weight in bits: a hundredth of a bit tells nobody anything


def weighed(asked: Any, compared: Any) -> Any:
    """The pairs that a person is asked about, with what the model made of them: keep it, for `reasons` reads it often.

    `asked`: pairs by left, right (keys, left < right) and the two records. `compared`: as `model.compared` gives them.
    """
    pairs = compared.mutate(
        left=ibis.least(compared.key_l, compared.key_r), right=ibis.greatest(compared.key_l, compared.key_r)
    )
    found = asked.join(pairs, ["left", "right"])
    return found.select(*_IDS, "match_weight", *(f"gamma_{c.name}" for c in model.COMPARISONS))


def reasons(t: Any, learned: model.Model) -> Any:
    """Rows of `tables.REASONS`, and `place`, their order within a pair, from what `weighed` gives. Of one pair they add
    up to its weight. What a record does not say speaks for neither, and has no row.
    """
    start = _start(learned)
    parts = [_part(t, 0, *_BEGINS, ibis.literal(start))]
    rest = t.match_weight - start
    for place, comparison in enumerate(model.COMPARISONS, start=1):
        if comparison.name in WORDS:
            level, weight = _of(t, comparison, learned)
            parts.append(_part(t, place, WORDS[comparison.name], level, weight))
            rest = rest - weight.fill_null(0.0)
    rest = ibis.ifelse(rest.abs() < _NOTHING, ibis.null("float64"), rest)
    parts.append(_part(t, len(model.COMPARISONS) + 1, *_RARE, rest))
    rows = ibis.union(*parts)
    return rows.filter(rows.weight.notnull())


def reasons_of(pair: Mapping[str, Any], learned: model.Model) -> list[tuple[str, str, float]]:
    """As `reasons`, of one row of `tables.COMPARED`: comparison, level and weight of each."""
    start = _start(learned)
    found, rest = [(*_BEGINS, start)], pair["match_weight"] - start
    for comparison in model.COMPARISONS:
        if comparison.name in WORDS:
            for reached, words, weight in _levels(comparison, learned):
                if pair[f"gamma_{comparison.name}"] == reached:
                    found.append((WORDS[comparison.name], words, weight))
                    rest -= weight
    if abs(rest) >= _NOTHING:
        found.append((*_RARE, rest))
    return [(what, level, round(weight, _DIGITS)) for what, level, weight in found]


def _start(learned: model.Model) -> float:
    chance = learned.settings["probability_two_random_records_match"]
    return math.log2(chance / (1 - chance))


def _of(t: Any, comparison: model.Comparison, learned: model.Model) -> tuple[Any, Any]:
    """The words and the weight of the level that a pair reached; no weight where a record does not say."""
    gamma, levels = t[f"gamma_{comparison.name}"], _levels(comparison, learned)
    words = [(gamma == reached, words) for reached, words, _ in levels]
    bits = [(gamma == reached, weight) for reached, _, weight in levels]
    return ibis.cases(*words, else_="not known"), ibis.cases(*bits)


def _levels(comparison: model.Comparison, learned: model.Model) -> list[tuple[int, str, float]]:
    """The levels of a comparison, surest first: as Splink numbers them, in words, and the weight in bits."""
    field, top = f"{WORDS[comparison.name]} ", len(comparison.levels) - 1
    weights = model.levels(learned.settings, comparison.name)
    return [
        (top - i, level.means.removeprefix(field), math.log2(told["m_probability"] / told["u_probability"]))
        for i, (level, told) in enumerate(zip(comparison.levels, weights, strict=True))
    ]


def _part(t: Any, place: int, comparison: str, level: Any, weight: Any) -> Any:
    said = level if not isinstance(level, str) else ibis.literal(level)
    return t.select(
        *_IDS,
        comparison=ibis.literal(comparison),
        level=said,
        weight=weight.round(_DIGITS).cast("float64"),
        place=ibis.literal(place, "int64"),
    )

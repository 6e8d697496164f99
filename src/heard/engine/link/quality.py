"""How good the links are expected to be, for all and by group: missed links fall unevenly, and whoever reads a figure
has to know on whom.

**Precision** is the share of linked pairs that are one child: the mean of their probabilities. **Recall** is the share
of pairs that are one child and were linked: the sum over linked pairs, by that and the sum over pairs that wait for a
person. Only ties count, not pairs that are together through other records: these stand and fall with the ties.

The model takes a brother or sister for likelier than they are, since a household shares name and address. So pairs
that wait are weighed by what is known without labels: some pairs are surely two children, as another record of one of
them lies in the source of the other, which gives each child one record. Among pairs that the model holds for two, the
share of such is counted; from it and their number among the pairs of one rule follows how many others of that rule
are two children, too (`_likely`). Where no source gives each child one record, the model's word stands, and recall
is rather too low.

Chance is a bootstrap over children (95 in 100), in blocks drawn with a seed, with as much noise added as the probabilities
themselves leave open. What the model gets wrong is more than chance: nobody labelled these records. So what is said is a
range, wider by as much as the truth lay outside on lists where it is known (`python -m tests.bench.noisy` shows on which):
of the errors that the model expects, there may be a few times as many or as few.

**What it cannot see**: pairs that were never compared since they share nothing of what is compared first (blocking);
pairs that the model holds for two; and whether the model is right, for it learned from these records alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import tables
from heard.engine.link import judged, names
from heard.engine.link.model import SEED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

ALL = "all"
_BLOCKS, _REPLICATES = 200, 1_000
_BETWEEN = (2.5, 97.5)
_DIGITS = 5
# Of errors that are expected, how many times as many there may be, how many more, and how many times as few.
_WIDER = {"precision": (4.0, 0.001, math.inf), "recall": (2.5, 0.005, 8.0)}
_SHORT = 3  # letters
_FIELDS = {
    "year": "no birth date",
    "sex": "no sex",
    "postcode": "no postcode",
    "nhs": "no NHS number",
    "upn": "no pupil number",
}

type _Flags = NDArray[np.bool_]
type _Reals = NDArray[np.float64]


class _Pairs(NamedTuple):
    """Ties, and pairs that wait for a person: keys, block of the child, whether linked, and how likely one child."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    block: NDArray[np.int64]
    tie: _Flags
    likely: _Reals

    def of(self, records: _Flags, *, both: bool) -> _Pairs:
        one, other = records[self.left], records[self.right]
        chosen = one & other if both else one | other
        left, right, block, tie, likely = self
        return _Pairs(left[chosen], right[chosen], block[chosen], tie[chosen], likely[chosen])


def quality(pairs: pa.Table, component: Sequence[int], rows: pa.Table) -> pa.Table:
    """Rows of `tables.QUALITY`. `pairs`: what was compared, as left, right (keys of prepared `rows`), probability,
    rule, linked, asked (what the rules made of it) and said. `component`: each record's child.

    A pair belongs to a group if one of its records does; to 'not known' and the like if both do.
    """
    weighed = _weighed(pairs, np.asarray(component, np.int64), rows)
    every = np.ones(len(rows), np.bool_)
    groups = [(ALL, ALL, every, False), *_groups(rows)]
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(_BLOCKS, [1 / _BLOCKS] * _BLOCKS, size=_REPLICATES)
    noise = rng.standard_normal((_REPLICATES, 2))
    told = [
        _row(group, value, weighed.of(flags, both=both), drawn, noise) for group, value, flags, both in groups
    ]
    return pa.Table.from_pylist([row for row in told if row], schema=tables.QUALITY.schema)


def _weighed(pairs: pa.Table, home: NDArray[np.int64], rows: pa.Table) -> _Pairs:
    left, right = (pairs[name].to_numpy() for name in ("left", "right"))
    linked, asked = (pairs[name].to_numpy() for name in ("linked", "asked"))
    together = home[left] == home[right]
    same, apart = (_flags(pc.equal(pairs["said"], word)) for word in (judged.SAME, judged.NOT_SAME))
    two = ~together & (apart | _known_two(left, right, home, rows))
    tie = together & (linked | same)
    waits = ~together & ~two & (linked | asked | same)
    rule = pairs["rule"].to_numpy() * 2 + linked  # what a rule linked and was kept apart, by itself
    doubted = ~linked & ~asked & ~same & ~apart
    likely = np.where(same & together, 1.0, pairs["probability"].to_numpy())
    likely = np.minimum(likely, np.where(tie, 1.0, _likely(rule, two, waits, doubted)[rule]))
    block = np.random.default_rng(SEED).integers(0, _BLOCKS, len(home))[home[left]]
    chosen = tie | waits
    return _Pairs(*(column[chosen] for column in (left, right, block, tie, likely)))


def _known_two(
    left: NDArray[np.int64], right: NDArray[np.int64], home: NDArray[np.int64], rows: pa.Table
) -> _Flags:
    """Pairs of two children, for one of them has another record in the source of the other, which has one for each."""
    source = rows["source"].combine_chunks().dictionary_encode()
    code, many = source.indices.to_numpy(), len(source.dictionary)
    keyed = rows["keyed"].to_numpy()
    held = np.unique(home[keyed] * many + code[keyed])
    return (keyed[right] & np.isin(home[left] * many + code[right], held)) | (
        keyed[left] & np.isin(home[right] * many + code[left], held)
    )


def _likely(rule: NDArray[np.int64], two: _Flags, waits: _Flags, doubted: _Flags) -> _Reals:
    """For each rule, how likely a pair that waits is one child, by the pairs of the rule that are known to be two."""
    share = two[doubted].mean() if doubted.any() else 0.0
    size = int(rule.max(initial=0)) + 1
    known, open_ = np.bincount(rule[two], minlength=size), np.bincount(rule[waits], minlength=size)
    if not share:
        return np.ones(size)
    unknown_two = known * (1 - share) / share
    likely: _Reals = np.clip(1 - unknown_two / np.maximum(open_, 1), 0.0, 1.0)
    return likely


def _groups(rows: pa.Table) -> Iterator[tuple[str, str, _Flags, bool]]:
    """Group, value, the records of it, and whether both records of a pair have to be.

    There is no name origin: to infer it would be to guess where a child comes from. What a name is like on paper is
    what makes links fail, and that can be seen.
    """
    for group, column, otherwise in (("sex", "sex", "not known"), ("ethnicity", "ethnicity", "not given")):
        coded = rows[column].combine_chunks().dictionary_encode()
        code = coded.indices.fill_null(-1).to_numpy()
        for place, value in sorted(enumerate(coded.dictionary.to_pylist()), key=lambda pair: str(pair[1])):
            yield group, str(value), code == place, False
        yield group, otherwise, code == -1, True
    yield from (("name as written", value, flags, False) for value, flags in _written(rows))
    yield "missing", "no name", _flags(pc.or_(rows["lent"], _nameless(rows))), False
    for column, words in _FIELDS.items():
        yield "missing", words, _flags(pc.is_null(rows[column])), False


def _written(rows: pa.Table) -> Iterator[tuple[str, _Flags]]:
    given, family = rows["given"], rows["family"]
    either = {
        "three letters or fewer": [pc.less_equal(pc.utf8_length(name), _SHORT) for name in (given, family)],
        "two parts or more": [pc.match_substring(name, " ") for name in (given, family)],
    }
    plain = _flags(rows["marked"])
    yield "with accents or an apostrophe", plain
    several = _flags(_has_spellings(given))
    yield "a given name of several spellings", several
    others = plain | several
    for words, (one, other) in either.items():
        flags = _flags(one) | _flags(other)
        others |= flags
        yield words, flags
    yield "none of these", ~others & ~_flags(_nameless(rows))


def _has_spellings(given: pa.ChunkedArray) -> Any:
    distinct = [name for name in pc.unique(given).to_pylist() if name and names.has_spellings(name)]
    return pc.is_in(given, value_set=pa.array(distinct, pa.string()))


def _nameless(rows: pa.Table) -> Any:
    return pc.and_(pc.is_null(rows["given"]), pc.is_null(rows["family"]))


def _flags(column: Any) -> _Flags:
    flags: _Flags = pc.fill_null(column, False).to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags


def _row(
    group: str, value: str, pairs: _Pairs, blocks: NDArray[np.int64], noise: _Reals
) -> dict[str, Any] | None:
    """One row of the table. `blocks`: how often each replicate drew each block; `noise`: two standard normals for each."""
    if not len(pairs.tie) and group != ALL:
        return None
    open_ = pairs.likely * (1 - pairs.likely)
    sums = np.stack(
        [
            np.bincount(pairs.block, weights=weights, minlength=_BLOCKS)
            for weights in (
                pairs.tie,
                pairs.likely * pairs.tie,
                pairs.likely * ~pairs.tie,
                open_ * pairs.tie,
                open_ * ~pairs.tie,
            )
        ],
        axis=1,
    )
    linked, right, missed, *_ = sums.sum(axis=0)
    drawn = blocks @ sums
    open_right, open_missed = (noise * np.sqrt(drawn[:, 3:])).T
    rights = np.clip(drawn[:, 1] + open_right, 0, drawn[:, 0])
    misses = np.maximum(drawn[:, 2] + open_missed, 0)
    precision = _shares("precision", right, linked, rights, drawn[:, 0])
    recall = _shares("recall", right, right + missed, rights, rights + misses)
    return {"group": group, "value": value, "pairs": round(linked), **precision, **recall}


def _shares(name: str, part: float, whole: float, parts: _Reals, wholes: _Reals) -> dict[str, float | None]:
    """A share with its interval; nothing where there is nothing to share."""
    if not whole or not (wholes > 0).any():
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    share = part / whole
    low, high = np.percentile(parts[wholes > 0] / wholes[wholes > 0], _BETWEEN)
    times, more, fewer = _WIDER[name]
    low, high = max(0.0, 1 - (1 - low) * times - more), 1 - (1 - high) / fewer
    told = {name: share, f"{name}_low": min(low, share), f"{name}_high": max(high, share)}
    return {key: round(float(number), _DIGITS) for key, number in told.items()}

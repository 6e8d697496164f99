"""What the columns of somebody's table are, guessed from their names and values where no layout lies beside it.

A guess is said, for a person to correct. What may be read in two ways is read so that it protects: a column of numbers counts, and
parts make up their total unless the table itself shows that they do not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

from heard.engine.tables import NotDone

_TIME = re.compile(r"(year|time|period|quarter|month|date|day)(?![a-z])|_(year|period)\b", re.IGNORECASE)
_AREA = re.compile(
    r"region|country|authority|\bla\b|la_|district|ward|council|area|locality|postcode|place", re.IGNORECASE
)
_LABEL = re.compile(r"code|identifier|\bid\b|_id\b|\bage\b|_age|ukprn|level|urn\b", re.IGNORECASE)
_CODE = re.compile(r"code|\bid\b|_id\b|urn\b|ukprn", re.IGNORECASE)
_SHARE = re.compile(r"-?\d[\d,]*\.\d+ ?%?|-?\d[\d,.]* ?%")
_YEAR = re.compile(r"(19|20)\d\d([-/]?\d\d(\d\d)?)?")
_MOST_ODD = 0.02  # of what is filled in a column of counts, that is neither a count nor a symbol
_ROUND, _ENOUGH = (10, 5), 12  # to what others round, and how many counts have to be so

type _Rows = Sequence[Mapping[str, str]]


def guessed(
    name: str,
    header: Sequence[str],
    rows: _Rows,
    policy: Any,
    totals: frozenset[str],
    below: Mapping[str, str],
) -> tuple[dict[str, Any], list[str]]:
    """The layout of the table `name` in plain values, and sentences about it. `policy`: whose symbols stand in it; `totals`: words
    for all of a dimension; `below`: of places that may stand beside others, the one that each is a part of. Raises `NotDone`."""
    measures = [text for text in header if _counts(text, [row[text] for row in rows], policy)]
    if not measures:
        raise NotDone(
            f"{name} has no column count, and none that holds counts. Name it so, or say in a layout beside it which columns are counts."
        )
    labels = [text for text in header if text not in measures]
    shares = [label for label in labels if _is_share([row[label] for row in rows])]
    read = _Read(rows, [label for label in labels if label not in shares], totals, below)
    dimensions = read.dimensions()
    rounding = read.rounding(dimensions, measures)
    told: dict[str, Any] = {"dimensions": dimensions, "measures": measures}
    told |= {"below": read.below} if read.below else {}
    how = "; ".join(_in_words(dimensions, measures))
    said = [f"{name}: no layout lies beside it. It was read so: {how}. To correct it: heard publish layout."]
    to = max((rule["to"] for rule in rounding), default=1)
    if loose := [
        dimension for dimension in dimensions if not read.adds_up(dimension, dimensions, measures, to)
    ]:
        told["exhaustive"] = [dimension for dimension in dimensions if dimension not in loose]
        said.append(
            f"{name}: the parts of {', '.join(loose)} do not make up their total, as where one child is in several: nothing is worked "
            "out from them."
        )
    if shares:
        said.append(
            f"{name}: {', '.join(shares)} holds shares or rates and was not read. They can give counts away, too: leave them out of what is published."
        )
    if any(policy.hides(row[measure]) for row in rows for measure in measures):
        told["whose"] = "others"
        said.append(
            f"{name}: small counts are hidden in it, so that it was taken for one that others published: which counts it gives away "
            "is not said. For one of your own write its layout, without `whose`."
        )
        if rounding:
            told["policy"] = {"rounding": rounding}
            said.append(f"{name}: counts were taken to be rounded: {'; '.join(map(_rounded, rounding))}.")
    return told, said


def _counts(name: str, texts: Iterable[str], policy: Any) -> bool:
    filled = [text for text in texts if text]
    if _TIME.search(name) or _LABEL.search(name) or not filled:
        return False
    counts = sum(_is_count(text) for text in filled)
    symbols = sum(_is_symbol(text, policy) for text in filled)
    in_years = counts > 1 and all(_YEAR.fullmatch(text) for text in filled if _is_count(text))
    telling = counts > 0 or any(policy.hides(text) for text in filled)  # a column may be hidden throughout
    return telling and not in_years and counts + symbols >= len(filled) * (1 - _MOST_ODD)


def _is_count(text: str) -> bool:
    plain = text.replace(",", "")
    return plain.isascii() and plain.isdigit() and len(plain) < 16


def _is_symbol(text: str, policy: Any) -> bool:
    others = (*policy.not_available, *policy.not_applicable, *policy.rounds_to_zero)
    return policy.hides(text) or text in others


def _is_share(texts: Iterable[str]) -> bool:
    filled = [text for text in texts if text]
    return bool(filled) and sum(bool(_SHARE.fullmatch(text)) for text in filled) * 2 > len(filled)


class _Read:
    """Rows, and the columns of them that name places."""

    def __init__(
        self, rows: _Rows, labels: Sequence[str], totals: frozenset[str], below: Mapping[str, str]
    ) -> None:
        self.rows = rows
        self.texts = {
            label: ["" if row[label].casefold() in totals else row[label] for row in rows] for label in labels
        }
        self.labels = self._telling(labels)
        places = {text for label in self.labels for text in self.texts[label]}
        self.below = {part: whole for part, whole in below.items() if {part, whole} <= places}

    def dimensions(self) -> dict[str, list[str]]:
        """Of each its columns, the whole first."""
        paths: list[list[str]] = []
        left = sorted(self.labels, key=lambda label: len(set(self.texts[label])))
        while left:
            path = [left.pop(0)]
            for text in list(left):
                if self._above(path[-1], text):
                    path.append(text)
                    left.remove(text)
            paths.append(path)
        found: dict[str, list[str]] = {}
        for path in sorted(paths, key=lambda path: self.labels.index(path[0])):
            found[self._named(path, found)] = path
        return found

    def adds_up(
        self, name: str, dimensions: Mapping[str, Sequence[str]], measures: Sequence[str], to: int
    ) -> bool:
        """Unless parts are more than the total beside them, or where all is shown exactly less, more often than not. `to`: as counts
        are rounded."""
        more = fits = 0
        for whole, parts in self._groups(dimensions[name], dimensions):
            for measure in measures:
                total, texts = whole[measure], [part[measure] for part in parts]
                if not _is_count(total) or not any(map(_is_count, texts)):
                    continue
                apart = sum(_number(text) for text in texts if _is_count(text)) - _number(total)
                exact = to == 1 and all(map(_is_count, texts))
                off = apart != 0 if exact else apart > to // 2 * (len(texts) + 1)
                more, fits = more + off, fits + (not off)
        return fits >= more

    def rounding(
        self, dimensions: Mapping[str, Sequence[str]], measures: Sequence[str]
    ) -> list[dict[str, Any]]:
        """As a policy says it: everywhere, else down to some column of one dimension."""
        places = [
            (name, level) for name, columns in dimensions.items() for level in range(len(columns) - 1, -1, -1)
        ]
        for name, level in (("", 0), *places):
            counts = [
                _number(row[measure])
                for row, deep in zip(self.rows, self._depths(dimensions.get(name, ())), strict=True)
                for measure in measures
                if deep <= level and _is_count(row[measure]) and _number(row[measure])
            ]
            to = next(
                (to for to in _ROUND if len(counts) >= _ENOUGH and all(n % to == 0 for n in counts)), None
            )
            if to:
                return [{"to": to, "dimension": name, "level": level} if name else {"to": to}]
        return []

    def _telling(self, labels: Sequence[str]) -> list[str]:
        """Without columns that say one word, say again what another says, or only how far down a row is."""
        kept = [
            label
            for label in labels
            if len(set(self.texts[label])) > 1 or (_TIME.search(label) and _has_year(self.texts[label]))
        ]
        for one, other in permutations(
            sorted(kept, key=lambda name: (not _CODE.search(name), labels.index(name))), 2
        ):
            if one in kept and other in kept and self._same(one, other):
                kept.remove(one)
        for one in [name for name in kept if _CODE.search(name)]:
            if len(kept) > 1 and self._tells([other for other in kept if other != one]):
                kept.remove(one)
        filled = {one: [bool(text) for text in self.texts[one]] for one in kept}
        for one in [name for name in kept if not _TIME.search(name)]:
            others = [other for other in kept if other != one and not all(filled[other])]
            if others and all(filled[one]):
                deep = zip(self.texts[one], *(filled[other] for other in others), strict=True)
                if _is_function({(text, tuple(is_filled)) for text, *is_filled in deep}):
                    kept.remove(one)
        return kept

    def _tells(self, labels: Sequence[str]) -> bool:
        """Whether no two rows are the same in these."""
        rows = list(zip(*(self.texts[label] for label in labels), strict=True))
        return len(set(rows)) == len(rows)

    def _same(self, one: str, other: str) -> bool:
        pairs = set(zip(self.texts[one], self.texts[other], strict=True))
        return len(pairs) == len({left for left, _ in pairs}) == len({right for _, right in pairs})

    def _above(self, one: str, other: str) -> bool:
        """Whether each place of the other column is a part of one of this."""
        pairs = {(a, b) for a, b in zip(self.texts[one], self.texts[other], strict=True) if b}
        wholes, parts = {a for a, _ in pairs}, {b for _, b in pairs}
        return (
            len(pairs) == len(parts) > len(wholes) > 0
            and "" not in wholes
            and not _TIME.search(one)
            and not _TIME.search(other)
        )

    def _named(self, path: Sequence[str], taken: Iterable[str]) -> str:
        kind = (
            "area" if any(map(_AREA.search, path)) else "year" if any(map(_TIME.search, path)) else path[-1]
        )
        return kind if kind not in taken else path[-1]

    def _depths(self, columns: Sequence[str]) -> Iterator[int]:
        for at in range(len(self.rows)):
            yield next(
                (deep for deep, column in enumerate(columns) if not self.texts[column][at]), len(columns)
            )

    def _groups(
        self, columns: Sequence[str], dimensions: Mapping[str, Sequence[str]]
    ) -> Iterator[tuple[Mapping[str, str], list[Mapping[str, str]]]]:
        """Each row that is a total of a dimension, with the rows that are its parts."""
        rest = [text for of in dimensions.values() for text in of if text not in columns]
        wholes, parts = {}, defaultdict(list)
        for at, (row, deep) in enumerate(zip(self.rows, self._depths(columns), strict=True)):
            beside = tuple(self.texts[text][at] for text in rest)
            path = tuple(self.texts[column][at] for column in columns[:deep])
            wholes[beside, path] = row
            if path and path[-1] not in self.below:
                parts[beside, path[:-1]].append(row)
        yield from ((wholes[where], of) for where, of in parts.items() if where in wholes)


def _has_year(texts: Iterable[str]) -> bool:
    return all(_YEAR.fullmatch(text) for text in texts if text)


def _is_function(pairs: Iterable[tuple[Any, Any]]) -> bool:
    """Whether the second of each pair says which is the first."""
    first: dict[Any, Any] = {}
    return all(first.setdefault(of, one) == one for one, of in pairs)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _in_words(dimensions: Mapping[str, Sequence[str]], measures: Sequence[str]) -> Iterator[str]:
    yield from (f"{name} by {', '.join(columns)}" for name, columns in dimensions.items())
    yield f"counts in {', '.join(measures[:4])}" + (
        f" and {len(measures) - 4} more columns" if len(measures) > 4 else ""
    )


def _rounded(rule: Mapping[str, Any]) -> str:
    where = (
        f" where at most {rule['level']} of the columns of {rule['dimension']} are filled"
        if "dimension" in rule
        else ""
    )
    return f"to the nearest {rule['to']}{where}"

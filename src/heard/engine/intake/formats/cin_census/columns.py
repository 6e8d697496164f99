"""Many children of a census in columns: each element is a row, with its child, its name and what it says.

Children are kept flat, one element after another, and how a child's elements stand in each other is reckoned once for each layout
(`schema.Layout`). So it costs nothing that hardly two children have the same elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from lxml import etree

from heard.engine.intake.distinct import Distinct, Flags, Places
from heard.engine.intake.formats.cin_census.schema import Layout, laid_out
from heard.engine.intake.sheets import Whole
from heard.engine.intake.values import read_date, read_id

type Codes = npt.NDArray[np.int64]

_TAG, _TEXT, _TAIL = (attrgetter(name) for name in ("tag", "text", "tail"))

_PLAIN_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}[0-9]|[1-9][0-9]{2,6}")


class Children:
    """Children of one file as they are read, one by one."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.layouts: list[Layout] = []
        self.texts: list[str | None] = []
        self.starts: list[int] = []
        self.tails: dict[int, list[str]] = {}
        self.contents: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: int, element: etree._Element, year: int) -> None:
        """Takes all that a child's element holds; it may be freed afterwards."""
        nodes = list(element.iter())
        layout = laid_out(tuple(map(_TAG, nodes)), tuple(map(len, nodes)), year)
        self.starts.append(len(self.texts))
        self.texts += map(_TEXT, nodes)
        tails = list(map(_TAIL, nodes))
        tails[0] = None  # what is behind the child is not of the child
        if "".join(filter(None, tails)).strip():
            self.tails[len(self.rows)] = [(tail or "").strip() for tail in tails]
        if not self._has_id(layout.first.get("LAchildID")):
            self.contents[len(self.rows)] = etree.tostring(element, encoding="unicode", with_tail=False)
        self.rows.append(row)
        self.layouts.append(layout)

    def _has_id(self, place: int | None) -> bool:
        """Whether the last child has a number of its own, at this place."""
        text = self.texts[self.starts[-1] + place] if place is not None else None
        if text is None:
            return False
        return _PLAIN_ID.fullmatch(text) is not None or read_id(text) is not None


class Spread(NamedTuple):
    """Rows of what layouts say of some elements, child by child: whose child's each is, by its place, and the columns."""

    child: Places
    columns: tuple[Codes, ...]

    def where(self, some: Flags) -> Spread:
        return Spread(self.child[some], tuple(column[some] for column in self.columns))


class Columns:
    """What `Children` hold. A code is a distinct text, without blanks around it; 0 is the empty one."""

    def __init__(self, children: Children) -> None:
        self.rows: Whole = np.array(children.rows, np.int64)
        self.layouts, self.tails, self.contents = children.layouts, children.tails, children.contents
        self._starts = np.array(children.starts, np.int64)
        coded = pa.array([*children.texts, None], pa.string()).dictionary_encode()
        codes = {"": 0}
        by_raw = [codes.setdefault(text.strip(), len(codes)) for text in coded.dictionary.to_pylist()]
        self._codes = np.array([*by_raw, 0], np.int64)[np.asarray(coded.indices.fill_null(len(by_raw)))]
        self.texts = list(codes)

    def __len__(self) -> int:
        return len(self.rows)

    def spread(self, of: Callable[[Layout], npt.NDArray[np.int64]]) -> Spread:
        """What each child's layout says, one below the other; `of`: a table with the same columns of every layout."""
        parts = list(map(of, self.layouts))
        child = np.repeat(np.arange(len(parts)), np.array(list(map(len, parts)), np.int64))
        return Spread(child, tuple(np.concatenate(parts).T))

    def codes(self, child: Places, places: Codes) -> Codes:
        """What stands in a child's element at a place of its layout; 0 where the place is -1."""
        return self._codes[np.where(places < 0, -1, self._starts[child] + places)]

    def distinct(self, codes: Codes) -> Distinct:
        """The distinct texts behind codes."""
        some, of_row = np.unique(codes, return_inverse=True)
        return Distinct(
            pa.array([self.texts[code] for code in some.tolist()], pa.string()), of_row.astype(np.int32)
        )

    def days(self, codes: Codes) -> pa.Array:
        """The day that each text tells, null where it tells none."""
        distinct = self.distinct(codes)
        return distinct.by_row([read_date(text).value for text in distinct.texts.to_pylist()], pa.date32())

    def numbers(self, codes: Codes, rule: Callable[[str], int]) -> Codes:
        """What a rule makes of each text."""
        some, of_row = np.unique(codes, return_inverse=True)
        return np.array([rule(self.texts[code]) for code in some.tolist()], np.int64)[of_row]

    @cached_property
    def odd(self) -> Sequence[tuple[Layout, list[int]]]:
        """Layouts that depart from the schema whatever their texts say, with the places of the children that have them."""
        found: dict[int, tuple[Layout, list[int]]] = {}
        for place, layout in enumerate(self.layouts):
            if layout.departs:
                found.setdefault(id(layout), (layout, []))[1].append(place)
        return list(found.values())

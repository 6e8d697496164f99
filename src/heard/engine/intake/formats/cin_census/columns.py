"""Many children of a census in columns: each element is a row, with its child, its name and what it says.

How a child's elements stand in each other is reckoned once for each layout (`schema.Layout`). So it costs nothing that hardly two
children have the same elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from lxml import etree

from heard.engine.intake import xml_columns
from heard.engine.intake.distinct import Flags, Places
from heard.engine.intake.formats.cin_census.schema import Layout, laid_out
from heard.engine.intake.values import read_date, read_id
from heard.engine.intake.xml_columns import Codes

_PLAIN_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}[0-9]|[1-9][0-9]{2,6}")


class Children(xml_columns.Children):
    """Children of one census as they are read, one by one. `contents`: all that is told of those who have no number."""

    def __init__(self) -> None:
        super().__init__()
        self.layouts: list[Layout] = []
        self.contents: dict[int, str] = {}

    def add(self, row: int, element: etree._Element, year: int) -> None:
        """Takes all that a child's element holds; it may be freed afterwards."""
        tags, counts = self.take(row, element)
        layout = laid_out(tuple(tags), tuple(counts), year)
        if not self._has_id(layout.first.get("LAchildID")):
            self.contents[len(self.layouts)] = etree.tostring(element, encoding="unicode", with_tail=False)
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


class Columns(xml_columns.Columns):
    """What `Children` hold."""

    def __init__(self, children: Children) -> None:
        super().__init__(children)
        self.layouts, self.contents = children.layouts, children.contents

    def spread(self, of: Callable[[Layout], npt.NDArray[np.int64]]) -> Spread:
        """What each child's layout says, one below the other; `of`: a table with the same columns of every layout."""
        parts = list(map(of, self.layouts))
        child = np.repeat(np.arange(len(parts)), np.array(list(map(len, parts)), np.int64))
        return Spread(child, tuple(np.concatenate(parts).T))

    def codes_at(self, child: Places, places: Codes) -> Codes:
        """What stands in a child's element at a place of its layout; 0 where the place is -1."""
        return self.codes[np.where(places < 0, -1, self.starts[child] + places)]

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

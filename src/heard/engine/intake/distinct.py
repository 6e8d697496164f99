"""What a rule says of a whole column: it is asked once for each distinct text, so that every rule is written once, for one cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

type Flags = npt.NDArray[np.bool_]
type Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Distinct:
    """The distinct texts of a column, and of each row which of them it has."""

    texts: pa.StringArray
    of_row: npt.NDArray[np.int32]

    @classmethod
    def of(cls, column: pa.StringArray) -> Distinct:
        coded = column.dictionary_encode()
        return cls(coded.dictionary, np.asarray(coded.indices))

    def counted(self) -> Iterator[tuple[str, int]]:
        """Each text, and how many rows have it."""
        count = np.bincount(self.of_row, minlength=len(self.texts))
        return zip(self.texts.to_pylist(), count.tolist(), strict=True)

    def by_row[T](self, told: Sequence[T], kind: pa.DataType) -> pa.Array:
        """Of each row what is told of its text."""
        return pa.array(told, kind).take(pa.array(self.of_row))

    def rows_of(self, some: Iterable[int]) -> Places:
        """Places of the rows that have one of some texts."""
        met = np.zeros(len(self.texts), bool)
        met[list(some)] = True
        return np.flatnonzero(met[self.of_row])


def by_text(
    column: pa.StringArray,
    rule: Callable[[str], str | None],
    plain: Callable[[pa.StringArray], Flags] | None = None,
) -> pa.StringArray:
    """Of each row what the rule makes of its text. `plain`: of which texts it is sure that the rule leaves them as they are."""
    distinct = Distinct.of(column)
    texts = distinct.texts.to_pylist()
    asked = np.flatnonzero(~plain(distinct.texts)) if plain else range(len(texts))
    for place in asked:
        texts[place] = rule(texts[place])
    return distinct.by_row(texts, pa.string())

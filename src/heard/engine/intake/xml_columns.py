"""Many children of an XML return in columns: each element is a row, kept flat in the order of the file, with its child and what it says."""

from __future__ import annotations

from operator import attrgetter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from lxml import etree

from heard.engine.intake.distinct import Distinct
from heard.engine.intake.sheets import Whole

type Codes = npt.NDArray[np.int64]

_TAG, _TEXT, _TAIL = (attrgetter(name) for name in ("tag", "text", "tail"))


class Children:
    """Children of one file as they are read, one by one. `starts`: where each child's elements begin; `tails`: of a child in whom text
    stands behind an element, what stands behind each."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.texts: list[str | None] = []
        self.starts: list[int] = []
        self.tails: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, row: int, element: etree._Element) -> tuple[list[object], list[int]]:
        """Takes what a child's elements say; they may be freed afterwards. Each element's tag, and how many stand directly in it."""
        nodes = list(element.iter())
        self.starts.append(len(self.texts))
        self.texts += map(_TEXT, nodes)
        tails = list(map(_TAIL, nodes))
        tails[0] = None  # what is behind the child is not of the child
        if "".join(filter(None, tails)).strip():
            self.tails[len(self.rows)] = [(tail or "").strip() for tail in tails]
        self.rows.append(row)
        return list(map(_TAG, nodes)), list(map(len, nodes))


class Columns:
    """What `Children` hold. A code is a distinct text, without blanks around it; 0 is the empty one. `codes`: of each element, in the
    order of the file, and 0 behind the last."""

    def __init__(self, children: Children) -> None:
        self.rows: Whole = np.array(children.rows, np.int64)
        self.tails = children.tails
        self.starts = np.array(children.starts, np.int64)
        coded = pa.array([*children.texts, None], pa.string()).dictionary_encode()
        codes = {"": 0}
        by_raw = [codes.setdefault(text.strip(), len(codes)) for text in coded.dictionary.to_pylist()]
        self.codes: Codes = np.array([*by_raw, 0], np.int64)[np.asarray(coded.indices.fill_null(len(by_raw)))]
        self.texts = list(codes)

    def __len__(self) -> int:
        return len(self.rows)

    def distinct(self, codes: Codes) -> Distinct:
        """The distinct texts behind codes."""
        some, of_row = np.unique(codes, return_inverse=True)
        return Distinct(
            pa.array([self.texts[code] for code in some.tolist()], pa.string()), of_row.astype(np.int32)
        )

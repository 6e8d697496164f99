"""What a mapping expects of an agency's rows. What fails is an issue, and the row is used all the same."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.intake.columns import Columns
from heard.engine.intake.distinct import Distinct
from heard.engine.intake.known import Known, keys_of
from heard.engine.intake.ledger import Source
from heard.engine.intake.mapping import Expectation
from heard.engine.intake.sheets import Batch, Whole
from heard.engine.intake.values import read_date, read_number


class Expecting:
    """Judges the rows of one mapped source. Unique means: once in all its files."""

    def __init__(self, expected: tuple[Expectation, ...], source: Source) -> None:
        self._expected, self._source = expected, source
        self._met = {one: Known() for one in expected if one.judges == "unique"}
        self._filled: Counter[Expectation] = Counter()
        self._rows = 0

    def judge(self, columns: Columns, batch: Batch) -> None:
        """Some rows. An empty cell breaks no expectation but that it is filled."""
        self._rows += len(batch.numbers)
        for one in self._expected:
            if one.column:
                texts = pc.utf8_trim_whitespace(columns.column(batch, one.column))
                filled = np.flatnonzero(pc.not_equal(texts, ""))
                self._cells(columns, one, batch.numbers[filled], texts.take(pa.array(filled)))

    def _cells(self, columns: Columns, one: Expectation, rows: Whole, texts: pa.StringArray) -> None:
        say = partial(self._source.flag_rows, columns.file)
        if one.judges == "unique":
            keys = keys_of(map(str.casefold, texts.to_pylist()))
            say(rows[~self._met[one].put_all(keys)], "expected_once", one.column)
        elif one.judges == "filled":
            self._filled[one] += len(rows)
        elif one.judges in ("between", "at_least", "at_most"):
            told = Distinct.of(texts)
            out = (n for n, text in enumerate(told.texts.to_pylist()) if not _within(one, columns, text))
            say(rows[told.rows_of(out)], "expected_within", one.column, expected=in_words(one))

    def finish(self, columns: Columns) -> None:
        """What is expected of one file as a whole."""
        for one in self._expected:
            if one.judges == "rows" and isinstance(one.low, float) and self._rows < one.low:
                self._source.note(
                    columns.file, "expected_rows", rows=f"{self._rows:,}", expected=f"{one.low:,g}"
                )
            if one.judges == "filled" and isinstance(one.low, float) and self._rows:
                share = 100 * self._filled[one] / self._rows
                if share < one.low:
                    said = {"share": f"{share:.0f}", "expected": f"{one.low:g}"}
                    self._source.note(columns.file, "expected_filled", one.column, **said)
        self._rows, self._filled = 0, Counter()


def _within(one: Expectation, columns: Columns, text: str) -> bool:
    """Whether a value keeps within its bounds; what is no number, or no day, does not."""
    value: float | date | None
    if isinstance(one.low or one.high, date):
        value = read_date(text, columns.day_first.get(one.column, True)).value
    else:
        value = read_number(text)
    if value is None:
        return False
    above = one.low is None or one.low <= value  # type: ignore[operator]  # both are days, or both numbers
    return above and (one.high is None or value <= one.high)  # type: ignore[operator]


def in_words(one: Expectation) -> str:
    """The bounds as a person would say them."""
    low, high = (f"{bound:g}" if isinstance(bound, float) else str(bound) for bound in (one.low, one.high))
    return {
        "between": f"between {low} and {high}",
        "at_least": f"at least {low}",
        "at_most": f"at most {high}",
    }[one.judges]

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
        self._met = {expectation: Known() for expectation in expected if expectation.judges == "unique"}
        self._filled: Counter[Expectation] = Counter()
        self._rows = 0

    def judge(self, columns: Columns, batch: Batch) -> None:
        """Some rows. An empty cell breaks no expectation but that it is filled."""
        self._rows += len(batch.numbers)
        for expectation in self._expected:
            if expectation.column:
                texts = pc.utf8_trim_whitespace(columns.column(batch, expectation.column))
                filled = np.flatnonzero(pc.not_equal(texts, ""))
                self._cells(columns, expectation, batch.numbers[filled], texts.take(pa.array(filled)))

    def _cells(self, columns: Columns, expectation: Expectation, rows: Whole, texts: pa.StringArray) -> None:
        say = partial(self._source.flag_rows, columns.file)
        if expectation.judges == "unique":
            keys = keys_of(map(str.casefold, texts.to_pylist()))
            say(rows[~self._met[expectation].put_all(keys)], "expected_once", expectation.column)
        elif expectation.judges == "filled":
            self._filled[expectation] += len(rows)
        elif expectation.judges in ("between", "at_least", "at_most"):
            told = Distinct.of(texts)
            out = (
                n for n, text in enumerate(told.texts.to_pylist()) if not _within(expectation, columns, text)
            )
            say(
                rows[told.rows_of(out)], "expected_within", expectation.column, expected=in_words(expectation)
            )

    def finish(self, columns: Columns) -> None:
        """What is expected of one file as a whole."""
        for expectation in self._expected:
            if (
                expectation.judges == "rows"
                and isinstance(expectation.low, float)
                and self._rows < expectation.low
            ):
                self._source.note(
                    columns.file, "expected_rows", rows=f"{self._rows:,}", expected=f"{expectation.low:,g}"
                )
            if expectation.judges == "filled" and isinstance(expectation.low, float) and self._rows:
                share = 100 * self._filled[expectation] / self._rows
                if share < expectation.low:
                    said = {"share": f"{share:.0f}", "expected": f"{expectation.low:g}"}
                    self._source.note(columns.file, "expected_filled", expectation.column, **said)
        self._rows, self._filled = 0, Counter()


def _within(expectation: Expectation, columns: Columns, text: str) -> bool:
    """Whether a value keeps within its bounds; what is no number, or no day, does not."""
    value: float | date | None
    if isinstance(expectation.low or expectation.high, date):
        value = read_date(text, columns.day_first.get(expectation.column, True)).value
    else:
        value = read_number(text)
    if value is None:
        return False
    above = expectation.low is None or expectation.low <= value  # type: ignore[operator]  # both are days, or both numbers
    return above and (expectation.high is None or value <= expectation.high)  # type: ignore[operator]


def in_words(expectation: Expectation) -> str:
    """The bounds as a person would say them."""
    low, high = (
        f"{bound:g}" if isinstance(bound, float) else str(bound)
        for bound in (expectation.low, expectation.high)
    )
    return {
        "between": f"between {low} and {high}",
        "at_least": f"at least {low}",
        "at_most": f"at most {high}",
    }[expectation.judges]

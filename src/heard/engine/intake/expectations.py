"""What a mapping expects of an agency's rows. What fails is an issue, and the row is used all the same."""

from __future__ import annotations

from collections import Counter
from datetime import date

from heard.engine.intake.columns import Columns
from heard.engine.intake.known import Known
from heard.engine.intake.ledger import Place, Source
from heard.engine.intake.mapping import Expectation
from heard.engine.intake.values import read_date, read_number


class Expecting:
    """Judges the rows of one mapped source. Unique means: once in all its files."""

    def __init__(self, expected: tuple[Expectation, ...], source: Source) -> None:
        self._expected, self._source = expected, source
        self._met = {one: Known() for one in expected if one.judges == "unique"}
        self._filled: Counter[Expectation] = Counter()
        self._rows = 0

    def judge(self, at: Place, columns: Columns, cells: list[str]) -> None:
        """One row. An empty cell breaks no expectation but that it is filled."""
        self._rows += 1
        for one in self._expected:
            text = columns.cell(cells, one.column).strip() if one.column else ""
            if text:
                self._cell(at, columns, one, text)

    def _cell(self, at: Place, columns: Columns, one: Expectation, text: str) -> None:
        if one.judges == "unique" and self._met[one].put(text.casefold()) is not None:
            self._source.flag(at, "expected_once", one.column)
        elif one.judges == "filled":
            self._filled[one] += 1
        elif one.judges in ("between", "at_least", "at_most") and not _within(one, columns, text):
            self._source.flag(at, "expected_within", one.column, expected=in_words(one))

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

"""The days on which tests run: `on_day` for one that says a year, `HEARD_TESTS_AT` for all of a run, and `make calendar`.

    python -m tests.days [--of-today] [PYTEST OPTIONS]

runs what reads the clock (`READ_THE_CLOCK`) at each moment of `MOMENTS`, or at the one that the date chooses. Only the clock
of this process moves: not that of a process it starts, nor of the disk.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import time_machine

LONDON: Final = ZoneInfo("Europe/London")
# Where days, months, quarters, school years and years begin and end, where February does, and where an hour is missing or there twice.
MOMENTS: Final = (
    datetime(2027, 1, 1, 0, 10, tzinfo=LONDON),
    datetime(2027, 2, 28, 12, tzinfo=LONDON),
    datetime(2027, 3, 28, 1, 10, tzinfo=UTC),
    datetime(2027, 3, 31, 12, tzinfo=LONDON),
    datetime(2027, 4, 1, 12, tzinfo=LONDON),
    datetime(2027, 9, 1, 12, tzinfo=LONDON),
    datetime(2027, 9, 30, 12, tzinfo=LONDON),
    datetime(2027, 10, 1, 12, tzinfo=LONDON),
    datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 50, tzinfo=LONDON),
    datetime(2028, 2, 29, 12, tzinfo=LONDON),
    datetime(2028, 3, 1, 12, tzinfo=LONDON),
)
READ_THE_CLOCK: Final = ("demo/test_partnership.py",)
_HERE: Final = Path(__file__).parent
_YEAR: Final = re.compile(r"(?<![\w.])20[2-9]\d(?!\d|\.\d)")


def of_date(day: date) -> datetime:
    """The moment at which tests run on that day as well: each comes up every twelve days."""
    return MOMENTS[day.toordinal() % len(MOMENTS)]


def behind() -> float:
    """Seconds from the clock of this process to that of the disk, which nothing moves: 0 where tests run today."""
    hatch = time_machine.escape_hatch
    return hatch.time.time() - time.time() if hatch.is_travelling() else 0.0


def move_clock() -> None:
    """To the moment that `HEARD_TESTS_AT` names, in ISO 8601 with its offset, for the whole of this process."""
    if moment := os.environ.get("HEARD_TESTS_AT"):
        time_machine.travel(datetime.fromisoformat(moment)).start()


@contextmanager
def day_of(item: pytest.Item) -> Iterator[None]:
    """Runs a test and what it is set up with on its own day, at noon, where it is marked `on_day`."""
    if mark := item.get_closest_marker("on_day"):
        with time_machine.travel(
            datetime.combine(mark.args[0], datetime.min.time().replace(hour=12), LONDON)
        ):
            yield
    else:
        yield


def refuse_fixed_years(items: list[pytest.Item]) -> None:
    """Ends the run before it begins where a test that opens the site's database expects a year and is not marked `on_day`."""
    refused = sorted({f"{item.nodeid.partition('[')[0]} expects {year}" for item, year in _unmarked(items)})
    if refused:
        raise pytest.UsageError(
            "A year in what is expected holds until the clock has moved on. Mark the test @pytest.mark.on_day(date(…)), or "
            "reckon from timezone.localdate():\n" + "\n".join(refused)
        )


def _unmarked(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, str]]:
    for item in items:
        opens = {"db", "transactional_db"}.intersection(getattr(item, "fixturenames", ()))
        if opens and not item.get_closest_marker("on_day"):
            name = getattr(item, "originalname", None) or item.name
            for year in years_expected(item.path.read_text()).get(name, ()):
                yield item, year


@cache
def years_expected(source: str) -> dict[str, set[str]]:
    """The fixed years in what each test of a module asserts, also in what it names there of the module, by the test's name.

    A year is in a text, or the first number of a call (`date(2026, 11, 27)`).
    """
    if not _YEAR.search(source):
        return {}
    module = ast.parse(source)
    constants = {}
    for node in module.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                constants[name] = set(_years(value))
    found = {}
    for test in ast.walk(module):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            told = [node for node in ast.walk(test) if _is_expectation(node)]
            names = {node.id for one in told for node in ast.walk(one) if isinstance(node, ast.Name)}
            found[test.name] = {year for one in told for year in _years(one)}.union(
                *(constants.get(name, ()) for name in names)
            )
    return found


def _is_expectation(node: ast.AST) -> bool:
    """An `assert`, or a statement that begins with Playwright's `expect(…)`."""
    if isinstance(node, ast.Expr):
        return any(isinstance(inner, ast.Name) and inner.id == "expect" for inner in ast.walk(node))
    return isinstance(node, ast.Assert)


def _years(told: ast.AST) -> Iterator[str]:
    for node in ast.walk(told):
        match node:
            case ast.Constant(value=str() as text) if found := _YEAR.search(text):
                yield found[0]
            case ast.Call(args=[ast.Constant(value=int() as year), *_]) if 2020 <= year <= 2099:
                yield str(year)


def main(options: list[str]) -> int:
    """Runs what reads the clock, and says at which moments something failed."""
    of_today = "--of-today" in options
    rest = [option for option in options if option != "--of-today"]
    failed = []
    for moment in [of_date(date.today())] if of_today else MOMENTS:
        print(f"\nWhat reads the clock, at {moment:%A %-d %B %Y, %H:%M}", flush=True)
        told = [sys.executable, "-m", "pytest", "-q", *rest, *(str(_HERE / path) for path in READ_THE_CLOCK)]
        if subprocess.run(
            told, env=os.environ | {"HEARD_TESTS_AT": moment.isoformat()}, check=False
        ).returncode:
            failed.append(f"{moment:%-d %B %Y, %H:%M}")
    if failed:
        print("Failed at " + "; ".join(failed))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

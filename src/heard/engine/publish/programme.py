"""Linear programmes over counts that add up, solved by HiGHS: the only module that names it.

A programme has one column for each cell and one row for each relation; only the limits of the columns and the direction
change from one question to the next, so each starts from the last one's answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from heard.engine.tables import NotDone

INFINITY = highspy.kHighsInf
NEAR_ENOUGH = 0.01  # the search ends at a choice that costs so much more than the cheapest,
MANY = 400  # where there are so many columns; among fewer at the cheapest


class Impossible(Exception):
    """No counts within the limits add up."""


@dataclass(frozen=True)
class Answer:
    """The largest value, and of each column how much that value would give way with its limit (the dual)."""

    value: float
    duals: np.ndarray


@dataclass(frozen=True)
class Equation:
    """The sum of `parts` less `total` (None: there is none left that is unknown) is `constant`; by column number."""

    parts: tuple[int, ...]
    total: int | None
    constant: float

    def terms(self) -> list[tuple[int, float]]:
        return [(part, 1.0) for part in self.parts] + ([(self.total, -1.0)] if self.total is not None else [])


class Programme:
    """Columns between limits, under equations. `largest` asks how large one column can be."""

    def __init__(
        self, low: Iterable[float], high: Iterable[float], equations: Sequence[Equation], slack: bool = False
    ) -> None:
        self._solver = _Solver()
        limits = list(zip(low, high, strict=True))
        self._columns = len(limits)
        for lowest, highest in limits:
            self._solver.addVar(float(lowest), float(highest))
        for equation in equations:
            self._row(equation.terms(), equation.constant, equation.constant)
        if slack:
            self._loosen(len(equations))
        self._asked: int | None = None

    def limit(self, low: np.ndarray, high: np.ndarray) -> None:
        """New limits of all columns."""
        columns = np.arange(self._columns, dtype=np.int32)
        self._solver.changeColsBounds(self._columns, columns, low.astype(float), high.astype(float))

    def largest(self, column: int, sign: float = 1.0) -> Answer:
        """The largest value of `sign` times the column; infinite where nothing holds it. Raises `Impossible`."""
        if self._asked is not None:
            self._solver.changeColCost(self._asked, 0.0)
        self._solver.changeColCost(column, -sign)  # HiGHS looks for the smallest
        self._asked = column
        status = self._solved()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return Answer(INFINITY, np.zeros(self._columns))
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Impossible
        if status != highspy.HighsModelStatus.kOptimal:
            raise NotDone("The check stopped before its end. Check fewer tables at once.")
        duals = -np.asarray(self._solver.getSolution().col_dual[: self._columns])
        return Answer(-self._solver.getInfo().objective_function_value, duals)

    def _solved(self) -> highspy.HighsModelStatus:
        """From the last answer; from the start where that leads nowhere, as it may when nothing holds the column."""
        self._solver.run()
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            self._solver.clearSolver()
            self._solver.run()
        return self._solver.getModelStatus()

    def does_not_add_up(self, equations: int) -> list[int]:
        """With slack: the rows that have to give way so that the rest adds up, as few counts off as can be."""
        self._solver.run()
        values = self._solver.getSolution().col_value[self._columns :]
        return [row for row in range(equations) if values[2 * row] + values[2 * row + 1] > 0.5]

    def _row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        columns = np.array([column for column, _ in terms], dtype=np.int32)
        weights = np.array([weight for _, weight in terms], dtype=float)
        self._solver.addRow(low, high, len(terms), columns, weights)

    def _loosen(self, rows: int) -> None:
        for row in range(rows):
            for weight in (1.0, -1.0):
                self._solver.addCol(
                    1.0, 0.0, INFINITY, 1, np.array([row], dtype=np.int32), np.array([weight])
                )


class Choice:
    """The cheapest choice of columns, each taken (1) or left (0), that meets every demand; demands are added as found.

    Until `whole` is called columns may be taken in part: quickly solved, and what fails then fails later too.
    """

    def __init__(self, costs: Sequence[float], fixed: Mapping[int, int]) -> None:
        self._solver = _Solver()
        self._solver.setOptionValue("mip_rel_gap", NEAR_ENOUGH if len(costs) > MANY else 0.0)
        self._columns = len(costs)
        self._whole = False
        for column, cost in enumerate(costs):
            value = fixed.get(column)
            self._solver.addVar(value or 0, 1 if value is None else value)
            self._solver.changeColCost(column, cost)

    def whole(self) -> None:
        self._whole = True
        for column in range(self._columns):
            self._solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)

    def demand(self, weights: Mapping[int, float], at_least: float) -> None:
        """The weights of the columns taken make up at least so much."""
        columns = np.array(list(weights), dtype=np.int32)
        self._solver.addRow(
            at_least, INFINITY, len(columns), columns, np.array(list(weights.values()), float)
        )

    def keep(self, columns: Iterable[int]) -> None:
        """These are taken from now on."""
        for column in columns:
            self._solver.changeColBounds(column, 1, 1)

    def cheapest(self, nodes: int) -> tuple[np.ndarray, float]:
        """How far each column is taken, and what any choice costs at least: `nodes` of the search are looked at and no
        more, which is the same on every machine. Raises `Impossible`."""
        self._solver.setOptionValue("mip_max_nodes", nodes)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Impossible
        values = self._solver.getSolution().col_value
        least = (
            self._solver.getInfo().mip_dual_bound
            if self._whole
            else self._solver.getInfo().objective_function_value
        )
        return (np.asarray(values) if values else np.ones(self._columns)), least


class _Solver(highspy.Highs):
    """HiGHS that prints nothing: its own start switches callbacks on, which greets on standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)
        self.setOptionValue("threads", 1)  # the same answer on every machine

"""Whether a log-linear model can be estimated from a table at all: the linear programme of Fienberg and Rinaldo (2012).

Maximise z, where a table x has the margins of the observed one and no cell below z. The estimate exists just where z can be
above nought. That depends on which cells hold anybody, not on how many, so each such cell counts as one and z is never tiny.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from heard.engine.estimate.models import Array

_NOUGHT = 1e-7


class _Solver(highspy.Highs):
    """HiGHS that prints nothing: its own start switches callbacks on, which greets on standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)
        self.setOptionValue("threads", 1)


def exists(parameters: Array, cells: Array, counts: Array) -> bool:
    """Parameters and cells are sets of lists (`models`), with a count for each cell."""
    solver, floor = _Solver(), len(cells)
    for _ in range(len(cells) + 1):  # what each cell of x has above z; and z
        solver.addVar(0, highspy.kHighsInf)
    solver.changeColCost(floor, -1)  # HiGHS looks for the smallest
    for parameter in parameters.tolist():
        inside = np.flatnonzero(cells & parameter == parameter)
        margin = float((counts[inside] > 0).sum())
        columns = np.append(inside, floor).astype(np.int32)
        values = np.append(np.ones(len(inside)), len(inside))
        solver.addRow(margin, margin, len(columns), columns, values)
    solver.run()
    return bool(-solver.getInfo().objective_function_value > _NOUGHT)

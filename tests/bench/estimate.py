"""How quickly it is estimated who is on no list: `python -m tests.bench.estimate`.

On the United Kingdom's table of 2013 with five lists, as published: 2,744 children and adults, 6,212 hierarchical models of up to three lists,
of which 6,084 have an estimate. "Work" is the time in which the cores were at work for it, together; where others load the
machine, the clock says more. The R package of the method's authors takes 11 s to choose among the models, and 96 s for
the 100 best with 1,000 replicates.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.measure import machine, table

from heard.engine.estimate import from_csv, interval
from heard.engine.estimate.choice import ByBic, Stepwise

TABLE = Path(__file__).parents[1] / "engine" / "estimate" / "tables" / "uk-2013-five.csv"
REPLICATES = 1000
TIMES = 3


@dataclass(frozen=True)
class _Took:
    what: str
    seconds: float
    work: float
    target: float | None

    def row(self) -> tuple[str, ...]:
        target = f"{self.target:.1f}" if self.target else ""
        return (self.what, f"{self.seconds:.2f}", f"{self.work:.2f}", target,
                f"{self.seconds / self.target:.2f}" if self.target else "")  # fmt: skip


def measure() -> None:
    counts = from_csv(TABLE).counts
    replicates = interval.replicates(counts, REPLICATES, seed=1)
    every, best = ByBic(counts, 3), ByBic(counts, 3, top=100)
    took = [
        _best("choose among every model, one table", lambda: ByBic(counts, 3), 0.5),
        _best("100 best models, 1,000 replicates", lambda: best.choose(replicates), 5.0),
        _best("every model, 1,000 replicates", lambda: every.choose(replicates), 120.0),
        _best("step by step, 1,000 replicates", lambda: Stepwise().choose(replicates), None),
    ]
    table(
        f"Estimates, best of {TIMES} (every model: {len(every.models):,} that have an estimate, {every.refused} refused)",
        ("", "seconds", "work s", "at most", "times that"),
        [one.row() for one in took],
    )


def _best(what: str, work: Callable[[], Any], target: float | None) -> _Took:
    """The quickest by the clock, and the least work, of several."""
    clock, cores = [], []
    for _ in range(TIMES):
        began, busy = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - began)
        cores.append(time.process_time() - busy)
    return _Took(what, min(clock), min(cores), target)


if __name__ == "__main__":
    print(machine())
    measure()

"""How long it takes to lay out as many as are drawn at most: `python -m tests.bench.drawing`. Of each shape the best of five, in
seconds of processor time."""

from __future__ import annotations

import time
import uuid
from random import Random

from tests.bench.measure import table

from heard.graph.drawing import rules
from heard.graph.drawing.rules import Thing
from heard.network.rules import Bond

SEED, TIMES = 20, 5
NAMES = (
    "Amira Archer",
    "Bo Li",
    "Oluwaseun Featherstonehaugh",
    "Kiln Lane car park behind the old town hall",
)


def measure() -> None:
    rng, last = Random(SEED), rules.MOST - 1
    things = [Thing(uuid.UUID(int=n), rng.choice(rules.PARTS), rng.choice(NAMES)) for n in range(rules.MOST)]
    shapes = {
        "a star": [(0, n + 1) for n in range(last)],
        "a path": [(n, n + 1) for n in range(last)],
        "a tree": [(rng.randrange(n // 3 + 1), n + 1) for n in range(last)],
        "as many ties as are drawn": [
            tuple(rng.sample(range(rules.MOST), 2)) for _n in range(rules.MOST_TIES)
        ],
    }
    rows = []
    for name, pairs in shapes.items():
        bonds = [
            Bond(uuid.UUID(int=n), things[one].key, things[other].key, "goes to", 1, True, None, None)
            for n, (one, other) in enumerate(pairs)
        ]
        rows.append((name, f"{min(_once(things, bonds) for _time in range(TIMES)):.2f}"))
    table(f"Where {rules.MOST} stand", ("shape", "seconds"), rows)


def _once(things: list[Thing], bonds: list[Bond]) -> float:
    began = time.process_time()
    rules.draw(things, bonds)
    return time.process_time() - began


if __name__ == "__main__":
    measure()

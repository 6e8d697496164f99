"""How long it takes to hide small counts and to attack what is left: `python -m tests.bench.publishing`.

A table of the shape of the Department's: 34 factors in 150 authorities of nine regions, six years, with the totals of
regions and of England; the counts are made up, as skewed as such counts are. Each policy is measured in a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import numpy as np
from tests.bench.measure import machine, table

from heard.engine import publish

AUTHORITIES, FACTORS, YEARS, REGIONS = 150, 34, 6, 9
POLICIES: dict[str, dict[str, Any]] = {
    "nothing rounded": {},
    "regions and England to the nearest 10": {"rounding": [{"to": 10, "dimension": "area", "level": 1}]},
}


def measure() -> None:
    rows = []
    for name in POLICIES:
        command = [sys.executable, "-m", "tests.bench.publishing", name]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        rows.append((name, f"{told['hide']:.1f}", f"{told['check']:.1f}", f"{told['peak']:,.0f}", f"{told['cells']:,}",
                     f"{told['small']:,}", f"{told['hidden']:,}", f"{told['excess']:.1%}", str(told["derived"])))  # fmt: skip
    head = ("", "hide s", "check s", "peak MB", "cells", "small", "hidden", "at most less", "given away")
    table(
        f"Publishing: {AUTHORITIES} authorities, {FACTORS} factors, {YEARS} years, with regions", head, rows
    )


def once(policy: publish.Policy) -> dict[str, Any]:
    """Seconds of hiding (which ends with an attack of its own) and of the attack alone, megabytes at the peak, and what was found."""
    true = made()
    began = time.perf_counter()
    printed = publish.hide([true], policy)
    hidden = time.perf_counter()
    rows = (
        publish.CountsRow(row.number, row.places, row.depths, texts)
        for row, texts in zip(true.rows, printed.texts[true.name], strict=True)
    )
    found = publish.check([publish.Table(true.name, true.layout, tuple(rows))], policy)
    took = {"hide": hidden - began, "check": time.perf_counter() - hidden}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**took, **printed.as_json(), "peak": peak, "derived": len(found.derived)}


def made(seed: int = 15) -> publish.Table:
    """A row for each year and authority, region and England, with a column for each factor."""
    draw = np.random.default_rng(seed)
    size = (
        draw.lognormal(0, 0.7, AUTHORITIES)[:, None, None] * draw.lognormal(3.5, 1.6, FACTORS)[None, :, None]
    )
    counts = draw.poisson(size * draw.lognormal(0, 0.15, (AUTHORITIES, FACTORS, YEARS)))
    whole: Counter[tuple[tuple[str, ...], str, str]] = Counter()
    for (authority, factor, year), n in np.ndenumerate(counts):
        path = (f"region {authority % REGIONS}", f"authority {authority}")
        for depth in range(3):
            whole[path[:depth], str(2018 + year), f"factor {factor}"] += int(n)
    factors = tuple(f"factor {n}" for n in range(FACTORS))
    layout = publish.Layout(
        {"year": ("year",), "area": ("region", "authority")}, factors, exhaustive=frozenset({"area"})
    )
    places = dict.fromkeys((area, year) for area, year, _ in whole)
    return publish.Table("factors", layout, tuple(
        publish.CountsRow(number, {"year": (year,), "area": area}, {"year": 1, "area": len(area)},
                    {factor: str(whole[area, year, factor]) for factor in factors})
        for number, (area, year) in enumerate(places, start=1)
    ))  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(once(publish.policy_of(POLICIES[sys.argv[1]], "the bench"))))
    else:
        print(machine())
        measure()

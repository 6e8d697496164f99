"""From intake to list at 0.1, 1 and 10 million records of four agencies: time, processor time and peak memory of each step.

Usage: python -m tests.bench.scale [RECORDS ...] [--at DIR]; by default 0.1 and 1 million, and ten million only where somebody says
10000000: half an hour and more, and some 8 GB of disk. The extracts are written household by household and read in streams; `--at`
keeps them for the next time. Every step is a process of its own.

Targets: ten million in 15 GB, and no more than 1.3 times as long for each record as one million.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from tests.bench.linking import AS_OF, HEARD, LEFT_OUT
from tests.bench.measure import Cost, best, folder_size, machine, table

SIZES = (100_000, 1_000_000)
CHILDREN_OF = 0.81  # children for each record that four agencies have
MOST_GB, SLOPE = 15, 1.3
STEPS = ("intake", "link", "screen")


def measure(sizes: tuple[int, ...] = SIZES, at: Path | None = None) -> None:
    """Prints a line as soon as a size is done. `at`: a folder that keeps the extracts for the next time."""
    print(machine(), flush=True)
    found: list[tuple[int, tuple[Cost, ...]]] = []
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            folder = (at or Path(name)) / str(size)
            found.append(_of(folder, size))
            _say(found)


def _of(folder: Path, size: int) -> tuple[int, tuple[Cost, ...]]:
    extracts, run = folder / "extracts", folder / "run"
    if not extracts.exists():
        _write(extracts, size)
    shutil.rmtree(run, ignore_errors=True)
    mapping = str(extracts / "partnership.yaml")
    commands = (
        [HEARD, "intake", str(extracts), "--mapping", mapping, "--out", str(run)],
        [HEARD, "link", str(run)],
        [HEARD, "screen", str(run), "--as-of", AS_OF],
    )
    costs = []
    for step, command in zip(STEPS, commands, strict=True):
        costs.append(cost := best(command, 1))
        print(f"  {size:,} {step}: {cost.seconds:,.1f} s, {cost.work:,.1f} s of work, {cost.megabytes:,.0f} MB, "
              f"{folder_size(run):,.0f} MB on disk, load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    return int(pq.read_metadata(run / "records.parquet").num_rows), tuple(costs)


def _write(extracts: Path, size: int) -> None:
    children = str(round(size * CHILDREN_OF))
    command = [HEARD, "demo", "extracts", "--out", str(extracts), "--children", children]
    subprocess.run(command, check=True, capture_output=True)
    for left_out in LEFT_OUT:
        (extracts / left_out).unlink()


def _say(found: list[tuple[int, tuple[Cost, ...]]]) -> None:
    rows = []
    for place, (records, costs) in enumerate(found):
        each = [_each(records, costs, of) for of in ("seconds", "work")]
        before = [_each(*found[place - 1], of) for of in ("seconds", "work")] if place else None
        slope = [f"{now / then:.2f}" for now, then in zip(each, before, strict=True)] if before else ["", ""]
        peak = max(cost.megabytes for cost in costs) / 1000
        rows.append((f"{records:,}", *(f"{c.seconds:,.0f} ({c.work:,.0f})" for c in costs),
                     *(f"{c.megabytes:,.0f}" for c in costs), *(f"{one:.0f}" for one in each), *slope, f"{peak:.1f}"))  # fmt: skip
    head = ("records", *(f"{step} s (work)" for step in STEPS), *(f"{step} MB" for step in STEPS),
            "µs a record", "µs of work", "slope", "slope of work", "peak GB")  # fmt: skip
    table(
        f"From intake to list, four agencies; targets at ten million: {MOST_GB} GB, slope {SLOPE}", head, rows
    )


def _each(records: int, costs: tuple[Cost, ...], of: str) -> float:
    """Microseconds for a record."""
    return sum(getattr(cost, of) for cost in costs) / records * 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", nargs="*", type=int, default=SIZES)
    parser.add_argument("--at", type=Path)
    asked = parser.parse_args()
    measure(tuple(asked.records), asked.at)

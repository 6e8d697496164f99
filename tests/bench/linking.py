"""How linking does beside others, each figure beside its target: `python -m tests.bench.linking [households] [noisy] [febrl]
[million] [standing]`.

`households`: the fictional partnership with 100,000 children, and a plain Splink script on the same records and blocking. No
brothers or sisters may be merged, and the link step may take no longer and no more memory, with its guards on.
`noisy`: two lists with the noise of real life and default settings; lone twins, siblings and relatives (tests/bench/noisy.py).
`febrl`: public sets of people, beside plain Splink and recordlinkage (tests/bench/febrl.py).
`million`: a million records from four agencies, from intake to screen, in 120 s and 4 GB; and its link step beside the same script.
`standing`: 20,000 and 100,000 children of whom one record in a hundred is new, linked anew, and on the run before with its model.
Whatever is timed is a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
from tests.bench import febrl, noisy
from tests.bench.measure import Cost, best, machine, table

HEARD = str(Path(sys.executable).with_name("heard"))
AS_OF = "2026-03-31"
CHILDREN, RUNS = 100_000, 2
MANY_CHILDREN, RECORDS = 810_000, 1_000_000
LEFT_OUT = ("sexual_health.csv", "youth_justice.csv")  # so that school, police, hospital and council are left
SECONDS, MEGABYTES = 120, 4_000
STANDING = (20_000, 100_000)
LINKERS = ("heard link", "plain Splink")
HEAD = ("", "seconds", "times plain", "work s", "times plain", "peak MB", "times plain")


def measure(*only: str) -> None:
    parts: dict[str, Callable[[], None]] = {"households": _households, "noisy": noisy.measure, "febrl": febrl.measure, "million": _million, "standing": _standing}  # fmt: skip
    for part in only or parts:
        parts[part]()
        print(f"  load {os.getloadavg()[0]:.1f}", flush=True)


def _households() -> None:
    """Both link the same records with the same blocking; then the same screen and the same truth measure each."""
    with tempfile.TemporaryDirectory() as name:
        extracts, ours, plain = (Path(name) / part for part in ("extracts", "heard", "plain"))
        _extracts(extracts, CHILDREN)
        best(_intake(extracts, ours), 1)
        costs = _linked(ours, plain, RUNS)
        for run in (ours, plain):
            subprocess.run([HEARD, "screen", str(run), "--as-of", AS_OF], check=True, capture_output=True)
        rows = [
            _beside(what, cost, costs[1]) + _judged(extracts, run)
            for what, run, cost in zip(LINKERS, (ours, plain), costs, strict=True)
        ]
        title = f"Linking {_records(ours):,} records of {CHILDREN:,} children; targets: times plain 1.00, households merged 0"
        head = (*HEAD, "recall", "precision", "households merged", "pairs wrong")
        table(f"{title}. Recall and precision are of planted scattered children", head, rows)


def _linked(ours: Path, plain: Path, runs: int) -> tuple[Cost, Cost]:
    """Links the run `ours` with Heard, and its records with plain Splink into the run `plain`, which is a copy at first."""
    shutil.copytree(ours, plain)
    script = [sys.executable, "-m", "tests.bench.plain_splink", str(ours), str(plain)]
    return best([HEARD, "link", str(ours)], runs), best(script, runs)


def _beside(name: str, cost: Cost, plain: Cost) -> tuple[str, ...]:
    return (name, f"{cost.seconds:.1f}", f"{cost.seconds / plain.seconds:.2f}", f"{cost.work:.1f}", f"{cost.work / plain.work:.2f}",
            f"{cost.megabytes:,.0f}", f"{cost.megabytes / plain.megabytes:.2f}")  # fmt: skip


def _million() -> None:
    with tempfile.TemporaryDirectory() as name:
        extracts, out, plain = (Path(name) / part for part in ("extracts", "run", "plain"))
        _extracts(extracts, MANY_CHILDREN)
        for left_out in LEFT_OUT:
            (extracts / left_out).unlink()
        whole = best(
            [HEARD, "run", str(extracts), "--mapping", str(extracts / "partnership.yaml"), "--as-of", AS_OF, "--out", str(out)], 1
        )  # fmt: skip
        row = ("heard run", f"{_records(out):,}", f"{whole.seconds:.0f}", str(SECONDS), f"{whole.work:.0f}",
               f"{whole.megabytes:,.0f}", f"{MEGABYTES:,}")  # fmt: skip
        table(
            f"{RECORDS:,} records or more from four agencies, intake to screen",
            ("", "records", "seconds", "at most", "work s", "peak MB", "at most"),
            [row],
        )
        costs = _linked(out, plain, 1)
        rows = [_beside(what, cost, costs[1]) for what, cost in zip(LINKERS, costs, strict=True)]
        table(f"Linking {_records(out):,} records; target: times plain 1.00", HEAD, rows)


def _standing() -> None:
    rows = []
    for children in STANDING:
        with tempfile.TemporaryDirectory() as name:
            extracts, before, out = (Path(name) / part for part in ("extracts", "before", "now"))
            _extracts(extracts, children)
            best(_intake(extracts, out), 1)
            shutil.copytree(out, before)
            records = pq.read_table(out / "records.parquet")
            old = [place for place in range(len(records)) if place % 100]
            pq.write_table(records.take(old), before / "records.parquet")
            best([HEARD, "link", str(before)], 1)
            costs = [
                best([HEARD, "link", str(out), *words], RUNS)
                for words in ([], ["--after", str(before), "--keep-model"])
            ]
            rows.append((f"{len(records):,} records, {len(records) - len(old):,} new", *(f"{c.seconds:.1f} ({c.work:.1f})" for c in costs),
                         f"{costs[1].work / costs[0].work:.2f}", *(f"{c.megabytes:,.0f}" for c in costs)))  # fmt: skip
    head = ("", "all s (work)", "what is new s (work)", "times the work", "all MB", "what is new MB")
    table("Linking on the run before, with its model", head, rows)


def _extracts(folder: Path, children: int) -> None:
    command = [HEARD, "demo", "extracts", "--out", str(folder), "--children", str(children)]
    subprocess.run(command, check=True, capture_output=True)


def _intake(extracts: Path, out: Path) -> list[str]:
    return [
        HEARD,
        "intake",
        str(extracts),
        "--mapping",
        str(extracts / "partnership.yaml"),
        "--out",
        str(out),
    ]


def _records(run: Path) -> int:
    return int(pq.read_metadata(run / "records.parquet").num_rows)


def _judged(extracts: Path, run: Path) -> tuple[str, ...]:
    said = subprocess.run(
        [HEARD, "demo", "score", str(extracts), str(run), "--json"], check=True, capture_output=True
    )
    score = json.loads(said.stdout)
    return (f"{score['recall']:.3f}", f"{score['precision'] or 0:.3f}", str(len(score["siblings_merged"])),
            f"{score['pairs_merged_wrongly']:,}")  # fmt: skip


if __name__ == "__main__":
    print(machine())
    measure(*sys.argv[1:])

"""The same extracts on DuckDB and on Spark: whether the two give the same, what each step takes, and how much memory.

Usage: python -m tests.bench.spark CHILDREN... [--on duckdb|spark] [--at DIR]. Without numbers 100,000 children on both, which takes some
ten minutes on two cores.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from tests.bench.measure import machine, table

from heard.engine.link import model, prepare

HEARD = str(Path(sys.executable).with_name("heard"))
AS_OF = "2026-03-31"
ENGINES = ("duckdb", "spark")
SAME = ("identities", "links", "reasons", "children", "evidence", "known")
NEARLY = {"probability": 1e-6, "weight": 0.01}  # the last digit depends on how a machine takes logarithms


def measure(
    sizes: tuple[int, ...] = (100_000,), engines: tuple[str, ...] = ENGINES, at: Path | None = None
) -> None:
    """Prints a table for each size. `at`: a folder that keeps the extracts and runs for the next time."""
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        for children in sizes:
            _of((at or Path(name)) / str(children), children, engines)


def write_extracts(folder: Path, children: int) -> Path:
    extracts = folder / "extracts"
    if not extracts.exists():
        watched([HEARD, "demo", "extracts", "--children", str(children), "--out", str(extracts)])
    return extracts


def _of(folder: Path, children: int, engines: tuple[str, ...]) -> None:
    extracts, taken = write_extracts(folder, children), folder / "taken in"
    costs = [("intake", watched([HEARD, "intake", str(extracts), "--out", str(taken)]))]
    for engine in engines:
        run = folder / engine
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(taken, run)
        on = ["--backend", engine]
        costs.append((f"link on {engine}", watched([HEARD, "link", str(run), *on])))
        costs.append((f"screen on {engine}", watched([HEARD, "screen", str(run), "--as-of", AS_OF, *on])))
    records = pq.read_metadata(taken / "records.parquet").num_rows
    observations = pq.read_metadata(taken / "observations.parquet").num_rows
    title = f"{children:,} children, {records:,} records, {observations:,} observations"
    rows = [
        (step, f"{cost.seconds:.1f}", f"{cost.processor:.1f}", f"{cost.megabytes:,.0f}")
        for step, cost in costs
    ]
    table(title, ("", "seconds", "processor s", "peak MB"), rows)
    table("Pairs that share", ("", "pairs"), [(by, f"{pairs:,}") for by, pairs in _to_compare(taken)])
    if all((folder / engine / "known.parquet").exists() for engine in ENGINES):
        print("  " + "\n  ".join(_differences(*(folder / engine for engine in ENGINES))), flush=True)


def _to_compare(run: Path) -> list[tuple[str, int]]:
    """How many pairs of records share each thing by which pairs are chosen: it is these that grow faster than the records."""
    records, sources = (pq.read_table(run / f"{name}.parquet") for name in ("records", "sources"))
    connection = duckdb.connect()
    connection.register("prepared", prepare.prepared(records, sources))
    found = []
    for block in model._BLOCKS:
        by, known = ", ".join(block), " and ".join(f"{column} is not null" for column in block)
        sql = f"select sum(n * (n - 1) // 2) from (select count(*) as n from prepared where {known} group by {by})"
        found.append((by, int(connection.sql(sql).fetchall()[0][0] or 0)))
    return found


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and of processors, and the most memory in megabytes, of a command and all that it started."""

    seconds: float
    processor: float
    megabytes: float


def watched(command: list[str]) -> Spent:
    """Runs a command; Java, which it may start, is counted with it. Raises RuntimeError where it ends with 2 or more."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    processor: dict[int, float] = {}
    peaks: dict[int, float] = {}
    while process.poll() is None:
        for number in _family(process.pid):
            processor[number] = _processor(number) or processor.get(number, 0.0)
            peaks[number] = _peak(number) or peaks.get(number, 0.0)
        time.sleep(0.1)
    assert process.stderr
    if process.returncode > 1:
        raise RuntimeError(f"{' '.join(command)}: {process.stderr.read().decode()[-2000:]}")
    return Spent(time.perf_counter() - began, sum(processor.values()), sum(peaks.values()))


def _family(parent: int) -> Iterator[int]:
    yield parent
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield from _family(child)


def _processor(process: int) -> float:
    """Processor seconds of a process so far; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(process: int) -> float:
    """The most memory that a process has had, in megabytes; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _differences(left: Path, right: Path) -> Iterator[str]:
    for name in SAME:
        one, other = (pq.read_table(run / f"{name}.parquet") for run in (left, right))
        yield f"{name}: {_compared(one, other)}"


def _compared(one: pa.Table, other: pa.Table) -> str:
    exact = [column for column in one.column_names if column not in NEARLY]
    if one.num_rows != other.num_rows:
        return f"NOT the same: {one.num_rows:,} and {other.num_rows:,} rows"
    if not one.select(exact).equals(other.select(exact)):
        unlike = sum(
            a != b for a, b in zip(*(t.select(exact).to_pylist() for t in (one, other)), strict=True)
        )
        return f"NOT the same: {unlike:,} of {one.num_rows:,} rows"
    last_digits = 0
    for column in set(NEARLY) & set(one.column_names):
        pairs = zip(one[column].to_pylist(), other[column].to_pylist(), strict=True)
        differences = [abs(a - b) for a, b in pairs if a != b]
        if any(difference > NEARLY[column] * 1.01 for difference in differences):
            return f"NOT the same: {column} by up to {max(differences)}"
        last_digits += len(differences)
    return f"the same, {one.num_rows:,} rows" + (
        f" ({last_digits:,} last digits differ)" if last_digits else ""
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("children", type=int, nargs="*", default=[100_000])
    parser.add_argument("--on", choices=ENGINES, help="this engine alone")
    parser.add_argument("--at", type=Path, help="a folder that keeps extracts and runs for the next time")
    asked = parser.parse_args()
    os.environ.setdefault("HEARD_DEMO", "1")
    measure(tuple(asked.children), (asked.on,) if asked.on else ENGINES, asked.at)

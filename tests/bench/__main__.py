"""`make bench`: how quick Heard is, and how much memory it takes. Prints tables; asserts nothing, for machines differ.

`engine`: ratios within one run. Sizes are 2,000 and 20,000 children; --large adds 100,000. Each figure is the best of
several runs, each run a process of its own.
`intake`: how fast each kind of file is read, and in how much memory, at 0.1 and 1 million rows.
`search`, `casework`: one search and the pages of everyday work among 200,000 people and 20,000 cases, on SQLite and on
PostgreSQL, each figure beside its target. BENCH_PEOPLE, BENCH_TIMES and BENCH_ON make it smaller (tests/bench/casework.py).
`network`: questions about who, where, with what and with whom, each beside its target.
`trail`: sealing and verifying the audit trail, and what the leaf costs one writer and eight.
`scale`: four agencies at 0.1 and 1 million records (ten million: `python -m tests.bench.scale 10000000`); 100,000 children on
DuckDB and on Spark, and whether the two give the same.

All of it takes about an hour on two cores that do nothing else; one part about ten minutes.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import estimate, linking, publishing, scale, screening, spark
from tests.bench.measure import best, folder_size, machine, table

HEARD = str(Path(sys.executable).with_name("heard"))
RUNS = {2_000: 2, 20_000: 2, 100_000: 1}
AS_OF = "2026-03-31"
PARTS = ("engine", "intake", "search", "casework", "network", "trail", "scale")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", action="store_true", help="also 100,000 children")
    parser.add_argument("--only", choices=PARTS, help="this part alone")
    asked = parser.parse_args()
    for part in [asked.only] if asked.only else PARTS:
        print(f"\n{part}: ", end="", flush=True)
        if part == "engine":
            _engine_alone(list(RUNS) if asked.large else list(RUNS)[:-1])
        elif part == "scale":
            scale.measure()
            spark.measure()
        else:
            subprocess.run([sys.executable, "-m", f"tests.bench.{part}"], check=True)


def _engine_alone(sizes: list[int]) -> None:
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _extracts(folder, sizes)
        _engine(folder, sizes)
    linking.measure()
    screening.measure()
    estimate.measure()
    publishing.measure()


def _extracts(folder: Path, sizes: list[int]) -> None:
    rows = []
    for n in sizes:
        out = folder / f"extracts-{n}"
        cost = best([HEARD, "demo", "extracts", "--out", str(out), "--children", str(n)], RUNS[n])
        rows.append((f"{n:,} children", f"{cost.seconds:.1f}", f"{n / cost.seconds:,.0f}",
                     f"{folder_size(out):,.1f}", f"{cost.megabytes:,.0f}"))  # fmt: skip
    table("Extracts written", ("", "seconds", "children a second", "MB written", "peak MB"), rows)


def _engine(folder: Path, sizes: list[int]) -> None:
    rows, first = [], None
    for n in sizes:
        extracts, run = folder / f"extracts-{n}", folder / f"run-{n}"
        whole = best(_run(extracts, run), RUNS[n])
        steps = [best(command, RUNS[n]) for command in _steps(extracts, folder / f"steps-{n}")]
        first = first or whole
        rows.append((f"{n:,} children", *(f"{c.seconds:.1f}" for c in [*steps, whole]),
                     f"{whole.seconds / first.seconds:.1f}", *(f"{c.megabytes:,.0f}" for c in [*steps, whole])))  # fmt: skip
    head = ("", "intake s", "link s", "screen s", "whole run s", f"times {sizes[0]:,}",
            "intake MB", "link MB", "screen MB", "whole run MB")  # fmt: skip
    table("From extracts to a list", head, rows)


# The best of several runs: each takes the place of the one before.
def _run(extracts: Path, out: Path) -> list[str]:
    mapping = str(extracts / "partnership.yaml")
    into = ["--out", str(out), "--replace", "--json"]
    return [HEARD, "run", str(extracts), "--mapping", mapping, "--as-of", AS_OF, *into]


def _steps(extracts: Path, out: Path) -> list[list[str]]:
    mapping = str(extracts / "partnership.yaml")
    return [
        [HEARD, "intake", str(extracts), "--mapping", mapping, "--out", str(out), "--replace"],
        [HEARD, "link", str(out)],
        [HEARD, "screen", str(out), "--as-of", AS_OF],
    ]


if __name__ == "__main__":
    main()

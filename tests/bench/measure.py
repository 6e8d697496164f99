"""Time and peak memory of one command, each run in a process of its own: the best of several."""

import os
import subprocess
import time
from dataclasses import astuple, dataclass
from pathlib import Path

# Python keeps what it compiled, as where Heard is installed: else each start would compile every library anew.
_ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True)
class Cost:
    """`work`: seconds of processor time, which tells more where others use the machine, too."""

    seconds: float
    megabytes: float
    work: float = 0.0


def best(command: list[str], runs: int) -> Cost:
    """The quickest run's time and the smallest peak. Raises RuntimeError where the command ends with 2 or more."""
    costs = [_once(command) for _ in range(runs)]
    return Cost(*(min(part) for part in zip(*(astuple(c) for c in costs), strict=True)))


def _once(command: list[str]) -> Cost:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_ENVIRONMENT)
    assert process.stderr
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said.decode()[-2000:]}")
    return Cost(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, load before the start {os.getloadavg()[0]:.1f}"
    )


def against(figure: float, least: float) -> str:
    """Whether a figure of which more is better reaches its target."""
    return "met" if figure >= least else "missed"


def table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    print(f"\n{title}")
    for row in [head, *rows]:
        print("  " + "  ".join(f"{cell:<{w}}" if i == 0 else f"{cell:>{w}}" for i, (cell, w) in
                               enumerate(zip(row, widths, strict=True))))  # fmt: skip


def folder_size(path: Path) -> float:
    """In megabytes."""
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) / 1e6

"""The truth behind what is planted: which line each question has to say, to whom, and what has to be passed over.

`truth_network.json` is a list of these. Only the scorer and tests read it; the site never does.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "truth_network.json"
# Who is asked: one of each role that sees children, at several agencies, and one who sees none.
READERS = {
    "maya.lindqvist": "co-ordinator",
    "dele.okafor": "supervisor",
    "ruth.pemberton": "social worker",
    "tom.hartley": "police",
    "grace.adeyemi": "school",
    "priya.nair": "health",
    "ana.kovacs": "analyst",
}


@dataclass(frozen=True)
class Planted:
    """One line that a question has to say. `keys`: what it is asked of, as its address gives it; `line`: by what the line is known,
    which is worked out from its evidence, so that a line that rests on more or less is another one; `told`: usernames of those who
    may see it, and nobody else is told. A near miss has the name of what it is instead, and no line."""

    question: str
    keys: dict[str, Any]
    told: list[str] = field(default_factory=list)
    line: str = ""
    this: str = ""
    evidence: list[str] = field(default_factory=list)
    near_miss: str = ""


def write(folder: Path, planted: list[Planted]) -> Path:
    path = folder / FILE
    path.write_text(json.dumps([asdict(one) for one in planted], indent=1, sort_keys=True) + "\n", "utf-8")
    return path


def read(path: Path) -> list[Planted]:
    return [Planted(**load) for load in json.loads(path.read_text("utf-8"))]

"""Why something may be withheld from somebody who asks for their record, as data with its sources. Knows nothing of Django."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

SHIPPED: Final = frozenset({"A", "B"})  # read in the original, or in a source that quotes it


@dataclass(frozen=True)
class Reason:
    """`label` is what the person reads who asked. `fact`: what the law says, with its source, where we have read that.
    `number` is how a bar in the paper names it: its place in the file, which only ever grows."""

    id: str
    number: int
    label: str
    help: str
    fact: str = ""
    source: str = ""
    confidence: str = ""
    parents_only: bool = False
    own_words: bool = False


@dataclass(frozen=True)
class Advice:
    text: str
    source: str
    confidence: str


@cache
def reasons() -> dict[str, Reason]:
    """Every reason by its id, in the order of the file. `ValueError` for a fact that we have not read."""
    found = [Reason(number=place, **entry) for place, entry in enumerate(_file()["reasons"], 1)]
    doubtful = [
        reason.id
        for reason in found
        if reason.fact and (reason.confidence not in SHIPPED or not reason.source)
    ]
    if doubtful:
        raise ValueError(
            f"reasons.yaml: {', '.join(doubtful)} needs a source that we have read. Take it out."
        )
    return {reason.id: reason for reason in found}


@cache
def advice() -> Advice:
    return Advice(**_file()["about"])


def own_words_for() -> frozenset[str]:
    """Reasons that have to be said in one's own words too."""
    return frozenset(reason.id for reason in reasons().values() if reason.own_words)


def parents_only() -> frozenset[str]:
    """Reasons that hold only where a person with parental responsibility asks."""
    return frozenset(reason.id for reason in reasons().values() if reason.parents_only)


@cache
def _file() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(
        files("heard.cases.pack").joinpath("reasons.yaml").read_text(encoding="utf-8")
    )
    return read

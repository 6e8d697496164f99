"""The lawful bases that a share can rest on, as data with their sources. Knows nothing of Django."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

CONSENT: Final = "consent"
DUTY: Final = "duty_to_share"
SHIPPED: Final = frozenset({"A", "B"})  # read in the original, or in a source that quotes it


@dataclass(frozen=True)
class Basis:
    """`help` says when it fits; `source` and `confidence` where we read that, and how sure it makes us."""

    id: str
    label: str
    help: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Advice:
    """What stands above the choice."""

    text: str
    source: str
    confidence: str


@cache
def bases() -> dict[str, Basis]:
    """Every basis by its id, in the order of the file. Raises `ValueError` for one that is less than B."""
    found = [Basis(**entry) for entry in _file()["bases"]]
    doubtful = [basis.id for basis in found if basis.confidence not in SHIPPED]
    if doubtful:
        raise ValueError(f"bases.yaml: {', '.join(doubtful)} needs a source that we have read. Take it out.")
    return {basis.id: basis for basis in found}


@cache
def advice() -> Advice:
    return Advice(**_file()["about"])


@cache
def _file() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(
        files("heard.cases.sharing").joinpath("bases.yaml").read_text(encoding="utf-8")
    )
    return read

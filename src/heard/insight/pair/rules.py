"""Two records side by side, and a picture's worth of why the engine asks about them. Pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

COMPARED: Final = (
    "given_name", "family_name", "birth_date", "sex", "postcode", "address", "nhs_number", "upn", "local_id",
)  # fmt: skip


class Agree(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    NOT_KNOWN = "not_known"  # one of the two does not say


@dataclass(frozen=True)
class ComparedField:
    """What the two records say of one thing; None where a record does not say."""

    name: str
    left: Any
    right: Any
    agree: Agree


@dataclass(frozen=True)
class Weight:
    """One comparison of the engine: what it compared, what it found, and how much that speaks for one child, in bits;
    below zero it speaks for two. `start` and `end`: where its bar lies, after all before it."""

    comparison: str
    level: str
    weight: float
    start: float
    end: float


def beside(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[ComparedField]:
    """Rows of the engine's `records`, thing by thing. What neither of the two says is left out."""
    lines = (_line(name, left.get(name), right.get(name)) for name in COMPARED)
    return [line for line in lines if line.left is not None or line.right is not None]


def _line(name: str, left: Any, right: Any) -> ComparedField:
    left, right = left or None, right or None
    if left is None or right is None:
        return ComparedField(name, left, right, Agree.NOT_KNOWN)
    return ComparedField(name, left, right, Agree.SAME if _plain(left) == _plain(right) else Agree.DIFFERENT)


def _plain(value: Any) -> Any:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def waterfall(reasons: Iterable[Mapping[str, Any]]) -> list[Weight]:
    """Rows of the engine's `reasons` of one pair, in its order, each bar beginning where the one before it ends."""
    at, bars = 0.0, []
    for row in reasons:
        weight = float(row["weight"])
        bars.append(Weight(row["comparison"], row["level"], weight, at, at + weight))
        at += weight
    return bars

"""Sets as bits, in the words that every engine has: Ibis itself has none that all of them take."""

from __future__ import annotations

import ibis


@ibis.udf.agg.builtin(name="bit_or")
def union(bits: int) -> int:  # type: ignore[empty-body]
    """All members of several sets; null where there is no set."""


@ibis.udf.scalar.builtin(name="bit_count")
def size(bits: int) -> int:  # type: ignore[empty-body]
    """How many members a set has."""

"""How counts of cases that are open on one day are said. Pure."""

from __future__ import annotations

from typing import Final

BASE: Final = 10


def rounded(number: int) -> int:
    """To the nearest ten, so that each number that is said stands for at least nine. How many cases are open is told again each quarter: of
    exact numbers the difference between two would say how many a team opened and closed, also where a figure of these is hidden."""
    return BASE * ((number + BASE // 2) // BASE)

"""What a child draws: strokes as points in a fixed box. Nothing of what was sent is drawn again but integers. Pure."""

import json
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final

WIDE, HIGH = 800, 600  # of the box, in its own units
COLOURS: Final = ("#0b0c0c", "#d4351c", "#1d70b8", "#00703c", "#f47738", "#6f4e37")
PENS: Final = (5, 16)  # thin and thick
MOST_STROKES: Final = 300
MOST_POINTS: Final = 8000
LONGEST: Final = 80_000  # letters of the JSON in which it is sent


@dataclass(frozen=True)
class Path:
    """One stroke, as SVG has it."""

    d: str
    colour: str
    width: int


def strokes_of(sent: str) -> list[Any] | None:
    """The drawing that a page sent: of each stroke its colour, its pen (both by place) and its points `[x, y, x, y, …]`. Empty
    where nothing was drawn, None for whatever is no drawing, or one too long to keep."""
    if not sent.strip():
        return []
    try:
        found = json.loads(sent) if len(sent) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or len(found) > MOST_STROKES or not all(map(_is_stroke, found)):
        return None
    return found if sum(len(points) for _colour, _pen, points in found) <= 2 * MOST_POINTS else None


def paths(strokes: list[Any]) -> list[Path]:
    """Of what `strokes_of` gave. One point alone is a dot."""
    return [
        Path(
            "M" + "L".join(f"{x} {y}" for x, y in batched([*points, *points[-2:]], 2)),
            COLOURS[colour],
            PENS[pen],
        )
        for colour, pen, points in strokes
    ]


def _is_stroke(one: Any) -> bool:
    if not isinstance(one, list) or len(one) != 3 or not isinstance(one[2], list):
        return False
    colour, pen, points = one
    if not (_is_in(colour, len(COLOURS)) and _is_in(pen, len(PENS)) and points and len(points) % 2 == 0):
        return False
    return all(_is_in(x, WIDE + 1) and _is_in(y, HIGH + 1) for x, y in batched(points, 2))


def _is_in(number: Any, end: int) -> bool:
    return type(number) is int and 0 <= number < end

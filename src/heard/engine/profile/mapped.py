"""A map of areas, shaded by what is printed of each. What is hidden is drawn as hidden, and nothing but what is printed is drawn.

Darkness tells numbers apart, hatching what is hidden, so that it is read in grey: the charts are Altair's, which hatches nothing. Drawn for a
narrow page, where it is read without being moved sideways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from math import cos, radians
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from heard.engine.profile.shape import thousands

if TYPE_CHECKING:
    from heard.engine.profile.areas import Ring

_WIDTH: Final = 340  # pixels
_LINE, _LETTERS = 18, 46  # pixels from line to line, and letters in one
_INK, _EDGE, _NONE = "#0b0c0c", "#505a5f", "#ffffff"
_SHADES: Final = ("#a9c6c5", "#5f9492", "#12504f")  # up to the most
_HATCH = (
    '<defs><pattern id="hidden" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#ffffff"/>'
    '<path d="M0,6 L6,0 M-1,1 L1,-1 M5,7 L7,5" stroke="#505a5f" stroke-width="1.2"/></pattern></defs>'
)


def draw(title: str, outlines: Mapping[str, Sequence[Ring]], printed: Mapping[str, str], hidden: str) -> str:
    """An SVG. `printed`: what is printed of each area; `hidden`: the symbol that stands for what is not."""
    numbers = {name: int(text) for name, text in printed.items() if text.isdigit()}
    classes = steps(numbers.values())
    height, paths = _paths(outlines)
    lines = wrap(title, _LETTERS)
    top = _LINE * len(lines) + 8
    shapes = [
        f'<path d="{path}" fill="{_fill(numbers.get(name), classes)}" fill-rule="evenodd" stroke="{_EDGE}" stroke-width="0.6">'
        f"<title>{escape(name)}: {escape(thousands(printed.get(name, hidden)))}</title></path>"
        for name, path in paths.items()
    ]
    below = top + height + 10
    key = _key(classes, 0 in numbers.values(), len(numbers) < len(outlines), hidden)
    drawn = [_entry(fill, words, below + _LINE * n) for n, (fill, words) in enumerate(key)]
    said = [_words(line, 0, _LINE * (n + 1) - 5, bold=True) for n, line in enumerate(lines)]
    parts = [_HATCH, *said, f'<g transform="translate(0,{top})">{"".join(shapes)}</g>', *drawn]
    return _svg(title, parts, below + _LINE * len(key) + 4)


def steps(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """The least and most of each shade: numbers above nought in as many parts of one size as there are shades, at most."""
    found = sorted({n for n in numbers if n})
    many = min(len(_SHADES), len(found))
    cuts = [round(n * len(found) / many) for n in range(many + 1)] if many else [0]
    return [(found[first], found[last - 1]) for first, last in pairwise(cuts)]


def _fill(number: int | None, classes: Sequence[tuple[int, int]]) -> str:
    if number is None:
        return "url(#hidden)"
    if not number:
        return _NONE
    place = next(n for n, (least, most) in enumerate(classes) if least <= number <= most)
    return _shade(place, len(classes))


def _shade(place: int, many: int) -> str:
    return _SHADES[len(_SHADES) - many + place]


def _key(
    classes: Sequence[tuple[int, int]], none: bool, some_hidden: bool, hidden: str
) -> list[tuple[str, str]]:
    """What each shade means, from the most to none."""
    found = [
        (
            _shade(place, len(classes)),
            f"{least:,} to {most:,} children" if least < most else f"{least:,} children",
        )
        for place, (least, most) in enumerate(classes)
    ][::-1]
    found += [(_NONE, "None")] if none else []
    return (
        [*found, ("url(#hidden)", f"Hidden ({hidden}): it would give somebody away")]
        if some_hidden
        else found
    )


def _paths(outlines: Mapping[str, Sequence[Ring]]) -> tuple[float, dict[str, str]]:
    """How high the map is, and of each area its line: longitudes drawn as long as they are at the map's middle."""
    every = [at for rings in outlines.values() for ring in rings for at in ring]
    west, east = min(x for x, _ in every), max(x for x, _ in every)
    south, north = min(y for _, y in every), max(y for _, y in every)
    narrow = cos(radians((south + north) / 2))
    scale = min((_WIDTH - 2) / max((east - west) * narrow, 1e-9), 480 / max(north - south, 1e-9))
    left = (_WIDTH - (east - west) * narrow * scale) / 2

    def line(ring: Ring) -> str:
        at = (f"{left + (x - west) * narrow * scale:.1f},{(north - y) * scale:.1f}" for x, y in ring)
        return f"M{' L'.join(at)} Z"

    return (north - south) * scale, {name: " ".join(map(line, rings)) for name, rings in outlines.items()}


def _svg(title: str, parts: Sequence[str], height: float) -> str:
    size = f'width="{_WIDTH}" height="{height:.0f}" viewBox="0 0 {_WIDTH} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def _entry(fill: str, text: str, y: float) -> str:
    """What a colour means."""
    box = f'<rect x="0.5" y="{y:.1f}" width="22" height="13" fill="{fill}" stroke="{_EDGE}" stroke-width="0.6"/>'
    return box + _words(text, 30, y + 11)


def _words(text: str, x: float, y: float, *, bold: bool = False) -> str:
    look = f'font-family="Arial, \'Liberation Sans\', sans-serif" font-size="13" fill="{_INK}"{' font-weight="bold"' if bold else ""}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(text)}</text>'

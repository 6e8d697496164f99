"""Pictures drawn for a narrow page, such as that of a phone: as wide as it is, so that nothing is shrunk or moved sideways.

The same bars as in `pictures`, each below its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Final

from heard.engine.profile.shape import thousands

WIDTH: Final = 340  # pixels
LINE, LETTERS = 18, 46  # pixels from line to line, and letters in one
INK, EDGE, NONE = "#0b0c0c", "#505a5f", "#ffffff"
_DARK, _PALE = "#12504f", "#a9c6c5"
_LONGEST, _BAR = 270, 13  # pixels


def bars(
    title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], pale: frozenset[str]
) -> str:
    """An SVG. `rows`: a name, and what is printed under each of the heads; `pale`: the heads whose bars are pale."""
    fills = [_PALE if head in pale else _DARK for head in heads]
    most = max((int(text) for _, texts in rows for text in texts if text.isdigit()), default=0) or 1
    parts, y = [], 0.0
    for head, fill in zip(heads, fills, strict=True) if len(heads) > 1 else ():
        parts.append(entry(fill, head, y))
        y += LINE
    for name, texts in rows:
        y += 6
        for line in wrap(name, LETTERS) or [name]:
            y += LINE
            parts.append(words(line, 0, y - 4))
        for text, fill in zip(texts, fills, strict=True):
            long = _LONGEST * int(text) / most if text.isdigit() else 0
            parts.append(f'<rect x="0" y="{y:.1f}" width="{long:.1f}" height="{_BAR}" fill="{fill}"/>')
            parts.append(words(thousands(text), long + 6, y + 11))
            y += _BAR + 2
    return svg(title, parts, y + 4)


def svg(title: str, parts: Sequence[str], height: float) -> str:
    size = f'width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def entry(fill: str, text: str, y: float) -> str:
    """What a colour means."""
    box = (
        f'<rect x="0.5" y="{y:.1f}" width="22" height="13" fill="{fill}" stroke="{EDGE}" stroke-width="0.6"/>'
    )
    return box + words(text, 30, y + 11)


def words(text: str, x: float, y: float, *, bold: bool = False) -> str:
    look = f'font-family="Arial, \'Liberation Sans\', sans-serif" font-size="13" fill="{INK}"{' font-weight="bold"' if bold else ""}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(text)}</text>'

"""The weights of a pair as a picture. Drawn on the server; the table beneath it says the same."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from heard.engine.link.diagnosis import Level
    from heard.insight.pair.rules import Weight

_FOR, _AGAINST, _ALL = "#00703c", "#d4351c", "#0b0c0c"
_WIDTH, _HEIGHT_OF_A_BAR, _FONT = 300, 34, "arial, sans-serif"
_LABEL: Final = 220  # pixels at most; the table has it in full


def as_picture(weights: Sequence[Weight]) -> str:
    """The weights of one pair, each from where the one before it ended. Empty where there is no weight."""
    if not weights:
        return ""
    rows = [
        _bar(weight.comparison, weight.start, weight.end, _bits(weight.weight), weight.weight >= 0)
        for weight in weights
    ]
    whole = weights[-1].end
    return _drawn([*rows, _bar(_("Together"), 0, whole, _bits(whole), True) | {"colour": _ALL}])


def as_span(levels: Sequence[Level]) -> str:
    """How far each comparison may speak for one child, and for two."""
    rows = []
    for name in dict.fromkeys(level.comparison for level in levels):
        bits = [level.bits for level in levels if level.comparison == name]
        least, most = min(*bits, 0.0), max(*bits, 0.0)
        rows.append(_bar(name, least, 0, "", False))
        rows.append(_bar(name, 0, most, f"{_bits(least)}, {_bits(most)}", True))
    return _drawn(rows)


def _bits(weight: float) -> str:
    return f"{weight:+.1f}".replace("-", "−")


def _drawn(rows: list[dict[str, Any]]) -> str:
    """An SVG as the address of an image, so that nothing of it can reach the page."""
    import vl_convert  # both take a second to load, and few pages need them

    svg = vl_convert.vegalite_to_svg(_chart(rows))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    import altair as alt

    names = list(dict.fromkeys(row["what"] for row in rows))
    axis = alt.Axis(
        labelLimit=_LABEL, labelFontSize=16, labelFont=_FONT, ticks=False, domain=False, labelPadding=6
    )
    y = alt.Y("what:N", title=None, sort=names, axis=axis)
    base = alt.Chart(alt.Data(values=rows)).encode(y=y)
    x = alt.X("start:Q", title=_("← two children · bits · one child →"), axis=alt.Axis(
        titleFontSize=15, titleFont=_FONT, labelFontSize=15, labelFont=_FONT, tickCount=5,
    ))  # fmt: skip
    bars = base.mark_bar(height=20).encode(x=x, x2="end:Q", color=alt.Color("colour:N", scale=None))
    words = base.mark_text(align="left", dx=5, fontSize=15, font=_FONT).encode(x="right:Q", text="says:N")
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=_ALL).encode(x="zero:Q")
    chart: dict[str, Any] = (
        (bars + zero + words).properties(width=_WIDTH, height=_HEIGHT_OF_A_BAR * len(names)).to_dict()
    )
    return chart


def _bar(what: str, start: float, end: float, says: str, is_for: bool) -> dict[str, Any]:
    return {
        "what": str(what)[:1].upper() + str(what)[1:],
        "start": start,
        "end": end,
        "right": max(start, end),
        "says": says,
        "colour": _FOR if is_for else _AGAINST,
    }

"""The weights of a pair as a picture. Drawn on the server; the table beneath it says the same."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from heard.insight.pair.rules import Weight

_FOR, _AGAINST, _ALL = "#00703c", "#d4351c", "#0b0c0c"
_WIDTH, _HEIGHT_OF_A_BAR, _FONT = 300, 34, "arial, sans-serif"
_LABEL: Final = 220  # pixels at most; the table has it in full


def as_picture(weights: Sequence[Weight]) -> str:
    """An SVG as the address of an image, so that nothing of it can reach the page. Empty where there is no weight."""
    if not weights:
        return ""
    import vl_convert  # both take a second to load, and few pages need them

    svg = vl_convert.vegalite_to_svg(_chart(weights))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _chart(weights: Sequence[Weight]) -> dict[str, Any]:
    import altair as alt

    rows = [_bar(one.comparison, one.start, one.end, one.weight) for one in weights]
    rows.append(_bar(_("Together"), 0, weights[-1].end, weights[-1].end, _ALL))
    axis = alt.Axis(
        labelLimit=_LABEL, labelFontSize=16, labelFont=_FONT, ticks=False, domain=False, labelPadding=6
    )
    y = alt.Y("what:N", title=None, sort=[row["what"] for row in rows], axis=axis)
    base = alt.Chart(alt.Data(values=rows)).encode(y=y)
    x = alt.X("start:Q", title=_("← two children · bits · one child →"), axis=alt.Axis(
        titleFontSize=15, titleFont=_FONT, labelFontSize=15, labelFont=_FONT, tickCount=5,
    ))  # fmt: skip
    bars = base.mark_bar(height=20).encode(x=x, x2="end:Q", color=alt.Color("colour:N", scale=None))
    words = base.mark_text(align="left", dx=5, fontSize=15, font=_FONT).encode(x="right:Q", text="says:N")
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=_ALL).encode(x="zero:Q")
    chart: dict[str, Any] = (
        (bars + zero + words).properties(width=_WIDTH, height=_HEIGHT_OF_A_BAR * len(rows)).to_dict()
    )
    return chart


def _bar(what: str, start: float, end: float, weight: float, colour: str = "") -> dict[str, Any]:
    return {
        "what": what[:1].upper() + what[1:],
        "start": start,
        "end": end,
        "right": max(start, end),
        "says": f"{weight:+.1f}".replace("-", "−"),
        "colour": colour or (_FOR if weight >= 0 else _AGAINST),
    }

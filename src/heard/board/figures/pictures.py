"""Small charts, of how often a promise was kept and of how many there were of each kind, drawn on the server as SVG, in the style of the profiles' pictures.

Altair and the library that draws take a second to load and each picture a tenth of one, so that no page draws any: it names
each picture by an address that carries the figures of the page, signed, and whoever fetches that gets what is drawn
once. The figures in it are those that the page shows. Read in grey as well: darkness tells bars apart.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from django.core import signing

from heard.agencies.rules import Hidden

if TYPE_CHECKING:
    from heard.board.figures.rules import Period

type Bar = tuple[int, int, int]  # the first month, counted from year 0; how many; in a hundred
type Length = tuple[str, int]  # what is counted, and how many
type Months = tuple[int, int, int]  # the first month, counted from year 0; how many; what is counted in them
type Stack = tuple[str, tuple[int, ...]]  # of what, and how many of each kind

_SALT: Final = "board.figures.picture"
_FONT: Final = "Arial, 'Liberation Sans', sans-serif"
_INK, _QUIET = "#12504f", "#505a5f"
_WIDTH, _HEIGHT = 300, 120  # pixels: as wide as a telephone
_LEAST: Final = 12  # months
_NARROW: Final = 2  # months: no room for a number
_ROW, _BAR = 40, 14  # pixels of one line: its words, and its bar below them
# Of a flow, in pixels: a part of average size, the gap below each, a line of words, what is above all; where a band turns, and ends.
_PART, _GAP, _LINE, _ABOVE = 44, 8, 14, 24
_TURN, _TO = 60, 108
_LETTERS: Final = 26  # of a line beside a band
_KEY: Final = 18  # pixels of a line of a key
_SHADES: Final = (
    _INK,
    "#8db5b3",
    "#ffffff",
)  # of the parts of a bar, told apart in grey: each has an edge, and its number in it
_ON: Final = ("#ffffff", "#0b0c0c", "#0b0c0c")  # numbers on these
HEIGHT_OF_MONTHS: Final = _HEIGHT + 25  # pixels, with the years below


def bars(periods: Sequence[Period]) -> tuple[Bar, ...]:
    """One for each period that is shown."""
    return tuple(
        (12 * period.first.year + period.first.month - 1, period.months, period.share)
        for period in periods
        if period.is_shown
    )


def signed(periods: Sequence[Period]) -> str:
    """What the address of a picture carries; empty where there is nothing to draw."""
    drawn = bars(periods)
    return signing.Signer(salt=_SALT).sign_object(drawn, compress=True) if drawn else ""


def signed_lengths(rows: Sequence[Length]) -> str:
    """What the address of a picture carries in which each row is a bar; empty where there is none."""
    return signing.Signer(salt=_SALT).sign_object({"lengths": list(rows)}, compress=True) if rows else ""


def signed_flow(rows: Sequence[Length]) -> str:
    """What the address of a picture carries in which one whole parts into these; empty where there is none."""
    return signing.Signer(salt=_SALT).sign_object({"flow": list(rows)}, compress=True) if rows else ""


def signed_months(periods: Sequence[Period]) -> str:
    """What the address of a picture carries of how many there were, month by month; empty where there is nothing to draw."""
    drawn = [
        (12 * period.first.year + period.first.month - 1, period.months, period.counted.of)
        for period in periods
    ]
    return signing.Signer(salt=_SALT).sign_object({"months": drawn}, compress=True) if drawn else ""


def signed_stacked(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    """What the address of a picture carries in which each row is a bar in parts, at most three, named by `heads`."""
    return signing.Signer(salt=_SALT).sign_object({"stacked": [list(heads), list(rows)]}, compress=True)


def drawn_of(text: str) -> str:
    """The SVG of what one of `signed`, `signed_lengths`, `signed_flow`, `signed_months` and `signed_stacked` gave; `Hidden` for anything else."""
    try:
        found = signing.Signer(salt=_SALT).unsign_object(text)
    except signing.BadSignature:
        raise Hidden from None
    if not isinstance(found, dict):
        return draw(_tuples(found))
    ((kind, drawn),) = found.items()
    draws = {"flow": draw_flow, "lengths": draw_lengths, "months": draw_months, "stacked": draw_stacked}
    return draws[kind](_tuples(drawn))


def _tuples(found: Any) -> Any:
    """Lists as tuples, all the way down, so that what is drawn is kept by them."""
    return tuple(map(_tuples, found)) if isinstance(found, list) else found


def as_data(svg: str) -> str:
    """The address of a picture that needs nothing beside the page."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


@lru_cache(maxsize=256)
def draw(drawn: tuple[Bar, ...]) -> str:
    """An SVG."""
    import vl_convert  # a second to load

    return str(vl_convert.vegalite_to_svg(_styled(_chart(drawn))))


@lru_cache(maxsize=64)
def draw_lengths(rows: tuple[Length, ...]) -> str:
    """An SVG, a line for each row: its words, and below them a bar with its number."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_styled(_lengths(rows))))


@lru_cache(maxsize=64)
def draw_flow(rows: tuple[Length, ...]) -> str:
    """An SVG: the whole at the left, from which a band as wide as its number leads to each part, with its words."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_styled(_flow(rows))))


@lru_cache(maxsize=64)
def draw_months(rows: tuple[Months, ...]) -> str:
    """An SVG, a bar for each month, or for months together as high as they are in a month of these."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_styled(_counted(rows))))


@lru_cache(maxsize=64)
def draw_stacked(drawn: tuple[tuple[str, ...], tuple[Stack, ...]]) -> str:
    """An SVG, a line for each row: its words, and below them a bar in parts, each with its number; above all what the parts are."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_styled(_stacked(*drawn))))


def height_of_stacked(heads: Sequence[str], rows: Sequence[Any]) -> int:
    """In pixels, for the page that leaves room for the picture."""
    return _KEY * len(heads) + 8 + _ROW * len(rows) + 10


def height_of_flow(rows: Sequence[Length]) -> int:
    """In pixels, for the page that leaves room for the picture."""
    return round(sum(_rooms(rows))) + _GAP * (len(rows) - 1) + _ABOVE + 10


def height_of_lengths(rows: Sequence[Length]) -> int:
    """In pixels, for the page that leaves room for the picture."""
    return _ROW * len(rows) + 10


def _lengths(rows: tuple[Length, ...]) -> Any:
    import altair as alt

    most = max(number for _name, number in rows)
    values = [
        {"name": name, "number": number, "words": _ROW * at + 12, "top": _ROW * at + 18, "end": _ROW * at + 18 + _BAR, "begin": 0}
        for at, (name, number) in enumerate(rows)
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=values))
    y = alt.Scale(domain=[_ROW * len(rows), 0], nice=False)
    x = alt.X("begin:Q", scale=alt.Scale(domain=[0, most * 1.15], nice=False), axis=None)
    bars = base.mark_rect(color=_INK).encode(
        x=x, x2="number:Q", y=alt.Y("top:Q", scale=y, axis=None), y2="end:Q"
    )
    style: dict[str, Any] = {"align": "left", "fontSize": 12, "color": "#0b0c0c"}
    names = base.mark_text(**style).encode(x=x, y=alt.Y("words:Q", scale=y, axis=None), text="name:N")
    numbers = base.mark_text(dx=5, dy=_BAR / 2, **style).encode(
        x=alt.X("number:Q", axis=None), y=alt.Y("top:Q", scale=y, axis=None), text="number:N"
    )
    return (bars + names + numbers).properties(width=_WIDTH - 10, height=_ROW * len(rows))


def _flow(rows: tuple[Length, ...]) -> Any:
    import altair as alt

    bands, words = _laid(rows)
    whole = {"x": 0, "y": _ABOVE - 8, "text": str(sum(number for _name, number in rows))}
    height = height_of_flow(rows) - 10
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, _WIDTH - 10], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    flow = alt.Chart(alt.Data(values=bands)).mark_area(
        interpolate="monotone", color=_INK, stroke="#ffffff", strokeWidth=1
    )
    said = alt.Chart(alt.Data(values=[whole, *words])).mark_text(
        align="left", baseline="top", fontSize=12, lineHeight=_LINE, color="#0b0c0c", dy=-_LINE / 2
    )
    drawn = flow.encode(x=x, y=y, y2="end:Q", detail="at:N") + said.encode(x=x, y=y, text="text:N")
    return drawn.properties(width=_WIDTH - 10, height=height)


def _laid(rows: tuple[Length, ...]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Corners of each band, and where its words stand."""
    bands: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    left = right = float(_ABOVE)
    for at, ((name, number), wide, room) in enumerate(zip(rows, _wide(rows), _rooms(rows), strict=True)):
        top, lines = right + (room - wide) / 2, [*wrap(name, _LETTERS)[:2], str(number)]
        for x, y in ((0, left), (_BAR, left), (_TURN, (left + top) / 2), (_TO, top), (_TO + _BAR, top)):
            bands.append({"at": at, "x": x, "y": y, "end": y + wide})
        middle = right + (room - _LINE * (len(lines) - 1)) / 2
        words.append({"x": _TO + _BAR + 8, "y": middle, "text": lines})
        left, right = left + wide, right + room + _GAP
    return bands, words


def _wide(rows: Sequence[Length]) -> list[float]:
    """How wide each band is, in pixels."""
    whole = sum(number for _name, number in rows)
    return [_PART * len(rows) * number / whole for _name, number in rows]


def _rooms(rows: Sequence[Length]) -> list[float]:
    """How tall each part stands: its band, or three lines of words where that is more."""
    return [max(wide, 3 * _LINE) for wide in _wide(rows)]


def _chart(drawn: tuple[Bar, ...]) -> Any:
    import altair as alt

    begin, end = _reach(drawn)
    values = [
        {
            "from": first,
            "to": first + months - 0.25,
            "middle": first + (months - 0.25) / 2,
            "high": share,
            "text": str(share) if months > _NARROW or end - begin <= 2 * _LEAST else "",
        }
        for first, months, share in drawn
    ]
    percent = alt.Axis(
        title=None, values=[0, 50, 100], labelExpr="datum.value + '%'", ticks=False, domain=False
    )
    return _in_time(values, begin, end, alt.Scale(domain=[0, 112], nice=False), percent)


def _counted(rows: tuple[Months, ...]) -> Any:
    """How many in a month, so that a bar of several months is as large as what is counted in it. No number stands on a bar that is
    narrower."""
    import altair as alt

    begin, end = _reach(rows)
    pixels = (_WIDTH - 40) / (end - begin)
    values = [
        {
            "from": first,
            "to": first + months - 0.15,
            "middle": first + (months - 0.15) / 2,
            "high": number / months,
            "text": str(number) if months * pixels >= 7 * len(str(number)) + 2 else "",
        }
        for first, months, number in rows
    ]
    most = max(number / months for _first, months, number in rows)
    high = alt.Scale(domain=[0, 1.15 * most], nice=False)
    return _in_time(
        values, begin, end, high, None
    )  # no numbers beside it: those on the bars are of all their months


def _reach(drawn: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """The first month, and the one after the last, a year later at least."""
    begin = drawn[0][0]
    return begin, max(drawn[-1][0] + drawn[-1][1], begin + _LEAST)


def _in_time(values: list[dict[str, Any]], begin: int, end: int, high: Any, side: Any) -> Any:
    """Bars along the months, with the years below."""
    import altair as alt

    years = [month for month in range(begin, end) if month % 12 == 0]
    axis = alt.Axis(
        title=None,
        values=years,
        labelExpr="format(datum.value / 12, 'd')",
        grid=False,
        ticks=True,
        domain=True,
    )
    x = alt.X("from:Q", scale=alt.Scale(domain=[begin, end], nice=False), axis=axis)
    y = alt.Y("high:Q", scale=high, axis=side)
    base = alt.Chart(alt.Data(values=values))
    rects = base.mark_rect(color=_INK).encode(x=x, x2="to:Q", y=y, y2=alt.datum(0))
    words = base.mark_text(dy=-7, fontSize=12, color="#0b0c0c").encode(
        x=alt.X("middle:Q"), y=y, text="text:N"
    )
    return (rects + words).properties(width=_WIDTH - 40, height=_HEIGHT)


def _stacked(heads: tuple[str, ...], rows: tuple[Stack, ...]) -> Any:
    import altair as alt

    height = height_of_stacked(heads, rows) - 10
    key = [
        {"at": at, "x": 0, "end": 14, "top": _KEY * at + 2, "low": _KEY * at + 14} for at in range(len(heads))
    ]
    said = [{"x": 20, "top": row["top"] + 6, "text": head} for row, head in zip(key, heads, strict=True)]
    said += [{"x": 0, "top": _top(heads, at) + 8, "text": name} for at, (name, _numbers) in enumerate(rows)]
    bars = _bars_in_parts(heads, rows)
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, _WIDTH - 10], nice=False), axis=None)
    y = alt.Y("top:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    style: dict[str, Any] = {"baseline": "middle", "fontSize": 12}
    rects = alt.Chart(alt.Data(values=[*key, *bars])).mark_rect(stroke="#0b0c0c", strokeWidth=1)
    words = alt.Chart(alt.Data(values=said)).mark_text(align="left", color="#0b0c0c", **style)
    middles = [bar | {"x": (bar["x"] + bar["end"]) / 2, "top": bar["top"] + 8} for bar in bars]
    numbers = alt.Chart(alt.Data(values=middles)).mark_text(align="center", **style)
    drawn = alt.layer(
        rects.encode(x=x, x2="end:Q", y=y, y2="low:Q", color=_by_part(_SHADES)),
        words.encode(x=x, y=y, text="text:N"),
        numbers.encode(x=x, y=y, text="text:N", color=_by_part(_ON)),
    )
    return drawn.resolve_scale(color="independent").properties(width=_WIDTH - 10, height=height)


def _top(heads: Sequence[str], row: int) -> int:
    """Where a row begins, below what the parts are."""
    return _KEY * len(heads) + 8 + _ROW * row


def _bars_in_parts(heads: Sequence[str], rows: Sequence[Stack]) -> list[dict[str, Any]]:
    """Each part of each bar, with its number where that has room in it."""
    most = max(sum(numbers) for _name, numbers in rows)
    bars = []
    for row, (_name, numbers) in enumerate(rows):
        x, top = 0.0, _top(heads, row) + 17
        for at, number in enumerate(numbers):
            end = x + (_WIDTH - 12) * number / most
            text = str(number) if end - x > 7 * len(str(number)) + 4 else ""
            bars.append({"at": at, "x": x, "end": end, "top": top, "low": top + _BAR + 2, "text": text})
            x = end
    return bars


def _by_part(colours: Sequence[str]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=list(range(len(colours))), range=list(colours))
    return alt.Color("at:O", scale=scale, legend=None)


def _styled(chart: Any) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = {
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {"labelFontSize": 12, "labelColor": "#0b0c0c", "labelFont": _FONT, "gridColor": "#dde2e2"},
        "title": {"fontSize": 13, "anchor": "start", "color": _QUIET, "font": _FONT, "fontWeight": "bold"},
    }
    return spec

"""Pictures of a section's table, drawn on the server as SVG: no browser, no network, the same bytes each time. Each says above what it shows,
and on its axes what is counted and by what, so that it can be read where it stands alone.

Darkness tells bars apart, so that they are read in grey and by those who see colours otherwise. What is hidden in the table
is its symbol in the picture. `alternative` says the same in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from heard.engine.profile import mapped
from heard.engine.profile.shape import OTHERS, SCATTERED, thousands

if TYPE_CHECKING:
    from heard.engine.profile.shape import GridRow, Quality, Section

_FONT: Final = "Arial, 'Liberation Sans', sans-serif"
_INK, _PALE, _QUIET = "#12504f", "#a9c6c5", "#505a5f"
_ROW, _WIDTH, _LABEL = 24, 520, 300  # pixels
_ABOVE: Final = 21  # pixels that the title of an axis of names takes above a panel
_NARROW, _NARROW_LETTERS = 328, 46  # pixels of a phone, and letters in one line there
_PALE_HEADS: Final = frozenset({"Known", "Not known"})  # what the other bars are a part of
_MOST_ROWS, _MOST_COLUMNS = 36, 24
_WORDS: Final = 900  # of letters, in the alternative of a picture


def draw(section: Section) -> str:
    """An SVG; empty where the section has none, or no bar would have a length."""
    if not section.drawn or section.table is None:
        return ""
    if section.outlines:
        printed = {name: texts[0] for name, texts in _drawn_rows(section) if name in section.outlines}
        return mapped.draw(section.title, section.outlines, printed, section.hidden)
    if not any(_number(text) for _, texts in _drawn_rows(section) for text in texts):
        return ""
    import vl_convert  # a second to load

    chart = _upset(section) if section.id == "overlap" else _bars(section)
    return (
        _said_too(str(vl_convert.vegalite_to_svg(_styled(chart, section))), section)
        if chart is not None
        else ""
    )


def draw_narrow(section: Section) -> str:
    """The same for a narrow page, as an SVG; empty where the picture is narrow itself, or the section has none."""
    if not section.drawn or section.table is None or section.outlines or not (rows := _drawn_rows(section)):
        return ""
    import vl_convert

    chart = _narrow_sets(section) if section.id == "overlap" else _narrow_bars(section, rows)
    return _said_too(
        str(vl_convert.vegalite_to_svg(_styled(chart, section, letters=_NARROW_LETTERS))), section
    )


def _said_too(svg: str, section: Section) -> str:
    """With what it shows in words, for who opens it by itself and cannot see it."""
    return _with_words(svg, section.title or section.heading, alternative(section))


def _with_words(svg: str, title: str, words: str) -> str:
    told = f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
    opening, rest = svg.split(">", 1)
    return f'{opening} role="img">{told}{rest}'


_COVERED: Final = {
    "all": (_PALE, "all of the month"),
    "part": ("#dde9e8", "a part of it"),
    "none": ("#ffffff", "nothing is known"),
}


def draw_reach(quality: Quality, *, narrow: bool = False) -> str:
    """How much of each month each source covers, its signs together, as an SVG; empty where that is not known. `narrow`: for a narrow page."""
    if not quality.reach:
        return ""
    import altair as alt
    import vl_convert

    months = quality.reach_head[2:]
    rows = [(source, list(zip(months, covered, strict=True))) for source, covered in _by_source(quality)]
    parts = [
        _strip(source, cells, narrow=narrow, last=number == len(rows) - 1)
        for number, (source, cells) in enumerate(rows)
    ]
    title = alt.Title(
        wrap(REACH, _NARROW_LETTERS if narrow else 90),
        anchor="start",
        fontSize=15,
        color="#0b0c0c",
        offset=12,
    )
    spec = _with_style(alt.vconcat(*parts, spacing=6).properties(title=title))
    return _with_words(str(vl_convert.vegalite_to_svg(spec)), REACH, reach_in_words(quality))


REACH: Final = "What each source could see, and when"


def _by_source(quality: Quality) -> list[tuple[str, list[str]]]:
    """Of each source and month: 'all' or 'none' where that is so of each of its signs, else 'part'."""
    found: dict[str, list[set[str]]] = {}
    for source, _, *covered in quality.reach:
        months = found.setdefault(source, [set() for _ in covered])
        for month, much in zip(months, covered, strict=True):
            month.add(much)
    return [
        (source, [next(iter(much)) if len(much) == 1 else "part" for much in months])
        for source, months in found.items()
    ]


def _strip(source: str, cells: list[tuple[str, str]], *, narrow: bool, last: bool) -> Any:
    """A square for each month of one source, its name before them or above; below the last what the months are called."""
    import altair as alt

    words = {much: said for much, (_, said) in _COVERED.items()}
    values = [{"month": month, "source": source, "covered": words[much]} for month, much in cells]
    label = alt.Axis(
        title="Month",
        labelExpr="split(datum.label, ' ')",
        labelAngle=0,
        labelPadding=4,
        labelFontSize=11,
        ticks=False,
        domain=False,
        orient="bottom",
    )
    x = alt.X(
        "month:O",
        sort=[month for month, _ in cells],
        axis=label if last else None,
        scale=alt.Scale(paddingInner=0.12, paddingOuter=0),
    )
    y = alt.Y(
        "source:N",
        axis=None
        if narrow
        else alt.Axis(
            title=None, labelLimit=_LABEL, minExtent=150, ticks=False, domain=False, labelPadding=6
        ),
    )
    shades = alt.Scale(domain=list(words.values()), range=[shade for shade, _ in _COVERED.values()])
    legend = alt.Legend(
        orient="top", title=None, labelFontSize=13, symbolType="square", symbolStrokeColor=_QUIET
    )
    colour = alt.Color("covered:N", scale=shades, legend=legend)
    above = alt.Title(source, fontWeight="normal", color="#0b0c0c", offset=2) if narrow else ""
    squares = (
        alt.Chart(alt.Data(values=values), title=above)
        .mark_rect(stroke=_QUIET, strokeWidth=0.8)
        .encode(x=x, y=y, color=colour)
    )
    return squares.properties(width=_NARROW - 2 if narrow else _WIDTH, height=16)


def reach_in_words(quality: Quality) -> str:
    """What the picture shows, in words."""
    months = quality.reach_head[2:]
    parts = []
    for source, covered in _by_source(quality):
        known = [month for month, much in zip(months, covered, strict=True) if much != "none"]
        holes = sum(much == "none" for much in covered)
        told = f"from {known[0]} to {known[-1]}" if known else "none of these months"
        parts.append(
            f"{source}: {told}{f', nothing in {holes} of {len(months)} months' if known and holes else ''}"
        )
    return f"{REACH}. {'; '.join(parts)}."


def alternative(section: Section) -> str:
    """What the picture shows, in words."""
    heads = [head for head in section.grid.heads if head in section.drawn]
    parts = [f"{name}: {', '.join(_said(head, text, heads) for head, text in zip(heads, texts, strict=True))}"
             for name, texts in _drawn_rows(section)]  # fmt: skip
    words = f"{section.title or section.heading}. {'; '.join(parts)}."
    return (
        words
        if len(words) <= _WORDS
        else f"{words[:_WORDS].rpartition(';')[0]}; and more, in the table below."
    )


def _said(head: str, text: str, heads: list[str]) -> str:
    return text if len(heads) == 1 else f"{head.lower()} {text}"


def _drawn_rows(section: Section) -> list[tuple[str, list[str]]]:
    """Name and texts of the smallest parts; of the parts above them where these are too many for a picture."""
    grid = section.grid
    columns = [number for number, head in enumerate(grid.heads) if head in section.drawn]
    leaves = _leaves(grid.rows)
    if len(leaves) > _MOST_ROWS and not section.outlines:
        leaves = [(row.label, row) for row in grid.rows if row.depth == 1]
    return [(name, [row.texts[n] for n in columns]) for name, row in leaves]


def _leaves(rows: tuple[GridRow, ...]) -> list[tuple[str, GridRow]]:
    """Rows with no row below them, each by a name of its own."""
    found: list[tuple[str, GridRow]] = []
    above: list[str] = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        above = [*above[: row.depth], row.label]
        if following is None or following.depth <= row.depth:
            names = (row.label, " / ".join(above[1:]), " / ".join(above))
            new = (name for name in names if name not in {n for n, _ in found})
            found.append((next(new, names[-1]), row))
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _counted(section: Section) -> str:
    """What the numbers are of, as the title of an axis."""
    assert section.table is not None
    return f"{section.table.about[:1].upper()}{section.table.about[1:]}"


def _scale(section: Section, most: int, *, width: int, room: float = 1.25) -> dict[str, Any]:
    """Of an axis of numbers: `most` is the largest, with `room` for what is written beside it; whole numbers, as many as there is room for."""
    import altair as alt

    title = wrap(_counted(section), max(width // 7, 12))
    axis = alt.Axis(
        title=title,
        tickCount=min(most, max(width // 60, 2)),
        format=",d",
        grid=False,
        domainColor=_QUIET,
        tickColor=_QUIET,
        labelFlush=True,
    )
    return {"axis": axis, "scale": alt.Scale(domain=[0, room * most])}


def _bars(section: Section) -> Any:
    """One panel of bars for each heading that is drawn, side by side."""
    import altair as alt

    heads, rows = [head for head in section.grid.heads if head in section.drawn], _drawn_rows(section)
    if not rows:
        return None
    width = (_WIDTH - 20 * (len(heads) - 1)) // len(heads)
    panels = [
        _panel(
            head if len(heads) > 1 else "",
            [(name, texts[number]) for name, texts in rows],
            width,
            section,
            names=not number,
        )
        for number, head in enumerate(heads)
    ]
    return alt.hconcat(*panels, spacing=20)


def _panel(title: str, rows: list[tuple[str, str]], width: int, section: Section, *, names: bool) -> Any:
    """Bars with their numbers. `names`: what each is stands before it."""
    import altair as alt

    values = [{"name": name, "n": _number(text) or 0, "text": thousands(text)} for name, text in rows]
    axis = _names(section.rows) if names else None
    y = alt.Y("name:N", sort=[name for name, _ in rows], axis=axis)
    x = alt.X("n:Q", **_scale(section, _largest(text for _, text in rows), width=width))
    above = alt.Title(title, frame="group", offset=4 if names else 4 + _ABOVE)  # in one line with the first
    base = alt.Chart(alt.Data(values=values), title=above if title else "").encode(y=y)
    bars = base.mark_bar(color=_PALE if title in _PALE_HEADS else _INK, height=14).encode(x=x)
    words = base.mark_text(align="left", dx=4, fontSize=13, color=_INK).encode(x=x, text="text:N")
    return (bars + words).properties(width=width, height=_ROW * len(rows))


def _names(title: str) -> Any:
    """An axis of names, with what they are above them."""
    import altair as alt

    above: dict[str, Any] = {
        "titleAngle": 0,
        "titleAlign": "right",
        "titleAnchor": "end",
        "titleX": -6,
        "titleY": -8,
    }
    return alt.Axis(title=title, labelLimit=_LABEL, ticks=False, domain=False, labelPadding=6, **above)


def _narrow_bars(
    section: Section, rows: list[tuple[str, list[str]]], *, most: int = 0, colour: str = _INK
) -> Any:
    """The bars of all headings below the name of what they are of, so that no name takes their width. `most`: the largest number of all
    pictures that are read together."""
    import altair as alt

    heads = [head for head in section.grid.heads if head in section.drawn]
    lines = {name: wrap(name, _NARROW_LETTERS) or [name] for name, _ in rows}
    above = [str(n) for n in range(max(map(len, lines.values())))]
    slots = [*above, *heads]
    named = [
        {"name": name, "slot": at, "text": line}
        for name, said in lines.items()
        for at, line in zip(above[-len(said) :], said, strict=True)
    ]
    values = [
        {"name": name, "slot": head, "n": _number(text) or 0, "text": thousands(text)}
        for name, texts in rows
        for head, text in zip(heads, texts, strict=True)
    ]
    y = alt.Y("name:N", sort=list(lines), axis=None, scale=alt.Scale(paddingInner=0.12))
    slot = alt.YOffset("slot:N", sort=slots, scale=alt.Scale(domain=slots))
    most = most or _largest(text for _, texts in rows for text in texts)
    x = alt.X("n:Q", **_scale(section, most, width=_NARROW))
    shades = alt.Scale(domain=heads, range=[_PALE if head in _PALE_HEADS else colour for head in heads])
    legend = alt.Legend(orient="top", title=None, labelFontSize=13) if len(heads) > 1 else None
    base = alt.Chart(alt.Data(values=values)).encode(x=x, y=y, yOffset=slot)
    bars = base.mark_bar().encode(color=alt.Color("slot:N", scale=shades, legend=legend))
    words = base.mark_text(align="left", dx=4, fontSize=13, color=_INK).encode(text="text:N")
    names = alt.Chart(alt.Data(values=named)).mark_text(align="left", fontSize=13, color="#0b0c0c")
    names = names.encode(x=alt.value(0), text="text:N", y=y, yOffset=slot)
    return (bars + words + names).properties(width=_NARROW, height=17 * len(slots) * len(rows))


def _narrow_sets(section: Section) -> Any:
    """Each combination of agencies with its bar: those that are scattered, and below them those of which one agency holds enough."""
    import altair as alt

    sets = _sets(section)
    most = _largest(text for _, text, _ in sets)
    parts = []
    for held in dict.fromkeys(held for held, *_ in sets):
        rows = [(" + ".join(of), [text]) for kind, text, of in sets if kind == held]
        colour = _INK if held == SCATTERED else _PALE
        above = alt.Title(held, fontSize=13, color=_QUIET)
        parts.append(_narrow_bars(section, rows, most=most, colour=colour).properties(title=above))
    return alt.vconcat(*parts).resolve_scale(
        color="independent"
    )  # else the second has the colour of the first


def _largest(texts: Iterable[str]) -> int:
    return max((_number(text) or 1 for text in texts), default=1)


def _upset(section: Section) -> Any:
    """How many children each combination of agencies holds signs of: bars above, and below them a dot for each agency."""
    import altair as alt

    sets = _sets(section)[:_MOST_COLUMNS]
    if not sets:
        return None
    agencies = sorted({text for *_, of in sets for text in of}, key=lambda text: (text == OTHERS, text))
    columns = [
        {"x": n, "n": _number(text) or 0, "text": thousands(text), "held": held}
        for n, (held, text, _) in enumerate(sets)
    ]
    x = alt.X("x:O", axis=None)
    y = alt.Y("n:Q", **_scale(section, _largest(text for _, text, _ in sets), width=170, room=1.15))
    colour = alt.Color("held:N", title=None, scale=alt.Scale(domain=sorted({h for h, *_ in sets}, reverse=True), range=[_INK, _PALE]),
                       legend=alt.Legend(orient="top", labelFontSize=13))  # fmt: skip
    base = alt.Chart(alt.Data(values=columns))
    bars = base.mark_bar(width=18, stroke=_INK).encode(x=x, y=y, color=colour)
    words = base.mark_text(dy=-8, fontSize=13, color=_INK).encode(x=x, y=y, text="text:N")
    width = max(360, 30 * len(sets))
    return alt.vconcat(
        (bars + words).properties(width=width, height=170),
        _dots(sets, agencies, width, section.rows),
        spacing=26,
    )


def _dots(sets: list[tuple[str, str, list[str]]], agencies: list[str], width: int, rows_are: str) -> Any:
    import altair as alt

    places = [
        {"x": n, "agency": agency, "in": agency in of}
        for n, (*_, of) in enumerate(sets)
        for agency in agencies
    ]
    lines = [{"x": n, "first": min(of), "last": max(of)} for n, (*_, of) in enumerate(sets)]
    x = alt.X("x:O", axis=None)
    y = alt.Y("agency:N", sort=agencies, axis=_names(rows_are))
    base = alt.Chart(alt.Data(values=places)).encode(x=x, y=y)
    empty = base.mark_circle(size=110, color="#dde2e2", opacity=1)
    full = base.transform_filter("datum.in").mark_circle(size=130, color=_INK, opacity=1)
    line = alt.Chart(alt.Data(values=lines)).mark_rule(strokeWidth=2.5, color=_INK).encode(
        x=x, y=alt.Y("first:N", sort=agencies), y2="last:N")  # fmt: skip
    return (empty + line + full).properties(width=width, height=_ROW * len(agencies))


def _sets(section: Section) -> list[tuple[str, str, list[str]]]:
    """Of each combination: who holds enough, what is printed of it, and its agencies; scattered first, the largest first."""
    assert section.table is not None
    cells = [cell for cell in section.table.cells if len(cell.at("list")) == 3]
    found = [(cell.at("list")[1], cell.text, cell.at("list")[2].split(" + ")) for cell in cells]
    return sorted(
        found, key=lambda row: (row[0] != SCATTERED, row[2] == [OTHERS], -(_number(row[1]) or 0), row[2])
    )


def _styled(chart: Any, section: Section, *, letters: int = 90) -> dict[str, Any]:
    """With its title above, in lines of so many letters."""
    title = {
        "text": wrap(section.title or section.heading, letters),
        "anchor": "start",
        "fontSize": 15,
        "color": "#0b0c0c",
        "offset": 12,
    }
    return _with_style(chart) | {"title": title}


def _with_style(chart: Any) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = {
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": 13,
            "labelColor": "#0b0c0c",
            "labelFont": _FONT,
            "titleFontSize": 13,
            "titleFont": _FONT,
            "titleFontWeight": "normal",
            "titleColor": _QUIET,
        },
        "title": {"fontSize": 13, "anchor": "start", "color": _QUIET, "font": _FONT, "fontWeight": "bold"},
        "concat": {"spacing": 16},
    }
    return spec

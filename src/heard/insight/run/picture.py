"""Pictures of a run: what each source could see, month by month; and of a listed child which agency holds which sign, and when it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.cases.timeline.picture import Mark, Scale, Year, laid_out, letters_of

if TYPE_CHECKING:
    from heard.engine.run import Sight
    from heard.knowledge.model import Release

COULD, NOT_COVERED = "#d5e4e3", "#ffffff"
SEEN: Final = ("#8fb5b3", "#4d8583", "#12504f")
"""Darker where more signs were seen: one, two or three, more."""
_HEAD, _ROW, _CELL = 20, 34, 14  # pixels down
_QUARTERS: Final = (1, 4, 7, 10)


@dataclass(frozen=True)
class Square:
    """One month of a source, over all signs that it collects. `share`: the part of them that it covers, 0 to 1."""

    at: float
    share: float
    fill: str
    said: str


@dataclass(frozen=True)
class SourceRow:
    source: str
    top: int
    squares: list[Square]
    said: str

    @property
    def strip(self) -> int:
        """Where its squares begin, in pixels down."""
        return self.top + _ROW - _CELL - 3


@dataclass(frozen=True)
class HeatMap:
    """Sources below each other, months beside each other. Lengths across are in hundredths of the width, those down in pixels. `names`: where a
    quarter begins and what it is called."""

    since: date
    until: date
    rows: list[SourceRow]
    names: list[tuple[float, str]]
    wide: float
    cell: int = _CELL

    @property
    def height(self) -> int:
        return _HEAD + _ROW * len(self.rows)

    @property
    def key(self) -> list[tuple[str, str]]:
        """What each shade means."""
        return [
            (NOT_COVERED, _("not covered: nothing is known")),
            (COULD, _("could have been seen, and was not (lower: only a part of the month or of its signs)")),
            *zip(SEEN, (_("one sign seen"), _("two or three"), _("more")), strict=True),
        ]


def heat_map(sights: Mapping[str, Sequence[Sight]]) -> HeatMap | None:
    """All signs of each source together; None where no source collects one."""
    if not sights:
        return None
    months = [month.month for month in next(iter(sights.values()))[0].months]
    wide = 100 / len(months)
    names = [
        (place * wide, str(month.year) if month.month == 1 else date_format(month, "M"))
        for place, month in enumerate(months)
        if month.month in _QUARTERS
    ]
    rows = [_source_row(source, of, place, wide) for place, (source, of) in enumerate(sights.items())]
    return HeatMap(months[0], months[-1], rows, names, wide)


_COVERS: Final = {"all": 1.0, "part": 0.5, "none": 0.0}


def _source_row(name: str, of: Sequence[Sight], place: int, wide: float) -> SourceRow:
    squares = []
    for number, months in enumerate(zip(*(sight.months for sight in of), strict=True)):
        seen = sum(month.seen > 0 for month in months)
        share = sum(_COVERS[month.covered] for month in months) / len(of)
        fill = SEEN[min(seen // 2, 2)] if seen else COULD if share else NOT_COVERED
        squares.append(
            Square(number * wide, 1.0 if seen else share, fill, _said(months[0].month, seen, share))
        )
    return SourceRow(name, _HEAD + _ROW * place, squares, reaches(of))


def _said(month: date, seen: int, share: float) -> str:
    what = (
        ngettext("%(num)s sign seen", "%(num)s signs seen", seen) % {"num": seen} if seen else _("none seen")
    )
    return f"{date_format(month, 'F Y')}: {what if seen or share else _('not covered')}"


def reaches(of: Sequence[Sight]) -> str:
    """In a sentence, which months a source covers for any of its signs, and in how many of them it saw one."""
    columns = list(zip(*(sight.months for sight in of), strict=True))
    covered = [months[0].month for months in columns if any(month.covered != "none" for month in months)]
    if not covered:
        return _("Not covered in these months.")
    seen = sum(any(month.seen for month in months) for months in columns)
    told = ngettext("Seen in %(num)s month.", "Seen in %(num)s months.", seen) % {"num": seen}
    reach = _("Covered from %(first)s to %(last)s.") % {
        "first": date_format(covered[0], "m/Y"),
        "last": date_format(covered[-1], "m/Y"),
    }
    return f"{reach} {told}"


def draw(
    evidence: Iterable[dict[str, Any]], release: Release, *, first: date | None, last: date | None
) -> Year | None:
    """Of rows of `tables.EVIDENCE`, a row for each item that was seen from `first` to `last`; None where there is none, or the run did not say
    from when to when."""
    if first is None or last is None:
        return None
    shown = [row for row in evidence if row["seen_on"] and first <= row["seen_on"] <= last]
    if not shown:
        return None
    scale, letters = Scale(first, last), letters_of(row["agency"] for row in shown)
    found: dict[str, list[Mark]] = {}
    for row in shown:
        shape = "circle" if row["counts"] else "ring"
        on, agency = row["seen_on"], row["agency"]
        found.setdefault(row["item"], []).append(Mark(scale.at(on), shape, on, letters[agency], said=agency))
    named = [(release.item(item).label, found[item]) for item in sorted(found)]
    said = _(
        "Rows below each other, one for each sign and vulnerability, with the letters of the agency whose record it is. The tables below say the same in words."
    )
    key = {"circle": _("counted, or a vulnerability on record"), "ring": _("beside, not counted")}
    return laid_out(named, scale, letters, said=said, key=key, lines=[])

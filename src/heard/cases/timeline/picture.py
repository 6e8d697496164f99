"""A picture of a child's twelve months: which marks stand where. Lengths across are in hundredths of the width, so that one
drawing fits a desk, a phone and paper; lengths down are in pixels. Nothing is told apart by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.cases.assessment.record import drawn_sign
from heard.cases.record.rules import EntryKind
from heard.govuk.environment import day
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.cases.record.models import ChronologyEntry

_WIDE: Final = (
    5.4  # a mark on the narrowest phone: those that are nearer to each other stand one above the other
)
_LANES: Final = 3
_LANE: Final = 16  # pixels, as all below
_ROW: Final = 34
_HEAD: Final = 22
_SIGNS: Final = 3  # rows of signs, and of vulnerabilities: those that were seen last
_LINES: Final = 5  # decisions, each with a number
_NUMBER: Final = 3.2  # how wide a number is on a phone

# Entries of these kinds that are decisions, by the message that they say; of the other kinds each is one.
_DECIDED: Final[dict[str, frozenset[str]]] = {
    EntryKind.CASE: frozenset({"Case opened: %(reference)s", "Case closed: %(reference)s"}),
    EntryKind.ASSESSMENT: frozenset({"Assessment signed off"}),
    EntryKind.PLAN: frozenset({"Plan agreed"}),
    EntryKind.PANEL: frozenset({"Panel decided", "Disagreement settled"}),
    EntryKind.REFERRAL: frozenset(
        {"Referral submitted to the Home Office", "Home Office: %(stage)s, %(result)s"}
    ),
}
_ALWAYS: Final = frozenset({EntryKind.DECISION, EntryKind.REVIEW, EntryKind.MOMENT})


@dataclass(frozen=True)
class Details:
    """What entries do not say themselves, by the key in their address: from when to when a child was missing, and whether
    a contact was with the child."""

    away: dict[str, tuple[datetime, datetime | None]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """`shape`: circle, ring, square, frame, cross, bubble, diamond or bar; `wide`: of a bar. `letters`: of its agency."""

    at: float
    shape: str
    on: date
    letters: str = ""
    wide: float = 0
    said: str = ""
    lane: int = 0


@dataclass(frozen=True)
class PictureRow:
    label: str
    marks: list[Mark]
    more: int
    top: int
    height: int

    @property
    def middle(self) -> int:
        """Of the first lane."""
        return self.top + 23


@dataclass(frozen=True)
class DecisionMark:
    """A decision, with its number in a lane below the rows, so that two of a week do not cover each other."""

    at: float
    on: date
    what: str
    number: int
    lane: int

    @property
    def day(self) -> str:
        """Without the year, which the picture shows."""
        return date_format(self.on, "j M")


@dataclass(frozen=True)
class Year:
    """`said`: what it shows, for who cannot see it. `key`: what each of its shapes means. What is not drawn: `undrawn`, rows with their marks;
    `earlier`, decisions as (day, what); and all before `begins`."""

    since: date
    until: date
    months: list[tuple[float, str]]
    rows: list[PictureRow]
    lines: list[DecisionMark]
    agencies: list[tuple[str, str]]
    said: str
    key: list[tuple[str, str]]
    height: int
    undrawn: tuple[tuple[str, list[Mark]], ...] = ()
    earlier: tuple[tuple[date, str], ...] = ()
    begins: date | None = None

    @property
    def left_out(self) -> str:
        """What is not drawn, in sentences as short as they can be."""
        parts, told = [], []
        if number := len(self.undrawn):
            seen = ngettext("%(num)s sign or vulnerability", "%(num)s signs or vulnerabilities", number)
            parts.append(seen % {"num": number})
        if number := len(self.earlier):
            decided = ngettext("%(num)s earlier decision", "%(num)s earlier decisions", number)
            parts.append(decided % {"num": number})
        if parts:
            told.append(_("Not drawn: %(what)s.") % {"what": ", ".join(parts)})
        if self.begins:
            what = _("Before %(day)s there is too much to draw: it stands in the chronology.")
            told.append(what % {"day": day(self.begins)})
        return " ".join(told)

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.begins or any(row.marks for row in self.rows))


def first_day(today: date) -> date:
    """The day after the same day a year before."""
    try:
        return today.replace(year=today.year - 1) + timedelta(days=1)
    except ValueError:  # 29 February
        return today.replace(year=today.year - 1, month=3, day=1)


def draw(entries: Sequence[ChronologyEntry], details: Details, *, today: date) -> Year:
    """Of the entries of twelve months, the first first: of signs and of vulnerabilities the three that were seen last, and the last five
    decisions, so that it is read at a glance; the rest is said."""
    scale = Scale(first_day(today), today)
    letters = letters_of(entry.agency for entry in entries if entry.kind in (EntryKind.SIGN, EntryKind.WORRY))
    seen, undrawn = _seen(entries, scale, letters)
    decided = [entry for entry in entries if _is_decision(entry)]
    named = [
        (_("Missing"), _away(entries, details, scale)),
        *seen,
        (_("Worries told"), _marks(entries, EntryKind.WORRY, scale, "diamond", letters)),
        (_("Contact"), _contacts(entries, details, scale)),
        (_("The child’s words"), _marks(entries, EntryKind.WORDS, scale, "bubble")),
    ]
    key = {
        "bar": _("missing"), "circle": _("seen"), "ring": _("not seen any more"), "diamond": _("worry told"), "square": _("child seen alone"),
        "frame": _("seen with others there"), "cross": _("not seen"), "bubble": _("words"), "line": _("decision"),
    }  # fmt: skip
    said = _(
        "Rows below each other: times missing as bars, of signs and of vulnerabilities the three that were seen last with the letters of their agency, worries, contact, and the child’s words. The last five decisions are numbered lines across all rows. The table below says in words all that was seen and decided."
    )
    year = laid_out(named, scale, letters, said=said, key=key, lines=_lines(decided[-_LINES:], scale))
    earlier = tuple((entry.on, str(entry.what)) for entry in decided[:-_LINES])
    return replace(year, undrawn=tuple(undrawn), earlier=earlier)


@dataclass(frozen=True)
class Scale:
    """Where a day stands across, from the first day to the last."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def at(self, on: date) -> float:
        return round(100 * ((on - self.since).days + 0.5) / self.days, 2)


def laid_out(
    named: Iterable[tuple[str, list[Mark]]],
    scale: Scale,
    letters: dict[str, str],
    *,
    said: str,
    key: dict[str, str],
    lines: list[DecisionMark],
) -> Year:
    """A row for each of `named`, one below the other. `key`: of each shape what it means; those that are drawn are said."""
    rows = _stacked(named)
    drawn = {mark.shape for row in rows for mark in row.marks} | ({"line"} if lines else set())
    bottom = rows[-1].top + rows[-1].height if rows else _HEAD
    return Year(
        since=scale.since,
        until=scale.until,
        months=_months(scale),
        rows=rows,
        lines=lines,
        agencies=[(short, name) for name, short in letters.items()],
        said=said,
        key=[(shape, name) for shape, name in key.items() if shape in drawn],
        height=bottom + max((15 + 11 * line.lane for line in lines), default=4),
    )


def _marks(
    entries: Iterable[ChronologyEntry],
    kind: EntryKind,
    scale: Scale,
    shape: str,
    letters: dict[str, str] | None = None,
) -> list[Mark]:
    named = letters or {}
    return [
        Mark(
            scale.at(entry.on),
            shape,
            entry.on,
            letters=named.get(entry.agency, ""),
            said=entry.agency if named else "",
        )
        for entry in entries
        if entry.kind == kind
    ]


def _away(entries: Iterable[ChronologyEntry], details: Details, scale: Scale) -> list[Mark]:
    """One bar for each episode, however many entries it has."""
    keys = dict.fromkeys(
        entry.key for entry in entries if entry.kind == EntryKind.MISSING and entry.key in details.away
    )
    bars = []
    for since, back in (details.away[key] for key in keys):
        start = max(localdate(since), scale.since)
        end = localdate(back) if back else scale.since + timedelta(days=scale.days - 1)
        wide = max(scale.at(end) - scale.at(start), 1.4)
        days = (end - start).days
        still = _("and not back yet") if back is None else ""
        said = still or (
            ngettext("for %(num)s day", "for %(num)s days", days) % {"num": days} if days else ""
        )
        bars.append(Mark(scale.at(start), "bar", start, wide=round(wide, 2), said=said))
    return sorted(bars, key=lambda bar: bar.at)


def _seen(
    entries: Iterable[ChronologyEntry], scale: Scale, letters: dict[str, str]
) -> tuple[list[tuple[str, list[Mark]]], list[tuple[str, list[Mark]]]]:
    """A row for each sign, then for each vulnerability: of each list those that were seen last, and the rest."""
    found: dict[str, list[Mark]] = {}
    for entry in entries:
        drawn = drawn_sign(entry.said) if entry.kind == EntryKind.SIGN else None
        if drawn:
            label, seen = drawn
            at, name = scale.at(entry.on), letters.get(entry.agency, "")
            mark = Mark(at, "circle" if seen else "ring", entry.on, name, said=_told(entry.agency, seen=seen))
            found.setdefault(label, []).append(mark)
    around = {entry.label for entry in load.current().vulnerabilities}
    shown: list[tuple[str, list[Mark]]] = []
    undrawn: list[tuple[str, list[Mark]]] = []
    for names in ([name for name in found if name not in around], [name for name in found if name in around]):
        by_day = [(name, found[name]) for name in sorted(names, key=lambda name: found[name][-1].on)]
        shown += by_day[-_SIGNS:]
        undrawn += by_day[:-_SIGNS]
    return shown, undrawn


def _told(agency: str, *, seen: bool) -> str:
    return agency if seen else _("%(agency)s: not seen any more") % {"agency": agency}


def _contacts(entries: Iterable[ChronologyEntry], details: Details, scale: Scale) -> list[Mark]:
    shapes = {"alone": "square", "with_others": "frame"}
    said = {"alone": _("seen alone"), "with_others": _("seen with others there")}
    found = []
    for entry in entries:
        if entry.kind == EntryKind.CONTACT:
            seen = details.seen.get(entry.key, "")
            what = said.get(seen, _("not seen"))
            found.append(Mark(scale.at(entry.on), shapes.get(seen, "cross"), entry.on, said=what))
    return found


def _lines(decided: Iterable[ChronologyEntry], scale: Scale) -> list[DecisionMark]:
    found: list[DecisionMark] = []
    for number, entry in enumerate(decided, start=1):
        at, before = scale.at(entry.on), found[-1] if found else None
        near = before is not None and at - before.at < _NUMBER
        found.append(
            DecisionMark(at, entry.on, entry.what, number, (before.lane + 1) % 3 if before and near else 0)
        )
    return found


def _is_decision(entry: ChronologyEntry) -> bool:
    message = entry.said.get("say", "") if isinstance(entry.said, dict) else ""
    return entry.kind in _ALWAYS or message in _DECIDED.get(entry.kind, ())


def _stacked(named: Iterable[tuple[str, list[Mark]]]) -> list[PictureRow]:
    """Rows one below the other, each as high as its lanes."""
    rows, top = [], _HEAD
    for label, marks in named:
        placed, more = _in_lanes(marks)
        lanes = max((mark.lane for mark in placed), default=0) + 1
        rows.append(PictureRow(label, placed, more, top, _ROW + (lanes - 1) * _LANE))
        top += rows[-1].height
    return rows


def _in_lanes(marks: Iterable[Mark]) -> tuple[list[Mark], int]:
    """Each in the first lane that is free there. What finds none is left to the table, and counted."""
    free = [-_WIDE] * _LANES
    placed, more = [], 0
    for mark in sorted(marks, key=lambda mark: mark.at):
        lane = next((lane for lane, at in enumerate(free) if mark.at - at >= _WIDE), None)
        if lane is None:
            more += 1
            continue
        free[lane] = mark.at + mark.wide
        placed.append(Mark(**{**vars(mark), "lane": lane}))
    return placed, more


def _months(scale: Scale) -> list[tuple[float, str]]:
    """The first of each month, and what it is called."""
    on, found = scale.since.replace(day=1), []
    while on <= scale.until:
        if on >= scale.since:
            found.append((round(100 * (on - scale.since).days / scale.days, 2), date_format(on, "M")))
        on = (on + timedelta(days=32)).replace(day=1)
    return found


def letters_of(agencies: Iterable[str]) -> dict[str, str]:
    """Two letters for each agency, no two alike, in the order of their names."""
    found: dict[str, str] = {}
    for name in sorted(set(filter(None, agencies))):
        every = name.replace("’", "").split() or [name]
        words = [word for word in every if word[:1].isupper()] or every
        tries = [
            *([words[0][:1] + words[-1][:1]] if len(words) > 1 else []),
            words[0][:2],
            *(f"{words[0][:1]}{number}" for number in range(1, 100)),
        ]
        found[name] = next(text for text in tries if text.upper() not in found.values()).upper()
    return found

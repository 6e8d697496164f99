"""The order in which a person sees what waits: danger first, then what is overdue or due today, then what is new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import ngettext

from heard.agencies.waiting import First, Waiting, WorkList

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.notices.lines import UnreadLine

AT_MOST: Final = 20  # what is asked for of one kind; its page has all of them
OF_ALL: Final = 200  # the same, where somebody asks for all that there is
SHOWN: Final = 10  # lines of the page: what is left out is more urgent nowhere
SOON: Final = 7  # days to come that a person has to have in view
_PER_PAGE = 50
# Here somebody else cannot go on before this user has: it is not put among what may wait, however far its day is.
_HOLDS_UP: Final = ("sign-offs", "records-to-check", "requests")
# These stand last, and only where there is room.
_MAY_WAIT: Final = ("drafts",)
_AHEAD: Final = (First.DANGER, First.MISSING, First.URGENT, First.REPORT, First.BACK, First.NEW)
_BEFORE_NAMES: Final = (First.DANGER, First.MISSING, First.URGENT)
_LATER: Final = 99

# All of it by the child's name or by day; "" is the most urgent of it.
type By = Literal["", "child", "day"]


@dataclass(frozen=True)
class WorkSection:
    """What waits of one kind: the first of it, those due first. `key` names its page, which has all of them."""

    heading: str
    waiting: list[Waiting] = field(default_factory=list)
    has_more: bool = False
    key: str = ""

    @property
    def number(self) -> str:
        """How many there are, as far as they were asked for."""
        return f"{len(self.waiting)}+" if self.has_more else str(len(self.waiting))

    @property
    def rules(self) -> list[tuple[str, str]]:
        """The rules that give the days in it, each once, with its source."""
        return list(dict.fromkeys((thing.rule, thing.source) for thing in self.waiting if thing.rule))


@dataclass(frozen=True)
class Lines:
    """The lines of one page, what is most urgent first, how many of them were left out, and how many are overdue. `more`: of some
    kind there are more than were asked for, so that these numbers are the least that there are."""

    shown: list[Waiting]
    left_out: int
    overdue: int
    more: bool

    @property
    def overdue_left_out(self) -> int:
        return self.overdue - sum(thing.is_overdue for thing in self.shown)

    @property
    def any_danger(self) -> bool:
        return any(thing.ahead == First.DANGER for thing in self.shown)


def mine(sections: Iterable[WorkSection], new: Iterable[Waiting], *, by: By = "") -> Lines:
    """What presses for the reader, by name or as one of many: what is new, what is due within a week, and what waits without a
    day. By urgency, the first `SHOWN`, with one line for what is new of one child; or all of it, by day, or by the child's name: children in danger
    first, then those who are missing and those for whom something else is urgent."""
    sections = list(sections)
    found = [thing for section in sections for thing in section.waiting]
    found = [thing for thing in _with_news(found, list(new)) if not thing.is_colleagues]
    return _lines(found if by else _joined(found), by=by, more=any(section.has_more for section in sections))


def of_team(sections: Iterable[WorkSection], oldest: Iterable[WorkSection]) -> Lines:
    """What presses for colleagues by name, and what has waited longest in the team, whoever it waits for."""
    sections, oldest = list(sections), list(oldest)
    theirs = [thing for section in sections for thing in section.waiting if thing.is_colleagues]
    waited = [thing for section in oldest for thing in section.waiting]
    found = list({(thing.href, thing.what): thing for thing in theirs + waited}.values())
    return _lines(found, more=any(section.has_more for section in (*sections, *oldest)))


def _lines(found: list[Waiting], *, more: bool, by: By = "") -> Lines:
    found = sorted((thing for thing in found if _rank(thing)[0] < _LATER), key=_rank)
    if by == "child":
        pressing = [{thing.about for thing in found if thing.ahead == why} for why in _BEFORE_NAMES]
        found.sort(key=lambda thing: ([thing.about not in those for those in pressing], thing.about))
    if by == "day":
        found.sort(key=_by_day)
    shown = found if by else found[:SHOWN]
    overdue = sum(thing.is_overdue for thing in found)
    return Lines(shown, len(found) - len(shown), overdue, more)


def _by_day(thing: Waiting) -> tuple[bool, bool, int]:
    return thing.ahead != First.DANGER, thing.days_left is None, thing.days_left or 0


def news_of(notices: Iterable[UnreadLine]) -> list[Waiting]:
    """Notices that somebody has not seen, as lines that wait."""
    return [
        Waiting(
            about=notice.whom,
            what=notice.what,
            href=notice.href,
            by=notice.told_by,
            whose=notice.covers,
            ahead=notice.ahead,
            reader_id=None if notice.by_opening else notice.reader_id,
            person_id=notice.person_id,
        )
        for notice in notices
    ]


def _with_news(found: list[Waiting], new: list[Waiting]) -> list[Waiting]:
    """One line for one thing: where a notice leads to what waits anyway, that line says that it is new."""
    of_notice = {thing.href: thing for thing in new}
    lines = [_told(thing, of_notice[thing.href]) if thing.href in of_notice else thing for thing in found]
    there = {thing.href for thing in found}
    return [thing for thing in new if thing.href not in there] + lines


def _joined(found: list[Waiting]) -> list[Waiting]:
    """One line for what is plainly new of one child, in the place of the first of it."""
    lines: dict[Any, list[Waiting]] = {}
    for nth, thing in enumerate(found):
        is_news = thing.person_id and thing.ahead == First.NEW
        lines.setdefault((thing.person_id, thing.whose) if is_news else nth, []).append(thing)
    return [_one_line(*things) for things in lines.values()]


def _one_line(first: Waiting, *others: Waiting) -> Waiting:
    if not others:
        return first
    said = ngettext("%(what)s, and %(number)s more", "%(what)s, and %(number)s more", len(others))
    what = said % {"what": first.what, "number": len(others)}
    href = f"{reverse('notices')}?child={first.person_id}"
    return replace(first, what=what, href=href, reader_id=None)


def _told(thing: Waiting, notice: Waiting) -> Waiting:
    both = [one for one in (thing.ahead, notice.ahead) if one]
    ahead = thing.ahead if thing.ahead == First.MISSING else min(both, key=_AHEAD.index)
    return replace(
        thing, ahead=ahead, is_colleagues=False, reader_id=notice.reader_id, by=thing.by or notice.by
    )


def _rank(thing: Waiting) -> tuple[int, int]:
    """How near the top something stands. Those of one rank keep the order in which they came."""
    days_left, is_new = thing.days_left, thing.ahead == First.NEW
    if thing.ahead and not is_new:
        return _AHEAD.index(thing.ahead) - len(_AHEAD), 0
    if thing.kind in _MAY_WAIT:
        return 5, 0
    if days_left is not None and days_left <= 0:
        return 0, days_left
    if thing.kind in _HOLDS_UP or is_new:
        return (1 if thing.kind in _HOLDS_UP else 2), 0
    if days_left is None:
        return 4, 0
    return (3 if days_left <= SOON else _LATER), days_left


def section_of(user: User, kind: WorkList, *, at_most: int = AT_MOST) -> WorkSection:
    """One query: one row more than is shown says whether there are more."""
    rows = kind.lines(user)
    found = [] if rows.query.is_empty() else list(rows[: at_most + 1])
    waiting = [kind.line(row, user) for row in found[:at_most]]
    return WorkSection(str(kind.heading), waiting, len(found) > at_most, kind.key)


def page_of(user: User, kind: WorkList, number: str | None) -> tuple[Page[Any], WorkSection]:
    """A page of everything of one kind. Two queries."""
    page = Paginator(kind.lines(user), _PER_PAGE).get_page(number)
    return page, WorkSection(str(kind.heading), [kind.line(row, user) for row in page], key=kind.key)

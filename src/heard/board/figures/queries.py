"""Each promise by quarter, and the notes beside it. `user` is always the first argument. Every figure is over the whole
partnership, restricted children among them, and no smaller than the rules let stand."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from heard.agencies.queries import agencies_visible_to, staff_by_agency
from heard.agencies.rules import Hidden, May
from heard.board import decisions, promises
from heard.board.figures import rules
from heard.board.figures.models import FigureNote
from heard.board.figures.rules import Period
from heard.board.promises import Promise
from heard.cases.assessment import queries as assessments
from heard.cases.case import queries as cases
from heard.cases.case.rules import Counted, Kept
from heard.cases.clocks import queries as clocks
from heard.cases.concern import queries as concerns
from heard.cases.missing import queries as missing
from heard.cases.plan import queries as plans
from heard.cases.reporting import queries as reporting
from heard.cases.review import queries as reviews

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.counting import Counting, Quarter


@dataclass(frozen=True)
class ByAgency:
    """Of one year that ended: each agency that may be shown, by name, and the others together."""

    since: date
    until: date
    agencies: list[tuple[str, Kept]]
    others: Kept | None


@dataclass(frozen=True)
class Figure:
    """One promise on the page. `periods` of the last three years; `lately` and `before`: twelve months and those before them;
    `waiting`: the last period, where it is too few to show; `now`: of what is known only of today, else None; `parts`: of
    decisions, a year that ended, of which is said how many count by words and how many by the reason; `notes`: of its quarters,
    with what each said before."""

    promise: Promise
    periods: list[Period] = field(default_factory=list)
    lately: Period | None = None
    before: Period | None = None
    waiting: Period | None = None
    now: Kept | None = None
    parts: Period | None = None
    by_agency: ByAgency | None = None
    notes: list[Note] = field(default_factory=list)

    @property
    def put_together(self) -> bool:
        """Whether quarters with few were put together with others."""
        return any(period.is_shown and period.months > 3 for period in self.periods)

    @property
    def shown(self) -> list[Period]:
        return [period for period in self.periods if period.is_shown]


@dataclass(frozen=True)
class Note:
    """A note as it stands, and what it said before, the latest first."""

    now: FigureNote
    before: list[FigureNote]


def sees_by_agency(user: User) -> bool:
    return user.may(May.SEE_FIGURES) and user.may(May.HOLD_FIGURES)


def figures(user: User, *, today: date) -> list[Figure]:
    """Every promise. For those who see figures, else `Hidden`; by agency for those who may see that. A fixed number of
    questions: one for each stage that keeps promises or decides something, whatever the number of quarters."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    asked = promised(user)
    counted = _counted(user, today, asked)
    notes = _notes(user)
    agencies, staffed = agencies_counted(user)
    trusted = cases.with_a_trusted_worker(user)
    return [
        Figure(promise, now=trusted, notes=notes[promise.name])
        if promise.name == promises.TRUSTED
        else _figure(promise, counted[promise.name], notes[promise.name], today, agencies, staffed)
        for promise in asked
    ]


def promised(user: User) -> list[Promise]:
    """What is promised here: reports of a suspected offence among it, where the duty to report holds or something was noted while it did."""
    return promises.all_promises(with_reports=reporting.is_counted(user))


def periods(user: User, *, today: date) -> dict[str, list[Period]]:
    """Of each promise that is counted by quarter, by its name: all periods of it. As many questions as `figures`. For those who
    see figures, else `Hidden`."""
    return {
        name: _periods(quarters, today) for name, quarters in _counted(user, today, promised(user)).items()
    }


def periods_together(user: User, countings: Iterable[Counting], *, today: date) -> list[Period]:
    """Of these together. For those who see figures, else `Hidden`."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return _periods((quarter for one in countings for quarter in one.by_quarter(today)), today)


def _periods(counted: Iterable[Quarter], today: date) -> list[Period]:
    quarters: dict[date, Counted] = defaultdict(Counted)
    for quarter in counted:
        quarters[quarter.first] += quarter.counted
    return rules.periods(quarters, today=today)


def _figure(
    promise: Promise,
    counted: list[Quarter],
    notes: list[Note],
    today: date,
    agencies: dict[Any, str],
    staffed: set[Any],
) -> Figure:
    found = _periods(counted, today)
    latest, before = rules.latest_year(found)
    block = rules.latest_block(found)
    return Figure(
        promise,
        rules.window(found, today=today),
        latest,
        before,
        rules.waiting(found),
        parts=rules.added(block) if promise.name == promises.WORDS else None,
        by_agency=_by_agency(block, counted, agencies, staffed),
        notes=notes,
    )


def _by_agency(
    block: list[Period], counted: list[Quarter], agencies: dict[Any, str], staffed: set[Any]
) -> ByAgency | None:
    if not agencies or not block or all(quarter.agency is None for quarter in counted):
        return None
    first, last = block[0].first, block[-1].last
    parts: dict[Any, Counted] = {key: Counted() for key in sorted(agencies, key=lambda key: agencies[key])}
    for quarter in counted:
        if first <= quarter.first <= last:
            parts[quarter.agency] = parts.get(quarter.agency, Counted()) + quarter.counted
    alone, others = rules.gathered(parts, staffed & agencies.keys())
    rows = [(agencies[key], one.kept) for key, one in alone.items()]
    return ByAgency(first, last, rows, others.kept if others else None) if rows else None


def agencies_counted(user: User) -> tuple[dict[Any, str], set[Any]]:
    """Their names, and which have so many people that a figure is not one worker's. None for who may not see that."""
    if not sees_by_agency(user):
        return {}, set()
    names = {agency.pk: agency.name for agency in agencies_visible_to(user)}
    return names, {key for key, people in staff_by_agency(user).items() if people >= rules.LEAST_STAFF}


def _counted(user: User, today: date, of: list[Promise]) -> dict[str, list[Quarter]]:
    """Of each promise, everything that was ever counted, by quarter and agency."""
    found: dict[str, list[Quarter]] = defaultdict(list)
    for name, counting in _countings(user, {promise.name for promise in of}):
        found[name] += counting.by_quarter(today)
    names = {clock: name for name, clocks_of in promises.BY_CLOCK.items() for clock in clocks_of}
    for quarter in clocks.to_meet(user, names).by_quarter(today):
        found[names[quarter.name]].append(quarter)
    return found


def _countings(user: User, names: set[str]) -> Iterable[tuple[str, Counting]]:
    yield promises.WORRIES, concerns.to_decide(user)
    yield promises.ASSESSMENTS, assessments.to_sign(user)
    yield promises.INTERVIEWS, missing.to_interview(user)
    yield promises.OFFERS, missing.to_offer(user)
    yield promises.ACTIONS, plans.to_do(user)
    for counting in reviews.to_hold(user):
        yield promises.REVIEWS, counting
    if promises.REPORTS in names:
        yield promises.REPORTS, reporting.to_report(user)
    for _stage, counting in decisions.countings(user, since=date.min):
        yield promises.WORDS, counting


# ---- notes


def notes_visible_to(user: User) -> QuerySet[FigureNote]:
    """For those who see figures."""
    rows = FigureNote.objects.select_related("written_by")
    return rows if user.may(May.SEE_FIGURES) else rows.none()


def note_visible_to(user: User, figure_note_id: uuid.UUID) -> FigureNote:
    """One of them, or `Hidden`."""
    note = notes_visible_to(user).filter(pk=figure_note_id).first()
    if note is None:
        raise Hidden
    return note


def is_corrected(user: User, note: FigureNote) -> bool:
    return notes_visible_to(user).filter(corrects=note).exists()


def _notes(user: User) -> dict[str, list[Note]]:
    """Of each promise, all that stand, by quarter. They are few."""
    rows = list(notes_visible_to(user))
    by_key = {row.pk: row for row in rows}
    corrected = {row.corrects_id for row in rows}
    found: dict[str, list[Note]] = defaultdict(list)
    for row in rows:
        if row.pk not in corrected:
            found[row.promise].append(Note(row, _before(row, by_key)))
    return found


def _before(row: FigureNote, by_key: dict[uuid.UUID, FigureNote]) -> list[FigureNote]:
    found: list[FigureNote] = []
    while row.corrects_id and row.corrects_id in by_key:
        row = by_key[row.corrects_id]
        found.append(row)
    return found


def promise_named(user: User, name: str) -> Promise:
    """Or `Hidden`."""
    found = [promise for promise in promised(user) if promise.name == name]
    if not found or not user.may(May.SEE_FIGURES):
        raise Hidden
    return found[0]

"""What became of worries, and who told them. Over the whole partnership, restricted children among them, and no smaller than the
rules of figures let stand. `user` is always the first argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.agencies.queries import staff_by_team, teams_visible_to
from heard.agencies.rules import Hidden, May
from heard.board.figures import rules
from heard.board.figures.queries import agencies_counted, sees_by_agency
from heard.board.figures.rules import Period
from heard.board.outcomes.rules import (
    AROUND,
    BRANCHES,
    CHILD,
    PASSED_ON,
    TREE,
    WENT_ON,
    Branch,
    Cells,
    Crossing,
    KindsTogether,
    crossed,
    parted,
    spans,
    total,
)
from heard.cases.case import queries as cases
from heard.cases.case.counting import Quarter, added_by
from heard.cases.case.rules import Counted
from heard.cases.concern import queries as concerns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from heard.agencies.models import User


@dataclass(frozen=True)
class Parts:
    """Of a whole that is shown: those that may stand alone, by their words, and the others together."""

    alone: list[tuple[str, int]] = field(default_factory=list)
    others: int = 0

    @property
    def largest(self) -> tuple[str, int] | None:
        """Of those alone."""
        return max(self.alone, key=lambda pair: pair[1], default=None)

    @property
    def is_largest_of_all(self) -> bool:
        """Whether none of the others can be as large."""
        return self.largest is not None and self.largest[1] > self.others


@dataclass(frozen=True)
class Teams:
    """Cases that were open on `on`, the last day of the last quarter, `load`, and those of them that had no allocated worker then, `waiting`:
    each of the whole, and by the team that leads them now, where it may stand alone."""

    on: date
    of: int
    load: Parts
    waiting_of: int
    waiting: Parts


@dataclass(frozen=True)
class Told:
    """`period`: like a year of `Outcomes`, or as many together as have an agency that may stand alone; of it `parts`, by the agency in which worries were
    told. `across`: as many years as have a table of which each number may stand, None where none have; its rows by the name of an agency, "" for
    the others together, and a number for each of `columns`."""

    period: Period
    parts: Parts
    across: Period | None = None
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[str, list[int]]] = field(default_factory=list)


@dataclass(frozen=True)
class Outcomes:
    """`periods` of the last three years, by the day on which a decision was due, and `months` of them; `year`: from April to March, or a little
    longer, which is over, or as many years together as have kinds that may be shown, and how many these are; of it `became`, by what was decided up to the end of the
    quarter after each; `held_back`: years after it, of which no kind may be shown; `told`: who told them, for those who see that; `teams`:
    what the teams have to do, for the same, None where too few are open."""

    periods: list[Period]
    months: list[Period]
    waiting: Period | None
    year: Period | None
    years: int
    held_back: Period | None
    became: Parts
    told: Told | None
    teams: Teams | None


def outcomes(user: User, *, today: date) -> Outcomes:
    """Three questions, and five more for those who see agencies. `Hidden` from who does not see figures.

    Of a year the decisions of one fixed day are counted, a quarter after it: else each that is made later would move from what
    waited to what it became, on a day on which somebody looks."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    asked = concerns.to_decide(user)
    found = rules.periods(added_by(asked.by_quarter(today), lambda quarter: quarter.first), today=today)
    window = rules.window(found, today=today)
    months = rules.by_month(window, added_by(asked.by_month(today), lambda quarter: quarter.first))
    years, counted = _years(user, found, today)
    shown, held_back = spans(years, lambda period: bool(parted(_cells(counted, period))))
    year = shown[-1] if shown else held_back
    parts = parted(_cells(counted, year)) if year else []
    sees = sees_by_agency(user)
    return Outcomes(
        window,
        months,
        rules.waiting(found),
        year,
        sum(year.first <= period.first <= year.last for period in years) if year else 0,
        held_back if shown else None,
        _became(user, _cells(counted, year), parts) if year else Parts(),
        _told(user, years, shown, counted) if sees else None,
        _teams(user, rules.first_of(today) - timedelta(days=1)) if sees else None,
    )


def _years(user: User, found: Sequence[Period], today: date) -> tuple[list[Period], list[Quarter]]:
    """Each year of which the fixed day is over, and what became of their worries. One question."""
    over = [block for block in rules.blocks(found) if _fixed_day(block[-1].last) < today]
    years = [year for block in over if (year := rules.added(block))]
    by = [(block[-1].last, _fixed_day(block[-1].last)) for block in over]
    if not by:
        return [], []
    until = by[-1][0] + timedelta(days=1)
    return years, list(concerns.what_became(user, by=by).by_quarter(until))


def _fixed_day(last: date) -> date:
    """The end of the quarter after a year."""
    return rules.next_of(last + timedelta(days=1)) - timedelta(days=1)


def _within(counted: Sequence[Quarter], period: Period) -> list[Quarter]:
    return [quarter for quarter in counted if period.first <= quarter.first <= period.last]


def _cells(counted: Sequence[Quarter], period: Period) -> Cells:
    return added_by(_within(counted, period), lambda quarter: (quarter.name, quarter.agency))


def _became(user: User, cells: Cells, parts: Sequence[KindsTogether]) -> Parts:
    kinds, branches = dict(concerns.what_can_become(user)), _branches()
    alone = [
        (
            kinds[together.name] if together.name in kinds else branches[together.name][not together.whole],
            total(cells, together.kinds).of,
        )
        for together in parts
        if together.name != TREE.name
    ]
    others = (total(cells, together.kinds).of for together in parts if together.name == TREE.name)
    return Parts(alone, sum(others))


def _branches() -> dict[str, tuple[str, str]]:
    """Of each branch of what worries can become, what all of it is called, and what is left of it."""
    return {
        CHILD.name: (_("Work with the child"), _("Other work with the child")),
        AROUND.name: (_("Work on a place or group, or at the panel"), _("Other work on a place or group")),
        PASSED_ON.name: (_("Passed on to others"), _("Otherwise passed on")),
        WENT_ON.name: (_("Somebody went on with it"), _("Somebody went on with it in another way")),
    }


def joined_kinds(user: User) -> list[tuple[str, list[str]]]:
    """What kinds are called together that are too few alone, each with what it joins. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    kinds, names = dict(concerns.what_can_become(user)), _branches()
    return [
        (
            names[branch.name][0],
            [names[it.name][0] if isinstance(it, Branch) else kinds[it] for it in branch.parts],
        )
        for branch in BRANCHES
    ]


@dataclass(frozen=True)
class _Tellers:
    """Who told what became of `counted`. `years`, and `shown`: as many of them together as have kinds that are shown."""

    names: dict[Any, str]
    staffed: Collection[Any]
    years: Sequence[Period]
    shown: Sequence[Period]
    counted: Sequence[Quarter]

    def alone(self, period: Period) -> tuple[dict[Any, Counted], Counted | None]:
        """In the order of the names, whatever is counted of each."""
        told = added_by(_within(self.counted, period), lambda quarter: quarter.agency)
        keys = [*sorted(self.names, key=lambda key: self.names[key]), *(told.keys() - self.names.keys())]
        return rules.gathered({key: told[key] for key in keys}, self.staffed & self.names.keys())

    @cached_property
    def periods(self) -> list[Period]:
        """As many years together as have an agency that stands alone."""
        return spans(self.years, lambda period: bool(self.alone(period)[0]))[0]

    def crossing(self, period: Period) -> Crossing | None:
        """Of whole periods both of agencies and of kinds, so that what these say does not take the table apart."""
        if period.last not in {period.last for period in self.shown} & {
            period.last for period in self.periods
        }:
            return None
        kinds = [one for one in self.shown if period.first <= one.first and one.last <= period.last]
        told = [self.alone(one)[0] for one in self.periods if period.first <= one.first <= period.last]
        always = [key for key in told[0] if all(key in row for row in told)]
        parts = [part for kind in kinds for part in parted(_cells(self.counted, kind))]
        return crossed(_cells(self.counted, period), always, parts, known_to_others=PASSED_ON.kinds)

    def table(self) -> tuple[Period | None, list[str], list[tuple[str, list[int]]]]:
        tables, _held_back = spans(self.years, lambda period: self.crossing(period) is not None)
        if not tables or (crossing := self.crossing(tables[-1])) is None:
            return None, [], []
        cells = _cells(self.counted, tables[-1])
        rows = [
            (
                "".join(self.names[key] for key in row if len(row) == 1 and key in crossing.alone),
                [total(cells, kinds, row).of for kinds in crossing.columns.values()],
            )
            for row in crossing.rows
        ]
        return tables[-1], list(crossing.columns), rows


def _told(
    user: User, years: Sequence[Period], shown: Sequence[Period], counted: Sequence[Quarter]
) -> Told | None:
    tellers = _Tellers(*agencies_counted(user), years, shown, counted)
    if not tellers.periods:
        return None
    alone, others = tellers.alone(tellers.periods[-1])
    parts = Parts([(tellers.names[key], one.of) for key, one in alone.items()], others.of if others else 0)
    return Told(tellers.periods[-1], parts, *tellers.table())


def _teams(user: User, on: date) -> Teams | None:
    """A team of few people stands with others: what is counted of it would be one worker's."""
    names = {team.pk: f"{team.agency.name}: {team.name}" for team in teams_visible_to(user)}
    staffed = {key for key, people in staff_by_team(user).items() if people >= rules.LEAST_STAFF}
    counted = cases.led_by_team(user, on)
    whole = sum(counted.values(), Counted())
    if whole.too_few:
        return None
    waiting = {key: one.missed for key, one in counted.items()}
    return Teams(
        on,
        whole.of,
        _parts(counted, names, staffed),
        whole.missed.of,
        Parts() if whole.missed.too_few else _parts(waiting, names, staffed),
    )


def _parts(parts: Mapping[Any, Counted], names: Mapping[Any, str], may_stand: Collection[Any]) -> Parts:
    """In the order of the names, whatever is counted of each: which are put together says nothing then."""
    order = [*names, *(key for key in parts if key not in names)]
    in_order = {key: parts.get(key, Counted()) for key in order}
    alone, others = rules.gathered(in_order, may_stand & names.keys())
    return Parts([(names[key], one.of) for key, one in alone.items()], others.of if others else 0)

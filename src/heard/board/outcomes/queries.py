"""What became of worries, and who told them. Over the whole partnership, restricted children among them, and no smaller than the
rules of figures let stand. `user` is always the first argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from heard.agencies.queries import staff_by_team, teams_visible_to
from heard.agencies.rules import Hidden, May
from heard.board.figures import rules
from heard.board.figures.queries import agencies_counted, sees_by_agency
from heard.board.figures.rules import Period
from heard.cases.case import queries as cases
from heard.cases.case.counting import added_by
from heard.cases.case.rules import TOO_FEW, Counted
from heard.cases.concern import queries as concerns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from heard.agencies.models import User


@dataclass(frozen=True)
class Parts:
    """Of a whole that is shown: those that may stand alone, by their words, and the others together."""

    alone: list[tuple[str, int]] = field(default_factory=list)
    others: int = 0

    @property
    def largest(self) -> tuple[str, int] | None:
        """Of those alone."""
        return max(self.alone, key=lambda one: one[1], default=None)

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
class Outcomes:
    """`periods` of the last three years, by the day on which a decision was due; `year`: from April to March, or a little longer, and
    `by`: the end of the quarter after it, which is over; of it `became`, by what was decided up to that day, and `told`, by the
    agency in which it was told, for those who see that; `teams`: what the teams have to do, for the same, None where too few are open."""

    periods: list[Period]
    waiting: Period | None
    year: Period | None
    by: date | None
    became: Parts
    told: Parts | None
    teams: Teams | None


def outcomes(user: User, *, today: date) -> Outcomes:
    """Two questions, and five more for those who see agencies. `Hidden` from who does not see figures.

    Of a year the decisions of one fixed day are counted, a quarter after it: else each that is made later would move from what
    waited to what it became, on a day on which somebody looks."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    whole = added_by(concerns.to_decide(user).by_quarter(today), lambda one: one.first)
    found = rules.periods(whole, today=today)
    year = rules.added(rules.latest_block(rules.periods(whole, today=_quarter_before(today))))
    by = rules.next_of(year.last + timedelta(days=1)) - timedelta(days=1) if year else None
    shown = sees_by_agency(user)
    became, told = _parts_of(user, year, by, shown=shown) if year and by else (Parts(), Parts())
    told_to_them = told if shown else None
    teams = _teams(user, rules.first_of(today) - timedelta(days=1)) if shown else None
    return Outcomes(
        rules.window(found, today=today), rules.waiting(found), year, by, became, told_to_them, teams
    )


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


def _quarter_before(today: date) -> date:
    return rules.first_of(rules.first_of(today) - timedelta(days=1))


def _parts_of(user: User, year: Period, by: date, *, shown: bool) -> tuple[Parts, Parts]:
    counted = concerns.what_became(user, by=by).by_quarter(year.last + timedelta(days=1))
    of_year = [one for one in counted if year.first <= one.first]
    names = dict(concerns.what_can_become(user))
    became = added_by(of_year, lambda one: one.name)
    became_by = added_by(of_year, lambda one: (one.name, one.agency))
    stand = {key for key in names if _is_of_many(key, became[key], became_by)}
    told = Parts()
    if shown:
        agencies, staffed = agencies_counted(user)
        by_agency = added_by(of_year, lambda one: one.agency)
        told = _parts(by_agency, dict(sorted(agencies.items(), key=lambda one: one[1])), staffed)
    return _parts(became, names, stand), told


def _is_of_many(decision: str, all_of_it: Counted, parts: Mapping[Any, Counted]) -> bool:
    """Whether each agency that takes away its own is left with many."""
    return all(all_of_it.of - one.of > TOO_FEW for (name, _agency), one in parts.items() if name == decision)


def _parts(parts: Mapping[Any, Counted], names: Mapping[Any, str], may_stand: Collection[Any]) -> Parts:
    """In the order of the names, whatever is counted of each: which are put together says nothing then."""
    order = [*names, *(key for key in parts if key not in names)]
    in_order = {key: parts.get(key, Counted()) for key in order}
    alone, others = rules.gathered(in_order, may_stand & names.keys())
    return Parts([(names[key], one.of) for key, one in alone.items()], others.of if others else 0)

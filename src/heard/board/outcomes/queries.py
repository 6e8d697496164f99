"""What became of worries, who told them, and what teams carry. Over the whole partnership, restricted children among them, and no
smaller than the rules of figures let stand. `user` is always the first argument."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from heard.agencies.rules import Hidden, May
from heard.board.figures import rules
from heard.board.figures.queries import agencies_counted, sees_by_agency
from heard.board.figures.rules import Period
from heard.cases.case import queries as cases
from heard.cases.case.rules import Counted
from heard.cases.concern import queries as concerns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from heard.agencies.models import User
    from heard.cases.case.counting import Quarter


@dataclass(frozen=True)
class Parts:
    """Of a whole that is shown: those that may stand alone, by their words, and the others together."""

    alone: list[tuple[str, int]] = field(default_factory=list)
    others: int = 0

    @property
    def most(self) -> tuple[str, int] | None:
        return max(self.alone, key=lambda one: one[1], default=None)


@dataclass(frozen=True)
class Outcomes:
    """`periods` of the last three years, by the day on which a decision was due; `year`: the last that ended, from April to March;
    of it `became`, by what was decided, and `told`, by the agency in which it was told, for those who see that."""

    periods: list[Period]
    waiting: Period | None
    year: Period | None
    became: Parts
    told: Parts | None


@dataclass(frozen=True)
class Teams:
    """Teams that may stand alone: words, children in open cases, workers to whom they are allocated; and the children of the
    others."""

    alone: list[tuple[str, int, int]]
    others: int


def outcomes(user: User, *, today: date) -> Outcomes:
    """Two questions, and two more for those who see agencies. `Hidden` from who does not see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    counted = list(concerns.what_became(user).by_quarter(today))
    found = rules.periods(_added(counted, lambda one: one.first), today=today)
    block = rules.latest_block(found)
    year = rules.added(block)
    of_year = [one for one in counted if year and year.first <= one.first <= year.last]
    names = dict(concerns.what_can_become(user))
    return Outcomes(
        rules.window(found, today=today),
        rules.waiting(found),
        year,
        _parts(_in_order(_added(of_year, lambda one: one.name), names), names),
        _told(user, of_year) if sees_by_agency(user) else None,
    )


def teams(user: User) -> Teams | None:
    """What each team has today, None for who does not see that or where none may stand alone. One question."""
    if not sees_by_agency(user):
        return None
    loads = {one.team: one for one in cases.load_of_teams(user)}
    staffed = {one.team for one in loads.values() if len(one.workers) >= rules.LEAST_STAFF}
    alone, others = rules.gathered({one.team: one.open for one in loads.values()}, staffed)
    rows = [(team, one.of, len(loads[team].workers)) for team, one in alone.items()]
    return Teams(rows, others.of if others else 0) if rows else None


def _told(user: User, of_year: Iterable[Quarter]) -> Parts:
    names, staffed = agencies_counted(user)
    by_agency = _added(of_year, lambda one: one.agency)
    return _parts(_in_order(by_agency, dict(sorted(names.items(), key=lambda one: one[1]))), names, staffed)


def _added(counted: Iterable[Quarter], by: Any) -> dict[Any, Counted]:
    found: dict[Any, Counted] = defaultdict(Counted)
    for one in counted:
        found[by(one)] += one.counted
    return found


def _in_order(parts: Mapping[Any, Counted], names: Mapping[Any, str]) -> dict[Any, Counted]:
    """As the names stand, whatever is counted of each: which are put together says nothing then."""
    order = [*names, *(key for key in parts if key not in names)]
    return {key: parts.get(key, Counted()) for key in order}


def _parts(parts: Mapping[Any, Counted], names: Mapping[Any, str], may_stand: Any = None) -> Parts:
    stand = names.keys() if may_stand is None else may_stand & names.keys()
    alone, others = rules.gathered(parts, stand)
    return Parts([(names[key], one.of) for key, one in alone.items()], others.of if others else 0)

"""Needs of children that no service met, by area and by need, for those who commission. Over the whole partnership, restricted children
among them, and no smaller than the rules of figures let stand. `user` is always the first argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from heard.agencies.rules import Hidden, May
from heard.board.figures import rules
from heard.board.figures.rules import Period
from heard.cases.case.counting import Quarter, added_by
from heard.cases.case.rules import Counted
from heard.cases.turning import queries as turning
from heard.services.needs import need_labels

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Parts:
    """Those that may stand alone, each with its name, and the others together."""

    alone: list[tuple[str, int]] = field(default_factory=list)
    others: int = 0


@dataclass(frozen=True)
class Unmet:
    """`year`: from April to March, or a little longer, which is over; None where too few were recorded for one. `by_area`: the name of
    a part is the first half of a postcode, '' where it was not known."""

    year: Period | None
    waiting: Period | None
    by_area: Parts
    by_need: Parts


def unmet_needs(user: User, *, today: date) -> Unmet:
    """Two questions. `Hidden` from who does not see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    areas = list(turning.unmet_by(user, "area").by_quarter(today))
    needs = list(turning.unmet_by(user, "need").by_quarter(today))
    found = rules.periods(added_by(needs, lambda quarter: quarter.first), today=today)
    year = rules.added(rules.latest_block(found))
    if year is None or not _is_of_many(
        "", added_by(_within(needs, year), lambda quarter: ("", quarter.agency))
    ):
        return Unmet(None, rules.waiting(found), Parts(), Parts())
    names = {area: area for area in sorted({area.name for area in areas})}
    return Unmet(
        year,
        rules.waiting(found),
        _parts(_within(areas, year), names),
        _parts(_within(needs, year), need_labels()),
    )


def _within(counted: Iterable[Quarter], year: Period) -> list[Quarter]:
    return [quarter for quarter in counted if year.first <= quarter.first <= year.last]


def _parts(counted: list[Quarter], names: Mapping[str, str]) -> Parts:
    """In the order of the names, whatever is counted of each: which are put together says nothing then."""
    whole = added_by(counted, lambda quarter: quarter.name)
    by_agency = added_by(counted, lambda quarter: (quarter.name, quarter.agency))
    stand = {name for name in names if _is_of_many(name, by_agency)}
    alone, others = rules.gathered({name: whole[name] for name in names}, stand)
    return Parts([(names[name], one.of) for name, one in alone.items()], others.of if others else 0)


def _is_of_many(name: str, by_agency: Mapping[Any, Counted]) -> bool:
    """Whether each agency that takes away what its own people recorded is left with many, of many children, or with nothing."""
    counted = {agency: one for (other, agency), one in by_agency.items() if other == name}
    for own in counted:
        left = sum((one for agency, one in counted.items() if agency != own), Counted())
        if left.of and left.too_few:
            return False
    return True

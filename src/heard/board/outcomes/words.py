"""What the pictures say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from heard.board.figures.words import called
from heard.board.outcomes.rules import rounded
from heard.cases.case.rules import TOO_FEW

if TYPE_CHECKING:
    from heard.board.outcomes.queries import Outcomes, Parts, Teams


def became(found: Outcomes) -> str:
    """What most often became of worries, as a heading."""
    if found.year is None:
        return _("What became of worries: too few to show")
    largest = found.became.largest
    told = {"of": found.year.kept.of, "when": called(found.year)}
    if largest is None:
        return _("%(of)s worries, %(when)s: too few of each kind to show") % told
    told |= {"what": largest[0], "number": largest[1]}
    if found.became.is_largest_of_all:
        return _("Of %(of)s worries, %(when)s, most often: %(what)s (%(number)s)") % told
    return _("Of %(of)s worries, %(when)s, most often of what can be shown: %(what)s (%(number)s)") % told


def told(found: Outcomes) -> str:
    largest = found.told.largest if found.told else None
    if found.told is None or largest is None:
        return _("Who told them: too few of each agency to show")
    told = {"agency": largest[0], "number": largest[1]}
    if found.told.is_largest_of_all:
        return _("Most were told in %(agency)s (%(number)s)") % told
    return _("Of the agencies that can be shown, most in %(agency)s (%(number)s)") % told


def load(teams: Teams | None) -> str:
    """How many cases were open, and which team leads most, as a heading."""
    if teams is None:
        return _("Load of teams: too few open cases to show")
    told = {"of": rounded(teams.of), "on": date_format(teams.on, "j F Y")}
    return _most(teams.load, _("About %(of)s open cases on %(on)s") % told)


def waiting(teams: Teams) -> str:
    """How many had nobody allocated, and in which team most, as a heading."""
    if teams.waiting_of <= TOO_FEW:
        return _("Of these, %(number)s or fewer had no allocated worker") % {"number": TOO_FEW}
    return _most(
        teams.waiting, _("Of these, about %(of)s had no allocated worker") % {"of": rounded(teams.waiting_of)}
    )


def _most(parts: Parts, begins: str) -> str:
    """Told by the numbers that are shown: which of two that are shown alike is larger, is not said."""
    shown = [(name, rounded(number)) for name, number in parts.alone]
    if not shown:
        return _("%(begins)s; no team can be shown alone") % {"begins": begins}
    most = max(number for _name, number in shown)
    names = [name for name, number in shown if number == most]
    if len(names) > 1 or rounded(parts.others) >= most:
        return begins
    return _("%(begins)s, most with %(team)s (about %(number)s)") % {
        "begins": begins,
        "team": names[0],
        "number": most,
    }


def about(parts: Parts) -> list[tuple[str, int]]:
    """Each team with what is counted of it, and the others as the last, rounded."""
    others = [(_("Other teams together"), parts.others)] if parts.others else []
    return [(name, rounded(number)) for name, number in [*parts.alone, *others]]


def often(found: Outcomes) -> str:
    shown = [one for one in found.periods if one.is_shown]
    if not shown:
        return _("How many worries there were: too few to show")
    last = shown[-1]
    return _("%(number)s worries, %(when)s") % {"number": last.kept.of, "when": called(last)}


def rows(parts: Parts) -> list[tuple[str, int]]:
    """With the others, as the last."""
    return [*parts.alone, (_("Others together"), parts.others)] if parts.others else parts.alone


def quarters(found: Outcomes) -> list[tuple[str, int]]:
    """The earliest first."""
    return [(called(one), one.kept.of) for one in found.periods if one.is_shown]


def alternative(drawn: list[tuple[str, int]]) -> str:
    """What a picture shows."""
    parts = "; ".join(f"{name}: {number}" for name, number in drawn)
    return _("Bars, how many. %(parts)s.") % {"parts": parts}


def flow(drawn: list[tuple[str, int]]) -> str:
    """What the picture of a whole shows that parts."""
    parts = "; ".join(f"{name}: {number}" for name, number in drawn)
    return _("A band from all %(of)s to each, as wide as its number. %(parts)s.") % {
        "of": sum(number for _name, number in drawn),
        "parts": parts,
    }

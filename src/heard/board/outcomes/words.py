"""What the pictures say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from heard.board.figures.rules import latest_year
from heard.board.figures.words import called, when
from heard.board.outcomes.rules import rounded
from heard.cases.case.rules import TOO_FEW

if TYPE_CHECKING:
    from datetime import date

    from heard.board.outcomes.queries import Outcomes, Parts, Teams, Told


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


def longer(found: Outcomes) -> str:
    """That years were put together, and why, where they were."""
    if found.year is None or found.became.largest is None:
        return ""
    said = []
    if found.years > 1:
        said.append(
            _("In one year alone each kind was too few: %(when)s are counted together.")
            % {"when": called(found.year)}
        )
    if found.held_back is not None:
        said.append(
            _("%(when)s: too few of each kind to show yet. It is counted together with what comes after it.")
            % {"when": called(found.held_back)}
        )
    return " ".join(said)


def told(told_by: Told | None) -> str:
    """In which agency most were told, as a heading."""
    largest = told_by.parts.largest if told_by else None
    if told_by is None or largest is None:
        return _("Who told them: too few of each agency to show")
    told = {"agency": largest[0], "number": largest[1], "when": called(told_by.period)}
    if told_by.parts.is_largest_of_all:
        return _("Most were told in %(agency)s (%(number)s), %(when)s") % told
    return _("Of the agencies that can be shown, most in %(agency)s (%(number)s), %(when)s") % told


def across(told_by: Told | None) -> str:
    """From which agency with what somebody went on, as a heading: of the one that told most, beside all."""
    if told_by is None or told_by.across is None:
        return _("From which agency to whom: too few to show")
    name, numbers = max(told_by.rows, key=lambda row: (bool(row[0]), sum(row[1])))
    went_on = [at for at, column in enumerate(told_by.columns) if column != "nothing_more"]
    every = [sum(row[at] for _name, row in told_by.rows) for at in range(len(told_by.columns))]
    return _("Somebody went on with %(number)s of %(of)s worries from %(agency)s; of all, with %(some)s of %(all)s, %(when)s") % {
        "number": sum(numbers[at] for at in went_on),
        "of": sum(numbers),
        "agency": name,
        "some": sum(every[at] for at in went_on),
        "all": sum(every),
        "when": called(told_by.across),
    }  # fmt: skip


def heads(told_by: Told) -> list[str]:
    """What the columns of the table are called."""
    names = {
        "here": _("Work with the child, a place or a group"),
        "passed_on": _("Passed on to others"),
        "went_on": _("Somebody went on with it"),
        "nothing_more": _("Nothing further"),
    }
    return [names[column] for column in told_by.columns]


def crossed(told_by: Told) -> list[tuple[str, list[int]]]:
    """Each agency with its numbers, and the others as the last."""
    return [(name or _("Others together"), numbers) for name, numbers in told_by.rows]


def stacked(told_by: Told) -> str:
    """What the picture of the table shows."""
    named = heads(told_by)
    parts = "; ".join(
        f"{name}: {', '.join(f'{head} {number}' for head, number in zip(named, numbers, strict=True))}"
        for name, numbers in crossed(told_by)
    )
    return _("A bar for each agency, in parts by what became of its worries. %(parts)s.") % {"parts": parts}


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
    """Whether more were told lately than before, as a heading."""
    latest, before = latest_year(found.periods)
    if latest is None:
        return _("How many worries there were: too few to show")
    said = {"number": latest.kept.of, "when": called(latest), "months": latest.months}
    if before is None or before.months != latest.months:
        return _("%(number)s worries, %(when)s") % said
    said |= {"then": before.kept.of}
    if before.kept.of < latest.kept.of:
        return _("%(number)s worries, %(when)s: more than in the %(months)s months before (%(then)s)") % said
    if before.kept.of > latest.kept.of:
        return _("%(number)s worries, %(when)s: fewer than in the %(months)s months before (%(then)s)") % said
    return _("%(number)s worries, %(when)s: as many as in the %(months)s months before") % said


def rows(parts: Parts) -> list[tuple[str, int]]:
    """With the others, as the last."""
    return [*parts.alone, (_("Others together"), parts.others)] if parts.others else parts.alone


def months(found: Outcomes) -> list[tuple[str, int]]:
    """The earliest first."""
    return [(of_months(month.first, month.last), month.kept.of) for month in found.months]


def of_months(first: date, last: date) -> str:
    """One month, or the months from one to another."""
    return (
        date_format(first, "F Y")
        if (first.year, first.month) == (last.year, last.month)
        else when(first, last)
    )


def in_time(drawn: list[tuple[str, int]]) -> str:
    """What the picture of months shows."""
    parts = "; ".join(f"{name}: {number}" for name, number in drawn)
    return _("Bars by month, how many a month. In each: %(parts)s.") % {"parts": parts}


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

"""What the pictures say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from heard.board.figures.words import called

if TYPE_CHECKING:
    from heard.board.outcomes.queries import Outcomes, Parts


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

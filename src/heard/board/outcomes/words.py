"""What the pictures say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.board.figures.words import called

if TYPE_CHECKING:
    from heard.board.outcomes.queries import Outcomes, Parts, Teams


def became(found: Outcomes) -> str:
    """What most often became of worries, as a heading."""
    if found.year is None:
        return _("What became of worries: too few to show")
    most = found.became.most
    told = {"of": found.year.kept.of, "when": called(found.year)}
    if most is None:
        return _("%(of)s worries, %(when)s: too few of each kind to show") % told
    if most[1] == found.year.kept.of:
        return _("All %(of)s worries, %(when)s: %(what)s") % {**told, "what": most[0]}
    return _("Of %(of)s worries, %(when)s, most often: %(what)s (%(number)s)") % {
        **told, "what": most[0], "number": most[1],
    }  # fmt: skip


def told(found: Outcomes) -> str:
    most = found.told.most if found.told else None
    if most is None:
        return _("Who told them: too few of each agency to show")
    return _("Most were told in %(agency)s (%(number)s)") % {"agency": most[0], "number": most[1]}


def often(found: Outcomes) -> str:
    shown = [one for one in found.periods if one.is_shown]
    if not shown:
        return _("How many worries there were: too few to show")
    last = shown[-1]
    return _("%(number)s worries, %(when)s") % {"number": last.kept.of, "when": called(last)}


def loads(found: Teams) -> str:
    """Which team has most children for each worker."""
    team, children, workers = max(found.alone, key=lambda one: one[1] / one[2])
    said = ngettext(
        "%(children)s child for each worker",
        "%(children)s children for each worker",
        round(children / workers),
    )
    return _("Most in %(team)s: %(said)s") % {
        "team": team,
        "said": said % {"children": round(children / workers)},
    }


def rows(parts: Parts) -> list[tuple[str, int]]:
    """With the others, as the last."""
    return [*parts.alone, (_("Others together"), parts.others)] if parts.others else parts.alone


def quarters(found: Outcomes) -> list[tuple[str, int]]:
    """The earliest first."""
    return [(called(one), one.kept.of) for one in found.periods if one.is_shown]


def of_teams(found: Teams) -> list[tuple[str, int]]:
    alone = [(team, children) for team, children, _workers in found.alone]
    return [*alone, (_("Others together"), found.others)] if found.others else alone


def alternative(drawn: list[tuple[str, int]]) -> str:
    """What a picture shows."""
    parts = "; ".join(f"{name}: {number}" for name, number in drawn)
    return _("Bars, how many. %(parts)s.") % {"parts": parts}

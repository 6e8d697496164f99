"""Sections, reasons and counts in words, and where each reason leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from heard.cases.panel.rules import AgendaSection, Why, may_count
from heard.govuk.environment import day, day_and_month

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heard.cases.panel.models import PanelItem
    from heard.cases.panel.queries import Reason, Standing
    from heard.network.queries import Tied

# Nobody is said to harm because they are on the list: it holds groups of children, and adults who protect.
SECTIONS: Final[dict[AgendaSection, Any]] = {
    AgendaSection.CHILDREN: gettext_lazy("Children"),
    AgendaSection.HARM: gettext_lazy("Adults and groups"),
    AgendaSection.PLACES: gettext_lazy("Places"),
    AgendaSection.HANDLES: gettext_lazy("Phones, cars and accounts"),
    AgendaSection.THEMES: gettext_lazy("Themes"),
}

_WHY: Final[dict[Why, Any]] = {
    Why.REVIEW_DUE: gettext_lazy("The review of the plan is due on %(date)s"),
    Why.DECISION_OVERDUE: gettext_lazy("A worry waits for its decision since %(date)s"),
    Why.ASSESSMENT_OVERDUE: gettext_lazy("The assessment was due on %(date)s"),
    Why.INTERVIEW_OVERDUE: gettext_lazy("The child came back, and was to be heard by %(date)s"),
    Why.FOR_THE_PANEL: gettext_lazy("Decided on %(date)s: discuss it at the panel"),
    Why.NOT_REACHED: gettext_lazy("On the agenda of %(date)s, and nothing was decided then"),
    Why.NEW_WORRY: gettext_lazy("A worry was told on %(date)s"),
    Why.MISSING: gettext_lazy("Missing from %(date)s"),
    Why.SIGNED: gettext_lazy("An assessment was signed off on %(date)s"),
    Why.SHARED: gettext_lazy("Several children are tied to it, and one of the ties is new"),
    Why.UNWATCHED: gettext_lazy("Several records of the last 12 months name it, and nobody watches over it"),
    Why.MOVED: gettext_lazy(
        "Something was done about it in the last 90 days, and people who were seen there have been seen somewhere else since"
    ),
    Why.BY_HAND: gettext_lazy("Added to the agenda on %(date)s"),
}
_SHORT: Final[dict[Why, Any]] = {
    Why.REVIEW_DUE: gettext_lazy("Review due %(date)s"),
    Why.DECISION_OVERDUE: gettext_lazy("Decision on a worry due %(date)s"),
    Why.ASSESSMENT_OVERDUE: gettext_lazy("Assessment due %(date)s"),
    Why.INTERVIEW_OVERDUE: gettext_lazy("Return home interview due %(date)s"),
    Why.FOR_THE_PANEL: gettext_lazy("For the panel, decided %(date)s"),
    Why.NOT_REACHED: gettext_lazy("Not decided on %(date)s"),
    Why.NEW_WORRY: gettext_lazy("Worry told %(date)s"),
    Why.MISSING: gettext_lazy("Missing from %(date)s"),
    Why.SIGNED: gettext_lazy("Assessment signed off %(date)s"),
    Why.SHARED: gettext_lazy("Several children tied to it, one newly"),
    Why.UNWATCHED: gettext_lazy("Named several times, nobody watches over it"),
    Why.MOVED: gettext_lazy("Harm may have moved from there"),
    Why.BY_HAND: gettext_lazy("Added %(date)s"),
}
# Where each reason leads to: the name of the address and the key in it.
_LEADS: Final[dict[Why, tuple[str, str]]] = {
    Why.REVIEW_DUE: ("plan", "plan_id"),
    Why.DECISION_OVERDUE: ("concern", "concern_id"),
    Why.NEW_WORRY: ("concern", "concern_id"),
    Why.ASSESSMENT_OVERDUE: ("assessment", "assessment_id"),
    Why.SIGNED: ("assessment", "assessment_id"),
    Why.MISSING: ("episode", "episode_id"),
    Why.INTERVIEW_OVERDUE: ("episode", "episode_id"),
}


def why_on_agenda(
    item: PanelItem, reasons: Iterable[Standing], *, short: bool = False
) -> list[tuple[str, str]]:
    """Why an item is on the agenda, danger first, each with its address, '' where there is none. `short`: for one line of an agenda."""
    reasons = list(reasons)
    told = [_leads(reason.reason, item.is_about_child) for reason in reasons if reason.in_danger]
    danger = [(_("In danger when told"), href) for href in told[:1]]
    return danger + [_why(reason, links=item.is_about_child, short=short) for reason in reasons]


def _leads(reason: Reason, links: bool) -> str:
    """`links`: whether it leads anywhere: not everybody who sees a place may read the worry about it."""
    if not links or reason.kind not in _LEADS or reason.about is None:
        return ""
    name, key = _LEADS[reason.kind]
    return reverse(name, kwargs={key: reason.about})


def _why(standing: Standing, *, links: bool, short: bool) -> tuple[str, str]:
    reason = standing.reason
    kind, on = reason.kind, reason.on
    if kind is Why.THEME:
        return theme_words(reason.number or 0), ""
    text = str((_SHORT if short else _WHY)[kind])
    said = day_and_month if short else day
    text = text % {"date": said(on)} if on else text
    if kind is Why.MISSING and on and standing.back_on:
        span = {"since": said(on), "until": said(standing.back_on)}
        text = _("Missing from %(since)s to %(until)s, back") % span
    ended = _("No longer: %(what)s") if short else _("Waits no longer: %(what)s")
    text = ended % {"what": text} if standing.has_ended else text
    return text, _leads(reason, links)


def theme_words(number: int) -> str:
    """A small number can point at one child, so it is not said."""
    if may_count(number):
        return _("Seen with %(number)s children since the last panel") % {"number": number}
    return _("Seen with several children since the last panel; so few that they are not counted here")


def tied_words(tied: Tied | None) -> str:
    """How many children are tied to a place or group: a count of those whom the reader may see, else “others”."""
    if tied is None:
        return _("No child is tied to it.")
    if not tied.seen:
        return _("Tied to it: others, whose records you do not see.")
    seen = ngettext("Tied to it: %(num)s child", "Tied to it: %(num)s children", tied.seen) % {
        "num": tied.seen
    }
    return seen + (_(", and others whose records you do not see.") if tied.others else ".")

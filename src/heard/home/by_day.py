"""A place or group by day: what was told and noted of it, decided, done and found, the latest first. Of one day stand first what is about it alone,
then ties of children, then ties of adults: the two never stand in one list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.concern.queries import concerns_about_group, concerns_about_place
from heard.cases.context.queries import (
    assessments_about,
    contexts_about,
    patterns_about,
    reviews_about,
    voices_about,
)
from heard.cases.disruption.queries import all_steps_about
from heard.cases.panel.queries import decided_about
from heard.govuk.environment import day
from heard.network.actions import look_by_day
from heard.network.queries import sources_at, web

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator

    from heard.agencies.models import User

_MOST: Final = 300  # worries, ties or decisions: the latest
_ON_A_PAGE: Final = 30
_NAMES: Final[dict[str, Any]] = {
    "": "",
    "child": gettext_lazy("Ties of children, noted on %(day)s"),
    "adult": gettext_lazy("Ties of adults, noted on %(day)s"),
}
_CUT: Final = ("worry", "tie", "decision")  # kinds of which there may be more than these


@dataclass(frozen=True)
class Happened:
    """One thing, on its day. `people`: whom the line names or is about, so that it is kept who looked; `kind`: one of `_CUT`, or nothing; `names`: whom
    it names, of `_NAMES`."""

    on: date
    what: str
    href: str
    who: str = ""
    text: str = ""
    people: frozenset[uuid.UUID] = frozenset()
    kind: str = ""
    names: str = ""


@dataclass(frozen=True)
class Stretch:
    """Things that follow one another in one list: about the place or group itself; or of one day, naming children, or adults."""

    heading: str
    lines: list[Happened]


@gate(May.SEE_CHILD)
@require_safe
def place_by_day(request: Request, place_id: uuid.UUID) -> HttpResponse:
    return _by_day(request, "place", place_id)


@gate(May.SEE_CHILD)
@require_safe
def group_by_day(request: Request, group_id: uuid.UUID) -> HttpResponse:
    return _by_day(request, "group", group_id)


def _by_day(request: Request, end: str, node_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = web(user).node(end, node_id)
    found = [
        *_told(user, end, node_id),
        *_noted(user, node_id),
        *_worked(user, end, node_id),
        *_done(user, end, node_id),
        *_decided(user, end, node_id),
        *_patterns(user, end, node_id),
    ]
    page = Paginator(sorted(found, key=_latest_first), _ON_A_PAGE).get_page(request.GET.get("page"))
    kinds = Counter(one.kind for one in found)
    people = frozenset[Any]().union(*(one.people for one in page))
    look_by_day(by=user, kind=end, node_id=node_id, people=people)
    most = _MOST if any(kinds[kind] >= _MOST for kind in _CUT) else 0
    context = {"this": this, "end": end, "page": page, "stretches": _stretches(page), "most": most}
    return render(request, "home/by_day.html", context)


def _latest_first(one: Happened) -> tuple[int, int, str, str]:
    return -one.on.toordinal(), [*_NAMES].index(one.names), one.what, one.href


def _stretches(lines: Iterable[Happened]) -> list[Stretch]:
    found = []
    for (names, on), some in groupby(lines, key=lambda line: (line.names, line.on if line.names else None)):
        heading = _NAMES[names] % {"day": day(on)} if on else ""
        found.append(Stretch(str(heading), list(some)))
    return found


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def _told(user: User, end: str, node_id: uuid.UUID) -> Iterator[Happened]:
    rows = concerns_about_place(user, node_id) if end == "place" else concerns_about_group(user, node_id)
    for concern in rows[:_MOST]:
        what = _("Worry told: %(reference)s") % {"reference": concern.reference}
        href = reverse("concern", args=[concern.pk])
        yield Happened(_day(concern.told_at), what, href, str(concern.agency), kind="worry")


def _noted(user: User, node_id: uuid.UUID) -> Iterator[Happened]:
    """Ties that stand, each on the day on which somebody noted it."""
    for one in sources_at(user, node_id, _MOST):
        source = one.source
        what = _("Noted: %(said)s") % {"said": one.said}
        href = reverse("tie", args=[source.tie.key])
        who = str(source.holder or "")
        names = next((kind for kind in ("child", "adult") if kind in one.kinds), "")
        yield Happened(
            _day(source.recorded_at), what, href, who, source.words, one.people, kind="tie", names=names
        )


def _worked(user: User, end: str, node_id: uuid.UUID) -> Iterator[Happened]:
    """Of the work on it: when it was opened and closed, what young people said, what was signed off, and what a review found."""
    node = {f"{end}_id": node_id}
    for context in contexts_about(user, **node):
        href, of = reverse("context", args=[context.pk]), {"reference": context.reference}
        opened = _("Context %(reference)s was opened") % of
        yield Happened(_day(context.opened_at), opened, href, str(context.lead_team), context.why_opened)
        if context.closed_at:
            closed = _("Context %(reference)s was closed") % of
            yield Happened(_day(context.closed_at), closed, href, str(context.lead_team), context.why_closed)
    for voice in voices_about(user, **node):
        href = reverse("context", args=[voice.context_id])
        if voice.heard_on:
            yield Happened(voice.heard_on, _("Young people said"), href, str(voice.written_by), voice.words)
    for assessed in assessments_about(user, **node):
        href, what = reverse("context_assessment", args=[assessed.pk]), _("Assessment of it signed off")
        if assessed.signed_at:
            yield Happened(_day(assessed.signed_at), what, href, str(assessed.author), assessed.weighing)
    for review in reviews_about(user, **node):
        href, what = reverse("context", args=[review.context_id]), _("Review of the work on it")
        yield Happened(review.held_on, what, href, str(review.held_by), review.what_changed)


def _done(user: User, end: str, node_id: uuid.UUID) -> Iterator[Happened]:
    """Steps about it that ended, of work on it and of cases of children whom the reader may see."""
    for step in all_steps_about(user, **{end: node_id}):
        if step.done_on:
            href = (
                reverse("context", args=[step.context_id])
                if step.context_id
                else reverse("disruption", args=[step.case_id])
            )
            people = frozenset([step.child_case.person_id]) if step.case_id else frozenset[Any]()
            what = _("%(state)s: %(what)s") % {"state": step.get_state_display(), "what": step.what}
            yield Happened(step.done_on, what, href, str(step.owner or step.agency), step.note, people)


def _decided(user: User, end: str, node_id: uuid.UUID) -> Iterator[Happened]:
    for panel_item in decided_about(user, **{end: node_id})[:_MOST]:
        what = _("%(kind)s decided: %(decision)s") % {
            "kind": panel_item.panel.get_kind_display(),
            "decision": panel_item.decision,
        }
        href = reverse("panel_item", args=[panel_item.pk])
        on = _day(panel_item.panel.starts_at)
        yield Happened(on, what, href, str(panel_item.decided_by), panel_item.reason, kind="decision")


def _patterns(user: User, end: str, node_id: uuid.UUID) -> Iterator[Happened]:
    for pattern in patterns_about(user, end, node_id):
        row, href = pattern.row, f"{reverse(end, args=[node_id])}#patterns"
        what = _("Pattern noted: %(pattern)s") % {"pattern": pattern.entry.label}
        yield Happened(_day(row.noted_at), what, href, str(row.noted_by), row.reason)
        if row.withdrawn_at:
            what = _("Pattern withdrawn: %(pattern)s") % {"pattern": pattern.entry.label}
            yield Happened(_day(row.withdrawn_at), what, href, str(row.withdrawn_by), row.why_withdrawn)

"""What a mapping meeting is about and what was said there, and what a conference looks at, as one reader may see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from heard.agencies.rules import May
from heard.cases.case.queries import cases_visible_to
from heard.cases.context.queries import (
    assessments_of,
    context_visible_to,
    contexts_visible_to,
    goals_of,
    guardians_of,
    open_goals,
    voices_of,
)
from heard.cases.disruption.queries import context_steps_of, with_grounds
from heard.cases.note.queries import notes_visible_to
from heard.cases.panel import rules
from heard.cases.panel.models import Panel, PanelAction, PanelItem
from heard.cases.panel.queries.reading import items_visible_to
from heard.network.queries import children_at, said_in, said_untrue, web
from heard.network.rules import AT_A_MEETING

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.note.models import ContactNote
    from heard.network.models import TieSource

_VOICES: Final = 5  # of young people, on the page of a conference
_BESIDE: Final = 25  # phones, cars and accounts that are offered


@dataclass(frozen=True)
class SaidThere:
    """A tie as somebody said it at a meeting: the names of both ends, what it says, and the source."""

    one: str
    said: str
    other: str
    tie_key: uuid.UUID
    source: TieSource


@dataclass(frozen=True)
class Looked:
    """What a conference looks at before it decides: what young people say, the weighing of the last assessment that was signed, goals with
    their steps, and who could keep it safe."""

    context: Any
    voices: list[Any]
    weighing: str
    goals: list[Any]
    steps: list[Any]
    guardians: list[Any]


def chosen(user: User, panel: Panel) -> list[PanelItem]:
    """Whom and what a mapping meeting is about, of those that the user may see; themes aside. One query."""
    rows = (
        items_visible_to(user).filter(panel=panel, taken_off_at=None).order_by("position", "added_at", "pk")
    )
    return [item for item in rows if item.node_id]


def open_names(user: User, panel: Panel) -> tuple[list[PanelItem], bool]:
    """Of a mapping meeting, the names that have neither an action nor why nothing is done: those whom the user may see, and whether there
    is one whom they may not. A phone or car of which all was withdrawn is no name any more. Two queries."""
    if not panel.is_mapping:
        return [], False
    acted = Exists(PanelAction.objects.filter(item=OuterRef("pk")))
    stands = ~Q(section=rules.AgendaSection.HANDLES) | web(user).stands("handle_id", by="added_at")
    rows = PanelItem.objects.filter(~acted, stands, panel=panel, taken_off_at=None, decided_at=None)
    left = set(rows.values_list("pk", flat=True))
    seen = [item for item in chosen(user, panel) if item.pk in left]
    return seen, len(seen) < len(left)


def said_at(user: User, panel: Panel, *, leaving: bool = False) -> list[SaidThere]:
    """What was said at a meeting of ties, the first first, as far as the user may see both ends and the source. A fixed number of
    queries. What was withdrawn after the minutes were agreed stays, as withdrawn. `leaving`: for paper, which others read.
    """
    sources = said_in(user, AT_A_MEETING, panel.pk, agreed_at=panel.agreed_at, leaving=leaving)
    named = web(user).called(*{key for source in sources for key in source.tie.way})
    return [
        SaidThere(
            str(named[source.tie.way[0]]),
            _said(source),
            str(named[source.tie.way[1]]),
            source.tie.key,
            source,
        )
        for source in sources
    ]


def _said(tie_source: TieSource) -> str:
    return said_untrue(tie_source.tie.said()) if tie_source.thought_untrue else tie_source.tie.said()


def handles_beside(user: User, panel: Panel, part: str = "") -> tuple[list[Any], bool]:
    """Phones, cars and accounts tied to what was chosen, that are not chosen themselves, the first by name, and whether there are more. There
    is no list of all, and no search but by a `part` among these."""
    there = {item.node_id for item in chosen(user, panel)}
    door = web(user)
    steps = door.steps({key for key in there if key}, since=timezone.localdate(), both_ways=True)
    keys = {key for step in steps for key in (step.start, step.end)} - there
    rows = sorted(door.nodes("handle").filter(pk__in=keys), key=lambda node: str(node).casefold())
    rows = [row for row in rows if _plain(part) in _plain(str(row))]
    return rows[:_BESIDE], len(rows) > _BESIDE


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def looked_at(user: User, panel: Panel) -> Looked | None:
    """Of a conference whose context the user may read; else None: who is invited reads what it is about, and no more of it."""
    if not panel.context_id or not contexts_visible_to(user).filter(pk=panel.context_id).exists():
        return None
    key = panel.context_id
    signed = assessments_of(user, key).filter(state="signed").first()
    return Looked(
        context_visible_to(user, key),
        list(voices_of(user, key)[:_VOICES]),
        signed.weighing if signed else "",
        list(goals_of(user, key)),
        with_grounds(user, context_steps_of(user, key)),
        list(guardians_of(user, key)),
    )


def goals_to_act_on(user: User, item: PanelItem) -> list[tuple[str, str]]:
    """Open goals of the context that a conference is about, as choices; none where the user may not read it."""
    key = item.panel.context_id
    if key is None or not contexts_visible_to(user).filter(pk=key).exists():
        return []
    return [(str(goal.pk), goal.text) for goal in open_goals(user, key)]


def learnt_at(user: User, panel: Panel) -> list[ContactNote]:
    """What was written already of a conference into the records of those of `children_who_learn`: notes of a meeting at its time and place."""
    children = children_who_learn(user, panel).order_by().values("pk")
    rows = notes_visible_to(user).filter(person__in=children, kind="meeting", at=panel.starts_at)
    return list(rows.filter(where=panel.place))


def children_who_learn(user: User, panel: Panel) -> QuerySet[Any]:
    """Children tied to the place or group of a conference, with an open case, whom the user may see: for whose plans something may have
    been learnt."""
    context = panel.context
    rows = children_at(user, context.node_id if context else uuid.UUID(int=0))
    if not user.may(May.PLAN):
        return rows.none()
    return rows.filter(pk__in=cases_visible_to(user).filter(state="open").order_by().values("person"))

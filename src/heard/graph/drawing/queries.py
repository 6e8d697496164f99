"""What is drawn of the web, as this user may see it. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.graph.drawing import rules
from heard.graph.drawing.rules import Drawing, Thing
from heard.graph.question import rules as question
from heard.graph.question.queries import QUESTIONS
from heard.graph.question.rules import asked_since, onward
from heard.network.queries import web

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.queries import Answer, AnswerLine
    from heard.network.rules import Bond


@dataclass(frozen=True)
class Picture:
    """`this`: what it is drawn of; `asked`: the key of what is asked about, where that is drawn. `drawing`: None where there is nothing, or too
    much (`many`: how many people and things there would be; not `nearer`: one tie away alone). `named`: what is behind each key;
    `limits`: what is not drawn, and why."""

    this: Any
    asked: uuid.UUID | None
    drawing: Drawing | None
    many: int
    named: dict[uuid.UUID, Any]
    limits: list[str]
    nearer: bool = True

    @property
    def people(self) -> set[uuid.UUID]:
        return (
            {spot.thing.key for spot in self.drawing.spots if spot.thing.part in ("child", "adult")}
            if self.drawing
            else set()
        )


def around(
    user: User, node_id: uuid.UUID, *, away: int = 2, kinds: Collection[str] = (), since: date | None = None
) -> Picture:
    """What is one or two ties (`away`) from a person, place, group, phone or car. `kinds`: of these alone, of what is asked about
    aside; `since`: only ties that lasted until that day. `Hidden` unless the user may see where it begins. A fixed number of queries."""
    door = web(user)
    _kind, this = door.end(node_id)
    begin = asked_since(timezone.localdate())
    begin = max(since, begin) if since else begin
    first = [step for step in door.steps({node_id}, since=begin) if not kinds or step.end_kind in kinds]
    beside = {step.end for step in first}
    nearer = len(beside | {node_id}) <= rules.MOST  # else nothing is drawn, and what lies beyond is not read
    many = door.join_nobody(
        {step.end for step in first if nearer and step.end_kind != "person"}, more_than=question.HUB
    )
    further = door.steps(onward(first, many) if nearer and away > 1 else (), since=begin)
    second = [step for step in further if not kinds or step.end_kind in kinds]
    kind_of = {step.end: step.end_kind for step in (*first, *second)}
    keys = {node_id, *kind_of}
    few = len(keys) <= rules.MOST
    bonds = door.bonds(keys if few else (), since=begin)
    many |= door.join_nobody(
        {key for key in kind_of if few and kind_of[key] != "person"} - {node_id}, more_than=question.HUB
    )
    bonds = [bond for bond in bonds if not many or _met(bond, many, beside, node_id)]
    named = door.called(*(keys if few else many), node_id)
    limits = [_of_many(named[key] for key in many if key in named)] if many else []
    limits.append(_usual())
    return replace(_picture(this, keys, bonds, named, limits, first=node_id), nearer=nearer)


def among(user: User, this: Any, keys: Collection[uuid.UUID], *, leaving: bool = False) -> Picture:
    """These people and things, of those that the user may see, and the ties between them. `leaving`: as for `web`. A fixed number of
    queries."""
    door = web(user, leaving=leaving)
    named = door.called(*keys)
    bonds = door.bonds(set(named), since=asked_since(timezone.localdate()))
    return _picture(this, set(named), bonds, named, [_usual()], first=None)


def of_answer(
    user: User, question: str, line: str = "", **keys: Any
) -> tuple[Answer, AnswerLine | None, Picture]:
    """The ties on which the lines of an answer rest, or one of its lines; `Hidden` for a line that this user does not get."""
    answer = QUESTIONS[question].ask(user, **keys)
    chosen = next((one for one in answer.lines if one.known == line), None)
    if line and chosen is None:
        raise Hidden
    lines = [chosen] if chosen else answer.lines
    door = web(user)
    bonds = door.bonds_of({key for line in lines for key in line.ties})
    nodes = {key for bond in bonds for key in (bond.start, bond.end)}
    named = door.called(*(nodes if len(nodes) <= rules.MOST else ()))
    limits = [_("Drawn are the ties on which the answer rests, and nothing else that is known of them.")]
    if any(ground.page[0] != "tie" for line in lines for ground in line.grounds):
        limits.append(
            _("It rests on records too, which are no ties and are not drawn. They stand in the answer.")
        )
    first = getattr(chosen.this if chosen else answer.subject, "pk", None)
    return answer, chosen, _picture(answer.subject, nodes, bonds, named, limits, first=first)


def _met(bond: Bond, many: Collection[uuid.UUID], beside: set[uuid.UUID], start: uuid.UUID) -> bool:
    """Whether a tie is no tie of what many are tied to, or the one over which that was met."""
    ends = {bond.start, bond.end}
    hubs_of = {key for key in ends if key in many and key != start}
    if not hubs_of or start in ends:
        return True
    return not hubs_of & beside and bool((ends - hubs_of) & beside)


def _picture(
    this: Any,
    keys: Collection[uuid.UUID],
    bonds: list[Bond],
    named: dict[uuid.UUID, Any],
    limits: list[str],
    *,
    first: uuid.UUID | None,
) -> Picture:
    if len(keys) > rules.MOST or len(bonds) > rules.MOST_TIES:
        return Picture(this, None, None, len(keys), named, limits)
    if not bonds:
        return Picture(this, None, None, 0, named, limits)
    drawing = rules.draw([_thing(named[key]) for key in keys], bonds, first=first)
    return Picture(this, first if first in keys else None, drawing, len(keys), named, limits)


def _thing(this: Any) -> Thing:
    """Who or what is behind a key, as it is drawn: people with the word for what they are, so that no shape or colour says it alone."""
    kind = type(this).__name__.casefold()
    part = str(this.kind) if kind == "person" else kind
    return Thing(this.pk, part, str(this), {"child": _("child"), "adult": _("adult")}.get(part, ""))


def _usual() -> str:
    return _(
        "Ties that ended more than 12 months ago and what is thought to be untrue are left out. A line says that two are tied, and the "
        "table in which way, also where lines cross or pass somebody by. Where somebody stands, and how long a line is, says nothing."
    )


def _of_many(things: Iterable[Any]) -> str:
    names = ", ".join(sorted(map(str, things), key=str.casefold))
    return _(
        "More than %(number)s people are tied to these, or they are marked as an organisation’s number, so only the ties over which they "
        "were met are drawn, and nothing beyond them: %(names)s."
    ) % {"number": question.HUB, "names": names}

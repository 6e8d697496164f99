"""Which groups may be one."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from heard.graph.question.queries.asking import Answer, Asking
from heard.graph.question.rules import groups as rules

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.rules.groups import May
    from heard.network.rules import Piece

ID = "same_group"
_SAYS = (*rules.BELONG, *rules.HAVE)


def may_be_one(user: User, group_id: uuid.UUID) -> Answer:
    """Groups that may be this one under another name. A fixed number of queries. `Hidden` unless the user may see the group."""
    asking = Asking(user, ID)
    group = asking.door.node("group", group_id)
    mine = [piece for piece in asking.door.said_of({group_id}, since=asking.since) if piece.kind_id in _SAYS]
    has = {piece.other: piece.other_kind for piece in mine if piece.other}
    many = asking.find_hubs(key for key, kind in has.items() if kind != "person")
    around = asking.door.known_around(has.keys() - many, since=asking.since)
    others = {piece.node for piece in around if piece.node_kind == "group" and piece.kind_id in _SAYS} - {
        group_id
    }
    large = asking.find_hubs(others)
    theirs = asking.door.said_of(others - large, since=asking.since)
    known = [*mine, *(piece for piece in theirs if piece.kind_id in _SAYS)]
    named = asking.call(
        group_id, *others, *many, *(key for piece in known for key in (piece.node, piece.other) if key)
    )
    asking.hubs = [named[key] for key in (*many, *large)]
    people: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    things: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for piece in known:
        if piece.other and piece.other not in many:
            (people if piece.other_kind == "person" else things)[piece.node].add(piece.other)
    names = {key: str(named[key]) for key in (others - large) | {group_id}}
    lines = []
    for may in rules.may_be_one(group_id, people, things, names):
        both = may.people | may.things
        says = _("%(one)s and %(other)s may be one group: %(why)s.") % {
            "one": group,
            "other": named[may.other],
            "why": _why(asking, may),
        }
        some = _of_both(known, {group_id, may.other}, both)
        lines.append(asking.line(named[may.other], says, some, known_by=rules.both(group_id, may.other)))
    limits = [
        _(
            "Asked are groups that have two people in common with this one, or a phone, car, account or meeting place, where half "
            "of the smaller group’s people are in both, or the names are alike. Who has left, is a rival or is afraid of a group "
            "is not in it."
        ),
        _(
            "Heard puts no groups together. If they are one, note its ties at one of the two, and say at the other what came of it."
        ),
    ]
    return asking.answer(lines, limits, subject=group)


def _why(asking: Asking, may: May) -> str:
    said = []
    if may.people:
        said.append(_("in both are %(people)s") % {"people": asking.people(may.people)})
    if may.things:
        names = asking.names(asking.called(key) for key in may.things)
        said.append(_("both have %(things)s") % {"things": names})
    if may.called_alike:
        said.append(_("their names are alike"))
    return "; ".join(said)


def _of_both(known: list[Piece], groups: set[uuid.UUID], both: frozenset[uuid.UUID]) -> list[Piece]:
    return [piece for piece in known if piece.node in groups and piece.other in both]

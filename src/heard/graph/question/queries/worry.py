"""Which groups a new worry touches."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from heard.cases.concern.queries import concern_open_to
from heard.graph.question.queries.asking import Answer, Asking

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.rules import Piece

ID = "worry"


def touched(user: User, concern_id: uuid.UUID) -> Answer:
    """Groups to which something is tied that this worry is about or names, or somebody who uses a phone or car that it names. A
    fixed number of queries. `Hidden` unless the user may see everything of the worry."""
    asking = Asking(user, ID)
    worry = concern_open_to(user, concern_id)
    subject = worry.person_id or worry.place_id or worry.group_id
    told = asking.door.known_from("concern", {concern_id})
    kinds = {piece.node: piece.node_kind for piece in told}
    kinds |= (
        {subject: "person" if worry.person_id else "place" if worry.place_id else "group"} if subject else {}
    )
    many = asking.find_hubs(key for key, kind in kinds.items() if kind not in ("person", "group"))
    start = set(kinds) - many
    handles = {key for key in start if kinds[key] == "handle"}
    first = asking.door.known_around(start, since=asking.since)
    users = {piece.node: piece for piece in first if piece.node_kind == "person" and piece.other in handles}
    second = asking.door.known_around(set(users) - start, since=asking.since)
    named = asking.call(
        *many, *start, *(key for piece in (*first, *second) for key in (piece.node, piece.other))
    )
    asking.hubs = [named[key] for key in many if key in named]
    found: dict[uuid.UUID, list[Piece]] = defaultdict(list)
    said: dict[uuid.UUID, set[str]] = defaultdict(set)
    for piece in first:
        if piece.node_kind == "group":
            found[piece.node].append(piece)
            said[piece.node].add(f"{named[piece.other]} {piece.said} {named[piece.node]}")  # type: ignore[index]
    for piece in second:
        if piece.node_kind == "group" and piece.other in users:
            way = users[piece.other]
            found[piece.node] += [way, piece]
            said[piece.node].add(
                _("%(handle)s %(said)s %(who)s, who %(then)s %(group)s")
                % {
                    "handle": named[way.other],  # type: ignore[index]
                    "said": way.said,
                    "who": named[way.node],
                    "then": piece.said,
                    "group": named[piece.node],
                }
            )
    lines = [
        asking.line(
            named[group],
            _("The worry touches %(group)s: %(how)s.")
            % {"group": named[group], "how": "; ".join(sorted(said[group], key=str.casefold))},
            some,
        )
        for group, some in found.items()
        if group != subject
    ]
    limits = [
        _(
            "Asked of what the worry is about, and of the phones, cars and accounts that it names, as far as you see the group. "
            "Its words are not compared. A tie says what somebody knows, and proves nothing."
        )
    ]
    return asking.answer(
        lines, limits, subject=worry.reference, about={worry.person_id} if worry.person_id else ()
    )

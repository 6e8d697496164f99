"""What a child has in common with children whom nobody works with together."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.cases.case.queries import cases_visible_to
from heard.cases.concern.queries import concerns_open_to
from heard.cases.missing.queries import episodes_visible_to, forms_visible_to
from heard.cases.panel.queries import items_that_name, items_visible_to
from heard.graph.question import rules
from heard.graph.question.queries.asking import Answer, Asking
from heard.network.queries import living_with

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User
    from heard.network.rules import Piece

ID = "together"
_ASKED = ("place", "person", "handle")  # a group has those in it looked at together already
_FAMILY = ("family_of", "lives_with")


def in_common(user: User, person_id: uuid.UUID) -> Answer:
    """Places, people, phones and cars that this child and others have ties to, or that records about them name, where nobody
    works with them together. A fixed number of queries. `Hidden` for anybody but a child whom the user may see."""
    asking = Asking(user, ID)
    child = asking.door.node("person", person_id)
    if child.kind != "child":
        raise Hidden
    mine = [*asking.door.known_around({person_id}, since=asking.since), *_in_records_of(asking, person_id)]
    many = asking.find_hubs(piece.node for piece in mine if piece.node_kind in ("place", "handle"))
    plain = [piece for piece in mine if piece.node_kind in _ASKED and piece.node not in many]
    keys = {piece.node for piece in plain}
    others = _with_whom(asking, asking.door.known_of(keys, since=asking.since))
    people = {piece.other for piece in others if piece.other} | keys
    children = asking.children(people)
    together = _together(asking, person_id, children, mine)
    found = rules.nobody_works_with_both(person_id, [*plain, *others], children, together)
    worked = _worked_on(asking, set(found))
    named = asking.call(
        person_id,
        *many,
        *(key for some in found.values() for piece in some for key in (piece.node, piece.other)),
    )
    asking.hubs = [named[key] for key in many]
    lines = []
    for node, some in found.items():
        if node in worked or node not in named:
            continue
        those = {piece.other for piece in some if piece.other in named and piece.other != person_id}
        says = _("%(child)s and %(others)s have %(name)s in common. Nobody works with them together.") % {
            "child": child,
            "others": asking.names(named[key] for key in those if key),
            "name": named[node],
        }
        lines.append(asking.line(named[node], says, some))
    limits = [
        _(
            "Left out are children of one household or family, with one trusted worker, and what is on the agenda of a panel "
            "of the last 12 months. Ties that ended before, and what is thought to be untrue, count for nothing."
        )
    ]
    return asking.answer(lines, limits, subject=child, about={person_id})


def _in_records_of(asking: Asking, person_id: uuid.UUID) -> list[Piece]:
    user = asking.user
    records: tuple[QuerySet[Any], ...] = (
        concerns_open_to(user), episodes_visible_to(user).filter(taken_back_at=None), forms_visible_to(user),
        items_that_name(user),
    )  # fmt: skip
    keys = {key for rows in records for key in rows.filter(person=person_id).values_list("pk", flat=True)}
    named = asking.door.named_by(keys)
    return [piece._replace(other=person_id, other_kind="person") for piece in named]


def _with_whom(asking: Asking, pieces: list[Piece]) -> list[Piece]:
    """A record that names something is about a child: its `other`."""
    records = {piece.about_id for piece in pieces if piece.tie_key is None and piece.about_id}
    rows: dict[uuid.UUID | None, Any] = dict(
        concerns_open_to(asking.user)
        .filter(pk__in=records, person__isnull=False)
        .values_list("pk", "person_id")
    )
    for others in (
        episodes_visible_to(asking.user).filter(taken_back_at=None),
        forms_visible_to(asking.user),
        items_that_name(asking.user).filter(section="children"),
    ):
        rows |= dict(others.filter(pk__in=records).values_list("pk", "person_id"))
    return [
        piece if piece.tie_key else piece._replace(other=rows.get(piece.about_id), other_kind="person")
        for piece in pieces
        if piece.tie_key or piece.about_id in rows
    ]


def _together(
    asking: Asking, person_id: uuid.UUID, children: Collection[uuid.UUID], mine: list[Piece]
) -> set[uuid.UUID]:
    """Of these children, those with whom somebody works together with this one."""
    family = {piece.node for piece in mine if piece.kind_id in _FAMILY}
    home = living_with(asking.user, person_id, children)
    open_cases = cases_visible_to(asking.user).filter(state="open", trusted_worker__isnull=False)
    own = open_cases.filter(person=person_id).values("trusted_worker")
    worker = open_cases.filter(person__in=children, trusted_worker__in=own).values_list(
        "person_id", flat=True
    )
    return ((family | home | set(worker)) & set(children)) - {person_id}


def _worked_on(asking: Asking, nodes: set[uuid.UUID]) -> set[uuid.UUID]:
    """What a panel has on its agenda."""
    rows = items_visible_to(asking.user).filter(taken_off_at=None, panel__starts_at__date__gte=asking.since)
    about = rows.filter(Q(place__in=nodes) | Q(person__in=nodes)).values_list("place_id", "person_id")
    return {key for ends in about for key in ends if key}

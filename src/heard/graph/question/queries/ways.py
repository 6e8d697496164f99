"""How two are connected."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.graph.question import rules
from heard.graph.question.queries.asking import Answer, Asking

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.rules import Path

ID = "ways"


def between(user: User, node_id: uuid.UUID, other_id: uuid.UUID) -> Answer:
    """Up to three ways of at most four ties from one to another. A fixed number of queries. `Hidden` unless the user may see both,
    and for one and itself."""
    asking = Asking(user, ID)
    ends = (node_id, other_id)
    if node_id == other_id:
        raise Hidden
    (kind, one), (other_kind, other) = asking.end(node_id), asking.end(other_id)
    near = asking.door.steps(set(ends), since=asking.since, both_ways=True)
    reached = {step.end: step.end_kind for step in near if step.passes and step.end not in ends}
    many = asking.find_hubs(key for key, its in reached.items() if its != "person")
    within = sorted(set(reached) - many, key=str)
    left_out = len(within) > rules.SEARCHED
    further = asking.door.steps(set(within[: rules.SEARCHED]), since=asking.since, both_ways=True)
    on_way = rules.on_a_way(node_id, other_id, (*near, *further))
    steps = {
        (step.tie_key, step.start): step for step in (*near, *further) if {step.start, step.end} <= on_way
    }.values()
    many |= asking.find_hubs({step.end for step in steps if step.end_kind != "person"} - set(ends))
    degree = asking.door.degrees(on_way - set(ends))
    found = rules.ways(node_id, other_id, steps, degree, many)
    nodes = {step.end for path in found for step in path.steps} | set(ends)
    known = asking.door.said_of(nodes, since=asking.since)
    named = asking.call(*nodes, *many)
    asking.hubs = [named[key] for key in many]
    lines = []
    for path in found:
        needed = rules.needed(path, node_id, other_id, steps, many)
        forward = {(step.tie_key, step.end): number for number, step in enumerate(path.steps)}
        some = [piece for piece in known if (piece.tie_key, piece.node) in forward]
        line = asking.line(None, _says(one, path, named, needed), some, part="ways")
        place = {piece.key: forward[piece.tie_key, piece.node] for piece in some if piece.tie_key}
        in_order = sorted(line.grounds, key=lambda ground: place[ground.key])
        lines.append(replace(line, grounds=tuple(in_order)))
    limits = [
        _(
            "Searched are ways of four ties at most. Of several, three with the fewest and least common things between are "
            "shown, in no order. A way says what people know, and proves nothing."
        )
    ]
    if not found:
        limits.insert(0, _("There is no way within what was searched."))
    if left_out:
        limits.append(
            _("More than %(number)s are tied to the two: the rest was not searched.")
            % {"number": rules.SEARCHED}
        )
    about = [key for key, its in ((node_id, kind), (other_id, other_kind)) if its == "person"]
    title = _("How %(one)s and %(other)s may be connected") % {"one": one, "other": other}
    return asking.answer(lines, limits, headings={"ways": title}, subject=one, about=about)


def _says(one: Any, path: Path, named: dict[uuid.UUID, Any], needed: tuple[int, ...]) -> str:
    so_far, parts = one, []
    for step in path.steps:
        parts.append(f"{so_far} {step.said} {named[step.end]}")
        so_far = named[step.end]
    if len(parts) == 1:
        return f"{parts[0]}."
    says = "; ".join(f"({number}) {part}" for number, part in enumerate(parts, 1)) + "."
    if needed:
        which = ", ".join(str(number) for number in needed)
        says += " " + _("Where one of these steps is wrong, no way is left: %(which)s.") % {"which": which}
    return says

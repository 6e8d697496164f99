"""Which children are best discussed together, and which adults alone join what else nothing joins."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.cases.disruption.queries import steps_visible_to
from heard.cases.panel.queries import how_actions_stand, on_agenda_and_open, panel_with_agenda
from heard.govuk.environment import day
from heard.graph.question.queries.asking import Answer, AnswerLine, Asking
from heard.graph.question.rules import MOST, SEARCHED, last_said
from heard.graph.question.rules import circles as rules
from heard.network.queries import people_visible_to
from heard.network.rules import PROTECTS

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.rules.circles import Circle
    from heard.network.rules import Piece

CIRCLES, BRIDGES = "circles", "bridges"


# ---- children to be looked at together


def circles(user: User, panel_id: uuid.UUID) -> Answer:
    """Children whom the last 180 days join with a child on the agenda of a panel, over three joins at most. A fixed number of
    queries. `Hidden` unless the user may see the panel."""
    asking = Asking(user, CIRCLES)
    panel = panel_with_agenda(user, panel_id)
    agenda = on_agenda_and_open(user, panel)
    listed = {
        panel_item.person.pk
        for panel_item in agenda
        if panel_item.person and panel_item.person.kind == "child"
    }
    found = _Joined(asking)
    found.follow(listed)
    named = asking.call(*found.children, *found.things, *found.many)
    asking.hubs = [named[key] for key in found.many]
    small, whole = rules.circles(found.joins())
    lines = [_circle(asking, found, circle, listed) for circle in small if circle.children & listed]
    limits = [
        _(
            "Children are joined by a tie between them, or by whom, what or where both were seen with, each in the last 180 days. A tie "
            "that lasts and has no end counts until the day on which somebody noted it, so one of which nobody has said anything in the "
            "last 180 days joins nobody; nor does whoever protects. Asked are children on the agenda and those up to three joins away."
        ),
        _("Where more than 12 are joined, what joined them longest ago is cut, until there are fewer."),
    ]
    tangled = [circle for circle in whole if circle.children & listed]
    if tangled:
        through = {join.through for circle in tangled for join in circle.joins if join.through}
        limits.append(
            _(
                "More than 12 children are joined by what was seen on one day, and nothing parts them. They are not named together; look at "
                "what joins them: %(names)s."
            )
            % {"names": asking.naming(named[key] for key in through) or _("ties between them")}
        )
    if found.left_out:
        limits.append(
            _("More than %(number)s children were met: the rest was not searched.") % {"number": rules.MET}
        )
    subject = _("Panel of %(date)s") % {"date": day(panel.starts_at)}
    headings = {"circles": _("Best discussed together")}
    return asking.answer(lines, limits, headings=headings, subject=subject)


class _Joined:
    """Children who are joined with others, met one join after the other."""

    def __init__(self, asking: Asking) -> None:
        self._asking, self._since = asking, asking.before(rules.DAYS)
        self.children: set[uuid.UUID] = set()
        self.things: set[uuid.UUID] = set()
        self.many: set[uuid.UUID] = set()
        self.left_out = False
        self._known: dict[tuple[uuid.UUID, uuid.UUID, uuid.UUID], Piece] = {}  # of each source, from one end

    def follow(self, children: Collection[uuid.UUID]) -> None:
        new = set(children)
        for _nth in range(rules.AWAY):
            self.children |= new
            first = self._around(new)
            kinds = {piece.node: piece.node_kind for piece in first}
            also = self._asking.children(key for key, kind in kinds.items() if kind == "person")
            things = kinds.keys() - also - self.things - self.many
            self.many |= self._asking.find_hubs(things)
            things -= self.many
            self.things |= things
            second = self._around(things)
            also |= self._asking.children(piece.node for piece in second if piece.node_kind == "person")
            new = also - self.children
            room = rules.MET - len(self.children)
            self.left_out |= len(new) > room
            new = set(sorted(new, key=str)[: max(room, 0)])
        self.children |= new

    def _around(self, keys: Collection[uuid.UUID]) -> list[Piece]:
        rows = self._asking.door.known_around(keys, since=self._since)
        found = [
            piece
            for piece in rows
            if piece.passes and piece.kind_id != PROTECTS and last_said(piece) >= self._since
        ]
        self._known |= {(piece.key, piece.node, piece.other): piece for piece in found if piece.other}
        return found

    def pieces(self) -> list[tuple[uuid.UUID, uuid.UUID, Piece]]:
        """A child, the other child or the thing to which the child is tied, and a source of that as read from the child."""
        found: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID, Piece]] = {}
        for (key, node, other), piece in self._known.items():
            child, end = sorted((node, other), key=lambda this: (this not in self.children, str(this)))
            if child in self.children and end in self.children | self.things:
                found[key] = (child, end, piece if other == child or key not in found else found[key][2])
        return list(found.values())

    def joins(self) -> list[rules.Join]:
        seen: dict[uuid.UUID, dict[uuid.UUID, date]] = defaultdict(dict)
        direct: dict[tuple[uuid.UUID, uuid.UUID], date] = {}
        for child, other, piece in self.pieces():
            on = last_said(piece)
            if other in self.children:
                direct[child, other] = max(on, direct.get((child, other), on))
            else:
                seen[other][child] = max(on, seen[other].get(child, on))
        ties = [rules.Join(one, other, on) for (one, other), on in direct.items()]
        return [*ties, *rules.joined_through(seen)]


def _circle(asking: Asking, found: _Joined, circle: Circle, listed: set[uuid.UUID]) -> AnswerLine:
    through: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    direct, some = set(), []
    pieces = [
        row for row in found.pieces() if row[0] in circle.children and last_said(row[2]) >= circle.since
    ]
    for child, other, piece in pieces:
        if other in circle.children:
            direct.add(f"{asking.called(piece.other)} {piece.said} {asking.called(piece.node)}")  # type: ignore[arg-type]
            some.append(piece)
        else:
            through[other].add(child)
    common = {key for key, children in through.items() if len(children) > 1}
    some += [piece for _child, other, piece in pieces if other in common]
    because = [
        _("%(children)s through %(name)s")
        % {
            "children": asking.names(map(asking.called, through[key])),
            "name": asking.called(key),
        }
        for key in common
    ]
    because = sorted([*because, *direct], key=str.casefold)
    says = _("%(children)s are best discussed together: %(why)s.") % {
        "children": asking.names(map(asking.called, circle.children)),
        "why": "; ".join(because),
    }
    off = circle.children - listed
    if off:
        names = asking.names(map(asking.called, off))
        says += " " + _("Not on this agenda: %(names)s.") % {"names": names}
    return asking.line(None, says, some, part="circles", people=circle.children)


# ---- an adult who alone joins two circles, and about whom nothing is open


def bridges(user: User) -> Answer:
    """Adults who are said to harm or frighten, without whom nothing that is known joins two circles of children, and about whom no
    step is open. A fixed number of queries."""
    asking = Asking(user, BRIDGES)
    who, more = _of_concern(asking)
    adults = set(who.values())
    harms = [
        piece
        for piece in asking.door.known_around(adults, since=asking.before(0))
        if piece.tie_key and who.get(piece.tie_key) == piece.other
    ]
    worked = _worked_on(asking, adults)
    left = {harm.other for harm in harms if harm.other} - worked
    ball = _Ball(asking)
    ball.read(left)
    children = asking.children(ball.people)
    found, not_searched = {}, set()
    for adult in sorted(left, key=str):
        try:
            joined = rules.joins_alone(adult, ball.beside, children, ball.many, ball.not_read)
        except ValueError:
            not_searched.add(adult)
            continue
        if joined:
            found[adult] = joined
    known = asking.door.said_of(found.keys(), since=asking.since)
    ends = {key for joined in found.values() for key in joined.ends}
    named = asking.call(
        *left,
        *ends,
        *ball.many,
        *(key for joined in found.values() for part in joined.children for key in part),
        *(key for piece in (*harms, *known) for key in (piece.node, piece.other)),
    )
    asking.hubs = [named[key] for key in ball.many]
    lines = []
    for adult, joined in found.items():
        parts = sorted((asking.names(map(asking.called, part)) for part in joined.children), key=str.casefold)
        says = _(
            "Without %(name)s nothing that is known joins these circles of children: %(parts)s. No step is open about them."
        ) % {"name": named[adult], "parts": "; ".join(parts)}
        some = [
            piece for piece in known if piece.node == adult and piece.passes and piece.other in joined.ends
        ]
        some += [harm for harm in harms if harm.other == adult]
        people = {key for part in joined.children for key in part}
        lines.append(asking.line(named[adult], says, some, people=people))
    limits = [
        _(
            "Asked of adults who are said to harm, or to frighten or control, and of whom that has not ended. Ways round them are looked "
            "for over four ties; a longer one is not known here. Named are the children nearest to them; each circle may hold more."
        ),
        _(
            "Counted as something open: a step about them in a record that you may see, an action of a panel, and an order that "
            "keeps them from a place. What others do, and steps in records that you may not see, are not known here."
        ),
    ]
    if more:
        limits.append(_("Only %(number)s adults were asked about.") % {"number": MOST})
    if not_searched:
        names = asking.naming(named[key] for key in not_searched)
        limits.append(
            _("Too much is tied to these for it all to be searched, so nothing is said of them: %(names)s.")
            % {"names": names}
        )
    return asking.answer(lines, limits, headings={"adult": _("Adults")})


def _of_concern(asking: Asking) -> tuple[dict[uuid.UUID, uuid.UUID], bool]:
    """By the key of each tie which says so: of whom it says it. And whether there are more adults than are asked about."""
    ties = asking.door.ties().filter(kind__in=rules.HARMS, first__kind="person")
    who = dict(ties.values_list("key", "first"))
    adults = people_visible_to(asking.user).filter(pk__in=set(who.values()), kind="adult").order_by("pk")
    found = list(adults.values_list("pk", flat=True)[: MOST + 1])
    kept = set(found[:MOST])
    return {tie: adult for tie, adult in who.items() if adult in kept}, len(found) > MOST


def _worked_on(asking: Asking, adults: set[uuid.UUID]) -> set[uuid.UUID]:
    steps = steps_visible_to(asking.user).filter(person__in=adults, state="open")
    actions = how_actions_stand(asking.user).filter(item__person__in=adults, now="open")
    found = set(steps.order_by().values_list("person_id", flat=True))
    found |= set(actions.order_by().values_list("item__person_id", flat=True))
    orders = asking.door.said_of(adults, since=asking.before(0))
    return found | {order.node for order in orders if order.kind_id == rules.ORDER}


class _Ball:
    """What is within three ties of some, without what is tied to more people than a question follows."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.beside: dict[uuid.UUID, set[uuid.UUID]] = {}
        self.many: set[uuid.UUID] = set()
        self.not_read: set[uuid.UUID] = set()
        self.people: set[uuid.UUID] = set()

    def read(self, start: Collection[uuid.UUID]) -> None:
        ties: set[tuple[uuid.UUID, uuid.UUID]] = set()
        read: set[uuid.UUID] = set()
        edge = set(start)
        for _nth in range(3):
            now = set(sorted(edge, key=str)[: max(SEARCHED - len(read), 0)])
            self.not_read |= edge - now
            read |= now
            steps = [step for step in self._asking.door.steps(now, since=self._asking.since) if step.passes]
            kinds: dict[uuid.UUID, Any] = {step.end: step.end_kind for step in steps}
            self.many |= self._asking.find_hubs(key for key, kind in kinds.items() if kind != "person")
            self.people |= {key for key, kind in kinds.items() if kind == "person"}
            ties |= {(step.start, step.end) for step in steps}
            edge = kinds.keys() - read - self.many
        self.beside = rules.both_ways(ties)

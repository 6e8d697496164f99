"""What every question shares: lines with what they rest on, those that somebody judged, and how far it goes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden
from heard.govuk.environment import day
from heard.graph.queries import Ground
from heard.graph.question import rules
from heard.graph.question.models import Finding
from heard.network.headings import HEADINGS, RECORDS
from heard.network.queries import Web, people_visible_to, web

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.rules import Piece


@dataclass(frozen=True)
class AnswerLine:
    """`part`: the key of a heading. `this`: who or what it is about, None where it is about none. `people`: whom it names.
    `known`: by which it is known again. `judged`: where somebody said that it is not the same matter."""

    part: str
    this: Any
    says: str
    grounds: tuple[Ground, ...]
    people: frozenset[uuid.UUID]
    known: str
    judged: Finding | None = None

    @property
    def name(self) -> str:
        return str(self.this) if self.this else self.says

    @property
    def told(self) -> list[Ground]:
        """What it rests on as it is read: what two sources of one tie say alike stands once."""
        return list({(ground.text, str(ground.page)): ground for ground in self.grounds}.values())

    @property
    def ties(self) -> frozenset[uuid.UUID]:
        """Keys of the ties on which it rests, which can be drawn."""
        return frozenset(
            ground.page[1]["tie_key"]
            for ground in self.grounds
            if ground.page[0] == "tie" and not ground.withdrawn
        )

    @property
    def has_ties(self) -> bool:
        return bool(self.ties)


@dataclass(frozen=True)
class Answer:
    """`lines` by part, each A to Z; `silenced`: what somebody judged; `limits`: what was not followed, and why; `about`: whom the
    page is about and whom its limits name, beside whom the lines name."""

    question: str
    parts: list[tuple[Any, list[AnswerLine]]]
    silenced: list[AnswerLine]
    limits: list[str]
    summary: str = ""
    subject: Any = None
    about: frozenset[uuid.UUID] = frozenset()

    @property
    def lines(self) -> list[AnswerLine]:
        return [line for _heading, some in self.parts for line in some]

    @property
    def people(self) -> frozenset[uuid.UUID]:
        return self.about.union(*(line.people for line in (*self.lines, *self.silenced)))


@dataclass
class Asking:
    """One question of one user: the door, the names of what is found, and the hubs that were met."""

    user: User
    question: str
    hubs: list[Any] = field(default_factory=list)
    _named: dict[uuid.UUID, Any] = field(default_factory=dict)
    _in_limits: set[uuid.UUID] = field(default_factory=set)
    _days: dict[date, str] = field(default_factory=dict)

    @cached_property
    def door(self) -> Web:
        return web(self.user)

    @cached_property
    def since(self) -> date:
        return rules.asked_since(timezone.localdate())

    def call(self, *keys: uuid.UUID | None) -> dict[uuid.UUID, Any]:
        """What is behind keys that came through the door."""
        self._named = self.door.called(*{key for key in keys if key})
        return self._named

    def called(self, key: uuid.UUID) -> Any:
        """What `call` gave for a key."""
        return self._named[key]

    def end(self, key: uuid.UUID) -> tuple[str, Any]:
        """The kind of a node by its key, and what it is; or `Hidden`."""
        found = self.door.called(key)
        if not found:
            raise Hidden
        return type(found[key]).__name__.casefold(), found[key]

    def find_hubs(self, keys: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """Of places, groups, phones and cars, those that join nobody."""
        return self.door.join_nobody(set(keys), more_than=rules.HUB)

    def children(self, keys: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """Of these, the children whom the user may see. One query."""
        rows = people_visible_to(self.user).filter(pk__in=set(keys), kind="child")
        return set(rows.order_by().values_list("pk", flat=True))

    def before(self, days: int) -> date:
        return timezone.localdate() - timedelta(days=days)

    def agencies(self, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
        """By name. One query."""
        rows = agencies_visible_to(self.user).filter(pk__in=keys)
        return dict(rows.values_list("pk", "name"))

    def day(self, on: date) -> str:
        """As people write it. A question names the same days again and again."""
        if on not in self._days:
            self._days[on] = day(on)
        return self._days[on]

    @cached_property
    def _tie_says(self) -> str:
        return _("%(one)s %(said)s %(other)s, %(date)s")

    def ground(self, piece: Piece) -> Ground:
        """A tie with its words, or the record that names it."""
        when = self.day(piece.on)
        if piece.tie_key and piece.other:
            said = {
                "one": self._named[piece.other],
                "said": piece.said,
                "other": self._named[piece.node],
                "date": when,
            }
            return Ground(piece.key, self._tie_says % said, ("tie", {"tie_key": piece.tie_key}))
        page, name, _called, names_it = RECORDS[piece.about]
        return Ground(piece.key, names_it % {"date": when}, (page, {name: piece.about_id}))

    def line(
        self,
        this: Any,
        says: str,
        pieces: Iterable[Piece],
        *,
        part: str = "",
        people: Iterable[uuid.UUID] = (),
        also: Iterable[Ground] = (),
        known_by: str = "",
    ) -> AnswerLine:
        """`also`: records on which it rests that are no pieces of the web; they stand first. `known_by`: by what it is known again beside
        what it rests on, where that is not what it is about."""
        by_key = {piece.key: piece for piece in pieces if self._can_say(piece)}
        grounds = tuple(
            self.ground(piece) for piece in sorted(by_key.values(), key=lambda one: (one.on, one.key.int))
        )
        named = {key for piece in by_key.values() for key in self.people_of(piece)} | set(people)
        grounds = (*also, *grounds)
        known_by = known_by or getattr(this, "pk", "")
        known = rules.line_of(self.question, known_by, (ground.key for ground in grounds))
        return AnswerLine(part or self.part_of(this), this, says, grounds, frozenset(named), known)

    def _can_say(self, piece: Piece) -> bool:
        return piece.node in self._named and (
            piece.other is None or piece.other in self._named or not piece.tie_key
        )

    def people_of(self, piece: Piece) -> set[uuid.UUID]:
        ends = ((piece.node, piece.node_kind), (piece.other, piece.other_kind or "person"))
        return {key for key, kind in ends if key and kind == "person" and key in self._named}

    def part_of(self, this: Any) -> str:
        kind = type(this).__name__.casefold()
        return str(this.kind) if kind == "person" else kind

    def answer(
        self,
        lines: Iterable[AnswerLine],
        limits: Iterable[str] = (),
        *,
        headings: dict[str, Any] | None = None,
        summary: str = "",
        subject: Any = None,
        about: Iterable[uuid.UUID] = (),
    ) -> Answer:
        """One query: what was judged. Lines stand by what they are about, each A to Z."""
        headings = headings or HEADINGS
        rows = sorted(lines, key=lambda line: (line.name.casefold(), line.known))
        judged = self._judged([line.known for line in rows])
        parts: dict[str, list[AnswerLine]] = {name: [] for name in headings}
        silenced = []
        for line in rows:
            if line.known in judged:
                silenced.append(replace(line, judged=judged[line.known]))
            else:
                parts[line.part].append(line)
        said = [(headings[name], some) for name, some in parts.items() if some]
        limits = [*limits, *self._usual()]
        return Answer(
            self.question, said, silenced, limits, summary, subject, frozenset(self._in_limits.union(about))
        )

    def naming(self, things: Iterable[Any]) -> str:
        """What a limit names, A to Z; each person among them is named by the answer."""
        things = list(things)
        self._in_limits |= rules.people_among(things)
        return self.names(things)

    @staticmethod
    def names(things: Iterable[Any]) -> str:
        """A to Z."""
        return ", ".join(sorted((str(thing) for thing in things), key=str.casefold))

    def people(self, keys: Iterable[uuid.UUID]) -> str:
        """Of people whom `call` gave: children and adults apart, each A to Z."""
        some = [self._named[key] for key in keys]
        parts = (
            (_("children: %(names)s"), [one for one in some if one.kind == "child"]),
            (_("adults: %(names)s"), [one for one in some if one.kind != "child"]),
        )
        return "; ".join(text % {"names": self.names(these)} for text, these in parts if these)

    def _judged(self, known: list[str]) -> dict[str, Finding]:
        rows = Finding.objects.filter(question=self.question, line__in=known).select_related("by")
        latest = {row.line: row for row in rows.order_by("at", "pk")}
        return {line: row for line, row in latest.items() if row.verdict == rules.Verdict.NOT_SAME}

    def _usual(self) -> list[str]:
        found = []
        if self.hubs:
            names = self.naming(self.hubs)
            found.append(
                _(
                    "More than %(number)s people are tied to these, or they are marked as an organisation’s number, so they are named here "
                    "and not asked about: %(names)s."
                )
                % {"number": rules.HUB, "names": names}
            )
        return found

"""Ties as they are read from one of their ends. Whoever calls this has asked who may see them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from heard.network.models import Group, Handle, Node, Person, Place, Tie, TieSource
from heard.network.rules import AT_A_MEETING, MADE_TO_HARM

_PERSON: Final = Node.Kind.PERSON
# What is behind a node of each kind.
BEHIND: Final[dict[str, type[Model]]] = {
    Node.Kind.PERSON: Person,
    Node.Kind.GROUP: Group,
    Node.Kind.HANDLE: Handle,
    Node.Kind.PLACE: Place,
}


@dataclass(frozen=True)
class Strand:
    """One tie as read from one of its ends: who or what is at the other end, what the tie says, and the sources of it that this
    reader may see, the first that was noted first.

    How it is known, since when, until when and by whom is said by the sources that count: without those that are thought to be untrue,
    unless all are.
    """

    tie_key: uuid.UUID
    end: str  # 'person', 'place', 'group' or 'handle'
    end_id: uuid.UUID
    name: str
    what: str  # kind of place, group or handle; '' for a person
    person_kind: str  # 'child' or 'adult'; '' for anything else
    restricted: bool  # the person is; what is written where others read it leaves them out
    kind_id: str
    reads: str  # in words, read from this end
    sources: tuple[TieSource, ...]

    @property
    def person_id(self) -> uuid.UUID | None:
        return self.end_id if self.end == _PERSON else None

    @property
    def kind(self) -> str:
        """What the tie says, with whether it is thought to be untrue: never as a fact what is none."""
        return said_untrue(self.reads) if self.thought_untrue else self.reads

    @cached_property
    def _counting(self) -> tuple[TieSource, ...]:
        return tuple(_counting(self.sources))

    @property
    def how_known(self) -> str:
        return self._counting[0].words

    @property
    def since(self) -> date | None:
        return min(
            (tie_source.valid_from for tie_source in self._counting if tie_source.valid_from), default=None
        )

    @property
    def until(self) -> date | None:
        """The latest word says whether it has ended."""
        return self._counting[-1].valid_to

    @property
    def noted_at(self) -> datetime:
        return self._counting[0].recorded_at

    @property
    def noted_by_id(self) -> int:
        return self._counting[0].noted_by_id

    @property
    def agencies(self) -> list[str]:
        return who_knows(self.sources)

    @property
    def thought_untrue(self) -> bool:
        return all_thought_untrue(self.sources)


def said_untrue(said: str) -> str:
    """What a tie says, where it is thought to be untrue."""
    return _("%(said)s (thought to be untrue)") % {"said": said}


def who_knows(sources: Iterable[TieSource]) -> list[str]:
    """The agencies that know of a tie by themselves, A to Z: not whoever wrote down what was said at a meeting."""
    own = (tie_source for tie_source in _counting(sources) if tie_source.about != AT_A_MEETING)
    return sorted({tie_source.holder.name for tie_source in own if tie_source.holder})


def _counting(sources: Iterable[TieSource]) -> list[TieSource]:
    """Without those that are thought to be untrue, where there are others."""
    every = list(sources)
    return [tie_source for tie_source in every if not tie_source.thought_untrue] or every


def all_thought_untrue(sources: Iterable[TieSource]) -> bool:
    return all(source.thought_untrue for source in sources)


def strands(key: uuid.UUID, ties: Sequence[Tie], known: Mapping[int, Sequence[TieSource]]) -> list[Strand]:
    """The ties of one node as read from it, by what they say and then by name; that somebody is made to harm stands after what is done to
    them. `known`: the sources of each tie. Two that say the same, as merging may leave them, are one. A query for each kind at the other ends."""
    others = [tie.second if tie.first_id == key else tie.first for tie in ties]
    named = behind(others)
    alike: dict[tuple[str, uuid.UUID], list[Tie]] = defaultdict(list)
    for tie, other in zip(ties, others, strict=True):
        alike[tie.said(back=tie.way[1] == key).casefold(), other.pk].append(tie)
    found = [_strand(key, several, named[other], known) for (_said, other), several in alike.items()]
    return sorted(found, key=_in_order)


def _in_order(strand: Strand) -> tuple[bool, str, str, str]:
    return (
        strand.kind_id in MADE_TO_HARM,
        strand.reads.casefold(),
        strand.name.casefold(),
        str(strand.tie_key),
    )


def behind(nodes: Iterable[Node]) -> dict[uuid.UUID, Any]:
    by_kind: dict[str, list[uuid.UUID]] = defaultdict(list)
    for node in nodes:
        by_kind[node.kind].append(node.pk)
    found: dict[uuid.UUID, Any] = {}
    for kind, keys in by_kind.items():
        found |= {row.pk: row for row in BEHIND[kind]._default_manager.filter(pk__in=keys)}
    return found


def _strand(
    key: uuid.UUID, several: Sequence[Tie], who: Any, known: Mapping[int, Sequence[TieSource]]
) -> Strand:
    tie = min(several, key=lambda tie: tie.pk)
    kind = (tie.second if tie.first_id == key else tie.first).kind
    is_person = kind == _PERSON
    sources = [source for tie in several for source in known[tie.pk]]
    return Strand(
        tie_key=tie.key,
        end=kind,
        end_id=who.pk,
        name=str(who),
        what="" if is_person else who.kind,
        person_kind=who.kind if is_person else "",
        restricted=is_person and who.restricted,
        kind_id=tie.kind,
        reads=tie.said(back=tie.way[1] == key),
        sources=tuple(sorted(sources, key=lambda source: (source.recorded_at, str(source.pk)))),
    )

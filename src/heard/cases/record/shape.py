"""How a stage says its own record: the shapes that its `record.py` fills, once for each kind of row.

What is said is a message and its values (`govuk.said`): a chronology, a pack, a share and a referral put it into words
where somebody reads it. Where the stages are joined, an explicit list names their records.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.govuk.said import Text, lines, plain, put
from heard.network.queries import visible_through

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User


@dataclass(frozen=True)
class Passage:
    """A heading of one line and what is below it, on paper. `file_id`: the file that it is about."""

    what: Text
    told: Text = ""
    file_id: uuid.UUID | None = None
    part: str = ""  # of a pack

    @property
    def heading(self) -> str:
        return put(self.what)

    @property
    def text(self) -> str:
        return put(self.told)

    @property
    def whole(self) -> str:
        return f"{' '.join(self.heading.split())}\n{self.text}"


@dataclass(frozen=True)
class Piece:
    """What can be shared: `key` names it in a share; `group` is where it is offered; its text is all that is shared."""

    key: str
    group: str
    what: Text
    told: Text

    @property
    def label(self) -> str:
        return put(self.what)

    @property
    def text(self) -> str:
        return put(self.told)


def fact(
    kind: EntryKind,
    when: Any,
    what: Text,
    *text: object,
    who: int | None = None,
    noted: datetime | None = None,
    page: tuple[str, object] = ("", ""),
    late: bool = False,
    **more: Any,
) -> ChronologyEntry:
    """An entry of the chronology: at a moment, or on a day; then in the order of when it was `noted`, else the first of its
    day, or the last where it is `late`. `who` did or noted it; `page` is the address that shows more, and the key in it."""
    on, at = when, noted or timezone.make_aware(datetime.combine(when, time.max if late else time.min))
    if isinstance(when, datetime):
        on, at = timezone.localtime(when).date(), when
    said = {"said": plain(what), "told": lines(*text), "page": page[0], "key": str(page[1])}
    return ChronologyEntry(kind=kind, on=on, at=at, who_id=who, **said, **more)


def _nothing(_row: Any) -> Iterator[Any]:
    return iter(())


def _itself(_user: User, row: Any) -> Any:
    return row


@dataclass(frozen=True)
class Record:
    """One kind of row, and what it says. `called`: what its rows are called. `rows`: those that stand, with what a chronology
    says of them, in the order of telling; `whom` leads from there to the child. `visible_to`: who may see them; without it, who
    may see the child. `beside`: what paper and shares read beside each, to be prefetched. `whole`: one as it is read in full, where
    paper says more than that.

    `rows` alone are for the index of chronologies, which is shown to nobody as it is. Everything else is seen by somebody.
    """

    called: str
    rows: QuerySet[Any]
    whom: str
    visible_to: Callable[[Any], QuerySet[Any]] | None = None
    chronology: Callable[[Any], Iterable[ChronologyEntry]] = _nothing
    pack: Callable[[Any], Iterable[Passage]] = _nothing
    share: Callable[[Any], Iterable[Piece]] = _nothing
    whole: Callable[[Any, Any], Any] = _itself
    beside: tuple[str, ...] = ()

    def seen_by(self, user: User, person_id: uuid.UUID) -> QuerySet[Any]:
        seen = visible_through(user, self.whom)
        if self.visible_to:
            seen &= Q(pk__in=self.visible_to(user).order_by().values("pk"))
        return self.of(person_id).filter(seen).prefetch_related(*self.beside)

    def of(self, person: object) -> QuerySet[Any]:
        return self.rows.filter(**{self.whom: person})

    def facts(self, person_id: uuid.UUID) -> Iterator[ChronologyEntry]:
        for row in self.of(person_id):
            yield from self.chronology(row)

    def passages(self, user: User, person_id: uuid.UUID) -> Iterator[Passage]:
        for row in self.seen_by(user, person_id):
            yield from self.pack(self.whole(user, row))

    def pieces(self, user: User, person_id: uuid.UUID) -> Iterator[Piece]:
        for row in self.seen_by(user, person_id).reverse():
            yield from self.share(row)

"""What something rests on, for the stages whose tables are `Ground`s: what of it a reader sees, and writing it. The stage has asked who may, and
leaves the audit row."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import Hidden
from heard.cases.stage.models import Ground
from heard.cases.stage.rules import MOST_OFFERED
from heard.govuk.environment import day
from heard.network.queries import SourceRead, sources_at, sources_read

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User


@dataclass(frozen=True)
class Rests:
    """What something rests on, as one reader may see it. `gone`: what of it was withdrawn, with when and why. `unseen_gone`: something that
    they may not see was, of which no more is said. `answer`: what was last said to that."""

    stands: list[SourceRead]
    gone: list[SourceRead]
    unseen_gone: bool
    answer: Ground | None
    waits: bool

    @property
    def people(self) -> set[uuid.UUID]:
        """Whom it shows."""
        return people_in([*self.stands, *self.gone])


def people_in(sources: Iterable[SourceRead]) -> set[uuid.UUID]:
    return {key for source in sources for key in source.people}


def with_grounds[T: Any](user: User, ground: type[Ground], rows: Iterable[T]) -> list[T]:
    """These rows, which the user sees, each with what it `rests` on. A fixed number of queries."""
    found = list(rows)
    chosen: dict[Any, list[Ground]] = {one.pk: [] for one in found}
    those = ground._default_manager.filter(**{f"{ground.of}__in": chosen}, taken_off_at=None)
    for one in those.select_related("source", "looked_by"):
        chosen[getattr(one, f"{ground.of}_id")].append(one)
    read = sources_read(user, {ground.source_id for some in chosen.values() for ground in some})
    for row in found:
        row.rests = _rests(chosen[row.pk], read)
    return found


def _rests(grounds: list[Ground], read: Mapping[uuid.UUID, SourceRead]) -> Rests:
    seen = [read[ground.source_id] for ground in grounds if ground.source_id in read]
    gone = [ground for ground in grounds if ground.source.withdrawn_at]
    answers = sorted(
        (ground for ground in gone if ground.looked_at),
        key=lambda ground: ground.looked_at or ground.chosen_at,
    )
    return Rests(
        stands=[one for one in seen if one.source.withdrawn_at is None],
        gone=[one for one in seen if one.source.withdrawn_at],
        unseen_gone=any(ground.source_id not in read for ground in gone),
        answer=answers[-1] if answers else None,
        waits=any(ground.looked_at is None for ground in gone),
    )


def to_rest_on(
    user: User, node_id: uuid.UUID | None, chosen: Collection[uuid.UUID] = ()
) -> dict[uuid.UUID, SourceRead]:
    """Sources that something about this node may rest on, by their keys: of its ties, those that the user may see, the latest; and those of
    `chosen` that they may see."""
    offered = sources_at(user, node_id, MOST_OFFERED) if node_id else ()
    return sources_read(user, chosen) | {one.source.pk: one for one in offered}


def as_choices(sources: Mapping[uuid.UUID, SourceRead]) -> list[tuple[str, str]]:
    """Sources as a form offers them: what each says, in whose words, since when and of which agency."""
    found = []
    for key, source in sources.items():
        known = ", ".join(filter(None, (day(source.source.recorded_at), str(source.source.holder or ""))))
        found.append((str(key), f"{source.said}: {source.source.words} ({known})"))
    return found


def standing(ground: type[Ground], **of: Any) -> set[uuid.UUID]:
    """Keys of the sources that something rests on and that were not withdrawn, whoever may see them."""
    rows = ground._default_manager.filter(**of, taken_off_at=None, source__withdrawn_at=None)
    return set(rows.values_list("source", flat=True))


def lost(ground: type[Ground]) -> QuerySet[Any]:
    """Grounds that were withdrawn, and of which nobody has said what that means."""
    rows = ground._default_manager.filter(
        taken_off_at=None, looked_at=None, source__withdrawn_at__isnull=False
    )
    return rows.order_by()


@transaction.atomic
def rest_on(*, by: User, row: Any, node_id: uuid.UUID | None, keys: Collection[uuid.UUID]) -> None:
    """From now on a row, about this node, rests on these sources of ties. What `by` may not see of what it rests on stays. `Hidden` for a
    source that they may not choose (`to_rest_on`)."""
    ground, wanted = row.rests_on.model, set(keys)
    has = standing(ground, **{ground.of: row})
    offered = to_rest_on(by, node_id, has)
    if not wanted <= offered.keys():
        raise Hidden
    off = row.rests_on.filter(taken_off_at=None, source__in=(has & offered.keys()) - wanted)
    off.update(taken_off_at=timezone.now())
    ground._default_manager.bulk_create(
        [ground(**{ground.of: row}, source_id=key, chosen_by=by) for key in sorted(wanted - has)]
    )


@transaction.atomic
def look_at_grounds(*, by: User, row: Any, what_now: str, why_now: str) -> None:
    """Somebody looked whether a row still stands of which something it rests on was withdrawn, and says what is done."""
    ground = row.rests_on.model
    waiting = lost(ground).filter(**{ground.of: row})
    waiting.update(what_now=what_now, why_now=why_now.strip(), looked_by=by, looked_at=timezone.now())

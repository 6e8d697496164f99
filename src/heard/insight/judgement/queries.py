"""What people said of pairs of records. `user` is always the first argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.insight.judgement.models import Judgement

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from heard.agencies.models import User


def judgements_visible_to(user: User) -> QuerySet[Judgement]:
    """Everything that was said, newest first, also what was taken back."""
    rows = Judgement.objects.select_related("by", "taken_back_by")
    return rows if user.may(May.SEE_LIST) else rows.none()


def standing_visible_to(user: User) -> QuerySet[Judgement]:
    """Of each pair what counts: the latest that was not taken back."""
    return judgements_visible_to(user).filter(_stands())


def standing(user: User, pairs: Iterable[str]) -> dict[str, Judgement]:
    """What counts for each of these pairs, by the pair's key."""
    return {row.pair: row for row in standing_visible_to(user).filter(pair__in=list(pairs))}


def blind_visible_to(user: User) -> QuerySet[Judgement]:
    """What was said without seeing what the engine made of it, oldest first; not what was taken back."""
    return judgements_visible_to(user).filter(blind=True, taken_back_at=None).order_by("at", "pk")


def judgement_visible_to(user: User, judgement_id: uuid.UUID) -> Judgement:
    try:
        return judgements_visible_to(user).get(pk=judgement_id)
    except Judgement.DoesNotExist:
        raise Hidden from None


def for_the_engine(user: User) -> list[dict[str, object]]:
    """What counts of all pairs, for the run that `user` asked for: rows of the engine's `judgements`, oldest first.

    Whoever asked for a run may have lost that role before its turn comes. What people decided is obeyed all the same.
    """
    names = ("left_source", "left_id", "right_source", "right_id", "judgement", "at", "why")
    rows = Judgement.objects.filter(_stands()).order_by("at", "pk").values(*names, "by_id")
    return [{**{name: row[name] for name in names}, "by": str(row["by_id"])} for row in rows.iterator()]


def _stands() -> Q:
    of_pair = Judgement.objects.filter(pair=OuterRef("pair"), taken_back_at=None)
    later = of_pair.filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")))
    return Q(taken_back_at=None) & ~Q(Exists(later))

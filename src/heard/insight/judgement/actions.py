"""Saying what two records are to one another, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused
from heard.insight.judgement import queries
from heard.insight.judgement.models import Judgement
from heard.insight.judgement.rules import Pair, why_not_judge, why_not_take_back

if TYPE_CHECKING:
    import uuid

    from heard.agencies.models import User


@transaction.atomic
def judge(*, by: User, pair: Pair, word: str, why: str, blind: bool = False) -> Judgement:
    """Adds what `by` thinks of two records; it stands from now on, before whatever was said of them.

    Nothing is linked or parted until the next run. `blind`: they did not see what the engine made of the two. Raises `Hidden`, `Refused`.
    """
    may_judge = by.may(May.JUDGE)
    if not may_judge:
        raise Hidden
    if refusal := why_not_judge(may_judge=may_judge, word=word, why=why):
        raise Refused(_(refusal))
    row = Judgement.objects.create(
        pair=pair.key, **pair._asdict(), judgement=word, why=why, by=by, blind=blind
    )
    _audit(by, "judge", row, why)
    return row


@transaction.atomic
def take_back(*, by: User, judgement_id: uuid.UUID, why: str) -> Judgement:
    """What was said before it stands again. The row stays, with who took it back and why. Raises `Hidden`, `Refused`."""
    seen = queries.judgement_visible_to(by, judgement_id)
    may_judge = by.may(May.JUDGE)
    if not may_judge:
        raise Hidden
    list(
        Judgement.objects.select_for_update().filter(pair=seen.pair)
    )  # two who take back at once wait for one another
    row = queries.judgement_visible_to(by, judgement_id)
    stands = queries.standing_visible_to(by).filter(pk=row.pk).exists()
    taken_back = row.taken_back_at is not None
    if refusal := why_not_take_back(may_judge=may_judge, taken_back=taken_back, stands=stands, why=why):
        raise Refused(_(refusal))
    row.taken_back_at, row.taken_back_by, row.taken_back_why = timezone.now(), by, why
    row.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_why"])
    _audit(by, "take back", row, why)
    return row


def _audit(by: User, verb: str, row: Judgement, why: str) -> None:
    detail = {"pair": row.pair, "judgement": row.judgement}
    record_audit(by=by, verb=verb, subject="judgement", subject_id=row.pk, reason=why, detail=detail)

"""What somebody may do so often in an hour and no more: a count in the database, since it holds for every process.

It is written down outside any transaction, so that what is refused afterwards counts too. Counts are kept for some days, for
whoever reviews unusual reading.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F
from django.utils import timezone

from heard.agencies.models import Tally
from heard.agencies.rules import why_not_again

if TYPE_CHECKING:
    from datetime import datetime

    from heard.agencies.models import User

KEPT: Final = timedelta(days=30)
TAKING_OUT, MAKING_PACKS = "take out", "make pack"  # under which it is counted
TAKES_OUT: Final = (TAKING_OUT, MAKING_PACKS)


def why_not_once_more(
    user: User, what: str, *, most: int, now: datetime | None = None, typed: bool = True
) -> str | None:
    """Counts it once more for this user, and says why they may not do it now, or None. `typed`: words stay in a form then."""
    hour = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    row, _new = Tally.objects.get_or_create(user=user, what=what, hour=hour, defaults={"most": most})
    Tally.objects.filter(pk=row.pk).update(number=F("number") + 1, most=most)
    row.refresh_from_db(fields=["number"])
    next_at = timezone.localtime(hour + timedelta(hours=1))
    return why_not_again(number=row.number, most=most, next_at=f"{next_at:%H:%M}", typed=typed)


def forget_old_counts(now: datetime) -> None:
    Tally.objects.filter(hour__lt=now - KEPT).delete()

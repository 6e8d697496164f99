"""Children who are to be seen, to be seen alone, or with whom there is to be contact, by how often the partnership has set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case.queries import working
from heard.cases.case.work import WORKERS, worker_of
from heard.cases.note import queries
from heard.cases.note.rules import see_by, seen_before
from heard.govuk.environment import day

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from heard.agencies.models import User


def _again(
    key: str,
    heading: StrOrPromise,
    rows: Callable[[User], QuerySet[Any]],
    near: Callable[[User], QuerySet[Any]],
    setting: str,
    *,
    what: StrOrPromise,
    last: StrOrPromise,
    never: StrOrPromise,
) -> WorkList:
    """What is to be done again within the days of this setting. `last`: when it was last; `never`: no note says that it ever was."""

    def days() -> int:
        return getattr(settings, setting) or 0

    return WorkList(
        key, heading, May.PLAN, rows, "note_write", "person",
        of="person_id", shows=("person", *WORKERS), whose=worker_of, own=working,
        due=lambda day: Q(since__lt=_start_of(seen_before(day, days()))),
        on=lambda row: see_by(timezone.localdate(row.since), days()),
        what=what,
        note=lambda row: last % {"date": day(row.last_at)} if row.last_at else never,
        only_if=near,
        child="person",
    )  # fmt: skip


TO_SEE = _again(
    "to-see", _("Children to be seen"), queries.to_see_soon, queries.near_to_see, "SEEN_EVERY_DAYS",
    what=_("See the child"), last=_("last seen %(date)s"), never=_("no note says that anybody has seen the child"),
)  # fmt: skip
TO_SEE_ALONE = _again(
    "to-see-alone", _("Children to be seen alone"), queries.to_see_alone_soon, queries.near_to_see_alone, "SEEN_ALONE_EVERY_DAYS",
    what=_("See the child alone"), last=_("last seen alone %(date)s"),
    never=_("no note says that anybody has seen the child alone"),
)  # fmt: skip
TO_CONTACT = _again(
    "to-contact", _("Contact to be made"), queries.to_contact_soon, queries.near_to_contact, "CONTACT_EVERY_DAYS",
    what=_("Be in touch"), last=_("last contact %(date)s"), never=_("no note says that there was any contact"),
)  # fmt: skip


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))

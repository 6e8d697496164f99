"""What may be read of what a child wrote themselves. `user` is always the first argument.

Everything that shows a message stands on `messages_visible_to`: what a child hides from somebody is read by those whom its notice was given to
and by nobody else, and by that person never.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.rules import To
from heard.cases.voice.models import ChildLink, ChildMessage, ChildReply
from heard.network.queries import not_denied_through, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Read:
    """As whom somebody read it, and when."""

    role: str
    name: str
    at: datetime


def links_visible_to(user: User) -> QuerySet[ChildLink]:
    """Links of the children whom this user may see, the latest first. When one was used is not said: it would tell of what is hidden."""
    rows = ChildLink.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "made_by", "ended_by")


def link_visible_to(user: User, child_link_id: uuid.UUID) -> ChildLink:
    """One of them, or `Hidden`."""
    found = links_visible_to(user).filter(pk=child_link_id).first()
    if found is None:
        raise Hidden
    return found


def messages_visible_to(user: User) -> QuerySet[ChildMessage]:
    """What children wrote themselves, the latest first, as far as this user may read it."""
    if not user.may(May.SEE_CHILD):
        return ChildMessage.objects.none()
    sees = visible_through(user, "person", among_others=True)
    given = Reader.objects.filter(notice=OuterRef("notice"), user=user).order_by()
    few = Q(Exists(given)) & sees
    if user.may(May.HEAR_OF_STAFF):
        as_officer = given.filter(role=To.OFFICER.value)
        few |= Q(Exists(as_officer)) & not_denied_through(user, "person")
    hidden = Q(hidden=True) & few & (Q(hidden_from__isnull=True) | ~Q(hidden_from=user))
    replies = ChildReply.objects.select_related("written_by")
    rows = ChildMessage.objects.filter((Q(hidden=False) & sees) | hidden)
    rows = rows.select_related("person", "words", "hidden_from", "checked_by")
    return rows.prefetch_related(Prefetch("replies", replies))


def message_visible_to(user: User, child_message_id: uuid.UUID) -> ChildMessage:
    """One of them, or `Hidden`."""
    found = messages_visible_to(user).filter(pk=child_message_id).first()
    if found is None:
        raise Hidden
    return found


def is_outside(user: User, message: ChildMessage) -> bool:
    """Whether this user may check what is hidden: a designated officer, or else somebody who decides, in no team of whom it is hidden from. The
    caller has shown that they may read it."""
    if not (user.may(May.HEAR_OF_STAFF) or user.may(May.DECIDE)):
        return False
    about = message.hidden_from
    return about is None or (about != user and not user.team_ids & about.team_ids)


def to_check(user: User) -> QuerySet[ChildMessage]:
    """Hidden messages that somebody outside their line has yet to look at, the longest ago first."""
    rows = messages_visible_to(user).filter(hidden=True, checked_at=None)
    if not user.may(May.HEAR_OF_STAFF):
        rows = rows.filter(~Exists(_officers())) if user.may(May.DECIDE) else rows.none()
    return rows.exclude(hidden_from__memberships__team__in=user.team_ids).order_by("check_due_at", "pk")


def _officers() -> QuerySet[Reader]:
    """That a message was given to a designated officer."""
    return Reader.objects.filter(notice=OuterRef("notice"), role=To.OFFICER.value).order_by()


def read_by(user: User, message: ChildMessage) -> list[Read]:
    """Who has said that they read it, the first first. The caller has shown that the user may read it."""
    if not user.may(May.SIGNED_IN):
        return []
    rows = Reader.objects.filter(notice=message.notice_id, seen_at__isnull=False).select_related("user")
    return [
        Read(row.role, str(row.user), row.seen_at) for row in rows.order_by("seen_at", "pk") if row.seen_at
    ]


def has_to_read(user: User, message: ChildMessage) -> bool:
    """Whether it is on this user’s list, and they have not said that they read it."""
    return Reader.objects.filter(notice=message.notice_id, user=user, seen_at=None).exists()

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
from django.utils import timezone

from heard.agencies.queries import has_done
from heard.agencies.rules import Hidden, May, Role
from heard.cases.case.models import Case
from heard.cases.case.notices import addressees
from heard.cases.case.notices.addressees import About
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.rules import NoticeKind, To
from heard.cases.case.queries import my_cases, summary_of, working
from heard.cases.panel.models import PanelItem
from heard.cases.panel.queries import falls_to, items_of_people, items_visible_to
from heard.cases.review.models import Review
from heard.cases.review.queries import falls_to as review_falls_to
from heard.cases.review.queries import reviews_visible_to
from heard.cases.voice import rules
from heard.cases.voice.models import ChildDecision, ChildLink, ChildMessage, ChildReply, ChildTranscript
from heard.network.queries import about, not_denied_through, people_visible_to, sees, visible_through
from heard.network.rules import FactKind

if TYPE_CHECKING:
    from typing import Any

    from heard.agencies.models import User
    from heard.cases.case.models import WarningNote
    from heard.network.models import Fact


@dataclass(frozen=True)
class Read:
    """As whom somebody read it, and when."""

    role: str
    name: str
    at: datetime


@dataclass(frozen=True)
class Near:
    """What somebody needs who has to reach a child now: their numbers, who works with them, and what to mind before ringing."""

    phones: list[Fact]
    case: Case | None
    warnings: list[WarningNote]


def near(user: User, row: ChildMessage) -> Near | None:
    """Five queries. None where the user may read what the child wrote and not the record."""
    if not people_visible_to(user).filter(pk=row.person_id).exists():
        return None
    case, warnings = summary_of(user, row.person_id)
    return Near(about(user, row.person).facts.get(FactKind.PHONE.value, []), case, warnings)


def links_visible_to(user: User) -> QuerySet[ChildLink]:
    """Links of the children whom this user may see, the latest first. When one was used is not said: it would tell of what is hidden."""
    rows = ChildLink.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "made_by", "ended_by", "asked_by")


def link_visible_to(user: User, child_link_id: uuid.UUID) -> ChildLink:
    """One of them, or `Hidden`."""
    found = links_visible_to(user).filter(pk=child_link_id).first()
    if found is None:
        raise Hidden
    return found


def good_links(user: User, person_id: uuid.UUID) -> int:
    """How many links of the child are good now. Whether they use one, or chose a secret, is not said: it would tell of what is hidden."""
    return links_visible_to(user).filter(_good(timezone.now()), person_id=person_id).count()


def _good(now: datetime) -> Q:
    return Q(ended_at=None, wrong_words__lt=rules.MOST_WRONG, expires_at__gt=now)


def decisions_visible_to(user: User) -> QuerySet[ChildDecision]:
    """What was written for children of what meetings decided, of the children whom this user may see, the first first."""
    items = items_visible_to(user).filter(person__isnull=False).order_by().values("pk")
    reviews = reviews_visible_to(user).order_by().values("pk")
    rows = ChildDecision.objects.filter(Q(panel_item__in=items) | Q(review__in=reviews))
    return rows.select_related("written_by")


def items_to_write(user: User) -> QuerySet[PanelItem]:
    """What panels decided about children who had a link then, whatever became of it, and which is not told as it stands: nothing was written for the
    child since, or only to be read at a link, and there is none about which the child was asked. Of whoever wrote the decision down, and of the
    child’s workers where they have left or see the child no longer. Whether the child uses the link decides nothing."""
    rows = items_of_people(user).filter(section="children", taken_off_at=None, decided_at__isnull=False)
    told = _told("panel_item", "person").filter(written_at__gte=OuterRef("decided_at"))
    had = _had_link("person", "decided_at")
    return rows.filter(falls_to(user), had, ~Exists(told)).order_by("decided_at", "pk")


def reviews_to_write(user: User) -> QuerySet[Review]:
    """The same of reviews."""
    had, told = _had_link("plan__case__person", "recorded_at"), _told("review", "plan__case__person")
    rows = reviews_visible_to(user).filter(review_falls_to(user), had, ~Exists(told))
    return rows.order_by("held_on", "pk")


def near_items(user: User) -> QuerySet[PanelItem]:
    """Items without which there is none in `items_to_write`. Whether the user may see one is asked beside."""
    mine = Q(decided_by=user) | Q(person__in=_of_worker(user))
    return PanelItem.objects.order_by().filter(mine, _had_link("person", "decided_at"))


def near_reviews(user: User) -> QuerySet[Review]:
    """The same of `reviews_to_write`."""
    mine = Q(held_by=user) | Q(plan__case__person__in=_of_worker(user))
    return Review.objects.order_by().filter(mine, _had_link("plan__case__person", "recorded_at"))


def near_spoken(user: User) -> QuerySet[ChildMessage]:
    """The same of `to_write_down`: what is hidden from somebody only where it was given to this user to read."""
    mine = Q(hidden=False, person__in=_of_worker(user)) | Q(notice__readers__user=user)
    return ChildMessage.objects.order_by().filter(mine, seconds__gt=0, transcripts=None)


def _of_worker(user: User) -> QuerySet[Case, Any]:
    """Keys of the children whose worker this user is."""
    return Case.objects.order_by().filter(working(user)).values("person")


def _had_link(person: str, at: str) -> Exists:
    links = ChildLink.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=OuterRef(at)),
        person=OuterRef(person),
        made_at__lte=OuterRef(at),
        expires_at__gt=OuterRef(at),
    )
    return Exists(links.order_by())


def _told(meeting: str, person: str) -> QuerySet[ChildDecision]:
    """What was written for the child of the meeting around it, and reaches them: told otherwise, or at a link about which they were asked and that is
    good, or was for long enough."""
    enough = OuterRef("written_at") + rules.TOLD_WITHIN
    lasted = Q(Q(ended_at=None) | Q(ended_at__gte=enough), expires_at__gte=enough)
    links = ChildLink.objects.filter(
        _good(timezone.now()) | lasted,
        person=OuterRef(f"{meeting}__{person}"),
        who_writes=rules.WhoWrites.CHILD.value,
        made_at__lte=OuterRef("written_at"),
    )
    rows = ChildDecision.objects.filter(Q(is_safe=False) | Q(Exists(links.order_by())))
    return rows.filter(**{meeting: OuterRef("pk")}).order_by()


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
    rows = rows.select_related(
        "person", "words", "hidden_from", "checked_by", "described_by", "decision", "link__made_by"
    )
    written = ChildTranscript.objects.select_related("written_by")
    return rows.prefetch_related(Prefetch("replies", replies), Prefetch("transcripts", written))


def message_visible_to(user: User, child_message_id: uuid.UUID) -> ChildMessage:
    """One of them, or `Hidden`."""
    found = messages_visible_to(user).filter(pk=child_message_id).first()
    if found is None:
        raise Hidden
    return found


def to_write_down(user: User) -> QuerySet[ChildMessage]:
    """What children spoke and nobody has written down yet, the longest ago first: what was given to this user to read; and, hidden from nobody, what is of
    a child whose worker they are, where whoever it was given to has left or sees the child no longer."""
    readers = Reader.objects.filter(notice=OuterRef("notice")).order_by()
    left = ~Exists(readers.filter(sees(user, "user", "notice__person")))
    theirs = Q(hidden=False, person__in=my_cases(user).order_by().values("person"))
    rows = messages_visible_to(user) if may_write_of(user) else ChildMessage.objects.none()
    rows = rows.filter(Exists(readers.filter(user=user)) | (theirs & left))
    rows = rows.filter(seconds__gt=0, transcripts=None, taken_back_at=None)
    return rows.defer("drawing").order_by("sent_at", "pk")


def may_write_of(user: User) -> bool:
    """Whether their role answers, describes or writes down what children send, where they may read it."""
    return any(user.may(value) for value in (May.ASSESS, May.DECIDE, May.HEAR_OF_STAFF))


def is_outside(user: User, message: ChildMessage) -> bool:
    """Whether this user may check what is hidden: a designated officer, or else somebody who decides, in no team of whom it is hidden from, or, where
    the child named somebody in words, of the case. The caller has shown that they may read it."""
    if not (user.may(May.HEAR_OF_STAFF) or user.may(May.DECIDE)):
        return False
    few = bool(message.hidden_other)
    about = About(message.person_id, message.sent_at, not_to=kept_from(message), beyond_case=few)
    return addressees.is_outside(user, about)


def kept_from(message: ChildMessage) -> User:
    """Who never learns of it: whom the child chose; where they only named somebody in words, whoever gave out the link."""
    return message.hidden_from or message.link.made_by


def to_check(user: User) -> QuerySet[ChildMessage]:
    """Hidden messages that somebody outside their line has yet to look at, the longest ago first."""
    rows = messages_visible_to(user).filter(hidden=True, checked_at=None)
    if not user.may(May.HEAR_OF_STAFF):
        theirs = ~Exists(_officers()) | Q(check_due_at__lt=timezone.now())
        rows = rows.filter(theirs) if user.may(May.DECIDE) else rows.none()
    rows = rows.exclude(hidden_from__memberships__team__in=user.team_ids).defer("drawing")
    return rows.order_by("check_due_at", "pk")


def _officers() -> QuerySet[Reader]:
    """That a message was given to a designated officer who is one now."""
    rows = Reader.objects.filter(notice=OuterRef("notice"), role=To.OFFICER.value, user__is_active=True)
    return rows.filter(user__memberships__role=Role.OFFICER).order_by()


def links_to_ask_about(user: User) -> QuerySet[ChildLink]:
    """Links that somebody else made for a child of whose links this user was told, and about which nobody has asked the child."""
    rows = links_visible_to(user).filter(_to_ask_about(user))
    return rows.order_by("ask_by", "pk")


def near_links(user: User) -> QuerySet[ChildLink]:
    """Links without which there is none of them. Whether the user may see the child is asked beside."""
    return ChildLink.objects.order_by().filter(_to_ask_about(user))


def _to_ask_about(user: User) -> Q:
    told = Reader.objects.filter(
        user=user, notice__kind=NoticeKind.CHILD_LINK.value, notice__person=OuterRef("person")
    )
    return Q(Exists(told.order_by()), asked_at=None, ask_by__isnull=False) & ~Q(made_by=user)


def read_by(user: User, message: ChildMessage) -> list[Read]:
    """Who has said that they read it, the first first. The caller has shown that the user may read it."""
    if not user.may(May.SIGNED_IN):
        return []
    rows = Reader.objects.filter(notice=message.notice_id, seen_at__isnull=False).select_related("user")
    return [
        Read(row.role, str(row.user), row.seen_at) for row in rows.order_by("seen_at", "pk") if row.seen_at
    ]


def has_to_read(user: User, message: ChildMessage) -> bool:
    """Whether it, or what became of it, is on this user’s list, and they have not said that they read it."""
    of = {"notice__subject": "child message", "notice__subject_id": str(message.pk), "notice__ended_at": None}
    return Reader.objects.filter(**of, user=user, seen_at=None).exists()


def has_listened(user: User, message: ChildMessage, since: datetime | None = None) -> bool:
    """Whether this user has listened to what the child spoke; ever, or since then. The caller has shown that they may read it."""
    return has_done(user, verb="listen", subject="child message", subject_id=message.pk, since=since)


def is_known(user: User, message: ChildMessage) -> bool:
    """Whether what the child sent can be read where it stands, or this user has listened to it."""
    read = not message.seconds or message.written_down is not None or message.taken_back_at is not None
    return read or has_listened(user, message)

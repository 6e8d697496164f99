"""What somebody has to see, and who has seen what. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Min, Q, QuerySet
from django.db.models.lookups import IsNull
from django.utils import timezone

from heard.agencies.queries import colleagues_visible_to, duty_team, who_are
from heard.agencies.rules import MAY, Hidden, May
from heard.cases.case.notices import rules
from heard.cases.case.notices.addressees import About, away_on, nobody_there, on_duty
from heard.cases.case.notices.models import Cover, Duty, Notice, NoticeMail, Reader
from heard.cases.case.notices.rules import To
from heard.cases.case.rules import bank_holidays
from heard.network.queries import decided_by_no_other, findable_through, not_denied_through, visible_through
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import Agency, Team, User
    from heard.network.models import Person


_MAILED_WITHIN: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class Seen:
    """That somebody of a role in an agency has seen it, and when: whoever told it reads this, and no name."""

    role: str
    agency: str
    at: datetime


@dataclass(frozen=True)
class Rung:
    """Whom to ring now. `who` is '' where it is the duty team's number."""

    who: str
    phone: str


def notices_of(user: User) -> QuerySet[Reader]:
    """What this user had to see of the records that they may still open: what has not ended first, of that what they
    have not seen, of that what is urgent and the latest."""
    if not user.may(May.SIGNED_IN):
        return Reader.objects.none()
    return _told(user, _there(user))


def _told(user: User, which: Q) -> QuerySet[Reader]:
    rows = Reader.objects.filter(which, user=user)
    rows = rows.select_related("notice__person", "notice__told_by", "covers")
    ended, seen = IsNull(F("notice__ended_at"), False), IsNull(F("seen_at"), False)
    return rows.order_by(ended, seen, "-notice__urgent", "-notice__told_at", "pk")


_UNREAD: Final = Q(seen_at=None, notice__ended_at=None)


def _there(user: User) -> Q:
    """What a notice is about is still there for this user, as far as `rules.level_of` its kind."""
    record = visible_through(user, "notice__person", among_others=True)
    summary = visible_through(user, "notice__person", level=Level.SUMMARY, among_others=True)
    given = Q(notice__kind__in=rules.GIVEN) & not_denied_through(user, "notice__person")
    known = Q(notice__kind__in=rules.FROM_SUMMARY) & summary
    told = Q(role=To.TELLER.value) & findable_through(user, "notice__person")
    officer = Q(role=To.OFFICER.value) & not_denied_through(user, "notice__person")
    return Q(notice__person__isnull=True) | record | given | known | told | officer


def told_of(user: User, *kinds: rules.NoticeKind) -> list[str]:
    """Keys of what this user was told of by notices of these kinds."""
    rows = Reader.objects.filter(user=user, notice__kind__in=kinds)
    return list(rows.values_list("notice__subject_id", flat=True))


def agencies_told(user: User, kind: rules.NoticeKind, *, subject: str, subject_id: object) -> set[uuid.UUID]:
    """Keys of the agencies in which somebody was told of it. The caller has shown that the user may see that much of the subject."""
    rows = Reader.objects.filter(
        notice__kind=kind.value, notice__subject=subject, notice__subject_id=str(subject_id)
    )
    agencies = rows.values_list("user__memberships__team__agency", flat=True)
    return set(agencies) if user.may(May.SEE_CHILD) else set()


def nobody_acts(user: User, person_id: uuid.UUID | None, agency: Agency, team: Team | None) -> bool:
    """Whether nobody of the team, or without one of the agency, can be told of something about this child, or about a place or group, as
    far as the list of who may see the record says. The caller has shown that the user sees it."""
    part: dict[str, Any] = {"teams": (team.pk,)} if team else {"agencies": (agency.pk,)}
    return user.may(May.SEE_CHILD) and nobody_there(About(person_id, timezone.now(), **part))


def given_there(
    user: User, person_id: uuid.UUID, agency: Agency, team: Team | None, *, since: datetime
) -> bool:
    """Whether somebody of the team, or without one of the agency, was given something to do for a child since then. The caller has shown
    that the user sees the child."""
    theirs = {"user__memberships__team": team} if team else {"user__memberships__team__agency": agency}
    rows = Reader.objects.filter(
        role=To.NAMED.value,
        notice__kind=rules.NoticeKind.ACTION.value,
        notice__person=person_id,
        notice__ended_at=None,
        notice__told_at__gte=since,
        **theirs,
    )
    return user.may(May.SEE_CHILD) and rows.exists()


def worries_about(user: User, person_id: uuid.UUID) -> dict[str, list[User]]:
    """Keys of worries about somebody who works with children, namely this user, and about this child, each with who heard of it.
    It is shown to nobody."""
    rows = Reader.objects.filter(
        notice__subject="staff worry", notice__person=person_id, notice__not_to=user
    ).select_related("user", "notice")
    heard: dict[str, list[User]] = {}
    for row in rows.order_by("pk"):
        heard.setdefault(row.notice.subject_id, []).append(row.user)
    return heard


def unread_of(user: User, person_id: uuid.UUID | None = None) -> QuerySet[Reader]:
    """Those of them that they have not said they have seen; of one child, where that is given."""
    rows = notices_of(user).filter(_UNREAD)
    return rows if person_id is None else rows.filter(notice__person_id=person_id)


def unread_about(user: User, person: Person) -> QuerySet[Reader]:
    """The same of a child whose record was opened to this user: all that they were told of that child is still there for them."""
    return _told(user, Q(notice__person=person)).filter(_UNREAD)


def notice_of(user: User, reader_id: int) -> Reader:
    """One of them, or `Hidden`."""
    found = notices_of(user).filter(pk=reader_id).first()
    if found is None:
        raise Hidden
    return found


def urgent_unseen(user: User, person_id: uuid.UUID) -> QuerySet[Notice]:
    """What is urgent about this child and nobody who answers for it has seen, for everybody who may open the record: not what was
    given to a few."""
    return urgent_of(user, person_id).filter(visible_through(user, "person")).order_by("-told_at")


def urgent_of(user: User, person: Any) -> QuerySet[Notice]:
    """The same of a child whom the caller has shown to be visible, or of a column with one in a longer question."""
    rows = Notice.objects.filter(person=person, urgent=True, taken_at=None, ended_at=None)
    rows = rows.exclude(kind__in=rules.GIVEN | rules.FOR_FEW).order_by()
    return rows if user.may(May.SEE_CHILD) else rows.none()


def urgent_of_others(user: User, children: QuerySet[Any, Any]) -> QuerySet[Notice]:
    """The same of these children, whom the caller has shown to be visible, the oldest first: not what the user was told of by name, which
    stands on their own list."""
    rows = Notice.objects.filter(person__in=children, urgent=True, taken_at=None, ended_at=None)
    rows = rows.exclude(kind__in=rules.GIVEN | rules.FOR_FEW).exclude(readers__user=user)
    rows = rows.select_related("person", "told_by").order_by("told_at", "pk")
    return rows if user.may(May.SEE_CHILD) else rows.none()


def urgent_waits(user: User | None) -> bool:
    """Whether something urgent has waited for longer than it takes to be passed on and mailed, whosever it is: for anybody who is
    signed in, and no more than that. `user`: None for a machine that watches."""
    rows = _waiting_urgent(user)
    asks = user is None or user.may(May.SIGNED_IN)
    return asks and rows.filter(told_at__lt=timezone.now() - _MAILED_WITHIN).exists()


def _waiting_urgent(user: User | None) -> QuerySet[Notice]:
    """Not what this user must never learn of: not even that something waits."""
    rows = Notice.objects.filter(urgent=True, taken_at=None, ended_at=None)
    return rows.exclude(not_to=user) if user else rows


def oldest_urgent(user: User | None, now: datetime) -> float:
    """For how many seconds the oldest urgent notice has waited that nobody who answers for it has seen; 0 where none does. `user`: None
    for a machine that watches."""
    if user is not None and not user.may(May.MANAGE):
        return 0.0
    rows = _waiting_urgent(user).filter(told_at__lte=now)
    since = rows.aggregate(since=Min("told_at"))["since"]
    return (now - since).total_seconds() if since else 0.0


def seen_by(user: User, *, subject: str, subject_id: object) -> list[Seen]:
    """By which roles of which agencies it has been seen, the first first. The caller has shown that the user may see that
    much of the subject. Colleagues of the same role and agency count once."""
    if not user.may(May.SIGNED_IN):
        return []
    rows = Reader.objects.filter(
        notice__subject=subject, notice__subject_id=str(subject_id), seen_at__isnull=False
    )
    rows = (
        rows.exclude(notice__kind__in=rules.AFTER_IT).exclude(role=rules.To.TELLER).order_by("seen_at", "pk")
    )
    known = who_are(user, [row.user_id for row in rows])
    found: dict[tuple[str, str], Seen] = {}
    for row in rows:
        agency = known[row.user_id].agency if row.user_id in known else ""
        assert row.seen_at is not None
        found.setdefault((row.role, agency), Seen(row.get_role_display(), agency, row.seen_at))
    return list(found.values())


def has_been_read(user: User, kind: rules.NoticeKind, *, subject: str, subject_id: object) -> bool:
    """Whether anybody has said that they saw it. The caller has shown that the user may see that much of the subject."""
    rows = Notice.objects.filter(kind=kind.value, subject=subject, subject_id=str(subject_id), ended_at=None)
    return user.may(May.SIGNED_IN) and rows.filter(readers__seen_at__isnull=False).exists()


def who_was_told(user: User, subjects: Iterable[tuple[str, object]]) -> list[User]:
    """Everybody who was given a notice about one of these, for whoever takes back what it said. The caller has shown that the
    user may see them."""
    if not user.may(May.SIGNED_IN):
        return []
    same = [Q(notice__subject=subject, notice__subject_id=str(key)) for subject, key in subjects]
    rows = Reader.objects.filter(reduce(or_, same)).select_related("user")
    return list({row.user_id: row.user for row in rows}.values())


def who_had_a_notice(user: User, person_id: uuid.UUID, most: int) -> set[int]:
    """Keys of those who were given a notice about this child, so many at most; none that goes to a few. The caller has shown that the
    user may see the child."""
    rows = Reader.objects.filter(notice__person_id=person_id).exclude(notice__kind__in=rules.FOR_FEW)
    keys = rows.order_by().values_list("user_id", flat=True)
    return set(keys.distinct()[:most]) if user.may(May.SEE_CHILD) else set()


def whom_to_ring(user: User, at: datetime | None = None) -> list[Rung]:
    """Who is on duty now; where the rota names nobody, the duty team's number."""
    if not user.may(May.SIGNED_IN):
        return []
    found = [Rung(str(row.user), row.phone) for row in on_duty(at or timezone.now())]
    team = duty_team(user)
    if not found and team is not None and team.duty_phone:
        return [Rung("", team.duty_phone)]
    return found


def mailed_at_once(user: User) -> set[str]:
    """Kinds of which this user gets a mail at once."""
    chosen = dict(NoticeMail.objects.filter(user_id=user.pk).values_list("kind", "at_once"))
    return {
        kind.value
        for kind in rules.NoticeKind
        if kind in rules.URGENT or chosen.get(kind, kind in rules.AT_ONCE)
    }


def kinds_to_choose(user: User) -> dict[str, list[tuple[str, str]]]:
    """Kinds of which somebody may choose whether they are mailed at once, as choices by their part. What is urgent always is."""
    return {
        part: [(kind.value, str(Notice.Kind(kind).label)) for kind in kinds]
        for part, kinds in rules.MAILED_BY_PART.items()
    }


def cover_of(user: User) -> Cover | None:
    """Who covers for this user, where they said so and it is not over."""
    rows = Cover.objects.filter(user_id=user.pk, until__gte=timezone.localdate())
    return rows.select_related("covered_by").first()


def left_to_nobody(user: User) -> list[Person]:
    """Restricted records that this user decides about, and everybody else who does is away today or cannot sign in."""
    return list(decided_by_no_other(user, but=away_on(timezone.now())))


def whom_they_cover(user: User) -> list[User]:
    """Colleagues who are away today and said that this user covers for them."""
    return [row.user for row in _covers(user).select_related("user")]


def covered_by(user: User) -> QuerySet[Cover, Any]:
    """Their keys."""
    return _covers(user).values("user")


def _covers(user: User) -> QuerySet[Cover]:
    today = timezone.localdate()
    return Cover.objects.filter(covered_by=user.pk, since__lte=today, until__gte=today, user__is_active=True)


def who_can_cover(user: User) -> dict[str, tuple[User, str]]:
    """Colleagues of the same agencies who work with children, by key."""
    mine = user.agencies_where(May.SIGNED_IN)
    doing = [role for role, allowed in MAY.items() if May.PLAN in allowed]
    rows = colleagues_visible_to(user).filter(memberships__role__in=doing, memberships__team__agency__in=mine)
    return {str(row.pk): (row, str(row)) for row in rows.exclude(pk=user.pk).distinct()}


def rota(user: User, *, since: datetime) -> QuerySet[Duty]:
    """Who is on duty from a moment on, for those who keep the rota."""
    rows = Duty.objects.filter(ends__gt=since).select_related("user")
    return rows if user.may(May.MANAGE) else rows.none()


@dataclass(frozen=True)
class Gap:
    """Hours in which nobody is on duty, and the bank holidays of England in them. `goes_on`: nobody is on the rota after that either, as
    far as was looked."""

    begins: datetime
    ends: datetime
    holidays: list[date]
    goes_on: bool


def gaps_in_rota(user: User, *, since: datetime) -> list[Gap]:
    """Of the next weeks, for those who keep the rota."""
    until = since + rules.LOOKS_AHEAD
    rows = rota(user, since=since).filter(user__is_active=True, begins__lt=until)
    return [
        Gap(begins, ends, bank_holidays(timezone.localdate(begins), timezone.localdate(ends)), ends == until)
        for begins, ends in rules.gaps(rows.values_list("begins", "ends"), since, until)
    ]


def duty_visible_to(user: User, duty_id: int) -> Duty:
    """One of the rota, or `Hidden`."""
    found = Duty.objects.filter(pk=duty_id).first() if user.may(May.MANAGE) else None
    if found is None:
        raise Hidden
    return found


def who_can_be_on_duty(user: User) -> dict[str, tuple[User, str]]:
    """Co-ordinators and supervisors, by key, each with their agency."""
    deciding = [role for role, allowed in MAY.items() if May.DECIDE in allowed]
    rows = list(colleagues_visible_to(user).filter(memberships__role__in=deciding).distinct())
    known = who_are(user, [row.pk for row in rows])
    return {str(row.pk): (row, f"{known[row.pk].name}, {known[row.pk].agency}") for row in rows}

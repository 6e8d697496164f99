"""What others may read about shares and requests. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from heard.agencies.queries import agencies_led_by, led_by, workers
from heard.agencies.rules import Hidden, May
from heard.cases.assessment.queries import named_without_record
from heard.cases.case.counting import Counting
from heard.cases.case.notices.queries import agencies_told, covered_by, whom_they_cover
from heard.cases.case.notices.rules import NoticeKind as Told
from heard.cases.case.queries import beside_words, worked_in
from heard.cases.sharing import rules
from heard.cases.sharing.models import Chase, Delivery, InfoRequest, Receipt, Share, ShareReview
from heard.cases.sharing.pieces import pieces_of
from heard.cases.sharing.rules import ShareSection
from heard.network.queries import (
    involvements_of,
    not_denied_through,
    people_visible_to,
    person_visible_to,
    visible_through,
    web,
    why_not_let_in,
)

if TYPE_CHECKING:
    from heard.agencies.models import User

_SOON = timedelta(days=7)


def shares_visible_to(user: User) -> QuerySet[Share]:
    """Shares and refusals about children whose record the user may open, latest first."""
    rows = Share.objects.filter(visible_through(user, "person"))
    return rows.select_related(
        "person", "to_agency", "to_user", "prepared_by", "decided_by", "words", "delivery__withdrawn_by"
    ).order_by("-prepared_at")


def share_visible_to(user: User, share_id: uuid.UUID) -> Share:
    """With its reviews, or `Hidden`."""
    reviews = ShareReview.objects.select_related("reviewed_by")
    rows = shares_visible_to(user).prefetch_related(Prefetch("reviews", reviews))
    share = rows.filter(pk=share_id).first()
    if share is None:
        raise Hidden
    return share


def shares_of(user: User, person_id: uuid.UUID) -> QuerySet[Share]:
    """Who was given what about this child and who was not, latest first; those not decided yet too.

    `Hidden` unless the user may see the child.
    """
    person_visible_to(user, person_id)
    return shares_visible_to(user).filter(person_id=person_id)


def shares_to_review(user: User, *, today: date) -> QuerySet[Share]:
    """Decisions to look at again within a week, and those not decided yet, which this user has to do with; first due
    first."""
    if not user.may(May.SHARE):
        return Share.objects.none()
    return shares_visible_to(user).filter(_to_review(user, today)).order_by("review_on", "prepared_at")


def _to_review(user: User, today: date) -> Q:
    due = Q(review_on__lte=today + _SOON) | Q(state=rules.SharingState.PREPARED, prepared_by=user)
    return due & (Q(prepared_by=user) | Q(decided_by=user) | _works_with(user))


def shares_near(user: User, *, today: date) -> QuerySet[Share]:
    """Shares without which there is none of them. Whether the user may see the child is asked beside."""
    return Share.objects.order_by().filter(_to_review(user, today))


# ---- what was delivered to the reader


def deliveries_to(user: User) -> QuerySet[Delivery]:
    """What was shared with this user, the latest first: by name, or with an agency that they lead; with somebody for whom
    they cover; and what they opened for somebody once and was withdrawn since. They need not see the child's record, but whoever is kept out of it sees none of this."""
    if not user.may(May.SEE_CHILD):
        return Delivery.objects.none()
    opened = Receipt.objects.filter(delivery=OuterRef("pk"), user=user)
    mine = Q(Exists(opened), withdrawn_at__isnull=False)
    for one in (user, *whom_they_cover(user)):
        mine |= _named(one) | Q(share__to_agency__in=agencies_led_by(one))
    rows = Delivery.objects.filter(mine, not_denied_through(user, "share__person"))
    return rows.select_related("share__person", "share__to_agency", "share__decided_by", "share__to_user")


def _named(user: User) -> Q:
    """By name, for as long as they work there."""
    return Q(share__to_user=user, share__to_agency__in=user.agencies_where(May.SEE_CHILD))


def delivery_to(user: User, delivery_id: uuid.UUID) -> Delivery:
    """One of them, or `Hidden`."""
    found = deliveries_to(user).filter(pk=delivery_id).first()
    if found is None:
        raise Hidden
    return found


def has_opened(user: User, delivery: Delivery) -> bool:
    return Receipt.objects.filter(delivery=delivery, user=user).exists()


def deliveries_to_open(user: User, *, now: datetime) -> QuerySet[Delivery]:
    """What nobody has opened yet, the first delivered first. What was sent to somebody else by name is on the leads' list
    once it has lain for some days."""
    late = Q(delivered_at__lte=now - rules.UNOPENED)
    away = Q(share__to_user__in=[one.pk for one in whom_they_cover(user)])
    mine = Q(share__to_user=None) | Q(share__to_user=user) | Q(share__to_user__is_active=False) | away | late
    rows = deliveries_to(user).filter(mine, withdrawn_at=None, receipts=None)
    return rows.filter(until__gte=timezone.localdate(now)).order_by("delivered_at")


def receipts_of(user: User, share_id: uuid.UUID) -> QuerySet[Receipt]:
    """Who of the other side opened it and when, the first first: for whoever sees the share."""
    rows = Receipt.objects.filter(delivery__share__in=shares_visible_to(user).order_by().filter(pk=share_id))
    return rows.select_related("user")


def not_opened_near(user: User) -> QuerySet[Delivery]:
    """Deliveries without which there is none in `deliveries_not_opened`. Whether the user may see the child is asked beside."""
    mine = Q(share__decided_by=user) | Q(share__person__in=_worked_with(user))
    return Delivery.objects.order_by().filter(mine, withdrawn_at=None, receipts=None)


def to_open_near(user: User) -> QuerySet[Delivery]:
    """Deliveries without which there is none in `deliveries_to_open`. Whether the user is kept out of the record is asked beside."""
    covered = covered_by(user)
    mine = Q(share__to_user=user) | Q(share__to_user__in=covered)
    mine |= Q(share__to_agency__in=led_by(user)) | Q(share__to_agency__in=led_by(covered))
    return Delivery.objects.order_by().filter(mine, withdrawn_at=None, receipts=None)


def deliveries_not_opened(user: User, *, now: datetime) -> QuerySet[Delivery]:
    """What this user has to do with, was delivered some days ago, and nobody there has opened."""
    if not user.may(May.SHARE):
        return Delivery.objects.none()
    rows = not_opened_near(user).filter(visible_through(user, "share__person"))
    rows = rows.filter(delivered_at__lte=now - rules.UNOPENED)
    rows = rows.filter(until__gte=timezone.localdate(now)).select_related("share__person", "share__to_agency")
    return rows.order_by("delivered_at")


def who_can_receive(user: User) -> dict[str, tuple[User, str]]:
    """Users to whom something can be sent by name, by key, each with their agency: those who work with children."""
    return {
        str(worker.pk): (worker, f"{worker}, {worker.team.agency}")
        for worker in workers(user, May.SEE_CHILD)
        if worker.team
    }


# ---- requests


def requests_visible_to(user: User) -> QuerySet[InfoRequest]:
    rows = InfoRequest.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "agency", "noted_by", "answer_noted_by", "file", "share")


def asked_of(user: User) -> QuerySet[InfoRequest]:
    """What was asked of agencies that this user leads, the day on which it is due first. They need not see the child's record, but
    whoever is kept out of it sees none of this."""
    if not user.may(May.SEE_CHILD):
        return InfoRequest.objects.none()
    mine = Q(direction=rules.Direction.WE_ASK, agency__in=agencies_led_by(user))
    rows = InfoRequest.objects.filter(mine, not_denied_through(user, "person"))
    return rows.select_related("person", "agency", "noted_by", "answer_noted_by").order_by(
        "due_on", "noted_at"
    )


def asked_of_us(user: User, request_id: uuid.UUID) -> InfoRequest:
    """One of them, or `Hidden`."""
    found = asked_of(user).filter(pk=request_id).first()
    if found is None:
        raise Hidden
    return found


def to_answer_near(user: User) -> QuerySet[InfoRequest]:
    """Requests without which there is none of them. Whether the user is kept out of the record is asked beside."""
    rows = InfoRequest.objects.order_by().filter(state=rules.Answer.OPEN, direction=rules.Direction.WE_ASK)
    return rows.filter(agency__in=led_by(user))


def to_answer(user: User) -> QuerySet[InfoRequest]:
    """Those of them without an answer."""
    return asked_of(user).filter(state=rules.Answer.OPEN)


def is_told(user: User, request: InfoRequest) -> bool | None:
    """Whether anybody of the agency that we ask was told by Heard; None where it is they who ask. For a request that the user may see."""
    if request.direction != rules.Direction.WE_ASK:
        return None
    told = agencies_told(user, Told.WE_ASK, subject="asked request", subject_id=request.pk)
    return request.agency_id in told


def asks_it(user: User, request: InfoRequest) -> bool:
    """Whether it is the agency of this user that asks it of us."""
    theirs = request.agency_id in user.agencies_where(May.SIGNED_IN)
    return request.direction == rules.Direction.THEY_ASK and theirs


def request_visible_to(user: User, request_id: uuid.UUID) -> InfoRequest:
    """With its reminders, or `Hidden`."""
    chases = Chase.objects.select_related("noted_by")
    rows = requests_visible_to(user).prefetch_related(Prefetch("chases", chases))
    request = rows.filter(pk=request_id).first()
    if request is None:
        raise Hidden
    return request


def shares_that_may_answer(user: User, request: InfoRequest) -> QuerySet[Share]:
    """What was shared with the side that asks, or refused to it, since it asked; the latest first. None where we ask."""
    if request.direction == rules.Direction.WE_ASK:
        return Share.objects.none()
    rows = shares_of(user, request.person_id).filter(to_agency=request.agency_id, to_outside=request.outside)
    return rows.filter(decided_at__date__gte=request.asked_on)


def requests_answered_by(user: User, share_id: uuid.UUID) -> QuerySet[InfoRequest]:
    return requests_visible_to(user).filter(share_id=share_id)


def requests_of(user: User, person_id: uuid.UUID) -> QuerySet[InfoRequest]:
    """What agencies asked of one another about this child, those that wait first. `Hidden` for a child whom the user
    may not see."""
    person_visible_to(user, person_id)
    rows = requests_visible_to(user).filter(person_id=person_id)
    return rows.order_by("answered_on", "due_on", "noted_at")


def requests_due(user: User) -> QuerySet[InfoRequest]:
    """Requests without an answer that this user has to do with, longest overdue first: they noted it, their team leads
    the child's case, or they are the trusted worker."""
    if not user.may(May.SHARE):
        return InfoRequest.objects.none()
    return requests_visible_to(user).filter(_waits_here(user)).order_by("due_on", "noted_at")


def requests_near(user: User) -> QuerySet[InfoRequest]:
    """Requests without which there is none of them. Whether the user may see the child is asked beside."""
    return InfoRequest.objects.order_by().filter(_waits_here(user))


def _waits_here(user: User) -> Q:
    return Q(state=rules.Answer.OPEN) & (Q(noted_by=user) | _works_with(user))


def _works_with(user: User) -> Q:
    return Q(person__in=_worked_with(user))


def _worked_with(user: User) -> Any:
    return worked_in(user).filter(state="open").values("person")


def other_names(user: User, person_id: uuid.UUID) -> tuple[str, ...]:
    """What the people around this child are called, to mark them in a text, those too of whom there is no record of their own. Not
    the child's own names."""
    person = people_visible_to(user).prefetch_related("other_names").get(pk=person_id)
    own = [str(person), person.known_as]
    own += [f"{name.given_name} {name.family_name}" for name in person.other_names.all()]
    ties = [tie for tie in web(user).around(person_id) if tie.end == "person"]
    people = people_visible_to(user).filter(pk__in=[tie.end_id for tie in ties])
    around = [tie.name for tie in ties]
    for one in people.prefetch_related("other_names"):
        around += [one.known_as, *(str(name) for name in one.other_names.all())]
    around += [name for who, name in named_without_record(user, person_id) if who in ("person", "family")]
    return rules.names_in_use(around, own)


def why_not_let_them_in(user: User, share: Share) -> str | None:
    """Out of a restricted record whoever may let others into it shares with those who are not there: what is delivered opens as much."""
    there = involvements_of(user, share.person_id).filter(agency=share.to_agency_id)
    return None if share.to_agency_id and there.exists() else why_not_let_in(user, share.person)


def preview(user: User, share: Share) -> list[ShareSection]:
    """Exactly what the other side would see if it were shared now."""
    chosen = set(share.pieces)
    pieces = pieces_of(user, share.person_id, since=share.since, until=share.until)
    sections = [ShareSection(piece.label, piece.text) for piece in pieces if piece.key in chosen]
    if share.free_text.strip():
        sections.append(ShareSection("", share.free_text.strip()))
    if not share.leave_out_names:
        return sections
    names = other_names(user, share.person_id)
    return [
        ShareSection(rules.without_names(section.heading, names), rules.without_names(section.text, names))
        for section in sections
    ]


def decided_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """Shares decided, refusals too, since a day beside the child's own words. Over the whole partnership, for
    those who see figures; `by`: those decided by these people, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Share.objects.all() if by is None else shares_visible_to(user).filter(decided_by__in=by)
    decided = rows.filter(decided_at__date__gte=since).order_by()
    return beside_words(user, decided, at="decided_at", around="person")


def to_share(user: User) -> Counting:
    """Every decision on sharing, kept where it was to share. Over the whole partnership, for those who see figures."""
    return Counting(_decided(user), "decided_at", Q(state=rules.SharingState.SHARED), "person")


def refused(user: User) -> Counting:
    """Every decision not to share, by which reason: 'harm' or 'not_relevant' as the duty to share asks, '' of another; kept where the reason
    is written down. Over the whole partnership, for those who see figures."""
    rows = _decided(user).filter(state=rules.SharingState.REFUSED)
    why = Case(
        When(harms_more=True, then=Value("harm")),
        When(is_relevant=False, then=Value("not_relevant")),
        default=Value(""),
    )
    return Counting(rows, "decided_at", ~Q(why=""), "person", name=why)


def _decided(user: User) -> QuerySet[Share]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Share.objects.exclude(state=rules.SharingState.PREPARED).order_by()


def due_back(user: User) -> Counting:
    """Every request for what another agency knows, kept where it was answered by the day agreed. Over the whole partnership, for those who
    see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Counting(InfoRequest.objects.order_by(), "due_on", Q(answered_on__lte=F("due_on")), "person")

"""What others may read about shares and requests. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.cases.case.queries import beside_words, worked_in
from heard.cases.case.rules import Kept
from heard.cases.sharing import rules
from heard.cases.sharing.models import Chase, InfoRequest, Share, ShareReview
from heard.cases.sharing.pieces import pieces_of
from heard.cases.sharing.rules import Section
from heard.network.queries import people_visible_to, person_visible_to, ties_visible_to, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User

_SOON = timedelta(days=7)


def shares_visible_to(user: User) -> QuerySet[Share]:
    """Shares and refusals about children whose record the user may open, latest first."""
    rows = Share.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "to_agency", "prepared_by", "decided_by", "words").order_by(
        "-prepared_at"
    )


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
    due = Q(review_on__lte=today + _SOON) | Q(state=rules.State.PREPARED, prepared_by=user)
    mine = Q(prepared_by=user) | Q(decided_by=user) | _works_with(user)
    return shares_visible_to(user).filter(due, mine).order_by("review_on", "prepared_at")


def requests_visible_to(user: User) -> QuerySet[InfoRequest]:
    rows = InfoRequest.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "agency", "noted_by", "answer_noted_by", "file", "share")


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
    rows = requests_visible_to(user).filter(state=rules.Answer.OPEN)
    return rows.filter(Q(noted_by=user) | _works_with(user)).order_by("due_on", "noted_at")


def _works_with(user: User) -> Q:
    return Q(person__in=worked_in(user).filter(state="open").values("person"))


def other_names(user: User, person_id: uuid.UUID) -> tuple[str, ...]:
    """What the people around this child are called, to mark them in a text. Not the child's own names."""
    person = people_visible_to(user).prefetch_related("other_names").get(pk=person_id)
    own = [str(person), person.known_as]
    own += [f"{name.given_name} {name.family_name}" for name in person.other_names.all()]
    ties = [tie for tie in ties_visible_to(user, person_id) if tie.end == "person"]
    people = people_visible_to(user).filter(pk__in=[tie.end_id for tie in ties])
    around = [tie.name for tie in ties]
    for one in people.prefetch_related("other_names"):
        around += [one.known_as, *(str(name) for name in one.other_names.all())]
    return rules.names_in_use(around, own)


def preview(user: User, share: Share) -> list[Section]:
    """Exactly what the other side would see if it were shared now."""
    chosen = set(share.pieces)
    pieces = pieces_of(user, share.person_id, since=share.since, until=share.until)
    sections = [Section(piece.label, piece.text) for piece in pieces if piece.key in chosen]
    if share.free_text.strip():
        sections.append(Section("", share.free_text.strip()))
    if not share.leave_out_names:
        return sections
    names = other_names(user, share.person_id)
    return [
        Section(rules.without_names(one.heading, names), rules.without_names(one.text, names))
        for one in sections
    ]


def decided_with_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Kept:
    """Shares decided, refusals too, since a day beside the child's own words. Over the whole partnership, for
    those who see figures; `by`: those decided by these people, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Share.objects.all() if by is None else shares_visible_to(user).filter(decided_by__in=by)
    decided = rows.filter(decided_at__date__gte=since).order_by()
    return beside_words(user, decided, at="decided_at", around="person")

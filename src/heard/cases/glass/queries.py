"""What may be read of records that were opened in an emergency. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, When
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.glass import rules
from heard.cases.glass.models import Opening
from heard.network.queries import not_denied_through, not_only_looking, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


def openings_visible_to(user: User) -> QuerySet[Opening]:
    """Openings of records that this user sees, and those that they review; what waits for a review first. Each has `named`:
    without it the page does not say whose record it is."""
    sees = visible_through(user, "person", among_others=True)
    named = Case(When(sees, then=True), default=False, output_field=BooleanField())
    rows = Opening.objects.filter(sees | _without_name(user)).annotate(named=named)
    rows = rows.select_related("person__lead_agency", "opened_by", "agency", "reviewed_by")
    return rows.order_by(F("reviewed_at").asc(nulls_first=True), "due_on", "-opened_at", "pk")


def opening_visible_to(user: User, opening_id: uuid.UUID) -> Opening:
    """One of them, or `Hidden`."""
    row = openings_visible_to(user).filter(pk=opening_id).first()
    if row is None:
        raise Hidden
    return row


def reviewable_by(user: User) -> QuerySet[Opening]:
    """Openings that this user may review, reviewed or not: by others, of records that their agency leads or, for a co-ordinator,
    that they see; not of one that they opened in an emergency themselves."""
    rows = openings_visible_to(user)
    if not user.may(May.REVIEW_READING):
        return rows.none()
    theirs = visible_through(user, "person", among_others=True) & not_only_looking(user, "person")
    if not user.may(May.SEE_PARTNERSHIP):
        theirs &= Q(person__lead_agency__in=user.agencies_where(May.REVIEW_READING))
    return rows.filter(theirs | _without_name(user)).exclude(opened_by=user)


def openings_to_review(user: User) -> QuerySet[Opening]:
    """Those that nobody has reviewed yet, those due first at the top."""
    return reviewable_by(user).filter(reviewed_at=None).order_by("due_on", "opened_at", "pk")


def opened_by(user: User) -> QuerySet[Opening]:
    """What this user opened and can still see by that."""
    rows = Opening.objects.filter(visible_through(user, "person"), opened_by=user, until__gt=timezone.now())
    return rows.select_related("person").order_by("until")


def why_not_begin_review(user: User, opening: Opening) -> str | None:
    """What stands in the way of a review, before anything is written."""
    return why_not_review(user, opening, right=True, reason="given later")


def why_not_review(user: User, opening: Opening, *, right: bool | None, reason: str) -> str | None:
    return rules.why_not_review(
        is_opener=opening.opened_by_id == user.pk,
        may_review=reviewable_by(user).filter(pk=opening.pk).exists(),
        reviewed=opening.reviewed_at is not None,
        right=right,
        reason=reason,
    )


def openings_counted(user: User, *, since: date, today: date) -> rules.Counted:
    """Over the whole partnership, for those who see figures; else `Hidden`."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Opening.objects.filter(opened_at__date__gte=since).order_by()
    over = Q(reviewed_at__isnull=False) | Q(due_on__lt=today)
    in_time = Q(reviewed_at__date__lte=F("due_on"))
    counted = rows.aggregate(
        opened=Count("pk"), due=Count("pk", over), in_time=Count("pk", in_time), not_right=Count("pk", Q(right=False))
    )  # fmt: skip
    return rules.Counted(**counted)


def _without_name(user: User) -> Q:
    """Of records that nobody who sees them may review, for the partnership's co-ordinators who are not kept out."""
    if not (user.may(May.REVIEW_READING) and user.may(May.SEE_PARTNERSHIP)):
        return Q(pk__in=[])
    return Q(without_name=True) & not_denied_through(user, "person")

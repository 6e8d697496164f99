"""What stood out in who read which records. `user` is always the first argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, F, Q, QuerySet, When

from heard.agencies.rules import Hidden, May
from heard.cases.watch import rules
from heard.cases.watch.models import ReadingAlert
from heard.network.queries import not_denied_through, not_only_looking, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


def alerts_visible_to(user: User) -> QuerySet[ReadingAlert]:
    """For who reviews reading, of their agency or of children whom it leads; for co-ordinators of the partnership, all about
    children whom they see, and what nobody else may look at. Never their own reading, nor what is about a child with their family
    name. Each has `named`: without it the page does not say whose record it is. What waits comes first."""
    if not user.may(May.REVIEW_READING):
        return ReadingAlert.objects.none()
    everywhere = user.may(May.SEE_PARTNERSHIP)
    sees = visible_through(user, "person", among_others=True) & not_only_looking(user, "person")
    open_to = Q(person__isnull=True) | sees
    if not everywhere:
        theirs = user.agencies_where(May.REVIEW_READING)
        open_to &= Q(agency__in=theirs) | Q(person__lead_agency__in=theirs)
    else:
        open_to |= Q(without_name=True) & not_denied_through(user, "person")
    named = Case(When(sees, then=True), default=False, output_field=BooleanField())
    rows = ReadingAlert.objects.filter(open_to).exclude(reader=user).annotate(named=named)
    if user.last_name:
        rows = rows.exclude(person__isnull=False, person__family_name__iexact=user.last_name)
    rows = rows.exclude(colleague=user).select_related(
        "reader", "agency", "person", "colleague", "answered_by"
    )
    return rows.order_by(F("answered_at").asc(nulls_first=True), "-last_at", "pk")


def alerts_waiting(user: User) -> QuerySet[ReadingAlert]:
    """Those of which nobody has said anything yet, the oldest first."""
    return alerts_visible_to(user).filter(answered_at=None).order_by("last_at", "pk")


def alert_visible_to(user: User, alert_id: int) -> ReadingAlert:
    """One of them, or `Hidden`."""
    row = alerts_visible_to(user).filter(pk=alert_id).first()
    if row is None:
        raise Hidden
    return row


def why_not_answer(user: User, alert: ReadingAlert, *, outcome: str, reason: str) -> str | None:
    return rules.why_not_answer(
        is_reader=alert.reader_id == user.pk,
        may_review=user.may(May.REVIEW_READING),
        answered=alert.answered_at is not None,
        outcome=outcome,
        reason=reason,
    )

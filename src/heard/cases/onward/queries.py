"""What may be read about referrals to another team or agency. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from heard.agencies.queries import agencies_led_by, led_by, memberships_with
from heard.agencies.rules import Hidden, May
from heard.cases.case.notices.queries import told_of
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import worked_in
from heard.cases.onward.models import OnwardReferral
from heard.network.queries import not_denied_through, person_visible_to, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.queries import Whom


def onward_visible_to(user: User) -> QuerySet[OnwardReferral]:
    """Referrals of children whose record the user may open, the latest first."""
    return _with_all(OnwardReferral.objects.filter(visible_through(user, "person")))


def onward_to(user: User) -> QuerySet[OnwardReferral]:
    """Referrals to this user's team, or to an agency that they lead; of those to a team of it, which nobody there can answer, or did in
    time, or which went on to them. They need not see the child's record, but whoever is kept out of it sees none of this."""
    if not user.may(May.PLAN):
        return OnwardReferral.objects.none()
    there = Exists(memberships_with(user, May.PLAN).filter(team=OuterRef("to_team")))
    late = Q(state=OnwardReferral.State.WAITING, due_on__lt=timezone.localdate()) | Q(answered_by=user)
    went_on = Q(pk__in=[uuid.UUID(key) for key in told_of(user, Notified.ONWARD)])
    led = Q(to_agency__in=agencies_led_by(user)) & (Q(to_team=None) | ~there | late | went_on)
    mine = led | Q(to_team__in=user.teams_where(May.PLAN))
    return _with_all(OnwardReferral.objects.filter(mine, not_denied_through(user, "person")))


def onward_for(user: User, onward_id: uuid.UUID) -> OnwardReferral:
    """One that the user sees from either side, or `Hidden`."""
    found = (
        onward_visible_to(user).filter(pk=onward_id).first() or onward_to(user).filter(pk=onward_id).first()
    )
    if found is None:
        raise Hidden
    return found


def may_answer(user: User, referral: OnwardReferral) -> bool:
    """Whoever it was sent to; not whoever sent it."""
    return referral.sent_by_id != user.pk and onward_to(user).filter(pk=referral.pk).exists()


def onward_of(user: User, person_id: uuid.UUID) -> QuerySet[OnwardReferral]:
    """Of one child. `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id)
    return onward_visible_to(user).filter(person_id=person_id)


def to_answer(user: User) -> QuerySet[OnwardReferral]:
    """What waits for an answer of this user, the longest due first."""
    return _waiting(onward_to(user)).exclude(sent_by=user)


def to_answer_near(user: User) -> QuerySet[OnwardReferral]:
    """Referrals without which there is none of them. Whether the user is kept out of the record is asked beside."""
    there = Q(to_team__in=user.team_ids) | Q(to_agency__in=led_by(user))
    return _waiting(OnwardReferral.objects.filter(there)).exclude(sent_by=user)


def waiting_near(user: User) -> QuerySet[OnwardReferral]:
    """Referrals without which there is none in `waiting_for_answer`. Whether the user may see the child is asked beside."""
    return _waiting(OnwardReferral.objects.filter(_to_do_with(user)))


def waiting_for_answer(user: User) -> QuerySet[OnwardReferral]:
    """What this user sent, or was sent for a child with whom they work, and nobody has answered: until then it is theirs."""
    if not user.may(May.SHARE):
        return OnwardReferral.objects.none()
    return _waiting(onward_visible_to(user)).filter(_to_do_with(user))


def _to_do_with(user: User) -> Q:
    return Q(sent_by=user) | Q(person__in=worked_in(user).filter(state="open").values("person"))


def overdue_in_team(user: User, *, today: date) -> QuerySet[OnwardReferral]:
    """What people of the teams and agencies sent that this user supervises, and was not answered in time."""
    agencies = user.agencies_where(May.SIGN_OFF)
    rows = _waiting(onward_visible_to(user)).filter(from_team__agency__in=agencies, due_on__lt=today)
    return rows.exclude(sent_by=user)


def waits_there(user: User, person_id: uuid.UUID, whom: Whom) -> bool:
    """Whether these have a referral of this child that they did not answer yet."""
    rows = onward_of(user, person_id).filter(state=OnwardReferral.State.WAITING)
    return rows.filter(to_agency=whom.agency, to_team=whom.team).exists()


def _waiting(rows: QuerySet[OnwardReferral]) -> QuerySet[OnwardReferral]:
    return rows.filter(state=OnwardReferral.State.WAITING).order_by("due_on", "sent_at")


def _with_all(rows: QuerySet[OnwardReferral]) -> QuerySet[OnwardReferral]:
    return rows.select_related(
        "person", "from_team__agency", "to_agency", "to_team", "sent_by", "answered_by"
    ).order_by("-sent_at")

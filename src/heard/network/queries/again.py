"""Ties that have long rested on little, for those who look at them again."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Trim
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import memberships_with
from heard.agencies.rules import May
from heard.network.models import Group, LookedAgain, Person, Place, TieSource
from heard.network.queries.web import source_visible_to, web
from heard.network.rules import LOOKED_AT_AGAIN, KnownGrade, SourceGrade, a_year_before, why_not_begin_again

if TYPE_CHECKING:
    from heard.agencies.models import User


def sources_to_look_at(user: User) -> QuerySet[TieSource]:
    """What this user noted more than 12 months ago, or somebody of an agency for which they answer who has left it, and that is to be looked
    at again: the only source of its tie and untested (`alone`), or of a child's part in harm or a tie without a kind of which nobody has said
    anything since. Of what the user may see; not what somebody looked at in that time. Each with `one` and `other`, the names of both ends,
    the first that was noted first."""
    door, since = web(user), _year_ago()
    beside = door.sources().filter(tie=OuterRef("tie")).exclude(pk=OuterRef("pk"))
    alone = Q(source_grade=SourceGrade.UNTESTED) & ~Exists(beside)
    unsaid = Q(tie__kind__in=LOOKED_AT_AGAIN) & ~Exists(beside.filter(recorded_at__gte=since))
    looked = LookedAgain.objects.filter(source=OuterRef("pk"), looked_at__gte=since)
    rows = door.sources().filter(
        _theirs(user), alone | unsaid, door._sees_both("tie__"), recorded_at__lt=since
    )
    rows = rows.exclude(known_grade=KnownGrade.THOUGHT_UNTRUE).exclude(Exists(looked))
    named = {"one": _name("tie__first_id"), "other": _name("tie__second_id")}
    found = rows.annotate(alone=alone, **named).select_related("tie").order_by("recorded_at", "pk")
    return found if user.may(May.SEE_CHILD) else found.none()


def noted_long_ago(user: User) -> QuerySet[TieSource]:
    """All that stands and was noted more than 12 months ago by this user, or in an agency for which they answer. It does not ask whether they may
    see it, and nothing of it is shown."""
    rows = TieSource.objects.filter(_theirs(user), withdrawn_at=None, recorded_at__lt=_year_ago())
    return rows if user.may(May.SEE_CHILD) else rows.none()


def look_at(user: User, source_id: uuid.UUID) -> tuple[TieSource, str | None]:
    """A source that the user sees, and why they do not look at it again now; or `Hidden`. `alone`: as of those that wait, else False."""
    source: Any = source_visible_to(user, source_id)
    waits: Any = sources_to_look_at(user).filter(pk=source_id).first()
    source.alone = waits is not None and waits.alone
    return source, why_not_begin_again(waits=waits is not None)


def looks_at(user: User, sources: Collection[TieSource]) -> dict[uuid.UUID, list[LookedAgain]]:
    """How often somebody looked again at sources that the user sees, by their keys, the first first."""
    found: dict[uuid.UUID, list[LookedAgain]] = {source.pk: [] for source in sources}
    rows = LookedAgain.objects.filter(source__in=found).select_related("looked_by")
    for row in rows if user.may(May.SEE_CHILD) else ():
        found[row.source_id].append(row)
    return found


def _theirs(user: User) -> Q:
    mine = Q(noted_by=user, holder__in=user.agencies_where(May.SEE_CHILD))
    there = Exists(
        memberships_with(user, May.SIGNED_IN).filter(
            user=OuterRef("noted_by"), team__agency=OuterRef("holder")
        )
    )
    gone = Q(noted_by__is_active=False) | ~Q(there)
    return mine | (Q(holder__in=user.agencies_where(May.SEE_TEAM)) & gone)


def _name(end: str) -> Any:
    """Of sources: what is called so at one end of the tie."""
    person = (
        Person.objects.filter(pk=OuterRef(end))
        .order_by()
        .values_list(Trim(Concat("given_name", Value(" "), "family_name")))
    )
    others = (model.objects.filter(pk=OuterRef(end)).order_by().values("name") for model in (Place, Group))
    return Coalesce(Subquery(person), *(Subquery(one) for one in others), Value(_("a phone, car or account")))


def _year_ago() -> datetime:
    return timezone.make_aware(datetime.combine(a_year_before(timezone.localdate()), time.min))

"""What may be read of reports of a suspected offence: by whoever may see the child’s record. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May
from heard.cases.case.counting import Counting
from heard.cases.case.models import Case
from heard.cases.case.queries import worked_in
from heard.cases.concern.queries import concerns_of
from heard.cases.note.queries import notes_of
from heard.cases.reporting.models import OffenceReport
from heard.cases.reporting.rules import Beside, To
from heard.cases.words.queries import words_visible_to
from heard.govuk.environment import day
from heard.network.queries import leads, person_visible_to, visible_through
from heard.services.law.queries import duty_holds
from heard.services.law.rules import Duty

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User

_FEW: Final = 10  # of each kind that may tell of it, the latest first

# What counts and is told: a report that was made did happen, also where it was put right later.
STANDS: Final = Q(taken_back_at=None) | Q(reported_at__isnull=False)

# Kinds of agency to which the law has it reported.
KINDS: Final = {"police": To.POLICE, "social_care": To.COUNCIL}


def is_on(user: User) -> bool:
    """Whether the duty to report holds here. One question."""
    return duty_holds(user, Duty.REPORT)


def is_counted(user: User) -> bool:
    """Whether there is a figure of reports: the duty holds here, or something was noted while it did. Two questions at most."""
    return is_on(user) or (user.may(May.SEE_FIGURES) and OffenceReport.objects.filter(STANDS).exists())


def reports_visible_to(user: User) -> QuerySet[OffenceReport]:
    """Of children whose record the user may open, the latest first; also those that were put right."""
    rows = OffenceReport.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "noted_by", "recorded_by", "to_agency", "taken_back_by")


def report_for(user: User, report_id: uuid.UUID) -> OffenceReport:
    """One of them, or `Hidden`. What was recorded stays to be read, also where the duty holds no longer."""
    found = reports_visible_to(user).filter(pk=report_id).first()
    if found is None:
        raise Hidden
    return found


def reports_of(user: User, person_id: uuid.UUID) -> QuerySet[OffenceReport]:
    """Of one child. `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id)
    return reports_visible_to(user).filter(person_id=person_id)


def is_noted(user: User, person_id: uuid.UUID, **same: Any) -> bool:
    """Whether a report of the child with the same answers stands. One question."""
    return reports_visible_to(user).filter(person_id=person_id, taken_back_at=None, **same).exists()


def may_put_right(user: User, report: OffenceReport) -> bool:
    """Whether they noted or recorded it, or decide for the agency that leads the work with the child."""
    if user.pk in (report.noted_by_id, report.recorded_by_id):
        return True
    return user.may(May.DECIDE) and leads(user, report.person)


def to_make(user: User) -> QuerySet[OffenceReport]:
    """What waits to be reported: what this user noted, or was noted of a child with whom they work; or of a child without an open case, for
    those who decide on worries. First due first."""
    rows = reports_visible_to(user).filter(_waits_here(user))
    return (rows if user.may(May.PLAN) else rows.none()).order_by("due_on", "pk")


def to_make_near(user: User) -> QuerySet[OffenceReport]:
    """Reports without which there is none of them. Whether the user may see the child is asked beside."""
    return OffenceReport.objects.order_by().filter(_waits_here(user))


def _waits_here(user: User) -> Q:
    mine = Q(noted_by=user) | Q(person__in=worked_in(user).filter(state=Case.State.OPEN).values("person"))
    if user.may(May.DECIDE):
        is_open = Case.objects.filter(state=Case.State.OPEN, person=OuterRef("person"))
        mine |= Q(~Exists(is_open.order_by()))
    return mine & Q(reported_at=None, taken_back_at=None)


def agencies_to_report_to(user: User) -> QuerySet[Agency]:
    """The police and the councils of the partnership."""
    return agencies_visible_to(user).filter(kind__in=KINDS)


def may_tell_of_it(user: User, person_id: uuid.UUID, *, also: str = "") -> Iterator[tuple[str, str]]:
    """The latest worries, notes and words of a child, each by its key as `kind:id`, as it is called; with the one of the key `also`. Three
    questions."""
    kind, _sign, key = also.partition(":")
    rows = (
        (Beside.NOTE, notes_of(user, person_id), lambda row: (row.get_kind_display(), row.at)),
        (Beside.CONCERN, concerns_of(user, person_id), lambda row: (row.reference, row.told_at)),
        (Beside.WORDS, words_visible_to(user).filter(person_id=person_id, corrected_by=None), lambda row: (row.get_how_display(), row.heard_on)),
    )  # fmt: skip
    for beside, found, said in rows:
        some = list(found[:_FEW])
        if beside == kind and key not in {str(row.pk) for row in some}:
            some += found.filter(pk=key)
        for row in some:
            called, on = said(row)
            yield f"{beside}:{row.pk}", f"{OffenceReport.Beside(beside).label}: {called}, {day(on)}"


def is_told_there(user: User, person_id: uuid.UUID, beside: str, beside_id: uuid.UUID) -> bool:
    """Whether this is a worry, note or words of the child that the user may see."""
    return f"{beside}:{beside_id}" in dict(may_tell_of_it(user, person_id, also=f"{beside}:{beside_id}"))


def to_report(user: User) -> Counting:
    """Everything that set the duty off and stands or was reported, kept where it was reported by its last day; by the agency whose people
    noted it. For those who see figures, else `Hidden`."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    in_time = Q(reported_at__date__lte=F("due_on"))
    rows = OffenceReport.objects.filter(STANDS).order_by()
    return Counting(rows, "due_on", in_time, "person", agency="agency")

"""Recording that a child has died, and putting it right. Rule, row, audit row, the clocks of the case and everybody who has to
know, in one transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, refuse
from heard.cases.case.models import Death
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.models import Notice
from heard.cases.case.notices.rules import FOR_FEW
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import cases_visible_to, death_of
from heard.cases.clocks.actions import end_clocks
from heard.cases.death import queries, rules
from heard.network.actions import hold_person
from heard.network.queries import involvements_of, people_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person


@transaction.atomic
def record_death(
    *,
    by: User,
    person_id: uuid.UUID,
    died_on: date | None,
    who_said: str,
    about_when: str = "",
    who_is_told: str = "",
    at: datetime | None = None,
) -> Death:
    """That this child has died: `died_on` where the day is known, else what is known of it in `about_when`. The worker, the
    supervisor, the co-ordinator and each involved agency are told at once; the clocks of the case end."""
    person, now = _held(by, person_id), at or timezone.now()
    why_not = rules.why_not_record(
        leads=queries.leads(by, person_id),
        is_recorded=death_of(by, person_id) is not None,
        died_on=died_on,
        born_on=person.birth_date,
        who_said=who_said,
        today=timezone.localdate(now),
    )
    refuse(why_not and why_not[1])
    said = {"died_on": died_on, "who_said": who_said, "about_when": about_when, "who_is_told": who_is_told}
    death = _write(by, person, now, **said)
    _audit(by, "record", death)
    _let_rest(by, person_id, now)
    _announce(by, death)
    return death


@transaction.atomic
def correct_death(
    *,
    by: User,
    person_id: uuid.UUID,
    is_so: bool | None,
    why_corrected: str,
    died_on: date | None,
    who_said: str,
    about_when: str = "",
    who_is_told: str = "",
    at: datetime | None = None,
) -> Death:
    """A new version of what was recorded, which stays. `is_so` False: the child has not died; the clocks that had ended run
    again from the days on which they began. Whoever was told is told again."""
    person, now = _held(by, person_id), at or timezone.now()
    old = death_of(by, person_id)
    why_not = rules.why_not_correct(
        leads=queries.leads(by, person_id),
        is_recorded=old is not None,
        is_so=is_so,
        died_on=died_on,
        born_on=person.birth_date,
        who_said=who_said,
        why=why_corrected,
        today=timezone.localdate(now),
    )
    refuse(why_not and why_not[1])
    Death.objects.filter(person_id=person_id, stands=True).update(stands=False)
    said: dict[str, Any] = {"died_on": died_on if is_so else None, "about_when": about_when if is_so else ""}
    said |= {"who_said": who_said, "who_is_told": who_is_told, "why_corrected": why_corrected}
    death = _write(by, person, now, corrects=old, is_so=bool(is_so), stands=bool(is_so), **said)
    _audit(by, "correct", death, reason=why_corrected)
    if is_so:
        _let_rest(by, person_id, now)
    else:
        _go_on(by, person_id)
    _announce(by, death)
    return death


@transaction.atomic
def open_death(*, by: User, person_id: uuid.UUID) -> list[Death]:
    """Everything that was recorded of it, for showing it, with the 'view' audit row; `Hidden` for who may not see the child."""
    if not people_visible_to(by).filter(pk=person_id).exists():
        raise Hidden
    record_audit(by=by, verb="view", subject="death", subject_id=person_id, person_id=person_id)
    return queries.versions_of(by, person_id)


def _held(by: User, person_id: uuid.UUID) -> Person:
    """The child, for this transaction alone: two who record at once record it once."""
    return hold_person(by=by, person_id=person_id)


def _write(by: User, person: Person, now: datetime, **said: Any) -> Death:
    texts = {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}
    death = Death(person=person, written_by=by, written_at=now, **texts)
    death.full_clean()
    death.save(force_insert=True)
    return death


def _let_rest(by: User, person_id: uuid.UUID, now: datetime) -> None:
    """The clocks of the child's cases are wound anew, and what was urgent goes on to nobody else."""
    _wind_clocks(by, person_id)
    for notice in Notice.objects.filter(person_id=person_id, urgent=True, ended_at=None, taken_at=None):
        if Notified(notice.kind) not in FOR_FEW:
            settle(kind=Notified(notice.kind), subject=notice.subject, subject_id=notice.subject_id, at=now)


def _go_on(by: User, person_id: uuid.UUID) -> None:
    """The child has not died: the clocks run again, and what was urgent then and nobody had taken up is urgent again."""
    _wind_clocks(by, person_id)
    when = Death.objects.filter(person_id=person_id).values("written_at")
    ended = Notice.objects.filter(person_id=person_id, urgent=True, taken_at=None, ended_at__in=when)
    ended.update(ended_at=None)


def _wind_clocks(by: User, person_id: uuid.UUID) -> None:
    for case in cases_visible_to(by).filter(person_id=person_id):
        end_clocks(by=by, case_id=case.pk)


def _announce(by: User, death: Death) -> None:
    announce(
        by=by,
        kind=Notified.DEATH,
        subject="death",
        subject_id=death.person_id,
        person_id=death.person_id,
        agencies=[row.agency_id for row in involvements_of(by, death.person_id)],
        at=death.written_at,
    )


def _audit(by: User, verb: str, death: Death, *, reason: str = "") -> None:
    record_audit(
        by=by, verb=verb, subject="death", subject_id=death.pk, person_id=death.person_id, reason=reason
    )

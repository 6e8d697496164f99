"""Telling a worry and deciding on it. Rule, rows and audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import discard_draft, record_audit
from heard.agencies.queries import duty_team
from heard.agencies.rules import May, Refused
from heard.cases.case.actions import open_case, record_words
from heard.cases.case.queries import open_case_of, words_of
from heard.cases.case.rules import Observed, due_on, new_reference
from heard.cases.concern import rules
from heard.cases.concern.models import Concern, ConcernObservation
from heard.cases.concern.queries import concern_visible_to, decides
from heard.knowledge import load
from heard.network.actions import add_person, involve
from heard.network.queries import person_findable_by

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.cases.models import Case
    from heard.network.models import Person

DRAFT = "worry"


@transaction.atomic
def tell(
    *,
    by: User,
    person_id: uuid.UUID | None = None,
    new_person: Mapping[str, Any] | None = None,
    seen_and_heard: str,
    observations: Iterable[Observed] = (),
    words: Mapping[str, Any] | None = None,
    why_no_words: str = "",
    danger_now: str = "not_known",
    danger_done: str = "",
    origin: str = "told",
    draft_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Concern:
    """Tells a worry about one child: one whom we know (`person_id`) or a new one (`new_person`: what `add_person` takes).

    `words`: text, heard_by, heard_on and how of what the child said, as `record_words` takes them. `draft_id` is the
    draft that becomes this worry: it ends, and the worry takes its id, so that sending twice cannot tell it twice.
    Raises `Refused` with the sentence to show, or `Hidden` for a child whom this user cannot find.
    """
    if draft_id:
        discard_draft(by=by, draft_id=draft_id, kind=DRAFT, verb="send")
    observed = tuple(observations)
    words_text = str((words or {}).get("text", ""))
    _check_telling(by, seen_and_heard, observed, words_text, why_no_words, danger_now, danger_done)
    person = _child(by, person_id, new_person)
    said = record_words(by=by, person_id=person.pk, **words) if words and words_text.strip() else None
    concern = _create_concern(
        by=by,
        person=person,
        draft_id=draft_id,
        at=at or timezone.now(),
        seen_and_heard=seen_and_heard.strip(),
        words=said,
        why_no_words="" if said else why_no_words.strip(),
        danger_now=danger_now,
        danger_done=danger_done.strip(),
        origin=origin,
    )
    _keep_observations(by, concern, observed)
    record_audit(
        by=by,
        verb="tell",
        subject="concern",
        subject_id=concern.pk,
        person_id=person.pk,
        detail={"origin": origin, "danger_now": danger_now},
    )
    return concern


@transaction.atomic
def decide(
    *,
    by: User,
    concern: Concern,
    decision: str,
    reason: str,
    other_agency: Agency | None = None,
    why_without_words: str = "",
    at: datetime | None = None,
) -> Concern:
    """Decides on a worry, once. Opening a case involves the agency of the team that leads it."""
    concern_visible_to(by, concern.pk)
    concern = Concern.objects.select_for_update().get(pk=concern.pk)
    has_words = words_of(by, concern.person_id).exists()
    open_one = open_case_of(by, concern.person_id)
    why_not = rules.why_not_decide(
        state=concern.state,
        may_decide=decides(by),
        decision=decision,
        reason=reason,
        has_open_case=open_one is not None,
        has_other_agency=other_agency is not None,
        has_words=has_words,
        why_without_words=why_without_words,
    )
    if why_not:
        raise Refused(why_not)
    concern.case = _case_for(by, concern, decision, reason, open_one, at)
    concern.other_agency = other_agency if decision == rules.Decision.OTHER_AGENCY else None
    concern.state, concern.decision = Concern.State.DECIDED, decision
    concern.decided_by, concern.decided_at = by, at or timezone.now()
    concern.decision_reason = reason.strip()
    concern.why_without_words = "" if has_words else why_without_words.strip()
    concern.full_clean()
    concern.save()
    if concern.other_agency:
        involve(by=by, person=concern.person, agency=concern.other_agency, why="Takes on a worry")
    record_audit(
        by=by,
        verb="decide",
        subject="concern",
        subject_id=concern.pk,
        person_id=concern.person_id,
        reason=concern.decision_reason,
        detail={"decision": decision},
    )
    return concern


@transaction.atomic
def open_concern(*, by: User, concern_id: uuid.UUID) -> Concern:
    """The worry, for showing it, with the 'view' audit row; or `Hidden`."""
    concern = concern_visible_to(by, concern_id)
    record_audit(by=by, verb="view", subject="concern", subject_id=concern.pk, person_id=concern.person_id)
    return concern


def _check_telling(
    by: User,
    seen_and_heard: str,
    observed: tuple[Observed, ...],
    words: str,
    why_no_words: str,
    danger_now: str,
    danger_done: str,
) -> None:
    release = load.current()
    known = {item.id for item in (*release.signs, *release.vulnerabilities)}
    why_not = rules.why_not_tell(
        may_tell=by.may(May.TELL),
        has_team=by.team is not None,
        seen_and_heard=seen_and_heard,
        danger_now=danger_now,
        danger_done=danger_done,
        words=words,
        why_no_words=why_no_words,
        seen_without_evidence=[one.item for one in observed if one.lacks_evidence],
        unknown_items={one.item for one in observed} - known,
    )
    if why_not:
        raise Refused(why_not)


def _child(by: User, person_id: uuid.UUID | None, new_person: Mapping[str, Any] | None) -> Person:
    """The child whom the worry is about. A restricted child's record is opened to the duty team's agency at once:
    otherwise nobody could decide."""
    if new_person is not None and person_id is None:
        return add_person(by=by, **{"why": "Told a worry about this child", **new_person})
    if person_id is None:
        raise Refused("Say which child this is about.")
    person = person_findable_by(by, person_id)
    team = duty_team(by)
    if person.restricted and team is not None:
        involve(
            by=by, person=person, agency=team.agency, why="A worry about this child came to the duty team"
        )
    return person


def _create_concern(
    *, by: User, person: Person, draft_id: uuid.UUID | None, at: datetime, **fields: Any
) -> Concern:
    release = load.current()
    concern = Concern(
        id=draft_id or uuid.uuid4(),
        reference=new_reference("W", lambda text: Concern.objects.filter(reference=text).exists()),
        person=person,
        release=release.id,
        told_by=by,
        told_at=at,
        agency=by.team.agency,  # type: ignore[union-attr]
        due_on=due_on(release.clock(rules.CLOCK), _day(at)),
        **fields,
    )
    concern.full_clean()
    concern.save(force_insert=True)
    return concern


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _keep_observations(by: User, concern: Concern, observed: tuple[Observed, ...]) -> None:
    rows = [
        ConcernObservation(
            concern=concern,
            item=one.item,
            state=one.state,
            seen_on=one.seen_on,
            source=one.source.strip(),
            words=one.words.strip(),
            noted_by=by,
        )
        for one in observed
    ]
    for row in rows:
        row.full_clean(exclude=["concern", "noted_by"])
    ConcernObservation.objects.bulk_create(rows)


def _case_for(
    by: User, concern: Concern, decision: str, reason: str, open_one: Case | None, at: datetime | None
) -> Case | None:
    if decision == rules.Decision.OPEN_CASE:
        return open_case(by=by, person_id=concern.person_id, why=reason, at=at)
    return open_one if decision == rules.Decision.ADD_TO_CASE else None

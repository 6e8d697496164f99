"""Every write about the assessment of a context: rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import Hidden, Refused, refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.context import queries, rules
from heard.cases.context.models import ContextAssessment, ContextFinding, ContextMention
from heard.cases.context.sides import sides_of
from heard.cases.stage import grounds
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import TieSource
    from heard.network.queries import SourceRead


@transaction.atomic
def start_assessment(*, by: User, context_id: uuid.UUID) -> ContextAssessment:
    """One that is not signed at a time, made with the current release of knowledge."""
    context = queries.locked_context(by, context_id)
    refuse(queries.why_not_start_now(by, context))
    assessment = ContextAssessment.objects.create(
        context=context, release=load.current().id, author=by, started_at=timezone.now()
    )
    assessment.writers.add(by)
    _audit(by, "start", assessment)
    return assessment


@transaction.atomic
def add_finding(
    *,
    by: User,
    assessment_id: uuid.UUID,
    what: str,
    source: str,
    seen_on: date | None,
    side: str = "",
    names: Collection[uuid.UUID] = (),
    rests_on: Collection[uuid.UUID] | None = None,
) -> ContextFinding:
    """One thing that is known. `names`: keys of children whom it names; who may not see each of them does not read it. `rests_on`: sources of
    ties, of those that the user may choose from (`queries.to_rest_on`); None leaves them as they are."""
    assessment = _to_change(by, assessment_id, queries.why_not_add)
    finding = ContextFinding(assessment=assessment, written_by=by)
    return _write(
        by, finding, what=what, source=source, seen_on=seen_on, side=side, names=names, rests_on=rests_on
    )


@transaction.atomic
def change_finding(
    *,
    by: User,
    finding_id: uuid.UUID,
    what: str,
    source: str,
    seen_on: date | None,
    side: str = "",
    names: Collection[uuid.UUID] = (),
    rests_on: Collection[uuid.UUID] | None = None,
) -> ContextFinding:
    finding = _finding_to_change(by, finding_id)
    return _write(
        by, finding, what=what, source=source, seen_on=seen_on, side=side, names=names, rests_on=rests_on
    )


@transaction.atomic
def take_out_finding(*, by: User, finding_id: uuid.UUID) -> ContextAssessment:
    finding = _finding_to_change(by, finding_id)
    finding.delete()
    _audit(by, "write", finding.assessment)
    return finding.assessment


@transaction.atomic
def tell_of_withdrawn(*, by: User, source: TieSource) -> None:
    """A source of a tie was withdrawn: who wrote what rests on it, or holds the context, learns of it, if they may read it. It says nothing of
    the source."""
    for ground, whom in queries.who_answers_for(by, source.pk):
        record_audit(by=by, verb="withdraw", subject="ground", subject_id=ground.pk)
        key = ground.finding.assessment_id
        announce(by=by, kind=Notified.GROUND_WITHDRAWN, subject=_SUBJECT, subject_id=key, named=whom)


@transaction.atomic
def look_at_finding(*, by: User, finding_id: uuid.UUID, what_now: str, why_now: str) -> ContextFinding:
    """Somebody looked whether something that is known stands of which a source was withdrawn, and says what is done."""
    _locked(by, queries.finding_visible_to(by, finding_id).assessment_id)
    finding = queries.finding_visible_to(by, finding_id)
    refuse(
        queries.why_not_look_at_grounds(by, finding, what_now, why_now)
        or _names(by, finding.assessment, why_now)
    )
    grounds.look_at_grounds(by=by, row=finding, what_now=what_now, why_now=why_now)
    _audit(by, "look again", finding.assessment)
    return finding


@transaction.atomic
def conclude(
    *, by: User, assessment_id: uuid.UUID, weighing: str, what_is_not_known: str
) -> ContextAssessment:
    """What drives the harm most, and what is not known: without a name."""
    assessment = _to_change(by, assessment_id)
    names = queries.names_there(by, assessment.context.node_id)
    refuse(rules.why_not_conclude(weighing=weighing, what_is_not_known=what_is_not_known, names=names))
    assessment.weighing, assessment.what_is_not_known = weighing.strip(), what_is_not_known.strip()
    assessment.save(update_fields=["weighing", "what_is_not_known"])
    _audit(by, "write", assessment)
    return assessment


@transaction.atomic
def submit_assessment(*, by: User, assessment_id: uuid.UUID) -> ContextAssessment:
    """Sends it to the supervisors of the agency that leads."""
    assessment = _locked(by, assessment_id)
    refuse(queries.why_not_submit(by, assessment))
    assessment.writers.add(by)
    if not queries.somebody_can_sign(by, assessment):
        raise Refused(rules.NOBODY_SIGNS)
    assessment.state, assessment.submitted_at = ContextAssessment.State.SUBMITTED, timezone.now()
    assessment.save(update_fields=["state", "submitted_at"])
    _audit(by, "submit", assessment)
    return assessment


@transaction.atomic
def withdraw_assessment(*, by: User, assessment_id: uuid.UUID) -> ContextAssessment:
    """Whoever wrote in it goes on with what was sent."""
    assessment = _locked(by, assessment_id)
    refuse(queries.why_not_withdraw(by, assessment))
    assessment.state, assessment.submitted_at = ContextAssessment.State.DRAFT, None
    assessment.save(update_fields=["state", "submitted_at"])
    _audit(by, "withdraw", assessment)
    return assessment


@transaction.atomic
def sign_assessment(*, by: User, assessment_id: uuid.UUID, words: str = "") -> ContextAssessment:
    """Final. Its author and who holds the context learn of it."""
    assessment = _locked(by, assessment_id)
    refuse(queries.why_not_sign(by, assessment) or _names(by, assessment, words))
    assessment.state, assessment.sign_comment = ContextAssessment.State.SIGNED, words.strip()
    assessment.signed_by, assessment.signed_at = by, timezone.now()
    assessment.save(update_fields=["state", "sign_comment", "signed_by", "signed_at"])
    _audit(by, "sign off", assessment)
    _announce(by, assessment, Notified.SIGNED)
    return assessment


@transaction.atomic
def send_assessment_back(*, by: User, assessment_id: uuid.UUID, words: str) -> ContextAssessment:
    """With what has to be looked at again, for its author to go on."""
    assessment = _locked(by, assessment_id)
    refuse(
        queries.why_not_sign(by, assessment)
        or rules.why_not_decide_on(signs=False, words=words)
        or _names(by, assessment, words)
    )
    assessment.state, assessment.returned_reason = ContextAssessment.State.RETURNED, words.strip()
    assessment.returned_at = timezone.now()
    assessment.save(update_fields=["state", "returned_reason", "returned_at"])
    _audit(by, "send back", assessment)
    _announce(by, assessment, Notified.SENT_BACK)
    return assessment


@transaction.atomic
def read_assessment(*, by: User, assessment_id: uuid.UUID) -> ContextAssessment:
    """The assessment, for showing it; a 'view' row of its own, and one for each child whom what is shown names."""
    assessment = queries.assessment_visible_to(by, assessment_id)
    _audit(by, "view", assessment)
    named = {person.pk for people in queries.people_named(by, assessment_id).values() for person in people}
    record_looks(by=by, subject=_SUBJECT, subject_id=assessment_id, person_ids=named)
    return assessment


@transaction.atomic
def read_findings(*, by: User, assessment: ContextAssessment) -> list[ContextFinding]:
    """What `by` may read of it, each with what it `rests` on, for showing; with a 'view' row for each person whom that names."""
    found = queries.with_grounds(by, queries.findings_of(by, assessment.pk))
    _look_at(by, assessment, {key for finding in found for key in finding.rests.people})
    return found


@transaction.atomic
def read_sources_there(
    *, by: User, assessment: ContextAssessment, finding: ContextFinding | None = None
) -> tuple[dict[uuid.UUID, SourceRead], set[uuid.UUID]]:
    """On what something that is known may rest (`queries.to_rest_on`), for the form that asks; with a 'view' row for each person named."""
    offered, chosen = queries.to_rest_on(by, assessment, finding)
    _look_at(by, assessment, grounds.people_in(offered.values()))
    return offered, chosen


def _look_at(by: User, assessment: ContextAssessment, people: set[uuid.UUID]) -> None:
    record_looks(by=by, subject=_SUBJECT, subject_id=assessment.pk, person_ids=people)


@transaction.atomic
def read_children_there(
    *, by: User, assessment: ContextAssessment, finding_id: uuid.UUID | None = None
) -> list[tuple[str, str]]:
    """Whom something that is known may name, by key, for the form that asks; with a 'view' row for each."""
    there = queries.children_there(by, assessment.context.node_id, finding_id)
    keys = {person.pk for person, _called in there.values()}
    context = assessment.context
    record_looks(by=by, subject=context.end, subject_id=context.node_id, person_ids=keys)
    return [(key, called) for key, (_person, called) in there.items()]


_SUBJECT = "context assessment"


def _write(
    by: User,
    finding: ContextFinding,
    *,
    what: str,
    source: str,
    seen_on: date | None,
    side: str,
    names: Collection[uuid.UUID],
    rests_on: Collection[uuid.UUID] | None,
) -> ContextFinding:
    assessment = finding.assessment
    there = queries.children_there(by, assessment.context.node_id, finding.pk)
    named = set(names)
    if not {str(key) for key in named} <= there.keys():
        raise Hidden
    others = queries.names_there(by, assessment.context.node_id, but=named)
    refuse(
        rules.why_not_find(
            side=side,
            sides=[side.id for side in sides_of(assessment.release, assessment.context.setting)],
            what=what,
            source=source,
            seen_on=seen_on,
            today=timezone.localdate(),
            others=others,
        )
    )
    assert seen_on is not None
    finding.written_by = by
    finding.side, finding.what, finding.source, finding.seen_on = side, what.strip(), source.strip(), seen_on
    finding.full_clean()
    finding.save()
    _audit(by, "write", assessment)
    _name(by, finding, named)
    if rests_on is not None:
        grounds.rest_on(by=by, row=finding, node_id=assessment.context.node_id, keys=rests_on)
    return finding


def _name(by: User, finding: ContextFinding, named: set[uuid.UUID]) -> None:
    """Whom it names from now on, and nobody else."""
    rows = ContextMention.objects.filter(finding=finding)
    before = set(rows.values_list("person_id", flat=True))
    rows.filter(person_id__in=before - named).delete()
    for key in sorted(named - before):
        ContextMention.objects.create(finding=finding, person_id=key)
        record_audit(by=by, verb="name", subject=_SUBJECT, subject_id=finding.assessment_id, person_id=key)


def _to_change(
    by: User,
    assessment_id: uuid.UUID,
    why_not: Callable[[User, ContextAssessment], str | None] = queries.why_not_change,
) -> ContextAssessment:
    """Whoever changes it becomes one of its writers, and so cannot sign it off."""
    assessment = _locked(by, assessment_id)
    refuse(why_not(by, assessment))
    assessment.writers.add(by)
    return assessment


def _finding_to_change(by: User, finding_id: uuid.UUID) -> ContextFinding:
    """One thing that is known, as it stands now."""
    assessment = _locked(by, queries.finding_visible_to(by, finding_id).assessment_id)
    finding = queries.finding_visible_to(by, finding_id)
    finding.assessment = assessment
    refuse(queries.why_not_change(by, assessment, finding))
    assessment.writers.add(by)
    return finding


def _locked(by: User, assessment_id: uuid.UUID) -> ContextAssessment:
    ContextAssessment.objects.select_for_update().filter(pk=assessment_id).first()
    return queries.assessment_visible_to(by, assessment_id)


def _names(by: User, assessment: ContextAssessment, words: str) -> str | None:
    return queries.why_not_name_a_child(by, assessment.context, words)


def _announce(by: User, assessment: ContextAssessment, kind: Notified) -> None:
    announce(
        by=by,
        kind=kind,
        subject=_SUBJECT,
        subject_id=assessment.pk,
        named=[assessment.author, assessment.context.held_by],
    )


def _audit(by: User, verb: str, assessment: ContextAssessment) -> None:
    record_audit(by=by, verb=verb, subject=_SUBJECT, subject_id=assessment.pk)

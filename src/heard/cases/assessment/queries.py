"""What others may read about assessments. `user` is always the first argument."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min, Prefetch, Q, QuerySet
from django.utils import timezone

from heard.agencies.queries import drafts_of
from heard.agencies.rules import Hidden, May
from heard.cases.assessment import rules
from heard.cases.assessment.models import Assessment, AssessmentObservation, AssessmentPattern
from heard.cases.case.models import Case, Words
from heard.cases.case.queries import case_visible_to, cases_visible_to, words_of
from heard.cases.case.rules import Kept
from heard.cases.concern.models import Concern, ConcernObservation
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.knowledge.model import Pattern, Sign, Vulnerability


@dataclass(frozen=True)
class Marked:
    """One entry of the assessment's own release, and what the assessment says about it: None where nothing yet."""

    entry: Sign | Vulnerability
    seen: AssessmentObservation | None


@dataclass(frozen=True)
class Recognised:
    """One pattern of the assessment's own release, and where and why the authors recognise it."""

    entry: Pattern
    chosen: AssessmentPattern | None


@dataclass(frozen=True)
class Picture:
    """Everything that an assessment says. Signs and vulnerabilities are two lists and are never added together."""

    signs: list[Marked]
    vulnerabilities: list[Marked]
    patterns: list[Recognised]


def assessments_visible_to(user: User) -> QuerySet[Assessment]:
    """Assessments of children whose record the user may open, newest first."""
    return Assessment.objects.filter(case__in=cases_visible_to(user)).select_related(
        "case__person", "case__lead_team", "author", "signed_by", "words"
    )


def assessment_visible_to(user: User, assessment_id: uuid.UUID) -> Assessment:
    """With its observations and patterns, or `Hidden`."""
    observations = AssessmentObservation.objects.select_related("noted_by", "concern")
    rows = assessments_visible_to(user).prefetch_related(
        Prefetch("observations", observations), "patterns", "writers"
    )
    assessment = rows.filter(pk=assessment_id).first()
    if assessment is None:
        raise Hidden
    return assessment


def assessments_of(user: User, case_id: uuid.UUID) -> QuerySet[Assessment]:
    """Every version of a case's assessment, newest first."""
    return assessments_visible_to(user).filter(case_id=case_id)


def latest_signed(user: User, case_id: uuid.UUID) -> Assessment | None:
    signed = assessments_of(user, case_id).filter(state=rules.State.SIGNED)
    return signed.order_by("-signed_at").first()


def unsigned(user: User, case_id: uuid.UUID) -> Assessment | None:
    """The one that is being written or waits for the supervisor, if there is one."""
    return assessments_of(user, case_id).exclude(state=rules.State.SIGNED).first()


def before(user: User, assessment: Assessment) -> Assessment | None:
    """The signed version that came before this one, or None."""
    signed = assessments_of(user, assessment.case_id).filter(state=rules.State.SIGNED)
    earlier = signed.filter(started_at__lt=assessment.started_at).order_by("-started_at").first()
    return assessment_visible_to(user, earlier.pk) if earlier else None


def waiting_for_sign_off(user: User) -> QuerySet[Assessment]:
    """Assessments that this supervisor can decide on, longest waiting first. Not those in which they wrote."""
    leading = user.agencies_where(May.SIGN_OFF)
    rows = assessments_visible_to(user).filter(
        state=rules.State.SUBMITTED, case__lead_team__agency__in=leading
    )
    return rows.exclude(writers=user).order_by("submitted_at")


def being_written_by(user: User) -> QuerySet[Assessment]:
    """Assessments that this user goes on with: being written or sent back, first due first."""
    rows = assessments_visible_to(user).filter(author=user, state__in=rules.CHANGEABLE)
    return rows.order_by("due_on", "started_at")


def observations_of(user: User, case_id: uuid.UUID) -> QuerySet[AssessmentObservation]:
    """What assessments say about signs and vulnerabilities in this case, newest assessment first.

    Each row's `assessment.release` says which wording its `item` has.
    """
    rows = AssessmentObservation.objects.filter(assessment__in=assessments_of(user, case_id))
    return rows.select_related("assessment", "noted_by", "concern").order_by(
        "-assessment__started_at", "item"
    )


def told_in_worries(user: User, case_id: uuid.UUID) -> QuerySet[ConcernObservation]:
    """What the case's worries say was seen, latest first. `Hidden` unless the user may see the case."""
    case = case_visible_to(user, case_id)
    seen = ConcernObservation.objects.filter(concern__case=case, state=ConcernObservation.State.SEEN)
    return seen.select_related("concern").order_by("-seen_on", "-concern__told_at")


def referred_on(user: User, case: Case) -> date:
    """The day from which the assessment clock runs: that of the first worry that led to the case."""
    first = Concern.objects.filter(case=case).aggregate(at=Min("told_at"))["at"]
    return timezone.localdate(first or case.opened_at)


def words_of_child(user: User, case_id: uuid.UUID) -> QuerySet[Words]:
    """The child's words to choose from, latest first. `Hidden` unless the user may see the case."""
    return words_of(user, case_visible_to(user, case_id).person_id)


def typed(user: User, *, kind: str, subject_id: uuid.UUID, step: str) -> dict[str, Any]:
    """What this user typed in one form about this assessment or plan and has not saved yet; empty where nothing."""
    drafts = drafts_of(user).filter(kind=kind, subject_id=subject_id)
    return next((draft.answers[step] for draft in drafts if draft.answers.get(step)), {})


def picture(assessment: Assessment) -> Picture:
    """The assessment in the wording of the release that it was made with, whatever release is current now.

    For an assessment that came from `assessment_visible_to`; asks the database nothing further.
    """
    release = load.release(assessment.release)
    seen = {row.item: row for row in assessment.observations.all()}
    chosen = {row.pattern: row for row in assessment.patterns.all()}
    return Picture(
        signs=[Marked(entry, seen.get(entry.id)) for entry in release.signs],
        vulnerabilities=[Marked(entry, seen.get(entry.id)) for entry in release.vulnerabilities],
        patterns=[Recognised(entry, chosen.get(entry.id)) for entry in release.patterns],
    )


def wrote_in(user: User, assessment: Assessment) -> bool:
    return any(writer.pk == user.pk for writer in assessment.writers.all())


def may_sign_off(user: User, assessment: Assessment) -> bool:
    """A supervisor of the agency that leads the case answers for it with their signature."""
    return assessment.case.lead_team.agency_id in user.agencies_where(May.SIGN_OFF)


def why_not_submit(assessment: Assessment) -> str | None:
    """The rule, with what this assessment holds. For one that came from `assessment_visible_to`."""
    rows = list(assessment.observations.all())
    return rules.why_not_submit(
        state=assessment.state,
        judgement=assessment.judgement,
        has_words=assessment.words_id is not None,
        why_no_words=assessment.why_no_words,
        marked=len(rows),
        not_known=sum(row.state == AssessmentObservation.State.NOT_KNOWN for row in rows),
        what_is_not_known=assessment.what_is_not_known,
    )


def why_not_change(user: User, assessment: Assessment) -> str | None:
    return rules.why_not_change(state=assessment.state, may_assess=user.may(May.ASSESS))


def why_not_sign_off(user: User, assessment: Assessment) -> str | None:
    return rules.why_not_sign_off(
        state=assessment.state,
        wrote_in_it=wrote_in(user, assessment),
        may_sign_off=may_sign_off(user, assessment),
    )


def why_not_return(user: User, assessment: Assessment, *, reason: str) -> str | None:
    return rules.why_not_return(
        state=assessment.state,
        wrote_in_it=wrote_in(user, assessment),
        may_sign_off=may_sign_off(user, assessment),
        reason=reason,
    )


def why_not_start(user: User, case_id: uuid.UUID, *, case_is_open: bool) -> str | None:
    return rules.why_not_start(
        case_is_open=case_is_open,
        unsigned=unsigned(user, case_id) is not None,
        may_assess=user.may(May.ASSESS),
    )


def days_left(assessment: Assessment, today: date) -> int | None:
    """Whole days until the assessment is due, below nought when overdue; None without a due date."""
    return None if assessment.due_on is None else (assessment.due_on - today).days


def signed_in_time(user: User, *, since: date, today: date) -> Kept:
    """Assessments begun since a day that were signed off by the day they were due; those not due yet are not counted.

    Over the whole partnership, for those who see figures.
    """
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    begun = Assessment.objects.filter(started_at__date__gte=since, due_on__isnull=False).order_by()
    due = begun.filter(Q(due_on__lt=today) | Q(state=rules.State.SIGNED))
    in_time = Q(state=rules.State.SIGNED, signed_at__date__lte=F("due_on"))
    return Kept(**due.aggregate(kept=Count("pk", in_time), of=Count("pk")))

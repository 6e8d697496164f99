"""What others may read about reviews. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.assessment.queries import (
    assessments_of,
    observations_of,
    signed_since_opened,
    unsigned,
    words_of_child,
)
from heard.cases.case.counting import LED_BY, Counting
from heard.cases.case.queries import beside_words, led_by_own_agencies, my_cases, worked_in, working
from heard.cases.case.sight import in_sight
from heard.cases.concern.models import ConcernObservation
from heard.cases.concern.queries import concerns_of
from heard.cases.concern.strategy.queries import going_on as discussion_going_on
from heard.cases.leaving.queries import going_on as handover_going_on
from heard.cases.missing.queries import open_episode_of
from heard.cases.note.queries import noticed_in_notes
from heard.cases.plan.models import Action, Plan
from heard.cases.plan.queries import (
    actions_of,
    draft_plan,
    next_after,
    not_reviewed,
    plans_of,
    plans_visible_to,
    plans_with_keys,
)
from heard.cases.review import rules
from heard.cases.review.models import Review, ReviewedOutcome
from heard.cases.review.rules import Held, Looked
from heard.knowledge import load
from heard.network.queries import sees, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case, Observation, Words


BESIDE = 20  # of each kind, at most, beside a review


@dataclass(frozen=True)
class Seen:
    """A sign or vulnerability that somebody saw: `label` in the wording of the release that it was noted with."""

    label: str
    note: Observation


@dataclass(frozen=True)
class Beside:
    """What stands beside a review, so that nothing is typed again: what the record holds since the last one.

    `since` is the day of the review before, or of the plan where there was none. `more`: there is more than the latest
    `BESIDE` of each, which the chronology has.
    """

    since: date
    reviews: list[Review]
    signs: list[Seen]
    words: list[Words]
    more: bool


def reviews_visible_to(user: User) -> QuerySet[Review]:
    """Reviews that have been held, of children whose record the user may open, latest first."""
    return Review.objects.filter(visible_through(user, "plan__case__person")).select_related(
        "plan__case__person", "held_by", "words"
    )


def falls_to(user: User) -> Q:
    """Reviews of which it falls to this user to say to the child what was decided: whoever held it; where they have left or see the child no longer, the
    child’s workers."""
    theirs = my_cases(user).order_by().values("person")
    gone = Q(~sees(user, "held_by", "plan__case__person"), plan__case__person__in=theirs)
    return Q(held_by=user) | gone


def may_tell_of_review(user: User, review: Review) -> bool:
    """Whether this user may say to the child what was decided. For a review that they may see."""
    return user.may(May.ASSESS) and Review.objects.filter(falls_to(user), pk=review.pk).exists()


def review_visible_to(user: User, review_id: uuid.UUID) -> Review:
    """With what it says of each outcome, or `Hidden`."""
    outcomes = ReviewedOutcome.objects.select_related("outcome")
    rows = reviews_visible_to(user).prefetch_related(Prefetch("outcomes", outcomes))
    review = rows.filter(pk=review_id).first()
    if review is None:
        raise Hidden
    return review


def reviews_of(user: User, case_id: uuid.UUID) -> QuerySet[Review]:
    """Every review that has been held in a case, latest first."""
    return reviews_visible_to(user).filter(plan__case_id=case_id)


def reviews_due(user: User) -> QuerySet[Plan]:
    """Plans in force by the date of their next review (`review_on`), longest overdue first.

    Those that the user has to do with: their team leads the case, they are the child's trusted worker, or they own an
    action in the plan. A review is recorded at the address `review_hold` of the plan.
    """
    return _due(user, _in_force().filter(case__in=worked_in(user)))


def reviews_to_hold(user: User) -> QuerySet[Plan]:
    """Those of `reviews_due` that wait for this user and not for their whole team: the child counts on them, or on nobody
    while their team leads the case; or they own an action in the plan."""
    return _due(user, *_own_and_left(user))


def reviews_near(user: User) -> QuerySet[Any, Any]:
    """Keys of plans without which there is none of them. Whether the user may see one is asked beside."""
    return _with_own_actions(user).union(*_own_and_left(user), all=True)


def _own_and_left(user: User) -> tuple[QuerySet[Plan, Any], QuerySet[Plan, Any]]:
    counts_on = Q(case__trusted_worker__isnull=False)
    near = _in_force().filter(case__in=worked_in(user)).exclude(counts_on & in_sight("case"))
    left = near.exclude(sees(user, "case__trusted_worker", "case__person"))
    return _in_force().filter(working(user, "case__")), left


def overdue_in_team(user: User) -> QuerySet[Plan]:
    """Plans in force of the user's team of which the review is overdue, the longest first."""
    led = led_by_own_agencies(user).order_by().values("pk")
    rows = plans_visible_to(user).filter(case__in=led, state="agreed", review_on__lt=timezone.localdate())
    return rows.order_by("review_on", "pk")


def never_held_in_team(user: User) -> QuerySet[Case]:
    """Open cases of the user's team in which no review has been held, the longest open first."""
    held = reviews_visible_to(user).filter(plan__case=OuterRef("pk")).order_by()
    return led_by_own_agencies(user).filter(~Exists(held)).order_by("opened_at", "pk")


def _due(user: User, *keys: QuerySet[Plan, Any]) -> QuerySet[Plan]:
    """Of plans with these keys, and of those in which the user has something to do, the ones that they may see."""
    if not user.may(May.REVIEW):
        return plans_visible_to(user).none()
    return plans_with_keys(user, _with_own_actions(user).union(*keys)).order_by("review_on")


def _in_force() -> QuerySet[Plan, Any]:
    return Plan.objects.order_by().filter(state="agreed").values("pk")


def _with_own_actions(user: User) -> QuerySet[Action, Any]:
    """Keys of plans in force in which this user has something to do. To be joined with others by `union`: of conditions
    joined by "or", PostgreSQL asks each plan that there is."""
    mine = Action.objects.order_by().filter(owner=user, state="open", outcome__plan__state="agreed")
    return mine.values("outcome__plan")


def why_not_open(user: User, plan: Plan) -> str | None:
    return rules.why_not_open(
        plan_state=plan.state,
        may_review=user.may(May.REVIEW),
        has_draft=draft_plan(user, plan.case_id) is not None,
    )


def why_not_hold(user: User, plan: Plan, held: Held, *, today: date) -> str | None:
    """For a plan that came from `plan_visible_to`."""
    standing = rules.Standing(
        plan_state=plan.state,
        may_review=user.may(May.REVIEW),
        has_draft=draft_plan(user, plan.case_id) is not None,
        agreed_on=timezone.localdate(plan.agreed_at) if plan.agreed_at else None,
        latest_by=next_after(user, plan.case, held.held_on or today).latest_by,
        actions_open=sum(
            row.state == "open" for outcome in plan.outcomes.all() for row in outcome.actions.all()
        ),
        is_missing=open_episode_of(user, plan.case.person_id) is not None,
    )
    return rules.why_not_hold(standing, held, today=today, evidence_days=settings.EVIDENCE_DAYS)


def beside(user: User, plan: Plan, *, until: datetime | None = None) -> Beside:
    """What the record holds since the review before, or since the plan was agreed. Five queries, whatever there is.

    `until`: the moment at which a review was written down; what came later is then left out.
    """
    before = reviews_of(user, plan.case_id)
    before = before.filter(recorded_at__lt=until) if until else before
    reviews = list(before[:BESIDE])
    since = reviews[0].held_on if reviews else timezone.localdate(plan.agreed_at or plan.started_at)
    said = words_of_child(user, plan.case_id).filter(heard_on__gte=since)
    words = list((said.filter(written_at__lte=until) if until else said)[: BESIDE + 1])
    signs = _signs_since(user, plan.case, since, until)
    more = len(words) > BESIDE or len(signs) > BESIDE
    return Beside(since, reviews, signs[:BESIDE], words[:BESIDE], more)


def _signs_since(user: User, case: Case, since: date, until: datetime | None) -> list[Seen]:
    """The latest first, and one more than is shown. What an assessment took over is told once, by the worry or the
    note of contact that it comes from."""
    told = ConcernObservation.objects.filter(concern__in=concerns_of(user, case.person_id))
    assessed = observations_of(user, case.pk).filter(concern__isnull=True, contact_note__isnull=True)
    fresh = Q(state="seen") & (Q(seen_on__gte=since) | Q(noted_at__date__gte=since))
    if until:
        fresh &= Q(noted_at__lte=until)
    found = [
        *(
            (note, note.concern.release)
            for note in _latest(told.select_related("concern", "noted_by"), fresh, since)
        ),
        *((note, note.assessment.release) for note in _latest(assessed, fresh, since)),
        *((note, note.release) for note in _latest(noticed_in_notes(user, case.person_id), fresh, since)),
    ]
    found.sort(key=lambda pair: (pair[0].seen_on or since, pair[0].noted_at), reverse=True)
    return [Seen(load.release(release).item(note.item).label, note) for note, release in found[: BESIDE + 1]]


def _latest(notes: QuerySet[Any], fresh: Q, since: date) -> QuerySet[Any]:
    """What has no day counts as of the day from which on it is new."""
    rows = notes.filter(fresh).annotate(day=Coalesce("seen_on", Value(since)))
    return rows.order_by("-day", "-noted_at")[: BESIDE + 1]


def looked_in(review: Review) -> list[Looked]:
    """What a review says of the outcomes, as rules read it. For one that came from `review_visible_to`."""
    return [Looked(row.course, row.what, row.seen_by, row.seen_on) for row in review.outcomes.all()]


def evidence_days(user: User) -> int:
    """How long what was seen counts as current in this partnership, for whoever is told about it."""
    return int(settings.EVIDENCE_DAYS) if user.may(May.SEE_CHILD) else 0


def missing_before_closing(user: User, case: Case, *, today: date) -> tuple[tuple[rules.Missing, str], ...]:
    """Everything that is missing before this case may be closed, each as a sentence."""
    return rules.missing_before_closing(
        _before_closing(user, case), today=today, evidence_days=settings.EVIDENCE_DAYS
    )


def may_close(user: User, case: Case) -> bool:
    """A co-ordinator or supervisor of the agency that leads the case."""
    return case.lead_team.agency_id in user.agencies_where(May.CLOSE)


def last_review(user: User, case: Case) -> Review | None:
    """Of a plan agreed since the case was opened, with what it says of each outcome; None where none was held."""
    latest = reviews_of(user, case.pk).filter(plan__agreed_at__gte=case.opened_at).first()
    return review_visible_to(user, latest.pk) if latest else None


def written_in(user: User, case_id: uuid.UUID) -> QuerySet[Any, Any]:
    """All that was written in a case, the latest first: `kind`, `pk` and the day `on`, for a page of it."""
    reviews = reviews_of(user, case_id).annotate(kind=Value("review"), on=F("held_on"))
    plans = plans_of(user, case_id).annotate(kind=Value("plan"), on=TruncDate("started_at"))
    assessments = assessments_of(user, case_id).prefetch_related(None)
    assessments = assessments.annotate(kind=Value("assessment"), on=TruncDate("started_at"))
    each: list[QuerySet[Any, Any]] = [
        rows.order_by().values("kind", "pk", "on") for rows in (reviews, plans, assessments)
    ]
    return each[0].union(*each[1:], all=True).order_by("-on", "kind", "pk")


def read_written(user: User, case_id: uuid.UUID, found: Iterable[dict[str, Any]]) -> list[tuple[str, Any]]:
    """The kind and the row of each that `written_in` found, in their order. A query for each kind."""
    rows, keys = list(found), defaultdict(list)
    for row in rows:
        keys[row["kind"]].append(row["pk"])
    kinds: dict[str, QuerySet[Any]] = {
        "review": reviews_of(user, case_id),
        "plan": plans_of(user, case_id),
        "assessment": assessments_of(user, case_id).prefetch_related(None),
    }
    whole = {kind: kinds[kind].in_bulk(wanted) for kind, wanted in keys.items()}
    return [(row["kind"], whole[row["kind"]][row["pk"]]) for row in rows]


def why_not_reopen(user: User, case: Case, *, reason: str) -> str | None:
    return rules.why_not_reopen(
        is_closed=case.state == "closed", may_close=may_close(user, case), reason=reason
    )


def _before_closing(user: User, case: Case) -> rules.Before:
    review, signed = last_review(user, case), signed_since_opened(user, case)
    had_plan = plans_of(user, case.pk).filter(agreed_at__gte=case.opened_at).exists()
    known_at = (review and review.recorded_at) if had_plan else (signed and signed.signed_at)
    worries = concerns_of(user, case.person_id)
    return rules.Before(
        is_open=case.state == "open",
        may_close=may_close(user, case),
        is_missing=open_episode_of(user, case.person_id) is not None,
        worries_waiting=worries.filter(state="told").exists(),
        unsigned=unsigned(user, case.pk) is not None,
        has_draft=draft_plan(user, case.pk) is not None,
        actions_open=actions_of(user, case.pk).filter(state="open").exists(),
        had_plan=had_plan,
        looked=looked_in(review) if review else [],
        held_on=review.held_on if review else None,
        signed_on=timezone.localdate(signed.signed_at) if signed and signed.signed_at else None,
        worry_since=bool(known_at) and worries.filter(told_at__gt=known_at).exists(),
        handed_over=handover_going_on(user, case) is not None,
        discussion_planned=discussion_going_on(user, case.person_id),
    )


def to_hold(user: User) -> tuple[Counting, Counting]:
    """Reviews that were held and had a day, kept where it was by then; and plans whose review has not been held, none kept:
    those in force, and those that kept the day because it was missed before they were replaced or ended. No review is in
    both. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    held = Review.objects.filter(due_on__isnull=False).order_by()
    in_time = Q(held_on__lte=F("due_on"))
    return Counting(
        held, "due_on", in_time, "plan__case__person", agency=f"plan__case__{LED_BY}"
    ), not_reviewed(user)


def looked_at(user: User) -> Counting:
    """How each outcome of a plan had gone when a review looked at it, by the day of the review. None is kept. For those who see
    figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = ReviewedOutcome.objects.order_by()
    return Counting(rows, "review__held_on", None, "review__plan__case__person", name=F("course"))


def courses(user: User) -> list[tuple[str, str]]:
    """What `looked_at` names, with its words."""
    return [(value, str(label)) for value, label in ReviewedOutcome.Course.choices]


def held_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """Reviews held since a day beside the child's own words. Over the whole partnership, for those who see
    figures; `by`: those held by these people, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Review.objects.all() if by is None else reviews_visible_to(user).filter(held_by__in=by)
    held = rows.filter(held_on__gte=since).order_by()
    return beside_words(user, held, at="held_on", around="plan__case")

"""The page of a child, put together from what every stage holds: a fixed number of short queries, however much there is.

Whether the user may see the child is asked once, when the record is opened. What belongs to that child or to a case of theirs
is then read by its key: asking again for each of thirty tables took longer than all the rest. What leads to somebody else
(ties, steps against a person, entries about them) is asked of the stage that knows who may see them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import looks_at, who_are
from heard.cases.assessment.models import Assessment, AssessmentObservation, OpenQuestion
from heard.cases.assessment.queries import may_sign_off
from heard.cases.case.models import Case, CasePeriod, WarningNote, Words
from heard.cases.clocks.models import ClockRun
from heard.cases.clocks.queries import clock_of
from heard.cases.concern.models import Concern, ConcernObservation
from heard.cases.concern.queries import decides
from heard.cases.disruption.queries import steps_visible_to
from heard.cases.missing.queries import told_of
from heard.cases.note.models import NoteObservation
from heard.cases.own.models import GivenPlan
from heard.cases.plan.models import Action, Plan
from heard.cases.record.queries import entries_of
from heard.cases.record.rules import Kind
from heard.cases.referral.models import Referral
from heard.cases.review.models import Review
from heard.cases.review.queries import may_close
from heard.cases.safety.models import SafetyPlan
from heard.cases.sharing.models import InfoRequest, Share
from heard.cases.timeline.queries.chronology import SHARED_KINDS, counts_of
from heard.cases.timeline.rules import (
    NEEDS,
    Standing,
    Step,
    age_on,
    last_seen,
    latest,
    next_steps,
)
from heard.knowledge import load
from heard.network.queries import involvements_of, keys_of, ties_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow, User
    from heard.agencies.queries import Colleague
    from heard.cases.case.models import Observation
    from heard.cases.disruption.models import DisruptionStep
    from heard.cases.missing.models import Episode
    from heard.cases.record.models import ChronologyEntry
    from heard.network.models import Involvement, Person
    from heard.network.queries import Around

LATEST: Final = (
    10  # entries of the chronology, looks, clocks of each kind: each has a page of its own with all
)
FEW: Final = 5  # of what is told in a line or two
TO_DO: Final = 20  # actions
LOOKS_ON_A_PAGE: Final = 50


@dataclass(frozen=True)
class Marked:
    """One sign or vulnerability, as it was noted last. `seen` is the last time that anybody saw it, if ever."""

    label: str
    help: str
    state: str
    seen: Observation | None
    noted: Observation | None


@dataclass(frozen=True)
class Due:
    """Something that has a date, the rule that gives it, and where the rule comes from."""

    rule: str
    source: str
    on: date
    days_left: int


@dataclass(frozen=True)
class Offer:
    """A next step, what it is about, and whether this user may take it."""

    step: Step
    subject_id: uuid.UUID
    may: bool


@dataclass(frozen=True)
class Shared:
    """An agency that is involved, since when and why, and how many entries of each kind came from it."""

    agency: str
    since: date
    why: str
    brought: list[tuple[Kind, int]]


@dataclass(frozen=True)
class Work:
    """What is being done for the child now, newest or first due first, the first few of each. Of the open case; empty where
    there is none."""

    worries: list[Concern]
    unsigned: Assessment | None = None
    has_signed: bool = False
    questions: Sequence[OpenQuestion] = ()
    draft: Plan | None = None
    plan: Plan | None = None
    actions: Sequence[Action] = ()
    safety: SafetyPlan | None = None
    steps: Sequence[DisruptionStep] = ()
    given: GivenPlan | None = None
    referral: Referral | None = None


@dataclass(frozen=True)
class ChildsPage:
    """Everything on the page of a child, in the order of the page. Signs and vulnerabilities are two lists."""

    person: Person
    age: int | None
    case: Case | None
    closed: CasePeriod | None
    words: Words | None
    why_no_words: str
    warnings: list[WarningNote]
    steps: list[Offer]
    clocks: list[Due]
    episodes: list[Episode]
    work: Work
    signs: list[Marked]
    vulnerabilities: list[Marked]
    around: list[Around]
    chronology: list[ChronologyEntry]
    entries: int
    shared: list[Shared]
    shares: list[Share]
    requests: list[InfoRequest]
    looks: list[AuditRow]
    looked: int
    people: dict[int, Colleague]


def childs_page(user: User, person: Person, *, today: date) -> ChildsPage:
    """For a person whom `network.actions.open_record` has just opened for this user."""
    key = person.pk
    cases = Case.objects.select_related("lead_team", "allocated_worker", "trusted_worker").filter(
        person_id=key
    )
    last_case = cases.order_by("-state", "-opened_at").first()
    case = last_case if last_case and last_case.state == "open" else None
    put = _of_child(user, key) | (_of_case(user, case.pk) if case else {})
    found = {name: list(rows) for name, rows in put.items()}
    work = _work(found)
    notes = _notes(key)
    counts = counts_of(user, key)
    looks = looks_at(user, person_ids=keys_of(user, key))
    recent = list(looks[:LATEST])
    words = next(iter(found["words"]), None)
    closed = _closed(last_case) if last_case and not case else None
    signs, vulnerabilities = _two_lists(notes)
    return ChildsPage(
        person=person,
        age=age_on(person.birth_date, today),
        case=case,
        closed=closed,
        words=words,
        why_no_words="" if words else _why_no_words(key),
        warnings=found["warnings"],
        steps=_offers(user, key, case, closed, work),
        clocks=_clocks(found, work, today),
        episodes=found["episodes"],
        work=work,
        signs=signs,
        vulnerabilities=vulnerabilities,
        around=ties_visible_to(user, key),
        chronology=list(entries_of(user, key)[:LATEST]),
        entries=sum(counts.values()),
        shared=[_shared(row, counts) for row in involvements_of(user, key)],
        shares=found["shares"],
        requests=found["requests"],
        looks=recent,
        looked=looks.count(),
        people=who_are(user, [*(note.noted_by_id for note in notes), *(look.actor_id for look in recent)]),
    )


def who_looked(user: User, person: Person, *, page: int) -> tuple[Page[AuditRow], dict[int, Colleague]]:
    """A page of who looked at or changed this child's record, newest first, and who these people are."""
    shown = Paginator(looks_at(user, person_ids=keys_of(user, person.pk)), LOOKS_ON_A_PAGE).get_page(page)
    return shown, who_are(user, [look.actor_id for look in shown])


def _closed(case: Case) -> CasePeriod | None:
    return CasePeriod.objects.select_related("case").filter(case=case).first()


def _of_child(user: User, person_id: uuid.UUID) -> dict[str, QuerySet[Any]]:
    """What the page shows of the child, whether there is a case or not: the first few of each."""
    return {
        "words": Words.objects.filter(person_id=person_id, corrected_by__isnull=True)[:1],
        "warnings": WarningNote.objects.filter(person_id=person_id, ended_at=None).order_by(
            "review_on", "pk"
        )[:LATEST],
        "episodes": _episodes(user, person_id)[:LATEST],
        "shares": _shares(person_id)[:FEW],
        "requests": _requests(person_id)[:FEW],
        "worries": Concern.objects.filter(person_id=person_id, state="told").order_by("due_on", "told_at")[
            :FEW
        ],
    }


def _of_case(user: User, case_id: uuid.UUID) -> dict[str, QuerySet[Any]]:
    """What the page shows of the open case."""
    return {
        "unsigned": (
            Assessment.objects.filter(case_id=case_id)
            .exclude(state="signed")
            .select_related("case__lead_team")[:1]
        ),
        "signed": Assessment.objects.filter(
            case_id=case_id, state="signed", signed_at__gte=F("case__opened_at")
        ).only("pk")[:1],
        "questions": _unanswered(case_id)[:FEW],
        "plans": Plan.objects.filter(case_id=case_id, state__in=("draft", "agreed")),
        "actions": _to_do(case_id)[: TO_DO + 1],
        "safety": SafetyPlan.objects.filter(case_id=case_id)[:1],
        "steps": (
            steps_visible_to(user).filter(case_id=case_id, state="open").order_by("due_on", "added_at")[:FEW]
        ),
        "given": GivenPlan.objects.filter(plan__case_id=case_id, plan__state="agreed")[:1],
        "referral": Referral.objects.filter(case_id=case_id).order_by("-number")[:1],
        "clocks": ClockRun.objects.filter(case_id=case_id, met_on=None, ended_on=None)[:LATEST],
    }


def _shares(person_id: uuid.UUID) -> QuerySet[Share]:
    rows = Share.objects.filter(person_id=person_id)
    return rows.select_related("to_agency", "prepared_by", "decided_by").order_by("-prepared_at")


def _requests(person_id: uuid.UUID) -> QuerySet[InfoRequest]:
    rows = InfoRequest.objects.filter(person_id=person_id, state="open")
    return rows.select_related("agency").order_by("due_on", "pk")


def _unanswered(case_id: uuid.UUID) -> QuerySet[OpenQuestion]:
    asked = OpenQuestion.objects.filter(assessment__case_id=case_id, findings=None, again=None)
    return asked.select_related("owner").order_by(F("by_on").asc(nulls_last=True), "asked_at")


def _to_do(case_id: uuid.UUID) -> QuerySet[Action]:
    agreed = Action.objects.filter(
        outcome__plan__case_id=case_id, outcome__plan__state="agreed", state="open"
    )
    return agreed.select_related("outcome", "owner").order_by("due_on", "added_at")


def _work(found: dict[str, list[Any]]) -> Work:
    def one(name: str) -> Any:
        return next(iter(found.get(name, ())), None)

    plans = {plan.state: plan for plan in found.get("plans", ())}
    return Work(
        worries=found["worries"],
        unsigned=one("unsigned"),
        has_signed=bool(found.get("signed")),
        questions=found.get("questions", ()),
        draft=plans.get("draft"),
        plan=plans.get("agreed"),
        actions=found.get("actions", ()),
        safety=one("safety"),
        steps=found.get("steps", ()),
        given=one("given"),
        referral=one("referral"),
    )


def _episodes(user: User, person_id: uuid.UUID) -> QuerySet[Episode]:
    """Those that go on, and those after which nobody has spoken with the child yet."""
    rows = told_of(user, person_id).filter(Q(found_at=None) | Q(interview=None))
    return rows.order_by(F("found_at").desc(nulls_first=True))


def _why_no_words(person_id: uuid.UUID) -> str:
    """The latest reason that anybody gave. Only where there are no words at all."""
    said: Iterable[QuerySet[Any]] = (
        Review.objects.filter(plan__case__person_id=person_id),
        Plan.objects.filter(case__person_id=person_id),
        Assessment.objects.filter(case__person_id=person_id).order_by("-started_at"),
        Concern.objects.filter(person_id=person_id).order_by("-told_at"),
    )
    reasons = (rows.exclude(why_no_words="").values_list("why_no_words", flat=True).first() for rows in said)
    return next(filter(None, reasons), "")


def _notes(person_id: uuid.UUID) -> list[Observation]:
    """Of each sign and vulnerability what was noted last, and the last time that it was seen. Three queries."""
    told = ConcernObservation.objects.filter(concern__person_id=person_id)
    assessed = AssessmentObservation.objects.filter(assessment__case__person_id=person_id)
    noticed = NoteObservation.objects.filter(note__person_id=person_id, note__corrected_by=None)
    return [*_last_of_each(told), *_last_of_each(assessed), *_last_of_each(noticed)]


def _last_of_each(rows: QuerySet[Any]) -> QuerySet[Any]:
    noted = Window(RowNumber(), partition_by=F("item"), order_by=[F("noted_at").desc(), F("pk").desc()])
    seen = Window(
        RowNumber(),
        partition_by=[F("item"), F("state")],
        order_by=[F("seen_on").desc(nulls_last=True), F("noted_at").desc(), F("pk").desc()],
    )
    ranked = rows.order_by().annotate(noted_rank=noted, seen_rank=seen)
    return ranked.filter(Q(noted_rank=1) | Q(state="seen", seen_rank=1))


def _two_lists(notes: list[Observation]) -> tuple[list[Marked], list[Marked]]:
    """Every sign and every vulnerability of the current release; what nobody spoke of is not known."""
    release = load.current()
    last, seen = latest(notes), last_seen(notes)

    def marked(entries: Iterable[Any]) -> list[Marked]:
        return [
            Marked(
                label=entry.label,
                help=entry.help,
                state=last[entry.id].state if entry.id in last else "not_known",
                seen=seen.get(entry.id),
                noted=last.get(entry.id),
            )
            for entry in entries
        ]

    return marked(release.signs), marked(release.vulnerabilities)


def _offers(
    user: User, person_id: uuid.UUID, case: Case | None, closed: CasePeriod | None, work: Work
) -> list[Offer]:
    now = Standing(
        worries_waiting=len(work.worries),
        has_open_case=case is not None,
        was_closed=closed is not None,
        assessment=work.unsigned.state if work.unsigned else None,
        has_signed=work.has_signed,
        has_plan_draft=work.draft is not None,
        has_agreed_plan=work.plan is not None,
        plan_ended=_plan_ended(case, work),
    )
    about: dict[Step, Any] = {
        Step.DECIDE: work.worries[0] if work.worries else None,
        Step.ASSESS: case,
        Step.GO_ON_ASSESSING: work.unsigned,
        Step.SIGN_OFF: work.unsigned,
        Step.PLAN: case,
        Step.GO_ON_PLANNING: work.draft,
        Step.REVIEW: work.plan,
        Step.CLOSE: case,
        Step.OPEN_AGAIN: closed.case if closed else None,
    }
    return [
        Offer(step, about[step].pk if step in about else person_id, _may_take(user, step, about.get(step)))
        for step in next_steps(now)
    ]


def _plan_ended(case: Case | None, work: Work) -> bool:
    """Whether the last plan since the case was opened ended, because the child needs less help."""
    if case is None or work.plan or work.draft:
        return False
    return Plan.objects.filter(case=case, state="ended", agreed_at__gte=case.opened_at).exists()


def _may_take(user: User, step: Step, about: Any) -> bool:
    """The role; and for decisions, signatures and closing the agency too in which it is held."""
    if step is Step.DECIDE:
        return decides(user)
    if step is Step.SIGN_OFF:
        return may_sign_off(user, about)
    if step in (Step.CLOSE, Step.OPEN_AGAIN):
        return may_close(user, about)
    return user.may(NEEDS[step])


def _clocks(found: dict[str, list[Any]], work: Work, today: date) -> list[Due]:
    """What is due, first due first. Each with the rule's name and source."""
    due = [_by_clock("concern_decision", one.release, one.due_on, today) for one in work.worries]
    if work.unsigned and work.unsigned.due_on:
        due.append(_by_clock("assessment", work.unsigned.release, work.unsigned.due_on, today))
    due += [
        _by_clock("return_interview", load.current().id, timezone.localdate(one.interview_due_at), today)
        for one in found["episodes"]
        if one.interview_due_at and one.answer != "declined"
    ]
    for run in found.get("clocks", ()):
        clock = clock_of(run)
        due.append(Due(clock.label, clock.source, run.due_on, (run.due_on - today).days))
    if work.plan and work.plan.review_on:
        due.append(_by_people(_("Review of the plan"), work.plan.review_on, today))
    due += [_by_people(_("Look at this warning again"), note.review_on, today) for note in found["warnings"]]
    return sorted(due, key=lambda one: one.on)


def _by_clock(clock_id: str, release_id: str, on: date, today: date) -> Due:
    clock = load.release(release_id).clock(clock_id)
    return Due(clock.label, clock.source, on, (on - today).days)


def _by_people(rule: str, on: date, today: date) -> Due:
    return Due(rule, _("the date that people agreed"), on, (on - today).days)


def _shared(row: Involvement, counts: dict[tuple[str, str], int]) -> Shared:
    """What an agency brought is counted by kind, to show who holds what; it says nothing about the child."""
    agency = row.agency.name
    brought = [(kind, counts[agency, kind]) for kind in SHARED_KINDS if (agency, kind) in counts]
    return Shared(agency, row.since, row.why, brought)

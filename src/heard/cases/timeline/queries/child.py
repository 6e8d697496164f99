"""What the tabs of a child's page show, put together from what every stage holds: for each tab a fixed number of short queries.

Whether the user may see the child is asked once, when the record is opened. What belongs to that child or to a case of theirs
is then read by its key: asking again for each of thirty tables took longer than all the rest. What leads to somebody else
(ties, steps against a person, entries about them) is asked of the stage that knows who may see them.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from heard.agencies.queries import looks_at, who_are
from heard.cases.assessment.models import Assessment, AssessmentObservation, OpenQuestion
from heard.cases.assessment.queries import may_sign_off
from heard.cases.attachment.queries import attachments_around
from heard.cases.case.models import Case
from heard.cases.case.queries import allocated_workers_visible_to
from heard.cases.case.rules import LEADS
from heard.cases.concern.models import Concern, ConcernObservation
from heard.cases.concern.queries import decides
from heard.cases.disruption.queries import steps_visible_to
from heard.cases.note.models import NoteObservation
from heard.cases.note.queries import notes_of
from heard.cases.own.queries import HeldCopy, held_copy
from heard.cases.plan.models import Action, Outcome, Plan
from heard.cases.record.rules import EntryKind
from heard.cases.referral.models import Referral
from heard.cases.reporting.models import OffenceReport
from heard.cases.reporting.queries import is_on
from heard.cases.review.queries import may_close
from heard.cases.safety.models import SafetyPlan
from heard.cases.sharing.models import InfoRequest, Share
from heard.cases.timeline.queries.brief import (
    FEW,
    Brief,
    Due,
    Head,
    brief_of,
    dates_of,
    handed_of,
    outcomes_of,
    signed_of,
    to_do,
    worries_of,
)
from heard.cases.timeline.queries.chronology import SHARED_KINDS, counts_of
from heard.cases.timeline.queries.year import year_of
from heard.cases.timeline.rules import NEEDS, Standing, Step, last_seen, latest, next_steps
from heard.cases.turning.models import ServiceReferral
from heard.cases.turning.queries import running
from heard.knowledge import load
from heard.network.headings import in_parts
from heard.network.queries import involvements_of, keys_of, web

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow, User
    from heard.agencies.queries import Colleague
    from heard.cases.attachment.models import Attachment
    from heard.cases.case.models import AllocatedWorker, Observation
    from heard.cases.disruption.models import DisruptionStep
    from heard.cases.note.models import ContactNote
    from heard.cases.timeline.picture import Year
    from heard.network.models import Involvement, Person
    from heard.network.queries import Strand

ACTIONS: Final = 4  # of a plan on one page, as are notes, files and ties: a tab is three screens of a phone
NOTES: Final = 5
FILES: Final = 8
TIES: Final = 7
LOOKS: Final = 4
LOOKS_ON_A_PAGE: Final = 20


@dataclass(frozen=True)
class Marked:
    """One sign or vulnerability, as it was noted last. `seen` is the last time that anybody saw it, if ever."""

    label: str
    help: str
    state: str
    seen: Observation | None
    noted: Observation | None


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
    brought: list[tuple[EntryKind, int]]


@dataclass(frozen=True)
class Summary(Brief):
    """With what may be done next, and the picture of twelve months."""

    steps: list[Offer]
    year: Year


@dataclass(frozen=True)
class Assessed:
    """Signs and vulnerabilities are two lists."""

    signed: Assessment | None
    signs: list[Marked]
    vulnerabilities: list[Marked]
    questions: list[OpenQuestion]
    people: dict[int, Colleague]


@dataclass(frozen=True)
class Beside:
    """What is done beside the plan. The referral only for those who see everything. `services`: to which the child is referred, not over.
    `leads`: the lead practitioners of now."""

    safety: SafetyPlan | None = None
    steps: Sequence[DisruptionStep] = ()
    held: HeldCopy | None = None
    referral: Referral | None = None
    services: Sequence[ServiceReferral] = ()
    leads: Sequence[AllocatedWorker] = ()


@dataclass(frozen=True)
class Planned:
    """`actions`: a page of what is still to do, first due first. `dates`: everything that is due by a rule."""

    dates: list[Due]
    outcomes: list[Outcome]
    actions: Page[Action]
    beside: Beside


@dataclass(frozen=True)
class SharedTab:
    shared: list[Shared]
    shares: list[Share]
    requests: list[InfoRequest]
    reports: bool
    looks: list[AuditRow]
    looked: int
    people: dict[int, Colleague]


def summary_tab(user: User, head: Head, *, today: date) -> Summary:
    brief = brief_of(user, head, today=today)
    steps = _offers(user, head, brief.worries, brief.judgement)
    return Summary(**vars(brief), steps=steps, year=year_of(user, head.person.pk, today=today))


def assessment_tab(user: User, head: Head) -> Assessed:
    notes = _notes(head.person.pk)
    signs, vulnerabilities = _two_lists(notes)
    return Assessed(
        signed=signed_of(user, [head]).get(head.case_id),
        signs=signs,
        vulnerabilities=vulnerabilities,
        questions=list(_unanswered(head.case.pk)[:FEW]) if head.case else [],
        people=who_are(user, [note.noted_by_id for note in notes]),
    )


def plan_tab(user: User, head: Head, *, today: date, page: int) -> Planned:
    worries, none = worries_of(user, [head.person.pk]), defaultdict[Any, list[Action]](list)
    actions = to_do(user).filter(outcome__plan=head.plan_id) if head.plan_id else Action.objects.none()
    return Planned(
        dates=dates_of(user, [head], worries, none, handed_of(user, [head]), today=today)[0],
        outcomes=outcomes_of(user, [head])[head.plan_id],
        actions=Paginator(actions, ACTIONS).get_page(page),
        beside=_beside(user, head.case, whole=head.whole) if head.case else Beside(),
    )


def _beside(user: User, case: Case, *, whole: bool) -> Beside:
    steps = steps_visible_to(user).filter(case=case, state="open").order_by("due_on", "added_at")
    return Beside(
        safety=SafetyPlan.objects.filter(case=case).first(),
        steps=list(steps[:FEW]),
        held=held_copy(user, case.pk),
        referral=Referral.objects.filter(case=case).order_by("-number").first() if whole else None,
        services=list(running(user, case.person_id)[:FEW]),
        leads=list(allocated_workers_visible_to(user).filter(case=case, until=None, role__in=LEADS)),
    )


def people_tab(user: User, head: Head, *, page: int) -> Page[Strand]:
    """Part by part, as the page draws them: who protects on the first page, children and adults never mixed."""
    parts = in_parts(web(user).around(head.person.pk))
    return Paginator([tie for _heading, some in parts for tie in some], TIES).get_page(page)


def notes_tab(user: User, head: Head, *, page: int) -> Page[ContactNote]:
    """The latest contact first."""
    return Paginator(notes_of(user, head.person.pk), NOTES).get_page(page)


def files_tab(user: User, head: Head, *, page: int) -> Page[Attachment]:
    """Those of worries and of the child's words too, the newest first."""
    rows = attachments_around(user, head.person.pk).order_by("-attached_at", "pk")
    return Paginator(rows, FILES).get_page(page)


def shared_tab(user: User, head: Head) -> SharedTab:
    key = head.person.pk
    counts = counts_of(user, key)
    looks = looks_at(user, person_ids=keys_of(user, key))
    recent = list(looks[:LOOKS])
    return SharedTab(
        shared=[_shared(row, counts) for row in involvements_of(user, key)],
        shares=list(_shares(key)[:FEW]),
        requests=list(_requests(key)[:FEW]),
        reports=(head.person.kind == "child" and is_on(user))
        or OffenceReport.objects.filter(person_id=key).exists(),
        looks=recent,
        looked=looks.count(),
        people=who_are(user, [look.actor_id for look in recent]),
    )


def who_looked(user: User, person: Person, *, page: int) -> tuple[Page[AuditRow], dict[int, Colleague]]:
    """A page of who looked at or changed this child's record, newest first, and who these people are."""
    shown = Paginator(looks_at(user, person_ids=keys_of(user, person.pk)), LOOKS_ON_A_PAGE).get_page(page)
    return shown, who_are(user, [look.actor_id for look in shown])


def _shares(person_id: uuid.UUID) -> QuerySet[Share]:
    rows = Share.objects.filter(person_id=person_id)
    return rows.select_related("to_agency", "prepared_by", "decided_by").order_by("-prepared_at")


def _requests(person_id: uuid.UUID) -> QuerySet[InfoRequest]:
    rows = InfoRequest.objects.filter(person_id=person_id, state="open")
    return rows.select_related("agency").order_by("due_on", "pk")


def _unanswered(case_id: uuid.UUID) -> QuerySet[OpenQuestion]:
    asked = OpenQuestion.objects.filter(assessment__case_id=case_id, findings=None, again=None)
    return asked.select_related("owner").order_by(F("by_on").asc(nulls_last=True), "asked_at")


def _notes(person_id: uuid.UUID) -> list[Observation]:
    """Of each sign and vulnerability what was noted last, and the last time that it was seen. Three queries."""
    told = ConcernObservation.objects.filter(concern__person_id=person_id)
    assessed = AssessmentObservation.objects.filter(assessment__case__person_id=person_id)
    noticed = NoteObservation.objects.filter(
        note__person_id=person_id, note__corrected_by=None, ended_at=None
    )
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


def _offers(user: User, head: Head, worries: list[Concern], signed: Assessment | None) -> list[Offer]:
    if head.death:
        return []
    case, closed = head.case, head.closed
    draft, agreed = head.plans.get("draft"), head.plans.get("agreed")
    now = Standing(
        worries_waiting=len(worries),
        has_open_case=case is not None,
        was_closed=closed is not None,
        assessment=head.unsigned.state if head.unsigned else None,
        has_signed=signed is not None,
        has_plan_draft=draft is not None,
        has_agreed_plan=agreed is not None,
        plan_ended=_plan_ended(head),
    )
    about: dict[Step, Any] = {
        Step.DECIDE: worries[0] if worries else None,
        Step.ASSESS: case,
        Step.GO_ON_ASSESSING: head.unsigned,
        Step.SIGN_OFF: head.unsigned,
        Step.PLAN: case,
        Step.GO_ON_PLANNING: draft,
        Step.REVIEW: agreed,
        Step.CLOSE: case,
        Step.OPEN_AGAIN: closed.case if closed else None,
    }
    return [
        Offer(
            step, about[step].pk if step in about else head.person.pk, _may_take(user, step, about.get(step))
        )
        for step in next_steps(now)
    ]


def _plan_ended(head: Head) -> bool:
    """Whether the last plan since the case was opened ended, because the child needs less help."""
    if head.case is None or head.plans:
        return False
    ended = Plan.objects.filter(case=head.case, state="ended", agreed_at__gte=head.case.opened_at)
    return ended.exists()


def _may_take(user: User, step: Step, about: Any) -> bool:
    """The role; and for decisions, signatures and closing the agency too in which it is held."""
    if step is Step.DECIDE:
        return decides(user)
    if step is Step.SIGN_OFF:
        return may_sign_off(user, about)
    if step in (Step.CLOSE, Step.OPEN_AGAIN):
        return may_close(user, about)
    return user.may(NEEDS[step])


def _shared(row: Involvement, counts: dict[tuple[str, str], int]) -> Shared:
    """What an agency brought is counted by kind, to show who holds what; it says nothing about the child."""
    agency = row.agency.name
    brought = [(kind, counts[agency, kind]) for kind in SHARED_KINDS if (agency, kind) in counts]
    return Shared(agency, row.since, row.why, brought)

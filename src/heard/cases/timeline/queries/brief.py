"""What stands above every tab of a child's page and what the summary says first, for one child or for all on an agenda: as many queries for
sixty children as for one.

Whether the user may see the children is asked once, when their records are opened for this user; `child` says how the rest is read.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import who_are
from heard.cases.assessment.models import Assessment
from heard.cases.assessment.queries import to_begin_by
from heard.cases.case.models import Case, CasePeriod, Death, WarningNote, Words
from heard.cases.case.rules import age_on
from heard.cases.clocks.models import ClockRun
from heard.cases.clocks.queries import clock_of
from heard.cases.concern.models import Concern
from heard.cases.leaving.models import Handover
from heard.cases.missing.models import Episode
from heard.cases.missing.queries import told_of
from heard.cases.note.queries import last_contact
from heard.cases.plan.models import Action, Outcome, Plan
from heard.cases.reporting.models import OffenceReport
from heard.cases.reporting.rules import CLOCK
from heard.cases.review.models import Review
from heard.cases.timeline.rules import sentences
from heard.knowledge import load
from heard.network.queries import people_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.agencies.queries import Colleague
    from heard.cases.note.rules import Contact
    from heard.network.models import Person

LATEST: Final = 10  # warnings, episodes and clocks: each has a page of its own with all
FEW: Final = 5  # of what is told in a line or two
NEXT: Final = 3  # dates on the summary
_WORDS: Final = 5  # of which one is read, where the latest was spoken
_MOST_WORDS: Final = 260  # letters of two sentences

type Rows[T] = defaultdict[Any, list[T]]  # by the key that they belong to


@dataclass(frozen=True)
class Due:
    """Something that has a date, the rule that gives it, where the rule comes from, whose it is and where it is done."""

    rule: str
    source: str
    on: date
    days_left: int
    who: str = ""
    page: str = ""


@dataclass(frozen=True)
class Head:
    """What stands above every tab: who this is, who works with the child, what to be careful about, whether they are missing
    now, and what may be begun. `missing`: the episode that goes on. `whole`: the reader sees everything of the record."""

    person: Person
    age: int | None
    case: Case | None
    closed: CasePeriod | None
    allocated: Colleague | None
    trusted: Colleague | None
    warnings: list[WarningNote]
    episodes: list[Any]  # of `told_of`, each with the child's `answer`
    unsigned: Assessment | None
    plans: dict[str, Plan]
    whole: bool
    death: Death | None = None

    @property
    def missing(self) -> Episode | None:
        if self.death:
            return None
        return next((episode for episode in self.episodes if episode.found_at is None), None)

    @property
    def case_id(self) -> uuid.UUID | None:
        return self.case.pk if self.case else None

    @property
    def plan_id(self) -> uuid.UUID | None:
        """Of the plan in force."""
        return self.plans["agreed"].pk if "agreed" in self.plans else None


@dataclass(frozen=True)
class Brief:
    """What a worker has to know of a child, wherever it is read. `judgement`: the latest that a supervisor signed, and its first sentences
    in `judged`. `readable`: the words to read where the latest were spoken, and nobody has written them down. `dates`: the next three; `due` says how many there are. `handover`: one that nobody has accepted yet."""

    words: Words | None
    readable: Words | None
    why_no_words: str
    worries: list[Concern]
    judgement: Assessment | None
    judged: str
    outcomes: list[Outcome]
    dates: list[Due]
    due: int
    last: Contact | None
    handover: Handover | None


def head_of(user: User, person: Person, *, today: date) -> Head:
    """For a person whom `network.actions.open_record` has just opened for this user."""
    return heads_of(user, [person], today=today)[0]


def heads_of(user: User, people: Sequence[Person], *, today: date) -> list[Head]:
    """As `head_of`, in their order. A fixed number of queries, however many they are."""
    keys = [person.pk for person in people]
    rows = Case.objects.select_related("lead_team__agency", "allocated_worker", "trusted_worker")
    last = _one_of_each(rows.order_by("-state", "-opened_at"), "person_id", keys)
    cases = {key: case for key, case in last.items() if case.state == "open"}
    open_keys = [case.pk for case in cases.values()]
    workers = {
        key for case in cases.values() for key in (case.allocated_worker_id, case.trusted_worker_id) if key
    }
    known = who_are(user, list(workers)) if workers else {}
    warnings = (
        WarningNote.objects.filter(ended_at=None).select_related("written_by").order_by("review_on", "pk")
    )
    unsigned = Assessment.objects.exclude(state="signed").select_related("case__lead_team", "author")
    plans = Plan.objects.filter(state__in=("draft", "agreed"))
    everything = people_visible_to(user, level=Level.EVERYTHING).order_by().filter(pk__in=keys)
    warned = _first_of_each(warnings, "person_id", keys, LATEST)
    missing = _first_of_each(_episodes(user, keys), "person_id", keys, LATEST)
    written = _one_of_each(unsigned, "case_id", open_keys)
    planned = _first_of_each(plans, "case_id", open_keys, 2)
    ended = _one_of_each(
        CasePeriod.objects.select_related("case"),
        "case_id",
        [case.pk for key, case in last.items() if key not in cases],
    )
    whole = set(everything.values_list("pk", flat=True))
    died = _one_of_each(Death.objects.filter(stands=True), "person_id", keys)

    def head(person: Person) -> Head:
        case = cases.get(person.pk)
        return Head(
            person=person,
            age=age_on(person.birth_date, today),
            case=case,
            closed=ended.get(last[person.pk].pk) if person.pk in last and not case else None,
            allocated=known.get(case.allocated_worker_id or 0) if case else None,
            trusted=known.get(case.trusted_worker_id or 0) if case else None,
            warnings=warned[person.pk],
            episodes=missing[person.pk],
            unsigned=written.get(case.pk) if case else None,
            plans={plan.state: plan for plan in planned[case.pk]} if case else {},
            whole=person.pk in whole,
            death=died.get(person.pk),
        )

    return [head(person) for person in people]


def brief_of(user: User, head: Head, *, today: date) -> Brief:
    return briefs_of(user, [head], today=today)[0]


def briefs_of(user: User, heads: Sequence[Head], *, today: date) -> list[Brief]:
    """As `brief_of`, in their order. A fixed number of queries, however many they are."""
    keys = [head.person.pk for head in heads]
    words = _first_of_each(Words.objects.filter(corrected_by__isnull=True), "person_id", keys, _WORDS)
    silent = _why_no_words([key for key in keys if not words.get(key)])
    worries, signed = worries_of(user, keys), signed_of(user, heads)
    outcomes = outcomes_of(user, heads)
    actions = _first_of_each(to_do(user), "outcome__plan_id", _plans(heads), NEXT)
    handed = handed_of(user, heads)
    dates = dates_of(user, heads, worries, actions, handed, today=today)
    last = last_contact(user, keys)

    def brief(head: Head, due: list[Due]) -> Brief:
        key, judgement = head.person.pk, signed.get(head.case_id)
        return Brief(
            words=next(iter(words[key]), None),
            readable=_readable(words[key]),
            why_no_words=silent.get(key, ""),
            worries=worries[key],
            judgement=judgement,
            judged=sentences(judgement.judgement, most=_MOST_WORDS) if judgement else "",
            outcomes=outcomes[head.plan_id],
            dates=due[:NEXT],
            due=len(due),
            last=last.get(key),
            handover=handed.get(head.case_id),
        )

    return [brief(head, due) for head, due in zip(heads, dates, strict=True)]


def worries_of(user: User, keys: Sequence[uuid.UUID]) -> Rows[Concern]:
    """Of each child, by key: worries that wait for a decision, first due first."""
    rows = Concern.objects.filter(state="told").order_by("due_on", "told_at")
    return _first_of_each(rows, "person_id", keys, FEW)


def signed_of(user: User, heads: Sequence[Head]) -> dict[Any, Assessment]:
    """By case, the latest since the case was opened: what was known before it was closed is told in the story of the case."""
    rows = Assessment.objects.filter(state="signed", signed_at__gte=F("case__opened_at"))
    rows = rows.select_related("signed_by", "author").order_by("-signed_at")
    return _one_of_each(rows, "case_id", [head.case.pk for head in heads if head.case])


def outcomes_of(user: User, heads: Sequence[Head]) -> Rows[Outcome]:
    """By plan, of those in force."""
    return _first_of_each(Outcome.objects.all(), "plan_id", _plans(heads), FEW)


def handed_of(user: User, heads: Sequence[Head]) -> dict[Any, Handover]:
    """By case, the handover that is sent and that nobody has accepted yet, but of a child who has died."""
    rows = Handover.objects.filter(state=Handover.State.SENT, begun_at__gte=F("case__opened_at"))
    cases = [head.case.pk for head in heads if head.case and not head.death]
    return _one_of_each(rows.select_related("begun_by"), "case_id", cases)


def to_do(user: User) -> QuerySet[Action]:
    """What is still to do, of all plans, first due first."""
    rows = Action.objects.filter(state="open").select_related("outcome", "owner")
    return rows.order_by(F("due_on").asc(nulls_last=True), "added_at")


def dates_of(
    user: User,
    heads: Sequence[Head],
    worries: Rows[Concern],
    actions: Rows[Action],
    handed: dict[Any, Handover],
    *,
    today: date,
) -> list[list[Due]]:
    """What is due for each, first due first, in the order of `heads`."""
    open_keys = [head.case.pk for head in heads if head.case]
    begin_by = to_begin_by(user, open_keys)
    runs = _first_of_each(ClockRun.objects.filter(met_on=None, ended_on=None), "case_id", open_keys, LATEST)
    untold = OffenceReport.objects.filter(reported_at=None, taken_back_at=None).select_related("noted_by")
    keys = [head.person.pk for head in heads]
    reports = _first_of_each(untold.order_by("due_on", "pk"), "person_id", keys, FEW)

    def dates(head: Head) -> list[Due]:
        """Nothing once the child has died."""
        if head.death:
            return []
        key, case, to = head.person.pk, head.case_id, handed.get(head.case_id)
        due = _dates(head, worries[key], runs[case], actions[head.plan_id], today)
        due += _to_begin(head, begin_by, today)
        due += [_report(report, today) for report in reports[key]]
        due += _moves(to, today) if to else ()
        return sorted(due, key=lambda one: one.on)

    return [dates(head) for head in heads]


def _to_begin(head: Head, begin_by: dict[uuid.UUID, date], today: date) -> list[Due]:
    """The assessment that nobody has begun."""
    if not head.case or head.case.pk not in begin_by:
        return []
    who = head.allocated.name if head.allocated else str(head.case.lead_team)
    page = reverse("assessment_start", args=[head.case.pk])
    by = begin_by[head.case.pk]
    return [_by_clock("assessment", load.current().id, by, today, who=who, page=page)]


def _plans(heads: Sequence[Head]) -> list[uuid.UUID]:
    return [head.plan_id for head in heads if head.plan_id]


def _first_of_each(rows: QuerySet[Any], path: str, keys: Sequence[Any], most: int) -> Rows[Any]:
    """The first `most` rows of each of these keys, by key, in the order of `rows`. One query, none without a key: the limit of SQL for one
    key, as ranking them costs more, and row numbers for several."""
    found: Rows[Any] = defaultdict(list)
    if len(keys) == 1:
        found[keys[0]] = list(rows.filter(**{path: keys[0]})[:most])
    elif keys:
        order: Any = rows.query.order_by or rows.model._meta.ordering or ("pk",)
        nth = Window(RowNumber(), partition_by=F(path), order_by=order)
        ranked = rows.filter(**{f"{path}__in": keys}).annotate(of_key=F(path), nth=nth)
        for row in ranked.filter(nth__lte=most):
            found[row.of_key].append(row)
    return found


def _one_of_each(rows: QuerySet[Any], path: str, keys: Sequence[Any]) -> dict[Any, Any]:
    """As `_first_of_each`, of those that have one."""
    return {key: first[0] for key, first in _first_of_each(rows, path, keys, 1).items() if first}


def _readable(words: Sequence[Words]) -> Words | None:
    """Of a child's words, the latest first."""
    if not words or words[0].text or words[0].how != Words.How.SPOKE_SELF:
        return None
    return next((row for row in words if row.text), None)


def _episodes(user: User, keys: Collection[uuid.UUID]) -> QuerySet[Episode]:
    """Those that go on, and those after which nobody has spoken with the child yet."""
    rows = told_of(user, keys).filter(Q(found_at=None) | Episode.not_held())
    return rows.order_by(F("found_at").desc(nulls_first=True))


def _why_no_words(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The latest reason that anybody gave, by child, of those who gave any. Only for children of whom there are no words at all."""
    said: Iterable[tuple[QuerySet[Any], str]] = (
        (Review.objects.all(), "plan__case__person_id"),
        (Plan.objects.all(), "case__person_id"),
        (Assessment.objects.order_by("-started_at"), "case__person_id"),
        (Concern.objects.order_by("-told_at"), "person_id"),
    )
    found: dict[uuid.UUID, str] = {}
    for rows, path in said:
        left = [key for key in keys if key not in found]
        last = _one_of_each(rows.exclude(why_no_words=""), path, left)
        found |= {key: row.why_no_words for key, row in last.items()}
    return found


def _dates(
    head: Head, worries: list[Concern], runs: list[ClockRun], actions: list[Action], today: date
) -> list[Due]:
    """What is due. Each with the rule's name and source, and whose it is."""
    team = str(head.case.lead_team) if head.case else ""
    due = [
        _by_clock(
            "concern_decision", worry.release, worry.due_on, today, page=reverse("concern", args=[worry.pk])
        )
        for worry in worries
    ]
    if head.unsigned and head.unsigned.due_on:
        due.append(_assessment(head.unsigned, head.unsigned.due_on, today, team))
    due += [
        _interview(episode, today, team)
        for episode in head.episodes
        if episode.interview_due_at and episode.answer != "declined"
    ]
    due += [_by_run(run, today, team) for run in runs]
    plan = head.plans.get("agreed")
    if plan and plan.review_on:
        due.append(
            _by_people(_("Review of the plan"), plan.review_on, today, team, reverse("plan", args=[plan.pk]))
        )
    due += [
        _by_people(
            _("Look at this warning again"),
            warning.review_on,
            today,
            str(warning.written_by),
            reverse("warning", args=[warning.pk]),
        )
        for warning in head.warnings
    ]
    due += [
        _by_people(
            action.what,
            action.due_on,
            today,
            str(action.owner or _("Nobody yet")),
            reverse("action", args=[action.pk]),
        )
        for action in actions
        if action.due_on
    ]
    return due


def _assessment(assessment: Assessment, on: date, today: date, team: str) -> Due:
    due = _by_clock(
        "assessment",
        assessment.release,
        on,
        today,
        who=str(assessment.author),
        page=reverse("assessment", args=[assessment.pk]),
    )
    if assessment.state != "submitted":
        return due
    who = _("Supervisors, %(team)s") % {"team": team}
    return replace(due, rule=_("Sign off the assessment"), who=who)


def _report(report: OffenceReport, today: date) -> Due:
    page, who = reverse("offence_report", args=[report.pk]), str(report.noted_by)
    return _by_clock(CLOCK, report.release, report.due_on, today, who=who, page=page)


def _moves(handover: Handover, today: date) -> Iterator[Due]:
    """When it is asked whether the other council accepts, and the move itself as long as it is to come."""
    about, page = {"council": handover.to_council}, reverse("handover", args=[handover.pk])
    whose = (today, str(handover.begun_by), page)
    yield _by_people(_("Ask whether %(council)s accepts") % about, handover.ask_again_on, *whose)
    if handover.moves_on and handover.moves_on >= today:
        yield _by_people(_("The child moves to %(council)s") % about, handover.moves_on, *whose)


def _interview(one: Any, today: date, who: str) -> Due:
    on = timezone.localdate(one.interview_due_at)
    due = _by_clock(
        "return_interview", load.current().id, on, today, who=who, page=reverse("episode", args=[one.pk])
    )
    return replace(due, rule=_("Offer a return home interview"))


def _by_run(run: ClockRun, today: date, who: str) -> Due:
    clock, left = clock_of(run), (run.due_on - today).days
    return Due(clock.label, clock.source, run.due_on, left, who, reverse("clocks", args=[run.case_id]))


def _by_clock(clock_id: str, release_id: str, on: date, today: date, *, who: str = "", page: str) -> Due:
    clock = load.release(release_id).clock(clock_id)
    return Due(clock.label, clock.source, on, (on - today).days, who or _("Duty team"), page)


def _by_people(rule: str, on: date, today: date, who: str, page: str) -> Due:
    return Due(rule, _("the date that people agreed"), on, (on - today).days, who, page)

"""The page of a child, put together from what every stage shows. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import looks_at, who_are
from heard.cases.assessment.queries import may_sign_off
from heard.cases.concern.queries import decides
from heard.cases.timeline.facts import Fact, chosen, facts_of
from heard.cases.timeline.rows import Rows, rows_of
from heard.cases.timeline.rules import NEEDS, Kind, Standing, Step, age_on, last_seen, latest, next_steps
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow, User
    from heard.agencies.queries import Colleague
    from heard.cases.case.models import Case, CasePeriod, Observation, Words
    from heard.cases.missing.models import Episode
    from heard.cases.plan.models import Action, Plan
    from heard.cases.sharing.models import Share
    from heard.network.models import Person

ENTRIES = 50  # of a chronology on one page
LOOKS = 10  # on the child's page; the page of its own has more


@dataclass(frozen=True)
class Asked:
    """What the reader wants to see of the chronology: no kind is every kind, '' is every agency."""

    kinds: tuple[str, ...] = ()
    agency: str = ""
    page: int = 1


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
class ChildsPage:
    """Everything on the page of a child, in the order of the page. Signs and vulnerabilities are two lists."""

    person: Person
    age: int | None
    case: Case | None
    closed: CasePeriod | None
    words: Words | None
    earlier_words: int
    why_no_words: str
    warnings: list[Any]
    steps: list[Offer]
    clocks: list[Due]
    episodes: list[Episode]
    shares: list[Share]
    worries_waiting: int
    signs: list[Marked]
    vulnerabilities: list[Marked]
    plan: Plan | None
    outcomes: list[tuple[str, list[Action]]]
    around: list[Any]
    chronology: Page[Fact]
    entries: int
    agencies: list[str]
    shared: list[Shared]
    looks: list[AuditRow]
    looked: int
    people: dict[int, Colleague]


def childs_page(user: User, person: Person, *, asked: Asked, today: date) -> ChildsPage:
    """For a person whom `network.actions.open_record` has just opened for this user."""
    rows = rows_of(user, person.pk)
    facts = facts_of(user, rows)
    looks = looks_at(user, person_id=person.pk)
    recent = list(looks[:LOOKS])
    case = next((case for case in rows.cases if case.state == "open"), None)
    plan = next((plan for plan in rows.plans if plan.state == "agreed"), None)
    signs, vulnerabilities = _two_lists(rows)
    return ChildsPage(
        person=person,
        age=age_on(person.birth_date, today),
        case=case,
        closed=rows.periods[0] if rows.periods and not case else None,
        words=rows.words[0] if rows.words else None,
        earlier_words=max(len(rows.words) - 1, 0),
        why_no_words=_why_no_words(rows),
        warnings=rows.warnings,
        steps=_offers(user, rows, person.pk, case),
        clocks=_clocks(rows, today),
        episodes=rows.episodes,
        shares=rows.shares[:LOOKS],
        worries_waiting=sum(worry.state == "told" for worry in rows.worries),
        signs=signs,
        vulnerabilities=vulnerabilities,
        plan=plan,
        outcomes=_outcomes(rows, plan),
        around=rows.around,
        chronology=Paginator(chosen(facts, asked.kinds, asked.agency), ENTRIES).get_page(asked.page),
        entries=len(facts),
        agencies=_agencies(facts),
        shared=_shared(rows, facts),
        looks=recent,
        looked=looks.count(),
        people=who_are(user, [*_people_in(rows), *(look.actor_id for look in recent)]),
    )


def chronology_of(user: User, person: Person, *, asked: Asked) -> tuple[list[Fact], list[str]]:
    """The whole chronology that was asked for, oldest first as a meeting reads it, and the agencies in it."""
    facts = facts_of(user, rows_of(user, person.pk))
    return chosen(facts, asked.kinds, asked.agency)[::-1], _agencies(facts)


def who_looked(user: User, person: Person, *, page: int) -> tuple[Page[AuditRow], dict[int, Colleague]]:
    """A page of who looked at or changed this child's record, newest first, and who these people are."""
    shown = Paginator(looks_at(user, person_id=person.pk), ENTRIES).get_page(page)
    return shown, who_are(user, [look.actor_id for look in shown])


def _agencies(facts: Iterable[Fact]) -> list[str]:
    return sorted({fact.agency for fact in facts if fact.agency})


def _people_in(rows: Rows) -> list[int]:
    return [note.noted_by_id for note, _release in rows.notes]


def _why_no_words(rows: Rows) -> str:
    """The latest reason that anybody gave. Only where there are no words at all."""
    said: list[Any] = [*rows.reviews, *rows.plans, *rows.assessments, *rows.worries]
    return "" if rows.words else next((row.why_no_words for row in said if row.why_no_words), "")


def _two_lists(rows: Rows) -> tuple[list[Marked], list[Marked]]:
    """Every sign and every vulnerability of the current release; what nobody spoke of is not known."""
    release = load.current()
    notes = [note for note, _release in rows.notes]
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


def _offers(user: User, rows: Rows, person_id: uuid.UUID, case: Case | None) -> list[Offer]:
    waiting = [worry for worry in rows.worries if worry.state == "told"]
    unsigned = next((one for one in rows.assessments if one.state != "signed"), None)
    draft = next((plan for plan in rows.plans if plan.state == "draft"), None)
    agreed = next((plan for plan in rows.plans if plan.state == "agreed"), None)
    now = Standing(
        worries_waiting=len(waiting),
        has_open_case=case is not None,
        assessment=unsigned.state if unsigned else None,
        has_signed=any(one.state == "signed" for one in rows.assessments),
        has_plan_draft=draft is not None,
        has_agreed_plan=agreed is not None,
    )
    about: dict[Step, Any] = {
        Step.DECIDE: min(waiting, key=lambda worry: worry.due_on, default=None),
        Step.ASSESS: case,
        Step.GO_ON_ASSESSING: unsigned,
        Step.SIGN_OFF: unsigned,
        Step.PLAN: case,
        Step.GO_ON_PLANNING: draft,
        Step.REVIEW: agreed,
    }
    return [
        Offer(step, about[step].pk if step in about else person_id, _may_take(user, step, about.get(step)))
        for step in next_steps(now)
    ]


def _may_take(user: User, step: Step, about: Any) -> bool:
    """The role, and for a decision and a signature the agency too in which it is held."""
    if step is Step.DECIDE:
        return decides(user)
    if step is Step.SIGN_OFF:
        return may_sign_off(user, about)
    return user.may(NEEDS[step])


def _clocks(rows: Rows, today: date) -> list[Due]:
    """What is due, first due first. Each with the rule's name and source."""
    found = [
        _by_clock("concern_decision", worry.release, worry.due_on, today)
        for worry in rows.worries
        if worry.state == "told"
    ]
    found += [
        _by_clock("assessment", one.release, one.due_on, today)
        for one in rows.assessments
        if one.state != "signed" and one.due_on
    ]
    found += [
        _by_clock("return_interview", load.current().id, timezone.localdate(one.interview_due_at), today)
        for one in rows.episodes
        if one.interview_due_at and not hasattr(one, "interview") and one.answer != "declined"  # type: ignore[attr-defined]
    ]
    for plan in rows.plans:
        if plan.state == "agreed" and plan.review_on:
            found.append(_by_people(_("Review of the plan"), plan.review_on, today))
    found += [_by_people(_("Look at this warning again"), note.review_on, today) for note in rows.warnings]
    return sorted(found, key=lambda due: due.on)


def _by_clock(clock_id: str, release_id: str, on: date, today: date) -> Due:
    clock = load.release(release_id).clock(clock_id)
    return Due(clock.label, clock.source, on, (on - today).days)


def _by_people(rule: str, on: date, today: date) -> Due:
    return Due(rule, _("the date that people agreed"), on, (on - today).days)


def _outcomes(rows: Rows, plan: Plan | None) -> list[tuple[str, list[Action]]]:
    """What the agreed plan will make different, each with its actions, first due first."""
    if plan is None:
        return []
    texts: dict[uuid.UUID, str] = {}
    actions: dict[uuid.UUID, list[Action]] = {}
    for action in rows.actions:
        if action.outcome.plan_id == plan.pk:
            texts[action.outcome_id] = action.outcome.text
            actions.setdefault(action.outcome_id, []).append(action)
    return [(text, actions[outcome]) for outcome, text in texts.items()]


def _shared(rows: Rows, facts: list[Fact]) -> list[Shared]:
    """What an agency brought is counted by kind, to show who holds what; it says nothing about the child."""
    brought = Counter((fact.agency, fact.kind) for fact in facts if fact.kind in _BROUGHT)
    return [
        Shared(
            agency=row.agency.name,
            since=row.since,
            why=row.why,
            brought=[
                (kind, brought[row.agency.name, kind]) for kind in _BROUGHT if brought[row.agency.name, kind]
            ],
        )
        for row in rows.involved
    ]


_BROUGHT = (Kind.WORRY, Kind.WORDS, Kind.SIGN, Kind.ASSESSMENT, Kind.ACTION, Kind.REVIEW)

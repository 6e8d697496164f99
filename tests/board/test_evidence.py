"""Each thing that Heard counts for an audit against a world whose rows somebody counted by hand: some within the days of the audit, some before
them, some after. A new one without its world fails here."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable
from copy import copy
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World
from tests.home.test_work import a_case
from tests.services.test_law import name as name_member
from tests.services.test_law import set_up

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Hidden, Role
from heard.board import counted, evidence, rules
from heard.board.figures.rules import Period, between, joined, next_of, periods
from heard.board.models import Audit
from heard.cases.assessment.models import Assessment, AssessmentObservation, AssessmentPattern
from heard.cases.case.models import AllocatedWorker, Case, TrustedWorker, Words
from heard.cases.case.rules import TOO_FEW, Kept
from heard.cases.case.rules import Counted as Tally
from heard.cases.clocks.models import ClockRun, Moment
from heard.cases.concern.models import Concern
from heard.cases.disruption.models import DisruptionStep
from heard.cases.missing.models import Episode, Interview, InterviewOffer
from heard.cases.panel.models import Panel, PanelSeat
from heard.cases.plan.models import Plan
from heard.cases.review.models import Review
from heard.cases.sharing.models import InfoRequest, Share
from heard.cases.supervision.models import Supervision
from heard.cases.turning.models import ServiceReferral, ServiceReferralStep
from heard.insight.models import EngineRun, Profile
from heard.network.actions import add_person
from heard.network.models import Fact, Node, Person, Place, Tie, TieSource
from heard.services.models import Service

SINCE, UNTIL = date(2025, 10, 1), date(2026, 9, 30)  # of the audit
TODAY = date(2026, 11, 27)
IN, LAST = date(2025, 11, 10), date(2026, 9, 30)
BEFORE, AFTER = date(2025, 9, 30), date(2026, 10, 1)
QUARTER = "October to December 2025"


def at(day: date, hour: int = 12) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


class Rows:
    """Rows as stages write them, so that nobody waits for forty lives to be lived through the actions."""

    def __init__(self, world: World) -> None:
        self.world, self.by = world, world.social_worker
        self.case = a_case(world)
        self.worry = Concern.objects.get()
        Case.objects.filter(pk=self.case.pk).update(state="closed")  # of its own it counts nowhere
        self.made = 0

    def child(self, **more: Any) -> Person:
        self.made += 1
        return add_person(by=self.by, given_name=f"C{self.made}", family_name="Counted", **more)

    def open_case(self, child: Person | None = None, **more: Any) -> Case:
        case = copy(self.case)
        case.pk, case.reference, case._state.adding = uuid.uuid4(), f"K{uuid.uuid4().hex[:8]}", True
        case.person, case.state, case.opened_at = child or self.child(), "open", at(date(2025, 1, 10))
        for field, value in more.items():
            setattr(case, field, value)
        case.save()
        return case

    def cases(self, number: int) -> list[Case]:
        return [self.open_case() for _ in range(number)]

    def told(self, child: Person | None, told: date, **more: Any) -> Concern:
        new = copy(self.worry)
        new.pk, new.reference, new._state.adding = uuid.uuid4(), f"W{uuid.uuid4().hex[:8]}", True
        new.person, new.told_at, new.due_on = child, at(told), told
        if "decided_at" not in more:
            new.state, new.decision, new.decided_by, new.decided_at, new.decision_reason = (
                "told",
                "",
                None,
                None,
                "",
            )
        for field, value in more.items():
            setattr(new, field, value)
        new.save()
        return new

    def words(self, child: Person, day: date) -> Words:
        return Words.objects.create(
            person=child, text="I like the bus.", heard_on=day, heard_by="Sol", written_by=self.by
        )

    def assessment(self, case: Case, signed: date, **more: Any) -> Assessment:
        told = {"state": "signed", "signed_at": at(signed), "signed_by": self.world.supervisor, **more}
        return Assessment.objects.create(
            case=case, release="2026.8", author=self.by, started_at=at(signed, 8), **told
        )

    def plan(self, case: Case, agreed: date, **more: Any) -> Plan:
        told = {
            "state": "agreed",
            "started_at": at(agreed),
            "agreed_at": at(agreed),
            "review_on": AFTER,
            **more,
        }
        return Plan.objects.create(
            case=case, assessment=self.assessment(case, agreed), started_by=self.by, agreed_by=self.by,
            why_no_words="Not met", **told,
        )  # fmt: skip

    def review(self, plan: Plan, held: date, due: date | None = None, words: Words | None = None) -> Review:
        return Review.objects.create(
            plan=plan, due_on=due or held, held_on=held, held_by=self.by, what_changed="Calm", decision="step_down",
            reason="Calm", words=words, why_no_words="" if words else "Not met",
        )  # fmt: skip

    def moment(self, case: Case, kind: str, on: date = IN) -> Moment:
        return Moment.objects.create(case=case, kind=kind, on=on, release="2026.8", noted_by=self.by)

    def clock(self, clock: str, due: date, met: date | None) -> None:
        case = self.open_case()
        started = self.moment(case, "strategy_discussion", due - timedelta(days=10))
        ClockRun.objects.create(
            case=case, clock=clock, release="2026.8", started_on=started.on, due_on=due, met_on=met, started_by=started
        )  # fmt: skip

    def came_back(self, due: date) -> Episode:
        back = due - timedelta(days=3)
        return Episode.objects.create(
            person=self.child(), missing_from=at(back - timedelta(days=1)), from_where="home", last_seen_where="Home",
            last_seen_by="Sol", danger="no", noted_by=self.by, noted_at=at(back), found_at=at(back),
            found_noted_by=self.by, interview_due_at=at(due),
        )  # fmt: skip

    def heard(self, episode: Episode, held: date, to_reviewer: str = "") -> Interview:
        return Interview.objects.create(
            episode=episode, held_at=at(held), where="School", with_whom="Kit, charity", independent="Of a charity",
            why_no_words="Not written", to_reviewer=to_reviewer, noted_by=self.by, noted_at=at(held),
        )  # fmt: skip

    def share(self, decided: date, state: str, **more: Any) -> None:
        basis = "public_task" if state == "shared" else ""
        Share.objects.create(
            person=self.child(), purpose="To keep them safe", to_agency=self.world.school, to_person="Sol Wright", how="heard",
            prepared_by=self.by, prepared_at=at(decided, 8), decided_by=self.by, decided_at=at(decided), state=state, why="As they asked",
            basis=basis, **more,
        )  # fmt: skip

    def referral(self, sent: date, began: date | None, **step: Any) -> None:
        service = Service.objects.first() or Service.objects.create(
            document={}, name="Youth advice", status="active", changed_by=self.by, changed_at=at(BEFORE)
        )
        referral = ServiceReferral.objects.create(
            person=self.child(), service=service, called="Youth advice", agency=self.world.care, need="other", why="To talk",
            child_says="Not met", sent_by=self.by, sent_at=at(sent), state="sent", since=sent,
        )  # fmt: skip
        if began:
            ServiceReferralStep.objects.create(
                referral=referral,
                state="attended",
                on=began,
                written_by=self.by,
                written_at=at(began),
                **step,
            )


type Build = Callable[[Rows], str]
WORLDS: dict[str, Build] = {}


def world_of(name: str) -> Callable[[Build], Build]:
    def kept(build: Build) -> Build:
        WORLDS[name] = build
        return build

    return kept


def _first(of: Iterable[Any], number: int) -> list[Any]:
    return list(of)[:number]


# ---- the child heard, and who works with them


@world_of("words_in_reviews")
def _(rows: Rows) -> str:
    for number in range(20):
        case = rows.open_case()
        plan = rows.plan(case, date(2025, 6, 1))
        rows.review(plan, IN, words=rows.words(case.person, date(2025, 11, 9)) if number < 13 else None)
    for day in (BEFORE, AFTER):
        for _number in range(7):
            case = rows.open_case()
            rows.review(rows.plan(case, date(2025, 6, 1)), day, words=rows.words(case.person, day))
    return f"13 of 20 (65%), {QUARTER}"


@world_of("words_in_decisions")
def _(rows: Rows) -> str:
    for day, number, heard in ((IN, 20, 13), (BEFORE, 7, 7), (AFTER, 7, 0)):
        for one in range(number):
            child = rows.child()
            said = rows.words(child, day) if one < heard else None
            rows.told(child, day, decided_at=at(day), decision_words=said)
    return f"13 of 20 (65%), {QUARTER}"


@world_of("trusted_worker")
def _(rows: Rows) -> str:
    for case in _first(rows.cases(20), 13):
        Case.objects.filter(pk=case.pk).update(trusted_worker=rows.world.social_worker)
    hidden = rows.open_case(trusted_worker=rows.world.teacher)  # who may not see the record
    Case.objects.filter(pk=hidden.pk).update(state="open")
    return "62%"


@world_of("worker_changes")
def _(rows: Rows) -> str:
    workers = [rows.by, rows.world.coordinator]

    def link(case: Case, since: date, until: date | None, worker: User = rows.by) -> None:
        TrustedWorker.objects.create(
            case=case, worker=worker, since=since, until=until, named_by=rows.by, reason="Left"
        )

    for number, case in enumerate(rows.cases(20)):
        days = [date(2025, 2, 1), date(2025, 3, 1)]  # a change before the audit
        if number < 7:
            days.append(date(2025, 12, 1))
        if number < 3:
            days.append(date(2026, 2, 1))
        if number > 17:
            days.append(AFTER)
        for turn, (since, until) in enumerate(zip(days, [*days[1:], None], strict=True)):
            link(case, since, until, workers[turn % 2])
    back = rows.open_case()  # the same one after a gap is nobody else
    link(back, date(2025, 2, 1), date(2025, 11, 1))
    link(back, date(2026, 1, 10), None)
    rows.cases(6)  # with nobody
    return "0.5 for each child; the same worker throughout: 67%"


@world_of("allocated_worker")
def _(rows: Rows) -> str:
    for case in _first(rows.cases(20), 13):
        Case.objects.filter(pk=case.pk).update(allocated_worker=rows.world.social_worker)
    return "65%"


@world_of("both_leads")
def _(rows: Rows) -> str:
    def named(case: Case, *roles: str) -> None:
        for role in roles:
            AllocatedWorker.objects.create(case=case, role=role, worker=rows.by, since=IN, named_by=rows.by)

    for number, case in enumerate(rows.cases(20)):
        rows.moment(case, "conference_first")
        named(case, *(("family_help", "child_protection") if number < 13 else ("allocated", "family_help")))
    for case in rows.cases(3):  # the plan ended
        rows.moment(case, "conference_first")
        rows.moment(case, "protection_plan_ended", LAST)
        named(case, "family_help", "child_protection")
    for case in rows.cases(4):  # no plan ever
        named(case, "family_help", "child_protection")
    return "65%"


# ---- what is known of children


def _says(rows: Rows, child: Person, kind: str, **more: Any) -> None:
    Fact.objects.create(person=child, kind=kind, value="As I say", written_by=rows.by, **more)


@world_of("ethnicity")
def _(rows: Rows) -> str:
    for case in _first(rows.cases(20), 13):
        _says(rows, case.person, "ethnicity", code="WBRI")
    _says(rows, rows.child(), "ethnicity", code="WBRI")  # has no case
    return "65%"


@world_of("recorded")
def _(rows: Rows) -> str:
    for number in range(20):
        child = rows.open_case(rows.child(sex="FMU"[(number > 6) + (number > 13)])).person
        if number < 13:
            _says(rows, child, "ethnicity", code="WBRI")
        if number < 8:
            _says(rows, child, "disability")
    return "sex: 70%; ethnicity as the child says: 65%; something of a disability: 40%"


@world_of("nhs_number")
def _(rows: Rows) -> str:
    for number, case in enumerate(rows.cases(20)):
        if number < 9:
            Person.objects.filter(pk=case.person_id).update(nhs_number=f"94347659{number:02}")
        elif number < 13:
            _says(rows, case.person, "nhs_check", code="NONE")
    return "65%"


@world_of("risk_only")
def _(rows: Rows) -> str:
    def assessed(case: Case, day: date, item: str, pattern: str = "", *, signed: bool = True) -> None:
        assessment = rows.assessment(case, day, state="draft", signed_at=None, signed_by=None)
        AssessmentObservation.objects.create(
            assessment=assessment,
            item=item,
            state="seen",
            seen_on=day,
            source="Sol",
            words="Away",
            noted_by=rows.by,
        )
        if pattern:
            AssessmentPattern.objects.create(assessment=assessment, pattern=pattern, reason="At the station")
        if signed:
            assessment.state, assessment.signed_at, assessment.signed_by = (
                "signed",
                at(day),
                rows.world.supervisor,
            )
            assessment.save()

    for number, case in enumerate(rows.cases(20)):
        assessed(case, BEFORE, "S01", "G2")  # what was named once and is not any more does not count
        assessed(case, IN, "S01", "G2" if number < 13 else "")
        assessed(case, LAST, "S01", "" if number < 13 else "G2", signed=False)
    for case in rows.cases(4):  # a vulnerability is no sign
        assessed(case, IN, "V01")
    rows.cases(7)  # not assessed
    return "35%"


# ---- what is done, and how soon


@world_of("days_to_decide")
def _(rows: Rows) -> str:
    for days in (0, 0, 1, 3, 5, 20, 40):
        rows.told(rows.child(), IN, decided_at=at(IN + timedelta(days=days)))
    rows.told(rows.child(), IN)  # waits
    rows.told(rows.child(), LAST, decided_at=at(AFTER))  # waits for the quarter after these days
    for _number in range(6):  # a quarter of its own
        rows.told(rows.child(), BEFORE, decided_at=at(IN))
    return f"median, in days: 3, {QUARTER}"


@world_of("days_to_plan")
def _(rows: Rows) -> str:
    for days in (2, 4, 10, 11, 30, 45):
        case = rows.open_case()
        rows.told(case.person, IN)
        rows.told(case.person, IN + timedelta(days=1))  # not the first
        rows.plan(case, IN + timedelta(days=days), state="ended")
        rows.plan(case, IN + timedelta(days=days + 5))  # not the first either
    rows.plan(rows.open_case(), IN)  # nobody told anything
    late = rows.open_case()
    rows.told(late.person, IN)
    rows.plan(late, AFTER)
    return f"median, in days: 10.5, {QUARTER}"


@world_of("supervision")
def _(rows: Rows) -> str:
    world = rows.world
    others = [
        world.coordinator,
        world.teacher,
        world.officer,
        world.analyst,
        world.board_member,
        world.administrator,
    ]

    def planned(day: date, state: str, worker: User = rows.by) -> None:
        read = at(day) if state == "confirmed" else None
        Supervision.objects.create(
            worker=worker, supervisor=world.supervisor, planned_on=day, state=state, worker_read_at=read, supervisor_read_at=read,
            held_on=day if state in ("held", "confirmed") else None, why_called_off="Ill" if state == "called_off" else "", talked="Work",
        )  # fmt: skip

    for state, number in (("confirmed", 10), ("held", 3), ("called_off", 4)):
        for one in range(number):
            planned(SINCE + timedelta(days=10 * one), state)
    for worker in (rows.by, *others):  # one to come for each
        planned(LAST, "planned", worker)
    planned(BEFORE, "held")
    planned(AFTER, "held")
    return "65%"


@world_of("shares")
def _(rows: Rows) -> str:
    for day, number in ((IN, 13), (BEFORE, 7), (AFTER, 8)):
        for _number in range(number):
            rows.share(day, "shared")
    for _number in range(7):
        rows.share(IN, "refused")
    return f"13 of 20 (65%), {QUARTER}"


@world_of("refused")
def _(rows: Rows) -> str:
    for _number in range(7):
        rows.share(IN, "refused", harms_more=True)
        rows.share(IN, "refused", is_relevant=True, harms_more=False)
        rows.share(AFTER, "refused", is_relevant=False)
        rows.share(IN, "shared")
    return f"14 of 14 (100%), {QUARTER}; as it would harm the child more: 7; as it does not bear on the child: 0; another reason: 7"


@world_of("answers")
def _(rows: Rows) -> str:
    def asked(due: date, answered: date | None) -> None:
        InfoRequest.objects.create(
            person=rows.child(), direction="we_ask", agency=rows.world.school, who="Sol", what="How is she?", why="To help",
            asked_on=due - timedelta(days=9), due_on=due, answered_on=answered, noted_by=rows.by, noted_at=at(due),
        )  # fmt: skip

    for number in range(20):
        asked(IN, IN if number < 13 else IN + timedelta(days=1) if number < 16 else None)
        asked(AFTER, AFTER)
    return f"13 of 20 (65%), {QUARTER}"


@world_of("help_reached")
def _(rows: Rows) -> str:
    for number in range(20):
        rows.referral(IN, IN + timedelta(days=400) if number < 13 else None)
    rows.referral(AFTER, AFTER)
    return f"65%, {QUARTER}"


@world_of("help_wait")
def _(rows: Rows) -> str:
    for days in (1, 8, 20, 22, 30, 45):
        rows.referral(IN, IN + timedelta(days=days))
    rows.referral(IN, None)
    rows.referral(IN, AFTER)
    for _number in range(6):  # a quarter of its own
        rows.referral(BEFORE, IN)
    taken_back = {"taken_back_at": at(IN), "taken_back_by": rows.by, "why_taken_back": "Another child"}
    rows.referral(IN, IN, **taken_back)
    return f"median, in days: 21, {QUARTER}"


@world_of("decided_in_time")
def _(rows: Rows) -> str:
    for number in range(20):
        rows.told(rows.child(), IN, decided_at=at(IN if number < 13 else IN + timedelta(days=1)))
        rows.told(rows.child(), AFTER, decided_at=at(AFTER))
    return f"13 of 20 (65%), {QUARTER}"


@world_of("assessed_in_time")
def _(rows: Rows) -> str:
    for number in range(20):
        case = rows.open_case()
        rows.assessment(case, IN if number < 13 else IN + timedelta(days=1), due_on=IN)
    return f"13 of 20 (65%), {QUARTER}"


def _clocks(rows: Rows, *clocks: str) -> str:
    for number in range(20):
        clock = clocks[number % len(clocks)]
        rows.clock(clock, IN, IN if number < 13 else IN + timedelta(days=1) if number < 16 else None)
        rows.clock(clock, AFTER, AFTER)
    return f"13 of 20 (65%), {QUARTER}"


@world_of("conference")
def _(rows: Rows) -> str:
    return _clocks(rows, "conference", "conference_transfer_in")


@world_of("core_group")
def _(rows: Rows) -> str:
    return _clocks(rows, "core_group")


@world_of("review_conference")
def _(rows: Rows) -> str:
    return _clocks(rows, "review_conference_first", "review_conference_next")


@world_of("reviews_in_time")
def _(rows: Rows) -> str:
    for number in range(20):
        plan = rows.plan(rows.open_case(), date(2025, 6, 1), state="ended")
        if number < 16:
            rows.review(plan, IN if number < 13 else IN + timedelta(days=1), due=IN)
        else:
            Plan.objects.filter(pk=plan.pk).update(state="agreed", review_on=IN)  # nobody held it
    return f"13 of 20 (65%), {QUARTER}"


@world_of("interviews")
def _(rows: Rows) -> str:
    for number in range(20):
        episode = rows.came_back(IN)
        if number < 16:
            rows.heard(episode, IN if number < 13 else IN + timedelta(days=1))
        rows.came_back(AFTER)
    return f"13 of 20 (65%), {QUARTER}"


@world_of("interviews_offered")
def _(rows: Rows) -> str:
    for number in range(20):
        episode = rows.came_back(IN)
        outcome = "accepted" if number < 10 else "declined" if number < 13 else "not_offered"
        InterviewOffer.objects.create(
            episode=episode,
            outcome=outcome,
            offered_at=at(IN, 8),
            by_whom="Sol",
            noted_by=rows.by,
            noted_at=at(IN),
        )
    return f"13 of 20 (65%), {QUARTER}"


@world_of("interviews_to_ties")
def _(rows: Rows) -> str:
    ends = [Node.objects.get(pk=rows.child().pk) for _number in range(2)]
    tie = Tie.objects.create(first=ends[0], second=ends[1], kind="knows", release="2026.8")
    gone = {"withdrawn_at": at(IN), "withdrawn_by": rows.by, "why_withdrawn": "Misheard"}
    for number in range(20):
        episode = rows.came_back(IN)
        rows.heard(episode, IN)
        if number < 16:
            TieSource.objects.create(
                tie=tie, words="She said so", about="interview", about_id=episode.pk, noted_by=rows.by,
                **(gone if number >= 13 else {}),
            )  # fmt: skip
        rows.came_back(IN)  # nobody asked them: no interview
    return f"65%, {QUARTER}"


@world_of("interviews_to_reviewer")
def _(rows: Rows) -> str:
    for passed, number in (("yes", 13), ("no", 4), ("", 3), ("nobody", 6)):
        for _number in range(number):
            rows.heard(rows.came_back(IN), IN, passed)
    return f"13 of 20 (65%), {QUARTER}"


# ---- against what harms


def _step(rows: Rows, case: Case, due: date, **more: Any) -> None:
    DisruptionStep.objects.create(
        case=case, kind="place", what="Talk to the owner", who_or_where="A shop", agency=rows.world.police, due_on=due,
        added_by=rows.by, **more,
    )  # fmt: skip


@world_of("disruption")
def _(rows: Rows) -> str:
    for number, case in enumerate(rows.cases(20)):
        rows.plan(case, IN)
        if number < 16:
            _step(rows, case, LAST, owner=rows.world.officer if number < 13 else None)
    for case in rows.cases(6):  # no plan in force
        _step(rows, case, LAST, owner=rows.world.officer)
    return "65%"


@world_of("disruption_results")
def _(rows: Rows) -> str:
    done = {"state": "done", "done_on": IN, "note": "They put lights up"}
    states = [done] * 10 + [{**done, "state": "not_done"}] * 3 + [{**done, "note": ""}] * 4 + [{}] * 3
    for case, state in zip(rows.cases(20), states, strict=True):
        _step(rows, case, IN, **state)
        _step(rows, case, AFTER, **done)
    return f"65%, {QUARTER}"


@world_of("worries_about_places")
def _(rows: Rows) -> str:
    place = Place.objects.create(name="The arcade", kind="Arcade")
    for day in (SINCE, IN, LAST, BEFORE, AFTER):
        for _number in range(6):
            rows.told(None, day, place=place)
    rows.told(rows.child(), IN)
    return "about 20"  # eighteen


# ---- the partnership


@world_of("panel_presence")
def _(rows: Rows) -> str:
    world = rows.world

    def panel(day: date, kind: str, state: str, **came: str) -> None:
        panel = Panel.objects.create(
            kind=kind, state=state, starts_at=at(day), place="Hall", chair=world.coordinator, planned_by=world.coordinator,
            purpose="To map" if kind == "mapping" else "", held_at=at(day) if state == "held" else None,
        )  # fmt: skip
        for agency, said in came.items():
            PanelSeat.objects.create(panel=panel, agency=getattr(world, agency), came=said)

    panel(SINCE, "panel", "held", care="came", police="else", school="")
    panel(LAST, "panel", "held", care="came", police="absent", school="apologies")
    panel(BEFORE, "panel", "held", care="came", police="came")
    panel(AFTER, "panel", "held", care="came", police="came")
    panel(IN, "panel", "planned", care="", police="")
    names = sorted([(world.care.name, "2/2"), (world.police.name, "1/2"), (world.school.name, "0/2")])
    return "; ".join(f"{name}: {there}" for name, there in names)


def _released(rows: Rows, kind: str, day: date, as_of: date, state: str = "released", **more: Any) -> Profile:
    return Profile.objects.create(
        kind=kind, title="Profile", state=state, author=rows.by, as_of=as_of, released_at=at(day), **more
    )


@world_of("profile")
def _(rows: Rows) -> str:
    run = EngineRun.objects.create(
        state="done", purpose="To see", started_by=rows.by, keep_until=date(2030, 1, 1)
    )
    _released(rows, "profile", BEFORE, BEFORE, run=run)
    newest = _released(rows, "profile", IN, date(2026, 3, 31), run=run)
    _released(rows, "profile", AFTER, AFTER, run=run)
    newest.folder.mkdir(parents=True)
    sources = [{"source": text, "agency": agency} for text, agency in (("a", "Police"), ("b", "Health"), ("c", "Health"), ("Total", "Total"))]  # fmt: skip
    (newest.folder / "profile.json").write_text(json.dumps({"quality": {"sources": sources}}), "utf-8")
    return "age in days: 183; of records up to 31 March 2026, released on 10 November 2025"


@world_of("annual_report")
def _(rows: Rows) -> str:
    _released(rows, "annual", IN, IN)
    _released(rows, "annual", AFTER, AFTER)
    return "released on 10 November 2025"


@world_of("audit")
def _(rows: Rows) -> str:
    for day in (BEFORE, IN, AFTER):
        Audit.objects.create(
            title="Before", since=SINCE, until=UNTIL, release="2026.8", packs=[], lead=rows.world.care, state="closed",
            opened_by=rows.by, opened_at=at(day), closed_by=rows.by, closed_at=at(day), found="Well",
        )  # fmt: skip
    return "closed on 10 November 2025"


@world_of("protection_team")
def _(rows: Rows) -> str:
    name_member(rows.world, set_up(rows.world)["police"])
    return "1 of 4 held"


# ---- each against its world


def count(user: User, name: str, **more: Any) -> dict[str, Any]:
    days = {"since": SINCE, "until": UNTIL, "today": TODAY, **more}
    return evidence.counted_for(user, [name], **days)[name]


@pytest.fixture
def rows(world: World, settings: Any, tmp_path: Path) -> Rows:
    settings.DATA = tmp_path
    return Rows(world)


EXACT_DAYS = {"profile", "annual_report", "audit"}  # of no child


@pytest.mark.parametrize("name", sorted(evidence.names()))
def test_what_is_counted_is_what_was_counted_by_hand_and_of_whole_quarters_alone(
    rows: Rows, name: str
) -> None:
    """Two questions to one world, of which the making takes most of the time."""
    expected = WORLDS[name](rows)
    found = count(rows.world.board_member, name)
    assert found["says"] == expected
    assert all(found[part] for part in ("label", "counts", "when", "coverage"))
    for user in (rows.world.teacher, rows.world.social_worker, rows.world.administrator):
        with pytest.raises(Hidden):
            count(user, name)
    if name not in EXACT_DAYS:
        assert_whole_quarters_alone(rows.world.board_member, name)


def assert_whole_quarters_alone(user: User, name: str) -> None:
    """One that begins a day later, or ends a day earlier, looks at a quarter less at each end; days in a quarter that has not ended add nothing."""
    day = timedelta(days=1)
    said = lambda since, until: {
        part: text
        for part, text in count(user, name, since=since, until=until).items()
        if part in ("says", "when")
    }
    assert said(SINCE, UNTIL - day) == said(SINCE, date(2026, 6, 30))
    assert said(SINCE + day, UNTIL) == said(date(2026, 1, 1), UNTIL)
    assert said(SINCE, TODAY) == said(SINCE, UNTIL) == said(SINCE, UNTIL + day)
    if "As it was" not in count(user, name)["when"]:
        assert said(SINCE + day, date(2025, 12, 30))["when"] == "No whole quarter of these days has ended."


@pytest.mark.parametrize("name", sorted(evidence.names()))
def test_of_a_world_without_anything_each_says_so(world: World, name: str) -> None:
    found = count(world.board_member, name)
    assert not any(digit in found["says"] for digit in "123456789")
    assert found["coverage"]


# ---- of which days, and of how much of the whole


@pytest.mark.on_day(TODAY)
def test_an_audit_of_days_that_are_over_counts_until_its_last(rows: Rows) -> None:
    """Also while it is still open, long after."""
    for day, number in ((IN, 7), (AFTER, 9)):
        for _number in range(number):
            rows.share(day, "shared")
            rows.told(rows.child(), day, decided_at=at(day))
    later = {"today": date(2027, 6, 1)}
    user = rows.world.board_member
    assert count(user, "shares", **later)["says"] == f"7 of 7 (100%), {QUARTER}"
    assert "all, or all but five or fewer, of about 10" in count(user, "days_to_decide", **later)["coverage"]
    assert count(user, "days_to_decide", **later)["says"] == f"median, in days: 0, {QUARTER}"
    assert count(user, "days_to_decide", **later)["when"] == "1 October 2025 to 30 September 2026."
    to_come = count(user, "days_to_decide", until=date(2027, 9, 30))
    assert to_come["when"] == "1 October 2025 to 30 September 2026.", (
        "a quarter that has not ended is in none"
    )
    assert to_come["says"] == f"median, in days: 0, {QUARTER}"
    ended = count(user, "days_to_decide", until=date(2027, 9, 30), today=date(2027, 1, 1))
    assert ended["when"] == "1 October 2025 to 31 December 2026."
    assert "of about 20" in ended["coverage"]


@pytest.mark.on_day(TODAY)
def test_a_figure_that_is_known_only_of_today_says_so(rows: Rows) -> None:
    found = {name: count(rows.world.board_member, name)["when"] for name in evidence.names()}
    today = "As it was on 27 November 2026, and not over the days of the audit."
    assert {name for name, when in found.items() if when == today} == {
        "trusted_worker", "allocated_worker", "both_leads", "ethnicity", "recorded", "nhs_number", "risk_only", "disruption",
        "protection_team",
    }  # fmt: skip
    assert {name for name, when in found.items() if when == "As it was on 30 September 2026."} == {
        "profile", "annual_report", "audit",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "covers"),
    [
        ("worker_changes", "Children in it: about 20 of about 30 with a case open in these days."),
        ("both_leads", "Open cases in it: about 20 of about 30."),
        (
            "ethnicity",
            "Open cases in it: all, or all but five or fewer, of about 20. Not recorded: about 10 of about 20.",
        ),
        ("risk_only", "Open cases with a signed assessment: about 20 of about 30."),
        ("days_to_decide", "all, or all but five or fewer, of about 10"),
        ("panel_presence", "Agencies that were invited: 3 of 3. Of 1 of 6 invitations nobody said who came."),
        ("profile", "Agencies that supplied data: 2, Health; Police."),
        ("shares", "Months in it: 3 of 12."),
    ],
)
def test_a_figure_says_how_much_it_covers(rows: Rows, name: str, covers: str) -> None:
    WORLDS[name](rows)
    assert covers in count(rows.world.board_member, name)["coverage"]


# ---- small numbers


COUNTS = st.integers(0, 80)


def numbers(text: str) -> set[int]:
    return {int(word) for word in re.findall(r"\d+", text)}


@given(COUNTS, COUNTS)
def test_of_what_changes_by_the_day_no_exact_number_is_told(kept: int, rest: int) -> None:
    """Nor does a day on which one more comes tell of that one."""
    says, covers = counted.percentage(Kept(kept, kept + rest)), counted.about(kept, kept + rest)
    told = kept > TOO_FEW and rest > TOO_FEW
    assert says.endswith("%") is told
    assert told or not numbers(says)
    assert all(number % 10 == 0 for number in numbers(covers))
    if kept + rest > 2 * TOO_FEW:
        if kept <= TOO_FEW:
            assert says == counted.percentage(Kept(0, kept + rest))
        elif rest <= TOO_FEW:
            assert says == counted.percentage(Kept(kept + rest, kept + rest))


def is_small(number: int) -> bool:
    return 0 < abs(number) <= TOO_FEW


FIRST = date(2024, 1, 1)
HISTORIES = st.lists(st.tuples(*[st.integers(0, 14)] * 3), min_size=1, max_size=10)


def _periods(history: list[tuple[int, ...]], ended: int) -> list[Period]:
    """Of what was told in each quarter, as many of them as have ended: the first number of those that were kept, the others for which reason not."""
    quarters, day, today = {}, FIRST, FIRST
    for number, parts in enumerate(history):
        keys = frozenset(range(100 * number, 100 * number + sum(parts)))
        quarters[day] = Tally(Kept(parts[0], sum(parts)), keys)
        day = next_of(day)
        today = day if number < ended else today
    return periods(quarters, today=today)


@pytest.mark.parametrize(
    ("first", "last", "of", "says"),
    [
        (date(2024, 4, 1), date(2026, 6, 30), 9, "too few to show"),
        (date(2024, 4, 1), date(2026, 6, 30), 0, "nothing to count yet"),
        (date(2024, 4, 1), date(2025, 12, 31), 9, "nothing to count yet"),
    ],
)
def test_what_was_counted_from_before_these_days_into_them_is_not_called_nothing(
    first: date, last: date, of: int, says: str
) -> None:
    days = counted.Days(date(2026, 1, 1), date(2026, 9, 30), date(2026, 12, 1))
    found = [
        Period(first, last, Tally(Kept(of, of), frozenset(range(of)))),
        Period(date(2026, 7, 1), days.until, Tally()),
    ]
    assert counted.in_periods("Heard", found, days, "Each child.").says == says


@given(HISTORIES, st.data())
def test_two_audits_leave_no_small_number_of_any_part(
    history: list[tuple[int, ...]], data: st.DataObject
) -> None:
    """Of any two ranges of quarters, looked at on any two days: what is in the one and not in the other is none, or many."""
    starts = [FIRST]
    while len(starts) <= len(history):
        starts.append(next_of(starts[-1]))

    def parts(period: Period) -> list[int]:
        inside = [
            all_of
            for first, all_of in zip(starts, history, strict=False)
            if period.first <= first <= period.last
        ]
        return [sum(one) for one in zip(*inside, strict=True)] or [0, 0, 0]

    def audit() -> set[Period]:
        since, until = sorted([data.draw(st.integers(0, len(history) - 1)) for _ in range(2)])
        ended = data.draw(st.integers(0, len(history)))
        found = joined(_periods(history, ended), lambda period: rules.has_few(*parts(period)))
        last = starts[until + 1] - timedelta(days=1)
        within = {
            period
            for period in found
            if starts[since] <= period.first and period.last <= last and period.is_shown
        }
        shown = between(found, starts[since], last)
        assert sum((period.counted.of for period in within), 0) == (shown.counted.of if shown else 0)
        return within

    first, second = audit(), audit()
    for left in (first - second, second - first, first & second):
        summed = [sum(one) for one in zip(*map(parts, left), strict=True)]
        assert not any(map(is_small, summed)), (left, summed)
        assert not is_small(sum(summed))


@pytest.mark.on_day(TODAY)
@pytest.mark.parametrize(("name", "first", "second"), [("shares", 6, 1), ("answers", 6, 1)])
def test_a_quarter_with_few_that_are_so_is_told_with_the_next_alone(
    rows: Rows, name: str, first: int, second: int
) -> None:
    """Six of twelve in one quarter, one of twelve in the next: not by the difference to an audit of both, nor by waiting."""
    spring, autumn = date(2025, 12, 1), date(2026, 2, 1)
    for day, so in ((spring, first), (autumn, second)):
        for number in range(12):
            if name == "shares":
                rows.share(day, "shared" if number < so else "refused")
            else:
                InfoRequest.objects.create(
                    person=rows.child(), direction="we_ask", agency=rows.world.school, who="Sol", what="How is she?", why="To help",
                    asked_on=day, due_on=day, answered_on=day if number < so else None, noted_by=rows.by, noted_at=at(day),
                )  # fmt: skip
    user = rows.world.board_member
    alone = count(user, name, until=date(2025, 12, 31))["says"]
    assert alone == f"6 of 12 (50%), {QUARTER}"
    assert count(user, name)["says"] == alone
    assert count(user, name, since=date(2026, 1, 1))["says"] == "too few to show"
    assert count(user, name, today=date(2026, 2, 2))["says"] == alone


@pytest.mark.on_day(TODAY)
def test_no_reason_of_few_refusals_is_left_by_an_audit_of_more_quarters(rows: Rows) -> None:
    """Six that would harm in one quarter and two in the next; decisions to share are counted in the same quarters."""
    for day, harm in ((date(2025, 12, 1), 6), (date(2026, 2, 1), 2)):
        for _number in range(harm):
            rows.share(day, "refused", harms_more=True)
        for _number in range(8):
            rows.share(day, "refused", is_relevant=False, harms_more=False)
            rows.share(day, "shared")
    user = rows.world.board_member
    for until in (date(2025, 12, 31), UNTIL):
        found = count(user, "refused", until=until)["says"]
        assert found.startswith(f"14 of 14 (100%), {QUARTER}; as it would harm the child more: 6; ")
        assert count(user, "shares", until=until)["says"] == f"8 of 22 (36%), {QUARTER}"


@pytest.mark.parametrize(
    ("since", "until", "today", "quarters"),
    [
        (SINCE, UNTIL, TODAY, (SINCE, UNTIL)),
        (date(2026, 1, 2), date(2026, 9, 29), TODAY, (date(2026, 4, 1), date(2026, 6, 30))),
        (date(2026, 1, 1), date(2026, 3, 31), date(2026, 3, 31), None),  # ends today
        (date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), (date(2026, 1, 1), date(2026, 3, 31))),
        (date(2025, 12, 2), date(2026, 2, 27), TODAY, None),
        (date(9999, 12, 31), TODAY, TODAY, None),  # of days that have not come
    ],
)
def test_days_of_an_audit_are_counted_in_whole_quarters_that_have_ended(
    since: date, until: date, today: date, quarters: tuple[date, date] | None
) -> None:
    assert counted.Days(since, until, today).quarters == quarters


@given(
    st.dictionaries(
        st.integers(0, 6),
        st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: Kept(pair[0], sum(pair))),
    ),
    st.sets(st.integers(0, 6)),
)
def test_parts_that_are_shown_leave_no_small_part(parts: dict[int, Kept], may_stand: set[int]) -> None:
    alone, others = rules.apart(parts, may_stand)
    assert alone.keys() <= may_stand
    counted_parts = {key for key, part in parts.items() if part.of}
    assert (others is None) == (alone.keys() in (counted_parts, set()))
    shown = [*alone.values(), *([others] if others else [])]
    assert not any(rules.tells_of_few(one) for one in shown)
    if alone:
        assert sum(shown, Kept(0, 0)) == sum((parts[key] for key in counted_parts), Kept(0, 0))
    if others:
        for key in counted_parts - alone.keys():  # who knows one of them, as an agency knows its own
            left = Kept(others.kept - parts[key].kept, others.of - parts[key].of)
            assert not rules.tells_of_few(left)


def test_ethnicity_stands_by_agency_for_who_may_see_that(rows: Rows) -> None:
    world = rows.world
    teams = {
        name: _team(world, name, staff)
        for name, staff in (("Alpha", 3), ("Beta", 3), ("Gamma", 1), ("Delta", 3))
    }
    for name, said, unsaid in (("Alpha", 8, 6), ("Beta", 20, 0), ("Gamma", 9, 9), ("Delta", 8, 10)):
        for number in range(said + unsaid):
            case = rows.open_case(lead_team=teams[name])
            if number < said:
                _says(rows, case.person, "ethnicity", code="WBRI")
    found = count(world.board_member, "ethnicity", closes=True)
    assert found["says"] == "64%"
    assert found["by_agency"] == [
        ["Beta", "all, or all but five or fewer"],
        ["Delta", "44%"],
        ["Others together", "53%"],  # one of them has too few people: its figure would be one worker's
    ]
    assert count(world.supervisor, "ethnicity", closes=True)["by_agency"] == []
    assert count(world.board_member, "ethnicity")["by_agency"] == [], "not while it is open, again each day"


def _team(world: World, name: str, staff: int) -> Any:
    agency = agencies.add_agency(by=world.administrator, name=name, kind="health")
    team = agencies.add_team(by=world.administrator, agency=agency, name="Team")
    for number in range(staff):
        agencies.add_user(
            by=world.administrator, username=f"{name.lower()}.{number}", first_name=name, last_name=str(number), password=None,
            team=team, role=Role.PRACTITIONER,
        )  # fmt: skip
    return team

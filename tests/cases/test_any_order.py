"""Whatever people do, and in whichever order: a case has a way on, nothing that was done is to do again, figures count each
thing once, and no clock runs in a closed case. Through the site's own actions alone."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.cases.conftest import note_observation
from tests.conftest import World, examples

from heard.agencies.rules import Refused
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.queries import seen_before_and_not_marked, signed_since_opened, unsigned
from heard.cases.case.models import Case
from heard.cases.case.rules import Kept
from heard.cases.clocks.actions import note_moment
from heard.cases.clocks.models import ClockRun
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern, TellerQuestion
from heard.cases.concern.strategy import actions as strategy
from heard.cases.concern.strategy.models import StrategyDiscussion
from heard.cases.leaving import actions as leaving
from heard.cases.leaving.models import Handover
from heard.cases.plan import actions as planning
from heard.cases.plan import queries as plans
from heard.cases.plan.models import Action, Plan
from heard.cases.review import actions as reviewing
from heard.cases.review.models import Review
from heard.cases.review.queries import to_hold
from heard.cases.review.rules import Looked
from heard.cases.supervision import actions as supervising
from heard.cases.words.rules import ChildsView
from heard.network import actions as network
from heard.network.models import Merge, Person

UNHEARD = ChildsView(why_no_words="She asked us to decide and to tell her.")
MOMENTS = ("strategy_discussion", "conference_first", "looked_after", "looked_after_review", "school_moved")


def today() -> date:
    return timezone.localdate()


@dataclass
class Promise:
    """One thing that somebody is to do, by what is said of it: `due` as agreed last, `missed` where an earlier day was."""

    due: date
    in_force: bool = True
    missed: bool = False
    done_on: date | None = None


@dataclass
class Work:
    """The people of a partnership at work on one child of whom there are two records."""

    world: World
    people: tuple[Person, Person]
    days: int = 0
    said: int = 0
    promises: dict[str, Promise] = field(default_factory=dict)

    def pick[T](self, rows: list[T], number: int) -> T | None:
        return rows[number % len(rows)] if rows else None

    def case(self, number: int) -> Case | None:
        return self.pick(list(Case.objects.order_by("opened_at", "pk")), number)

    def new(self, text: str) -> str:
        """Another text each time, so that each thing is known by it."""
        self.said += 1
        return f"{text} {self.said}"

    # ---- steps: each does something, or is refused

    def wait(self, number: int) -> None:
        self.days += 1 + number % 45

    def tell(self, number: int) -> None:
        person = self.people[number % 2]
        person.refresh_from_db()
        telling.tell(
            by=self.world.teacher,
            person_id=person.merged_into_id or person.pk,
            seen_and_heard=self.new("They wait for her."),
            why_no_words="She was in class.",
            danger_now="no",
        )

    def decide(self, number: int) -> None:
        worry = self.pick(list(Concern.objects.filter(state="told").order_by("told_at", "pk")), number)
        if worry is None:
            return
        has_case = Case.objects.filter(person=worry.person, state="open").exists()
        telling.decide(
            by=self.world.coordinator,
            concern=worry,
            decision="add_to_case" if has_case else "open_case",
            reason="The team looks at it",
            feedback="Thank you",
            why_without_words="Not met yet",
            why_alone="Nobody else is in",
        )

    def decide_otherwise(self, number: int) -> None:
        worry = self.pick(list(Concern.objects.filter(state="told").order_by("told_at", "pk")), number)
        if worry is None:
            return
        said = self.said_of_worry()
        if number % 3 == 0:
            telling.decide(
                by=self.world.coordinator, concern=worry, decision="strategy", strategy_on=today(), **said
            )
        elif number % 3 == 1:
            telling.decide(
                by=self.world.coordinator, concern=worry, decision="help", help_with="Early help", **said
            )
        else:
            both = Concern.objects.filter(state="told").order_by("told_at", "pk")
            telling.decide_together(
                by=self.world.coordinator, concerns=list(both[:3]), decision="open_case", **said
            )

    def said_of_worry(self) -> dict[str, str]:
        said = {"reason": "The team looks at it", "feedback": "Thank you", "why_without_words": "Not met yet"}
        return said | {"why_alone": "Nobody else is in"}

    def ask(self, number: int) -> None:
        worry = self.pick(list(Concern.objects.filter(state="told").order_by("told_at", "pk")), number)
        if worry:
            telling.ask_teller(by=self.world.coordinator, concern_id=worry.pk, text="Who was it?")

    def answer(self, number: int) -> None:
        waiting = TellerQuestion.objects.filter(answered_at=None, ended_at=None).order_by("asked_at", "pk")
        question = self.pick(list(waiting), number)
        if question:
            telling.answer_question(by=self.world.teacher, question_id=question.pk, text="I do not know")

    def correct(self, number: int) -> None:
        """The decision taken last becomes another one."""
        worry = Concern.objects.filter(state="decided").order_by("-decided_at", "pk").first()
        if worry:
            decision = ("no_further_action", "open_case", "add_to_case", "strategy", "help")[number % 5]
            telling.correct_decision(
                by=self.world.coordinator,
                concern_id=worry.pk,
                decision=decision,
                why="Read wrongly",
                strategy_on=today(),
                help_with="Early help",
                **self.said_of_worry(),
            )

    def discuss(self, number: int) -> None:
        """A strategy discussion is held, put right, or called off."""
        rows = StrategyDiscussion.objects.filter(corrected_by=None).order_by("begun_at", "pk")
        one = self.pick(list(rows.exclude(state="called_off")), number)
        if one is None:
            return
        this = {"by": self.world.coordinator, "discussion_id": one.pk}
        said = {"held_on": today(), "decision": self.new("Seen"), "reason": "The van"}
        said |= {
            "enquiries": "yes" if number % 2 else "no",
            "enquiries_by": "Police",
            "view": ChildsView(why_no_words="x"),
        }
        if one.state == "held":
            strategy.correct_discussion(**this, **said, why="Written wrongly")
        elif number % 5 == 0:
            strategy.call_off(**this, why="Not needed")
        else:
            self.hold_discussion(one, said)

    def hold_discussion(self, discussion: StrategyDiscussion, said: dict[str, Any]) -> None:
        this = {"by": self.world.coordinator, "discussion_id": discussion.pk}
        if not discussion.asked.exists():
            strategy.ask_agency(**this, who="Sol", asked_on=today(), agency=self.world.care)
        no_case = not Case.objects.filter(person=discussion.person, state="open").exists()
        strategy.finish_discussion(**this, **said, opens_case=no_case)

    def hand_over(self, number: int) -> None:
        """Begins a handover, or says what became of the one that goes on."""
        going_on = Handover.objects.filter(state="sent").first()
        case, by = self.case(number), self.world.social_worker
        if going_on and number % 2:
            leaving.note_accepted(by=by, handover_id=going_on.pk, accepted_by="Pat Lowe", accepted_on=today())
        elif going_on:
            leaving.take_back(by=by, handover_id=going_on.pk, why="She stays")
        elif case:
            leaving.hand_over(
                by=by,
                case_id=case.pk,
                to_council="Eastmoor",
                to_whom="Pat Lowe",
                what_sent="The plan",
                sent_on=today(),
                ask_again_on=today(),
            )

    def write_decision(self, number: int) -> None:
        case = self.case(number)
        if case:
            supervising.write_decision(
                by=self.world.supervisor,
                case_id=case.pk,
                text=self.new("Two go"),
                reason="She asked",
                view=UNHEARD,
            )

    def start_assessment(self, number: int) -> None:
        case = self.case(number)
        if case:
            assessing.start_assessment(by=self.world.social_worker, case_id=case.pk)

    def sign(self, number: int) -> None:
        case = self.case(number)
        if case and unsigned(self.world.social_worker, case.pk):
            self.decide_on_assessment(case, send_back=number % 4 == 0)

    def decide_on_assessment(self, case: Case, *, send_back: bool) -> None:
        worker = self.world.social_worker
        one = unsigned(worker, case.pk)
        assert one is not None
        if one.state != "submitted":
            this = {"by": worker, "assessment_id": one.pk}
            assessing.save_judgement(**this, text="People older than her are grooming her.")
            assessing.save_childs_view(**this, view=UNHEARD)
            note_observation(**this, item="S10", state="not_known")
            assessing.save_what_is_not_known(**this, text="Who gives her things: her school nurse will ask.")
            for item in seen_before_and_not_marked(worker, one):
                note_observation(**this, item=item, state="not_known", words="Not asked again")
            assessing.submit(**this)
        if send_back:
            assessing.send_back(
                by=self.world.supervisor, assessment_id=one.pk, reason="Say more", parts=["judgement"]
            )
        else:
            assessing.sign_off(by=self.world.supervisor, assessment_id=one.pk)

    def start_plan(self, number: int) -> None:
        case = self.case(number)
        if case:
            planning.start_plan(by=self.world.social_worker, case_id=case.pk)

    def write_plan(self, number: int) -> None:
        """Starts a draft where there is none. Adds to one, gives something in it another day, or takes something out."""
        draft = self.pick(list(Plan.objects.filter(state="draft").order_by("pk")), number)
        if draft is None:
            self.start_plan(number)
            return
        by, worker = {"by": self.world.social_worker}, self.world.social_worker
        rows = list(Action.objects.filter(outcome__plan=draft).order_by("what"))
        one = self.pick(rows, number)
        due_on = today() + timedelta(days=number % 30)
        if one is None or number % 3 == 0:
            outcome = draft.outcomes.first() or planning.add_outcome(
                **by, plan_id=draft.pk, text=self.new("Gets home")
            )
            self.add_action(outcome, due_on)
        elif number % 3 == 1:
            planning.change_action(**by, action_id=one.pk, what=one.what, owner=worker, due_on=due_on)
        else:
            planning.take_out_action(**by, action_id=one.pk)

    def add_action(self, outcome: Any, due_on: date) -> str:
        what, worker = self.new("Call"), self.world.social_worker
        planning.add_action(by=worker, outcome_id=outcome.pk, what=what, owner=worker, due_on=due_on)
        return what

    def agree(self, number: int) -> None:
        draft = self.pick(list(Plan.objects.filter(state="draft").order_by("pk")), number)
        if draft is None:
            return
        for outcome in draft.outcomes.filter(actions=None):
            self.add_action(outcome, today() + timedelta(days=number % 30))
        planning.agree_plan(
            by=self.world.social_worker,
            plan_id=draft.pk,
            review_on=today() + timedelta(days=1 + number % 60),
            view=UNHEARD,
        )
        now = dict(Action.objects.filter(outcome__plan=draft).values_list("what", "due_on"))
        self.replace(draft.replaces_id, now)
        for what, due in now.items():
            promise = self.promises.setdefault(what, Promise(due))
            promise.due, promise.in_force = due, True

    def replace(self, old: Any, now: dict[str, date]) -> None:
        """What was to do and goes on with another day, or not at all, was missed where its day had passed."""
        before = set(Action.objects.filter(outcome__plan=old).values_list("what", flat=True))
        for what in before & self.promises.keys():
            promise = self.promises[what]
            if promise.done_on is None:
                promise.missed |= promise.due < today()
                promise.in_force = what in now

    def discard(self, number: int) -> None:
        draft = self.pick(list(Plan.objects.filter(state="draft").order_by("pk")), number)
        if draft:
            planning.discard_plan(by=self.world.social_worker, plan_id=draft.pk, reason="Not needed")

    def finish(self, number: int) -> None:
        open_ones = Action.objects.filter(outcome__plan__state="agreed", state="open").order_by("what")
        one = self.pick(list(open_ones), number)
        if one:
            planning.finish_action(by=self.world.social_worker, action_id=one.pk)
            self.promises[one.what].done_on = today()

    def review(self, number: int) -> None:
        plan = self.pick(list(Plan.objects.filter(state="agreed").order_by("pk")), number)
        if plan:
            self.hold(plan, ("continue", "change_plan", "change_plan", "step_down")[number % 4], number)

    def change_plan(self, number: int) -> None:
        """A review decides it, something is finished while the draft is written, and the draft is agreed."""
        plan = self.pick(list(Plan.objects.filter(state="agreed").order_by("pk")), number)
        if plan:
            self.hold(plan, "change_plan", number)
            if number % 3:
                self.finish(number)
            if number % 2:
                self.days += number % 20
            self.agree(0)

    def plan_anew(self, number: int) -> None:
        case = self.case(number)
        if case and case.state == "open":
            self.assess_anew(case)
            self.plan_now(case)

    def hold(self, plan: Plan, decision: str, number: int = 0) -> None:
        seen = Looked("better", self.new("She walks home."), "Tess Archer", today())
        reviewing.hold_review(
            by=self.world.social_worker,
            plan_id=plan.pk,
            held_on=today(),
            what_changed="She is safer.",
            took_part="Sol Wright; Mina",
            looked={outcome.pk: seen for outcome in plan.outcomes.all()},
            view=UNHEARD,
            decision=decision,
            reason="She says so.",
            next_review_on=today() + timedelta(days=1 + number % 60),
        )

    def note(self, number: int) -> None:
        case = self.case(number)
        if case:
            kind = MOMENTS[number % len(MOMENTS)]
            note_moment(by=self.world.social_worker, case_id=case.pk, kind=kind, on=today())

    def close(self, number: int) -> None:
        case = self.case(number)
        if case:
            self.close_case(case)

    def close_case(self, case: Case) -> None:
        reviewing.close_case(
            by=self.world.coordinator,
            case_id=case.pk,
            view=UNHEARD,
            reason="She is safe and says so.",
            contact_afterwards="Tess Archer at school",
            told_child="Sol told her that she can ring us.",
            open_again_if="She is away from school again.",
        )

    def reopen(self, number: int) -> None:
        case = self.case(number)
        if case:
            self.reopen_case(case)

    def reopen_case(self, case: Case) -> None:
        reviewing.reopen_case(by=self.world.coordinator, case_id=case.pk, reason="She asked us to.")

    def merge(self, number: int) -> None:
        kept, merged = self.people if number % 2 else reversed(self.people)
        kept.refresh_from_db()
        merged.refresh_from_db()
        if not (kept.merged_into_id or merged.merged_into_id):
            network.merge_people(
                by=self.world.coordinator, kept_id=kept.pk, merged_id=merged.pk, reason="One child"
            )

    def undo(self, number: int) -> None:
        merge = Merge.objects.filter(undone_at=None).order_by("pk").first()
        if merge:
            network.unmerge_people(by=self.world.coordinator, merge_id=merge.pk, reason="Two children")

    # ---- what holds after each

    def check(self) -> None:
        running = ClockRun.objects.filter(met_on=None, ended_on=None, case__state="closed")
        assert not running.exists(), "a clock runs in a closed case"
        done = {what for what, promise in self.promises.items() if promise.done_on}
        still = Action.objects.filter(state="open", outcome__plan__state__in=["draft", "agreed"])
        again = done & set(still.values_list("what", flat=True))
        assert not again, "something that was done is to do again"
        since = today() - timedelta(days=10_000)
        figures = plans.to_do(self.world.coordinator).between(since, today())
        assert figures == self.expected(), "a promise does not count once"
        texts = plans.actions_visible_to(self.world.social_worker).filter(state="done")
        assert texts.count() == len(done), "something was done more than once"
        held, _not_held = to_hold(self.world.coordinator)
        assert held.whole().of >= Review.objects.count(), "a review does not count"
        waiting = TellerQuestion.objects.filter(answered_at=None, ended_at=None, concern__state="decided")
        assert not waiting.exists(), "somebody is asked about a worry that was decided"
        followed = Handover.objects.filter(state="sent", case__state="closed")
        assert not followed.exists(), "a handover is followed in a closed case"
        decided = Concern.objects.filter(state="decided", decision__in=["open_case", "add_to_case"])
        assert not decided.filter(case=None).exists(), "a worry went to no case"
        going_on = StrategyDiscussion.objects.filter(state="planned").values_list("person", flat=True)
        assert len(going_on) <= len(self.people), "a child has a second discussion to hold"

    def expected(self) -> Kept:
        due = [
            promise
            for promise in self.promises.values()
            if promise.missed or (promise.in_force and promise.due < today())
        ]
        kept = [
            promise
            for promise in due
            if promise.done_on and promise.done_on <= promise.due and not promise.missed
        ]
        return Kept(len([promise for promise in kept if promise.due < today()]), len(due))

    # ---- the way on

    def end(self, number: int) -> None:
        case = self.case(number)
        if case:
            try:
                self.go_on(case)
            except Refused as why_not:
                raise AssertionError(f"there is no way on: {why_not}") from why_not

    def go_on(self, case: Case) -> None:
        """From wherever it is, the case can be worked on and closed. Nothing here may be refused."""
        while Concern.objects.filter(state="told").exists():
            self.decide(0)
        case.refresh_from_db()
        if case.state == "closed" and Case.objects.filter(person=case.person, state="open").exists():
            return  # of two records of one child: the work goes on in the other case
        if case.state == "closed":
            self.reopen_case(case)
            case.refresh_from_db()
        for discussion in StrategyDiscussion.objects.filter(state="planned", person=case.person):
            strategy.call_off(by=self.world.coordinator, discussion_id=discussion.pk, why="Not needed")
        for handover in Handover.objects.filter(state="sent", case=case):
            leaving.take_back(by=self.world.social_worker, handover_id=handover.pk, why="She stays")
        draft = plans.draft_plan(self.world.social_worker, case.pk)
        if draft:
            planning.discard_plan(by=self.world.social_worker, plan_id=draft.pk, reason="Not needed")
        self.assess_anew(case)
        plan = plans.agreed_plan(self.world.social_worker, case.pk) or self.plan_now(case)
        for action in plans.actions_of(self.world.social_worker, case.pk).filter(state="open"):
            planning.finish_action(by=self.world.social_worker, action_id=action.pk)
            self.promises[action.what].done_on = today()
        self.hold(plan, "step_down")
        self.check()
        self.close_case(case)
        self.check()

    def assess_anew(self, case: Case) -> None:
        if unsigned(self.world.social_worker, case.pk):
            self.decide_on_assessment(case, send_back=False)
        if signed_since_opened(self.world.social_worker, case) is None:
            assessing.start_assessment(by=self.world.social_worker, case_id=case.pk)
            self.decide_on_assessment(case, send_back=False)

    def plan_now(self, case: Case) -> Plan:
        by = {"by": self.world.social_worker}
        plan = planning.start_plan(**by, case_id=case.pk)
        outcome = planning.add_outcome(**by, plan_id=plan.pk, text=self.new("Gets home"))
        self.promises[self.add_action(outcome, today())] = Promise(today())
        review_on = today() + timedelta(days=30)
        return planning.agree_plan(**by, plan_id=plan.pk, review_on=review_on, view=UNHEARD)


STEPS: tuple[Callable[[Work, int], None], ...] = (
    Work.wait, Work.tell, Work.decide, Work.decide, Work.start_assessment, Work.sign, Work.sign, Work.sign, Work.write_plan,
    Work.write_plan, Work.agree, Work.agree, Work.agree, Work.discard, Work.finish, Work.finish, Work.review, Work.review,
    Work.change_plan, Work.change_plan, Work.plan_anew, Work.plan_anew, Work.note, Work.close, Work.reopen, Work.reopen,
    Work.merge, Work.undo, Work.end, Work.end, Work.decide_otherwise, Work.decide_otherwise, Work.ask, Work.answer,
    Work.correct, Work.correct, Work.discuss, Work.discuss, Work.hand_over, Work.write_decision,
)  # fmt: skip


@settings(
    max_examples=examples(10),
    deadline=None,
    database=None,
    phases=[Phase.generate],  # shrinking would do it all hundreds of times
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 59)), min_size=15, max_size=45))
def test_whatever_is_done_a_case_has_a_way_on(world: World, agreed: Plan, steps: list[Any]) -> None:
    real: Callable[[], datetime] = timezone.now
    with transaction.atomic():
        other = network.add_person(by=world.teacher, given_name="Meena", family_name="Okoro")
        network.involve(by=world.teacher, person=other, agency=world.care, why="Takes worries")
        known = dict(Action.objects.values_list("what", "due_on"))
        promises = {what: Promise(due) for what, due in known.items() if due}
        work = Work(world, (agreed.case.person, other), promises=promises)
        with patch.object(timezone, "now", lambda: real() + timedelta(days=work.days)):
            for step, number in steps:
                before = deepcopy(work.promises)
                try:
                    with transaction.atomic():
                        step(work, number)
                except Refused:
                    work.promises = before
                work.check()
            for number in range(Case.objects.count()):
                work.end(number)
        transaction.set_rollback(True)

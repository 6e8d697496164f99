"""Reading a worry, and deciding on it: by a person, with the reason and what the teller reads of it. Several worries about one
event are decided on at once; a decision is put right within a working day."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.actions import LEADS_THE_CASE, name_worker, open_case, take_back_case
from heard.cases.case.models import Words
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.announcing import announce, settle, settle_decided
from heard.cases.case.notices.queries import given_there, who_was_told
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import open_case_of, words_of
from heard.cases.concern import rules
from heard.cases.concern.actions._shared import _audit
from heard.cases.concern.models import Concern, ConcernStep, EarlierDecision, TellerQuestion
from heard.cases.concern.queries import (
    concern_open_to,
    concern_visible_to,
    decides,
    has_work,
    is_of_other_worries,
    last_day_to_correct,
)
from heard.cases.concern.strategy.actions import call_off_with, plan_discussion, put_right_with
from heard.cases.concern.strategy.queries import going_on
from heard.cases.context.actions import (
    add_to_context,
    correct_context,
    give_context,
    open_context,
    take_back_context,
    take_worry_away,
)
from heard.cases.context.queries import locked_context, open_context_of
from heard.cases.context.rules import WORK_HAS_BEGUN
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.network.actions import involve, take_back_involvement
from heard.network.queries import Whom, people_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import Agency, Team, User
    from heard.cases.case.models import Case
    from heard.cases.context.models import Context

# Why an agency is involved by a decision.
_INVOLVED = {
    rules.Decision.OTHER_AGENCY.value: "Takes on a worry",
    rules.Decision.HELP.value: "Gives help without a case",
}
# What was told of those who take it on, and is so no longer once another decision stands.
_SAID_OF_WHO_TAKES_IT_ON = (
    Notified.DANGER_TAKEN_ON,
    Notified.WORRY_TAKEN_ON,
    Notified.DANGER_IN_CONTEXT,
    Notified.NOBODY_OPENS,
)
_KEPT = (
    "decision",
    "feedback",
    "decision_words",
    "why_without_words",
    "why_alone",
    "help_with",
    "other_agency",
    "other_team",
    "case",
    "context",
)


@dataclass(frozen=True)
class Step:
    """What will be done about a place or a group, by whom and by when."""

    what: str
    owner: User | None
    due_on: date | None

    @property
    def has_owner(self) -> bool:
        """Whether it is given to somebody whose role takes such steps."""
        return self.owner is not None and self.owner.may(May.PLAN)

    def is_in_time(self, today: date) -> bool:
        return self.due_on is not None and self.due_on >= today


@dataclass(frozen=True)
class NewContext:
    """What a context about the place or group of a worry is opened with: which setting it is, who holds it, and why it is opened, which
    more people read than the reason for the decision."""

    setting: str
    holder: User | None
    why: str


@dataclass(frozen=True)
class Heard:
    """What the child said, beside which it is decided; else why they were not heard."""

    words: Words | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Decided:
    """What somebody decides on a worry. `feedback` is what whoever told it reads: it is asked for unless they are the one who
    decides, and then `why_alone` says why nobody else could. `other_agency` takes it on, or gives the help of `help_with`;
    of it `other_team` alone, where one is chosen.
    `worker`: who works with the child from now on, where a case is opened. `strategy_on`: when agencies discuss it.
    `new_context`: of a place or group, where one is opened. `view`: what the child says beside it; left out, what was told with the worry, or the reason in `why_without_words`."""

    decision: str
    reason: str
    feedback: str = ""
    other_agency: Agency | None = None
    other_team: Team | None = None
    help_with: str = ""
    step: Step | None = None
    strategy_on: date | None = None
    worker: User | None = None
    why_without_words: str = ""
    why_alone: str = ""
    view: ChildsView | None = None
    new_context: NewContext | None = None

    def who_takes_it_on(self) -> tuple[Agency | None, Team | None]:
        """`Hidden` for a team of another agency."""
        if self.other_team and self.other_team.agency_id != getattr(self.other_agency, "pk", None):
            raise Hidden
        return self.other_agency, self.other_team

    def chosen(self, today: date, heard: Heard) -> rules.Chosen:
        step = self.step
        return rules.Chosen(
            decision=self.decision,
            reason=self.reason,
            feedback=self.feedback,
            has_other_agency=self.other_agency is not None,
            help_with=self.help_with,
            why_without_words=heard.why_not,
            why_alone=self.why_alone,
            step=step.what if step else "",
            has_step_owner=step is not None and step.has_owner,
            step_in_time=step is not None and step.is_in_time(today),
            strategy_in_time=self.strategy_on is not None and self.strategy_on >= today,
            has_context_setting=self.new_context is not None and bool(self.new_context.setting),
            has_context_holder=self.new_context is not None and self.new_context.holder is not None,
            has_context_why=self.new_context is not None and bool(self.new_context.why.strip()),
        )


@transaction.atomic
def decide(*, by: User, concern: Concern, at: datetime | None = None, **said: Any) -> Concern:
    """Decides on a worry. `said`: what `Decided` holds. Opening a case involves the agency of the team that leads it, and
    names the worker where one is chosen. Raises `Refused` with the sentence to show, or `Hidden`."""
    decided, now = Decided(**said), at or timezone.now()
    concern = _held(by, concern.pk)
    heard = _heard(by, concern, decided)
    standing, open_one = _standing(by, concern, heard)
    refuse(rules.why_not_decide(standing, decided.chosen(timezone.localdate(now), heard)))
    concern.state, concern.decided_by, concern.decided_at = Concern.State.DECIDED, by, now
    _write(by, concern, decided, heard, standing, open_one, now)
    TellerQuestion.objects.filter(concern=concern, answered_at=None, ended_at=None).update(ended_at=now)
    told_it = standing.told_it
    _audit(
        by,
        "decide",
        concern,
        reason=concern.decision_reason,
        decision=concern.decision,
        told_it_too=told_it,
    )
    _announce(by, concern, decided.step, now)
    return concern


@transaction.atomic
def decide_together(
    *, by: User, concerns: Iterable[Concern], at: datetime | None = None, **said: Any
) -> list[Concern]:
    """Decides on several worries about one event with one reason: each is decided on by itself, or none is. A child who has a
    case, or gets one by the first of them, has the others added to it. `view` in `said` is what the child of the first says;
    of another child what was told with their worry stands beside the decision, or the reason why nothing does."""
    rows = list(concerns)
    decided = Decided(**said)
    done: list[Concern] = []
    if len(rows) > 1:
        refuse(rules.why_not_decide_together(decided.decision))
    for row in rows:
        has_case = row.person_id is not None and open_case_of(by, row.person_id) is not None
        this = decided.decision
        if len(rows) > 1:
            this = rules.for_each(decided.decision, has_open_case=has_case)
        try:
            this_one = {"decision": this, "view": _view_of(row, decided.view, done)}
            done.append(decide(by=by, concern=row, at=at, **said | this_one))
        except Refused as why_not:
            if len(rows) == 1:
                raise
            raise Refused(f"{row.reference}: {why_not}") from why_not
    return done


@transaction.atomic
def correct_decision(
    *, by: User, concern_id: uuid.UUID, why: str, at: datetime | None = None, **said: Any
) -> Concern:
    """Puts a decision right within a working day. What it said before stays beside it, and whoever was told of that is told of
    the correction. A case, step or strategy discussion that the wrong decision began is taken back where nothing has come
    of it yet; else it is `Refused`."""
    decided, now = Decided(**said), at or timezone.now()
    concern, today = _held(by, concern_id), timezone.localdate(now)
    was, kept_case = Concern.Decision(concern.decision) if concern.decision else None, None
    if was == Concern.Decision.OPEN_CASE and decided.decision == was:
        kept_case = concern.case
    told = _who_was_told(by, concern)
    _keep_earlier(concern)
    heard = _heard(by, concern, decided)
    standing, open_one = _standing(by, concern, heard)
    if concern.case and was == Concern.Decision.OPEN_CASE:
        standing = replace(standing, has_open_case=False)
    kept_context = None
    if concern.context and was == Concern.Decision.OPEN_CONTEXT:
        standing = replace(standing, has_open_context=False)
        kept_context = concern.context if decided.decision == was else None
    refuse(
        rules.why_not_correct(
            standing,
            decided.chosen(today, heard),
            decided_on=timezone.localdate(concern.decided_at) if concern.decided_at else None,
            until=last_day_to_correct(by, concern),
            today=today,
            why=why,
        )
    )
    again = was == decided.decision
    if not again:
        open_one = _take_back(by, concern, why.strip(), open_one, now)
    elif was == Concern.Decision.STEP:
        again = not _is_another(concern, decided.step)
    if not again:
        settle(kind=Notified.ACTION, subject="concern step", subject_id=concern.pk, at=now)
    took_it_on = (concern.other_agency, concern.other_team)
    if concern.other_agency and (was, *took_it_on) != (
        decided.decision,
        decided.other_agency,
        decided.other_team,
    ):
        _take_out(by, concern, concern.other_agency, concern.other_team, _INVOLVED[concern.decision])
    concern.corrected_by, concern.corrected_at, concern.why_corrected = by, now, why.strip()
    concern.feedback_read_at = None
    _write(
        by,
        concern,
        decided,
        heard,
        standing,
        open_one,
        now,
        kept_case=kept_case,
        kept_context=kept_context,
        again=again,
    )
    _audit(by, "correct decision", concern, reason=concern.why_corrected, decision=concern.decision)
    for kind in _SAID_OF_WHO_TAKES_IT_ON:
        settle(kind=kind, subject="concern", subject_id=concern.pk, at=now)
    _announce(by, concern, None if again else decided.step, now)
    announce(
        by=by,
        kind=Notified.DECISION_CORRECTED,
        subject="concern",
        subject_id=concern.pk,
        person_id=concern.person_id,
        named=[user for user in told if _learns_of_it(by, user, concern)],
        teller=concern.told_by,
        at=now,
    )
    return concern


def _learns_of_it(by: User, told: User, concern: Concern) -> bool:
    """Who was told of the decision before, and still sees the child, or works where it was put right: it was theirs to act on."""
    ours = told.agencies_where(May.SIGNED_IN) & by.agencies_where(May.SIGNED_IN)
    sees = concern.person_id is not None and people_visible_to(told).filter(pk=concern.person_id).exists()
    return bool(ours) or sees


@transaction.atomic
def open_concern(*, by: User, concern_id: uuid.UUID) -> Concern:
    """The worry, for showing it, with the 'view' audit row; or `Hidden`. What is shown depends on its `whole`."""
    concern = concern_visible_to(by, concern_id)
    _audit(by, "view", concern)
    return concern


def _held(by: User, concern_id: uuid.UUID) -> Concern:
    """The worry of which this user may see everything, kept from other writers until the transaction ends."""
    concern_open_to(by, concern_id)
    rows = Concern.objects.select_for_update(of=("self",)).select_related("person")
    return rows.get(pk=concern_id)


def _heard(by: User, concern: Concern, decided: Decided) -> Heard:
    """What the child says beside this decision. Where nothing is said of it now: what is there already, or what the child said
    when the worry was told."""
    if concern.person_id is None:
        return Heard()
    view, why_not = decided.view, decided.why_without_words.strip()
    if view is None and not why_not and (concern.decision_words or concern.why_without_words):
        return Heard(concern.decision_words, concern.why_without_words)
    if view is None:  # a reason that was given for others hides no words that are there
        told = words_of(by, concern.person_id).filter(said_on_id=concern.pk).first()
        view = ChildsView(words_id=told.pk) if told else ChildsView(why_no_words=why_not)
    occasion = Words.Occasion.CONCERN
    return Heard(*hear(by=by, person_id=concern.person_id, view=view, on=occasion, on_id=concern.pk))


def _view_of(row: Concern, view: ChildsView | None, done: list[Concern]) -> ChildsView | None:
    """What is said of the first worry goes for others about the same child; new words are recorded once."""
    if view is None or not done:
        return view
    if row.person_id != done[0].person_id:
        return None
    return ChildsView(words_id=done[0].decision_words.pk) if done[0].decision_words else view


def _standing(by: User, concern: Concern, heard: Heard) -> tuple[rules.Standing, Case | None]:
    """How it stands, and the child's open case."""
    child = concern.person_id
    open_one = open_case_of(by, child) if child else None
    context = _open_context(by, concern)
    standing = rules.Standing(
        state=concern.state,
        may_decide=decides(by),
        has_open_case=open_one is not None,
        has_words=heard.words is not None,
        in_danger=concern.in_danger,
        about=concern.about,
        told_it=concern.told_by_id == by.pk,
        has_open_context=context is not None,
    )
    return standing, open_one


def _write(
    by: User,
    concern: Concern,
    decided: Decided,
    heard: Heard,
    standing: rules.Standing,
    open_one: Case | None,
    now: datetime,
    *,
    kept_case: Case | None = None,
    kept_context: Context | None = None,
    again: bool = False,
) -> None:
    """The decision as it is now, and what follows from it. `again`: the same decision as before, put in other words."""
    concern.decision_reason, concern.feedback = decided.reason.strip(), decided.feedback.strip()
    concern.case = kept_case or _case_for(by, concern, decided, open_one, now)
    if kept_context:
        _put_right(by, concern, kept_context, decided)
    concern.context = kept_context or _context_for(by, concern, decided, now, again=again)
    takes_on = decided.decision in (rules.Decision.OTHER_AGENCY, rules.Decision.HELP)
    concern.other_agency, concern.other_team = decided.who_takes_it_on() if takes_on else (None, None)
    concern.help_with = decided.help_with.strip() if decided.decision == rules.Decision.HELP else ""
    concern.decision = decided.decision
    concern.decision_words, concern.why_without_words = heard.words, heard.why_not
    concern.why_alone = decided.why_alone.strip() if standing.told_it else ""
    concern.full_clean()
    concern.save()
    _follow_up(by, concern, decided, now, again=again)


def _follow_up(by: User, concern: Concern, decided: Decided, now: datetime, *, again: bool) -> None:
    """The agency or team that takes a worry on, or gives the help, sees the child; a case gets its worker; an agreed step its row."""
    agency, team = concern.other_agency, concern.other_team
    if agency and concern.person:
        part = Whom("", agency, team=team) if team else None
        involve(by=by, person=concern.person, agency=agency, why=_INVOLVED[concern.decision], part=part)
    opened = concern.case if concern.decision == rules.Decision.OPEN_CASE else None
    if opened and decided.worker:
        name_worker(by=by, case_id=opened.pk, worker=decided.worker)
    if again and concern.decision == rules.Decision.STRATEGY:
        put_right_with(by=by, person_id=concern.person_id, planned_on=decided.strategy_on)
    if again:
        return
    step = decided.step
    if concern.decision == rules.Decision.STEP and step and step.owner and step.due_on:
        row = ConcernStep.objects.filter(concern=concern).first() or ConcernStep(concern=concern)
        row.what, row.owner, row.due_on = step.what.strip(), step.owner, step.due_on
        row.state, row.note, row.finished_by, row.finished_at = ConcernStep.State.OPEN, "", None, None
        row.full_clean()
        row.save()
    if concern.decision == rules.Decision.PANEL:
        import_string(settings.PUTS_TO_THE_PANEL)(by=by, concern=concern)
    if concern.decision == rules.Decision.STRATEGY and not going_on(by, concern.person_id):
        plan_discussion(by=by, concern_id=concern.pk, planned_on=decided.strategy_on, at=now)


def _is_another(concern: Concern, step: Step | None) -> bool:
    """Whether what will be done, by whom or by when is put right. A step that is finished stays as it was: else it is `Refused`."""
    row = ConcernStep.objects.select_for_update().filter(concern=concern).first()
    if (
        row is None
        or step is None
        or (row.what, row.owner, row.due_on)
        == (
            step.what.strip(),
            step.owner,
            step.due_on,
        )
    ):
        return False
    refuse(rules.STEP_FINISHED if row.state != ConcernStep.State.OPEN else None)
    return True


def _announce(by: User, concern: Concern, step: Step | None, now: datetime) -> None:
    """Whoever decides has seen it; whoever takes it on, or is given something to do, has to see it now. Who told it reads
    the feedback."""
    about: dict[str, Any] = {"by": by, "person_id": concern.person_id, "at": now}
    mark_subject_seen(by=by, subject="concern", subject_id=concern.pk, at=now)
    settle_decided(subject="concern", subject_id=concern.pk, at=now)
    worry: dict[str, Any] = {"subject": "concern", "subject_id": concern.pk}
    if concern.decision == rules.Decision.ADD_TO_CASE and concern.danger_now != rules.Danger.YES:
        announce(kind=Notified.WORRY, **worry, **about)
    if (
        concern.case and concern.danger_now == rules.Danger.YES
    ):  # with a clock of its own, until the worker has seen it
        announce(kind=Notified.DANGER_IN_CASE, **worry, **about)
    if concern.context and concern.danger_now == rules.Danger.YES:
        holder = concern.context.held_by
        announce(kind=Notified.DANGER_IN_CONTEXT, named=[holder], **worry, **about)
    if concern.other_agency_id:
        in_danger = concern.danger_now == rules.Danger.YES
        kind = Notified.DANGER_TAKEN_ON if in_danger else Notified.WORRY_TAKEN_ON
        team, agency = concern.other_team_id, concern.other_agency_id
        whom: dict[str, Any] = {"teams": [team]} if team else {"agencies": [agency]}
        announce(kind=kind, **whom, **worry, **about)
    if concern.decision == rules.Decision.STEP and step:
        worry["subject"] = "concern step"
        announce(kind=Notified.ACTION, named=[step.owner], **worry, **about)


def _case_for(
    by: User, concern: Concern, decided: Decided, open_one: Case | None, at: datetime
) -> Case | None:
    if decided.decision == rules.Decision.OPEN_CASE and concern.person_id:
        return open_case(by=by, person_id=concern.person_id, why=decided.reason.strip(), at=at)
    return open_one if decided.decision == rules.Decision.ADD_TO_CASE else None


def _open_context(by: User, concern: Concern) -> Context | None:
    if concern.person_id:
        return None
    return open_context_of(by, place_id=concern.place_id, group_id=concern.group_id)


def _context_for(
    by: User, concern: Concern, decided: Decided, at: datetime, *, again: bool
) -> Context | None:
    """The work on the place or group that the decision opens, or adds to."""
    new, open_one = decided.new_context, _open_context(by, concern)
    if decided.decision == rules.Decision.OPEN_CONTEXT and new:
        end = concern.about
        key = concern.place_id or concern.group_id
        assert key
        return open_context(
            by=by, end=end, node_id=key, setting=new.setting, why=new.why, holder=new.holder, at=at
        )
    if decided.decision == rules.Decision.ADD_TO_CONTEXT and open_one:
        return open_one if again else add_to_context(by=by, context_id=open_one.pk, at=at)
    return None


def _put_right(by: User, concern: Concern, context: Context, decided: Decided) -> None:
    """What the decision says now of the context that it opened."""
    new, why = decided.new_context, _why_put_right(concern)
    assert new
    if (new.setting, new.why.strip()) != (context.setting, context.why_opened):
        correct_context(by=by, context_id=context.pk, setting=new.setting, why_opened=new.why, why=why)
    if new.holder and new.holder != context.held_by:
        give_context(by=by, context_id=context.pk, holder=new.holder, why=why)


def _why_put_right(concern: Concern) -> str:
    """For those who read the context: why the decision was put right stands with the worry, for those who read that."""
    return f"The decision on worry {concern.reference} was put right."


# ---- putting a decision right


def _who_was_told(by: User, concern: Concern) -> list[User]:
    """Everybody who had a notice of the decision or of what it began, and who was named as the worker."""
    subjects: list[tuple[str, object]] = [("concern", concern.pk), ("concern step", concern.pk)]
    opened = concern.case if concern.decision == Concern.Decision.OPEN_CASE else None
    if opened:
        subjects.append(("trusted worker", opened.pk))
    workers = (opened.allocated_worker, opened.trusted_worker) if opened else ()
    return [*who_was_told(by, subjects), *filter(None, workers)]


def _keep_earlier(concern: Concern) -> None:
    said: dict[str, Any] = {name: getattr(concern, name) for name in _KEPT}
    said["said_by_id"] = concern.corrected_by_id or concern.decided_by_id
    said["said_at"] = concern.corrected_at or concern.decided_at
    EarlierDecision.objects.create(concern=concern, reason=concern.decision_reason, **said)


def _take_out(by: User, concern: Concern, agency: Agency, team: Team | None, begun: str) -> None:
    """An agency that the decision before involved, or a team of it, sees the child no longer, unless something else needs it by now."""
    since = concern.corrected_at or concern.decided_at
    if concern.person_id is None or since is None:
        return
    others = Concern.objects.filter(person_id=concern.person_id, other_agency=agency).exclude(pk=concern.pk)
    need_it = others.filter(Q(other_team=None) | Q(other_team=team))
    open_one = open_case_of(by, concern.person_id)
    workers = (open_one.allocated_worker, open_one.trusted_worker) if open_one else ()
    works = any(_works_in(worker, agency, team) for worker in workers if worker)
    lead = open_one.lead_team if open_one else None
    leads = lead is not None and (lead == team if team else lead.agency_id == agency.pk)
    if need_it.exists() or works or leads or given_there(by, concern.person_id, agency, team, since=since):
        return
    take_back_involvement(
        by=by,
        person_id=concern.person_id,
        agency=agency,
        team=team,
        begun=begun,
        since=timezone.localdate(since),
        why=_why_put_right(concern),
        stay=others.exclude(other_team=None).values_list("other_team", flat=True),
    )


def _works_in(user: User, agency: Agency, team: Team | None) -> bool:
    return team.pk in user.team_ids if team else agency.pk in user.agencies_where(May.SIGNED_IN)


def _take_back(by: User, concern: Concern, why: str, open_one: Case | None, now: datetime) -> Case | None:
    """What the decision before began, and nothing has come of yet, ends. Returns the child's case that stays open."""
    if concern.decision == rules.Decision.STEP:
        open_step = ConcernStep.objects.filter(concern=concern, state=ConcernStep.State.OPEN)
        open_step.update(state=ConcernStep.State.NOT_DONE, note=why, finished_by=by, finished_at=now)
    if concern.decision == rules.Decision.STRATEGY:
        call_off_with(by=by, concern_id=concern.pk, why=why)
    if concern.decision in (rules.Decision.OPEN_CASE, rules.Decision.ADD_TO_CASE):
        settle(kind=Notified.DANGER_IN_CASE, subject="concern", subject_id=concern.pk, at=now)
    if concern.decision == rules.Decision.OPEN_CASE and concern.case:
        refuse(rules.why_not_take_back_case(has_work=has_work(by, concern)))
        take_back_case(by=by, case_id=concern.case.pk, why=why, at=now)
        settle(kind=Notified.CASE_OPENED, subject="trusted worker", subject_id=concern.case.pk, at=now)
        if concern.case.lead_team:
            lead = concern.case.lead_team
            _take_out(by, concern, lead.agency, lead, LEADS_THE_CASE)
        return None
    if concern.decision == rules.Decision.OPEN_CONTEXT and concern.context:
        locked_context(by, concern.context.pk)
        refuse(WORK_HAS_BEGUN if is_of_other_worries(by, concern) else None)
        why = _why_put_right(concern)
        take_back_context(by=by, context_id=concern.context.pk, why=why, at=now)
    if concern.decision == rules.Decision.ADD_TO_CONTEXT and concern.context:
        take_worry_away(by=by, context_id=concern.context.pk, at=now)
    return open_one

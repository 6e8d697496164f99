"""What is due and waiting for one user, gathered from every part that keeps such a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.kept import resume_at
from heard.agencies.queries import drafts_of
from heard.agencies.rules import May
from heard.cases.assessment import queries as assessments
from heard.cases.case import queries as cases
from heard.cases.concern import queries as concerns
from heard.cases.disruption import queries as disruption
from heard.cases.missing import queries as missing
from heard.cases.missing.rules import how_long
from heard.cases.missing.words import in_words, time_left
from heard.cases.plan import queries as plans
from heard.cases.referral import queries as referrals
from heard.cases.review import queries as reviews
from heard.cases.supervision import queries as supervision
from heard.cases.sharing import queries as sharing
from heard.cases.words import queries as words
from heard.govuk.environment import day, time
from heard.knowledge import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from heard.agencies.models import User
    from heard.cases.case.rules import Kept

# What one section shows at most. Beyond it nobody reads on, and the lists themselves have pages.
_AT_MOST = 20
_CAN_GO_ON = Q(kind="worry") | ~Q(page="")


_SOON = timedelta(days=7)  # a warning to look at again is shown this long before its day


@dataclass(frozen=True)
class Waiting:
    """One thing that waits. With a due date it is drawn as a clock, with its rule and the rule's source."""

    text: str
    href: str
    note: str = ""
    due_on: date | None = None
    days_left: int | None = None
    rule: str = ""
    source: str = ""


@dataclass(frozen=True)
class Section:
    heading: str
    waiting: list[Waiting] = field(default_factory=list)
    more: str = ""


def my_work(user: User) -> list[Section]:
    """What waits, in the order of the page, overdue first within each; what is empty is left out.

    One query a section, whatever it holds.
    """
    sections = (
        _missing,
        _interviews,
        _decisions,
        _told_back,
        _steps,
        _warnings,
        _sign_offs,
        _actions,
        _disruption,
        _words_to_answer,
        _without_a_worker,
        _reviews,
        _supervision,
        _assessments,
        _questions,
        _to_review,
        _referring,
        _referred,
        _requests,
        _shares,
        _drafts,
        _children,
    )
    built = [build(user) for build in sections]
    return [section for section in built if section and section.waiting]


def _decisions(user: User) -> Section | None:
    if not user.may(May.DECIDE):
        return None
    clock = load.current().clock("concern_decision")
    rows = concerns.waiting_for_decision(user)
    return _section(
        _("Worries that wait for a decision"),
        rows,
        lambda row: _due(row.due_on, row.whom, _at("concern", concern_id=row.pk), row.agency.name, clock),
    )


def _told_back(user: User) -> Section | None:
    if not user.may(May.TELL):
        return None
    return _section(
        _("What became of what you told"),
        concerns.not_read_yet(user),
        lambda row: Waiting(
            row.whom,
            _at("concern", concern_id=row.pk),
            _("decided %(time)s") % {"time": time(row.decided_at)},
        ),
    )


def _steps(user: User) -> Section | None:
    if not user.may(May.TELL):
        return None
    return _section(
        _("Steps about places and groups that you said you would take"),
        concerns.steps_due(user),
        lambda row: _due(
            row.due_on, row.what, _at("concern_step", concern_id=row.concern_id), row.concern.whom, None
        ),
    )


def _warnings(user: User) -> Section | None:
    if not user.may(May.SEE_CHILD):
        return None
    return _section(
        _("Warnings to look at again"),
        cases.warnings_due(user, until=timezone.localdate() + _SOON),
        lambda row: _due(row.review_on, row.text, _at("warning", warning_id=row.pk), str(row.person), None),
    )


def _sign_offs(user: User) -> Section | None:
    if not user.may(May.SIGN_OFF):
        return None
    clock = load.current().clock("assessment")
    return _section(
        _("Assessments that wait for your signature"),
        assessments.waiting_for_sign_off(user),
        lambda row: _due(
            row.due_on, str(row.case.person), _at("assessment", assessment_id=row.pk), str(row.author), clock
        ),
    )


def _actions(user: User) -> Section | None:
    if not user.may(May.PLAN):
        return None
    return _section(
        _("What you said you would do"),
        plans.actions_due(user),
        lambda row: _due(
            row.due_on, row.what, _at("action", action_id=row.pk), str(row.outcome.plan.case.person), None
        ),
    )


def _disruption(user: User) -> Section | None:
    if not user.may(May.PLAN):
        return None
    return _section(
        _("What you do against people and places that harm"),
        disruption.steps_due(user),
        lambda row: _due(
            row.due_on, row.what, _at("disruption", case_id=row.case_id), str(row.case.person), None
        ),
    )


def _words_to_answer(user: User) -> Section | None:
    if not user.may(May.ASSESS):
        return None
    return _section(
        _("What children said, and wait to hear what came of it"),
        words.not_told_back(user),
        lambda row: Waiting(
            str(row.person),
            _at("words_answer", words_id=row.pk),
            _("heard on %(date)s") % {"date": day(row.heard_on)},
        ),
    )


def _without_a_worker(user: User) -> Section | None:
    if not user.may(May.DECIDE):
        return None
    return _section(
        _("Children who can count on nobody yet"),
        cases.without_a_worker(user),
        lambda row: Waiting(
            str(row.person),
            _at("trusted_worker", case_id=row.pk),
            _("%(who)s cannot sign in any longer") % {"who": row.trusted_worker}
            if row.trusted_worker
            else _("no trusted worker is named"),
        ),
    )


def _reviews(user: User) -> Section | None:
    if not user.may(May.REVIEW):
        return None
    return _section(
        _("Reviews to hold"),
        reviews.reviews_due(user),
        lambda row: _due(row.review_on, str(row.case.person), _at("plan", plan_id=row.pk), "", None),
    )


def _supervision(user: User) -> Section | None:
    """To hold or prepare, and to read: for the two whom it is for."""
    return _section(
        _("Supervision"),
        supervision.waiting_for(user),
        lambda row: _due(
            row.planned_on if row.state == "planned" else None,
            str(row.worker if row.supervisor_id == user.pk else row.supervisor),
            _at("supervision", supervision_id=row.pk),
            "" if row.state == "planned" else _("read the record, and say that you have"),
            None,
        ),
    )


def _assessments(user: User) -> Section | None:
    if not user.may(May.ASSESS):
        return None
    clock = load.current().clock("assessment")
    return _section(
        _("Assessments that you are writing"),
        assessments.being_written_by(user),
        lambda row: _due(
            row.due_on,
            str(row.case.person),
            _at("assessment", assessment_id=row.pk),
            _("sent back") if row.state == "returned" else "",
            clock,
        ),
    )


def _to_review(user: User) -> Section | None:
    if not user.may(May.REFER):
        return None
    return _section(
        _("Referrals that wait for a second person"),
        referrals.waiting_for_review(user),
        lambda row: Waiting(
            str(row.case.person), _at("referral_review", referral_id=row.pk), str(row.writer)
        ),
    )


def _referring(user: User) -> Section | None:
    if not user.may(May.REFER):
        return None
    return _section(
        _("Referrals that you prepare"),
        referrals.being_written_by(user),
        lambda row: Waiting(
            str(row.case.person),
            _at("referral", referral_id=row.pk),
            _("reviewed, to be submitted") if row.state == "reviewed" else row.get_state_display().lower(),
        ),
    )


def _referred(user: User) -> Section | None:
    if not user.may(May.REFER):
        return None
    clock = load.current().clock("nrm_reasonable_grounds")
    return _section(
        _("Referrals that wait for the Home Office"),
        referrals.waiting_for_decision(user),
        lambda row: _due(
            referrals.decision_due(row),
            str(row.case.person),
            _at("referral_afterwards", referral_id=row.pk),
            row.reference_received,
            clock,
        ),
    )


def _missing(user: User) -> Section | None:
    if not user.may(May.MISSING):
        return None
    return _section(
        _("Children who are missing now"),
        missing.open_episodes(user),
        lambda row: Waiting(
            str(row.person),
            _at("episode", episode_id=row.pk),
            _("missing for %(time)s") % {"time": in_words(how_long(row.missing_from, timezone.now()))},
        ),
    )


def _interviews(user: User) -> Section | None:
    if not user.may(May.MISSING):
        return None
    clock = load.current().clock("return_interview")
    return _section(
        _("Children who came back and have not been heard"),
        missing.interviews_due(user),
        lambda row: _due(
            timezone.localdate(row.interview_due_at),
            str(row.person),
            _at("episode", episode_id=row.pk),
            _("by %(time)s: %(late)s")
            % {"time": time(row.interview_due_at), "late": time_left(row.interview_due_at, timezone.now())},
            clock,
        ),
    )


def _requests(user: User) -> Section | None:
    if not user.may(May.SHARE):
        return None
    return _section(
        _("Requests that wait for an answer"),
        sharing.requests_due(user),
        lambda row: _due(
            row.due_on, str(row.person), _at("request", request_id=row.pk), row.other_side, None
        ),
    )


def _shares(user: User) -> Section | None:
    if not user.may(May.SHARE):
        return None
    return _section(
        _("Shares to decide, and to look at again"),
        sharing.shares_to_review(user, today=timezone.localdate()),
        lambda row: _due(row.review_on, str(row.person), _at("share", share_id=row.pk), row.other_side, None),
    )


def _questions(user: User) -> Section | None:
    if not user.may(May.ASSESS):
        return None
    return _section(
        _("What you said you would find out"),
        assessments.questions_to_find_out(user),
        lambda row: _due(
            row.by_on, row.text, _at("question", question_id=row.pk), str(row.assessment.case.person), None
        ),
    )


def _drafts(user: User) -> Section | None:
    """Worries, and every other form that is gone on with at its own page."""
    return _section(_("What you began and have not sent"), drafts_of(user).filter(_CAN_GO_ON), _begun)


def _begun(draft: Any) -> Waiting:
    note = _("last changed %(time)s") % {"time": time(draft.updated_at)}
    if draft.page:
        return Waiting(draft.title or _("A form"), resume_at(draft), note)
    return Waiting(_("A worry, not sent yet"), _at("worry_check", draft_id=draft.pk), note)


def _children(user: User) -> Section | None:
    if not user.may(May.SEE_CHILD):
        return None
    return _section(
        _("Children who count on you"),
        cases.my_cases(user),
        lambda row: Waiting(str(row.person), _at("child", person_id=row.person_id), row.reference),
    )


def _section(heading: str, rows: QuerySet[Any], draw: Callable[[Any], Waiting]) -> Section:
    """One query: one row more than is shown says whether there are more."""
    found = list(rows[: _AT_MOST + 1])
    more = _("There are more: these are the first that are due.") if len(found) > _AT_MOST else ""
    return Section(heading, [draw(row) for row in found[:_AT_MOST]], more)


def _due(due_on: date | None, text: str, href: str, note: str, clock: Any) -> Waiting:
    left = (due_on - timezone.localdate()).days if due_on else None
    rule, source = (clock.label, clock.source) if clock else ("", "")
    return Waiting(text, href, note, due_on, left, rule, source)


def _at(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs=kwargs)


@dataclass(frozen=True)
class Promise:
    """One thing that the partnership said it would do, and how often it did."""

    text: str
    kept: Kept
    source: str


def promises(user: User, *, today: date) -> list[Promise]:
    """What is promised to every child, over the twelve months up to today. For those who see figures; else `Hidden`."""
    since = today - timedelta(days=365)
    release = load.current()
    decision, assessment = release.clock("concern_decision"), release.clock("assessment")
    agreed = _("the dates that people agreed in the plans")
    return [
        Promise(
            _("Worries decided within one working day"),
            concerns.decided_in_time(user, since=since, today=today),
            decision.source,
        ),
        Promise(
            _("Decisions made beside the child’s own words"),
            concerns.decided_with_words(user, since=since),
            _("See Me, Hear Me: the voice of the child"),
        ),
        Promise(
            _("Open cases in which the child has a trusted worker"),
            cases.with_a_trusted_worker(user),
            _("principle of enduring relationships and support"),
        ),
        Promise(
            _("Assessments signed off within 45 working days of the worry"),
            assessments.signed_in_time(user, since=since, today=today),
            assessment.source,
        ),
        Promise(
            _("Children who came back after being missing and were heard within 72 hours"),
            missing.interviews_in_time(user, since=since, today=today),
            release.clock("return_interview").source,
        ),
        Promise(
            _("Children who came back and were asked within 72 hours whether they want to be heard"),
            missing.interviews_offered_in_time(user, since=since, today=today),
            release.clock("return_interview").source,
        ),
        Promise(_("Actions done by their day"), plans.done_in_time(user, since=since, today=today), agreed),
        Promise(_("Reviews held by their day"), reviews.held_in_time(user, since=since, today=today), agreed),
    ]

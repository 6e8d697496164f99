"""Every kind of work that may wait for somebody: its heading, its rows, and how a line of it is drawn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.kept import resume_at
from heard.agencies.queries import drafts_of, people_without_mail
from heard.agencies.rules import May
from heard.cases.assessment import queries as assessments
from heard.cases.case import queries as cases
from heard.cases.clocks import queries as clocks
from heard.cases.concern import queries as concerns
from heard.cases.disruption import queries as disruption
from heard.cases.missing import queries as missing
from heard.cases.missing.rules import how_long
from heard.cases.missing.words import in_words, time_left
from heard.cases.pack import queries as packs
from heard.cases.panel import queries as panels
from heard.cases.plan import queries as plans
from heard.cases.referral import queries as referrals
from heard.cases.review import queries as reviews
from heard.cases.sharing import queries as sharing
from heard.cases.supervision import queries as supervision
from heard.cases.words import queries as words
from heard.govuk.environment import day, time
from heard.home.waiting import (
    Kind,
    Waiting,
    at,
    due,
    due_by_field,
)
from heard.insight.digest import queries as digests
from heard.insight.release import queries as releases
from heard.knowledge import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from heard.agencies.models import User

_SOON = timedelta(days=7)  # a warning to look at again is shown this long before its day
_PANEL_SOON = timedelta(days=14)  # a panel to come is shown from then on, so that there is time to prepare it


def kinds_of(user: User) -> list[Kind]:
    """Every kind of work that this user's role has, in the order of the page. No query yet."""
    built = [build(user) for build in _KINDS]
    return [kind for kind in built if kind]


def _decisions(user: User) -> Kind | None:
    if not user.may(May.DECIDE):
        return None
    clock = load.current().clock("concern_decision")
    rows = concerns.waiting_for_decision(user)
    return Kind(
        "decisions",
        _("Worries that wait for a decision"),
        rows,
        lambda row: due(row.due_on, row.whom, at("concern", concern_id=row.pk), row.agency.name, clock),
        due=due_by_field("due_on"),
        shows=("person", "place", "group", "agency"),
    )


def _told_back(user: User) -> Kind | None:
    if not user.may(May.TELL):
        return None
    return Kind(
        "told",
        _("What became of what you told"),
        concerns.not_read_yet(user),
        lambda row: Waiting(
            row.whom,
            at("concern", concern_id=row.pk),
            _("decided %(time)s") % {"time": time(row.decided_at)},
        ),
        shows=("person", "place", "group"),
    )


def _steps(user: User) -> Kind | None:
    if not user.may(May.TELL):
        return None
    return Kind(
        "steps",
        _("Steps about places and groups that you said you would take"),
        concerns.steps_due(user),
        lambda row: due(
            row.due_on, row.what, at("concern_step", concern_id=row.concern_id), row.concern.whom, None
        ),
        due=due_by_field("due_on"),
        shows=("concern__person", "concern__place", "concern__group"),
    )


def _clocks(user: User) -> Kind | None:
    if not user.may(May.PLAN):
        return None
    return Kind(
        "clocks",
        _("What a rule asks for by a day"),
        clocks.clocks_due(user),
        lambda row: due(
            row.due_on, str(row.case.person), at("clocks", case_id=row.case_id), "", clocks.clock_of(row)
        ),
        due=due_by_field("due_on"),
        shows=("case__person",),
    )


def _warnings(user: User) -> Kind | None:
    if not user.may(May.SEE_CHILD):
        return None
    return Kind(
        "warnings",
        _("Warnings to look at again"),
        cases.warnings_due(user, until=timezone.localdate() + _SOON),
        lambda row: due(row.review_on, row.text, at("warning", warning_id=row.pk), str(row.person), None),
        due=due_by_field("review_on"),
        shows=("person",),
    )


def _sign_offs(user: User) -> Kind | None:
    if not user.may(May.SIGN_OFF):
        return None
    clock = load.current().clock("assessment")
    return Kind(
        "sign-offs",
        _("Assessments that wait for your signature"),
        assessments.waiting_for_sign_off(user),
        lambda row: due(
            row.due_on, str(row.case.person), at("assessment", assessment_id=row.pk), str(row.author), clock
        ),
        due=due_by_field("due_on"),
        shows=("case__person", "author"),
    )


def _actions(user: User) -> Kind | None:
    if not user.may(May.PLAN):
        return None
    return Kind(
        "actions",
        _("What you said you would do"),
        plans.actions_due(user),
        lambda row: due(
            row.due_on, row.what, at("action", action_id=row.pk), str(row.outcome.plan.case.person), None
        ),
        due=due_by_field("due_on"),
        shows=("outcome__plan__case__person",),
    )


def _disruption(user: User) -> Kind | None:
    if not user.may(May.PLAN):
        return None
    return Kind(
        "disruption",
        _("What you do against people and places that harm"),
        disruption.steps_due(user),
        lambda row: due(
            row.due_on, row.what, at("disruption", case_id=row.case_id), str(row.case.person), None
        ),
        due=due_by_field("due_on"),
        shows=("case__person",),
    )


def _words_to_answer(user: User) -> Kind | None:
    if not user.may(May.ASSESS):
        return None
    return Kind(
        "words",
        _("What children said, and wait to hear what came of it"),
        words.not_told_back(user),
        lambda row: Waiting(
            str(row.person),
            at("words_answer", words_id=row.pk),
            _("heard on %(date)s") % {"date": day(row.heard_on)},
        ),
        shows=("person",),
    )


def _without_a_worker(user: User) -> Kind | None:
    if not user.may(May.DECIDE):
        return None
    return Kind(
        "without-a-worker",
        _("Children who can count on nobody yet"),
        cases.without_a_worker(user),
        lambda row: Waiting(
            str(row.person),
            at("trusted_worker", case_id=row.pk),
            _("%(who)s cannot sign in any longer") % {"who": row.trusted_worker}
            if row.trusted_worker
            else _("no trusted worker is named"),
        ),
        shows=("person", "trusted_worker"),
    )


def _reviews(user: User) -> Kind | None:
    if not user.may(May.REVIEW):
        return None
    return Kind(
        "reviews",
        _("Reviews to hold"),
        reviews.reviews_to_hold(user),
        lambda row: due(row.review_on, str(row.case.person), at("plan", plan_id=row.pk), "", None),
        due=due_by_field("review_on"),
        shows=("case__person",),
    )


def _supervision(user: User) -> Kind | None:
    """To hold or prepare, and to read: for the two whom it is for."""
    return Kind(
        "supervision",
        _("Supervision"),
        supervision.waiting_for(user),
        lambda row: due(
            row.planned_on if row.state == "planned" else None,
            str(row.worker if row.supervisor_id == user.pk else row.supervisor),
            at("supervision", supervision_id=row.pk),
            "" if row.state == "planned" else _("read the record, and say that you have"),
            None,
        ),
        due=lambda day: Q(state="planned", planned_on__lte=day),
        shows=("worker", "supervisor"),
    )


def _supervision_actions(user: User) -> Kind:
    return Kind(
        "supervision-actions",
        _("What you said in supervision that you would do"),
        supervision.actions_to_do(user),
        lambda row: due(row.due_on, row.what, at("supervision", supervision_id=row.supervision_id), "", None),
        due=due_by_field("due_on"),
    )


def _assessments(user: User) -> Kind | None:
    if not user.may(May.ASSESS):
        return None
    clock = load.current().clock("assessment")
    return Kind(
        "assessments",
        _("Assessments that you are writing"),
        assessments.being_written_by(user),
        lambda row: due(
            row.due_on,
            str(row.case.person),
            at("assessment", assessment_id=row.pk),
            _("sent back") if row.state == "returned" else "",
            clock,
        ),
        due=due_by_field("due_on"),
        shows=("case__person",),
    )


def _to_review(user: User) -> Kind | None:
    if not user.may(May.REFER):
        return None
    return Kind(
        "referrals-to-review",
        _("Referrals that wait for a second person"),
        referrals.waiting_for_review(user),
        lambda row: Waiting(str(row.case.person), at("referral_review", referral_id=row.pk), str(row.writer)),
        shows=("case__person", "writer"),
    )


def _referring(user: User) -> Kind | None:
    if not user.may(May.REFER):
        return None
    return Kind(
        "referrals",
        _("Referrals that you prepare"),
        referrals.being_written_by(user),
        lambda row: Waiting(
            str(row.case.person),
            at("referral", referral_id=row.pk),
            _("reviewed, to be submitted") if row.state == "reviewed" else row.get_state_display().lower(),
        ),
        shows=("case__person",),
    )


def _referred(user: User) -> Kind | None:
    if not user.may(May.REFER):
        return None
    clock = load.current().clock("nrm_reasonable_grounds")
    return Kind(
        "referred",
        _("Referrals that wait for the Home Office"),
        referrals.waiting_for_decision(user),
        lambda row: due(
            referrals.decision_due(row),
            str(row.case.person),
            at("referral_afterwards", referral_id=row.pk),
            row.reference_received,
            clock,
        ),
        shows=("case__person",),
    )


def _missing(user: User) -> Kind | None:
    if not user.may(May.MISSING):
        return None
    return Kind(
        "missing",
        _("Children who are missing now"),
        missing.open_episodes(user),
        lambda row: Waiting(
            str(row.person),
            at("episode", episode_id=row.pk),
            _("missing for %(time)s") % {"time": in_words(how_long(row.missing_from, timezone.now()))},
        ),
        due=lambda day: Q(),
        shows=("person",),
    )


def _interviews(user: User) -> Kind | None:
    if not user.may(May.MISSING):
        return None
    clock = load.current().clock("return_interview")
    return Kind(
        "interviews",
        _("Children who came back and have not been heard"),
        missing.interviews_due(user),
        lambda row: due(
            timezone.localdate(row.interview_due_at),
            str(row.person),
            at("episode", episode_id=row.pk),
            _("by %(time)s: %(late)s")
            % {"time": time(row.interview_due_at), "late": time_left(row.interview_due_at, timezone.now())},
            clock,
        ),
        due=due_by_field("interview_due_at__date"),
        shows=("person",),
    )


def _requests(user: User) -> Kind | None:
    if not user.may(May.SHARE):
        return None
    return Kind(
        "requests",
        _("Requests that wait for an answer"),
        sharing.requests_due(user),
        lambda row: due(row.due_on, str(row.person), at("request", request_id=row.pk), row.other_side, None),
        due=due_by_field("due_on"),
        shows=("person",),
    )


def _shares(user: User) -> Kind | None:
    if not user.may(May.SHARE):
        return None
    return Kind(
        "shares",
        _("Shares to decide, and to look at again"),
        sharing.shares_to_review(user, today=timezone.localdate()),
        lambda row: due(row.review_on, str(row.person), at("share", share_id=row.pk), row.other_side, None),
        due=due_by_field("review_on"),
        shows=("person",),
    )


def _questions(user: User) -> Kind | None:
    if not user.may(May.ASSESS):
        return None
    return Kind(
        "questions",
        _("What you said you would find out"),
        assessments.questions_to_find_out(user),
        lambda row: due(
            row.by_on, row.text, at("question", question_id=row.pk), str(row.assessment.case.person), None
        ),
        due=due_by_field("by_on"),
        shows=("assessment__case__person",),
    )


def _panels(user: User) -> Kind | None:
    if not user.may(May.SEE_PANEL):
        return None
    return Kind(
        "panels",
        _("Panels to come"),
        panels.panels_to_come(user).filter(starts_at__date__lte=timezone.localdate() + _PANEL_SOON),
        lambda row: due(
            timezone.localdate(row.starts_at),
            time(row.starts_at),
            at("panel", panel_id=row.pk),
            _("%(place)s; not prepared yet") % {"place": row.place} if not row.prepared_at else row.place,
            None,
        ),
        due=due_by_field("starts_at__date"),
    )


def _panel_actions(user: User) -> Kind | None:
    """What panels decided and is in no plan: what is in one stands among the actions of plans."""
    if not user.may(May.SEE_PANEL):
        return None
    return Kind(
        "panel_actions",
        _("What you said at a panel that you would do"),
        panels.panel_actions_due(user),
        lambda row: due(
            row.due_on, row.what, at("panel_action", panel_action_id=row.pk), row.item.about, None
        ),
        due=due_by_field("due_on"),
        shows=("item__person", "item__place", "item__group"),
    )


def _disagreements(user: User) -> Kind | None:
    if not user.may(May.SEE_PANEL):
        return None
    return Kind(
        "disagreements",
        _("Disagreements: your step"),
        panels.disagreement_steps_due(user),
        lambda row: due(
            row.due_on,
            str(row.disagreement.person),
            at("disagreement", disagreement_id=row.disagreement_id),
            row.label,
            None,
        ),
        due=due_by_field("due_on"),
        shows=("disagreement__person",),
    )


def _records(user: User) -> Kind | None:
    if not user.may(May.DISCLOSE):
        return None
    return Kind(
        "records",
        _("Requests for a child’s record to answer"),
        packs.disclosures_due(user),
        _record,
        due=due_by_field("due_on"),
        shows=("person",),
    )


def _records_to_check(user: User) -> Kind | None:
    if not user.may(May.DISCLOSE):
        return None
    return Kind(
        "records-to-check",
        _("Records to check before they are given"),
        packs.waiting_for_check(user),
        _record,
        due=due_by_field("due_on"),
        shows=("person",),
    )


def _record(row: Any) -> Waiting:
    href = at("disclosure", disclosure_id=row.pk)
    return due(row.due_on, str(row.person), href, row.get_stage_display(), None)


def _packs(user: User) -> Kind | None:
    if not user.may(May.SEE_CHILD):
        return None
    return Kind(
        "packs",
        _("Packs that you asked for"),
        packs.packs_ready(user, today=timezone.localdate()),
        lambda row: Waiting(str(row.person), at("pack", pack_id=row.pk), row.get_state_display()),
        shows=("person",),
    )


def _drafts(user: User) -> Kind | None:
    return Kind("drafts", _("What you began and have not sent"), drafts_of(user), _begun)


def _begun(draft: Any) -> Waiting:
    note = _("last changed %(time)s") % {"time": time(draft.updated_at)}
    if draft.page:
        return Waiting(draft.title or _("A form"), resume_at(draft), note)
    if draft.kind != "worry":  # kept by the first release, whose forms are gone
        return Waiting(
            _("Words that you typed in a form that has changed since"), reverse("unfinished"), note
        )
    return Waiting(_("A worry, not sent yet"), at("worry_check", draft_id=draft.pk), note)


def _without_mail(user: User) -> Kind | None:
    if not user.may(May.MANAGE):
        return None
    return Kind(
        "without-mail",
        _("Colleagues whom a reminder did not reach"),
        people_without_mail(user),
        lambda row: Waiting(
            str(row),
            at("user", user_id=row.pk),
            _("on %(date)s: the address is wrong, or the mail server does not take mail")
            % {"date": day(row.mail_failed_on)},
        ),
    )


def _children(user: User) -> Kind | None:
    if not user.may(May.SEE_CHILD):
        return None
    return Kind(
        "children",
        _("Children who count on you"),
        cases.my_cases(user),
        lambda row: Waiting(str(row.person), at("child", person_id=row.person_id), row.reference),
        shows=("person",),
    )


def _profiles(user: User) -> Kind | None:
    if not user.may(May.RELEASE):
        return None
    return Kind(
        "profiles",
        _("Profiles that wait for you to release them"),
        releases.waiting_for(user),
        lambda row: Waiting(row.title, at("profile", profile_id=row.pk), str(row.author)),
        shows=("author",),
    )


def _digests(user: User) -> Kind | None:
    if not user.may(May.RELEASE):
        return None
    return Kind(
        "digests",
        _("Digests that wait for you to send them"),
        digests.waiting_for(user),
        lambda row: Waiting(row.title, at("digest", digest_id=row.pk), str(row.author)),
        shows=("author",),
    )


_KINDS: tuple[Callable[[User], Kind | None], ...] = (
    _missing,
    _interviews,
    _decisions,
    _told_back,
    _steps,
    _clocks,
    _warnings,
    _sign_offs,
    _actions,
    _disruption,
    _words_to_answer,
    _without_a_worker,
    _reviews,
    _supervision,
    _supervision_actions,
    _assessments,
    _questions,
    _to_review,
    _referring,
    _referred,
    _requests,
    _shares,
    _panels,
    _panel_actions,
    _disagreements,
    _without_mail,
    _records,
    _records_to_check,
    _profiles,
    _digests,
    _packs,
    _drafts,
    _children,
)

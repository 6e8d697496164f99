"""What others may read about referrals. `user` is always the first argument."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, Case, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import who_are
from heard.agencies.rules import Hidden, May
from heard.cases.case.models import Words
from heard.cases.case.queries import case_visible_to, words_of, working
from heard.cases.case.rules import due_on
from heard.cases.referral import rules
from heard.cases.referral.checks import Check, check, unanswered
from heard.cases.referral.models import Referral, ReferralDecision
from heard.cases.referral.prefill import Known, known_of
from heard.cases.referral.questions import (
    FormPart,
    FormVersion,
    Question,
    asked_in,
    form_version,
    is_answered,
    is_duty_to_notify,
    shown,
)
from heard.govuk.environment import day
from heard.knowledge import load
from heard.network.queries import visible_through
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Answer:
    """One question with its answer, as pages and paper show it.

    `text` is what somebody wrote or confirmed, '' where nobody has; `known` what the record says now, or None;
    `differs`: whether the answer and the record say different things. `who` wrote it; `written`: whether
    anybody has, also where they left it empty on purpose.
    """

    question: Question
    text: str
    known: Known | None
    differs: bool
    where: str
    who: str = ""
    written: bool = False

    @property
    def from_record(self) -> bool:
        """Whether it waits only for somebody to read and save what the record says."""
        return not self.written and self.known is not None and self.known.fills


@dataclass(frozen=True)
class SectionState:
    """How far a section is. `asked` is empty where the form does not ask it with these answers."""

    part: FormPart
    answers: list[Answer]

    @property
    def written(self) -> int:
        return sum(bool(answer.text) for answer in self.answers)

    @property
    def to_read(self) -> int:
        return sum(answer.from_record for answer in self.answers)

    @property
    def missing(self) -> int:
        return sum(
            not answer.text and not answer.from_record and answer.question.needs_answer
            for answer in self.answers
        )


def referrals_visible_to(user: User) -> QuerySet[Referral]:
    """Referrals of children whose record the user may open, newest first."""
    return Referral.objects.filter(
        visible_through(user, "case__person", level=Level.EVERYTHING)
    ).select_related(
        "case__person",
        "case__lead_team__agency",
        "case__allocated_worker",
        "case__trusted_worker",
        "writer",
        "reviewed_by",
        "submitted_by",
        "words",
    )


def referral_visible_to(user: User, referral_id: uuid.UUID) -> Referral:
    """With its writers and decisions, or `Hidden`."""
    decisions = ReferralDecision.objects.select_related("recorded_by")
    rows = referrals_visible_to(user).prefetch_related("writers", Prefetch("decisions", decisions))
    referral = rows.filter(pk=referral_id).first()
    if referral is None:
        raise Hidden
    return referral


def referrals_of(user: User, case_id: uuid.UUID) -> QuerySet[Referral]:
    """Every version of a case's referral, newest first."""
    return referrals_visible_to(user).filter(case_id=case_id).order_by("-number")


def referrals_of_child(user: User, person_id: uuid.UUID) -> QuerySet[Referral]:
    """Every version of every referral of a child, with its decisions, newest first."""
    decisions = ReferralDecision.objects.select_related("recorded_by")
    rows = referrals_visible_to(user).filter(case__person_id=person_id)
    return rows.prefetch_related(Prefetch("decisions", decisions))


def unreviewed(user: User, case_id: uuid.UUID) -> Referral | None:
    """The one that is being written or waits for its reviewer, if there is one."""
    return referrals_of(user, case_id).exclude(state=rules.ReferralState.REVIEWED).first()


def waiting_for_review(user: User) -> QuerySet[Referral]:
    """Referrals that this user can review, longest waiting first. Not those in which they wrote."""
    rows = referrals_visible_to(user).filter(state=rules.ReferralState.WITH_REVIEWER)
    return rows.exclude(writers=user).order_by("sent_at") if user.may(May.REFER) else rows.none()


def being_written_by(user: User) -> QuerySet[Referral]:
    """Referrals that this user goes on with: being written, returned, or reviewed and not submitted yet."""
    mine = referrals_visible_to(user).filter(writer=user, submitted_on=None, replaced_by=None)
    return mine.exclude(state=rules.ReferralState.WITH_REVIEWER).order_by("started_at")


# As `is_duty_to_notify` says of the answers: an adult who did not consent.
_TO_NOTIFY: Final = Case(
    When(**{"answers__pv-under-age__value__in": ["yes", "not-sure"]}, then=Value(False)),
    When(**{"answers__pv-want-to-submit-nrm__value": "no"}, then=Value(True)),
    default=Value(False),
    output_field=BooleanField(),
)


def waiting_for_decision(user: User) -> QuerySet[Referral]:
    """Submitted by this user or of the children who count on them, without a decision on reasonable grounds.
    Of a duty to notify there is none."""
    rows = referrals_visible_to(user).filter(submitted_on__isnull=False).annotate(to_notify=_TO_NOTIFY)
    rows = rows.filter(to_notify=False)
    mine = rows.filter(Q(submitted_by=user) | working(user, "case__"))
    return mine.exclude(decisions__isnull=False).order_by("submitted_on")


def decision_due(referral: Referral) -> date | None:
    """The day by which the Home Office aims to decide on reasonable grounds. An aim, not a duty."""
    if referral.submitted_on is None or is_duty_to_notify(form_of(referral), answers_of(referral)):
        return None
    return due_on(load.current().clock("nrm_reasonable_grounds"), referral.submitted_on)


def form_of(referral: Referral) -> FormVersion:
    return form_version(referral.form)


def answers_of(referral: Referral) -> dict[str, Any]:
    """The answers that somebody wrote or confirmed, by field id."""
    return {name: entry["value"] for name, entry in referral.answers.items()}


def effective(referral: Referral, known: dict[str, Known]) -> dict[str, Any]:
    """The answers, and where there is none yet what the record says: the way through the form while it is written."""
    return {name: one.value for name, one in known.items() if one.fills} | answers_of(referral)


def sections_of(user: User, referral: Referral, known: dict[str, Known] | None = None) -> list[SectionState]:
    """The whole referral, section by section. Of a reviewed one only what was written counts."""
    form = form_of(referral)
    if known is None:
        known = {} if referral.state == rules.ReferralState.REVIEWED else known_of(user, referral)
    said = effective(referral, known)
    writers = who_are(user, {entry["by"] for entry in referral.answers.values()})
    names = {key: person.name for key, person in writers.items()}
    return [
        SectionState(
            part, [_answer(referral, question, known, names) for question in asked_in(form, part.id, said)]
        )
        for part in form.sections
    ]


def _answer(referral: Referral, question: Question, known: dict[str, Known], names: dict[int, str]) -> Answer:
    entry = referral.answers.get(question.id)
    now = known.get(question.id)
    if entry is None:
        return Answer(question, "", now, False, "")
    value = entry["value"]
    text = _as_read(question, value, entry.get("names", {}))
    differs = (
        now is not None
        and now.fills
        and is_answered(question, {question.id: now.value})
        and now.value != value
    )
    return Answer(question, text, now, differs, entry["where"], names.get(entry["by"], ""), True)


def _as_read(question: Question, value: Any, names: dict[str, str]) -> str:
    """The answer in words. `names`: those of the files that were chosen, as they were then."""
    if not value:
        return ""
    match question.kind:
        case "tick":
            return _("Yes")
        case "date":
            return day(date.fromisoformat(value))
        case "files":
            return "\n".join(names.get(one, one) for one in value)
    return shown(question, value)


def checks_of(user: User, referral: Referral) -> list[Check]:
    """What there is to look at, by what somebody wrote or confirmed: what only the record says has been read by nobody."""
    return check(
        form_of(referral),
        answers_of(referral),
        today=timezone.localdate(),
        own_email=referral.writer.email,
        along=along(user, referral),
    )


def unanswered_of(user: User, referral: Referral) -> list[Question]:
    return unanswered(form_of(referral), answers_of(referral), along(user, referral))


def along(user: User, referral: Referral) -> dict[str, Any]:
    """The answers that decide what the form asks: once it is reviewed, only those that somebody wrote."""
    known = {} if referral.state == rules.ReferralState.REVIEWED else known_of(user, referral)
    return effective(referral, known)


def latest_words(user: User, referral: Referral) -> Words | None:
    return words_of(user, referral.case.person_id).first()


def wrote_in(user: User, referral: Referral) -> bool:
    return any(writer.pk == user.pk for writer in referral.writers.all())


def reasonable_on(referral: Referral) -> date | None:
    """The day of the first decision on reasonable grounds that is noted."""
    days = [
        decision.decided_on
        for decision in referral.decisions.all()
        if decision.stage == rules.Stage.REASONABLE
    ]
    return min(days, default=None)


def why_not_start(user: User, case_id: uuid.UUID) -> str | None:
    case = case_visible_to(user, case_id)
    states = set(referrals_of(user, case_id).values_list("state", flat=True))
    return rules.why_not_start(
        may_refer=user.may(May.REFER),
        case_is_open=case.state == "open",
        has_unreviewed=bool(states - {rules.ReferralState.REVIEWED.value}),
        has_reviewed=rules.ReferralState.REVIEWED in states,
    )


def why_not_copy(user: User, referral: Referral) -> str | None:
    there = unreviewed(user, referral.case_id) is not None
    return rules.why_not_copy(
        may_refer=user.may(May.REFER),
        state=referral.state,
        has_unreviewed=there,
        replaced=referrals_of(user, referral.case_id).filter(replaces=referral).exists(),
    )


def why_not_change(user: User, referral: Referral) -> str | None:
    return rules.why_not_change(may_refer=user.may(May.REFER), state=referral.state)


def why_not_send(user: User, referral: Referral, *, has_words: bool, why_no_words: str) -> str | None:
    return rules.why_not_send(
        may_refer=user.may(May.REFER),
        state=referral.state,
        unanswered=len(unanswered_of(user, referral)),
        has_words=has_words,
        why_no_words=why_no_words,
    )


def why_not_review(user: User, referral: Referral) -> str | None:
    return rules.why_not_review(
        may_refer=user.may(May.REFER), state=referral.state, wrote_in_it=wrote_in(user, referral)
    )


def why_not_return(user: User, referral: Referral, *, reason: str) -> str | None:
    wrote = wrote_in(user, referral)
    return rules.why_not_return(
        may_refer=user.may(May.REFER), state=referral.state, wrote_in_it=wrote, reason=reason
    )


def why_not_export(user: User, referral: Referral) -> str | None:
    return rules.why_not_export(may_refer=user.may(May.REFER), state=referral.state)


def why_not_submitted(user: User, referral: Referral, *, on: date | None, today: date) -> str | None:
    reviewed = timezone.localdate(referral.reviewed_at) if referral.reviewed_at else None
    return rules.why_not_submitted(
        may_refer=user.may(May.REFER),
        state=referral.state,
        was=referral.submitted_on,
        on=on,
        reviewed_on=reviewed,
        today=today,
    )


def why_not_reference(user: User, referral: Referral) -> str | None:
    return rules.why_not_reference(may_refer=user.may(May.REFER), submitted_on=referral.submitted_on)


def why_not_decided(
    user: User, referral: Referral, *, stage: str, on: date | None, today: date
) -> str | None:
    return rules.why_not_decided(
        may_refer=user.may(May.REFER),
        submitted_on=referral.submitted_on,
        reasonable_on=reasonable_on(referral),
        stage=stage,
        on=on,
        today=today,
        to_notify=is_duty_to_notify(form_of(referral), answers_of(referral)),
    )

"""The chronology that builds itself: everything dated that the stages hold about a child, as one list of facts.

Each stage's own rows are the only truth. What is gathered here is kept in an index (`index.py`), which is made anew
whenever somebody writes about the child, so that a chronology never disagrees with the rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import who_are
from heard.cases.timeline.rules import Kind, distinct
from heard.govuk.environment import day
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.disruption.models import DisruptionStep
    from heard.cases.referral.models import Referral
    from heard.cases.timeline.rows import Rows


@dataclass(frozen=True)
class Fact:
    """One entry. `on` is the day it is about; `at` puts entries of one day in order; `who` and `agency` may be ''."""

    on: date
    at: datetime
    kind: Kind
    what: str
    text: str = ""
    who: str = ""
    agency: str = ""
    who_id: int | None = None
    href: str = ""
    other: str = ""  # 'person', 'place' or 'group', where it ties the child to one
    other_id: uuid.UUID | None = None
    file_id: uuid.UUID | None = None  # whose text can be searched


def facts_of(user: User, rows: Rows) -> list[Fact]:
    """Everything that these rows hold with a date, the latest first, each with who and for which agency."""
    found = [fact for gather in _GATHERERS for fact in gather(rows)]
    known = who_are(user, {fact.who_id for fact in found if fact.who_id})
    named = [_named(fact, known) for fact in found]
    return sorted(named, key=lambda fact: (fact.on, fact.at), reverse=True)


def _named(fact: Fact, known: dict[int, Any]) -> Fact:
    who = known.get(fact.who_id or 0)
    if who is None:
        return fact
    return replace(fact, who=fact.who or who.name, agency=fact.agency or who.agency)


def _on(at: datetime) -> date:
    return timezone.localtime(at).date()


def _when(at: datetime, kind: Kind, what: str, text: str = "", **more: Any) -> Fact:
    """A fact that happened at a moment, rather than on a day."""
    return Fact(_on(at), at, kind, what, text, **more)


def _worries(rows: Rows) -> Iterator[Fact]:
    for worry in rows.worries:
        href = reverse("concern", kwargs={"concern_id": worry.pk})
        yield _when(
            worry.told_at,
            Kind.WORRY,
            _("Worry told: %(reference)s") % {"reference": worry.reference},
            worry.seen_and_heard,
            agency=worry.agency.name,
            who_id=worry.told_by_id,
            href=href,
        )
        if worry.decided_at:
            yield _when(
                worry.decided_at,
                Kind.DECISION,
                _("Decided: %(decision)s") % {"decision": worry.get_decision_display()},
                worry.decision_reason,
                who_id=worry.decided_by_id,
                href=href,
            )


def _cases(rows: Rows) -> Iterator[Fact]:
    """Each opening and each closing. The one that is under way is the case itself, where it is open."""
    for case in rows.cases:
        if case.state == "open":
            led = _("Led by %(team)s.") % {"team": case.lead_team.name}
            text = "\n".join(filter(None, (case.why_opened, led)))
            yield _opened(case.opened_at, case.reference, text, case.pk, case.opened_by_id)
    for one in rows.periods:
        yield _opened(one.opened_at, one.case.reference, one.why_opened, one.case_id, one.opened_by_id)
        yield _when(
            one.closed_at,
            Kind.CASE,
            _("Case closed: %(reference)s") % {"reference": one.case.reference},
            one.why_closed,
            who_id=one.closed_by_id,
            href=reverse("case_story", kwargs={"case_id": one.case_id}),
        )


def _opened(at: datetime, reference: str, text: str, case_id: uuid.UUID, who_id: int) -> Fact:
    what = _("Case opened: %(reference)s") % {"reference": reference}
    href = reverse("case_story", kwargs={"case_id": case_id})
    return _when(at, Kind.CASE, what, text, who_id=who_id, href=href)


def _words(rows: Rows) -> Iterator[Fact]:
    for words in rows.words:
        text = f"“{words.text}”"
        if words.what_changed:
            text += "\n" + _("What changed because of it: %(change)s") % {"change": words.what_changed}
        what = _("The child’s own words, heard by %(who)s") % {"who": words.heard_by}
        yield Fact(words.heard_on, words.written_at, Kind.WORDS, what, text, who_id=words.written_by_id)


def _answers(rows: Rows) -> Iterator[Fact]:
    """When the child was told what came of their words."""
    for answer in rows.answers:
        if answer.told_on:
            what = _("The child was told what came of their words, by %(who)s") % {"who": answer.told_by}
            who = answer.written_by_id
            yield Fact(answer.told_on, answer.written_at, Kind.WORDS, what, answer.what_changed, who_id=who)


def _trusted_workers(rows: Rows) -> Iterator[Fact]:
    for link in rows.workers:
        what = _("%(who)s became the trusted worker") % {"who": link.worker}
        text = "\n".join(filter(None, [link.reason, link.about_asking]))
        yield Fact(link.since, link.named_at, Kind.CASE, what, text, who_id=link.named_by_id)


def _safety_plans(rows: Rows) -> Iterator[Fact]:
    for one in rows.safety_plans:
        href = reverse("safety", kwargs={"case_id": one.case_id})
        what = _("Safety plan, version %(version)s") % {"version": one.version}
        yield _when(one.written_at, Kind.SAFETY, what, one.what_to_do, who_id=one.written_by_id, href=href)


def _disruption(rows: Rows) -> Iterator[Fact]:
    for step in rows.disruption:
        planned = _("Planned against %(what)s") % {"what": step.against}
        end = _other(step)
        href = reverse("disruption_step", kwargs={"disruption_id": step.pk})
        who = step.added_by_id
        yield _when(step.added_at, Kind.DISRUPTION, planned, step.what, who_id=who, href=href, **end)
        if step.done_on:
            done = _("Done against %(what)s") if step.state == "done" else _("Not done against %(what)s")
            at = timezone.make_aware(datetime.combine(step.done_on, datetime.min.time()))
            text = "\n".join(filter(None, [step.what, step.note]))
            kind, what = Kind.DISRUPTION, done % {"what": step.against}
            more: dict[str, Any] = {"agency": step.agency.name, "who_id": step.owner_id} | end
            yield Fact(step.done_on, at, kind, what, text, href=href, **more)


def _other(step: DisruptionStep) -> dict[str, Any]:
    """Whom or what a step is against, where that is a person, place or group on record."""
    ends = {"person": step.person_id, "place": step.place_id, "group": step.group_id}
    return next(({"other": end, "other_id": key} for end, key in ends.items() if key), {})


def _given(rows: Rows) -> Iterator[Fact]:
    for one in rows.given:
        if one.given_on:
            what = _("The child was given their plan, by %(who)s") % {"who": one.given_by}
            yield Fact(one.given_on, one.written_at, Kind.PLAN, what, who_id=one.written_by_id)
        else:
            what = _("The child was not given their plan")
            yield _when(one.written_at, Kind.PLAN, what, one.why_not, who_id=one.written_by_id)


def _where_we_are(rows: Rows) -> Iterator[Fact]:
    for note in rows.where:
        what = _("Where we are: %(outcome)s") % {"outcome": note.outcome.text}
        yield Fact(note.on, note.written_at, Kind.PLAN, what, note.text, who_id=note.written_by_id)


def _signs(rows: Rows) -> Iterator[Fact]:
    added = {
        (row.item, row.happened_on, row.source) for one in rows.assessments for row in one.evidence.all()
    }
    seen = [
        (note, release)
        for note, release in rows.notes
        if note.state == "seen" and (note.item, note.seen_on, note.source) not in added
    ]
    keys = [(note.item, note.seen_on, note.source, note.words) for note, _release in seen]
    for note, release in (seen[place] for place in distinct(keys)):
        yield Fact(
            note.seen_on or _on(note.noted_at),
            note.noted_at,
            Kind.SIGN,
            _("Seen: %(label)s") % {"label": load.release(release).item(note.item).label},
            _("%(words)s\nSource: %(source)s") % {"words": note.words, "source": note.source},
            who_id=note.noted_by_id,
        )


def _history(rows: Rows) -> Iterator[Fact]:
    """What assessments added to the history of a sign or vulnerability: seen, no longer seen, looked for, asked about."""
    for one in rows.assessments:
        for entry in one.evidence.all():
            label = load.release(one.release).item(entry.item).label
            yield Fact(
                entry.happened_on,
                entry.noted_at,
                Kind.SIGN,
                _("%(change)s: %(label)s") % {"change": entry.get_change_display(), "label": label},
                _("%(words)s\nSource: %(source)s") % {"words": entry.words, "source": entry.source},
                who_id=entry.noted_by_id,
            )


def _findings(rows: Rows) -> Iterator[Fact]:
    for found in rows.findings:
        yield Fact(
            found.found_on,
            found.noted_at,
            Kind.ASSESSMENT,
            _("Found out: %(question)s") % {"question": found.question.text},
            _("%(words)s\nSource: %(source)s") % {"words": found.text, "source": found.source},
            who_id=found.found_by_id,
            href=reverse("question", kwargs={"question_id": found.question_id}),
        )


def _assessments(rows: Rows) -> Iterator[Fact]:
    for one in rows.assessments:
        href = reverse("assessment", kwargs={"assessment_id": one.pk})
        moments = [
            (one.started_at, _("Assessment begun"), "", one.author_id),
            (one.submitted_at, _("Assessment sent to a supervisor"), "", one.author_id),
            *((row.at, _("Assessment sent back"), row.reason, row.by_id) for row in one.sent_back.all()),
            (one.signed_at, _("Assessment signed off"), one.judgement, one.signed_by_id),
        ]
        for at, what, text, who in moments:
            if at:
                yield _when(at, Kind.ASSESSMENT, what, text, who_id=who, href=href)


def _plans(rows: Rows) -> Iterator[Fact]:
    for plan in rows.plans:
        href = reverse("plan", kwargs={"plan_id": plan.pk})
        yield _when(plan.started_at, Kind.PLAN, _("Plan begun"), who_id=plan.started_by_id, href=href)
        if plan.agreed_at:
            yield _when(plan.agreed_at, Kind.PLAN, _("Plan agreed"), who_id=plan.agreed_by_id, href=href)


def _actions(rows: Rows) -> Iterator[Fact]:
    for action in rows.actions:
        if action.done_on:
            what = _("Done: %(what)s") if action.state == "done" else _("Could not be done: %(what)s")
            at = timezone.make_aware(datetime.combine(action.done_on, datetime.min.time()))
            yield Fact(
                action.done_on,
                at,
                Kind.ACTION,
                what % {"what": action.what},
                action.note,
                who_id=action.owner_id,
            )


def _reviews(rows: Rows) -> Iterator[Fact]:
    for review in rows.reviews:
        yield Fact(
            review.held_on,
            review.recorded_at,
            Kind.REVIEW,
            _("Review held: %(decision)s") % {"decision": review.get_decision_display()},
            review.what_changed,
            who_id=review.held_by_id,
            href=reverse("review", kwargs={"review_id": review.pk}),
        )


def _decided(rows: Rows) -> Iterator[Fact]:
    """What was copied here from supervision, and nothing else of it."""
    for one in rows.decisions:
        text = f"{one.text}\n{one.reason}"
        what = _("Decided with a supervisor")
        yield Fact(one.decided_on, one.recorded_at, Kind.DECISION, what, text, who_id=one.decided_by_id)


def _missing(rows: Rows) -> Iterator[Fact]:
    for one in rows.episodes:
        href = reverse("episode", kwargs={"episode_id": one.pk})
        seen = _("Last seen: %(where)s, by %(who)s") % {"where": one.last_seen_where, "who": one.last_seen_by}
        text = "\n".join(filter(None, (seen, one.what_is_known)))
        yield _when(one.missing_from, Kind.MISSING, _("Missing"), text, who_id=one.noted_by_id, href=href)
        if one.found_at:
            back = _("Back: %(where)s") % {"where": one.found_where}
            yield _when(
                one.found_at, Kind.MISSING, back, one.condition, who_id=one.found_noted_by_id, href=href
            )
        interview = getattr(one, "interview", None)
        if interview:
            what = _("Heard after coming back, by %(who)s") % {"who": interview.with_whom}
            text = interview.would_help
            yield _when(interview.held_at, Kind.MISSING, what, text, who_id=interview.noted_by_id, href=href)


def _shares(rows: Rows) -> Iterator[Fact]:
    for one in rows.shares:
        if one.decided_at is None:
            continue
        what = _("Shared with %(other)s") if one.state == "shared" else _("Not shared with %(other)s")
        href = reverse("share", kwargs={"share_id": one.pk})
        other = {"other": one.other_side}
        yield _when(one.decided_at, Kind.SHARE, what % other, one.why, who_id=one.decided_by_id, href=href)


def _requests(rows: Rows) -> Iterator[Fact]:
    for one in rows.requests:
        href, other = reverse("request", kwargs={"request_id": one.pk}), {"other": one.other_side}
        asked = _("Asked %(other)s") if one.direction == "we_ask" else _("Asked by %(other)s")
        more: dict[str, Any] = {"who_id": one.noted_by_id, "href": href}
        yield Fact(one.asked_on, one.noted_at, Kind.SHARE, asked % other, one.what, **more)
        if one.answered_on:
            at = timezone.make_aware(datetime.combine(one.answered_on, datetime.max.time()))
            what = _("Answer, %(other)s: %(how)s") % (other | {"how": one.get_state_display()})
            yield Fact(
                one.answered_on, at, Kind.SHARE, what, one.answer, who_id=one.answer_noted_by_id, href=href
            )


def _referrals(rows: Rows) -> Iterator[Fact]:
    for one in rows.referrals:
        href = reverse("referral", kwargs={"referral_id": one.pk})
        moments = [
            (one.started_at, _("Referral to the National Referral Mechanism begun"), "", one.writer_id),
            (one.returned_at, _("Referral returned to its writer"), one.returned_reason, None),
            (one.reviewed_at, _("Referral reviewed"), one.review_note, one.reviewed_by_id),
        ]
        for at, what, text, who in moments:
            if at:
                yield _when(at, Kind.REFERRAL, what, text, who_id=who, href=href)
        yield from _after_referral(one, href)


def _after_referral(one: Referral, href: str) -> Iterator[Fact]:
    """What became of it: only the days are known."""
    if one.submitted_on:
        what, at = _("Referral submitted to the Home Office"), _midnight(one.submitted_on)
        yield Fact(one.submitted_on, at, Kind.REFERRAL, what, who_id=one.submitted_by_id, href=href)
    for decision in one.decisions.all():
        said = {"stage": decision.get_stage_display(), "result": decision.get_result_display()}
        what, on = _("Home Office: %(stage)s, %(result)s") % said, decision.decided_on
        who = decision.recorded_by_id
        yield Fact(on, _midnight(on), Kind.REFERRAL, what, decision.note, who_id=who, href=href)


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, datetime.min.time()))


def _warnings(rows: Rows) -> Iterator[Fact]:
    for note in rows.warnings_ever:
        href = reverse("warning", kwargs={"warning_id": note.pk})
        what = _("Warning: %(text)s") % {"text": note.text}
        yield _when(note.written_at, Kind.WARNING, what, note.why, who_id=note.written_by_id, href=href)
        for review in note.reviews.all():
            until = {"text": note.text, "date": day(review.review_on)}
            goes_on, ends = _("Warning goes on until %(date)s: %(text)s"), _("Warning ends: %(text)s")
            what = (goes_on if review.review_on else ends) % until
            yield _when(
                review.reviewed_at,
                Kind.WARNING,
                what,
                review.reason,
                who_id=review.reviewed_by_id,
                href=href,
            )


def _files(rows: Rows) -> Iterator[Fact]:
    for file in rows.files:
        href = "" if file.withdrawn_at else reverse("attachment", kwargs={"attachment_id": file.pk})
        what = _("File attached: %(name)s") % {"name": file.name}
        more: dict[str, Any] = {"who_id": file.attached_by_id, "href": href, "file_id": file.pk}
        yield _when(file.attached_at, Kind.FILE, what, file.what, **more)
        if file.withdrawn_at:
            what = _("File withdrawn: %(name)s") % {"name": file.name}
            why, who = file.withdrawn_reason, file.withdrawn_by_id
            yield _when(file.withdrawn_at, Kind.FILE, what, why, who_id=who)


def _ties(rows: Rows) -> Iterator[Fact]:
    for tie in rows.around:
        what = _("%(kind)s: %(name)s") % {"kind": tie.kind[:1].upper() + tie.kind[1:], "name": tie.name}
        text = _("How it is known: %(how)s") % {"how": tie.how_known}
        more: dict[str, Any] = {"who_id": tie.noted_by_id, "other": tie.end, "other_id": tie.end_id}
        href = reverse("tie", kwargs={"tie_id": tie.tie_id})
        yield Fact(tie.since or _on(tie.noted_at), tie.noted_at, Kind.TIE, what, text, href=href, **more)


def _involved(rows: Rows) -> Iterator[Fact]:
    for row in rows.involved:
        at = timezone.make_aware(datetime.combine(row.since, datetime.min.time()))
        what = _("%(agency)s became involved") % {"agency": row.agency.name}
        yield Fact(row.since, at, Kind.AGENCY, what, row.why, agency=row.agency.name)
        if row.until and not row.is_running:
            what = _("%(agency)s is no longer involved") % {"agency": row.agency.name}
            yield Fact(_on(row.until), row.until, Kind.AGENCY, what, row.why_ended, agency=row.agency.name)


def _moments(rows: Rows) -> Iterator[Fact]:
    """Conferences and whatever else starts and meets clocks. Only the days are known."""
    for one in rows.moments:
        href = reverse("clocks", kwargs={"case_id": one.case_id})
        yield Fact(
            one.on, _midnight(one.on), Kind.MOMENT, one.label, one.note, who_id=one.noted_by_id, href=href
        )


def _panels(rows: Rows) -> Iterator[Fact]:
    """What a panel decided on, and who did not agree."""
    for item in rows.panel_items:
        href = reverse("panel_item", kwargs={"item_id": item.pk})
        if item.decided_at:
            text = "\n".join(filter(None, (item.decision, item.reason)))
            what = _("Panel decided")
            yield _when(item.decided_at, Kind.PANEL, what, text, who_id=item.decided_by_id, href=href)
        for dissent in item.dissents.all():
            what = _("Did not agree with the panel")
            if dissent.said_by:
                what = _("%(who)s did not agree with the panel") % {"who": dissent.said_by}
            yield _when(dissent.said_at, Kind.PANEL, what, dissent.why, who_id=dissent.by_id, href=href)


def _disagreements(rows: Rows) -> Iterator[Fact]:
    for one in rows.disagreements:
        href = reverse("disagreement", kwargs={"disagreement_id": one.pk})
        what = _("Agencies disagree: %(about)s") % {"about": one.get_about_display()}
        text = f"{one.what}\n{one.interest}"
        yield _when(one.opened_at, Kind.PANEL, what, text, who_id=one.opened_by_id, href=href)
        for step in one.steps.all():
            if step.done_at:
                what = f"{step.label}: {step.get_outcome_display()}"
                yield _when(step.done_at, Kind.PANEL, what, step.reason, who_id=step.done_by_id, href=href)
        if one.settled_at:
            yield _when(one.settled_at, Kind.PANEL, _("Disagreement settled"), one.resolution, href=href)


_GATHERERS = (
    _answers, _trusted_workers, _safety_plans, _disruption, _given, _where_we_are,
    _worries, _cases, _words, _signs, _history, _findings, _assessments, _plans, _actions, _reviews, _decided, _referrals, _missing, _shares,
    _requests, _warnings, _files, _ties, _involved, _moments, _panels, _disagreements,
)  # fmt: skip

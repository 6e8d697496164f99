"""Worries, assessments, plans, safety plans and reviews."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.cases.assessment.queries import assessment_visible_to, assessments_visible_to, picture
from heard.cases.concern.queries import concerns_of
from heard.cases.disruption.queries import steps_visible_to
from heard.cases.pack.passages.shape import Passage, labelled, lines, quoted
from heard.cases.pack.rules import Part
from heard.cases.plan.queries import notes_of, plan_visible_to, plans_visible_to
from heard.cases.review.queries import review_visible_to, reviews_visible_to
from heard.cases.safety.queries import safety_plans_visible_to
from heard.govuk.environment import day
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person


def worries(user: User, person: Person) -> Iterator[Passage]:
    rows = concerns_of(user, person.pk).select_related("words", "decided_by", "told_by", "agency")
    for one in rows.prefetch_related("observations").order_by("told_at"):
        told = {
            "reference": one.reference,
            "date": day(one.told_at),
            "who": one.told_by,
            "agency": one.agency,
        }
        heading = _("Worry %(reference)s, told on %(date)s by %(who)s, %(agency)s") % told
        text = lines(
            one.seen_and_heard,
            labelled(_("Danger now"), one.get_danger_now_display()),
            labelled(_("What was done about the danger"), one.danger_done),
            _words(one),
        )
        yield Passage(Part.WORRIES, heading, text)
        release = load.release(one.release)
        seen = lines(*(_tick(release.item(note.item).label, note) for note in one.observations.all()))
        if seen:
            heading = _("Worry %(reference)s: signs and vulnerabilities") % told
            yield Passage(Part.WORRIES, heading, seen)
        if one.decided_at:
            yield Passage(Part.WORRIES, _decided(one), _why(one))


def _decided(one: Any) -> str:
    return _("Worry %(reference)s: %(decision)s, decided on %(date)s by %(who)s") % {
        "reference": one.reference,
        "decision": one.get_decision_display(),
        "date": day(one.decided_at),
        "who": one.decided_by,
    }


def _why(one: Any) -> str:
    return lines(
        labelled(_("Why"), one.decision_reason),
        labelled(_("Why without the child’s words"), one.why_without_words),
        labelled(_("What the person who told it was told"), one.feedback),
    )


def _words(one: Any) -> str:
    """The child's view beside a decision, or why there is none."""
    if one.words:
        return labelled(_("What the child said"), quoted(one.words.text))
    return labelled(_("Why the child’s words are not there"), one.why_no_words)


def _tick(label: str, note: Any) -> str:
    said = ". ".join(filter(None, (day(note.seen_on), note.words, note.source)))
    return _("%(label)s: %(state)s. %(said)s") % {
        "label": label,
        "state": note.get_state_display(),
        "said": said,
    }


def assessments(user: User, person: Person) -> Iterator[Passage]:
    keys = assessments_visible_to(user).filter(case__person=person).order_by("started_at")
    for key in keys.values_list("pk", flat=True):
        yield from _assessment(assessment_visible_to(user, key))


def _assessment(one: Any) -> Iterator[Passage]:
    state = {
        "date": day(one.signed_at or one.started_at),
        "state": one.get_state_display().lower(),
        "who": one.author,
    }
    heading = _("Assessment of %(date)s by %(who)s, %(state)s") % state
    yield Passage(Part.ASSESSMENTS, heading, lines(one.judgement, _words(one)))
    for title, text in _of_assessment(one):
        if text:
            about = {"date": state["date"], "title": title}
            yield Passage(Part.ASSESSMENTS, _("Assessment of %(date)s: %(title)s") % about, text)


def _of_assessment(one: Any) -> Iterator[tuple[str, str]]:
    drawn = picture(one)
    release = load.release(one.release)
    yield _("signs"), _ticks(drawn.signs)
    yield _("vulnerabilities"), _ticks(drawn.vulnerabilities)
    history = (_tick(release.item(row.item).label, _Entry(row)) for row in one.evidence.all())
    yield _("over time"), lines(*history)
    yield _("patterns of exploitation"), lines(*_patterns(drawn.patterns))
    yield _("what the child needs"), lines(one.needs_harmed, one.needs_made_to_harm)
    yield _("strengths"), lines(*(f"{row.text} ({row.source})" for row in one.strengths.all()))
    yield _("people who protect the child"), lines(*(_protects(row) for row in one.protective_people.all()))
    yield (
        _("what is not known"),
        lines(one.what_is_not_known, *(_question(row) for row in one.questions.all())),
    )
    yield (
        _("our partnership also asks"),
        lines(
            *(
                labelled(asked.question.text, day(asked.day) if asked.day else asked.answer)
                for asked in drawn.own
            )
        ),
    )
    yield _("sent back"), lines(*(labelled(day(row.at), row.reason) for row in one.sent_back.all()))


class _Entry:
    """An entry of the history in the shape of a tick."""

    def __init__(self, row: Any) -> None:
        self.seen_on, self.words, self.source = row.happened_on, row.words, row.source
        self.get_state_display = row.get_change_display


def _ticks(entries: Iterable[Any]) -> str:
    return lines(*(_tick(entry.entry.label, entry.seen) for entry in entries if entry.seen))


def _patterns(recognised: Iterable[Any]) -> Iterator[str]:
    for one in recognised:
        for row in one.chosen:
            part = row.get_childs_part_display() or _("nobody has said yet how the child appears in it")
            yield f"{one.entry.label}: {row.reason} ({part})"


def _protects(row: Any) -> str:
    """Somebody whose record the user may not see is there by what they do alone."""
    name = row.name or (str(row.person) if row.may_see else _("somebody"))
    return f"{name}, {row.who}: {row.what_they_do}"


def _question(row: Any) -> str:
    found = (f"{day(one.found_on)}: {one.text} ({one.source})" for one in row.findings.all())
    return lines(labelled(_("To find out"), row.text), *found)


def plans(user: User, person: Person) -> Iterator[Passage]:
    rows = plans_visible_to(user).filter(case__person=person).order_by("started_at")
    for key in rows.values_list("pk", flat=True):
        plan = plan_visible_to(user, key)
        yield from _plan(plan, notes_of(user, plan))
    for step in steps_visible_to(user).filter(case__person=person):
        heading = _("Against what harms: %(what)s") % {"what": step.against}
        doing = {
            "who": step.owner or step.agency,
            "date": day(step.due_on),
            "state": step.get_state_display(),
        }
        text = lines(step.what, _("%(who)s, by %(date)s. %(state)s") % doing, step.note)
        yield Passage(Part.PLANS, heading, text)


def _plan(plan: Any, notes: dict[Any, Any]) -> Iterator[Passage]:
    state = {"date": day(plan.agreed_at or plan.started_at), "state": plan.get_state_display().lower()}
    agreed = labelled(_("Agreed by"), plan.agreed_by)
    looked = labelled(_("To be reviewed by"), day(plan.review_on))
    yield Passage(Part.PLANS, _("Plan of %(date)s, %(state)s") % state, lines(agreed, looked, _words(plan)))
    for outcome in plan.outcomes.all():
        heading = _("Plan of %(date)s: %(outcome)s") % {"date": state["date"], "outcome": outcome.text}
        where = (labelled(day(note.on), note.text) for note in notes.get(outcome.line_id, ()))
        yield Passage(Part.PLANS, heading, lines(*where, *(_action(one) for one in outcome.actions.all())))


def _action(one: Any) -> str:
    doing = {
        "what": one.what,
        "who": one.owner or _("nobody yet"),
        "date": day(one.due_on) or _("no day yet"),
        "state": one.get_state_display(),
    }
    return lines(_("%(what)s: %(who)s, by %(date)s. %(state)s") % doing, one.note)


def safety(user: User, person: Person) -> Iterator[Passage]:
    for one in safety_plans_visible_to(user).filter(case__person=person).order_by("version"):
        about = {"version": one.version, "date": day(one.written_at), "who": one.written_by}
        heading = _("Safety plan, version %(version)s, of %(date)s, written by %(who)s") % about
        text = lines(
            labelled(_("It is getting worse if"), one.getting_worse),
            labelled(_("Then we do this"), one.what_to_do),
            labelled(_("Who can be called"), one.who_to_call),
            labelled(_("Where the child is safe"), one.safe_places),
            labelled(_("What the child agreed to"), one.child_agreed),
            labelled(_("Why it was made without the child"), one.why_not_with_child),
        )
        yield Passage(Part.SAFETY, heading, text)


def reviews(user: User, person: Person) -> Iterator[Passage]:
    rows = reviews_visible_to(user).filter(plan__case__person=person).order_by("held_on", "recorded_at")
    for key in rows.values_list("pk", flat=True):
        one: Any = review_visible_to(user, key)
        about = {"date": day(one.held_on), "decision": one.get_decision_display(), "who": one.held_by}
        text = lines(
            labelled(_("Who took part"), one.took_part),
            labelled(_("What changed for the child"), one.what_changed),
            *(_outcome(row) for row in one.outcomes.all()),
            _words(one),
            labelled(_("Why"), one.reason),
            labelled(_("Next review"), day(one.next_review_on)),
        )
        yield Passage(Part.REVIEWS, _("Review of %(date)s, held by %(who)s: %(decision)s") % about, text)


def _outcome(row: Any) -> str:
    seen = ", ".join(filter(None, (row.seen_by, day(row.seen_on))))
    course = f"{row.outcome.text}: {row.get_course_display()}"
    return ". ".join(one.rstrip(".") for one in (course, row.what, seen) if one) + "."

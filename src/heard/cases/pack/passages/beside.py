"""Missing episodes, what was shared, referrals, what panels decided, and the chronology."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.cases.missing.queries import episodes_of, forms_of
from heard.cases.pack.passages.shape import Passage, labelled, lines, quoted
from heard.cases.pack.rules import Part
from heard.cases.panel.queries import items_of_child
from heard.cases.referral.queries import referrals_of_child, sections_of
from heard.cases.sharing.queries import requests_visible_to, shares_visible_to
from heard.cases.timeline.facts import facts_of
from heard.cases.timeline.rows import rows_of
from heard.govuk.environment import day, time

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person


def missing(user: User, person: Person) -> Iterator[Passage]:
    for one in (
        episodes_of(user, person.pk).select_related("interview__words", "noted_by").order_by("missing_from")
    ):
        yield Passage(
            Part.MISSING, _("Missing since %(time)s") % {"time": time(one.missing_from)}, _episode(one)
        )
        interview = getattr(one, "interview", None)
        if interview:
            said = {"time": time(interview.held_at), "who": interview.with_whom}
            yield Passage(Part.MISSING, _("Heard on %(time)s by %(who)s") % said, _interview(interview))
    form = forms_of(user, person.pk).first()
    if form:
        about = {"version": form.version, "date": day(form.written_at)}
        heading = _("What helps to find the child, version %(version)s of %(date)s") % about
        yield Passage(Part.MISSING, heading, _philomena(form))


def _episode(one: Any) -> str:
    return lines(
        labelled(_("From"), ", ".join(filter(None, (one.get_from_where_display(), one.from_detail)))),
        labelled(_("Last seen"), f"{one.last_seen_where}, {one.last_seen_by}"),
        labelled(_("What is known"), one.what_is_known),
        labelled(_("In danger"), one.get_danger_display()),
        one.danger_why,
        labelled(_("Reported to the police"), time(one.reported_at)),
        labelled(_("Police reference"), one.police_reference),
        labelled(_("Why it was not reported"), one.why_not_reported),
        labelled(_("Clothing"), one.clothing),
        labelled(_("Mood"), one.mood),
        labelled(_("Money"), one.money),
        labelled(_("Telephone"), one.phone_state),
        labelled(_("Back"), ", ".join(filter(None, (time(one.found_at), one.found_where, one.found_by)))),
        labelled(_("How the child was"), one.condition),
        labelled(_("The police’s check"), one.check_note),
    )


def _interview(one: Any) -> str:
    said = labelled(_("What the child said"), quoted(one.words.text)) if one.words else one.why_no_words
    return lines(
        labelled(_("How they are independent"), one.independent),
        labelled(_("Who else was there"), one.who_else),
        said,
        labelled(_("Where the child was"), one.where_was),
        labelled(_("Who with"), one.who_with),
        labelled(_("What made the child leave"), one.pushed),
        labelled(_("What drew the child"), one.pulled),
        labelled(_("What would help"), one.would_help),
        labelled(_("What was passed on"), one.passed_on),
    )


def _philomena(one: Any) -> str:
    return lines(
        labelled(_("What the child looks like"), one.description),
        labelled(_("Friends and people"), one.associates),
        labelled(_("Places"), one.places),
        labelled(_("Health"), one.medical),
        labelled(_("Money"), one.finance),
        labelled(_("Social media"), one.social_media),
        labelled(_("Telephone"), one.phone),
        labelled(_("Transport"), one.transport),
        labelled(_("What helps"), one.what_helps),
        labelled(_("Written with"), one.prepared_with),
    )


def sharing(user: User, person: Person) -> Iterator[Passage]:
    for one in shares_visible_to(user).filter(person=person).order_by("prepared_at"):
        about = {
            "other": one.other_side,
            "date": day(one.decided_at or one.prepared_at),
            "state": one.get_state_display(),
        }
        text = lines(
            labelled(_("To whom"), one.to_person),
            labelled(_("What for"), one.purpose),
            labelled(_("Why"), one.why),
            labelled(_("Decided by"), one.decided_by),
            labelled(_("What the child was told"), one.told_note),
            *(section.heading for section in one.sections),
        )
        yield Passage(Part.SHARING, _("%(other)s, %(date)s: %(state)s") % about, text)
    for asked in requests_visible_to(user).filter(person=person).order_by("asked_on"):
        about = {"other": asked.other_side, "date": day(asked.asked_on), "way": asked.get_direction_display()}
        text = lines(
            labelled(_("The person there"), asked.who),
            labelled(_("What is asked for"), asked.what),
            labelled(_("What it is needed for"), asked.why),
            labelled(_("Answer"), asked.answer),
        )
        yield Passage(Part.SHARING, _("%(way)s: %(other)s, %(date)s") % about, text)


def referrals(user: User, person: Person) -> Iterator[Passage]:
    for one in referrals_of_child(user, person.pk).order_by("started_at"):
        about = {"number": one.number, "date": day(one.started_at), "state": one.get_state_display().lower()}
        heading = (
            _("Referral to the National Referral Mechanism, version %(number)s, of %(date)s, %(state)s")
            % about
        )
        text = lines(
            labelled(_("Written by"), one.writer),
            labelled(_("Reviewed by"), one.reviewed_by),
            labelled(_("Submitted on"), day(one.submitted_on)),
            labelled(_("Reference"), one.reference_received),
            *(_result(row) for row in one.decisions.all()),
        )
        yield Passage(Part.REFERRAL, heading, text)
        for section in sections_of(user, one, known={}):
            answers = lines(*(labelled(answer.question.label, answer.text) for answer in section.answers))
            if answers:
                yield Passage(Part.REFERRAL, section.part.label, answers)


def _result(row: Any) -> str:
    said = {"stage": row.get_stage_display(), "result": row.get_result_display(), "date": day(row.decided_on)}
    return lines(_("Home Office, %(date)s: %(stage)s, %(result)s") % said, row.note)


def panels(user: User, person: Person) -> Iterator[Passage]:
    for one in reversed(items_of_child(user, person.pk).prefetch_related("actions__owner")):
        heading = _("Panel of %(date)s: %(decision)s") % {
            "date": day(one.panel.starts_at),
            "decision": one.decision,
        }
        said = labelled(_("What the child said"), quoted(one.words.text)) if one.words else one.why_no_words
        text = lines(
            labelled(_("Why"), one.reason),
            labelled(_("What was said"), one.notes),
            said,
            *(f"{row.what}: {row.owner}, {day(row.due_on)}" for row in one.actions.all()),
            *(f"{_('Did not agree')}: {row.who}, {row.agency}: {row.why}" for row in one.dissents.all()),
        )
        yield Passage(Part.PANEL, heading, text)


def chronology(user: User, person: Person, since: date | None, until: date | None) -> Iterator[Passage]:
    """Oldest first, as a meeting reads it."""
    for fact in reversed(facts_of(user, rows_of(user, person.pk))):
        if (since is None or fact.on >= since) and (until is None or fact.on <= until):
            said = ", ".join(filter(None, (fact.who, fact.agency)))
            yield Passage(Part.CHRONOLOGY, f"{day(fact.on)}: {fact.what}", lines(fact.text, said))

"""Promises kept: how often the partnership did what it said it would do for every child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from heard.board import decisions
from heard.cases.assessment import queries as assessments
from heard.cases.case import queries as cases
from heard.cases.clocks import queries as clocks
from heard.cases.concern import queries as concerns
from heard.cases.missing import queries as missing
from heard.cases.plan import queries as plans
from heard.cases.review import queries as reviews
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.rules import Kept

YEAR: Final = timedelta(days=365)  # over which figures are counted


@dataclass(frozen=True)
class Promise:
    """One thing that the partnership said it would do, and how often it did."""

    text: str
    kept: Kept
    source: str
    counts: str = ""


def promises(user: User, *, since: date, today: date) -> list[Promise]:
    """What is promised to every child, since a day and up to today. For those who see figures; else `Hidden`."""
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
            _(
                "Decisions made beside the child’s own words, or with the reason why the child could not be heard, from the "
                "first worry to closing the case"
            ),
            decisions.all_stages(decisions.by_stage(user, since=since)),
            release.entries["voice_child"].source,
            decisions.what_counts(),
        ),
        Promise(
            _("Open cases in which the child has a trusted worker"),
            cases.with_a_trusted_worker(user),
            release.entries["P3"].source,
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
        *(_by_clock(user, text, names, since=since, today=today) for text, names in _timed()),
        Promise(_("Actions done by their day"), plans.done_in_time(user, since=since, today=today), agreed),
        Promise(_("Reviews held by their day"), reviews.held_in_time(user, since=since, today=today), agreed),
    ]


def _timed() -> list[tuple[str, tuple[str, ...]]]:
    """What moments start and meet, in the words of the page, by their clocks in the knowledge release."""
    return [
        (
            _("First child protection conferences held in time"),
            ("conference", "conference_transfer_in"),
        ),
        (_("First core groups held in time"), ("core_group",)),
        (
            _("Review conferences held in time"),
            ("review_conference_first", "review_conference_next"),
        ),
        (
            _("Looked-after reviews held in time"),
            ("looked_after_review_first", "looked_after_review_second", "looked_after_review_next"),
        ),
    ]


def _by_clock(user: User, text: str, names: tuple[str, ...], *, since: date, today: date) -> Promise:
    kept = clocks.met_in_time(user, names, since=since, today=today)
    return Promise(text, kept, load.current().clock(names[0]).source)

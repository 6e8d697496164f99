"""What the partnership said it would do for every child: each promise, what is behind its figure, and what that does not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from heard.board import decisions
from heard.cases.clocks.words import allowed
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.knowledge.model import Release

YEAR: Final = timedelta(days=365)  # over which an audit looks back

# Names of promises. They stand in notes and addresses, so that they stay.
WORRIES: Final = "worries"
WORDS: Final = "words"
TRUSTED: Final = "trusted-worker"
ASSESSMENTS: Final = "assessments"
INTERVIEWS: Final = "interviews"
OFFERS: Final = "interviews-offered"
ACTIONS: Final = "actions"
REVIEWS: Final = "reviews"
REPORTS: Final = "offence-reports"  # only where the duty to report holds, or held
# By moments that start and meet clocks of the knowledge release.
BY_CLOCK: Final = {
    "conferences": ("conference", "conference_transfer_in"),
    "core-groups": ("core_group",),
    "review-conferences": ("review_conference_first", "review_conference_next"),
    "looked-after-reviews": (
        "looked_after_review_first",
        "looked_after_review_second",
        "looked_after_review_next",
    ),
}


@dataclass(frozen=True)
class Promise:
    """One thing that the partnership said it would do. `counts`: what is counted, and in which quarter; `not_said`: what the
    figure does not say; `source`: who asks it."""

    name: str
    text: str
    source: str
    counts: str
    not_said: str


def all_promises(*, with_reports: bool = False) -> list[Promise]:
    """In the order of the page, by the newest release of the knowledge. `with_reports`: the duty to report holds here, or something was noted while it did."""
    release = load.current()
    return [
        _worries(release),
        _words(release),
        _trusted(release),
        _assessments(release),
        _interviews(release),
        _offers(release),
        *(_by_clock(release, name, text) for name, text in _timed()),
        _actions(),
        _reviews(),
        *([_reports(release)] if with_reports else []),
    ]


def _due() -> str:
    return _("It counts in the quarter in which it was due. What is not due yet is not counted.")


def _worries(release: Release) -> Promise:
    clock = release.clock("concern_decision")
    counts = _(
        "Every worry that was told, kept where it was decided by the end of the day on which that was due."
    )
    by_agency = _("Not by agency: whoever takes worries decides them for all.")
    return Promise(
        WORRIES,
        _("Worries decided within %(time)s") % {"time": allowed(clock)},
        clock.source,
        f"{counts} {_due()} {by_agency}",
        _("It does not say whether the decision was right, or whether the child was safer for it."),
    )


def _words(release: Release) -> Promise:
    return Promise(
        WORDS,
        _(
            "Decisions made beside the child’s own words, or with the reason why the child could not be heard, from the "
            "first worry to closing the case"
        ),
        release.entries["voice_child"].source,
        decisions.what_counts() + " " + _("It counts in the quarter in which it was made."),
        _("It does not say whether what the child said changed what was decided."),
    )


def _trusted(release: Release) -> Promise:
    counts = _(
        "The cases that are open today, kept where somebody is named on whom the child counts and who may see the record."
    )
    only_today = _("This is known only of today, so that there is no figure of an earlier quarter.")
    return Promise(
        TRUSTED,
        _("Open cases in which the child has a trusted worker"),
        release.entries["P3"].source,
        f"{counts} {only_today}",
        _("It does not say whether the child trusts them. The child’s own words do."),
    )


def _assessments(release: Release) -> Promise:
    clock = release.clock("assessment")
    counts = _(
        "Every assessment that was begun, kept where it was signed off by the day on which it was due. A case in which none was begun is not "
        "among them."
    )
    return Promise(
        ASSESSMENTS,
        _("Assessments signed off within %(time)s of the worry") % {"time": allowed(clock)},
        clock.source,
        f"{counts} {_due()} {_led()}",
        _("It does not say how well the child is understood in it."),
    )


def _interviews(release: Release) -> Promise:
    clock = release.clock("return_interview")
    counts = _(
        "Every return, kept where the interview was held within that time. Where the child said no it was not held."
    )
    return Promise(
        INTERVIEWS,
        _("Children who came back after being missing and were heard within %(time)s")
        % {"time": allowed(clock)},
        clock.source,
        f"{counts} {_due()}",
        _("It does not say whether anybody acted on what the child said."),
    )


def _offers(release: Release) -> Promise:
    clock = release.clock("return_interview")
    counts = _("Every return, kept where the child was asked within that time, whatever the child answered.")
    return Promise(
        OFFERS,
        _("Children who came back and were asked within %(time)s whether they want to be heard")
        % {"time": allowed(clock)},
        clock.source,
        f"{counts} {_due()}",
        _("It does not say whether the child was asked by somebody whom they could tell."),
    )


def _agreed() -> str:
    return _("the dates that people agreed in the plans")


def _actions() -> Promise:
    counts = _(
        "Every action of an agreed plan, once, kept where it was done by its day. Where a changed plan gave it another day "
        "after the first had passed, it was not done in time."
    )
    return Promise(
        ACTIONS,
        _("Actions done by their day"),
        _agreed(),
        f"{counts} {_due()} {_led()}",
        _("It does not say whether the action helped. The review says what changed for the child."),
    )


def _reviews() -> Promise:
    counts = _("Every review of a plan, kept where it was held by its day. One that is overdue was not.")
    return Promise(
        REVIEWS,
        _("Reviews held by their day"),
        _agreed(),
        f"{counts} {_due()} {_led()}",
        _("It does not say whether the child was there, or what was decided."),
    )


def _reports(release: Release) -> Promise:
    clock = release.clock("duty_to_report_delay")
    return Promise(
        REPORTS,
        _("Suspected offences reported to the police or a council in time"),
        _("our own rule; the longer time: %(source)s") % {"source": clock.source},
        _(
            "Every suspected offence that somebody noted under the duty to report, kept where it was reported on the day on which it became "
            "known or, where an earlier report would have put the child at risk, within %(days)s days. It counts in the quarter of that last day; "
            "what was put right before it was reported is not counted. That a report on a later day is late is our own rule: the Bill says as "
            "soon as practicable."
        )
        % {"days": clock.amount},
        _(
            "It does not say what nobody noted, or what came of a report. Reports about somebody who works with children are not in it: they "
            "are told as a worry, and reported at once all the same."
        ),
    )


def _timed() -> list[tuple[str, str]]:
    return [
        ("conferences", _("First child protection conferences held in time")),
        ("core-groups", _("First core groups held in time")),
        ("review-conferences", _("Review conferences held in time")),
        ("looked-after-reviews", _("Looked-after reviews held in time")),
    ]


def _by_clock(release: Release, name: str, text: str) -> Promise:
    counts = _(
        "Every one whose start was noted in a case, kept where it was held by the day on which it was due."
    )
    not_said = _(
        "Where nobody noted what starts the time, nothing is counted: the figure may look better than it was."
    )
    return Promise(
        name, text, release.clock(BY_CLOCK[name][0]).source, f"{counts} {_due()} {_led()}", not_said
    )


def _led() -> str:
    return _("By agency, it counts for the one whose team leads the case today.")

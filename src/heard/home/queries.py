"""What is due and waiting for one user, of every kind that there is."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.core.signals import setting_changed
from django.utils.timezone import localdate

from heard.agencies import work as agencies
from heard.agencies.any_user import Question, any_user, whether_any, which_hold_any
from heard.agencies.rules import Hidden
from heard.board import work as board
from heard.board.caseaudit import work as caseaudit
from heard.cases.assessment import work as assessment
from heard.cases.case import work as case
from heard.cases.clocks import work as clocks
from heard.cases.concern import work as concern
from heard.cases.concern.holder import work as holder
from heard.cases.concern.strategy import work as strategy
from heard.cases.context import work as context
from heard.cases.disruption import work as disruption
from heard.cases.glass import work as glass
from heard.cases.inspection import work as inspection
from heard.cases.keeping import work as keeping
from heard.cases.leaving import work as leaving
from heard.cases.missing import work as missing
from heard.cases.note import work as note
from heard.cases.onward import work as onward
from heard.cases.pack import work as pack
from heard.cases.panel import work as panel
from heard.cases.plan import work as plan
from heard.cases.referral import work as referral
from heard.cases.reporting import work as reporting
from heard.cases.review import work as review
from heard.cases.sharing import work as sharing
from heard.cases.supervision import work as supervision
from heard.cases.turning import work as turning
from heard.cases.voice import work as voice
from heard.cases.watch import work as watch
from heard.cases.words import work as words
from heard.graph.exchange import work as exchange
from heard.home.waiting import AT_MOST, WorkSection, section_of
from heard.home.work import DRAFTS
from heard.insight.bringing import work as bringing
from heard.insight.describe import work as describe
from heard.insight.digest import work as digest
from heard.insight.release import work as release
from heard.network import work as network
from heard.services import work as services
from heard.services.law import work as law

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.agencies.waiting import WorkList

# In the order of the page.
LISTS: Final[tuple[WorkList, ...]] = (
    missing.NOW,
    missing.INTERVIEWS,
    concern.STAFF,
    voice.CHECKS,
    voice.SPOKEN,
    voice.ASKING,
    voice.AFTER_PANELS,
    voice.AFTER_REVIEWS,
    concern.DECISIONS,
    concern.NAMED,
    holder.TO_DECIDE,
    concern.QUESTIONS,
    reporting.TO_REPORT,
    strategy.TO_HOLD,
    concern.TOLD_BACK,
    concern.STEPS,
    glass.REVIEWS,
    clocks.CLOCKS,
    case.WARNINGS,
    assessment.SIGN_OFFS,
    plan.ACTIONS,
    disruption.DISRUPTION,
    disruption.OF_CONTEXTS,
    disruption.GROUNDS,
    context.GROUNDS,
    panel.GROUNDS,
    disruption.POWERS,
    context.SIGN_OFFS,
    context.ASSESSMENTS,
    context.CONTEXTS,
    context.GUARDIANS,
    context.NOBODY,
    context.TO_CLOSE,
    context.LOOK_AGAIN,
    words.WORDS,
    case.NOT_ALLOCATED,
    case.WITHOUT_A_WORKER,
    case.RESTRICTED_ALONE,
    network.PROPOSED,
    network.ANSWERED,
    network.LOOK_AGAIN,
    review.REVIEWS,
    leaving.HANDOVERS,
    leaving.AFTERWARDS,
    supervision.SUPERVISION,
    supervision.ACTIONS,
    assessment.TO_BEGIN,
    assessment.ASSESSMENTS,
    assessment.QUESTIONS,
    referral.TO_REVIEW,
    referral.PREPARED,
    referral.SUBMITTED,
    onward.TO_ANSWER,
    onward.OVERDUE,
    onward.WAITING,
    turning.TO_ASK,
    turning.IN_TEAM,
    sharing.DELIVERED,
    sharing.NOT_OPENED,
    sharing.REQUESTS,
    sharing.ASKED_OF_US,
    sharing.SHARES,
    panel.PANELS,
    panel.ACTIONS,
    panel.DISAGREEMENTS,
    watch.ALERTS,
    board.ACTIONS,
    board.AUDITS,
    caseaudit.CASES_TO_READ,
    caseaudit.READERS_TO_LET_IN,
    law.VACANT,
    services.RECHECK,
    inspection.TO_DECIDE,
    inspection.TO_TAKE,
    inspection.REFUSED,
    keeping.DESTRUCTIONS,
    keeping.HOLDS,
    agencies.RECOVERIES,
    agencies.TRAIL,
    agencies.JOINED,
    agencies.ROLES_PROPOSED,
    agencies.GROUPS_TO_AGREE,
    agencies.WITHOUT_GROUPS,
    agencies.OWN_MAIL,
    agencies.WITHOUT_MAIL,
    agencies.UNUSED,
    pack.RECORDS,
    pack.RECORDS_TO_CHECK,
    bringing.UNDOINGS,
    describe.TABLES,
    release.PROFILES,
    exchange.DRAWINGS_OUT,
    exchange.DRAWINGS_DECIDED,
    digest.DIGESTS,
    pack.PACKS,
    DRAFTS,
    note.TO_SEE,
    note.TO_SEE_ALONE,
    note.TO_CONTACT,
)


def lists_of(user: User) -> list[WorkList]:
    """Every kind of work that this user's role has, in the order of the page."""
    return [kind for kind in LISTS if user.may(kind.may)]


def list_of(user: User, key: str) -> WorkList:
    """The kind of work of this key, or `Hidden`."""
    kind = next((kind for kind in lists_of(user) if kind.key == key), None)
    if kind is None:
        raise Hidden
    return kind


def my_work(user: User, *, at_most: int = AT_MOST) -> list[WorkSection]:
    """What waits, in the order of the page, overdue first within each, `at_most` of each kind; what is empty is left out.

    One query to find out which cannot hold anything, and one for each of the others, whatever it holds.
    """
    sections = (section_of(user, kind, at_most=at_most) for kind in _that_may_hold_any(user))
    return [section for section in sections if section.waiting]


def due_by(user: User, day: date) -> list[tuple[str, int]]:
    """How much is overdue or due on a day, by kind: heading and number. One query a kind."""
    counted = [
        (str(kind.heading), kind.rows(user).order_by().filter(due).count())
        for kind in _that_may_hold_any(user)
        if (due := kind.due_by(day)) is not None
    ]
    return [(heading, number) for heading, number in counted if number]


def _that_may_hold_any(user: User) -> list[WorkList]:
    lists, asked = lists_of(user), _asked_first(frozenset(user.roles), localdate())
    found = which_hold_any(user, {kind.key: asked[kind.key] for kind in lists if kind.only_if})
    return [kind for kind in lists if not kind.only_if or kind.key in found]


@lru_cache(maxsize=64)
def _asked_first(roles: frozenset[str], today: date) -> dict[str, Question]:
    """What `only_if` says of each list, by its key: the reader is its parameter, and the day stands in it."""
    return {kind.key: whether_any(kind.only_if(any_user(roles))) for kind in LISTS if kind.only_if}


def _ask_anew(**_changed: object) -> None:
    _asked_first.cache_clear()


setting_changed.connect(_ask_anew)

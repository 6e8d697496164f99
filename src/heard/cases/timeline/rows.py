"""Every row that the stages hold about one child, read once: a fixed number of queries, however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from heard.agencies.asking import Lists, lists_of
from heard.cases.assessment.queries import assessments_visible_to, findings_of
from heard.cases.attachment.queries import attachments_around
from heard.cases.case.queries import (
    cases_visible_to,
    periods_of,
    trusted_workers_visible_to,
    warnings_ever_of,
    words_of,
)
from heard.cases.clocks.queries import STANDING, moments_visible_to
from heard.cases.concern.queries import concerns_of
from heard.cases.disruption.queries import steps_visible_to
from heard.cases.missing.queries import told_of
from heard.cases.own.queries import given_visible_to
from heard.cases.panel.queries import disagreements_of, items_of_child
from heard.cases.plan.queries import actions_visible_to, notes_visible_to, plans_visible_to
from heard.cases.referral.queries import referrals_of_child
from heard.cases.review.queries import reviews_visible_to
from heard.cases.safety.queries import safety_plans_visible_to
from heard.cases.sharing.queries import requests_visible_to, shares_visible_to
from heard.cases.supervision.queries import decisions_on_record
from heard.cases.words.queries import answers_of
from heard.network.queries import ever_involved, person_visible_to, ties_visible_to

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User
    from heard.cases.assessment.models import Assessment, Finding
    from heard.cases.attachment.models import Attachment
    from heard.cases.case.models import Case, CasePeriod, Observation, TrustedWorker, WarningNote, Words
    from heard.cases.clocks.models import Moment
    from heard.cases.concern.models import Concern
    from heard.cases.disruption.models import DisruptionStep
    from heard.cases.missing.models import Episode
    from heard.cases.own.models import GivenPlan
    from heard.cases.panel.models import Disagreement, PanelItem
    from heard.cases.plan.models import Action, Plan, WhereWeAre
    from heard.cases.referral.models import Referral
    from heard.cases.review.models import Review
    from heard.cases.safety.models import SafetyPlan
    from heard.cases.sharing.models import InfoRequest, Share
    from heard.cases.supervision.models import RecordedDecision
    from heard.cases.words.models import Answer
    from heard.network.models import Involvement
    from heard.network.queries import Around

# The records beside a row of which `facts` says the name.
_BESIDE: Final = {
    "worries": ("agency",),
    "cases": ("lead_team",),
    "periods": ("case",),
    "workers": ("worker",),
    "disruption": ("person", "place", "group", "agency"),
    "where": ("outcome",),
    "findings": ("question",),
    "episodes": ("interview",),
    "shares": ("to_agency",),
    "requests": ("agency",),
    "involved": ("agency",),
}


@dataclass(frozen=True)
class Rows:
    """Newest first, as far as it has an order. Only what this user may see of this child."""

    worries: list[Concern]
    cases: list[Case]
    periods: list[CasePeriod]
    words: list[Words]
    answers: list[Answer]
    workers: list[TrustedWorker]
    safety_plans: list[SafetyPlan]
    disruption: list[DisruptionStep]
    given: list[GivenPlan]
    where: list[WhereWeAre]
    assessments: list[Assessment]
    findings: list[Finding]
    plans: list[Plan]
    actions: list[Action]
    reviews: list[Review]
    decisions: list[RecordedDecision]
    referrals: list[Referral]
    episodes: list[Episode]
    shares: list[Share]
    requests: list[InfoRequest]
    warnings: list[WarningNote]
    warnings_ever: list[WarningNote]
    files: list[Attachment]
    around: list[Around]
    involved: list[Involvement]
    moments: list[Moment]
    panel_items: list[PanelItem]
    disagreements: list[Disagreement]

    @property
    def notes(self) -> list[tuple[Observation, str]]:
        """Every sign and vulnerability that anybody noted, with the release that its item belongs to.

        What a worry saw comes before what an assessment took over from it.
        """
        told = [(note, worry.release) for worry in self.worries for note in worry.observations.all()]
        assessed = [(note, one.release) for one in self.assessments for note in one.observations.all()]
        return [*told, *assessed]


def rows_of(user: User, person_id: uuid.UUID) -> Rows:
    """Raises `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id)
    warned = list(warnings_ever_of(user, person_id))
    return Rows(
        warnings=[note for note in warned if note.ended_at is None],
        warnings_ever=warned,
        around=ties_visible_to(user, person_id),
        **lists_of(_told_in_facts, user, person_id),
    )


def _told_in_facts(user: User, person_id: uuid.UUID) -> Lists:
    """Nothing is fetched beside them but what facts name: a database takes longer to plan a question about ten tables than
    to answer it."""

    def bare(name: str, rows: Callable[[], QuerySet[Any]]) -> QuerySet[Any]:
        alone = rows().select_related(None)
        return alone.select_related(*_BESIDE[name]) if name in _BESIDE else alone

    return {name: partial(bare, name, rows) for name, rows in _each(user, person_id).items()}


def _each(user: User, person_id: uuid.UUID) -> Lists:
    return {
        "worries": lambda: concerns_of(user, person_id).prefetch_related("observations"),
        "cases": lambda: cases_visible_to(user).filter(person_id=person_id),
        "periods": lambda: periods_of(user, person_id),
        "words": lambda: words_of(user, person_id),
        "answers": lambda: answers_of(user, person_id),
        "workers": lambda: trusted_workers_visible_to(user).filter(case__person_id=person_id),
        "safety_plans": lambda: safety_plans_visible_to(user).filter(case__person_id=person_id),
        "disruption": lambda: steps_visible_to(user).filter(case__person_id=person_id),
        "given": lambda: given_visible_to(user).filter(plan__case__person_id=person_id),
        "where": lambda: notes_visible_to(user).filter(outcome__plan__case__person_id=person_id),
        "assessments": lambda: (
            assessments_visible_to(user)
            .filter(case__person_id=person_id)
            .prefetch_related("observations", "evidence", "sent_back")
        ),
        "findings": lambda: findings_of(user, person_id),
        "plans": lambda: plans_visible_to(user).filter(case__person_id=person_id),
        "actions": lambda: (
            actions_visible_to(user)
            .filter(outcome__plan__case__person_id=person_id)
            .order_by("due_on", "added_at")
        ),
        "reviews": lambda: reviews_visible_to(user).filter(plan__case__person_id=person_id),
        "episodes": lambda: told_of(user, person_id),
        "shares": lambda: shares_visible_to(user).filter(person_id=person_id),
        "requests": lambda: requests_visible_to(user).filter(person_id=person_id),
        "referrals": lambda: referrals_of_child(user, person_id),
        "decisions": lambda: decisions_on_record(user, person_id),
        "files": lambda: attachments_around(user, person_id),
        "involved": lambda: ever_involved(user, person_id),
        "moments": lambda: moments_visible_to(user).filter(STANDING, case__person_id=person_id),
        "panel_items": lambda: items_of_child(user, person_id),
        "disagreements": lambda: disagreements_of(user, person_id),
    }

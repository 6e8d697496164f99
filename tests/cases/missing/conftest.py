"""A child of a case who was missing, or is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.again import written_once

from heard.cases.case.actions import leave_unheard
from heard.cases.case.models import Words
from heard.cases.case.rules import Try, Unheard, WhyUnheard
from heard.cases.missing import actions
from heard.cases.missing.models import Episode, Interview
from heard.cases.words.rules import ChildsView

SEEN = {
    "last_seen_where": "The bus stop in Kiln Lane",
    "last_seen_by": "Ola, her carer",
    "danger": "not_known",
}
BACK = {
    "found_where": "At her aunt’s",
    "found_by": "Came back alone",
    "condition": "Tired and hungry. She ate and slept.",
    "check_by_police": "done",
    "check_note": "An officer came the next morning.",
}
VIEW = ChildsView(
    new={
        "text": "I went because nobody asked me where I wanted to live.",
        "heard_by": "Noor, advocate",
        "heard_on": timezone.localdate(),
    }
)
NOT_REACHED = ChildsView(unheard=WhyUnheard(Unheard.NOT_REACHED, tries=(Try(timezone.localdate(), "call"),)))


def ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def gone(by: Any, person_id: Any, hours: float, **more: Any) -> Episode:
    """Missing since so many hours ago, and the police were told at once."""
    when = ago(hours)
    said = {"missing_from": when, "reported_at": when, "police_reference": "WX-204"} | SEEN | more
    return actions.note_missing(by=by, person_id=person_id, **said)


def interviewed(by: Any, episode: Episode, hours: float, **more: Any) -> Interview:
    said = {
        "held_at": ago(hours),
        "where": "The youth centre",
        "with_whom": "Noor, advocate",
        "independent": "Works for a charity that does not look after her",
        "view": VIEW,
    }
    return actions.record_interview(by=by, episode_id=episode.pk, **said | more)


def not_reached(by: Any, episode: Episode) -> Interview:
    """As one could be saved before: that the child could not be reached, as an interview."""
    interview = interviewed(by, episode, 5, view=ChildsView(why_no_words="Rang twice"))
    about = {"person_id": episode.person_id, "beside": Words.Occasion.INTERVIEW, "beside_id": interview.pk}
    leave_unheard(by=by, told=NOT_REACHED.unheard, **about)
    return interview


@pytest.fixture
@written_once
def episode(world, case) -> Episode:
    return gone(world.social_worker, case.person_id, 30)


@pytest.fixture
@written_once
def returned(world, episode) -> Episode:
    """Back for twenty hours."""
    return actions.note_found(by=world.social_worker, episode_id=episode.pk, found_at=ago(20), **BACK)


@pytest.fixture
@written_once
def heard(world, returned) -> Interview:
    return interviewed(world.social_worker, returned, 5)

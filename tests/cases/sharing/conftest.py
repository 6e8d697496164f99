"""A share that was prepared, and a request that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.again import written_once

from heard.cases.sharing import actions, queries, rules
from heard.cases.sharing.models import InfoRequest, Share
from heard.cases.words.rules import ChildsView
from heard.network.actions import Knows, add_person, note_tie


def keys_of(user: Any, person_id: Any, *groups: str) -> list[str]:
    from heard.cases.sharing.pieces import pieces_of

    return [piece.key for piece in pieces_of(user, person_id) if piece.group in groups]


def prepare(by: Any, person_id: Any, *groups: str, **more: Any) -> Share:
    said = {
        "purpose": "So that she is met at the gate",
        "to_person": "Ann Lee, designated lead",
        "to_outside": "Southgate College",
        "how": "mail",
        "pieces": keys_of(by, person_id, *(groups or ("words", "signs"))),
    }
    return actions.prepare_share(by=by, person_id=person_id, **said | more)


def decide(by: Any, share: Share, decision: str = "shared", **more: Any) -> Share:
    said = {
        "decision": decision,
        "seen": rules.fingerprint(queries.preview(by, share)),
        "why": "The college can keep her safe only if it knows",
        "view": ChildsView(why_no_words="She will be asked on Monday"),
        "told": "told",
        "basis": "public_task",
        "review_on": timezone.localdate() + timedelta(days=30),
    }
    return actions.decide_share(by=by, share_id=share.pk, **said | more)


def ask(by: Any, person_id: Any, due_in: int = 5, **more: Any) -> InfoRequest:
    today = timezone.localdate()
    said = {
        "direction": "we_ask",
        "outside": "The health centre",
        "who": "Dr Lane",
        "what": "Visits in the last year",
        "why": "To see what she needs",
        "asked_on": today - timedelta(days=20),
        "due_on": today + timedelta(days=due_in),
    }
    return actions.note_request(by=by, person_id=person_id, **said | more)


@pytest.fixture
@written_once
def prepared(world, case) -> Share:
    """Her words and the signs seen, for a college outside the partnership."""
    adult = add_person(by=world.social_worker, given_name="Ola", family_name="Brand", kind="adult")
    note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="carer",
        other_id=adult.pk,
        knows=Knows("On record"),
    )
    return prepare(world.social_worker, case.person_id, free_text="Ola Brand fetches her.")

"""What is typed and not sent: kept for its writer, resumed elsewhere, and never written over what others wrote."""

import uuid

import pytest
from tests.conftest import World

from heard.agencies import actions, queries
from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden


def test_a_draft_keeps_every_step_and_is_its_writers_alone(world: World) -> None:
    draft = actions.begin_draft(by=world.teacher, kind="worry")
    actions.save_draft(by=world.teacher, draft_id=draft.pk, kind="worry", step="seen", answers={"a": "1"})
    actions.save_draft(by=world.teacher, draft_id=draft.pk, kind="worry", step="words", answers={"b": "2"})
    [kept] = queries.drafts_of(world.teacher)
    assert kept.answers == {"seen": {"a": "1"}, "words": {"b": "2"}}
    for user in (world.officer, world.coordinator):
        assert list(queries.drafts_of(user)) == []
        with pytest.raises(Hidden):
            actions.save_draft(by=user, draft_id=draft.pk, kind="worry", step="seen", answers={})
        with pytest.raises(Hidden):
            actions.discard_draft(by=user, draft_id=draft.pk, kind="worry")
    with pytest.raises(Hidden):
        queries.draft_of(world.teacher, draft.pk, kind="assessment")
    actions.discard_draft(by=world.teacher, draft_id=draft.pk, kind="worry")
    with pytest.raises(Hidden):
        queries.draft_of(world.teacher, draft.pk, kind="worry")
    assert set(AuditRow.objects.filter(subject="draft").values_list("verb", flat=True)) == {
        "begin",
        "discard",
    }


def test_a_draft_that_is_not_there_is_hidden(world: World) -> None:
    with pytest.raises(Hidden):
        actions.save_draft(by=world.teacher, draft_id=uuid.uuid4(), kind="worry", step="seen", answers={})

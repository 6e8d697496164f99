"""A worker and their supervisor, with supervision to come."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.again import written_once

from heard.cases.supervision import actions
from heard.cases.supervision.models import Supervision


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
@written_once
def planned(world) -> Supervision:
    return actions.begin_supervision(
        by=world.social_worker,
        worker=world.social_worker,
        supervisor=world.supervisor,
        planned_on=in_days(3),
    )


@pytest.fixture
@written_once
def held(world, planned) -> Supervision:
    return actions.hold_supervision(
        by=world.supervisor,
        supervision_id=planned.pk,
        held_on=timezone.localdate(),
        talked="What it is like when she does not come.",
        wellbeing="Tired, and glad of the team.",
        next_on=in_days(28),
    )


@pytest.fixture
@written_once
def confirmed(world, held) -> Supervision:
    for user in (world.social_worker, world.supervisor):
        actions.confirm_read(by=user, supervision_id=held.pk)
    held.refresh_from_db()
    return held

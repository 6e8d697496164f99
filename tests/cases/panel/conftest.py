"""A panel that meets today, at which the school sits and the police do too; and a child about whom a plan is agreed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.again import written_once
from tests.conftest import World

from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.panel import actions
from heard.cases.panel.models import Panel, PanelItem
from heard.cases.words.rules import ChildsView


def now_plus(days: float):
    return timezone.now() + timedelta(days=days)


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def make_panel(world: World, *, days: float = 0, agencies=None) -> Panel:
    invited = agencies if agencies is not None else [world.care.pk, world.school.pk, world.police.pk]
    return actions.plan_panel(
        by=world.coordinator,
        starts_at=timezone.now() - timedelta(minutes=1) + timedelta(days=days),
        place="Town hall, room 2",
        chair=world.coordinator,
        agencies=invited,
    )


def hold(world: World, panel: Panel) -> Panel:
    came = {seat.pk: ("came", "") for seat in panel.seats.all()}
    return actions.hold_panel(by=world.coordinator, panel_id=panel.pk, came=came)


@pytest.fixture
@written_once
def panel(world) -> Panel:
    return make_panel(world)


@pytest.fixture
@written_once
def prepared(world, panel, case) -> Panel:
    return actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)


@pytest.fixture
@written_once
def item(world, prepared, case) -> PanelItem:
    """Mina, on the agenda because a worry is new."""
    return PanelItem.objects.get(panel=prepared, person=case.person)


NO_WORDS = ChildsView(why_no_words="She wants to wait")


def tell(world, name="Ana", *, by=None, items=("S06",), danger_done="", **about):
    whom = about or {"new_person": {"given_name": name, "family_name": "Lowe"}}
    child = "place_id" not in about and "group_id" not in about
    observations = [Observed(item, "seen", timezone.localdate(), "School", "Seen") for item in items]
    return telling.tell(
        by=by or world.social_worker,
        seen_and_heard="Something that worries us.",
        why_no_words="She was not there" if child else "",
        danger_now="yes" if danger_done else "no",
        danger_done=danger_done,
        observations=observations if child else [],
        **whom,
    )


def reasons(item) -> set[str]:
    return {reason.kind for reason in item.reasons.all()}


def about(panel, **whom) -> PanelItem:
    return PanelItem.objects.get(panel=panel, **whom)


@pytest.fixture
@written_once
def decided(world, item) -> PanelItem:
    return actions.decide_item(
        by=world.coordinator, item_id=item.pk, decision="No more visits", reason="She is safe", view=NO_WORDS
    )

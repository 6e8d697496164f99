"""A worry that is taken on, or a child who is discussed, lets in the team that has to do with it, and nobody else of its agency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import make_panel
from tests.conftest import World

from heard.agencies.models import AuditRow, Membership, Team, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.notices.actions import put_on_duty
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.models import Reader
from heard.cases.concern import actions as telling
from heard.cases.concern import queries
from heard.cases.concern.models import Concern, EarlierDecision
from heard.cases.panel import actions as meeting
from heard.cases.panel.models import PanelItem
from heard.network import actions as network
from heard.network.models import Involvement
from heard.network.queries import Whom

pytestmark = pytest.mark.django_db

WHY: dict[str, Any] = {
    "reason": "They know the park",
    "feedback": "They do it",
    "why_without_words": "Not met",
}
ANSWERS = {
    "reason": "They know the park", "feedback": "They do it", "which": "none", "why_no_words": "Not met yet",
}  # fmt: skip


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def colleague(name: str, team: Team, role: Role = Role.PRACTITIONER) -> User:
    user = User.objects.create_user(username=name, first_name=name.title(), last_name="Adair")
    Membership.objects.create(user=user, team=team, role=role)
    return fresh(user)


def opens(user: User, name: str, **key: Any) -> int:
    return signed_in(fresh(user)).get(reverse(name, kwargs=key)).status_code


def readers(kind: str) -> set[User]:
    return {row.user for row in Reader.objects.filter(notice__kind=kind, notice__ended_at=None)}


@pytest.fixture
def unit(world: World) -> Team:
    """The team of the police in which the officer works."""
    assert world.officer.team
    return world.officer.team


@pytest.fixture
def beat(world: World) -> Team:
    """Another team of the police."""
    return Team.objects.create(agency=world.police, name="Neighbourhood team")


@pytest.fixture
def neighbour(beat: Team) -> User:
    return colleague("nye", beat, Role.SUPERVISOR)


def told(world: World, **change: Any) -> Concern:
    about = {"new_person": {"given_name": "Ida", "family_name": "Moor"}, "why_no_words": "Not met yet"}
    given = {"seen_and_heard": "A car waits for her", "danger_now": "no"} | about | change
    return telling.tell(by=world.teacher, **given)


def decide(
    world: World, concern: Concern, team: Team | None, decision: str = "other_agency", **more: Any
) -> None:
    whom = {"other_agency": world.police, "other_team": team}
    telling.decide(by=world.coordinator, concern=concern, decision=decision, **WHY | whom | more)


# ---- a worry


@pytest.mark.parametrize(
    ("decision", "more", "field"),
    [
        ("other_agency", {}, "other_agency"),
        ("help", {"help_with": "Somewhere to go after school"}, "helping_agency"),
    ],
)
def test_a_team_that_takes_a_worry_on_sees_the_child_and_no_colleague_of_its_agency_does(
    world: World, unit: Team, neighbour: User, decision: str, more: dict[str, str], field: str
) -> None:
    concern = told(world)
    client = signed_in(world.coordinator)
    there = reverse("concern_decide", kwargs={"concern_id": concern.pk})
    page = client.get(there).text
    assert "nobody else of its agency" in page
    assert f"{world.police}: {unit}" in page
    sent = ANSWERS | {"decision": decision, field: f"team:{unit.pk}"} | more
    after = client.post(there, sent, follow=True).text
    assert f"{unit.name}, {world.police.name}" in after
    assert "can open this now" not in after
    child = concern.person_id
    assert opens(world.officer, "child", person_id=child) == 200
    assert opens(neighbour, "child", person_id=child) == 404
    assert opens(neighbour, "concern", concern_id=concern.pk) == 404
    assert readers("worry_taken_on") == {world.officer}
    line = Involvement.objects.get(person=child, agency=world.police)
    assert (line.team, line.user) == (unit, None)
    row = AuditRow.objects.filter(verb="involve", person_id=child).latest("pk")
    assert str(unit.pk) in str(row.detail)


def test_of_all_of_an_agency_everybody_sees_it_where_that_is_chosen(world: World, neighbour: User) -> None:
    concern = told(world)
    decide(world, concern, None)
    assert opens(neighbour, "child", person_id=concern.person_id) == 200


def test_a_place_that_a_team_takes_on_is_that_teams(world: World, unit: Team, neighbour: User) -> None:
    concern = telling.tell(
        by=world.teacher, new_place={"name": "The arcade", "kind": "arcade"}, seen_and_heard="Men wait there",
        when_seen="Fridays", danger_now="no",
    )  # fmt: skip
    decide(world, concern, unit, why_without_words="")
    assert opens(world.officer, "concern", concern_id=concern.pk) == 200
    assert opens(neighbour, "concern", concern_id=concern.pk) == 404


def test_a_team_of_another_agency_is_not_let_in(world: World, unit: Team) -> None:
    with pytest.raises(Hidden):
        decide(world, told(world), unit, other_agency=world.school)


def test_what_a_team_without_anybody_takes_on_is_with_whoever_decides_and_the_page_says_so(
    world: World, beat: Team
) -> None:
    concern = told(world, danger_now="yes", danger_done="Rang 999")
    there = reverse("concern_decide", kwargs={"concern_id": concern.pk})
    sent = ANSWERS | {"decision": "other_agency", "other_agency": f"team:{beat.pk}"}
    after = signed_in(world.coordinator).post(there, sent, follow=True).text
    assert f"Nobody of {beat} can open this now" in after
    assert world.coordinator in readers("nobody_opens")
    now = timezone.now()
    assert world.teacher.team
    night = colleague("noor", world.teacher.team, Role.SUPERVISOR)
    put_on_duty(
        by=world.administrator, user=night, begins=now - timedelta(hours=1),
        ends=now + timedelta(hours=8), phone="01632 960 077",
    )  # fmt: skip
    for minutes in (1, 120):
        pass_on(now + timedelta(minutes=minutes))
    told_of = readers("danger_taken_on")
    assert {world.coordinator, night} <= told_of
    assert world.officer not in told_of
    assert all(opens(user, "concern", concern_id=concern.pk) == 200 for user in told_of)


def test_a_team_that_took_it_on_by_mistake_sees_the_child_no_longer(
    world: World, unit: Team, beat: Team, neighbour: User
) -> None:
    concern = told(world)
    decide(world, concern, beat)
    there = reverse("concern_correct", kwargs={"concern_id": concern.pk})
    client = signed_in(world.coordinator)
    assert f'value="team:{beat.pk}" selected' in client.get(there).text
    sent = ANSWERS | {"decision": "other_agency", "other_agency": f"team:{unit.pk}", "why": "The wrong team"}
    after = client.post(there, sent, follow=True).text
    assert f"{beat} sees the record no longer" in after
    assert opens(neighbour, "child", person_id=concern.person_id) == 404
    assert opens(world.officer, "child", person_id=concern.person_id) == 200
    assert EarlierDecision.objects.get(concern=concern).other_team == beat
    assert readers("worry_taken_on") == {world.officer}


def test_a_team_that_another_worry_needs_stays_and_the_rest_of_the_agency_goes(
    world: World, unit: Team, neighbour: User
) -> None:
    concern = told(world)
    other = telling.tell(
        by=world.teacher, person_id=concern.person_id, seen_and_heard="Again", why_no_words="Not met", danger_now="no"
    )  # fmt: skip
    decide(world, concern, None)
    decide(world, other, unit)
    telling.correct_decision(
        by=world.coordinator, concern_id=concern.pk, why="Mistaken", decision="no_further_action", **WHY
    )
    assert opens(neighbour, "child", person_id=concern.person_id) == 404
    assert opens(world.officer, "child", person_id=concern.person_id) == 200
    assert queries.let_out(fresh(world.coordinator), concern) is None


# ---- a panel


@pytest.fixture
def item(world: World) -> PanelItem:
    """A child with a case, whom the police do not see, at a panel to which the officer is invited by name."""
    concern = told(world)
    telling.decide(by=world.coordinator, concern=concern, decision="open_case", **WHY)
    panel = make_panel(world, agencies=[world.care.pk])
    meeting.invite(by=world.coordinator, panel_id=panel.pk, user=world.officer)
    meeting.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    return PanelItem.objects.get(panel=panel, person=concern.person_id)


def test_a_panel_lets_in_the_team_of_whoever_sits_there_and_no_colleague_of_their_agency(
    world: World, unit: Team, neighbour: User, item: PanelItem
) -> None:
    client = signed_in(world.coordinator)
    there = reverse("panel_involve", kwargs={"item_id": item.pk})
    assert opens(world.officer, "panel_item", item_id=item.pk) == 404
    page = client.get(there).text
    assert f'value="team:{unit.pk}" selected' in page
    assert "nobody else of its agency" in page
    after = client.post(there, {"whom": f"team:{unit.pk}", "why": "Knows the park"}, follow=True).text
    assert "they are involved, and learn of it" in after
    assert opens(world.officer, "panel_item", item_id=item.pk) == 200
    assert opens(neighbour, "panel_item", item_id=item.pk) == 404
    assert opens(neighbour, "child", person_id=item.person_id) == 404
    assert readers("involved") == {world.officer}


def test_a_team_without_anybody_is_said_at_the_panel_too(world: World, beat: Team, item: PanelItem) -> None:
    there = reverse("panel_involve", kwargs={"item_id": item.pk})
    sent = {"whom": f"team:{beat.pk}", "why": "Walks there each day"}
    after = signed_in(world.coordinator).post(there, sent, follow=True).text
    assert f"Nobody of {beat} can open this now" in after
    assert readers("nobody_opens") == {world.coordinator}
    assert not readers("involved")


def test_who_does_not_hold_the_panel_lets_in_no_team(world: World, unit: Team, item: PanelItem) -> None:
    there = reverse("panel_involve", kwargs={"item_id": item.pk})
    sent = {"whom": f"team:{unit.pk}", "why": "Knows the park"}
    assert signed_in(world.officer).post(there, sent).status_code == 404
    assert signed_in(world.social_worker).post(there, sent).status_code == 404
    with pytest.raises(Refused, match="holds the panel"):
        meeting.involve_agency(
            by=world.social_worker, item_id=item.pk, whom=Whom("", world.police, team=unit), why="Knows it"
        )
    assert not Involvement.objects.filter(person=item.person_id, agency=world.police).exists()


def test_a_team_that_is_kept_out_stays_out(
    world: World, beat: Team, neighbour: User, item: PanelItem
) -> None:
    whom = Whom("", world.police, team=beat)
    network.deny_access(by=world.coordinator, person_id=item.person_id, whom=whom, why="A parent works there")
    meeting.involve_agency(by=world.coordinator, item_id=item.pk, whom=whom, why="Knows the park")
    assert opens(neighbour, "child", person_id=item.person_id) == 404
    assert not readers("involved")

"""A child is referred to another team or agency: it stays with the sender until it is accepted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.models import Membership, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.queries import unread_of
from heard.cases.onward import actions, queries
from heard.cases.onward.models import OnwardReferral
from heard.cases.onward.rules import OnwardRequest
from heard.cases.record.queries import entries_of
from heard.cases.timeline.index import catch_up
from heard.cases.words.rules import ChildsView
from heard.network import actions as network
from heard.network.models import Involvement
from heard.network.queries import Whom, level_of, people_visible_to
from heard.network.rules import Level

NOT_ASKED = ChildsView(why_no_words="She is asked on Friday.")
ASKED = OnwardRequest("Walk with her on Fridays", "You know who waits at the station", NOT_ASKED)


def refer(world: World, case: Any, **more: Any) -> OnwardReferral:
    given = {"person_id": case.person_id, "whom": Whom("", world.police), "asked": ASKED} | more
    return actions.refer_onward(**{"by": world.social_worker} | given)


@pytest.fixture
def sent(world: World, case: Any) -> OnwardReferral:
    return refer(world, case)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kinds(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(User.objects.get(pk=user.pk))]


def test_it_waits_with_the_sender_and_is_to_be_answered_by_the_other_side(
    world: World, sent: OnwardReferral
) -> None:
    assert list(queries.waiting_for_answer(world.social_worker)) == [sent]
    assert list(queries.to_answer(world.officer)) == [sent]
    assert kinds(world.officer) == ["onward"]
    link = reverse("onward", args=[sent.pk])
    for user, heading in ((world.social_worker, "Referrals that wait"), (world.officer, "accept or refuse")):
        home = client_of(user).get(reverse("home")).text
        assert heading in home
        assert link in home
    page = client_of(world.officer).get(link).text
    assert "You know who waits at the station" in page
    assert "They wait for me after school" not in page  # of the record nothing until it is accepted
    assert not people_visible_to(world.officer).filter(pk=sent.person_id).exists()


def test_its_clock_is_the_partnerships_own(world: World, case: Any, settings: Any) -> None:
    settings.REFERRAL_DAYS = 1
    referral = refer(world, case)
    assert timezone.localdate() < referral.due_on <= timezone.localdate() + timedelta(days=5)


def test_accepted_it_opens_the_record_as_far_as_was_offered_and_the_sender_learns_of_it(
    world: World, sent: OnwardReferral
) -> None:
    link = reverse("onward", args=[sent.pk])
    client = client_of(world.officer)
    answered = client.post(link, {"accepts": "yes", "answer": "Ofa meets her on Friday"}, follow=True)
    assert "Accepted" in answered.text
    assert level_of(User.objects.get(pk=world.officer.pk), sent.person_id) == Level.RECORD
    line = Involvement.objects.get(person=sent.person_id, agency=world.police)
    assert line.given_by == world.social_worker  # who decided that they may see it
    assert kinds(world.social_worker) == ["onward_answered"]
    assert kinds(world.officer) == []
    assert not queries.waiting_for_answer(world.social_worker).exists()
    assert not queries.to_answer(world.officer).exists()
    catch_up()
    entries = {entry.what for entry in entries_of(world.social_worker, sent.person_id)}
    assert {"Referred to Wexmoor Police", "Referral to Wexmoor Police: Accepted"} <= entries


def test_refused_it_needs_a_reason_and_opens_nothing(world: World, sent: OnwardReferral) -> None:
    for accepts, why in ((None, "x"), (False, " "), (True, "")):
        with pytest.raises(Refused):
            actions.answer_onward(by=world.officer, onward_id=sent.pk, accepts=accepts, answer=why)
    actions.answer_onward(
        by=world.officer, onward_id=sent.pk, accepts=False, answer="We have nobody on Fridays"
    )
    assert not people_visible_to(User.objects.get(pk=world.officer.pk)).filter(pk=sent.person_id).exists()
    assert kinds(world.social_worker) == ["onward_answered"]
    text = client_of(world.social_worker).get(reverse("onward", args=[sent.pk])).text
    assert "We have nobody on Fridays" in text
    with pytest.raises(Refused, match="answered already"):
        actions.answer_onward(by=world.officer, onward_id=sent.pk, accepts=True, answer="After all")


def test_nobody_answers_for_the_other_side(world: World, sent: OnwardReferral) -> None:
    for user in (world.social_worker, world.coordinator, world.teacher, world.supervisor, world.analyst):
        with pytest.raises(Hidden):
            actions.answer_onward(by=user, onward_id=sent.pk, accepts=True, answer="Yes")
    assert client_of(world.analyst).get(reverse("onward", args=[sent.pk])).status_code == 404


def test_overdue_it_is_with_the_senders_supervisor(world: World, sent: OnwardReferral) -> None:
    today = timezone.localdate()
    assert not queries.overdue_in_team(world.supervisor, today=sent.due_on).exists()
    assert list(queries.overdue_in_team(world.supervisor, today=sent.due_on + timedelta(days=1))) == [sent]
    OnwardReferral.objects.update(due_on=today - timedelta(days=1))
    assert "nobody answered in time" in client_of(world.supervisor).get(reverse("home")).text
    assert "nobody answered in time" not in client_of(world.coordinator).get(reverse("home")).text
    assert not queries.overdue_in_team(world.officer, today=sent.due_on + timedelta(days=9)).exists()


def test_withdrawn_it_leaves_both_lists(world: World, sent: OnwardReferral) -> None:
    with pytest.raises(Hidden):
        actions.withdraw_onward(by=world.officer, onward_id=sent.pk, why="Not ours")
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_onward(by=world.social_worker, onward_id=sent.pk, why="")
    actions.withdraw_onward(by=world.social_worker, onward_id=sent.pk, why="She moved")
    assert kinds(world.officer) == []
    assert not queries.to_answer(world.officer).exists()
    with pytest.raises(Refused):
        actions.answer_onward(by=world.officer, onward_id=sent.pk, accepts=True, answer="Yes")


def test_to_a_team_it_is_for_that_team(world: World, case: Any) -> None:
    night = agencies.add_team(by=world.administrator, agency=world.police, name="Night team")
    nia = agencies.add_user(
        by=world.administrator,
        username="nia.night",
        first_name="Nia",
        last_name="Night",
        password=None,
        team=night,
        role=Role.PRACTITIONER,
    )
    referral = refer(world, case, whom=Whom("", world.police, team=night))
    assert kinds(nia) == ["onward"]
    assert kinds(world.officer) == []
    actions.answer_onward(by=nia, onward_id=referral.pk, accepts=True, answer="We look out for her")
    assert people_visible_to(User.objects.get(pk=nia.pk)).filter(pk=case.person_id).exists()
    assert not people_visible_to(User.objects.get(pk=world.officer.pk)).filter(pk=case.person_id).exists()


def test_who_is_kept_out_of_the_record_gets_none(world: World, sent: OnwardReferral) -> None:
    network.deny_access(
        by=world.coordinator,
        person_id=sent.person_id,
        whom=Whom("", world.police, user=world.officer),
        why="Her uncle",
    )
    officer = User.objects.get(pk=world.officer.pk)
    assert kinds(officer) == []
    assert not queries.to_answer(officer).exists()
    assert client_of(officer).get(reverse("onward", args=[sent.pk])).status_code == 404


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"asked": OnwardRequest(" ", "x", NOT_ASKED)}, "asked to do"),
        ({"asked": OnwardRequest("x", "", NOT_ASKED)}, "why them"),
        ({"asked": OnwardRequest("x", "y", ChildsView())}, "what the child says"),
    ],
)
def test_it_says_what_why_and_what_the_child_says(
    world: World, case: Any, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        refer(world, case, **change)


def test_it_is_not_sent_twice_nor_to_the_own_team_nor_to_nobody(
    world: World, case: Any, sent: OnwardReferral
) -> None:
    with pytest.raises(Refused, match="earlier referral"):
        refer(world, case)
    with pytest.raises(Refused, match="own team"):
        refer(world, case, whom=Whom("", world.care, team=world.exploitation_team))
    quiet = agencies.add_agency(by=world.administrator, name="The hospital", kind="health")
    with pytest.raises(Refused, match="Nobody there"):
        refer(world, case, whom=Whom("", quiet))


def test_nobody_offers_more_than_they_see_nor_out_of_a_restricted_record(world: World, case: Any) -> None:
    with pytest.raises(Hidden):
        refer(world, case, by=world.officer)
    network.restrict(by=world.coordinator, person_id=case.person_id, reason="Threats")
    with pytest.raises(Refused, match="restricted"):
        refer(world, case)
    referral = refer(world, case, by=world.coordinator)
    actions.answer_onward(by=world.officer, onward_id=referral.pk, accepts=True, answer="Ofa meets her")
    assert people_visible_to(User.objects.get(pk=world.officer.pk)).filter(pk=case.person_id).exists()


def test_an_acceptance_opens_nothing_that_the_sender_may_no_longer_open(
    world: World, case: Any, sent: OnwardReferral
) -> None:
    network.restrict(by=world.coordinator, person_id=case.person_id, reason="Threats")
    with pytest.raises(Refused, match="restricted"):
        actions.answer_onward(by=world.officer, onward_id=sent.pk, accepts=True, answer="Ofa meets her")
    assert OnwardReferral.objects.get().state == "waiting"


def test_the_form_keeps_what_was_typed_and_says_what_is_missing(world: World, case: Any) -> None:
    client, address = client_of(world.social_worker), reverse("refer_onward", args=[case.person_id])
    answer = client.post(address, {"what": "Walk with her", "level": "3"})
    assert "Choose the team or agency" in answer.text
    assert "Walk with her" in answer.text
    typed = {
        "whom": f"agency:{world.police.pk}",
        "what": "x",
        "why": "y",
        "which": "none",
        "why_no_words": "z",
        "level": "2",
    }
    sent = client.post(address, typed, follow=True)
    assert "It stays with you until they accept it" in sent.text
    assert OnwardReferral.objects.get().level == Level.SUMMARY


@pytest.fixture
def chief(world: World) -> User:
    """Leads the agency, in another team than the one that is asked."""
    team = agencies.add_team(by=world.administrator, agency=world.police, name="Command")
    user = User.objects.create_user(username="chief", first_name="Chi", last_name="Fenn")
    Membership.objects.create(user=user, team=team, role=Role.SUPERVISOR)
    return User.objects.get(pk=user.pk)


def test_of_a_team_that_is_silent_the_lead_of_its_agency_is_given_it_and_answers(
    world: World, case: Any, chief: User
) -> None:
    referral = refer(world, case, whom=Whom("", world.police, team=world.officer.team))
    link, client = reverse("onward", args=[referral.pk]), client_of(chief)
    assert client.get(link).status_code == 404
    pass_on(timezone.now() + timedelta(days=1, minutes=1))
    assert kinds(chief) == ["onward"]
    assert client.get(link).status_code == 200
    assert link in client.get(reverse("home")).text
    answered = client.post(link, {"accepts": "no", "answer": "The unit is on strike"}, follow=True)
    assert "The unit is on strike" in answered.text


def test_what_was_not_answered_in_time_is_with_the_lead_of_the_agency_too(
    world: World, case: Any, chief: User
) -> None:
    referral = refer(world, case, whom=Whom("", world.police, team=world.officer.team))
    assert referral not in queries.to_answer(chief)
    OnwardReferral.objects.filter(pk=referral.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert referral in queries.to_answer(chief)
    denied = Whom("", world.police, user=chief)
    network.deny_access(by=world.coordinator, person_id=case.person_id, whom=denied, why="Her uncle")
    assert referral not in queries.to_answer(User.objects.get(pk=chief.pk))

"""What is shared with an agency that uses Heard arrives there, and the sharer reads that it did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.sharing.conftest import decide, prepare
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.notices import actions as noticing
from heard.cases.case.notices.queries import unread_of
from heard.cases.record.queries import entries_of
from heard.cases.sharing import actions, queries
from heard.cases.sharing.models import Delivery, Receipt
from heard.cases.timeline.index import catch_up
from heard.network.actions import deny_access
from heard.network.queries import Whom, people_visible_to

SAYS = "Meet her at the side gate."


@pytest.fixture
def lead(world: World) -> User:
    """The safeguarding lead of the police, who are not involved with the child."""
    return agencies.add_user(
        by=world.administrator,
        username="lena.dale",
        first_name="Lena",
        last_name="Dale",
        password=None,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )


def share(world: World, case: Any, **more: Any) -> Any:
    whom = {"to_agency_id": world.police.pk, "to_outside": "", "to_person": "The lead", "how": "heard"}
    until = {name: more.pop(name) for name in ("readable_until",) if name in more}
    made = prepare(world.social_worker, case.person_id, pieces=[], free_text=SAYS, **whom | more)
    return decide(world.social_worker, made, **until)


@pytest.fixture
def delivered(world: World, case: Any, lead: User) -> Delivery:
    return share(world, case).delivery


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, delivery: Delivery) -> Any:
    return client_of(user).get(reverse("delivery", args=[delivery.pk]))


def kinds(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(User.objects.get(pk=user.pk))]


def test_it_stands_on_the_leads_my_work_and_no_content_before_it_is_opened(
    world: World, delivered: Delivery, lead: User
) -> None:
    assert not people_visible_to(lead).filter(pk=delivered.share.person_id).exists()
    home = client_of(lead).get(reverse("home")).text
    assert "Shared with you" in home
    assert reverse("delivery", args=[delivered.pk]) in home
    assert kinds(lead) == ["shared"]
    text = page(lead, delivered).text
    assert SAYS not in text
    assert "Open and confirm receipt" in text
    assert not Receipt.objects.exists()  # looking is no receipt


def test_opening_it_leaves_a_receipt_that_the_sharer_reads_and_only_its_content_is_shown(
    world: World, delivered: Delivery, lead: User
) -> None:
    client = client_of(lead)
    text = client.post(reverse("delivery", args=[delivered.pk]), follow=True).text
    assert SAYS in text
    assert "They wait for me after school" not in text  # the record has it, the share has not
    assert client.get(reverse("child", args=[delivered.share.person_id])).status_code == 404
    assert kinds(lead) == []
    assert not queries.deliveries_to_open(lead, now=timezone.now()).exists()
    receipt = Receipt.objects.get()
    assert receipt.user == lead
    shown = client_of(world.social_worker).get(reverse("share", args=[delivered.share_id])).text
    assert "Opened" in shown
    assert "Lena Dale" in shown
    row = AuditRow.objects.get(verb="open", subject="share")
    assert (row.actor_id, row.person_id) == (lead.pk, delivered.share.person_id)
    catch_up()
    entries = [entry.what for entry in entries_of(world.social_worker, delivered.share.person_id)]
    assert "Opened by Lena Dale, Wexmoor Police" in entries


def test_opening_it_again_leaves_one_receipt(delivered: Delivery, lead: User) -> None:
    first = actions.open_delivery(by=lead, delivery_id=delivered.pk)
    assert actions.open_delivery(by=lead, delivery_id=delivered.pk) == first
    assert Receipt.objects.count() == 1


def test_nobody_else_finds_it(world: World, delivered: Delivery, lead: User) -> None:
    """Neither colleagues who do not lead, nor other agencies, nor whoever shared it."""
    for user in (world.officer, world.teacher, world.coordinator, world.social_worker, world.analyst):
        assert page(user, delivered).status_code == 404
        assert kinds(user).count("shared") == 0
        with pytest.raises(Hidden):
            actions.open_delivery(by=user, delivery_id=delivered.pk)
        assert str(delivered.pk) not in client_of(user).get(reverse("home")).text
        assert not queries.deliveries_to(user).exists()


def test_by_name_it_is_on_the_list_of_the_one_who_is_named_and_of_the_lead_once_it_has_lain(
    world: World, case: Any, lead: User
) -> None:
    delivery = share(world, case, to_user_id=world.officer.pk).delivery
    now, later = timezone.now(), timezone.now() + timedelta(days=2, minutes=1)
    assert kinds(world.officer) == ["shared"]
    assert kinds(lead) == []
    assert list(queries.deliveries_to_open(world.officer, now=now)) == [delivery]
    assert not queries.deliveries_to_open(lead, now=now).exists()
    assert list(queries.deliveries_to_open(lead, now=later)) == [delivery]
    assert not queries.deliveries_not_opened(world.social_worker, now=now).exists()
    assert list(queries.deliveries_not_opened(world.social_worker, now=later)) == [delivery]


def test_who_covers_for_the_one_who_is_named_finds_and_opens_it(world: World, case: Any, lead: User) -> None:
    today = timezone.localdate()
    noticing.be_away(by=lead, covered_by=world.officer, since=today, until=today)
    delivery = share(world, case, to_user_id=lead.pk).delivery
    assert kinds(world.officer) == ["shared"]
    assert list(queries.deliveries_to_open(world.officer, now=timezone.now())) == [delivery]
    actions.open_delivery(by=world.officer, delivery_id=delivery.pk)
    noticing.be_back(by=lead)
    assert [receipt.user for receipt in queries.receipts_of(world.social_worker, delivery.share_id)] == [
        world.officer
    ]
    assert page(world.officer, delivery).status_code == 404  # it is the lead's again
    actions.withdraw_share(by=world.social_worker, share_id=delivery.share_id, why="The wrong agency")
    assert kinds(world.officer) == kinds(lead) == ["withdrawn"]
    text = page(world.officer, delivery).text
    assert "Withdrawn on" in text
    assert SAYS not in text


def test_in_an_agency_where_nobody_decides_whoever_works_with_children_finds_it(
    world: World, case: Any
) -> None:
    delivery = share(world, case).delivery
    assert kinds(world.officer) == ["shared"]
    assert list(queries.deliveries_to_open(world.officer, now=timezone.now())) == [delivery]


def test_somebody_of_another_agency_cannot_be_named(world: World, case: Any, lead: User) -> None:
    with pytest.raises(Refused, match="does not work with children at that agency"):
        share(world, case, to_user_id=world.teacher.pk)


def test_who_left_the_agency_reads_nothing_of_it_any_more(world: World, case: Any, lead: User) -> None:
    delivery = share(world, case, to_user_id=world.officer.pk).delivery
    actions.open_delivery(by=world.officer, delivery_id=delivery.pk)
    agencies.give_role(
        by=world.administrator, user=world.officer, team=world.teacher.team, role=Role.PRACTITIONER
    )
    old = world.officer.memberships.get(team__agency=world.police)
    agencies.take_role(by=world.administrator, user=world.officer, membership_id=old.pk)
    assert page(User.objects.get(pk=world.officer.pk), delivery).status_code == 404


def test_after_its_last_day_it_is_not_read(world: World, case: Any, lead: User) -> None:
    today = timezone.localdate()
    delivery = share(world, case, readable_until=today).delivery
    actions.open_delivery(by=lead, delivery_id=delivery.pk)
    assert SAYS in page(lead, delivery).text
    Delivery.objects.update(until=today - timedelta(days=1))
    text = page(lead, delivery).text
    assert SAYS not in text
    assert "until a day that is over" in text
    with pytest.raises(Refused, match="over"):
        actions.open_delivery(by=lead, delivery_id=delivery.pk)


def test_without_a_day_it_is_read_until_the_decision_is_looked_at_again(
    world: World, case: Any, lead: User
) -> None:
    made = share(world, case)
    assert made.delivery.until == made.review_on


def test_a_last_day_that_is_past_is_refused(world: World, case: Any, lead: User) -> None:
    with pytest.raises(Refused, match="lies in the past"):
        share(world, case, readable_until=timezone.localdate() - timedelta(days=1))


def test_withdrawn_it_shows_no_content_and_the_receipt_stays(
    world: World, delivered: Delivery, lead: User
) -> None:
    actions.open_delivery(by=lead, delivery_id=delivered.pk)
    for user, why in ((world.social_worker, " "), (world.officer, "x")):
        with pytest.raises((Refused, Hidden)):
            actions.withdraw_share(by=user, share_id=delivered.share_id, why=why)
    sent = client_of(world.social_worker).post(
        reverse("share_withdraw", args=[delivered.share_id]),
        {"why": "It was meant for the school"},
        follow=True,
    )
    assert "It was meant for the school" in sent.text
    assert "Lena Dale" in sent.text
    text = page(lead, delivered).text
    assert "Withdrawn on" in text
    for gone in (SAYS, "It was meant for the school", delivered.share.purpose):
        assert gone not in text
    assert kinds(lead) == ["withdrawn"]
    with pytest.raises(Refused, match="withdrawn"):
        actions.open_delivery(by=lead, delivery_id=delivered.pk)
    with pytest.raises(Refused, match="already"):
        actions.withdraw_share(by=world.social_worker, share_id=delivered.share_id, why="Again")
    catch_up()
    entries = [entry.what for entry in entries_of(world.social_worker, delivered.share.person_id)]
    assert "Withdrawn from Wexmoor Police" in entries


def test_withdrawn_before_it_was_opened_it_leaves_my_work(
    world: World, delivered: Delivery, lead: User
) -> None:
    actions.withdraw_share(by=world.social_worker, share_id=delivered.share_id, why="The wrong agency")
    assert kinds(lead) == ["withdrawn"]
    assert not queries.deliveries_to_open(lead, now=timezone.now()).exists()


def test_who_is_kept_out_of_the_record_gets_nothing_of_it(world: World, case: Any, lead: User) -> None:
    """Whether they were before it was shared, or since; then whoever leads there gets it."""
    first = share(world, case, to_user_id=world.officer.pk).delivery
    deny_access(
        by=world.coordinator,
        person_id=case.person_id,
        whom=Whom("", world.police, user=world.officer),
        why="Her uncle",
    )
    officer = User.objects.get(pk=world.officer.pk)
    assert kinds(officer) == []
    assert page(officer, first).status_code == 404
    second = share(world, case, to_user_id=world.officer.pk, purpose="So that he looks out").delivery
    assert kinds(officer) == []
    assert kinds(lead) == ["shared"]
    assert page(officer, second).status_code == 404
    assert "Mina" not in client_of(officer).get(reverse("deliveries")).text


def test_an_agency_without_accounts_gets_it_by_hand_as_before(world: World, case: Any) -> None:
    quiet = agencies.add_agency(by=world.administrator, name="The hospital", kind="health")
    by_hand = share(world, case, to_agency_id=quiet.pk, how="mail")
    assert not hasattr(by_hand, "delivery")
    with pytest.raises(Refused, match="Nobody there uses Heard"):
        share(world, case, to_agency_id=quiet.pk)
    with pytest.raises(Refused, match="not delivered in Heard"):
        actions.withdraw_share(by=world.social_worker, share_id=by_hand.pk, why="It was too much")


def test_a_refusal_is_delivered_to_nobody(world: World, case: Any, lead: User) -> None:
    whom = {"to_agency_id": world.police.pk, "to_outside": "", "to_person": "The lead", "how": "heard"}
    made = prepare(world.social_worker, case.person_id, pieces=[], free_text=SAYS, **whom)
    decide(world.social_worker, made, "refused")
    assert kinds(lead) == []
    assert not Delivery.objects.exists()


def test_the_other_side_reads_on_its_list_what_was_shared_and_until_when(
    world: World, delivered: Delivery, lead: User
) -> None:
    text = client_of(lead).get(reverse("deliveries")).text
    assert "Mina Okoro" in text
    assert "Sol Wright" in text
    assert SAYS not in text
    assert "Mina Okoro" not in client_of(world.officer).get(reverse("deliveries")).text


def test_a_plan_that_is_shared_is_read_by_whom_it_was_sent_to(world: World, agreed: Any, lead: User) -> None:
    whom = {"to_agency_id": world.police.pk, "to_outside": "", "to_person": "The lead", "how": "heard"}
    made = prepare(world.social_worker, agreed.case.person_id, "plan", free_text="", **whom)
    done = decide(world.social_worker, made)
    assert "Shared with you" in client_of(lead).get(reverse("home")).text
    opened = client_of(lead).post(reverse("delivery", args=[done.delivery.pk]), follow=True)
    assert "Walk home with her" in opened.text

"""Nothing told is left lying: from the teller to the person who can act, and back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect
from tests.cases.conftest import assessment, case, draft_plan, signed, submitted, worry
from tests.cases.notices.test_notices import danger
from tests.cases.words.test_occasions import agree, review
from tests.conftest import World
from tests.home.test_work import told
from tests.journeys.begun import ago
from tests.journeys.conftest import Story
from tests.journeys.keyboard import story_by_keyboard

from heard.agencies import actions as agencies
from heard.cases.assessment import actions as assessing
from heard.cases.case import actions as casework
from heard.cases.case.notices.mail import notify_once
from heard.cases.concern.models import Concern
from heard.cases.words.actions import add_words
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day

pytestmark = pytest.mark.journey
__all__ = [
    "assessment",
    "case",
    "draft_plan",
    "signed",
    "story_by_keyboard",
    "submitted",
    "worry",
]  # fixtures of the casework tests


def test_danger_told_on_an_open_case_reaches_the_worker_and_the_teller_reads_that_it_did(
    world: World, case: Any, story: Story, settings: Any
) -> None:
    danger_reaches_the_worker(world, case, story, settings)


def test_danger_told_on_an_open_case_reaches_the_worker_with_the_keyboard_only(
    world: World, case: Any, story_by_keyboard: Story, settings: Any
) -> None:
    danger_reaches_the_worker(world, case, story_by_keyboard, settings)


def danger_reaches_the_worker(world: World, case: Any, story: Story, settings: Any) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    agencies.change_own_details(by=world.social_worker, email="sol@wexmoor.example", reminders=True)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    told = danger(world, case)

    story.sign_in(world.coordinator).open("/").sees("Mina Okoro", "Danger", "Decide on the worry")
    story.follow("Decide on the worry").press("Decide on this worry").choose(f"Add to the open case {case}")
    story.fill("Reason for the decision", "Her worker goes to her now.")
    story.fill("What will the person who told this read?", "The police and her worker are with her.")
    story.press("Record the decision").sees("Add to the open case")

    notify_once(timezone.now())
    assert [message.to for message in mail.outbox] == [["sol@wexmoor.example"]]

    story.sign_in(world.teacher).open(f"/worries/{told.pk}/").sees("Read by whoever decided on it")
    story.sees_not("the child’s worker")

    story.sign_in(world.social_worker).open("/")
    story.sees("Danger", "Somebody is in danger (Mina Okoro)", "ring 999", "01632 960 001")
    story.open(f"/children/{told.person_id}/").sees("New for you", "Somebody is in danger")
    story.unfold("that are new for you").press("I have seen all of these").sees("Marked as seen").sees_not(
        "New for you"
    )
    story.open("/").sees_not("Somebody is in danger")

    story.sign_in(world.teacher).open(f"/worries/{told.pk}/")
    story.sees("Read by the child’s worker, Wexmoor Children’s Services")


def test_a_new_child_and_an_assessment_that_comes_back_are_told_to_the_worker(
    world: World, submitted: Any, story: Story
) -> None:
    case = submitted.case
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    assessing.send_back(
        by=world.supervisor, assessment_id=submitted.pk, reason="Say who else knows her.", parts=["judgement"]
    )
    story.sign_in(world.social_worker).open("/")
    story.sees("You are now this child’s worker (Mina Okoro)", "Sent back", "Finish the assessment")
    story.follow("Finish the assessment").sees("Say who else knows her.")


def test_danger_stands_before_ten_other_things_of_whoever_decides(world: World, story: Story) -> None:
    for number in range(10):
        told(world, f"Joss{number}")
    Concern.objects.update(due_on=ago(2))  # all of them overdue, and none of danger
    told(world, "Mina", danger_done="Rang 999.")
    story.sign_in(world.coordinator).open("/")
    first = story.page.locator(".heard-work tbody tr").first
    expect(first).to_contain_text("Danger")
    expect(first).to_contain_text("Mina Okoro")
    story.open("/worries/")
    waiting = story.page.locator("main").inner_text()
    assert waiting.index("In danger when told") < waiting.index("Joss0")


def test_words_said_on_another_matter_say_so_beside_a_plan_and_a_review(
    world: World, draft_plan: Any, story: Story
) -> None:
    june = ago(150)
    earlier = add_words(
        by=world.social_worker,
        person_id=draft_plan.case.person_id,
        text="The man at the kiosk is nice to me.",
        heard_by="a bus driver",
        heard_on=june,
        how="said",
    )
    plan = agree(world, draft_plan, ChildsView(words_id=earlier.pk))
    held = review(world, plan, ChildsView(words_id=earlier.pk))
    label = f"Said earlier, on another matter, on {day(june)}, to a bus driver"
    story.sign_in(world.social_worker)
    for path in (f"/plans/{plan.pk}/", f"/reviews/{held.pk}/"):
        story.open(path).sees(label, "The man at the kiosk is nice to me.")
        story.sees_not("What the child says about this plan", "What the child said at this review")


def test_somebody_is_put_on_duty_and_rung(world: World, case: Any, story: Story) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    story.sign_in(world.administrator).open("/duty/").sees("Nobody is on the rota from now on.")
    story.select("Who is on duty?", "Cora Ordway, Wexmoor Children’s Services")
    now = timezone.localtime()
    story.fill_date("Begins on", now.day, now.month, now.year)
    story.page.locator("#id_begins_time, [name=begins_time]").first.fill("00:00")
    story.fill_date("Ends on", tomorrow.day, tomorrow.month, tomorrow.year)
    story.page.locator("#id_ends_time, [name=ends_time]").first.fill("23:00")
    story.fill("At which number are they rung?", "01632 960 055").press("Save")
    story.sees("Saved: Cora Ordway is on duty.", "01632 960 055")
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    danger(world, case)
    story.sign_in(world.social_worker).open("/").sees("On duty now: Cora Ordway, 01632 960 055.")


def test_somebody_says_who_covers_for_them_and_what_is_mailed(world: World, story: Story) -> None:
    story.sign_in(world.social_worker).open("/me/").follow("Who covers for you while you are away")
    later = timezone.localdate() + timedelta(days=5)
    story.select("Who covers for you?", "Sufi Visram")
    story.fill_date("Last day", later.day, later.month, later.year).press("Save")
    story.sees("Saved: who covers for you.", "Sufi Visram").press("I am back")
    story.sees("Nobody covers for you any longer.")
    story.open("/me/mail/").sees("Danger and missing children are always mailed").press("Save")
    story.sees("Saved: what is mailed to you at once.")

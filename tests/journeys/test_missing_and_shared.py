"""A child is missing overnight, comes back and is heard; what is known is shared, or not, as a decision."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.begun import HOME, ago, opened
from tests.journeys.conftest import Story

from heard.agencies.actions import add_user
from heard.agencies.rules import Role
from heard.cases.missing.models import Episode

pytestmark = pytest.mark.journey

BACK = "I slept at the flat above the arcade. I do not want to go there again."


def ready_before_anything_happens(story: Story, child: str) -> None:
    story.open(f"{child}missing/").follow("Write it with those who know the child")
    story.press("Save").sees("There is a problem", "Write at least one part of the form")
    story.fill("What helps? (optional)", "Ring Rosa first. Speak slowly, and do not ask who she was with.")
    story.fill("Who wrote this with you? (optional)", "Amira and her aunt Rosa")
    story.press("Save").sees("Version 1, written on", "Amira and her aunt Rosa")


def missing_since_the_evening(story: Story, child: str) -> None:
    story.open(f"{child}missing/").press("Note that this child is missing").press("Save")
    story.sees("There is a problem", "Give the day from which the child is missing")
    evening = timezone.localtime() - timedelta(hours=10)
    story.choose("On another day", within="Since when is the child missing?")
    story.fill_date("Missing since which day?", evening.day, evening.month, evening.year)
    story.fill("Since what time?", f"{evening:%H:%M}").fill("Where was the child seen last?", "The bus stop")
    story.fill("Who saw the child last?", "Her aunt Rosa").choose("The family’s home")
    story.choose("Yes", within="Is the child in danger?").fill("What is the danger?", "The man at the gate.")
    story.choose("Yes", within="Have the police been told?")
    story.choose("On another day", within="When were they told?")
    story.fill_date("On which day were they told?", evening.day, evening.month, evening.year)
    story.fill("At what time?", f"{evening:%H:%M}", within="Have the police been told?")
    story.choose("No, the child is missing now").press("Save").sees("Missing since", "The man at the gate.")


def back_in_the_morning(story: Story) -> None:
    morning = timezone.localtime() - timedelta(hours=2)
    story.press("The child is back")
    story.choose("On another day", within="When did the child come back, or was found?")
    question = "On which day did the child come back, or was found?"
    story.fill_date(question, morning.day, morning.month, morning.year)
    story.fill("At what time?", f"{morning:%H:%M}").fill("Where?", "At home").fill("Found by whom?", "Alone")
    story.fill("How is the child?", "Tired and hungry. Rosa made breakfast.").choose("Not known").press(
        "Save"
    )
    story.sees("The return", "Tired and hungry.", "Return home interview", "Due")


def in_sight(story: Story, what: str, *, most: int) -> None:
    """On a phone the page begins with what it is for."""
    desk = story.page.viewport_size
    assert desk
    story.page.set_viewport_size({"width": 360, "height": 800})
    box = story.page.locator(what).first.bounding_box()
    story.page.set_viewport_size(desk)
    assert box
    assert box["y"] < most, (what, box)


def heard_in_time(story: Story) -> None:
    now = timezone.localtime() - timedelta(hours=1)
    story.press("Note an offer").choose("The child said yes").fill("Who offered it?", "Noor, advocate")
    story.fill_date("On which day was it offered?", now.day, now.month, now.year)
    story.fill("At what time?", f"{now:%H:%M}").press("Save").sees("The child said yes")
    story.press("Write down the interview")
    in_sight(story, "main form .govuk-radios", most=720)
    story.choose("On another day", within="When was the interview?")
    story.fill_date("On which day was the interview?", now.day, now.month, now.year)
    story.fill("At what time did it begin?", f"{now:%H:%M}").fill("Where?", "The park, which she chose")
    story.fill("Who spoke with the child?", "Noor, advocate")
    story.fill("How are they independent?", "Works for a charity")
    story.choose("Hear the child now, and write down what they say").fill("The child’s own words", BACK)
    story.fill("Where was the child? (optional)", "In a flat above the Harbour Street arcade")
    story.fill("What would help, as the child sees it? (optional)", "Somebody at the gate.").press("Save")
    story.sees(BACK, "Who and what the child spoke of")


def what_she_said_becomes_a_place(story: Story) -> None:
    story.press("Add a place").fill("Name", "Flat above the arcade").fill(
        "Postcode, if known (optional)", "WX1 2AB"
    )
    story.press("Look who is known").choose("None of these: add it").fill("What kind of place is it?", "flat")
    story.select("What does the child have to do with it?", "is taken to")
    story.fill("In your own words (optional)", "slept there once").press("Save")
    story.sees("Flat above the arcade")


def test_a_child_is_missing_overnight_and_is_heard_when_she_is_back(world: World, story: Story) -> None:
    child = f"/children/{opened(world).person_id}/"
    story.sign_in(world.social_worker)
    ready_before_anything_happens(story, child)
    missing_since_the_evening(story, child)
    paper = story.take_paper("Both parts of the form on paper (PDF)")
    assert "Amira Khan" in paper
    assert "The bus stop" in paper
    story.sign_in(world.supervisor).open("/missing/").sees("Amira Khan")
    in_sight(story, "main table a", most=240)
    story.sign_in(world.social_worker).open(f"/missing/{Episode.objects.get().pk}/")
    back_in_the_morning(story)
    heard_in_time(story)
    what_she_said_becomes_a_place(story)
    story.open(f"{child}people/").sees("Flat above the arcade", "slept there once")
    story.open(child).sees(BACK)


def prepared(story: Story) -> None:
    story.press("Prepare a share")
    story.fill("What is it for?", "So that she is met at the gate.").choose("Outside the partnership")
    story.fill("Which organisation?", "Southgate College").fill("To whom there?", "Ann Lee, tutor")
    story.choose("By secure email")
    story.fill("Anything else, in your words (optional)", "Please do not ask her about it in class.")
    story.choose("Leave them out").press("See what the other side will see")
    story.sees("What the other side will see", "Please do not ask her about it in class.")


def test_a_share_is_seen_as_the_other_side_sees_it_and_a_refusal_counts_as_much(
    world: World, story: Story
) -> None:
    child = f"/children/{opened(world).person_id}/"
    story.sign_in(world.social_worker).open(f"{child}shared/").follow("Shares, refusals and requests")
    soon, before = ago(-30), ago(2)
    prepared(story)
    story.press("Record the decision").sees("There is a problem", "Choose whether to share this or not")
    story.choose(f"“{HOME}”").choose("Yes", within="Has the child been told?").choose("Share it")
    story.page.get_by_role("group", name="On which lawful basis?").get_by_role("radio").first.check()
    story.fill("Why?", "The college can keep her safe only if it knows.")
    story.fill_date("When is this looked at again?", soon.day, soon.month, soon.year)
    story.press("Record the decision").sees("What the other side saw", "Heard sends nothing by itself")
    assert "Please do not ask her about it in class." in story.take_paper("Take the PDF")

    story.open(f"{child}sharing/")
    prepared(story)
    story.choose(f"“{HOME}”").choose("No", within="Has the child been told?")
    story.fill("Why not, and when will the child be told?", "She is told on Friday, when Sol sees her.")
    story.choose("Do not share it").fill("Why?", "The college has asked for more than it needs.")
    story.fill_date("When is this looked at again?", soon.day, soon.month, soon.year)
    story.press("Record the decision").sees("What was not shared", "Not shared")

    story.open(f"{child}sharing/").press("Note a request").choose("We ask another agency")
    story.choose("Wexmoor Police").fill("Who is the person there?", "Ofa Leroy, missing unit")
    story.fill("What is asked for?", "When she was reported missing in the last year")
    story.fill("What is it needed for?", "To see whether there is a pattern")
    story.fill_date("On which day was it asked for?", before.day, before.month, before.year)
    yesterday = ago(1)
    story.fill_date("When is the answer due back?", yesterday.day, yesterday.month, yesterday.year)
    story.press("Save").sees("Request: Wexmoor Police", "Overdue by 1 day")
    story.open("/").sees("Amira Khan").open("/requests/").sees("Amira Khan", "Wexmoor Police")


def shared_with_the_school(story: Story, child: str) -> None:
    soon = ago(-30)
    story.open(f"{child}sharing/").press("Prepare a share")
    story.fill("What is it for?", "So that she is met at the gate.").choose("Northgate Academy")
    story.fill("To whom there?", "Lea Stone, safeguarding lead").choose("In Heard: they find it on My work")
    story.fill("Anything else, in your words (optional)", "Please meet her at the side gate.")
    story.choose("Leave them out").press("See what the other side will see")
    story.sees("whoever leads at Northgate Academy finds it on My work")
    story.choose(f"“{HOME}”").choose("Yes", within="Has the child been told?").choose("Share it")
    story.page.get_by_role("group", name="On which lawful basis?").get_by_role("radio").first.check()
    story.fill_date("Until when can they read it in Heard? (optional)", soon.day, soon.month, soon.year)
    story.fill("Why?", "The school can keep her safe only if it knows.")
    story.fill_date("When is this looked at again?", soon.day, soon.month, soon.year)
    story.press("Record the decision").sees("Receipt", "By nobody yet")


def test_a_share_arrives_is_opened_and_is_withdrawn(world: World, story: Story) -> None:
    lead = add_user(
        by=world.administrator,
        username="lea.stone",
        first_name="Lea",
        last_name="Stone",
        password=None,
        team=world.teacher.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    child = f"/children/{opened(world).person_id}/"
    story.sign_in(world.social_worker)
    shared_with_the_school(story, child)

    story.sign_in(lead).open("/").sees("Shared with you: to open", "Amira Khan")
    story.open("/delivered/").follow("Amira Khan").sees("So that she is met at the gate.")
    story.press("Open and confirm receipt").sees("Please meet her at the side gate.")

    story.sign_in(world.social_worker).open(f"{child}sharing/").follow("Northgate Academy")
    story.sees("Receipt", "Lea Stone")
    story.press("Withdraw it").press("Withdraw it").sees("There is a problem", "Say why it is withdrawn")
    story.fill("Why is it withdrawn?", "She has moved to another school.").press("Withdraw it")
    story.sees("Withdrawn", "She has moved to another school.", "Lea Stone")

    story.sign_in(lead).open("/delivered/").follow("Amira Khan").sees("Withdrawn on")
    assert "side gate" not in story.page.content()
    assert "another school" not in story.page.content()

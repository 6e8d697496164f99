"""One child, one record: found in spite of spelling, put together, and parted again; what is known of a group, and a warning."""

from datetime import date

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.begun import ago, opened
from tests.journeys.conftest import Story

from heard.cases.concern.models import Concern
from heard.network import actions as network

pytestmark = pytest.mark.journey


def search(story: Story, words: str) -> Story:
    box = story.open("/search/").page.locator("main").get_by_role("textbox", name="Search")
    box.fill(words)
    box.press("Enter")
    return story.look()


def test_two_records_of_one_child_become_one_and_part_again(world: World, story: Story) -> None:
    opened(world)
    network.add_person(by=world.officer, given_name="Ameera", family_name="Kahn", birth_date=date(2011, 2, 3))
    search(story.sign_in(world.coordinator), "Khan Amira").sees("Amira Khan", "Ameera Kahn", "sounds alike")
    story.follow("Ameera Kahn").open(f"{story.path}same/").sees("day and month of birth swapped")
    story.follow("Compare with Amira Khan").sees("Are these one person?", "Differs")
    story.press("Go on and check").sees("There is a problem")
    for part, right in (("First name", "Amira"), ("Family name", "Khan"), ("Date of birth", "2 March 2011")):
        story.choose(right, within=part)
    story.fill("Why are you sure that these are one person?", "The same school and the same mother.")
    story.press("Go on and check").sees("The one record will say", "Amira")
    story.press("These are one person: merge the records").sees("The two records are one now.")
    merge = story.path
    search(story, "Ameera Kahn").sees("Amira Khan")
    story.open(merge).press("Undo the merge").sees("There is a problem")
    story.fill("Why are these two people after all?", "They are cousins.").press("Undo the merge")
    search(story, "Ameera Kahn").sees("Ameera Kahn", "Amira Khan")


def test_a_place_a_case_and_what_is_written_are_found_by_the_same_box(world: World, story: Story) -> None:
    case = opened(world)
    network.add_place(by=world.officer, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    story.sign_in(world.social_worker)
    search(story, "habour street").sees("Harbour Street arcade")
    search(story, "WX1").sees("Harbour Street arcade")
    search(story, case.reference).sees("Amira Khan")
    for wide, most in ((360, 560), (1280, 480)):  # what was found stands in the first screen
        story.page.set_viewport_size({"width": wide, "height": 800})
        box = story.page.locator("main .heard-waiting__thing").first.bounding_box()
        assert box
        assert box["y"] < most, wide
    search(story, "car nobody knows").sees("She came back after lunch in a car")
    search(story.sign_in(world.officer), "car nobody knows").sees_not("She came back after lunch")


def test_a_worry_about_a_group_comes_to_those_who_decide(world: World, story: Story) -> None:
    story.sign_in(world.teacher).open("/worries/tell/").choose("No")
    story.fill("What was seen and heard?", "They ask children to carry parcels, and give them food first.")
    story.press("Continue").follow("A group of people")
    story.fill("What is it called?", "The older ones at Quayside").press("Continue")
    story.sees("We found nothing like it").fill(
        "What kind of group is it?", "Older young people, at a place"
    ).press("Continue")
    story.fill("When was it seen?", "Fridays, after dark").choose("No, or I do not know").press("Continue")
    story.press("Send").sees("Your worry is sent")
    story.sign_in(world.coordinator).open("/worries/").follow("The older ones at Quayside")
    story.sees("They ask children to carry parcels")
    assert Concern.objects.get().about == "group"


def test_a_warning_stands_on_top_until_its_day(world: World, story: Story) -> None:
    child = f"/children/{opened(world).person_id}/"
    soon = ago(-30)
    story.sign_in(world.social_worker).open(child).follow("Write a warning").press("Keep the warning")
    story.sees("There is a problem")
    story.fill("What should everybody be careful about?", "Do not ring her phone: somebody else reads it.")
    story.fill("Why is the warning there?", "She told Tess on Monday.").choose("Yes")
    story.fill_date("When is it looked at again?", soon.day, soon.month, soon.year).press("Keep the warning")
    story.open(child).sees("Do not ring her phone: somebody else reads it.")
    assert timezone.localdate() < soon

"""A panel prepares itself from the record, decides beside the child's words, and somebody sees it otherwise."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader
from tests.conftest import World
from tests.journeys.begun import BETTER, HOME, ago, planned, told
from tests.journeys.conftest import Story

from heard.agencies import actions as agencies
from heard.agencies.rules import Role
from heard.cases.panel import actions as meeting
from heard.cases.panel.models import Panel
from heard.network import actions as network

pytestmark = pytest.mark.journey

GATE = "Be at the gate at three o’clock"
DISSENT = "The gate is too late. Somebody has to be at the bus station."


def planned_and_prepared(story: Story) -> str:
    soon = ago(-5)
    story.open("/panels/plan/").press("Save").sees("There is a problem", "Give the day on which it is held")
    story.fill_date("On which day?", soon.day, soon.month, soon.year).fill("At what time?", "10:00")
    story.fill("Where does it meet?", "Room 2").press("Save").sees("There is nothing on the agenda yet.")
    panel = story.path
    story.press("Prepare the agenda").press("Draw the agenda from the record")
    story.sees("Amira Khan", "Worry told", "Assessment signed off")
    story.follow("Put something else on the agenda").fill("What is the theme?", "The way home from school")
    story.press("Put the theme on the agenda").open(panel).sees("The way home from school")
    return panel


def held(story: Story, panel: str) -> None:
    Panel.objects.update(starts_at=timezone.now() - timedelta(hours=2))
    story.open(panel).press("Write down that it was held").press("Write down that the panel was held")
    story.sees("There is a problem", "Record whether Northgate Academy attended")
    story.choose("Came", within="Northgate Academy").choose("Came", within="Wexmoor Children’s Services")
    story.choose("Sent somebody else", within="Wexmoor Police")
    story.fill("Who came instead?", "Pat Moss, missing unit", within="Wexmoor Police")
    story.press("Write down that the panel was held")
    story.sees("The panel is written down as held.", "Sent somebody else: Pat Moss, missing unit")


def decided(story: Story) -> str:
    """The address of the decision about Amira."""
    story.follow("Amira Khan").sees(HOME, "Why it is on the agenda", "Somebody older waits for her")
    item = story.path
    story.press("Write down the decision").press("Write down the decision").sees("There is a problem")
    story.sees("Choose the child’s words, write new ones, or say why there are none")
    story.choose(f"“{HOME}”").fill("What is decided?", "The school looks at her way home with her.")
    story.fill("Why?", "She says what she wants, and it can be done.").press("Write down the decision")
    story.sees("The school looks at her way home with her.").press("Add an action")
    soon = ago(-7)
    story.fill("What will be done?", GATE).choose(f"In the plan: {BETTER}")
    story.select("Who does it, and for which agency?", "Tess Archer, Northgate Academy")
    story.fill_date("By when?", soon.day, soon.month, soon.year).press("Save")
    story.sees(GATE, "In the child’s plan", "Tess Archer")
    return item


def seen_otherwise(story: Story, item: str) -> None:
    story.open(item).follow("I do not agree with this decision").fill("Why do you not agree?", DISSENT)
    story.press("Write it down").sees("Tess Archer, Northgate Academy, does not agree", DISSENT)
    story.follow("Open a disagreement, with steps and their days")
    story.fill("What do you disagree with, and why?", "Nobody is at the bus station, where he waits.")
    story.fill("What does it mean for the child?", "She goes on looking behind her.")
    story.select("Which agency do you disagree with?", "Wexmoor Children’s Services")
    story.press("Open the disagreement").sees("Not settled", "Now:", "Due")
    story.fill("Who talked to whom, and when?", "Tess and Sol, by phone, today")
    story.choose("Yes, it is settled")
    story.fill(
        "What was agreed and why, or why does it go on?", "Ofa is at the bus station on Mondays and Fridays."
    )
    story.press("Write down what came of it").sees("Settled", "Ofa is at the bus station")


def test_a_panel_is_planned_held_and_minuted_and_dissent_is_heard(world: World, story: Story) -> None:
    plan = planned(world)
    panel = planned_and_prepared(story.sign_in(world.coordinator))
    held(story, panel)
    item = decided(story)
    story.open(f"/plans/{plan.pk}/").sees(GATE)
    seen_otherwise(story.sign_in(world.teacher), item)
    story.open("/actions/").sees(GATE)

    story.sign_in(world.coordinator).open(f"{panel}minutes/")
    paper = story.sees(DISSENT).take_paper("The minutes on paper (PDF)")
    for words in (HOME, GATE, DISSENT, "Pat Moss, missing unit", "does not agree"):
        assert words in paper
    story.follow("Correct the minutes").select("What is corrected?", "Who came")
    story.fill("What should it say?", "Pat Moss came after the first item.").press("Write it down")
    story.sees("Pat Moss came after the first item.")


# ---- forty on the agenda

DESK, PHONE = 1280, 360
# Pixels of forty items: read on one screen of a desk, and put in order on a screen and a half.
AGENDA = {("read", DESK): 800, ("read", PHONE): 2_100, ("prepare", DESK): 1_300, ("prepare", PHONE): 2_600}


@pytest.fixture
def forty(world: World) -> Panel:
    """A panel that meets now, with forty on its agenda: 32 children, seven places, and what the children have in common."""
    for number in range(32):
        told(world, new_person={"given_name": f"Amira{number}", "family_name": "Khan"})
    invited = [world.care.pk, world.school.pk, world.police.pk]
    panel = meeting.plan_panel(
        by=world.coordinator, starts_at=timezone.now() - timedelta(minutes=20), place="Room 2", chair=world.coordinator,
        agencies=invited,
    )  # fmt: skip
    meeting.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    for number in range(40 - panel.items.count()):
        place = network.add_place(by=world.coordinator, name=f"Arcade {number}", kind="shop")
        meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="place", end_id=place.pk)
    order = {item.pk: (item.position, 5) for item in panel.items.all()}
    meeting.arrange_agenda(by=world.coordinator, panel_id=panel.pk, order=order)
    assert panel.items.count() == 40
    return panel


def height_of_agenda(story: Story, width: int) -> int:
    story.page.set_viewport_size({"width": width, "height": 900})
    ends = "[...document.querySelectorAll('.heard-agenda')].map(one => one.getBoundingClientRect())"
    height: int = story.page.evaluate(
        f"Math.max(...{ends}.map(one => one.bottom)) - Math.min(...{ends}.map(one => one.top))"
    )
    return height


def is_dragged(story: Story) -> None:
    """The first line to the third place, with what is typed beside it; and one that is let go where it was stays."""
    lines = story.page.locator(".heard-agenda__line")
    first = lines.first.locator(".heard-agenda__what").inner_text()
    story.fill(f"Minutes: {first}", "7")
    grips = story.page.locator(".heard-agenda__grip")
    grips.first.hover()
    story.page.mouse.down()
    to = lines.nth(2).bounding_box()
    assert to
    with story.page.expect_navigation():
        story.page.mouse.move(to["x"] + 20, to["y"] + to["height"] - 4, steps=6)
        story.page.mouse.up()
    story.look().sees("Saved: the agenda as you put it.")
    assert lines.nth(2).locator(".heard-agenda__what").inner_text() == first
    assert story.page.get_by_label(f"Minutes: {first}", exact=True).input_value() == "7"
    page = story.page.url
    grips.nth(1).click()
    assert story.page.url == page


def test_an_agenda_of_forty_reads_on_one_screen_and_is_put_in_order(
    world: World, forty: Panel, story: Story
) -> None:
    story.widths = (PHONE, DESK)
    panel = f"/panels/{forty.pk}/"
    story.sign_in(world.coordinator).open(panel).sees("Worry told")
    invited = story.page.get_by_text("Whoever the agency sends").first
    assert not invited.is_visible(), "below the agenda it is opened"
    story.unfold("Who is invited")
    assert invited.is_visible()
    story.open(panel)
    heights = {("read", width): height_of_agenda(story, width) for width in (PHONE, DESK)}
    story.open(f"{panel}prepare/")
    heights |= {("prepare", width): height_of_agenda(story, width) for width in (PHONE, DESK)}
    print(heights)
    assert {key: height for key, height in heights.items() if height > AGENDA[key]} == {}, heights

    first = story.page.locator(".heard-agenda__line").first
    before = first.locator(".heard-agenda__what").inner_text()
    first.get_by_role("button", name=f"Down: {before}").click()
    story.look().sees("Saved: the agenda as you put it.")
    assert story.page.locator(".heard-agenda__what").nth(1).inner_text() == before
    is_dragged(story)
    for number in range(3):
        story.page.locator(".heard-tick[name=off]").nth(number).check()
    story.fill("Why does what you ticked come off?", "Settled last week").press("Save")
    story.sees("Taken off the agenda: 3.")
    assert story.page.locator(".heard-agenda__line").count() == 37


def test_another_chair_goes_through_the_agenda(world: World, forty: Panel, story: Story) -> None:
    story.widths = (PHONE, DESK)
    chair = agencies.add_user(
        by=world.administrator, username="pia.holt", first_name="Pia", last_name="Holt", password=None,
        team=world.officer.team, role=Role.COORDINATOR, agreed_by=world.coordinator,
    )  # fmt: skip
    story.sign_in(chair).open(f"/panels/{forty.pk}/").press("Take the chair, because Cora Ordway is away")
    story.sees("You chair this meeting now. Cora Ordway learns of it.", "Pia Holt (in place of Cora Ordway)")
    story.page.locator(".heard-agenda__line a").first.click()
    story.look().sees("Item 1 of 40", "5 minutes", "minutes left until", "Who is here:")
    story.press("Northgate Academy").sees("Here: Northgate Academy.")
    story.follow("Next on the agenda").sees("Item 2 of 40")
    pressed = story.page.locator(".heard-here[aria-pressed=true]")
    assert pressed.all_inner_texts() == ["Northgate Academy"]
    story.fill("What is said (optional)", "Her aunt meets her.").press("Wexmoor Police")
    story.sees("Her aunt meets her.")  # what is typed is not lost


def test_each_child_is_read_on_one_page_and_printed_on_one(world: World, story: Story) -> None:
    story.widths = (PHONE, DESK)
    planned(world)
    for number in range(3):
        told(world, new_person={"given_name": f"Noor{number}", "family_name": "Ali"})
    invited = [world.care.pk, world.school.pk, world.police.pk]
    panel = meeting.plan_panel(
        by=world.coordinator, starts_at=timezone.now() + timedelta(days=1), place="Room 2", chair=world.coordinator,
        agencies=invited,
    )  # fmt: skip
    meeting.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    story.sign_in(world.teacher).open(f"/panels/{panel.pk}/").follow("Reader’s pack: each child on one page")
    story.sees("Amira Khan", HOME, "Why it is on the agenda", "Where things stand", BETTER, "Noor2 Ali")
    sheets = PdfReader(BytesIO(story.page.pdf())).pages
    words = [" ".join(sheet.extract_text().split()) for sheet in sheets]
    assert len(words) == story.page.locator(".heard-leaf").count() == 4, words
    assert all("For Tess Archer, printed on" in word and HOME in word for word in words)
    story.sign_in(world.officer).open(f"/panels/{panel.pk}/pack/").sees_not("Khan", "Noor")

"""What is due, for one's own work and for a team's; the record in order, chosen from, searched and taken to a meeting."""

import pytest
from django.utils import timezone
from tests.cases.attachment.samples import pdf
from tests.conftest import World
from tests.journeys.begun import HOME, WALK, ago, opened, planned, told
from tests.journeys.conftest import Story

from heard.cases.plan.models import Action

pytestmark = pytest.mark.journey


def test_what_is_due_stands_in_my_work_and_on_the_team_page(world: World, story: Story) -> None:
    planned(world)
    told(world, new_person={"given_name": "Joss", "family_name": "Reed"})
    Action.objects.update(due_on=ago(2))
    story.sign_in(world.teacher).open("/").sees("My work", WALK, "Overdue by 2 days")
    story.sign_in(world.coordinator).open("/").sees("Joss Reed")

    story.sign_in(world.supervisor).open("/team/").sees("Amira Khan", "Sol Wright")
    story.follow("How much each has to do").sees("Sol Wright", "Actions to do")
    story.follow("Work of the team").sees("Open cases in which no review has been held", WALK)
    story.follow("Decisions and the child’s words").sees("of 1 (")
    story.follow("Caseload of the team").follow("Sol Wright", about="name another for Amira Khan")
    story.press("Save").sees("There is a problem")
    story.sign_in(world.coordinator).open("/team/waiting/").sees("Joss Reed")


def attached(story: Story, child: str) -> None:
    """A letter from school, whose words are searched too."""
    story.open(child).add("Attach a file").attach(
        "Choose a file", "letter.pdf", "application/pdf", pdf("The bus driver saw her crying at Quayside.")
    )
    story.press("Attach the file").sees("letter.pdf")


def choosing(story: Story) -> None:
    again = story.page.get_by_role("button", name="Show everything again")
    if again.count():
        story.press("Show everything again")
    story.page.get_by_text("Choose what the chronology shows").click()


def test_the_record_is_chosen_from_searched_and_printed(world: World, story: Story) -> None:
    child = f"/children/{opened(world).person_id}/"
    attached(story.sign_in(world.social_worker), child)
    story.open(f"{child}chronology/?order=newest").sees("Case opened")
    story.open(f"{child}chronology/").sees("Seen: Recent bereavement or loss")
    choosing(story)
    story.choose("The child’s own words").press("Show these").sees(HOME).sees_not("Case opened")
    choosing(story)
    today = timezone.localdate()
    story.select("Agency", "Northgate Academy").fill_date("From", today.day, today.month, today.year)
    story.press("Show these").sees("Worry told").sees_not("Recent bereavement or loss")
    choosing(story)
    story.fill("Words in it", "driver crying").press("Show these").sees("letter.pdf").sees_not("Case opened")
    story.press("Show everything again")
    paper = story.take_paper("As a PDF for a meeting (A4)")
    assert HOME in paper
    assert "Her grandmother died in the summer" in paper

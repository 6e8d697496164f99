"""What is known of a child, with who said so: written down, changed, and who is responsible beside whom she counts on."""

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.begun import opened
from tests.journeys.conftest import Story

from heard.network.models import Fact, ImportantPerson

pytestmark = pytest.mark.journey


def said(story: Story, who: str, *, name: str = "", question: str = "On which day did they say so?") -> Story:
    today = timezone.localdate()
    if who:
        story.choose(who)
    if name:
        story.fill("Their name and role, or which paper", name)
    return story.fill_date(question, today.day, today.month, today.year).press("Save")


def test_a_worker_writes_down_who_the_child_is_and_then_corrects_the_phone(
    world: World, story: Story
) -> None:
    child = opened(world).person
    story.sign_in(world.social_worker).open(f"/children/{child.pk}/people/").follow("About Amira Khan")
    story.follow("Add", about="Ethnicity").fill(
        "What does the child say their ethnicity is?", "Punjabi and Welsh"
    )
    story.sees("It is never guessed").select(
        "Which of these did the child choose? (optional)", "White and Asian"
    )
    said(story, "", question="On which day did the child say so?").sees(
        "Punjabi and Welsh", "White and Asian"
    )

    story.follow("Add", about="GP").fill("GP", "Dr Hale, Harbour practice").fill(
        "How they are reached (optional)", "01632 960 301"
    )
    story.choose("The child").press("Save").sees("Dr Hale, Harbour practice", "Said by the child on")

    story.follow("Add", about="a carer or an important person").press("Save").sees(
        "There is a problem", "Write who it is"
    )
    story.fill("Who is it?", "Nadia Khan").fill("Who are they to the child?", "mother")
    story.choose("Yes, the child lives with them or they look after the child").choose(
        "Has parental responsibility"
    )
    said(story, "A document or a record").sees("say which paper it is")
    story.fill("Their name and role, or which paper", "Birth certificate").press("Save")
    story.sees("Nadia Khan, mother", "Parental responsibility", "Birth certificate")

    story.follow("Add", about="Phone").fill("Phone number", "01632 960 201").choose("The child").press("Save")
    story.follow("Change", about="Phone: 01632 960 201").fill("Phone number", "01632 960 202").choose(
        "The child"
    ).press("Save")
    story.sees("01632 960 202").sees_not("01632 960 201")
    story.follow("Earlier", about="Phone").sees("01632 960 202", "01632 960 201", "Something else was said")
    assert Fact.objects.filter(kind="phone").count() == 2
    assert ImportantPerson.objects.get().responsibility == "yes"
    story.open(f"/children/{child.pk}/people/").sees("01632 960 202", "Nadia Khan")
    story.sees_not("Punjabi and Welsh")


def test_whom_she_counts_on_does_not_hide_that_nobody_is_allocated(world: World, story: Story) -> None:
    case = opened(world)
    type(case).objects.filter(pk=case.pk).update(allocated_worker=None, trusted_worker=world.teacher)
    case.allocated_workers.all().delete()
    story.sign_in(world.coordinator).open(f"/children/{case.person_id}/").sees(
        "Tess Archer", "No social worker is allocated"
    )
    story.follow("Allocate a worker").sees("No social worker is allocated to this child")
    story.select("Who is the allocated worker?", "Sol Wright, Wexmoor Children’s Services").press("Save")
    story.sees("Saved: the allocated worker", "Trusted worker: Tess Archer")
    story.open(f"/children/{case.person_id}/").sees("Sol Wright", "Tess Archer").sees_not(
        "No social worker is allocated"
    )

"""The record is taken to a meeting as one PDF, and given to the child without what belongs to other people."""

from typing import Any

import pytest
from tests.conftest import World
from tests.journeys.begun import HOME, ago, opened, planned
from tests.journeys.conftest import Story

from heard.cases.case.models import Case
from heard.cases.pack.actions import make_pack
from heard.cases.pack.models import Pack
from heard.network import actions as network

pytestmark = pytest.mark.journey

AUNT, HER_NUMBER = "Ola Brand", "01632 960 777"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def the_worker_makes_it() -> None:
    """What `heard serve` does beside the site."""
    make_pack.call(str(Pack.objects.latest("asked_at").pk))


def with_an_aunt(world: World, case: Case) -> Case:
    aunt = network.add_person(by=world.social_worker, given_name="Ola", family_name="Brand", kind="adult")
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="aunt",
        other_id=aunt.pk,
        knows=network.Knows(f"{AUNT} told the school, {HER_NUMBER}"),
    )
    return case


def test_a_pack_is_made_while_one_does_something_else(world: World, story: Story) -> None:
    child = f"/children/{planned(world).case.person_id}/"
    story.sign_in(world.social_worker).open(f"{child}shared/").follow("Packs and requests for the record")
    story.press("Make a pack").press("Make the pack").sees("There is a problem", "Say what the pack is for")
    story.fill("What is it for?", "The strategy meeting").fill("For whom?", "Cora Ordway, chair")
    story.press("Make the pack").sees("The pack is being made", "You can leave this page")
    waiting = story.path
    story.open("/")
    the_worker_makes_it()
    story.open(waiting).sees("Ready", "pages")
    paper = story.take_paper("Fetch the PDF")
    for words in ("Case pack: Amira Khan", "For Cora Ordway, chair", HOME):
        assert words in paper


def names_are_decided(story: Story) -> None:
    for group in ("People who work with the child", "Agencies"):
        story.choose("All of these on which nobody has decided", within=group)
    story.choose("It is shown").press("Decide").choose(AUNT).choose(HER_NUMBER)
    story.choose("It is withheld").press("Decide").sees("There is a problem")
    story.choose("It is about somebody else").press("Decide").sees("Decided at so many places")


def each_passage_is_read(story: Story, request: str) -> None:
    story.open(f"{request}passages/").sees("What would be given", "Struck through")
    while story.page.get_by_role("button", name="I have read these passages").count():
        story.press("I have read these passages")


def test_the_child_gets_the_record_without_what_belongs_to_others(world: World, story: Story) -> None:
    case = with_an_aunt(world, opened(world))
    soon = ago(-30)
    story.sign_in(world.supervisor).open(f"/children/{case.person_id}/packs/")
    story.press("Somebody asks for the record").choose("The child or young person")
    story.fill("Their name", "Amira Khan").fill("What do they ask for?", "All that is written about me.")
    story.fill_date("By when do they get an answer?", soon.day, soon.month, soon.year)
    story.press("Gather the record").sees("Being decided")
    request = story.path
    story.follow("Names and numbers")
    names_are_decided(story)
    each_passage_is_read(story, request)
    story.open(request).press("Send to a second person").sees("With a second person")

    story.sign_in(world.coordinator).open(f"{request}check/").sees(AUNT, "It is about somebody else")
    story.choose("Yes: it is final, and becomes a PDF").press("Record the check")
    the_worker_makes_it()
    story.open(f"/packs/{Pack.objects.get().pk}/")
    paper = story.take_paper("Fetch the PDF")
    assert HOME in paper
    assert AUNT not in paper
    assert HER_NUMBER not in paper

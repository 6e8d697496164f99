"""The child is told what changed, has a plan of their own, and can read who has looked; what harms is acted against."""

import pytest
from tests.conftest import World
from tests.journeys.begun import BETTER, HOME, WALK, ago, assessed, planned
from tests.journeys.conftest import Story

from heard.network import actions as network

pytestmark = pytest.mark.journey


def test_the_childs_words_lead_to_something_and_are_told_back(world: World, story: Story) -> None:
    case = assessed(world).case
    story.sign_in(world.social_worker).open("/").sees("Amira Khan")
    story.open(f"/children/{case.person_id}/").add("Add what the child says")
    story.fill("The child’s own words", "I want Rosa to know.")
    story.choose("Said through an interpreter").fill(
        "Who heard the child?", "Sol Wright, with an interpreter"
    )
    story.fill("In which language? (optional)", "Polish")
    story.fill("The words in that language (optional)", "Chcę, żeby Rosa wiedziała.")
    story.fill("Who translated them? (optional)", "Ola Nowak, interpreter")
    story.fill("What does the child want to happen? (optional)", "That her aunt comes to the next meeting.")
    story.press("Save").sees(
        "I want Rosa to know.", "No feedback to the child yet", "Chcę, żeby Rosa wiedziała."
    )
    story.follow("Say what changed, and tell the child").press("Save")
    story.sees("There is a problem", "If nothing could change, say so, and why")
    story.fill("What changed because of it?", "Rosa was invited and comes on Friday.")
    today = ago(0)
    story.fill_date("When was the child told? (optional)", today.day, today.month, today.year)
    story.fill("Who told the child? (optional)", "Sol Wright, social worker").press("Save")
    story.sees("Feedback given on", "What changed because of it:", "Rosa was invited and comes on Friday.")


def against_what_harms(story: Story) -> None:
    soon = ago(-7)
    story.press("Add a step").press("Save").sees("There is a problem", "Choose what kind of step it is")
    story.select("Against whom or what?", "Harbour Street arcade (arcade)").choose(
        "Make a place safe, or close it"
    )
    story.fill("What will be done?", "Licensing visits on a Friday night")
    story.select("Which agency does it?", "Wexmoor Police")
    story.fill_date("By when?", soon.day, soon.month, soon.year).press("Save")
    story.sees("Harbour Street arcade", "Licensing visits on a Friday night", "To do")


def if_it_gets_worse(story: Story) -> None:
    story.press("Write the safety plan")
    story.fill("How can anybody tell that it is getting worse?", "She stops answering her aunt.")
    story.fill("What do we do then?", "Rosa rings the duty team, who go and see her.")
    story.fill("Who can be called?", "Rosa by day; 01632 960 001 at any time.")
    story.fill("Where is the child safe? (optional)", "At Rosa’s.")
    story.fill("What did the child agree to? (optional)", "“I send Rosa a heart.”").press("Put it in force")
    story.sees("She stops answering her aunt.", "“I send Rosa a heart.”")
    assert "Rosa rings the duty team" in story.take_paper("On paper (PDF)")


def test_a_plan_is_agreed_with_all_that_belongs_to_it(world: World, story: Story) -> None:
    case = assessed(world).case
    place = network.add_place(
        by=world.officer, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB"
    )
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="spends time at",
        other_id=place.pk,
        knows=network.Knows("She said so"),
    )
    story.sign_in(world.social_worker).open(f"/children/{case.person_id}/").press("Start the plan")
    story.press("Start now").press("Add an outcome").fill("What will be different for the child?", BETTER)
    story.fill("Where are we now? (optional)", "She runs the whole way.").press("Save")
    story.follow("Add an action").fill("What will be done?", WALK)
    soon, later = ago(-7), ago(-80)
    story.select("Who will do it, and for which agency?", "Ofa Leroy, Wexmoor Police")
    story.fill_date("By when?", soon.day, soon.month, soon.year).press("Save")
    story.sees("Why does their team need to see this child’s record?")
    story.fill("Why does their team need to see this child’s record?", "They know the way that she takes.")
    story.press("Let their team in and save").sees("Ofa Leroy", "Wexmoor Police")
    plan = story.path
    story.follow("Write the safety plan")
    if_it_gets_worse(story)
    story.open(plan).follow("Disruption steps")
    against_what_harms(story)
    story.open(plan).sees("If it gets worse", "Licensing visits").press("Agree the plan")
    story.choose(f"“{HOME}”")
    story.fill_date("When will the plan be reviewed?", later.day, later.month, later.year)
    story.press("Agree the plan").sees("The plan is agreed", HOME)
    paper = story.take_paper("This plan on paper (PDF)")
    assert BETTER in paper
    assert "Licensing visits on a Friday night" in paper
    story.follow("Say where we are now").fill("Where are we now?", "She walked with Ofa on Monday.")
    story.press("Save").sees("Where we are now: She walked with Ofa on Monday.", "Where we were before")


def test_another_trusted_worker_needs_a_reason_and_the_child_is_asked(world: World, story: Story) -> None:
    case = assessed(world).case
    story.sign_in(world.coordinator).open(f"/children/{case.person_id}/plan/").follow(
        "Trusted worker: who it is"
    )
    story.sees("Sol Wright", "The first in this case").select(
        "Who is the trusted worker?", "Tess Archer, Northgate Academy"
    )
    story.press("Save").sees("There is a problem", "Say why the child gets another trusted worker")
    story.fill("Why does it change?", "Amira sees Tess every day and asked for her.").choose("Yes")
    story.fill("What did the child say, or why were they not asked?", "“She never rushes me.”").press("Save")
    story.open(f"/children/{case.person_id}/plan/").sees("Tess Archer").follow("Trusted worker: who it is")
    story.sees("Amira sees Tess every day and asked for her.", "“She never rushes me.”", "Sol Wright")


def test_the_child_keeps_a_page_of_their_own_and_reads_who_looked(world: World, story: Story) -> None:
    plan = planned(world)
    story.sign_in(world.social_worker).open(f"/children/{plan.case.person_id}/plan/")
    story.follow("The child’s own plan, in plain words").sees("It is not written yet.").press("Write it")
    story.fill(f"What will be different: “{BETTER}” (optional)", "You walk home and nobody bothers you.")
    story.fill(f"What we do: “{WALK}” (optional)", "Tess walks home with you.")
    story.fill(
        "How can the child reach the trusted worker? (optional)", "Text or ring Sol, also in the evening."
    )
    story.page.get_by_label("Which of the child’s own words stand on it? (optional)").select_option(index=1)
    story.fill("If I do not feel safe: whom I can call, and where I can go (optional)", "Rosa, at any time.")
    story.press("Save").sees("My plan", "You walk home and nobody bothers you.", HOME)
    paper = story.take_paper("One page to keep (PDF)")
    assert "You walk home and nobody bothers you." in paper
    assert plan.case.reference not in paper
    story.press("Write down whether the child has it").choose("Yes, it was given to the child")
    today = ago(0)
    story.fill_date("On which day?", today.day, today.month, today.year)
    story.fill("By whom?", "Sol Wright, social worker").press("Save").sees("Given to the child on")

    story.open(f"/children/{plan.case.person_id}/looked/own/").sees("Who looked at what is written about me")
    paper = story.sees("Northgate Academy").take_paper("One page to keep (PDF)")
    assert "Northgate Academy" in paper
    assert "Tess Archer" not in paper

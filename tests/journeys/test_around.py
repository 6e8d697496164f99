"""What surrounds children becomes work: a plate links two worries, episodes share an arcade, and a park is worked on from the worry about it to
the question whether harm moved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.graph.conftest import child, episode, place
from tests.journeys.begun import ago
from tests.journeys.conftest import Story
from tests.journeys.test_childs_page import is_one_page_of_paper
from tests.journeys.test_worry import Thumb, thumb

from heard.cases.concern.actions import tell
from heard.cases.context.actions import open_context
from heard.cases.context.models import (
    ContextAssessment,
    ContextEnd,
    ContextGoal,
    ContextGuardian,
    ContextReview,
    ContextVoice,
)
from heard.cases.disruption.models import DisruptionStep
from heard.govuk.environment import short_day
from heard.knowledge import load
from heard.network import actions as network
from heard.network.rules import find

__all__ = ["thumb"]
pytestmark = pytest.mark.journey

CAR = "He waited for her after school in a silver car, AB12 CDE."
DARK = "Nobody sees the far end, and the lamps there do not work."


def told_of_a_car(story: Story, name: str) -> Story:
    story.open("/worries/tell/").choose("No", within="Is somebody in danger now?")
    story.fill("What was seen and heard?", CAR).press("Continue")
    story.fill("Name of the child", name).press("Continue").press("Continue").press("Continue")
    story.press("Continue").choose("I do not have the child’s words").fill("Why not?", "She had gone home.")
    return story.choose("No, or I do not know").press("Continue").sees("Check your answers")


def test_a_plate_links_two_worries_and_who_decides_sees_why(world: World, story: Story) -> None:
    told = tell(
        by=world.officer, new_person={"given_name": "Noor", "family_name": "Aziz"}, danger_now="no", why_no_words="At home",
        seen_and_heard="The car was AB12CDE again.", named=find("The car was AB12CDE again."),
    )  # fmt: skip
    story.sign_in(world.teacher)
    told_of_a_car(story, "Amira Khan").choose("number plate AB12 CDE").press("Send")
    story.sees("Your worry is sent", "A co-ordinator compares this with what others know.").sees_not("Noor")
    story.open("/worries/").follow("Amira Khan").sees("AB12 CDE").sees_not("Known from another record too")

    story.sign_in(world.coordinator).open("/worries/").follow("Amira Khan")
    story.sees("Phones, cars and accounts that it names", "Known from another record too.").follow("AB12 CDE")
    story.sees("Records that name it").follow("Do several people use it?").sees("AB12 CDE")
    story.open(f"/worries/{told.pk}/").sees("Known from another record too.")


def test_a_tie_is_noted_on_a_phone_and_another_agency_says_how_it_knows_of_it(
    world: World, story_on_a_phone: Story
) -> None:
    """From the page of the child: nine taps, and one sentence typed beside the name."""
    amira = child(world, "Amira")
    network.involve(by=world.teacher, person=amira, agency=world.police, why="Goes missing")
    place(world, "Harbour Street arcade")
    story = story_on_a_phone.sign_in(world.teacher).open(f"/web/{amira.pk}/").follow("a place")
    story.fill("Which place is it?", "Harbour").press("Look").choose("Harbour Street arcade, shop")
    story.select("Amira Made …", "goes to").press("Save the tie").sees("There is a problem")
    story.choose("It was seen", within="How is this known?")
    story.fill("What was said or seen, and where?", "At the door, on Friday").press("Save the tie")
    story.sees("At the door, on Friday").sees_not("Known from two agencies")
    tie = story.path
    story.sign_in(world.officer).open(tie).press("Say how you know of it too")
    story.choose("It was seen", within="How is this known?")
    story.fill("What was said or seen, and where?", "A patrol saw her inside").press("Save")
    story.open(tie).sees(
        "Known from two agencies: Northgate Academy, Wexmoor Police.", "A patrol saw her inside"
    )


# How long it takes hands that know a phone, as the keystroke-level model has it (Card, Moran and Newell 1983): to make up one’s mind and touch, a
# letter, and until a page that came is read as far as where one goes on.
TOUCH, LETTER, PAGE = 2.5, 0.3, 3.0


def test_a_tie_is_noted_on_a_phone_in_under_a_minute(world: World, thumb: Thumb) -> None:
    amira, typed, pages = child(world, "Amira"), ("Harbour", "At the door, on Friday"), 4
    place(world, "Harbour Street arcade")
    thumb.sign_in(world.teacher).open(f"/web/{amira.pk}/")
    thumb.goes_on(thumb.page.get_by_role("link", name="a place", exact=True))
    thumb.fill("Which place is it?", typed[0]).press("Look").choose("Harbour Street arcade, shop")
    thumb.select("Amira Made …", "goes to").choose("It was seen", within="How is this known?")
    thumb.fill("What was said or seen, and where?", typed[1]).press("Save the tie").sees(typed[1])
    touches = thumb.taps + 2  # to choose from a list takes two
    assert touches <= 10
    assert touches * TOUCH + sum(map(len, typed)) * LETTER + pages * PAGE < 60


WAS = "He took her to a flat at WX1 2AB in the silver car AB12 CDE. His number is 07700 900123."


def test_a_plate_told_after_an_episode_meets_a_worry_of_another_agency(world: World, story: Story) -> None:
    told_after_an_episode(world, story)


def test_a_plate_told_after_an_episode_meets_a_worry_on_a_phone(
    world: World, story_on_a_phone: Story
) -> None:
    told_after_an_episode(world, story_on_a_phone)


def told_after_an_episode(world: World, story: Story) -> None:
    amira = child(world, "Amira")
    told = tell(
        by=world.officer, new_person={"given_name": "Noor", "family_name": "Aziz"}, danger_now="no", why_no_words="At home",
        seen_and_heard="The car was AB12CDE again.", named=find("The car was AB12CDE again."),
    )  # fmt: skip
    one = episode(world.teacher, amira, 24 * 3)
    story.sign_in(world.teacher).open(f"/missing/{one.pk}/").follow(
        "Put right what was written about the return"
    )
    story.fill("How is the child?", WAS).press("Save")
    story.sees("Keep these, so that they can be compared?", "phone number 07700 900123")
    story.choose("number plate AB12 CDE").press("Save")
    story.sees("Phones, cars and accounts that it names", "AB12 CDE", "Postcode WX1 2AB: a place?")
    story.sees_not("Known from another record too", "Aziz")
    story.press("Postcode WX1 2AB: a place?").choose("None of these: add it").fill(
        "What kind of place is it?", "flat"
    )
    story.select("What does the child have to do with it?", "is taken to").press("Save").sees("is taken to")
    story.press("Add a phone, car or account").choose("Phone number")
    story.fill("What is the number, plate, name or address?", "07700 900123")
    story.select("What does the child have to do with it?", "was contacted from")
    story.fill("In your own words (optional)", "he rang at night").press("Save").sees("he rang at night")

    story.sign_in(world.coordinator).open(f"/missing/{one.pk}/").sees(
        "Known from another record too."
    ).follow("AB12 CDE")
    story.sees("Records that name it", "Worry told on").follow("Missing episode or interview, kept on")
    story.open(f"/worries/{told.pk}/").sees("Known from another record too.")

    story.sign_in(world.teacher).open(f"/missing/{one.pk}/").follow("Withdraw AB12 CDE")
    story.fill("Why is it withdrawn?", "It was her aunt’s car.").press("Save").sees(
        "because: It was her aunt’s car."
    )


def test_five_episodes_share_an_arcade(world: World, story_on_a_phone: Story) -> None:
    arcade, amira, bo = place(world, "Harbour Street arcade"), child(world, "Amira"), child(world, "Bo")
    for who, days in ((amira, 30), (amira, 20), (amira, 10), (bo, 25), (bo, 8)):
        last = episode(world.teacher, who, 24 * days, spoke_of=[arcade])
    story = story_on_a_phone.sign_in(world.teacher)
    story.open(f"/missing/{last.pk}/").follow("What does this episode share with others?")
    story.sees("Harbour Street arcade is named in 5 of these 5 episodes").follow("Not the same matter?")
    story.fill("Why?", "Both were asked about the arcade by name.").press("Save")
    story.sees("Judged not to be the same matter", "Both were asked about the arcade by name.")


def told_of_the_park(story: Story) -> Story:
    story.open("/worries/tell/").choose("No", within="Is somebody in danger now?")
    story.fill("What was seen and heard?", "Adults wait behind the bandstand when school ends.").press(
        "Continue"
    )
    story.follow("A place").fill("What is it called?", "Abbey Park").press("Continue")
    story.choose("Abbey Park, park").press("Continue").fill("When was it seen?", "Fridays, at four")
    return story.choose("No, or I do not know").press("Continue").press("Send").sees("Your worry is sent")


def opened(story: Story) -> Story:
    story.open("/worries/").follow("Abbey Park").choose("Open a context")
    story.choose("Neighbourhood or location").fill("Why is the context opened?", DARK)
    story.select("Who holds the context?", "Sol Wright, Wexmoor Children’s Services")
    story.fill("Reason for the decision", "It is about a place, and not about one child.")
    story.fill("What will the person who told this read?", "Somebody works on the park itself.")
    return story.press("Record the decision").sees("Open a context")


def heard_and_assessed(story: Story) -> Story:
    story.open("/contexts/").follow("Abbey Park").sees("Next:", DARK)
    work = story.path
    today = timezone.localdate()
    story.follow("Add what young people say, or why nobody was asked").choose("Yes")
    story.fill("What did they say?", "We walk round it, because you cannot see who is there.")
    story.choose("In a group").choose("14 or 15").fill_date(
        "On which day?", today.day, today.month, today.year
    )
    story.fill("What changed because of it?", "We told them that somebody walks it with them.").press("Save")
    story.open(work).press("Begin an assessment")
    assessment = story.path
    for side in [side for side in load.current().context_sides if side.setting == "neighbourhood"]:
        story.open(assessment).press("Add what is known").choose(side.label)
        story.fill("What is known?", DARK).fill("Who says so, and how do they know?", "Sol, who was there")
        story.fill_date("When was it seen?", today.day, today.month, today.year).press("Save")
    story.open(assessment).follow("Weigh it, and say what is not known")
    story.fill("What drives the harm most, and why do you think so?", "Nobody who could help can see it.")
    story.fill("What is not known?", "Who they are. The police find out.").press("Save")
    return story.open(assessment).press("Send it to the supervisor")


def aimed(story: Story, work: str) -> Story:
    later = ago(-60)
    story.open(work).press("Set a goal").fill("What will be so?", "The far end is seen from the path.")
    story.fill("How will it be seen?", "The park keeper looks each Friday at four.")
    story.fill_date("When are the goals first reviewed?", later.day, later.month, later.year).press("Save")
    story.open(work).press("Add a step").choose("The far end is seen from the path.")
    story.choose("Make a place safe, or close it").fill(
        "What will be done?", "Mend the lamps, cut the hedge back."
    )
    story.select("Who does it, and for which agency?", "Ofa Leroy, Wexmoor Police")
    story.fill_date("By when?", ago(-10).day, ago(-10).month, ago(-10).year).press("Save")
    story.open(work).follow("Note who was asked to watch over it").fill("Who watches over it?", "Park keeper")
    story.fill("What do they do?", "Looks each Friday").fill("Whom do they call?", "Sol, 01632 960 001")
    story.fill_date("When were they asked?", ago(1).day, ago(1).month, ago(1).year).choose("Yes")
    story.fill_date("When did they say yes?", ago(1).day, ago(1).month, ago(1).year)
    return story.fill_date("When does somebody ask again?", later.day, later.month, later.year).press("Save")


def mended(story: Story) -> Story:
    today = timezone.localdate()
    story.open("/").follow("Mend the lamps, cut the hedge back.").choose("Done")
    story.fill_date("On which day?", today.day, today.month, today.year).fill(
        "Note (optional)", "Both lamps are lit."
    )
    return story.press("Save")


def ended(story: Story, work: str) -> Story:
    today = timezone.localdate()
    story.open(work).press("Hold a review").choose("Better")
    story.fill("What was seen?", "Lit, and seen from the path").fill("Who saw it?", "Park keeper")
    story.fill_date("When?", today.day, today.month, today.year)
    story.fill("What changed at the place or in the group?", "Families sit there now.")
    story.fill_date("On which day was it held?", today.day, today.month, today.year)
    story.fill("Who took part?", "Sol Wright; the park keeper; two young people were asked before.")
    story.choose("It can close").fill("Why?", "The goal is reached.").press("Save the review")
    story.open(work).sees("whether it was reached or given up")
    story.follow("Reached, or given up (The far end is seen from the path.)").choose("Yes")
    story.fill("How is that known, or why is it given up?", "Seen on four Fridays.").press("Save")
    story.open(work).press("Close the context").fill("Why does the work end?", "The goal is reached.")
    story.fill("What do young people say now?", "You can wait there now.")
    story.fill("Who goes on watching over it?", "The park keeper.")
    return story.fill("What would make you open it again?", "Two worries in a month.").press("Save")


def test_a_park_from_the_worry_to_the_question_whether_harm_moved(world: World, story: Story) -> None:
    network.add_place(by=world.officer, name="Abbey Park", kind="park")
    told_of_the_park(story.sign_in(world.teacher))
    opened(story.sign_in(world.coordinator))
    story.sign_in(world.teacher).open("/").sees("Outcome of your concern")
    heard_and_assessed(story.sign_in(world.social_worker).open("/").sees("Abbey Park"))
    story.sign_in(world.supervisor).open("/").follow("Assessment to sign").press("Decide on it").choose(
        "I sign it off"
    ).press("Save")
    story.open("/contexts/").follow("Abbey Park")
    work = story.path
    aimed(story.sign_in(world.social_worker), work)
    paper = is_one_page_of_paper(story.open(work))
    assert "What was agreed" in paper
    assert f"{short_day(ago(-10))}: Mend the lamps, cut the hedge back. (Ofa Leroy)" in paper
    assert f"{short_day(ago(-60))}: Look at the goals together (Sol Wright)" in paper
    assert "Held by Sol Wright" in paper
    assert "Watches: Park keeper. Calls Sol, 01632 960 001" in paper
    mended(story.sign_in(world.officer))
    ended(story.sign_in(world.supervisor), work).sees("How the work ended", "You can wait there now.")
    story.sees("Reached", "Seen on four Fridays.").sees_not("Not reached yet")
    ContextEnd.objects.update(look_again_on=timezone.localdate() - timedelta(days=1))
    story.sign_in(world.social_worker).open("/").follow("Look again: did harm move?")
    story.choose("Neither is seen").fill("How is that known?", "Two schools and the keeper say so.").press(
        "Save"
    )
    story.sees("Two schools and the keeper say so.")


def test_a_context_full_of_work_is_printed_on_one_page_too(world: World, story: Story) -> None:
    by, now, today = world.social_worker, timezone.now(), timezone.localdate()
    park = network.add_place(by=by, name="Abbey Park", kind="park")
    long = "What everybody who stood there told and wrote down. " * 20
    work = open_context(
        by=world.coordinator, end="place", node_id=park.pk, setting="neighbourhood", why=long, holder=by
    )
    ContextVoice.objects.create(
        context=work, words=long, how="group", age_band="14_15", heard_on=today, written_by=by
    )
    signed = {"state": "signed", "signed_by": world.supervisor, "signed_at": now, "weighing": long}
    ContextAssessment.objects.create(context=work, release="2026.5", author=by, started_at=now, **signed)
    ContextReview.objects.create(
        context=work, held_on=today, held_by=by, took_part=long, what_changed=long, decision="go_on", reason=long,
        next_review_on=today,
    )  # fmt: skip
    for _number in range(12):
        goal = ContextGoal.objects.create(context=work, text=long, measure=long, added_by=by, added_at=now)
        DisruptionStep.objects.create(
            context=work, place=park, goal=goal, what=long, kind="place", agency=world.care, owner=by,
            due_on=today, added_by=by, added_at=now,
        )  # fmt: skip
        ContextGuardian.objects.create(
            context=work, who=long[:200], what_they_do=long, whom_they_call=long[:200], asked_by=by,
            asked_on=today, answer="yes", said_on=today, look_again_on=today,
        )  # fmt: skip
    is_one_page_of_paper(story.sign_in(by).open(f"/contexts/{work.pk}/"))


WAIT = "Adults who come by car wait there when school ends: two workers saw it on different days."


def noted_and_withdrawn(world: World, story: Story) -> None:
    by = world.social_worker
    park = network.add_place(by=by, name="Abbey Park", kind="park")
    work = open_context(
        by=world.coordinator, end="place", node_id=park.pk, setting="neighbourhood", why=DARK, holder=by
    )
    story.sign_in(by).open(f"/places/{park.pk}/").sees("No pattern is noted here that you may read.")
    story.press("Note a pattern").choose("Between young people, at school or in the neighbourhood")
    story.choose("In the neighbourhood").fill("What makes you think so?", WAIT).press("Save")
    story.sees("Saved: the pattern, with your reason.", WAIT, "In the neighbourhood.")
    story.open(f"/contexts/{work.pk}/").press("Note a pattern").choose("A network that uses transport hubs")
    story.fill("What makes you think so?", "The bus stop at the gate is used.").press("Save")
    story.open(f"/places/{park.pk}/").sees(WAIT, f"Of context {work.reference}")
    story.follow("Withdraw (Between young people, at school or in the neighbourhood)")
    story.press("Save").sees("Say why the pattern is withdrawn")
    story.fill("Why is it withdrawn?", "They were parents who wait.").press("Save")
    story.sees("It stays to be read", "They were parents who wait.", WAIT)


def test_a_pattern_is_noted_of_a_place_and_withdrawn_with_why(world: World, story: Story) -> None:
    noted_and_withdrawn(world, story)


def test_a_pattern_is_noted_of_a_place_and_withdrawn_on_a_phone(
    world: World, story_on_a_phone: Story
) -> None:
    noted_and_withdrawn(world, story_on_a_phone)


def test_children_and_adults_stand_apart_and_a_form_says_what_it_leaves_out(
    world: World, story: Story
) -> None:
    by, amira, bo = world.teacher, child(world, "Amira"), child(world, "Bo")
    aunt, dean = (
        network.add_person(by=by, given_name=given, family_name="Made", kind="adult")
        for given in ("Zoe", "Dean")
    )
    heard = {"how": "said", "who": "A neighbour", "source_grade": "3", "known_grade": "E"}
    for other, kind, knows in (
        (bo, "friend_of", network.Knows("Always together")),
        (aunt, "protects", network.Knows("She fetches her each day")),
        (dean, "drives", network.Knows("Seen at the gate in a silver car", reach="holder")),
        (dean, "goes_about_with", network.Knows("Heard in the shop", **heard)),
    ):
        network.note_tie(by=by, one_id=other.pk, other_id=amira.pk, kind=kind, knows=knows)
    story.sign_in(by).open(f"/children/{amira.pk}/people/")
    story.sees("Who protects", "Zoe Made", "Children", "Bo", "Adults", "Dean Made", "(thought to be untrue)")
    story.open(f"/children/{amira.pk}/ready/write/")
    story.sees(
        "Others read this, so Heard leaves out of it: 1 source that one agency keeps for itself, 1 source that is"
        " thought to be untrue."
    )


def read_by_day(world: World, story: Story) -> None:
    by, arcade = world.teacher, place(world, "Harbour Street arcade")
    people = [child(world, "Amira"), child(world, "Bo")]
    people += [
        network.add_person(by=by, given_name=given, family_name="Made", kind="adult")
        for given in ("Zoe", "Dean")
    ]
    for person in people:
        knows = network.Knows("Seen there by the caretaker, on the way home from school")
        network.note_tie(by=by, one_id=person.pk, other_id=arcade.pk, kind="goes_to", knows=knows)
    story.sign_in(by).open(f"/places/{arcade.pk}/").follow("Day by day")
    story.sees("Ties of children", "Amira Made", "Bo Made", "Ties of adults", "Zoe Made", "Dean Made")


def test_a_place_by_day_lists_ties_of_children_and_of_adults_apart(world: World, story: Story) -> None:
    read_by_day(world, story)


def test_a_place_by_day_is_read_on_a_phone(world: World, story_on_a_phone: Story) -> None:
    read_by_day(world, story_on_a_phone)

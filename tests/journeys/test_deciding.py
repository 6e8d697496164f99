"""A worry is asked about, answered, decided on with its worker named at once, and put right."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World, let_know
from tests.journeys.conftest import Story

from heard.cases.concern import actions as telling
from heard.network import actions as network

pytestmark = pytest.mark.journey


def told(world: World, **change: Any) -> Any:
    usual: dict[str, Any] = {
        "by": world.teacher,
        "seen_and_heard": "A car waited for her at the gate, again.",
        "words": {"text": "Leave me alone", "heard_by": "Tess Archer", "heard_on": timezone.localdate()},
        "danger_now": "no",
    }
    return telling.tell(**usual | change)


def test_a_question_is_answered_and_the_case_has_its_worker_at_once(world: World, story: Story) -> None:
    child = network.add_person(by=world.officer, given_name="Noor", family_name="Aziz")
    let_know(world.officer, child.pk, world.school)
    worry = told(world, person_id=child.pk)
    told(world, new_person={"given_name": "Sami", "family_name": "Aziz"}, seen_and_heard="The same car.")

    story.sign_in(world.coordinator).open(f"/worries/{worry.pk}/").follow("Ask Tess Archer, who told this")
    story.press("Ask").sees("Write what you would like to know")
    story.fill("What would you like to know?", "Which car was it, and who drove it?").press("Ask")
    story.sees("Tess Archer learns of it now", "Waiting for an answer from Tess Archer")
    story.open("/worries/").sees("Waiting for an answer from Tess Archer")

    story.sign_in(world.teacher).open("/").sees("asked about your concern")
    story.follow("Which car was it, and who drove it?").sees("Which car was it, and who drove it?")
    story.fill("Your answer", "A grey van. I did not see the driver.").press("Send the answer")
    story.sees("Your answer is with the person who asked.", "A grey van.").sees_not("Open the child’s page")

    story.sign_in(world.coordinator).open("/").sees(
        "Noor Aziz", "Danger" if worry.danger_now == "yes" else "New"
    )
    story.follow("Decide on the worry", about="Noor Aziz").sees("A grey van. I did not see the driver.")
    story.press("Decide on this worry").choose("Open a case")
    story.select(
        "Who works with the child from now on? (optional)", "Sol Wright, Wexmoor Children’s Services"
    )
    story.page.get_by_label("Sami Aziz", exact=False).first.check()
    story.fill("Reason for the decision", "The same van on two days.")
    story.fill("What will the person who told this read?", "A social worker sees them today.")
    story.press("Record the decision")
    story.sees("Decision recorded: Open a case.", "Sol Wright works with the child and learns of it now.")
    story.sees("It is the decision on 2 worries.", "Correct this decision")

    story.sign_in(world.social_worker).open("/").sees("Sami Aziz")
    story.follow("You are now allocated to this child", about="Noor Aziz")
    story.sees("Noor Aziz")


def test_a_decision_is_put_right_and_found_again(world: World, story: Story) -> None:
    worry = told(world, new_person={"given_name": "Amira", "family_name": "Khan"})
    story.sign_in(world.coordinator).open(f"/worries/{worry.pk}/decide/").choose("No further action")
    story.fill("Reason for the decision", "It was her uncle.")
    story.fill("What will the person who told this read?", "It was her uncle.").press("Record the decision")
    story.follow("Correct this decision").choose("Strategy discussion")
    soon = timezone.localdate() + timedelta(days=1)
    story.fill_date("By when is it held?", soon.day, soon.month, soon.year).press("Save the correction")
    story.sees("Say why the decision is put right")
    story.fill("Why is the decision put right?", "He is not her uncle.").press("Save the correction")
    story.sees("Put right: Strategy discussion.", "What was decided before it was put right")

    story.follow("Strategy discussion of").select("Which agency was asked?", "Northgate Academy")
    story.fill("Who was asked?", "Tess Archer, teacher").press("Note who was asked")
    story.sees("Noted: Northgate Academy was asked.")
    story.follow("Write what Northgate Academy knows")
    story.fill("What does this agency know?", "The van was there on two days.").choose("Yes")
    story.fill("Who?", "Tess Archer").press("Save").press("Write down what was decided")
    story.fill("What was decided?", "The police see her today.").choose(
        "Yes", within="Do section 47 enquiries follow?"
    )
    story.fill("By whom?", "Children’s services and the police together")
    story.choose("There is another reason why we do not have the child’s words")
    story.fill("Why are the child’s words not there?", "Sol asks her tonight.")
    story.fill("Reason for the decision", "Two agencies saw the van.")
    story.choose("Yes", within="This child has no open case.").press("Record the decision")
    story.sees("Decision recorded.", "Children’s services and the police together")

    story.sign_in(world.teacher).open("/").sees("Outcome of your concern (Amira Khan)")
    story.sign_in(world.coordinator).open("/worries/decided/").sees("Amira Khan", "Put right")
    story.page.locator("summary").filter(has_text="Search").click()
    story.fill("Name, reference or words (optional)", "nobody of that name")
    story.page.locator("main").get_by_role("button", name="Search").click()
    story.look().sees("No decided worry is found.")

"""What else is decided around children: a question to whoever told, a strategy discussion, a decision that was put right, a
worry about somebody who works with children, a move to another council, and what comes after 18."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from heard.cases.concern import actions as telling
from heard.cases.concern.strategy import actions as strategy
from heard.cases.death import actions as dying
from heard.cases.leaving import actions as leaving
from heard.cases.note import actions as noting
from heard.cases.note.queries import notes_visible_to
from heard.cases.words.rules import ChildsView

if TYPE_CHECKING:
    from heard.demo.life.child import Child
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World

_AFTERWARDS: Final[dict[str, Any]] = {
    "who_is_there": "An aunt, and the youth worker who goes on after the birthday.",
    "services": "Adult services were asked in autumn, the youth project keeps the place.",
    "where_to_live": "At the aunt’s. Supported lodgings if that ends.",
    "who_to_call": "The aunt first, then the youth project, at any hour.",
}


def decide_more(world: World, children: Children) -> None:
    of_stage: dict[str, list[Child]] = {}
    for child in children.values():
        of_stage.setdefault(child.stage, []).append(child)
    _ask(world, of_stage["told"])
    _discuss(world, of_stage["no_further_action"][0])
    _put_right(world)
    _about_staff(world)
    _move(world, of_stage["planned"][0])
    _grow_up(world, of_stage["planned"])
    _notice(of_stage["planned"])
    _together(of_stage["planned"])
    _died(world)


def _ask(world: World, told: list[Child]) -> None:
    """One question is answered, another waits."""
    for child, answer in zip(
        told[:2], ("A grey van, twice, with the same man at the wheel.", ""), strict=False
    ):
        with world.on(world.now - timedelta(hours=5)):
            question = telling.ask_teller(
                by=world.coordinator, concern_id=child.concern.pk, text="Which car was it, and who drove it?"
            )
        if answer:
            with world.on(world.now - timedelta(hours=2)):
                telling.answer_question(by=child.concern.told_by, question_id=question.pk, text=answer)


def _discuss(world: World, child: Child) -> None:
    """A worry that nothing followed from: two agencies hear of more, and one is still asked."""
    agencies = (("tom.hartley", "The same van stood at the station on two nights."), ("priya.nair", ""))
    with world.on(world.ago(2)):
        discussion = strategy.plan_discussion(
            by=world.coordinator, concern_id=child.concern.pk, planned_on=world.today + timedelta(days=1)
        )
        for username, information in agencies:
            asked = strategy.ask_agency(
                by=world.coordinator,
                discussion_id=discussion.pk,
                who=world.name_and_job(username),
                asked_on=world.ago(2),
                agency=world.agency_of[username],
            )
            if information:
                strategy.tell_what_is_known(by=world.coordinator, asked_id=asked.pk, information=information)


def _put_right(world: World) -> None:
    """A decision of yesterday that somebody corrected the same day, with the reason."""
    with world.on(world.ago(1)):
        told = telling.tell(
            by=world.users["priya.nair"],
            new_person={"given_name": "Noor", "family_name": "Baxter"},
            seen_and_heard="Came to the clinic with an older man who answered for her. Asked twice when she could leave.",
            why_no_words="He did not leave the room.",
            danger_now="no",
        )
        said: dict[str, Any] = {
            "reason": "He was thought to be her uncle.",
            "why_without_words": "Not met yet",
        }
        telling.decide(
            by=world.coordinator,
            concern=told,
            decision="no_further_action",
            feedback="It was her uncle.",
            **said,
        )
        telling.correct_decision(
            by=world.coordinator,
            concern_id=told.pk,
            why="The school knows no uncle.",
            decision="open_case",
            reason="He is nobody whom the family knows.",
            feedback="Thank you. A social worker sees her today.",
            why_without_words="Not met yet",
        )


def _about_staff(world: World) -> None:
    with world.on(world.ago(1)):
        telling.tell(
            by=world.users["grace.adeyemi"],
            new_person={"given_name": "Ellis", "family_name": "Ward"},
            seen_and_heard="A coach of the swimming club writes to him at night and asks him to tell nobody.",
            why_no_words="He asked not to be asked again today.",
            danger_now="no",
            staff=telling.AboutStaff("Coach of a swimming club, known as Jay"),
        )


def _move(world: World, child: Child) -> None:
    with world.on(world.ago(6)):
        handover = leaving.hand_over(
            by=child.worker,
            case_id=child.case.pk,
            moves_on=world.today + timedelta(days=10),
            to_council="Easthaven Council",
            to_whom="Duty team, children’s services, 01632 960 090",
            what_sent="Summary of the assessment, the plan, and what the child wants to know: who comes before the move.",
            sent_on=world.ago(6),
            ask_again_on=world.ago(1),
        )
    with world.on(world.ago(1)):
        leaving.note_news(
            by=child.worker,
            handover_id=handover.pk,
            what_they_said="It is with their manager, who answers this week.",
            ask_again_on=world.today + timedelta(days=2),
        )


def _grow_up(world: World, planned: list[Child]) -> None:
    """The oldest of those with a plan."""
    child = min(planned[1:], key=lambda child: child.case.person.birth_date or world.today)
    with world.on(world.ago(3)):
        said = {"text": "I stay with my aunt. I do not want a new worker every month.", "how": "said"}
        view = ChildsView(new=said | {"heard_on": world.ago(3), "heard_by": str(child.worker)})
        leaving.write_after_plan(by=child.worker, case_id=child.case.pk, view=view, **_AFTERWARDS)


def _notice(planned: list[Child]) -> None:
    """What the worker noticed at the last contact."""
    for child in planned[:3]:
        note = notes_visible_to(child.worker).filter(person=child.person_id).order_by("-at").first()
        if note is not None:
            with child.world.on(note.written_at + timedelta(minutes=5)):
                noting.mark_signs(
                    by=note.written_by,
                    note_id=note.pk,
                    noticed={"S10": "A new phone, and no answer whose it is."},
                )


def _together(planned: list[Child]) -> None:
    """One visit to two children of one worker: what is common once, a part each."""
    first = next(child for child in planned if sum(other.worker == child.worker for other in planned) > 1)
    pair = [child for child in planned if child.worker == first.worker][:2]
    texts = (
        "Talked about the holidays, and wants to see the youth club.",
        "Was quiet. Did not want to talk while others were near.",
    )
    with first.world.on(first.world.ago(1)):
        noting.write_together(
            by=first.worker,
            kind="visit",
            at=timezone.now() - timedelta(minutes=30),
            where="The youth club",
            text="Both were there, and had eaten.",
            parts=[
                noting.NotePart(child.person_id, text, "with_others")
                for child, text in zip(pair, texts, strict=True)
            ],
        )


def _died(world: World) -> None:
    """A young person who died of an illness while people worked with them. Everybody who has to know is told."""
    with world.on(world.ago(40)):
        told = telling.tell(
            by=world.users["priya.nair"],
            new_person={"given_name": "Wren", "family_name": "Halloran"},
            seen_and_heard="An adult whom nobody knows waits at the clinic after each appointment.",
            words={"text": "He says he is a friend.", "heard_by": "Priya Nair", "heard_on": world.ago(40)},
            danger_now="no",
        )
        decided = telling.decide(
            by=world.coordinator,
            concern=told,
            decision="open_case",
            reason="Nobody in the family knows the man.",
            feedback="Thank you. A social worker meets them this week.",
        )
    assert decided.case is not None
    with world.on(world.ago(4)):
        dying.record_death(
            by=world.coordinator,
            person_id=decided.case.person_id,
            died_on=world.ago(5),
            who_said="The ward sister of the hospital",
            who_is_told="The family was there. Their school is told by the head of year.",
        )

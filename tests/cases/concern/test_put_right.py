"""A decision that is put right leaves nothing of the wrong one: no agency in the record, no danger in a case that is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import User
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.models import Notice
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import actions, queries
from heard.cases.concern.models import Concern
from heard.network import actions as network
from heard.network.models import Involvement
from heard.network.queries import people_visible_to

WHY: dict[str, Any] = {"reason": "r", "feedback": "f", "why_without_words": "Not met yet"}


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def kinds(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(fresh(user))]


def sees(user: User, told: Concern) -> bool:
    return people_visible_to(fresh(user)).filter(pk=told.person_id).exists()


def tell(world: World, *, danger: str = "no", **more: Any) -> Concern:
    given = {"new_person": {"given_name": "Ida"}} if "person_id" not in more else {}
    return actions.tell(
        by=world.teacher,
        seen_and_heard="A car waits for her",
        why_no_words="Not met yet",
        danger_now=danger,
        danger_done="Rang 999" if danger == "yes" else "",
        **given,
        **more,
    )


def decide(world: World, told: Concern, decision: str, **more: Any) -> None:
    actions.decide(by=world.coordinator, concern=told, decision=decision, **WHY, **more)


def put_right(world: World, told: Concern, decision: str = "no_further_action", **more: Any) -> None:
    actions.correct_decision(
        by=world.coordinator, concern_id=told.pk, why="Wrong child", decision=decision, **WHY, **more
    )


@pytest.mark.parametrize(
    ("decision", "more"), [("other_agency", {}), ("help", {"help_with": "Somewhere to go after school"})]
)
def test_the_agency_that_took_it_on_by_mistake_sees_the_child_no_longer(
    world: World, decision: str, more: dict[str, Any]
) -> None:
    told = tell(world)
    decide(world, told, decision, other_agency=world.police, **more)
    assert sees(world.officer, told)
    assert kinds(world.officer) == ["worry_taken_on"]
    put_right(world, told)
    assert (
        queries.let_out(fresh(world.coordinator), told) == world.police
    )  # they are rung: nothing reaches them here
    assert queries.let_out(fresh(world.board_member), told) is None
    assert not sees(world.officer, told)
    assert kinds(world.officer) == []
    assert not Notice.objects.filter(kind="worry_taken_on", ended_at=None).exists()
    line = Involvement.objects.get(agency=world.police)
    assert line.why_ended == f"The decision on worry {told.reference} was put right."


def test_nor_where_another_agency_takes_it_on_instead(world: World) -> None:
    told = tell(world)
    decide(world, told, "other_agency", other_agency=world.police)
    put_right(world, told, "other_agency", other_agency=world.school)
    assert not sees(world.officer, told)
    assert sees(world.teacher, told)


def test_it_stays_where_the_same_agency_still_takes_it_on(world: World) -> None:
    told = tell(world)
    decide(world, told, "other_agency", other_agency=world.police)
    put_right(world, told, "other_agency", other_agency=world.police)
    assert sees(world.officer, told)
    assert kinds(world.officer).count("worry_taken_on") == 1
    assert queries.let_out(fresh(world.coordinator), told) is None


def test_an_agency_that_another_worry_needs_or_that_was_there_before_stays(world: World) -> None:
    concern = tell(world)
    other = tell(world, person_id=concern.person_id)
    for told in (concern, other):
        decide(world, told, "other_agency", other_agency=world.police)
    put_right(world, concern)
    assert sees(world.officer, concern)  # for the other worry
    put_right(world, other)
    assert not sees(world.officer, concern)
    network.involve(by=world.coordinator, person=concern.person, agency=world.police, why="They know her")
    third = tell(world, person_id=concern.person_id)
    decide(world, third, "other_agency", other_agency=world.police)
    put_right(world, third)
    assert sees(world.officer, concern)  # they were there before


def test_an_agency_stays_where_somebody_of_it_was_given_something_to_do_meanwhile(world: World) -> None:
    from heard.cases.case.notices.announcing import announce
    from heard.cases.case.notices.rules import NoticeKind

    told = tell(world)
    decide(world, told, "other_agency", other_agency=world.police)
    announce(
        by=world.coordinator, kind=NoticeKind.ACTION, subject="person", subject_id=told.person_id,
        person_id=told.person_id, named=[world.officer],
    )  # fmt: skip
    put_right(world, told)
    assert sees(world.officer, told)


def test_who_leads_a_case_that_is_taken_back_sees_what_they_saw_before(world: World) -> None:
    told = tell(world)
    assert not sees(world.social_worker, told)
    decide(world, told, "open_case")
    assert sees(world.social_worker, told)
    put_right(world, told)
    assert not sees(world.social_worker, told)
    assert sees(world.coordinator, told)


def test_danger_in_a_case_that_is_taken_back_stands_on_no_list(world: World) -> None:
    told = tell(world, danger="yes")
    decide(world, told, "open_case")
    assert "danger_in_case" in kinds(world.supervisor)
    put_right(world, told)
    for hours in (1, 2, 30):
        pass_on(timezone.now() + timedelta(hours=hours))
    going_on = Notice.objects.filter(kind__in=("danger_in_case", "case_opened"), ended_at=None)
    assert not going_on.exists()
    assert not {"danger_in_case", "case_opened"} & set(kinds(world.supervisor))


def test_danger_that_was_added_to_a_case_by_mistake_neither(world: World, case: Any) -> None:
    told = tell(world, danger="yes", person_id=case.person_id)
    decide(world, told, "add_to_case")
    put_right(world, told)
    assert not Notice.objects.filter(kind="danger_in_case", ended_at=None).exists()


def test_danger_that_is_still_in_a_case_keeps_its_clock(world: World, case: Any) -> None:
    told = tell(world, danger="yes", person_id=case.person_id)
    Notice.objects.filter(subject_id=str(told.pk)).update(ended_at=timezone.now())
    decide(world, told, "add_to_case")
    before = Notice.objects.get(kind="danger_in_case", ended_at=None)
    put_right(world, told, "add_to_case")
    assert Notice.objects.get(kind="danger_in_case", ended_at=None) == before

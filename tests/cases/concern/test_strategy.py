"""A strategy discussion: who was asked, what each agency knows, and what was decided; corrected by a new version."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.rules import Hidden, Refused
from heard.cases.case.models import Case
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import my_cases
from heard.cases.clocks.models import ClockRun, Moment
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.concern.strategy import actions, queries, rules
from heard.cases.concern.strategy.models import AskedAgency, StrategyDiscussion
from heard.cases.record.models import ChronologyEntry
from heard.cases.timeline.index import catch_up
from heard.cases.words.rules import ChildsView
from heard.home.queries import my_work
from heard.network import actions as network

TODAY = timezone.localdate()
OUTCOME: dict[str, Any] = {
    "held_on": TODAY,
    "decision": "The police see her today.",
    "reason": "Three agencies saw the same van.",
    "enquiries": "no",
    "enquiries_by": "",
    "view": ChildsView(why_no_words="She is asked tonight."),
}
ENQUIRIES = OUTCOME | {"enquiries": "yes", "enquiries_by": "Children’s services and the police together"}


@pytest.fixture
def concern(world: World) -> Concern:
    told = telling.tell(
        by=world.teacher,
        new_person={"given_name": "Amira", "family_name": "Khan"},
        seen_and_heard="A van waited for her.",
        words={"text": "Leave me alone", "heard_by": "Tess Archer", "heard_on": TODAY},
        danger_now="no",
    )
    return telling.decide(
        by=world.coordinator,
        concern=told,
        decision="strategy",
        strategy_on=TODAY,
        reason="It may be significant harm",
        feedback="Thank you",
    )


@pytest.fixture
def planned(concern: Concern) -> StrategyDiscussion:
    return StrategyDiscussion.objects.get()


@pytest.fixture
def asked(world: World, planned: StrategyDiscussion) -> AskedAgency:
    return actions.ask_agency(
        by=world.coordinator,
        discussion_id=planned.pk,
        who="Tess Archer, teacher",
        asked_on=TODAY,
        agency=world.school,
    )


def finish(world: World, planned: StrategyDiscussion, **change: Any) -> StrategyDiscussion:
    usual: dict[str, Any] = {"by": world.coordinator, "discussion_id": planned.pk} | OUTCOME
    return actions.finish_discussion(**usual | change)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kinds(user: Any) -> list[str]:
    return [reader.notice.kind for reader in unread_of(user)]


def to_hold(user: Any) -> list[str]:
    return [line.about for section in my_work(user) if section.key == "strategy" for line in section.waiting]


def page(user: Any, name: str, planned: StrategyDiscussion) -> Any:
    return signed_in(user).get(reverse(name, kwargs={"discussion_id": planned.pk}))


def test_whoever_decided_on_it_has_it_to_hold_until_it_is_held(
    world: World, planned: StrategyDiscussion, asked: AskedAgency
) -> None:
    assert to_hold(world.coordinator) == ["Amira Khan"]
    assert to_hold(world.supervisor) == []
    finish(world, planned)
    assert to_hold(world.coordinator) == []


def test_an_agency_that_was_asked_learns_of_it_and_writes_what_it_knows(
    world: World, planned: StrategyDiscussion, asked: AskedAgency
) -> None:
    assert kinds(world.teacher) == ["strategy_asked"]  # nobody of the school decides: who works with children
    there = reverse("strategy_asked", kwargs={"asked_id": asked.pk})
    client = signed_in(world.teacher)
    client.post(there, {"information": "Away on Mondays", "attended": "yes", "who_attended": "Tess Archer"})
    asked.refresh_from_db()
    assert (asked.information, asked.told_by) == ("Away on Mondays", world.teacher)
    assert kinds(world.teacher) == []
    assert "Away on Mondays" in page(world.coordinator, "strategy", planned).text


def test_an_agency_that_may_not_see_the_child_is_told_nothing_and_reads_nothing(
    world: World, planned: StrategyDiscussion
) -> None:
    row = actions.ask_agency(
        by=world.coordinator,
        discussion_id=planned.pk,
        who="Ofa Leroy",
        asked_on=TODAY,
        agency=world.police,
    )
    assert kinds(world.officer) == []
    assert page(world.officer, "strategy", planned).status_code == 404
    assert "Heard has told nobody there: ring them" in page(world.coordinator, "strategy", planned).text
    with pytest.raises(Hidden):
        actions.tell_what_is_known(by=world.officer, asked_id=row.pk, information="x")
    network.involve(by=world.coordinator, person=planned.person, agency=world.police, why="Sees her")
    assert page(world.officer, "strategy", planned).status_code == 200


def test_others_of_the_record_read_it_and_write_nothing_in_it(
    world: World, planned: StrategyDiscussion, asked: AskedAgency
) -> None:
    network.involve(by=world.coordinator, person=planned.person, agency=world.police, why="Sees her")
    network.involve(by=world.coordinator, person=planned.person, agency=world.care, why="Leads")
    for who in (world.officer, world.social_worker):
        with pytest.raises(Refused, match="Somebody of that agency"):
            actions.tell_what_is_known(by=who, asked_id=asked.pk, information="x")
        with pytest.raises(Refused, match="Whoever leads"):
            finish(world, planned, by=who)
        with pytest.raises(Refused, match="Whoever leads"):
            actions.call_off(by=who, discussion_id=planned.pk, why="x")
        assert page(who, "strategy_finish", planned).status_code == 404
    planned.refresh_from_db()
    assert planned.state == "planned"


def test_section_47_enquiries_open_a_case_name_the_worker_and_start_the_clock(
    world: World, planned: StrategyDiscussion, asked: AskedAgency
) -> None:
    with pytest.raises(Refused, match="need an open case"):
        finish(world, planned, **ENQUIRIES)
    finish(world, planned, **ENQUIRIES, opens_case=True, worker=world.social_worker)
    case = Case.objects.get()
    assert list(my_cases(world.social_worker)) == [case]
    moment = Moment.objects.get()
    assert (moment.kind, moment.on) == ("strategy_discussion", TODAY)
    assert ClockRun.objects.filter(case=case, met_on=None).exists()
    assert "strategy" in kinds(world.social_worker)
    assert "strategy" in kinds(world.teacher)


def test_it_is_put_right_by_a_new_version_with_the_clock_and_both_are_shown(
    world: World, planned: StrategyDiscussion, asked: AskedAgency
) -> None:
    held = finish(world, planned, **ENQUIRIES, opens_case=True)
    said = {"by": world.coordinator, "discussion_id": held.pk} | OUTCOME
    with pytest.raises(Refused, match="Say why"):
        actions.correct_discussion(**said, why=" ")
    new = actions.correct_discussion(**said, why="The police said no")
    assert not ClockRun.objects.filter(met_on=None, ended_on=None).exists()
    assert (new.corrects, new.enquiries, new.moment) == (held, "no", None)
    assert [row.who for row in queries.asked_in(world.coordinator, new.pk)] == ["Tess Archer, teacher"]
    text = page(world.coordinator, "strategy", new).text
    assert "The police said no" in text
    assert "Children’s services and the police together" in text
    assert "Read the newer one" in page(world.coordinator, "strategy", held).text
    with pytest.raises(Refused, match="corrected already"):
        actions.correct_discussion(**said, why="Again")
    assert list(queries.discussions_of(world.coordinator, new.person_id)) == [new]


def test_it_stands_in_the_chronology_once(
    world: World, planned: StrategyDiscussion, asked: AskedAgency
) -> None:
    held = finish(world, planned)
    actions.correct_discussion(
        **{"by": world.coordinator, "discussion_id": held.pk, "why": "x"}
        | OUTCOME
        | {"decision": "He is gone"}
    )
    catch_up()
    rows = ChronologyEntry.objects.filter(child_id=held.person_id, page="strategy")
    assert [row.what for row in rows] == ["Strategy discussion held"]
    assert "He is gone" in rows[0].text


def test_there_is_one_at_a_time_and_one_that_was_called_off_makes_room(
    world: World, concern: Concern, planned: StrategyDiscussion
) -> None:
    again = {"by": world.coordinator, "concern_id": concern.pk, "planned_on": TODAY}
    with pytest.raises(Refused, match="planned already"):
        actions.plan_discussion(**again)
    with pytest.raises(Refused, match="Say why"):
        actions.call_off(by=world.coordinator, discussion_id=planned.pk, why=" ")
    actions.call_off(by=world.coordinator, discussion_id=planned.pk, why="The police have her")
    assert actions.plan_discussion(**again).state == "planned"


def test_a_worry_that_was_decided_otherwise_can_still_lead_to_one(world: World) -> None:
    told = telling.tell(
        by=world.teacher,
        new_person={"given_name": "Sami", "family_name": "Khan"},
        seen_and_heard="A van waited for him.",
        why_no_words="He ran",
        danger_now="no",
    )
    client = signed_in(world.coordinator)
    there = reverse("strategy_plan", kwargs={"concern_id": told.pk})
    assert "Decide on the worry first" in client.get(there).text
    telling.decide(
        by=world.coordinator,
        concern=told,
        decision="open_case",
        reason="x",
        feedback="x",
        why_without_words="x",
    )
    assert there in client.get(reverse("concern", kwargs={"concern_id": told.pk})).text
    day = {"planned_on-day": TODAY.day, "planned_on-month": TODAY.month, "planned_on-year": TODAY.year}
    assert "Strategy discussion planned" in client.post(there, day, follow=True).text


def test_the_pages_lead_from_asking_to_the_decision(world: World, planned: StrategyDiscussion) -> None:
    client = signed_in(world.coordinator)
    there = reverse("strategy", kwargs={"discussion_id": planned.pk})
    day = {"asked_on-day": TODAY.day, "asked_on-month": TODAY.month, "asked_on-year": TODAY.year}
    assert (
        "Write which agency it is" in client.post(there, {"agency": "outside", "who": "Dr Lane"} | day).text
    )
    told = {"agency": "outside", "outside": "The health centre", "who": "Dr Lane"} | day
    assert "Noted: The health centre was asked." in client.post(there, told, follow=True).text
    finishing = reverse("strategy_finish", kwargs={"discussion_id": planned.pk})
    assert "This child has no open case. Is one opened now?" in client.get(finishing).text
    day = {"held_on-day": TODAY.day, "held_on-month": TODAY.month, "held_on-year": TODAY.year}
    heard = {"which": str(planned.concern.words_id)}
    answers = {"decision": "The police see her", "reason": "The van", "enquiries": "yes", "opens_case": "no"}
    answers |= heard
    refused = client.post(finishing, answers | day | {"enquiries_by": "Police"}).text
    assert "Section 47 enquiries need an open case." in refused
    assert "The police see her" in refused
    answers |= {"opens_case": "yes", "worker": str(world.social_worker.pk), "enquiries_by": "Police"}
    assert "Decision recorded." in client.post(finishing, answers | day, follow=True).text
    assert list(my_cases(world.social_worker))
    correcting = reverse("strategy_correct", kwargs={"discussion_id": planned.pk})
    page = client.get(correcting).text
    assert "The police see her" in page
    answers = {"decision": "She is seen at school", "reason": "The van", "enquiries": "no", "why": "Better"}
    answers |= heard
    assert "Corrected." in client.post(correcting, answers | day, follow=True).text


WHOLE = rules.Outcome(TODAY, "Seen", "The van", "no", "", "", lacks_words=False, has_case=False)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"held_on": None}, "Say on which day it was held: today or before"),
        ({"held_on": TODAY + timedelta(days=1)}, "Say on which day it was held: today or before"),
        ({"enquiries": ""}, "Say whether section 47 enquiries follow"),
        ({"enquiries": "yes", "has_case": True}, "Say by whom the section 47 enquiries are made"),
        (
            {"enquiries": "yes", "enquiries_by": "Police"},
            "Section 47 enquiries need an open case. Choose to open one.",
        ),
        ({"enquiries": "yes", "enquiries_by": "Police", "opens_case": True}, None),
        ({"decision": " "}, "Write what was decided"),
        ({"reason": ""}, "Give the reason for the decision"),
        (
            {"lacks_words": True},
            "Hear the child, or say why it is decided without the child’s own words.",
        ),
        ({"lacks_words": True, "why_without_words": "Not met"}, None),
    ],
)
def test_what_a_decision_needs(change: dict[str, Any], why: str | None) -> None:
    from dataclasses import replace

    outcome = replace(WHOLE, **change)
    assert rules.why_not_finish(outcome, anybody_asked=True, today=TODAY) == why
    nobody = rules.why_not_finish(outcome, anybody_asked=False, today=TODAY)
    assert nobody == "Write down first which agencies were asked"

"""Opening a case with its worker, help without one, several worries at once, and a decision that is put right."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World, another_coordinator, let_know

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment import actions as assessing
from heard.cases.case.models import Case, CasePeriod
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import my_cases
from heard.cases.concern import actions, queries
from heard.cases.concern.models import Concern, ConcernStep, EarlierDecision
from heard.cases.concern.strategy.models import StrategyDiscussion
from heard.network import actions as network
from heard.network.queries import Whom, people_visible_to

SAID = {"reason": "Three signs in two weeks", "feedback": "Thank you. We look at it."}


def told(world: World, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "by": world.teacher,
        "new_person": {"given_name": "Amira", "family_name": "Khan"},
        "seen_and_heard": "A car waited for her.",
        "words": {"text": "Leave me alone", "heard_by": "Tess Archer", "heard_on": timezone.localdate()},
        "danger_now": "no",
    }
    return actions.tell(**usual | change)


def decide(world: World, concern: Concern, decision: str = "open_case", **change: Any) -> Concern:
    usual: dict[str, Any] = {"by": world.coordinator, "concern": concern, "decision": decision} | SAID
    return actions.decide(**usual | change)


def correct(world: World, concern: Concern, decision: str, **change: Any) -> Concern:
    usual: dict[str, Any] = {"by": world.coordinator, "concern_id": concern.pk, "decision": decision} | SAID
    return actions.correct_decision(**usual | {"why": "I read it wrongly"} | change)


def kinds(user: Any) -> list[str]:
    return [reader.notice.kind for reader in unread_of(user)]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_case_is_opened_with_its_worker_who_learns_of_it(world: World) -> None:
    concern = told(world)
    client = signed_in(world.coordinator)
    there = reverse("concern_decide", kwargs={"concern_id": concern.pk})
    answer = {
        "decision": "open_case",
        "worker": str(world.social_worker.pk),
        "which": str(concern.words_id),
    } | SAID
    page = client.post(there, answer, follow=True).text
    assert "Sol Wright works with the child and learns of it now." in page
    assert [case.person for case in my_cases(world.social_worker)] == [concern.person]
    assert "allocated" in kinds(world.social_worker)


def test_a_worker_of_an_agency_that_is_not_involved_is_not_offered_and_not_named(world: World) -> None:
    concern = told(world)
    page = signed_in(world.coordinator).get(reverse("concern_decide", kwargs={"concern_id": concern.pk})).text
    assert "Sol Wright, " in page
    assert "Ofa Leroy" not in page
    with pytest.raises(Refused, match="does not see the child"):
        decide(world, concern, worker=world.officer)
    assert not Case.objects.exists()
    concern.refresh_from_db()
    assert concern.state == "told"


def test_help_without_a_case_names_the_help_and_tells_the_agency_that_gives_it(world: World) -> None:
    concern = told(world)
    with pytest.raises(Refused, match="which help or service"):
        decide(world, concern, "help")
    done = decide(world, concern, "help", help_with="Early help, from Monday", other_agency=world.police)
    assert (done.case, done.help_with) == (None, "Early help, from Monday")
    assert people_visible_to(world.officer).filter(pk=concern.person_id).exists()
    assert kinds(world.officer) == ["worry_taken_on"]
    page = signed_in(world.coordinator).get(reverse("concern", kwargs={"concern_id": concern.pk})).text
    assert "Early help, from Monday" in page


def test_help_outside_the_partnership_opens_the_record_to_nobody(world: World) -> None:
    done = decide(world, told(world), "help", help_with="The youth group in the park")
    assert done.other_agency is None
    assert not people_visible_to(world.officer).exists()


# ---- several at once


def test_several_worries_of_one_event_each_get_their_own_decision(world: World) -> None:
    first, brother = told(world), told(world, new_person={"given_name": "Sami", "family_name": "Khan"})
    again = told(world, new_person=None, person_id=first.person_id, seen_and_heard="The same car.")
    apart = told(world, by=world.officer, new_person={"given_name": "Mo", "family_name": "Lee"})
    assert set(queries.same_event(world.coordinator, first)) == {brother, again}
    client = signed_in(world.coordinator)
    there = reverse("concern_decide", kwargs={"concern_id": first.pk})
    page = client.get(there).text
    assert "Sami Khan" in page
    assert "Mo Lee" not in page
    answer = {
        "decision": "open_case",
        "also": [str(brother.pk), str(again.pk)],
        "which": str(first.words_id),
        "why_without_words": "x",
    } | SAID
    assert "It is the decision on 3 worries." in client.post(there, answer, follow=True).text
    for concern in (first, brother, again, apart):
        concern.refresh_from_db()
    assert [concern.decision for concern in (first, brother, again)] == [
        "open_case",
        "open_case",
        "add_to_case",
    ]
    assert first.case == again.case != brother.case
    assert {concern.decision_reason for concern in (first, brother, again)} == {SAID["reason"]}
    assert apart.state == "told"
    assert AuditRow.objects.filter(verb="decide", subject="concern").count() == 3


def test_where_one_of_several_is_refused_none_is_decided(world: World) -> None:
    first = told(world)
    silent = told(
        world,
        new_person={"given_name": "Sami", "family_name": "Khan"},
        words=None,
        why_no_words="He was gone",
    )
    both = {"by": world.coordinator, "concerns": [first, silent], "decision": "open_case"}
    with pytest.raises(Refused, match=f"{silent.reference}: Hear the child, or say why"):
        actions.decide_together(**both, **SAID)
    assert set(Concern.objects.values_list("state", flat=True)) == {"told"}
    assert not Case.objects.exists()


def test_a_worry_that_one_may_not_see_is_neither_offered_nor_decided_with_others(world: World) -> None:
    first = told(world)
    child = network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe")
    let_know(world.officer, child.pk, world.school)
    hidden = told(world, new_person=None, person_id=child.pk)
    assert hidden in queries.same_event(world.coordinator, first)
    keep_out = Whom("", world.care, user=world.coordinator)
    network.involve(by=world.officer, person=child, agency=world.care, why="Leads")
    network.deny_access(by=world.supervisor, person_id=child.pk, whom=keep_out, why="Her uncle")
    assert hidden not in queries.same_event(world.coordinator, first)
    client = signed_in(world.coordinator)
    there = reverse("concern_decide", kwargs={"concern_id": first.pk})
    assert "Marlowe" not in client.get(there).text
    both = {"by": world.coordinator, "concerns": [first, hidden], "decision": "open_case"}
    with pytest.raises(Hidden):
        actions.decide_together(**both, **SAID)
    assert set(Concern.objects.values_list("state", flat=True)) == {"told"}
    client.post(there, {"decision": "open_case", "also": [str(hidden.pk)]} | SAID)
    hidden.refresh_from_db()
    assert hidden.state == "told"


# ---- putting it right


def test_a_decision_is_put_right_both_are_shown_and_everybody_who_was_told_is_told_again(
    world: World,
) -> None:
    concern = decide(world, told(world), worker=world.social_worker)
    actions.mark_read(by=world.teacher, concern_id=concern.pk)
    case = concern.case
    assert case is not None
    done = correct(world, concern, "help", help_with="Early help", reason="It was her uncle")
    case.refresh_from_db()
    assert (done.decision, done.case, case.state) == ("help", None, "closed")
    assert CasePeriod.objects.get().ended_as == "mistake"
    earlier = EarlierDecision.objects.get()
    assert (earlier.decision, earlier.reason, earlier.case) == ("open_case", SAID["reason"], case)
    assert done.decided_by == world.coordinator
    assert done.feedback_read_at is None
    assert list(queries.not_read_yet(world.teacher)) == [done]
    assert "decision_corrected" in kinds(world.teacher)
    assert "decision_corrected" in kinds(world.social_worker)
    page = signed_in(world.coordinator).get(reverse("concern", kwargs={"concern_id": concern.pk})).text
    for text in ("Early help", "It was her uncle", "I read it wrongly", SAID["reason"], "Open a case"):
        assert text in page


def test_a_case_in_which_somebody_has_worked_is_not_taken_back(world: World) -> None:
    concern = decide(world, told(world))
    assert concern.case is not None
    assessing.start_assessment(by=world.social_worker, case_id=concern.case.pk)
    with pytest.raises(Refused, match="Work has begun"):
        correct(world, concern, "no_further_action")
    concern.refresh_from_db()
    assert concern.decision == "open_case"
    assert not EarlierDecision.objects.exists()
    reworded = correct(world, concern, "open_case", reason="Two signs, not three")
    assert (reworded.case, reworded.decision_reason) == (concern.case, "Two signs, not three")
    assert Case.objects.get().state == "open"


def test_a_decision_is_put_right_within_a_working_day_and_the_clock_stays_met(world: World) -> None:
    monday = timezone.now()
    while timezone.localdate(monday).weekday() != 0:
        monday -= timedelta(days=1)
    concern = told(world, at=monday - timedelta(hours=1))
    concern = decide(world, concern, "no_further_action", at=monday)
    with patch.object(timezone, "now", lambda: monday + timedelta(days=8)):
        with pytest.raises(Refused, match="within a working day"):
            correct(world, concern, "open_case")
        assert queries.why_not_correct_now(world.coordinator, concern)
    with patch.object(timezone, "now", lambda: monday + timedelta(hours=1)):
        done = correct(world, concern, "open_case")
    assert (done.decided_at, done.decision) == (monday, "open_case")


@pytest.mark.parametrize("who", ["teacher", "officer", "social_worker", "analyst"])
def test_nobody_else_puts_it_right(world: World, who: str) -> None:
    concern = decide(world, told(world))
    with pytest.raises((Refused, Hidden)):
        correct(world, concern, "no_further_action", by=getattr(world, who))
    there = reverse("concern_correct", kwargs={"concern_id": concern.pk})
    assert signed_in(getattr(world, who)).get(there).status_code == 404
    assert not EarlierDecision.objects.exists()


def test_a_step_or_discussion_of_the_wrong_decision_is_to_do_for_nobody(world: World) -> None:
    today = timezone.localdate()
    place = told(world, new_person=None, words=None, new_place={"name": "Arcade", "kind": "arcade"})
    step = actions.Step("Visit", world.social_worker, today)
    placed = decide(world, place, "step", step=step)
    correct(world, placed, "panel")
    assert ConcernStep.objects.get().state == "not_done"
    assert not queries.steps_due(world.social_worker).exists()
    child = decide(world, told(world), "strategy", strategy_on=today)
    correct(world, child, "no_further_action")
    assert StrategyDiscussion.objects.get().state == "called_off"


def two_for_one_discussion(world: World) -> list[Concern]:
    first = told(world)
    second = told(world, new_person=None, person_id=first.person_id)
    soon = timezone.localdate() + timedelta(days=5)
    return actions.decide_together(
        by=world.coordinator, concerns=[first, second], decision="strategy", strategy_on=soon, **SAID
    )


def test_a_discussion_that_another_worry_was_decided_for_too_goes_on(world: World) -> None:
    first, second = two_for_one_discussion(world)
    correct(world, first, "no_further_action")
    (discussion,) = StrategyDiscussion.objects.all()
    assert (discussion.state, discussion.concern) == ("planned", second)
    correct(world, second, "no_further_action")
    assert StrategyDiscussion.objects.get().state == "called_off"


def test_another_day_of_a_discussion_is_the_day_that_is_planned(world: World) -> None:
    first, second = two_for_one_discussion(world)
    today = timezone.localdate()
    correct(world, first, "strategy", strategy_on=today)
    assert StrategyDiscussion.objects.get().planned_on == today
    correct(world, second, "strategy", strategy_on=today + timedelta(days=1))
    assert StrategyDiscussion.objects.get().planned_on == today + timedelta(days=1)


def test_another_step_is_the_one_to_do_and_is_told_to_whoever_does_it_alone(world: World) -> None:
    today = timezone.localdate()
    place = told(world, new_person=None, words=None, new_place={"name": "Arcade", "kind": "arcade"})
    placed = decide(world, place, "step", step=actions.Step("Visit", world.social_worker, today))
    assert "action" in kinds(world.social_worker)
    right = actions.Step("Ask for lamps", world.officer, today + timedelta(days=1))
    correct(world, placed, "step", step=right)
    row = ConcernStep.objects.get()
    assert (row.what, row.owner, row.due_on) == ("Ask for lamps", world.officer, right.due_on)
    assert "action" in kinds(world.officer)
    assert "action" not in kinds(world.social_worker)
    correct(world, placed, "step", step=right)
    assert kinds(world.officer).count("action") == 1
    done = {"state": "done", "note": "Lit", "finished_by": world.officer, "finished_at": timezone.now()}
    ConcernStep.objects.update(**done)
    with pytest.raises(Refused, match="finished already"):
        correct(world, placed, "step", step=actions.Step("Else", world.officer, today))
    assert ConcernStep.objects.get().what == "Ask for lamps"


def test_the_form_that_puts_it_right_begins_with_what_was_decided(world: World) -> None:
    concern = decide(world, told(world), "help", help_with="Early help")
    there = reverse("concern_correct", kwargs={"concern_id": concern.pk})
    client = signed_in(world.coordinator)
    page = client.get(there).text
    assert "Early help" in page
    assert SAID["reason"] in page
    beside = {"which": str(concern.words_id)}
    again = client.post(there, {"decision": "open_case"} | beside | SAID).text
    assert "Say why the decision is put right" in again
    beside["why"] = "More came in"
    done = client.post(there, {"decision": "open_case"} | beside | SAID, follow=True).text
    assert "Put right: Open a case." in done


# ---- after a decision


def test_the_page_leads_on_to_the_next_worry_and_to_the_correction(world: World) -> None:
    first, other = told(world), told(world, new_person={"given_name": "Sami", "family_name": "Khan"})
    decide(world, first)
    page = signed_in(world.coordinator).get(reverse("concern", kwargs={"concern_id": first.pk})).text
    assert "Next worry: Sami Khan" in page
    assert reverse("concern_decide", kwargs={"concern_id": other.pk}) in page
    assert "Correct this decision" in page
    for who in (world.teacher, world.social_worker):
        theirs = signed_in(who).get(reverse("concern", kwargs={"concern_id": first.pk})).text
        assert "Next worry" not in theirs
        assert "Correct this decision" not in theirs


def test_decided_worries_are_listed_searched_and_kept_from_those_who_may_not_see_them(world: World) -> None:
    first = decide(world, told(world))
    child = network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe")
    let_know(world.officer, child.pk, world.school)
    second = told(world, by=world.officer, new_person=None, person_id=child.pk)
    second = decide(world, second, "no_further_action", reason="It was her uncle")
    waiting = told(world, new_person={"given_name": "Sami", "family_name": "Khan"})
    user, today = world.coordinator, timezone.localdate()
    assert list(queries.decided_worries(user)) == [second, first]
    assert list(queries.decided_worries(user, decision="open_case")) == [first]
    assert list(queries.decided_worries(user, agency=str(world.police.pk))) == [second]
    assert list(queries.decided_worries(user, text="uncle marlowe")) == [second]
    assert list(queries.decided_worries(user, text="uncle Amira")) == []
    assert list(queries.decided_worries(user, since=today, until=today)) == [second, first]
    assert not queries.decided_worries(user, until=today - timedelta(days=1)).exists()
    client = signed_in(user)
    there = reverse("concerns_decided")
    assert "Amira Khan" in client.get(there).text
    found = client.post(there, {"text": "marlowe"}, follow=True)
    assert "Kit Marlowe" in found.text
    assert "Amira Khan" not in found.text
    assert "marlowe" not in found.request["PATH_INFO"] + found.request["QUERY_STRING"].lower()
    assert waiting not in queries.decided_worries(user)
    assert signed_in(world.teacher).get(there).status_code == 404


def test_a_restricted_childs_decided_worry_is_on_no_list_of_others(world: World) -> None:
    child = network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe")
    let_know(world.officer, child.pk, world.school)
    network.involve(by=world.officer, person=child, agency=world.care, why="Leads")
    concern = decide(world, told(world, by=world.officer, new_person=None, person_id=child.pk))
    another_coordinator(world)
    network.restrict(by=world.supervisor, person_id=child.pk, reason="Threats")
    assert concern in queries.decided_worries(world.supervisor)
    network.deny_access(
        by=world.supervisor,
        person_id=child.pk,
        whom=Whom("", world.care, user=world.coordinator),
        why="Her uncle",
    )
    assert concern not in queries.decided_worries(world.coordinator)
    page = signed_in(world.coordinator).get(reverse("concerns_decided")).text
    assert "Marlowe" not in page


def test_a_reason_that_was_given_for_another_hides_no_words_that_are_there(world: World) -> None:
    silent = told(world, words=None, why_no_words="Not met yet", new_person={"given_name": "Ned"})
    spoke = told(world)
    done = actions.decide_together(
        by=world.coordinator,
        concerns=[silent, spoke],
        decision="no_further_action",
        reason="Known, and in hand",
        feedback="We know.",
        why_without_words="Not met yet",
    )
    assert [concern.decision_words_id for concern in done] == [None, spoke.words_id]
    assert [concern.why_without_words for concern in done] == ["Not met yet", ""]

"""A professional disagreement has steps, and a clock."""

import pytest
from django.utils import timezone

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.panel import actions, queries
from heard.cases.panel.models import Disagreement


@pytest.fixture
def disagreement(world, case) -> Disagreement:
    decision = next(
        key for key in queries.decisions_of(world.teacher, case.person_id) if key.startswith("worry:")
    )
    return actions.begin_disagreement(
        by=world.teacher,
        person_id=case.person_id,
        what="She needs more than an assessment.",
        interest="She is afraid on her way home, today.",
        with_agency_id=world.care.pk,
        about="worry",
        about_id=decision.partition(":")[2],
    )


def step(world, disagreement, **changed):
    usual = {"outcome": "not_agreed", "who": "Tess and Sol", "reason": "Each sees it otherwise"}
    given = {"by": world.teacher, "disagreement_id": disagreement.pk, "next_owner": world.social_worker}
    return actions.take_step(**given | usual | changed)


def test_a_disagreement_goes_up_step_by_step_each_with_its_day(world, disagreement):
    first = disagreement.steps.get()
    assert (first.owner, first.step) == (world.teacher, "those_who_work")
    assert list(queries.disagreement_steps_due(world.teacher)) == [first]
    after = step(world, disagreement)
    second = list(after.steps.all())[-1]
    assert (second.step, second.owner, second.outcome) == ("managers", world.social_worker, "")
    assert second.due_on > timezone.localdate()
    assert list(queries.disagreement_steps_due(world.teacher)) == []


def test_a_disagreement_that_is_settled_says_how(world, disagreement):
    settled = step(world, disagreement, outcome="agreed", reason="Somebody walks home with her.")
    assert (settled.resolution, bool(settled.settled_at)) == ("Somebody walks home with her.", True)
    with pytest.raises(Refused, match="settled already"):
        step(world, disagreement)


def test_the_last_step_ends_it(world, disagreement):
    for _number in range(3):
        step(world, disagreement)
    with pytest.raises(Refused, match="last step"):
        step(world, disagreement)
    assert step(world, disagreement, outcome="agreed").settled_at


def test_the_steps_are_those_of_the_partnership(world, case, settings, tmp_path):
    own = tmp_path / "escalation.yaml"
    own.write_text("source: Wexmoor policy 4\nsteps: [{id: talk, label: Talk, who: Both, days: 3}]")
    settings.ESCALATION = str(own)
    opened = actions.begin_disagreement(
        by=world.teacher, person_id=case.person_id, what="x", interest="y", with_agency_id=world.care.pk
    )
    assert (opened.policy, opened.steps.get().label) == ("Wexmoor policy 4", "Talk")


def test_a_disagreement_names_the_childs_interest_and_a_decision_about_this_child(world, case):
    given = {"by": world.teacher, "person_id": case.person_id, "what": "x", "with_agency_id": world.care.pk}
    with pytest.raises(Refused, match="means for the child"):
        actions.begin_disagreement(interest=" ", **given)
    with pytest.raises(Hidden):
        actions.begin_disagreement(interest="x", about="worry", about_id=case.pk, **given)
    with pytest.raises(Hidden):
        actions.begin_disagreement(interest="x", **given | {"by": world.officer})


def test_nobody_takes_a_step_who_may_not_see_the_child(world, disagreement):
    with pytest.raises(Refused, match="do not see this child"):
        step(world, disagreement, next_owner=world.officer)
    assert disagreement.steps.get().outcome == ""


def test_what_was_decided_and_disagreed_about_a_child_is_for_those_who_may_see_the_child(
    world, decided, disagreement
):
    for user, seen in ((world.teacher, 1), (world.officer, 0)):
        assert len(queries.items_of_child(user, decided.person_id)) == seen
        assert len(queries.disagreements_of(user, decided.person_id)) == seen


def test_every_act_about_a_child_leaves_its_row(world, prepared, decided, disagreement):
    actions.dissent(by=world.teacher, item_id=decided.pk, why="x")
    rows = AuditRow.objects.filter(person_id=decided.person_id).values_list("verb", "subject")
    expected = {
        ("decide", "panel item"),
        ("dissent", "panel item"),
        ("view", "panel"),
        ("open", "disagreement"),
    }
    assert expected <= set(rows)

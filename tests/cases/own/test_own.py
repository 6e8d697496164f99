"""What the child keeps: one page in plain words, given on a day or not, and who looked at their record."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.case.queries import words_of
from heard.cases.own import actions, queries
from heard.cases.own.models import ChildsPlan, GivenPlan
from heard.cases.plan.actions import add_action, add_outcome, agree_plan, copy_to_change, put_off_action
from heard.cases.plan.models import Action
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day

A4 = (595, 842)  # points
TODAY = timezone.localdate()


def at(name: str, plan) -> str:
    return reverse(name, kwargs={"plan_id": plan.pk})


def plain(plan, **given):
    outcome = plan.outcomes.first()
    action = outcome.actions.first()
    usual = {
        f"outcome-{outcome.pk.hex}": "You get home from school without being afraid.",
        f"action-{action.pk.hex}": "Tess walks home with you.",
        "reach": "Text or ring Sol, also in the evening.",
        "words": "",
        "if_unsafe": "Go to your aunt.",
        "who_knows": "Tess and Sol know.",
        "next_steps": "We meet again in May.",
    }
    return usual | given


@pytest.fixture
def written(client, world, agreed):
    client.force_login(world.social_worker)
    client.post(at("own_plan_write", agreed), plain(agreed))
    return agreed


def test_it_begins_with_what_the_record_says_for_the_worker_to_change(client, world, agreed):
    client.force_login(world.social_worker)
    page = client.get(at("own_plan_write", agreed)).text
    assert "Mina gets home safely." in page  # what the professionals wrote, beside the field
    assert "They wait for me after school." in page
    assert "People at" in page
    assert "Northgate Academy" in page
    assert not ChildsPlan.objects.exists()


def test_the_childs_page_holds_what_was_written_for_the_child_and_nothing_else(client, world, written):
    page = client.get(at("own_plan", written)).text
    assert "Tess walks home with you." in page
    assert "Walk home with her" not in page
    assert "Mina gets home safely." not in page


def test_what_is_late_is_said_to_be(client, world, written):
    assert "and we are late" not in client.get(at("own_plan", written)).text
    then = timezone.localdate() - timedelta(days=3)
    Action.objects.filter(outcome__plan=written).exclude(plain="").update(due_on=then, state="open")
    assert f"we said by {day(then)}, and we are late" in client.get(at("own_plan", written)).text


def test_what_has_no_plain_words_yet_is_left_out_and_said(client, world, draft_plan):
    client.force_login(world.social_worker)
    add_outcome(by=world.social_worker, plan_id=draft_plan.pk, text="Multi-agency oversight of attendance")
    client.post(at("own_plan_write", draft_plan), plain(draft_plan))
    page = client.get(at("own_plan", draft_plan)).text
    assert "Multi-agency oversight" not in page
    assert "1 outcome or action has no plain words yet" in page


def test_hard_words_get_a_hint_and_are_kept(client, world, agreed):
    client.force_login(world.social_worker)
    client.post(at("own_plan_write", agreed), plain(agreed, next_steps="A multi-agency review."))
    page = client.get(at("own_plan", agreed)).text
    assert "A child may not know what it means." in page
    assert ChildsPlan.objects.get().next_steps == "A multi-agency review."


def test_it_is_one_page_of_a4_with_the_day_on_which_it_was_printed(client, world, written, case):
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    drawn = client.get(at("own_plan_paper", written))
    [page] = PdfReader(BytesIO(drawn.content)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
    text = page.extract_text()
    assert "My plan" in text
    assert "Sol Wright" in text
    assert "Printed on" in text
    assert AuditRow.objects.filter(verb="print", subject="own plan", person_id=case.person_id).count() == 1


def test_a_full_plan_is_one_page_too(client, world, draft_plan):
    client.force_login(world.social_worker)
    for number in range(3):
        outcome = add_outcome(by=world.social_worker, plan_id=draft_plan.pk, text=f"Outcome {number}")
        for step in range(3):
            add_action(by=world.social_worker, outcome_id=outcome.pk, what=f"Step {step}")
    words = words_of(world.social_worker, draft_plan.case.person_id).get()
    long = "We talk with you about it each week and do what you ask for, as far as we can. " * 2
    rows = [one for outcome in draft_plan.outcomes.all() for one in (outcome, *outcome.actions.all())]
    keys = {
        f"{'outcome' if row._meta.model_name == 'outcome' else 'action'}-{row.pk.hex}": long[:110]
        for row in rows
    }
    rest = dict.fromkeys(("reach", "what_changed", "if_unsafe", "who_knows", "next_steps"), long)
    client.post(at("own_plan_write", draft_plan), keys | rest | {"words": str(words.pk)})
    drawn = client.get(at("own_plan_paper", draft_plan))
    assert len(PdfReader(BytesIO(drawn.content)).pages) == 1


def test_it_is_given_on_a_day_by_somebody_or_it_is_said_why_not(client, world, written):
    day = timezone.localdate()
    when = {"given_on-day": day.day, "given_on-month": day.month, "given_on-year": day.year}
    client.post(at("own_plan_given", written), {"was_given": "no", "why_not": "It is not safe at home"})
    assert "Say who gave it" in client.post(at("own_plan_given", written), {"was_given": "yes"} | when).text
    client.post(at("own_plan_given", written), {"was_given": "yes", "given_by": "Sol Wright"} | when)
    page = client.get(at("own_plan", written)).text
    assert "It is not safe at home" in page
    assert "by Sol Wright" in page
    assert [given_plan.given_on for given_plan in GivenPlan.objects.order_by("pk")] == [None, day]


def test_a_copy_that_the_child_holds_and_that_changed_since_is_said_to_be_of_before(client, world, written):
    """The words written anew, a day put off, a new plan: each makes the copy one of before, until the new one is given."""

    def told() -> bool:
        own, whole = client.get(at("own_plan", in_force)).text, client.get(plan_of_child).text
        says = f"What the child has is of {day(TODAY)}. The plan changed on {day(TODAY)}: give the child the new one"
        assert (says in own) == (says in whole)
        return says in own

    def give() -> None:
        actions.give_own_plan(
            by=world.social_worker, plan_id=in_force.pk, given_on=TODAY, given_by="Sol Wright"
        )

    in_force, plan_of_child = written, reverse("child_plan", args=[written.case.person_id])
    assert not told()
    give()
    assert not told()
    client.post(at("own_plan_write", written), plain(written, next_steps="We meet again in June."))
    assert told()
    give()
    assert not told()
    first = written.outcomes.get().actions.get()
    put_off_action(
        by=world.social_worker, action_id=first.pk, due_on=first.due_on + timedelta(days=3), reason="Ill"
    )
    assert told()
    give()
    new = copy_to_change(by=world.social_worker, plan_id=written.pk)
    assert not told()
    in_force = agree_plan(
        by=world.social_worker,
        plan_id=new.pk,
        review_on=TODAY + timedelta(days=60),
        view=ChildsView(why_no_words="She wants to read it first."),
    )
    assert told()
    client.post(at("own_plan_write", in_force), plain(in_force))
    assert told()
    give()
    assert not told()


def test_a_plan_that_is_not_written_for_the_child_is_not_given(world, agreed):
    with pytest.raises(Refused, match="plain words first"):
        actions.give_own_plan(
            by=world.social_worker, plan_id=agreed.pk, given_on=timezone.localdate(), given_by="Sol"
        )


def test_a_changed_plan_keeps_the_plain_words(world, written):
    new = copy_to_change(by=world.social_worker, plan_id=written.pk)
    own = queries.own_plan(world.social_worker, new)
    assert [outcome for outcome, _actions in own.lines] == ["You get home from school without being afraid."]


def test_words_of_another_child_do_not_stand_on_it(world, agreed):
    from heard.cases.case.actions import record_words
    from heard.network.actions import add_person

    other = add_person(by=world.social_worker, given_name="Kit", family_name="Marlow")
    words = record_words(
        by=world.social_worker, person_id=other.pk, text="x", heard_by="Sol", heard_on=timezone.localdate()
    )
    for wrong in ({"words_id": words.pk}, {"words_id": None, "outcomes": {other.pk: "x"}}):
        with pytest.raises(Hidden):
            actions.write_own_plan(
                by=world.social_worker, plan_id=agreed.pk, **({"outcomes": {}, "actions": {}} | wrong)
            )


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, written, who):
    client.force_login(getattr(world, who))
    for name in ("own_plan", "own_plan_write", "own_plan_given", "own_plan_paper"):
        assert client.get(at(name, written)).status_code == 404
        assert client.post(at(name, written), {"was_given": "no", "why_not": "x"}).status_code in (404, 405)
    for name in ("own_looks", "own_looks_paper"):
        assert client.get(reverse(name, kwargs={"person_id": written.case.person_id})).status_code == 404
    assert not GivenPlan.objects.exists()


def test_the_child_reads_who_looked_by_agency_and_role_and_not_by_name(client, world, case):
    client.force_login(world.social_worker)
    page = client.get(reverse("own_looks", kwargs={"person_id": case.person_id})).text
    sheet = page[page.index("Who looked at what is written about me") :]
    assert "Northgate Academy" in sheet
    assert "People who work with children" in sheet
    assert "Tess Archer" not in sheet
    assert "worry" not in sheet.lower()


def test_a_print_of_who_looked_leaves_a_row(client, world, case):
    client.force_login(world.social_worker)
    drawn = client.get(reverse("own_looks_paper", kwargs={"person_id": case.person_id}))
    text = " ".join(PdfReader(BytesIO(drawn.content)).pages[0].extract_text().split())
    assert "Who looked at what is written about me" in text
    assert "Printed on" in text
    assert AuditRow.objects.filter(verb="print", subject="looks", person_id=case.person_id).count() == 1

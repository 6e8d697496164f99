"""Why a child was not heard beside a decision: with when and how, printed as said, and counted only as its definition says."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from tests.cases.words.test_occasions import agree, page, review, said

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.board.figures.rules import Period
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.queries import signed_beside_words
from heard.cases.case.models import NotHeard, TryToReach
from heard.cases.case.queries import not_heard_beside
from heard.cases.case.rules import Counted, Kept, Try, Unheard, WhyUnheard, why_not_leave_unheard
from heard.cases.plan.actions import agree_plan
from heard.cases.plan.queries import agreed_beside_words
from heard.cases.review.models import Review
from heard.cases.review.queries import held_beside_words
from heard.cases.words.actions import add_words, hear
from heard.cases.words.forms import ChildsViewForm
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day
from heard.network import actions as network

TODAY = date(2026, 4, 1)
YESTERDAY = date(2026, 3, 31)
TRIED = (Try(YESTERDAY, "visit", "Nobody was at home."), Try(TODAY, "call"))


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def not_reached(*days: int) -> ChildsView:
    tries = tuple(Try(ago(number), "visit", "Nobody was at home.") for number in days)
    return ChildsView(unheard=WhyUnheard(Unheard.NOT_REACHED, "Tess tries again on Friday.", tries=tries))


def no_wish(days: int = 0) -> ChildsView:
    return ChildsView(unheard=WhyUnheard(Unheard.NO_WISH, "Sol asked her at school.", asked_on=ago(days)))


# ---- the rule


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (WhyUnheard(Unheard.NO_WISH, "Sol asked.", asked_on=TODAY), None),
        (WhyUnheard(Unheard.NO_WISH, "Sol asked."), "Say on which day the child was asked."),
        (WhyUnheard(Unheard.NO_WISH, " ", asked_on=TODAY), "Say how the child was asked, and by whom."),
        (
            WhyUnheard(Unheard.NO_WISH, "Sol asked.", asked_on=date(2026, 4, 2)),
            "The child cannot have been asked on a day to come. Check the date.",
        ),
        (WhyUnheard(Unheard.NOT_REACHED, tries=TRIED), None),
        (
            WhyUnheard(Unheard.NOT_REACHED, "We tried."),
            "Say when and how somebody tried to reach the child.",
        ),
        (
            WhyUnheard(Unheard.NOT_REACHED, tries=(*TRIED, Try(None, "call"))),
            "Say of each try on which day it was, and how somebody tried.",
        ),
        (
            WhyUnheard(Unheard.NOT_REACHED, tries=(*TRIED, Try(TODAY, ""))),
            "Say of each try on which day it was, and how somebody tried.",
        ),
        (
            WhyUnheard(Unheard.NOT_REACHED, tries=(Try(date(2026, 4, 2), "call"),)),
            "Nobody can have tried on a day to come. Check the dates.",
        ),
    ],
)
def test_it_is_said_when_and_how(told, why):
    assert why_not_leave_unheard(told, today=TODAY) == why


def test_the_last_day_is_that_of_the_last_try_or_of_asking():
    assert WhyUnheard(Unheard.NOT_REACHED, tries=TRIED[::-1]).last_on == TODAY
    assert WhyUnheard(Unheard.NO_WISH, asked_on=YESTERDAY).last_on == YESTERDAY
    assert WhyUnheard(Unheard.NOT_REACHED, asked_on=TODAY).last_on is None


# ---- what the form asks


def sent(**answers):
    dates = {name: answers.pop(name) for name in list(answers) if isinstance(answers[name], date)}
    parts = {
        f"{name}-{part}": getattr(on, part) for name, on in dates.items() for part in ("day", "month", "year")
    }
    return ChildsViewForm(answers | parts)


def test_a_child_who_could_not_be_reached_has_each_try_with_day_and_how(db):
    form = sent(
        which="not_reached", tried_on_1=ago(2), tried_how_1="visit", tried_came_1="Nobody there", tried_on_2=ago(1),
        tried_how_2="call",
    )  # fmt: skip
    assert form.is_valid(), form.errors
    assert form.view.unheard.tries == (Try(ago(2), "visit", "Nobody there"), Try(ago(1), "call"))


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"which": "not_reached"}, {"tried_on_1", "tried_how_1"}),
        ({"which": "not_reached", "tried_on_1": YESTERDAY}, {"tried_how_1"}),
        (
            {"which": "not_reached", "tried_on_1": YESTERDAY, "tried_how_1": "visit", "tried_came_2": "Rang"},
            {"tried_on_2", "tried_how_2"},
        ),
        (
            {"which": "not_reached", "tried_on_1": YESTERDAY, "tried_how_1": "visit", "tried_how_3": "call"},
            {"tried_on_3"},
        ),
        (
            {"which": "not_reached", "tried_on_1": date(2999, 1, 1), "tried_how_1": "visit"},
            {"tried_on_1"},
        ),
        ({"which": "no_wish"}, {"asked_on", "asked"}),
        ({"which": "no_wish", "asked": "Sol asked"}, {"asked_on"}),
    ],
)
def test_what_is_left_out_is_asked_for_where_it_stands(db, answers, wrong):
    form = sent(**answers)
    assert not form.is_valid()
    assert set(form.errors) == wrong


def test_what_stands_beneath_another_choice_is_not_asked_for(db):
    assert sent(which="none", why_no_words="She is a baby.", tried_how_2="call").is_valid()


# ---- what is kept, and printed as said


def test_a_review_prints_each_try(client, world, agreed):
    held = review(world, agreed, not_reached(3, 1))
    row = not_heard_beside(world.social_worker, held.pk)
    assert (row.why, row.last_on, row.person_id) == ("not_reached", ago(1), agreed.case.person_id)
    assert held.words is None
    for name in ("review", "review_paper"):
        shown = page(client, world, name, review_id=held.pk)
        assert "The child could not be reached." in shown
        for days in (3, 1):
            assert f"Tried on {day(ago(days))} (visit): Nobody was at home." in shown
        assert "Tess tries again on Friday." in shown
    assert AuditRow.objects.filter(verb="record", subject="not heard").count() == 1


def test_a_plan_prints_that_the_child_did_not_want_to(client, world, draft_plan):
    plan = agree(world, draft_plan, no_wish())
    for name in ("plan", "plan_paper"):
        shown = page(client, world, name, plan_id=plan.pk)
        told = f"The child did not want to speak about it. Asked on {day(ago(0))}: Sol asked her at school."
        assert told in shown


def test_too_little_is_refused_and_nothing_is_kept(world, agreed):
    with pytest.raises(Refused, match="when and how somebody tried"):
        review(world, agreed, not_reached())
    assert not NotHeard.objects.exists()
    assert not Review.objects.exists()


def test_a_decision_that_is_refused_leaves_no_reason_behind(world, draft_plan):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(Refused):
        agree_plan(by=world.social_worker, plan_id=draft_plan.pk, review_on=yesterday, view=no_wish())
    assert not NotHeard.objects.exists()


def test_what_is_said_last_of_a_draft_stands(client, world, assessment):
    this = {"by": world.social_worker, "assessment_id": assessment.pk}
    assessing.save_childs_view(**this, view=not_reached(2, 1))
    client.force_login(world.social_worker)
    address = reverse("assessment_part", kwargs={"assessment_id": assessment.pk, "part": "child"})
    shown = client.get(address).text
    assert "Nobody was at home." in shown
    assert 'value="not_reached" checked' in " ".join(shown.split())
    assessing.save_childs_view(**this, view=no_wish())
    assert [row.why for row in NotHeard.objects.all()] == ["no_wish"]
    assert not TryToReach.objects.exists()
    assert 'value="no_wish" checked' in " ".join(client.get(address).text.split())
    assessing.save_childs_view(**this, view=ChildsView(new=said("I want my bike.")))
    assert not NotHeard.objects.exists()


def test_who_may_not_see_the_child_learns_nothing_of_it(world, agreed):
    held = review(world, agreed, no_wish())
    network.restrict(by=world.coordinator, person_id=agreed.case.person_id, reason="A parent works here")
    assert not_heard_beside(world.social_worker, held.pk) is not None
    for stranger in (world.officer, world.analyst, world.board_member, world.administrator):
        assert not_heard_beside(stranger, held.pk) is None
    with pytest.raises(Hidden):
        review_by(world.officer, agreed)


def review_by(user, plan):
    return hear(by=user, person_id=plan.case.person_id, view=no_wish(), on="review", on_id=plan.pk)


def test_the_database_refuses_that_nobody_says_how_the_child_was_asked(world, agreed):
    held = review(world, agreed, no_wish())
    with pytest.raises(IntegrityError), transaction.atomic():
        NotHeard.objects.filter(beside_id=held.pk).update(text="")


# ---- what the board's figure counts


def test_the_reason_counts_and_another_reason_does_not(world, agreed):
    since = ago(2)
    review(world, agreed, not_reached(1))
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(1, 1, 1)
    Review.objects.update(held_on=ago(1))
    review(world, agreed, ChildsView(why_no_words="There was no time."))
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(1, 2, 1)


def test_at_the_boundary_words_before_the_last_decision_do_not_count_and_with_the_reason_they_do(
    world, agreed
):
    """The same decision, beside words of before, and with the reason why the child could not be heard since."""
    since, child = ago(20), agreed.case.person_id
    first = review(world, agreed, ChildsView(new=said("It is better.")))
    Review.objects.filter(pk=first.pk).update(held_on=ago(10))
    old = add_words(by=world.teacher, person_id=child, **said("I want my bike.") | {"heard_on": ago(11)})
    second = review(world, agreed, ChildsView(words_id=old.pk))
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(1, 2, 0)
    old.heard_on = ago(10)  # the day of the decision before: said since
    old.save()
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(2, 2, 0)
    Review.objects.filter(pk=second.pk).update(held_on=ago(5))
    older = add_words(by=world.teacher, person_id=child, **said("It is cold.") | {"heard_on": ago(6)})
    third = review(world, agreed, ChildsView(words_id=older.pk))
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(2, 3, 0)
    Review.objects.filter(pk=third.pk).update(held_on=ago(4))
    review(world, agreed, no_wish(3))
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(3, 4, 1)


@pytest.mark.parametrize(("days", "kept"), [(11, 1), (10, 2), (3, 2)])
def test_tries_of_before_the_last_decision_are_no_reason_for_this_one(world, agreed, days, kept):
    first = review(world, agreed, ChildsView(new=said("It is better.")))
    Review.objects.filter(pk=first.pk).update(held_on=ago(10))
    review(world, agreed, not_reached(15, days))
    assert held_beside_words(world.coordinator, since=ago(20)).whole() == Kept(kept, 2, kept - 1)


def test_every_stage_counts_the_reason_alike(world, assessment, draft_plan):
    agree(world, draft_plan, no_wish())
    assert agreed_beside_words(world.coordinator, since=ago(2)).whole() == Kept(1, 1, 1)
    assert signed_beside_words(world.coordinator, since=ago(2)).whole() == Kept(1, 1, 0)


def test_how_many_count_by_the_reason_stands_beside_the_figure(client, world, agreed, monkeypatch):
    client.force_login(world.board_member)
    for kept, told in (
        (Kept(12, 14, 0), "by words 12, by the reason why the child could not be heard 0."),
        (Kept(12, 14, 6), "by words 6, by the reason why the child could not be heard 6."),
        (Kept(12, 14, 5), "is too few to show"),
        (Kept(12, 14, 7), "is too few to show"),
    ):
        year = Period(ago(300), ago(200), Counted(kept, frozenset(range(14))))
        monkeypatch.setattr("heard.board.figures.rules.added", lambda _block, year=year: year)
        shown = " ".join(client.get("/figures/").text.split())
        assert told in shown
        assert "could not be reached, with the day of each try" in shown
        assert "another reason why there are no words is not counted" in shown


def test_the_team_sees_how_often_the_child_was_not_asked(client, world, agreed):
    for _number in range(6):
        review(world, agreed, no_wish())
        review(world, agreed, ChildsView(why_no_words="There was no time."))
    client.force_login(world.coordinator)
    shown = client.get(reverse("team_unheard")).text
    row = shown[shown.index("Reviews held") :].split("</tr>")[0]
    assert "12 of 12 (100%)" in row
    assert ">6<" in "".join(row.split())

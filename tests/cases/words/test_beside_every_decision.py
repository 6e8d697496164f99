"""Wherever something is decided about a child, hearing the child now comes first, and old words say that they are old."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from tests.conftest import World

import heard.cases
from heard.agencies.rules import Refused
from heard.cases.case.models import NotHeard, Words
from heard.cases.case.rules import Kept, Try, Unheard, WhyUnheard
from heard.cases.concern import actions as telling
from heard.cases.concern import queries as concerns
from heard.cases.concern.models import Concern
from heard.cases.concern.strategy import actions as strategy
from heard.cases.concern.strategy.models import StrategyDiscussion
from heard.cases.leaving import actions as leaving
from heard.cases.leaving.models import AfterPlan
from heard.cases.onward.models import OnwardReferral
from heard.cases.words.actions import add_words
from heard.cases.words.forms import ChildsViewForm
from heard.cases.words.rules import ChildsView
from heard.govuk.forms import Form

TODAY = timezone.localdate()
OLD = "The bus is always late."
# Fields of the child's words that stand in another form, each with its reason.
ELSEWHERE = {
    ("VoiceForm", "words"): "what young people say of a place or group, kept without a name",
    ("CorrectVoiceForm", "words"): "the same, put right",
    ("SignForm", "words"): "what a supervisor says of an assessment of a place or group",
    ("FitForm", "words"): "what a service is called, or does",
    ("NoteForm", "words"): "what the child said at this contact",
    ("CorrectNoteForm", "words"): "the same, put right",
    ("WordsForm", "original"): "the same words in the child’s language",
    ("AddForm", "original"): "the same",
    ("CorrectForm", "original"): "the same",
    ("SafetyPlanForm", "child_agreed"): "what the child agreed to do, which only a safety plan knows",
    ("OwnPlanForm", "words"): "which words stand on the child’s own page: chosen, never typed",
    ("TogetherForm", "words"): "what a child said at this contact, a box for each",
    ("EvidenceForm", "words"): "in which words somebody told of a sign",
    ("ChronologyForm", "words"): "words to search for",
    ("SaidForm", "words"): "what somebody said of a tie at a mapping meeting",
    ("SaidOfNewForm", "words"): "the same, of somebody who was not chosen",
}
# Templates that show words without saying on what they were said, each with its reason.
SAID_HERE = {
    "cases/context/_parts.html": "said by young people of this place or group",
    "cases/concern/concern.html": "told with this worry",
    "cases/concern/staff_worry.html": "told with this worry",
    "cases/note/note.html": "said at this contact",
    "cases/review/review.html": "said since the review, each with its day",
    "cases/words/form.html": "the words that are corrected or answered",
    "cases/words/_parts.html": "the page of everything that the child said",
    "cases/assessment/part.html": "a heading comes from the page",
}


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def forms(kind: type = Form) -> Iterator[type]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from forms(subclass)


@pytest.fixture
def silent(world: World) -> Concern:
    """A worry with which nothing was told that the child said, about one who said something else before."""
    told = telling.tell(
        by=world.teacher,
        new_person={"given_name": "Mina", "family_name": "Okoro"},
        seen_and_heard="A van waited for her.",
        why_no_words="She ran.",
        danger_now="no",
    )
    said = {"text": OLD, "heard_by": "Tess Archer", "heard_on": TODAY - timedelta(days=30)}
    add_words(by=world.coordinator, person_id=told.person_id, **said)
    return told


def decide(world: World, silent: Concern, **change: Any) -> Concern:
    usual = {"decision": "no_further_action", "reason": "Explained.", "feedback": "Thank you."}
    return telling.decide(by=world.coordinator, concern=silent, **usual | change)


# ---- every form, every template


def test_every_form_that_takes_what_a_child_says_asks_in_the_same_way() -> None:
    get_resolver().url_patterns  # noqa: B018  # every form is there once the addresses are
    asking = {form.__name__ for form in forms(ChildsViewForm)}
    assert asking >= {
        "ChildPartForm", "AgreeForm", "ReviewForm", "CloseForm", "ChildDecisionForm", "DecideForm", "CorrectForm",
        "InterviewForm", "RecordForm", "OutcomeForm", "AfterPlanForm", "ReferForm",
    }  # fmt: skip
    for form in forms(ChildsViewForm):
        assert form.base_fields["which"] is ChildsViewForm.base_fields["which"], form  # type: ignore[attr-defined]
    free = re.compile(r"^(said|words|original|child_(says|said|agreed|words))$")
    cases = [form for form in forms() if form.__module__.startswith("heard.cases.")]
    found = {
        (case.__name__, name)
        for case in cases
        if not issubclass(case, ChildsViewForm)
        for name in case.base_fields  # type: ignore[attr-defined]
        if free.match(name)
    }
    assert found <= ELSEWHERE.keys(), found - ELSEWHERE.keys()
    assert len(found) >= 3


def test_every_template_that_shows_old_words_says_on_what_they_were_said() -> None:
    folder = Path(heard.cases.__file__).parent / "jinja2"
    without = set()
    for path in folder.rglob("*.html"):
        for line in path.read_text().splitlines():
            if "ui.words(" in line and not re.search(r"over\(|earlier", line):
                without.add(str(path.relative_to(folder)))
    assert without <= SAID_HERE.keys(), without - SAID_HERE.keys()
    assert SAID_HERE.keys() <= without, "named here, and labelled now"


def test_hearing_the_child_now_comes_first(world: World, case: Any) -> None:
    said = {"text": OLD, "heard_by": "Tess Archer", "heard_on": TODAY}
    words = add_words(by=world.social_worker, person_id=case.person_id, **said)
    choices = ChildsViewForm(words=[words]).fields["which"].choices  # type: ignore[attr-defined]
    assert [choice[0] for choice in choices] == ["new", "no_wish", "not_reached", str(words.pk), "none"]


def pages(world: World, silent: Concern) -> list[tuple[Any, str]]:
    """The four that asked otherwise before."""
    decide(world, silent, decision="strategy", strategy_on=TODAY, why_without_words="She ran.")
    discussion = StrategyDiscussion.objects.get()
    waiting = telling.tell(
        by=world.teacher,
        person_id=silent.person_id,
        seen_and_heard="Again.",
        why_no_words="She ran.",
        danger_now="no",
    )
    opening = telling.tell(
        by=world.teacher,
        person_id=silent.person_id,
        seen_and_heard="Again.",
        why_no_words="She ran.",
        danger_now="no",
    )
    case = decide(world, opening, decision="open_case", why_without_words="She ran.").case
    assert case is not None
    by = world.coordinator
    return [
        (by, reverse("concern_decide", args=[waiting.pk])),
        (by, reverse("concern_correct", args=[opening.pk])),
        (by, reverse("strategy_finish", args=[discussion.pk])),
        (world.social_worker, reverse("after_plan_write", args=[case.pk])),
        (world.social_worker, reverse("refer_onward", args=[case.person_id])),
    ]


def test_the_pages_ask_in_that_order_and_label_what_they_show(world: World, silent: Concern) -> None:
    words = Words.objects.get(text=OLD)
    for user, page in pages(world, silent):
        text = client_of(user).get(page).text
        order = re.findall(r'name="which"[^>]*value="([^"]+)"', text)
        assert order == ["new", "no_wish", "not_reached", str(words.pk), "none"], page
        shown = [re.sub(r"\s+", " ", one) for one in re.findall(r"<figure.*?</figure>", text, re.DOTALL)]
        for one in shown:
            assert "Said earlier, on another matter, on " in one, page
        hint = text[text.index(f'value="{words.pk}"') :]
        assert "Said earlier, on another matter" in hint[:900], page


# ---- decisions on worries


def test_old_words_alone_decide_no_worry(world: World, silent: Concern) -> None:
    with pytest.raises(Refused, match="Hear the child"):
        decide(world, silent)
    page = reverse("concern_decide", args=[silent.pk])
    answers = {"decision": "no_further_action", "reason": "Explained.", "feedback": "Thank you."}
    refused = client_of(world.coordinator).post(page, answers)
    assert "Choose the child’s words, write new ones, or say why there are none" in refused.text
    heard = {"which": "new", "said": "He is my cousin.", "how": "said", "heard_by": "Cora Ordway"}
    heard |= {"heard_on-day": TODAY.day, "heard_on-month": TODAY.month, "heard_on-year": TODAY.year}  # type: ignore[dict-item]
    assert client_of(world.coordinator).post(page, answers | heard).status_code == 302
    silent.refresh_from_db()
    assert silent.decision_words is not None
    assert (silent.decision_words.text, silent.decision_words.said_on_id) == ("He is my cousin.", silent.pk)
    shown = client_of(world.coordinator).get(reverse("concern", args=[silent.pk])).text
    assert "He is my cousin." in shown


def test_what_was_told_with_the_worry_is_chosen_already(world: World) -> None:
    told = telling.tell(
        by=world.teacher,
        new_person={"given_name": "Mina"},
        seen_and_heard="A van.",
        words={"text": "Leave me alone", "heard_by": "Tess Archer", "heard_on": TODAY},
        danger_now="no",
    )
    text = client_of(world.coordinator).get(reverse("concern_decide", args=[told.pk])).text
    chosen = re.search(rf'name="which"[^>]*value="{told.words_id}"[^>]*checked', text)
    assert chosen
    assert decide(world, told).decision_words == told.words


def test_danger_is_answered_in_as_many_answers_as_before(world: World) -> None:
    danger = {"seen_and_heard": "Two men.", "why_no_words": "She is in the car.", "danger_now": "yes"}
    silent = telling.tell(
        by=world.teacher, new_person={"given_name": "Mina"}, danger_done="999 was rung.", **danger
    )
    page = reverse("concern_decide", args=[silent.pk])
    client = client_of(world.coordinator)
    assert (
        "Hear the child now, and write down what they say" in client.get(page).text
    )  # asked for, all the same
    three = {"decision": "open_case", "reason": "Danger.", "feedback": "Thank you."}
    assert client.post(page, three).status_code == 302
    shown = client.get(reverse("concern", args=[silent.pk])).text
    assert "Hear the child, and write down what they say" in shown


def test_the_board_counts_worries_by_words_or_the_reason_too(world: World, silent: Concern) -> None:
    tried = WhyUnheard(Unheard.NOT_REACHED, tries=(Try(TODAY, "call", "No answer"),))
    decide(world, silent, view=ChildsView(unheard=tried))
    assert NotHeard.objects.get().beside_id == silent.pk
    new = {"text": "Leave me", "how": "said", "heard_on": TODAY, "heard_by": "Tess Archer"}
    other = telling.tell(
        by=world.teacher,
        new_person={"given_name": "Sami"},
        seen_and_heard="x",
        why_no_words="x",
        danger_now="no",
    )
    decide(world, other, view=ChildsView(new=new))
    third = telling.tell(
        by=world.teacher,
        new_person={"given_name": "Mo"},
        seen_and_heard="x",
        why_no_words="x",
        danger_now="no",
    )
    decide(world, third, why_without_words="Not met yet")
    since = TODAY - timedelta(days=1)
    assert concerns.decided_beside_words(world.board_member, since=since).whole() == Kept(2, 3, with_reason=1)


def test_several_worries_about_one_child_share_what_the_child_says_now(world: World, silent: Concern) -> None:
    again = telling.tell(
        by=world.teacher,
        person_id=silent.person_id,
        seen_and_heard="Again.",
        why_no_words="x",
        danger_now="no",
    )
    new = {"text": "Leave me", "how": "said", "heard_on": TODAY, "heard_by": "Tess Archer"}
    said = {"decision": "no_further_action", "reason": "x", "feedback": "x", "view": ChildsView(new=new)}
    done = telling.decide_together(by=world.coordinator, concerns=[silent, again], **said)
    assert {concern.decision_words.text for concern in done if concern.decision_words} == {"Leave me"}
    assert Words.objects.filter(text="Leave me").count() == 1


def test_a_decision_put_right_keeps_what_the_child_said_before(world: World, silent: Concern) -> None:
    new = {"text": "Leave me", "how": "said", "heard_on": TODAY, "heard_by": "Tess Archer"}
    first = decide(world, silent, view=ChildsView(new=new))
    said = {"decision": "help", "help_with": "School", "reason": "x", "feedback": "x", "why": "Read wrongly"}
    told = first.decision_words
    put_right = telling.correct_decision(
        by=world.coordinator, concern_id=silent.pk, view=ChildsView(why_no_words="She slept."), **said
    )
    assert (put_right.decision_words, put_right.why_without_words) == (None, "She slept.")
    assert put_right.earlier_decisions.get().decision_words == told


# ---- what was free text is words of the record


def test_what_is_said_beside_a_discussion_a_plan_and_a_referral_are_words(
    world: World, silent: Concern
) -> None:
    new = {"text": "Outside is fine.", "how": "said", "heard_on": TODAY, "heard_by": "Sol Wright"}
    _decide, _correct, finish, _write, refer = pages(world, silent)
    discussion = StrategyDiscussion.objects.get()
    strategy.ask_agency(
        by=world.coordinator, discussion_id=discussion.pk, who="Tess", asked_on=TODAY, agency=world.school
    )
    outcome = {"held_on": TODAY, "decision": "x", "reason": "x", "enquiries": "no", "enquiries_by": ""}
    with pytest.raises(Refused, match="Hear the child"):
        strategy.finish_discussion(by=world.coordinator, discussion_id=discussion.pk, **outcome)
    held = strategy.finish_discussion(
        by=world.coordinator, discussion_id=discussion.pk, view=ChildsView(new=new), **outcome
    )
    assert (held.words.said_on, held.words.said_on_id) == ("strategy", held.pk)  # type: ignore[union-attr]
    assert "Outside is fine." in client_of(finish[0]).get(reverse("strategy", args=[held.pk])).text
    client = client_of(refer[0])
    typed: dict[str, Any] = {"whom": f"agency:{world.police.pk}", "what": "x", "why": "y", "level": "2"}
    typed |= {"which": "new", "said": "Not near school.", "how": "said", "heard_by": "Sol Wright"}
    typed |= {"heard_on-day": TODAY.day, "heard_on-month": TODAY.month, "heard_on-year": TODAY.year}
    assert "Not near school." in client.post(refer[1], typed, follow=True).text
    sent = OnwardReferral.objects.get()
    assert (sent.words.said_on, sent.words.said_on_id, sent.child_says) == ("onward", sent.pk, "")  # type: ignore[union-attr]
    case_id = concerns.concerns_visible_to(world.coordinator).exclude(case=None).get().case_id
    plan = leaving.write_after_plan(
        by=world.social_worker, case_id=case_id, view=ChildsView(new=new),  # type: ignore[arg-type]
        who_is_there="x", services="x", where_to_live="", who_to_call="x",
    )  # fmt: skip
    assert (plan.words.said_on, AfterPlan.objects.get().child_agreed) == ("afterwards", "")  # type: ignore[union-attr]

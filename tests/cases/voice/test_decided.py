"""What a meeting decided, written for the child; and what the child sends before one and answers after it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import make_panel
from tests.cases.voice.conftest import SECRET, WORD
from tests.cases.voice.test_hidden import SAYS as HIDDEN
from tests.cases.voice.test_hidden import fresh, hide, pages
from tests.cases.voice.test_voice import post, send, the_pass
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.models import Words
from heard.cases.panel.actions import add_item, decide_item, prepare_panel
from heard.cases.panel.models import PanelItem
from heard.cases.record.queries import entries_of
from heard.cases.review.actions import hold_review
from heard.cases.review.rules import Looked
from heard.cases.timeline.index import catch_up
from heard.cases.voice import actions, child, queries
from heard.cases.voice.models import ChildDecision, ChildMessage
from heard.cases.words.rules import ChildsView
from heard.home.queries import my_work

TOLD = "You stay with your nan. Sol rings you on Friday."
TODAY = timezone.localdate()
SAID: dict[str, Any] = {"text": TOLD, "is_safe": True, "how": "Her own phone, with a lock."}


@pytest.fixture
def item(world: World, case: Any) -> PanelItem:
    """The child, on the agenda of a panel of today."""
    panel = prepare_panel(by=world.coordinator, panel_id=make_panel(world).pk)
    return PanelItem.objects.get(panel=panel, person=case.person_id)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def decide(world: World, one: Any, view: ChildsView | None = None) -> Any:
    said = {"decision": "She stays with her grandmother", "reason": "She asked for it"}
    view = view or ChildsView(why_no_words="She wants to wait")
    return decide_item(by=world.coordinator, item_id=one.pk, view=view, **said)


def held(world: World, agreed: Any, view: ChildsView | None = None) -> Any:
    looked = {outcome.pk: Looked("better", "Sleeps again", "Sol", TODAY) for outcome in agreed.outcomes.all()}
    return hold_review(
        by=world.social_worker, plan_id=agreed.pk, held_on=TODAY, what_changed="She sleeps", took_part="Her, Sol", looked=looked,
        view=view or ChildsView(why_no_words="She was ill"), decision="continue", reason="It helps", next_review_on=TODAY + timedelta(days=30),
    )  # fmt: skip


def ask_child(world: World, made: Any, who: str = "child") -> None:
    actions.note_asked(by=world.coordinator, child_link_id=made[0].pk, who_writes=who, asked="It is me.")


def again(made: Any) -> Any:
    found = actions.enter(by=None, code=made[1], word=WORD)
    assert found is not None
    return found


def work_of(user: User) -> list[str]:
    return [
        line.what
        for section in my_work(fresh(user))
        for line in section.waiting
        if line.kind.startswith("child_told")
    ]


def test_what_was_decided_is_read_with_the_secret_alone_once_somebody_else_asked_the_child(
    client, world, made, sitting, item
):
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    decide(world, item)
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    assert child.decided(reading) == []  # whoever has card and word could have set the secret
    ask_child(world, made)
    assert child.decided(again(made)) == []  # without the secret
    for step in ("choose", "write", "mine", "secret"):
        assert TOLD not in post(client, step=step, **{"pass": again(made).token}, about="meeting").text
    page = post(client, step="read", **{"pass": again(made).token}, secret=SECRET).text
    assert TOLD in page
    assert f"From {world.coordinator} ({world.coordinator.team.agency})" in page
    assert "<title>Notes</title>" in page
    other = actions.make_link(by=world.social_worker, person_id=item.person_id, word=WORD, weeks=1)
    actions.note_asked(by=world.coordinator, child_link_id=other[0].pk, who_writes="child", asked="Mine")
    later = actions.set_secret(by=None, sitting=again(other), secret=SECRET)
    assert child.decided(later) == []  # it was said to be safe before there was this link


def test_what_is_not_safe_is_never_shown_and_needs_how_the_child_learns_of_it(world, made, sitting, item):
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    ask_child(world, made)
    with pytest.raises(Refused, match="Nothing has been decided"):
        actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    decide(world, item)
    with pytest.raises(Refused, match="otherwise"):
        actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID | {"is_safe": False, "how": " "})
    with pytest.raises(Hidden):
        actions.tell_decision(by=world.officer, item_id=item.pk, **SAID)
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID | {"is_safe": False})
    assert child.decided(again(made)) == []
    assert child.decided(reading) == []
    assert child.decision_of(again(made).link, str(ChildDecision.objects.get().pk)) is None
    actions.end_link(by=world.social_worker, child_link_id=made[0].pk)
    with pytest.raises(Refused, match="no link that is good now"):
        actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)


def test_the_child_answers_and_it_stands_on_that_meeting(client, world, made, sitting, item, case):
    actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    ask_child(world, made)
    decide(world, item)
    row = actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    token = the_pass(post(client, step="read", **{"pass": again(made).token}, secret=SECRET))
    page = post(client, step="write", **{"pass": token}, about="meeting", decision=str(row.pk)).text
    assert TOLD in page
    assert 'name="meeting"' not in page
    said = {
        "about": "meeting",
        "decision": str(row.pk),
        "hide": "nobody",
        "text": "Friday is band. Thursday?",
    }
    post(client, step="send", **{"pass": token}, **said)
    words = Words.objects.get(how="themselves")
    assert (words.said_on, words.said_on_id, words.text) == ("panel", item.pk, "Friday is band. Thursday?")
    for user in (world.coordinator, world.social_worker):
        shown = client_of(user).get(reverse("panel_item", args=[item.pk])).text
        assert "Friday is band. Thursday?" in shown
        assert TOLD in shown
    assert client_of(world.officer).get(reverse("panel_item", args=[item.pk])).status_code == 404
    message = client_of(world.social_worker).get(
        reverse("child_message", args=[ChildMessage.objects.get().pk])
    )
    assert "answers what they were told after the meeting" in message.text
    asked = post(client, step="send", **{"pass": token}, **said | {"decision": "x", "text": "And this?"}).text
    assert not Words.objects.filter(
        text="And this?"
    ).exists()  # of which meeting, is asked, and no word is lost
    for page in (asked, post(client, step="write", **{"pass": again(made).token}, **said).text):
        assert 'name="meeting"' in page
        assert 'name="decision"' not in page
    assert "And this?" in asked
    catch_up()
    told = [
        str(entry.what)
        for entry in entries_of(world.social_worker, case.person_id)
        if TOLD in str(entry.text)
    ]
    assert told == ["Written for the child: what was decided"]


def test_after_a_review_too(client, world, made, sitting, agreed):
    actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    ask_child(world, made)
    review = held(world, agreed)
    at = reverse("review_for_child", args=[review.pk])
    worker = client_of(world.social_worker)
    assert "It helps" in worker.get(at).text
    assert "Say whether it is safe" in worker.post(at, {"text": TOLD, "how": "x"}).text
    worker.post(at, {"text": TOLD, "is_safe": "yes", "how": "Her own phone."})
    assert TOLD in worker.get(reverse("review", args=[review.pk])).text
    assert client_of(world.officer).get(at).status_code in (403, 404)
    row = ChildDecision.objects.get()
    token = the_pass(post(client, step="read", **{"pass": again(made).token}, secret=SECRET))
    said = {"about": "meeting", "decision": str(row.pk), "hide": "nobody", "text": "Thank you for asking"}
    post(client, step="send", **{"pass": token}, **said)
    assert Words.objects.get(how="themselves").said_on_id == review.pk
    assert "Thank you for asking" in worker.get(reverse("review", args=[review.pk])).text


def test_it_waits_for_whoever_wrote_the_decision_down_while_the_child_has_a_link(world, made, item, agreed):
    decide(world, item)
    review = held(world, agreed)
    assert work_of(world.coordinator) == ["Tell the child what the panel decided"]
    assert work_of(world.social_worker) == ["Tell the child what the review decided"]
    assert work_of(world.teacher) == []
    due = [
        line.due_on
        for section in my_work(fresh(world.coordinator))
        for line in section.waiting
        if line.kind == "child_told_panel"
    ]
    assert due == [TODAY + timedelta(days=7)]
    User.objects.filter(pk=world.coordinator.pk).update(is_active=False)
    assert "Tell the child what the panel decided" in work_of(world.social_worker)  # whom the child counts on
    User.objects.filter(pk=world.coordinator.pk).update(is_active=True)
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    assert work_of(world.coordinator) == ["Tell the child what the panel decided"]  # nobody can read it there
    ask_child(world, made)
    assert work_of(world.coordinator) == []
    line = queries.reviews_to_write(fresh(world.social_worker)).get()
    assert line == review
    actions.end_link(by=world.social_worker, child_link_id=made[0].pk)
    actions.make_link(by=world.social_worker, person_id=item.person_id, word=WORD, weeks=1)
    assert work_of(world.social_worker) == [
        "Tell the child what the review decided"
    ]  # whatever became of the card
    assert work_of(world.coordinator) == ["Tell the child what the panel decided"]  # it was shown too short
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID | {"is_safe": False})
    assert work_of(world.coordinator) == []


def test_a_link_of_later_asks_for_no_meeting_of_before(world, case, item):
    decide(world, item)
    actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=1)
    assert work_of(world.coordinator) == []


def seen(user: User, case: Any, item: Any) -> dict[str, Any]:
    """What stands on every page on which it might, also those of the meeting."""
    client = client_of(user)
    found = pages(client, case)
    for name, key in (("panel", item.panel_id), ("panel_item", item.pk), ("panel_item_for_child", item.pk)):
        found[name] = client.get(reverse(name, args=[key])).text
    varies = r'name="(csrfmiddlewaretoken|kept[\w-]*)" value="[^"]*"|\d+:\d\d[ap]m'
    # These say how many looks there are of this user’s own, or have forms with keys drawn anew.
    own = ("own_looks", "child_shared", "panel", "panel_item", "panel_item_for_child")
    lines: dict[str, Any] = {
        name: re.sub(rf"{varies}|\d+" if name in own else varies, "", text).splitlines()
        for name, text in found.items()
    }
    lines.pop(
        "child_looked"
    )  # their own looks push out others; that no row is about what is hidden is asked below
    return lines


@pytest.mark.parametrize("whom", ["social_worker", "coordinator", "supervisor"])
def test_nobody_learns_by_it_that_the_child_has_a_secret_or_hides_something(world, case, lado, item, whom):
    """The worker who made the link, and the co-ordinator who wrote the decision: before and after the child chose a secret, read what was decided,
    and answered it hidden from them, their lists and the page of the meeting say the same."""
    made = actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=4)
    ask_child(world, made)
    decide(world, item)
    user = getattr(world, whom)
    seen(user, case, item)  # looks of their own stand in it from now on
    before = seen(user, case, item)
    waits = any("Tell the child what the panel decided" in line for line in before["home"])
    assert waits == (whom == "coordinator")
    actions.set_secret(by=None, sitting=again(made), secret=SECRET)
    hide(made, user)
    assert seen(user, case, item) == before
    ask_child(world, made)
    row = actions.tell_decision(by=world.coordinator, item_id=item.pk, **SAID)
    told = seen(user, case, item)
    reading = actions.give_secret(by=None, sitting=again(made), secret=SECRET)
    assert [one.row for one in child.decided(reading)] == [row]
    actions.read_back(by=None, sitting=reading)
    new = {"about": "meeting", "text": HIDDEN, "device": "phone", "decision": row}
    sent = actions.send(by=None, sitting=reading, hide_from=user, **new)
    assert seen(user, case, item) == told
    assert not Words.objects.filter(said_on_id=item.pk).exists()
    assert not AuditRow.objects.filter(subject="child message").exclude(person_id=None).exists()
    answer = client_of(lado).get(reverse("child_message", args=[sent.pk]))
    assert "answers what they were told after the meeting" in answer.text


def test_what_is_sent_before_a_panel_stands_on_the_agenda_and_is_said_on_it_once_it_is_decided_beside(
    world, sitting, item
):
    send(sitting, about="meeting", meeting="panel", text="Please ask my nan too.")
    send(sitting, about="meeting", meeting="review", text="For the other one.")
    words = Words.objects.get(text="Please ask my nan too.")
    client = client_of(world.coordinator)
    agenda, page = (
        client.get(reverse(name, args=[key])).text
        for name, key in (("panel", item.panel_id), ("panel_item", item.pk))
    )
    for text in (agenda, page):
        assert "Please ask my nan too." in text
        assert "From the child themselves, about a meeting (panel)" in text
    assert "For the other one." not in agenda
    assert client_of(world.officer).get(reverse("panel", args=[item.panel_id])).text.count("nan too") == 0
    decide(world, item, ChildsView(words_id=words.pk))
    words.refresh_from_db()
    assert words.said_on_id == item.pk
    shown = client.get(reverse("panel_item", args=[item.pk])).text
    assert "What the child said on this" in shown
    following = make_panel(world, days=1)
    later = add_item(by=world.coordinator, panel_id=following.pk, end="person", end_id=item.person_id)
    assert "nan too" not in client.get(reverse("panel", args=[later.panel_id])).text


def test_what_is_sent_before_a_review_stands_on_its_page_and_is_said_on_it(world, sitting, agreed):
    send(sitting, about="meeting", meeting="review", text="I want to sit beside my sister.")
    words = Words.objects.get(how="themselves")
    client = client_of(world.social_worker)
    page = client.get(reverse("review_hold", args=[agreed.pk])).text
    assert "I want to sit beside my sister." in page
    assert "From the child themselves, about a meeting (review)" in page
    review = held(world, agreed, ChildsView(words_id=words.pk))
    words.refresh_from_db()
    assert words.said_on_id == review.pk
    assert "What the child said at this review" in client.get(reverse("review", args=[review.pk])).text


def test_words_of_another_matter_keep_what_they_were_said_on(world, sitting, agreed):
    send(sitting, about="change", text="A lock on my door.")
    words = Words.objects.get(how="themselves")
    held(world, agreed, ChildsView(words_id=words.pk))
    words.refresh_from_db()
    assert (words.said_on, words.said_on_id, words.heard_on) == ("other", None, date.today())

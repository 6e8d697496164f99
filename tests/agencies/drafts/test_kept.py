"""What is typed and not sent: kept for its writer, resumed elsewhere, and never written over what others wrote."""

import re
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.drafts import actions, queries
from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.drafts.rules import SENT, STILL_SENDING, BeingSent, Sheet
from heard.agencies.models import AuditRow, Draft, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.govuk.forms import Form, PasswordField, TextField


def test_a_draft_keeps_every_step_and_is_its_writers_alone(world: World) -> None:
    draft = actions.begin_draft(by=world.teacher, kind="worry")
    actions.save_draft(by=world.teacher, draft_id=draft.pk, kind="worry", answers={"seen": {"a": "1"}})
    actions.save_draft(by=world.teacher, draft_id=draft.pk, kind="worry", answers={"words": {"b": "2"}})
    [kept] = queries.drafts_of(world.teacher)
    assert kept.answers == {"seen": {"a": "1"}, "words": {"b": "2"}}
    for user in (world.officer, world.coordinator):
        assert list(queries.drafts_of(user)) == []
        with pytest.raises(Hidden):
            actions.save_draft(by=user, draft_id=draft.pk, kind="worry", answers={})
        with pytest.raises(Hidden):
            actions.discard_draft(by=user, draft_id=draft.pk, kind="worry")
    with pytest.raises(Hidden):
        queries.draft_of(world.teacher, draft.pk, kind="assessment")
    actions.discard_draft(by=world.teacher, draft_id=draft.pk, kind="worry")
    with pytest.raises(Hidden):
        queries.draft_of(world.teacher, draft.pk, kind="worry")
    assert set(AuditRow.objects.filter(subject="draft").values_list("verb", flat=True)) == {
        "begin",
        "discard",
    }


def test_a_draft_that_is_not_there_is_hidden(world: World) -> None:
    with pytest.raises(Hidden):
        actions.save_draft(by=world.teacher, draft_id=uuid.uuid4(), kind="worry", answers={})


class Told(Form):
    what = TextField("What?")


@pytest.mark.parametrize(
    ("refused", "on", "says"),
    [
        (Refused("Not now."), "what", {"what": ["Not now."]}),
        (Refused("Not now."), "gone", {"__all__": ["Not now."]}),
        (Refused("Not now."), None, {"__all__": ["Not now."]}),
        (ValidationError("Too long."), "what", {"__all__": ["Too long."]}),
    ],
)
def test_what_the_rules_refuse_is_said_on_the_form_and_what_was_typed_stays(
    world: World, refused: Exception, on: str | None, says: dict[str, list[str]]
) -> None:
    request = RequestFactory().post("/", {"what": "Seen at noon"})
    request.user = world.teacher
    form = kept_form(request, Told, kind="told")
    assert form.is_valid()
    with sending(request, form, errors_on=on):
        raise refused
    assert form.errors == says
    assert queries.typed_in(world.teacher, kind="told", subject_id=None)
    with sending(request, form):
        pass
    assert not queries.typed_in(world.teacher, kind="told", subject_id=None)


def test_what_goes_wrong_otherwise_is_no_refusal(world: World) -> None:
    request = RequestFactory().post("/", {"what": "Seen at noon"})
    request.user = world.teacher
    form = kept_form(request, Told, kind="told")
    with pytest.raises(Hidden), sending(request, form):
        raise Hidden
    assert queries.typed_in(world.teacher, kind="told", subject_id=None)


# ---- every other form: a team's page stands for all of them


@pytest.fixture
def form_page(world: World) -> str:
    return reverse("team_change", kwargs={"team_id": world.social_worker.team.pk})


@pytest.fixture
def client(world: World, client: Client) -> Client:
    client.force_login(world.administrator)
    return client


def token_of(client: Client, form_page: str) -> str:
    return token_in(client.get(form_page).text)


def token_in(text: str) -> str:
    return re.findall(r'name="kept" value="([^"]+)"', text)[0]


def type_in(client: Client, token: str, *, turn: int = 1, **typed: str) -> int:
    sent = {"kept": token, "kept-turn": turn, "kept-title": "Children’s services"} | typed
    return client.post(reverse("typed_keep"), sent).status_code


def test_what_is_typed_is_there_on_another_device(world: World, client: Client, form_page: str) -> None:
    assert type_in(client, token_of(client, form_page), duty_phone="01632 960", takes_worries="yes") == 204
    elsewhere = Client()
    elsewhere.force_login(world.administrator)
    text = elsewhere.get(form_page).text
    assert 'value="01632 960"' in text
    assert "have not sent it" in text
    assert "Children’s services" in elsewhere.get(reverse("unfinished")).text


def test_a_page_on_which_nothing_was_typed_says_nothing(client: Client, form_page: str) -> None:
    assert "have not sent it" not in client.get(form_page).text


def test_what_is_typed_is_its_writers_alone(world: World, client: Client, form_page: str) -> None:
    token = token_of(client, form_page)
    type_in(client, token, duty_phone="01632 960")
    other = Client()
    other.force_login(world.teacher)
    assert type_in(other, token, duty_phone="of somebody else") == 422
    draft = Draft.objects.get()
    assert draft.answers["typed"]["duty_phone"] == ["01632 960"]
    assert other.post(reverse("unfinished"), {"draft": draft.pk}).status_code == 404
    assert other.post(form_page, {"kept": token}).status_code in (403, 404)


def test_nobody_sends_a_page_that_was_opened_by_somebody_else(world: World, form_page: str) -> None:
    """Two people share a machine: the one who signs in next finds the page of the one before."""
    second = another_administrator(world)
    first, then = Client(), Client()
    first.force_login(world.administrator)
    then.force_login(second)
    answer = then.post(
        form_page, {"kept": token_of(first, form_page), "duty_phone": "1", "takes_worries": "yes"}
    )
    assert answer.status_code == 403
    world.social_worker.team.refresh_from_db()
    assert world.social_worker.team.duty_phone != "1"


def another_administrator(world: World) -> User:
    agencies.give_role(
        by=world.administrator,
        user=world.board_member,
        team=world.board_member.team,
        role=Role.ADMINISTRATOR,
        agreed_by=world.coordinator,
    )
    return User.objects.get(pk=world.board_member.pk)


def test_sending_ends_the_draft(client: Client, form_page: str) -> None:
    token = token_of(client, form_page)
    type_in(client, token, duty_phone="01632 960001", takes_worries="yes")
    assert (
        client.post(
            form_page, {"kept": token, "duty_phone": "01632 960001", "takes_worries": "yes"}
        ).status_code
        == 302
    )
    assert not Draft.objects.exists()


def test_what_was_sent_and_is_wrong_is_kept(client: Client, form_page: str) -> None:
    long = "1" * 41
    answer = client.post(
        form_page, {"kept": token_of(client, form_page), "duty_phone": long, "takes_worries": "yes"}
    )
    assert answer.status_code == 200
    assert long in client.get(form_page).text
    right = {"kept": token_in(answer.text), "duty_phone": "01632 960001", "takes_worries": "yes"}
    assert client.post(form_page, right).status_code == 302
    assert not Draft.objects.exists()


def test_a_saving_that_was_overtaken_changes_nothing(client: Client, form_page: str) -> None:
    token = token_of(client, form_page)
    type_in(client, token, turn=2, duty_phone="the later")
    type_in(client, token, turn=1, duty_phone="the earlier")
    assert Draft.objects.get().answers["typed"]["duty_phone"] == ["the later"]


def test_two_pages_never_write_over_each_other(client: Client, form_page: str) -> None:
    one, two = token_of(client, form_page), token_of(client, form_page)
    type_in(client, one, duty_phone="typed at the desk")
    type_in(client, two, duty_phone="typed on the phone")
    text = client.get(form_page).text
    assert "typed on the phone" in text
    [other] = re.findall(r'href="([^"]+typed=[^"]+)"', text)
    assert "typed at the desk" in client.get(other).text


def test_a_page_takes_over_what_it_went_on_from(client: Client, form_page: str) -> None:
    type_in(client, token_of(client, form_page), duty_phone="first")
    type_in(client, token_of(client, form_page), duty_phone="first and second")
    assert Draft.objects.get().answers["typed"]["duty_phone"] == ["first and second"]


def test_what_was_gone_on_with_elsewhere_meanwhile_stays(client: Client, form_page: str) -> None:
    first = token_of(client, form_page)
    type_in(client, first, duty_phone="first")
    second = token_of(client, form_page)
    type_in(client, first, turn=2, duty_phone="first goes on")
    type_in(client, second, duty_phone="second")
    typed = {draft.answers["typed"]["duty_phone"][0] for draft in Draft.objects.all()}
    assert typed == {"first goes on", "second"}


def test_throwing_away_asks_nothing_and_leaves_a_row(client: Client, form_page: str) -> None:
    type_in(client, token_of(client, form_page), duty_phone="01632 960")
    draft = Draft.objects.get()
    answer = client.post(reverse("unfinished"), {"draft": draft.pk, "next": form_page})
    assert answer["Location"] == form_page
    assert not Draft.objects.exists()
    assert AuditRow.objects.get(subject="draft").verb == "discard"


@pytest.mark.parametrize("away", ["https://example.org/", "//example.org", ""])
def test_throwing_away_leads_to_no_other_site(client: Client, form_page: str, away: str) -> None:
    type_in(client, token_of(client, form_page), duty_phone="01632 960")
    answer = client.post(reverse("unfinished"), {"draft": Draft.objects.get().pk, "next": away})
    assert answer["Location"] == reverse("unfinished")


@pytest.mark.parametrize("draft", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_what_is_not_there_is_not_thrown_away(client: Client, draft: str) -> None:
    assert client.post(reverse("unfinished"), {"draft": draft}).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "made:up:token"])
def test_a_page_that_is_not_ours_is_told_so_in_words(client: Client, token: str) -> None:
    answer = client.post(reverse("typed_keep"), {"kept": token, "duty_phone": "1"})
    assert answer.status_code == 422
    assert "too old" in answer.text
    assert not Draft.objects.exists()


class WithPassword(Told):
    secret = PasswordField("Password")


def test_a_password_is_never_kept(world: World) -> None:
    request = RequestFactory().post("/", {"what": "Seen at noon", "secret": "see me, hear me too"})
    request.user = world.teacher
    kept_form(request, WithPassword, kind="told")
    assert "Seen at noon" in repr(Draft.objects.get().answers)
    assert "see me, hear me too" not in repr(Draft.objects.get().answers)
    again = RequestFactory().get("/")
    again.user = world.teacher
    form = kept_form(again, WithPassword, kind="told")
    assert "Seen at noon" in form.components()
    assert "see me, hear me too" not in form.components()


def test_too_much_is_refused_in_words_and_stays_on_the_page(
    client: Client, form_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard.agencies.drafts.rules.MOST_TYPED", 1_000)
    token = token_of(client, form_page)
    assert type_in(client, token, duty_phone="1" * 2_000) == 422
    answer = client.post(form_page, {"kept": token, "duty_phone": "1" * 2_000, "takes_worries": "yes"})
    assert "it is not kept yet" in answer.text
    assert "1" * 2_000 in answer.text
    later = {"kept": token, "kept-later": "1", "duty_phone": "1" * 2_000}
    answer = client.post(reverse("typed_keep"), later)
    assert "could not be kept" in answer.text
    assert "1" * 2_000 in answer.text


def test_very_many_drafts_are_refused_in_words(
    client: Client, form_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard.agencies.drafts.rules.MOST_DRAFTS", 1)
    first, second = token_of(client, form_page), token_of(client, form_page)
    assert type_in(client, first, duty_phone="1") == 204
    assert type_in(client, second, duty_phone="2") == 422
    assert type_in(client, first, turn=2, duty_phone="1 and more") == 204


def test_without_scripts_a_button_keeps_and_leaves(client: Client, form_page: str) -> None:
    later = {"kept": token_of(client, form_page), "kept-later": "1", "duty_phone": "01632 960"}
    answer = client.post(reverse("typed_keep"), later, follow=True)
    assert "Duty phone" in answer.text
    assert 'value="01632 960"' in client.get(form_page).text


def test_what_no_database_can_hold_is_left_out(client: Client, form_page: str) -> None:
    type_in(client, token_of(client, form_page), duty_phone="0\x001")
    assert Draft.objects.get().answers["typed"]["duty_phone"] == ["01"]


# ---- two people change the same thing


def change(world: World, phone: str, takes: bool = True) -> None:
    team = world.social_worker.team
    agencies.change_team(by=world.administrator, team=team, duty_phone=phone, takes_worries=takes)


def test_a_record_that_changed_meanwhile_is_not_written_over(
    world: World, client: Client, form_page: str
) -> None:
    sent = {"kept": token_of(client, form_page), "duty_phone": "01632 960111", "takes_worries": "yes"}
    change(world, "01632 960222")
    answer = client.post(form_page, sent)
    assert answer.status_code == 200
    assert 'value="01632 960111"' in answer.text
    assert "The record says now" in answer.text
    assert "01632 960222" in answer.text
    assert "Written by Ade Minton, " in answer.text
    world.social_worker.team.refresh_from_db()
    assert world.social_worker.team.duty_phone == "01632 960222"
    again = sent | {"kept": token_in(answer.text)}
    assert client.post(form_page, again).status_code == 302
    world.social_worker.team.refresh_from_db()
    assert world.social_worker.team.duty_phone == "01632 960111"


def test_the_record_can_be_chosen_for_a_field(world: World, client: Client, form_page: str) -> None:
    sent = {"kept": token_of(client, form_page), "duty_phone": "01632 960111", "takes_worries": "yes"}
    change(world, "01632 960222")
    again = sent | {"kept": token_in(client.post(form_page, sent).text), "kept-choice-duty_phone": "record"}
    assert client.post(form_page, again).status_code == 302
    world.social_worker.team.refresh_from_db()
    assert world.social_worker.team.duty_phone == "01632 960222"


def test_a_record_that_changed_twice_is_shown_twice(world: World, client: Client, form_page: str) -> None:
    sent = {"kept": token_of(client, form_page), "duty_phone": "01632 960111", "takes_worries": "yes"}
    change(world, "01632 960222")
    first = client.post(form_page, sent)
    change(world, "01632 960333")
    second = client.post(form_page, sent | {"kept": token_in(first.text), "kept-choice-duty_phone": "record"})
    assert second.status_code == 200
    assert "01632 960333" in second.text


def test_a_field_in_which_nothing_was_typed_takes_what_the_record_says(
    world: World, client: Client, form_page: str
) -> None:
    before = world.social_worker.team.duty_phone
    sent = {"kept": token_of(client, form_page), "duty_phone": before, "takes_worries": "yes"}
    change(world, "01632 960222")
    answer = client.post(form_page, sent)
    assert answer.status_code == 200
    assert 'value="01632 960222"' in answer.text
    assert "You had typed nothing here" in answer.text


def test_the_same_change_by_two_is_no_conflict(world: World, client: Client, form_page: str) -> None:
    sent = {"kept": token_of(client, form_page), "duty_phone": " 01632 960222 ", "takes_worries": "yes"}
    change(world, "01632 960222")
    assert client.post(form_page, sent).status_code == 302


def test_going_on_with_a_draft_shows_what_the_record_says_now(
    world: World, client: Client, form_page: str
) -> None:
    """The draft began on what the record said then: going on with it later is as if it had been open all the time."""
    type_in(client, token_of(client, form_page), duty_phone="01632 960111", takes_worries="yes")
    change(world, "01632 960222")
    text = client.get(form_page).text
    assert "The record has changed since then" in text
    assert "01632 960111" in text
    assert "01632 960222" in text


def request_of(user: User, **sent: str) -> Any:
    request = RequestFactory().post("/told/", sent) if sent else RequestFactory().get("/told/")
    request.user = user
    return request


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=8))
def test_in_any_order_an_empty_page_stands_against_no_words_and_no_words_are_lost(
    world: World, moves: list[tuple[int, bool]]
) -> None:
    """Three pages of a form, drawn while nothing was in the record, are sent in any order, empty or with words."""
    user, said, typed = world.teacher, "", ["", "", ""]

    def page(request: Any) -> Any:
        return kept_form(request, Told, kind="told", initial={"what": said} if said else None)

    with transaction.atomic():
        pages = [page(request_of(user)).kept.token for _ in range(3)]
        for turn, (which, has_words) in enumerate(moves):
            words = f"Words {turn}" if has_words else ""
            request = request_of(user, kept=pages[which], what=words)
            form = page(request)
            assert form.is_valid() == bool(words and not said)
            if form.is_valid():
                with sending(request, form):
                    said = words
            typed[which] = words  # what a page held before was taken out of it by hand
            waiting = {row.answers["typed"]["what"][0] for row in queries.drafts_of(user)} - {""}
            assert waiting | {said, ""} >= set(typed)
            drawn = page(request_of(user))
            assert bool(drawn.kept.typed_at) == bool(waiting)
            assert drawn["what"].value() in waiting or (drawn["what"].value() or "") == said
        transaction.set_rollback(True)


# ---- a session that ended


def test_what_is_sent_after_the_session_ended_is_in_the_form_after_signing_in(
    world: World, client: Client, form_page: str
) -> None:
    token = token_of(client, form_page)
    client.logout()
    answer = client.post(form_page, {"kept": token, "duty_phone": "01632 960111", "takes_worries": "yes"})
    assert answer.status_code == 403
    assert "sign in again and you find it in the form" in answer.text
    client.force_login(world.administrator)
    assert 'value="01632 960111"' in client.get(form_page).text


def test_a_page_that_is_still_open_goes_on_being_kept(world: World, client: Client, form_page: str) -> None:
    token = token_of(client, form_page)
    client.logout()
    sent = {"kept": token, "kept-turn": "1", "duty_phone": "01632 960111"}
    answer = client.post(reverse("typed_keep"), sent)
    assert (answer.status_code, answer["Heard-Kept"]) == (403, "yes")


def test_nothing_is_kept_for_who_may_no_longer_sign_in(world: World, form_page: str) -> None:
    client = Client()
    second = another_administrator(world)
    client.force_login(second)
    token = token_of(client, form_page)
    agencies.switch_off(by=world.administrator, user=second, reason="Has left")
    answer = client.post(form_page, {"kept": token, "duty_phone": "01632 960111", "takes_worries": "yes"})
    assert answer.status_code == 403
    assert not Draft.objects.exists()


def test_a_page_of_long_ago_is_no_longer_kept(
    client: Client, form_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(client, form_page)
    client.logout()
    monkeypatch.setattr("heard.home.typed._ENDED", -1)
    client.post(form_page, {"kept": token, "duty_phone": "01632 960111", "takes_worries": "yes"})
    assert not Draft.objects.exists()


def test_a_page_that_is_sent_twice_at_once_is_sent_once(world: World) -> None:
    sheet = Sheet(id=uuid.uuid4(), user_id=world.teacher.pk, kind="note", page="/notes/")
    sent = {"by": world.teacher, "sheet": sheet, "typed": {"what": ["She waits."]}, "turn": SENT}
    draft = actions.keep_typed(**sent)
    with pytest.raises(BeingSent, match="being sent already") as twice:
        actions.keep_typed(**sent)
    assert twice.value.draft == draft
    assert (
        actions.keep_typed(**sent | {"typed": {"what": ["He waits."]}}) == draft
    )  # put right, and sent again
    Draft.objects.update(updated_at=timezone.now() - STILL_SENDING)
    assert actions.keep_typed(**sent | {"typed": {"what": ["He waits."]}}) == draft


def test_the_second_of_two_is_not_carried_out_and_says_so(world: World, rf: RequestFactory) -> None:
    def request(**sent: str) -> Any:
        made = rf.post("/notes/", sent) if sent else rf.get("/notes/")
        made.user = world.teacher
        return made

    token = kept_form(request(), Told, kind="note").kept.token
    first = kept_form(request(kept=token, what="She waits."), Told, kind="note")
    second = kept_form(request(kept=token, what="She waits."), Told, kind="note")
    assert first.is_valid()
    assert not second.is_valid()
    assert "being sent already" in str(second.errors)

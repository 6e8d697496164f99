"""A worry about a place or a group: told without a child's name, decided by people, and followed up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, Draft, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.rules import Observed
from heard.cases.concern import actions, queries
from heard.cases.concern.models import Concern, ConcernStep
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.models import Group, Place, Tie

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=7)
WHERE = {"name": "Harbour Street arcade", "kind": "arcade", "postcode": "WX1 2AB"}


def about_a_place(by: User, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "new_place": WHERE,
        "seen_and_heard": "Young people are let in after closing time",
        "when_seen": "Fridays since February",
        "who_comes": "Two men in a grey car",
        "danger_now": "not_known",
    }
    return actions.tell(by=by, **usual | change)


def decide(world: World, concern: Concern, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "by": world.coordinator, "concern": concern, "decision": "panel", "reason": "Three schools have seen it",
        "feedback": "The panel looks at it.",
    }  # fmt: skip
    return actions.decide(**usual | change)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_worry_about_a_new_place_writes_the_place_down_and_asks_for_no_words(world: World) -> None:
    concern = about_a_place(world.teacher)
    assert (concern.person, concern.about, concern.whom) == (None, "place", "Harbour Street arcade")
    assert (concern.when_seen, concern.who_comes) == ("Fridays since February", "Two men in a grey car")
    assert (concern.words, concern.why_no_words) == (None, "")
    [row] = AuditRow.objects.filter(verb="tell")
    assert (row.subject_id, row.person_id) == (str(concern.pk), None)


def test_a_worry_about_a_place_keeps_no_signs_and_no_words(world: World) -> None:
    said = {"text": "x", "heard_by": "y", "heard_on": TODAY}
    concern = about_a_place(world.teacher, observations=[Observed("S01", "not_seen")], words=said)
    assert not concern.observations.exists()
    assert concern.words is None


def test_a_worry_is_about_one_thing(world: World) -> None:
    place = network.add_place(by=world.teacher, **WHERE)
    for whom in (
        {"new_place": None},
        {"place_id": place.pk, "new_place": None, "new_group": {"name": "a", "kind": "b"}},
    ):
        with pytest.raises(Refused, match="which child, place or group"):
            about_a_place(world.teacher, **whom)
    concern = about_a_place(world.teacher, new_place=None, place_id=place.pk)
    with pytest.raises(IntegrityError):
        Concern.objects.filter(pk=concern.pk).update(place=None)


def test_it_is_seen_by_the_agency_that_told_it_the_duty_team_and_who_sees_the_partnership(
    world: World,
) -> None:
    concern = about_a_place(world.teacher)
    for user in (world.teacher, world.social_worker, world.coordinator, world.supervisor):
        assert queries.concern_open_to(user, concern.pk).whole  # type: ignore[attr-defined]
    for user in (world.officer, world.analyst, world.board_member, world.administrator):
        with pytest.raises(Hidden):
            queries.concern_visible_to(user, concern.pk)
        assert signed_in(user).get(reverse("concern", kwargs={"concern_id": concern.pk})).status_code == 404


def test_a_colleague_of_whoever_told_it_sees_it_and_a_role_elsewhere_opens_nothing(world: World) -> None:
    concern = about_a_place(world.officer)
    assert not queries.concerns_visible_to(world.teacher).exists()
    agencies.give_role(
        by=world.administrator, user=world.teacher, team=world.officer.team, role=Role.PRACTITIONER
    )
    assert list(queries.concerns_open_to(User.objects.get(pk=world.teacher.pk))) == [concern]


def test_the_agency_that_takes_it_on_sees_it(world: World) -> None:
    concern = about_a_place(world.teacher)
    decide(world, concern, decision="other_agency", other_agency=world.police)
    assert queries.concern_open_to(world.officer, concern.pk).other_agency == world.police


@pytest.mark.parametrize("decision", ["open_case", "add_to_case"])
def test_a_place_has_no_case(world: World, decision: str) -> None:
    with pytest.raises(Refused, match="Choose what happens next"):
        decide(world, about_a_place(world.teacher), decision=decision)


def test_the_panel_finds_what_was_left_to_it_and_what_is_new(world: World) -> None:
    before = timezone.now() - timedelta(minutes=1)
    concern = about_a_place(world.teacher)
    group = actions.tell(
        by=world.officer,
        new_group={"name": "The bench", "kind": "friends"},
        seen_and_heard="x",
        when_seen="y",
        danger_now="no",
    )
    decide(world, concern)
    assert list(queries.for_the_panel(world.coordinator)) == [concern]
    assert list(queries.concerns_since(world.coordinator, before)) == [concern, group]
    assert list(queries.concerns_since(world.coordinator, before, about="place")) == [concern]
    assert list(queries.concerns_since(world.coordinator, before, about="group")) == [group]
    assert list(queries.concerns_since(world.coordinator, before, about="child")) == []
    assert list(queries.concerns_since(world.officer, before)) == [group]
    assert list(queries.concerns_about_place(world.teacher, concern.place_id)) == [concern]
    assert list(queries.concerns_about_place(world.officer, concern.place_id)) == []
    assert list(queries.concerns_about_group(world.officer, group.group_id)) == [group]


def test_an_agreed_step_is_in_the_work_of_whoever_does_it_until_it_is_finished(world: World) -> None:
    concern = about_a_place(world.teacher)
    step = actions.Step("Visit the owner with licensing", world.officer, LATER)
    decide(world, concern, decision="step", step=step)
    assert "Visit the owner with licensing" in str(my_work(world.officer))
    page = reverse("concern_step", kwargs={"concern_id": concern.pk})
    client = signed_in(world.officer)
    assert "Visit the owner" in client.get(page).text
    assert "Young people are let in" not in client.get(page).text  # the worry itself is not theirs to read
    assert "whether it was done" in client.post(page, {}).text
    client.post(page, {"outcome": "done", "note": "The licence now says ten o’clock"})
    row = ConcernStep.objects.get()
    assert (row.state, row.finished_by, row.note) == (
        "done",
        world.officer,
        "The licence now says ten o’clock",
    )
    assert "Visit the owner" not in str(my_work(world.officer))
    assert "The licence now says" in client.get(page).text
    with pytest.raises(Refused, match="finished already"):
        actions.finish_step(by=world.officer, concern_id=concern.pk, outcome="done", note="again")


def test_a_step_is_hidden_from_others_and_refused_to_who_did_not_promise_it(world: World) -> None:
    concern = about_a_place(world.teacher)
    decide(world, concern, decision="step", step=actions.Step("Visit", world.social_worker, LATER))
    with pytest.raises(Hidden):
        actions.finish_step(by=world.officer, concern_id=concern.pk, outcome="done", note="x")
    with pytest.raises(Refused, match="Whoever said they would do it"):
        actions.finish_step(by=world.teacher, concern_id=concern.pk, outcome="done", note="x")
    actions.finish_step(by=world.coordinator, concern_id=concern.pk, outcome="not_done", note="It has closed")


def test_a_step_needs_what_who_and_a_day_that_is_not_over(world: World) -> None:
    concern = about_a_place(world.teacher)
    for step, says in (
        (None, "what will be done"),
        (actions.Step("Visit", None, LATER), "who will do it"),
        (actions.Step("Visit", world.officer, TODAY - timedelta(days=1)), "by when"),
    ):
        with pytest.raises(Refused, match=says):
            decide(world, concern, decision="step", step=step)
    assert Concern.objects.get().state == "told"


def test_a_child_is_tied_to_the_place_of_a_worry(world: World) -> None:
    child = network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    hidden = network.add_person(by=world.officer, given_name="Amira", family_name="Kahn", restricted=True)
    concern = about_a_place(world.teacher)
    page = reverse("concern_children", kwargs={"concern_id": concern.pk})
    client = signed_in(world.teacher)
    found = client.post(page, {"search": "1", "name": "Amira Khan"}).text
    assert str(child.pk) in found
    assert str(hidden.pk) not in found
    assert client.post(page, {"person_id": str(hidden.pk)}).status_code == 404
    assert client.post(page, {"person_id": "nobody"}).status_code == 404
    asked = client.post(page, {"person_id": str(child.pk)}).text
    assert "How is it known?" in asked
    assert '<option value="seen_at" selected>is seen at</option>' in asked, "it begins with the least"
    said = {"person_id": str(child.pk), "kind": "goes_to", "in_words": "most Fridays"}
    assert "Say how it is known" in client.post(page, said | {"how_known": " "}).text
    client.post(page, said | {"how_known": "Seen there by a teacher"})
    tie = Tie.objects.get()
    assert (tie.first_id, tie.second_id) == (child.pk, concern.place_id)
    assert (tie.kind, tie.in_words) == ("goes_to", "most Fridays")
    source = tie.sources.get()
    assert (source.words, source.about, source.about_id) == ("Seen there by a teacher", "concern", concern.pk)
    with pytest.raises(Refused, match="You do not see this child"):
        actions.add_child(
            by=world.teacher, concern_id=concern.pk, person_id=hidden.pk, how_known="x", kind="seen_at"
        )


def test_a_child_is_not_tied_to_a_worry_about_a_child(world: World, worry: Concern) -> None:
    with pytest.raises(Refused, match="about a child already"):
        actions.add_child(
            by=world.teacher, concern_id=worry.pk, person_id=worry.person_id, how_known="x", kind="seen_at"
        )


# ---- telling it, page by page


def send(client: Client, draft: Draft, step: str, **answers: Any) -> str:
    answer = client.post(reverse(f"worry_{step}", kwargs={"draft_id": draft.pk}), answers)
    assert answer.status_code in (200, 302)
    return answer.headers["Location"].rstrip("/").rpartition("/")[2] if answer.status_code == 302 else ""


def begin(client: Client) -> Draft:
    client.post(reverse("worry_start"))
    return Draft.objects.get()


def test_a_place_is_searched_for_then_named_and_no_signs_are_asked_for(world: World) -> None:
    known = network.add_place(
        by=world.officer, name="Harbour Street Arcade", kind="arcade", postcode="WX1 2AB"
    )
    client = signed_in(world.teacher)
    draft = begin(client)
    told = {"seen_and_heard": "Let in after closing time", "danger_now": "no"}
    assert send(client, draft, "seen", **told) == "child"
    assert (
        reverse("worry_place", kwargs={"draft_id": draft.pk})
        in client.get(reverse("worry_child", kwargs={"draft_id": draft.pk})).text
    )
    assert send(client, draft, "place", name="") == ""
    assert send(client, draft, "place", name="habour street") == "place_same"
    page = client.get(reverse("worry_place_same", kwargs={"draft_id": draft.pk})).text
    assert "Harbour Street Arcade, arcade, WX1 2AB" in page
    assert send(client, draft, "place_same", choice=str(known.pk)) == "scene"
    assert send(client, draft, "scene", when_seen="", staff="no") == ""
    assert send(client, draft, "scene", when_seen="Fridays", who_comes="Two men") == ""
    assert send(client, draft, "scene", when_seen="Fridays", who_comes="Two men", staff="no") == "check"
    assert (
        "Harbour Street Arcade, arcade"
        in client.get(reverse("worry_check", kwargs={"draft_id": draft.pk})).text
    )
    client.post(reverse("worry_check", kwargs={"draft_id": draft.pk}))
    concern = Concern.objects.get()
    assert (concern.place, concern.when_seen, concern.who_comes) == (known, "Fridays", "Two men")
    assert Place.objects.count() == 1
    assert (
        "Let in after closing time" in client.get(reverse("concern", kwargs={"concern_id": concern.pk})).text
    )


def test_a_group_that_is_new_is_written_down_with_what_was_searched_for(world: World) -> None:
    client = signed_in(world.teacher)
    draft = begin(client)
    send(client, draft, "seen", seen_and_heard="x", danger_now="no")
    assert send(client, draft, "group", name="The bench") == "group_new"
    page = client.get(reverse("worry_group_new", kwargs={"draft_id": draft.pk})).text
    assert "We found nothing like it" in page
    assert 'value="The bench"' in page
    assert send(client, draft, "group_new", name="The bench", kind="friends") == "scene"
    assert send(client, draft, "scene", when_seen="y", staff="no") == "check"
    assert "The bench, friends" in client.get(reverse("worry_check", kwargs={"draft_id": draft.pk})).text
    assert "A worry about The bench" in client.get(reverse("worry_seen", kwargs={"draft_id": draft.pk})).text
    client.post(reverse("worry_check", kwargs={"draft_id": draft.pk}))
    assert Concern.objects.get().group == Group.objects.get()


def test_whoever_tells_of_a_new_place_says_whether_somebody_lives_there(world: World) -> None:
    client = signed_in(world.teacher)
    draft = begin(client)
    send(client, draft, "seen", seen_and_heard="x", danger_now="no")
    assert send(client, draft, "place", name="Number 3") == "place_new"
    page = client.get(reverse("worry_place_new", kwargs={"draft_id": draft.pk})).text
    assert "Does somebody live there?" in page
    assert send(client, draft, "place_new", name="Number 3", kind="place", is_home="yes") == "scene"
    assert send(client, draft, "scene", when_seen="y", staff="no") == "check"
    assert "somebody lives there" in client.get(reverse("worry_check", kwargs={"draft_id": draft.pk})).text
    client.post(reverse("worry_check", kwargs={"draft_id": draft.pk}))
    assert Place.objects.get().is_home


def test_a_worry_begun_on_the_page_of_a_place_is_about_that_place(world: World) -> None:
    place = network.add_place(by=world.officer, **WHERE)
    client = signed_in(world.teacher)
    answer = client.post(reverse("worry_start"), {"place_id": str(place.pk)})
    draft = Draft.objects.get()
    assert answer.headers["Location"] == reverse("worry_seen", kwargs={"draft_id": draft.pk})
    assert (
        "Harbour Street arcade" in client.get(reverse("worry_place_same", kwargs={"draft_id": draft.pk})).text
    )
    for typed in ("nothing", str(world.care.pk)):
        assert client.post(reverse("worry_start"), {"group_id": typed}).status_code == 404


def test_what_was_answered_about_a_child_is_kept_when_it_is_about_a_place_after_all(world: World) -> None:
    client = signed_in(world.teacher)
    draft = begin(client)
    send(client, draft, "seen", seen_and_heard="x", danger_now="no")
    send(client, draft, "child", name="Amira Khan")
    assert send(client, draft, "place", name="Arcade") == "place_new"
    assert send(client, draft, "child", name="Amira Khan") == "new"
    assert 'value="Amira Khan"' in client.get(reverse("worry_child", kwargs={"draft_id": draft.pk})).text


def test_deciding_on_a_place_offers_what_fits_a_place(world: World) -> None:
    concern = about_a_place(world.teacher)
    page = reverse("concern_decide", kwargs={"concern_id": concern.pk})
    client = signed_in(world.coordinator)
    shown = client.get(page).text
    assert "Discuss it at the panel" in shown
    assert "Open a case" not in shown
    assert "child’s own words" not in shown
    assert "The child may read this one day" not in shown
    answers: dict[str, Any] = {
        "decision": "step",
        "reason": "Seen by three schools",
        "feedback": "We go there.",
    }
    refused = client.post(page, answers).text
    assert "Say what will be done" in refused
    assert "Choose who will do it" in refused
    due = {"step_due_on-day": LATER.day, "step_due_on-month": LATER.month, "step_due_on-year": LATER.year}
    answers |= {"step_what": "Visit the owner", "step_owner": str(world.officer.pk)} | due
    assert client.post(page, answers).status_code == 302
    assert ConcernStep.objects.get().owner == world.officer
    told = signed_in(world.teacher).get(reverse("concern", kwargs={"concern_id": concern.pk})).text
    assert "Visit the owner" in told


def test_a_step_is_done_by_somebody_who_does_casework(world: World) -> None:
    concern = about_a_place(world.teacher)
    page = signed_in(world.coordinator).get(reverse("concern_decide", kwargs={"concern_id": concern.pk})).text
    for user in (world.teacher, world.officer, world.coordinator, world.supervisor):
        assert f'<option value="{user.pk}"' in page
    for user in (world.analyst, world.board_member, world.administrator):
        assert f'<option value="{user.pk}"' not in page
        with pytest.raises(Refused, match="Choose who will do it"):
            decide(world, concern, decision="step", step=actions.Step("Visit the owner", user, LATER))


def test_other_decisions_do_not_ask_for_a_step(world: World) -> None:
    concern = about_a_place(world.teacher)
    answers = {"decision": "no_further_action", "reason": "Explained", "feedback": "We asked there."}
    page = reverse("concern_decide", kwargs={"concern_id": concern.pk})
    assert signed_in(world.coordinator).post(page, answers).status_code == 302
    assert not ConcernStep.objects.exists()


def test_the_list_asks_as_often_for_places_as_for_children(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        about_a_place(world.coordinator, new_place=WHERE | {"name": f"Place {number}"})
    client = signed_in(world.coordinator)
    with django_assert_num_queries(8):
        assert client.get(reverse("concerns")).status_code == 200

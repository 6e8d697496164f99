"""Phones, cars and accounts that an episode, an interview or a form names in words: offered, kept when ticked, withdrawn; and what the
child has to do with a place or a number, on the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.missing.conftest import VIEW, ago, interviewed
from tests.cases.missing.test_views import moment, of_child, of_episode
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden
from heard.cases.concern.actions import tell
from heard.cases.missing import actions, queries, rules
from heard.cases.missing.models import Episode, Interview
from heard.cases.words.rules import ChildsView
from heard.network.actions import add_place
from heard.network.models import Handle, Mention, Tie
from heard.network.queries import named_in
from heard.network.rules import find

CAR = "A silver car AB12 CDE picked her up. Ring 07700 900123."
TICK = "vehicle::AB12CDE"
TOKENS = re.compile(r'name="(?:csrfmiddlewaretoken|kept)" value="[^"]+"|nonce="[^"]+"')


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def again(world: World, episode: Episode, **more: Any) -> Interview:
    held = Interview.objects.get(episode=episode)
    return interviewed(world.social_worker, episode, 5, view=ChildsView(words_id=held.words_id), **more)


def worry_elsewhere(world: World) -> Any:
    return tell(
        by=world.officer, new_person={"given_name": "Noor", "family_name": "Khan"}, seen_and_heard="Again the car AB12CDE",
        danger_now="no", why_no_words="At home", named=find("Again the car AB12CDE"),
    )  # fmt: skip


HELD = {"where": "The youth centre", "with_whom": "Noor", "independent": "Works for a charity"}


@pytest.mark.parametrize(
    "field", ["where_was", "who_with", "pushed", "pulled", "would_help", "passed_on", "who_else"]
)
def test_each_answer_is_looked_through_and_nothing_is_kept_by_itself(
    world: World, heard: Interview, field: str
) -> None:
    again(world, heard.episode, **{field: CAR})
    offered = queries.to_keep_in_episode(world.social_worker, heard.episode)
    assert [one.key for one in offered] == ["AB12CDE", "+447700900123"]
    assert not Mention.objects.exists()


def test_her_own_words_are_not_looked_through(world: World, returned: Episode) -> None:
    own = ChildsView(new=dict(VIEW.new or {}) | {"text": CAR})
    interviewed(world.social_worker, returned, 5, view=own)
    assert queries.to_keep_in_episode(world.social_worker, returned) == ()


def test_after_an_interview_is_written_its_numbers_are_offered_once_and_kept_when_ticked(
    world: World, returned: Episode
) -> None:
    client, at = signed_in(world.social_worker), of_episode("interview", returned)
    held = moment("held", ago(5)) | HELD | {"where_was": CAR}
    answer = client.post(at, held | {"which": "new", "said": "Nobody asked me.", "how": "said"}, follow=True)
    assert answer.redirect_chain[-1][0] == of_episode("episode_named", returned)
    assert "number plate AB12 CDE" in answer.text
    assert "phone number 07700 900123" in answer.text
    there = of_episode("episode_named", returned)
    assert "checked" not in answer.text
    assert "Select a valid choice" in client.post(there, {"keep": ["x"]}).text
    shown = client.post(there, {"keep": [TICK]}, follow=True).text
    assert [str(handle) for handle in Handle.objects.all()] == ["AB12 CDE"]
    assert "Phones, cars and accounts that it names" in shown
    assert "Keep numbers, plates or accounts that stand in these words" in shown, "one is left"
    kept = AuditRow.objects.get(verb="name", subject="interview")
    assert kept.person_id == returned.person_id
    answer = client.post(
        at, held | {"which": str(Interview.objects.get().words_id), "who_with": "Nobody"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == of_episode("episode", returned), "it is not asked again and again"


def test_whoever_reads_both_finds_it_and_to_others_not_a_byte_is_different(
    world: World, heard: Interview
) -> None:
    again(world, heard.episode, where_was=CAR)
    actions.keep_named(by=world.social_worker, episode_id=heard.episode_id, ticks=[TICK])
    handle = Handle.objects.get()

    def pages() -> list[str]:
        client = signed_in(world.social_worker)
        addresses = [of_episode("episode", heard.episode), reverse("web", kwargs={"node_id": handle.pk})]
        return [TOKENS.sub("", client.get(address).text) for address in addresses]

    with CaptureQueriesContext(connection) as asked:
        before = pages()
    told = worry_elsewhere(world)
    with CaptureQueriesContext(connection) as asked_after:
        assert pages() == before
    assert len(asked) == len(asked_after)
    client = signed_in(world.coordinator)
    for address in (of_episode("episode", heard.episode), reverse("concern", kwargs={"concern_id": told.pk})):
        assert "Known from another record too." in client.get(address).text
    shown = client.get(reverse("web", kwargs={"node_id": handle.pk})).text
    assert "Worry told on" in shown
    assert "Missing episode or interview, kept on" in shown
    assert of_episode("episode", heard.episode) in shown
    assert client.get(of_episode("episode", heard.episode)).status_code == 200
    assert (
        signed_in(world.officer).get(reverse("web", kwargs={"node_id": handle.pk})).text.count("kept on") == 0
    )


def test_who_may_not_see_the_child_keeps_and_withdraws_nothing(world: World, heard: Interview) -> None:
    again(world, heard.episode, where_was=CAR)
    with pytest.raises(Hidden):
        actions.keep_named(by=world.officer, episode_id=heard.episode_id, ticks=[TICK])
    actions.keep_named(by=world.social_worker, episode_id=heard.episode_id, ticks=[TICK])
    there = reverse("mention_withdraw", kwargs={"mention_id": Mention.objects.get().pk})
    for user in (world.officer, world.analyst, world.board_member, world.administrator):
        assert signed_in(user).get(there).status_code == 404
        assert signed_in(user).post(there, {"why": "x"}).status_code == 404
    assert signed_in(world.officer).get(of_episode("episode_named", heard.episode)).status_code == 404


def test_what_was_kept_by_mistake_is_withdrawn_with_why_and_stays_readable(
    world: World, heard: Interview
) -> None:
    again(world, heard.episode, where_was=CAR)
    actions.keep_named(by=world.social_worker, episode_id=heard.episode_id, ticks=[TICK])
    client = signed_in(world.social_worker)
    there = reverse("mention_withdraw", kwargs={"mention_id": Mention.objects.get().pk})
    assert there in client.get(of_episode("episode", heard.episode)).text
    assert "Whoever relied on it reads this" in client.get(there).text
    shown = client.post(there, {"why": "It was her aunt’s car"}, follow=True).text
    assert "because: It was her aunt’s car" in shown
    assert there not in shown
    assert named_in(world.social_worker, "interview", heard.episode_id) == []
    assert AuditRow.objects.get(verb="unname").person_id == heard.episode.person_id


def test_words_about_the_episode_itself_are_looked_through(world: World, episode: Episode) -> None:
    actions.change_episode(
        by=world.social_worker, episode_id=episode.pk, what_is_known=CAR, police_reference="AB13 CDE"
    )
    assert [one.tick for one in queries.to_keep_in_episode(world.social_worker, Episode.objects.get())] == [
        TICK, "phone::+447700900123",
    ]  # fmt: skip
    client = signed_in(world.social_worker)
    assert of_episode("episode_named", episode) in client.get(of_episode("episode", episode)).text


def test_a_form_offers_a_number_once_over_all_its_versions(world: World, case: Any) -> None:
    client, at = signed_in(world.social_worker), of_child("philomena_write", case.person_id)
    offered = client.post(at, {"phone": "07700 900123", "associates": CAR}, follow=True)
    assert "Keep these" in offered.text
    first = queries.forms_of(world.social_worker, case.person_id).get()
    client.post(reverse("philomena_named", kwargs={"form_id": first.pk}), {"keep": ["phone::+447700900123"]})
    shown = client.post(at, {"phone": "07700 900123", "associates": "Nobody"}, follow=True).text
    assert "Keep these" not in shown
    assert "07700 900123" in shown
    assert "Keep numbers, plates" not in shown, "it is kept with the version before"
    assert Mention.objects.get().about_id == first.pk
    handle = Handle.objects.get()
    page = client.get(reverse("web", kwargs={"node_id": handle.pk})).text
    version = reverse("philomena_version", kwargs={"form_id": first.pk})
    assert version in page
    assert "This is an earlier version" in client.get(version, follow=True).text
    officer = signed_in(world.officer)
    for name in ("philomena_version", "philomena_named"):
        assert officer.get(reverse(name, kwargs={"form_id": first.pk})).status_code == 404
    with pytest.raises(Hidden):
        actions.keep_named_in_form(by=world.officer, form_id=first.pk, ticks=[])


def test_keeping_is_for_who_writes_about_missing_children() -> None:
    assert rules.why_not_keep(may_note=True) is None
    assert rules.why_not_keep(may_note=False) == "Your role does not write about missing children."


# ---- what ties the child to what she spoke of


@pytest.mark.parametrize(
    ("name", "found_where", "same"),
    [
        ("Harbour Street arcade", "At the Harbour Street  ARCADE, by the tills", True),
        ("The old laundry by the canal", "the old laundry", True),
        ("Park", "Car park of the station", True),
        ("At", "At her aunt’s", False),
        ("Kiln Lane", "At her aunt’s", False),
        ("Kiln Lane", "", False),
    ],
)
def test_a_place_called_as_where_she_was_found_is_where_she_was_found(
    name: str, found_where: str, same: bool
) -> None:
    assert rules.is_where_found(name, found_where) is same


def test_where_she_was_found_begins_with_that_and_any_other_place_with_nothing(
    world: World, heard: Interview
) -> None:
    client, at = signed_in(world.social_worker), of_episode("interview_place", heard.episode)
    begun = client.get(at).text
    assert "What does the child have to do with it?" not in begun, "first who or what it is"
    found = client.post(at, {"name": "her aunt’s"}).text
    assert '<option value="found_at" selected>was found at</option>' in found
    other = client.post(at, {"name": "Kiln Lane arcade"}).text
    assert '<option value="found_at">was found at</option>' in other
    kept = client.post(
        at, {"name": "her aunt’s", "kind": "goes_to", "in_words": "on Sundays", "look": "1"}
    ).text
    assert '<option value="goes_to" selected>goes to</option>' in kept, "what was chosen is not written over"
    assert "on Sundays" in kept
    typed = {"name": "Kiln Lane arcade", "choice": "new", "new_kind": "arcade"}
    assert "Say what the child has to do with it" in client.post(at, typed).text
    assert "Say in your own words" in client.post(at, typed | {"kind": "other"}).text
    assert "is said to harm" not in client.get(of_episode("interview_person", heard.episode)).text


def test_a_number_that_she_spoke_of_becomes_a_tie_and_is_looked_for_by_nobody(
    world: World, heard: Interview
) -> None:
    client, at = signed_in(world.social_worker), of_episode("interview_handle", heard.episode)
    typed = {"type": "phone", "name": "0770", "kind": "contacted_from"}
    assert "Enter a phone number with its area or country code" in client.post(at, typed).text
    shown = client.post(
        at, typed | {"name": "07700 900123", "in_words": "he rang at night"}, follow=True
    ).text
    assert "was contacted from (he rang at night)" in shown
    account = {"type": "account", "name": "@kit99", "service": "snap", "kind": "uses"}
    client.post(at, account)
    assert {str(handle) for handle in Handle.objects.all()} == {"07700 900123", "@kit99 (snapchat)"}
    assert {tie.kind for tie in Tie.objects.all()} == {"contacted_from", "uses"}
    assert "back:said_to_harm" not in shown


def test_a_postcode_in_an_interview_leads_to_the_place_there(world: World, heard: Interview) -> None:
    again(world, heard.episode, where_was="In a flat at WX1 2AB")
    arcade = add_place(by=world.teacher, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    client = signed_in(world.social_worker)
    shown = client.get(of_episode("episode", heard.episode)).text
    assert "Postcode WX1 2AB: a place?" in shown
    at = of_episode("interview_place", heard.episode)
    found = client.post(at, {"postcode": "WX1 2AB"}).text
    assert str(arcade.pk) in found
    assert "There is a problem" not in found
    client.post(at, {"name": "WX1 2AB", "postcode": "WX1 2AB", "choice": str(arcade.pk), "kind": "taken_to"})
    assert Tie.objects.get().second_id == arcade.pk
    assert "Postcode WX1 2AB" not in client.get(of_episode("episode", heard.episode)).text

"""What a child says after coming back counts: a tie from an interview, or from a worry, is found by the questions that need its kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.missing.conftest import BACK
from tests.conftest import World
from tests.graph.conftest import adult, child, day, episode, phone, place, tie, worry
from tests.graph.test_questions import answer, said

from heard.agencies.rules import Hidden, Refused
from heard.cases.concern import actions as telling
from heard.cases.missing import actions as looking
from heard.cases.missing.models import Episode
from heard.network import actions, rules
from heard.network.models import Handle, Mention, Person, Place, Tie
from heard.network.queries import named_in, names_what_others_name, web

CAR = "He drove a silver car AB12 CDE."


@pytest.fixture
def amira(world: World) -> Person:
    return child(world, "Amira")


def told(world: World, one: Episode, end: str, name: str, kind: str, **more: Any) -> None:
    said = {"choice": "new", "new_kind": {"person": "adult"}.get(end, "shop")} | more
    looking.note_answer(by=world.teacher, episode_id=one.pk, end=end, name=name, kind=kind, **said)


def test_a_number_that_she_says_she_uses_is_found_with_whoever_used_it_before(
    world: World, amira: Person
) -> None:
    number, dean = phone("07700 900123"), adult(world, "Dean")
    tie(world, dean, "uses", number, valid_from=day(300), valid_to=day(100))
    one = episode(world.teacher, amira, 50)
    about = {"new_kind": "phone", "since": day(90)}
    told(world, one, "handle", "07700 900 123", "uses", in_words="the one he gave her", **about)
    [line] = said(world.teacher, "users", handle_id=number.pk)
    assert line.startswith("07700 900123: used by Dean Made until")
    assert "by Amira Made since" in line
    kept = Tie.objects.get(first=amira.pk)
    assert (kept.kind, kept.in_words) == ("uses", "the one he gave her"), "her words stay as she said them"
    source = kept.sources.get()
    assert (source.how, source.about, source.about_id) == ("said_by_child", "interview", one.pk)
    with pytest.raises(Hidden):
        answer(world.officer, "users", handle_id=number.pk)


def test_where_she_was_found_before_and_goes_since_is_where_harm_may_have_moved(
    world: World, amira: Person
) -> None:
    arcade = actions.add_place(by=world.teacher, name="Arcade", kind="shop", postcode="LE1 3ZZ")
    tie(world, adult(world, "Zoe"), "protects", arcade, valid_from=day(30))
    for who in (amira, child(world, "Maya")):
        before, after = episode(world.teacher, who, 24 * 60), episode(world.teacher, who, 24 * 10)
        told(world, before, "place", "Arcade", "found_at", choice=str(arcade.pk), since=day(60))
        park = Place.objects.filter(name="Park").first()
        about = {"choice": str(park.pk)} if park else {"postcode": "LE1 4AA"}
        told(world, after, "place", "Park", "goes_to", since=day(10), **about)
    found = said(world.teacher, "moved", place_id=arcade.pk)
    assert any("seen at Park for the first time" in line for line in found), found
    assert said(world.officer, "moved", place_id=arcade.pk) == []


def test_a_place_of_two_records_is_no_longer_unwatched_once_she_says_who_protects_there(
    world: World, amira: Person
) -> None:
    arcade = place(world, "Arcade")
    worry(world.teacher, place_id=arcade.pk, when_seen="Fridays")
    one = episode(world.teacher, amira, 200)
    told(world, one, "place", "Arcade", "goes_to", choice=str(arcade.pk))
    assert [line.split(":")[0] for line in said(world.teacher, "unwatched")] == ["Arcade"]
    told(world, one, "place", "Arcade", "protects", choice=str(arcade.pk))
    assert said(world.teacher, "unwatched") == []


def test_who_protects_her_as_she_says_stands_first_and_who_harms_her_rests_on_what_was_told(
    world: World, amira: Person
) -> None:
    one = episode(world.teacher, amira, 200)
    told(world, one, "person", "Zoe Made", "protects", back=True)
    told(world, one, "person", "Dean Made", "said_to_harm", back=True)
    around = {strand.name: strand for strand in web(world.teacher).around(amira.pk)}
    assert (around["Zoe Made"].kind_id, around["Zoe Made"].kind) == ("protects", "is protected by")
    assert around["Dean Made"].sources[0].basis == "told"
    with pytest.raises(Refused, match="harmed too"):
        told(world, one, "person", "Kit Made", "said_to_harm")
    with pytest.raises(Refused, match="Choose what ties them"):
        told(world, one, "place", "Arcade", "drives")
    with pytest.raises(Refused, match="Say what ties them"):
        told(world, one, "place", "Arcade", "other", in_words=" ")
    with pytest.raises(Refused, match="has to do with it"):
        told(world, one, "place", "Arcade", "")
    with pytest.raises(Refused, match="does not look like one"):
        told(world, one, "handle", "no number", "uses", new_kind="phone")


def test_words_of_her_own_are_kept_where_nothing_in_the_list_fits(world: World, amira: Person) -> None:
    told(
        world,
        episode(world.teacher, amira, 200),
        "place",
        "Arcade",
        "other",
        in_words="He waits there for me",
    )
    kept = Tie.objects.get()
    assert (kept.kind, kept.said()) == ("other", "He waits there for me")


def test_a_child_tied_to_the_place_of_a_worry_by_a_kind_counts_where_it_is_asked(
    world: World, amira: Person
) -> None:
    arcade = place(world, "Arcade")
    told = worry(world.teacher, place_id=arcade.pk, when_seen="Fridays")
    telling.add_child(
        by=world.teacher,
        concern_id=told.pk,
        person_id=amira.pk,
        how_known="Seen by a teacher",
        kind="seen_at",
    )
    other = child(world, "Maya")
    telling.add_child(
        by=world.teacher,
        concern_id=told.pk,
        person_id=other.pk,
        how_known="She said so",
        kind="goes_to",
        in_words="to wait",
    )
    assert {(tie.kind, tie.in_words) for tie in Tie.objects.all()} == {
        ("seen_at", ""),
        ("goes_to", "to wait"),
    }
    [line] = said(world.teacher, "together", person_id=amira.pk)
    assert "have Arcade in common" in line
    with pytest.raises(Refused, match="Choose what ties them"):
        telling.add_child(
            by=world.teacher, concern_id=told.pk, person_id=amira.pk, how_known="x", kind="uses"
        )
    with pytest.raises(Refused, match="Say what ties the child to it"):
        telling.add_child(by=world.teacher, concern_id=told.pk, person_id=amira.pk, how_known="x", kind="")


# ---- a plate told at an interview


def interview_names(world: World, amira: Person, text: str = CAR) -> Episode:
    """Of the teacher's agency; what she was seen in stands in the answers, and is kept."""
    one = looking.note_missing(
        by=world.teacher, person_id=amira.pk, missing_from=timezone.now() - timedelta(hours=60), last_seen_where="Home",
        last_seen_by="Family", danger="no", reported_at=timezone.now() - timedelta(hours=60), back=None, police_reference="W1",
    )  # fmt: skip
    looking.note_found(
        by=world.teacher,
        episode_id=one.pk,
        found_at=timezone.now() - timedelta(hours=50),
        **BACK | {"found_where": text},
    )
    looking.keep_named(by=world.teacher, episode_id=one.pk, ticks=[found.tick for found in rules.find(text)])
    return one


def test_a_plate_told_after_an_episode_is_found_with_a_worry_of_another_agency_by_who_sees_both(
    world: World, amira: Person
) -> None:
    one = interview_names(world, amira)
    other = worry(
        world.officer, names="Again a car, AB12CDE", new_person={"given_name": "Noor", "family_name": "Made"}
    )
    assert [(str(row.handle), row.elsewhere) for row in named_in(world.coordinator, "interview", one.pk)] == [
        ("AB12 CDE", True)
    ]
    assert [row.about_id for row in names_what_others_name(world.coordinator, "concern")] == [other.pk]
    [line] = said(world.coordinator, "pieces", thing_id=Handle.objects.get().pk)
    assert line.startswith("Northgate Academy, Wexmoor Police hold one piece each about AB12 CDE")
    [shared] = said(world.coordinator, "together", person_id=amira.pk)
    assert "have AB12 CDE in common" in shared
    for user, about, key in ((world.teacher, "interview", one.pk), (world.officer, "concern", other.pk)):
        assert [row.elsewhere for row in named_in(user, about, key)] == [False], (
            "nobody learns of what they may not see"
        )
        assert not names_what_others_name(user, about).exists()
        assert said(user, "pieces", thing_id=Handle.objects.get().pk) == []
    assert named_in(world.officer, "interview", one.pk) == []


def test_two_episodes_that_name_one_car_share_it(world: World, amira: Person) -> None:
    first = interview_names(world, amira)
    second = interview_names(world, child(world, "Maya"), "Found beside the car AB12CDE")
    for one in (first, second):
        [line] = said(world.teacher, "episodes", episode_id=one.pk)
        assert line.startswith("AB12 CDE is named in 2 of these 2 episodes")
    assert Mention.objects.filter(about="interview").count() == 2


def test_what_is_withdrawn_is_named_by_nobody_and_was_on_the_day_before(world: World, amira: Person) -> None:
    one = interview_names(world, amira)
    worry(
        world.officer, names="Again a car, AB12CDE", new_person={"given_name": "Noor", "family_name": "Made"}
    )
    mention = Mention.objects.get(about="interview")
    with pytest.raises(Hidden):
        actions.withdraw_mention(by=world.officer, mention_id=mention.pk, why="No")
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_mention(by=world.teacher, mention_id=mention.pk, why=" ")
    actions.withdraw_mention(by=world.teacher, mention_id=mention.pk, why="It was another car")
    assert named_in(world.coordinator, "interview", one.pk) == []
    assert not names_what_others_name(world.coordinator, "concern").exists()
    assert said(world.coordinator, "pieces", thing_id=mention.node_id) == []
    today = timezone.localdate()
    assert mention.pk not in web(world.teacher, today).mentions().values_list("pk", flat=True)
    Mention.objects.filter(pk=mention.pk).update(
        confirmed_at=timezone.now() - timedelta(days=2), withdrawn_at=timezone.now()
    )
    yesterday = today - timedelta(days=1)
    assert mention.pk in web(world.teacher, yesterday).mentions().values_list("pk", flat=True)
    with pytest.raises(Hidden):
        actions.withdraw_mention(by=world.teacher, mention_id=mention.pk, why="Again")
    looking.keep_named(by=world.teacher, episode_id=one.pk, ticks=["vehicle::AB12CDE"])
    assert len(named_in(world.teacher, "interview", one.pk)) == 1, "it can be kept anew"


def test_as_it_was_known_on_a_day_a_phone_is_named_by_those_records_alone_that_named_it_by_then(
    world: World, amira: Person
) -> None:
    worry(world.teacher, names="A car, AB12CDE", person_id=amira.pk)
    [mention] = Mention.objects.all()
    tie(world, amira, "was_given", Handle.objects.get())
    client = Client()
    client.force_login(world.teacher)
    there, now = reverse("web", kwargs={"node_id": mention.node_id}), timezone.now()

    def named(ago: int) -> bool:
        on = timezone.localdate() - timedelta(days=ago)
        asked = {"on-day": on.day, "on-month": on.month, "on-year": on.year}
        page = client.get(there, asked).text
        assert "As it was known at the end of" in page
        return "Records that name it" in page

    assert "Records that name it" in client.get(there).text
    assert (named(1), named(0)) == (False, True)
    Mention.objects.update(confirmed_at=now - timedelta(days=20), withdrawn_at=now - timedelta(days=10), withdrawn_by=world.teacher, why_withdrawn="Another car")  # fmt: skip
    assert [named(ago) for ago in (21, 20, 11, 10, 0)] == [False, True, True, False, False]
    assert "Records that name it" not in client.get(there).text


def test_another_agency_that_reads_the_record_withdraws_nothing_of_it(world: World, amira: Person) -> None:
    interview_names(world, amira)
    actions.involve(by=world.coordinator, person=amira, agency=world.care, why="They know her")
    with pytest.raises(Refused, match="The agency that kept this"):
        actions.withdraw_mention(by=world.social_worker, mention_id=Mention.objects.get().pk, why="No")

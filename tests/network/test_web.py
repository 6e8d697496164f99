"""Ties between any two, how each is known, and who sees which: the door and what is written through it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.later import later
from tests.conftest import World, let_know

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.concern.actions import tell
from heard.network import actions, queries
from heard.network.actions import Knows
from heard.network.handles import known_handle
from heard.network.models import Group, Handle, Merge, Node, Person, Place, Tie, TieSource


def at(name: str, **keys: Any) -> str:
    return reverse(name, kwargs=keys)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def amira(world: World) -> Person:
    child = actions.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    actions.involve(by=world.teacher, person=child, agency=world.police, why="Missing episodes")
    return child


@pytest.fixture
def dean(world: World) -> Person:
    adult = actions.add_person(by=world.teacher, given_name="Dean", family_name="Marsh", kind="adult")
    actions.involve(by=world.teacher, person=adult, agency=world.police, why="Drives children")
    return adult


@pytest.fixture
def arcade(world: World) -> Place:
    return actions.add_place(by=world.teacher, name="Harbour Street arcade", kind="arcade")


def drives(world: World, dean: Person, amira: Person, *, by: User | None = None, **more: Any) -> Tie:
    knows = Knows(**{"words": "Silver car, twice", "how": "seen"} | more)
    return actions.note_tie(
        by=by or world.teacher, one_id=dean.pk, other_id=amira.pk, kind="drives", knows=knows
    )


# ---- the registry


def test_each_thing_has_its_node_and_loses_it_with_itself(world: World, amira: Person, arcade: Place) -> None:
    group = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    handle = known_handle("phone", "", "07700 900123")
    for thing, kind in ((amira, "person"), (arcade, "place"), (group, "group"), (handle, "handle")):
        assert Node.objects.get(pk=thing.pk).kind == kind
    key = group.pk
    Group.objects.filter(pk=key).delete()
    assert not Node.objects.filter(pk=key).exists()


def test_no_thing_lacks_its_node_and_no_node_its_thing(world: World, amira: Person, arcade: Place) -> None:
    Person.objects.bulk_create([Person(given_name="Many", family_name="Once")])
    from heard.network.registry import KINDS, enter_missing

    enter_missing()
    things = {key for model in KINDS for key in model._default_manager.values_list("pk", flat=True)}
    assert things == set(Node.objects.values_list("pk", flat=True))


# ---- noting


@pytest.mark.parametrize(
    ("one", "other", "kind", "back", "reads", "read_back"),
    [
        ("dean", "amira", "drives", False, "drives", "is driven by"),
        ("amira", "dean", "drives", True, "is driven by", "drives"),
        ("amira", "arcade", "taken_to", False, "is taken to", "is where they take"),
        ("arcade", "amira", "goes_to", True, "is visited by", "goes to"),
        ("group", "arcade", "claims", False, "claims as theirs", "is claimed by"),
        ("arcade", "group", "meets_at", True, "is a meeting place of", "meets at"),
        ("amira", "phone", "contacted_from", False, "was contacted from", "was used to contact"),
        ("group", "other_group", "rival_of", False, "is a rival of", "is a rival of"),
        ("amira", "group", "pushed_into", False, "is pushed into", "is pushing in"),
        ("group", "phone", "uses", False, "uses", "is used by"),
        ("phone", "arcade", "seen_at", False, "is seen at", "is where they see"),
        ("phone", "car", "in_contact", False, "is in contact with", "is in contact with"),
        ("arcade", "quay", "inside", False, "is part of", "has in it"),
    ],
)
def test_any_two_are_tied_and_read_from_both_ends(
    world: World, amira: Person, dean: Person, arcade: Place, one: str, other: str, kind: str, back: bool,
    reads: str, read_back: str,
) -> None:  # fmt: skip
    by = world.teacher
    things: dict[str, Any] = {"amira": amira, "dean": dean, "arcade": arcade}
    things["group"] = actions.add_group(by=by, name="Friday group", kind="friends")
    things["other_group"] = actions.add_group(by=by, name="Quay group", kind="friends")
    things["phone"] = phone = known_handle("phone", "", "07700 900123")
    things["car"] = known_handle("vehicle", "", "AB12 CDE")
    things["quay"] = actions.add_place(by=by, name="Quay", kind="quay")
    for type_, text in (("phone", "07700 900123"), ("vehicle", "AB12 CDE")):
        actions.note_tie_to(
            by=by, one_id=dean.pk, end="handle", new_kind=type_, new_name=text, kind="uses", knows=Knows("Seen"),
        )  # fmt: skip
    actions.note_tie(
        by=by, one_id=things[one].pk, other_id=things[other].pk, kind=kind, back=back, knows=Knows("Seen")
    )
    assert phone.pk in {node.pk for node in queries.web(by).nodes("handle")}
    for start, end, said in ((one, other, reads), (other, one, read_back)):
        around = queries.web(by).around(things[start].pk)
        assert [strand.kind for strand in around if strand.end_id == things[end].pk] == [said]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"words": " "}, "rumour"),
        ({"how": ""}, "Say how this is known"),
        ({"how": "said"}, "Say who says so"),
        ({"how": "said_by_child", "known_grade": "A"}, "never graded"),
        ({"handling": "C"}, "on which conditions"),
        ({"basis": "charged"}, "said to harm"),
        ({"reach": "record"}, "no record"),
        ({"valid_from": date(2026, 3, 1), "valid_to": date(2026, 2, 1)}, "cannot end before"),
        ({"valid_from": date(2999, 1, 1)}, "not in the future"),
    ],
)
def test_no_tie_without_how_it_is_known(
    world: World, dean: Person, amira: Person, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        drives(world, dean, amira, **more)
    assert not Tie.objects.exists()


def test_a_child_is_never_said_to_harm_and_an_adult_only_with_what_it_rests_on(
    world: World, dean: Person, amira: Person
) -> None:
    tie: dict[str, Any] = {"by": world.teacher, "kind": "said_to_harm"}
    with pytest.raises(Refused, match="is made to harm others by"):
        actions.note_tie(**tie, one_id=amira.pk, other_id=dean.pk, knows=Knows("Heard", basis="told"))
    with pytest.raises(Refused, match="on what it rests"):
        actions.note_tie(**tie, one_id=dean.pk, other_id=amira.pk, knows=Knows("Heard"))
    actions.note_tie(**tie, one_id=dean.pk, other_id=amira.pk, knows=Knows("Heard", basis="told"))
    [strand] = queries.web(world.teacher).around(dean.pk)
    assert strand.kind == "is said to harm"


def test_a_kind_that_does_not_fit_its_ends_is_refused(world: World, amira: Person, arcade: Place) -> None:
    for kind in ("drives", "nonsense", ""):
        with pytest.raises(Refused):
            actions.note_tie(
                by=world.teacher, one_id=amira.pk, other_id=arcade.pk, kind=kind, knows=Knows("Seen")
            )


def test_a_second_agencys_word_is_a_second_source_and_the_page_says_from_whom(
    world: World, dean: Person, amira: Person
) -> None:
    first = drives(world, dean, amira)
    again = drives(world, dean, amira, by=world.officer, words="A patrol saw them", known_grade="A")
    assert first == again
    page = signed_in(world.teacher).get(at("tie", tie_key=first.key)).text
    assert "Known from two agencies: Northgate Academy, Wexmoor Police." in page
    assert "A patrol saw them" in page
    assert "Silver car, twice" in page
    assert "Known from two agencies" in signed_in(world.teacher).get(at("web", node_id=dean.pk)).text


def test_the_same_undirected_tie_from_the_other_side_is_the_same(
    world: World, dean: Person, amira: Person
) -> None:
    ties = {
        actions.note_tie(
            by=world.teacher, one_id=a.pk, other_id=b.pk, kind="lives_with", knows=Knows("Seen")
        ).pk
        for a, b in ((dean, amira), (amira, dean))
    }
    assert len(ties) == 1


# ---- withdrawing, and as it was known


def test_a_source_is_withdrawn_with_a_reason_never_changed(world: World, dean: Person, amira: Person) -> None:
    tie = drives(world, dean, amira)
    source = tie.sources.get()
    source.words = "Something else"
    with pytest.raises(Refused, match="Withdraw it"):
        source.save()
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_source(by=world.teacher, source_id=source.pk, why=" ")
    with pytest.raises(Refused, match="agency that noted"):
        actions.withdraw_source(by=world.officer, source_id=source.pk, why="Not so")
    actions.withdraw_source(by=world.teacher, source_id=source.pk, why="It was her uncle")
    assert queries.web(world.teacher).around(dean.pk) == []
    with pytest.raises(Refused, match="already"):
        actions.withdraw_source(by=world.teacher, source_id=source.pk, why="Again")
    [kept] = TieSource.objects.all()
    assert (kept.words, kept.why_withdrawn) == ("Silver car, twice", "It was her uncle")
    assert AuditRow.objects.filter(verb="withdraw", subject="tie", person_id=amira.pk).count() == 1


def test_who_noted_a_tie_by_mistake_undoes_it_on_the_day_and_it_is_kept_as_withdrawn(
    world: World, dean: Person, amira: Person
) -> None:
    tie = drives(world, dean, amira)
    source = tie.sources.get()
    client, there = signed_in(world.teacher), at("source_undo", source_id=source.pk)
    assert client.get(there).status_code == 405
    assert there in client.get(at("tie", tie_key=tie.key)).text
    page = client.post(there, follow=True).text
    assert "Undone: it counts for nothing from now on." in page
    assert "Undone on the same day by whoever noted it." in page
    assert there not in page
    assert queries.web(world.teacher).around(dean.pk) == []
    source.refresh_from_db()
    assert (source.words, source.withdrawn_by) == ("Silver car, twice", world.teacher)
    assert AuditRow.objects.filter(verb="withdraw", subject="tie", person_id=amira.pk).count() == 1
    assert "This was withdrawn already." in client.post(there, follow=True).text


def test_nobody_undoes_what_another_noted_nor_what_was_noted_on_another_day(
    world: World, dean: Person, amira: Person
) -> None:
    tie = drives(world, dean, amira)
    source = tie.sources.get()
    there, page = at("source_undo", source_id=source.pk), at("tie", tie_key=tie.key)
    assert signed_in(world.social_worker).post(there).status_code == 404
    assert there not in signed_in(world.coordinator).get(page).text
    assert "Somebody else noted this." in signed_in(world.coordinator).post(there, follow=True).text
    TieSource.objects.update(recorded_at=timezone.now() - timedelta(days=1))
    client = signed_in(world.teacher)
    assert there not in client.get(page).text
    assert "This was noted on another day." in client.post(there, follow=True).text
    source.refresh_from_db()
    assert source.withdrawn_at is None


def test_a_tie_that_stands_on_another_source_shows_what_was_withdrawn_and_why(
    world: World, dean: Person, amira: Person
) -> None:
    tie = drives(world, dean, amira)
    drives(world, dean, amira, by=world.officer)
    source = tie.sources.get(holder=world.school)
    client = signed_in(world.teacher)
    there = at("source_withdraw", source_id=source.pk)
    assert "Say why it is withdrawn" in client.post(there, {"why": ""}).text
    page = client.post(there, {"why": "It was her uncle"}, follow=True).text
    assert "It was her uncle" in page
    assert "Known from two agencies" not in page
    assert signed_in(world.social_worker).get(there).status_code == 404


def test_the_page_marks_what_was_noted_and_says_what_was_withdrawn_since_its_reader_last_looked(
    world: World, dean: Person, amira: Person, arcade: Place
) -> None:
    page = at("web", node_id=dean.pk)
    old = drives(world, dean, amira).sources.get()
    client = signed_in(world.teacher)
    assert "You last looked" not in client.get(page).text
    assert "You last looked" not in client.get(page).text  # the same day is one look
    with later(2):
        actions.withdraw_source(by=world.teacher, source_id=old.pk, why="It was her uncle")
        drives(world, dean, amira, by=world.officer, words="Red van")
        actions.note_tie(
            by=world.teacher, one_id=dean.pk, other_id=arcade.pk, kind="goes_to", knows=Knows("Every day")
        )
    with later(3):
        said = signed_in(world.teacher).get(page).text
        assert said.count("govuk-tag--blue") == 2
        assert "Withdrawn since you last looked" in said
        assert "It was her uncle" in said
        assert "You last looked" not in signed_in(world.officer).get(page).text


def test_what_was_withdrawn_since_stands_under_what_it_is_of_children_and_adults_apart(
    world: World, dean: Person, amira: Person, arcade: Place
) -> None:
    page, by = at("web", node_id=arcade.pk), world.teacher
    zoe, maya = (
        actions.add_person(by=by, given_name=given, family_name="Abel", kind=kind)
        for given, kind in (("Zoe", "adult"), ("Maya", "child"))
    )
    sources = [
        actions.note_tie(
            by=by, one_id=person.pk, other_id=arcade.pk, kind="goes_to", knows=Knows("Seen")
        ).sources.get()
        for person in (dean, amira, zoe, maya)
    ]
    signed_in(by).get(page)
    with later(2):
        for source in sources:
            actions.withdraw_source(by=by, source_id=source.pk, why="Another arcade")
    with later(3):
        said = signed_in(by).get(page).text.partition("Withdrawn since you last looked")[2]
    assert said.index(">Children</h3>") < min(said.index("Amira Khan"), said.index("Maya Abel"))
    assert max(said.index("Amira Khan"), said.index("Maya Abel")) < said.index(">Adults</h3>")
    assert said.index(">Adults</h3>") < min(said.index("Dean Marsh"), said.index("Zoe Abel"))


def test_what_was_withdrawn_since_is_said_to_who_may_see_both_ends_alone(
    world: World, dean: Person, amira: Person
) -> None:
    page = at("web", node_id=dean.pk)
    source = drives(world, dean, amira).sources.get()
    other = actions.note_tie(
        by=world.officer,
        one_id=dean.pk,
        other_id=amira.pk,
        kind="drives",
        knows=Knows("Twice", reach="holder"),
    )
    signed_in(world.teacher).get(page)
    with later(2):
        actions.withdraw_source(
            by=world.officer, source_id=other.sources.get(holder=world.police).pk, why="Police alone"
        )
    with later(3):
        said = signed_in(world.teacher).get(page).text
        assert "You last looked" in said
        assert "Police alone" not in said
        assert "Withdrawn since" not in said
    assert source.withdrawn_at is None


def test_as_we_knew_it_on_a_day_shows_what_was_noted_by_then_and_not_withdrawn(
    world: World, dean: Person, amira: Person, arcade: Place
) -> None:
    now = timezone.now()
    tie = drives(world, dean, amira)
    goes = actions.note_tie(
        by=world.teacher, one_id=amira.pk, other_id=arcade.pk, kind="goes_to", knows=Knows("Seen")
    )
    for one, ago in ((tie, 30), (goes, 10)):
        TieSource.objects.filter(tie=one).update(recorded_at=now - timedelta(days=ago))
    TieSource.objects.filter(tie=tie).update(
        withdrawn_at=now - timedelta(days=20), withdrawn_by=world.teacher, why_withdrawn="No"
    )

    def shown(ago: int) -> list[str]:
        on = timezone.localdate() - timedelta(days=ago)
        return [strand.name for strand in queries.web(world.teacher, on).around(amira.pk)]

    assert [shown(ago) for ago in (31, 30, 21, 20, 11, 10, 0)] == [
        [], ["Dean Marsh"], ["Dean Marsh"], [], [], ["Harbour Street arcade"], ["Harbour Street arcade"]
    ]  # fmt: skip
    on = timezone.localdate() - timedelta(days=25)
    asked = {"on-day": str(on.day), "on-month": str(on.month), "on-year": str(on.year)}
    page = signed_in(world.teacher).get(at("web", node_id=amira.pk), asked).text
    assert "Dean Marsh" in page
    assert "As it was known at the end of" in page
    wrong = asked | {"on-month": "13"}
    assert signed_in(world.teacher).get(at("web", node_id=amira.pk), wrong).status_code == 200


# ---- who sees which


def test_groups_are_known_to_who_works_with_a_member_or_wrote_it_down(world: World, amira: Person) -> None:
    group = actions.add_group(by=world.teacher, name="Friday group", kind="friends")

    def see() -> list[bool]:
        users = (world.teacher, world.officer, world.social_worker, world.coordinator)
        return [queries.groups_visible_to(user).filter(pk=group.pk).exists() for user in users]

    assert see() == [True, False, False, True]
    for user, status in ((world.officer, 404), (world.teacher, 200)):
        for page in ("group", "group_change"):
            assert signed_in(user).get(at(page, group_id=group.pk)).status_code == status
        assert signed_in(user).get(at("web", node_id=group.pk)).status_code == status
    assert "Friday group" not in signed_in(world.officer).get(reverse("groups")).text
    assert queries.find_groups(world.officer, name="Friday group") == []
    actions.note_tie(
        by=world.teacher, one_id=amira.pk, other_id=group.pk, kind="part_of", knows=Knows("Seen")
    )
    assert see() == [True, True, False, True]


def test_what_one_agency_keeps_for_itself_is_not_there_for_others(
    world: World, dean: Person, amira: Person
) -> None:
    tie = drives(world, dean, amira, reach="holder")
    for user, sees in ((world.teacher, True), (world.officer, False)):
        assert [strand.name for strand in queries.web(user).around(amira.pk)] == (
            ["Dean Marsh"] if sees else []
        )
        for page in ("tie", "source_add"):
            status = signed_in(user).get(at(page, tie_key=tie.key)).status_code
            assert status == (200 if sees else 404)
    assert (
        signed_in(world.officer).get(at("source_withdraw", source_id=tie.sources.get().pk)).status_code == 404
    )


def test_a_handle_is_seen_through_who_uses_it_and_there_is_no_list(
    world: World, dean: Person, amira: Person
) -> None:
    hidden = actions.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    for by, person in ((world.officer, hidden), (world.teacher, amira)):
        actions.note_tie_to(
            by=by, one_id=person.pk, end="handle", new_kind="vehicle", new_name="ab12cde", kind="was_given",
            knows=Knows("Seen"),
        )  # fmt: skip
    [handle] = Handle.objects.all()
    assert str(handle) == "AB12 CDE"
    page = signed_in(world.teacher).get(at("web", node_id=handle.pk)).text
    assert "Amira Khan" in page
    assert "Marlowe" not in page
    assert "Marlowe" in signed_in(world.officer).get(at("web", node_id=handle.pk)).text
    assert signed_in(world.social_worker).get(at("web", node_id=handle.pk)).status_code == 404
    assert signed_in(world.analyst).get(at("web", node_id=handle.pk)).status_code == 404


def test_a_handle_of_a_restricted_child_alone_is_hidden_from_the_co_ordinator(world: World) -> None:
    hidden = actions.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    actions.note_tie_to(
        by=world.officer, one_id=hidden.pk, end="handle", new_kind="phone", new_name="07700 900123", kind="uses",
        knows=Knows("Seen"),
    )  # fmt: skip
    [handle] = Handle.objects.all()
    for user, status in ((world.officer, 200), (world.coordinator, 404), (world.teacher, 404)):
        assert signed_in(user).get(at("web", node_id=handle.pk)).status_code == status


def test_a_worry_about_a_group_is_read_with_its_name(world: World, amira: Person) -> None:
    group = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    tell(
        by=world.teacher, group_id=group.pk, seen_and_heard="Older boys wait at the gate.", danger_now="no",
        why_no_words="Nobody asked yet",
    )  # fmt: skip
    assert queries.group_visible_to(world.supervisor, group.pk) == group  # of the agency that takes worries
    with pytest.raises(Hidden):
        queries.group_visible_to(world.officer, group.pk)


# ---- pages


KNOWN = {"how": "seen", "words": "Got into a silver car", "reach": "ends", "who_reach": "ends"}


def test_a_tie_to_a_car_is_noted_on_one_page(world: World, amira: Person) -> None:
    client, there = signed_in(world.teacher), at("tie_add", node_id=amira.pk, end="handle")
    assert "Part of a plate" in client.get(there).text
    wrong = client.post(there, {"type": "vehicle", "text": "car", "kind": "was_given"} | KNOWN).text
    assert "Enter a number plate" in wrong
    done = client.post(
        there, {"type": "vehicle", "text": "ab12 cde", "kind": "was_given"} | KNOWN, follow=True
    )
    assert "AB12 CDE" in done.text
    assert signed_in(world.social_worker).get(there).status_code == 404
    assert client.get(at("tie_add", node_id=amira.pk, end="planet")).status_code == 404


def test_a_place_and_a_group_are_tied_from_the_page_of_either(world: World, arcade: Place) -> None:
    group = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    client = signed_in(world.teacher)
    there = at("tie_add", node_id=arcade.pk, end="group")
    answers = {"text": "Friday group", "choice": str(group.pk), "kind": "back:meets_at"} | KNOWN
    assert "Friday group" in client.post(there, {"text": "friday", "look": "1"}).text
    assert client.post(there, answers).status_code == 302
    assert "is a meeting place of" in client.get(at("place", place_id=arcade.pk)).text
    assert "meets at" in client.get(at("group", group_id=group.pk)).text


def test_without_a_source_the_page_says_so_and_keeps_what_was_typed(world: World, amira: Person) -> None:
    arcade = actions.add_place(by=world.teacher, name="Harbour Street arcade", kind="arcade")
    there = at("tie_add", node_id=amira.pk, end="place")
    answers = {
        "text": "arcade",
        "choice": str(arcade.pk),
        "kind": "goes_to",
        "reach": "ends",
        "who_reach": "ends",
        "in_words": "each Friday",
    }
    page = signed_in(world.teacher).post(there, answers).text
    assert "Say how this is known" in page
    assert "Say what was said or seen" in page
    assert "each Friday" in page
    assert not Tie.objects.exists()


def test_a_tie_in_words_alone_is_listed_until_somebody_gives_it_a_kind(
    world: World, amira: Person, arcade: Place
) -> None:
    tie = actions.note_tie(
        by=world.teacher, one_id=amira.pk, other_id=arcade.pk, in_words="hangs about", knows=Knows("Seen")
    )
    client, there = signed_in(world.teacher), at("tie_kind", tie_key=tie.key)
    assert "hangs about" in client.get(reverse("ties_without_kind")).text
    assert "hangs about" not in signed_in(world.social_worker).get(reverse("ties_without_kind")).text
    assert signed_in(world.social_worker).get(there).status_code == 404
    assert "Choose what ties them" in client.post(there, {"kind": ""}).text
    client.post(there, {"kind": "seen_at"})
    [strand] = queries.web(world.teacher).around(amira.pk)
    assert strand.kind == "is seen at (hangs about)"
    assert "hangs about" not in client.get(reverse("ties_without_kind")).text
    with pytest.raises(Refused, match="has a kind"):
        actions.give_kind(by=world.teacher, tie_key=tie.key, kind="goes_to")


def test_children_and_adults_are_never_in_one_list_and_who_protects_comes_first(
    world: World, amira: Person, dean: Person
) -> None:
    by = world.teacher
    friend = actions.add_person(by=by, given_name="Aaron", family_name="Abel")
    aunt = actions.add_person(by=by, given_name="Zoe", family_name="Khan", kind="adult")
    for person, kind in ((friend, "friend_of"), (aunt, "protects"), (dean, "drives")):
        actions.note_tie(by=by, one_id=person.pk, other_id=amira.pk, kind=kind, knows=Knows("Seen"))
    page = signed_in(by).get(at("web", node_id=amira.pk)).text
    main = page[page.index("<main") :]
    said = ("Who protects</h2>", "Zoe Khan", "Children</h2>", "Aaron Abel", "Adults</h2>", "Dean Marsh")
    assert sorted(said, key=main.index) == list(said)


@pytest.mark.parametrize("where", ["child", "place", "group", "adult"])
def test_wherever_ties_are_listed_children_and_adults_stand_apart(
    world: World, amira: Person, dean: Person, arcade: Place, where: str
) -> None:
    """By name alone Aaron, a child, would stand between Aba and Dean, adults."""
    by = world.teacher
    group = actions.add_group(by=by, name="Friday group", kind="friends")
    this = {"child": amira, "place": arcade, "group": group, "adult": dean}[where]
    page = {
        "child": at("child_people", person_id=amira.pk),
        "place": at("place", place_id=arcade.pk),
        "group": at("group", group_id=group.pk),
        "adult": at("adult", person_id=dean.pk),
    }[where]
    for given, kind in (("Aba", "adult"), ("Aaron", "child"), ("Zed", "adult"), ("Zoe", "child")):
        person = actions.add_person(by=by, given_name=given, family_name="Abel", kind=kind)
        actions.note_tie(
            by=by, one_id=this.pk, other_id=person.pk, in_words="is known to", knows=Knows("Seen")
        )
    yard = actions.add_place(by=by, name="Yard", kind="yard")
    actions.note_tie(by=by, one_id=this.pk, other_id=yard.pk, in_words="is known to", knows=Knows("Seen"))
    main = signed_in(by).get(page).text.partition("<main")[2]
    said = (">Children<", "Aaron Abel", "Zoe Abel", ">Adults<", "Aba Abel", "Zed Abel", ">Places<", ">Yard<")
    assert all(text in main for text in said)
    assert sorted(said, key=main.index) == list(said)
    assert ">Who protects<" not in main


def test_who_protects_stands_first_on_the_first_page_of_the_tab(world: World, amira: Person) -> None:
    by = world.teacher
    for number in range(9):
        friend = actions.add_person(by=by, given_name=f"Ana{number}", family_name="Abel")
        actions.note_tie(by=by, one_id=friend.pk, other_id=amira.pk, kind="friend_of", knows=Knows("Seen"))
    aunt = actions.add_person(by=by, given_name="Zoe", family_name="Khan", kind="adult")
    actions.note_tie(by=by, one_id=aunt.pk, other_id=amira.pk, kind="protects", knows=Knows("Seen"))
    first, second = (
        signed_in(by).get(at("child_people", person_id=amira.pk), {"page": number}).text.partition("<main")[2]
        for number in (1, 2)
    )
    assert first.index(">Who protects<") < first.index("Zoe Khan") < first.index(">Children<")
    assert "Zoe Khan" not in second
    assert ">Children<" in second
    assert sum(f"Ana{number} Abel</a>" in first + second for number in range(9)) == 9


# ---- thought to be untrue


def _pages_of_all(world: World, amira: Person, dean: Person, **how: Any) -> dict[str, str]:
    """Ties of a child, an adult, a place and a group that rest on one source each, and the pages that say them."""
    by, knows = world.teacher, Knows("Heard in the yard", how="said", who="A neighbour", **how)
    quay = actions.add_place(by=by, name="Quay", kind="quay")
    group = actions.add_group(by=by, name="Friday group", kind="friends")
    for person, kind, other in (
        (dean, "drives", amira),
        (amira, "goes_to", quay),
        (amira, "part_of", group),
    ):
        tie = actions.note_tie(by=by, one_id=person.pk, other_id=other.pk, kind=kind, knows=knows)
    return {
        "child": at("child_people", person_id=amira.pk),
        "adult": at("adult", person_id=dean.pk),
        "place": at("place", place_id=quay.pk),
        "group": at("group", group_id=group.pk),
        "web": at("web", node_id=amira.pk),
        "tie": at("tie", tie_key=tie.key),
    }


@pytest.mark.parametrize("where", ["child", "adult", "place", "group", "web", "tie"])
def test_each_page_says_that_a_tie_is_thought_to_be_untrue(
    world: World, amira: Person, dean: Person, where: str
) -> None:
    pages = _pages_of_all(world, amira, dean, source_grade="3", known_grade="E")
    assert "(thought to be untrue)" in signed_in(world.teacher).get(pages[where]).text


@pytest.mark.parametrize("where", ["child", "adult", "place", "group", "web", "tie"])
def test_no_page_says_so_of_a_tie_that_is_not(world: World, amira: Person, dean: Person, where: str) -> None:
    pages = _pages_of_all(world, amira, dean, source_grade="1", known_grade="A")
    assert "thought to be untrue" not in signed_in(world.teacher).get(pages[where]).text.lower()


def test_of_two_sources_the_one_that_is_thought_to_be_untrue_is_marked_and_counts_for_nothing(
    world: World, amira: Person, dean: Person
) -> None:
    doubted = {"how": "said", "who": "A neighbour", "source_grade": "3", "known_grade": "E"}
    tie = drives(world, dean, amira, words="A rumour", valid_from=date(2020, 1, 1), **doubted)
    actions.note_source(by=world.officer, tie_key=tie.key, knows=Knows("Seen twice", how="seen"))
    [strand] = queries.web(world.teacher).around(amira.pk)
    assert (strand.kind, strand.how_known, strand.since) == ("is driven by", "Seen twice", None)
    assert strand.agencies == [world.police.name]
    page = signed_in(world.teacher).get(at("web", node_id=amira.pk)).text
    assert page.count("hought to be untrue") == 1
    assert "A rumour" in page
    assert "Known from two agencies" not in page


# ---- merging


def test_a_merge_carries_ties_from_both_ends_and_gives_them_back(
    world: World, amira: Person, dean: Person, arcade: Place
) -> None:
    other = actions.add_person(by=world.teacher, given_name="Amirah", family_name="Khan")
    actions.involve(by=world.teacher, person=other, agency=world.care, why="Leads")
    actions.involve(by=world.teacher, person=amira, agency=world.care, why="Leads")
    drives(world, dean, amira)
    drives(world, dean, other, words="Again")
    actions.note_tie(
        by=world.teacher, one_id=other.pk, other_id=arcade.pk, kind="goes_to", knows=Knows("Seen")
    )
    actions.note_tie(
        by=world.teacher, one_id=amira.pk, other_id=other.pk, kind="friend_of", knows=Knows("Said")
    )
    before = [list(model.objects.order_by("pk").values()) for model in (Tie, TieSource, Node)]
    merge = actions.merge_people(
        by=world.coordinator, kept_id=amira.pk, merged_id=other.pk, reason="One child"
    )
    around = queries.web(world.teacher).around(amira.pk)
    assert [(strand.name, len(strand.sources)) for strand in around] == [
        ("Harbour Street arcade", 1),
        ("Dean Marsh", 2),
    ]
    actions.unmerge_people(by=world.coordinator, merge_id=merge.pk, reason="Two cousins")
    assert [list(model.objects.order_by("pk").values()) for model in (Tie, TieSource, Node)] == before
    assert Merge.objects.count() == 1


def test_an_agency_that_only_knows_a_child_sees_nothing_tied_to_it(
    world: World, amira: Person, dean: Person
) -> None:
    drives(world, dean, amira)
    other = actions.add_person(by=world.teacher, given_name="Ola", family_name="Brand")
    let_know(world.teacher, other.pk, world.care)
    assert queries.web(world.social_worker).around(amira.pk) == []
    assert not queries.web(world.social_worker).ties().exists()

"""Pages about people, ties, places, groups and merging: what they do, and for whom they are not there."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Refused
from heard.network import actions, queries
from heard.network.models import Group, Merge, Person, Place, Tie

BORN = {"birth_date-day": "3", "birth_date-month": "4", "birth_date-year": "2010"}


@pytest.fixture
def amira(world: World) -> Person:
    return actions.add_person(
        by=world.teacher,
        given_name="Amira",
        family_name="Khan",
        birth_date=date(2010, 4, 3),
        postcode="LE1 1AA",
    )


@pytest.fixture
def ameera(world: World) -> Person:
    return actions.add_person(by=world.social_worker, given_name="Ameera", family_name="Khan")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(name: str, **keys: Any) -> str:
    return reverse(name, kwargs=keys)


def test_a_changed_name_keeps_the_old_one_on_the_page(world: World, amira: Person) -> None:
    there = at("person_names", person_id=amira.pk)
    answer = signed_in(world.teacher).post(
        there, {"given_name": "Amira", "family_name": "Hussain", "known_as": "Mimi"}, follow=True
    )
    assert "Say who says that this is what they like to be called" in answer.text
    sent = {"given_name": "Amira", "family_name": "Hussain", "known_as": "Mimi", "known_as_said_by": "Amira"}
    answer = signed_in(world.teacher).post(there, sent, follow=True)
    assert "Amira Khan" in answer.text
    assert "Mimi (Amira says so)" in answer.text
    assert "Mimi (Amira says so)" in signed_in(world.teacher).get(at("person_about", person_id=amira.pk)).text
    amira.refresh_from_db()
    assert (str(amira), amira.known_as) == ("Amira Hussain", "Mimi")


def test_who_says_what_a_child_is_called_stays_until_it_is_said_otherwise(
    world: World, amira: Person
) -> None:
    names = {"given_name": "Amira", "family_name": "Khan"}
    call = {"by": world.teacher, "person_id": amira.pk} | names
    actions.rename_person(**call, known_as="Mimi", known_as_said_by="Her aunt")
    actions.rename_person(**call | {"family_name": "Hussain"}, known_as="Mimi")
    amira.refresh_from_db()
    assert amira.known_as_said_by == "Her aunt"
    with pytest.raises(Refused, match="Say who says"):
        actions.rename_person(**call, known_as="Mo")
    actions.rename_person(**call, known_as="")
    amira.refresh_from_db()
    assert (amira.known_as, amira.known_as_said_by) == ("", "")


def test_a_name_that_is_empty_is_refused_and_stays_as_it_was(world: World, amira: Person) -> None:
    there = at("person_names", person_id=amira.pk)
    answer = signed_in(world.teacher).post(there, {"given_name": " ", "family_name": ""})
    assert "Give a name" in answer.text
    amira.refresh_from_db()
    assert str(amira) == "Amira Khan"


@pytest.mark.parametrize(
    ("nhs", "upn", "doubts"),
    [
        ("999 418 5006", "", 1),
        ("943 476 5919", "B801200005001", 0),
        ("9434765918", "A801200005001", 2),
        ("", "", 0),
    ],
)
def test_a_number_that_cannot_be_right_is_kept_and_said(
    world: World, amira: Person, nhs: str, upn: str, doubts: int
) -> None:
    answers = BORN | {
        "sex": "F",
        "legal_status": "in_need",
        "nhs_number": nhs,
        "upn": upn,
    }
    client = signed_in(world.teacher)
    page = client.post(at("person_facts", person_id=amira.pk), answers, follow=True).text
    assert page.count("This cannot be") == doubts
    amira.refresh_from_db()
    assert (amira.nhs_number, amira.upn) == (nhs.replace(" ", ""), upn)
    assert amira.legal_status == "in_need"


def test_a_new_address_ends_the_earlier_one(world: World, amira: Person) -> None:
    there = at("person_address", person_id=amira.pk)
    client = signed_in(world.teacher)
    assert client.post(there, {"address": "", "postcode": ""}).status_code == 200
    client.post(there, {"address": "2 Quay Street", "postcode": "ng72bb"})
    lived = [
        (address.postcode, address.until is None) for address in queries.addresses_of(world.teacher, amira.pk)
    ]
    assert lived == [("NG7 2BB", True), ("LE1 1AA", False)]


def test_a_record_is_restricted_and_opened_again_with_a_reason(world: World, amira: Person) -> None:
    there = at("person_restriction", person_id=amira.pk)
    assert "Ask a co-ordinator" in signed_in(world.teacher).get(there).text
    actions.involve(by=world.teacher, person=amira, agency=world.care, why="Leads")
    client = signed_in(world.coordinator)
    for expected in (True, False):
        assert client.post(there, {"reason": ""}).status_code == 200
        client.post(there, {"reason": "Threats"})
        amira.refresh_from_db()
        assert amira.restricted is expected
    assert set(AuditRow.objects.filter(reason="Threats").values_list("verb", flat=True)) == {
        "restrict", "lift restriction"
    }  # fmt: skip


def test_an_adult_has_a_page_and_a_childs_address_leads_to_the_child(world: World, amira: Person) -> None:
    aunt = actions.add_person(by=world.teacher, given_name="Sana", family_name="Khan", kind="adult")
    actions.note_tie(
        by=world.teacher, one_id=aunt.pk, other_id=amira.pk, in_words="aunt", knows=actions.Knows("School")
    )
    page = signed_in(world.teacher).get(at("adult", person_id=aunt.pk)).text
    assert "Amira Khan" in page
    assert signed_in(world.officer).get(at("adult", person_id=aunt.pk)).status_code == 404
    to_child = signed_in(world.teacher).get(at("adult", person_id=amira.pk))
    assert to_child["Location"] == at("child", person_id=amira.pk)


TIE = {
    "kind": "other",
    "in_words": "is seen at",
    "how": "said",
    "who": "Her aunt",
    "words": "She says so",
    "reach": "ends",
    "who_reach": "ends",
}


def test_a_tie_to_a_new_place_is_looked_for_first(world: World, amira: Person) -> None:
    actions.add_place(by=world.officer, name="Harbour Street arcade", kind="arcade")
    client, there = signed_in(world.teacher), at("tie_add", node_id=amira.pk, end="place")
    looked = client.post(there, {"text": "harbor street", "look": "1"}).text
    assert "Harbour Street arcade" in looked
    assert not Tie.objects.exists()
    assert (
        client.post(there, {"text": "The park", "choice": "new"} | TIE).status_code == 200
    )  # what kind is it?
    saved = client.post(
        there, {"text": "The park", "choice": "new", "new_kind": "open space"} | TIE, follow=True
    )
    assert "Saved: Amira Khan is seen at The park." in saved.text
    [tie] = queries.web(world.teacher).around(amira.pk)
    assert (tie.name, tie.what, tie.how_known) == ("The park", "open space", "She says so")


@pytest.mark.parametrize("end", ["person", "place", "group"])
def test_where_nothing_was_typed_only_the_name_is_asked_for(world: World, amira: Person, end: str) -> None:
    page = signed_in(world.teacher).post(at("tie_add", node_id=amira.pk, end=end), {"text": " ", "look": "1"})
    summary = page.text.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    assert re.findall(r'href="#(.*?)"', summary) == ["id_text"]


def test_a_tie_reads_from_whom_it_is_asked_about_to_whom_is_named(world: World, amira: Person) -> None:
    """Who does something to whom: on the sheet, in the banner, and on the pages of both."""
    jay = actions.add_person(by=world.teacher, given_name="Jay", kind="adult")
    client, there = signed_in(world.teacher), at("tie_add", node_id=amira.pk, end="person")
    sheet = client.post(there, {"text": "Jay", "look": "1"}).text
    assert "Amira Khan …" in sheet
    assert "Read it as one sentence: Amira Khan … the person you name." in sheet
    typed = {"text": "Jay", "choice": str(jay.pk)} | TIE | {"kind": "back:frightens", "in_words": ""}
    assert "Saved: Jay frightens or controls Amira Khan." in client.post(there, typed, follow=True).text
    for name, person, says in (
        ("child_people", amira, "is frightened or controlled by Jay"),
        ("adult", jay, "frightens or controls Amira Khan"),
    ):
        page = client.get(at(name, person_id=person.pk)).text
        assert says in " ".join(re.sub(r"<[^>]*>", "", page).split())


def test_own_words_are_said_of_the_same_one_on_both_pages(world: World, amira: Person) -> None:
    jay = actions.add_person(by=world.teacher, given_name="Jay", kind="adult")
    knows = actions.Knows("Told")
    words = "was threatened by"
    tie = actions.note_tie(by=world.teacher, one_id=amira.pk, other_id=jay.pk, in_words=words, knows=knows)
    other = actions.note_tie(by=world.teacher, one_id=jay.pk, other_id=amira.pk, in_words=words, knows=knows)
    assert tie != other, "that he was threatened by her is another tie"
    assert {strand.kind for strand in queries.web(world.teacher).around(jay.pk)} == {
        "is tied by “was threatened by”, said of",
        words,
    }
    actions.withdraw_source(by=world.teacher, source_id=other.sources.get().pk, why="Not so")
    client = signed_in(world.teacher)
    for key, says in (
        (amira.pk, "was threatened by Jay"),
        (jay.pk, "is tied by “was threatened by”, said of Amira Khan"),
    ):
        page = " ".join(re.sub(r"<[^>]*>", "", client.get(at("web", node_id=key)).text).split())
        assert says in page
    assert "Amira Khan …" in client.get(at("tie_kind", tie_key=tie.key)).text


def test_own_words_that_begin_with_a_place_are_said_of_the_place(world: World, amira: Person) -> None:
    jay = actions.add_person(by=world.teacher, given_name="Jay", kind="adult")
    park = actions.add_place(by=world.teacher, name="The park", kind="open space")
    client = signed_in(world.teacher)
    there, words = at("tie_add", node_id=park.pk, end="person"), "is watched over by"
    sheet = client.post(there, {"text": "Jay", "look": "1"}).text
    assert "Read it as one sentence: The park … the person you name." in sheet
    typed = {"text": "Jay", "choice": str(jay.pk)} | TIE | {"kind": "other", "in_words": words}
    assert "Saved: The park is watched over by Jay." in client.post(there, typed, follow=True).text
    tie = Tie.objects.get()
    back = f"is tied by “{words}”, said of"
    for address, says in (
        (at("web", node_id=park.pk), f"{words} Jay"),
        (at("adult", person_id=jay.pk), f"{back} The park"),
        (at("tie", tie_key=tie.key), f"The park {words} Jay"),
        (at("ties_without_kind"), "for the tie of The park to Jay"),
    ):
        page = " ".join(re.sub(r"<[^>]*>", "", client.get(address).text).split())
        assert says in page, address
    door = queries.web(world.teacher)
    steps = door.steps({park.pk, jay.pk}, since=date.today(), both_ways=True)
    assert {(step.start, step.said) for step in steps} == {(park.pk, words), (jay.pk, back)}
    [bond] = door.bonds({park.pk, jay.pk}, since=date.today())
    assert (bond.start, bond.said, bond.end) == (park.pk, words, jay.pk)
    actions.note_tie(
        by=world.teacher, one_id=jay.pk, other_id=park.pk, in_words=words, knows=actions.Knows("Told")
    )
    assert Tie.objects.count() == 2, "that Jay is watched over by the park is another tie"
    assert "The park …" in client.get(at("tie_kind", tie_key=tie.key)).text
    actions.give_kind(by=world.teacher, tie_key=tie.key, kind="protects", back=True)
    tie.refresh_from_db()
    assert (tie.first_id, tie.said_of_second) == (jay.pk, False)


def test_a_tie_to_somebody_who_may_not_be_seen_is_not_offered_nor_taken(world: World, amira: Person) -> None:
    other = actions.add_person(by=world.officer, given_name="Noor", family_name="Aziz")
    client, there = signed_in(world.teacher), at("tie_add", node_id=amira.pk, end="person")
    assert str(other.pk) not in client.post(there, {"text": "Noor Aziz", "look": "1"}).text
    client.post(there, {"text": "Noor Aziz", "choice": str(other.pk)} | TIE)
    assert not Tie.objects.exists()
    assert signed_in(world.officer).get(there).status_code == 404
    assert client.get(at("tie_add", node_id=amira.pk, end="nonsense")).status_code == 404


@pytest.mark.on_day(date(2026, 11, 27))
def test_the_latest_word_ends_a_tie_and_all_is_kept(world: World, amira: Person) -> None:
    group = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    tie = actions.note_tie(
        by=world.teacher, one_id=amira.pk, other_id=group.pk, kind="part_of", knows=actions.Knows("Told")
    )
    there = at("source_add", tie_key=tie.key)
    day = {"valid_to-day": "1", "valid_to-month": "3", "valid_to-year": "2020"}
    early = day | {"valid_from-day": "1", "valid_from-month": "4", "valid_from-year": "2020"}
    client = signed_in(world.teacher)
    assert "cannot end before it began" in client.post(there, TIE | early).text
    assert "Saved: how you know of this tie." in client.post(there, TIE | day, follow=True).text
    [strand] = queries.web(world.teacher).around(amira.pk)
    assert (strand.until, strand.kind, len(strand.sources)) == (date(2020, 3, 1), "is part of", 2)
    for page in (there, at("tie", tie_key=tie.key)):
        assert client.get(page).status_code == 200
        assert signed_in(world.officer).get(page).status_code == 404


def test_a_place_and_a_group_are_added_and_changed(world: World) -> None:
    client = signed_in(world.officer)
    client.post(reverse("place_add"), {"name": "Bus station", "kind": "transport", "postcode": "le13zz"})
    place = Place.objects.get()
    client.post(at("place_change", place_id=place.pk), {"name": "Coach station", "kind": "transport"})
    place.refresh_from_db()
    assert (place.name, place.postcode) == ("Coach station", "")
    client.post(reverse("group_add"), {"name": "Park group", "kind": "peers"})
    group = Group.objects.get()
    client.post(at("group_change", group_id=group.pk), {"name": "Quay group", "kind": "peers"})
    assert Group.objects.get().name == "Quay group"
    for name in ("place_add", "group_add"):
        assert signed_in(world.analyst).get(reverse(name)).status_code == 404


def test_the_page_of_a_place_shows_those_who_may_be_seen_and_leaves_a_row_for_each(
    world: World, amira: Person
) -> None:
    hidden = actions.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    place = actions.add_place(by=world.officer, name="Bus station", kind="transport")
    for by, person in ((world.teacher, amira), (world.officer, hidden)):
        actions.note_tie(
            by=by, one_id=person.pk, other_id=place.pk, in_words="goes to", knows=actions.Knows("Told")
        )
    page = signed_in(world.teacher).get(at("place", place_id=place.pk)).text
    assert "Amira Khan" in page
    assert "Marlowe" not in page
    rows = AuditRow.objects.filter(verb="view", subject="place")
    assert [row.person_id for row in rows] == [amira.pk]
    assert "1 person" in signed_in(world.teacher).get(reverse("places")).text


@pytest.mark.once
@pytest.mark.parametrize("people", [2, 20])
def test_the_page_of_a_place_asks_a_fixed_number_of_times(
    world: World, people: int, django_assert_num_queries: Any
) -> None:
    place = actions.add_place(by=world.teacher, name="Bus station", kind="transport")
    for _ in range(people):
        child = actions.add_person(by=world.teacher, given_name="Amira")
        actions.note_tie(
            by=world.teacher,
            one_id=child.pk,
            other_id=place.pk,
            in_words="goes to",
            knows=actions.Knows("Told"),
        )
    assert world.teacher.permissions
    with django_assert_num_queries(20):  # two of them begin and end the transaction
        this, ties, door = actions.open_node(by=world.teacher, kind="place", node_id=place.pk)
        assert len([tie.name for tie in ties]) == people
        assert door.homes([this]) == set(), "and whether somebody lives there is not asked again"


def test_two_records_are_compared_checked_merged_and_parted(
    world: World, amira: Person, ameera: Person
) -> None:
    client = signed_in(world.coordinator)
    assert "Compare with Ameera Khan" in client.get(at("same", person_id=amira.pk)).text
    there = at("compare", person_id=amira.pk, other_id=ameera.pk)
    assert "Side by side" not in client.get(there).text
    answers = {"given_name": "merged", "birth_date": "kept", "reason": "Same school, same mother"}
    checked = client.post(there, answers).text
    assert "Check before the records are merged" in checked
    assert not Merge.objects.exists()
    done = client.post(there, answers | {"sure": "1"}, follow=True)
    amira.refresh_from_db()
    assert amira.given_name == "Ameera"
    assert "This can be undone" in done.text
    assert client.get(at("child", person_id=ameera.pk))["Location"] == at("child", person_id=amira.pk)
    assert "Ameera Khan into Ameera Khan" in client.get(reverse("merges")).text
    merge = Merge.objects.get()
    client.post(at("merge", merge_id=merge.pk), {"reason": "Two cousins"})
    amira.refresh_from_db()
    assert amira.given_name == "Amira"
    assert client.get(at("child", person_id=ameera.pk)).status_code == 200


def test_merging_is_there_for_co_ordinators_who_see_both(world: World, amira: Person, ameera: Person) -> None:
    hidden = actions.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    there = at("compare", person_id=amira.pk, other_id=ameera.pk)
    assert signed_in(world.teacher).get(there).status_code == 404
    assert signed_in(world.teacher).get(reverse("merges")).status_code == 404
    for person, other in ((amira, hidden), (hidden, amira)):
        assert (
            signed_in(world.coordinator)
            .get(at("compare", person_id=person.pk, other_id=other.pk))
            .status_code
            == 404
        )


def test_looking_for_another_record_finds_it_under_quite_another_name(world: World, amira: Person) -> None:
    other = actions.add_person(by=world.social_worker, given_name="Noor", family_name="Aziz")
    page = signed_in(world.coordinator).post(at("same", person_id=amira.pk), {"text": "noor aziz"}).text
    assert at("compare", person_id=amira.pk, other_id=other.pk) in page

"""One search: what it finds and says, what it hides, and that it is written down."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.conftest import World, let_know
from tests.graph.conftest import tie, worry

from heard.agencies.models import AuditRow, User
from heard.cases.attachment import actions as attaching
from heard.cases.case import actions as casework
from heard.cases.concern import actions as telling
from heard.cases.record.models import ChronologyWord
from heard.cases.timeline.index import catch_up
from heard.home.search import actions, queries
from heard.network import actions as network
from heard.network.handles import known_handle
from heard.network.models import Person
from heard.network.queries import Whom, who_or_what
from heard.network.rules import Level

BORN = date(2010, 4, 3)


@pytest.fixture
def amira(world: World) -> Person:
    return network.add_person(
        by=world.teacher, given_name="Amira", family_name="Khan", birth_date=BORN, postcode="LE1 1AA"
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def found(user: User, text: str) -> dict[str, list[tuple[str, str]]]:
    return {
        section.name: [(one.title, one.why) for one in section.found]
        for section in queries.find_everything(user, text)
    }


def test_what_is_searched_for_is_not_in_the_address(world: World, amira: Person) -> None:
    client = signed_in(world.teacher)
    answer = client.post(reverse("find"), {"text": "amira kahn 4/3/2010"})
    assert answer.headers["Location"] == "/search/"
    page = client.get("/search/").text
    assert "family name sounds alike; day and month of birth swapped" in page
    assert reverse("child", kwargs={"person_id": amira.pk}) in page


@pytest.mark.parametrize(
    "typed", ["", "\x00", "a" * 161, "((((", "'; --", "31/31/2010", "C-000-000", "%", "1"]
)
def test_whatever_is_searched_for_gets_a_page(world: World, typed: str) -> None:
    assert signed_in(world.teacher).post(reverse("find"), {"text": typed}, follow=True).status_code == 200


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("khna", "family name sounds alike"),
        ("Amira", "same given name"),
        ("khan amira", "same given name, recorded as the family name; same family name, recorded as the given name"),
        ("Khan le1", "same family name; same postcode district"),
        ("khan le1 1", "same family name; postcode begins the same"),
        ("amira 3/4/2010", "same given name; same date of birth"),
        ("4/3/2010", "day and month of birth swapped"),
        ("Ámïra Khān", "same given name; same family name"),
        ("amria khan", "given name sounds alike; same family name"),
        ("le1", "same postcode district"),
        ("le1 1", "postcode begins the same"),
    ],
)  # fmt: skip
def test_each_hit_says_why(world: World, amira: Person, text: str, why: str) -> None:
    assert found(world.teacher, text)["people"] == [("Amira Khan", why)]


@pytest.mark.parametrize(
    ("recorded", "text", "why"),
    [
        (("Elizabeth", "Ward"), "liz ward", "given name is a short form or another form; same family name"),
        (("Zoë", "Łukasik"), "zoe lukasik", "same given name; same family name"),
        (("Siân", "O’Brien"), "sian obrien", "same given name; same family name"),
        (("Catherine", "Philips"), "katherine filips", "given name is a short form or another form; family name sounds alike"),
        (("Oliver", "Wrobel"), "olivre wrobbel", "given name sounds alike; family name sounds alike"),
        (
            ("Noor", "Saleem-Rahman"),
            "saleem rahman",
            "one part of the family name is the same; another part of the family name is the same",
        ),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(
    world: World, recorded: tuple[str, str], text: str, why: str
) -> None:
    network.add_person(by=world.teacher, given_name=recorded[0], family_name=recorded[1])
    assert found(world.teacher, text)["people"] == [(" ".join(recorded), why)]


def write_down(by: User, person: Person, text: str) -> None:
    casework.note_warning(
        by=by,
        person_id=person.pk,
        text=text,
        why="Somebody else may answer",
        review_on=timezone.localdate() + timedelta(days=30),
        person_told=True,
    )
    catch_up()


def test_the_words_of_a_record_are_found_and_the_text_around_them_is_shown(
    world: World, amira: Person
) -> None:
    write_down(world.teacher, amira, "Do not ring the blue telephone at the harbour.")
    page = signed_in(world.teacher).post("/search/", {"text": "blue telephone"}, follow=True).text
    assert "<mark>blue</mark> <mark>telephone</mark> at the harbour." in page
    assert "Why: the words stand in it" in page
    [(title, why)] = found(world.teacher, "telepone harbour")["records"]
    assert title.startswith("Amira Khan: Warning")
    assert why == "words that are spelled alike stand in it"
    assert "records" not in found(world.teacher, "telephone library")
    assert "records" not in found(world.teacher, "blux")


def test_words_of_a_record_are_found_by_those_alone_who_may_open_it(world: World, amira: Person) -> None:
    hidden = network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    for by, person in ((world.teacher, amira), (world.officer, hidden)):
        write_down(by, person, "Do not ring the blue telephone.")
    catch_up()
    seen = {
        name: [title for title, _why in found(getattr(world, name), "telephone").get("records", [])]
        for name in ("teacher", "officer", "coordinator", "social_worker", "analyst", "administrator")
    }
    assert seen == {
        "teacher": ["Amira Khan: Warning: Do not ring the blue telephone."],
        "officer": ["Kit Marlowe: Warning: Do not ring the blue telephone."],
        "coordinator": ["Amira Khan: Warning: Do not ring the blue telephone."],
        "social_worker": [],
        "analyst": [],
        "administrator": [],
    }


def test_who_was_shown_the_words_of_a_record_has_looked_at_it(world: World, amira: Person) -> None:
    write_down(world.teacher, amira, "Do not ring the blue telephone.")
    before = AuditRow.objects.filter(verb="view").count()
    actions.search(by=world.teacher, text="telephone")
    [row] = AuditRow.objects.filter(verb="view")[before:]
    assert (row.actor, row.person_id) == (world.teacher.username, amira.pk)
    assert AuditRow.objects.get(verb="search").detail == {"records": [str(amira.pk)]}
    assert "telephone" not in str(AuditRow.objects.get(verb="search").__dict__)


def test_text_of_an_attached_file_is_found(world: World, amira: Person, settings, tmp_path) -> None:
    settings.DATA = tmp_path
    upload = SimpleUploadedFile("note.txt", b"They meet at the lighthouse on Fridays.")
    attaching.attach(by=world.teacher, upload=upload, person_id=amira.pk)
    catch_up()
    [(title, why)] = found(world.teacher, "lighthouse")["records"]
    assert title.startswith("Amira Khan: ")
    assert why == "the words stand in it"
    assert found(world.officer, "lighthouse") == {}


def test_where_something_was_written_that_is_not_found_yet_the_page_says_so(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard.home.search.actions.some_are_behind", lambda user: True)
    page = signed_in(world.teacher).post("/search/", {"text": "amira khan"}, follow=True).text
    assert "may not be found yet" in page


@pytest.mark.parametrize("name", ["Collins", "Wallace", "Cameron"])
def test_a_name_that_might_be_a_reference_is_a_name(world: World, name: str) -> None:
    network.add_person(by=world.teacher, given_name="Amira", family_name=name)
    assert found(world.teacher, name)["people"] == [(f"Amira {name}", "same family name")]


def test_who_may_open_the_record_reads_who_works_with_the_child(world: World, amira: Person) -> None:
    let_know(world.coordinator, amira.pk, world.police)

    def facts(user: User) -> str:
        (people,) = [
            section for section in queries.find_everything(user, "Amira Khan") if section.name == "people"
        ]
        return people.found[0].facts

    assert "no case" in facts(world.teacher)
    case = casework.open_case(by=world.coordinator, person_id=amira.pk, why="Signs seen")
    casework.name_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    said = "open case, Sol Wright, Wexmoor Children’s Services"
    assert said in facts(world.social_worker)
    (by_reference,) = queries.find_everything(world.social_worker, case.reference)
    assert by_reference.found[0].facts == said
    assert "case" not in facts(world.officer)
    assert "Sol Wright" not in facts(world.officer)


def test_a_number_finds_whoever_has_it_and_nothing_else(world: World, amira: Person) -> None:
    network.change_details(
        by=world.teacher, person_id=amira.pk, birth_date=BORN, sex="F", legal_status="",
        nhs_number="999 418 5006", upn="a123456789012",
    )  # fmt: skip
    knows(world, amira)
    for text in ("999 418 5006", "9994185006", "A123456789012"):
        assert found(world.officer, text)["people"] == [("Amira Khan", "same number, such as an NHS number")]
    assert found(world.officer, "9994185007") == {}


def test_places_groups_cases_and_worries_are_found(world: World, amira: Person) -> None:
    network.add_place(by=world.teacher, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    network.add_group(by=world.teacher, name="Friday group", kind="friends")
    worry = telling.tell(
        by=world.teacher,
        person_id=amira.pk,
        seen_and_heard="She is afraid to walk home.",
        danger_now="no",
        why_no_words="At home",
    )
    assert found(world.teacher, "harbor street") == {
        "places": [("Harbour Street arcade", "part of the name is the same")]
    }
    assert found(world.teacher, "friday groop")["groups"][0][0] == "Friday group"
    assert found(world.teacher, worry.reference.lower().replace("-", "")) == {
        "references": [(f"{worry.reference}: Amira Khan", "same reference")]
    }
    assert found(world.officer, worry.reference) == {}


def test_the_words_of_a_worry_about_a_place_are_found_by_those_who_may_read_it(world: World) -> None:
    place = network.add_place(by=world.teacher, name="The harbour", kind="harbour")
    worry = telling.tell(
        by=world.teacher,
        place_id=place.pk,
        seen_and_heard="A man at the Café gives telephones to girls.",
        when_seen="On Fridays",
        danger_now="no",
    )
    for words in ("telephone friday", "café", "CAFÉ man", "cafe", "gives TELEPHONES"):
        assert [title for title, _why in found(world.teacher, words)["worries"]] == [
            f"{worry.reference}: The harbour"
        ]
    for words in ("telephone monday", "phones", "caf[é", "at"):
        assert "worries" not in found(world.teacher, words)
    who = {
        name: "worries" in found(getattr(world, name), "telephones") for name in ("coordinator", "officer")
    }
    assert who == {"coordinator": True, "officer": False}
    ChronologyWord.objects.create(word="telephones")  # a slip is forgiven in words that Heard knows
    [(_worry, why)] = found(world.teacher, "telepohnes")["worries"]
    assert why == "words that are spelled alike stand in it"
    page = signed_in(world.teacher).post("/search/", {"text": "telephones"}, follow=True).text
    assert "gives <mark>telephones</mark> to girls" in page


@pytest.mark.parametrize(
    ("typed", "what", "why"),
    [
        ("07700 900123", "07700 900123", "written the same"),
        ("+44 7700 900 123 rang her", "07700 900123", "written the same"),
        ("ab12 cde", "AB12 CDE", "written the same"),
        ("the car AB12CDE, blue", "AB12 CDE", "written the same"),
        ("AB1?", "", ""),
        ("ab12 c?e", "AB12 CDE", "may be the same: what was seen fits"),
        ("@Foxy.22", "foxy.22", "written the same"),
        ("foxy.22", "foxy.22", "written the same"),
        ("07700 900124", "", ""),
    ],
)
def test_a_phone_a_car_and_an_account_are_found_however_they_are_written(
    world: World, amira: Person, typed: str, what: str, why: str
) -> None:
    for type_, service, text in (
        ("phone", "", "07700 900123"),
        ("vehicle", "", "AB12 CDE"),
        ("account", "snapchat", "foxy.22"),
    ):
        handle = known_handle(type_, service, text)
        tie(world, amira, "uses", handle, by=world.teacher)
    lines = found(world.teacher, typed).get("handles", [])
    assert [(str(title), said) for title, said in lines] == ([(what, why)] if what else [])


@pytest.mark.parametrize("typed", ["WX21 KDR", "wx21kdr", "WX21-KDR", "the car WX21 KDR, blue"])
def test_a_plate_that_is_written_like_a_reference_is_a_plate(world: World, amira: Person, typed: str) -> None:
    tie(world, amira, "uses", known_handle("vehicle", "", "WX21 KDR"), by=world.teacher)
    assert found(world.teacher, typed)["handles"] == [("WX21 KDR", "written the same")]


def test_a_postcode_that_is_written_like_a_reference_is_a_postcode(world: World) -> None:
    network.add_person(by=world.teacher, given_name="Amira", family_name="Khan", postcode="CF10 3NS")
    assert [name for name, _why in found(world.teacher, "Khan CF10 3NS")["people"]] == ["Amira Khan"]
    assert "same postcode" in found(world.teacher, "Khan CF10 3NS")["people"][0][1]


def test_what_was_found_of_a_phone_leads_to_who_is_tied_to_it(world: World, amira: Person) -> None:
    tie(world, amira, "uses", known_handle("phone", "", "07700 900123"), by=world.teacher)
    client = signed_in(world.teacher)
    page = client.post(reverse("find"), {"text": "07700900123"}, follow=True).text
    (href,) = set(re.findall(r"/web/[0-9a-f-]{36}/", page))
    assert "Amira Khan" in client.get(href).text


def test_a_car_that_a_worry_alone_names_is_found_by_who_may_read_the_worry(world: World) -> None:
    worry(world.teacher, names="A blue car, AB12 CDE", new_place={"name": "Abbey Park", "kind": "park"})
    assert found(world.teacher, "AB12CDE")["handles"] == [("AB12 CDE", "written the same")]
    assert "handles" not in found(world.officer, "AB12CDE")


def test_a_phone_is_found_by_those_alone_who_may_see_a_tie_to_it(world: World, amira: Person) -> None:
    tie(world, amira, "uses", known_handle("phone", "", "07700 900123"), by=world.teacher)
    known, asked = answers(world.officer, "07700 900123")
    unknown, asked_of_none = answers(world.officer, "07700 900999")
    assert found(world.teacher, "07700 900123")["handles"]
    assert found(world.officer, "07700 900123") == {}
    assert known == unknown
    assert asked == asked_of_none


def test_an_adult_is_found_by_those_who_may_open_the_record_alone(world: World) -> None:
    network.add_person(by=world.teacher, given_name="Alan", family_name="Marsh", kind="adult")
    assert found(world.teacher, "alan marsh")["adults"][0][0] == "Alan Marsh"
    assert found(world.officer, "alan marsh") == {}
    assert (
        "adult around a child"
        in signed_in(world.teacher).post("/search/", {"text": "alan marsh"}, follow=True).text
    )


def test_children_and_adults_are_found_in_two_lists(world: World) -> None:
    for kind in ("adult", "child", "adult", "child"):
        network.add_person(by=world.teacher, given_name="Aba", family_name="Marsh", kind=kind)
    lines = found(world.teacher, "aba marsh")
    assert (len(lines["people"]), len(lines["adults"])) == (2, 2)
    page = signed_in(world.teacher).post("/search/", {"text": "aba marsh"}, follow=True).text
    assert page.index(">Children</h3>") < page.index(">Adults around children</h3>")
    chosen = who_or_what(world.teacher, "person", "aba marsh", not_this=uuid.uuid4())
    assert [name for _key, name, _why in chosen] == [
        f"Aba Marsh, {kind}" for kind in ("child", "child", "adult", "adult")
    ]


def test_where_nobody_has_both_names_those_of_the_family_name_are_found_and_said_not_to_fit(
    world: World,
) -> None:
    """Whoever mistypes a given name finds the brothers and sisters: those alone whose record is open to them."""
    ada = network.add_person(by=world.teacher, given_name="Ada", family_name="Marlowe")
    network.add_person(by=world.teacher, given_name="Jay", family_name="Okoro")
    knows(world, ada)
    assert found(world.teacher, "jay marlowe")["people"] == [("Ada Marlowe", "same family name")]
    page = signed_in(world.teacher).post("/search/", {"text": "jay marlowe"}, follow=True).text
    assert "You can see nobody called “jay marlowe”. Others with the name “marlowe”, or one like it:" in page
    page = signed_in(world.teacher).post("/search/", {"text": "ada marlowe"}, follow=True).text
    assert "You can see nobody" not in page
    assert found(world.officer, "ada marlowe")["people"]
    assert found(world.officer, "jay marlowe") == {}


def knows(world: World, child: Person) -> None:
    """The police and the children's services know that the child is known, and no more."""
    for agency in (world.police, world.care):
        network.give_access(
            by=world.teacher,
            person_id=child.pk,
            whom=Whom("", agency),
            level=Level.KNOWS,
            why="Looks for her",
        )


def test_who_knows_that_the_child_is_known_sees_one_line_without_a_link_and_a_restricted_child_not_at_all(
    world: World, amira: Person
) -> None:
    knows(world, amira)
    network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    page = signed_in(world.social_worker).post("/search/", {"text": "Amira Khan"}, follow=True).text
    assert "You may know that this child is known, and not open the record" in page
    assert reverse("child", kwargs={"person_id": amira.pk}) not in page
    assert found(world.coordinator, "Kit Marlowe") == {}
    assert found(world.officer, "Kit Marlowe")["people"][0][0] == "Kit Marlowe"


def test_a_search_leaves_one_row_that_says_who_was_shown_and_not_what_was_typed(
    world: World, amira: Person
) -> None:
    actions.search(by=world.teacher, text="amira khan")
    row = AuditRow.objects.get(verb="search")
    assert row.detail == {"people": [str(amira.pk)]}
    assert "khan" not in str(row.__dict__).lower()


@pytest.mark.parametrize("who", ["analyst", "board_member", "administrator"])
def test_who_does_no_casework_has_no_search(world: World, amira: Person, who: str) -> None:
    client = signed_in(getattr(world, who))
    assert client.get(reverse("find")).status_code == 404
    assert "search-everything" not in client.get("/").text
    assert found(getattr(world, who), "amira khan") == {}


def test_the_box_stands_on_every_page_of_those_who_may_search(world: World) -> None:
    assert "search-everything" in signed_in(world.teacher).get("/").text


@pytest.mark.once
@pytest.mark.parametrize("people", [1, 12])
def test_a_search_asks_the_database_a_fixed_number_of_times(
    world: World, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(people):
        amira = network.add_person(
            by=world.teacher, given_name="Amira", family_name="Khan", postcode="LE1 1AA"
        )
        network.add_place(by=world.teacher, name=f"Khan shop {number}", kind="shop")
        casework.note_warning(
            by=world.teacher,
            person_id=amira.pk,
            text="Khan rings first",
            why="A dog",
            review_on=timezone.localdate() + timedelta(days=30),
            person_told=True,
        )
    catch_up()
    assert world.teacher.permissions
    with django_assert_num_queries(11):
        assert len(queries.find_everything(world.teacher, "rings")) == 1
    with django_assert_num_queries(14):
        queries.find_everything(world.teacher, "amira khan")
    with django_assert_num_queries(16):
        queries.find_everything(world.teacher, "jay khan")


# ---- who has no access hears one thing


def answers(user: User, text: str) -> tuple[str, list[str]]:
    """The page without what was typed and what differs on every request, and what the database was asked for it."""
    client = signed_in(user)
    client.post("/search/", {"text": "nobody at all"}, follow=True)
    client.post("/search/", {"text": text})
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/search/").text.replace(text, "WHO")
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|data-seconds="\d+"', "", page)
    return page, [shape(row["sql"]) for row in asked]


def shape(sql: str) -> str:
    """A statement without its values, of which there are more where a name is in use."""
    bare = re.sub(r"'[^']*'|\b[0-9a-f-]{32,36}\b|\d+", "?", sql)
    return re.sub(r"\?(, \?)+", "?", re.sub(r"WHEN [^()]*\(\?[^()]*\)", "WHEN", bare))


@pytest.mark.parametrize("text", ["Amira Khan 3 April 2010", "Amira LE1", "3/4/2010 LE1 1AA", "khan amira"])
@pytest.mark.parametrize("how", ["known", "restricted", "kept out", "absent"])
def test_known_hidden_and_absent_get_the_same_page(world: World, text: str, how: str) -> None:
    """To the byte, but for what was typed."""
    nobody, _asked = answers(world.officer, text)
    if how != "absent":
        child = network.add_person(
            by=world.social_worker,
            given_name="Amira",
            family_name="Khan",
            birth_date=BORN,
            postcode="LE1 1AA",
        )
    if how == "restricted":
        network.restrict(by=world.coordinator, person_id=child.pk, reason="Threats")
    if how == "kept out":
        network.involve(by=world.coordinator, person=child, agency=world.police, why="Walks her home")
        kept_out = Whom("", world.police, user=world.officer)
        network.deny_access(by=world.coordinator, person_id=child.pk, whom=kept_out, why="Her uncle")
    page, _asked = answers(User.objects.get(pk=world.officer.pk), text)
    assert page == nobody
    assert "does not say whether others know a child" in page


def test_known_hidden_and_absent_are_as_much_work(world: World) -> None:
    """One statement more, less or otherwise would be time that tells. The names are all in use, by a child whom the officer may see; none
    is spelled like another, so that of the last nobody is found who would have to be hidden."""
    network.add_person(by=world.officer, given_name="Khadija", family_name="Meyer")
    for restricted in (False, True):
        given = "Lena" if restricted else "Nora"
        network.add_person(
            by=world.social_worker, given_name=given, family_name="Marlowe", restricted=restricted
        )
    asked = [answers(world.officer, f"{given} Marlowe")[1] for given in ("Nora", "Lena", "Khadija")]
    assert asked[0] == asked[1] == asked[2]


def test_a_worry_is_told_about_a_child_of_ones_own_or_written_down_anew_and_says_no_more(
    world: World,
) -> None:
    network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan", birth_date=BORN)
    pages = []
    for name in ("Amira Khan", "Amiro Zhan"):
        client = signed_in(world.officer)
        begun = client.post(reverse("worry_start"), {"about": "child"})["Location"]
        client.post(begun, {"seen_and_heard": "Upset", "danger_now": "no"})
        page = client.post(begun.replace("seen", "child"), {"name": name}, follow=True).text
        changing = r'name="csrfmiddlewaretoken" value="\w+"|name="kept" value="[^"]+"|data-seconds="\d+"'
        page = re.sub(changing, "", page)
        for part in name.split():
            page = page.replace(f'value="{part}"', 'value="WHO"').replace(part, "WHO")
        pages.append(re.sub(r"[0-9a-f-]{36}", "KEY", page))
    assert pages[0] == pages[1]
    assert "finds out whether others know the child" in pages[0]


def test_searches_are_limited_in_an_hour_and_nothing_typed_is_lost(
    world: World, amira: Person, settings: Any
) -> None:
    settings.SEARCHES = 2
    client = signed_in(world.teacher)
    for _number in range(2):
        assert client.post("/search/", {"text": "khan"}).status_code == 302
    page = client.post("/search/", {"text": "amira khan of Mill Lane"})
    assert page.status_code == 429
    assert "2 times in this hour" in page.text
    assert "amira khan of Mill Lane" in page.text
    assert signed_in(world.officer).post("/search/", {"text": "khan"}).status_code == 302
    assert client.post(reverse("worry_start")).status_code == 302  # a worry is told all the same


def test_looking_at_what_was_found_again_counts_as_no_search(world: World, settings: Any) -> None:
    settings.SEARCHES = 1
    client = signed_in(world.teacher)
    client.post("/search/", {"text": "khan"})
    assert [client.get("/search/").status_code for _number in range(3)] == [200, 200, 200]


def test_who_decides_joins_what_a_teller_did_not_find(world: World) -> None:
    network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan", birth_date=BORN)
    worry = telling.tell(
        by=world.officer,
        new_person={"given_name": "Amira", "family_name": "Khan", "birth_date": BORN},
        seen_and_heard="She is afraid.",
        danger_now="no",
        why_no_words="At home",
    )
    for page in ("concern", "concern_decide"):
        text = signed_in(world.coordinator).get(reverse(page, kwargs={"concern_id": worry.pk})).text
        assert "1 other record may be of this child" in text
        assert reverse("same", kwargs={"person_id": worry.person_id}) in text
    own = signed_in(world.officer).get(reverse("concern", kwargs={"concern_id": worry.pk})).text
    assert "other record" not in own

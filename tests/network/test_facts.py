"""What is known of a person beside names and address: who said so, what was so before, and for whom none of it is there."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World, let_know
from tests.network.test_merging import differences, everything

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.network import actions, queries
from heard.network.models import Fact, Identifier, Person
from heard.network.queries import Whom
from heard.network.rules import OF_A_RELATIVE, SPECIAL, FactKind, Level, Said, Scheme, kinds_of

TODAY = timezone.localdate()
HERSELF = Said("self", "", TODAY)
PAPER = Said("paper", "Birth certificate", TODAY)


@pytest.fixture
def amira(world: World) -> Person:
    return actions.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")


@pytest.fixture
def aunt(world: World) -> Person:
    return actions.add_person(by=world.social_worker, given_name="Ada", family_name="Khan", kind="adult")


def note(world: World, person: Person, kind: str, value: str, **more: Any) -> Fact:
    told = {"said": HERSELF} | more
    return actions.record_fact(by=world.social_worker, person_id=person.pk, kind=kind, value=value, **told)


def carer(world: World, person: Person, **more: Any) -> Any:
    given = {
        "name": "Rosa Okonjo",
        "relation": "mother",
        "cares": True,
        "responsibility": "yes",
        "said": PAPER,
    }
    return actions.note_important_person(by=world.social_worker, person_id=person.pk, **given | more)


def number(world: World, person: Person, **more: Any) -> Identifier:
    given = {"scheme": "council", "value": "WX-10482", "issuer": "Wexmoor council", "said": PAPER}
    return actions.add_identifier(by=world.social_worker, person_id=person.pk, **given | more)


def at(name: str, **keys: Any) -> str:
    return reverse(name, kwargs=keys)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def let_in(world: World, person: Person, level: Level) -> User:
    actions.give_access(
        by=world.social_worker, person_id=person.pk, whom=Whom("", world.police), level=level, why="Helps"
    )
    return User.objects.get(pk=world.officer.pk)


# ---- who said so, and what was so before


def test_what_changes_is_a_new_row_and_the_one_before_gets_an_end(world: World, amira: Person) -> None:
    first = note(world, amira, "phone", "01632 960 001")
    said = Said("family", "Rosa Okonjo, mother", TODAY)
    new = actions.change_fact(by=world.supervisor, fact_id=first.pk, value="01632 960 002", said=said)
    first.refresh_from_db()
    assert (first.value, first.until, first.ended_by) == ("01632 960 001", TODAY, world.supervisor)
    assert (new.value, new.until, new.written_by) == ("01632 960 002", None, world.supervisor)
    assert queries.about(world.social_worker, amira).facts == {"phone": [new]}
    assert list(queries.history_of(world.social_worker, amira, "phone")) == [new, first]
    with pytest.raises(Refused, match="ended or changed already"):
        actions.change_fact(by=world.social_worker, fact_id=first.pk, value="3", said=HERSELF)


def test_what_is_so_no_longer_stays_with_the_reason(world: World, amira: Person) -> None:
    fact = note(world, amira, "school", "Northgate Academy", since=TODAY - timedelta(days=100))
    amira.refresh_from_db()
    assert amira.school == "Northgate Academy"
    for why, until in (
        ("", TODAY),
        ("Left", TODAY + timedelta(days=1)),
        ("Left", TODAY - timedelta(days=200)),
    ):
        with pytest.raises(Refused):
            actions.end_fact(by=world.social_worker, fact_id=fact.pk, why=why, until=until)
    actions.end_fact(by=world.social_worker, fact_id=fact.pk, why="Left in July", until=TODAY)
    amira.refresh_from_db()
    assert amira.school == ""
    assert queries.about(world.social_worker, amira).facts == {}
    assert queries.have_earlier(world.social_worker, amira) == {"school"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Said(), "Say who said so"),
        (Said("family", "", TODAY), "name and role"),
        (Said("self", "", None), "on which day"),
        (Said("self", "", TODAY + timedelta(days=1)), "a day to come"),
    ],
)
def test_nothing_is_written_down_without_who_said_so_and_when(
    world: World, amira: Person, said: Said, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        note(world, amira, "phone", "01632 960 001", said=said)
    with pytest.raises(Refused, match=why):
        carer(world, amira, said=said)
    with pytest.raises(Refused, match=why):
        number(world, amira, said=said)
    assert not Fact.objects.exists()


def test_ethnicity_is_what_the_child_says_and_nobody_else(world: World, amira: Person) -> None:
    for said_as in ("family", "worker", "paper"):
        with pytest.raises(Refused, match="what the child says it is"):
            note(world, amira, "ethnicity", "Somali", said=Said(said_as, "Sol", TODAY))
    with pytest.raises(Refused, match="Write what they said"):
        note(world, amira, "ethnicity", "")
    silent = note(world, amira, "ethnicity", "", code="REFU")
    assert str(silent) == "Did not want to say"
    with pytest.raises(Refused, match="Change that one"):
        note(world, amira, "ethnicity", "Somali")
    actions.change_fact(
        by=world.social_worker, fact_id=silent.pk, value="Somali and Welsh", code="MOTH", said=HERSELF
    )
    [now] = queries.about(world.social_worker, amira).facts["ethnicity"]
    assert (now.value, now.code) == ("Somali and Welsh", "MOTH")


def test_the_form_for_ethnicity_asks_nobody_else_and_the_child_may_not_want_to_say(
    world: World, amira: Person
) -> None:
    client, there = signed_in(world.social_worker), at("about_add", person_id=amira.pk, what="ethnicity")
    assert "Who said so?" not in client.get(there).text
    on = {"said_on-day": TODAY.day, "said_on-month": TODAY.month, "said_on-year": TODAY.year}
    assert "There is a problem" in client.post(there, on | {"value": "", "said_by": "Sol"}).text
    page = client.post(there, on | {"value": "", "code": "REFU", "said_by": "Sol"}, follow=True).text
    assert "Did not want to say" in page


def test_a_check_of_the_nhs_number_says_what_it_answered_and_why_none_is_certain(
    world: World, amira: Person
) -> None:
    by = Said("worker", "Sol Wright, with the national service", TODAY)
    with pytest.raises(Refused, match="what the check answered"):
        note(world, amira, "nhs_check", "The GP is asked.", said=by)
    with pytest.raises(Refused, match="what the check answered"):
        note(world, amira, "nhs_check", "The GP is asked.", said=by, code="WBRI")
    with pytest.raises(Refused, match="why no number is certain"):
        note(world, amira, "nhs_check", "", said=by, code="POTE")
    client, there = signed_in(world.social_worker), at("about_add", person_id=amira.pk, what="nhs_check")
    offered = re.findall(r'name="code"[^>]* value="(\w+)"', client.get(there).text)
    assert offered == ["MATC", "POTE", "LOWC", "MANY", "NONE", "ERRO"]
    day = {"said_on-day": TODAY.day, "said_on-month": TODAY.month, "said_on-year": TODAY.year}
    typed = {"code": "MANY", "value": "Two of this name. The GP is asked.", "said_by": by.said_by, **day}
    assert "Who checked, and where?" in client.post(there, typed | {"said_by": ""}).text
    assert client.post(there, typed).status_code == 302
    page = " ".join(client.get(at("person_about", person_id=amira.pk)).text.split())
    assert "More than one person matches. <span" in page
    assert "Chose from the list" not in page
    assert "MANY" not in client.get(at("about_add", person_id=amira.pk, what="ethnicity")).text


# ---- of a relative


@pytest.mark.parametrize("kind", sorted(set(FactKind) - set(OF_A_RELATIVE)))
def test_of_a_relative_nothing_is_asked_that_is_for_the_childs_sake(
    world: World, aunt: Person, kind: str
) -> None:
    with pytest.raises(Refused, match="and of nobody else"):
        note(world, aunt, kind, "Something")
    client = signed_in(world.social_worker)
    assert client.get(at("about_add", person_id=aunt.pk, what=kind)).status_code == 404
    assert client.get(at("about_history", person_id=aunt.pk, what=kind)).status_code == 404


def test_special_categories_are_not_even_offered_for_a_relative(world: World, aunt: Person) -> None:
    assert SPECIAL.isdisjoint(kinds_of(of_child=False))
    assert set(kinds_of(of_child=True)) >= SPECIAL
    page = signed_in(world.social_worker).get(at("person_about", person_id=aunt.pk)).text
    for word in ("Ethnicity", "Disability", "Nationality", "Communication needs", "looks after"):
        assert word not in page
    assert "Interpreter" in page
    note(world, aunt, "phone", "01632 960 009")
    assert (
        signed_in(world.social_worker).get(at("about_add", person_id=aunt.pk, what="people")).status_code
        == 404
    )
    with pytest.raises(Refused, match="on the page of the child"):
        carer(world, aunt)


# ---- for whom it is there


@pytest.mark.parametrize("level", [Level.KNOWS, Level.SUMMARY])
def test_who_sees_less_than_the_record_sees_none_of_it(world: World, amira: Person, level: Level) -> None:
    fact, person, identifier = (
        note(world, amira, "ethnicity", "Somali"),
        carer(world, amira),
        number(world, amira),
    )
    officer = let_in(world, amira, level)
    client = signed_in(officer)
    addresses = [
        at("person_about", person_id=amira.pk),
        at("about_history", person_id=amira.pk, what="ethnicity"),
        at("about_add", person_id=amira.pk, what="ethnicity"),
        at("fact_change", fact_id=fact.pk),
        at("fact_end", fact_id=fact.pk),
        at("important_change", important_id=person.pk),
        at("important_end", important_id=person.pk),
        at("identifier_end", identifier_id=identifier.pk),
    ]
    assert [client.get(there).status_code for there in addresses] == [404] * len(addresses)
    assert [client.post(there).status_code for there in addresses[2:]] == [404] * (len(addresses) - 2)
    if level == Level.SUMMARY:
        page = client.get(at("child_summary", person_id=amira.pk)).text
        assert not [word for word in ("Somali", "Rosa Okonjo", "WX-10482") if word in page]
    seen = queries.about(officer, amira)
    assert (seen.facts, seen.people) == ({}, [])
    assert queries.numbers_of(officer, amira) == []
    assert queries.have_earlier(officer, amira) == set()
    for act in (
        lambda: actions.record_fact(by=officer, person_id=amira.pk, kind="phone", value="1", said=HERSELF),
        lambda: actions.change_fact(by=officer, fact_id=fact.pk, value="1", said=HERSELF),
        lambda: actions.end_important_person(by=officer, important_id=person.pk, why="x", until=TODAY),
        lambda: actions.end_identifier(by=officer, identifier_id=identifier.pk, why="x", until=TODAY),
    ):
        with pytest.raises(Hidden):
            act()


def test_who_sees_the_record_sees_it_until_they_are_denied(world: World, amira: Person) -> None:
    note(world, amira, "ethnicity", "Somali")
    client = signed_in(let_in(world, amira, Level.RECORD))
    there = at("person_about", person_id=amira.pk)
    assert "Somali" in client.get(there).text
    assert "01632 960 072" not in client.get(at("child_people", person_id=amira.pk)).text
    carer(world, amira, contact="01632 960 072")
    page = client.get(at("child_people", person_id=amira.pk)).text
    assert "01632 960 072" in page
    assert "Somali" not in page  # one click away, not on the first page
    actions.involve(by=world.coordinator, person=amira, agency=world.care, why="Leads")
    actions.deny_access(
        by=world.coordinator, person_id=amira.pk, whom=Whom("", world.police, user=world.officer), why="Uncle"
    )
    assert client.get(there).status_code == 404


def test_each_write_leaves_a_row_in_the_audit_trail_without_what_was_said(
    world: World, amira: Person
) -> None:
    fact, person, identifier = (
        note(world, amira, "ethnicity", "Somali"),
        carer(world, amira),
        number(world, amira),
    )
    actions.end_fact(by=world.social_worker, fact_id=fact.pk, why="Said otherwise", until=TODAY)
    actions.change_important_person(
        by=world.social_worker, important_id=person.pk, name="Rosa", relation="mother", said=PAPER
    )
    actions.end_identifier(
        by=world.social_worker, identifier_id=identifier.pk, why="Wrong child", until=TODAY
    )
    subjects = ("fact", "important person", "identifier")
    rows = AuditRow.objects.filter(person_id=amira.pk, subject__in=subjects).order_by("pk")
    assert [(row.verb, row.subject) for row in rows] == [
        ("note", "fact"),
        ("note", "important person"),
        ("add", "identifier"),
        ("end", "fact"),
        ("change", "important person"),
        ("end", "identifier"),
    ]
    assert not [row for row in rows if "Somali" in f"{row.detail}{row.reason}"]


def test_about_is_two_queries_however_much_there_is(
    world: World, amira: Person, django_assert_num_queries: Any
) -> None:
    for phone in range(5):
        note(world, amira, "phone", f"01632 960 00{phone}")
        carer(world, amira, name=f"Carer {phone}")
    user = User.objects.get(pk=world.social_worker.pk)
    assert user.permissions
    queries.about(user, amira)
    with django_assert_num_queries(2):
        assert len(queries.about(user, amira).people) == 5


# ---- carers


def test_a_carer_with_parental_responsibility_is_seen_and_a_change_keeps_what_was(
    world: World, amira: Person
) -> None:
    mother = carer(world, amira)
    friend = carer(world, amira, name="Joss", relation="best friend", cares=False, responsibility="no")
    seen = queries.about(world.social_worker, amira)
    assert (seen.carers, seen.others) == ([mother], [friend])
    actions.change_important_person(
        by=world.social_worker, important_id=mother.pk, name="Rosa Okonjo", relation="mother", cares=False,
        responsibility="yes", said=PAPER,
    )  # fmt: skip
    was = list(queries.history_of(world.social_worker, amira, "people"))
    assert [(row.cares, row.until) for row in was if row.relation == "mother"] == [
        (False, None),
        (True, TODAY),
    ]


# ---- numbers


def test_a_child_is_found_by_the_number_of_another_agency_also_once_it_has_ended(
    world: World, amira: Person
) -> None:
    identifier = number(world, amira)
    let_know(world.social_worker, amira.pk, world.police)
    for typed in ("WX-10482", "wx10482", "Amira WX-10482"):
        hits = queries.find_described(world.officer, queries_box(typed))
        assert [hit.person_id for hit in hits] == [amira.pk], typed
    actions.end_identifier(by=world.social_worker, identifier_id=identifier.pk, why="Moved away", until=TODAY)
    assert queries.find_described(world.officer, queries_box("WX10482"))
    assert not queries.find_described(world.officer, queries_box("WX10483"))


def queries_box(text: str) -> Any:
    from heard.network.rules import read_box

    return read_box(text)


def test_a_year_or_the_number_of_a_house_is_no_number_of_somebody() -> None:
    assert queries_box("Khan 2010").numbers == ()
    assert queries_box("12 Mill Lane").numbers == ()
    assert queries_box("khan 3/4/2010 le1 1aa").numbers == ()


def test_two_agencies_may_use_one_number_without_making_two_children_one(world: World, amira: Person) -> None:
    other = actions.add_person(by=world.social_worker, given_name="Tom", family_name="Reed")
    number(world, amira)
    number(world, other, issuer="Eastmere council")
    assert queries.may_be_one(world.social_worker, amira.pk) == []


def test_the_numbers_that_everybody_knows_are_written_by_the_agency_that_leads(
    world: World, amira: Person
) -> None:
    officer = let_in(world, amira, Level.RECORD)
    theirs = {"by": officer, "person_id": amira.pk, "said": PAPER}
    for scheme, value in ((Scheme.NHS, "9434765919"), (Scheme.UPN, "B801200005001"), (Scheme.SINGLE, "S-1")):
        with pytest.raises(Refused, match="changed by the agency that leads"):
            actions.add_identifier(**theirs, scheme=scheme, value=value, issuer="Somebody")
    actions.add_identifier(**theirs, scheme="police", value="P-77041", issuer="Wexmoor Police")
    with pytest.raises(Refused, match="Say who gave this number"):
        actions.add_identifier(**theirs, scheme="council", value="77")


def test_an_nhs_number_that_is_corrected_is_kept_and_still_finds_the_child(
    world: World, amira: Person
) -> None:
    let_know(world.social_worker, amira.pk, world.police)
    number(world, amira, scheme="nhs", value="943 476 5870", issuer="")
    number(world, amira, scheme="nhs", value="943 476 5919", issuer="")
    amira.refresh_from_db()
    assert amira.nhs_number == "9434765919"
    rows = {row.value: row.until for row in Identifier.objects.filter(person=amira)}
    assert rows == {"9434765870": TODAY, "9434765919": None}
    for typed in ("9434765870", "9434765919"):
        assert [hit.person_id for hit in queries.find_described(world.officer, queries_box(typed))] == [
            amira.pk
        ]
    actions.change_details(
        by=world.social_worker, person_id=amira.pk, birth_date=None, sex="F", legal_status="", upn="",
        nhs_number="4505577104",
    )  # fmt: skip
    assert Identifier.objects.get(value="9434765919").until == TODAY


# ---- two records of one child


def test_a_merge_moves_every_row_and_its_undoing_gives_every_row_back(world: World, amira: Person) -> None:
    other = actions.add_person(
        by=world.social_worker, given_name="Ameera", family_name="Khan", nhs_number="9434765870"
    )
    note(world, amira, "ethnicity", "Somali")
    note(world, other, "ethnicity", "Somali and Welsh")
    ended = note(world, other, "phone", "01632 960 001")
    actions.end_fact(by=world.social_worker, fact_id=ended.pk, why="Lost", until=TODAY)
    carer(world, other)
    number(world, other)
    let_know(world.social_worker, amira.pk, world.police)
    before = everything()
    merge = actions.merge_people(
        by=world.coordinator, kept_id=amira.pk, merged_id=other.pk, reason="One girl, told twice"
    )
    seen = queries.about(world.social_worker, amira)
    assert {row.value for row in seen.facts["ethnicity"]} == {"Somali", "Somali and Welsh"}
    assert [row.name for row in seen.people] == ["Rosa Okonjo"]
    assert list(queries.history_of(world.social_worker, amira, "phone")) == [ended]
    for typed in ("WX10482", "9434765870"):
        assert [hit.person_id for hit in queries.find_described(world.officer, queries_box(typed))] == [
            amira.pk
        ]
    actions.unmerge_people(by=world.coordinator, merge_id=merge.pk, reason="Two cousins")
    assert differences(before) == {}


# ---- what others propose


def proposed(world: World, person: Person) -> Any:
    officer = let_in(world, person, Level.RECORD)
    return actions.propose_core(
        by=officer, person_id=person.pk, values={"birth_date": date(2011, 5, 14)}, why="She said so"
    )


def test_who_proposed_a_change_sees_what_became_of_it_and_why(world: World, amira: Person) -> None:
    row = proposed(world, amira)
    client = signed_in(User.objects.get(pk=world.officer.pk))
    page = client.get(at("proposals_mine")).text
    assert "Waiting" in page
    assert "Wexmoor Children’s Services" in page
    link = "Changes that you proposed"
    assert link in client.get(at("child_people", person_id=amira.pk)).text
    assert link not in signed_in(world.social_worker).get(at("child_people", person_id=amira.pk)).text
    assert "Answers to changes" not in client.get(at("home")).text
    assert "Ofa Leroy" in signed_in(world.social_worker).get(at("home")).text
    actions.decide_proposal(
        by=world.social_worker, proposal_id=row.pk, accepts=False, answer="Her passport says the fourth"
    )
    assert "Answers to changes that you proposed" in client.get(at("home")).text
    page = client.get(at("proposals_mine")).text
    assert "Stays as it is" in page
    assert "Her passport says the fourth" in page
    client.post(at("proposal_read", proposal_id=row.pk))
    assert "Answers to changes" not in client.get(at("home")).text
    assert "Her passport says the fourth" in client.get(at("proposals_mine")).text


def test_only_who_proposed_it_says_that_they_have_read_it_and_only_an_answer(
    world: World, amira: Person
) -> None:
    row = proposed(world, amira)
    with pytest.raises(Refused, match="Nobody has decided"):
        actions.read_answer(by=User.objects.get(pk=world.officer.pk), proposal_id=row.pk)
    with pytest.raises(Refused, match="Whoever proposed this"):
        actions.read_answer(by=world.social_worker, proposal_id=row.pk)
    with pytest.raises(Hidden):
        actions.read_answer(by=world.teacher, proposal_id=row.pk)
    assert "She said so" not in signed_in(world.social_worker).get(at("proposals_mine")).text

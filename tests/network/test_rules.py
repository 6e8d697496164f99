"""When two descriptions may be of the same child, as a truth table with the reasons in words."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.languages.catalogues import messages

from heard.network import rules
from heard.network.rules import Description, Name

BORN = date(2010, 4, 3)


def child(given: str, family: str, born: date | None = None, *postcodes: str) -> Description:
    return Description((Name(given, family),), born, postcodes)


@pytest.mark.parametrize(
    ("asked", "known", "reasons"),
    [
        (("Amira", "Khan"), ("Amira", "Khan"), ("same given name", "same family name")),
        (("AMIRA", "khan"), ("Amira", "Khan"), ("same given name", "same family name")),
        (("Zoe", "Oneill"), ("Zoë", "O’Neill"), ("same given name", "same family name")),
        (("Lukasz", "Zielinski"), ("Łukasz", "Zieliński"), ("same given name", "same family name")),
        (("Amira", "Kahn"), ("Amira", "Khan"), ("same given name", "family name sounds alike")),
        (("Jon", "Smyth"), ("Jon", "Smith"), ("same given name", "family name sounds alike")),
        (
            ("Liz", "Khan"),
            ("Elizabeth", "Khan"),
            ("given name is a short form or another form", "same family name"),
        ),
        (
            ("Mohammad", "Ali"),
            ("Muhammed", "Ali"),
            ("given name is a short form or another form", "same family name"),
        ),
        (
            ("Amira", "Jones"),
            ("Amira", "Smith-Jones"),
            ("same given name", "part of the family name is the same"),
        ),
        (
            ("Oluwadamilola", "Ade"),
            ("Oluwadamilolla", "Ade"),
            ("given name sounds alike", "same family name"),
        ),
        (("Gurpret", "Sidhu"), ("Gupreet", "Sidhu"), ("given name is spelled alike", "same family name")),
        (
            ("Khan", "Amira"),
            ("Amira", "Khan"),
            ("same given name, recorded as the family name", "same family name, recorded as the given name"),
        ),
        (("", "Amira"), ("Amira", "Khan"), ("same given name",)),
        (("", "Khna"), ("Amira", "Khan"), ("family name sounds alike",)),
        (("", "Elizab"), ("Elizabeth", "Khan"), ("given name is spelled alike",)),
        (("Max", "Khan"), ("Maxwell", "Khan"), ("given name begins alike", "same family name")),
        (("", "Liz"), ("Elizabeth", "Khan"), ("given name is a short form or another form",)),
        (("Amir", "Khan"), ("Amina", "Begum"), ()),
        (("", ""), ("Amira", "Khan"), ()),
        (("Оля", "Ковальчук"), ("Оля", "Ковальчук"), ("same given name", "same family name")),
    ],
)
def test_names_agree_in_words(
    asked: tuple[str, str], known: tuple[str, str], reasons: tuple[str, ...]
) -> None:
    assert rules.reasons_same_person(child(*asked), child(*known)) == reasons


def test_every_reason_can_be_said_in_another_language() -> None:
    names = ("Amira Khan", "Khan Amira", "Liz Smyth", "Elizabeth Smith", "Saleem Rahman", "Amira Saleem-Rahman", "Max Khna",
             "Salem Raman", "Saleem-Rahman Amira", "Maxwell Kha", "Smith Liz", "Amira-Mae Smith-Jones", "Jones Mae")  # fmt: skip
    people = [child(*name.split(" ")) for name in names]
    reasons = {
        why
        for description, other in product(people, people)
        for why in rules.reasons_same_person(description, other)
    }
    assert len(reasons) > 15
    assert reasons - messages() == set()


@pytest.mark.parametrize(
    ("asked", "known", "reason"),
    [
        (BORN, BORN, "same date of birth"),
        (date(2010, 3, 4), BORN, "day and month of birth swapped"),
        (date(2011, 4, 3), BORN, "date of birth differs by one digit"),
        (date(2010, 4, 13), BORN, "date of birth differs by one digit"),
        (date(2012, 9, 20), BORN, ""),
        (None, BORN, ""),
        (BORN, None, ""),
    ],
)
def test_dates_of_birth_agree_in_words(asked: date | None, known: date | None, reason: str) -> None:
    found = rules.reasons_same_person(child("", "", asked), child("", "", known))
    assert found == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("asked", "known", "reason"),
    [
        ("le1 1aa", "LE11AA", "same postcode"),
        ("LE1 2BB", "LE1 1AA", "same postcode district"),
        ("LE2 1AA", "LE1 1AA", ""),
        ("LE1 1", "LE1 1AA", "postcode begins the same"),
        ("le1", "LE1 1AA", "same postcode district"),
        ("nonsense", "nonsense", ""),
    ],
)
def test_postcodes_agree_in_words(asked: str, known: str, reason: str) -> None:
    found = rules.reasons_same_person(child("", "", None, asked), child("", "", None, known))
    assert found == ((reason,) if reason else ())


def test_any_name_and_any_address_may_be_the_one_that_agrees() -> None:
    known = Description((Name("Amira", "Khan"), Name("Mia", "Hussain")), None, ("LE1 1AA", "NG7 2BB"))
    asked = child("Mia", "Hussain", None, "NG7 2BB")
    assert rules.reasons_same_person(asked, known) == ("same given name", "same family name", "same postcode")


@pytest.mark.parametrize(
    ("asked", "reasons", "may_open", "shown"),
    [
        (child("", "Khan"), ("same family name",), True, True),
        (child("", "Khan"), ("same family name",), False, False),
        (child("Amira", "Khan"), ("same family name",), True, False),
        (child("Amira", "Khan"), ("same given name", "same family name"), False, True),
        (child("Amira", "Khan"), (), True, False),
    ],
)
def test_nobody_leafs_through_children_by_one_common_name(
    asked: Description, reasons: tuple[str, ...], may_open: bool, shown: bool
) -> None:
    assert rules.is_hit(asked, reasons, may_open=may_open) is shown


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("amira khan 3/4/2010 le1 1aa", child("amira", "khan", BORN, "LE1 1AA")),
        ("Amira Khan", child("Amira", "Khan")),
        ("Khan", child("", "Khan")),
        ("mary ann o'neill 2010-04-03", child("mary ann", "o'neill", BORN)),
        ("3.4.2010", Description((), BORN, ())),
        ("khan le1", child("", "khan", None, "LE1")),
        ("khan le1 1", child("", "khan", None, "LE1 1")),
        ("999 418 5006", Description(numbers=("9994185006",))),
        ("a123456789012 khan", Description((Name("", "khan"),), numbers=("A123456789012",))),
        ("31/2/2010 Khan", child("", "Khan")),
        ("amira khan 3 April 2010", child("amira", "khan", BORN)),
        ("3rd of apr 2010", Description((), BORN, ())),
        ("khan 13 Sept 2010 LE1", child("", "khan", date(2010, 9, 13), "LE1")),
        ("Khan 11/13/2010", child("", "Khan", date(2010, 11, 13))),
        ("April May 2010", child("April", "May")),
        ("khan 2", child("", "khan")),
        ("", Description()),
    ],
)
def test_one_box_is_read_as_name_date_and_postcode(typed: str, read: Description) -> None:
    assert rules.read_box(typed) == read


@given(st.text(max_size=200), st.text(max_size=200), st.dates(), st.text(max_size=20))
def test_whatever_is_typed_makes_keys_that_fit(given: str, family: str, born: date, postcode: str) -> None:
    described = child(given, family, born, postcode)
    words = rules.words_in(described) | rules.joined_in(described)
    keys = rules.person_keys(described).union(*map(rules.spelling_keys, words))
    assert all(0 < len(key) <= 60 for key in keys)
    assert len(rules.reasons_same_person(described, described)) <= 4
    read = rules.read_box(given)
    words = {word for name in read.names for word in rules.parts(f"{name.given} {name.family}")}
    assert words <= set(rules.parts(given))


@given(st.text(max_size=40), st.text(max_size=40))
def test_sameness_of_names_does_not_depend_on_who_is_asked_for(a: str, b: str) -> None:
    description, other = child(a, b), child(b, a)
    assert len(rules.reasons_same_person(description, other)) == len(
        rules.reasons_same_person(other, description)
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"involved": False}, "Only who is on the list of this record can restrict it."),
        ({"may_decide": False}, "Ask a co-ordinator or supervisor to restrict the record."),
        ({"enough_decide": False}, rules.deciding.TOO_FEW),
        ({"reason": " "}, "Say why the record is restricted."),
    ],
)
def test_who_may_restrict_a_record(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {
        "involved": True,
        "may_decide": True,
        "enough_decide": True,
        "reason": "Threats from a relative",
    }
    assert rules.why_not_restrict(**usual | change) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"given_name": ""}, None),
        ({"may_tell": False}, "Your role does not let you add a child."),
        ({"has_team": False}, "You have no team yet. Ask your administrator to add you to one."),
        (
            {"given_name": " ", "family_name": ""},
            "Give a name. One name is enough, or what the child is called.",
        ),
    ],
)
def test_who_may_add_a_child(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {
        "may_tell": True,
        "has_team": True,
        "given_name": "Amira",
        "family_name": "Khan",
    }
    assert rules.why_not_add(**usual | change) == why  # type: ignore[arg-type]

"""What a machine finds in a text, and a text with some of it left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.pack.redacting import (
    Decided,
    Finder,
    Known,
    Stretch,
    find_words,
    in_lines,
    redacted,
    to_give,
)
from heard.cases.pack.rules import Found, Treatment

AUNT = Known(Found.PERSON, "Ola Brand", ("Lola Brand",), by_parts=True)
UNCLE = Known(Found.PERSON, "Will Brand", by_parts=True)
SISTER = Known(Found.PERSON, "Ada Okonjo-Hartley", by_parts=True)
SCHOOL = Known(Found.AGENCY, "Northgate Academy")
SERVICES = Known(Found.AGENCY, "Wexmoor Children’s Services")
NEIGHBOUR = Known(Found.PERSON, "J.R. O’Dell-St. Claire", by_parts=True)
FINDER = Finder([AUNT, UNCLE, SISTER, SCHOOL, SERVICES, NEIGHBOUR], ["Ines Okonjo-Hartley", "Nessa"])


def found(text: str) -> list[tuple[str, str]]:
    return [(text[place.start : place.end], place.about) for place in FINDER.find(text)]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Ola Brand fetched her.", [("Ola Brand", "Ola Brand")]),
        ("OLA  BRAND fetched her.", [("OLA  BRAND", "Ola Brand")]),
        ("Ola\nBrand", [("Ola\nBrand", "Ola Brand")]),
        ("Lola came", [("Lola", "Ola Brand")]),
        ("Ola’s car", [("Ola", "Ola Brand")]),
        ("Mr Brand came", [("Brand", "Brand")]),  # there are two of that name
        ("a new brand of phone, and she will go", []),
        ("Will came", [("Will", "Will Brand")]),
        ("Ada Okonjo-Hartley, Ada Okonjo Hartley", [("Ada Okonjo-Hartley", "Ada Okonjo-Hartley"), ("Ada Okonjo Hartley", "Ada Okonjo-Hartley")]),
        ("Ines Okonjo-Hartley, Nessa, Okonjo-Hartley", []),
        ("At Northgate Academy. In the Academy.", [("Northgate Academy", "Northgate Academy")]),
        ("To Wexmoor Children’s Services", [("Wexmoor Children’s Services",) * 2]),
        ("J.R. O'Dell-St. Claire", [("J.R. O'Dell-St. Claire", "J.R. O’Dell-St. Claire")]),
        ("O’Dell’s shop", [("O’Dell", "J.R. O’Dell-St. Claire")]),
        ("Mr Claire, Mr Okonjo", [("Claire", "J.R. O’Dell-St. Claire")]),
        ("Olavia and Brandon", []),
        ("Ring 01632 960 777 or +44 1632 960777.", [("01632 960 777",) * 2, ("+44 1632 960777",) * 2]),
        ("ola.brand@example.org", [("ola.brand@example.org",) * 2]),
        ("At WX1 4AB since 05-03-2026, 12 03 2026", [("WX1 4AB",) * 2]),
    ],
)  # fmt: skip
def test_names_and_numbers_of_others_are_found(text: str, marks: list[tuple[str, str]]) -> None:
    assert found(text) == marks


@given(st.text(alphabet="OlaBrndWi \n’-.0123456789WX", max_size=80))
def test_what_is_found_never_overlaps_and_is_in_the_text(text: str) -> None:
    places = FINDER.find(text)
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert all(place.end <= other.start for place, other in pairwise(places))


def test_words_are_found_wherever_they_stand_as_whole_words() -> None:
    assert find_words("Her mum’s friend. her  MUM’S\nfriend; mum’s friends", "mum’s friend") == [
        (4, 16),
        (23, 35),
    ]
    assert find_words("anything", "  ") == []


def given_text(text: str, *decided: Decided) -> str:
    return "".join(
        "█" if one.treatment == "withhold" else one.text for one in to_give(redacted(text, decided))
    )


def test_what_is_withheld_is_not_there_any_more() -> None:
    places = [
        Decided(0, 9, "withhold", "r1"),
        Decided(18, 22, "pseudonym", "r2", "a woman"),
        Decided(10, 17, "show"),
    ]
    assert given_text("Ola Brand fetched Mary home.", *places) == "█ fetched a woman home."
    assert all(stretch.was == "" for stretch in to_give(redacted("Ola Brand fetched Mary home.", places)))


def test_the_stricter_of_two_wins_where_they_overlap() -> None:
    name, more = Decided(4, 13, "pseudonym", "r1", "a relative"), Decided(0, 8, "withhold", "r2")
    assert given_text("and Ola Brand came", name, more) == "██ came"
    assert given_text("and Ola Brand came", name, Decided(4, 13, "show")) == "and a relative came"


def test_nothing_is_given_where_something_is_not_decided() -> None:
    with pytest.raises(ValueError, match="not been decided"):
        to_give(redacted("Ola came", [Decided(0, 3, "")]))


_TREATMENTS = st.sampled_from([*Treatment])
_PLACES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12), _TREATMENTS).map(
        lambda row: Decided(row[0], row[0] + row[1], row[2], "r1", "…" if row[2] == "pseudonym" else "")
    ),
    max_size=8,
)


@given(st.text(alphabet="abcdefghij \n", max_size=40), _PLACES)
def test_exactly_the_characters_that_nobody_withheld_are_given(text: str, places: list[Decided]) -> None:
    hidden = {at for place in places if place.treatment != "show" for at in range(place.start, place.end)}
    expected = "".join(letter for at, letter in enumerate(text) if at not in hidden)
    stretches = redacted(text, places)
    assert "".join(stretch.text for stretch in stretches if stretch.treatment == "show") == expected
    heading, rest = in_lines(stretches)
    shown = "".join(stretch.text for stretch in (*heading, *rest) if stretch.treatment == "show")
    assert shown == expected or shown == expected.replace("\n", "", 1)


def test_the_first_line_is_the_heading() -> None:
    assert in_lines([Stretch("Worry\nShe came late")]) == ([Stretch("Worry")], [Stretch("She came late")])
    bar = Stretch("", "withhold", "r1")
    assert in_lines([Stretch("By "), bar, Stretch("\nShe")]) == ([Stretch("By "), bar], [Stretch("She")])
    assert in_lines([bar]) == ([bar], [])

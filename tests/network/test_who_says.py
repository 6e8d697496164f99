"""Who says so can stay with the agency that noted it, while others read what was said."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.network.test_web import amira, arcade, at, dean, drives, signed_in

from heard.agencies.rules import Refused
from heard.network import actions, queries
from heard.network.models import Person, Place, Tie
from heard.network.rules import why_not_note_source

__all__ = ["amira", "arcade", "dean"]
KEPT: dict[str, Any] = {"how": "said", "who": "Her aunt Rosalind", "who_reach": "holder"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"how": "seen", "who": ""}, "Only where somebody said so"),
        ({"how": "record"}, "Only where somebody said so"),
        ({"how": "said", "who": ""}, "Say who says so"),
        ({"who_reach": "record"}, "Say who may read who says so"),
        ({"who_reach": ""}, "Say who may read who says so"),
    ],
)
def test_a_name_is_kept_only_where_there_is_one(
    world: World, dean: Person, amira: Person, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        drives(world, dean, amira, **(KEPT | more))
    assert not Tie.objects.exists()


def test_who_is_in_no_agency_cannot_keep_a_name_for_it(world: World, dean: Person, amira: Person) -> None:
    said = why_not_note_source(words="Seen", has_agency=False, **KEPT)
    assert said is not None
    assert said.startswith("You are in no agency")
    assert why_not_note_source(words="Seen", has_agency=True, **KEPT) is None


def test_others_read_what_was_said_and_not_who_says_so(world: World, dean: Person, amira: Person) -> None:
    tie = drives(world, dean, amira, **KEPT)
    theirs, ours = (
        [signed_in(user).get(at(name, **keys)).text for name, keys in pages(tie, dean, amira)]
        for user in (world.officer, world.teacher)
    )
    assert all("Silver car, twice" in page for page in theirs[:2])
    assert not [page for page in theirs if "Rosalind" in page]
    assert "Northgate Academy knows who" in theirs[0]
    assert "Her aunt Rosalind" in ours[0]
    assert "Northgate Academy only" in ours[0]


def pages(tie: Tie, dean: Person, amira: Person) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("tie", {"tie_key": tie.key}),
        ("web", {"node_id": amira.pk}),
        ("adult", {"person_id": dean.pk}),
        ("child_people", {"person_id": amira.pk}),
        ("near", {"person_id": amira.pk}),
    ]


def test_that_a_child_said_so_is_not_told_either(world: World, dean: Person, amira: Person) -> None:
    tie = drives(world, dean, amira, how="said_by_child", who_reach="holder")
    page = signed_in(world.officer).get(at("tie", tie_key=tie.key)).text
    assert "The child said so" not in page
    assert "Somebody said so" in page
    assert "The child said so" in signed_in(world.teacher).get(at("tie", tie_key=tie.key)).text


def test_a_name_stays_kept_as_it_was_known_on_a_day_and_once_it_is_withdrawn(
    world: World, dean: Person, amira: Person
) -> None:
    tie = drives(world, dean, amira, **KEPT)
    drives(world, dean, amira, by=world.officer)
    today = timezone.localdate()
    [strand] = queries.web(world.officer, today).around(dean.pk)
    assert [source.who for source in strand.sources] == ["Northgate Academy knows who", ""]
    source = tie.sources.get(holder=world.school)
    actions.withdraw_source(by=world.teacher, source_id=source.pk, why="It was another car")
    page = signed_in(world.officer).get(at("tie", tie_key=tie.key)).text
    assert "It was another car" in page
    assert "Rosalind" not in page
    source.refresh_from_db()
    assert source.who == "Her aunt Rosalind"


def test_no_text_for_others_says_who_not_even_of_the_agency_that_noted_it(
    world: World, dean: Person, amira: Person
) -> None:
    drives(world, dean, amira, **KEPT)
    [strand] = queries.web(world.teacher, leaving=True).around(dean.pk)
    assert [source.who for source in strand.sources] == ["Northgate Academy knows who"]


FOLDED = '<details class="govuk-details">'


def test_whoever_notes_a_tie_chooses_it_beside_who_may_read_the_rest(
    world: World, amira: Person, arcade: Place
) -> None:
    client = signed_in(world.teacher)
    there = at("tie_add", node_id=amira.pk, end="place")
    page = client.post(there, {"text": arcade.name, "look": "1"}).text
    assert "Who may read who says so?" in page
    assert FOLDED in page
    sent = {
        "text": arcade.name, "choice": str(arcade.pk), "kind": "goes_to", "how": "said", "who": "Her aunt Rosalind", "words": "Most Fridays",
        "reach": "ends", "who_reach": "holder",
    }  # fmt: skip
    client.post(there, sent)
    assert Tie.objects.get().sources.get().who_reach == "holder"
    again = client.post(there, sent | {"kind": ""}).text  # what was chosen there is never out of sight
    assert "There is a problem" in again
    assert FOLDED not in again
    assert "Say who may read who says so" in client.post(there, sent | {"who_reach": ""}).text

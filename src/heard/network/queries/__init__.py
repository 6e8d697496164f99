"""What others may read about people and what is around them. `user` is always the first argument."""

from heard.network.queries.around import (
    Around,
    group_visible_to,
    groups_visible_to,
    place_visible_to,
    places_visible_to,
    ties_of_group,
    ties_of_place,
    ties_visible_to,
)
from heard.network.queries.people import (
    describe,
    findable_through,
    involvements_of,
    people_findable_by,
    people_visible_to,
    person_findable_by,
    person_visible_to,
    visible_through,
)
from heard.network.queries.search import Hit, find_described, find_people

__all__ = [
    "Around",
    "Hit",
    "describe",
    "find_described",
    "find_people",
    "findable_through",
    "group_visible_to",
    "groups_visible_to",
    "involvements_of",
    "people_findable_by",
    "people_visible_to",
    "person_findable_by",
    "person_visible_to",
    "place_visible_to",
    "places_visible_to",
    "ties_of_group",
    "ties_of_place",
    "ties_visible_to",
    "visible_through",
]

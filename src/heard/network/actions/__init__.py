"""Every write about people and what is around them: keyword-only, always `by=`, with its audit row."""

from heard.network.actions.around import (
    add_group,
    add_place,
    note_tie,
    open_group,
    open_place,
)
from heard.network.actions.people import (
    add_other_name,
    add_person,
    hold_person,
    involve,
    move_house,
    open_record,
    rename_person,
    restrict,
)

__all__ = [
    "add_group",
    "add_other_name",
    "add_person",
    "add_place",
    "hold_person",
    "involve",
    "move_house",
    "note_tie",
    "open_group",
    "open_place",
    "open_record",
    "rename_person",
    "restrict",
]

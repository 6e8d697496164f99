"""Every write about people and what is around them: keyword-only, always `by=`, with its audit row."""

from heard.network.actions.around import (
    add_group,
    add_place,
    change_group,
    change_place,
    change_tie,
    note_tie,
    note_tie_to,
    open_group,
    open_place,
    open_tie,
)
from heard.network.actions.identity import decide_proposal, propose_core, rename_person
from heard.network.actions.letting_in import (
    deny_access,
    end_access,
    give_access,
    hold_person,
    involve,
    lift_denial,
    open_to_duty_team,
)
from heard.network.actions.merging import merge_people, open_both, open_merge, unmerge_people
from heard.network.actions.people import (
    add_other_name,
    add_person,
    change_details,
    lift_restriction,
    move_house,
    open_record,
    restrict,
)

__all__ = [
    "add_group",
    "add_other_name",
    "add_person",
    "add_place",
    "change_details",
    "change_group",
    "change_place",
    "change_tie",
    "decide_proposal",
    "deny_access",
    "end_access",
    "give_access",
    "hold_person",
    "involve",
    "lift_denial",
    "lift_restriction",
    "merge_people",
    "move_house",
    "note_tie",
    "note_tie_to",
    "open_both",
    "open_group",
    "open_merge",
    "open_place",
    "open_record",
    "open_tie",
    "open_to_duty_team",
    "propose_core",
    "rename_person",
    "restrict",
    "unmerge_people",
]

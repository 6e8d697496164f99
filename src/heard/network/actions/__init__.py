"""Every write about people and what is around them: keyword-only, always `by=`, with its audit row."""

from heard.network.actions.around import (
    add_group,
    add_place,
    change_group,
    change_place,
    locate_place,
    look_by_day,
    open_node,
    unlocate_place,
)
from heard.network.actions.facts import (
    add_identifier,
    change_fact,
    change_important_person,
    end_fact,
    end_identifier,
    end_important_person,
    note_important_person,
    record_fact,
)
from heard.network.actions.identity import decide_proposal, propose_core, read_answer, rename_person
from heard.network.actions.letting_in import (
    deny_access,
    end_access,
    end_audit_access,
    give_access,
    hold_person,
    involve,
    keep_out_unseen,
    let_colleague_in,
    let_in,
    let_in_again,
    let_in_who_answers,
    lift_denial,
    narrow_access,
    open_by_glass,
    open_to_duty_team,
    open_to_whoever_is_on_duty,
    take_back_involvement,
)
from heard.network.actions.mentioning import keep_mentions, withdraw_mention
from heard.network.actions.merging import merge_people, open_both, open_merge, unmerge_people
from heard.network.actions.merging_nodes import (
    hold_node,
    merge_nodes,
    open_both_nodes,
    open_since,
    say_not_same,
    unmerge_nodes,
)
from heard.network.actions.numbers import mark_common, mark_seen_as_common, take_back_common
from heard.network.actions.people import (
    add_other_name,
    add_person,
    change_details,
    lift_restriction,
    move_house,
    open_record,
    open_records,
    restrict,
)
from heard.network.actions.tying import (
    Called,
    Knows,
    Says,
    give_kind,
    look_again,
    note_source,
    note_tie,
    note_tie_between,
    note_tie_to,
    open_tie,
    undo_source,
    withdraw_source,
)

"""Every write about panels and disagreements: rule, row and audit row in one transaction."""

from heard.cases.panel.actions.disagreeing import begin_disagreement, open_disagreement, take_step
from heard.cases.panel.actions.holding import (
    add_panel_action,
    agree_minutes,
    correct_minutes,
    decide_item,
    dissent,
    finish_panel_action,
    hold_panel,
    involve_agency,
    keep_named,
    look_at_item,
    note_here,
    put_off_panel_action,
    take_back_panel_done,
    take_chair,
    tell_of_withdrawn,
    write_notes,
)
from heard.cases.panel.actions.mapping import note_said, note_said_of_new, write_learnt
from heard.cases.panel.actions.planning import (
    add_item,
    arrange_agenda,
    change_panel,
    invite,
    open_action,
    open_item,
    open_panel,
    open_sources,
    plan_panel,
    prepare_panel,
    put_to_the_next_panel,
    uninvite,
)

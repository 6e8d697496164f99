"""Every write about contexts."""

from heard.cases.context.actions.aiming import ask_guardian, change_guardian, end_goal, set_goal
from heard.cases.context.actions.assessing import (
    add_finding,
    change_finding,
    conclude,
    look_at_finding,
    read_assessment,
    read_children_there,
    read_findings,
    read_sources_there,
    send_assessment_back,
    sign_assessment,
    start_assessment,
    submit_assessment,
    take_out_finding,
    tell_of_withdrawn,
    withdraw_assessment,
)
from heard.cases.context.actions.correcting import correct_context, correct_goal, correct_voice
from heard.cases.context.actions.opening import (
    add_to_context,
    give_context,
    hear_young_people,
    open_context,
    read_context,
    take_back_context,
    take_worry_away,
)
from heard.cases.context.actions.recognising import note_pattern, withdraw_pattern
from heard.cases.context.actions.reviewing import close_context, hold_review, look_again

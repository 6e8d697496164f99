"""Every write of an assessment. Each takes the row anew, locked and only if `by` may see it, asks the rule, writes,
and leaves its audit row in the same transaction."""

from heard.cases.assessment.actions.entries import (
    Choice,
    add_evidence,
    find_out,
    keep_pattern,
    keep_protective_person,
    keep_question,
    keep_strength,
    take_out,
)
from heard.cases.assessment.actions.writing import (
    note_observations,
    open_assessment,
    print_assessment,
    save_childs_view,
    save_judgement,
    save_needs,
    save_own_answers,
    save_what_is_not_known,
    send_back,
    sign_off,
    start_assessment,
    submit,
)

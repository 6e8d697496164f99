"""Every write about worries: telling one, deciding on it, and what follows."""

from heard.cases.concern.actions.afterwards import add_child, finish_step, mark_read
from heard.cases.concern.actions.asking import answer_question, ask_teller
from heard.cases.concern.actions.deciding import (
    NewContext,
    Step,
    correct_decision,
    decide,
    decide_together,
    open_concern,
)
from heard.cases.concern.actions.staff import AboutStaff, decide_on_staff, open_staff_worry, pass_to_officer
from heard.cases.concern.actions.telling import DRAFT, begin_telling, tell, throw_away

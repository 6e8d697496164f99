"""What may be read about panels and disagreements. `user` is always the first argument."""

from heard.cases.panel.queries.disagreeing import (
    decisions_of,
    disagreement_steps_due,
    disagreement_visible_to,
    disagreements_of,
    disagreements_visible_to,
    policy_of,
)
from heard.cases.panel.queries.preparing import Reason, Suggested, suggestions
from heard.cases.panel.queries.reading import (
    Known,
    Line,
    Stands,
    agencies_at,
    agencies_to_choose,
    agenda_of,
    cases_around,
    decided_about,
    decided_beside_words,
    earlier_actions,
    held_before,
    item_visible_to,
    items_of_child,
    items_visible_to,
    known_of,
    may_hold,
    panel_action_visible_to,
    panel_actions_due,
    panel_actions_visible_to,
    panel_visible_to,
    panels_held,
    panels_to_come,
    panels_visible_to,
    presence,
    since_of,
    stands,
    taken_off,
    takes_part,
    who_can_chair,
    who_can_come,
)
from heard.cases.panel.queries.standing import how_actions_stand

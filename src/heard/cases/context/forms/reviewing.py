"""What a review of a context, its end and looking again ask. Shape and wording only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.context import rules
from heard.cases.context.models import ContextEnd, ContextReview, ReviewedGoal
from heard.cases.stage.rules import Course, Looked
from heard.govuk.forms import BoundField, DateField, Form, RadiosField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.cases.context.models import ContextGoal

PARTS = ("course", "what", "seen_by", "seen_on")


class ReviewForm(Form):
    """Goal by goal, then how it goes on. `goals`: those that are open."""

    asks = rules.REVIEW_ASKS

    what_changed = TextareaField(
        gettext_lazy("What changed at the place or in the group?"),
        hint=gettext_lazy("There, not what we did. Without a name."),
        rows=4,
        max_length=5000,
    )
    held_on = DateField(
        gettext_lazy("On which day was it held?"), called=gettext_lazy("The day of the review"), past=True
    )
    took_part = TextareaField(
        gettext_lazy("Who took part?"),
        hint=gettext_lazy("Name and role of each adult. Were young people there, or asked before?"),
        rows=3,
        max_length=2000,
    )
    decision = RadiosField(gettext_lazy("How does it go on?"), choices=ContextReview.Decision.choices)
    reason = TextareaField(gettext_lazy("Why?"), rows=3, max_length=5000)
    next_review_on = DateField(
        gettext_lazy("When is the next review?"),
        hint=gettext_lazy("Not needed if it closes."),
        called=gettext_lazy("The day of the next review"),
        required=False,
    )

    def __init__(self, *args: Any, goals: Iterable[ContextGoal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goals = list(goals)
        for number, goal in enumerate(self.goals, start=1):
            self.fields |= _looking(goal.pk, number)
        self.order_fields([f"{part}_{goal.pk}" for goal in self.goals for part in PARTS])

    def _clean_fields(self) -> None:
        """What was seen is asked for, unless it is not known how it is."""
        super()._clean_fields()
        for goal in self.goals:
            if self[f"course_{goal.pk}"].answer not in ("", Course.NOT_KNOWN.value):
                continue
            for part in PARTS[1:]:
                name = f"{part}_{goal.pk}"
                if name in self.errors:
                    del self.errors[name]
                    self.cleaned_data[name] = None if part == "seen_on" else ""

    def of_goal(self, key: UUID) -> list[BoundField]:
        """The fields about one goal, to be drawn beneath it."""
        return [self[f"{part}_{key}"] for part in PARTS]

    def of_review(self) -> list[BoundField]:
        return [self[name] for name in ReviewForm.base_fields]

    @property
    def answered(self) -> dict[str, Any]:
        """For `hold_review`."""
        said = self.cleaned_data
        looked = {goal.pk: Looked(*(said[f"{part}_{goal.pk}"] for part in PARTS)) for goal in self.goals}
        return {name: said[name] for name in ReviewForm.base_fields} | {"looked": looked}


def _looking(key: UUID, number: int) -> dict[str, Any]:
    """Whether it is better is never chosen beforehand, and neither is what was seen."""
    return {
        f"course_{key}": RadiosField(
            _("How is it there now?"),
            choices=ReviewedGoal.Course.choices,
            inline=True,
            missing=_("Goal %(number)s: say how it is there now") % {"number": number},
        ),
        f"what_{key}": TextareaField(
            _("What was seen?"),
            hint=_("As the goal says that it will be seen. If it is not known: who will find out."),
            missing=_("Goal %(number)s: say what was seen") % {"number": number},
            rows=2,
            max_length=2000,
        ),
        f"seen_by_{key}": TextField(
            _("Who saw it?"),
            missing=_("Goal %(number)s: say who saw it") % {"number": number},
            max_length=120,
        ),
        f"seen_on_{key}": DateField(
            _("When?"),
            called=_("The day on which it was seen"),
            past=True,
            missing=_("Goal %(number)s: give the day on which it was seen") % {"number": number},
        ),
    }


class CloseForm(Form):
    asks = rules.CLOSE_ASKS

    why = TextareaField(gettext_lazy("Why does the work end?"), rows=3, max_length=5000)
    young_people = TextareaField(
        gettext_lazy("What do young people say now?"),
        hint=gettext_lazy("In their own words and without a name; or why nobody was asked."),
        rows=3,
        max_length=5000,
    )
    who_watches = TextareaField(gettext_lazy("Who goes on watching over it?"), rows=2, max_length=2000)
    opens_again_if = TextareaField(
        gettext_lazy("What would make you open it again?"), rows=2, max_length=2000
    )


class LookAgainForm(Form):
    asks = rules.LOOK_ASKS

    found = RadiosField(gettext_lazy("What became of it since?"), choices=ContextEnd.Found.choices)
    what = TextareaField(
        gettext_lazy("How is that known?"),
        hint=gettext_lazy(
            "What was seen there and nearby, by whom. Fewer records may mean that fewer people look."
        ),
        rows=4,
        max_length=5000,
    )
    again_on = DateField(
        gettext_lazy("When does somebody look once more?"),
        hint=gettext_lazy("Where it is not known yet."),
        called=gettext_lazy("The day of looking once more"),
        required=False,
    )

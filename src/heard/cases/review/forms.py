"""Shape and wording of what a review, a closing and a reopening ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.case.models import CasePeriod
from heard.cases.review import rules
from heard.cases.review.models import Review, ReviewedOutcome
from heard.cases.review.rules import Course, Looked
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import BoundField, DateField, Form, RadiosField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.cases.plan.models import Outcome

PARTS = ("course", "what", "seen_by", "seen_on")


class ReviewForm(ChildsViewForm):
    """The child's view first, then what changed, outcome by outcome, then how it goes on. `outcomes`: of the plan."""

    asks = rules.REVIEW_ASKS

    what_changed = TextareaField(
        gettext_lazy("What has changed for the child?"),
        hint=gettext_lazy("For the child, not for us: what is better, what is not, what is new."),
        rows=6,
    )
    held_on = DateField(
        gettext_lazy("On which day was the review held?"),
        called=gettext_lazy("The day of the review"),
        past=True,
    )
    took_part = TextareaField(
        gettext_lazy("Who took part?"),
        hint=gettext_lazy("Name and role of each, and who was asked and did not come. Was the child there?"),
        rows=4,
    )
    decision = RadiosField(
        gettext_lazy("How does it go on?"),
        choices=Review.Decision.choices,
    )
    reason = TextareaField(
        gettext_lazy("Why?"),
        rows=4,
    )
    next_review_on = DateField(
        gettext_lazy("When is the next review?"),
        hint=gettext_lazy("Not needed if the plan ends."),
        called=gettext_lazy("The day of the next review"),
        required=False,
        says_optional=False,
    )

    def __init__(self, *args: Any, outcomes: Iterable[Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes = list(outcomes)
        for number, outcome in enumerate(self.outcomes, start=1):
            self.fields |= _looking(outcome.pk, number)
        seen = [f"{part}_{outcome.pk}" for outcome in self.outcomes for part in PARTS]
        self.order_fields([*ChildsViewForm.base_fields, *seen])  # errors are listed as the page asks

    def _clean_fields(self) -> None:
        """What was seen is asked for, unless it is not known how it is for the child."""
        super()._clean_fields()
        for outcome in self.outcomes:
            if self[f"course_{outcome.pk}"].answer not in ("", Course.NOT_KNOWN.value):
                continue
            for part in PARTS[1:]:
                name = f"{part}_{outcome.pk}"
                if name in self.errors:
                    del self.errors[name]
                    self.cleaned_data[name] = None if part == "seen_on" else ""

    def of_outcome(self, key: UUID) -> list[BoundField]:
        """The fields about one outcome, to be drawn beneath it."""
        return [self[f"{part}_{key}"] for part in PARTS]

    def of_review(self) -> list[BoundField]:
        """What is asked of the review as a whole, apart from the child's view and from how it goes on."""
        return [self[name] for name in ("what_changed", "held_on", "took_part")]

    def going_on(self) -> list[BoundField]:
        return [self[name] for name in ("decision", "reason", "next_review_on")]

    @property
    def looked(self) -> dict[UUID, Looked]:
        said = self.cleaned_data
        return {
            outcome.pk: Looked(*(said[f"{part}_{outcome.pk}"] for part in PARTS)) for outcome in self.outcomes
        }


def _looking(key: UUID, number: int) -> dict[str, Any]:
    """Whether it is better is never chosen beforehand, and neither is what was seen."""
    return {
        f"course_{key}": RadiosField(
            _("How is it for the child now?"),
            choices=ReviewedOutcome.Course.choices,
            inline=True,
            missing=_("Outcome %(number)s: say how it is for the child now") % {"number": number},
        ),
        f"what_{key}": TextareaField(
            _("What was seen?"),
            hint=_("What somebody saw or heard. If it is not known: who will find out, and how."),
            missing=_("Outcome %(number)s: say what was seen") % {"number": number},
            rows=3,
        ),
        f"seen_by_{key}": TextField(
            _("Who saw it?"),
            hint=_("Name and role. Leave it empty if it is not known how it is."),
            missing=_("Outcome %(number)s: say who saw it") % {"number": number},
            max_length=120,
        ),
        f"seen_on_{key}": DateField(
            _("When?"),
            called=_("The day on which it was seen"),
            past=True,
            missing=_("Outcome %(number)s: give the day on which it was seen") % {"number": number},
        ),
    }


class CloseForm(ChildsViewForm):
    """The child's view first, then what will be there for the child afterwards."""

    asks = rules.CLOSE_ASKS

    ended_as = RadiosField(
        gettext_lazy("Why does work with the child end?"),
        choices=[(value, label) for value, label in CasePeriod.EndedAs.choices if value != "mistake"],
        size="m",
    )
    reason = TextareaField(
        gettext_lazy("Why can the case be closed?"),
        hint=gettext_lazy("What is different for the child now, and how you know that it lasts."),
        rows=5,
    )
    contact_afterwards = TextareaField(
        gettext_lazy("Whom can the child turn to from now on?"),
        hint=gettext_lazy("A person with a name, whom the child knows, and how to reach them."),
        rows=3,
    )
    told_child = TextareaField(
        gettext_lazy("What was the child told?"),
        hint=gettext_lazy("By whom and when, in which words, and what was promised."),
        rows=3,
    )
    open_again_if = TextareaField(
        gettext_lazy("What would make you open the case again?"),
        hint=gettext_lazy("What people should look out for, and whom they tell."),
        rows=3,
    )


class ReopenForm(Form):
    reason = TextareaField(
        gettext_lazy("Why does the case open again?"),
        missing=gettext_lazy("Say why the case opens again"),
        rows=5,
    )

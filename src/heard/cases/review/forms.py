"""Shape and wording of what a review asks for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from heard.cases.assessment.forms import ChildsViewForm
from heard.cases.assessment.rules import MAX_PROSE
from heard.cases.review.models import Review
from heard.govuk.forms import DateField, RadiosField, TextareaField


class ReviewForm(ChildsViewForm):
    """The child's view first, then what changed, then how it goes on."""

    what_changed = TextareaField(
        gettext_lazy("What has changed for the child?"),
        hint=gettext_lazy("For the child, not for us: what is better, what is not, what is new."),
        missing=gettext_lazy("Say what has changed for the child since the plan was agreed"),
        rows=6,
        max_length=MAX_PROSE,
    )
    held_on = DateField(
        gettext_lazy("On which day was the review held?"),
        called=gettext_lazy("The day of the review"),
        past=True,
        missing=gettext_lazy("Give the day on which the review was held"),
    )
    decision = RadiosField(
        gettext_lazy("How does it go on?"),
        choices=Review.Decision.choices,
        missing=gettext_lazy("Choose how it goes on"),
    )
    reason = TextareaField(
        gettext_lazy("Why?"),
        missing=gettext_lazy("Give the reason for this decision"),
        rows=4,
        max_length=MAX_PROSE,
    )
    next_review_on = DateField(
        gettext_lazy("When is the next review?"),
        hint=gettext_lazy("Not needed if the plan ends."),
        called=gettext_lazy("The day of the next review"),
        required=False,
    )

"""Shape and wording of what a plan asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from heard.cases.case.forms import GivingForm
from heard.cases.plan import rules
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.environment import in_words
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField


class OutcomeForm(Form):
    text = TextareaField(
        gettext_lazy("What will be different for the child?"),
        hint=gettext_lazy(
            "In words that the child would use, such as “I get home from school without being afraid”."
        ),
        missing=gettext_lazy("Say what will be different for the child"),
        rows=3,
    )
    where_we_are = TextareaField(gettext_lazy("Where are we now?"), required=False, rows=3)


class WhereForm(Form):
    asks = rules.WHERE_ASKS

    text = TextareaField(
        gettext_lazy("Where are we now?"),
        hint=gettext_lazy(
            "For the child: what is better, what is not. What was said before stays, with its date."
        ),
        rows=4,
    )
    on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day"),
    )


class ActionForm(GivingForm):
    """An action may wait for its owner and date until the plan is agreed."""

    what = TextareaField(
        gettext_lazy("What will be done?"),
        hint=gettext_lazy("By us, for the child. Nothing that leaves it to the child to stay safe."),
        missing=gettext_lazy("Say what will be done"),
        rows=3,
    )
    owner = SelectField(
        gettext_lazy("Who will do it, and for which agency?"),
        hint=gettext_lazy("Needed before the plan is agreed."),
        required=False,
        says_optional=False,
    )
    due_on = DateField(
        gettext_lazy("By when?"),
        hint=gettext_lazy("Needed before the plan is agreed."),
        called=gettext_lazy("The date by when"),
        required=False,
        says_optional=False,
    )
    field_order = ["what", "owner", "why_involve", "due_on"]

    def clean_due_on(self) -> date | None:
        """A day that is over is nothing to promise; one that stood there before stays until the plan is agreed."""
        due_on: date | None = self.cleaned_data["due_on"]
        if due_on and due_on < localdate() and due_on != self.initial.get("due_on"):
            raise ValidationError(in_words(rules.OVER))
        return due_on

    @property
    def answered(self) -> dict[str, Any]:
        """For `add_action` and `change_action`."""
        return {name: self.cleaned_data[name] for name in ("what", "due_on")} | self.given


class ActionFromNoteForm(ActionForm):
    """What follows from a contact. It goes into a plan that is in force, so that it has its owner and its day."""

    outcome = RadiosField(
        gettext_lazy("Which outcome of the plan does it serve?"),
        choices=[],
        missing=gettext_lazy("Choose the outcome that it serves"),
        small=True,
    )
    owner = SelectField(
        gettext_lazy("Who will do it, and for which agency?"), missing=gettext_lazy("Choose who will do it")
    )
    due_on = DateField(
        gettext_lazy("By when?"),
        called=gettext_lazy("The date by when"),
        missing=gettext_lazy("Give the date by when"),
    )
    field_order = ["what", "outcome", "owner", "why_involve", "due_on"]

    def __init__(self, *args: Any, outcomes: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = list(outcomes)  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `add_decided_action`."""
        return super().answered | {"outcome_id": UUID(self.cleaned_data["outcome"])}


class FinishForm(Form):
    outcome = RadiosField(
        gettext_lazy("How did it go?"),
        choices=[("done", gettext_lazy("Done")), ("not_done", gettext_lazy("Could not be done"))],
        missing=gettext_lazy("Choose whether it was done"),
    )
    done_on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day"),
    )
    note = TextareaField(
        gettext_lazy("Note"),
        hint=gettext_lazy("What came of it for the child. Needed if it could not be done: why not?"),
        required=False,
        rows=3,
    )


class DiscardForm(Form):
    asks = rules.DISCARD_ASKS

    reason = TextareaField(
        gettext_lazy("Why is the draft discarded?"),
        hint=gettext_lazy("What was written in it is gone then. What was said about where we are stays."),
        rows=3,
    )


class AgreeForm(ChildsViewForm):
    asks = rules.AGREE_ASKS

    review_on = DateField(
        gettext_lazy("When will the plan be reviewed?"),
        called=gettext_lazy("The day of the review"),
    )

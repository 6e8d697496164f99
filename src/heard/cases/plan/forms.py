"""Shape and wording of what a plan asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from heard.cases.assessment.forms import ChildsViewForm
from heard.cases.assessment.rules import MAX_PROSE
from heard.cases.plan.rules import MOST_WHY
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.agencies.models import User


class OutcomeForm(Form):
    text = TextareaField(
        gettext_lazy("What will be different for the child?"),
        hint=gettext_lazy(
            "In words that the child would use, such as “I get home from school without being afraid”."
        ),
        missing=gettext_lazy("Say what will be different for the child"),
        rows=3,
        max_length=MAX_PROSE,
    )
    where_we_are = TextareaField(
        gettext_lazy("Where are we now?"), required=False, rows=3, max_length=MAX_PROSE
    )


class WhereForm(Form):
    text = TextareaField(
        gettext_lazy("Where are we now?"),
        hint=gettext_lazy(
            "For the child: what is better, what is not. What was said before stays, with its date."
        ),
        missing=gettext_lazy("Say where we are now"),
        rows=4,
        max_length=MAX_PROSE,
    )
    on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day"),
    )


class ActionForm(Form):
    """`people`: who may be given something to do, by key, each with how they are called in the list. An action may wait
    for its owner and date until the plan is agreed.

    `asks_why`: whether it asks why the owner's agency becomes involved, since it is not involved yet.
    """

    what = TextareaField(
        gettext_lazy("What will be done?"),
        hint=gettext_lazy("By us, for the child. Nothing that leaves it to the child to stay safe."),
        missing=gettext_lazy("Say what will be done"),
        rows=3,
        max_length=MAX_PROSE,
    )
    owner = SelectField(
        gettext_lazy("Who will do it, and for which agency?"),
        hint=gettext_lazy("Needed before the plan is agreed."),
        required=False,
    )
    why_involve = TextField(
        gettext_lazy("Why does the child need this agency to be involved?"),
        hint=gettext_lazy(
            "Involving it opens the whole record to its people. It stands on the child’s page, with the reason."
        ),
        missing=gettext_lazy("Say why the agency becomes involved, or choose somebody else"),
        max_length=MOST_WHY,
    )
    due_on = DateField(
        gettext_lazy("By when?"),
        hint=gettext_lazy("Needed before the plan is agreed."),
        called=gettext_lazy("The date by when"),
        required=False,
    )

    def __init__(
        self, *args: Any, people: Mapping[str, tuple[User, str]], asks_why: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["owner"].choices = [(pk, called) for pk, (_user, called) in people.items()]  # type: ignore[attr-defined]
        self.asks_why = asks_why
        if not asks_why:
            self._why = self.fields.pop("why_involve")

    def ask_why(self) -> None:
        """From now on the form asks why the owner's agency becomes involved."""
        order = [*list(self.fields)[:2], "why_involve"]
        self.fields["why_involve"] = self._why
        self.order_fields(order)
        self.asks_why = True

    @property
    def answered(self) -> dict[str, Any]:
        """For `add_action` and `change_action`."""
        owner, _called = self.people.get(self.cleaned_data["owner"], (None, ""))
        asked = {"why_involve": self.cleaned_data["why_involve"]} if self.asks_why else {}
        return {
            "what": self.cleaned_data["what"],
            "owner": owner,
            "due_on": self.cleaned_data["due_on"],
        } | asked


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
        max_length=MAX_PROSE,
    )


class AgreeForm(ChildsViewForm):
    review_on = DateField(
        gettext_lazy("When will the plan be reviewed?"),
        called=gettext_lazy("The day of the review"),
        missing=gettext_lazy("Give the date on which this plan will be reviewed"),
    )

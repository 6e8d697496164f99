"""Shape and wording of what a plan asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from heard.cases.assessment.forms import ChildsViewForm
from heard.cases.assessment.rules import MAX_PROSE
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField

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


class ActionForm(Form):
    """`colleagues`: those who can sign in now. An action may wait for its owner and date until the plan is agreed."""

    what = TextareaField(
        gettext_lazy("What will be done?"),
        hint=gettext_lazy("By us, for the child. Nothing that leaves it to the child to stay safe."),
        missing=gettext_lazy("Say what will be done"),
        rows=3,
        max_length=MAX_PROSE,
    )
    owner = SelectField(
        gettext_lazy("Who will do it?"),
        hint=gettext_lazy("Needed before the plan is agreed."),
        required=False,
    )
    due_on = DateField(
        gettext_lazy("By when?"),
        hint=gettext_lazy("Needed before the plan is agreed."),
        called=gettext_lazy("The date by when"),
        required=False,
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(user.pk): user for user in colleagues}
        self.fields["owner"].choices = [(pk, str(user)) for pk, user in self.colleagues.items()]  # type: ignore[attr-defined]

    @property
    def chosen_owner(self) -> User | None:
        return self.colleagues.get(self.cleaned_data["owner"])


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

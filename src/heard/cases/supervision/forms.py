"""Shape and wording of what supervision asks for. The prompts are few and optional: they are there to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.supervision import rules
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case

MOST_CASES = 50  # to choose one from: more than anybody can work in
WITH_SUPERVISOR, WITH_WORKER = "supervisor", "worker"


def _prose(label: Any, *, rows: int = 5, **kwargs: Any) -> TextareaField:
    return TextareaField(label, rows=rows, **kwargs)


class BeginForm(Form):
    """`supervisors`: whom the user can choose as theirs; `workers`: whom they can supervise."""

    who = SelectField(
        gettext_lazy("With whom?"),
        hint=gettext_lazy("A supervisor holds supervision with the people of their own team."),
        missing=gettext_lazy("Choose with whom"),
    )
    planned_on = DateField(
        gettext_lazy("When will you meet?"),
        called=gettext_lazy("The day"),
        missing=gettext_lazy("Give the day on which you will meet"),
    )

    def __init__(
        self, *args: Any, supervisors: Iterable[User], workers: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {f"{WITH_SUPERVISOR}-{supervisor.pk}": supervisor for supervisor in supervisors}
        self.people |= {f"{WITH_WORKER}-{worker.pk}": worker for worker in workers}
        says = {WITH_SUPERVISOR: _("%(name)s supervises me"), WITH_WORKER: _("I supervise %(name)s")}
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (key, says[key.partition("-")[0]] % {"name": person}) for key, person in self.people.items()
        ]

    def pair(self, user: User) -> tuple[User, User]:
        """Who of the two is the worker, and who the supervisor."""
        chosen = self.cleaned_data["who"]
        other = self.people[chosen]
        return (user, other) if chosen.partition("-")[0] == WITH_SUPERVISOR else (other, user)


class PrepareForm(Form):
    stays_with = _prose(
        gettext_lazy("What stays with you?"),
        hint=gettext_lazy("A child, a conversation, something that went well."),
        required=False,
    )
    otherwise = _prose(gettext_lazy("What would you do differently another time?"), required=False)
    needs = _prose(
        gettext_lazy("What do you need?"),
        hint=gettext_lazy("Time, help, a decision, rest."),
        required=False,
    )


class HoldForm(Form):
    asks = rules.HOLD_ASKS

    held_on = DateField(
        gettext_lazy("On which day did you meet?"),
        called=gettext_lazy("The day on which you met"),
        past=True,
    )
    talked = _prose(
        gettext_lazy("What did you talk about, and what do you make of it together?"),
        hint=gettext_lazy(
            "What is decided about a child has a place of its own, so that it can reach the record."
        ),
        rows=10,
    )
    wellbeing = _prose(
        gettext_lazy("How is the worker, and what would help?"),
        hint=gettext_lazy("Only what the worker wants to have written down."),
        required=False,
    )
    next_on = DateField(
        gettext_lazy("When will you meet next?"),
        called=gettext_lazy("The day of the next supervision"),
    )


class DecisionForm(Form):
    """`cases`: those in which the worker works and that the supervisor sees; of more than `MOST_CASES` the first."""

    case = SelectField(
        gettext_lazy("About which child?"),
        hint=gettext_lazy("A child in whose open case the worker works, and whom you both may see."),
        missing=gettext_lazy("Choose the child"),
    )
    text = _prose(gettext_lazy("What did you decide?"), missing=gettext_lazy("Write the decision"), rows=3)
    reason = _prose(gettext_lazy("Why?"), missing=gettext_lazy("Give the reason"), rows=3)

    def __init__(self, *args: Any, cases: Iterable[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = {str(case.pk): case for case in cases}
        self.fields["case"].choices = [  # type: ignore[attr-defined]
            (key, f"{case.person}, {case.reference}") for key, case in self.cases.items()
        ]


class ActionForm(Form):
    what = _prose(gettext_lazy("What will be done?"), missing=gettext_lazy("Say what will be done"), rows=3)
    who = RadiosField(
        gettext_lazy("Who will do it?"), choices=[], missing=gettext_lazy("Choose who will do it")
    )
    due_on = DateField(
        gettext_lazy("By when?"),
        called=gettext_lazy("The date by when"),
        missing=gettext_lazy("Give the date by when"),
    )

    def __init__(self, *args: Any, worker: User, supervisor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [(WITH_WORKER, str(worker)), (WITH_SUPERVISOR, str(supervisor))]  # type: ignore[attr-defined]


class CorrectionForm(Form):
    asks = rules.CORRECTION_ASKS

    text = _prose(gettext_lazy("What is not right, and how was it?"))


class MoveForm(Form):
    planned_on = DateField(
        gettext_lazy("When will you meet?"),
        called=gettext_lazy("The day"),
        missing=gettext_lazy("Give the day on which you will meet"),
    )


class CallOffForm(Form):
    asks = rules.CALL_OFF_ASKS

    why = _prose(
        gettext_lazy("Why will it not be held?"),
        rows=3,
    )


class RecordForm(ChildsViewForm):
    """The decision as it will stand in the child's record, beside the child's view."""

    asks = rules.RECORD_ASKS

    text = _prose(
        gettext_lazy("The decision, as it will stand in the child’s record"),
        hint=gettext_lazy(
            "Everybody who may see the child reads this. Leave out what is between the two of you."
        ),
    )
    reason = _prose(
        gettext_lazy("The reason, as it will stand there"),
    )

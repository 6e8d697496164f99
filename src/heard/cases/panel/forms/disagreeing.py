"""Opening a disagreement, and what came of a step."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.panel import rules
from heard.cases.panel.rules import About, Outcome
from heard.govuk.forms import Form, RadiosField, SelectField, TextareaField

if TYPE_CHECKING:
    from heard.agencies.models import User


class DisagreeForm(Form):
    """`decisions`: those about this child, by 'worry:key'; `agencies`, and `people` who may take the first step."""

    asks = rules.DISAGREE_ASKS

    about = SelectField(
        gettext_lazy("Which decision do you disagree with?"), missing=gettext_lazy("Choose the decision")
    )
    what = TextareaField(
        gettext_lazy("What do you disagree with, and why?"),
        hint=gettext_lazy(
            "What you know, and what you would decide. About the decision, not about a colleague."
        ),
        rows=4,
    )
    interest = TextareaField(
        gettext_lazy("What does it mean for the child?"),
        hint=gettext_lazy("What the child needs, and what happens to them if it stays as it is."),
        missing=gettext_lazy("Say what it means for the child"),
        rows=3,
    )
    with_agency = SelectField(
        gettext_lazy("Which agency do you disagree with?"), missing=gettext_lazy("Choose the agency")
    )
    owner = SelectField(
        gettext_lazy("Who takes the first step?"),
        hint=gettext_lazy("It then stands in their work, with its day. Only somebody who may see the child."),
    )

    def __init__(
        self,
        *args: Any,
        decisions: Mapping[str, str],
        agencies: list[tuple[str, str]],
        people: Mapping[str, tuple[User, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        other = (About.OTHER.value, _("Something else that was decided, or was not"))
        choices = {
            "about": [*decisions.items(), other],
            "with_agency": agencies,
            "owner": [(key, called) for key, (_user, called) in people.items()],
        }
        for name, of in choices.items():
            self.fields[name].choices = of  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `begin_disagreement`."""
        about, _colon, key = self.cleaned_data["about"].partition(":")
        owner, _called = self.people[self.cleaned_data["owner"]]
        return {
            "about": about,
            "about_id": uuid.UUID(key) if key else None,
            "what": self.cleaned_data["what"],
            "interest": self.cleaned_data["interest"],
            "with_agency_id": uuid.UUID(self.cleaned_data["with_agency"]),
            "owner": owner,
        }


class TakeStepForm(Form):
    """`is_last`: no step follows."""

    asks = rules.TAKE_STEP_ASKS

    who = TextareaField(
        gettext_lazy("Who talked to whom, and when?"),
        rows=2,
    )
    outcome = RadiosField(
        gettext_lazy("Is it settled?"),
        choices=[
            (Outcome.AGREED.value, gettext_lazy("Yes, it is settled")),
            (Outcome.NOT_AGREED.value, gettext_lazy("No: the next step begins")),
        ],
        reveals={Outcome.NOT_AGREED.value: "next_owner"},
    )
    next_owner = SelectField(gettext_lazy("Who takes the next step?"))
    reason = TextareaField(
        gettext_lazy("What was agreed and why, or why does it go on?"),
        hint=gettext_lazy("If it is settled: what changes for the child because of it."),
        rows=4,
    )

    def __init__(
        self, *args: Any, people: Mapping[str, tuple[User, str]], is_last: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["next_owner"].choices = [(key, called) for key, (_user, called) in people.items()]  # type: ignore[attr-defined]
        if is_last:
            del self.fields["next_owner"]
            outcome: Any = self.fields["outcome"]
            outcome.choices, outcome.reveals = outcome.choices[:1], {}

    @property
    def answered(self) -> dict[str, Any]:
        """For `take_step`."""
        owner, _called = self.people.get(self.cleaned_data.get("next_owner") or "", (None, ""))
        given = {name: self.cleaned_data[name] for name in ("who", "outcome", "reason")}
        return given | {"next_owner": owner}

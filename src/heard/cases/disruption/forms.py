"""What a disruption step asks for: what we do against what harms, never what the child should do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.disruption import rules
from heard.cases.disruption.models import DisruptionStep
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.agencies.models import User

SOMEBODY_ELSE = "else"


class StepForm(Form):
    """`ends`: who and what is around the child, `agencies` and `people`: who may act; each by the key of its choice."""

    asks = rules.STEP_ASKS

    against = SelectField(
        _("Against whom or what?"),
        hint=_("Where the harm comes from: people, places and groups around the child."),
        missing=_("Choose whom or what the step is against"),
    )
    who_or_where = TextField(
        _("Who or where?"),
        hint=_("If it is nobody and nothing of the list. Better: note it around the child first."),
        required=False,
        max_length=200,
    )
    kind = RadiosField(
        _("What kind of step is it?"),
        choices=DisruptionStep.Kind.choices,
        missing=_("Choose what kind of step it is"),
        small=True,
    )
    what = TextareaField(
        _("What will be done?"),
        hint=_("By us, against what harms. A step never asks the child to stay away, stay in or keep safe."),
        rows=3,
    )
    power = TextareaField(_("By which legal power, if any?"), required=False, rows=2)
    agency = SelectField(_("Which agency does it?"), missing=_("Choose the agency that does it"))
    owner = SelectField(
        _("Who there does it?"),
        hint=_("It then stands in their work. Only somebody who may see the child’s record."),
        required=False,
    )
    due_on = DateField(_("By when?"), called=_("The date by when"))

    def __init__(
        self,
        *args: Any,
        ends: list[tuple[str, str]],
        agencies: list[tuple[str, str]],
        people: Mapping[str, tuple[User, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        choices = {
            "against": [*ends, (SOMEBODY_ELSE, _("Somebody or something that is not in this list"))],
            "agency": agencies,
            "owner": [(pk, called) for pk, (_user, called) in people.items()],
        }
        for name, of in choices.items():
            self.fields[name].choices = of  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `plan_step` and `change_step`."""
        given = {name: self.cleaned_data[name] for name in ("kind", "what", "power", "due_on")}
        end, _colon, key = self.cleaned_data["against"].partition(":")
        chosen = {"end": end, "end_id": uuid.UUID(key)} if key else {}
        described = {} if key else {"who_or_where": self.cleaned_data["who_or_where"]}
        owner, _called = self.people.get(self.cleaned_data["owner"], (None, ""))
        return given | chosen | described | {"agency_id": self.cleaned_data["agency"], "owner": owner}


class ContextStepForm(Form):
    """A step about a place or group itself. `goals`: those that are open; `agencies` and `people` as for `StepForm`."""

    asks = rules.CONTEXT_STEP_ASKS

    goal = RadiosField(_("Towards which goal?"), small=True)
    kind = RadiosField(
        _("What kind of step is it?"),
        choices=[choice for choice in DisruptionStep.Kind.choices if choice[0] != rules.Kind.CONTACT],
        missing=_("Choose what kind of step it is"),
        small=True,
    )
    what = TextareaField(
        _("What will be done?"),
        hint=_(
            "By us, about the place or group. A step never asks young people to stay away, stay in or keep safe."
        ),
        missing=rules.STEP_ASKS["what"],
        rows=3,
    )
    power = TextareaField(_("By which legal power, if any?"), required=False, rows=2)
    agency = SelectField(_("Which agency does it?"), missing=_("Choose the agency that does it"))
    owner = SelectField(
        _("Who there does it?"),
        hint=_("It then stands in their work. Only somebody who may see the place or group."),
    )
    due_on = DateField(_("By when?"), called=_("The date by when"), missing=rules.STEP_ASKS["due_on"])

    def __init__(
        self,
        *args: Any,
        goals: list[tuple[str, str]],
        agencies: list[tuple[str, str]],
        people: Mapping[str, tuple[User, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        fields: dict[str, Any] = self.fields
        fields["goal"].choices = goals
        fields["agency"].choices = agencies
        fields["owner"].choices = [
            ("", _("Choose somebody")),
            *((pk, called) for pk, (_user, called) in people.items()),
        ]

    @property
    def answered(self) -> dict[str, Any]:
        """For `plan_context_step` and `change_context_step`."""
        given = {name: self.cleaned_data[name] for name in ("kind", "what", "power", "due_on")}
        owner, _called = self.people.get(self.cleaned_data["owner"], (None, ""))
        keys = {"goal_id": uuid.UUID(self.cleaned_data["goal"]), "agency_id": self.cleaned_data["agency"]}
        return given | keys | {"owner": owner}


class FinishForm(Form):
    asks = rules.FINISH_ASKS

    outcome = RadiosField(
        _("How did it go?"),
        choices=[("done", _("Done")), ("not_done", _("Could not be done"))],
    )
    done_on = DateField(_("On which day?"), called=_("The day"), past=True, missing=_("Give the day"))
    note = TextareaField(
        _("Note"),
        hint=_("What it changed for the child. Needed if it could not be done: why not?"),
        required=False,
        rows=3,
    )


class ContextFinishForm(FinishForm):
    note = TextareaField(
        _("Note"),
        hint=_("What it changed there, without a name. Needed if it could not be done: why not?"),
        required=False,
        rows=3,
    )

"""What a disruption step asks for: what we do against what harms, never what the child should do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from heard.cases.disruption import rules
from heard.cases.disruption.models import DisruptionStep
from heard.cases.stage.forms import RestingForm, resting
from heard.govuk.forms import (
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.agencies.models import User

SOMEBODY_ELSE = "else"


def _legal_power() -> SelectField:
    return SelectField(
        _("Which power is it, if any?"),
        hint=_(
            "From those of the page “What can be done”. That one stands there does not say that it applies. Never against a child, also not as one of a group."
        ),
        required=False,
    )


class StepForm(Form):
    """`ends`: who and what is around the child, `agencies` and `people`: who may act; each by the key of its choice. `powers`: those of the
    knowledge that fit."""

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
        hint=_(
            "By us, against whoever or whatever harms. A step never asks the child to stay away, stay in or keep safe."
        ),
        rows=3,
    )
    legal_power = _legal_power()
    power = TextareaField(
        _("The power in other words, if any"), hint=_("In the words of who uses it."), required=False, rows=2
    )
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
        powers: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        choices = {
            "legal_power": [("", _("None of these")), *powers],
            "against": [*ends, (SOMEBODY_ELSE, _("Somebody or something that is not in this list"))],
            "agency": agencies,
            "owner": [(pk, called) for pk, (_user, called) in people.items()],
        }
        for name, of in choices.items():
            self.fields[name].choices = of  # type: ignore[attr-defined]

    def clean_owner(self) -> str:
        """Two lists say one thing: who is chosen works at the agency that is."""
        owner, _called = self.people.get(self.cleaned_data["owner"], (None, ""))
        agency = self.cleaned_data.get("agency")
        if owner and agency and agency not in {str(membership.team.agency_id) for membership in owner.held}:
            raise ValidationError(_("This person does not work at that agency. Choose one of them again."))
        return str(self.cleaned_data["owner"])

    @property
    def answered(self) -> dict[str, Any]:
        """For `plan_step` and `change_step`."""
        given = {name: self.cleaned_data[name] for name in ("kind", "what", "legal_power", "power", "due_on")}
        end, _colon, key = self.cleaned_data["against"].partition(":")
        chosen = {"end": end, "end_id": uuid.UUID(key)} if key else {}
        described = {} if key else {"who_or_where": self.cleaned_data["who_or_where"]}
        owner, _called = self.people.get(self.cleaned_data["owner"], (None, ""))
        return given | chosen | described | {"agency_id": self.cleaned_data["agency"], "owner": owner}


class ContextStepForm(Form):
    """A step about a place or group itself. `goals`: those that are open; `people` and `powers` as for `StepForm`."""

    asks = rules.CONTEXT_STEP_ASKS

    goal = RadiosField(_("Towards which goal?"), small=True)
    kind = RadiosField(
        _("What kind of step is it?"),
        choices=[choice for choice in DisruptionStep.Kind.choices if choice[0] != rules.StepKind.CONTACT],
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
    legal_power = _legal_power()
    power = TextareaField(
        _("The power in other words, if any"), hint=_("In the words of who uses it."), required=False, rows=2
    )
    owner = SelectField(
        _("Who does it, and for which agency?"),
        hint=_("It then stands in their work. Only somebody who may see the place or group."),
    )
    due_on = DateField(_("By when?"), called=_("The date by when"), missing=rules.STEP_ASKS["due_on"])

    def __init__(
        self,
        *args: Any,
        goals: list[tuple[str, str]],
        people: Mapping[str, tuple[User, str]],
        powers: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        fields: dict[str, Any] = self.fields
        fields["goal"].choices = goals
        fields["legal_power"].choices = [("", _("None of these")), *powers]
        fields["owner"].choices = [
            ("", _("Choose somebody")),
            *((pk, called) for pk, (_user, called) in people.items()),
        ]

    @property
    def answered(self) -> dict[str, Any]:
        """For `plan_context_step` and `change_context_step`."""
        given = {name: self.cleaned_data[name] for name in ("kind", "what", "legal_power", "power", "due_on")}
        owner, _called = self.people.get(self.cleaned_data["owner"], (None, ""))
        agency_id = owner.team.agency_id if owner and owner.team else None
        keys = {"goal_id": uuid.UUID(self.cleaned_data["goal"]), "agency_id": agency_id}
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


class PowerForm(RestingForm):
    """What is known of the power that a step uses, for `keep_power`."""

    asks = rules.POWER_ASKS
    folds = MappingProxyType(
        {
            _("Once it is asked for: by whom, when, and what it forbids"): (
                "asked_by",
                "asked_on",
                "served_on",
                "conditions",
            ),
            _("Until when it holds"): ("ends_on", "look_again_on", "ended_on"),
        }
    )

    childs_view = TextareaField(
        _("What does the child think of it?"),
        hint=_("In their words where you can. If nobody asked them, or they do not know of it: why not?"),
        rows=2,
    )
    safety = TextareaField(
        _("What does it mean for their safety?"),
        hint=_(
            "What could happen once the person or place is told, and what you do so that the child is safe then."
        ),
        rows=2,
    )
    grounds = TextareaField(
        _("What does it rest on?"),
        hint=_(
            "What is known, who says so, and since when. Look again whether it still stands before anybody acts on it."
        ),
        rows=2,
    )
    rests_on = resting(
        _(
            "Whoever does the step learns of it if one of them is withdrawn. Others read those that they may see."
        )
    )
    asked_by = TextField(
        _("Who asked for it?"),
        hint=_("Name and role. Leave it empty until it is asked for."),
        required=False,
        max_length=200,
    )
    asked_on = DateField(_("When was it asked for?"), called=_("The day"), past=True, required=False)
    served_on = DateField(_("When was it served?"), called=_("The day"), past=True, required=False)
    conditions = TextareaField(
        _("What does it ask or forbid?"), hint=_("Its conditions, as they were made."), required=False, rows=2
    )
    ends_on = DateField(_("When does it end?"), called=_("The day"), required=False)
    look_again_on = DateField(
        _("When is it looked at again?"),
        hint=_("It then stands in the work of whoever does the step, as the day on which it ends does."),
        called=_("The day"),
        required=False,
    )
    ended_on = DateField(
        _("When did it end?"),
        hint=_("Once it is over, or was taken back. Nobody is reminded of it any longer."),
        called=_("The day"),
        past=True,
        required=False,
    )


class ContextPowerForm(PowerForm):
    childs_view = TextareaField(
        _("What do young people there think of it?"),
        hint=_("Without a name. If nobody asked them: why not?"),
        rows=2,
    )
    safety = TextareaField(
        _("What does it mean for the safety of young people there?"),
        hint=_("Where they would go then, and what you do so that they are safe."),
        rows=2,
    )


class BreachForm(Form):
    asks = rules.BREACH_ASKS

    broken_on = DateField(_("On which day was it breached?"), called=_("The day"), past=True)
    what_was_done = TextareaField(
        _("How was it breached, and what was done?"),
        hint=_("What the police or the court did, and what was done so that children are safe."),
        rows=4,
    )


class TakeBackForm(Form):
    """That it was not broken, for `take_back_breach`."""

    asks = rules.TAKE_BACK_ASKS

    why = TextareaField(_("Why was it noted wrongly?"), rows=3)

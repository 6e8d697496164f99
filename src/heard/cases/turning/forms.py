"""What is asked of whoever looks for a service for a child, refers the child, and says what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.turning import rules
from heard.cases.turning.models import ServiceReferral
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField
from heard.services.needs import Need


class FitForm(Form):
    """Sent with POST: an address would say of which need a child is."""

    words = TextField(
        _("Which service?"),
        hint=_("Its name, or what it does"),
        required=False,
        says_optional=False,
        max_length=120,
    )
    need = SelectField(
        _("With which need?"),
        choices=[("", _("Any need")), *Need.choices],
        required=False,
        says_optional=False,
    )


class ReferForm(ChildsViewForm):
    asks = rules.REFER_ASKS

    need = RadiosField(_("With which need is it to help?"), choices=Need.choices, small=True)
    why = TextareaField(
        _("Why this service, and what do you hope for?"), hint=_("The child may read it one day."), rows=4
    )
    ask_on = DateField(
        _("By which day do you ask them what became of it?"),
        hint=_("It stands in My work of those who work with the child."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["need", "why", *ChildsViewForm.base_fields, "ask_on"])

    @property
    def referred(self) -> dict[str, Any]:
        """For `refer_to_service`."""
        answers = self.cleaned_data
        return {name: answers[name] for name in ("need", "why", "ask_on")} | {"view": self.view}


class StepForm(Form):
    """`now`: where it is; `then`: what can follow."""

    asks = rules.STEP_ASKS

    state = RadiosField(_("What became of it?"), choices=[], small=True)
    on = DateField(_("Since which day?"), past=True)
    why = TextareaField(
        _("Why, or what else is to be known?"),
        hint=_("A refusal and an end need the reason. The child may read it one day."),
        required=False,
        rows=3,
    )
    ask_on = DateField(
        _("By which day do you ask again?"),
        hint=_("Needed while the child waits, or no answer has come."),
        required=False,
    )

    def __init__(self, *args: Any, now: str, then: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (value, _("No change: %(state)s") % {"state": label} if value == now else label)
            for value, label in ServiceReferral.State.choices
            if value in then
        ]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]


class TakeBackForm(Form):
    asks = rules.BACK_ASKS

    why = TextareaField(_("Why is it put right?"), hint=_("The child may read it one day."), rows=2)


def suggested_day(today: date) -> date:
    return today + rules.ASK_AFTER

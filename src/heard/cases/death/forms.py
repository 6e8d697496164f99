"""What is asked where a child has died. Few questions, in plain words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.case.rules import CORRECT_DEATH_ASKS, DEATH_ASKS
from heard.govuk.forms import DateField, Form, RadiosField, TextareaField, TextField


class DeathForm(Form):
    asks = DEATH_ASKS

    died_on = DateField(
        _("On which day did the child die?"),
        hint=_("Leave it empty if it is not known."),
        called=_("The day"),
        past=True,
        required=False,
        says_optional=False,
    )
    about_when = TextField(
        _("What is known of the day, if it is not known?"),
        required=False,
        says_optional=False,
        max_length=200,
    )
    who_said = TextField(_("Who told you?"), hint=_("Name and role"), max_length=200)
    who_is_told = TextareaField(
        _("Who has been told, and who tells whom?"),
        hint=_("Family, other children, school, and the people who work with the child."),
        required=False,
        rows=4,
        max_length=5000,
    )

    @property
    def recorded(self) -> dict[str, Any]:
        """For `record_death`."""
        return dict(self.cleaned_data)


class CorrectDeathForm(DeathForm):
    asks = CORRECT_DEATH_ASKS

    is_so = RadiosField(
        _("Has the child died?"),
        choices=[
            ("yes", _("Yes, and something that was recorded is wrong")),
            ("no", _("No, it was recorded by mistake")),
        ],
    )
    why_corrected = TextareaField(_("Why is it put right?"), rows=3, max_length=2000)

    field_order = ("is_so", "why_corrected", "died_on", "about_when", "who_said", "who_is_told")

    @property
    def recorded(self) -> dict[str, Any]:
        """For `correct_death`."""
        return self.cleaned_data | {"is_so": self.cleaned_data["is_so"] == "yes"}

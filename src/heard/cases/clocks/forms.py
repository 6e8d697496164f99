"""What is asked where somebody notes a moment, or corrects one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.clocks import rules
from heard.cases.clocks.rules import CORRECT_MOMENT_ASKS, MOMENT_ASKS
from heard.govuk.forms import DateField, Form, RadiosField, TextareaField


def _kinds() -> list[tuple[str, str, str]]:
    return [(kind.id, kind.label, kind.help) for kind in rules.kinds().values()]


class MomentForm(Form):
    asks = MOMENT_ASKS

    kind = RadiosField(_("What happened?"), choices=_kinds())
    on = DateField(
        _("On which day?"),
        hint=_(
            "The day counts, whether it was a working day or not. It is day 0 of each clock that it starts."
        ),
        called=_("The day"),
        past=True,
    )
    note = TextareaField(
        _("Is there anything to know about it?"),
        hint=_("Such as who decided, and why."),
        required=False,
        rows=3,
        max_length=rules.MOST_NOTE,
    )


class CorrectMomentForm(MomentForm):
    asks = CORRECT_MOMENT_ASKS

    happened = RadiosField(
        _("Did it happen at all?"),
        choices=[
            ("yes", _("Yes, but what was noted is not right")),
            ("no", _("No, it was noted by mistake")),
        ],
    )
    why = TextareaField(_("Why is it corrected?"), rows=3, max_length=rules.MOST_NOTE)
    field_order = ("happened", "kind", "on", "note", "why")

    @property
    def answered(self) -> dict[str, Any]:
        """For `correct_moment`."""
        return self.cleaned_data | {"happened": self.cleaned_data["happened"] == "yes"}

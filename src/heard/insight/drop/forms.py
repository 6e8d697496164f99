"""What is asked of whoever says what runs of the drop folder are for. Shape and wording only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import CheckboxesField, Form, RadiosField, TextareaField, TextField
from heard.insight.drop import rules
from heard.insight.run.rules import bases


class StandingForm(Form):
    asks = rules.STANDING_ASKS

    purpose = TextareaField(
        _("What are these runs for?"),
        hint=_("Each reads many children’s records, in your name. Your sentence is kept with each."),
        rows=3,
    )
    basis = RadiosField(
        _("On what lawful basis are these records brought together?"),
        choices=[(basis.id, basis.label, basis.help) for basis in bases().values()],
    )
    basis_words = TextField(_("Which law, task or agreement is it?"))
    agencies = CheckboxesField(_("Who sends files?"))
    day = TextField(_("On which day of the month are files due?"), hint=_("From 1 to 28."))
    wait = TextField(
        _("For how many days is somebody late waited for?"),
        hint=_("Then a run is made without them, and says so. Once everybody has sent, it is made at once."),
    )
    days_kept = TextField(_("For how many days is each list kept?"), hint=_("Such as 90; a year at most."))

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agencies"]
        field.choices = agencies

    def clean(self) -> dict[str, Any]:
        """Numbers as numbers; -1, which the rules refuse, for what is none."""
        answers = super().clean() or {}
        for name in ("day", "wait", "days_kept"):
            if name in answers:
                text = answers[name].strip()
                answers[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
        return answers

"""What asking for lists for an inspection asks, and deciding on it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.inspection import rules
from heard.govuk.forms import DateField, Form, RadiosField, TextareaField, TextField


class AskForm(Form):
    asks = rules.ASK_ASKS

    for_whom = TextField(
        _("Who inspects?"), hint=_("The inspectorates, and who of them asked."), max_length=200
    )
    why = TextField(_("Why do they ask for it?"), max_length=300)
    basis = RadiosField(
        _("On which lawful basis?"),
        choices=[(base.id, base.label, base.help) for base in rules.BASES.values()],
        small=True,
    )
    since = DateField(
        _("Cases that were open from"), called=_("The first day"), missing=_("Give the first day")
    )
    until = DateField(
        _("Cases that were open up to"), called=_("The last day"), missing=_("Give the last day")
    )
    cases = TextareaField(
        _("Whose files are listed?"),
        hint=_(
            "References of cases, one in a line, 30 at most. Leave it empty where they have not named any yet."
        ),
        rows=4,
        required=False,
    )

    @property
    def answered(self) -> dict[str, Any]:
        """For `ask_for_list`."""
        said = dict(self.cleaned_data)
        return said | {"references": list(dict.fromkeys(said.pop("cases").split()))}


class DecideForm(Form):
    asks = rules.REFUSE_ASKS

    agrees = RadiosField(
        _("Do you agree that it is taken out?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        reveals={"no": "why"},
        missing=_("Say whether you agree"),
    )
    why = TextField(_("Why not?"), max_length=300, required=False, says_optional=False)

    @property
    def answered(self) -> dict[str, Any]:
        return {"agrees": self.cleaned_data["agrees"] == "yes", "why": self.cleaned_data["why"]}

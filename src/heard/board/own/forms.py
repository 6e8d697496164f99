"""What writing, replacing and withdrawing a requirement asks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Asks
from heard.board.own import rules
from heard.board.own.models import OwnRequirement
from heard.govuk.forms import CheckboxesField, DateField, Form, TextareaField, TextField


class WriteForm(Form):
    asks = rules.WRITE_ASKS

    sentence = TextareaField(
        _("What is required?"),
        hint=_(
            "One sentence that can be checked, such as “Each school has named who speaks for it at the panel”. Name nobody."
        ),
        rows=3,
        max_length=300,
    )
    document = TextField(_("Which document does it come from?"), max_length=200)
    page = TextField(_("On which page, or in which section?"), max_length=60)
    document_on = DateField(
        _("Of which day is the document?"), called=_("The day of the document"), past=True
    )
    who = CheckboxesField(
        _("Who has to meet it?"),
        hint=_("Every agency, the partnership as one, or kinds of agency."),
        choices=OwnRequirement.Who.choices,
    )
    applies_from = DateField(_("From which day does it hold?"), called=_("The day from which it holds"))

    @staticmethod
    def suggested(requirement: OwnRequirement) -> dict[str, Any]:
        """What the form of another edition begins with."""
        return {
            name: getattr(requirement, name)
            for name in ("sentence", "document", "page", "document_on", "who", "applies_from")
        }


class ReplaceForm(WriteForm):
    asks = Asks(**rules.WRITE_ASKS, **rules.REPLACE_ASKS)

    why = TextField(_("Why is there another edition?"), max_length=300)


class WithdrawForm(Form):
    asks = rules.WITHDRAW_ASKS

    why = TextField(_("Why is it asked no more?"), max_length=300)

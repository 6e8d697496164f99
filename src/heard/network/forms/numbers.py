"""What is asked of a number, plate or account that is an organisation’s. Shape and wording only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, SelectField, TextField
from heard.network.models import Handle
from heard.network.rules import MARK_ASKS, MOST_WHY, TAKE_BACK_ASKS


class MarkSeenForm(Form):
    asks = MARK_ASKS

    why = TextField(
        _("Whose is it, and why does it join nobody?"),
        hint=_("For example: the switchboard of Northfield School. No word about a child or a worker."),
        max_length=MOST_WHY,
    )


class MarkForm(MarkSeenForm):
    type = SelectField(_("What is it?"), choices=Handle.Type.choices)
    service = TextField(
        _("Of an account: where is it?"),
        hint=_("Such as Instagram."),
        max_length=40,
        required=False,
        spellcheck=False,
    )
    text = TextField(
        _("The number, plate, name or address"),
        hint=_("In full."),
        max_length=200,
        spellcheck=False,
        autocomplete="off",
    )

    field_order = ("type", "service", "text", "why")


class TakeBackForm(Form):
    asks = TAKE_BACK_ASKS

    why = TextField(_("Why does it join people after all?"), max_length=MOST_WHY)

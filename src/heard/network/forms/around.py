"""What is asked of places and groups. Shape and wording only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import CheckboxesField, Form, TextField


class GroupForm(Form):
    name = TextField(
        _("Name"),
        hint=_("What people call it. Others see it, so it names no child."),
        missing=_("Enter a name"),
        max_length=120,
    )
    kind = TextField(_("What kind is it?"), missing=_("Say what kind it is"), max_length=60)


class HomeField(CheckboxesField):
    """Whether somebody lives at a place: a tick, wherever a place is written down."""

    def __init__(self) -> None:
        super().__init__(
            _("Does somebody live there?"),
            hint=_(
                "A family’s home, a children’s home, a refuge, a school where children live. It is then on no map that others share."
            ),
            choices=[("yes", _("Yes, somebody lives there, or it may be so"))],
            required=False,
        )

    def clean(self, value: Any) -> bool:
        return bool(super().clean(value))


class PlaceForm(GroupForm):
    postcode = TextField(_("Postcode"), max_length=8, width=10, spellcheck=False, required=False)
    is_home = HomeField()

"""What is asked of places and groups. Shape and wording only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, TextField


class GroupForm(Form):
    name = TextField(
        _("Name"),
        hint=_("What people call it. Others see it, so it names no child."),
        missing=_("Enter a name"),
        max_length=120,
    )
    kind = TextField(_("What kind is it?"), missing=_("Say what kind it is"), max_length=60)


class PlaceForm(GroupForm):
    postcode = TextField(_("Postcode"), max_length=8, width=10, spellcheck=False, required=False)

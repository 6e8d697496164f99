"""The one box."""

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, TextField


class SearchForm(Form):
    text = TextField(
        _("Search"),
        missing=_("Enter a name, or whatever you know"),
        max_length=160,
        spellcheck=False,
        autocomplete="off",
    )

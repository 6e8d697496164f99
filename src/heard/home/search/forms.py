"""The one box."""

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, TextField


class SearchForm(Form):
    text = TextField(
        _("Search"),
        hint=_(
            "A name, as far as you know it; a date of birth, a postcode or the beginning of one; an NHS number or UPN;"
            " a phone number, a plate with ? for what was not seen (AB12 C?E), an account; a place, a group, the reference of a case, worry or context, or words that stand in a record. Spelling need not be right."
        ),
        missing=_("Enter a name, or whatever you know"),
        max_length=160,
        spellcheck=False,
        autocomplete="off",
    )

"""What somebody says about themself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, RadiosField, TextField


class AboutMeForm(Form):
    email = TextField(
        _("Your email address at work"),
        hint=_("Mail from Heard says how much is due, and never about whom."),
        autocomplete="email",
        inputmode="email",
        spellcheck=False,
        required=False,
        max_length=254,
    )
    phone = TextField(
        _("Your phone at work"),
        hint=_("Colleagues who see a child you work with see it there. Else they see that of your team."),
        inputmode="tel",
        autocomplete="tel",
        width=20,
        required=False,
        max_length=40,
    )
    reminders = RadiosField(
        _("Do you want a mail on days when something is overdue or due?"),
        choices=[("yes", _("Yes, one a day at most")), ("no", _("No"))],
        missing=_("Say whether you want to be reminded by mail"),
    )
    keys = RadiosField(
        _("Do you want single keys as short cuts?"),
        hint=_("“/” goes to the search, “?” lists them. Nothing needs them."),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        missing=_("Say whether you want keys as short cuts"),
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not any(character.isdigit() for character in phone):
            raise ValidationError(_("Enter a phone number, such as 01632 960 001"))
        return phone

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        if email:
            try:
                validate_email(email)
            except ValidationError:
                raise ValidationError(_("Enter an email address, such as name@example.org")) from None
        return email

    @property
    def answered(self) -> dict[str, Any]:
        """For `change_own_details`."""
        chosen = {name: self.cleaned_data[name] == "yes" for name in ("reminders", "keys")}
        return self.cleaned_data | chosen

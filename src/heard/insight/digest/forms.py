"""Shape and wording of what people enter about digests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import CheckboxesField, Form, TextareaField, TextField
from heard.insight.digest import rules


class DigestForm(Form):
    title = TextField(_("What is the digest called?"), max_length=200, missing=_("Give the digest a title."))
    words = TextareaField(
        _("What is it about?"),
        hint=_("A few sentences for people who work with children. Name no child, no family and no address."),
        rows=5,
        missing=_("Say in a few sentences what the digest is about."),
    )
    further = TextareaField(
        _("Where can people read on?"),
        hint=_("One line for each. Where our lists come from is added by itself."),
        rows=4,
        required=False,
    )
    contact = TextareaField(
        _("Whom do people ask?"),
        hint=_("A team with its telephone number, better than one person who may be away."),
        rows=3,
        missing=_("Say whom people ask, and how."),
    )
    procedures = CheckboxesField(
        _("Which local procedures does it name?"),
        hint=_("Each with its edition and link as they are today."),
        choices=(),
        required=False,
    )

    def __init__(self, *args: Any, procedures: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`procedures`: keys and what they are called."""
        super().__init__(*args, **kwargs)
        if procedures:
            self.fields["procedures"].choices = procedures  # type: ignore[attr-defined]
        else:
            del self.fields["procedures"]


class InviteForm(Form):
    asks = rules.INVITE_ASKS

    email = TextField(
        _("Email address of somebody outside"),
        hint=_("They have a mail with a link. Nothing else comes before they confirm it."),
        autocomplete="off",
        inputmode="email",
        spellcheck=False,
        max_length=254,
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        try:
            validate_email(email)
        except ValidationError:
            raise ValidationError(_("Enter an email address, such as name@example.org")) from None
        return email

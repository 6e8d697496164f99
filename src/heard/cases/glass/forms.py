"""What is asked of whoever opens a record in an emergency, and of whoever reviews that. Shape and wording only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.glass.rules import BREAK_GLASS_ASKS, REVIEW_ASKS
from heard.govuk.forms import DateField, Form, RadiosField, TextareaField, TextField


class BreakGlassForm(Form):
    asks = BREAK_GLASS_ASKS

    given_name = TextField(
        _("First name"),
        hint=_("In full, as it is recorded."),
        max_length=80,
        spellcheck=False,
        autocomplete="off",
        required=False,
        says_optional=False,
    )
    family_name = TextField(
        _("Family name"),
        hint=_("In full, as it is recorded."),
        max_length=80,
        spellcheck=False,
        autocomplete="off",
        required=False,
        says_optional=False,
    )
    birth_date = DateField(
        _("Date of birth"),
        hint=_("For example, 27 3 2012"),
        called=_("Date of birth"),
        missing=_("Enter the date of birth"),
        past=True,
    )
    reason = TextareaField(
        _("Why must you see this record now?"),
        hint=_(
            "What has happened, and what you have to find out. Those who work with the child read it at once, and somebody else "
            "reviews it. Do not write the child’s name."
        ),
        rows=4,
        max_length=2000,
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not answers.get("given_name") and not answers.get("family_name") and not self.errors:
            self.add_error("given_name", _("Enter the name in full"))
        return answers


class ReviewForm(Form):
    asks = REVIEW_ASKS

    right = RadiosField(
        _("Was it right to open this record?"),
        choices=[
            ("yes", _("Yes"), _("There was an emergency, and they needed what stands in it.")),
            ("no", _("No"), _("There was none, or they could have rung somebody who may see it.")),
        ],
    )
    reason = TextareaField(_("Why?"), missing=_("Say why"), rows=4, max_length=2000)

    @property
    def answered(self) -> dict[str, Any]:
        return self.cleaned_data | {"right": self.cleaned_data["right"] == "yes"}
